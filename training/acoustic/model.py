"""ForwardTacotron of several voices: a prosody predictor, an encoder and a decoder, all without recurrence.

    phonemes ──┬─▶ ProsodyPredictor ──▶ durations, pitch, voicing, energy ──▶ length regulator ──┐
               └─▶ Encoder ──▶ embeddings ──────────────────────────────────▶ length regulator ──┴─▶ Decoder ──▶ mel
    voice ─────────▶ (predictor and decoder)

The split is that of ForwardTacotron (Axel Springer, https://github.com/as-ideas/ForwardTacotron, MIT). A voice is a
vector of 63 numbers which is an input of both graphs, so that a new voice needs no new graph and two voices can be
mixed. The first number is the voice's mean log-F0 (less 5), which pitch is relative to; 31 are learnt with the
predictor and 31 with the decoder. The vector scales and shifts the normalised values of each block (FiLM, Perez et al.
2018, https://arxiv.org/abs/1709.07871).

Blocks are those of ConvNeXt (Liu et al. 2022, https://arxiv.org/abs/2201.03545) over time. Growing dilations show the
decoder a second to either side and the predictor 96 phonemes; two layers of attention show it the whole utterance.
Where there is no recurrence a processor can work on all frames at once, and a device with static shapes on windows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from acoustic.comb import harmonic_comb
from acoustic.depthwise import depthwise
from text_to_speech.inference.length_regulator import PROSODY_CHANNELS
from text_to_speech.inference.mel import N_MELS
from text_to_speech.text import SYMBOLS

if TYPE_CHECKING:
    from acoustic.data import Batch

VOICE_SIZE = 32  # numbers of a voice that one network sees: its pitch and 31 that are learnt with the network
COMB_LOW, COMB_HIGH, COMB_STEPS = 55.0, 600.0, 620  # Hz, Hz, rows of the table (6.7 cents apart)
LOG_F0_CENTRE = 5.0  # natural log of 148 Hz: between men and women
LOG_F0_SCALE = 0.25  # natural log: the spread of one voice's pitch
ENERGY_MEAN, ENERGY_SCALE = -4.5, 2.0
MEL_MEAN, MEL_SCALE = -5.0, 2.2  # the decoder works on values of unit spread
LOG_DURATION_MEAN = 1.3  # the predictor's first output is log(frames) - 1.3
HEADS = 4
WIDE_DILATION = 4  # from here on a convolution of our own learns faster


class VoiceNorm(nn.Module):
    """Layer normalisation whose scale and shift are the voice's."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.film = nn.Linear(VOICE_SIZE, 2 * channels)
        with torch.no_grad():
            self.film.weight.mul_(0.1)
            self.film.bias.zero_()

    def forward(self, x: Tensor, voice: Tensor) -> Tensor:
        """[B, T, C] and [B, 32] → [B, T, C]."""
        scale, shift = self.film(voice).unsqueeze(1).chunk(2, dim=-1)
        return self.norm(x) * (1 + scale) + shift


