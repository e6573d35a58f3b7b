"""The mel spectrogram contract: its constants, and the analysis of a waveform into it.

Every acoustic model and vocoder of this repository uses this one spectrogram, on which HiFi-GAN was trained (Kong et
al. 2020, https://arxiv.org/abs/2010.05646; repository jik876/hifi-gan, meldataset.py).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

SAMPLE_RATE = 22_050  # samples per second
N_FFT = 1_024  # samples; also the length of the Hann window
HOP_LENGTH = 256  # samples between two mel frames
N_MELS = 80  # mel bands (Slaney scale and normalisation)
F_MIN, F_MAX = 0.0, 8_000.0  # Hz, the outer edges of the bands
LOG_FLOOR = 1e-5  # magnitudes are clamped here before the natural logarithm
FRAME_SECONDS = HOP_LENGTH / SAMPLE_RATE  # 11.61 ms
HZ_PER_MEL, LOG_FROM_MEL, LOG_STEP = 200 / 3, 15.0, float(np.log(6.4)) / 27  # of the Slaney scale
PADDING = (N_FFT - HOP_LENGTH) // 2  # samples by which the sound is mirrored at either end
# Frames that are analysed at once (1.5 s): always so many, so that results agree bit by bit.
BLOCK_FRAMES = 128
LARGEST_SAMPLE = 1e6  # a sound beyond this is damaged, and its power might not be finite
SILENCE = float(np.log(LOG_FLOOR))  # the value of every band in digital silence


@functools.lru_cache(maxsize=1)
def mel_filters() -> NDArray[np.float32]:
    """Return the mel filter bank, float32 [80, 513]: triangles of equal area on the Slaney scale.

    Source: Slaney 1998, Auditory Toolbox version 2, Interval Technical Report 1998-010. The scale is linear below
    1,000 Hz and logarithmic above.
    """
    mels = np.linspace(_hz_to_mel(F_MIN), _hz_to_mel(F_MAX), N_MELS + 2)
    edges = np.where(
        mels < LOG_FROM_MEL, mels * HZ_PER_MEL, 1_000.0 * np.exp((mels - LOG_FROM_MEL) * LOG_STEP)
    )
    low, centre, high = (edges[start : start + N_MELS, np.newaxis] for start in range(3))
    bins = np.arange(N_FFT // 2 + 1) * SAMPLE_RATE / N_FFT
    triangles = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    filters: NDArray[np.float32] = (np.maximum(triangles, 0.0) * 2.0 / (high - low)).astype(np.float32)
    return filters


def _hz_to_mel(hz: float) -> float:
    return hz / HZ_PER_MEL if hz < 1_000.0 else LOG_FROM_MEL + float(np.log(hz / 1_000.0)) / LOG_STEP


@functools.lru_cache(maxsize=1)
def hann_window() -> NDArray[np.float32]:
    """Return the periodic Hann window, float32 [1024]."""
    phase = 2.0 * np.pi * np.arange(N_FFT) / N_FFT
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def mel_spectrogram(waveform: NDArray[np.floating]) -> NDArray[np.float32]:
    """Analyse a waveform as HiFi-GAN expects it.

    Args:
        waveform: floating [L], -1..1, 22,050 Hz, mono, L ≥ 512.

    Returns:
        float32 [1, 80, L // 256], the natural logarithm of the mel magnitudes, clamped at 1e-5.

    Raises:
        InputError: The waveform is not one-dimensional, is too short, is not floating point, or holds NaN, infinite
            or very large values.
    """
    waveform = _checked(waveform)
    step = BLOCK_FRAMES * HOP_LENGTH
    blocks = (waveform[start : start + step] for start in range(0, waveform.size, step))
    mel = np.empty((1, N_MELS, waveform.size // HOP_LENGTH), dtype=np.float32)
    done = 0
    for piece in mel_blocks(blocks):
        mel[:, :, done : done + piece.shape[2]] = piece
        done += piece.shape[2]
    return mel


def mel_blocks(blocks: Iterable[NDArray[np.floating]]) -> Iterator[NDArray[np.float32]]:
    """Analyse a waveform that comes in blocks; memory does not grow with its length.

    The pieces joined are what `mel_spectrogram` returns for the whole, bit by bit, however the waveform was cut.

    Args:
        blocks: floating [n] each, n ≥ 0, which joined are a waveform as `mel_spectrogram` takes it.

    Yields:
        float32 [1, 80, 128], the last one [1, 80, 1..128].

    Raises:
        InputError: A block cannot be used (when its turn comes), or the waveform was too short (at its end).

    Example:
        >>> for audio in vocoder.stream(mel_blocks(recording_blocks("talk.flac"))):
        ...     file.write(audio)
    """
    step = BLOCK_FRAMES * HOP_LENGTH
    waiting: NDArray[np.float32] = np.empty(0, dtype=np.float32)
    for piece in _mirrored(blocks):
        waiting = np.concatenate([waiting, piece])
        while waiting.size >= step + N_FFT - HOP_LENGTH:
            yield _analyse(waiting[: step + N_FFT - HOP_LENGTH])
            waiting = waiting[step:]
    if waiting.size >= N_FFT:
        yield _analyse(waiting)


def _mirrored(blocks: Iterable[NDArray[np.floating]]) -> Iterator[NDArray[np.float32]]:
    """Continue a waveform by its mirror image at either end, 384 samples without the outermost one."""
    size = 0
    # The samples that the mirror image is made of: at the beginning none has gone out, later the last ones.
    kept: NDArray[np.float32] = np.empty(0, dtype=np.float32)
    for block in blocks:
        block = _checked(block)
        began = size > PADDING
        size += block.size
        kept = np.concatenate([kept, block], dtype=np.float32)
        if began:
            yield kept[kept.size - block.size :]
        elif size > PADDING:
            yield np.concatenate([kept[PADDING:0:-1], kept])
        if size > PADDING:
            kept = kept[-PADDING - 1 :].copy()
    if size < 2 * HOP_LENGTH:
        raise InputError(f"waveform of {size} samples: expected at least {2 * HOP_LENGTH}")
    yield kept[-2::-1]


def _checked(samples: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the samples of a waveform, floating [n], or raise InputError."""
    samples = np.asarray(samples)
    if samples.ndim != 1 or not np.issubdtype(samples.dtype, np.floating):
        raise InputError(
            f"waveform of type {samples.dtype} and shape {list(samples.shape)}: expected floating point, one dimension"
        )
    largest = max(samples.max(initial=0.0), -samples.min(initial=0.0))
    # NaN compares as false.
    if not largest <= LARGEST_SAMPLE:
        what = f"a sample of {largest:.3g}" if np.isfinite(largest) else "NaN or infinite values"
        raise InputError(f"waveform holds {what}: expected finite samples between -1 and 1")
    return samples


def _analyse(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mel spectrogram of mirrored samples, float32 [1, 80, T]."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, N_FFT)[::HOP_LENGTH]
    spectrum = np.fft.rfft(frames * hann_window(), axis=1)
    magnitude = np.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-9).astype(np.float32)
    # The filters are almost all zeros; a matrix product would also be spread over threads that wait for each other.
    bins, weights, starts = _weights()
    sums = np.add.reduceat(magnitude[:, bins] * weights, starts, axis=1)
    mel: NDArray[np.float32] = np.log(np.maximum(sums, LOG_FLOOR)).T
    return np.ascontiguousarray(mel[np.newaxis])


@functools.lru_cache(maxsize=1)
def _weights() -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.intp]]:
    """Return the weights that are not zero, by filter: their bins, their values, and where each filter begins."""
    bands, bins = np.nonzero(mel_filters())
    return bins, mel_filters()[bands, bins], np.searchsorted(bands, np.arange(N_MELS))


def check_mel(mel: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return a mel spectrogram as float32 [1, 80, T], or refuse it.

    Args:
        mel: floating [1, 80, T] or [80, T], T ≥ 1.

    Raises:
        InputError: It has another shape or type, or holds NaN or infinite values.
    """
    mel = np.asarray(mel)
    check_mel_form(mel.shape, mel.dtype)
    if not np.isfinite(mel).all():
        raise InputError("mel spectrogram holds NaN or infinite values: expected finite natural logarithms")
    return mel.reshape(1, N_MELS, -1).astype(np.float32, copy=False)


def check_mel_form(shape: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Raise InputError unless a shape and a type are those of a mel spectrogram; see `check_mel`."""
    expected = f"expected floating point of shape [1, {N_MELS}, T] or [{N_MELS}, T], T ≥ 1"
    if not np.issubdtype(dtype, np.floating):
        raise InputError(f"mel spectrogram of type {dtype}: {expected}")
    shape = list(shape)
    if shape[-2:-1] != [N_MELS] or shape[:-2] not in ([], [1]) or not shape[-1]:
        raise InputError(f"mel spectrogram of shape {shape}: {expected}")
