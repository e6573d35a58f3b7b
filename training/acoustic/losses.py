"""What the prosody predictor is trained to make small; the decoder's errors are those of `losses.decoder_losses`."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from acoustic.model import (
    ENERGY_MEAN,
    ENERGY_SCALE,
    LOG_DURATION_MEAN,
    LOG_F0_CENTRE,
    LOG_F0_SCALE,
)
from losses import CENTS_PER_LOG, mean_over


def predictor_losses(raw: Tensor, targets: Tensor, mask: Tensor, voice: Tensor) -> dict[str, Tensor]:
    """Errors of the prosody predictor.

    Args:
        raw: [B, N, 6], the predictor's outputs.
        targets: [B, N, 6], frames, log-F0 at three points, voicing, energy.
        mask: [B, N].
        voice: [B, 32].

    Returns:
        `duration` (log), `total` (share of the utterance's length), `pitch` (scaled, voiced phonemes first), `bend`
        (the steps of the pitch contour from point to point), `voicing`, `energy`; and for the log only `cents`, the
        mean absolute pitch error of clearly voiced phonemes, and `spread`, the standard deviation of their pitch as a
        share of the teacher's.
    """
    frames = targets[..., 0].clamp(min=0.5)
    log_duration = raw[..., 0] + LOG_DURATION_MEAN
    length = (frames * mask).sum(1)
    total = ((log_duration.exp() * mask).sum(1) - length).abs() / length
    voiced = mask * (0.05 + targets[..., 4])
    wanted = (targets[..., 1:4] - LOG_F0_CENTRE - voice[:, :1].unsqueeze(1)) / LOG_F0_SCALE
    pitch = (raw[..., 1:4] - wanted).abs()
    contour, wanted_contour = (raw[..., 1:4].flatten(1), wanted.flatten(1))
    both = voiced.repeat_interleave(3, dim=1)
    both = torch.minimum(both[:, 1:], both[:, :-1])
    energy = (raw[..., 5] - (targets[..., 5] - ENERGY_MEAN) / ENERGY_SCALE).abs()
    voicing = functional.binary_cross_entropy_with_logits(raw[..., 4], targets[..., 4], reduction="none")
    clear = mask * (targets[..., 4] > 0.5)
    return {
        "duration": mean_over(
            functional.smooth_l1_loss(log_duration, frames.log(), reduction="none", beta=0.1), mask
        ),
        "total": total.mean(),
        "pitch": mean_over(pitch, voiced),
        "bend": mean_over((contour.diff(dim=1) - wanted_contour.diff(dim=1)).abs(), both),
        "voicing": mean_over(voicing, mask),
        "energy": mean_over(energy, mask),
        "cents": mean_over(pitch.detach(), clear) * LOG_F0_SCALE * CENTS_PER_LOG,
        "spread": _spread(raw.detach()[..., 2], clear) / _spread(wanted[..., 1], clear),
    }


def _spread(values: Tensor, weights: Tensor) -> Tensor:
    """Weighted standard deviation over the whole batch."""
    mean = mean_over(values, weights)
    return mean_over((values - mean) ** 2, weights).sqrt()
