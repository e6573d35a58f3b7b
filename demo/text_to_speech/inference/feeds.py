"""Feeds: what a vocoder takes in, window by window, of an utterance that comes in pieces.

The scheduler asks a feed how many frames there are and for the inputs of a window. `MelFeed` gives the mel
spectrogram alone, which is all that HiFi-GAN takes; `source_filter.SourceFeed` adds the source.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .mel import N_MELS, SILENCE, check_mel
from .windows import Window

Inputs: TypeAlias = dict[str, NDArray[np.float32]]


class Feed(Protocol):
    """The frames of one utterance, which come in pieces and are forgotten when no window needs them any more."""

    def known(self, count: int) -> int:
        """Take pieces until there are `count` frames in all, or no more come; return how many there are."""

    def inputs(self, window: Window) -> Inputs:
        """Return the inputs of the model for a window, by name. Windows are asked for in order."""


class MelFeed:
    """The mel spectrogram of one utterance.

    Args:
        pieces: floating [1, 80, T] or [80, T] each.
        kept: Frames before the end of a window that a later one may need.
    """

    def __init__(self, pieces: Iterable[NDArray[np.floating]], *, kept: int) -> None:
        self._pieces = iter(pieces)
        self._kept = kept
        # The frames that are held, and the number of the first one.
        self._mel: NDArray[np.float32] = np.empty((1, N_MELS, 0), dtype=np.float32)
        self._start = 0

    def known(self, count: int) -> int:
        """Take pieces until there are `count` frames in all, or no more come; return how many there are."""
        have: int = self._start + self._mel.shape[2]
        new = []
        while have < count and (piece := next(self._pieces, None)) is not None:
            new.append(check_mel(piece))
            have += new[-1].shape[2]
        if new:
            # A whole spectrogram comes as one piece, which need not be copied.
            self._mel = np.concatenate([self._mel, *new], axis=2) if self._mel.size or new[1:] else new[0]
        return have

    def inputs(self, window: Window) -> Inputs:
        """Return the input `mel` of a window."""
        return {"mel": self.take(window)}

    def take(self, window: Window) -> NDArray[np.float32]:
        """Return the frames of a window, float32 [1, 80, stop - start], padded with silence past the end."""
        piece = self._mel[:, :, window.start - self._start : window.stop - self._start]
        missing = window.stop - window.start - piece.shape[2]
        if missing:
            piece = np.pad(piece, ((0, 0), (0, 0), (0, missing)), constant_values=SILENCE)
        forgotten = max(0, window.stop - self._kept - self._start)
        self._mel, self._start = self._mel[:, :, forgotten:], self._start + forgotten
        return np.ascontiguousarray(piece)
