"""The record of finished files, which a restart after any kind of end relies on.

    FOLDER/                              what a job makes
    FOLDER/.work/lock                    held by the one driver that works on the folder
    FOLDER/.work/run                     number of the last run
    FOLDER/.work/manifest/000003-….jsonl what one worker has finished in run 3, a line for each unit of work

A worker writes a file under a temporary name, syncs and renames it (`files.open_output`), and then appends one line to
its own manifest. So there is no line without its file, and a file without a line is made again; nobody writes where
another one writes, which network file systems do not do well. A line that the end of a process has torn is none.

    work = WorkFolder(Path("speech"))
    with work.locked() as run:
        done = work.load()
        with work.writer(run) as manifest:
            manifest.append(work.record("line 1", key="…", file="line-1.wav", seconds=2.5))
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any

from ..errors import OutputError
from ..files import cannot_write, write_output
from ..files.locks import FolderLock
from ..files.temporary import host_tag

WORK = ".work"
MANIFESTS = "manifest"
RUN_FILE = "run"

_BLOCK = 1 << 18
_MANIFEST = re.compile(r"(\d{6,})-[\w.-]+\.jsonl")
_OPEN = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Record:
    """One finished unit of work.

    Attributes:
        id: Name of the unit.
        key: Hash of everything that decides what the unit becomes; another key is another result.
        file: Path of the file, relative to the folder, with slashes.
        bytes: Length of the file.
        sha256: Checksum of the file, hexadecimal.
        seconds: Length of the sound.
        data: Whatever else is known about the unit, as JSON can hold it.
    """

    id: str
    key: str
    file: str
    bytes: int
    sha256: str
    seconds: float
    data: Mapping[str, Any] = field(default_factory=dict)


class StaleRunError(OutputError):
    """A later run has begun on the folder: what an earlier one still has in hand is not to be published."""


class WorkFolder:
    """A folder of files that are made unit by unit, and the record of those that are finished.

    Args:
        folder: It is made by `locked` if it is not there.

    Attributes:
        folder: As given.
        work: The folder of the records in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / WORK

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Keep others from the folder, and yield the number of this run, higher than that of every earlier one.

        Raises:
            OutputError: Somebody else works on the folder, or it cannot be made or written.
        """
        manifests = self.work / MANIFESTS
        try:
            manifests.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"the folder {self.folder} cannot be made or written: {error.strerror or error}",
                path=self.folder,
            ) from error
        with FolderLock(self.work):
            run = 1 + max([self.current_run(), *map(_run_of, self._manifests())])
            write_output(self.work / RUN_FILE, f"{run}\n".encode())
            yield run

    def _manifests(self) -> list[Path]:
        folder = self.work / MANIFESTS
        try:
            return [path for path in folder.iterdir() if _MANIFEST.fullmatch(path.name)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise OutputError(f"{folder} cannot be read: {error.strerror or error}", path=folder) from error

    def current_run(self) -> int:
        """Return the number of the run that has begun last; 0 before the first one."""
        try:
            return int((self.work / RUN_FILE).read_bytes()[:20])
        except (OSError, ValueError):
            return 0

    def check_run(self, run: int) -> None:
        """Refuse to publish for a run that is not the last one.

        A driver that was killed may have left a worker on another machine, which works on for a moment.

        Raises:
            StaleRunError: A later run has begun.
        """
        current = self.current_run()
        if current > run:
            raise StaleRunError(
                f"{self.folder}: run {run} is over, run {current} has begun", path=self.folder
            )

    def writer(self, run: int, *, sync_seconds: float = 0.0) -> ManifestWriter:
        """Return the manifest of this process for a run; see `ManifestWriter`.

        Raises:
            OutputError: It cannot be opened.
        """
        name = f"{run:06d}-{host_tag()}-{os.getpid()}.jsonl"
        return ManifestWriter(self.work / MANIFESTS / name, sync_seconds=sync_seconds)

    def records(self) -> Iterator[Record]:
        """Yield all records, those of later runs after those of earlier ones; of one unit the last one counts.

        Raises:
            OutputError: A manifest cannot be read.
        """
        for path in sorted(self._manifests(), key=lambda path: (_run_of(path), path.name)):
            yield from read_manifest(path)

    def load(self) -> dict[str, Record]:
        """Return the last record of every unit by its name, all in memory; see `records`."""
        return {record.id: record for record in self.records()}

    def record(
        self, unit: str, *, key: str, file: str, seconds: float, data: Mapping[str, Any] | None = None
    ) -> Record:
        """Return the record of a file that is finished; its length and checksum are those of the file.

        Args:
            unit: Name of the unit.
            key: See `Record`.
            file: Path of the file relative to the folder.
            seconds: Length of the sound.
            data: See `Record`.

        Raises:
            OutputError: The file is not there.
        """
        try:
            length, checksum = _sum_of(self.path(file))
        except OSError as error:
            raise OutputError(f"{self.path(file)} cannot be read: {error.strerror or error}") from error
        return Record(unit, key, file, length, checksum, seconds, data or {})

    def path(self, file: str) -> Path:
        """Return where a file of the folder lies.

        Raises:
            OutputError: It would lie elsewhere.
        """
        parts = PurePosixPath(file).parts
        if not parts or parts[0] == "/" or ".." in parts or "\\" in file or "\0" in file or ":" in parts[0]:
            raise OutputError(f"{file!r}: expected a file in the folder {self.folder}")
        return self.folder.joinpath(*parts)

    def fault(self, record: Record) -> str:
        """Return what is wrong with the file of a record, in a few words; nothing if it is whole."""
        try:
            path = self.path(record.file)
            status = os.lstat(path)
            if not stat.S_ISREG(status.st_mode):
                return "no regular file"
            if status.st_size != record.bytes:
                return f"{status.st_size} bytes long instead of {record.bytes}"
            return "" if _sum_of(path)[1] == record.sha256 else "damaged"
        except FileNotFoundError:
            return "missing"
        except OSError as error:
            return f"not readable ({error.strerror or error})"


class ManifestWriter:
    """The manifest of one writer, open to append to.

    What a crash has left at its end is repaired: a line that is whole gets its line break, a torn one is removed.

    Args:
        path: The file, which may be there.
        sync_seconds: So seldom is the file synced to the disk. The death of the process loses nothing in any case; a
            loss of power may lose the lines of so many seconds, whose units are made again.

    Raises:
        OutputError: It cannot be opened.
    """

    def __init__(self, path: Path, *, sync_seconds: float = 0.0) -> None:
        self.path = path
        self._sync_seconds = sync_seconds
        self._synced = time.monotonic()
        try:
            self._descriptor = os.open(path, _OPEN, 0o666)
            self._length = _repair(self._descriptor)
        except OSError as error:
            raise cannot_write(path, error) from error

    def append(self, record: Record) -> None:
        """Append a record; when this returns, the system has it, and the disk too where nothing else was asked for.

        Raises:
            OutputError: The disk is full, or the system refuses for another reason. The manifest is as before then.
        """
        line = json.dumps(vars(record), separators=(",", ":")).encode() + b"\n"
        try:
            done = 0
            while done < len(line):
                done += os.write(self._descriptor, line[done:])
            if time.monotonic() - self._synced >= self._sync_seconds:
                os.fsync(self._descriptor)
                self._synced = time.monotonic()
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._length)
            raise cannot_write(self.path, error) from error
        self._length += len(line)

    def close(self) -> None:
        """Close the file; this may be called again."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> ManifestWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def read_manifest(path: Path) -> Iterator[Record]:
    """Yield the records of one manifest. Lines that are torn or damaged are none: their units are done again.

    Raises:
        OutputError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for line in file:
                record = _parsed(line)
                if record:
                    yield record
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror or error}", path=path) from error


def _run_of(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _parsed(line: bytes) -> Record | None:
    """Return the record that a line holds. A torn object does not end in its brace, so it is no JSON."""
    try:
        content = json.loads(line)
        record = Record(**content)
    except (ValueError, TypeError, RecursionError):
        return None
    texts = (record.id, record.key, record.file, record.sha256)
    well_typed = all(isinstance(text, str) for text in texts) and isinstance(record.data, dict)
    return record if well_typed and type(record.bytes) is int else None


def _repair(descriptor: int) -> int:
    """Make the end of a manifest a whole line, and return its length."""
    length = os.fstat(descriptor).st_size
    start, tail = length, b""
    while start > 0 and b"\n" not in tail:
        step = min(start, _BLOCK)
        start -= step
        os.lseek(descriptor, start, os.SEEK_SET)
        tail = os.read(descriptor, step) + tail
    last = tail[tail.rfind(b"\n") + 1 :]
    if not last:
        return length
    if _parsed(last):
        os.write(descriptor, b"\n")
        return length + 1
    os.ftruncate(descriptor, length - len(last))
    return length - len(last)


def _sum_of(path: Path) -> tuple[int, str]:
    """Return the length and the SHA-256 of a file."""
    digest, length, block = hashlib.sha256(), 0, memoryview(bytearray(_BLOCK))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            digest.update(block[:size])
            length += size
    return length, digest.hexdigest()
