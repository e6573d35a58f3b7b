"""The synthesizer: voices on a device, which speak texts whole or as a stream."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from ..errors import SpeechError
from ..inference.acoustic import AcousticModel
from ..inference.runtime import Hint, Precision
from ..inference.vocoder import FIRST_WINDOW, LARGEST_WINDOW, Vocoder
from ..script.directions import Manner, MannerOptions
from ..script.formats import InputFormat, read_script
from ..script.script import Script
from ..script.utterances import Utterance, incremental_utterances, nothing_to_speak
from ..script.words import WordReader
from ..speech.spoken import AudioChunk, Speech, join
from ..store.voices_yml import DEFAULT_VOICE, find_voice, voices
from ..text import Lexicon, PhonemizedWord, Reading, to_ids
from ..text.languages import english
from ..voices import Voice
from .models import Models
from .options import SynthesizerOptions, check_window
from .stream import Stream

if TYPE_CHECKING:
    from typing_extensions import Unpack

Text: TypeAlias = "str | Script | Iterable[str | None]"

# Phonemes that `warm_up` draws: "hello" in the alphabet of the voices.
WARM_PHONEMES = "həlˈO"


class Synthesizer:
    """Voices on an OpenVINO device. One instance serves many threads.

    One voice speaks where nothing else is asked for; each text may have another one, and change it with SSML's
    `<voice>`. What a voice needs besides is loaded when it first speaks. The synthesizers of a process share the
    dictionaries of a language, and each model that they have in common.

    Args:
        device: OpenVINO's name of the device: `CPU`, `GPU`, `GPU.1`, `NPU`, `AUTO`, `AUTO:GPU,CPU`, …
        voice: Name of the voice that speaks where a text asks for no other: one of `voices`, or a mixture such as
            "heart:0.6+emma:0.4".
        acoustic_device: Another device for the acoustic model.
        vocoder_device: Another device for the vocoder.
        duration_model: IR or ONNX file of the duration predictor, or the name of a model of this repository; None for
            the model of the voice.
        regression_model: The same for the model that draws the mel spectrogram.
        vocoder_model: The same for the vocoder, which then serves all voices; None for that of each voice.
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
        voice: The voice that speaks where a text asks for no other.
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
        self._models: Models | None = Models(self.options, self.voice)

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
        """Samples per second of the sound of the voice."""
        return self.voice.sample_rate

    @property
    def acoustic(self) -> AcousticModel:
        """The acoustic model of the voice."""
        return self._loaded().default.acoustic

    @property
    def vocoder(self) -> Vocoder:
        """The vocoder of the voice."""
        return self._loaded().default.vocoder

    def synthesize(
        self,
        text: Text,
        manner: Manner | None = None,
        *,
        voice: str | None = None,
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
            voice: Name of the voice or mixture that speaks where the text asks for no other; None for that of the
                synthesizer.
            input_format: What the text is: `text`, `markdown`, `html` or `ssml`; `auto` for what it looks like. A
                script needs none.
            lexicon: Pronunciations for this text, which take precedence over those of the synthesizer.
            **options: Single attributes of `Manner`, such as `speed=1.25`, which replace those of `manner`.

        Raises:
            InputError: The text is of another type or holds nothing to speak, there is no such voice, or a number is
                out of range.
            SpeechError: The synthesizer is closed, or a model failed; the error names the sentence and the device.
        """
        chunks = self.stream(
            text,
            manner,
            voice=voice,
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
        voice: str | None = None,
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
            voice: See `synthesize`.
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
                cannot be followed, there is no such voice, or a number is out of range. A text in pieces is refused
                when its turn comes.
            SpeechError: The synthesizer is closed, or a model failed; the error names the sentence and the device.
        """
        models = self._loaded()
        manner = (manner or Manner()).changed(options)
        if first_window is None:
            first_window = FIRST_WINDOW if self.hint == "latency" else LARGEST_WINDOW
        check_window("first_window", first_window)
        check_window("largest_window", largest_window)
        windows = (min(first_window, largest_window), largest_window)
        speaker = models.find(voice)
        text_reading = _TextReading(models, speaker.voice, manner, lexicon)
        stream = Stream(speaker, text_reading.cast, models.load, windows)
        if isinstance(text, Iterable) and not isinstance(text, str | bytes):
            from ..script.incremental import incremental_scripts

            scripts = incremental_scripts(
                text, wait=wait, input_format=input_format, language=text_reading.language
            )
            return stream.chunks(text_reading.utterances(scripts), close=scripts.close)
        with stream.stopwatch.on("text"):
            script = text_reading.script(text, input_format)
            utterances = text_reading.utterances([script])
            # The first one is made here, so that a text with nothing to speak is refused at the call.
            first = next(utterances, None)
        if first is None or not first.words:
            raise nothing_to_speak()
        return stream.chunks(chain([first], utterances))

    def read(
        self,
        text: str | Script,
        manner: Manner | None = None,
        *,
        voice: str | None = None,
        input_format: InputFormat = "auto",
        lexicon: Lexicon | None = None,
    ) -> Iterator[Utterance]:
        """Yield the utterances of a text, unspoken: its words with their phonemes, pauses, marks and voices.

        Args:
            text: As for `synthesize`, but whole.
            manner: See `synthesize`.
            voice: See `synthesize`.
            input_format: See `synthesize`.
            lexicon: See `synthesize`.

        Raises:
            InputError: The text is of another type, or cannot be followed, or there is no such voice.
        """
        models = self._loaded()
        text_reading = _TextReading(models, models.find(voice).voice, manner or Manner(), lexicon)
        utterances = text_reading.utterances([text_reading.script(text, input_format)])
        return (utterance for utterance in utterances if utterance)

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
        return self._loaded().reader(lexicon, self.language)

    def phonemes(self, text: str, *, lexicon: Lexicon | None = None) -> str:
        """Return the phonemes of a sentence, one symbol a character; empty if nothing in it has a sound."""
        return " ".join(word.phonemes for word in self.words(text, lexicon=lexicon))

    def warm_up(self) -> None:
        """Do each kind of work once, so that the next text does not wait for kernels to be made."""
        models = self._loaded()
        models.phonemizer.words("Hello.")
        models.default.acoustic.synthesize(to_ids(WARM_PHONEMES), voice=models.default.vector)
        models.default.vocoder.warm_up()

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

    def _loaded(self) -> Models:
        if self._models is None:
            raise SpeechError("the synthesizer is closed: create another one")
        return self._models


class _TextReading:
    """How one text becomes utterances.

    Args:
        models: Those of the synthesizer.
        voice: The voice of the text.
        manner: The manner of the whole text.
        lexicon: The pronunciations of the text.

    Attributes:
        language: The English that it is read in where it names no other.
        cast: Finds the voices that it asks for.
    """

    def __init__(self, models: Models, voice: Voice, manner: Manner, lexicon: Lexicon | None) -> None:
        self.language = models.language(voice)
        self.cast = models.cast(voice)
        self._median_f0 = voice.median_f0
        self._manner = manner
        self._reader = models.reader(lexicon, self.language)

    def script(self, text: str | Script, input_format: InputFormat) -> Script:
        """Return the script of a whole text."""
        if isinstance(text, Script):
            return text
        return read_script(text, input_format=input_format, language=self.language)

    def utterances(self, scripts: Iterable[Script]) -> Iterator[Utterance | None]:
        """Yield the utterances of scripts, and None at the end of each."""
        return incremental_utterances(
            scripts, self._reader, self._manner, median_f0=self._median_f0, casting=self.cast
        )
