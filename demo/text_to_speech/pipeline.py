"""Text becomes speech: the one module that knows more than one part of the way.

    text ──▶ sentences ──▶ phonemes ──▶ mel spectrogram ──▶ waveform

One sentence is carried at a time as far as the mel spectrogram, and one window as far as the waveform, so that the
first sound comes soon and memory does not grow with the text. The vocoder takes the sentences as the pieces of one
spectrogram, a sentence when it needs its frames; the pauses between them are made of zeros, and put in afterwards.

    synthesizer = Synthesizer("CPU")
    speech = synthesizer.synthesize("Hello. How are you?")
    for chunk in synthesizer.stream(long_text):
        play(chunk.audio)
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from .acoustic import AcousticModel, Spectrogram, silent_ends, trim_silence
from .errors import InputError
from .mel import FRAME_SECONDS, HOP_LENGTH, SAMPLE_RATE
from .runtime import check_hint, core, resolve_target
from .text import Lexicon, Phonemizer, Sentence, split_sentences, to_ids
from .vocoder import FIRST_WINDOW, LARGEST_WINDOW, Vocoder

P = ParamSpec("P")
T = TypeVar("T")

ALPHAS = (0.5, 2.0)  # how many times as long the speech may become, least and most
SENTENCE_PAUSE = 0.30  # seconds of silence between two sentences
PARAGRAPH_PAUSE = 0.65  # seconds between two paragraphs
LONGEST_PAUSE = 60.0  # seconds that may be asked for
LEAD_KEPT, TAIL_KEPT = 5, 8  # frames of the model's own silence that stay before and after a sentence


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


@dataclass(frozen=True)
class SpokenPhoneme:
    """One phoneme (or mark between phonemes) and when it is heard, in seconds from the start of the speech."""

    symbol: str
    start: float
    end: float


@dataclass(frozen=True)
class SpokenSentence:
    """One sentence as it is spoken.

    Attributes:
        text: The sentence as it stands in the text.
        offset: Where it begins in the text, in characters.
        phonemes: Its phonemes, one symbol a character.
        start: When it begins, in seconds from the start of the speech; the pause before it is not part of it.
        end: When it ends, in seconds.
        phoneme_times: Each phoneme with its times.
        mel: float32 [80, T], its mel spectrogram.
        pitch: float32 [T], Hz, 0 where the voice is silent or unvoiced.
    """

    text: str
    offset: int
    phonemes: str
    start: float
    end: float
    phoneme_times: tuple[SpokenPhoneme, ...] = field(repr=False)
    mel: NDArray[np.float32] = field(repr=False, compare=False)
    pitch: NDArray[np.float32] = field(repr=False, compare=False)


@dataclass(frozen=True)
class AudioChunk:
    """A piece of speech, as soon as it is done.

    Attributes:
        audio: float32 [256·n], -1..1, 22,050 Hz; the first chunk of a sentence begins with the pause before it.
        sentence: The sentence that it belongs to.
        times: What making this chunk took.
    """

    audio: NDArray[np.float32]
    sentence: SpokenSentence
    times: StageTimes


@dataclass(frozen=True)
class Speech:
    """A text, spoken.

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


