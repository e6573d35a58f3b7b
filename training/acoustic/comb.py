"""The mel spectrum of a plain pulse train, by pitch: what the fine structure of voiced speech looks like."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from text_to_speech.inference.mel import N_FFT, SAMPLE_RATE, mel_filters

FLOOR = 0.05  # how far below the envelope the valleys between harmonics may go (magnitude)


def harmonic_comb(low: float, high: float, steps: int) -> Tensor:
    """Tabulate the log-mel spectrum of a pulse train.

    Each harmonic contributes the main lobe of the Hann window; the envelope over the bands (the same magnitudes
    smeared over two harmonics) is divided out, so that the table holds only peaks and valleys around zero.

    Args:
        low: F0 of the first row, Hz.
        high: F0 of the last row, Hz.
        steps: Rows, at equal steps of log-F0.

    Returns:
        float32 [steps, 80].
    """
    bins = np.arange(N_FFT // 2 + 1) * SAMPLE_RATE / N_FFT
    lobe_width = 2 * SAMPLE_RATE / N_FFT  # Hz from the peak to the first zero of a Hann window
    rows = []
    for f0 in np.exp(np.linspace(np.log(low), np.log(high), steps)):
        harmonics = np.arange(1, int(SAMPLE_RATE / 2 / f0) + 1) * f0
        distance = np.abs(bins[:, np.newaxis] - harmonics) / lobe_width
        lobes = np.where(distance < 1, 0.5 + 0.5 * np.cos(np.pi * distance), 0.0).max(axis=1)
        smooth = np.full_like(lobes, lobe_width / f0)  # the mean of the lobes over one harmonic
        mel, envelope = mel_filters() @ lobes, mel_filters() @ smooth
        rows.append(np.log(mel / envelope + FLOOR))
    table = np.asarray(rows, dtype=np.float32)
    return torch.from_numpy(table - table.mean(axis=0))
