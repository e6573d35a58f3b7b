"""The texts of a command line: which are read, from where, in which encoding, and which are refused."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from text_to_speech.cli.documents import KINDS, document_of_bytes
from text_to_speech.cli.inputs import decode, is_name_of_file, read_inputs, read_text, short_name
from text_to_speech.errors import InputError

DEMO = Path(__file__).parents[2] / "demo"
Outcome = tuple[int, str, str]
HELLO = "həlˈO.\n"


def standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes, *, terminal: bool = False) -> None:
    stream = io.TextIOWrapper(io.BytesIO(data))
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdin", stream)


@pytest.mark.parametrize(
    ("arguments", "spoken"),
    [
        (("Hello.",), HELLO),
        (("Hello.", "Hello."), HELLO * 2),
        (("--volume", "3", "Hello.", "--pitch", "1", "Hello."), HELLO * 2),
        (("-i", "Hello.", "-i", "Hello.", "Hello."), HELLO * 3),
        (("--", "Hello."), HELLO),
        (("hello.txt", "Hello."), HELLO * 2),
        (("-",), HELLO),
        ((), HELLO),
    ],
)
def test_texts_are_given_with_or_without_an_option_or_by_standard_input(
    arguments: tuple[str, ...],
    spoken: str,
    command: Callable[..., Outcome],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "hello.txt").write_text("Hello.", encoding="utf-8")
    standard_input(monkeypatch, b"Hello.\n")
    assert command("--phonemes", *arguments) == (0, spoken, "")


def test_a_terminal_without_a_text_is_told_what_to_do(
    command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    standard_input(monkeypatch, b"", terminal=True)
    status, out, err = command()
    assert (status, out) == (1, "")
    assert 'no text is given: expected "A text.", -i FILE, or text on standard input' in err
    assert err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="the pipe is one of a POSIX shell")
def test_a_module_speaks_what_comes_through_a_pipe(tmp_path: Path, tiny) -> None:
    line = ["sh", "-c", 'echo hi | "$@"', "sh", sys.executable, "-m", "text_to_speech", "-o", "x.flac"]
    environment = os.environ | {"PYTHONPATH": str(DEMO)}
    result = subprocess.run([*line, *tiny.flags], cwd=tmp_path, env=environment, capture_output=True)
    assert (result.returncode, result.stderr) == (0, b"")
    assert (tmp_path / "x.flac").read_bytes()[:4] == b"fLaC"


NAMES = """
    notes.md BOOK.EPUB a/b.pdf x.html letter.docx talk.mp3 data.jsonl movie.srt ./one.two ../a.b ~/poem.x
    /tmp/poem.old C:\\texts\\poem.x
"""
TEXTS = """
    U.S. 3.5 example.com e.g. No. node.js 1/2 and/or I.B.M 12.30 Hello... https://example.com/index.html
    www.example.org/a.b v1.2.3 ... yes/no. St.John
