"""The values of SSML's attributes: rates, pitches, volumes, and the words for them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TypeVar

from .directions import Delivery

T = TypeVar("T")

BREAKS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.8, "x-strong": 1.2}  # seconds
RATES = {"x-slow": 0.6, "slow": 0.8, "medium": 1.0, "fast": 1.25, "x-fast": 1.6, "default": 1.0}
PITCH_NAMES = {"x-low": -5.0, "low": -2.5, "medium": 0.0, "high": 2.5, "x-high": 5.0, "default": 0.0}
VOLUME_NAMES = {
    "silent": -math.inf, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "loud": 4.0, "x-loud": 8.0, "default": 0.0,
}  # fmt: skip
EMPHASIS = {  # our own choice: what a reader does to one word, and less of it
    "strong": Delivery(alpha=1.25, pitch=2.0, volume=3.0),
    "moderate": Delivery(alpha=1.12, pitch=1.0, volume=1.5),
    "none": Delivery(),
    "reduced": Delivery(alpha=0.9, pitch=-1.0, volume=-3.0),
}
MEDIAN_PITCH = 196.0  # Hz, of the voice on the 20 Harvard sentences: what a pitch in Hz is compared with

_NUMBER = r"(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})"
_RATE = re.compile(rf"([+-]?){_NUMBER}(%?)")
_PITCH = re.compile(rf"([+-]?){_NUMBER}(st|%|Hz)", re.IGNORECASE)
_VOLUME = re.compile(rf"([+-]?){_NUMBER}(dB|%?)", re.IGNORECASE)


class RefusedError(Exception):
    """What is wrong at the place where the parser is; `parse_ssml` adds line and column."""


def wanted(element: str, attribute: str, attributes: Mapping[str, str]) -> str:
    """Return an attribute that an element must have, or refuse the element."""
    if not attributes.get(attribute, "").strip():
        raise RefusedError(f'<{element}> without {attribute}; expected <{element} {attribute}="…">')
    return attributes[attribute]


def choice(attribute: str, value: str, choices: Mapping[str, T]) -> T:
    """Return what a name of a list stands for, or refuse it."""
    if value.strip() not in choices:
        raise RefusedError(f"{attribute} {value[:30]!r}; expected {', '.join(choices)}")
    return choices[value.strip()]


def time_factor(rate: str, now: float) -> float:
    """Return the time factor of a rate: a name, a part of the usual rate, or with a sign a change of the present."""
    if rate in RATES:
        return 1 / RATES[rate]
    match = _RATE.fullmatch(rate)
    if not match:
        raise RefusedError(f"rate {rate[:30]!r}; expected {', '.join(RATES)}, 120% or +20%")
    part = float(match[2]) / (100 if match[3] else 1)
    if match[1]:
        factor = 1 + (part if match[1] == "+" else -part)
        return now / max(factor, 1e-3)
    return 1 / max(part, 1e-3)


def semitones(pitch: str, now: float) -> float:
    """Return the semitones of a pitch: a name, Hz, or with a sign a change of the present one."""
    if pitch in PITCH_NAMES:
        return PITCH_NAMES[pitch]
    match = _PITCH.fullmatch(pitch)
    if not match or (match[3].lower() != "hz" and not match[1]):
        raise RefusedError(f"pitch {pitch[:30]!r}; expected {', '.join(PITCH_NAMES)}, +2st, -10% or 180Hz")
    amount = float(match[2]) * (-1 if match[1] == "-" else 1)
    unit = match[3].lower()
    if unit == "st":
        return now + amount
    if unit == "%":
        return now + _to_semitones(1 + amount / 100)
    if match[1]:
        return now + _to_semitones(1 + amount / (MEDIAN_PITCH * 2 ** (now / 12)))
    return _to_semitones(amount / MEDIAN_PITCH)


def _to_semitones(ratio: float) -> float:
    return 12 * math.log2(max(ratio, 1e-3))


def decibels(volume: str, now: float) -> float:
    """Return the dB of a volume: a name, 0 to 100, or with a sign a change of the present one."""
    if volume in VOLUME_NAMES:
        return VOLUME_NAMES[volume]
    match = _VOLUME.fullmatch(volume)
    if not match or (match[3].lower() == "db" and not match[1]):
        raise RefusedError(f"volume {volume[:30]!r}; expected {', '.join(VOLUME_NAMES)}, +6dB or 0 to 100")
    amount = float(match[2]) * (-1 if match[1] == "-" else 1)
    if match[3].lower() == "db":
        return now + amount
    if match[1]:
        return now + _to_decibels(1 + amount / 100)
    return _to_decibels(amount / 100)


def _to_decibels(ratio: float) -> float:
    return 20 * math.log10(ratio) if ratio > 0 else -math.inf
