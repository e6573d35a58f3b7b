"""Locks on open files, which the system drops when the process that holds them ends, however it ends.

with FolderLock(Path("speech/.work")):
    ...                      # no other process is in a block of this kind for that folder
"""

from __future__ import annotations

import errno
import logging
import os
import platform
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from ..errors import OutputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

logger = logging.getLogger(__name__)

LOCK_FILE = "lock"
_LONGEST_NOTE = 4096  # bytes
# Windows refuses to others what is locked, so the byte that is locked lies where nobody reads.
_FAR = 1 << 30


def lock(descriptor: int) -> str:
    """Lock an open file; return `locked`, `held` by another open file, or `unknown` where files cannot be locked."""
    if sys.platform == "win32":
        return "unknown"
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "held"
    except OSError:
        return "unknown"
    return "locked"


class FolderLock:
    """A folder that one process at a time works in.

    The lock is on the file `lock` in the folder, which stays there: a file that is removed could be locked twice, once
    by who has opened it before. What it holds is for people, and a killed process leaves it without harm.

    Args:
        folder: It is there.

    Raises:
        OutputError: Another process has the lock, or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_FILE
        self._folder = folder
        self._descriptor = -1

    def __enter__(self) -> FolderLock:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            self._descriptor = os.open(self._path, flags, 0o666)
        except OSError as error:
            raise OutputError(
                f"{self._path} cannot be written: {error.strerror or error}", path=self._path
            ) from error
        state = _lock_far(self._descriptor) if sys.platform == "win32" else lock(self._descriptor)
        if state == "held":
            holder = self._note_of_holder()
            self._close()
            raise OutputError(
                f"{self._folder} is in use{f' by {holder}' if holder else ''}: wait until that has ended, or stop it",
                path=self._folder,
            )
        if state == "unknown":
            logger.warning("%s cannot be locked: make sure that nothing else works in it", self._folder)
        began = time.strftime("%Y-%m-%d %H:%M:%S")
        self._write_note(f"process {os.getpid()} on {platform.node()} since {began}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def _note_of_holder(self) -> str:
        """Return what the last holder wrote about itself."""
        try:
            return self._path.read_bytes()[:_LONGEST_NOTE].decode(errors="replace").strip()
        except OSError:
            return ""

    def _write_note(self, note: str) -> None:
        """Write what others are told; a note that cannot be written does no harm."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, note.encode()[:_LONGEST_NOTE])

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _lock_far(descriptor: int) -> str:
    """Lock a byte of an open file on Windows."""
    if sys.platform == "win32":
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return "held" if error.errno in (errno.EACCES, errno.EDEADLK) else "unknown"
        return "locked"
    return "unknown"
