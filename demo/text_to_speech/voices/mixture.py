"""Mixtures of voices: "heart:0.6+emma:0.4" is a voice whose vector lies between those of heart and emma."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from ..errors import InputError
from .voice import Voice, check_name

LARGEST_MIXTURE = 8

_PART = re.compile(r"\s*([^:+]*?)\s*(?::\s*([^:+]*?)\s*)?")


def is_mixture(name: str) -> bool:
    """Tell whether a name is that of a mixture, which has a plus or a colon."""
    return "+" in name or ":" in name


def mixture(name: str, known: Mapping[str, Voice]) -> Voice:
    """Return a mixture of voices.

    Language, sex and character are those of its largest part. Frequencies are the geometric means, levels and lengths
    the means of those of its parts. If the parts are usually heard through different vocoders, the one that serves
    most of all voices is taken.

    Args:
        name: Names of voices with their weights, joined by plus signs; without a weight, 1. The sum need not be 1.
        known: All voices by name.

    Raises:
        InputError: A weight is not positive, a voice is not there or named twice, or the voices are not of one acoustic
            model that has a vector for each.

    Example:
        >>> mixture("heart:3+emma", voices()).name
        'heart:0.75+emma:0.25'
    """
    parts = _parts(name, known)
    weights = [weight for _, weight in parts]
    mixed = [voice for voice, _ in parts]
    if len(mixed) == 1:
        return mixed[0]
    for voice in mixed:
        if _models(voice) != _models(mixed[0]) or not voice.vector:
            raise InputError(
                f"voice {name!r}: {voice.name} and {mixed[0].name} cannot be mixed; expected two of one acoustic model"
            )
    largest = max(parts, key=lambda part: part[1])[0]
    served = Counter(voice.vocoder for voice in known.values())
    return Voice(
        name="+".join(f"{voice.name}:{weight:.3g}" for voice, weight in parts),
        language=largest.language,
        sex=largest.sex,
        character=largest.character,
        speaker=largest.speaker,
        duration_model=largest.duration_model,
        regression_model=largest.regression_model,
        vocoder=max((voice.vocoder for voice in mixed), key=lambda vocoder: served[vocoder]),
        sample_rate=largest.sample_rate,
        median_f0=_geometric([voice.median_f0 for voice in mixed], weights),
        f0_range=(
            _geometric([voice.f0_range[0] for voice in mixed], weights),
            _geometric([voice.f0_range[1] for voice in mixed], weights),
        ),
        silent_level=_mean([voice.silent_level for voice in mixed], weights),
        audible_level=_mean([voice.audible_level for voice in mixed], weights),
        lead_frames=round(_mean([voice.lead_frames for voice in mixed], weights)),
        tail_frames=round(_mean([voice.tail_frames for voice in mixed], weights)),
        vector=tuple(_mean(column, weights) for column in zip(*(v.vector for v in mixed), strict=True)),
    )


def _parts(name: str, known: Mapping[str, Voice]) -> list[tuple[Voice, float]]:
    """Return the voices of a mixture with their shares, whose sum is 1."""
    found: dict[str, float] = {}
    texts = name.split("+")
    if len(texts) > LARGEST_MIXTURE:
        raise InputError(f"a mixture of {len(texts)} voices: expected {LARGEST_MIXTURE} at most")
    for text in texts:
        match = _PART.fullmatch(text)
        if match is None:
            raise InputError(
                f"voice {name!r}: expected names with weights, joined by +, such as heart:0.6+emma:0.4"
            )
        part = check_name(match[1], known)
        if part in found:
            raise InputError(f"voice {name!r}: {part} is there twice; expected each voice once")
        found[part] = 1.0 if match[2] is None else _weight(match[2], name)
    total = sum(found.values())
    return [(known[part], weight / total) for part, weight in found.items()]


def _weight(text: str, name: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 1e-3 <= weight <= 1e3:
        raise InputError(f"voice {name!r}: weight {text!r}; expected a number from 0.001 to 1000")
    return weight


def _models(voice: Voice) -> tuple[object, ...]:
    return voice.duration_model, voice.regression_model, voice.sample_rate, len(voice.vector)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))


def _geometric(values: Sequence[float], weights: Sequence[float]) -> float:
    return math.exp(_mean([math.log(value) for value in values], weights))
