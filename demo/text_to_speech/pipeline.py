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

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .inference.acoustic import AUDIBLE_LEVEL, AcousticModel, Spectrogram, silent_ends, trim_silence
from .inference.mel import FRAME_SECONDS, HOP_LENGTH
from .inference.runtime import check_hint, core, resolve_target
from .inference.vocoder import FIRST_WINDOW, LARGEST_WINDOW, Vocoder
from .script import (
    Delivery,
    Manner,
    MannerOptions,
    Script,
    Utterance,
    Word,
    WordReader,
    read_script,
    spoken_utterances,
)
from .speech.loudness import Amplifier, frame_gains
from .speech.spoken import (
    AudioChunk,
    Speech,
    SpokenMark,
    SpokenPhoneme,
    SpokenSentence,
    SpokenWord,
    StageTimes,
    join,
)
from .store.voices_yml import find_voice
from .text import SYMBOLS, Lexicon, PhonemizedWord, Phonemizer, Reading, to_ids
from .text.symbols import PUNCTUATION

if TYPE_CHECKING:
    from typing_extensions import Unpack

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

LEAD_KEPT, TAIL_KEPT = 5, 8  # frames of the model's own silence that stay before and after a sentence


class Synthesizer:
    """An English voice on an OpenVINO device. One instance serves many threads.

    Args:
        device: OpenVINO's name of the device: `CPU`, `GPU`, `GPU.1`, `NPU`, `AUTO`, `AUTO:GPU,CPU`, …
        acoustic_device: Another device for the acoustic model.
        vocoder_device: Another device for the vocoder.
        duration_model: IR or ONNX file of the duration predictor, or the name of a model of this repository.
        regression_model: The same for the model that draws the mel spectrogram.
        vocoder_model: The same for the vocoder.
        precision: `auto` (f32 on a CPU, f16 elsewhere), `f32`, `f16` or `bf16`; `int8` is for the vocoder, and
            leaves the acoustic model as in `auto`.
        hint: `latency` gives the first sound soon; `throughput` computes large windows side by side, which is
            the least work for minutes of speech.
        lexicon: Pronunciations that come before those of the dictionaries.
        phonemizer: What reads words instead of the front end of this package; the lexicon is then not used.

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
        lexicon: Lexicon | None = None,
        phonemizer: WordReader | None = None,
    ) -> None:
        acoustic_precision = "auto" if precision == "int8" else precision
        # What cannot be is refused before any model is loaded.
        resolve_target(acoustic_device or device, acoustic_precision)
        resolve_target(vocoder_device or device, precision)
        check_hint(hint)
        self.hint = hint
        self.acoustic = AcousticModel(
            acoustic_device or device,
            duration_model=duration_model,
            regression_model=regression_model,
            precision=acoustic_precision,
            symbols=SYMBOLS,
        )
        self.vocoder = Vocoder(
            vocoder_device or device,
            model=vocoder_model,
            precision=precision,
            hint=hint,
        )
        self._phonemizer: WordReader = phonemizer or Phonemizer(core=core(), lexicon=lexicon)
        self._phonemizing = threading.Lock()
        self._median_f0 = find_voice().median_f0

    def synthesize(
        self, text: str | Script, manner: Manner | None = None, **options: Unpack[MannerOptions]
    ) -> Speech:
        """Speak a text and return the whole of it.

        Args:
            text: English; blank lines separate paragraphs, "[pause 0.5s]" is a pause. Or an SSML document: what begins
                with "<speak" or "<?xml". Or a script, which `parse_text` and `parse_ssml` make of either.
            manner: Speed, pitch, volume and pauses of the whole text.
            **options: Single attributes of `Manner`, such as `speed=1.25`, which replace those of `manner`.

        Raises:
            InputError: The text is no str and no script, or holds nothing to speak; a number is out of range or none.
        """
        return join(list(self.stream(text, manner, first_window=LARGEST_WINDOW, **options)))

    def stream(
        self,
        text: str | Script,
        manner: Manner | None = None,
        *,
        first_window: int | None = None,
        **options: Unpack[MannerOptions],
    ) -> Generator[AudioChunk, None, None]:
        """Speak a text and yield each piece as soon as it is done.

        The chunks joined are the audio that `synthesize` returns. The first is short and the next ones grow with what
        is already spoken, so that a player does not run dry where the device is faster than speech.

        Args:
            text: See `synthesize`.
            manner: Speed, pitch, volume and pauses of the whole text.
            first_window: Frames of the first chunk, about; few for `latency` and many for `throughput` when None.
            **options: Single attributes of `Manner`, such as `speed=1.25`, which replace those of `manner`.

        Raises:
            InputError: At the call: the text is no str and no script, holds nothing to speak, or is an SSML document
                that cannot be followed; a number is out of range or none.
        """
        manner = (manner or Manner()).changed(options)
        if first_window is None:
            first_window = FIRST_WINDOW if self.hint == "latency" else LARGEST_WINDOW
        if not isinstance(first_window, int) or isinstance(first_window, bool):
            raise InputError(f"first_window {first_window!r}: expected a number of frames")
        parts: deque[_Part] = deque()
        spent = _Stopwatch()
        script = text if isinstance(text, Script) else spent.on("text", read_script, text)
        said = spent.on("text", spoken_utterances, script, self, manner, median_f0=self._median_f0)
        mels = self._draw(said, parts, spent)
        return _chunks(self.vocoder.stream(mels, first_window=first_window), parts, spent)

    def words(self, text: str, *, readings: Sequence[Reading] | None = None) -> Sequence[PhonemizedWord]:
        """Return the words of a sentence with their places and phonemes; see `Phonemizer.words`."""
        with self._phonemizing:
            if readings is None:
                return self._phonemizer.words(text)
            return self._phonemizer.words(text, readings=readings)

    def phonemes(self, text: str) -> str:
        """Return the phonemes of a sentence, one symbol a character; empty if nothing in it has a sound."""
        return " ".join(word.phonemes for word in self.words(text))

    def _draw(
        self, said: Iterator[Utterance], parts: deque[_Part], spent: _Stopwatch
    ) -> Iterator[NDArray[np.float32]]:
        """Yield the mel spectrogram of each utterance, and append to `parts` what its sound will be."""
        position = tail = 0  # frames spoken so far, and how many of the last ones are silent
        spoken: SpokenSentence | None = None
        while (utterance := spent.on("text", next, said, None)) is not None:
            wanted = round(utterance.pause / FRAME_SECONDS)
            if not utterance.words:  # pauses and marks at the end of the text
                if spoken:
                    marks = (*spoken.marks, *marks_in_pause(utterance, position - tail))
                    parts.append(_Part(replace(spoken, marks=marks), None, pause=max(0, wanted - tail)))
                break
            lead = min(LEAD_KEPT, max(0, wanted - tail)) if spoken else LEAD_KEPT
            spectrogram, gains = spent.on("acoustic", self._render, utterance, lead)
            silent_lead, next_tail = silent_ends(spectrogram.mel, level=AUDIBLE_LEVEL)
            pause = max(0, wanted - tail - silent_lead)
            spoken = place(utterance, spectrogram, position + pause, silent_from=position - tail)
            parts.append(_Part(spoken, Amplifier(gains), pause=pause))
            yield spectrogram.mel
            position += pause + spectrogram.mel.shape[1]
            tail = next_tail

    def _render(self, utterance: Utterance, lead: int) -> tuple[Spectrogram, NDArray[np.float64]]:
        """Turn an utterance into a mel spectrogram without the model's long silences, and the gains of its frames."""
        said = deliveries(utterance)
        spectrogram = self.acoustic.synthesize(
            to_ids(utterance.phonemes),
            alpha=np.array([delivery.alpha for delivery in said]),
            pitch=np.array([delivery.pitch for delivery in said]),
        )
        tail = min(TAIL_KEPT, round(utterance.pause_after / FRAME_SECONDS))
        trimmed = trim_silence(spectrogram, lead=lead, tail=tail)
        volumes = np.array([delivery.volume for delivery in said])
        return trimmed, frame_gains(volumes, trimmed.durations)


