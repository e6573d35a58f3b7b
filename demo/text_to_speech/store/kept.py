"""Results that are made once and kept in the cache, whatever other processes do there meanwhile.

A result is made in a folder of its own, which is renamed when it is complete, and its files are never written again.
So any number of processes may start at an empty cache: each makes what it lacks, the first rename wins, and what
another process has mapped into its memory stays whole. (OpenVINO's own cache, CACHE_DIR, writes over the file that
another process has mapped, which ends that process with SIGBUS.)

    locations   which folder a result has
    records     its record: sizes and checksums of its files, which are compared at every use
    pruning     what is removed, and when
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..errors import OutputError
from ..files import cannot_write
from .locations import CACHE_VARIABLE, Entry, cache_folder, hidden_name
from .pruning import discard, prune
from .records import RECORD, crc32, fault_of, intact, read_kept, read_record, write_record

__all__ = ["RECORD", "Entry", "checksums", "complain", "discard", "intact", "keep", "read_kept", "store"]

logger = logging.getLogger(__name__)

_ATTEMPTS = 3

# What this process made and could not keep, and the caches that it has complained about.
_temporary: dict[tuple[str, Entry], Path] = {}
_complained: set[str] = set()


def keep(entry: Entry, make: Callable[[Path], None]) -> Path:
    """Return the folder of a result, made first where it is missing or damaged.

    Where the cache cannot be written, the result is made for this process alone, and one warning says so.

    Args:
        entry: The result.
        make: Writes the files of the result into the folder that it is given.

    Raises:
        OutputError: There is no room for the result, in the cache or elsewhere.
    """
    place = (os.environ.get(CACHE_VARIABLE, ""), entry)
    if place in _temporary:
        return _temporary[place]
    try:
        if intact(entry.folder):
            return entry.folder
        work = _work_folder(entry.folder)
    except OutputError:
        work = _temporary_folder()
    _fill(work, make)
    try:
        return _publish(work, entry)
    except OutputError as error:
        complain(error)
        _remove_at_exit(work)
        return _temporary.setdefault(place, work)


def store(entry: Entry, make: Callable[[Path], None]) -> Path:
    """Make a result and keep it; return its folder.

    Args:
        entry: The result.
        make: Writes the files of the result into the folder that it is given.

    Raises:
        OutputError: The cache cannot be written, or has no room.
    """
    work = _work_folder(entry.folder)
    _fill(work, make)
    try:
        return _publish(work, entry)
    except OutputError:
        shutil.rmtree(work, ignore_errors=True)
        raise


def complain(error: OutputError) -> None:
    """Log once in this process that results cannot be kept."""
    cache = os.environ.get(CACHE_VARIABLE, "")
    if cache not in _complained:
        _complained.add(cache)
        logger.warning("models are prepared for this run only: %s", error)


def checksums(path: Path) -> str:
    """Return a text that differs whenever the content of a model does: the checksums of its files.

    Those of a model in the cache are taken from its record.
    """
    with suppress(OutputError, OSError, ValueError, KeyError):
        if path.parent.parent == cache_folder() / "models":
            return json.dumps(read_record(path.parent)["files"], sort_keys=True)
    files = (path, path.with_suffix(".bin")) if path.suffix == ".xml" else (path,)
    return json.dumps([crc32(file) for file in files if file.is_file()])


def _work_folder(folder: Path) -> Path:
    """Make a folder beside the one that it becomes, with the permissions that the user's umask asks for.

    Raises:
        OutputError: The cache cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = hidden_name(folder)
        work.mkdir()
    except OSError as error:
        raise _unwritable(folder.parent, error) from error
    return work


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="text-to-speech-"))
    except OSError as error:
        raise _unwritable(Path(tempfile.gettempdir()), error) from error


def _fill(work: Path, make: Callable[[Path], None]) -> None:
    """Make a result in a folder and write its record, or remove the folder."""
    try:
        make(work)
        write_record(work)
    except BaseException as error:
        shutil.rmtree(work, ignore_errors=True)
        if isinstance(error, OutputError):
            raise OutputError(f"{error}; set {CACHE_VARIABLE} to a folder with room") from error
        if isinstance(error, OSError):
            raise _unwritable(work, error) from error
        raise


def _publish(work: Path, entry: Entry) -> Path:
    """Rename the folder of a finished result to its final name, unless another process was faster; return the folder.

    Nothing is synchronised with the disk: a result that a power failure damages is found by its checksum.

    Raises:
        OutputError: The cache cannot be written; the finished folder stays where it is.
    """
    folder = entry.folder
    for attempt in range(_ATTEMPTS):
        try:
            work.rename(folder)
        except OSError as error:
            if not fault_of(folder):
                shutil.rmtree(work, ignore_errors=True)
                return folder
            if attempt == _ATTEMPTS - 1:
                raise _unwritable(folder, error) from error
            # A damaged result lies there. Processes that have mapped its files keep them.
            discard(folder)
        else:
            break
    prune(folder.parent.parent)
    return folder


def _remove_at_exit(work: Path) -> None:
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(work, ignore_errors=True)

    atexit.register(remove)


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{cannot_write(path, error)}; set {CACHE_VARIABLE} to a folder that can be written")
