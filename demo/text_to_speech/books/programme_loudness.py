"""Loudness of a whole programme by ITU-R BS.1770-4, and a gain that brings it to a target without passing a peak.

    meter = LoudnessMeter(22_050)
    for block in sound:
        meter.add(block)
    leveller = Leveller(gain=-18.0 - meter.loudness, peak=-1.0)
    for block in sound:
        write(leveller.process(block))
    write(leveller.flush())

Both work on a stream: of a book of twenty hours they keep ten numbers a second. The sound is mono; as the
recommendation has it, its loudness is that of one channel.
"""

from __future__ import annotations

import functools
import math
from array import array

import numpy as np
from numpy.typing import NDArray

SILENCE = (
    -70.0
)  # LUFS: blocks that are quieter do not count, and a programme without others has this loudness
RELATIVE_GATE = -10.0  # LU: blocks that are so much quieter than the mean of the others do not count
OFFSET = -0.691  # dB, so that a sine of 997 Hz has the loudness of its level
STEPS = 4  # a gating block of 400 ms is four steps of 100 ms

OVERSAMPLING = 4
PHASE_TAPS = 24  # taps of each phase of the interpolator
BLOCK = 1_024  # samples whose peak between the samples is looked for at once
FRAME = 256  # samples of one step of the limiter's gain
RECOVERY = 10 ** (0.5 / 20)  # the factor by which the limiter's gain may grow from frame to frame


class LoudnessMeter:
    """Measures the integrated loudness and the true peak of a mono sound that comes in pieces.

    Args:
        sample_rate: Samples per second.
    """

    def __init__(self, sample_rate: int) -> None:
        self._filter = _KWeighting(sample_rate)
        self._step = round(sample_rate / 10)
        self._energies = array("d")  # sums of squares of 100 ms each
        self._rest: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._peaks = _TruePeak()

    def add(self, audio: NDArray[np.float32]) -> None:
        """Take the next samples, float32 [n] in -1..1."""
        self._peaks.add(audio)
        self._collect(self._filter.process(audio))

    def _collect(self, weighted: NDArray[np.float32]) -> None:
        ready = np.concatenate([self._rest, weighted]) if self._rest.size else weighted
        count = ready.size // self._step
        steps = ready[: count * self._step].reshape(count, self._step)
        self._energies.extend(np.einsum("ij,ij->i", steps, steps, dtype=np.float64).tolist())
        self._rest = ready[count * self._step :].copy()

    @property
    def loudness(self) -> float:
        """The integrated loudness in LUFS, gated as the recommendation has it; -70 where there is only silence.

        What the filter still holds, up to half a second, does not count: read it at the end, after `finish`.
        """
        steps = np.frombuffer(self._energies, dtype=np.float64) if self._energies else np.zeros(0)
        if steps.size < STEPS:
            return SILENCE
        sums = np.convolve(steps, np.ones(STEPS), mode="valid")
        powers = sums / (STEPS * self._step)
        counted = powers[powers > _power(SILENCE)]
        if not counted.size:
            return SILENCE
        counted = counted[counted > counted.mean() * 10 ** (RELATIVE_GATE / 10)]
        return OFFSET + 10 * math.log10(float(counted.mean()))

    @property
    def true_peak(self) -> float:
        """The highest peak in dB of full scale, between the samples too; minus infinity for silence."""
        return 20 * math.log10(self._peaks.highest) if self._peaks.highest else -math.inf

    def finish(self) -> None:
        """End the sound, so that its last samples count."""
        self._peaks.add(np.zeros(PHASE_TAPS, dtype=np.float32))
        self._collect(self._filter.flush())


def _power(lufs: float) -> float:
    return 10 ** ((lufs - OFFSET) / 10)


