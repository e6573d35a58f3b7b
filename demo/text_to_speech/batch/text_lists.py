"""The rows of job lists that are text: JSONL, CSV, TSV, LJSpeech's `id|text`, and a text on each line.

A line that cannot be read is an entry with a fault, and the ones after it are read. Bytes that are not UTF-8 are
surrogates in what is read here, and a fault of their row.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from typing import Protocol

from ..errors import InputError
from .entries import LONGEST_ROW, Columns, Entry, named

TEXT_FORMS = ("jsonl", "csv", "tsv", "ljspeech", "lines")
_UNDECODED = re.compile("[\udc80-\udcff]")


class Lines(Protocol):
    """What lines are read from."""

    def readline(self, size: int = -1, /) -> str:
        """Return the next line with its end, or so many characters of it; nothing at the end."""


def read_text_list(text: Lines, form: str, columns: Columns, list_name: str) -> Iterator[Entry]:
    """Yield the rows of a list.

    Args:
        text: The list.
        form: One of `TEXT_FORMS`.
        columns: The names of its columns.
        list_name: What it is called in messages.

    Raises:
        InputError: It cannot be read, or not any further.
    """
    readers: dict[str, Callable[[Lines, Columns, str], Iterator[Entry]]] = {
        "jsonl": _jsonl,
        "csv": _csv,
        "tsv": _tsv,
        "ljspeech": _ljspeech,
        "lines": _plain_lines,
    }
    return readers[form](text, columns, list_name)


def look(text: Lines, form: str, name: str) -> tuple[str, Lines]:
    """Return the form that the first line of a list shows, and the list from its beginning."""
    first = text.readline(LONGEST_ROW)
    again = _Again(first, text)
    if first.lstrip().startswith("{") and not form:
        return "jsonl", again
    if "|" in first and "," not in first.partition("|")[0] and "\t" not in first:
        return "ljspeech", again
    if not form and first.strip():
        forms = ", ".join(TEXT_FORMS)
        raise InputError(
            f"{name}: its name and first line do not tell its form: give --jobs-format, one of {forms} or parquet"
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


def _jsonl(text: Lines, columns: Columns, list_name: str) -> Iterator[Entry]:
    """Yield the rows of JSONL."""
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
            yield Entry(number, {columns.name(name): value for name, value in values.items()})
        else:
            kind = type(values).__name__
            yield Entry(number, fault=f'it is a {kind}: expected an object such as {{"text": "Hello."}}')


def _csv(text: Lines, columns: Columns, list_name: str) -> Iterator[Entry]:
    """Yield the rows of CSV with a header."""
    csv.field_size_limit(LONGEST_ROW)
    names: list[str] | None = None
    rows = csv.reader(_whole_lines(text, list_name), strict=True)
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
            names = columns.names(row)
            continue
        number += 1
        fault = next((fault for value in row if (fault := _undecoded(value))), "")
        yield Entry(number, fault=fault) if fault else named(number, names, row)


def _tsv(text: Lines, columns: Columns, list_name: str) -> Iterator[Entry]:
    """Yield the rows of TSV with a header, or of ids and texts."""
    names: list[str] = []
    for number, line, fault in _lines(text):
        if not line and not fault:
            continue
        row = line.split("\t")
        if not names:
            names = [columns.name(name) for name in row]
            if "text" in names:
                continue
            if len(row) != 2:
                columns.names(row)
            names = ["id", "text"]
        yield Entry(number, fault=fault) if fault else named(number, names, row)


def _ljspeech(text: Lines, columns: Columns, list_name: str) -> Iterator[Entry]:
    """Yield the rows of LJSpeech's table."""
    for number, line, fault in _lines(text):
        row = line.split("|")
        if fault:
            yield Entry(number, fault=fault)
        elif not line.strip() or (number == 1 and [columns.name(name) for name in row[:2]] == ["id", "text"]):
            continue
        elif len(row) in (2, 3):
            yield named(number, ("id", "text"), row[:2])
        else:
            yield Entry(number, fault=f"it has {len(row)} fields: expected id|text")


def _plain_lines(text: Lines, columns: Columns, list_name: str) -> Iterator[Entry]:
    """Yield a row for each line that is not blank."""
    for number, line, fault in _lines(text):
        if line.strip() or fault:
            yield Entry(number, fault=fault) if fault else Entry(number, {"text": line})


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
