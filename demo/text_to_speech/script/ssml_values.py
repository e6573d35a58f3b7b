"""The values of SSML attributes: rates, pitches, volumes, and the names for them.

Errors name the value and what is expected; `parse_ssml` adds the line and the column.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from ..errors import InputError
from .directions import Delivery, semitones_of

T = TypeVar("T")

# Seconds.
BREAKS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.8, "x-strong": 1.2}
# Multiples of the usual rate.
RATES = {"x-slow": 0.6, "slow": 0.8, "medium": 1.0, "fast": 1.25, "x-fast": 1.6, "default": 1.0}
# Semitones.
PITCH_NAMES = {"x-low": -5.0, "low": -2.5, "medium": 0.0, "high": 2.5, "x-high": 5.0, "default": 0.0}
# dB.
VOLUME_NAMES = {
    "silent": -math.inf, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "loud": 4.0, "x-loud": 8.0, "default": 0.0,
}  # fmt: skip
# SSML does not say what emphasis does: these values are a choice, after what people do to a word that they stress.
EMPHASIS = {
    "strong": Delivery(alpha=1.25, pitch=2.0, volume=3.0),
    "moderate": Delivery(alpha=1.12, pitch=1.0, volume=1.5),
    "none": Delivery(),
    "reduced": Delivery(alpha=0.9, pitch=-1.0, volume=-3.0),
}

_NUMBER = r"(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})"
_RATE = re.compile(rf"([+-]?){_NUMBER}(%?)")
_PITCH = re.compile(rf"([+-]?){_NUMBER}(st|%|Hz)", re.IGNORECASE)
_VOLUME = re.compile(rf"([+-]?){_NUMBER}(dB|%?)", re.IGNORECASE)


def required(element: str, attribute: str, attributes: Mapping[str, str]) -> str:
    """Return the value of an attribute that an element must have.

    Raises:
        InputError: The attribute is missing or blank.
    """
    if not attributes.get(attribute, "").strip():
        raise InputError(f'<{element}> without {attribute}; expected <{element} {attribute}="…">')
    return attributes[attribute]


def choice(attribute: str, value: str, choices: Mapping[str, T]) -> T:
    """Return the value that belongs to a name.

    Raises:
        InputError: The name is not among the choices.
    """
    if value.strip() not in choices:
        raise InputError(f"{attribute} {value[:30]!r}; expected {', '.join(choices)}")
    return choices[value.strip()]


def with_rate(now: Delivery, rate: str) -> Delivery:
    """Return a delivery with another rate.

    Args:
        now: The delivery around the element.
        rate: A name of `RATES`, a multiple of the usual rate ("120%", "1.2"), or with a sign a change of the current
            rate ("+20%").

    Raises:
        InputError: The rate has another form.
    """
    if rate in RATES:
        return replace(now, alpha=1 / RATES[rate])
    match = _RATE.fullmatch(rate)
    if not match:
        raise InputError(f"rate {rate[:30]!r}; expected {', '.join(RATES)}, 120% or +20%")
    factor = float(match[2]) / (100 if match[3] else 1)
    if match[1]:
        change = 1 + (factor if match[1] == "+" else -factor)
        return replace(now, alpha=now.alpha / max(change, 1e-3))
    return replace(now, alpha=1 / max(factor, 1e-3))


def with_pitch(now: Delivery, pitch: str) -> Delivery:
    """Return a delivery with another pitch.

    Args:
        now: The delivery around the element.
        pitch: A name of `PITCH_NAMES`, a frequency ("180Hz"), or with a sign a change of the current pitch ("+2st",
            "-10%", "+20Hz").

    Raises:
        InputError: The pitch has another form.
    """
    if pitch in PITCH_NAMES:
        return replace(now, pitch=PITCH_NAMES[pitch], f0=None, f0_shift=0.0)
    match = _PITCH.fullmatch(pitch)
    if not match or (match[3].lower() != "hz" and not match[1]):
        raise InputError(f"pitch {pitch[:30]!r}; expected {', '.join(PITCH_NAMES)}, +2st, -10% or 180Hz")
    amount = float(match[2]) * (-1 if match[1] == "-" else 1)
    unit = match[3].lower()
    if unit == "st":
        return replace(now, pitch=now.pitch + amount)
    if unit == "%":
        return replace(now, pitch=now.pitch + semitones_of(1 + amount / 100))
    if not match[1]:
        return replace(now, pitch=0.0, f0=amount, f0_shift=0.0)
    # (f0 + x) * 2 ** (pitch / 12) is higher by `amount` Hz than f0 * 2 ** (pitch / 12), whatever the voice's F0 is.
    shift = amount / 2 ** (now.pitch / 12)
    if now.f0 is None:
        return replace(now, f0_shift=now.f0_shift + shift)
    return replace(now, f0=now.f0 + shift)


def with_volume(now: Delivery, volume: str) -> Delivery:
    """Return a delivery with another volume.

    Args:
        now: The delivery around the element.
        volume: A name of `VOLUME_NAMES`, 0 to 100, or with a sign a change of the current volume ("+6dB", "-20%").

    Raises:
        InputError: The volume has another form.
    """
    if volume in VOLUME_NAMES:
        return replace(now, volume=VOLUME_NAMES[volume])
    match = _VOLUME.fullmatch(volume)
    if not match or (match[3].lower() == "db" and not match[1]):
        raise InputError(f"volume {volume[:30]!r}; expected {', '.join(VOLUME_NAMES)}, +6dB or 0 to 100")
    amount = float(match[2]) * (-1 if match[1] == "-" else 1)
    if match[3].lower() == "db":
        return replace(now, volume=now.volume + amount)
    if match[1]:
        return replace(now, volume=now.volume + _to_decibels(1 + amount / 100))
    return replace(now, volume=_to_decibels(amount / 100))


def _to_decibels(ratio: float) -> float:
    return 20 * math.log10(ratio) if ratio > 0 else -math.inf
