"""What a driver knows of each row: its name, whether it was seen in this job, and the record of its file.

It is kept in a file of SQLite in the work folder and not in memory, so that a job may have any number of rows. It is
made anew from the manifests by every run, and nobody else reads it: what it holds need not survive anything.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType

from ..errors import OutputError
from .manifest import Record, WorkFolder
from .names import folded, hashed_name, safe_name

INDEX_FILE = "index.sqlite"
_CACHE_KILOBYTES = 16_384
_TABLE = """
    CREATE TABLE units (
        id BLOB PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        shown TEXT NOT NULL,
        number INTEGER NOT NULL,
        key TEXT NOT NULL,
        record TEXT
    ) WITHOUT ROWID
"""
_NUMBERED = "CREATE INDEX IF NOT EXISTS numbered ON units (number)"


class Index:
    """The rows of one run.

    Args:
        work: The work folder, which is locked.

    Raises:
        OutputError: The index cannot be written, or a manifest cannot be read.
    """

    def __init__(self, work: WorkFolder) -> None:
        self._path = work.work / INDEX_FILE
        with self._errors():
            for path in (self._path, self._path.with_name(f"{INDEX_FILE}-journal")):
                path.unlink(missing_ok=True)
            self._rows = sqlite3.connect(self._path, isolation_level=None)
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
                self._rows.execute(f"PRAGMA {pragma}")
            self._rows.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
            self._rows.execute(_TABLE)
            self._rows.execute("BEGIN")
            self._rows.executemany(
                "INSERT OR REPLACE INTO units VALUES (?, ?, ?, 0, ?, ?)",
                ((_blob(r.id), folded(_stem(r)), _stem(r), r.key, _json(r)) for r in work.records()),
            )

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._rows.close()
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            # The next run removes it.
            return

    def see(self, unit: str, number: int) -> tuple[int, Record | None, str]:
        """Note that a row is in the job.

        Args:
            unit: The id of the row.
            number: The number of the row.

        Returns:
            The number of an earlier row of the job with that id, or 0; the record of the row's file, if there is one;
            and the name of the row's files.
        """
        with self._errors():
            found = self._rows.execute(
                "SELECT number, record, shown FROM units WHERE id = ?", (_blob(unit),)
            ).fetchone()
            if found is None:
                return 0, None, self._add(unit, number)
            before, record, shown = found
            if not before:
                self._rows.execute("UPDATE units SET number = ? WHERE id = ?", (number, _blob(unit)))
            return before, _record(record) if record else None, shown

    def finish(self, record: Record) -> None:
        """Keep the record of a row's file."""
        with self._errors():
            self._rows.execute(
                "UPDATE units SET key = ?, record = ? WHERE id = ?",
                (record.key, _json(record), _blob(record.id)),
            )

    def forget(self, unit: str) -> None:
        """Note that a row has no file that belongs to it."""
        with self._errors():
            self._rows.execute("UPDATE units SET record = NULL WHERE id = ?", (_blob(unit),))

    def reject(self, unit: str, number: int) -> None:
        """Note that a row is in the job and cannot be spoken; of an id that was seen before, nothing changes."""
        with self._errors():
            self._rows.execute(
                "UPDATE units SET number = ?, record = NULL WHERE id = ? AND number = 0",
                (number, _blob(unit)),
            )

    def finished(self) -> Iterator[Record]:
        """Yield the records of the rows of this job, in the order of the job."""
        with self._errors():
            self._rows.execute(_NUMBERED)
            rows = self._rows.execute(
                "SELECT record FROM units WHERE number > 0 AND record IS NOT NULL ORDER BY number"
            )
            for (record,) in rows:
                yield _record(record)

    def removed(self) -> Iterator[Record]:
        """Yield the records of rows that are not in this job."""
        with self._errors():
            rows = self._rows.execute(
                "SELECT record FROM units WHERE number = 0 AND record IS NOT NULL ORDER BY shown"
            )
            for (record,) in rows:
                yield _record(record)

    def _add(self, unit: str, number: int) -> str:
        """Add a row under a name that no other one has."""
        for named in (safe_name, hashed_name, partial(hashed_name, digits=64)):
            name = named(unit)
            added = self._rows.execute(
                "INSERT OR IGNORE INTO units VALUES (?, ?, ?, ?, '', NULL)",
                (_blob(unit), folded(name), name, number),
            )
            if added.rowcount:
                return name
        raise OutputError(f"row {unit[:60]!r}: every name for its file is taken")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutputError(f"{self._path} cannot be written: {error}", path=self._path) from error
        except OSError as error:
            if isinstance(error, OutputError):
                raise
            raise OutputError(
                f"{self._path} cannot be written: {error.strerror or error}", path=self._path
            ) from error


def _stem(record: Record) -> str:
    return Path(record.file).stem


def _blob(unit: str) -> bytes:
    """Return an id as bytes: SQLite takes no half surrogate pairs."""
    return unit.encode("utf-8", "surrogatepass")


def _json(record: Record) -> str:
    return json.dumps(vars(record), separators=(",", ":"))


def _record(written: str) -> Record:
    return Record(**json.loads(written))
