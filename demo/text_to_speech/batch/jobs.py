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
import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..cli.inputs import STANDARD_INPUT, check_encoding, decode
from ..cli.nearest import file_question
from ..errors import InputError
from .entries import LONGEST_ROW, Columns, Entry
from .text_lists import TEXT_FORMS, Lines, look, read_text_list

FORMS = (*TEXT_FORMS, "parquet", "folder")
# Of the files of a folder that are rows. A test compares them with those by which formats are told.
TEXT_SUFFIXES = (
    *(".txt", ".xml", ".ssml", ".html", ".htm", ".xhtml"),
    *(".md", ".markdown", ".mdown", ".mkd"),
)
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
_BATCH = 256  # rows of a Parquet file that are read at once
NO_PYARROW = "Parquet needs pyarrow: pip install 'text-to-speech-demo[parquet]'"


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
        if source == STANDARD_INPUT and form == "parquet":
            # The end of such a file says where its rows are.
            raise InputError("a Parquet table on standard input: expected its file")
        self.name = "standard input" if source == STANDARD_INPUT else source
        self.form = form or ("" if source == STANDARD_INPUT else _form_of(source))
        self._path = None if source == STANDARD_INPUT else Path(source)
        self._encoding = encoding
        self._columns = Columns(self.name, columns)
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
                    form, lines = look(text, form, self.name)
                self.form = form
                yield from read_text_list(lines, form, self._columns, self.name)

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

    def _parquet(self) -> Iterator[Entry]:
        try:
            import pyarrow
            from pyarrow import parquet
        except ModuleNotFoundError as error:
            raise InputError(NO_PYARROW) from error
        assert self._path
        try:
            with parquet.ParquetFile(self._path) as table:
                self._size, number = table.metadata.num_rows, 0
                names = {name: self._columns.name(name) for name in table.schema_arrow.names}
                if "text" not in names.values():
                    self._columns.names(list(names))
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
