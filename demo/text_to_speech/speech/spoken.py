"""What comes out: audio, and what is heard in it when.

Times are seconds from the start of the speech. They are those of the phoneme durations that the audio was made from,
so they are exact to a mel frame (11.6 ms).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..inference.mel import SAMPLE_RATE


@dataclass(frozen=True)
class StageTimes:
    """Seconds of wall time that each stage took."""

    text: float = 0.0
    acoustic: float = 0.0
    vocoder: float = 0.0

    def __add__(self, other: StageTimes) -> StageTimes:
        return StageTimes(
            self.text + other.text, self.acoustic + other.acoustic, self.vocoder + other.vocoder
        )


class SpokenPhoneme(NamedTuple):
    """One phoneme (or mark between phonemes) and when it is heard."""

    symbol: str
    start: float
    end: float


class SpokenMark(NamedTuple):
    """A mark of the text and when its place is reached."""

    name: str
    time: float


@dataclass(frozen=True)
class SpokenWord:
    """A word as the user wrote it, and when it is heard; "$3.2 million" is one.

    Attributes:
        text: As it stands in the text, without the marks around it.
        span: Its place in the text or document that was given: first character, behind the last.
        start: When it begins.
        end: When it ends.
        phonemes: Its phonemes and the marks around it, one symbol a character.
        written: The word with everything around it: the words of a sentence, joined, are all of its characters.
    """

    text: str
    span: tuple[int, int]
    start: float
    end: float
    phonemes: str
    written: str = field(repr=False)


@dataclass(frozen=True)
class SpokenSentence:
    """One sentence as it is spoken, or the part of one between two pauses that the text asks for.

    Two of them are equal when everything but `mel` and `pitch` is.

    Attributes:
        text: The sentence as it stands in the text.
        offset: Where it begins in the text or document that was given, in characters.
        phonemes: Its phonemes, one symbol a character.
        start: When it begins; the pause before it is not part of it.
        end: When it ends.
        phoneme_times: Each phoneme with its times.
        words: Each word with its times.
        marks: The marks of the text in it and in the pause before it; in the last one also those that follow.
        mel: float32 [80, T], its mel spectrogram.
        pitch: float32 [T], Hz, 0 where the voice is silent or unvoiced.
    """

    text: str
    offset: int
    phonemes: str
    start: float
    end: float
    phoneme_times: tuple[SpokenPhoneme, ...] = field(repr=False)
    words: tuple[SpokenWord, ...] = field(repr=False)
    marks: tuple[SpokenMark, ...] = field(repr=False)
    mel: NDArray[np.float32] = field(repr=False, compare=False)
    pitch: NDArray[np.float32] = field(repr=False, compare=False)

    @property
    def key(self) -> tuple[int, float]:
        """What tells it from the other sentences of a speech: two parts of one word have the same offset."""
        return self.offset, self.start


@dataclass(frozen=True, eq=False)
class AudioChunk:
    """A piece of speech, as soon as it is done. It is equal to itself only.

    Attributes:
        audio: float32 [256·n], -1..1, 22,050 Hz; the first chunk of a sentence begins with the pause before it.
        sentence: The sentence that it belongs to; where a text ends in a pause or a mark, the last chunk brings
            the last sentence again, with the marks behind it.
        times: What making this chunk took.
    """

    audio: NDArray[np.float32]
    sentence: SpokenSentence
    times: StageTimes


@dataclass(frozen=True, eq=False)
class Speech:
    """A text, spoken. It is equal to itself only; `audio` and `sentences` compare what is heard.

    Attributes:
        audio: float32 [256·T], -1..1, mono.
        sample_rate: Samples per second.
        sentences: What is spoken when.
        times: What each stage took.
    """

    audio: NDArray[np.float32]
    sample_rate: int
    sentences: tuple[SpokenSentence, ...]
    times: StageTimes

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return self.audio.size / self.sample_rate

    @property
    def words(self) -> tuple[SpokenWord, ...]:
        """Every word with its times and its place in the text."""
        return tuple(word for sentence in self.sentences for word in sentence.words)

    @property
    def phonemes(self) -> tuple[SpokenPhoneme, ...]:
        """Every phoneme with its times; stress marks, spaces and punctuation have times of their own."""
        return tuple(phoneme for sentence in self.sentences for phoneme in sentence.phoneme_times)

    @property
    def marks(self) -> tuple[SpokenMark, ...]:
        """Every mark of an SSML document with its time."""
        return tuple(mark for sentence in self.sentences for mark in sentence.marks)


def join(chunks: Sequence[AudioChunk]) -> Speech:
    """Join the chunks of a stream, one or more, to one speech."""
    return Speech(
        audio=np.concatenate([chunk.audio for chunk in chunks]),
        sample_rate=SAMPLE_RATE,
        sentences=tuple({chunk.sentence.key: chunk.sentence for chunk in chunks}.values()),
        times=sum((chunk.times for chunk in chunks), StageTimes()),
    )