class Synthesizer:
    """An English voice on an OpenVINO device. One instance serves many threads.

    Args:
        device: OpenVINO's name of the device: `CPU`, `GPU`, `GPU.1`, `NPU`, `AUTO`, `AUTO:GPU,CPU`, …
        acoustic_device: Another device for the acoustic model.
        vocoder_device: Another device for the vocoder.
        duration_model: IR or ONNX file of the duration predictor, or the name of a model of this repository.
        regression_model: The same for the model that draws the mel spectrogram.
        vocoder_model: The same for the vocoder.
        precision: `auto` (f32 on a CPU, f16 elsewhere), `f32`, `f16` or `bf16`.
        hint: `latency` gives the first sound soon; `throughput` computes large windows side by side, which is
            the least work for a long text.
        cache_folder: Where compiled models are kept for the next start; None keeps none.
        lexicon: Pronunciations that come before those of the dictionaries.
        phonemizer: What turns a sentence into phonemes instead of the front end of this package; the lexicon is then
            not used.

    Attributes:
        acoustic: The acoustic model.
        vocoder: The vocoder.
        hint: As given.

    Raises:
        DeviceError: A device is not there, lacks the precision, or refuses a model.
        InputError: The precision or the hint is unknown.
        ModelError: A file is not such a model.
    """

    def __init__(
        self,
        device: str = "CPU",
        *,
        acoustic_device: str | None = None,
        vocoder_device: str | None = None,
        duration_model: str | Path = "forward-tacotron-duration-prediction",
        regression_model: str | Path = "forward-tacotron-regression",
        vocoder_model: str | Path = "hifi-gan",
        precision: str = "auto",
        hint: str = "latency",
        cache_folder: Path | None = None,
        lexicon: Lexicon | None = None,
        phonemizer: Callable[[str], str] | None = None,
    ) -> None:
        for name in (acoustic_device or device, vocoder_device or device):
            resolve_target(name, precision)  # refused before any model is loaded
        check_hint(hint)
        self.hint = hint
        self.acoustic = AcousticModel(
            acoustic_device or device,
            duration_model=duration_model,
            regression_model=regression_model,
            precision=precision,
            cache_folder=cache_folder,
        )
        self.vocoder = Vocoder(
            vocoder_device or device,
            model=vocoder_model,
            precision=precision,
            hint=hint,
            cache_folder=cache_folder,
        )
        self._phonemizer = phonemizer or Phonemizer(core=core(), lexicon=lexicon)
        self._phonemizing = threading.Lock()

    def synthesize(
        self,
        text: str,
        *,
        alpha: float = 1.0,
        pause_sentence: float = SENTENCE_PAUSE,
        pause_paragraph: float = PARAGRAPH_PAUSE,
    ) -> Speech:
        """Speak a text and return the whole of it.

        Args:
            text: English; blank lines separate paragraphs.
            alpha: How many times as long the speech becomes, 0.5..2.0; pauses between sentences stay as they are.
            pause_sentence: Seconds of silence between two sentences, 0..60.
            pause_paragraph: Seconds of silence between two paragraphs, 0..60.

        Raises:
            InputError: The text holds nothing to speak, or a number is out of range.
        """
        stream = self.stream(
            text,
            alpha=alpha,
            pause_sentence=pause_sentence,
            pause_paragraph=pause_paragraph,
            first_window=LARGEST_WINDOW,
        )
        return join(list(stream))

    def stream(
        self,
        text: str,
        *,
        alpha: float = 1.0,
        pause_sentence: float = SENTENCE_PAUSE,
        pause_paragraph: float = PARAGRAPH_PAUSE,
        first_window: int | None = None,
    ) -> Iterator[AudioChunk]:
        """Speak a text and yield each piece as soon as it is done.

        The chunks joined are the audio that `synthesize` returns. The first is short and the next ones grow with what
        is already spoken, so that a player does not run dry where the device is faster than speech.

        Args:
            text: English; blank lines separate paragraphs.
            alpha: As in `synthesize`; so are the pauses.
            pause_sentence: Seconds of silence between two sentences.
            pause_paragraph: Seconds of silence between two paragraphs.
            first_window: Frames of the first chunk, about; few for `latency` and many for `throughput` when None.

        Raises:
            InputError: A number is out of range; or, when the iteration ends, nothing in the text could be spoken.
        """
        check_alpha(alpha)
        pauses = check_pause(pause_sentence), check_pause(pause_paragraph)
        if first_window is None:
            first_window = FIRST_WINDOW if self.hint == "latency" else LARGEST_WINDOW
        parts: deque[_Part] = deque()
        spent = _Stopwatch()
        mels = self._draw(split_sentences(text), alpha, pauses, parts, spent)
        return _chunks(self.vocoder.stream(mels, first_window=first_window), parts, spent)

    def phonemes(self, text: str) -> str:
        """Return the phonemes of a sentence, one symbol a character; empty if nothing in it has a sound."""
        with self._phonemizing:
            return self._phonemizer(text)

    def _draw(
        self,
        sentences: Sequence[Sentence],
        alpha: float,
        pauses: tuple[int, int],
        parts: deque[_Part],
        spent: _Stopwatch,
    ) -> Iterator[NDArray[np.float32]]:
        """Yield the mel spectrogram of each sentence, and append to `parts` what its sound will be."""
        between_sentences, between_paragraphs = pauses
        position = 0  # frames spoken so far
        tail = 0  # silent frames that the last sentence ended with
        wanted = 0  # silent frames that shall be between it and the next
        for sentence in sentences:
            phonemes = spent.on("text", self.phonemes, sentence.text)
            if any(symbol.isalpha() for symbol in phonemes):  # a line of asterisks or of dots has no sound
                spectrogram = spent.on("acoustic", self._render, phonemes, alpha)
                lead, next_tail = silent_ends(spectrogram.mel)
                pause = max(0, wanted - tail - lead)
                parts.append(_Part(place(sentence, phonemes, spectrogram, position + pause), pause=pause))
                yield spectrogram.mel
                position += pause + spectrogram.mel.shape[1]
                tail, wanted = next_tail, between_sentences
            if sentence.ends_paragraph and position:
                wanted = between_paragraphs
        if not position:
            raise InputError("nothing in the text can be spoken: expected at least one word")

    def _render(self, phonemes: str, alpha: float) -> Spectrogram:
        """Turn phonemes into a mel spectrogram without the model's long silences."""
        spectrogram = self.acoustic.synthesize(to_ids(phonemes), alpha=alpha)
        return trim_silence(spectrogram, lead=LEAD_KEPT, tail=TAIL_KEPT)


