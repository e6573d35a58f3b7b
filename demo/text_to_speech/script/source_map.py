"""A text that was made of another one, with the way back from its offsets to those of the source."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field


@dataclass
class Rewritten:
    """A text that is put together from parts of a source and from other characters, from its start to its end.

    Attributes:
        text: The whole, after `finish`.
    """

    text: str = ""
    _parts: list[str] = field(default_factory=list)
    # Of each part: its offset in the text, and the span of the source that it stands for.
    _offsets: list[int] = field(default_factory=list)
    _spans: list[tuple[int, int]] = field(default_factory=list)
    _length: int = 0

    def add(self, text: str, start: int, end: int) -> None:
        """Append characters that stand for a span of the source; one to one if the two are of one length."""
        if text:
            self._parts.append(text)
            self._offsets.append(self._length)
            self._spans.append((start, end))
            self._length += len(text)

    def finish(self) -> Rewritten:
        """Join the parts, after which nothing is appended any more."""
        self.text = "".join(self._parts)
        return self

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that a span of the text stands for."""
        first = self._span_of_character(start)
        last = self._span_of_character(max(end - 1, start))
        return first[0], max(last[1], first[0])

    def parts(self, start: int, end: int) -> list[tuple[int, int, tuple[int, int]]]:
        """Return a span of the text in pieces, each with its span of the source."""
        found = []
        while start < end:
            index = max(0, bisect.bisect_right(self._offsets, start) - 1)
            stop = self._offsets[index + 1] if index + 1 < len(self._offsets) else self._length
            stop = min(max(stop, start + 1), end)
            found.append((start, stop, self.span(start, stop)))
            start = stop
        return found

    def _span_of_character(self, at: int) -> tuple[int, int]:
        if not self._offsets:
            return 0, 0
        index = max(0, bisect.bisect_right(self._offsets, at) - 1)
        stop = self._offsets[index + 1] if index + 1 < len(self._offsets) else self._length
        start, end = self._spans[index]
        if stop - self._offsets[index] != end - start:
            return start, end
        offset = min(start + at - self._offsets[index], end)
        return offset, min(offset + 1, end)
