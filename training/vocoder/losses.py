"""What a student is trained to make small: magnitudes of spectra, and where the teacher's phase is known, spectra.

HiFi-GAN's phase is barely learnable (1 dB SNR at best), and the ear hardly minds another; magnitudes over
several lengths of window leave only what is heard. Kokoro's phase is that of its harmonic source, which a student can
be given: then what is foreseeable in its waveform can be compared with the waveform itself (`complex_loss`).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional

from text_to_speech.inference.mel import LOG_FLOOR, N_FFT, mel_filters
from vocoder.fourier import Spectrum, spectrum

WINDOWS = (2048, 1024, 512, 256, 128)  # samples
POWER = 0.4  # the exponent of the second comparison: it minds loud parts more than the logarithm does
COMPLEX_WINDOWS = (1024, 512, 256)  # in a longer one a small error of the pitch turns the phase around
COMPLEX_FLOOR = 1e-3  # below this share of unit variance the compression ends
FLOOR = 1e-4  # times the square root of the window's power: magnitudes are compared down to about -80 dB


def spectral_losses(ours: Spectrum, theirs: Spectrum) -> tuple[Tensor, Tensor]:
    """Compare the magnitudes of two spectra by their logarithms and by their powers of 0.4."""
    return _CompareMagnitudes.apply(*ours, torch.log(magnitude(theirs) + FLOOR))


def magnitude(values: Spectrum) -> Tensor:
    """Magnitudes [B, frames, bins], nowhere 0."""
    return torch.sqrt(_dot(values, values).add_(1e-12))


def complex_loss(ours: Spectrum, theirs: Spectrum) -> Tensor:
    """Compare two spectra, phase included, with magnitudes to the power of 0.4.

    Where a target's phase is chance, silence is the best answer: so this is for what is foreseeable alone.
    """
    return _CompareCompressed.apply(*ours, *_scale(theirs, _compression(theirs)))


def log_mel(values: Spectrum) -> Tensor:
    """The spectrum of 1,024 samples → [B, frames, 80], as `text_to_speech.inference.mel` but for the ends."""
    filters, power = _mel_filters(values[0].device)
    magnitudes = torch.sqrt(power * (values[0].square() + values[1].square()) + 1e-9)
    return torch.log(torch.clamp(magnitudes @ filters, min=LOG_FLOOR))


def audio_losses(audio: Tensor, target: Tensor, foreseeable: Tensor | None = None) -> dict[str, Tensor]:
    """All losses on the waveform [B, L].

    Args:
        audio: What the student says.
        target: What the teacher says.
        foreseeable: The part of `audio` that should have the teacher's phase, if any should.

    Returns:
        `mel`, `log` and `power`, means over the windows and bins, and for a foreseeable part `complex`.
    """
    errors: dict[str, list[Tensor]] = {"mel": [], "log": [], "power": [], "complex": []}
    for size in WINDOWS:
        ours = spectrum(audio, size)
        with torch.no_grad():
            theirs = spectrum(target, size)
        for name, error in zip(("log", "power"), spectral_losses(ours, theirs), strict=True):
            errors[name].append(error)
        if size == N_FFT:
            errors["mel"].append((log_mel(ours) - log_mel(theirs)).abs().mean())
        if foreseeable is not None and size in COMPLEX_WINDOWS:
            errors["complex"].append(complex_loss(spectrum(foreseeable, size), theirs))
    return {name: torch.stack(values).mean() for name, values in errors.items() if values}


class _CompareMagnitudes(Function):
    """Mean differences of the logarithms and of the powers of magnitudes: both have the same sign."""

    @staticmethod
    def forward(ctx: Any, real: Tensor, imaginary: Tensor, levels: Tensor) -> tuple[Tensor, Tensor]:
        magnitudes = magnitude((real, imaginary))
        raised = magnitudes + FLOOR
        level = torch.log(raised)
        powers = torch.exp(POWER * level)
        difference = level.sub_(levels)
        slope = torch.sign(difference).div_(raised.mul_(magnitudes))
        ctx.save_for_backward(real, imaginary, slope, powers)
        power = (powers - torch.exp(POWER * levels)).abs_().mean()
        return difference.abs_().mean(), power

    @staticmethod
    def backward(ctx: Any, log: Tensor, power: Tensor) -> tuple[Tensor, Tensor, None]:
        real, imaginary, slope, powers = ctx.saved_tensors
        size = powers.numel()
        factor = (powers * (power * (POWER / size))).add_(log / size).mul_(slope)
        return *_scale((real, imaginary), factor), None


class _CompareCompressed(Function):
    """Mean distance between a spectrum, once it is compressed, and another that is so already."""

    @staticmethod
    def forward(ctx: Any, *parts: Tensor) -> Tensor:
        ours, theirs = parts[:2], parts[2:]
        compression = _compression(ours)
        difference = [part.sub_(other) for part, other in zip(_scale(ours, compression), theirs, strict=True)]
        distance = _dot(difference, difference).add_(1e-8).sqrt_()
        ctx.save_for_backward(*ours, compression, *difference, distance)
        return distance.mean()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None, None]:
        real, imaginary, compression, *difference, distance = ctx.saved_tensors
        ours = real, imaginary
        direction = _scale(difference, (compression * (gradient / distance.numel())).div_(distance))
        along = _dot(direction, ours).div_(_dot(ours, ours).add_(COMPLEX_FLOOR**2)).mul_(POWER - 1)
        return direction[0].addcmul_(real, along), direction[1].addcmul_(imaginary, along), None, None


def _dot(a: Sequence[Tensor], b: Sequence[Tensor]) -> Tensor:
    """The inner product of complex numbers as vectors of two."""
    return (a[0] * b[0]).addcmul_(a[1], b[1])


def _scale(values: Sequence[Tensor], factor: Tensor) -> Spectrum:
    return values[0] * factor, values[1] * factor


def _compression(values: Sequence[Tensor]) -> Tensor:
    """What raises the magnitudes of a spectrum to the power of 0.4 and leaves its phases."""
    return _dot(values, values).add_(COMPLEX_FLOOR**2).log_().mul_((POWER - 1) / 2).exp_()


@functools.lru_cache(maxsize=2)
def _mel_filters(device: torch.device) -> tuple[Tensor, float]:
    """Filters [513, 80], and the power of the window, which `spectrum` takes out."""
    return torch.from_numpy(mel_filters().T.copy()).to(device), float(torch.hann_window(N_FFT).square().sum())


def pitch_losses(pitch: Tensor, voicing: Tensor, target: Tensor, voiced: Tensor) -> dict[str, Tensor]:
    """Errors of the pitch network.

    Args:
        pitch: [B, T], octaves.
        voicing: [B, T], logits.
        target: [B, T], octaves, interpolated through unvoiced frames.
        voiced: [B, T], 0 or 1.

    Returns:
        `pitch` in units of 100 cents, voiced frames counting twenty times; `voicing`; and `cents` for the log.
    """
    error = 12 * (pitch - target).abs()
    weights = voiced + 0.05
    return {
        "pitch": (error * weights).sum() / weights.sum(),
        "voicing": functional.binary_cross_entropy_with_logits(voicing, voiced),
        "cents": 100 * (error * voiced).detach().sum() / voiced.sum().clamp(min=1),
    }
