"""Sample rates: sound goes from one to another, whole or as a stream of blocks.

Output sample n is the band-limited input at the time n / target_rate, so nothing is delayed. The low-pass filter is a
sinc in a Kaiser window (Kaiser 1974; Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/):
flat up to 0.91 of the lower rate's Nyquist frequency, 100 dB down from that frequency on.

    resampler = Resampler(44_100, 22_050)
    for block in blocks:
        play(resampler.process(block))
    play(resampler.flush())
"""

from __future__ import annotations

import functools
import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000  # samples per second that are accepted
PASS_BAND, STOP_BAND = 0.91, 1.0  # edges of the filter, in Nyquist frequencies of the lower rate
ATTENUATION = 100.0  # dB from the stop band on
KAISER_BETA = 0.1102 * (ATTENUATION - 8.7)
REACH = (ATTENUATION - 7.95) / (2.285 * np.pi * (STOP_BAND - PASS_BAND)) / 2  # samples of the lower rate, 71
LARGEST_BANK = 1 << 19  # weights (4 MB, or 8 with zeros); a filter bank that needs more is interpolated
LEAST_COLUMNS = 64  # outputs that are computed together, where the bank stays small: fewer cost more each
PRODUCT = 1 << 18  # multiplications of a matrix product that BLAS leaves to one thread
PHASES = 512  # of an interpolated filter bank, per sample of the lower rate: its error is below -105 dB
CHUNK = 1 << 18  # values that are gathered at once (1 or 2 MB)


