"""The mel spectrogram contract: its constants, and the analysis of a waveform into it.

Every acoustic model and vocoder of this repository speaks this one spectrogram, the one that HiFi-GAN was
trained on (Kong et al. 2020, https://arxiv.org/abs/2010.05646; repository jik876/hifi-gan, meldataset.py).
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from .errors import InputError

SAMPLE_RATE = 22_050  # samples per second
N_FFT = 1_024  # samples; also the length of the Hann window
HOP_LENGTH = 256  # samples between two mel frames
N_MELS = 80  # mel bands (Slaney scale and normalisation)
F_MIN, F_MAX = 0.0, 8_000.0  # Hz, the outer edges of the bands
LOG_FLOOR = 1e-5  # magnitudes are clamped here before the natural logarithm
FRAME_SECONDS = HOP_LENGTH / SAMPLE_RATE  # 11.61 ms
SILENCE = float(np.log(LOG_FLOOR))  # the value of every band in digital silence


@functools.lru_cache(maxsize=1)
def mel_filters() -> NDArray[np.float32]:
    """Return the Slaney mel filter bank, float32 [80, 513]."""
    import librosa

    return np.asarray(
        librosa.filters.mel(sr=SAMPLE_RATE, n_fft=N_FFT, n_mels=N_MELS, fmin=F_MIN, fmax=F_MAX),
        dtype=np.float32,
    )


@functools.lru_cache(maxsize=1)
def hann_window() -> NDArray[np.float32]:
    """Return the periodic Hann window, float32 [1024]."""
    phase = 2.0 * np.pi * np.arange(N_FFT) / N_FFT
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def mel_spectrogram(waveform: NDArray[np.float32]) -> NDArray[np.float32]:
    """Analyse a waveform as HiFi-GAN expects it.

    Args:
        waveform: float32 [L], -1..1, 22,050 Hz, mono, L ≥ 512.

    Returns:
        float32 [1, 80, L // 256], the natural logarithm of the mel magnitudes, clamped at 1e-5.

    Raises:
        InputError: The waveform is not one-dimensional, is too short, or holds NaN or infinite values.
    """
    if waveform.ndim != 1 or waveform.size < 2 * HOP_LENGTH:
        raise InputError(
            f"waveform of shape {waveform.shape}: expected one dimension and at least {2 * HOP_LENGTH} samples"
        )
    if not np.isfinite(waveform).all():
        raise InputError("waveform holds NaN or infinite values: expected finite samples between -1 and 1")
    padding = (N_FFT - HOP_LENGTH) // 2
    padded = np.pad(np.asarray(waveform, dtype=np.float32), padding, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP_LENGTH]
    spectrum = np.fft.rfft(frames * hann_window(), axis=1)
    magnitude = np.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-9).astype(np.float32)
    mel: NDArray[np.float32] = np.log(np.maximum(mel_filters() @ magnitude.T, LOG_FLOOR))
    return mel[np.newaxis]
