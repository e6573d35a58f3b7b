"""How pitch moves in an utterance and at its end: median and spread, the fall of statements, the rise of questions.

A contour is one value for each mel frame: Hz where speech is voiced, 0 where it is not. The end of an utterance is
the last half second of voiced frames, about the last foot of a sentence; pitch there is compared with the median of
the utterance, so that a deep voice and a high one are measured alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from text_to_speech.inference.length_regulator import frame_prosody, round_durations
from text_to_speech.inference.mel import FRAME_SECONDS, HOP_LENGTH, SAMPLE_RATE
from text_to_speech.text.symbols import PUNCTUATION

from .measures import VOICED

FINAL_SECONDS = 0.5
SEMITONES_PER_LOG = 12.0 / np.log(2.0)
# Where the pitch of a voice may lie, Hz. Half of these ranges each would let a tracker take one octave for the other.
F0_RANGES = {"female": (90.0, 500.0), "male": (55.0, 350.0)}
F0_WINDOW = 2_048  # samples: five periods of 55 Hz


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The end of an utterance.

    Attributes:
        level: How many semitones its mean pitch is above the median of the utterance.
        slope: How pitch moves there, semitones a second: a straight line through the voiced frames.
    """

    level: float
    slope: float


def contour(
    log_f0: NDArray[np.float32], voicing: NDArray[np.float32], durations: NDArray[np.generic]
) -> NDArray[np.float32]:
    """Lay the pitch of phonemes over mel frames, as the length regulator does when the voice speaks.

    Args:
        log_f0: float32 [N, 3], natural logarithm of Hz.
        voicing: float32 [N], 0..1.
        durations: [N], mel frames.

    Returns:
        float32 [T], Hz, 0 where unvoiced.
    """
    frames = round_durations(np.asarray(durations, np.float32))
    curves = frame_prosody(log_f0, voicing, np.zeros_like(voicing), frames)
    return np.where(curves[:, 1] > VOICED, np.exp(curves[:, 0]), 0.0).astype(np.float32)


def sounding(phonemes: str) -> NDArray[np.float32]:
    """Mark the sounds of a phoneme string with 1; marks, spaces and the boundaries around it with 0, float32 [N + 2].

    The pitch of a silence is what a network extrapolates, and nobody hears it.
    """
    return np.array([0, *(symbol not in PUNCTUATION for symbol in phonemes), 0], np.float32)


def ending(f0: NDArray[np.floating]) -> Ending | None:
    """Measure the end of an utterance, float [T] in Hz; None where fewer than four frames of it are voiced."""
    voiced = np.flatnonzero(f0 > 0)
    if not voiced.size:
        return None
    # Counted in voiced frames, so that a pause or a consonant does not shorten what is looked at.
    last = voiced[-round(FINAL_SECONDS / FRAME_SECONDS) :]
    if last.size < 4:
        return None
    semitones = SEMITONES_PER_LOG * np.log(f0[voiced].astype(np.float64))
    final = semitones[-last.size :]
    slope = np.polyfit(last * FRAME_SECONDS, final, 1)[0]
    return Ending(level=float(final.mean() - np.median(semitones)), slope=float(slope))


def median_and_spread(f0: NDArray[np.floating]) -> tuple[float, float]:
    """Return the median in Hz and the standard deviation in semitones of the voiced frames; NaN without any."""
    voiced = f0[f0 > 0].astype(np.float64)
    if not voiced.size:
        return float("nan"), float("nan")
    return float(np.median(voiced)), float(SEMITONES_PER_LOG * np.log(voiced).std())


def track(waveform: NDArray[np.float32], sex: str) -> NDArray[np.float64]:
    """Read the pitch of a waveform at 22,050 Hz with pYIN (Mauch and Dixon 2014), as librosa computes it.

    Args:
        waveform: float32 [L].
        sex: `female` or `male`, which says where the pitch may lie.

    Returns:
        float64 [about L / 256], Hz, 0 where unvoiced.
    """
    import librosa

    low, high = F0_RANGES[sex]
    f0, voiced, _ = librosa.pyin(
        waveform, fmin=low, fmax=high, sr=SAMPLE_RATE, frame_length=F0_WINDOW, hop_length=HOP_LENGTH
    )
    return np.where(voiced, np.nan_to_num(f0), 0.0)


def agreeing(
    tracked: NDArray[np.floating], intended: NDArray[np.floating]
) -> tuple[NDArray[np.float64], int]:
    """Keep the frames of a tracked pitch that were meant to be voiced and lie within half an octave of what was meant.

    A tracker takes an octave for another in one frame of a hundred, and one such frame counts as much in a standard
    deviation as twenty others.

    Args:
        tracked: float [T], Hz, 0 where unvoiced.
        intended: float [T'], likewise; what is longer is cut.

    Returns:
        The tracked pitch, 0 in all other frames, and how many voiced frames were more than half an octave off.
    """
    frames = min(tracked.size, intended.size)
    heard, meant = tracked[:frames].astype(np.float64), intended[:frames].astype(np.float64)
    voiced = (heard > 0) & (meant > 0)
    octaves = np.abs(np.log2(np.where(voiced, heard, 1.0) / np.where(voiced, meant, 1.0)))
    return np.where(voiced & (octaves <= 0.5), heard, 0.0), int((voiced & (octaves > 0.5)).sum())
