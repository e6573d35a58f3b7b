"""The length regulator: from values per phoneme to values per mel frame.

It works between the two ForwardTacotron graphs, in NumPy, so that durations, pitch and energy can be changed on the
way. Training calls the same functions, so that the model sees in use exactly what it learnt from. The idea is that of
FastSpeech (Ren et al. 2019, https://arxiv.org/abs/1905.09263); the prosody contour per frame is our own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

# Where in a phoneme its three values of log-F0 are.
PITCH_POINTS = (1 / 6, 1 / 2, 5 / 6)
# Log-F0, voicing, energy, position in the phoneme, log of the phoneme's frames.
PROSODY_CHANNELS = 5


def round_durations(durations: NDArray[np.floating]) -> NDArray[np.int64]:
    """Turn predicted durations into whole frames without losing time on the way.

    The running total is rounded, not each value. So the end of every phoneme is right to half a frame, as long as no
    phoneme had to be lengthened to the one frame that each gets at least.

    Args:
        durations: float [N], mel frames, ≥ 0.

    Returns:
        int64 [N], mel frames, each ≥ 1.

    Raises:
        InputError: A duration is negative, infinite or NaN.
    """
    exact = np.asarray(durations, dtype=np.float64)
    if not np.isfinite(exact).all() or (exact < 0).any():
        raise InputError("durations hold negative, NaN or infinite values: expected frames ≥ 0")
    ends = np.rint(np.cumsum(exact)).astype(np.int64)
    steps = np.arange(1, ends.size + 1)
    # Every phoneme gets a frame: each end lies at least one frame after the one before it, which is the same as a
    # running maximum of (end − index).
    ends = np.maximum.accumulate(ends - steps) + steps if ends.size else ends
    ends = np.maximum(ends, steps)
    return np.diff(ends, prepend=0).astype(np.int64)


def regulate_length(embeddings: NDArray[np.float32], durations: NDArray[np.int64]) -> NDArray[np.float32]:
    """Repeat each phoneme's embedding for as many frames as the phoneme lasts.

    Args:
        embeddings: float32 [N, E].
        durations: int64 [N], mel frames.

    Returns:
        float32 [T, E], T the sum of the durations.

    Raises:
        InputError: The two lengths differ or a duration is negative.
    """
    if len(embeddings) != len(durations):
        raise InputError(
            f"{len(embeddings)} embeddings and {len(durations)} durations: expected as many of each"
        )
    if (durations < 0).any():
        raise InputError("durations hold negative values: expected frames ≥ 0")
    return np.repeat(embeddings, durations, axis=0)


def frame_prosody(
    log_f0: NDArray[np.float32],
    voicing: NDArray[np.float32],
    energy: NDArray[np.float32],
    durations: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Spread the prosody of the phonemes over the mel frames.

    Log-F0 runs in straight lines through the points of `PITCH_POINTS` and is held at both ends; voicing and energy
    stay constant within a phoneme. Frame `t` is taken at its centre, `t + 0.5`.

    Args:
        log_f0: float32 [N, 3], natural logarithm of F0 in Hz.
        voicing: float32 [N], 0..1.
        energy: float32 [N], natural logarithm of the mean mel magnitude.
        durations: int64 [N], mel frames.

    Returns:
        float32 [T, 5]: log-F0, voicing, energy, position in the phoneme 0..1, log of the phoneme's frames.
    """
    starts = np.cumsum(durations) - durations
    total = int(durations.sum())
    knots = (starts[:, np.newaxis] + durations[:, np.newaxis] * np.asarray(PITCH_POINTS)).ravel()
    centres = np.arange(total) + 0.5
    frames = np.repeat(durations, durations).astype(np.float32)
    prosody = np.empty((total, PROSODY_CHANNELS), dtype=np.float32)
    prosody[:, 0] = np.interp(centres, knots, np.asarray(log_f0, dtype=np.float64).ravel())
    prosody[:, 1] = np.repeat(voicing, durations)
    prosody[:, 2] = np.repeat(energy, durations)
    prosody[:, 3] = (centres - np.repeat(starts, durations)) / np.maximum(frames, 1.0)
    prosody[:, 4] = np.log(np.maximum(frames, 1.0))
    return prosody
