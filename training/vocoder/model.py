"""The student: a source-filter vocoder with an inverse STFT at its end, 3.5 million parameters.

    mel ──▶ PitchNetwork ──▶ pitch, voicing ┄┄▶ pulses and noise (NumPy, text_to_speech.inference.source_filter)
     └────▶ FilterNetwork ◀──────────────────────────┘──▶ a filter per STFT bin ──▶ inverse STFT ──▶ audio

It follows neural source-filter models (Wang et al. 2019, https://arxiv.org/abs/1904.12088), iSTFTNet (Kaneko et al.
2022, https://arxiv.org/abs/2203.02395) and HiFTNet (Li et al. 2023, https://arxiv.org/abs/2309.09493), with the
blocks of ConvNeXt (Liu et al. 2022, https://arxiv.org/abs/2201.03545) as Vocos uses them. The STFT window is short,
two periods of a voice: harmonics are not resolved in it, the places of the pulses in time make the pitch.

The pulses are an input, not a part of the graph. Their phase is a running sum over the whole utterance, which
float16 (a GPU, an NPU) cannot hold, and which has to go on unbroken where a stream of windows is joined.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional

from text_to_speech.inference.mel import HOP_LENGTH, N_MELS

N_FFT = 256  # samples (11.6 ms) of the STFT inside
HOP = 64  # samples between its frames
BINS = N_FFT // 2 + 1
STEPS = HOP_LENGTH // HOP  # STFT frames in a mel frame
EDGE = (N_FFT - HOP) // 2  # samples that the first frame reaches out at the left, the last one at the right
MEL_MEAN, MEL_SCALE = -5.0, 2.2  # the networks work on values of unit spread
PITCH_MEAN, PITCH_SCALE = 0.0103, 0.577  # octaves above 180 Hz: centre and spread of speaking voices
LOUDEST = 3.0  # largest log gain of a filter
QUIET = -2.0  # log gain of every filter before training


class Block(nn.Module):
    """A ConvNeXt block over time: depthwise convolution, then a perceptron on each frame, and the way around."""

    def __init__(self, channels: int, hidden: int, *, kernel: int = 7) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, (1, kernel), padding=(0, kernel // 2), groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.widen = nn.Linear(channels, hidden)
        self.narrow = nn.Linear(hidden, channels)
        self.scale = nn.Parameter(torch.full((channels,), 0.3))

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, C] → [B, T, C]."""
        # In bfloat16 this convolution would cost twice as much, and GELU as a tangent three times as much as with the
        # error function.
        with torch.autocast(x.device.type, enabled=False):
            weight, bias = self.depthwise.weight, self.depthwise.bias
            slide = _slide if torch.onnx.is_in_onnx_export() else _Slide.apply
            y = slide(x.float(), weight, bias)
        return x + self.scale * self.narrow(functional.gelu(self.widen(self.norm(y))))


