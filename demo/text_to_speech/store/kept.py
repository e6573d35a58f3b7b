"""What is made once and kept: the folder for it, checked when it is used, pruned when something is added.

    CACHE/models/NAME-PRECISION-KEY/   NAME.xml, NAME.bin    a model that was converted or quantized
    CACHE/compiled/NAME-KEY/           NAME.blob             a model that was compiled for a device
                               each with kept.json           size and checksum of its files, and what made them

A result is made in a folder of its own, which is renamed when it is complete, and its files are never written again.
So any number of processes may start at an empty cache: each makes what it lacks, the first rename wins, and what
another process has mapped into its memory stays whole. (OpenVINO's own cache, CACHE_DIR, writes over the file that
another process has mapped, which ends that process with SIGBUS.)

Every use compares the files with their sizes and checksums. The checksum is CRC-32, which misses one damage in four
thousand million and needs half of the time of SHA-256 on a processor with instructions for that (55 MB: 24 and 48 ms),
and less than that without. It finds accidents, not attacks: who can write to the cache can write a checksum too, so a
cache may be shared only among users who trust each other.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..files import cannot_write

logger = logging.getLogger(__name__)

CACHE_VARIABLE = "TTS_CACHE_DIR"
KINDS = ("models", "compiled")
RECORD = "kept.json"

# What nobody has used for so long is removed; sooner where another version made it.
UNUSED_DAYS = 60
OTHER_VERSION_DAYS = 7
# Above this size the results that were used longest ago go first, but none of the last day: a program may run on it.
LARGEST_CACHE = 2 * 1024**3
DAY = 86_400.0

_APPLICATION = "text-to-speech-demo"
_BLOCK = 1 << 18
_LARGEST_RECORD = 1 << 16
_ATTEMPTS = 3
# The names that are removed are these and no others: TTS_CACHE_DIR may name a folder that holds a user's files too.
_ENTRY = re.compile(r"\.?[\w.-]+-[0-9a-f]{16}(-\w{8})?")
_OPENVINO_BLOB = re.compile(r"\d+\.blob")

# What this process made and could not keep, and the caches that it has complained about.
_temporary: dict[tuple[str, Entry], Path] = {}
_complained: set[str] = set()


def cache_folder() -> Path:
    """Return the folder for what can be made again: TTS_CACHE_DIR, or the operating system's place per user.

    The folder need not exist yet.

    Raises:
        OutputError: The user has no home folder and TTS_CACHE_DIR is not set, or it begins with the home of nobody.
    """
    override = os.environ.get(CACHE_VARIABLE)
    try:
        return Path(override).expanduser().absolute() if override else _system_cache() / _APPLICATION
    except (RuntimeError, OSError) as error:
        given = f"{CACHE_VARIABLE}={override} names no folder" if override else "no home folder"
        raise OutputError(f"{given} to keep models in: set {CACHE_VARIABLE} to a folder") from error


def _system_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given) if given.startswith("/") else Path.home() / ".cache"


@dataclass(frozen=True)
class Entry:
    """One result in the cache.

    Attributes:
        kind: One of KINDS.
        name: Of its folder; it ends in a key of 16 hexadecimal digits, made from all that decides about the result.
    """

    kind: str
    name: str

    @property
    def folder(self) -> Path:
        """Where the result is kept.

        Raises:
            OutputError: There is no place for a cache.
        """
        return cache_folder() / self.kind / self.name


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


def intact(folder: Path) -> bool:
    """Whether a result is there, whole and undamaged; a damaged one is told in one line.

    A result that this user may not read counts as one that is not there.
    """
    if fault := _fault(folder):
        if fault != "missing":
            logger.warning("%s is %s: it is made again", folder, fault)
        return False
    _note_use(folder)
    return True


def discard(folder: Path) -> None:
    """Remove a result; at once out of the way of others, its files as far as the system allows."""
    with suppress(OSError):
        aside = _beside(folder)
        folder.rename(aside)
        _remove(aside)


def read_kept(folder: Path, name: str, allocate: Callable[[int], memoryview]) -> bool:
    """Read a file of a result into memory and verify what was read; return whether it is the file that was kept.

    Args:
        folder: Of the result.
        name: Of the file.
        allocate: Returns memory for a number of bytes.
    """
    try:
        size, checksum = _record(folder)["files"][name]
        if (folder / name).stat().st_size != size:
            raise ValueError("another size")
        view = allocate(size)
        with (folder / name).open("rb", buffering=0) as file:
            value = 0
            for start in range(0, size, _BLOCK):
                block = view[start : start + _BLOCK]
                if file.readinto(block) != len(block):
                    raise ValueError("another size")
                # While the block is still in the processor's own memory.
                value = zlib.crc32(block, value)
        if value != checksum:
            raise ValueError("another checksum")
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        # Not there, or not for this user. What is left of a damaged result is replaced by whoever stores the next one.
        return False
    except (OSError, ValueError, TypeError, KeyError):
        logger.warning("%s is damaged: it is made again", folder / name)
        return False
    _note_use(folder)
    return True


def checksums(path: Path) -> str:
    """Return what tells the content of a model: of one in the cache as its record says, of another one as computed."""
    with suppress(OutputError, OSError, ValueError, KeyError):
        if path.parent.parent == cache_folder() / "models":
            return json.dumps(_record(path.parent)["files"], sort_keys=True)
    files = (path, path.with_suffix(".bin")) if path.suffix == ".xml" else (path,)
    return json.dumps([_crc32(file) for file in files if file.is_file()])


def _fault(folder: Path) -> str:
    """Return what is wrong with a result, nothing where it is intact."""
    try:
        if not os.path.lexists(folder):
            return "missing"
        for name, (size, checksum) in _record(folder)["files"].items():
            if (folder / name).stat().st_size != size or _crc32(folder / name) != checksum:
                return f"damaged ({name})"
    except PermissionError:
        return "missing"
    except (OSError, ValueError, TypeError, KeyError):
        return "not whole"
    return ""


def _crc32(path: Path) -> int:
    """Return the CRC-32 of a file, read in blocks that stay in the processor's own memory."""
    value, block = 0, memoryview(bytearray(_BLOCK))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            value = zlib.crc32(block[:size], value)
    return value


