"""A text that keeps, for each of its characters, the span of the original text that the character came from.

The front end rewrites a text before it is spoken: "ﬁ" becomes "fi", "$5" becomes "five dollars". Word times are given
for the words that the user wrote, so every rewriting keeps the original spans.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class TracedText:
    """A text and the original span of each of its characters.

    Attributes:
        text: The characters.
        starts: For each character, the offset of its first original character. The offsets never decrease.
        ends: For each character, the end offset of its original span (exclusive). The offsets never decrease.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str, start: int = 0) -> TracedText:
        """Return a text that is the original from offset `start` on, unchanged."""
        return cls(text, range(start, start + len(text)), range(start + 1, start + 1 + len(text)))

    @classmethod
    def standing_for(cls, text: str, start: int, end: int) -> TracedText:
        """Return a text of which every character has the same original span."""
        return cls(text, (start,) * len(text), (end,) * len(text))

    @classmethod
    def join(cls, pieces: Iterable[TracedText]) -> TracedText:
        """Return the concatenation of some texts."""
        pieces = list(pieces)
        return cls(
            "".join(piece.text for piece in pieces),
            list(itertools.chain.from_iterable(piece.starts for piece in pieces)),
            list(itertools.chain.from_iterable(piece.ends for piece in pieces)),
        )

    def __getitem__(self, part: slice) -> TracedText:
        return TracedText(self.text[part], self.starts[part], self.ends[part])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original span of the characters from `start` to `end` (exclusive), at least one."""
        return self.starts[start], self.ends[end - 1]

    def translate(self, table: dict[int, str]) -> TracedText:
        """Replace single characters by other single characters, as `str.translate` does."""
        return TracedText(self.text.translate(table), self.starts, self.ends)

    def sub(self, pattern: re.Pattern[str], replace: str | Callable[[re.Match[str]], str]) -> TracedText:
        r"""Replace the matches of a pattern. The new characters all get the span of the whole match.

        Args:
            pattern: The pattern, as for `re.sub`.
            replace: The new text, in which `\1` is a group of the match, or a function of the match.
        """
        pieces = []
        end = 0
        for match in pattern.finditer(self.text):
            new = match.expand(replace) if isinstance(replace, str) else replace(match)
            start, stop = match.span()
            pieces.append(self[end:start])
            if start < stop:
                pieces.append(TracedText.standing_for(new, *self.span(start, stop)))
            elif new:
                # The match is empty, so the new text has no original characters: its span is empty, too.
                offset = self.ends[start - 1] if start else 0
                pieces.append(TracedText.standing_for(new, offset, offset))
            end = stop
        return TracedText.join([*pieces, self[end:]]) if pieces else self
