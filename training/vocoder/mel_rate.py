"""The second student: nothing in it runs above the rate of the mel spectrogram but two inverse Fourier transforms.

    mel, pitch ──▶ blocks ──┬──▶ a complex gain per bin of the pulses' spectrum ──▶ inverse STFT 1024/256 ──┬──▶ audio
                            ├──▶ a spectrum of its own, free of both ──┬──────────▶ inverse STFT 256/64  ──┘
                            └──▶ a gain per bin of the noise's spectrum ┘

Pulses and pitch come from outside, as in `vocoder.model`. Harmonics are shaped in a long window, which resolves
them; noise and bursts in a short one, four times in a mel frame, because a long one would smear them. The idea of
filtering pulses in the teacher's own phase, of noise beside them and of a free spectrum is hibari's (Apache-2.0).

The two sums of `parts` are kept apart in training: what is foreseeable (pulses and free spectrum) is compared with
the teacher's waveform, and the whole, noise included, by magnitudes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from text_to_speech.mel import HOP_LENGTH, N_MELS
from vocoder.model import (
    LOUDEST,
    MEL_MEAN,
    MEL_SCALE,
    PITCH_MEAN,
    PITCH_SCALE,
    Block,
    PitchNetwork,
    fourier_kernels,
)

LONG, SHORT = 1024, 256  # samples of the two windows
LONG_BINS, SHORT_BINS = LONG // 2 + 1, SHORT // 2 + 1
SHORT_HOP = 64
STEPS = HOP_LENGTH // SHORT_HOP
QUIET, STILL = -3.0, -6.0  # log gains before training: of the filters, of the free spectrum


class Transform(nn.Module):
    """An STFT and its inverse as convolutions with fixed kernels, which any runtime can do."""

    def __init__(self, size: int, hop: int) -> None:
        super().__init__()
        self.hop, self.edge = hop, (size - hop) // 2
        analysis, synthesis = fourier_kernels(size, hop)
        self.register_buffer("analysis", analysis, persistent=False)
        self.register_buffer("synthesis", synthesis, persistent=False)

    def forward(self, audio: Tensor) -> Tensor:
        """[B, 1, L] → [B, 2·bins, L / hop]: real parts, then imaginary parts."""
        return functional.conv1d(audio, self.analysis, stride=self.hop, padding=self.edge)

    def inverse(self, spectrum: Tensor) -> Tensor:
        """[B, 2·bins, F] → [B, 1, hop·F]."""
        return functional.conv_transpose1d(spectrum, self.synthesis, stride=self.hop, padding=self.edge)


class MelRateFilter(nn.Module):
    """Mel spectrogram, pitch and excitation → waveform; it sees 16 frames to either side."""

    def __init__(self, *, channels: int = 256, hidden: int = 768, blocks: int = 6) -> None:
        super().__init__()
        self.entrance = nn.Conv1d(N_MELS + 2, channels, 5, padding=2)
        self.enter_norm = nn.LayerNorm(channels)
        self.blocks = nn.Sequential(*(Block(channels, hidden, kernel=5) for _ in range(blocks)))
        self.norm = nn.LayerNorm(channels)
        self.long = nn.Linear(channels, 3 * LONG_BINS)  # log gain, real, imaginary
        self.short = nn.Linear(channels, 4 * STEPS * SHORT_BINS)  # the same, and the noise's log gain
        with torch.no_grad():
            for layer, start in ((self.long, [QUIET, 1.0, 0.0]), (self.short, [STILL, 1.0, 0.0, QUIET])):
                layer.weight.mul_(0.3)
                values = torch.tensor(start).repeat_interleave(layer.out_features // len(start))
                layer.bias.copy_(values)
        self.long_transform = Transform(LONG, HOP_LENGTH)
        self.short_transform = Transform(SHORT, SHORT_HOP)

    def features(self, mel: Tensor, pitch: Tensor) -> Tensor:
        """[B, 80, T] and [B, 2, T] → [B, T, C]."""
        octaves = (pitch[:, :1] - PITCH_MEAN) / PITCH_SCALE * pitch[:, 1:]  # unvoiced frames have no pitch
        inputs = torch.cat([(mel - MEL_MEAN) / MEL_SCALE, octaves, 2 * pitch[:, 1:] - 1], dim=1)
        x = self.enter_norm(self.entrance(inputs).transpose(1, 2))
        return self.norm(self.blocks(x))

    def parts(self, mel: Tensor, pitch: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
        """Mel [B, 80, T], pitch [B, 2, T], source [B, 2, 256·T] → foreseeable and noisy part, [B, 1, 256·T] each."""
        x = self.features(mel, pitch).float()
        with torch.autocast(x.device.type, enabled=False):  # spectra of 80 dB need more than bfloat16
            pulses = self.long_transform(source[:, :1])
            filtered = _times(pulses, _complex_gain(self.long(x).transpose(1, 2)))
            *free, noise_gain = self._short(x).chunk(4, dim=1)
            noise = self.short_transform(source[:, 1:]) * torch.exp(noise_gain.clamp(max=LOUDEST)).repeat(
                1, 2, 1
            )
            foreseeable = self.long_transform.inverse(filtered) + self.short_transform.inverse(
                _complex_gain(torch.cat(free, dim=1))
            )
            return foreseeable, self.short_transform.inverse(noise)

    def _short(self, x: Tensor) -> Tensor:
        """[B, T, C] → [B, 4·129, 4·T]: what each quarter of a frame has in the short window."""
        out = self.short(x).unflatten(-1, (4, STEPS, SHORT_BINS))  # B, T, kind, step, bin
        return out.permute(0, 2, 4, 1, 3).flatten(3).flatten(1, 2)

    def forward(self, mel: Tensor, pitch: Tensor, source: Tensor) -> Tensor:
        """[B, 80, T], [B, 2, T] and [B, 2, 256·T] → [B, 1, 256·T]."""
        foreseeable, noise = self.parts(mel, pitch, source)
        return (foreseeable + noise).clamp(-1.0, 1.0)


class MelRateStudent(nn.Module):
    """The filter network and a small pitch network, for one checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.pitch = PitchNetwork(channels=128, hidden=256)
        self.filter = MelRateFilter()


def _complex_gain(x: Tensor) -> Tensor:
    """Log gain, real, imaginary [B, 3·bins, F] → a spectrum [B, 2·bins, F]."""
    gain, real, imaginary = x.chunk(3, dim=1)
    gain = torch.exp(gain.clamp(max=LOUDEST))
    return torch.cat([gain * real, gain * imaginary], dim=1)


def _times(a: Tensor, b: Tensor) -> Tensor:
    """Multiply two spectra, real parts before imaginary ones."""
    (real, imaginary), (other_real, other_imaginary) = a.chunk(2, dim=1), b.chunk(2, dim=1)
    return torch.cat(
        [real * other_real - imaginary * other_imaginary, real * other_imaginary + imaginary * other_real],
        dim=1,
    )