def _record(folder: Path) -> dict[str, Any]:
    """Return the content of a kept.json.

    Raises:
        OSError: It is missing or cannot be read.
        ValueError: It is damaged.
    """
    with (folder / RECORD).open("rb") as file:
        content = json.loads(file.read(_LARGEST_RECORD))
    files = content.get("files") if isinstance(content, dict) else None
    if not isinstance(files, dict) or not files or any(Path(name).name != name for name in files):
        raise ValueError(f"{folder / RECORD} lists no files")
    return dict(content)


def _note_use(folder: Path) -> None:
    """Note that a result was used; once an hour is often enough, and a cache that is only read keeps no notes."""
    with suppress(OSError):
        if time.time() - (folder / RECORD).stat().st_mtime > DAY / 24:
            os.utime(folder / RECORD)


def _beside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")


def _work_folder(folder: Path) -> Path:
    """Make a folder beside the one that it becomes, with the permissions that the user's umask asks for.

    Raises:
        OutputError: The cache cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = _beside(folder)
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
        files = {path.name: (path.stat().st_size, _crc32(path)) for path in sorted(work.iterdir())}
        (work / RECORD).write_text(json.dumps({"files": files, **_versions()}), encoding="utf-8")
    except BaseException as error:
        shutil.rmtree(work, ignore_errors=True)
        if isinstance(error, OutputError):
            raise OutputError(f"{error}; set {CACHE_VARIABLE} to a folder with room") from error
        if isinstance(error, OSError):
            raise _unwritable(work, error) from error
        raise


def _publish(work: Path, entry: Entry) -> Path:
    """Give a finished result its place, unless another process was faster; return the place.

    Nothing is synchronised with the disk: what a power failure tears is found by its checksum.

    Raises:
        OutputError: The place cannot be written; the work is left as it is.
    """
    folder = entry.folder
    for attempt in range(_ATTEMPTS):
        try:
            work.rename(folder)
        except OSError as error:
            if not _fault(folder):
                shutil.rmtree(work, ignore_errors=True)
                return folder
            if attempt == _ATTEMPTS - 1:
                raise _unwritable(folder, error) from error
            # Damaged: out of the way, and the processes that have mapped its files keep them.
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


def _versions() -> dict[str, str]:
    import openvino

    from ..version import __version__

    return {"openvino": openvino.get_version(), "package": __version__}


@dataclass(frozen=True)
class _Old:
    """A result in the cache, as `prune` sees it."""

    path: Path
    size: int
    age: float
    limit: float


def prune(root: Path) -> None:
    """Remove what nobody has used for long, sooner where another version made it, and what is too much altogether.

    A program that runs meanwhile keeps what it has loaded. Other files than results of this package stay.

    Args:
        root: The folder of the cache.
    """
    versions, now = _versions(), time.time()
    found = [old for kind in KINDS for old in _found(root / kind, versions, now)]
    kept = []
    for old in found:
        if old.age > old.limit:
            _log_and_discard(old)
        else:
            kept.append(old)
    size = sum(old.size for old in kept)
    for old in sorted(kept, key=lambda old: -old.age):
        if size <= LARGEST_CACHE or old.age < DAY:
            break
        _log_and_discard(old)
        size -= old.size


def _log_and_discard(old: _Old) -> None:
    logger.info("removing %s, %.0f days unused", old.path, old.age / DAY)
    discard(old.path)


def _found(folder: Path, versions: Mapping[str, str], now: float) -> Iterator[_Old]:
    """Find the results of one kind, those of earlier layouts and of processes that were killed among them."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        is_result = _ENTRY.fullmatch(path.name) and path.is_dir()
        is_blob = _OPENVINO_BLOB.fullmatch(path.name) and folder.name == "compiled" and path.is_file()
        if path.is_symlink() or not (is_result or is_blob):
            continue
        with suppress(OSError):
            files = list(path.iterdir()) if is_result else [path]
            record = path / RECORD
            used = (record if record.exists() else path).stat().st_mtime
            yield _Old(path, sum(file.stat().st_size for file in files), now - used, _limit(path, versions))


def _limit(path: Path, versions: Mapping[str, str]) -> float:
    """Return how many seconds a result may stay unused."""
    if path.name.startswith("."):
        return DAY
    try:
        record = _record(path)
    except (OSError, ValueError):
        return OTHER_VERSION_DAYS * DAY
    current = all(record.get(key) == value for key, value in versions.items())
    return (UNUSED_DAYS if current else OTHER_VERSION_DAYS) * DAY


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
