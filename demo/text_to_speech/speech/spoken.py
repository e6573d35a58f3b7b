"""The results: audio, and the times at which sentences, words, phonemes and marks are heard in it.

Times are seconds from the start of the speech. They follow from the phoneme durations that the audio was made from, so
they are exact to a mel frame (11.6 ms).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .samples import mono, to_pcm16

if TYPE_CHECKING:
    from .sinks import Target


@dataclass(frozen=True)
class StageTimes:
    """Seconds of wall time that each stage took.

    Attributes:
        text: Sentences and phonemes, and waiting for a text that comes in pieces.
        acoustic: Mel spectrograms.
        vocoder: Waveforms.
    """

    text: float = 0.0
    acoustic: float = 0.0
    vocoder: float = 0.0

    def __add__(self, other: StageTimes) -> StageTimes:
        return StageTimes(
            self.text + other.text, self.acoustic + other.acoustic, self.vocoder + other.vocoder
        )


class SpokenPhoneme(NamedTuple):
    """One phoneme, or punctuation between phonemes, and when it is heard."""

    symbol: str
    start: float
    end: float


class SpokenMark(NamedTuple):
    """A mark of an SSML document and when the speech reaches it."""

    name: str
    time: float


@dataclass(frozen=True)
class SpokenWord:
    """A word as the user wrote it, and when it is heard; "$3.2 million" is one.

    Attributes:
        text: The word as it is written, without the punctuation around it.
        span: Its first and its end offset in the text or document that was given.
        start: When the word begins.
        end: When the word ends.
        phonemes: Its phonemes and the punctuation around it, one symbol a character.
        written: The word with the punctuation and spaces around it; joined, those of a sentence are its characters.
    """

    text: str
    span: tuple[int, int]
    start: float
    end: float
    phonemes: str
    written: str = field(repr=False)


@dataclass(frozen=True)
class SpokenSentence:
    """One sentence as it is spoken, or the part of one between two pauses or voices that the text asks for.

    Two of them are equal when everything but `mel` and `f0` is.

    Attributes:
        text: The sentence as it is written.
        offset: Where the sentence begins in the text or document that was given, in characters.
        phonemes: Its phonemes, one symbol a character.
        start: When the sentence begins; the pause before it is not part of it.
        end: When the sentence ends.
        phoneme_times: Each phoneme with its times.
        words: Each word with its times.
        marks: The marks in the sentence and in the pause before it. The last sentence also has those after it.
        mel: float32 [80, T], the mel spectrogram.
        f0: float32 [T], the fundamental frequency in Hz, 0 where the voice is silent or unvoiced.
        voice: Name of the voice that speaks it.
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
    f0: NDArray[np.float32] = field(repr=False, compare=False)
    voice: str = ""

    @property
    def key(self) -> tuple[int, float]:
        """What tells the sentence from the others of a speech: two parts of one word have the same offset."""
        return self.offset, self.start


@dataclass(frozen=True, eq=False)
class AudioChunk:
    """A piece of speech, as soon as it is done. Two are equal only if they are the same object.

    Attributes:
        audio: float32 [256·n], -1..1, mono. The first chunk of a sentence begins with the pause before the sentence.
        sentence: The sentence that is heard. If the text ends with a pause or a mark, a final chunk repeats the last
            sentence with those marks added.
        times: What making this chunk took.
        sample_rate: Samples per second.
    """

    audio: NDArray[np.float32]
    sentence: SpokenSentence
    times: StageTimes
    sample_rate: int

    @property
    def pcm16(self) -> bytes:
        """The audio as 16-bit little-endian samples."""
        return to_pcm16(mono(self.audio)).astype("<i2").tobytes()


@dataclass(frozen=True, eq=False)
class Speech:
    """A text, spoken. Two are equal only if they are the same object; compare `audio` or `sentences` instead.

    Attributes:
        audio: float32 [256·T], -1..1, mono.
        sample_rate: Samples per second.
        sentences: The sentences with their times.
        times: What each stage took.

    Example:
        speech = synthesizer.synthesize("Hello. How are you?")
        speech.save("hello.flac")
        print([(word.text, word.start) for word in speech.words])
    """

    audio: NDArray[np.float32]
    sample_rate: int
    sentences: tuple[SpokenSentence, ...]
    times: StageTimes

    def save(self, path: Target, *, container: str | None = None, sample_rate: int | None = None) -> None:
        """Write the audio to a sound file.

        Args:
            path: A path, or a binary file object; see `open_audio`.
            container: `wav`, `flac`, `ogg`, `opus`, `mp3` or `raw`; None to let the suffix of the path decide.
            sample_rate: Samples per second of the file, 8,000 to 48,000; None for those of the speech, or the next
                ones that the container has.

        Raises:
            OutputError: The file cannot be written, or the container is unknown or does not have that rate.
            InputError: The sample rate is out of range.
        """
        from .sinks import write_audio

        write_audio(
            path, self.audio, container=container, sample_rate=self.sample_rate, output_rate=sample_rate
        )

    def to_bytes(self, container: str = "wav", *, sample_rate: int | None = None) -> bytes:
        """Return the audio as the bytes of a sound file; the arguments are those of `save`."""
        file = io.BytesIO()
        self.save(file, container=container, sample_rate=sample_rate)
        return file.getvalue()

    @property
    def seconds(self) -> float:
        """Length of the audio."""
        return self.audio.size / self.sample_rate

    @property
    def words(self) -> tuple[SpokenWord, ...]:
        """Every word with its times and its span in the text."""
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
        sample_rate=chunks[0].sample_rate,
        sentences=tuple({chunk.sentence.key: chunk.sentence for chunk in chunks}.values()),
        times=sum((chunk.times for chunk in chunks), StageTimes()),
    )
