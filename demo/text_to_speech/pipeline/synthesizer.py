"""The synthesizer: a voice on a device, which speaks texts whole or as a stream."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from ..errors import InputError, SpeechError, about
from ..inference.acoustic import AcousticModel
from ..inference.runtime import Hint, Precision, check_hint, resolve_target
from ..inference.vocoder import FIRST_WINDOW, LARGEST_WINDOW, Vocoder
from ..script.directions import Manner, MannerOptions
from ..script.formats import InputFormat, read_script
from ..script.script import Script
from ..script.utterances import incremental_utterances, nothing_to_speak
from ..script.words import WordReader
from ..speech.spoken import AudioChunk, Speech, join
from ..store.voices_yml import DEFAULT_VOICE, find_voice, voices
from ..text import SYMBOLS, Lexicon, PhonemizedWord, Phonemizer, Reading, to_ids
from ..text.languages import english
from ..voices import Voice
from .shared import shared, shared_phonemizer
from .stream import Stream

if TYPE_CHECKING:
    from typing_extensions import Unpack

Text: TypeAlias = "str | Script | Iterable[str | None]"

# Phonemes that `warm_up` draws: "hello" in the alphabet of the voices.
WARM_PHONEMES = "həlˈO"


@dataclass(frozen=True, kw_only=True)
class SynthesizerOptions:
    """The arguments of a `Synthesizer` as a value that can be pickled, so that another process can make the same one.

    Example:
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            pool.map(speak, repeat(SynthesizerOptions(threads=1)), texts)
    """

    device: str = "CPU"
    voice: str = DEFAULT_VOICE
    acoustic_device: str | None = None
    vocoder_device: str | None = None
    duration_model: str | Path | None = None
    regression_model: str | Path | None = None
    vocoder_model: str | Path | None = None
    precision: Precision = "auto"
    hint: Hint = "latency"
    threads: int | None = None
    lexicon: Lexicon | None = None
    phonemizer: WordReader | None = None
    language: str | None = None

    def build(self) -> Synthesizer:
        """Make the synthesizer; see `Synthesizer` for the errors."""
        return Synthesizer(**{one.name: getattr(self, one.name) for one in fields(self)})


class Synthesizer:
    """A voice on an OpenVINO device. One instance serves many threads.

    The synthesizers of a process share the dictionaries of a language, and each model that they have in common.

    Args:
        device: OpenVINO's name of the device: `CPU`, `GPU`, `GPU.1`, `NPU`, `AUTO`, `AUTO:GPU,CPU`, …
        voice: Name of the voice, one of `voices`.
        acoustic_device: Another device for the acoustic model.
        vocoder_device: Another device for the vocoder.
        duration_model: IR or ONNX file of the duration predictor, or the name of a model of this repository; None for
            the model of the voice.
        regression_model: The same for the model that draws the mel spectrogram.
        vocoder_model: The same for the vocoder.
        precision: `auto` (f32 on a CPU, f16 elsewhere), `f32`, `f16` or `bf16`; `int8` is for the vocoder, and
            leaves the acoustic model as in `auto`.
        hint: `latency` gives the first sound soon; `throughput` computes large windows side by side, which is
            the least work for minutes of speech.
        threads: Threads that a CPU computes one inference with; None leaves the choice to OpenVINO.
        lexicon: Pronunciations that take precedence over those of the dictionaries.
        phonemizer: An object that reads words instead of the front end of this package. Several threads may call it at
            the same time.
        language: BCP 47 tag of the English that texts are read in, `en-US` or `en-GB`; None for that of the voice.

    Attributes:
        voice: The voice.
        language: The English that texts are read in where they name no other: `en-US` or `en-GB`.
        options: All arguments.
        hint: As given.

    Raises:
        DeviceError: A device is not there, lacks the precision, or refuses a model.
        InputError: The voice, the precision, the hint, the language or the number of threads is none of those that
            there are, or both a lexicon and a phonemizer are given.
        ModelError: A file is not such a model.

    Example:
        with Synthesizer("CPU") as synthesizer:
            synthesizer.synthesize("Hello. How are you?").save("hello.wav")
    """

    def __init__(
        self,
        device: str = "CPU",
        *,
        voice: str = DEFAULT_VOICE,
        acoustic_device: str | None = None,
        vocoder_device: str | None = None,
        duration_model: str | Path | None = None,
        regression_model: str | Path | None = None,
        vocoder_model: str | Path | None = None,
        precision: Precision = "auto",
        hint: Hint = "latency",
        threads: int | None = None,
        lexicon: Lexicon | None = None,
        phonemizer: WordReader | None = None,
        language: str | None = None,
    ) -> None:
        self.options = SynthesizerOptions(
            device=device,
            voice=voice,
            acoustic_device=acoustic_device,
            vocoder_device=vocoder_device,
            duration_model=duration_model,
            regression_model=regression_model,
            vocoder_model=vocoder_model,
            precision=precision,
            hint=hint,
            threads=threads,
            lexicon=lexicon,
            phonemizer=phonemizer,
            language=language,
        )
        self.voice: Voice = find_voice(voice)
        self.language = english(language or self.voice.language)
        self.hint: Hint = hint
        self._models: _Models | None = _load(self.options, self.voice)

    @classmethod
    def from_options(cls, options: SynthesizerOptions) -> Synthesizer:
        """Make a synthesizer with the arguments of another one, which may be in another process."""
        return options.build()

    @property
    def voices(self) -> tuple[str, ...]:
        """The names of all voices."""
        return tuple(voices())

    @property
    def sample_rate(self) -> int:
        """Samples per second of the sound."""
        return self.voice.sample_rate

    @property
    def acoustic(self) -> AcousticModel:
        """The acoustic model."""
        return self._loaded().acoustic

    @property
    def vocoder(self) -> Vocoder:
        """The vocoder."""
        return self._loaded().vocoder

    def synthesize(
        self,
        text: Text,
        manner: Manner | None = None,
        *,
        input_format: InputFormat = "auto",
        lexicon: Lexicon | None = None,
        **options: Unpack[MannerOptions],
    ) -> Speech:
        """Speak a text and return the whole of it.

        Args:
            text: English; blank lines separate paragraphs, and "[pause 0.5s]" is a pause. Or a document: Markdown,
                HTML or SSML. Or a script, which `read_script` makes of all of them. Or an iterable of the pieces of a
                text.
            manner: Speed, pitch, volume and pauses of the whole text.
            input_format: What the text is: `text`, `markdown`, `html` or `ssml`; `auto` for what it looks like. A
                script needs none.
            lexicon: Pronunciations for this text, which take precedence over those of the synthesizer.
            **options: Single attributes of `Manner`, such as `speed=1.25`, which replace those of `manner`.

        Raises:
            InputError: The text is of another type or holds nothing to speak, or a number is out of range.
            SpeechError: The synthesizer is closed, or a model failed; the error names the sentence and the device.
        """
        chunks = self.stream(
            text,
            manner,
            input_format=input_format,
            lexicon=lexicon,
            first_window=LARGEST_WINDOW,
            **options,
        )
        return join(list(chunks))

    def stream(
        self,
        text: Text,
        manner: Manner | None = None,
        *,
        input_format: InputFormat = "auto",
        lexicon: Lexicon | None = None,
        first_window: int | None = None,
        largest_window: int = LARGEST_WINDOW,
        wait: float | None = None,
        **options: Unpack[MannerOptions],
    ) -> Generator[AudioChunk, None, None]:
        """Speak a text and yield each piece of sound as soon as it is done.

        The chunks joined are the audio that `synthesize` returns. The first chunk is short and the next ones grow with
        what is already spoken, so that a player does not run dry where the device is faster than speech. Close the
        generator to stop early.

        Where the text comes in pieces, such as the words of a language model, a sentence is spoken as soon as its end
        is certain, which the next word decides; None among the pieces has everything before it spoken at once.

        Args:
            text: See `synthesize`.
            manner: Speed, pitch, volume and pauses of the whole text.
            input_format: See `synthesize`.
            lexicon: Pronunciations for this text, which take precedence over those of the synthesizer.
            first_window: Frames of the first chunk, about; None for few with `latency` and many with `throughput`.
            largest_window: Frames of a chunk at most, about. The shorter a window, the more its context costs; but a
                server with many listeners turns to the next one after each chunk.
            wait: Seconds without a new piece after which everything that has come is spoken, whether a sentence has
                ended or not; None to wait for the next piece.
            **options: Single attributes of `Manner`, such as `speed=1.25`, which replace those of `manner`.

        Raises:
            InputError: At the call: the text is of another type, holds nothing to speak, or is an SSML document that
                cannot be followed, or a number is out of range. A text in pieces is refused when its turn comes.
            SpeechError: The synthesizer is closed, or a model failed; the error names the sentence and the device.
        """
        models = self._loaded()
        manner = (manner or Manner()).changed(options)
        if first_window is None:
            first_window = FIRST_WINDOW if self.hint == "latency" else LARGEST_WINDOW
        check_window("first_window", first_window)
        check_window("largest_window", largest_window)
        windows = (min(first_window, largest_window), largest_window)
        stream = Stream(models.acoustic, models.vocoder, self.voice, windows)
        reader = models.reader(lexicon)
        if isinstance(text, Iterable) and not isinstance(text, str | bytes):
            from ..script.incremental import incremental_scripts

            scripts = incremental_scripts(text, wait=wait, input_format=input_format, language=self.language)
            utterances = incremental_utterances(scripts, reader, manner, median_f0=self.voice.median_f0)
            return stream.chunks(utterances, close=scripts.close)
        with stream.stopwatch.on("text"):
            script = (
                text
                if isinstance(text, Script)
                else read_script(text, input_format=input_format, language=self.language)
            )
            utterances = incremental_utterances([script], reader, manner, median_f0=self.voice.median_f0)
            # The first one is made here, so that a text with nothing to speak is refused at the call.
            first = next(utterances, None)
        if first is None or not first.words:
            raise nothing_to_speak()
        return stream.chunks(chain([first], utterances))

    def words(
        self, text: str, *, readings: Sequence[Reading] | None = None, lexicon: Lexicon | None = None
    ) -> Sequence[PhonemizedWord]:
        """Return the words of a sentence with their spans and phonemes; see `Phonemizer.words`."""
        reader = self.reader(lexicon)
        return reader.words(text) if readings is None else reader.words(text, readings=readings)

    def reader(self, lexicon: Lexicon | None = None) -> WordReader:
        """Return what reads words as this synthesizer does, with the pronunciations of one text before its own.

        Raises:
            InputError: The lexicon is none, or the phonemizer takes none.
        """
        return self._loaded().reader(lexicon)

    def phonemes(self, text: str, *, lexicon: Lexicon | None = None) -> str:
        """Return the phonemes of a sentence, one symbol a character; empty if nothing in it has a sound."""
        return " ".join(word.phonemes for word in self.words(text, lexicon=lexicon))

    def warm_up(self) -> None:
        """Do each kind of work once, so that the next text does not wait for kernels to be made."""
        models = self._loaded()
        models.phonemizer.words("Hello.")
        models.acoustic.synthesize(to_ids(WARM_PHONEMES), voice=self.voice.vector)
        models.vocoder.warm_up()

    def close(self) -> None:
        """Give up the models, whose memory is free when no stream and no other synthesizer uses them."""
        self._models = None

    def __enter__(self) -> Synthesizer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _loaded(self) -> _Models:
        if self._models is None:
            raise SpeechError("the synthesizer is closed: create another one")
        return self._models


@dataclass(frozen=True)
class _Models:
    """The models and dictionaries of a synthesizer, which others may share, and its own pronunciations."""

    acoustic: AcousticModel
    vocoder: Vocoder
    phonemizer: WordReader
    lexicon: Lexicon | None
    # The phonemizers of other languages that texts have asked for, which are kept as long as the models.
    others: dict[str, Phonemizer] = field(default_factory=dict)

    def reader(self, lexicon: Lexicon | None) -> WordReader:
        """Return the reader of a text that has pronunciations of its own.

        Raises:
            InputError: The lexicon is none, or the phonemizer takes none.
        """
        check_lexicon(lexicon, self.phonemizer)
        if self.lexicon and lexicon:
            lexicon = self.lexicon.updated(lexicon)
        if not isinstance(self.phonemizer, Phonemizer):
            return self.phonemizer
        return _SharedReader(self.phonemizer, lexicon or self.lexicon, self.others)


@dataclass(frozen=True)
class _SharedReader:
    """A phonemizer that others share, together with the pronunciations of one synthesizer or text."""

    phonemizer: Phonemizer
    lexicon: Lexicon | None
    others: dict[str, Phonemizer]

    def in_language(self, tag: str) -> _SharedReader:
        """Return the reader of another kind of English, with the same pronunciations."""
        language = english(tag)
        if language == self.phonemizer.language:
            return self
        if language not in self.others:
            self.others[language] = shared_phonemizer(language)
        return replace(self, phonemizer=self.others[language])

    def words(self, text: str, *, readings: Sequence[Reading] | None = None) -> Sequence[PhonemizedWord]:
        return self.phonemizer.words(text, readings=readings, lexicon=self.lexicon)


def _load(options: SynthesizerOptions, voice: Voice) -> _Models:
    """Load the models of a voice, or take those that another synthesizer has."""
    check_hint(options.hint)
    check_lexicon(options.lexicon, options.phonemizer)
    precision: Precision = "auto" if options.precision == "int8" else options.precision
    acoustic_device = options.acoustic_device or options.device
    vocoder_device = options.vocoder_device or options.device
    # Both devices are checked before the first model is loaded, which takes a second.
    with about(device=acoustic_device):
        resolve_target(acoustic_device, precision, threads=options.threads)
    with about(device=vocoder_device):
        resolve_target(vocoder_device, options.precision, threads=options.threads)
    with about(device=acoustic_device):
        acoustic = shared(
            AcousticModel,
            acoustic_device,
            duration_model=options.duration_model or voice.duration_model,
            regression_model=options.regression_model or voice.regression_model,
            precision=precision,
            threads=options.threads,
            symbols=SYMBOLS,
        )
    with about(device=vocoder_device):
        vocoder = shared(
            Vocoder,
            vocoder_device,
            model=options.vocoder_model or voice.vocoder,
            precision=options.precision,
            hint=options.hint,
            threads=options.threads,
        )
    phonemizer = options.phonemizer or shared_phonemizer(options.language or voice.language)
    return _Models(acoustic, vocoder, phonemizer, options.lexicon)


def check_lexicon(lexicon: Lexicon | None, phonemizer: WordReader | None) -> None:
    """Raise InputError unless a lexicon is one, and is used by the phonemizer; None is no lexicon, or the usual one."""
    if lexicon is None:
        return
    if not isinstance(lexicon, Lexicon):
        raise InputError(f"lexicon: {type(lexicon).__name__} given; expected a Lexicon, as in Lexicon({{…}})")
    if phonemizer is not None and not isinstance(phonemizer, Phonemizer):
        raise InputError("a lexicon and a phonemizer of your own are given: expected one of the two")


def check_window(name: str, frames: int) -> None:
    """Raise InputError unless a chunk of a stream may have so many frames."""
    if not isinstance(frames, int) or isinstance(frames, bool) or not 1 <= frames <= LARGEST_WINDOW:
        raise InputError(f"{name} {frames!r}: expected a number of frames, 1 to {LARGEST_WINDOW}")
