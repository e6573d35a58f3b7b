"""Louder and softer without clipping: a gain per mel frame, and a limiter that works on a stream.

The limiter turns down, for as long as needed, what would pass full scale. Its gain runs in straight lines from frame
to frame and falls one frame (12 ms) ahead, so nothing is ever cut off; it comes back at 1 dB a frame.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..inference.mel import HOP_LENGTH

CEILING = 0.99  # of full scale, where the limiter holds
RECOVERY = 10 ** (1 / 20)  # by which the limiter's gain may grow from frame to frame
SMOOTHED = 5  # frames over which one volume goes over into the next


def frame_gains(volumes: NDArray[np.float64], durations: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the gain of each frame, with ramps where the volume changes.

    Args:
        volumes: float [N], dB of each phoneme.
        durations: int64 [N], mel frames of each phoneme, T in all.

    Returns:
        float [T], factors of the amplitude.
    """
    gains = np.repeat(10 ** (volumes / 20), durations)
    padded = np.pad(gains, SMOOTHED // 2, mode="edge")
    return np.convolve(padded, np.full(SMOOTHED, 1 / SMOOTHED), mode="valid")


class Amplifier:
    """Applies gains to the audio of one utterance, chunk by chunk; the chunks joined do not depend on where it was cut.

    Attributes:
        reduction: By how many dB the limiter had to turn down, at most.
    """

    def __init__(self, gains: NDArray[np.float64]) -> None:
        """Take the gains of the utterance's frames, float [T]."""
        self.reduction = 0.0
        self._gains = gains
        self._limits = bool((gains > 1.0).any())  # the vocoder itself never passes full scale
        self._done = 0  # frames amplified
        self._held: NDArray[np.float32] = np.zeros(
            0, dtype=np.float32
        )  # the last frame waits for the next one
        self._knot = 1.0  # the limiter's gain at the start of the held frame

    def __call__(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Amplify a chunk, float32 [256·n]; when there is more to come, its last frame comes with the next chunk."""
        if (self._gains == 1.0).all():
            return audio
        frames = audio.size // HOP_LENGTH
        louder = audio * self._curve(self._done, self._done + frames)
        self._done += frames
        if not self._limits:
            return louder
        ready = np.concatenate([self._held, louder])
        return self._limited(ready.reshape(-1, HOP_LENGTH), ends=self._done == self._gains.size)

    def _curve(self, first: int, last: int) -> NDArray[np.float32]:
        """Return the gain of each sample of some frames."""
        centres = np.arange(self._gains.size) + 0.5
        samples = np.arange(first * HOP_LENGTH, last * HOP_LENGTH) + 0.5
        return np.interp(samples / HOP_LENGTH, centres, self._gains).astype(np.float32)

    def _limited(self, frames: NDArray[np.float32], *, ends: bool) -> NDArray[np.float32]:
        """Limit all frames that are followed by another one, and the last if the utterance ends with it."""
        peaks = np.abs(frames).max(axis=1)
        limits = np.minimum(1.0, CEILING / np.maximum(peaks, CEILING))
        following = np.append(limits[1:], 1.0)
        count = len(frames) if ends else len(frames) - 1
        knots: NDArray[np.float64] = np.empty(count + 1)
        if not self._held.size:
            self._knot = float(limits[0])
        knots[0] = self._knot
        for k in range(count):
            knots[k + 1] = min(limits[k], following[k], knots[k] * RECOVERY)
        self._knot, self._held = float(knots[-1]), frames[count:].reshape(-1)
        self.reduction = max(self.reduction, -20 * float(np.log10(np.min(knots))))
        ramp = np.arange(HOP_LENGTH) / HOP_LENGTH
        gain = knots[:-1, np.newaxis] + np.diff(knots)[:, np.newaxis] * ramp
        return (frames[:count] * gain).astype(np.float32).reshape(-1)
