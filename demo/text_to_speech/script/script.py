"""What is to be said, and how: the one value that plain text and SSML both become.

A script holds the characters that are spoken, and beside them, by their places, everything that directs the voice:
pauses, marks, how words are read, and how they are delivered. In plain text there is one direction, a pause:

    Wait for it. [pause 0.5s] Now!
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..errors import InputError
from ..text import Reading, Sentence
from ..text.sentences import MAX_LENGTH, hide_readings, sentence_spans
from .directions import Delivery, Mark, Pause


@dataclass(frozen=True)
class Alias:
    """A span of the text that is read as if another text stood there."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Block:
    """A span of the text in which no sentence crosses an end.

    Attributes:
        start: Offset of its first character.
        end: Offset behind its last one.
        ends_paragraph: A longer pause follows.
        is_sentence: It is one sentence, whatever stands in it.
    """

    start: int
    end: int
    ends_paragraph: bool = True
    is_sentence: bool = False


@dataclass(frozen=True)
class Piece:
    """From `at` on, the characters of a script are those of the source from `start` to `end`, or stand for them all."""

    at: int
    start: int
    end: int


@dataclass(frozen=True)
class Script:
    """What is to be said, and how. Places are offsets in `text`, in ascending order.

    Attributes:
        source: The text or document as it was given, or the part of it that this script has.
        text: The characters of it that are spoken.
        pieces: Where these stand in the source.
        blocks: The text cut up where a sentence must end.
        directions: Pauses and marks.
        readings: How spans of the text are read.
        aliases: Other texts that are read instead of spans of this one.
        deliveries: From each offset on, words that begin there are said so.
        source_start: Offset of `source` in the whole text, where this script has a part of it.

    Raises:
        InputError: Readings and aliases overlap or are empty.
    """

    source: str
    text: str
    pieces: tuple[Piece, ...]
    blocks: tuple[Block, ...]
    directions: tuple[Pause | Mark, ...] = ()
    readings: tuple[Reading, ...] = ()
    aliases: tuple[Alias, ...] = ()
    deliveries: tuple[tuple[int, Delivery], ...] = ()
    source_start: int = 0

    def __post_init__(self) -> None:
        position = 0
        for start, end in self._spans_read():
            if not position <= start < end:
                raise InputError(
                    f"a reading or an alias of the characters {start} to {end}: expected at least one character,"
                    " and none that another one has"
                )
            position = end
        for reading in self.readings:
            if not (reading.spoken.strip() or reading.phonemes):
                raise InputError(
                    f"a reading of the characters {reading.start} to {reading.end}: expected words or phonemes"
                )

    def _spans_read(self) -> list[tuple[int, int]]:
        """Return the spans of readings and aliases in ascending order."""
        spans = [(reading.start, reading.end) for reading in self.readings]
        return sorted(spans + [(alias.start, alias.end) for alias in self.aliases])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the whole source of a span of the text, which has at least one character."""
        return self.source_start + self._source_span(start)[0], self.source_start + self._source_span(
            end - 1
        )[1]

    def delivery(self, at: int) -> Delivery:
        """Return how a word that begins at an offset of the text is said."""
        index = bisect.bisect_right(self.deliveries, at, key=lambda change: change[0])
        return self.deliveries[index - 1][1] if index else Delivery()

    def sentences(self) -> Iterator[Sentence]:
        """Yield the sentences of the text; none ends in a reading or an alias."""
        masked = hide_readings(self.text, self._spans_read())
        for block in self.blocks:
            spans = list(_sentence_spans(masked[block.start : block.end], block))
            for start, end, ends_paragraph in spans[:-1]:
                yield Sentence.of(self.text, block.start + start, block.start + end, ends_paragraph)
            for start, end, _ in spans[-1:]:
                yield Sentence.of(self.text, block.start + start, block.start + end, block.ends_paragraph)

    def _source_span(self, at: int) -> tuple[int, int]:
        """Return the span of the source that one character stands for."""
        index = bisect.bisect_right(self.pieces, at, key=lambda piece: piece.at) - 1
        piece = self.pieces[index]
        following = self.pieces[index + 1].at if index + 1 < len(self.pieces) else len(self.text)
        if following - piece.at == piece.end - piece.start:
            return piece.start + at - piece.at, piece.start + at - piece.at + 1
        return piece.start, piece.end


def _sentence_spans(text: str, block: Block) -> Iterator[tuple[int, int, bool]]:
    """Return the spans of the sentences of a block's text; see `sentence_spans`."""
    stripped = text.strip()
    if not block.is_sentence or not stripped or len(stripped) > MAX_LENGTH:
        return sentence_spans(text)
    start = text.index(stripped)
    return iter([(start, start + len(stripped), True)])


def join_scripts(scripts: Sequence[Script]) -> Script:
    """Return scripts, one or more, as one; each is at least a paragraph of its own."""
    if len(scripts) == 1:
        return scripts[0]
    gap = "\n\n"
    moved = []
    at = start = 0
    for script in scripts:
        moved.append(_moved(script, at, start))
        at += len(script.text) + len(gap)
        start += len(script.source) + len(gap)
    return Script(
        gap.join(script.source for script in scripts),
        gap.join(script.text for script in scripts),
        tuple(piece for script in moved for piece in script.pieces),
        tuple(block for script in moved for block in script.blocks),
        tuple(direction for script in moved for direction in script.directions),
        tuple(reading for script in moved for reading in script.readings),
        tuple(alias for script in moved for alias in script.aliases),
        tuple(change for script in moved for change in script.deliveries),
    )


def _moved(script: Script, by: int, source_by: int) -> Script:
    """Return a script whose places are those it has behind other ones."""
    gap = Piece(len(script.text), len(script.source), len(script.source) + 2)
    return replace(
        script,
        pieces=tuple(Piece(p.at + by, p.start + source_by, p.end + source_by) for p in (*script.pieces, gap)),
        blocks=tuple(replace(b, start=b.start + by, end=b.end + by) for b in script.blocks),
        directions=tuple(replace(d, at=d.at + by) for d in script.directions),
        readings=tuple(replace(r, start=r.start + by, end=r.end + by) for r in script.readings),
        aliases=tuple(replace(a, start=a.start + by, end=a.end + by) for a in script.aliases),
        deliveries=((by, Delivery()), *((at + by, d) for at, d in script.deliveries)),
    )
