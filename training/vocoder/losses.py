"""What the student is trained to make small: magnitudes of spectra, never the waveform itself.

The teacher's phase is barely learnable (1 dB SNR at best), and the ear hardly minds another; magnitudes over
several lengths of window leave only what is heard.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor
from torch.nn import functional

from text_to_speech.mel import HOP_LENGTH, LOG_FLOOR, N_FFT, mel_filters

WINDOWS = (2048, 1024, 512, 256, 128)  # samples
POWER = 0.4  # the exponent of the second comparison: it minds loud parts more than the logarithm does
FLOOR = 1e-4  # times the square root of the window's power: magnitudes are compared down to about -80 dB


@functools.lru_cache(maxsize=16)
def _window(size: int) -> Tensor:
    return torch.hann_window(size)


def magnitude(audio: Tensor, size: int, hop: int) -> Tensor:
    """[B, L] → [B, bins, frames], of unit variance for white noise of unit variance."""
    window = _window(size)
    spectrum = torch.stft(
        audio, size, hop, window=window, center=True, pad_mode="constant", return_complex=True
    )
    power = torch.view_as_real(spectrum).square().sum(-1) / window.square().sum()
    return torch.sqrt(power + 1e-12)


@functools.lru_cache(maxsize=1)
def _mel_filters() -> Tensor:
    return torch.from_numpy(mel_filters())


def log_mel(audio: Tensor) -> Tensor:
    """[B, L] → [B, 80, frames], as `text_to_speech.mel`, but with zeros beyond the ends."""
    spectrum = torch.stft(
        audio, N_FFT, HOP_LENGTH, window=_window(N_FFT), center=True, pad_mode="constant", return_complex=True
    )
    magnitudes = torch.sqrt(torch.view_as_real(spectrum).square().sum(-1) + 1e-9)
    return torch.log(torch.clamp(_mel_filters() @ magnitudes, min=LOG_FLOOR))


def features(audio: Tensor) -> dict[str, list[Tensor]]:
    """What of waveforms [B, L] is compared: the log-mel spectrum, and two views of the magnitudes of each window."""
    magnitudes = [magnitude(audio, size, size // 4) + FLOOR for size in WINDOWS]
    return {
        "mel": [log_mel(audio)],
        "log": [torch.log(m) for m in magnitudes],
        "power": [m**POWER for m in magnitudes],
    }


def distances(one: dict[str, list[Tensor]], other: dict[str, list[Tensor]]) -> dict[str, Tensor]:
    """Mean absolute differences of two sets of features, averaged over the windows."""
    return {
        name: torch.stack([(a - b).abs().mean() for a, b in zip(one[name], other[name], strict=True)]).mean()
        for name in one
    }


def audio_losses(first: Tensor, second: Tensor, target: Tensor) -> dict[str, Tensor]:
    """The spectral energy distance between the student's speech and its teacher's.

    Speech is partly chance: noise, and where exactly the pulses of the voice fall. A student that is compared
    with one outcome of it does best to take no chance at all, and buzzes. So it speaks twice, from two excitations, and
    the distance between the two is taken off the distances to the teacher; this is least where both vary alike
    (Gritsenko et al. 2020, https://arxiv.org/abs/2008.01160).

    Args:
        first: [B, L], spoken from one excitation.
        second: [B, L], from another.
        target: [B, L], the teacher's.

    Returns:
        `mel`, `log` and `power`, to be made small, and for the log `spread_…`, the distances between the two, and
        `error_…`, those to the teacher.
    """
    with torch.no_grad():
        theirs = features(target)
    one, other = features(first), features(second)
    near, far, spread = distances(one, theirs), distances(other, theirs), distances(one, other)
    losses = {name: near[name] + far[name] - spread[name] for name in near}
    losses |= {f"error_{name}": (near[name] + far[name]).detach() / 2 for name in near}
    return losses | {f"spread_{name}": spread[name].detach() for name in near}


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
