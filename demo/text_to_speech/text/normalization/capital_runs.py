"""Finds the runs of words in capitals of a text, such as a heading, a speaker's name or a shouted sentence."""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

_TOKEN = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PLURAL = re.compile(r"(?:Mc|Mac|O'|O’)(?=[A-Z]{2})|(?<=[A-Z])['’]?s(?![^\W_])")


@dataclass(frozen=True)
class CapitalRun:
    """A part of a text in which no word has a small letter.

    Attributes:
        start: Offset of its first character.
        end: End offset (exclusive).
        words: The words of two or more letters, in their order, each with its offset.
    """

    start: int
    end: int
    words: tuple[tuple[int, str], ...]


class CapitalRuns:
    """The runs of capitals of a text, which are found when they are first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs: list[CapitalRun] | None = None
        self._shouted: dict[int, bool] = {}

    def at(self, offset: int) -> CapitalRun | None:
        """Return the run that a character of the text is in."""
        if self._runs is None:
            self._runs = list(_find(self._text))
        index = bisect_right(self._runs, offset, key=lambda run: run.start) - 1
        return self._runs[index] if index >= 0 and offset < self._runs[index].end else None

    def is_shouted(self, run: CapitalRun, is_sure: Callable[[str], bool]) -> bool:
        """Tell whether a run has at least two words, of which one is surely no initialism."""
        if run.start not in self._shouted:
            self._shouted[run.start] = len(run.words) > 1 and any(is_sure(word) for _, word in run.words)
        return self._shouted[run.start]


def _find(text: str) -> "list[CapitalRun]":
    runs: list[CapitalRun] = []
    start: int | None = None
    end = 0
    found: list[tuple[int, str]] = []

    def close() -> None:
        nonlocal start, found
        if start is not None and found:
            runs.append(CapitalRun(start, end, tuple(found)))
        start, found = None, []

    for token in _TOKEN.finditer(text):
        capitals = _PLURAL.sub("", token[0])
        if any(map(str.islower, capitals)):
            close()
            continue
        if start is None:
            start = token.start()
        end = token.end()
        found += [(token.start() + w.start(), w[0]) for w in _WORD.finditer(token[0]) if len(w[0]) > 1]
    close()
    return runs
