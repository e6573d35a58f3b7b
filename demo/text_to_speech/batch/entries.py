"""The rows of a job list as they are read, unchecked, and the names of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError

LONGEST_ROW = 1 << 24  # characters


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


class Columns:
    """The names of the columns of a list.

    Args:
        list_name: What the list is called in messages.
        others: Other names of columns: what a column is called here by its name in the list.
    """

    def __init__(self, list_name: str, others: Mapping[str, str] | None = None) -> None:
        self._list_name = list_name
        self._others = dict(others or {})

    def name(self, name: str) -> str:
        """Return what a column of the list is called here."""
        name = name.strip()
        return self._others.get(name) or name.casefold().replace("-", "_")

    def names(self, header: Sequence[str]) -> list[str]:
        """Return the names of the columns of a header.

        Raises:
            InputError: None is that of the texts.
        """
        names = [self.name(name) for name in header]
        if "text" not in names:
            listed = ", ".join(name.strip()[:40] for name in header[:10])
            raise InputError(
                f"{self._list_name} has no column text; its first line has {listed}: name the column with --text-column"
            )
        return names


def named(number: int, names: Sequence[str], values: Sequence[Any]) -> Entry:
    """Return the entry of a row whose columns have names; an empty field is no value."""
    if len(values) != len(names):
        return Entry(number, fault=f"it has {len(values)} fields: expected {len(names)}, as the first line")
    return Entry(number, {n: v for n, v in zip(names, values, strict=True) if v not in (None, "")})
