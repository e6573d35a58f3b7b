"""Sound that is written to file objects: those that can go back, those that cannot, and those that fail."""

from __future__ import annotations

import errno
import gzip
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from sounds import decoded
from text_to_speech.errors import InputError, OutputError
from text_to_speech.speech.containers import FORMATS
from text_to_speech.speech.sinks import open_audio, write_audio

TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(22_050 * 2) / 22_050)).astype(np.float32)
HEADED = [container for container in FORMATS if container != "raw"]


class WriteOnly:
    """The least that a file object can be; `write` returns nothing."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        assert type(data) is bytes
        self.data += data


class Failing(io.RawIOBase):
    """A stream that fails after some bytes; it can seek, or cannot."""

    def __init__(self, error: BaseException, *, room: int, seekable: bool) -> None:
        super().__init__()
        self._error = error
        self._file = io.BytesIO()
        self._room = room
        self._seekable = seekable

    def seekable(self) -> bool:
        return self._seekable

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def write(self, data: Any, /) -> int:
        if self._file.tell() + len(data) > self._room:
            raise self._error
        return self._file.write(data)


def written(container: str, file: Any, **options: Any) -> Any:
    with open_audio(file, container=container, **options) as sink:
        for chunk in np.array_split(TONE, 7):
            sink.write(chunk)
    assert sink.samples == TONE.size
    return file


@pytest.mark.parametrize("container", FORMATS)
def test_a_file_object_gets_the_bytes_of_the_file(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"tone.{container}"
    written(container, path)
    data = written(container, io.BytesIO()).getvalue()
    if container in ("ogg", "opus"):
        # The serial number of an Ogg stream is drawn for every file.
        np.testing.assert_array_equal(
            decoded(data, samples=TONE.size), decoded(path.read_bytes(), samples=TONE.size)
        )
    else:
        assert data == path.read_bytes()


@pytest.mark.parametrize("container", HEADED)
def test_an_object_that_can_only_write_gets_a_whole_sound(container: str) -> None:
    heard = decoded(written(container, WriteOnly()).data, samples=TONE.size)
    whole = decoded(written(container, io.BytesIO()).getvalue(), samples=TONE.size)
    if container == "mp3":
        # A file has a tag that tells how much of the encoder's silence to cut from both ends.
        assert 0 < heard.size - whole.size < 3_500
        assert np.abs(heard[1105:][: TONE.size] - TONE).max() < 0.1
    else:
        np.testing.assert_array_equal(heard, whole)


def test_a_wav_that_cannot_be_changed_says_that_its_length_is_unknown() -> None:
    data = written("wav", WriteOnly()).data
    assert data[40:44] == b"\xff\xff\xff\xff"
    assert len(data) == 44 + 2 * TONE.size


def test_a_file_object_without_a_container_gets_a_wav() -> None:
    file = io.BytesIO()
    write_audio(file, TONE)
    assert soundfile.info(io.BytesIO(file.getvalue())).format == "WAV"


@pytest.mark.parametrize("container", HEADED)
def test_a_sound_begins_where_the_file_object_is_and_leaves_it_at_its_end(container: str) -> None:
    file = io.BytesIO(b"before" + bytes(100))
    file.seek(6)
    written(container, file)
    end = file.tell()
    file.write(b"after")
    data = file.getvalue()
    assert (data[:6], data[end : end + 5]) == (b"before", b"after")
    assert (
        abs(
            decoded(data[6:end], samples=TONE.size).size
            * 22_050
            / soundfile.info(io.BytesIO(data[6:])).samplerate
            - TONE.size
        )
        < 2
    )
    assert not file.closed


def test_two_sounds_follow_each_other_in_one_file_object() -> None:
    file = io.BytesIO()
    written("flac", file)
    middle = file.tell()
    written("flac", file)
    assert file.getvalue()[:middle] == file.getvalue()[middle:]


@pytest.mark.parametrize("container", HEADED)
def test_a_file_that_appends_is_not_gone_back_in(container: str, tmp_path: Path) -> None:
    path = tmp_path / "all"
    path.write_bytes(b"before")
    with path.open("ab") as file:
        written(container, file)
    assert path.read_bytes()[:6] == b"before"
    assert decoded(path.read_bytes()[6:], samples=TONE.size).size >= TONE.size


@pytest.mark.parametrize("container", HEADED)
@pytest.mark.parametrize("buffered", [True, False])
def test_the_pipe_of_a_child_gets_every_container(container: str, buffered: bool, tmp_path: Path) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "wb", buffering=-1 if buffered else 0) as pipe:
        short = TONE[:2000]
        with open_audio(pipe, container=container) as sink:
            sink.write(short)
    with os.fdopen(read, "rb") as reader:
        assert decoded(reader.read(), samples=short.size).size >= short.size


def test_a_file_that_says_it_can_seek_and_cannot_is_an_error_of_the_file(tmp_path: Path) -> None:
    with (
        gzip.open(tmp_path / "out.wav.gz", "wb") as file,
        pytest.raises(OutputError, match=r"out\.wav\.gz cannot be written: "),
    ):
        written("wav", file)


@pytest.mark.parametrize("container", FORMATS)
@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), OutputError),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), BrokenPipeError),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), BrokenPipeError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (RuntimeError("the response has ended"), RuntimeError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_a_file_object_raises_is_raised(
    container: str, seekable: bool, error: BaseException, expected: type[BaseException], capfd: Any
) -> None:
    size = len(written(container, io.BytesIO()).getvalue())
    for room in (0, size // 2, size - 1):
        with pytest.raises(expected) as caught:
            written(container, Failing(error, room=room, seekable=seekable))
        if expected is OutputError:
            assert str(caught.value) == "the file object cannot be written: No space left on device"
    # libsndfile calls back from C, where an exception would be printed and lost.
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("container", FORMATS)
def test_nothing_is_written_after_the_caller_has_failed(container: str) -> None:
    file = WriteOnly()

    def speak() -> None:
        nonlocal before
        with open_audio(file, container=container) as sink:
            sink.write(TONE)
            before = file.data
            raise KeyboardInterrupt

    before = b""
    with pytest.raises(KeyboardInterrupt):
        speak()
    assert file.data == before


@pytest.mark.parametrize(
    "make",
    [
        lambda: io.StringIO(),
        lambda: 5,
        lambda: None,
        lambda: b"out.wav",
        lambda: object(),
        lambda: sys.stdout,
    ],
    ids=["text", "number", "None", "bytes", "object", "stdout"],
)
def test_what_takes_no_bytes_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(InputError, match="expected a path or a binary file object"):
        write_audio(make(), TONE)


def test_standard_output_has_its_name_in_messages() -> None:
    class Closed(Failing):
        name = "<stdout>"

    with pytest.raises(OutputError, match=r"^standard output cannot be written: Input/output error$"):
        written("wav", Closed(OSError(errno.EIO, "Input/output error"), room=0, seekable=False))
