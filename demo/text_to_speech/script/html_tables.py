"""Tables: each row with its headers, as a listener can follow it.

    City: Paris; Population: 2.1 million

A table is data if it has header cells, or more than one column of short cells. Every other one is a means of layout,
whose cells are read as if they stood below each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..text.word_sets import word_set
from .block_builder import Style
from .document import DocumentBlock, Run

# A header with more characters is read once, as a row of its own, and not again with each row.
_LONGEST_HEADER = 80
# Characters of a cell beyond which a table without headers is layout.
_LONGEST_CELL = 200
# Columns or rows that a cell may span.
_WIDEST = 1_000

_LAYOUT_ROLES = frozenset(("presentation", "none"))
# Elements that are in no cell of data.
_LAYOUT_CONTENT = word_set("table h1 h2 h3 h4 h5 h6 form section article header footer nav")


Node = Any


@dataclass
class Cell:
    """A cell: its runs, and what kind of cell it is.

    Attributes:
        runs: Its text.
        is_header: Whether it is a header of its row or column.
        span: Span in the source of its tag.
        columns: Columns that it spans.
        rows: Rows that it spans.
    """

    runs: list[Run] = field(default_factory=list)
    is_header: bool = False
    span: tuple[int, int] = (0, 0)
    columns: int = 1
    rows: int = 1

    @property
    def text(self) -> str:
        """The text with single spaces."""
        return " ".join("".join(run.text for run in self.runs).split())


def is_data(table: Node) -> bool:
    """Tell whether a table has data, and is no means of layout."""
    attributes = table.attrs or {}
    if str(attributes.get("role") or "").lower() in _LAYOUT_ROLES:
        return False
    has_header = False
    widest = cells = 0
    for row in rows_of(table):
        own = [cell for cell in row.children or () if cell.name in ("td", "th")]
        widest = max(widest, len(own))
        cells += len(own)
        has_header = has_header or any(cell.name == "th" for cell in own)
        if any(_is_layout(cell, has_header=has_header) for cell in own):
            return False
    return cells > 1 and (has_header or widest > 1)


def rows_of(table: Node) -> Iterator[Node]:
    """Yield the rows of a table, not those of tables in it."""
    for child in table.children or ():
        if child.name == "tr":
            yield child
        elif child.name in ("thead", "tbody", "tfoot"):
            yield from (row for row in child.children or () if row.name == "tr")


def _is_layout(cell: Node, *, has_header: bool) -> bool:
    """Tell whether a cell has what no cell of data has."""
    length = 0
    todo = list(cell.children or ())
    while todo:
        one = todo.pop()
        if one.name == "#text":
            length += len(one.data)
        elif one.name in _LAYOUT_CONTENT:
            return True
        else:
            todo += one.children or ()
    return not has_header and length > _LONGEST_CELL


class Table:
    """The rows of a table so far.

    Args:
        style: What holds for the table.
    """

    def __init__(self, style: Style) -> None:
        self._style = replace(style, kind="row")
        self._headers: dict[int, list[Cell]] = {}
        self._was_said: set[int] = set()
        # Columns that cells of the rows above reach into, each with the number of rows.
        self._reaching: dict[int, int] = {}
        self._has_rows = False

    def blocks_of_row(self, cells: Sequence[Cell]) -> list[DocumentBlock]:
        """Return what is read of a row; a row of headers is read with those below it."""
        placed = self._placed(cells)
        if not self._has_rows and placed and all(cell.is_header for _, cell in placed):
            for column, cell in placed:
                for one in range(column, column + cell.columns):
                    self._headers.setdefault(one, []).append(cell)
            return []
        found = []
        if not self._has_rows:
            self._has_rows = True
            if long := [cell for cell in self._all_headers() if len(cell.text) > _LONGEST_HEADER]:
                found.append(self._block(list(_joined(long))))
        runs = self._row(placed)
        return [*found, self._block(runs)] if runs else found

    def rest(self) -> list[DocumentBlock]:
        """Return the headers that no row had a cell for: all, or those of empty columns, which are not spoken."""
        unsaid = [cell for cell in self._all_headers() if cell.text and id(cell) not in self._was_said]
        if self._has_rows:
            unsaid = [cell for cell in unsaid if len(cell.text) <= _LONGEST_HEADER]
        block = self._block(list(_joined(unsaid)))
        roles = {"empty"} if self._has_rows else set()
        return [replace(block, roles=block.roles | roles)] if unsaid else []

    def _all_headers(self) -> list[Cell]:
        """Return the cells of the rows of headers, each once."""
        return list({id(cell): cell for cells in self._headers.values() for cell in cells}.values())

    def _placed(self, cells: Sequence[Cell]) -> list[tuple[int, Cell]]:
        """Return the cells of a row with their columns, beside those that reach down into it."""
        placed, column = [], 0
        reaching, self._reaching = self._reaching, {}
        for cell in cells:
            while reaching.get(column, 0):
                column += 1
            placed.append((column, cell))
            if cell.rows > 1:
                for one in range(column, column + cell.columns):
                    self._reaching[one] = cell.rows - 1
            column += cell.columns
        for one, rows in reaching.items():
            if rows > 1:
                self._reaching[one] = max(self._reaching.get(one, 0), rows - 1)
        return placed

    def _row(self, placed: Sequence[tuple[int, Cell]]) -> list[Run]:
        """Return the runs of a row: each cell after its header."""
        runs: list[Run] = []
        filled = [(column, cell) for column, cell in placed if cell.text]
        for index, (column, cell) in enumerate(filled):
            header = self._header(column)
            if index:
                previous = filled[index - 1][1]
                is_title = index == 1 and previous.is_header and not self._header(filled[0][0])
                runs.append(_mark(runs[-1], ": " if is_title else "; "))
            if header and header.casefold() != cell.text.casefold():
                start, end = cell.runs[0].start, cell.runs[-1].end
                runs.append(Run(f"{header}: ", start, max(end, start), roles=cell.runs[0].roles))
            runs += cell.runs
        return runs

    def _header(self, column: int) -> str:
        """Return the headers above a column."""
        cells = [cell for cell in self._headers.get(column, ()) if len(cell.text) <= _LONGEST_HEADER]
        self._was_said |= {id(cell) for cell in cells}
        return " ".join(cell.text for cell in cells if cell.text)

    def _block(self, runs: list[Run]) -> DocumentBlock:
        return DocumentBlock("row", tuple(runs), roles=self._style.roles, ends_paragraph=False)


def _joined(cells: Sequence[Cell]) -> Iterator[Run]:
    """Yield the runs of cells with marks between them."""
    last: Run | None = None
    for cell in cells:
        if cell.text:
            if last:
                yield _mark(last, "; ")
            yield from cell.runs
            last = cell.runs[-1]


def _mark(after: Run, text: str) -> Run:
    """Return punctuation between two cells, where the first has none at its end."""
    ends = after.text.rstrip()[-1:] in ".!?;:,"
    return Run(" " if ends else text, after.end, after.end, roles=after.roles)


def span_of(value: Any) -> int:
    """Return the number of columns or rows that a cell spans."""
    written = str(value or "").strip()
    return (
        min(max(int(written), 1), _WIDEST)
        if written.isascii() and written.isdigit() and len(written) < 6
        else 1
    )
