"""Samples of a waveform: what may be written or played, and how floating point becomes 16 bits."""

from __future__ import annotations

import operator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError

FULL_SCALE = 32_767  # the 16-bit sample of 1.0
HIGHEST_RATE = 1_000_000  # samples per second


def mono(audio: ArrayLike) -> NDArray[np.float32]:
    """Check one channel of samples, and clip them to -1..1.

    Args:
        audio: [L], or [L, 1] and [1, L]; floating point of any width.

    Returns:
        float32 [L].

    Raises:
        InputError: There are several channels, the samples are not floating point (16-bit samples must be divided
            by 32,768 before), or some are NaN or infinite.
    """
    try:
        samples = np.asarray(audio)
    except ValueError as error:
        raise InputError(f"waveform: expected one array of samples, got {type(audio).__name__}") from error
    if samples.dtype.kind != "f":
        raise InputError(
            f"waveform of type {samples.dtype}: expected floating point in -1..1;"
            " divide 16-bit samples by 32,768"
        )
    if samples.ndim == 0 or samples.size not in (0, max(samples.shape)):
        raise InputError(f"waveform of shape {list(samples.shape)}: expected [L], one channel")
    if not np.isfinite(samples).all():
        raise InputError("waveform holds NaN or infinity: expected numbers in -1..1")
    clipped: NDArray[np.floating] = np.clip(samples, -1.0, 1.0)
    return clipped.reshape(-1).astype(np.float32, copy=False)


def to_pcm16(audio: NDArray[np.float32]) -> NDArray[np.int16]:
    """Round samples of -1..1, such as those from `mono`, to 16-bit ones."""
    return np.rint(audio * FULL_SCALE).astype(np.int16)


def check_sample_rate(sample_rate: int) -> None:
    """Raise InputError unless a sample rate is a whole number from 1 to 1,000,000."""
    try:
        rate = operator.index(sample_rate)
    except TypeError:
        rate = 0
    if not 1 <= rate <= HIGHEST_RATE:
        raise InputError(f"sample rate {sample_rate!r}: expected a whole number of samples per second")
