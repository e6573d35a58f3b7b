"""What is removed from the cache: old results, damaged ones, and, if a user asks for it, all of them.

Only folders with the names of results are removed, and the files of earlier layouts. Whatever else lies in the folder
that TTS_CACHE_DIR names stays. A program that runs meanwhile keeps what it has loaded.
"""

from __future__ import annotations

import logging
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .locations import KINDS, RESULT_NAME, cache_folder, hidden_name
from .records import DAY, RECORD, read_record, versions

logger = logging.getLogger(__name__)

# A result that nobody has used for so long is removed; sooner where another version made it.
UNUSED_DAYS = 60
OTHER_VERSION_DAYS = 7
# No result takes longer to make.
_MAKING = DAY / 24
# In a cache above this size the results that were used longest ago go first, but none that was used within a day,
# because a program may run on it.
LARGEST_CACHE = 2 * 1024**3

# OpenVINO's own cache, which earlier versions used, called its files so.
_OPENVINO_BLOB = re.compile(r"\d+\.blob")


@dataclass(frozen=True)
class Result:
    """One result in the cache.

    Attributes:
        path: Its folder; in earlier layouts a file.
        kind: One of KINDS.
        size: Bytes on the disk.
        age: Seconds since its last use.
    """

    path: Path
    kind: str
    size: int
    age: float


def results(root: Path | None = None) -> list[Result]:
    """Return what lies in the cache, remains of earlier layouts and of processes that were killed among it.

    Args:
        root: The folder of the cache; `cache_folder()` when None.

    Raises:
        OutputError: There is no place for a cache.
    """
    root = root or cache_folder()
    return [result for kind in KINDS for result in _results_in(root / kind)]


def clear_cache() -> int:
    """Remove every result from the cache; return how many bytes they had.

    What another process may be making at this moment stays.

    Raises:
        OutputError: There is no place for a cache.
    """
    found = [result for result in results() if not result.path.name.startswith(".") or result.age > _MAKING]
    for result in found:
        discard(result.path)
    return sum(result.size for result in found if not result.path.exists())


def prune(root: Path) -> None:
    """Remove results that nobody has used for long, and the oldest ones of a cache that is too large.

    Args:
        root: The folder of the cache.
    """
    current = versions()
    kept = []
    for result in results(root):
        if result.age > _limit(result.path, current):
            _log_and_discard(result)
        else:
            kept.append(result)
    size = sum(result.size for result in kept)
    for result in sorted(kept, key=lambda result: -result.age):
        if size <= LARGEST_CACHE or result.age < DAY:
            break
        _log_and_discard(result)
        size -= result.size


def discard(path: Path) -> None:
    """Remove a result: at once out of the way of other processes, its files as far as the system allows."""
    with suppress(OSError):
        aside = path
        if not path.name.startswith("."):
            aside = path.rename(hidden_name(path))
        if aside.is_dir() and not aside.is_symlink():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.unlink(missing_ok=True)


def _log_and_discard(result: Result) -> None:
    logger.info("removing %s, %.0f days unused", result.path, result.age / DAY)
    discard(result.path)


def _results_in(folder: Path) -> Iterator[Result]:
    """Yield the results of one kind.

    A result is a folder without folders and links in it, so a user's own folder is none, whatever its name.
    """
    if folder.is_symlink():
        return
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    now = time.time()
    for path in paths:
        is_result = RESULT_NAME.fullmatch(path.name) and path.is_dir()
        is_blob = _OPENVINO_BLOB.fullmatch(path.name) and folder.name == "compiled" and path.is_file()
        if path.is_symlink() or not (is_result or is_blob):
            continue
        # Another process may remove it at this moment.
        with suppress(OSError):
            files = list(path.iterdir()) if is_result else [path]
            if any(file.is_symlink() or file.is_dir() for file in files):
                continue
            record = path / RECORD
            used = (record if record.exists() else path).stat().st_mtime
            yield Result(path, folder.name, sum(file.stat().st_size for file in files), now - used)


def _limit(path: Path, current: dict[str, str]) -> float:
    """Return how many seconds a result may stay unused, given the versions that run now."""
    if path.name.startswith("."):
        return DAY
    try:
        record = read_record(path)
    except (OSError, ValueError):
        return OTHER_VERSION_DAYS * DAY
    is_current = all(record.get(key) == value for key, value in current.items())
    return (UNUSED_DAYS if is_current else OTHER_VERSION_DAYS) * DAY