def _chunks(
    sound: Iterator[NDArray[np.float32]], parts: deque[_Part], spent: _Stopwatch
) -> Generator[AudioChunk, None, None]:
    """Cut the sound of the vocoder's windows at the borders of the utterances."""
    reduction = 0.0  # dB, what the limiter took away
    while (audio := spent.on("vocoder", next, sound, None)) is not None:
        times = spent.times()
        while audio.size:
            part = parts[0]
            piece, audio = audio[: part.left * HOP_LENGTH], audio[part.left * HOP_LENGTH :]
            yield AudioChunk(part.sounding(piece), part.sentence, times)
            times = StageTimes()
            reduction = max(reduction, part.reduction)
            if not part.left:
                parts.popleft()
    for part in parts:
        yield AudioChunk(part.sounding(np.zeros(0, np.float32)), part.sentence, spent.times())
    if reduction:
        logger.warning("too loud in places: turned down by up to %.1f dB, nothing is clipped", reduction)


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
    """What is left to sound of one utterance.

    Args:
        sentence: The utterance.
        amplifier: Of its sound; None where only the pause is left of a text.
        pause: Frames of silence before it.

    Attributes:
        sentence: The utterance.
        left: Frames whose sound is still to come, without the pause.
    """

    def __init__(self, sentence: SpokenSentence, amplifier: Amplifier | None, *, pause: int) -> None:
        self.sentence = sentence
        self.left = self._frames = sentence.mel.shape[1] if amplifier else 0
        self._amplifier = amplifier
        self._pause = pause

    @property
    def reduction(self) -> float:
        """By how many dB its sound had to be turned down, at most."""
        return self._amplifier.reduction if self._amplifier else 0.0

    def sounding(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples of the utterance; return them as they sound, with the pause before it and soft ends."""
        begins = self.left == self._frames
        self.left -= audio.size // HOP_LENGTH
        silence = np.zeros(self._pause * HOP_LENGTH if begins else 0, dtype=np.float32)
        if not self._amplifier:
            return silence
        smooth_ends(audio, starts=begins, ends=not self.left)
        return np.concatenate([silence, self._amplifier(audio)])


def deliveries(utterance: Utterance) -> list[Delivery]:
    """Return how each symbol of an utterance is said, the spaces and the silence at both ends among them."""
    said = [word.delivery for word in utterance.words for _ in range(len(word.phonemes) + 1)]
    return [said[0], *said]  # the last space is in the place of the silence at the end


def place(utterance: Utterance, spectrogram: Spectrogram, start: int, *, silent_from: int) -> SpokenSentence:
    """Give an utterance, its words, phonemes and marks their times.

    Args:
        utterance: What is spoken.
        spectrogram: How.
        start: Frame of the speech at which the spectrogram starts.
        silent_from: Frame at which the silence before it starts.
    """
    phonemes = utterance.phonemes
    edges = np.cumsum(spectrogram.durations)
    # The first and the last duration are those of the silence around the phonemes. The voice was taught that the
    # last sound lasts into that silence (0.2 s of it); what is silent belongs to the mark behind it here.
    sounds = [index for index, symbol in enumerate(phonemes) if symbol not in PUNCTUATION]
    silent = spectrogram.mel.shape[1] - silent_ends(spectrogram.mel, level=AUDIBLE_LEVEL)[1]
    edges[sounds[-1] + 1] = np.clip(silent, edges[sounds[-1]] + 1, edges[sounds[-1] + 1])
    times = ((start + edges) * FRAME_SECONDS).tolist()
    heard = tuple(map(SpokenPhoneme, phonemes, times[:-2], times[1:-1]))
    words = place_words(utterance.words, heard)
    starts = {index: words[index].start for index, _ in utterance.marks}
    return SpokenSentence(
        text=utterance.text,
        offset=utterance.words[0].offset,
        phonemes=phonemes,
        start=start * FRAME_SECONDS,
        end=(start + spectrogram.mel.shape[1]) * FRAME_SECONDS,
        phoneme_times=heard,
        words=words,
        marks=(
            *marks_in_pause(utterance, silent_from),
            *(SpokenMark(name, starts[index]) for index, name in utterance.marks),
        ),
        mel=spectrogram.mel,
        pitch=spectrogram.pitch,
    )


def place_words(words: Sequence[Word], heard: Sequence[SpokenPhoneme]) -> tuple[SpokenWord, ...]:
    """Give words their times: from the first sound to the last, without the marks around them.

    The space between two words is no pause: what sounds there is the end of the word before. Whisper hears it so too
    (accuracy_checker/directions.py): without the spaces, words ended 60 ms too early.
    """
    placed = []
    first = 0
    for word in words:
        last = first + len(word.phonemes)
        own = heard[first : last + (word.phonemes[-1] not in PUNCTUATION)]
        sounds = [phoneme for phoneme in own if phoneme.symbol not in PUNCTUATION] or own
        end = own[-1].end if own[-1].symbol == " " else sounds[-1].end
        placed.append(SpokenWord(word.text, word.span, sounds[0].start, end, word.phonemes, word.written))
        first = last + 1
    return tuple(placed)


def marks_in_pause(utterance: Utterance, silent_from: int) -> Iterator[SpokenMark]:
    """Yield the marks in the pause before an utterance, which starts at a frame."""
    for seconds, name in utterance.marks_in_pause:
        yield SpokenMark(name, silent_from * FRAME_SECONDS + seconds)


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
