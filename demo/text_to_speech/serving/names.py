"""The voices and vocoders by the names that clients know them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ..errors import InputError
from ..store.voices_yml import DEFAULT_VOICE, voices
from ..voices import Voice

# Names that clients have built in. Each voice of OpenAI is the server's default one, each model the first vocoder.
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
OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-12-15")
MODEL_ALIASES = (*OPENAI_MODELS, "kokoro")


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

    @classmethod
    def of(cls, voice: Voice) -> VoiceCard:
        """Return what is told about a voice of voices.yml."""
        title = voice.name.replace("_", " ").replace("-", " ").title()
        return cls(voice.name, title, voice.language, voice.sex, voice.sample_rate, voice.character)


@cache
def voice_cards() -> dict[str, VoiceCard]:
    """Return all voices by their names."""
    return {name: VoiceCard.of(voice) for name, voice in voices().items()}


@cache
def voice_aliases(default: str = DEFAULT_VOICE) -> dict[str, str]:
    """Return the names that mean one of the voices: those of OpenAI, and Kokoro's such as af_heart.

    Args:
        default: The voice that OpenAI's names mean.
    """
    letters = {"en-US": "a", "en-GB": "b"}
    kokoro = {
        f"{letters[card.language]}{card.gender[0]}_{name}": name
        for name, card in voice_cards().items()
        if card.language in letters
    }
    aliases = {**dict.fromkeys((*OPENAI_VOICES, "default"), default), **kokoro}
    return {alias: name for alias, name in aliases.items() if alias not in voice_cards()}


def voice_id(name: str, default: str = DEFAULT_VOICE) -> str:
    """Return the voice that a name means: its own or one that clients have built in, in any case.

    Raises:
        InputError: There is no such voice.
    """
    wanted = name.strip().lower()
    aliases = voice_aliases(default)
    wanted = aliases.get(wanted, wanted)
    if wanted not in voice_cards():
        raise InputError(
            f"voice {name[:60]!r}: expected {', '.join(voice_cards())}, or as an alias {', '.join(sorted(aliases))}"
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
