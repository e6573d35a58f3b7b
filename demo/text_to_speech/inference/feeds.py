"""Feeds: what a vocoder takes in, window by window, of an utterance that comes in pieces.

The scheduler asks a feed how many frames there are and for the inputs of a window. `MelFeed` gives the mel
spectrogram alone, which is all that HiFi-GAN takes; `source_filter.SourceFeed` adds the source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .mel import N_MELS, SILENCE, check_mel
from .windows import Window

Inputs: TypeAlias = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class MelPiece:
    """A piece of a mel spectrogram whose pitch is known.

    Attributes:
        mel: floating [1, 80, T] or [80, T].
        contour: float32 [2, T], F0 in octaves above 180 Hz and voicing 0..1 at the centres of the frames.
    """

    mel: NDArray[np.floating]
    contour: NDArray[np.float32]


# One of the pieces of a mel spectrogram. Either the pitch of all of them is known, or it is read from the mel.
Piece: TypeAlias = "NDArray[np.floating] | MelPiece"


class Feed(Protocol):
    """The frames of one utterance, which come in pieces and are forgotten when no window needs them any more."""

    def known(self, count: int) -> int:
        """Take pieces until there are `count` frames in all, or no more come; return how many there are."""

    def inputs(self, window: Window) -> Inputs:
        """Return the inputs of the model for a window, by name. Windows are asked for in order."""


class MelFeed:
    """The mel spectrogram of one utterance.

    Args:
        pieces: floating [1, 80, T] or [80, T] each, or pieces with a contour, which is not needed here.
        kept: Frames before the end of a window that a later one may need.
    """

    def __init__(self, pieces: Iterable[Piece], *, kept: int) -> None:
        self._pieces = iter(pieces)
        self._kept = kept
        # The frames that are held, and the number of the first one.
        self._mel: NDArray[np.float32] = np.empty((1, N_MELS, 0), dtype=np.float32)
        self._start = 0

    def known(self, count: int) -> int:
        """Take pieces until there are `count` frames in all, or no more come; return how many there are."""
        have = self.frames
        new = []
        while have < count and (piece := next(self._pieces, None)) is not None:
            new.append(check_mel(piece.mel if isinstance(piece, MelPiece) else piece))
            have += new[-1].shape[2]
        if new:
            # A whole spectrogram comes as one piece, which need not be copied.
            self._mel = np.concatenate([self._mel, *new], axis=2) if self._mel.size or new[1:] else new[0]
        return have

    @property
    def frames(self) -> int:
        """How many frames have come."""
        return self._start + int(self._mel.shape[2])

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
