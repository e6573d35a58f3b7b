"""The table of what a job has made, metadata.csv or metadata.parquet: a data set of texts and their speech.

Its first column is `file_name`, as the form `audiofolder` of Hugging Face's datasets wants it; Ray Data, pandas and
spreadsheets read it too.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import open_output
from .jobs import NO_PYARROW
from .manifest import Record

KINDS = ("csv", "parquet", "none")
COLUMNS = ("file_name", "id", "text", "seconds", "words", "phonemes", "voice", "bytes", "sha256", "timings")
_ROWS = 4096  # that are written at once


def write_metadata(folder: Path, records: Iterable[Record], kind: str) -> Path | None:
    """Write the table of finished rows, and remove one of another kind that this program has written before.

    Args:
        folder: The work folder.
        records: Of the rows, in the order of the job.
        kind: One of `KINDS`.

    Returns:
        The file; None if none is wanted.

    Raises:
        InputError: Parquet is wanted and pyarrow is not installed.
        OutputError: The file cannot be written.
    """
    for other in KINDS[:-1]:
        # Two tables in one folder are refused by what reads them.
        if other != kind:
            with suppress(OSError):
                (folder / f"metadata.{other}").unlink(missing_ok=True)
    if kind == "none":
        return None
    path = folder / f"metadata.{kind}"
    with open_output(path) as file:
        if kind == "csv":
            for block in _csv_blocks(records):
                file.write(block.encode("utf-8", "backslashreplace"))
        else:
            _write_parquet(file, records)
    return path


def check_metadata(kind: str) -> None:
    """Refuse Parquet where pyarrow is not installed.

    Raises:
        InputError: It is not.
    """
    if kind == "parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ModuleNotFoundError as error:
            raise InputError(NO_PYARROW) from error


def _row(record: Record) -> dict[str, Any]:
    data = record.data
    return {
        "file_name": record.file,
        "id": record.id,
        "text": data.get("text", ""),
        "seconds": record.seconds,
        "words": data.get("words", 0),
        "phonemes": data.get("phonemes", ""),
        "voice": data.get("voice", ""),
        "bytes": record.bytes,
        "sha256": record.sha256,
        "timings": (data.get("timings") or {}).get("file", ""),
    }


def _blocks(records: Iterable[Record]) -> Iterator[list[dict[str, Any]]]:
    rows = map(_row, records)
    while block := list(itertools.islice(rows, _ROWS)):
        yield block


def _csv_blocks(records: Iterable[Record]) -> Iterator[str]:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    yield text.getvalue()
    for block in _blocks(records):
        text.seek(0)
        text.truncate()
        table.writerows(block)
        yield text.getvalue()


def _write_parquet(file: Any, records: Iterable[Record]) -> None:
    import pyarrow
    from pyarrow import parquet

    kinds = {"seconds": pyarrow.float64(), "words": pyarrow.int64(), "bytes": pyarrow.int64()}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in COLUMNS])
    with parquet.ParquetWriter(file, schema, compression="snappy") as table:
        for block in _blocks(records):
            for row in block:
                for name in ("id", "text"):
                    row[name] = row[name].encode("utf-8", "backslashreplace").decode()
            table.write_table(pyarrow.Table.from_pylist(block, schema))
