"""Archives of strangers: what is refused, in one line and before it costs anything."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from text_to_speech.books import archive as archives
from text_to_speech.books.archive import Archive
from text_to_speech.errors import InputError


def make(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


def test_files_are_found_whatever_the_case_and_the_encoding_of_their_names(tmp_path: Path) -> None:
    path = make(
        tmp_path / "a.zip", {"Text/Front Matter.xhtml": b"1", "ONE.html": b"2", "a.txt": b"3", "A.txt": b"4"}
    )
    with Archive(path) as archive:
        assert archive.find("Text/Front%20Matter.xhtml") == "Text/Front Matter.xhtml"
        assert archive.find("text/one.html") is None
        assert archive.find("one.html") == "ONE.html"
        assert archive.find("a.txt") == "a.txt"
        assert archive.find("a.TXT") is None, "two files have that name but for the case"
        assert archive.read("ONE.html") == b"2"


@pytest.mark.parametrize(
    "name", ["../up.txt", "a/../../up.txt", "/etc/up", "C:/up", "a\\..\\up", "..", "a/..", "new\nline"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    # zipfile itself would write a backslash as a slash on Windows only.
    with pytest.raises(InputError, match="leads out of the archive"):
        Archive(make(tmp_path / "a.zip", {name: b"x"}))


def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", b"2")
    with pytest.raises(InputError, match="in it twice"):
        Archive(path)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, b"/etc/passwd")
    with pytest.raises(InputError, match="symbolic link"):
        Archive(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = make(tmp_path / "a.zip", {"bomb.xhtml": bytes(64 << 20)})
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=r"packed \d+ times"):
            Archive(path)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size_ends_at_the_bound(tmp_path: Path) -> None:
    path = make(tmp_path / "a.zip", {"bomb.xhtml": bytes(8 << 20)})
    data = path.read_bytes()
    # Both headers say that the file has 100 bytes unpacked.
    path.write_bytes(data.replace(struct.pack("<I", 8 << 20), struct.pack("<I", 100)))
    with Archive(path) as archive, pytest.raises(InputError, match=r"more than|damaged"):
        archive.read("bomb.xhtml", most=1 << 20)


@pytest.mark.parametrize(("what", "bound"), [("LARGEST_FILE", 9), ("MOST_BYTES", 19)])
def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, bound: int) -> None:
    path = make(tmp_path / "a.zip", {"a": b"0123456789", "b": b"0123456789"})
    Archive(path).__exit__(None, None, None)
    monkeypatch.setattr(archives, what, bound)
    with pytest.raises(InputError, match="would have"):
        Archive(path)


def test_too_many_files_are_refused_before_the_directory_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(archives.MOST_FILES + 1):
            archive.writestr(f"{number}", b"")
    monkeypatch.setattr(zipfile, "ZipFile", pytest.fail)
    with pytest.raises(InputError, match="more than 20000 files"):
        Archive(path)


def damaged_end(data: bytes) -> bytes:
    return data[:-30]


def flipped(data: bytes) -> bytes:
    at = data.index(b"aaaa") if b"aaaa" in data else 40
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def encrypted(data: bytes) -> bytes:
    # The bit in the flags of the local header and of the directory.
    at = data.index(b"PK\1\2")
    return data[:6] + b"\1" + data[7 : at + 8] + b"\1" + data[at + 9 :]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (damaged_end, "damaged or incomplete"),
        (encrypted, "encrypted"),
        (lambda data: b"PK\3\4 no", "damaged"),
    ],
)
def test_a_broken_archive_is_refused(tmp_path: Path, spoil: Callable[[bytes], bytes], message: str) -> None:
    path = make(tmp_path / "a.zip", {"a.txt": b"some text"})
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputError, match=message):
        Archive(path)


def test_a_file_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", b"aaaaaaaa")
    path.write_bytes(flipped(path.read_bytes()))
    with Archive(path) as broken, pytest.raises(InputError, match=r"a\.txt in it is damaged"):
        broken.read("a.txt")


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with (
        Archive(make(tmp_path / "a.zip", {"a": b""})) as archive,
        pytest.raises(InputError, match="b is missing"),
    ):
        archive.read("b")
    with pytest.raises(InputError, match="cannot be read"):
        Archive(tmp_path / "none.zip")
