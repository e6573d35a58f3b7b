"""What a client wants to hear: its text and how it is said, the one value that all doors hand to the speaker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..errors import InputError
from ..script.directions import ALPHAS, PARAGRAPH_PAUSE, SENTENCE_PAUSE
from ..script.formats import InputFormat, read_script
from ..script.script import Script
from ..text import Lexicon, Reading
from ..text.pronunciations import parse_phonemes

SPEEDS = (1 / ALPHAS[1], 1 / ALPHAS[0])  # what the voice can do; OpenAI's clients may ask for 0.25 to 4
LONGEST_LEXICON = 10_000  # words


@dataclass(frozen=True)
class Wanted:
    """A text, and how it is said.

    Attributes:
        text: Plain text, Markdown, HTML or SSML.
        input_format: Which of them; `auto` for what it looks like.
        speed: How many times as fast, beside the voice's own pace; what it cannot do is the nearest that it can.
        pitch: Semitones.
        volume: Decibels.
        pause_sentence: Seconds between two sentences.
        pause_paragraph: Seconds between two paragraphs.
        lexicon: Pronunciations for this text.
        model: Name of the vocoder; the server's first one when empty.
        voice: Name of the voice; the server's first one when empty.
        part: What is to be said, where the text is a part of one that was read already.
    """

    text: str
    input_format: InputFormat = "auto"
    speed: float = 1.0
    pitch: float = 0.0
    volume: float = 0.0
    pause_sentence: float = SENTENCE_PAUSE
    pause_paragraph: float = PARAGRAPH_PAUSE
    lexicon: Lexicon = field(default_factory=Lexicon)
    model: str = ""
    voice: str = ""
    part: Script | None = None

    @property
    def possible_speed(self) -> float:
        """The speed that the voice can do, nearest to the one that was asked for."""
        return min(max(self.speed, SPEEDS[0]), SPEEDS[1])

    def script(self) -> Script:
        """Return what is to be said, with the readings of the lexicon in it.

        Raises:
            InputError: The text is empty, or its directions cannot be followed.
        """
        script = self.part or read_script(self.text, input_format=self.input_format)
        if not script.text.strip():
            raise InputError("the text is empty: expected at least one word")
        readings = _free(script, list(self.lexicon.find(script.text)))
        return replace(script, readings=tuple(sorted((*script.readings, *readings), key=lambda r: r.start)))


def read_lexicon(words: Mapping[str, str]) -> Lexicon:
    """Return the lexicon of words and their phonemes as people write them.

    Raises:
        InputError: It has more than 10,000 words, or phonemes that cannot be read.
    """
    if len(words) > LONGEST_LEXICON:
        raise InputError(f"a lexicon of {len(words)} words: expected at most {LONGEST_LEXICON}")
    read = {}
    for word, written in words.items():
        try:
            read[word.strip().replace("’", "'")] = parse_phonemes(written)
        except InputError as error:
            raise InputError(f"the word {word[:40]!r} of the lexicon: {error}") from None
    return Lexicon(read)


def _free(script: Script, readings: list[Reading]) -> list[Reading]:
    """Return those readings that lie on no reading or alias of the text's own."""
    taken = [(reading.start, reading.end) for reading in script.readings]
    taken = sorted([*taken, *((alias.start, alias.end) for alias in script.aliases)])
    free, index = [], 0
    for reading in readings:
        while index < len(taken) and taken[index][1] <= reading.start:
            index += 1
        if index == len(taken) or reading.end <= taken[index][0]:
            free.append(reading)
    return free
