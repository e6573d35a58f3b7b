"""What is to be said, and how: the one value that plain text and SSML both become.

A script holds the characters that are spoken, and beside them, by their places, everything that directs the voice:
pauses, marks, how words are read, and how they are delivered. In plain text there is one direction, a pause:

    Wait for it. [pause 0.5s] Now!
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .errors import InputError
from .text import Reading, Sentence, split_sentences
from .text.sentences import MAX_LENGTH

ALPHAS = (0.5, 2.0)  # how many times as long speech may become, least and most
PITCHES = (-12.0, 12.0)  # semitones
VOLUMES = (-60.0, 20.0)  # dB
LONGEST_PAUSE = 60.0  # seconds
SENTENCE_PAUSE = 0.40  # seconds of silence between two sentences, if nothing else is asked for
PARAGRAPH_PAUSE = 0.75  # seconds between two paragraphs

_TIME = re.compile(r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}) ?(ms|s)")
_PLAIN_PAUSE = re.compile(r"(?<!\[)\[pause +([+-]?[\d.][^\[\]]{0,20})\](?!\])")


@dataclass(frozen=True)
class Delivery:
    """How words are said, compared with the voice's own way.

    Attributes:
        alpha: How many times as long they are.
        pitch: How many semitones higher.
        volume: How many dB louder; minus infinity is silence.
    """

    alpha: float = 1.0
    pitch: float = 0.0
    volume: float = 0.0

    def __add__(self, other: Delivery) -> Delivery:
        return Delivery(self.alpha * other.alpha, self.pitch + other.pitch, self.volume + other.volume)


@dataclass(frozen=True)
class Manner:
    """How a whole text is spoken.

    Attributes:
        delivery: Of every word, in addition to what the text itself asks for.
        pause_sentence: Seconds of silence between two sentences.
        pause_paragraph: Seconds of silence between two paragraphs.

    Raises:
        InputError: A number is out of range.
    """

    delivery: Delivery = Delivery()
    pause_sentence: float = SENTENCE_PAUSE
    pause_paragraph: float = PARAGRAPH_PAUSE

    def __post_init__(self) -> None:
        check_alpha(self.delivery.alpha)
        check_pitch(self.delivery.pitch)
        check_volume(self.delivery.volume)
        check_pause(self.pause_sentence)
        check_pause(self.pause_paragraph)


@dataclass(frozen=True)
class Pause:
    """Silence at a place of the text, in seconds; it takes the place of the pause that would be there anyway."""

    at: int
    seconds: float


@dataclass(frozen=True)
class Mark:
    """A name for a place of the text, which comes back with the time of that place."""

    at: int
    name: str


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
    """

    source: str
    text: str
    pieces: tuple[Piece, ...]
    blocks: tuple[Block, ...]
    directions: tuple[Pause | Mark, ...] = ()
    readings: tuple[Reading, ...] = ()
    aliases: tuple[Alias, ...] = ()
    deliveries: tuple[tuple[int, Delivery], ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that a span of the text, at least one character, stands for."""
        return self._place(start)[0], self._place(end - 1)[1]

    def delivery(self, at: int) -> Delivery:
        """Return how a word that begins at an offset of the text is said."""
        index = bisect.bisect_right(self.deliveries, at, key=lambda change: change[0])
        return self.deliveries[index - 1][1] if index else Delivery()

    def sentences(self) -> Iterator[Sentence]:
        """Yield the sentences of the text; none ends in a reading or an alias."""
        spans = [(reading.start, reading.end) for reading in self.readings]
        spans += [(alias.start, alias.end) for alias in self.aliases]
        masked = _masked(self.text, sorted(spans))
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


def _masked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Put letters where no sentence may end."""
    if not spans:
        return text
    pieces, position = [], 0
    for start, end in spans:
        start = max(start, position)
        pieces += [text[position:start], "x" * max(0, end - start)]
        position = max(position, end)
    return "".join([*pieces, text[position:]])


def parse_text(text: str) -> Script:
    """Return the script of a plain text, in which "[pause 0.5s]" and "[pause 500ms]" are pauses.

    Raises:
        InputError: A pause has no unit, or is longer than 60 seconds.
    """
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
    return Script(text, spoken, tuple(pieces), (Block(0, len(spoken)),), tuple(pauses))


def parse_time(written: str) -> float:
    """Return the seconds of a pause such as "0.5s" or "500ms".

    Raises:
        InputError: It is something else, or more than 60 seconds.
    """
    match = _TIME.fullmatch(written)
    if not match:
        raise InputError(f"pause {written!r}: expected seconds or milliseconds, as in 0.5s or 500ms")
    seconds = float(match[1]) / (1000 if match[2] == "ms" else 1)
    check_pause(seconds)
    return seconds


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


def check_alpha(alpha: float) -> None:
    """Refuse a speech time factor that is not a number of 0.5..2.0."""
    least, most = ALPHAS
    if not (math.isfinite(alpha) and least <= alpha <= most):
        raise InputError(f"alpha {alpha}: expected a number from {least} (fast) to {most} (slow)")


def check_pitch(semitones: float) -> None:
    """Refuse a shift of pitch that is not of -12..12 semitones."""
    least, most = PITCHES
    if not (math.isfinite(semitones) and least <= semitones <= most):
        raise InputError(f"pitch {semitones}: expected {least:g} to {most:g} semitones")


def check_volume(decibels: float) -> None:
    """Refuse a volume that is not of -60..20 dB."""
    least, most = VOLUMES
    if not (math.isfinite(decibels) and least <= decibels <= most):
        raise InputError(f"volume {decibels}: expected {least:g} to {most:g} dB")


def check_pause(seconds: float) -> None:
    """Refuse a pause that is not of 0..60 seconds."""
    if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_PAUSE):
        raise InputError(f"pause of {seconds:g} s: expected 0 to {LONGEST_PAUSE:g} seconds")
