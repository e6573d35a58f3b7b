"""The script: what is to be spoken, and how. Plain text and SSML both become this value.

A script has the characters that are spoken, and at offsets of them everything that directs the voice: pauses, marks,
how words are read, and how they are delivered.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..errors import InputError
from ..text import Reading, Sentence
from ..text.sentences import MAX_LENGTH, cut_sentence, hide_phonemes, hide_readings, sentence_spans
from .directions import Delivery, Mark, Pause
from .voice_request import VoiceRequest


@dataclass(frozen=True)
class VoiceReading(Reading):
    """A reading that depends on the language of the voice, such as that of a date in numbers.

    Attributes:
        by_language: BCP 47 tags of languages, each with the words in it, where they are not those of `spoken`.
    """

    by_language: tuple[tuple[str, str], ...] = ()

    def in_language(self, tag: str) -> Reading:
        """Return the reading in a language; an empty tag is the language in which `spoken` is."""
        return Reading(self.start, self.end, spoken=dict(self.by_language).get(tag, self.spoken))


@dataclass(frozen=True)
class Alias:
    """A span of the text instead of which another text is read.

    Attributes:
        start: Offset of the first character.
        end: End offset (exclusive).
        text: What is read, as a text of its own.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Block:
    """A span of the text: every sentence lies in one block.

    Attributes:
        start: Offset of the first character.
        end: End offset (exclusive).
        ends_paragraph: Whether the pause after it is that of a paragraph.
        is_sentence: Whether it is one sentence, whatever characters it has; only a block that is too long is split.
    """

    start: int
    end: int
    ends_paragraph: bool = True
    is_sentence: bool = False


@dataclass(frozen=True)
class Piece:
    """Maps the script's text from offset `at` to the source from `start` to `end` (exclusive).

    Characters are mapped one to one if the two have the same length, and otherwise each of them to the whole span.
    """

    at: int
    start: int
    end: int


@dataclass(frozen=True)
class Script:
    """What is to be spoken, and how. All values are in the order of their offsets, which are those of `text`.

    Attributes:
        source: The text or document as it was given, or a part of it: see `source_start`.
        text: The characters that are spoken.
        pieces: Map `text` to `source`.
        blocks: The spans of which each has whole sentences.
        directions: Pauses and marks.
        readings: Spans that are read in a given way.
        aliases: Spans instead of which another text is read.
        deliveries: Offsets, each with the delivery of the words that begin there or later.
        languages: Offsets, each with the BCP 47 tag of the words that begin there or later; an empty tag is the
            language of the voice.
        voices: Offsets, each with what is asked of the voice of the words that begin there or later; None is the voice
            of the text.
        source_start: Offset of `source` in a longer text, of which it is a part, see `incremental_scripts`.
        breaks_off: Whether the last sentence goes on in the next part of that text.

    Raises:
        InputError: Two readings or aliases overlap, or one is empty.
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
    breaks_off: bool = False
    languages: tuple[tuple[int, str], ...] = ()
    voices: tuple[tuple[int, VoiceRequest | None], ...] = ()

    def __post_init__(self) -> None:
        position = 0
        for start, end in self.spans_read():
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

    def spans_read(self) -> list[tuple[int, int]]:
        """Return the spans of readings and aliases in the order of their offsets."""
        spans = [(reading.start, reading.end) for reading in self.readings]
        return sorted(spans + [(alias.start, alias.end) for alias in self.aliases])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the source, or in the longer text, of a span of at least one character of `text`."""
        first, last = self._source_span(start), self._source_span(end - 1)
        # A document's text may be moved: what stands between the rows of a table is read before it.
        return self.source_start + min(first[0], last[0]), self.source_start + max(first[1], last[1])

    def delivery(self, at: int) -> Delivery:
        """Return the delivery of a word that begins at an offset of the text."""
        index = bisect.bisect_right(self.deliveries, at, key=lambda change: change[0])
        return self.deliveries[index - 1][1] if index else Delivery()

    def language(self, at: int) -> str:
        """Return the BCP 47 tag of a word that begins at an offset of the text; empty for the language of the voice."""
        index = bisect.bisect_right(self.languages, at, key=lambda change: change[0])
        return self.languages[index - 1][1] if index else ""

    def voice(self, at: int) -> VoiceRequest | None:
        """Return what is asked of the voice of a word that begins at an offset; None for the voice of the text."""
        index = bisect.bisect_right(self.voices, at, key=lambda change: change[0])
        return self.voices[index - 1][1] if index else None

    def sentences(self) -> Iterator[Sentence]:
        """Yield the sentences of the text; none of them ends inside a reading or an alias."""
        masked = hide_readings(self.text, self.spans_read())
        for block in self.blocks:
            spans = list(_sentence_spans(masked[block.start : block.end], block))
            for start, end, ends_paragraph in spans[:-1]:
                yield Sentence.of(self.text, block.start + start, block.start + end, ends_paragraph)
            for start, end, _ in spans[-1:]:
                yield Sentence.of(self.text, block.start + start, block.start + end, block.ends_paragraph)

    def _source_span(self, at: int) -> tuple[int, int]:
        """Return the span of the source that one character of the text is mapped to."""
        index = bisect.bisect_right(self.pieces, at, key=lambda piece: piece.at) - 1
        piece = self.pieces[index]
        following = self.pieces[index + 1].at if index + 1 < len(self.pieces) else len(self.text)
        if following - piece.at == piece.end - piece.start:
            return piece.start + at - piece.at, piece.start + at - piece.at + 1
        return piece.start, piece.end


def _sentence_spans(text: str, block: Block) -> Iterator[tuple[int, int, bool]]:
    """Return the spans of the sentences of a block's text; see `sentence_spans`."""
    stripped = text.strip()
    if not block.is_sentence or not stripped:
        return sentence_spans(text)
    start = text.index(stripped)
    pieces = list(cut_sentence(hide_phonemes(text), start, start + len(stripped), MAX_LENGTH))
    return ((begin, end, end == pieces[-1][1]) for begin, end in pieces)


def join_scripts(scripts: Sequence[Script]) -> Script:
    """Join one or more scripts into one, in which each has paragraphs of its own."""
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
        languages=tuple(change for script in moved for change in script.languages)
        if any(script.languages for script in scripts)
        else (),
        voices=tuple(change for script in moved for change in script.voices)
        if any(script.voices for script in scripts)
        else (),
    )


def _moved(script: Script, by: int, source_by: int) -> Script:
    """Return a script with the offsets that it has after other scripts.

    Args:
        script: The script.
        by: Characters of their texts.
        source_by: Characters of their sources.
    """
    gap = Piece(len(script.text), len(script.source), len(script.source) + 2)
    return replace(
        script,
        pieces=tuple(Piece(p.at + by, p.start + source_by, p.end + source_by) for p in (*script.pieces, gap)),
        blocks=tuple(replace(b, start=b.start + by, end=b.end + by) for b in script.blocks),
        directions=tuple(replace(d, at=d.at + by) for d in script.directions),
        readings=tuple(replace(r, start=r.start + by, end=r.end + by) for r in script.readings),
        aliases=tuple(replace(a, start=a.start + by, end=a.end + by) for a in script.aliases),
        deliveries=((by, Delivery()), *((at + by, d) for at, d in script.deliveries)),
        languages=((by, ""), *((at + by, tag) for at, tag in script.languages)),
        voices=((by, None), *((at + by, request) for at, request in script.voices)),
    )
