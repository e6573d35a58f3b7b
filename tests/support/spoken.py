"""An utterance as training/kokoro.py gives it, without Kokoro."""

from __future__ import annotations

import numpy as np

import kokoro


def spoken(seconds: float, *, hz: float = 120.0) -> kokoro.Speech:
    """An utterance of Kokoro's kind: pulses at its source's phase, unvoiced in the middle."""
    frames = round(seconds * kokoro.FRAMES_PER_SECOND)
    f0 = (hz * (1 + 0.2 * np.sin(np.arange(frames) / 25))).astype(np.float32)
    f0[frames // 2 : frames // 2 + 20] = 4.0
    periods = np.cumsum(f0, dtype=np.float64) / kokoro.FRAMES_PER_SECOND
    at = np.interp((np.arange(frames * 300) + 0.5) / 300 - 0.5, np.arange(frames), periods)
    audio = np.repeat(f0 > 10, 300) * 0.02 * sum(np.cos(2 * np.pi * n * at) for n in range(1, 11))
    units = np.full(frames // 2, 1, np.int64)
    return kokoro.Speech(
        units, units.astype(np.float32), f0, f0, audio.astype(np.float32), (periods % 1).astype(np.float32)
    )
