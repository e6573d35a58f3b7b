"""Windows over a mel spectrogram: which frames go into each inference, and which samples of it are kept.

A vocoder that sees a few frames to either side gives, in a window that carries so many frames of context and is
cropped by them, the samples of one inference over the whole. The zero padding inside the network acts only at the
ends of an utterance, so a window that reaches an end stops exactly there.

The windows have a few fixed lengths, because a device makes kernels for each new length and keeps some of them. That
costs time (for HiFi-GAN as much as 25 to 60 frames of speech do) and memory, which would grow with every new length.
And the utterance may come in pieces, sentence after sentence, so that a window runs over their borders and no
sentence needs a length of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .mel import N_MELS, SILENCE

NEW_LENGTH = 48  # frames that cost as much as the kernels for a length that was not met before
NEW_WINDOW = 16  # frames that cost as much as one inference more

OwnLengths: TypeAlias = Literal["where cheaper", "where needed", "never"]


@dataclass(frozen=True)
class Window:
    """One inference: which frames go in, and which frames of the result are kept.

    Attributes:
        start: First mel frame that goes in.
        stop: Frame after the last that goes in; past the end of the mel where a device's shortest static
            window is longer than the utterance.
        first: First frame whose samples are kept.
        last: Frame after the last whose samples are kept.
    """

    start: int
    stop: int
    first: int
    last: int


def plan_windows(
    known: Callable[[int], int],
    *,
    first: int,
    largest: int,
    sizes: tuple[int, ...],
    context: int,
    own_lengths: OwnLengths,
    ends: tuple[int, ...] = (),
) -> Iterator[Window]:
    """Cut an utterance into windows: a small first one, each next one about twice as long.

    The last window is moved back until it ends with the utterance. If no fixed length fits, the rest is cut into two
    windows, or the last one has a length of its own.

    Args:
        known: Asked for a number of frames, tells how many there are: at least so many, or fewer when the
            utterance ends there.
        first: Frames to keep of the first window, at least, ≥ 1.
        largest: Frames to keep of a window at most, ≥ first; never fewer than the smallest size gives.
        sizes: The lengths of input, ascending, each more than twice the context.
        context: Frames to either side that the vocoder sees.
        own_lengths: When the last window has a length that is none of the fixed ones. `where cheaper`: whenever a
            fixed one costs more than the kernels for a new one; there are as many lengths as utterances. `where
            needed`: only in an utterance so short that no two windows cover it, so the lengths are bounded. `never`:
            such an utterance is padded, the one case in which the result is not that of one inference.
        ends: The lengths that the last windows of an utterance may have, ascending; the sizes when empty.
    """
    sizes = tuple(size for size in sizes if size <= largest + 2 * context) or sizes[:1]
    done, wanted = 0, first
    while True:
        start = max(0, done - context)
        need = done + wanted + context - start
        size = next((size for size in sizes if size >= need), sizes[-1])
        total = known(start + size + 1)
        if not total:
            return
        if total <= start + size:  # the utterance ends here
            if own_lengths == "where cheaper":
                size = _last_length(total - start, total, sizes)
            else:
                size = _next_of_last_lengths(
                    total, start=start, done=done, ends=ends or sizes, context=context
                ) or max((size for size in sizes if size <= total), default=0)
            if not size:
                size = total if own_lengths == "where needed" else sizes[0]
            if start + size >= total:
                yield Window(max(0, total - size), max(total, size), done, total)
                return
        last = start + size - context
        yield Window(start, start + size, done, last)
        done, wanted = last, min(2 * wanted, largest)


def _last_length(need: int, total: int, sizes: tuple[int, ...]) -> int:
    """Return the fixed length of a last window that is moved back, or its own where that is cheaper."""
    size = next((size for size in sizes if need <= size <= total), 0)
    return size if size and size - need <= NEW_LENGTH else need


def _next_of_last_lengths(total: int, *, start: int, done: int, ends: tuple[int, ...], context: int) -> int:
    """Return the length of the next window where one or two of fixed lengths are left; 0 where they do not suffice.

    Of two windows, the first begins at `start`, and the second ends with the utterance and sees the context of the
    frames that it keeps. Of all ways, this is the one with the least work.
    """
    need = total - start
    fitting = [size for size in ends if size <= total]
    ways = [(size, size) for size in fitting if size >= need][:1]
    for size in fitting:
        if context + done - start < size < need:
            second = next((other for other in fitting if other >= need - size + 2 * context), None)
            if second is not None:
                ways.append((size + second + NEW_WINDOW, size))
    return min(ways, default=(0, 0))[1]


class MelFrames:
    """The frames of one utterance, which come in pieces and are forgotten when no window needs them any more.

    Args:
        pieces: floating [1, 80, T] or [80, T] each.
        kept: Frames before the end of a window that a later one may need.
    """

    def __init__(self, pieces: Iterable[NDArray[np.floating]], *, kept: int) -> None:
        self._pieces = iter(pieces)
        self._kept = kept
        self._start = 0
        self._mel: NDArray[np.float32] = np.empty((1, N_MELS, 0), dtype=np.float32)

    def known(self, count: int) -> int:
        """Take pieces until there are `count` frames in all, or no more come; return how many there are."""
        have: int = self._start + self._mel.shape[2]
        new = []
        while have < count and (piece := next(self._pieces, None)) is not None:
            new.append(check_mel(piece))
            have += new[-1].shape[2]
        if new:
            self._mel = np.concatenate([self._mel, *new], axis=2) if self._mel.size or new[1:] else new[0]
        return have

    def inputs(self, window: Window) -> dict[str, NDArray[np.float32]]:
        """Return what goes into a window, by the name of the input."""
        return {"mel": self.take(window)}

    def take(self, window: Window) -> NDArray[np.float32]:
        """Return the frames that go into a window, float32 [1, 80, stop - start], padded with silence."""
        piece = self._mel[:, :, window.start - self._start : window.stop - self._start]
        missing = window.stop - window.start - piece.shape[2]
        if missing:
            piece = np.pad(piece, ((0, 0), (0, 0), (0, missing)), constant_values=SILENCE)
        unneeded = max(0, window.stop - self._kept - self._start)
        self._mel, self._start = self._mel[:, :, unneeded:], self._start + unneeded
        return np.ascontiguousarray(piece)


def check_mel(mel: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return a mel spectrogram as float32 [1, 80, T], or refuse it.

    Args:
        mel: floating [1, 80, T] or [80, T], T ≥ 1.

    Raises:
        InputError: It has another shape or type, or holds NaN or infinite values.
    """
    mel = np.asarray(mel)
    check_mel_form(mel.shape, mel.dtype)
    if not np.isfinite(mel).all():
        raise InputError("mel spectrogram holds NaN or infinite values: expected finite natural logarithms")
    return mel.reshape(1, N_MELS, -1).astype(np.float32, copy=False)


def check_mel_form(shape: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Raise InputError unless a shape and a type are those of a mel spectrogram; see `check_mel`."""
    expected = f"expected floating point of shape [1, {N_MELS}, T] or [{N_MELS}, T], T ≥ 1"
    if not np.issubdtype(dtype, np.floating):
        raise InputError(f"mel spectrogram of type {dtype}: {expected}")
    shape = list(shape)
    if shape[-2:-1] != [N_MELS] or shape[:-2] not in ([], [1]) or not shape[-1]:
        raise InputError(f"mel spectrogram of shape {shape}: {expected}")
