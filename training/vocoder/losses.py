"""What a student is trained to make small: magnitudes of spectra, and where the teacher's phase is known, spectra.

HiFi-GAN's phase is barely learnable (1 dB SNR at best), and the ear hardly minds another; magnitudes over
several lengths of window leave only what is heard. Kokoro's phase is that of its harmonic source, which a student can
be given: then what is foreseeable in its waveform can be compared with the waveform itself (`complex_loss`).
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor
from torch.nn import functional

from text_to_speech.inference.mel import HOP_LENGTH, LOG_FLOOR, N_FFT, mel_filters

WINDOWS = (2048, 1024, 512, 256, 128)  # samples
POWER = 0.4  # the exponent of the second comparison: it minds loud parts more than the logarithm does
COMPLEX_WINDOWS = (1024, 512, 256)  # in a longer one a small error of the pitch turns the phase around
COMPLEX_FLOOR = 1e-3  # below this share of unit variance the compression ends
FLOOR = 1e-4  # times the square root of the window's power: magnitudes are compared down to about -80 dB


@functools.lru_cache(maxsize=16)
def _window(size: int, device: torch.device) -> Tensor:
    return torch.hann_window(size, device=device)


def spectrum(audio: Tensor, size: int, hop: int) -> Tensor:
    """[B, L] → [B, bins, frames, 2], of unit variance for white noise of unit variance."""
    window = _window(size, audio.device)
    values = torch.stft(
        audio, size, hop, window=window, center=True, pad_mode="constant", return_complex=True
    )
    return torch.view_as_real(values) / window.square().sum().sqrt()


def magnitude(audio: Tensor, size: int, hop: int) -> Tensor:
    """[B, L] → [B, bins, frames], of unit variance for white noise of unit variance."""
    return torch.sqrt(spectrum(audio, size, hop).square().sum(-1) + 1e-12)


def spectral_losses(audio: Tensor, target: Tensor) -> dict[str, Tensor]:
    """Compare two waveforms [B, L] by their magnitudes; means over the windows and bins."""
    logs, powers = [], []
    for size in WINDOWS:
        ours = magnitude(audio, size, size // 4)
        with torch.no_grad():
            theirs = magnitude(target, size, size // 4)
        logs.append((torch.log(ours + FLOOR) - torch.log(theirs + FLOOR)).abs().mean())
        powers.append(((ours + FLOOR) ** POWER - (theirs + FLOOR) ** POWER).abs().mean())
    return {"log": torch.stack(logs).mean(), "power": torch.stack(powers).mean()}


def complex_loss(audio: Tensor, target: Tensor) -> Tensor:
    """Compare two waveforms [B, L] by their spectra, phase included, with magnitudes to the power of 0.4.

    Where a target's phase is chance, silence is the best answer: so this is for what is foreseeable alone.
    """
    errors = []
    for size in COMPLEX_WINDOWS:
        ours = _compressed(spectrum(audio, size, size // 4))
        with torch.no_grad():
            theirs = _compressed(spectrum(target, size, size // 4))
        errors.append(torch.sqrt((ours - theirs).square().sum(-1) + 1e-8).mean())
    return torch.stack(errors).mean()


def _compressed(values: Tensor) -> Tensor:
    """Raise the magnitudes of a spectrum [..., 2] to the power of 0.4 and leave its phases."""
    power = values.square().sum(-1, keepdim=True) + COMPLEX_FLOOR**2
    return values * power ** ((POWER - 1) / 2)


@functools.lru_cache(maxsize=2)
def _mel_filters(device: torch.device) -> Tensor:
    return torch.from_numpy(mel_filters()).to(device)


def log_mel(audio: Tensor) -> Tensor:
    """[B, L] → [B, 80, frames], as `text_to_speech.inference.mel`, but with zeros beyond the ends."""
    window = _window(N_FFT, audio.device)
    values = torch.stft(
        audio, N_FFT, HOP_LENGTH, window=window, center=True, pad_mode="constant", return_complex=True
    )
    magnitudes = torch.sqrt(torch.view_as_real(values).square().sum(-1) + 1e-9)
    return torch.log(torch.clamp(_mel_filters(audio.device) @ magnitudes, min=LOG_FLOOR))


def audio_losses(audio: Tensor, target: Tensor) -> dict[str, Tensor]:
    """All losses on the waveform [B, L]: `mel`, `log`, `power`."""
    with torch.no_grad():
        theirs = log_mel(target)
    return {"mel": (log_mel(audio) - theirs).abs().mean()} | spectral_losses(audio, target)


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
