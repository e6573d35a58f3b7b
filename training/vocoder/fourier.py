"""Short-time Fourier transforms whose gradients cost what the transforms do.

PyTorch's own gradient of a real transform is a complex one of twice the length, that of `torch.stft` scatters the
overlapping windows one value at a time, and arithmetic on complex numbers costs up to ten times that on real ones:
together half of a training step on a processor. Here real and imaginary parts are apart. Cutting into windows and
adding them up are each other's gradient, and so are, but for the bins at the ends, a real transform and its inverse.
"""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional

OVERLAP = 4  # windows lie over each sample


@functools.lru_cache(maxsize=32)
def window(size: int, device: torch.device) -> Tensor:
    """A periodic Hann window, scaled so that white noise of unit variance has coefficients of unit variance."""
    values = torch.hann_window(size, device=device)
    return values / values.square().sum().sqrt()


Spectrum = tuple[
    Tensor, Tensor
]  # real and imaginary parts, [B, frames, bins] each; apart they are several times faster


def spectrum(audio: Tensor, size: int) -> Spectrum:
    """[B, L] → [B, 1 + L / hop, bins] twice; windows are centred on samples 0, hop, …, with zeros beyond the ends."""
    return transform(cut(audio, size, size // 2))


def cut(audio: Tensor, size: int, edge: int) -> Tensor:
    """Cut [B, L] into Hann windows [B, (L + 2·edge - size) / hop + 1, size], of which the first begins at -edge."""
    return _Cut.apply(audio, size, edge)


def overlap_add(frames: Tensor, edge: int) -> Tensor:
    """Add up [B, F, size], after another Hann window, to [B, (F + 3)·hop - 2·edge]."""
    return _OverlapAdd.apply(frames, edge)


def transform(frames: Tensor) -> Spectrum:
    """[B, F, size] → [B, F, bins] twice."""
    return _Transform.apply(frames)


def inverse(spectrum: Spectrum) -> Tensor:
    """[B, F, bins] twice → [B, F, size]."""
    return _Inverse.apply(*spectrum)


class _Cut(Function):
    @staticmethod
    def forward(ctx: Any, audio: Tensor, size: int, edge: int) -> Tensor:
        ctx.edge, ctx.length = edge, audio.shape[1]
        return _cut(audio, size, edge)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        added = _overlap_add(gradient, ctx.edge)
        return functional.pad(added, (0, ctx.length - added.shape[1])), None, None


class _OverlapAdd(Function):
    @staticmethod
    def forward(ctx: Any, frames: Tensor, edge: int) -> Tensor:
        ctx.size, ctx.edge = frames.shape[2], edge
        return _overlap_add(frames, edge)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return _cut(gradient, ctx.size, ctx.edge), None


class _Transform(Function):
    @staticmethod
    def forward(ctx: Any, frames: Tensor) -> Spectrum:
        return _parts(torch.fft.rfft(frames))

    @staticmethod
    def backward(ctx: Any, real: Tensor, imaginary: Tensor) -> Tensor:
        # An inverse transform counts all bins but those at the ends twice.
        values = _complex(real, imaginary, 0.5)
        torch.view_as_real(values)[..., [0, -1], :] *= 2
        return torch.fft.irfft(values, norm="forward")


class _Inverse(Function):
    @staticmethod
    def forward(ctx: Any, real: Tensor, imaginary: Tensor) -> Tensor:
        return torch.fft.irfft(_complex(real, imaginary, 1.0))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Spectrum:
        size = gradient.shape[-1]
        parts = _parts(torch.fft.rfft(gradient), 2 / size)
        for part in parts:
            part[..., [0, -1]] *= 0.5
        return parts


def _parts(values: Tensor, factor: float = 1.0) -> Spectrum:
    return values.real * factor, values.imag * factor


def _complex(real: Tensor, imaginary: Tensor, factor: float) -> Tensor:
    values = torch.empty(real.shape, dtype=torch.complex64, device=real.device)
    torch.mul(real, factor, out=values.real)
    torch.mul(imaginary, factor, out=values.imag)
    return values


def _cut(audio: Tensor, size: int, edge: int) -> Tensor:
    padded = functional.pad(audio, (edge, edge))
    return padded.unfold(1, size, size // OVERLAP) * window(size, audio.device)


def _overlap_add(frames: Tensor, edge: int) -> Tensor:
    batch, count, size = frames.shape
    pieces = (frames * window(size, frames.device)).unflatten(2, (OVERLAP, -1))
    blocks = frames.new_zeros(batch, count + OVERLAP - 1, size // OVERLAP)
    for k in range(OVERLAP):
        blocks[:, k : k + count] += pieces[:, :, k]
    audio = blocks.flatten(1)
    return audio[:, edge : audio.shape[1] - edge]
