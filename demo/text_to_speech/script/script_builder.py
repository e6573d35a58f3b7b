"""A script that is put together from the start of a document to its end."""

from __future__ import annotations

from dataclasses import replace

from ..text import Reading
from .directions import Delivery, Mark, Pause
from .script import Alias, Block, Piece, Script
from .voice_request import VoiceRequest


class ScriptBuilder:
    """Collects the text of a script and everything that belongs to offsets of it.

    Attributes:
        length: Characters of the text so far.
        delivery: How words that begin at the end of the text are spoken.
        language: The BCP 47 tag of these words; empty for the language of the voice.
        voice: What is asked of the voice of these words; None for the voice of the text.
    """

    def __init__(self) -> None:
        self.length = 0
        self.delivery = Delivery()
        self.language = ""
        self.voice: VoiceRequest | None = None
        self._texts: list[str] = []
        self._pieces: list[Piece] = []
        self._blocks: list[Block] = []
        self._block_start = 0
        self._directions: list[Pause | Mark] = []
        self._readings: list[Reading | Alias] = []
        self._deliveries: list[tuple[int, Delivery]] = []
        self._languages: list[tuple[int, str]] = []
        self._voices: list[tuple[int, VoiceRequest | None]] = []

    def build(self, source: str) -> Script:
        """Return the script of what was collected."""
        return Script(
            source=source,
            text="".join(self._texts),
            pieces=tuple(self._pieces),
            blocks=tuple(self._blocks),
            directions=tuple(self._directions),
            readings=tuple(reading for reading in self._readings if isinstance(reading, Reading)),
            aliases=tuple(alias for alias in self._readings if isinstance(alias, Alias)),
            deliveries=tuple(self._deliveries),
            languages=tuple(self._languages),
            voices=tuple(self._voices),
        )

    def add_text(self, text: str, start: int, end: int) -> None:
        """Append characters that are, or mean, the source from `start` to `end` (exclusive)."""
        self._pieces.append(Piece(self.length, start, end))
        self._texts.append(text)
        self.length += len(text)

    def add_space(self, offset: int) -> None:
        """Append a space that is at an offset of the source, so that the neighbouring words do not merge."""
        self.add_text(" ", offset, offset)

    def add_pause(self, seconds: float) -> None:
        """Put a pause at the end of the text."""
        self._directions.append(Pause(self.length, seconds))

    def add_mark(self, name: str) -> None:
        """Put a mark at the end of the text."""
        self._directions.append(Mark(self.length, name))

    def add_reading(self, reading: Reading | Alias) -> None:
        """Append how a span of the text is read; it must not overlap others."""
        self._readings.append(reading)

    def set_delivery(self, delivery: Delivery) -> None:
        """Speak words that begin from here on otherwise."""
        if delivery != self.delivery:
            self.delivery = delivery
            self._deliveries.append((self.length, delivery))

    def set_language(self, tag: str) -> None:
        """Read words that begin from here on in another language."""
        if tag != self.language:
            self.language = tag
            self._languages.append((self.length, tag))

    def set_voice(self, request: VoiceRequest | None) -> None:
        """Let words that begin from here on be spoken by another voice."""
        if request != self.voice:
            self.voice = request
            self._voices.append((self.length, request))

    def end_block(self, *, ends_paragraph: bool, is_sentence: bool = False) -> None:
        """End a sentence here, and perhaps a paragraph."""
        if self.text_from(self._block_start).strip():
            self._blocks.append(Block(self._block_start, self.length, ends_paragraph, is_sentence))
        elif self._blocks and ends_paragraph:
            self._blocks[-1] = replace(self._blocks[-1], ends_paragraph=True)

    def begin_block(self) -> None:
        """Let the next block begin here."""
        self._block_start = self.length

    def text_from(self, start: int) -> str:
        """Return the text from the start of a piece to the end."""
        found: list[str] = []
        # Backwards, since what is asked for is near the end.
        for piece, text in zip(reversed(self._pieces), reversed(self._texts), strict=True):
            if piece.at < start:
                break
            found.append(text)
        return "".join(reversed(found))

    def drop_readings_from(self, start: int) -> int:
        """Remove the readings and aliases that begin at an offset or after it, and return how many there were."""
        count = 0
        while self._readings and self._readings[-1].start >= start:
            self._readings.pop()
            count += 1
        return count
