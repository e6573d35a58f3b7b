"""Job lists: what a batch is to speak, read row by row from whatever holds it.

| form | what it is |
|---|---|
| `jsonl` | a JSON object on each line |
| `csv` | commas, quotes where a field needs them, names of the columns in the first line |
| `tsv` | tabs, no quotes, names of the columns in the first line, or else id and text |
| `ljspeech` | `id|text` or `id|text|text as it is read` on each line, as LJSpeech's metadata.csv |
| `parquet` | a table; needs pyarrow |
| `lines` | a text on each line |
| `folder` | a text file for each row, in folders below it too |

    jobs = JobList("jobs.jsonl")
    for entry in jobs:
        ...                     # entry.number, entry.values; jobs.fraction is how much was read

A row that cannot be read is an entry with a fault; the rows after it are read. No more than a row is in memory, or a
row group of a Parquet file.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..cli.inputs import STANDARD_INPUT, check_encoding, decode
from ..cli.nearest import file_question
from ..errors import InputError

FORMS = ("jsonl", "csv", "tsv", "ljspeech", "parquet", "lines", "folder")
# Of the files of a folder that are rows. A test compares them with those by which formats are told.
TEXT_SUFFIXES = (
    *(".txt", ".xml", ".ssml", ".html", ".htm", ".xhtml"),
    *(".md", ".markdown", ".mdown", ".mkd"),
)
LONGEST_ROW = 1 << 24  # characters
_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".txt": "lines",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16, whose mark is the beginning of this one.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNDECODED = re.compile("[\udc80-\udcff]")
_BATCH = 256  # rows of a Parquet file that are read at once
_NO_PYARROW = "Parquet needs pyarrow: pip install 'text-to-speech-demo[parquet]'"


@dataclass(frozen=True)
class Entry:
    """One row of a job list, unchecked.

    Attributes:
        number: Of the line, or of the row where a row is no line; from 1.
        values: What the row says, by the names of its columns.
        fault: Why it cannot be read; empty if it can.
        file_name: Of the file that is the row, in a folder of texts; empty elsewhere.
    """

    number: int
    values: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    file_name: str = ""


class JobList:
    """The rows of a job list; they can be read once.

    Args:
        source: A file, a folder, or "-" for standard input.
        form: One of `FORMS`; None lets the suffix and the first line decide.
        encoding: Of a text; None for that of its byte order mark, or UTF-8.
        columns: Other names of columns: what a column is called here by its name in the list.

    Attributes:
        name: What the list is called in messages.
        form: One of `FORMS`.

    Raises:
        InputError: There is no such list, or its form cannot be told.
    """

    def __init__(
        self,
        source: str,
        *,
        form: str | None = None,
        encoding: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        if encoding is not None:
            check_encoding(encoding)
        if form is not None and form not in FORMS:
            raise InputError(f"form {form!r} of the job list: expected one of {', '.join(FORMS)}")
        self.name = "standard input" if source == STANDARD_INPUT else source
        self.form = form or ("" if source == STANDARD_INPUT else _form_of(source))
        self._path = None if source == STANDARD_INPUT else Path(source)
        self._encoding = encoding
        self._columns = dict(columns or {})
        self._read = self._size = 0
        self._raw: io.BufferedReader | None = None

    @property
    def fraction(self) -> float | None:
        """How much of the list was read, 0..1; None where that cannot be known."""
        if self._raw is not None:
            self._read = self._raw.tell() if self._size else 0
        return min(self._read / self._size, 1.0) if self._size else None

    def __iter__(self) -> Iterator[Entry]:
        """Yield the rows.

        Raises:
            InputError: The list cannot be read, or not any further.
        """
        if self.form == "folder":
            yield from self._folder()
        elif self.form == "parquet":
            yield from self._parquet()
        else:
            with self._text() as text:
                form, lines = self.form, text
                if not form or form == "csv":
                    form, lines = _look(text, form, self.name)
                readers: dict[str, Callable[[Lines], Iterator[Entry]]] = {
                    "jsonl": self._jsonl,
                    "csv": self._csv,
                    "tsv": self._tsv,
                    "ljspeech": self._ljspeech,
                    "lines": self._plain_lines,
                }
                self.form = form
                yield from readers[form](lines)

    @contextmanager
    def _text(self) -> Iterator[Lines]:
        """Open the list as text, in which bytes of another encoding stay what they are."""
        try:
            if self._path is None:
                if sys.stdin is None:
                    raise InputError("standard input is closed: expected a job list")
                raw = sys.stdin.buffer
                assert isinstance(raw, io.BufferedReader)
            else:
                raw = self._path.open("rb")
            status = os.fstat(raw.fileno())
            self._size = status.st_size if raw.seekable() else 0
            self._raw = raw
            beginning = raw.peek(4)[:4] if self._encoding is None else b""
            encoding = self._encoding or next(
                (e for mark, e in _MARKS if beginning.startswith(mark)), "utf-8"
            )
            errors = "surrogateescape" if encoding in ("utf-8", "utf-8-sig") else "strict"
            text = io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="")
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {error.strerror or error}") from error
        try:
            yield text
        except UnicodeError as error:
            raise InputError(
                f"{self.name} is not {encoding.upper()} text ({error}); name its encoding with --encoding"
            ) from error
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {error.strerror or error}") from error
        finally:
            self._read, self._raw = (self._size, None)
            if self._path is None:
                text.detach()
            else:
                text.close()

    def _named(self, number: int, names: Sequence[str], values: Sequence[Any]) -> Entry:
        """Return the entry of a row whose columns have names; an empty field is no value."""
        if len(values) != len(names):
            return Entry(
                number, fault=f"it has {len(values)} fields: expected {len(names)}, as the first line"
            )
        return Entry(number, {n: v for n, v in zip(names, values, strict=True) if v not in (None, "")})

    def _column(self, name: str) -> str:
        """Return what a column of the list is called here."""
        name = name.strip()
        return self._columns.get(name) or name.casefold().replace("-", "_")

    def _jsonl(self, text: Lines) -> Iterator[Entry]:
        for number, line, fault in _lines(text):
            if fault:
                yield Entry(number, fault=fault)
                continue
            if not line.strip():
                continue
            try:
                values = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Entry(number, fault=f"it is no JSON: {str(error)[:200]}")
                continue
            if isinstance(values, dict):
                yield Entry(number, {self._column(name): value for name, value in values.items()})
            else:
                kind = type(values).__name__
                yield Entry(number, fault=f'it is a {kind}: expected an object such as {{"text": "Hello."}}')

    def _csv(self, text: Lines) -> Iterator[Entry]:
        csv.field_size_limit(LONGEST_ROW)
        names: list[str] | None = None
        rows = csv.reader(_whole_lines(text, self.name), strict=True)
        number = 0
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                number += 1
                yield Entry(number, fault=f"it is no row of a CSV file: {error} (line {rows.line_num})")
                continue
            if not row:
                continue
            if names is None:
                names = self._header(row)
                continue
            number += 1
            fault = next((fault for value in row if (fault := _undecoded(value))), "")
            yield Entry(number, fault=fault) if fault else self._named(number, names, row)

    def _header(self, row: Sequence[str]) -> list[str]:
        names = [self._column(name) for name in row]
        if "text" not in names:
            listed = ", ".join(name.strip()[:40] for name in row[:10])
            raise InputError(
                f"{self.name} has no column text; its first line has {listed}: name the column with --text-column"
            )
        return names

    def _tsv(self, text: Lines) -> Iterator[Entry]:
        names: list[str] = []
        for number, line, fault in _lines(text):
            if not line and not fault:
                continue
            row = line.split("\t")
            if not names:
                names = [self._column(name) for name in row]
                if "text" in names:
                    continue
                if len(row) != 2:
                    self._header(row)
                names = ["id", "text"]
            yield Entry(number, fault=fault) if fault else self._named(number, names, row)

    def _ljspeech(self, text: Lines) -> Iterator[Entry]:
        for number, line, fault in _lines(text):
            row = line.split("|")
            if fault:
                yield Entry(number, fault=fault)
            elif not line.strip() or (
                number == 1 and [self._column(name) for name in row[:2]] == ["id", "text"]
            ):
                continue
            elif len(row) in (2, 3):
                yield self._named(number, ("id", "text"), row[:2])
            else:
                yield Entry(number, fault=f"it has {len(row)} fields: expected id|text")

    def _plain_lines(self, text: Lines) -> Iterator[Entry]:
        for number, line, fault in _lines(text):
            if line.strip() or fault:
                yield Entry(number, fault=fault) if fault else Entry(number, {"text": line})

    def _parquet(self) -> Iterator[Entry]:
        try:
            import pyarrow
            from pyarrow import parquet
        except ModuleNotFoundError as error:
            raise InputError(_NO_PYARROW) from error
        assert self._path
        try:
            with parquet.ParquetFile(self._path) as table:
                self._size, number = table.metadata.num_rows, 0
                names = {name: self._column(name) for name in table.schema_arrow.names}
                if "text" not in names.values():
                    self._header(list(names))
                for batch in table.iter_batches(batch_size=_BATCH):
                    for row in batch.to_pylist():
                        number += 1
                        self._read = number
                        yield Entry(number, {names[name]: v for name, v in row.items() if v is not None})
        except (OSError, pyarrow.ArrowException) as error:
            raise InputError(f"{self.name} is no Parquet file that can be read: {error}") from error

    def _folder(self) -> Iterator[Entry]:
        assert self._path
        number = 0
        for folder, below, names in os.walk(self._path, onerror=self._cannot_list):
            below[:] = sorted(name for name in below if not name.startswith("."))
            texts = [
                name for name in sorted(names) if name.lower().endswith(TEXT_SUFFIXES) and name[0] != "."
            ]
            stems = [Path(name).stem for name in texts]
            for name, stem in zip(texts, stems, strict=True):
                number += 1
                path = Path(folder, name)
                own = (path.parent / (stem if stems.count(stem) == 1 else name)).relative_to(self._path)
                yield self._text_file(number, path, own.as_posix())
        if not number:
            raise InputError(
                f"{self.name} has no text: expected files that end in {', '.join(TEXT_SUFFIXES)}"
            )

    def _text_file(self, number: int, path: Path, own: str) -> Entry:
        try:
            if not path.is_file():
                return Entry(number, {"id": own}, "it is no regular file")
            if path.stat().st_size > 4 * LONGEST_ROW:
                return Entry(number, {"id": own}, f"it is longer than {LONGEST_ROW} characters")
            text = decode(path.read_bytes(), str(path), encoding=self._encoding)
        except OSError as error:
            return Entry(number, {"id": own}, f"{path} cannot be read: {error.strerror or error}")
        except InputError as error:
            return Entry(number, {"id": own}, str(error))
        return Entry(number, {"id": own, "text": text}, file_name=path.name)

    def _cannot_list(self, error: OSError) -> None:
        raise InputError(f"{error.filename} cannot be read: {error.strerror or error}") from error


def _form_of(source: str) -> str:
    """Return the form that a file or a folder has by its name."""
    path = Path(source)
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except (OSError, ValueError) as error:
        raise InputError(f"{source[:100]!r} cannot be read: {error}") from error
    if not is_there:
        expected = file_question(path) or ": expected a job list or a folder of texts"
        raise InputError(f"{source} is not there{expected}")
    return "folder" if is_folder else _SUFFIXES.get(path.suffix.lower(), "")


class Lines(Protocol):
    """What lines are read from."""

    def readline(self, size: int = -1, /) -> str:
        """Return the next line with its end, or so many characters of it; nothing at the end."""


def _look(text: Lines, form: str, name: str) -> tuple[str, Lines]:
    """Return the form that the first line of a list shows, and the list from its beginning."""
    first = text.readline(LONGEST_ROW)
    again = _Again(first, text)
    if first.lstrip().startswith("{") and not form:
        return "jsonl", again
    if "|" in first and "," not in first.partition("|")[0] and "\t" not in first:
        return "ljspeech", again
    if not form and first.strip():
        forms = ", ".join(FORMS[:-1])
        raise InputError(
            f"{name}: its name and first line do not tell its form: give --jobs-format, one of {forms}"
        )
    return form or "jsonl", again


class _Again:
    """A text whose first line was read and is read again."""

    def __init__(self, first: str, rest: Lines) -> None:
        self._first = first
        self._rest = rest

    def readline(self, size: int = -1, /) -> str:
        """Return the next line, as files do."""
        first, self._first = self._first, ""
        return first or self._rest.readline(size)


def _lines(text: Lines) -> Iterator[tuple[int, str, str]]:
    """Yield number, content and fault of the lines of a text; the content of a faulty one is empty."""
    number = 0
    while line := text.readline(LONGEST_ROW + 1):
        number += 1
        fault = ""
        if len(line) > LONGEST_ROW:
            while line and not line.endswith(("\n", "\r")):
                line = text.readline(LONGEST_ROW)
            fault = f"it is longer than {LONGEST_ROW} characters"
        fault = fault or _undecoded(line)
        yield number, "" if fault else line.rstrip("\r\n"), fault


def _whole_lines(text: Lines, name: str) -> Iterator[str]:
    """Yield the lines of a CSV file, in which a row may extend over several."""
    number = 0
    while line := text.readline(LONGEST_ROW + 1):
        number += 1
        if len(line) > LONGEST_ROW:
            raise InputError(f"{name}, line {number}: it is longer than {LONGEST_ROW} characters")
        yield line


def _undecoded(line: str) -> str:
    """Return the fault of a line that is not UTF-8."""
    match = _UNDECODED.search(line) if not line.isascii() else None
    if not match:
        return ""
    return f"it is not UTF-8: byte 0x{ord(match[0]) - 0xDC00:02x} at character {match.start() + 1}"
