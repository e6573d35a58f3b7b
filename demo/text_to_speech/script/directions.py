"""Directions to the voice: the manner of a whole text, the delivery of words, pauses, marks, and their bounds."""

from __future__ import annotations

import math
import numbers
import re
import reprlib
from dataclasses import dataclass
from typing import Any, TypedDict

from ..errors import InputError

# The bounds of each direction: alpha as a multiple of the usual duration, pitch in semitones, volume in dB.
ALPHAS = (0.5, 2.0)
PITCHES = (-12.0, 12.0)
VOLUMES = (-60.0, 20.0)

# Seconds.
LONGEST_PAUSE = 60.0

# Seconds between two sentences and between two paragraphs, where the text does not ask for another pause.
SENTENCE_PAUSE = 0.40
PARAGRAPH_PAUSE = 0.75

# Seconds, at most, where a sentence is spoken before all of it has come.
CLAUSE_PAUSE = 0.15

# A speed and an alpha that mean the same may differ by rounding.
_AGREEMENT = 1e-6

_TIME = re.compile(r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}) ?(ms|s)")


@dataclass(frozen=True)
class Delivery:
    """The way in which a word is spoken, relative to the voice's usual way.

    Attributes:
        alpha: Duration as a multiple of the usual one.
        pitch: Shift of the pitch in semitones: from the voice's median F0, or from `f0` and `f0_shift` where these are
            given.
        volume: Gain in dB; minus infinity is silence.
        f0: Fundamental frequency (F0) in Hz that replaces the voice's median; None for the median.
        f0_shift: Hz that are added to the median before the pitch is shifted; 0 where `f0` is given.

    Example:
        Delivery(pitch=1.0, f0=180.0).resolved(median_f0=196.0)  # pitch is now -0.47 semitones
    """

    alpha: float = 1.0
    pitch: float = 0.0
    volume: float = 0.0
    f0: float | None = None
    f0_shift: float = 0.0

    def under(self, outer: Delivery) -> Delivery:
        """Return this delivery inside another one.

        Durations are multiplied, pitch and volume are added. An F0 in Hz of the inner delivery replaces the outer one.
        """
        own_f0 = self.f0 is not None or self.f0_shift != 0.0
        return Delivery(
            self.alpha * outer.alpha,
            self.pitch + outer.pitch,
            self.volume + outer.volume,
            *((self.f0, self.f0_shift) if own_f0 else (outer.f0, outer.f0_shift)),
        )

    def resolved(self, median_f0: float) -> Delivery:
        """Return the delivery whose pitch says the same relative to a voice's median F0 in Hz."""
        f0 = median_f0 if self.f0 is None else self.f0
        return Delivery(self.alpha, self.pitch + semitones_of((f0 + self.f0_shift) / median_f0), self.volume)

    def bounded(self) -> Delivery:
        """Return the nearest delivery within `ALPHAS`, `PITCHES` and `VOLUMES`; silence stays silence.

        What is relative to an F0 in Hz may be twice as far from it: where it is within the bounds, the voice decides.
        """
        widest = 1 if self.f0 is None and not self.f0_shift else 2
        silent = self.volume == -math.inf
        return Delivery(
            _clamped(self.alpha, ALPHAS),
            _clamped(self.pitch, (widest * PITCHES[0], widest * PITCHES[1])),
            self.volume if silent else _clamped(self.volume, VOLUMES),
            self.f0,
            self.f0_shift,
        )

    def __str__(self) -> str:
        return f"{1 / self.alpha:.0%} of its rate, {self.pitch:+.1f} semitones, {self.volume:+.1f} dB"


def semitones_of(ratio: float) -> float:
    """Return the semitones between two frequencies whose ratio is given; a ratio below 0.001 counts as 0.001."""
    return 12 * math.log2(max(ratio, 1e-3))


def _clamped(value: float, bounds: tuple[float, float]) -> float:
    least, most = bounds
    return min(max(value, least), most)


class MannerOptions(TypedDict, total=False):
    """The attributes of `Manner` as keywords, for functions that take them directly."""

    alpha: float
    speed: float | None
    pitch: float
    volume: float
    pause_sentence: float
    pause_paragraph: float


