"""What predictor and decoder are trained to make small, and the figures shown while they train."""

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

CENTS_PER_LOG = 1200 / 0.6931471805599453
SSIM_WINDOW = 7
TEXTURE_PATCH = 8  # frames and bands
SSIM_C1, SSIM_C2 = 0.01, 0.03  # the usual constants, on mel values scaled to a range of about 4


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


def mean_over(values: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean; `weights` broadcasts over trailing axes of `values`."""
    while weights.dim() < values.dim():
        weights = weights.unsqueeze(-1)
    weights = weights.expand_as(values)
    return (values * weights).sum() / weights.sum().clamp(min=1e-6)


def structural_similarity(predicted: Tensor, target: Tensor) -> Tensor:
    """SSIM over time and bands (Wang et al. 2004) with a flat window, [B, T, 80] → [B, T, 80]."""

    def blur(x: Tensor) -> Tensor:
        return functional.avg_pool2d(
            x.unsqueeze(1), SSIM_WINDOW, 1, SSIM_WINDOW // 2, count_include_pad=False
        ).squeeze(1)

    mean_p, mean_t = blur(predicted), blur(target)
    var_p = (blur(predicted**2) - mean_p**2).clamp(min=0)
    var_t = (blur(target**2) - mean_t**2).clamp(min=0)
    covariance = blur(predicted * target) - mean_p * mean_t
    luminance = (2 * mean_p * mean_t + SSIM_C1) / (mean_p**2 + mean_t**2 + SSIM_C1)
    return luminance * (2 * covariance + SSIM_C2) / (var_p + var_t + SSIM_C2)


def decoder_losses(draft: Tensor, final: Tensor, target: Tensor, mask: Tensor) -> dict[str, Tensor]:
    """Errors of the decoder's mel spectrogram, before and after the post-net, and of its fine structure."""
    similarity = structural_similarity((final + 5) / 3, (target + 5) / 3)
    steps = (final.diff(dim=-1) - target.diff(dim=-1)).abs()
    texture = (_roughness(final) - _roughness(target)).abs().mean()
    return {
        "draft": mean_over((draft - target).abs(), mask),
        "final": mean_over((final - target).abs(), mask),
        "ssim": mean_over(1 - similarity, mask),
        "steps": mean_over(steps, mask),
        "texture": texture,
    }


def _roughness(mel: Tensor) -> Tensor:
    """Mean absolute step from band to band and from frame to frame, in patches of 8 × 8, [B, 2, T / 8, 10].

    An L1 loss alone is content with half the contrast wherever it is unsure; comparing how rough a patch is, not
    where, asks for all of it.
    """
    across = functional.pad(mel.diff(dim=-1).abs(), (0, 1))
    along = functional.pad(mel.diff(dim=-2).abs(), (0, 0, 0, 1))
    return functional.avg_pool2d(torch.stack([across, along], dim=1), TEXTURE_PATCH)


def contrast(mel: Tensor, mask: Tensor, first: int = 0, last: int = 80) -> Tensor:
    """Mean absolute step between neighbouring bands first..last: the measure of over-smoothing."""
    return mean_over(mel[..., first:last].diff(dim=-1).abs(), mask)


def speech_mask(target: Tensor, mask: Tensor) -> Tensor:
    """Frames that are not silence: those whose mean log mel lies above −8."""
    return mask * (target.mean(-1) > -8).to(torch.float32)
