"""ForwardTacotron as we train it: a prosody predictor, an encoder and a decoder with a harmonic comb.

The shape is that of ForwardTacotron (Axel Springer, https://github.com/as-ideas/ForwardTacotron, MIT): durations,
pitch and energy are predicted per phoneme, a length regulator repeats the encoded phonemes, a recurrent decoder
with a convolutional post-net draws the mel spectrogram. Two things are different, both for sharpness:

* Pitch and energy enter behind the length regulator, per frame, so that the decoder sees the F0 contour itself.
* The decoder gets, per frame, the mel spectrum of a plain pulse train at that F0 (`harmonic_comb`), and may add as
  much of it to each band as it likes. The harmonics of a voice lie 65 to 140 Hz apart in mel bands 40 to 60; a network
  that has to work out their places from a number smears them, and that is what over-smoothing sounds like.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from acoustic.comb import harmonic_comb
from text_to_speech.inference.length_regulator import PROSODY_CHANNELS
from text_to_speech.inference.mel import N_MELS
from text_to_speech.text import SYMBOLS

COMB_LOW, COMB_HIGH, COMB_STEPS = 70.0, 700.0, 600  # Hz, Hz, rows of the table (6.6 cents apart)
LOG_F0_MEAN, LOG_F0_SCALE = 5.2, 0.25  # log Hz: centre and spread of the teacher's voice
ENERGY_MEAN, ENERGY_SCALE = -4.5, 2.0
MEL_MEAN, MEL_SCALE = -5.0, 2.2  # the decoder works on values of unit spread


class ConvBlock(nn.Module):
    """Convolution over time, ReLU, layer normalisation, dropout, and the way around."""

    def __init__(self, channels: int, *, kernel: int = 5, dropout: float = 0.1) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, kernel, padding=kernel // 2)
        self.norm = nn.LayerNorm(channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, C] → [B, T, C]."""
        y = torch.relu(self.conv(x.transpose(1, 2))).transpose(1, 2)
        return x + self.dropout(self.norm(y))


class ProsodyPredictor(nn.Module):
    """Phoneme ids → durations, pitch, voicing and energy."""

    def __init__(self, *, channels: int = 256, hidden: int = 160, dropout: float = 0.1) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(SYMBOLS), channels)
        self.before = nn.Sequential(*(ConvBlock(channels, dropout=dropout) for _ in range(3)))
        self.lstm = nn.LSTM(channels, hidden, batch_first=True, bidirectional=True)
        self.mix = nn.Linear(2 * hidden, channels)
        self.after = nn.Sequential(*(ConvBlock(channels, dropout=dropout) for _ in range(2)))
        self.out = nn.Linear(channels, 6)

    def forward(self, ids: Tensor) -> Tensor:
        """Int64 [B, N] → [B, N, 6]: log duration, pitch at three points, voicing (logit), energy; unit spread."""
        x = self.before(self.embedding(ids))
        x = x + self.mix(self.lstm(x)[0])
        return self.out(self.after(x))


class Encoder(nn.Module):
    """Phoneme ids → what the decoder is told of each phoneme."""

    def __init__(self, *, channels: int = 256, hidden: int = 128, dropout: float = 0.1) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(SYMBOLS), channels)
        self.convs = nn.Sequential(*(ConvBlock(channels, dropout=dropout) for _ in range(3)))
        self.lstm = nn.LSTM(channels, hidden, batch_first=True, bidirectional=True)

    def forward(self, ids: Tensor) -> Tensor:
        """Int64 [B, N] → [B, N, 256]."""
        x = self.convs(self.embedding(ids))
        return x + self.lstm(x)[0]


class Decoder(nn.Module):
    """Embeddings and prosody per frame → mel spectrogram."""

    def __init__(
        self,
        *,
        embedding: int = 256,
        channels: int = 256,
        hidden: int = 256,
        post: int = 4,
        dropout: float = 0.05,
    ) -> None:
        super().__init__()
        self.register_buffer("comb", harmonic_comb(COMB_LOW, COMB_HIGH, COMB_STEPS), persistent=False)
        self.enter = nn.Linear(embedding + PROSODY_CHANNELS + 1 + N_MELS, channels)
        self.convs = nn.Sequential(*(ConvBlock(channels, dropout=dropout) for _ in range(2)))
        self.lstm = nn.LSTM(channels, hidden, batch_first=True, bidirectional=True)
        self.draft = nn.Linear(2 * hidden, 2 * N_MELS)
        self.post_enter = nn.Linear(2 * hidden + 2 * N_MELS, channels)
        self.post = nn.Sequential(*(ConvBlock(channels, dropout=dropout) for _ in range(post)))
        self.leave = nn.Linear(channels, 2 * N_MELS)

    def features(self, prosody: Tensor) -> tuple[Tensor, Tensor]:
        """Prosody [B, T, 5] → normalised features [B, T, 6 + 80] and the comb alone [B, T, 80]."""
        log_f0, voicing, energy, position, log_frames = prosody.unbind(-1)
        place = (log_f0 - np.log(COMB_LOW)) * ((COMB_STEPS - 1) / np.log(COMB_HIGH / COMB_LOW))
        place = place.clamp(0.0, COMB_STEPS - 1.001)
        row = place.floor()
        share = (place - row).unsqueeze(-1)
        index = row.long()
        comb = (self.comb[index] * (1 - share) + self.comb[index + 1] * share) * voicing.unsqueeze(-1)
        plain = [
            (log_f0 - LOG_F0_MEAN) / LOG_F0_SCALE,
            voicing,
            (energy - ENERGY_MEAN) / ENERGY_SCALE,
            2 * position - 1,
            log_frames - 1.5,
            torch.sin(np.pi * position),
        ]
        return torch.cat([torch.stack(plain, dim=-1), comb], dim=-1), comb

    def forward(self, data: Tensor, prosody: Tensor) -> tuple[Tensor, Tensor]:
        """Draw the mel spectrogram.

        Args:
            data: [B, T, E], embeddings repeated by the length regulator.
            prosody: [B, T, 5], see `text_to_speech.inference.length_regulator.frame_prosody`.

        Returns:
            The log-mel spectrogram [B, T, 80] before and after the post-net.
        """
        features, comb = self.features(prosody)
        x = self.convs(self.enter(torch.cat([data, features], dim=-1)))
        hidden = self.lstm(x)[0]
        envelope, depth = self.draft(hidden).chunk(2, dim=-1)
        draft = envelope + depth * comb
        y = self.post(self.post_enter(torch.cat([hidden, draft, comb], dim=-1)))
        change, depth = self.leave(y).chunk(2, dim=-1)
        final = draft + change + depth * comb
        return draft * MEL_SCALE + MEL_MEAN, final * MEL_SCALE + MEL_MEAN


class ForwardTacotron(nn.Module):
    """All three parts, for one checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.predictor = ProsodyPredictor()
        self.encoder = Encoder()
        self.decoder = Decoder()