@dataclass(frozen=True)
class Manner:
    """The manner in which a whole text is spoken. It is combined with the directions in the text.

    Where both together ask for more than the voice can do, they are kept to its bounds.

    Attributes:
        alpha: Duration of the speech as a multiple of the usual one, 0.5..2.0: the larger, the slower. Pauses between
            sentences keep their length.
        speed: The inverse of alpha, 0.5..2.0: the larger, the faster. Give either of the two.
        pitch: Shift of the pitch in semitones, -12..12.
        volume: Gain in dB, -60..20. Sound that would exceed full scale is turned down and never clipped.
        pause_sentence: Seconds of silence between two sentences, 0..60.
        pause_paragraph: Seconds of silence between two paragraphs, 0..60.

    Raises:
        InputError: A number is out of range, or alpha and speed contradict each other.

    Example:
        Manner(speed=1.25, pitch=2)
    """

    alpha: float = 1.0
    speed: float | None = None
    pitch: float = 0.0
    volume: float = 0.0
    pause_sentence: float = SENTENCE_PAUSE
    pause_paragraph: float = PARAGRAPH_PAUSE

    def __post_init__(self) -> None:
        check_alpha(self.alpha)
        if self.speed is not None:
            check_speed(self.speed)
            # A manner that was made from another one has both, and they agree.
            if self.alpha != 1.0 and abs(self.alpha * self.speed - 1.0) > _AGREEMENT:
                raise InputError(f"alpha {self.alpha:g} and speed {self.speed:g}: expected one of the two")
            object.__setattr__(self, "alpha", 1.0 / self.speed)
        check_pitch(self.pitch)
        check_volume(self.volume)
        check_pause(self.pause_sentence)
        check_pause(self.pause_paragraph)

    @property
    def delivery(self) -> Delivery:
        """The delivery that the manner adds to every word."""
        return Delivery(self.alpha, self.pitch, self.volume)

    def changed(self, options: MannerOptions) -> Manner:
        """Return this manner with other values for some attributes; either of alpha and speed replaces both.

        Raises:
            InputError: See `Manner`; or an option has another name.
        """
        own: dict[str, Any] = {name: getattr(self, name) for name in MannerOptions.__annotations__}
        if unknown := sorted(options.keys() - own.keys()):
            raise InputError(f"{unknown[0]}: expected one of {', '.join(own)}")
        # Of alpha and speed, the one that is given replaces both.
        if "speed" in options or "alpha" in options:
            own |= {"alpha": 1.0, "speed": None}
        own.update(options)
        return Manner(**own)


@dataclass(frozen=True)
class Pause:
    """A pause at an offset of a script's text. It replaces the default pause at that point.

    Attributes:
        at: Offset in the text.
        seconds: Length of the silence; 0 removes the default pause.
    """

    at: int
    seconds: float


@dataclass(frozen=True)
class Mark:
    """An SSML mark: a name for an offset of a script's text, which is reported with its time in the speech.

    Attributes:
        at: Offset in the text.
        name: The name.
    """

    at: int
    name: str


def parse_time(written: str) -> float:
    """Return the seconds of a pause such as "0.5s" or "500ms".

    Raises:
        InputError: The text is not a time, or longer than 60 seconds.
    """
    match = _TIME.fullmatch(written)
    if not match:
        raise InputError(f"pause {written!r}: expected seconds or milliseconds, as in 0.5s or 500ms")
    seconds = float(match[1]) / (1000 if match[2] == "ms" else 1)
    check_pause(seconds)
    return seconds


def check_alpha(alpha: float) -> None:
    """Raise InputError unless 0.5 <= alpha <= 2.0."""
    least, most = ALPHAS
    if not _is_number(alpha) or not least <= alpha <= most:
        raise InputError(f"alpha {_shown(alpha)}: expected a number from {least} (fast) to {most} (slow)")


def check_speed(speed: float) -> None:
    """Raise InputError unless 0.5 <= speed <= 2.0."""
    least, most = 1 / ALPHAS[1], 1 / ALPHAS[0]
    if not _is_number(speed) or not least <= speed <= most:
        raise InputError(f"speed {_shown(speed)}: expected a number from {least} (slow) to {most} (fast)")


def check_pitch(semitones: float) -> None:
    """Raise InputError unless the shift of the pitch is -12 to 12 semitones."""
    least, most = PITCHES
    if not _is_number(semitones) or not least <= semitones <= most:
        raise InputError(f"pitch {_shown(semitones)}: expected {least:g} to {most:g} semitones")


def check_volume(decibels: float) -> None:
    """Raise InputError unless the volume is -60 to 20 dB."""
    least, most = VOLUMES
    if not _is_number(decibels) or not least <= decibels <= most:
        raise InputError(f"volume {_shown(decibels)}: expected {least:g} to {most:g} dB")


def check_pause(seconds: float) -> None:
    """Raise InputError unless the pause is 0 to 60 seconds."""
    if not _is_number(seconds) or not 0 <= seconds <= LONGEST_PAUSE:
        raise InputError(f"pause of {_shown(seconds)} s: expected 0 to {LONGEST_PAUSE:g} seconds")


def _is_number(value: Any) -> bool:
    """Tell whether a value is a finite number; True and False do not count as numbers."""
    is_real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_real and bool(-math.inf < value < math.inf)


def _shown(value: Any) -> str:
    """Return a value in the form in which an error names it: numbers in short, other values as a short repr."""
    try:
        return f"{float(value):g}" if _is_number(value) else reprlib.repr(value)
    except OverflowError:
        return "of very many digits"
