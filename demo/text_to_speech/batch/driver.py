"""The driver of a batch: it gives rows to workers, and keeps account of what became of each."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..errors import InputError, OutputError
from .entries import Entry
from .index import Index
from .manifest import Record, WorkFolder
from .names import folded
from .outcomes import Failure, Outcome, one_line
from .rows import LONGEST_ID, Job, Keys, RowReader, row_id
from .speaking import fault_of

logger = logging.getLogger(__name__)

FAILED_FILE = "failed.jsonl"
_NAMED = 3  # at most so many rows are named in one line


class Workers(Protocol):
    """What speaks the rows: processes (`pool.Pool`) or actors of Ray (`ray_pool.RayPool`)."""

    @property
    def is_stopped(self) -> bool:
        """Whether no more rows are taken."""

    def stop(self) -> None:
        """Take no more rows."""

    def map(self, tasks: Iterable[Job]) -> Generator[Outcome[Job, Record], None, None]:
        """Speak rows, and yield what becomes of each."""


@dataclass
class Totals:
    """What became of the rows so far.

    Attributes:
        made: Rows that were spoken in this run.
        kept: Rows whose files were there.
        failed: Rows without a file.
        repaired: Rows that were spoken again, because their files were missing or damaged.
        changed: Rows that were spoken again, because they have changed.
        seconds: Of sound that was made in this run.
        cpu_seconds: Of the workers, for that.
        began: When the run began, by `time.monotonic`.
    """

    made: int = 0
    kept: int = 0
    failed: int = 0
    repaired: int = 0
    changed: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    began: float = 0.0

    @property
    def rows(self) -> int:
        """All rows that are settled."""
        return self.made + self.kept + self.failed

    @property
    def wall_seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self.began

    @property
    def real_time_factor(self) -> float | None:
        """Seconds of this run for a second of sound; None before there is any."""
        return self.wall_seconds / self.seconds if self.seconds else None


Tell = Callable[[str, dict[str, Any]], None]


class Driver:
    """One run over a job list.

    Args:
        work: The work folder, which is locked.
        index: Its index.
        reader: Checks the rows.
        keys: Makes their keys.
        tell: Is told of events: their name, and what they are about.
    """

    def __init__(self, work: WorkFolder, index: Index, reader: RowReader, keys: Keys, tell: Tell) -> None:
        self.totals = Totals(began=time.monotonic())
        self._work = work
        self._index = index
        self._reader = reader
        self._keys = keys
        self._tell = tell
        self._failures = FailureFile(work.folder / FAILED_FILE)
        self._before: dict[str, Record] = {}

    def run(self, entries: Iterable[Entry], workers: Workers) -> None:
        """Speak the rows that are not spoken yet.

        Raises:
            InputError: The job list cannot be read any further.
            OutputError: The disk is full, or the folder cannot be written any more. What is finished is recorded.
            SpeechError: The workers cannot work.
        """
        stopped_by: Failure | None = None
        for outcome in workers.map(self._jobs(entries)):
            failure = outcome.failure
            if outcome.result is not None:
                self._finish(outcome.task, outcome.result)
            elif failure and failure.kind == "storage":
                stopped_by = stopped_by or failure
                workers.stop()
            elif failure:
                row = outcome.task.row
                self._before.pop(row.id, None)
                self._index.forget(row.id)
                self._fail(row.number, row.id, failure.reason, outcome.tries)
        if stopped_by:
            raise OutputError(
                f"{stopped_by.reason}; what is finished is recorded: give the same command again later"
            )

    def _jobs(self, entries: Iterable[Entry]) -> Iterator[Job]:
        """Yield the rows that have to be spoken."""
        for entry in entries:
            try:
                job = self._job(entry)
            except InputError as error:
                self._index.reject(shown_id(entry), entry.number)
                self._fail(entry.number, shown_id(entry), one_line(error), 0)
                continue
            if job:
                yield job

    def _job(self, entry: Entry) -> Job | None:
        """Return the job of an entry; None if its files are there.

        Raises:
            InputError: The entry cannot be spoken.
        """
        row = self._reader.row(entry)
        before, record, name = self._index.see(row.id, row.number)
        if before:
            raise InputError(
                f"id {row.id[:60]!r}: row {before} has it too; expected another one for each row"
            )
        job = Job(row, self._keys.key(row), name)
        if record is None:
            return job
        if record.key == job.key:
            fault = fault_of(self._work, record)
            if not fault:
                self.totals.kept += 1
                self._tell("kept", {"id": row.id, "file": record.file})
                return None
            logger.warning("row %s: %s is %s; it is made again", row.id, record.file, fault)
            self.totals.repaired += 1
        else:
            self.totals.changed += 1
        self._before[row.id] = record
        return job

    def _finish(self, job: Job, record: Record) -> None:
        self._index.finish(record)
        before = self._before.pop(record.id, None)
        if before:
            self._remove_replaced(before, record)
        self.totals.made += 1
        self.totals.seconds += record.seconds
        self.totals.cpu_seconds += record.data.get("cpu_seconds", 0.0)
        warnings = record.data.get("warnings", [])
        for warning in warnings:
            logger.warning("row %s: %s", record.id, warning)
        about = {"id": record.id, "file": record.file, "seconds": record.seconds}
        self._tell("made", about | ({"warnings": warnings} if warnings else {}))

    def _fail(self, number: int, unit: str, reason: str, tries: int) -> None:
        self.totals.failed += 1
        failure = {"id": unit, "row": number, "reason": reason, "tries": tries}
        self._failures.append(failure)
        self._tell("failed", failure)

    def _remove_replaced(self, before: Record, record: Record) -> None:
        """Remove the files that a changed row had under other names, such as those of another container."""
        new = {folded(name) for name in _files(record)}
        for name in _files(before):
            if folded(name) not in new:
                with suppress(OSError):
                    self._work.path(name).unlink(missing_ok=True)


class FailureFile:
    """The rows that have no file, a line of JSON for each, with the reason; there is none when all went well.

    Args:
        path: The file, which an earlier run may have left.

    Raises:
        OutputError: It cannot be removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}", path=path) from error

    def append(self, failure: dict[str, Any]) -> None:
        """Append a row.

        Raises:
            OutputError: The file cannot be written.
        """
        line = json.dumps(failure, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        try:
            descriptor = os.open(self._path, flags, 0o666)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise OutputError(
                f"{self._path} cannot be written: {error.strerror or error}", path=self._path
            ) from error


def removed_line(index: Index) -> tuple[int, str]:
    """Return how many finished rows are not in the job, and a line that names some; empty if there are none."""
    count, named = 0, []
    for record in index.removed():
        count += 1
        if count <= _NAMED:
            named.append(record.file)
    if not count:
        return 0, ""
    more = f" and {count - _NAMED} more" if count > _NAMED else ""
    rows = "row that is" if count == 1 else "rows that are"
    return count, f"{count} {rows} not in the job any more, whose files are left: {', '.join(named)}{more}"


def shown_id(entry: Entry) -> str:
    """Return what a row is called in a message, also one whose id cannot be used."""
    try:
        return row_id(entry)
    except InputError:
        return str(entry.values.get("id"))[:LONGEST_ID]


def _files(record: Record) -> list[str]:
    timings = record.data.get("timings") or {}
    return [record.file, *([timings["file"]] if timings else [])]
