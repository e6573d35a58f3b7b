"""A text whose characters know which characters of the original text they came from.

Reading aloud rewrites: "ﬁ" becomes "fi", "$5" becomes "five dollars". Word times are given for the words that the
user wrote, so every rewriting here keeps, for each character, the span of the original that it stands for.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class TracedText:
    """A text and, for each of its characters, the span that it stands for.

    Attributes:
        text: the characters.
        starts: for each, offset of the first original character that it stands for; never falls.
        ends: for each, offset behind the last one; never falls.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str, start: int = 0) -> TracedText:
        """Return a text that stands for itself, at the offset `start` of the original."""
        return cls(text, range(start, start + len(text)), range(start + 1, start + 1 + len(text)))

    @classmethod
    def standing_for(cls, text: str, start: int, end: int) -> TracedText:
        """Return a text each character of which stands for the same span."""
        return cls(text, (start,) * len(text), (end,) * len(text))

    @classmethod
    def join(cls, pieces: Iterable[TracedText]) -> TracedText:
        """Return the pieces as one text."""
        pieces = list(pieces)
        return cls(
            "".join(piece.text for piece in pieces),
            list(itertools.chain.from_iterable(piece.starts for piece in pieces)),
            list(itertools.chain.from_iterable(piece.ends for piece in pieces)),
        )

    def __getitem__(self, place: slice) -> TracedText:
        return TracedText(self.text[place], self.starts[place], self.ends[place])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original span of the characters from `start` to `end`, at least one."""
        return self.starts[start], self.ends[end - 1]

    def translate(self, table: dict[int, str]) -> TracedText:
        """Replace single characters by other single characters."""
        return TracedText(self.text.translate(table), self.starts, self.ends)

    def sub(self, pattern: re.Pattern[str], replace: str | Callable[[re.Match[str]], str]) -> TracedText:
        r"""Replace what a pattern finds; the new characters stand for the whole of it.

        Args:
            pattern: as for `re.sub`.
            replace: the new text, in which `\1` means a group, or a function of the match.
        """
        pieces = []
        end = 0
        for match in pattern.finditer(self.text):
            new = match.expand(replace) if isinstance(replace, str) else replace(match)
            start, stop = match.span()
            pieces.append(self[end:start])
            if start < stop:
                pieces.append(TracedText.standing_for(new, *self.span(start, stop)))
            elif new:  # between two characters: a space that stands for nothing
                place = self.ends[start - 1] if start else 0
                pieces.append(TracedText.standing_for(new, place, place))
            end = stop
        return TracedText.join([*pieces, self[end:]]) if pieces else self
