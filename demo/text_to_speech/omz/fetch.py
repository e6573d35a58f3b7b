"""Fetch a file of a model from the network: whole and verified, or not at all.

    source ──▶ NAME.part ── size and SHA-384 ──▶ NAME

What has arrived when a connection breaks stays in NAME.part, and the next attempt, or the next run, asks the server
for the rest only. A server that cannot continue sends the whole again. What is not the published file is removed.
A symbolic link in the place of either file is never followed.
"""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from ..errors import ChecksumError, ModelError, OutputError
from ..files import cannot_write
from ..store.addresses import PART, host_of
from ..store.model_yml import GoogleDriveSource, HttpSource, ModelFile
from ..store.sources import file_sha384
from .transfer import TransferError, transfer

logger = logging.getLogger(__name__)

RETRY_DELAY = 10.0  # seconds between two attempts

Progress = Callable[[int], None]


def address(source: HttpSource | GoogleDriveSource) -> str:
    """Return the address that a source is fetched from."""
    if isinstance(source, HttpSource):
        return source.url
    # The answer to the question that Google asks before it gives a large file, which it cannot scan for viruses.
    fields = f"id={quote(source.id)}&export=download&confirm=t"
    return f"https://drive.usercontent.google.com/download?{fields}"


def fetch_file(
    file: ModelFile, target: Path, *, attempts: int = 1, progress: Progress = lambda size: None
) -> None:
    """Fetch a file from its source.

    Args:
        file: What to fetch, with its size and SHA-384.
        target: Its place; the folder is made.
        attempts: How often to try while the network fails.
        progress: Called with the number of bytes that are there, each time that some have arrived.

    Raises:
        ChecksumError: The source has another file; nothing is kept of it.
        ModelError: The network or the server failed; what arrived is kept for the next time.
        OutputError: The file cannot be written.
    """
    part = target.with_name(target.name + PART)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        regular_size(target)
        for left in reversed(range(attempts)):
            try:
                _fetch_part(file, part, progress)
                break
            except TransferError as error:
                if error.final or not left:
                    raise ModelError(_complaint(file, part, str(error))) from error
                logger.info("%s: %s; again in %g seconds", file.name, error, RETRY_DELAY)
                time.sleep(RETRY_DELAY)
        part.replace(target)
    except OutputError:
        raise
    except OSError as error:
        raise cannot_write(target, error) from error


def regular_size(path: Path) -> int:
    """Return the size of the regular file of that name, 0 if there is nothing.

    Raises:
        OutputError: Something else has that name, such as a link or a device, which is neither followed nor replaced.
    """
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return 0
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink > 1:
        kind = "a symbolic link" if stat.S_ISLNK(facts.st_mode) else "no regular file, or one with two names"
        raise OutputError(f"{path} cannot be written: it is {kind}; remove it, or choose another folder")
    return facts.st_size


def _complaint(file: ModelFile, part: Path, reason: str) -> str:
    have = regular_size(part)
    kept = f"; {have} of {file.size} bytes are kept, run the command again for the rest" if have else ""
    return f"{file.name} cannot be fetched from {host_of(address(file.source))}: {reason}{kept}"


def _fetch_part(file: ModelFile, part: Path, progress: Progress) -> None:
    """Fetch the missing rest of the partial file and verify the whole; remove it if it is not the published file."""
    start = regular_size(part)
    if start > file.size:
        start = 0
    try:
        if start < file.size:
            start = _receive(file, part, start, progress)
        elif not file.size:
            _open_part(part, 0).close()  # nothing has to be fetched
    except OutputError:
        _remove(part)  # on a full disk it would only be in the way
        raise
    size = regular_size(part)
    if size == file.size and file_sha384(part) == file.checksum:
        return
    part.unlink()
    if start:  # what was there from an earlier time may be what is wrong
        _fetch_part(file, part, progress)
        return
    what = f"{size} bytes, expected {file.size}" if size != file.size else "its SHA-384 differs"
    raise ChecksumError(f"{host_of(address(file.source))} does not give the published {file.name} ({what})")


def _receive(file: ModelFile, part: Path, start: int, progress: Progress) -> int:
    """Append the server's answer to the partial file; return the offset at which the answer begins.

    A file that is longer than expected is cut one byte after its expected end, which shows that it is the wrong one.
    """
    arrivals = transfer(address(file.source), start=start, size=file.size)
    try:
        begin = next(arrivals)
        assert isinstance(begin, int)
        with _open_part(part, begin) as stream:
            for piece in arrivals:
                assert isinstance(piece, bytes)
                stream.write(piece)
                progress(min(stream.tell(), file.size))
    except OutputError:
        raise
    except OSError as error:
        raise cannot_write(part, error) from error
    return begin


def _open_part(part: Path, start: int) -> BinaryIO:
    """Open the partial file to write from `start` on; a link or a device in its place is refused."""
    no_follow: int = getattr(os, "O_NOFOLLOW", 0)  # Windows has none
    flags = os.O_RDWR | os.O_CREAT | no_follow | getattr(os, "O_BINARY", 0)
    regular_size(part)
    stream = os.fdopen(os.open(part, flags, 0o666), "r+b")
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OutputError(f"{part} cannot be written: it is no regular file")
    stream.truncate(start)
    stream.seek(start)
    return stream


def _remove(part: Path) -> None:
    """Remove the partial file if it is a regular file."""
    if stat.S_ISREG(part.lstat().st_mode):
        part.unlink()