class VoiceBlock(nn.Module):
    """A ConvNeXt block over time: dilated depthwise convolution, a perceptron on each frame, and the way around."""

    def __init__(self, channels: int, hidden: int, *, dilation: int, kernel: int = 7, dropout: float) -> None:
        super().__init__()
        self.dilation, reach = dilation, dilation * (kernel // 2)
        # In this layout a convolution over [B, C, 1, T] needs no copy: it is PyTorch's channels-last.
        self.depthwise = nn.Conv2d(
            channels, channels, (1, kernel), padding=(0, reach), dilation=(1, dilation), groups=channels
        )
        self.norm = VoiceNorm(channels)
        self.widen = nn.Linear(channels, hidden)
        self.narrow = nn.Linear(hidden, channels)
        self.dropout = nn.Dropout(dropout)
        self.scale = nn.Parameter(torch.full((channels,), 0.3))

    def forward(self, x: Tensor, voice: Tensor, mask: Tensor) -> Tensor:
        """[B, T, C], [B, 32] and [B, T, 1] (1 where there is something) → [B, T, C]."""
        present = x * mask
        if self.training and self.dilation >= WIDE_DILATION:
            y = depthwise(present, self.depthwise, dilation=self.dilation)
        else:
            y = self.depthwise(present.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2)
        y = self.narrow(functional.gelu(self.widen(self.norm(y, voice)), approximate="tanh"))
        return x + self.scale * self.dropout(y)


class Attention(nn.Module):
    """Each phoneme looks at all others; order is known from the convolutions before."""

    def __init__(self, channels: int, *, dropout: float) -> None:
        super().__init__()
        self.norm = VoiceNorm(channels)
        self.enter = nn.Linear(channels, 3 * channels)
        self.leave = nn.Linear(channels, channels)
        self.dropout = nn.Dropout(dropout)
        self.scale = (channels // HEADS) ** -0.5

    def forward(self, x: Tensor, voice: Tensor, mask: Tensor) -> Tensor:
        """[B, N, C], [B, 32] and [B, N, 1] → [B, N, C]."""
        parts = self.enter(self.norm(x, voice)).unflatten(2, (3 * HEADS, -1)).transpose(1, 2)
        query, key, value = parts.chunk(3, dim=1)
        scores = query @ key.transpose(2, 3) * self.scale
        scores = scores + (mask.transpose(1, 2).unsqueeze(1) - 1) * 1e4
        mixed = torch.softmax(scores, dim=-1) @ value
        return x + self.dropout(self.leave(mixed.transpose(1, 2).flatten(2)))


class ProsodyPredictor(nn.Module):
    """Phoneme ids and a voice → durations, pitch, voicing and energy."""

    def __init__(self, *, channels: int = 256, hidden: int = 768, dropout: float = 0.1) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(SYMBOLS), channels)
        self.layers = nn.ModuleList()
        for dilation in (1, 2, 4, None, 8, 16, None, 1):
            if dilation is None:
                self.layers.append(Attention(channels, dropout=dropout))
            else:
                self.layers.append(VoiceBlock(channels, hidden, dilation=dilation, dropout=dropout))
        self.norm = VoiceNorm(channels)
        self.out = nn.Linear(channels, 6)

    def forward(self, ids: Tensor, voice: Tensor, mask: Tensor | None = None) -> Tensor:
        """Predict prosody.

        Args:
            ids: Int64 [B, N].
            voice: [B, 32].
            mask: [B, N], 1 where there is a phoneme; None for all.

        Returns:
            [B, N, 6] of unit spread: log duration, pitch at three points relative to the voice's mean, voicing
            (logit), energy. See `in_units`.
        """
        present = torch.ones_like(ids, dtype=voice.dtype) if mask is None else mask
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, voice, present.unsqueeze(-1))
        return self.out(self.norm(x, voice)).float()