"""


@pytest.mark.skipif(os.name != "posix", reason="named pipes are those of POSIX")
def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"Hello.",))
    writer.start()
    assert read_text(str(tmp_path / "pipe")) == "Hello."
    writer.join()


@pytest.mark.parametrize("value", [*NAMES.split(), "my letter.txt"])
def test_a_name_of_a_file_is_never_spoken(value: str) -> None:
    assert is_name_of_file(value)
    with pytest.raises(InputError, match="is not there"):
        read_text(value)


@pytest.mark.parametrize("value", [*TEXTS.split(), "Read notes.md"])
def test_a_text_is_no_name_of_a_file(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_text(value) == value


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Café.".encode(), None),
        ("\ufeffCafé.".encode(), None),
        ("Café.".encode("utf-16"), None),
        ("\ufeffCafé.".encode("utf-16-be"), None),
        ("Café.".encode("utf-32"), None),
        ("Café.".encode("cp1252"), "cp1252"),
        ("Café.".encode("utf-16-le"), "utf-16-le"),
        ("\ufeffCafé.".encode("utf-16-le"), "UTF-16LE"),
        ("\ufeffCafé.".encode(), "utf-8"),
        ("Café.".encode("mac-roman"), "mac-roman"),
    ],
)
def test_a_text_is_read_in_its_encoding(data: bytes, encoding: str | None) -> None:
    assert decode(data, "it", encoding=encoding) == "Café."


def test_the_encoding_is_an_option(command: Callable[..., Outcome], folder: Path) -> None:
    (folder / "cafe.txt").write_bytes("café".encode("cp1252"))
    assert command("cafe.txt", "--phonemes")[0] == 1
    status, out, _ = command("cafe.txt", "--phonemes", "--encoding", "cp1252")
    assert (status, out) == (0, command("café", "--phonemes")[1])


def archive(name: str, content: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr(name, content)
    return stream.getvalue()


DOCUMENTS = {
    "an EPUB book": archive("mimetype", "application/epub+zip"),
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3",
    "a Word document": archive("word/document.xml", "<w/>"),
    "an OpenDocument file": archive("mimetype", "application/vnd.oasis.opendocument.text"),
    "an old Office document": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100),
    "an RTF document": b"{\\rtf1\\ansi Hello}",
    "a web archive": b"From: <Saved by a browser>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n",
    "a ZIP archive": archive("letter.txt", "Hello"),
    "a compressed file": bytes.fromhex("1f8b0800"),
    "a picture": b"\x89PNG\r\n\x1a\n",
    "a sound file": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "an e-book": bytes(60) + b"BOOKMOBI",
}


@pytest.mark.parametrize("noun", DOCUMENTS)
def test_a_document_is_told_by_its_bytes(noun: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(DOCUMENTS[noun])
    kind = document_of_bytes(DOCUMENTS[noun])
    assert kind is not None
    with pytest.raises(InputError) as refusal:
        read_text(str(path))
    assert str(refusal.value) == f"{path} is {noun}, not a text file: {kind.advice}"
    assert "UTF-8" not in str(refusal.value)


def test_every_kind_of_document_is_tried() -> None:
    assert {kind.noun for kind in KINDS} == set(DOCUMENTS)


@pytest.mark.parametrize("suffix", [suffix for kind in KINDS for suffix in kind.suffixes])
def test_a_document_is_told_by_its_name(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"letter{suffix.upper()}"
    path.write_text("Hello.")
    with pytest.raises(InputError, match="not a text file"):
        read_text(str(path))


@pytest.mark.parametrize(
    "text", ["<speak>Hello.</speak>", "<?xml version='1.0'?><speak/>", "<htmlish>", "PK", "BZhello"]
)
def test_other_texts_are_no_documents(text: str) -> None:
    assert decode(text.encode(), "letter.txt") == text


@pytest.mark.parametrize(
    ("value", "text", "name"),
    [
        ("books/My Letter.txt", "Hello.", "My-Letter"),
        ("-", "Hello.", "stdin"),
        ("It's 5 o'clock. Tea is ready!", "It's 5 o'clock. Tea is ready!", "it-s-5-o-clock"),
        ("../..//a..b.txt", "Hello.", "a-b"),
        ("***", "***", "text"),
        ("x" * 300, "x" * 300, "x" * 40),
        ("é/ü.md", "Hello.", "ü"),
    ],
)
def test_a_numbered_file_is_named_after_its_text(value: str, text: str, name: str) -> None:
    assert short_name(value, text) == name


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("page.html", "<h1>One</h1><nav>Home</nav><p>Two &amp; three", "One Two & three"),
        ("page.htm", "Two &lt; three", "Two < three"),
        ("notes.md", "# One\n\n* two\n* three", "One two three"),
        ("notes.txt", "- one\n- two", "- one\n- two"),
        ("answer", "**One** two", "One two"),
    ],
)
def test_a_file_is_read_as_what_it_is(name: str, written: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(written)
    (given,) = read_inputs([str(path)])
    assert given.script.text.split() == expected.split()
    assert given.script.source == written
    (given,) = read_inputs([str(path)], input_format="text")
    assert given.script.text == written


def test_a_text_that_is_no_file_has_no_suffix() -> None:
    (given,) = read_inputs(["Read *this* in notes.md"])
    assert given.script.text.split() == "Read this in notes.md".split()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'<meta charset="windows-1252"><p>caf\xe9', "café"),
        (
            b"<!DOCTYPE html><meta http-equiv=content-type content='text/html; charset=ISO-8859-1'>\x93x\x94",
            "“x”",
        ),
        (b"<?xml version='1.0' encoding='iso-8859-15'?><html>5 \xa4", "5 €"),
        ('<meta charset="utf-8"><p>café'.encode(), "café"),
        (b'<meta charset="klingon"><p>x', "x"),
        ("\ufeff<meta charset='latin-1'>é".encode(), "é"),
    ],
)
def test_a_page_may_name_its_encoding(data: bytes, expected: str) -> None:
    assert decode(data, "page.html").endswith(expected)
