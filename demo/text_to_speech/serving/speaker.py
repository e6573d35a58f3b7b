"""The vocoders that a server has loaded, each for all voices: the one module that knows the Synthesizer's interface."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..errors import InputError
from ..inference.mel import FRAME_SECONDS
from ..inference.runtime import Precision
from ..inference.vocoder import FIRST_WINDOW
from ..pipeline import Synthesizer
from ..script.utterances import Utterance
from ..speech.spoken import AudioChunk
from ..store.voices_yml import DEFAULT_VOICE
from .feeding import TextFeed, first_clause_first
from .names import voice_of
from .scheduler import Idle
from .wanted import Wanted

# Those of a server that is told of none: the one that each voice has, and a light one.
VOCODERS = (None, "source-filter-light")
WINDOW_SECONDS = 0.75  # of work: so long a newcomer waits for a window that is being computed, about
WINDOWS = (64, 352)  # frames kept of a window, least and most, whatever the machine
WARM_TEXT = (
    "The first sentence makes the kernels. The second one, which is a little longer, tells how fast they are."
)


@dataclass(frozen=True)
class SpeakerOptions:
    """What a speaker is loaded with.

    Attributes:
        vocoders: Names of vocoders or paths of model files, or None for the one that each voice has; the first one
            serves who asks for none.
        voice: Name of the voice or mixture that serves who asks for none.
        device: OpenVINO's name of the device.
        precision: As the Synthesizer takes it.
        duration_model: Another model than the voices' own.
        regression_model: Another one likewise.
        language: BCP 47 tag of the English that texts are read in; None for that of each voice.
    """

    vocoders: Sequence[str | None] = VOCODERS[:1]
    voice: str = DEFAULT_VOICE
    device: str = "CPU"
    precision: Precision = "auto"
    duration_model: str | Path | None = None
    regression_model: str | Path | None = None
    language: str | None = None

    @property
    def models(self) -> list[str]:
        """The names of the vocoders in requests; the one that each voice has is called as that of the default voice."""
        names = (vocoder or voice_of(self.voice).vocoder for vocoder in self.vocoders)
        return [Path(name).stem if "/" in name else name for name in names]


class Speaker:
    """Everything that can speak, loaded.

    Args:
        synthesizers: By the name of their vocoder, with the voice that serves who asks for none; the first one serves
            who asks for no vocoder.
    """

    def __init__(self, synthesizers: Mapping[str, Synthesizer]) -> None:
        self._synthesizers = dict(synthesizers)
        self._windows = dict.fromkeys(synthesizers, WINDOWS[0])

    @classmethod
    def load(cls, options: SpeakerOptions) -> Speaker:
        """Load the models of the default voice, with one text front end for all, and compute with each once.

        What other voices need besides, such as vocoders of their own, is loaded when they first speak.

        Raises:
            SpeechError: A model or a device is not there, or does not work.
        """
        made = partial(
            Synthesizer,
            options.device,
            voice=options.voice,
            duration_model=options.duration_model,
            regression_model=options.regression_model,
            precision=options.precision,
            language=options.language,
        )
        speaker = cls(
            {
                name: made(vocoder_model=vocoder)
                for name, vocoder in zip(options.models, options.vocoders, strict=True)
            }
        )
        speaker.warm_up()
        return speaker

    def warm_up(self) -> None:
        """Speak a text with each vocoder, and choose how long its windows may be by the time that takes."""
        for name, synthesizer in self._synthesizers.items():
            synthesizer.vocoder.warm_up()
            synthesizer.synthesize(WARM_TEXT)
            began = time.perf_counter()
            seconds = synthesizer.synthesize(WARM_TEXT).seconds
            factor = (time.perf_counter() - began) / seconds
            self._windows[name] = window_of(factor)

    @property
    def models(self) -> list[str]:
        """Names of the vocoders, the first one the default."""
        return list(self._synthesizers)

    @property
    def devices(self) -> dict[str, str]:
        """Where each vocoder runs, and in which precision."""
        return {name: str(one.vocoder.target) for name, one in self._synthesizers.items()}

    def sample_rate(self, wanted: Wanted) -> int:
        """Return the samples per second of what is spoken."""
        return voice_of(wanted.voice).sample_rate if wanted.voice else self._synthesizer(wanted).sample_rate

    def speak(self, wanted: Wanted) -> Iterator[AudioChunk]:
        """Yield the chunks of a text; each is a window's work, and the first `next` also reads the text.

        Raises:
            InputError: The text or a number cannot be used.
        """
        yield from self._stream(wanted, wanted.checked_text)

    def speak_pieces(self, wanted: Wanted, feed: TextFeed) -> Iterator[AudioChunk | Idle]:
        """Return an iterator over the chunks of a text that comes in pieces, with `Idle.IDLE` where it waits for text.

        Args:
            wanted: How the text is spoken; its own text does not count.
            feed: The text. One without a word is silent.
        """

        def chunks(pieces: Iterator[str | None]) -> Iterator[AudioChunk]:
            try:
                yield from self._stream(wanted, first_clause_first(pieces))
            except InputError:
                if feed.has_words:
                    raise

        return feed.run(chunks)

    def read(self, wanted: Wanted) -> Iterator[Utterance]:
        """Yield the utterances of a text with their words and phonemes, unspoken.

        Raises:
            InputError: The text cannot be used.
        """
        for utterance in self._synthesizer(wanted).read(
            wanted.checked_text,
            voice=wanted.voice or None,
            input_format=wanted.input_format,
            lexicon=wanted.lexicon,
        ):
            if utterance.words:
                yield utterance

    def _synthesizer(self, wanted: Wanted) -> Synthesizer:
        return self._synthesizers[wanted.model or self.models[0]]

    def _stream(self, wanted: Wanted, text: str | Iterator[str | None]) -> Iterator[AudioChunk]:
        return self._synthesizer(wanted).stream(
            text,
            wanted.manner,
            voice=wanted.voice or None,
            input_format=wanted.input_format,
            lexicon=wanted.lexicon,
            first_window=FIRST_WINDOW,
            largest_window=self._windows[wanted.model or self.models[0]],
        )


def window_of(factor: float) -> int:
    """Return how many frames a window may have on a machine with a real-time factor."""
    least, most = WINDOWS
    return max(least, min(most, int(WINDOW_SECONDS / (factor * FRAME_SECONDS))))
