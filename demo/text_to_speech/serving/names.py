"""The voices and vocoders by the names that clients know them by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ..errors import InputError
from ..store.voices_yml import DEFAULT_VOICE, voices
from ..voices import KOKORO_LANGUAGES, Voice, find, is_mixture

# OpenAI's names for voices, each with the voices that stand for it, the best first; where none of them is there, and
# where there are none, the name means the server's default voice. OpenAI's documentation says nothing about the sex of
# its voices; these are those that others describe alike (SignalWire's documentation: fable is British, onyx deep).
OPENAI_VOICES: Mapping[str, Sequence[str]] = {
    "alloy": (),
    "ash": (),
    "ballad": (),
    "cedar": (),
    "coral": (),
    "echo": ("michael",),
    "fable": ("fable", "george"),
    "marin": (),
    "nova": ("bella",),
    "onyx": ("fenrir", "michael"),
    "sage": (),
    "shimmer": ("sarah",),
    "verse": (),
}
OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-12-15")
MODEL_ALIASES = (*OPENAI_MODELS, "kokoro")

LONGEST_NAME = 500  # characters of the name of a voice in a request; a mixture has a few parts

_KOKORO_WEIGHT = re.compile(r"\(([^()+:]{1,10})\)")


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
def known_voices() -> dict[str, Voice]:
    """Return all voices by their names."""
    return voices()


@cache
def voice_cards() -> dict[str, VoiceCard]:
    """Return what is told about each voice, by its name."""
    return {name: VoiceCard.of(voice) for name, voice in known_voices().items()}


@cache
def voice_aliases(default: str = DEFAULT_VOICE) -> dict[str, str]:
    """Return the names that mean one of the voices: those of OpenAI, and Kokoro's such as af_heart.

    Args:
        default: The voice that a name means for which none stands.
    """
    known = known_voices()
    aliases = {
        alias: next((name for name in standing if name in known), default)
        for alias, standing in {**OPENAI_VOICES, "default": ()}.items()
    }
    letters = {language: letter for letter, language in KOKORO_LANGUAGES.items()}
    aliases |= {
        f"{letters[voice.language]}{voice.sex[0]}_{name}": name
        for name, voice in known.items()
        if voice.language in letters
    }
    return {alias: name for alias, name in aliases.items() if alias not in known}


def voice_id(name: str, default: str = DEFAULT_VOICE) -> str:
    """Return the voice that a name means: its own, one that clients have built in, or a mixture of them, in any case.

    Args:
        name: Such as "heart", "nova", "af_heart", "heart:0.6+emma:0.4" or "af_heart(3)+bf_emma(2)", as Kokoro-FastAPI
            has it.
        default: The voice that OpenAI's names mean for which none stands.

    Raises:
        InputError: There is no such voice, or the voices cannot be mixed.
    """
    if len(name) > LONGEST_NAME:
        raise InputError(f"voice of {len(name)} characters: expected {LONGEST_NAME} at most")
    aliases = voice_aliases(default)
    parts = []
    for part in _KOKORO_WEIGHT.sub(r":\1", name.strip().lower()).split("+"):
        own, colon, weight = part.partition(":")
        parts.append(aliases.get(own.strip(), own.strip()) + colon + weight)
    wanted = "+".join(parts)
    if not is_mixture(wanted) and wanted not in known_voices():
        raise InputError(
            f"voice {name[:60]!r}: expected {', '.join(known_voices())}, a mixture such as heart:0.6+emma:0.4,"
            f" or as an alias {', '.join(sorted(aliases))}"
        )
    voice = find(wanted, known_voices())
    return voice.name if voice.name in known_voices() else wanted


def voice_of(name: str) -> Voice:
    """Return the voice or mixture of a name that `voice_id` returned."""
    return find(name, known_voices())


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