def _chunks(
    sound: Iterator[NDArray[np.float32]], parts: deque[_Part], spent: _Stopwatch
) -> Iterator[AudioChunk]:
    """Cut the sound of the vocoder's windows at the borders of the sentences."""
    while (audio := spent.on("vocoder", next, sound, None)) is not None:
        times = spent.times()
        while audio.size:
            part = parts[0]
            piece, audio = audio[: part.left * HOP_LENGTH], audio[part.left * HOP_LENGTH :]
            yield AudioChunk(part.sounding(piece), part.sentence, times)
            times = StageTimes()
            if not part.left:
                parts.popleft()


class _Stopwatch:
    """Wall time by stage; a stage that calls another is not charged for it."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def on(self, stage: str, work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Do some work of a stage: call a function."""
        before, began = sum(self._seconds.values()), time.perf_counter()
        try:
            return work(*args, **options)
        finally:
            inner = sum(self._seconds.values()) - before
            own = time.perf_counter() - began - inner
            self._seconds[stage] = self._seconds.get(stage, 0.0) + own

    def times(self) -> StageTimes:
        """Return what was measured since the last time."""
        times = StageTimes(**self._seconds)
        self._seconds = {}
        return times


class _Part:
    """What is left to sound of one sentence.

    Args:
        sentence: The sentence.
        pause: Frames of silence before it.

    Attributes:
        sentence: The sentence.
        left: Frames whose sound is still to come, without the pause.
    """

    def __init__(self, sentence: SpokenSentence, *, pause: int) -> None:
        self.sentence = sentence
        self.left = self._frames = sentence.mel.shape[1]
        self._pause = pause

    def sounding(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples of the sentence, and return them with the pause before it and soft ends."""
        begins = self.left == self._frames
        self.left -= audio.size // HOP_LENGTH
        silence = np.zeros(self._pause * HOP_LENGTH if begins else 0, dtype=np.float32)
        smooth_ends(audio, starts=begins, ends=not self.left)
        return np.concatenate([silence, audio])


def join(chunks: Sequence[AudioChunk]) -> Speech:
    """Join the chunks of a stream, one or more, to one speech."""
    return Speech(
        audio=np.concatenate([chunk.audio for chunk in chunks]),
        sample_rate=SAMPLE_RATE,
        sentences=tuple({chunk.sentence.offset: chunk.sentence for chunk in chunks}.values()),
        times=sum((chunk.times for chunk in chunks), StageTimes()),
    )


def place(sentence: Sentence, phonemes: str, spectrogram: Spectrogram, start: int) -> SpokenSentence:
    """Give a sentence and its phonemes their times, for a sentence that starts at a frame of the speech."""
    ends = start + np.cumsum(spectrogram.durations)
    starts = ends - spectrogram.durations
    # The first and the last duration are those of the silence around the phonemes.
    spans = zip(phonemes, starts[1:-1].tolist(), ends[1:-1].tolist(), strict=True)
    return SpokenSentence(
        text=sentence.text,
        offset=sentence.start,
        phonemes=phonemes,
        start=start * FRAME_SECONDS,
        end=(start + spectrogram.mel.shape[1]) * FRAME_SECONDS,
        phoneme_times=tuple(
            SpokenPhoneme(symbol, first * FRAME_SECONDS, last * FRAME_SECONDS)
            for symbol, first, last in spans
        ),
        mel=spectrogram.mel,
        pitch=spectrogram.pitch,
    )


def smooth_ends(audio: NDArray[np.float32], *, starts: bool, ends: bool) -> None:
    """Fade a sentence in and out over one frame, in place.

    The model's silence is not quite silent, and the zero padding at the ends of an utterance ticks, at -62 dB of
    full scale; the pauses beside it are zeros.
    """
    ramp = np.linspace(0.0, 1.0, HOP_LENGTH, endpoint=False, dtype=np.float32)
    if starts:
        audio[:HOP_LENGTH] *= ramp
    if ends:
        audio[-HOP_LENGTH:] *= ramp[::-1]


def check_alpha(alpha: float) -> None:
    """Refuse a speech time factor that is not a number of 0.5..2.0."""
    least, most = ALPHAS
    if not (math.isfinite(alpha) and least <= alpha <= most):
        raise InputError(f"alpha {alpha}: expected a number from {least} (fast) to {most} (slow)")


def check_pause(seconds: float) -> int:
    """Return a pause in frames, or refuse one that is not of 0..60 seconds."""
    if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_PAUSE):
        raise InputError(f"pause of {seconds} s: expected 0 to {LONGEST_PAUSE:g} seconds")
    return round(seconds / FRAME_SECONDS)
