"""Reads the tables of text/unseen, whose notation of readings is said in text/unseen/README.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).resolve().parent / "text" / "unseen" / "cases.tsv"
DENSE = CASES.with_name("dense.tsv")

KINDS = {
    "1": "names and words in capitals",
    "2": "full stops of abbreviations",
    "3": "Markdown and HTML",
    "4": "dashes between dates",
    "5": "finance",
    "6": "sounds that people write",
    "7": "x and formulas",
    "8": "footnote marks",
    "9": "compass letters and St",
    "10": "temperatures, angles, inches",
    "11": "slashes and leading zeros",
    "12": "words broken at a line end",
    "13": "lines",
    "14": "Roman numerals",
    "15": "numbers that identify",
    "16": "words",
    "17": "the letter A",
    "18": "European numbers",
    "19": "chat",
    "20": "signs",
    "21": "Bible references",
    "22": "dates in another dress",
    "23": "addresses",
}
"""The kinds of text by their numbers."""

_PARTS = re.compile(r"[{}\[\]/]|[^{}\[\]/]+")
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True)
class UnseenCase:
    """A line of the table.

    Attributes:
        kind: The number of the kind, or the genre of a dense sentence.
        is_counter: Whether the input only looks like the kind.
        written: The input.
        readings: What a good reader says, in the notation of the table.
    """

    kind: str
    is_counter: bool
    written: str
    readings: tuple[str, ...]

    @classmethod
    def read(cls, line: str) -> UnseenCase:
        """Read a line of the table."""
        kind, belongs, written, *readings = line.split("\t")
        text = _ESCAPE.sub(lambda match: "\n" if match[1] == "n" else match[1], written)
        return cls(kind, belongs == "no", text, tuple(readings))

    def expanded(self) -> Iterator[str]:
        """Yield the readings without choices."""
        for reading in self.readings:
            yield from expand(reading)


def read_cases(*paths: Path) -> list[UnseenCase]:
    """Read tables, the first line of which names the columns; without paths, `CASES` and `DENSE`."""
    lines = [
        line for path in paths or (CASES, DENSE) for line in path.read_text(encoding="utf-8").splitlines()[1:]
    ]
    return [UnseenCase.read(line) for line in lines]


def expand(reading: str) -> Iterator[str]:
    """Yield the readings that a notation stands for.

    Raises:
        ValueError: A bracket is open at the end, or one is closed that is not open.

    Example:
        list(expand("{zero/oh} [and] one"))  # ["zero and one", "zero one", "oh and one", "oh one"]
    """
    parts = _PARTS.findall(reading)
    choices, end = _choices(parts, 0, "")
    if end != len(parts):
        raise ValueError(f"{reading!r}: a bracket is closed that is not open")
    for text in choices:
        yield " ".join(text.split())


def _choices(parts: Sequence[str], start: int, closing: str) -> tuple[list[str], int]:
    """Return the texts that the parts up to a closing bracket stand for, and the offset of that bracket."""
    texts: list[str] = []
    choice = [""]
    at = start
    while at < len(parts) and parts[at] not in ("}", "]"):
        if parts[at] in ("{", "["):
            inner, at = _choices(parts, at + 1, "}" if parts[at] == "{" else "]")
            choice = [left + right for left in choice for right in inner]
        elif parts[at] == "/" and closing == "}":
            texts, choice = texts + choice, [""]
        else:
            choice = [left + parts[at] for left in choice]
        at += 1
    if closing and (at == len(parts) or parts[at] != closing):
        raise ValueError(f"{''.join(parts)!r}: expected {closing!r} to close the bracket")
    return [*texts, *choice, *([""] if closing == "]" else [])], at
