"""Arrays in .npy files: read whole and in blocks, and nothing in a header is believed."""

from __future__ import annotations

import contextlib
import os
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from text_to_speech.errors import InputError
from text_to_speech.speech.arrays import column_blocks, read_array, read_header

MEL = np.random.default_rng(0).normal(-5, 2, (80, 1_000)).astype(np.float32)

FORMS: dict[str, np.ndarray] = {
    "a mel": MEL,
    "three axes": MEL[np.newaxis],
    "Fortran order": np.asfortranarray(MEL),
    "Fortran order, three axes": np.asfortranarray(MEL.reshape(2, 40, 1_000)),
    "half": MEL.astype(np.float16),
    "double, big-endian": MEL.astype(">f8"),
    "a slice": MEL[::2, ::3],
    "one axis": MEL[0],
    "integers": np.arange(12).reshape(3, 4),
    "no columns": MEL[:, :0],
    "no rows": MEL[:0],
    "one column": MEL[:, :1],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("columns", [1, 7, 1_000, 5_000])
def test_what_was_saved_is_read(form: str, columns: int, tmp_path: Path) -> None:
    array = FORMS[form]
    np.save(tmp_path / "a.npy", array)
    header = read_header(tmp_path / "a.npy")
    assert (header.shape, header.dtype) == (array.shape, array.dtype)
    whole = read_array(tmp_path / "a.npy")
    assert whole.dtype == array.dtype
    np.testing.assert_array_equal(whole, array)
    blocks = list(column_blocks(tmp_path / "a.npy", columns=columns))
    assert [block.shape[-1] for block in blocks[:-1]] == [columns] * (len(blocks) - 1)
    assert len(blocks) == -(-array.shape[-1] // columns)
    np.testing.assert_array_equal(np.concatenate([*blocks, array[..., :0]], axis=-1), array)


def test_one_number_is_an_array(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.float32(1.5))
    assert read_array(tmp_path / "a.npy").shape == ()
    assert read_array(tmp_path / "a.npy") == 1.5


def test_the_longer_form_of_the_header_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.npy").open("wb") as stream:
        np.lib.format.write_array(stream, MEL, version=(2, 0))
    np.testing.assert_array_equal(read_array(tmp_path / "a.npy"), MEL)


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_does_not_grow_with_the_columns(order: str, tmp_path: Path) -> None:
    peaks = []
    for length in (4_000, 4_000, 40_000):
        np.save(tmp_path / "a.npy", np.zeros((80, length), np.float32, order=order))  # type: ignore[call-overload]
        tracemalloc.start()
        try:
            for _ in column_blocks(tmp_path / "a.npy"):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[2] < 1.05 * peaks[1] < 2e6


class Malicious:
    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("executed"),)


def claim(shape: object, descr: object = "<f4", data: bytes = bytes(400)) -> Callable[[Path], object]:
    """Return a writer of a file whose header says that."""

    def write(path: Path) -> None:
        text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}".encode()
        text += b" " * (-(len(text) + 11) % 64) + b"\n"
        path.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data)

    return write


def raw(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def header(text: bytes) -> Callable[[Path], object]:
    return raw(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)


def archive(path: Path) -> None:
    with path.open("wb") as stream:
        np.savez(stream, a=MEL, b=MEL)


def pipe(path: Path) -> None:
    try:
        os.mkfifo(path)
    except (AttributeError, PermissionError) as error:
        pytest.skip(f"named pipes cannot be made here: {error}")


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no file": (lambda path: None, "No such file or directory"),
    "a folder": (Path.mkdir, "expected a regular file"),
    "a pipe": (pipe, "expected a regular file"),
    "zero bytes": (raw(b""), "magic string"),
    "text": (raw(b"hello, this is a text"), "magic string"),
    "a pickle": (lambda path: path.write_bytes(pickle.dumps(Malicious())), "magic string"),
    "objects": (
        lambda path: np.save(path, np.array([Malicious()], dtype=object), allow_pickle=True),
        "it holds Python objects",
    ),
    "objects in a record": (claim((1,), [("a", "|O"), ("b", "<f4")]), "it holds Python objects"),
    "an archive": (archive, "it is an archive of several"),
    "the beginning of an archive": (raw(b"PK\x03\x04"), "it is an archive of several"),
    "version 3": (raw(b"\x93NUMPY\x03\x00" + bytes(100)), r"it has version \(3, 0\)"),
    "version 9.9": (raw(b"\x93NUMPY\x09\x09" + bytes(100)), r"it has version \(9, 9\)"),
    "no header": (raw(b"\x93NUMPY\x01\x00"), "its header is damaged"),
    "a header of 4 GB": (raw(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{"), "its header is damaged"),
    "a header that is no dictionary": (header(b"[1, 2]"), "its header is damaged"),
    "keys that cannot be": (header(b"{[]: 1}"), "its header is damaged"),
    "a deep header": (header(b"(" * 9_000), "its header is damaged"),
    "a deep type": (claim((1,), [[[[[[[]]]]]]]), "its header is damaged"),
    "an unknown type": (claim((80, 1), "<z9"), "its header is damaged"),
    "a terabyte": (claim((80, 10**12)), r"it breaks off: its header says 320,000,000,000,128 bytes"),
    "more than an integer holds": (claim((2**40, 2**40)), "it breaks off"),
    "nothing, in a great shape": (claim((0, 2**70)), "not a NumPy array that can be read"),
    "a value of 2 GB": (claim((1,), "|V2000000000"), "it breaks off"),
    "less than nothing": (claim((-80, -1)), r"in the shape \(-80, -1\)"),
    "values without bytes": (claim((10**12,), "|V0"), "values of 0 bytes"),
    "strings without bytes": (claim((10**12,), "<U0"), "values of 0 bytes"),
    "one byte too few": (
        claim((100,), data=bytes(399)),
        "it breaks off: .* says 528 bytes, the file has 527",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_array_is_refused(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, message = REFUSED[case]
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "a.npy")
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=message) as caught:
            read_array(tmp_path / "a.npy")
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()
    assert str(caught.value).startswith("not a NumPy array that can be read: ")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "executed").exists()


def test_one_number_has_no_columns(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.float32(1.5))
    with pytest.raises(InputError, match="it is one number: expected an array"):
        next(column_blocks(tmp_path / "a.npy"))


def test_a_file_that_is_cut_meanwhile_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", MEL)
    blocks = column_blocks(tmp_path / "a.npy", columns=100)
    next(blocks)
    with (tmp_path / "a.npy").open("r+b") as file:
        file.truncate(2_000)
    with pytest.raises(InputError, match="it breaks off"):
        list(blocks)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(changes=st.lists(st.tuples(st.integers(0, 130), st.integers(0, 255)), min_size=1, max_size=4))
@example(changes=[(6, 2)])
def test_a_damaged_header_is_read_or_refused(changes: list[tuple[int, int]], tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", MEL[:, :3])
    content = bytearray((tmp_path / "a.npy").read_bytes())
    for at, value in changes:
        content[at] = value
    (tmp_path / "a.npy").write_bytes(content)
    # Any error but this one would be seen by the user as a traceback.
    with contextlib.suppress(InputError):
        array: np.ndarray[Any, Any] = read_array(tmp_path / "a.npy")
        assert array.nbytes <= MEL.nbytes
    with contextlib.suppress(InputError):
        list(column_blocks(tmp_path / "a.npy"))
