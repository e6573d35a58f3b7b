"""Pitch of a waveform by normalised cross-correlation near a contour that is known already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from text_to_speech.inference.mel import HOP_LENGTH, SAMPLE_RATE

WINDOW = 640  # samples (29 ms): two periods of the lowest voice
SEARCH = 1.19  # three semitones to either side of the contour
LEAST_HZ, MOST_HZ = 70.0, 500.0
BLOCK = 512  # frames at a time


def measure_pitch(
    waveform: NDArray[np.float32], contour: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Measure the pitch of every mel frame, at the frame's centre.

    The same stretch of sound is compared with itself one period later, as RAPT does (Talkin 1995), but only near a
    contour that is roughly right, so that no octave is mistaken and no path has to be searched.

    Args:
        waveform: float32 [256·T].
        contour: float32 [T], Hz > 0, right to three semitones where the sound is voiced.

    Returns:
        Pitch float32 [T] in Hz, and the correlation float32 [T], -1..1: how periodic the sound is there.
    """
    longest = int(np.ceil(SAMPLE_RATE / LEAST_HZ * SEARCH)) + 2
    length = WINDOW + longest
    padded = np.pad(waveform.astype(np.float64), length)
    pitch, periodicity = np.empty_like(contour), np.empty_like(contour)
    for start in range(0, len(contour), BLOCK):
        frames = np.arange(start, min(start + BLOCK, len(contour)))
        hz = np.clip(contour[frames], LEAST_HZ, MOST_HZ)
        halves = np.rint((WINDOW + SAMPLE_RATE / hz) / 2).astype(np.int64)
        starts = frames * HOP_LENGTH + HOP_LENGTH // 2 + length - halves
        pieces = padded[starts[:, np.newaxis] + np.arange(length + 1)]
        pitch[frames], periodicity[frames] = _best_lags(pieces, hz, longest)
    return pitch, periodicity


def _best_lags(
    pieces: NDArray[np.float64], hz: NDArray[np.float32], longest: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the lag of the highest correlation of each piece, refined by a parabola."""
    size = 1 << (pieces.shape[1] + WINDOW).bit_length()
    head = pieces[:, :WINDOW]
    spectrum = np.fft.rfft(pieces, size) * np.conj(np.fft.rfft(head, size))
    products = np.fft.irfft(spectrum, size)[:, : longest + 1]
    squares = np.cumsum(np.pad(pieces**2, ((0, 0), (1, 0))), axis=1)
    powers = squares[:, WINDOW : WINDOW + longest + 1] - squares[:, : longest + 1]
    correlation = products / np.sqrt(powers[:, :1] * powers + 1e-9)
    lags = np.arange(longest + 1)
    period = SAMPLE_RATE / hz[:, np.newaxis]
    allowed = (lags > period / SEARCH) & (lags < period * SEARCH) & (lags < longest)
    best = np.argmax(np.where(allowed, correlation, -2.0), axis=1)
    rows = np.arange(len(best))
    before, peak, after = (correlation[rows, best + step] for step in (-1, 0, 1))
    curve = before - 2 * peak + after
    shift = np.where(curve < -1e-9, 0.5 * (before - after) / np.minimum(curve, -1e-9), 0.0)
    return SAMPLE_RATE / (best + np.clip(shift, -0.5, 0.5)), peak
