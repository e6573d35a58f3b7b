"""The voices and vocoders that a server has loaded: the one module of it that knows the Synthesizer's interface."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..inference.mel import FRAME_SECONDS
from ..inference.mel import SAMPLE_RATE as VOICE_RATE
from ..inference.runtime import Precision
from ..inference.vocoder import FIRST_WINDOW
from ..pipeline import Synthesizer
from ..script.directions import Manner
from ..script.utterances import Utterance, utterances
from ..speech.spoken import AudioChunk
from .wanted import Wanted

WINDOW_SECONDS = 0.75  # of work: so long a newcomer waits for a window that is being computed, about
WINDOWS = (64, 352)  # frames kept of a window, least and most, whatever the machine
WARM_TEXT = (
    "The first sentence makes the kernels. The second one, which is a little longer, tells how fast they are."
)


@dataclass(frozen=True)
class VoiceCard:
    """What is told about a voice.

    Attributes:
        id: Its name in requests.
        name: Its name for people.
        language: BCP 47.
        gender: `female` or `male`.
        sample_rate: Samples per second of what it speaks.
        description: One line.
    """

    id: str
    name: str
    language: str
    gender: str
    sample_rate: int
    description: str


VOICES = (
    VoiceCard("heart", "Heart", "en-US", "female", VOICE_RATE, "An American woman's voice, calm and clear"),
)
# Names that clients have built in; each is the server's first voice until there are more.
OPENAI_VOICES = (
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "fable",
    "marin",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
)
VOICE_ALIASES = {"af_heart": "heart", "default": "heart", **dict.fromkeys(OPENAI_VOICES, VOICES[0].id)}
OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-12-15")
MODEL_ALIASES = (*OPENAI_MODELS, "kokoro")  # each is the server's first vocoder


@dataclass(frozen=True)
class SpeakerOptions:
    """What a speaker is loaded with.

    Attributes:
        vocoders: Names of vocoders or paths of model files; the first one serves who asks for none.
        device: OpenVINO's name of the device.
        precision: As the Synthesizer takes it.
        duration_model: Another model than the voice's own.
        regression_model: Another one likewise.
    """

    vocoders: Sequence[str] = ("hifi-gan",)
    device: str = "CPU"
    precision: Precision = "auto"
    duration_model: str | Path = "forward-tacotron-duration-prediction"
    regression_model: str | Path = "forward-tacotron-regression"

    @property
    def models(self) -> list[str]:
        """The names of the vocoders in requests."""
        return [Path(vocoder).stem if "/" in vocoder else vocoder for vocoder in self.vocoders]


class Speaker:
    """Everything that can speak, loaded.

    Args:
        synthesizers: By the name of their vocoder; the first one serves who asks for none.
    """

    def __init__(self, synthesizers: Mapping[str, Synthesizer]) -> None:
        self._synthesizers = dict(synthesizers)
        self._windows = dict.fromkeys(synthesizers, WINDOWS[0])

    @classmethod
    def load(cls, options: SpeakerOptions) -> Speaker:
        """Load the models, with one text front end for all, and compute with each once.

        Raises:
            SpeechError: A model or a device is not there, or does not work.
        """
        synthesizers: dict[str, Synthesizer] = {}
        for name, vocoder in zip(options.models, options.vocoders, strict=True):
            synthesizers[name] = Synthesizer(
                options.device,
                duration_model=options.duration_model,
                regression_model=options.regression_model,
                vocoder_model=vocoder,
                precision=options.precision,
            )
        speaker = cls(synthesizers)
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
        return {name: str(made.vocoder.target) for name, made in self._synthesizers.items()}

    def sample_rate(self, wanted: Wanted) -> int:
        """Return the samples per second of what is spoken."""
        return next((card.sample_rate for card in VOICES if card.id == wanted.voice), VOICE_RATE)

    def speak(self, wanted: Wanted) -> Iterator[AudioChunk]:
        """Yield the chunks of a text; each is a window's work, and the first `next` also reads the text.

        Raises:
            InputError: The text or a number cannot be used.
        """
        name = wanted.model or self.models[0]
        yield from self._synthesizers[name].stream(
            wanted.script(),
            alpha=1 / wanted.possible_speed,
            pitch=wanted.pitch,
            volume=wanted.volume,
            pause_sentence=wanted.pause_sentence,
            pause_paragraph=wanted.pause_paragraph,
            first_window=FIRST_WINDOW,
            largest_window=self._windows[name],
        )

    def read(self, wanted: Wanted) -> Iterator[Utterance]:
        """Yield the utterances of a text with their words and phonemes, unspoken.

        Raises:
            InputError: The text cannot be used.
        """
        synthesizer = next(iter(self._synthesizers.values()))
        for utterance in utterances(
            wanted.script(), synthesizer, Manner(), median_f0=synthesizer.voice.median_f0
        ):
            if utterance.words:
                yield utterance


def window_of(factor: float) -> int:
    """Return how many frames a window may have on a machine with a real-time factor."""
    least, most = WINDOWS
    return max(least, min(most, int(WINDOW_SECONDS / (factor * FRAME_SECONDS))))


def voice_id(name: str) -> str:
    """Return the voice that a name means: its own or one that clients have built in, in any case.

    Raises:
        InputError: There is no such voice.
    """
    wanted = name.strip().lower()
    wanted = VOICE_ALIASES.get(wanted, wanted)
    if wanted not in {card.id for card in VOICES}:
        own, others = [card.id for card in VOICES], sorted(VOICE_ALIASES)
        raise InputError(
            f"voice {name[:60]!r}: expected {', '.join(own)}, or as an alias {', '.join(others)}"
        )
    return wanted


def model_id(name: str, models: Sequence[str]) -> str:
    """Return the vocoder that a name means: its own or one that clients have built in.

    Raises:
        InputError: There is no such vocoder.
    """
    if name in models:
        return name
    if name.lower() in MODEL_ALIASES:
        return models[0]
    raise InputError(f"model {name[:60]!r}: expected {', '.join((*models, *MODEL_ALIASES))}")