class Resampler:
    """One sound on its way from one sample rate to another, block by block.

    The blocks joined are what `resample` returns for the whole, up to rounding, however the sound was cut. Memory does
    not grow with the length: what is kept are the samples under the filter, some milliseconds of sound. Samples
    outside the sound count as zero. Peaks may pass 1: between two samples the wave may be higher than both.

    Args:
        source_rate: Samples per second that come in, 1,000 to 768,000.
        target_rate: Samples per second that go out, 1,000 to 768,000.

    Raises:
        InputError: A rate is not a whole number of that range.
    """

    def __init__(self, source_rate: int, target_rate: int) -> None:
        for rate in (source_rate, target_rate):
            check_rate(rate)
        common = math.gcd(source_rate, target_rate)
        self._up, self._down = target_rate // common, source_rate // common
        self._begin()

    def _begin(self) -> None:
        self._bank = _filter_bank(self._up, self._down)
        self._taken = self._made = self._phase = 0
        self._buffer: NDArray[np.float32] = np.zeros(self._bank.before, dtype=np.float32)

    def process(self, block: NDArray[np.floating]) -> NDArray[np.float32]:
        """Take the next samples and return those of the new rate that can be known by now.

        Args:
            block: floating [n], n ≥ 0, finite.

        Returns:
            float32 [m], m ≥ 0.

        Raises:
            InputError: The block has several dimensions or another type.
        """
        block = np.asarray(block)
        if block.ndim != 1 or not np.issubdtype(block.dtype, np.floating):
            raise InputError(
                f"samples of type {block.dtype} and shape {block.shape}: expected floating point, one dimension"
            )
        self._taken += block.size
        self._buffer = np.concatenate([self._buffer, block], dtype=np.float32)
        made, used, self._phase = self._bank.apply(self._buffer, self._phase)
        self._buffer = self._buffer[used:].copy()
        self._made += made.size
        return made

    def flush(self) -> NDArray[np.float32]:
        """Return what is left when the sound has ended; the next block then begins another sound.

        Returns:
            float32 [m]. With those before they are ceil(samples · target_rate / source_rate): every moment n /
            target_rate before the end of the sound.
        """
        total = -(-self._taken * self._up // self._down)
        padded = np.concatenate([self._buffer, np.zeros(self._bank.after, dtype=np.float32)])
        rest = self._bank.apply(padded, self._phase)[0][: total - self._made]
        self._begin()
        return rest


def resample(audio: NDArray[np.floating], source_rate: int, target_rate: int) -> NDArray[np.float32]:
    """Change the sample rate of a whole sound.

    Args:
        audio: floating [L], finite.
        source_rate: Samples per second of the sound, 1,000 to 768,000.
        target_rate: Samples per second of the result, likewise.

    Returns:
        float32 [ceil(L · target_rate / source_rate)].

    Raises:
        InputError: A rate or the shape of the sound cannot be used.
    """
    resampler = Resampler(source_rate, target_rate)
    return np.concatenate([resampler.process(audio), resampler.flush()])


def check_rate(rate: int) -> None:
    """Raise InputError unless a sample rate is a whole number of 1,000 to 768,000."""
    if not isinstance(rate, int | np.integer) or not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise InputError(
            f"sample rate {rate}: expected a whole number of {LOWEST_RATE:,} to {HIGHEST_RATE:,} samples a second"
        )


class _FilterBank(Protocol):
    """The low-pass filter at the positions of the outputs.

    Attributes:
        before: Zeros that go in front of a sound, so that its first sample lies under the middle of the filter.
        after: Zeros that follow it, so that every output of the sound is reached.
    """

    before: int
    after: int

    def apply(self, samples: NDArray[np.float32], phase: int) -> tuple[NDArray[np.float32], int, int]:
        """Compute every output whose filter lies within the samples.

        Returns:
            The outputs; how many samples at the beginning are not needed any more; the phase of the next output.
        """


class _Same:
    """Both rates are one: samples pass as they are."""

    before = after = 0

    def apply(self, samples: NDArray[np.float32], phase: int) -> tuple[NDArray[np.float32], int, int]:
        return samples, samples.size, phase


class _Matrix:
    """Every `up` outputs come from the same filters, `down` samples further on: matrix products for all of them.

    A column of a matrix is the filter of one output, shifted to its place. The products are small, because BLAS spreads
    larger ones over threads that wait for each other: on a busy machine that costs several times as much.
    """

    def __init__(self, up: int, down: int) -> None:
        reach, offsets = _reach(up, down), np.arange(up) * down // up
        filters = _filters(np.arange(up) * down % up / up, up, down)
        columns = up
        while columns > 1 and columns * (columns * down // up + 2 * reach) > PRODUCT // 4:
            columns = -(-columns // 2)
        self._parts: list[tuple[int, NDArray[np.float64]]] = []
        for start in range(0, up, columns):
            part = filters[start : start + columns]
            at = offsets[start : start + columns] - offsets[start]
            matrix = np.zeros((int(at[-1]) + 2 * reach, len(part)))
            matrix[at[:, np.newaxis] + np.arange(2 * reach), np.arange(len(part))[:, np.newaxis]] = part
            self._parts.append((int(offsets[start]), matrix))
        self._rows = max(1, PRODUCT // max(matrix.size for _, matrix in self._parts))
        self._width, self._up, self._down = int(offsets[-1]) + 2 * reach, up, down
        self.before, self.after = reach - 1, self._width

    def apply(self, samples: NDArray[np.float32], phase: int) -> tuple[NDArray[np.float32], int, int]:
        if samples.size < self._width:
            return np.empty(0, dtype=np.float32), 0, phase
        # In single precision the result would depend, by 1e-6, on how many rows a product has.
        windows = np.lib.stride_tricks.sliding_window_view(samples, self._width)[:: self._down]
        made = np.empty((len(windows), self._up), dtype=np.float32)
        for start in range(0, len(windows), self._rows):
            rows, column = slice(start, start + self._rows), 0
            for offset, matrix in self._parts:
                width, count = matrix.shape
                window = windows[rows, offset : offset + width].astype(np.float64)
                made[rows, column : column + count] = window @ matrix
                column += count
        return made.reshape(-1), len(windows) * self._down, phase


class _Interpolated:
    """For ratios of large numbers (22,051 to 22,050): filters between two of a table lie on a straight line.

    The phase is the position of an output between two samples, in units of 1 / up, so that no error adds up.
    """

    def __init__(self, up: int, down: int) -> None:
        reach = _reach(up, down)
        # A filter that is stretched over more samples changes less from one phase to the next.
        self._phases = math.ceil(PHASES * min(1.0, up / down))
        table = _filters(np.arange(self._phases + 1) / self._phases, up, down)
        self._table, self._steps = table.astype(np.float32), np.diff(table, axis=0).astype(np.float32)
        self._up, self._down = up, down
        self.before, self.after = reach - 1, 2 * reach

    def apply(self, samples: NDArray[np.float32], phase: int) -> tuple[NDArray[np.float32], int, int]:
        width = self._table.shape[1]
        room = (samples.size - width + 1) * self._up - phase  # an output lies at (phase + n · down) / up
        count = max(0, -(-room // self._down))
        made = np.empty(count, dtype=np.float32)
        for start in range(0, count, CHUNK // width + 1):
            chunk = made[start : start + CHUNK // width + 1]
            whole, part = np.divmod(phase + (start + np.arange(chunk.size)) * self._down, self._up)
            index, between = np.divmod(part * self._phases, self._up)
            windows = np.lib.stride_tricks.sliding_window_view(samples, width)[whole]
            chunk[:] = np.einsum("nt,nt->n", windows, self._table[index])
            chunk += np.einsum("nt,nt->n", windows, self._steps[index]) * (between / self._up)
        used, phase = divmod(phase + count * self._down, self._up)
        return made, used, phase


@functools.lru_cache(maxsize=8)
def _filter_bank(up: int, down: int) -> _FilterBank:
    """Return the filter bank that suits a ratio; it holds nothing of a sound, so that many may share it."""
    if up == down:
        return _Same()
    for times in (-(-LEAST_COLUMNS // up), 1):
        if times * up * 2 * _reach(up, down) <= LARGEST_BANK:
            return _Matrix(times * up, times * down)
    return _Interpolated(up, down)


def _reach(up: int, down: int) -> int:
    """Return how many input samples the filter covers on either side of an output."""
    return math.ceil(REACH * max(1.0, down / up))


def _filters(fractions: NDArray[np.float64], up: int, down: int) -> NDArray[np.float64]:
    """Return the filters of outputs between two input samples.

    Args:
        fractions: float [n], 0..1, where each output lies between them.
        up: The target rate, and
        down: the source rate, both without common factor.

    Returns:
        float64 [n, 2 · reach], for the samples from `reach - 1` before to `reach` after; each filter sums to one, so
        that a constant stays one.
    """
    reach = _reach(up, down)
    distance = np.arange(1 - reach, reach + 1) - fractions[:, np.newaxis]
    cutoff = (PASS_BAND + STOP_BAND) / 2 * min(1.0, up / down)
    window = np.i0(KAISER_BETA * np.sqrt(np.clip(1.0 - (distance / reach) ** 2, 0.0, None)))
    filters = np.sinc(cutoff * distance) * window
    normalised: NDArray[np.float64] = filters / filters.sum(axis=1, keepdims=True)
    return normalised