class Leveller:
    """Applies one gain to a sound that comes in pieces, and turns peaks down that would pass a level.

    The gain of the limiter runs in straight lines from frame to frame. It has fallen when a peak comes, and rises by
    half a dB a frame of 256 samples afterwards.

    Args:
        gain: dB.
        peak: The highest true peak that is let pass, in dB of full scale.

    Attributes:
        reduction: By how many dB the limiter has turned the sound down so far, at most.
    """

    def __init__(self, *, gain: float, peak: float) -> None:
        self.reduction = 0.0
        self._factor = np.float32(10 ** (gain / 20))
        self._ceiling = 10 ** (peak / 20)
        self._held: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        # What was before the held samples, for peaks between the last of them and the first of the others.
        self._before: NDArray[np.float32] = np.zeros(PHASE_TAPS, dtype=np.float32)
        self._knot = 1.0

    def process(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples, float32 [n]; return those that are ready, which lag by up to two frames."""
        ready = np.concatenate([self._held, audio * self._factor])
        # The peak of a frame depends on samples after it, and its gain on the peak of the next one.
        count = (ready.size - PHASE_TAPS) // FRAME - 1
        if count <= 0:
            self._held = ready
            return np.zeros(0, dtype=np.float32)
        return self._take(ready, count)

    def flush(self) -> NDArray[np.float32]:
        """Return the samples that are left."""
        held, size = self._held, self._held.size
        frames = -(-size // FRAME)
        padded = np.concatenate([held, np.zeros((frames + 1) * FRAME + PHASE_TAPS - size, dtype=np.float32)])
        return self._take(padded, frames)[:size] if size else held

    def _take(self, ready: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """Return so many frames; one frame and the taps of the interpolator follow them."""
        size = count * FRAME
        seen = np.concatenate([self._before, ready[: size + FRAME + PHASE_TAPS]])
        limits = self._limits(seen, count + 1)
        taken = ready[:size]
        self._before = seen[size : size + PHASE_TAPS]
        self._held = ready[size:].copy()
        if self._knot == 1.0 and (limits == 1.0).all():
            return taken
        knots: NDArray[np.float64] = np.empty(count + 1)
        knots[0] = min(self._knot, limits[0])
        for k in range(count):
            knots[k + 1] = min(limits[k], limits[k + 1], knots[k] * RECOVERY, 1.0)
        self._knot = float(knots[-1])
        self.reduction = max(self.reduction, -20 * math.log10(float(knots.min())))
        ramp = np.arange(FRAME) / FRAME
        gains = knots[:-1, np.newaxis] + np.diff(knots)[:, np.newaxis] * ramp
        return (taken.reshape(count, FRAME) * gains).astype(np.float32).reshape(-1)

    def _limits(self, seen: NDArray[np.float32], frames: int) -> NDArray[np.float64]:
        """Return the gain that each frame may have at most, of samples that begin `PHASE_TAPS` before the first."""
        limits = np.ones(frames)
        inside = seen[PHASE_TAPS : PHASE_TAPS + frames * FRAME].reshape(frames, FRAME)
        loudest = np.abs(inside).max(axis=1)
        # A peak between the samples is not more than so many times as high as the samples around it.
        around = np.maximum(
            loudest, np.maximum(np.append(loudest[1:], 0.0), np.insert(loudest[:-1], 0, loudest[0]))
        )
        for k in np.flatnonzero(around * highest_overshoot() > self._ceiling):
            start = k * FRAME
            between = oversampled_peak(seen[start : start + FRAME + 2 * PHASE_TAPS])
            limits[k] = min(1.0, self._ceiling / max(between, float(loudest[k]), self._ceiling))
        return limits


class _TruePeak:
    """Finds the highest peak of a sound that comes in pieces, between the samples too."""

    def __init__(self) -> None:
        self.highest = 0.0
        self._before: NDArray[np.float32] = np.zeros(PHASE_TAPS, dtype=np.float32)

    def add(self, audio: NDArray[np.float32]) -> None:
        seen = np.concatenate([self._before, audio])
        self._before = seen[-PHASE_TAPS:].copy()
        magnitudes = np.abs(seen)
        for start in range(0, seen.size - PHASE_TAPS + 1, BLOCK):
            stop = start + BLOCK + PHASE_TAPS
            loudest = float(magnitudes[start:stop].max())
            # Most blocks cannot have a peak that is higher than the highest one so far.
            if loudest * highest_overshoot() > self.highest:
                between = oversampled_peak(seen[start:stop]) if stop - start >= PHASE_TAPS else 0.0
                self.highest = max(self.highest, loudest, between)


@functools.cache
def interpolator() -> NDArray[np.float32]:
    """Return the taps of a windowed sinc that interpolates four times, float32 [taps, 4 phases].

    The first phase is the samples themselves. BS.1770-4, annex 2, has a filter of 12 taps a phase as an example, which
    is out by up to 0.2 dB; this one has twice as many.
    """
    times = np.arange(PHASE_TAPS)[:, np.newaxis] - PHASE_TAPS // 2 + 1
    offsets = times - np.arange(OVERSAMPLING) / OVERSAMPLING
    window = np.i0(8.0 * np.sqrt(np.clip(1 - (offsets / (PHASE_TAPS / 2)) ** 2, 0, 1))) / np.i0(8.0)
    taps = np.sinc(offsets) * window
    scaled: NDArray[np.float32] = (taps / taps.sum(axis=0)).astype(np.float32)
    return scaled


@functools.cache
def highest_overshoot() -> float:
    """Return how many times as high as the samples around it a peak between samples can be at most."""
    return float(np.abs(interpolator()).sum(axis=0).max())


def oversampled_peak(audio: NDArray[np.float32]) -> float:
    """Return the highest magnitude of a piece of sound, float32 [n], between those samples that have taps around."""
    windows = np.lib.stride_tricks.sliding_window_view(audio, PHASE_TAPS)
    return float(np.abs(windows @ interpolator()[::1]).max())


class _KWeighting:
    """The two filters of BS.1770-4 as one impulse response, applied to a stream with the FFT.

    The response of the recursive filters has died away (1e-15) before the end of the taps, so the result is theirs.
    """

    def __init__(self, sample_rate: int) -> None:
        # A tenth of a second is four time constants of ln(10) of the high-pass at 38 Hz, and more.
        taps = 1 << math.ceil(math.log2(sample_rate * 0.15))
        self._size = 4 * taps
        self._overlap = taps - 1
        response = np.fft.irfft(_response(sample_rate, self._size), self._size)[:taps]
        self._spectrum = np.fft.rfft(response, self._size).astype(np.complex64)
        self._held: NDArray[np.float32] = np.zeros(self._overlap, dtype=np.float32)

    def process(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take samples; return the filtered ones that are ready."""
        held = np.concatenate([self._held, audio])
        hop = self._size - self._overlap
        found = []
        start = 0
        while held.size - start >= self._size:
            found.append(self._filtered(held[start : start + self._size]))
            start += hop
        self._held = held[start:].copy()
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)

    def flush(self) -> NDArray[np.float32]:
        """Return the filtered samples that are left."""
        left = self._held.size - self._overlap
        padded = np.zeros(self._size, dtype=np.float32)
        padded[: self._held.size] = self._held
        return self._filtered(padded)[:left]

    def _filtered(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        spectrum = np.fft.rfft(block) * self._spectrum
        found: NDArray[np.float32] = np.fft.irfft(spectrum, self._size)[self._overlap :].astype(
            np.float32, copy=False
        )
        return found


def _response(sample_rate: int, size: int) -> NDArray[np.complex128]:
    """Return the frequency response of the K-weighting, complex [size/2 + 1].

    BS.1770-4 gives coefficients for 48 kHz; for other rates the two filters are made anew from the frequency, the
    quality and the gain that those coefficients have (B. De Man, Evaluation of implementations of the EBU R128
    loudness measurement, AES 145, 2018).
    """
    k, quality, high = (
        math.tan(math.pi * 1681.974450955533 / sample_rate),
        0.7071752369554196,
        10 ** (3.999843853973347 / 20),
    )
    band = high**0.4996667741545416
    shelf = (
        (high + band * k / quality + k * k, 2 * (k * k - high), high - band * k / quality + k * k),
        (1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k),
    )
    k, quality = math.tan(math.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    scale = 1 + k / quality + k * k
    high_pass = ((scale, -2 * scale, scale), (scale, 2 * (k * k - 1), 1 - k / quality + k * k))
    delay = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = np.ones(size // 2 + 1, dtype=np.complex128)
    for above, below in (shelf, high_pass):
        response *= np.polynomial.polynomial.polyval(delay, above) / np.polynomial.polynomial.polyval(
            delay, below
        )
    return response
