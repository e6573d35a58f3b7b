"""Files that appear whole or not at all.

`open_output` writes everything that this package writes: sound, timings, pictures. A regular file is written under
a temporary name beside it and renamed at the end. A named pipe or a device is written to directly, because there is
nothing to rename. Only an error of the file itself becomes an `OutputError`; an exception of the caller passes through
unchanged.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import OutputError
from . import temporary

logger = logging.getLogger(__name__)

READER_WAIT = 60.0  # seconds to wait for a reader of a named pipe
_POLL = 0.02  # seconds between two attempts to open the pipe
_ON_WINDOWS = os.name == "nt"

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a block device",
    stat.S_IFSOCK: "a socket",
}
# Kinds of files that are written to directly.
_STREAMS = (stat.S_IFIFO, stat.S_IFCHR)

_finished: ContextVar[list[Path] | None] = ContextVar("_finished", default=None)


@dataclass(frozen=True)
class Destination:
    """The file that an output goes to; made by `destination`.

    Attributes:
        path: The path as it was given.
        target: The file that the path means, after symbolic links.
        status: Status of the file that is there now; None if there is none.
        stream: The kind of a special file, such as "a named pipe", which is written to directly; empty for a regular
            file.
    """

    path: Path
    target: Path
    status: os.stat_result | None
    stream: str


class OutputFile(io.FileIO):
    """An open output. Every write is whole, or raises an error that names the file.

    Args:
        path: The name of the file in messages.
        descriptor: An open file descriptor, which is closed by whoever opened it.
        is_stream: Whether it is a pipe or a device, in which nobody can go back.
    """

    def __init__(self, path: Path, descriptor: int, *, is_stream: bool = False) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self._path = path
        self._is_stream = is_stream

    def seekable(self) -> bool:
        """Tell whether what was written can be changed; some devices say so and cannot."""
        return not self._is_stream and super().seekable()

    def write(self, data: Any, /) -> int:
        """Write all of the data.

        Raises:
            OutputError: The disk is full, or the system refuses for another reason.
            BrokenPipeError: The reader of a named pipe has gone.
        """
        view = memoryview(data).cast("B")
        done = 0
        try:
            while done < len(view):
                done += super().write(view[done:])
        except OSError as error:
            if reader_has_gone(error):
                raise BrokenPipeError(errno.EPIPE, f"the reader of {self._path} has gone") from error
            raise cannot_write(self._path, error) from error
        return done


@contextmanager
def open_output(path: str | Path, *, needs_file: str = "") -> Iterator[OutputFile]:
    """Open an output to write to; a regular file appears under its name when the block ends well.

    When the block fails, the temporary file is removed and an older file of that name stays as it was. The new file has
    the mode of the file that it replaces, or the usual one of a new file.

    Args:
        path: A file that is there or not, a named pipe, or a character device. Symbolic links are followed. A named
            pipe is waited for until it has a reader, up to `READER_WAIT` seconds.
        needs_file: Why the output cannot be written to a pipe or a device, which are refused then.

    Raises:
        OutputError: The folder is missing or cannot be written; the path is empty, a folder, a block device or a
            socket; a named pipe has no reader; or the disk is full.

    Example:
        with open_output("notes.txt") as file:
            file.write(b"text")
    """
    output = destination(path)
    if output.stream:
        if needs_file:
            raise OutputError(
                f"{output.path} cannot be written: it is {output.stream}, and {needs_file}", path=output.path
            )
        with _open_stream(output) as file:
            yield file
        return
    with _temporary_file(output) as unfinished, OutputFile(output.path, unfinished.descriptor) as file:
        yield file


def write_output(path: str | Path, data: bytes) -> None:
    """Write a whole output at once; see `open_output`."""
    with open_output(path) as file:
        file.write(data)


def check_output(path: str | Path) -> None:
    """Refuse now what `open_output` would refuse later, so that nothing is computed in vain.

    Raises:
        OutputError: As for `open_output`; a named pipe is not waited for.
    """
    output = destination(path)
    with _own_errors(output.path):
        if not output.stream:
            temporary.create(output.target).discard()
        elif not os.access(output.path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def destination(path: str | Path) -> Destination:
    """Find out what a path names.

    Raises:
        OutputError: It cannot name an output: it is empty, a folder, in no folder, a block device or a socket, or a
            file that must not be written.
    """
    name = os.fspath(path)
    if not name:
        raise OutputError("'' cannot be written: expected a file name")
    if "\0" in name:
        raise OutputError(f"{name!r} cannot be written: a file name has no NUL character")
    path = Path(path)
    with _own_errors(path):
        status = _status(path)
        kind = stat.S_IFMT(status.st_mode) if status else stat.S_IFREG
        if kind == stat.S_IFDIR or name.endswith(("/", os.sep)):
            raise OutputError(f"{path} cannot be written: it is a folder, expected a file name", path=path)
        if kind in _STREAMS:
            return Destination(path, path, status, _KINDS[kind])
        if kind != stat.S_IFREG:
            name = _KINDS.get(kind, "no regular file")
            raise OutputError(
                f"{path} cannot be written: it is {name}, expected a file or a named pipe", path=path
            )
        target = Path(os.path.realpath(path))
        folder = target.parent if path.is_symlink() else path.parent
        if not target.parent.is_dir():
            raise OutputError(f"{path} cannot be written: there is no folder {folder}", path=path)
        if status:
            if not (target.exists() and os.path.samestat(status, target.stat())):
                # A link of /dev/fd to a file that this process was given open, which may have no name any more.
                return Destination(path, path, status, "an open file")
            # Opening it tells whether it may be written, better than its mode does.
            with target.open("r+b"):
                pass
    return Destination(path, target, status, "")


def finished_files() -> list[Path]:
    """Return the list that every finished file is appended to, from now on in this context."""
    files: list[Path] = []
    _finished.set(files)
    return files


def cannot_write(path: Path | str, error: OSError) -> OutputError:
    """Return the error that names the file and the system's reason, whose number it has too."""
    refused = OutputError(f"{path} cannot be written: {error.strerror or error}", path=path)
    refused.errno = error.errno
    return refused


