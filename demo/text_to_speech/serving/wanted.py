"""What a client wants to hear: its text and how it is said, the one value that all doors hand to the speaker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..errors import InputError
from ..script.directions import ALPHAS, PARAGRAPH_PAUSE, SENTENCE_PAUSE, Manner
from ..script.plain import parse_text
from ..script.script import Script
from ..script.ssml import is_ssml, parse_ssml
from ..text import Lexicon
from .markdown import without_markup

INPUT_FORMATS = ("auto", "text", "markdown", "ssml")
SPEEDS = (1 / ALPHAS[1], 1 / ALPHAS[0])  # what the voice can do; OpenAI's clients may ask for 0.25 to 4
LONGEST_LEXICON = 10_000  # words


@dataclass(frozen=True)
class Wanted:
    """A text, and how it is said.

    Attributes:
        text: Plain text, Markdown or SSML.
        input_format: Which of them: `text`, `markdown`, `ssml`, or `auto`: SSML where it begins so, else Markdown.
        speed: How many times as fast, beside the voice's own pace; what it cannot do is the nearest that it can.
        pitch: Semitones.
        volume: Decibels.
        pause_sentence: Seconds between two sentences.
        pause_paragraph: Seconds between two paragraphs.
        lexicon: Pronunciations for this text.
        model: Name of the vocoder; the server's first one when empty.
        voice: Name of the voice; the server's first one when empty.
    """

    text: str
    input_format: str = "auto"
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
    def may_be_markdown(self) -> bool:
        """Whether Markdown's markup is not spoken."""
        return self.input_format in ("auto", "markdown")

    def script(self) -> Script:
        """Return what is to be said.

        Raises:
            InputError: The text is empty, or its directions cannot be followed.
        """
        if not self.text.strip():
            raise InputError("the text is empty: expected at least one word")
        if self.input_format == "ssml" or (self.input_format == "auto" and is_ssml(self.text)):
            return parse_ssml(self.text)
        if not self.may_be_markdown:
            return parse_text(self.text)
        return replace(parse_text(without_markup(self.text)), source=self.text)


def read_lexicon(words: Mapping[str, str]) -> Lexicon:
    """Return the lexicon of words and their phonemes as people write them.

    Raises:
        InputError: It has more than 10,000 words, or phonemes that cannot be read.
    """
    if len(words) > LONGEST_LEXICON:
        raise InputError(f"a lexicon of {len(words)} words: expected at most {LONGEST_LEXICON}")
    return Lexicon(words)
