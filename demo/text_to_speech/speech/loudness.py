"""Volume without clipping: a gain per mel frame, and a limiter that works on a stream.

The limiter turns the sound down where it would pass full scale. Its gain runs in straight lines from frame to frame and
falls one frame (12 ms) before a peak, so no peak is cut off; afterwards it rises by 1 dB a frame.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..inference.mel import HOP_LENGTH

CEILING = 0.99  # of full scale: the highest peak that the limiter lets pass
RECOVERY = 10 ** (1 / 20)  # the factor by which the limiter's gain may grow from frame to frame
SMOOTHED = 5  # width, in frames, of the ramp between two volumes


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
    """Applies gains to the audio of one sentence, chunk by chunk. The result does not depend on how it is cut.

    Args:
        gains: float [T], factors of the amplitude of the sentence's frames.

    Attributes:
        reduction: By how many dB the limiter has turned the sound down, at most.
    """

    def __init__(self, gains: NDArray[np.float64]) -> None:
        self.reduction = 0.0
        self._gains = gains
        # The vocoder itself never passes full scale.
        self._limits = bool((gains > 1.0).any())
        self._done = 0  # frames amplified
        # The gain of a frame depends on the peak of the next one, so the last frame of a chunk waits.
        self._held: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._knot = 1.0  # the limiter's gain at the start of the held frame

    def __call__(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Amplify a chunk, float32 [256·n].

        Where the limiter works and the sentence goes on, the last frame of the chunk comes with the next chunk.
        """
        if (self._gains == 1.0).all():
            return audio
        frames = audio.size // HOP_LENGTH
        louder = audio * self._curve(self._done, self._done + frames)
        self._done += frames
        if not self._limits:
            return louder
        ready = np.concatenate([self._held, louder])
        return self._limited(ready.reshape(-1, HOP_LENGTH), ends=self._done == self._gains.size)

    def _curve(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the gain of each sample from one frame to another: straight lines between the centres of frames."""
        centres = np.arange(self._gains.size) + 0.5
        samples = np.arange(start * HOP_LENGTH, stop * HOP_LENGTH) + 0.5
        return np.interp(samples / HOP_LENGTH, centres, self._gains).astype(np.float32)

    def _limited(self, frames: NDArray[np.float32], *, ends: bool) -> NDArray[np.float32]:
        """Limit all frames that are followed by another one, and the last one if the sentence ends with it.

        A knot is the gain at the border of two frames. It is as low as both frames need, and at most one step of
        recovery above the knot before it.

        Args:
            frames: float32 [n, 256].
            ends: Whether the sentence ends with the last frame.
        """
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
