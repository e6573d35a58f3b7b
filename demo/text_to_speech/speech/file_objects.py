"""Binary file objects as the place that sound is written to: those that can go back, and those that cannot."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast

from ..errors import InputError, OutputError
from ..files import cannot_write, reader_has_gone


class Writable(Protocol):
    """A binary file object, of which `write` alone is needed; one that can seek has `seek`, `tell` and `seekable`."""

    def write(self, data: bytes, /) -> object:
        """Take bytes; see `io.RawIOBase.write`. An object that is no stream of `io` takes all of them."""


class EncoderTarget:
    """The file that libsndfile writes to; it remembers the first error.

    libsndfile calls these methods from C, where an exception would be lost: it would be printed, and the encoder would
    go on. Encoders write their last packets, and a WAV its length, when they close, and libsndfile does not report
    when that fails.

    Positions are counted from where the file object was when the sound began. Encoders go back to their header at the
    end; where the file cannot, what they would change there stays as it was.

    Args:
        file: A file object.
        name: What the file is called in messages.
        begin: Turns the first bytes of a stream into those that are written.

    Attributes:
        failure: The first error of the file; None so far.
    """

    def __init__(self, file: Writable, name: str, *, begin: Callable[[bytes], bytes] = bytes) -> None:
        self._file = file
        self._name = name
        self._begin = begin
        self._position = self._length = 0
        self._start: int | None = cast(Any, file).tell() if can_seek(file) else None
        self._file_position = 0
        self._is_open = True
        self.failure: BaseException | None = None

    def write(self, data: bytes) -> int:
        """Write all of the data; keep an error and return 0."""
        if self.failure or not self._is_open:
            return 0
        try:
            self._write(bytes(data))
        # An interrupt too: where this method was called from, it would be lost.
        except BaseException as error:
            self.failure = error
            return 0
        self._position = self._file_position = self._position + len(data)
        self._length = max(self._length, self._position)
        return len(data)

    def _write(self, data: bytes) -> None:
        if self._start is None:
            new = data[max(0, self._length - self._position) :]
            write_all(self._file, new if self._length else self._begin(new), self._name)
            return
        # Only where the encoder went back: a buffered file would write its buffer at every call.
        if self._position != self._file_position:
            with system_errors(self._name):
                cast(Any, self._file).seek(self._start + self._position)
        write_all(self._file, data, self._name)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to an offset of the sound's file."""
        self._position = offset + (0, self._position, self._length)[whence]
        return self._position

    def tell(self) -> int:
        """Return the offset in the sound's file."""
        return self._position

    def finish(self) -> None:
        """Leave the file object at the end of the sound."""
        if self._start is not None:
            with system_errors(self._name):
                cast(Any, self._file).seek(self._start + self._length)
        flush(self._file, self._name)

    def close(self) -> None:
        """Write nothing any more."""
        self._is_open = False


def can_seek(file: object) -> bool:
    """Tell whether a file object can go back in what was written; one that appends cannot, whatever it says."""
    seekable = getattr(file, "seekable", None)
    return bool(seekable and seekable()) and "a" not in str(getattr(file, "mode", ""))


def write_all(file: Writable, data: bytes, name: str) -> None:
    """Write all of the data; an unbuffered stream may take a part at a time."""
    rest = memoryview(data)
    with system_errors(name):
        while rest:
            taken = file.write(bytes(rest))
            if not isinstance(taken, int) and not isinstance(file, io.IOBase):
                return
            if not taken:
                raise BlockingIOError(errno.EAGAIN, "it does not wait for its reader")
            rest = rest[cast(int, taken) :]


def flush(file: Writable, name: str) -> None:
    """Flush a file object, if it has a buffer."""
    method = getattr(file, "flush", None)
    with system_errors(name):
        if method:
            method()


@contextmanager
def system_errors(name: str) -> Iterator[None]:
    """Turn the system's errors into errors about the file."""
    try:
        yield
    except (OutputError, BrokenPipeError):
        raise
    except OSError as error:
        if reader_has_gone(error):
            raise BrokenPipeError(errno.EPIPE, f"the reader of {name} has gone") from error
        raise cannot_write(name, error) from error


def name_of(target: object) -> str:
    """Return what a binary file object is called in messages.

    Raises:
        InputError: It is none.
    """
    if isinstance(target, io.TextIOBase) or not callable(getattr(target, "write", None)):
        raise InputError(
            f"sound cannot be written to {target!r:.60}: expected a path or a binary file object"
        )
    name = getattr(target, "name", None)
    if not isinstance(name, str):
        return "the file object"
    return "standard output" if name == "<stdout>" else name