def reader_has_gone(error: OSError) -> bool:
    """Tell whether an error means that nobody reads a pipe any more; Windows calls this an invalid argument."""
    return error.errno in (errno.EPIPE, errno.ESHUTDOWN, errno.ECONNRESET) or (
        _ON_WINDOWS and error.errno == errno.EINVAL
    )


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise OutputError(f"{path} cannot be written: there is no folder {path.parent}", path=path) from None


@contextmanager
def _own_errors(path: Path) -> Iterator[None]:
    """Turn the system's errors in a block that holds nothing of the caller into errors about the file."""
    try:
        yield
    except OutputError:
        raise
    except (OSError, ValueError) as error:
        reason = error if isinstance(error, OSError) else OSError(errno.EINVAL, str(error))
        raise cannot_write(path, reason) from error


@contextmanager
def _temporary_file(output: Destination) -> Iterator[temporary.TemporaryFile]:
    """Create the temporary file of a regular one; when the block ends well, it replaces that file."""
    with ExitStack() as stack:
        with _own_errors(output.path):
            unfinished = temporary.create(output.target)
            stack.callback(unfinished.discard)
        yield unfinished
        with _own_errors(output.path):
            unfinished.become(output.target, like=output.status)
        finished = _finished.get()
        if finished is not None:
            finished.append(output.path)


@contextmanager
def _open_stream(output: Destination) -> Iterator[OutputFile]:
    """Open a named pipe or a device."""
    with _own_errors(output.path):
        descriptor = _open_pipe(output.path) if output.stream == "a named pipe" else _open_device(output.path)
    try:
        with OutputFile(output.path, descriptor, is_stream=True) as file:
            yield file
    except BaseException:
        with suppress(OSError):
            os.close(descriptor)
        raise
    with _own_errors(output.path):
        os.close(descriptor)


def _open_pipe(path: Path) -> int:
    """Open a named pipe for writing, once it has a reader.

    A plain `open` would wait for a reader without end, so the pipe is asked again and again instead.
    """
    began = time.monotonic()
    told = False
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        else:
            os.set_blocking(descriptor, True)
            return descriptor
        waited = time.monotonic() - began
        if waited > READER_WAIT:
            raise OutputError(
                f"{path} cannot be written: nothing has read this pipe for {READER_WAIT:g} s", path=path
            )
        if waited > 1.0 and not told:
            logger.info("waiting for a reader of %s", path)
            told = True
        time.sleep(_POLL)


def _open_device(path: Path) -> int:
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0))
    if os.isatty(descriptor):
        os.close(descriptor)
        raise OutputError(
            f"{path} cannot be written: it is a terminal, expected a file or a named pipe", path=path
        )
    return descriptor