class _Slide(Function):
    """A depthwise convolution over time, whose gradients cost a third of PyTorch's."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return _slide(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, weight = ctx.saved_tensors
        frames, kernel = x.shape[1], weight.shape[3]
        padded = functional.pad(x, (0, 0, kernel // 2, kernel // 2))
        products = [(padded[:, k : k + frames] * gradient).sum((0, 1)) for k in range(kernel)]
        slope = torch.stack(products, dim=1).view_as(weight)
        return _slide(gradient, weight.flip(3), None), slope, gradient.sum((0, 1))


def _slide(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve [B, T, C] over time with [C, 1, 1, K], each channel for itself."""
    # In this layout a convolution over [B, C, 1, T] needs no copy: it is PyTorch's channels-last.
    image = x.transpose(1, 2).unsqueeze(2)
    image = functional.conv2d(image, weight, bias, padding=(0, weight.shape[3] // 2), groups=weight.shape[0])
    return image.squeeze(2).transpose(1, 2)


class Entrance(nn.Module):
    """Mel spectrogram [B, 80, T] → [B, T, C]."""

    def __init__(self, channels: int, *, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(N_MELS, channels, kernel, padding=kernel // 2)
        self.norm = nn.LayerNorm(channels)

    def forward(self, mel: Tensor) -> Tensor:
        """[B, 80, T] → [B, T, C]."""
        return self.norm(self.conv((mel - MEL_MEAN) / MEL_SCALE).transpose(1, 2))


class PitchNetwork(nn.Module):
    """Mel spectrogram → pitch and voicing; it sees 14 frames to either side."""

    def __init__(self, *, channels: int = 192, hidden: int = 384, blocks: int = 4) -> None:
        super().__init__()
        self.entrance = Entrance(channels, kernel=5)
        self.blocks = nn.Sequential(*(Block(channels, hidden) for _ in range(blocks)))
        self.norm = nn.LayerNorm(channels)
        self.leave = nn.Linear(channels, 2)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """[B, 80, T] → octaves above 180 Hz [B, T] and the logit of voicing [B, T]."""
        x = self.norm(self.blocks(self.entrance(mel)))
        out = self.leave(x).float()
        return out[..., 0] * PITCH_SCALE + PITCH_MEAN, out[..., 1]


class FilterNetwork(nn.Module):
    """Mel spectrogram and excitation → waveform; it sees 16 frames to either side.

    Half of the blocks work at the rate of the mel, half at four times that rate, where they also see the pulses.
    The noise is hidden from the network: seeing it, it would learn to take the chance out of it.
    """

    def __init__(
        self, *, channels: int = 256, coarse: tuple[int, int] = (3, 768), fine: tuple[int, int] = (4, 512)
    ) -> None:
        super().__init__()
        self.entrance = Entrance(channels, kernel=7)
        self.coarse = nn.Sequential(*(Block(channels, coarse[1]) for _ in range(coarse[0])))
        self.unfold = nn.Linear(channels, STEPS * channels)
        self.pulses = nn.Linear(2 * BINS, channels)
        self.fine = nn.Sequential(*(Block(channels, fine[1]) for _ in range(fine[0])))
        self.norm = nn.LayerNorm(channels)
        self.leave = nn.Linear(channels, 4 * BINS)
        with torch.no_grad():
            self.leave.weight.mul_(0.3)
            self.leave.bias.copy_(torch.tensor([QUIET, 1.0, 0.0, QUIET]).repeat_interleave(BINS))
        analysis, synthesis = fourier_kernels()
        self.register_buffer("analysis", analysis, persistent=False)
        self.register_buffer("synthesis", synthesis, persistent=False)

    def spectrum(self, source: Tensor) -> Tensor:
        """[B, 1, 256·T] → [B, 4·T, 258]: real parts, then imaginary parts."""
        return functional.conv1d(source, self.analysis, stride=HOP, padding=EDGE).transpose(1, 2)

    def waveform(self, spectrum: Tensor) -> Tensor:
        """[B, 4·T, 258] → [B, 1, 256·T]."""
        return functional.conv_transpose1d(spectrum.transpose(1, 2), self.synthesis, stride=HOP, padding=EDGE)

    def filters(self, mel: Tensor, pulses: Tensor) -> Tensor:
        """Mel [B, 80, T] and the pulses' spectrum [B, 4·T, 258] → [B, 4·T, 4·129]."""
        x = self.unfold(self.coarse(self.entrance(mel)))
        x = x.reshape(x.shape[0], -1, x.shape[2] // STEPS) + self.pulses(pulses)
        return self.leave(self.norm(self.fine(x)))

    def parts(self, mel: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
        """[B, 80, T] and [B, 2, 256·T] (pulses, noise) → spectra of the voiced and of the noisy part, [B, 4·T, 258]."""
        pulses, noise = self.spectrum(source[:, :1]), self.spectrum(source[:, 1:])
        gain, real, imaginary, noise_gain = self.filters(mel, pulses).float().split(BINS, dim=-1)
        gain = torch.exp(gain.clamp(max=LOUDEST))
        noise_gain = torch.exp(noise_gain.clamp(max=LOUDEST))
        real, imaginary = gain * real, gain * imaginary
        pulse_real, pulse_imaginary = pulses.float().split(BINS, dim=-1)
        noise_real, noise_imaginary = noise.float().split(BINS, dim=-1)
        voice_real = pulse_real * real - pulse_imaginary * imaginary
        voice_imaginary = pulse_real * imaginary + pulse_imaginary * real
        return (
            torch.cat([voice_real, voice_imaginary], dim=-1),
            torch.cat([noise_real * noise_gain, noise_imaginary * noise_gain], dim=-1),
        )

    def forward(self, mel: Tensor, source: Tensor) -> Tensor:
        """[B, 80, T] and [B, 2, 256·T] (pulses, noise) → [B, 1, 256·T]."""
        voice, noise = self.parts(mel, source)
        return self.waveform(voice + noise).clamp(-1.0, 1.0)


class Student(nn.Module):
    """Both networks, for one checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.pitch = PitchNetwork()
        self.filter = FilterNetwork()


def fourier_kernels(size: int = N_FFT, hop: int = HOP) -> tuple[Tensor, Tensor]:
    """Return the STFT and its inverse as kernels of a convolution and of a transposed one, [size + 2, 1, size] each.

    Both use a periodic Hann window, of which at least four lie over each sample. White noise of unit variance has
    coefficients of unit variance, and the second undoes the first.
    """
    time, bins = np.arange(size), np.arange(size // 2 + 1)[:, np.newaxis]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * time / size)
    angle = 2 * np.pi * bins * time / size
    waves = np.concatenate([np.cos(angle), -np.sin(angle)]) * window
    power = (window**2).sum()
    twice = np.where((bins == 0) | (bins == size // 2), 1.0, 2.0)
    overlap = power / hop  # what the squared windows of all frames sum to
    inverse = waves * np.concatenate([twice, twice]) / size / overlap
    analysis, synthesis = waves / np.sqrt(power), inverse * np.sqrt(power)
    return tuple(torch.from_numpy(k[:, np.newaxis].astype(np.float32)) for k in (analysis, synthesis))  # type: ignore[return-value]
