"""A small multi-resolution spectrogram discriminator: what magnitudes alone cannot teach.

Whoever is compared with one outcome of a chance does best to speak its mean: over-smoothed, with too little noise. The
discriminator knows the teacher's textures from the student's, not which outcome was the right one. It follows that of
UnivNet (Jang et al. 2021, https://arxiv.org/abs/2106.07889), on log magnitudes and with a tenth of the arithmetic.

Its weight is a share of the gradient: what it says of the waveform is scaled to `SHARE` times the norm of what the
other losses say (as in EnCodec, Défossez et al. 2022, https://arxiv.org/abs/2210.13438), however its own values drift.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from vocoder.fourier import spectrum
from vocoder.losses import magnitude

WINDOWS = (1024, 512, 256)  # samples
QUIET = 1e-3  # of unit variance: what is below is not heard, and is not judged
CENTRE, SPREAD = -3.5, 2.5  # of log magnitudes of speech
SLOPE = 0.1  # of the leaky rectifier
MATCHING = 2.0  # weight of the features' distance beside the judgement
SHARE = 0.5  # of the discriminator in the gradient of the waveform
RAMP = 500  # steps in which it comes to its share: at first it knows nothing
PIECES = 0.5  # share of a batch that it sees


class Judge(nn.Module):
    """Waveform → how genuine each region of its spectrogram of one resolution is, two frames and sixteen bins wide."""

    def __init__(self, size: int, *, channels: int = 32) -> None:
        super().__init__()
        self.size = size
        wide = 2 * channels
        shapes = (
            (1, channels, (3, 8), (1, 4)),
            (channels, wide, (3, 4), (2, 2)),
            (wide, wide, (3, 3), (1, 2)),
            (wide, wide, (3, 3), (1, 1)),
        )
        self.convolutions = nn.ModuleList(
            weight_norm(nn.Conv2d(ins, outs, kernel, stride, padding=(kernel[0] // 2, kernel[1] // 2)))
            for ins, outs, kernel, stride in shapes
        )
        self.leave = weight_norm(nn.Conv2d(wide, 1, (3, 3), padding=(1, 1)))

    def forward(self, audio: Tensor) -> tuple[Tensor, list[Tensor]]:
        """[B, L] → judgements [B, 1, frames / 2, bins / 16], 1 for what is genuine, and the features of all layers."""
        with torch.autocast(audio.device.type, enabled=False):
            levels = torch.log(magnitude(spectrum(audio, self.size)) + QUIET)
            levels = (levels - CENTRE) / SPREAD
        x = levels.unsqueeze(1).to(memory_format=torch.channels_last)
        features = []
        for convolution in self.convolutions:
            x = functional.leaky_relu(convolution(x), SLOPE)
            features.append(x)
        return self.leave(x), features


class Adversary:
    """Three judges and their optimizer.

    Args:
        device: Where it computes.
        bf16: Whether its convolutions are in bfloat16.
    """

    def __init__(self, *, device: str, bf16: bool) -> None:
        self.modules = nn.ModuleList(Judge(size) for size in WINDOWS)
        self.modules.to(device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(
            self.modules.parameters(), lr=0.0, betas=(0.8, 0.95), weight_decay=0.01, fused=True
        )
        self._device, self._bf16 = device, bf16
        self._steps = 0

    def judge(self, audio: Tensor, target: Tensor, rate: float) -> tuple[Tensor, dict[str, float]]:
        """Learn to tell a student's waveform from the teacher's, both [B, L]; judges take turns.

        Returns:
            What to add to the gradient of `audio`, [B, L], for each unit of its norm; and for the log `judge`, the
            judge's error, `cheat`, the student's, and `match`, the distance of features as a share of their size.
        """
        few = max(1, round(PIECES * len(audio)))
        ours = audio[:few].detach().requires_grad_()
        judge = self.modules[self._steps % len(WINDOWS)]
        with torch.autocast(self._device, dtype=torch.bfloat16, enabled=self._bf16):
            right, genuine = judge(target[:few])
            wrong, spoken = judge(ours)
        right, wrong = right.float(), wrong.float()
        distances = [_distance(mine, theirs.detach()) for mine, theirs in zip(spoken, genuine, strict=True)]
        errors = {
            "judge": (1 - right).square().mean() + wrong.square().mean(),
            "cheat": (1 - wrong).square().mean(),
            "match": torch.stack(distances).mean(),
        }
        loss = errors["cheat"] + MATCHING * errors["match"]
        (slope,) = torch.autograd.grad(loss, ours, retain_graph=True)
        self._learn(judge, errors["judge"], rate)
        share = SHARE * min(1.0, self._steps / RAMP)
        slope *= share / (slope.norm() + 1e-12)
        padded = functional.pad(slope, (0, 0, 0, len(audio) - few))
        return padded, {name: value.item() for name, value in errors.items()}

    def state_dict(self) -> dict[str, object]:
        """Everything that a run needs to go on."""
        return {
            "modules": self.modules.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "steps": self._steps,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`."""
        self.modules.load_state_dict(state["modules"])
        self.optimizer.load_state_dict(state["optimizer"])
        self._steps = state["steps"]

    def _learn(self, judge: nn.Module, loss: Tensor, rate: float) -> None:
        self.optimizer.zero_grad()  # what has no gradient, the other judges, stays as it is
        parameters = list(judge.parameters())
        for parameter, slope in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = slope
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self._steps += 1


def _distance(ours: Tensor, theirs: Tensor) -> Tensor:
    return (ours - theirs).float().abs().mean() / (theirs.float().abs().mean() + 1e-3)