def in_units(raw: Tensor, voice: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Turn [B, N, 6] of the predictor into frames [B, N, 1], log-F0 [B, N, 3], voicing and energy [B, N, 1]."""
    frames = torch.exp(raw[..., :1] + LOG_DURATION_MEAN)
    log_f0 = raw[..., 1:4] * LOG_F0_SCALE + voice[:, :1].unsqueeze(1) + LOG_F0_CENTRE
    return frames, log_f0, torch.sigmoid(raw[..., 4:5]), raw[..., 5:6] * ENERGY_SCALE + ENERGY_MEAN


class Encoder(nn.Module):
    """Phoneme ids → what the decoder is told of each phoneme; the same for all voices."""

    def __init__(self, *, channels: int = 256, hidden: int = 512, dropout: float = 0.1) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(SYMBOLS), channels)
        self.layers = nn.ModuleList(
            VoiceBlock(channels, hidden, dilation=d, dropout=dropout) for d in (1, 2, 4)
        )

    def forward(self, ids: Tensor, voice: Tensor, mask: Tensor | None = None) -> Tensor:
        """Int64 [B, N], [B, 32] and [B, N] → [B, N, 256]."""
        present = torch.ones_like(ids, dtype=voice.dtype) if mask is None else mask
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, voice, present.unsqueeze(-1))
        return x


class Decoder(nn.Module):
    """Embeddings and prosody per frame, and a voice → mel spectrogram."""

    def __init__(self, *, channels: int = 256, hidden: int = 768, dropout: float = 0.05) -> None:
        super().__init__()
        self.register_buffer("comb", harmonic_comb(COMB_LOW, COMB_HIGH, COMB_STEPS), persistent=False)
        self.enter = nn.Linear(channels + PROSODY_CHANNELS + 1 + N_MELS, channels)
        self.before = nn.ModuleList(
            VoiceBlock(channels, hidden, dilation=d, dropout=dropout) for d in (1, 2, 4, 8, 16)
        )
        self.draft_norm = VoiceNorm(channels)
        self.draft = nn.Linear(channels, 2 * N_MELS)
        self.post_enter = nn.Linear(channels + 2 * N_MELS, channels)
        self.after = nn.ModuleList(
            VoiceBlock(channels, hidden, dilation=d, dropout=dropout) for d in (1, 1, 2)
        )
        self.norm = VoiceNorm(channels)
        self.leave = nn.Linear(channels, 2 * N_MELS)

    def features(self, prosody: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
        """Prosody [B, T, 5] and voice [B, 32] → features [B, T, 6 + 80] and the comb alone [B, T, 80]."""
        log_f0, voicing, energy, position, log_frames = prosody.unbind(-1)
        place = (log_f0 - np.log(COMB_LOW)) * ((COMB_STEPS - 1) / np.log(COMB_HIGH / COMB_LOW))
        place = place.clamp(0.0, COMB_STEPS - 1.001)
        row = place.floor()
        share = (place - row).unsqueeze(-1)
        index = row.long()
        comb = (self.comb[index] * (1 - share) + self.comb[index + 1] * share) * voicing.unsqueeze(-1)
        plain = [
            (log_f0 - LOG_F0_CENTRE - voice[:, :1]) / LOG_F0_SCALE,
            voicing,
            (energy - ENERGY_MEAN) / ENERGY_SCALE,
            2 * position - 1,
            log_frames - 1.5,
            torch.sin(np.pi * position),
        ]
        return torch.cat([torch.stack(plain, dim=-1), comb], dim=-1), comb

    def forward(
        self, data: Tensor, prosody: Tensor, voice: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Draw the mel spectrogram.

        Args:
            data: [B, T, 256], embeddings repeated by the length regulator.
            prosody: [B, T, 5], see `text_to_speech.inference.length_regulator.frame_prosody`.
            voice: [B, 32].
            mask: [B, T], 1 where there is a frame; None for all.

        Returns:
            The log-mel spectrogram [B, T, 80] before and after the last blocks.
        """
        features, comb = self.features(prosody, voice)
        present = (torch.ones_like(prosody[..., 0]) if mask is None else mask).unsqueeze(-1)
        x = self.enter(torch.cat([data, features], dim=-1))
        for block in self.before:
            x = block(x, voice, present)
        envelope, depth = self.draft(self.draft_norm(x, voice)).chunk(2, dim=-1)
        draft = envelope + depth * comb
        y = self.post_enter(torch.cat([x, draft, comb], dim=-1))
        for block in self.after:
            y = block(y, voice, present)
        change, depth = self.leave(self.norm(y, voice)).chunk(2, dim=-1)
        final = draft + change + depth * comb
        return (draft * MEL_SCALE + MEL_MEAN).float(), (final * MEL_SCALE + MEL_MEAN).float()


class Voices(nn.Module):
    """The vectors of all voices, by number.

    Args:
        mean_log_f0: Mean natural log of F0 in Hz of each voice: the first number of its vector, which is not learnt.
    """

    def __init__(self, mean_log_f0: list[float]) -> None:
        super().__init__()
        self.register_buffer(
            "pitch", torch.tensor(mean_log_f0, dtype=torch.float32).unsqueeze(1) - LOG_F0_CENTRE
        )
        self.learnt = nn.Embedding(len(mean_log_f0), VOICE_SIZE - 1)
        nn.init.normal_(self.learnt.weight, std=0.5)

    def forward(self, numbers: Tensor) -> Tensor:
        """Int64 [B] → [B, 32]."""
        return torch.cat([self.pitch[numbers], self.learnt(numbers)], dim=1)


def draw(modules: nn.ModuleDict, batch: Batch, voice: Tensor) -> tuple[Tensor, Tensor]:
    """Draw the mel spectrograms of a batch with the prosody that it has.

    Args:
        modules: The `encoder` and the `decoder`.
        batch: B utterances of T frames.
        voice: [B, 32], the numbers of each utterance's voice that the decoder knows.

    Returns:
        The log-mel spectrograms [B, T, 80] before and after the last blocks.
    """
    embeddings = modules["encoder"](batch.ids, voice, batch.phonemes)
    data = embeddings.gather(1, batch.places.unsqueeze(-1).expand(-1, -1, embeddings.shape[-1]))
    draft, final = modules["decoder"](data, batch.prosody, voice, batch.frames)
    return draft, final
