"""Temporary files beside the files that they become, and removal of those that killed runs have left.

A temporary file is locked (`flock`) from its creation to its end. The system drops the lock when the process dies,
however it dies, so a temporary file that nobody has locked was left by a killed run, and the next run that writes the
same name removes it. Three things protect what belongs to somebody else:

* the name carries a hash of the host's name, because on some network folders a lock is seen by one host only;
* a file of another user, with a second hard link, or that is no regular file, is left alone;
* where the system cannot lock a file, no file is removed.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import functools
import hashlib
import os
import platform
import secrets
import stat
import sys
from pathlib import Path

from .locks import lock

# So many runs may write one name at the same time before their temporary files get random names,
# which a later run cannot find.
NUMBERED = 8
ATTEMPTS = 32
LONGEST_NAME = 255  # bytes of a file name on the usual file systems
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL
_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class TemporaryFile:
    """A file that is being written; made by `create`.

    Attributes:
        path: Its temporary name, in the folder of the target and with the suffix of the target.
        descriptor: An open, locked file descriptor for reading and writing; -1 when it is closed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = -1
        self._process = os.getpid()

    def become(self, target: Path, *, like: os.stat_result | None) -> None:
        """Rename the file to `target`, and close it.

        Args:
            target: The name of the finished file.
            like: The file that is replaced, whose owner and mode the new one takes over.

        Raises:
            OSError: The content or the new name cannot be stored.
        """
        # Some file systems report a full disk only here; and after a loss of power, a rename may be stored without the
        # content that it was made for.
        try:
            os.fsync(self.descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
                raise
        if like:
            # Only root may give a file away; to everybody else the file belongs already.
            if sys.platform != "win32":
                with contextlib.suppress(OSError):
                    os.fchown(self.descriptor, like.st_uid, like.st_gid)
            self.path.chmod(stat.S_IMODE(like.st_mode))
        if sys.platform == "win32":  # which renames no file that is open
            self._close()
        self.path.replace(target)
        _unfinished.discard(self)
        self._close()

    def discard(self) -> None:
        """Remove the file if it has not become another; this may be called again."""
        # A forked child has a copy of this object, but the file is its parent's.
        if self in _unfinished and self._process == os.getpid():
            if sys.platform == "win32":
                self._close()
            with contextlib.suppress(OSError):
                self.path.unlink()
        _unfinished.discard(self)
        self._close()

    def _close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


_unfinished: set[TemporaryFile] = set()


def create(target: Path) -> TemporaryFile:
    """Create the temporary file that is going to become `target`, and remove what killed runs have left of it.

    Raises:
        OSError: The folder cannot be written.
    """
    for number in range(ATTEMPTS):
        path = temporary_name(target, str(number) if number < NUMBERED else secrets.token_hex(4))
        file = _try_to_create(path) or (_try_to_create(path) if remove_leftover(path) else None)
        if file:
            _remove_further_leftovers(target, number + 1)
            return file
    raise OSError(errno.EBUSY, "too many programs write it at the same time")


def temporary_name(target: Path, tag: str) -> Path:
    """Return the temporary name of a target, as long as a file name may be at most."""
    marker, suffix = f".{host_tag()}-{tag}.part", target.suffix
    if len(os.fsencode(suffix)) > LONGEST_NAME // 2:
        suffix = ""
    room = LONGEST_NAME - len(os.fsencode(marker + suffix)) - 1
    stem = os.fsencode(target.stem)[:room].decode(errors="ignore")
    return target.with_name(f".{stem}{marker}{suffix}")


@functools.cache
def host_tag() -> str:
    """Return six hexadecimal digits that tell this host from others."""
    return hashlib.sha256(platform.node().encode(errors="surrogateescape")).hexdigest()[:6]


def _try_to_create(path: Path) -> TemporaryFile | None:
    """Create and lock a file; return None when a file of that name is there."""
    file = TemporaryFile(path)
    # The entry comes first: whatever interrupts the lines below, the end of the process removes the file.
    _unfinished.add(file)
    try:
        file.descriptor = os.open(path, _CREATE | _SAFELY, 0o666)
    except FileExistsError:
        _unfinished.discard(file)
        return None
    except OSError:
        _unfinished.discard(file)
        raise
    if lock(file.descriptor) != "held" and _is_at(path, file.descriptor):
        return file
    # Another run took it for a leftover before it was locked, and is removing it.
    _unfinished.discard(file)
    file.discard()
    return None


def remove_leftover(path: Path) -> bool:
    """Remove a temporary file whose writer is dead; return False when it was left alone."""
    if sys.platform == "win32":  # which removes no file that is open
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return False
        return True
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | _SAFELY)
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    try:
        if not _may_be_removed(descriptor) or lock(descriptor) != "locked" or not _is_at(path, descriptor):
            return False
        path.unlink(missing_ok=True)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _remove_further_leftovers(target: Path, number: int) -> None:
    """Remove what runs left that were killed while others wrote the same name; their names have higher numbers."""
    for further in range(number, NUMBERED):
        remove_leftover(temporary_name(target, str(further)))


def _may_be_removed(descriptor: int) -> bool:
    status = os.fstat(descriptor)
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and status.st_nlink == 1


def _is_at(path: Path, descriptor: int) -> bool:
    """Tell whether a path still names an open file."""
    try:
        return os.path.samestat(os.lstat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@atexit.register
def _remove_unfinished() -> None:
    """Remove what an interrupt left between two lines of a program that is ending."""
    for file in list(_unfinished):
        if file.descriptor >= 0:
            file.discard()
        else:
            remove_leftover(file.path)
