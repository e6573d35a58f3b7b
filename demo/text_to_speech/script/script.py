"""What is to be said, and how: the one value that plain text and SSML both become.

A script holds the characters that are spoken, and beside them, by their places, everything that directs the voice:
pauses, marks, how words are read, and how they are delivered. In plain text there is one direction, a pause:

    Wait for it. [pause 0.5s] Now!
"""

from __future__ import annotations

import bisect
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..errors import InputError
from ..text import Reading, Sentence, split_sentences
from ..text.characters import check_text
from ..text.grouped_warnings import one_document, warn
from ..text.pronunciations import find_inline_phonemes
from ..text.sentences import MAX_LENGTH, hide_readings
from .directions import Delivery, Mark, Pause, parse_time

_log = logging.getLogger(__name__)

_PLAIN_PAUSE = re.compile(r"(?<!\[)\[pause +([+-]?[\d.][^\[\]]{0,20})\](?!\])")


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
        source: The text or document as it was given.
        text: The characters of it that are spoken.
        pieces: Where these stand in the source.
        blocks: The text cut up where a sentence must end.
        directions: Pauses and marks.
        readings: How spans of the text are read.
        aliases: Other texts that are read instead of spans of this one.
        deliveries: From each offset on, words that begin there are said so.

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
        """Return the span of the source that a span of the text, at least one character, stands for."""
        return self._place(start)[0], self._place(end - 1)[1]

    def delivery(self, at: int) -> Delivery:
        """Return how a word that begins at an offset of the text is said."""
        index = bisect.bisect_right(self.deliveries, at, key=lambda change: change[0])
        return self.deliveries[index - 1][1] if index else Delivery()

    def sentences(self) -> Iterator[Sentence]:
        """Yield the sentences of the text; none ends in a reading or an alias."""
        masked = hide_readings(self.text, self._spans_read())
        for block in self.blocks:
            found = [
                Sentence(
                    re.sub(r"\s", " ", self.text[block.start + s.start : block.start + s.end]),
                    block.start + s.start,
                    block.start + s.end,
                    s.ends_paragraph,
                )
                for s in _split(masked[block.start : block.end], block)
            ]
            yield from found[:-1]
            for last in found[-1:]:
                yield replace(last, ends_paragraph=block.ends_paragraph)

    def _place(self, at: int) -> tuple[int, int]:
        """Return the span of the source that one character stands for."""
        index = bisect.bisect_right(self.pieces, at, key=lambda piece: piece.at) - 1
        piece = self.pieces[index]
        following = self.pieces[index + 1].at if index + 1 < len(self.pieces) else len(self.text)
        if following - piece.at == piece.end - piece.start:
            return piece.start + at - piece.at, piece.start + at - piece.at + 1
        return piece.start, piece.end


def _split(text: str, block: Block) -> list[Sentence]:
    stripped = text.strip()
    if not block.is_sentence or not stripped or len(stripped) > MAX_LENGTH:
        return split_sentences(text)
    start = text.index(stripped)
    return [Sentence(stripped, start, start + len(stripped), ends_paragraph=True)]


def parse_text(text: str) -> Script:
    """Return the script of a plain text, in which "[pause 0.5s]" is a pause and "[[ həlˈoʊ ]]" are phonemes.

    Raises:
        InputError: The text is no str, or a pause has no unit or is longer than 60 seconds.
    """
    with one_document():
        return _parse_text(check_text(text))


def _parse_text(text: str) -> Script:
    said: list[str] = []
    pieces: list[Piece] = []
    pauses: list[Pause] = []
    position = length = 0
    for match in _PLAIN_PAUSE.finditer(text):
        said += [text[position : match.start()], " "]
        pieces.append(Piece(length, position, match.start()))
        length += match.start() - position + 1
        pieces.append(Piece(length - 1, *match.span()))
        try:
            pauses.append(Pause(length, parse_time(match[1].strip())))
        except InputError as error:
            raise InputError(f"{match[0]} at offset {match.start()}: {error}") from None
        position = match.end()
    pieces.append(Piece(length, position, len(text)))
    spoken = "".join([*said, text[position:]])
    script = Script(text, spoken, tuple(pieces), (Block(0, len(spoken)),), tuple(pauses))
    return with_inline_phonemes(script, lambda at: f"offset {at}")


def with_inline_phonemes(script: Script, place: Callable[[int], str]) -> Script:
    """Return a script in which phonemes between double brackets are readings like those of elements.

    Of two readings of the same characters the outer one counts: brackets in an element are part of what the element
    reads, and an element between brackets is part of the phonemes. Where they cross, the element counts.

    Args:
        script: What was parsed so far.
        place: Tells for an offset of the source how a warning names it.
    """

    def place_in_text(at: int) -> str:
        return place(script.span(at, at + 1)[0])

    elements: list[Reading | Alias] = [*script.readings, *script.aliases]
    elements.sort(key=lambda element: element.start)
    ends = [element.end for element in elements]
    kept: list[Reading] = []
    dropped: set[Reading | Alias] = set()
    for inline in find_inline_phonemes(script.text, place=place_in_text):
        first = bisect.bisect_right(ends, inline.start)
        last = bisect.bisect_left(elements, inline.end, first, key=lambda element: element.start)
        inside = elements[first:last]
        written = " ".join(script.text[inline.start : inline.end][:60].split())
        if not _is_in_one_block(script, inline):
            message = f"a paragraph or sentence ends in {written}, which is read as text"
        elif inside and not all(_is_outer(inline, element) for element in inside):
            message = f"{written} in an element that is read otherwise: the element counts"
        else:
            kept.append(inline)
            dropped.update(inside)
            if not inside:
                continue
            message = f"an element in {written}: the phonemes count"
        warn(_log, "readings inside of others", message, place=partial(place_in_text, inline.start))
    return replace(
        script,
        readings=tuple(
            sorted(
                [*kept, *(r for r in script.readings if r not in dropped)], key=lambda reading: reading.start
            )
        ),
        aliases=tuple(alias for alias in script.aliases if alias not in dropped),
    )


def _is_in_one_block(script: Script, span: Reading) -> bool:
    index = bisect.bisect_right(script.blocks, span.start, key=lambda block: block.start) - 1
    return index >= 0 and span.end <= script.blocks[index].end


def _is_outer(one: Reading, other: Reading | Alias) -> bool:
    """Tell whether a reading has all the characters of another one, and more."""
    return (
        one.start <= other.start and other.end <= one.end and (one.start, one.end) != (other.start, other.end)
    )


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
