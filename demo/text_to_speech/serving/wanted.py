"""What a client wants to hear: its text and how it is said, the one value that all doors hand to the speaker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import InputError
from ..script.directions import ALPHAS, PARAGRAPH_PAUSE, SENTENCE_PAUSE, Manner
from ..script.formats import InputFormat
from ..text import Lexicon

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
        voice: Name of the voice or mixture; the server's default one when empty.
    """

    text: str
    input_format: InputFormat = "auto"
    speed: float = 1.0
    pitch: float = 0.0
    volume: float = 0.0
    pause_sentence: float = SENTENCE_PAUSE
    pause_paragraph: float = PARAGRAPH_PAUSE
    lexicon: Lexicon | None = None
    model: str = ""
    voice: str = ""

    @property
    def possible_speed(self) -> float:
        """The speed that the voice can do, nearest to the one that was asked for."""
        return min(max(self.speed, SPEEDS[0]), SPEEDS[1])

    @property
    def manner(self) -> Manner:
        """The manner of the whole text.

        Raises:
            InputError: A number is out of range.
        """
        return Manner(
            speed=self.possible_speed,
            pitch=self.pitch,
            volume=self.volume,
            pause_sentence=self.pause_sentence,
            pause_paragraph=self.pause_paragraph,
        )

    @property
    def checked_text(self) -> str:
        """The text.

        Raises:
            InputError: It is empty.
        """
        if not self.text.strip():
            raise InputError("the text is empty: expected at least one word")
        return self.text


def read_lexicon(words: Mapping[str, str]) -> Lexicon:
    """Return the lexicon of words and their phonemes as people write them.

    Raises:
        InputError: It has more than 10,000 words, or phonemes that cannot be read.
    """
    if len(words) > LONGEST_LEXICON:
        raise InputError(f"a lexicon of {len(words)} words: expected at most {LONGEST_LEXICON}")
    return Lexicon(words)
