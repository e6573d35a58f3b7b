"""The second student: nothing in it runs above the rate of the mel spectrogram but two inverse Fourier transforms.

    mel, pitch ──▶ blocks ──┬──▶ a complex gain per bin of the pulses' spectrum ──▶ inverse STFT 1024/256 ──┬──▶ audio
                            └──▶ a gain per bin of the noise's spectrum ──────────▶ inverse STFT 256/64  ──┘

Pulses and pitch come from outside, as in `vocoder.model`. Harmonics are shaped in a long window, which resolves
them; noise in a short one, four times in a mel frame, because a long one would smear it. The idea of filtering pulses
in the teacher's own phase, with noise beside them, is hibari's (Apache-2.0). Its third part, a spectrum free of both,
is not here: the network does not know the phase of the voice, so that such a spectrum repeats with the frames, a buzz
of 86 Hz, and losses of magnitudes prefer it to noise.

The two `parts` are kept apart in training: what is foreseeable (the pulses) is compared with the teacher's waveform,
and the whole, noise included, by magnitudes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from text_to_speech.inference.mel import HOP_LENGTH, N_MELS
from vocoder import fourier
from vocoder.fourier import Spectrum
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
STEPS = HOP_LENGTH // (SHORT // 4)  # short windows in a mel frame
QUIET = -3.0  # log gain of the filters before training


class Transform(nn.Module):
    """An STFT and its inverse; four windows lie over each sample.

    In ONNX both are matrix products, which any runtime can do.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.hop = size // 4
        self.edge = (size - self.hop) // 2
        analysis, synthesis = fourier_kernels(size, self.hop)
        self.register_buffer("analysis", analysis[:, 0], persistent=False)
        self.register_buffer("synthesis", synthesis[:, 0], persistent=False)

    def forward(self, audio: Tensor) -> Spectrum:
        """[B, L] → [B, L / hop, bins] twice."""
        if not torch.onnx.is_in_onnx_export():
            return fourier.transform(fourier.cut(audio, 4 * self.hop, self.edge))
        blocks = functional.pad(audio, (self.edge, self.edge)).unflatten(1, (-1, self.hop))
        windows = torch.cat([blocks[:, k : k - 3 or None] for k in range(4)], dim=2)
        real, imaginary = (windows @ self.analysis.T).chunk(2, dim=2)
        return real, imaginary

    def inverse(self, spectrum: Spectrum) -> Tensor:
        """[B, F, bins] twice → [B, hop·F]."""
        if not torch.onnx.is_in_onnx_export():
            # Squared windows of unit energy add up to one over the hop.
            return self.hop * fourier.overlap_add(fourier.inverse(spectrum), self.edge)
        pieces = (torch.cat(spectrum, dim=2) @ self.synthesis).unflatten(2, (4, self.hop)).unbind(2)
        blocks = torch.stack([functional.pad(p, (0, 0, k, 3 - k)) for k, p in enumerate(pieces)]).sum(0)
        return blocks.flatten(1)[:, self.edge : -self.edge]


class MelRateFilter(nn.Module):
    """Mel spectrogram, pitch and excitation → waveform; it sees 16 frames to either side."""

    def __init__(self, *, channels: int = 256, hidden: int = 768, blocks: int = 6) -> None:
        super().__init__()
        self.entrance = nn.Conv1d(N_MELS + 2, channels, 5, padding=2)
        self.enter_norm = nn.LayerNorm(channels)
        self.blocks = nn.Sequential(*(Block(channels, hidden, kernel=5) for _ in range(blocks)))
        self.norm = nn.LayerNorm(channels)
        self.long = nn.Linear(channels, 3 * LONG_BINS)  # log gain, real, imaginary
        self.short = nn.Linear(channels, STEPS * SHORT_BINS)  # the noise's log gain at each step
        with torch.no_grad():
            self.long.bias.copy_(torch.tensor([QUIET, 1.0, 0.0]).repeat_interleave(LONG_BINS))
            self.short.bias.fill_(QUIET)
            self.long.weight.mul_(0.3)
            self.short.weight.mul_(0.3)
        self.long_transform, self.short_transform = Transform(LONG), Transform(SHORT)

    def features(self, mel: Tensor, pitch: Tensor) -> Tensor:
        """[B, 80, T] and [B, 2, T] → [B, T, C]."""
        octaves = (pitch[:, :1] - PITCH_MEAN) / PITCH_SCALE * pitch[:, 1:]  # unvoiced frames have no pitch
        inputs = torch.cat([(mel - MEL_MEAN) / MEL_SCALE, octaves, 2 * pitch[:, 1:] - 1], dim=1)
        x = self.enter_norm(self.entrance(inputs).transpose(1, 2))
        return self.norm(self.blocks(x))

    def parts(self, mel: Tensor, pitch: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
        """Mel [B, 80, T], pitch [B, 2, T], source [B, 2, 256·T] → foreseeable and noisy part, [B, 256·T] each."""
        foreseeable, noise = self.spectra(mel, pitch, source)
        with torch.autocast(mel.device.type, enabled=False):
            return self.long_transform.inverse(foreseeable), self.short_transform.inverse(noise)

    def spectra(self, mel: Tensor, pitch: Tensor, source: Tensor) -> tuple[Spectrum, Spectrum]:
        """The spectra of the pulses [B, T, 513] and of the noise [B, 4·T, 129], filtered."""
        x = self.features(mel, pitch)
        long = self.long(x).float().unflatten(2, (3, LONG_BINS)).unbind(2)
        short = self.short(x).float().unflatten(2, (STEPS, SHORT_BINS)).flatten(1, 2)
        with torch.autocast(x.device.type, enabled=False):
            pulses = self.long_transform(source[:, :1].squeeze(1))
            gain = torch.exp(short.clamp(max=LOUDEST))
            real, imaginary = self.short_transform(source[:, 1:].squeeze(1))
            return _times(pulses, _complex_gain(*long)), (real * gain, imaginary * gain)

    def forward(self, mel: Tensor, pitch: Tensor, source: Tensor) -> Tensor:
        """[B, 80, T], [B, 2, T] and [B, 2, 256·T] → [B, 1, 256·T]."""
        return torch.stack(self.parts(mel, pitch, source)).sum(0).clamp(-1.0, 1.0).unsqueeze(1)


class MelRateStudent(nn.Module):
    """The filter network and a small pitch network, for one checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.pitch = PitchNetwork(channels=128, hidden=256)
        self.filter = MelRateFilter()


def _complex_gain(gain: Tensor, real: Tensor, imaginary: Tensor) -> Spectrum:
    gain = torch.exp(gain.clamp(max=LOUDEST))
    return gain * real, gain * imaginary


def _times(a: Spectrum, b: Spectrum) -> Spectrum:
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]
