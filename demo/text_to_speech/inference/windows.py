"""The plan of windows over a mel spectrogram: which frames go into each inference, and which samples of it are kept.

A vocoder sees a few frames to either side of a sample, its context. If a window carries so many frames more at either
end, and the samples of those are cut off, the windows joined are the samples of one inference over the whole. Only at
the ends of an utterance does the zero padding inside the network act, so a window that reaches an end stops exactly
there.

The windows have a few fixed lengths, because a device makes kernels for each length that it meets and keeps some of
them. That costs time (for HiFi-GAN as much as 25 to 60 frames of speech do) and memory, which would grow with every
new length. And the utterance may come in pieces, sentence after sentence: a window runs over the borders of pieces,
so that no sentence needs a length of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

# What a kernel and an inference cost, as the number of frames that could be computed in the same time: making the
# kernels for a new length, and one more window.
NEW_LENGTH = 48
NEW_WINDOW = 16

OwnLengths: TypeAlias = Literal["where cheaper", "where needed", "never"]


@dataclass(frozen=True)
class Window:
    """One inference: which frames go in, and the samples of which frames are kept.

    Attributes:
        start: First mel frame of the input.
        stop: End of the input (exclusive). It lies past the end of the mel spectrogram where the shortest window that
            a device takes is longer than the utterance.
        keep_start: First frame whose samples are kept.
        keep_stop: End of the frames whose samples are kept (exclusive).
    """

    start: int
    stop: int
    keep_start: int
    keep_stop: int


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """The lengths of input, in mel frames, that the windows of a vocoder may have.

    Attributes:
        sizes: Lengths of all windows but the last ones, ascending, each more than twice the context.
        context: Frames to either side of a sample that the vocoder sees.
        own: When the last window may have a length that is none of the fixed ones. `where cheaper`: whenever a fixed
            length costs more than the kernels for a new one; there are then as many lengths as utterances. `where
            needed`: only in an utterance that is too short for two windows, so that the number of lengths is bounded.
            `never`: such an utterance is padded, the one case in which the result is not that of one inference.
        ends: Lengths of the last windows, ascending; empty if they are `sizes`.
    """

    sizes: tuple[int, ...]
    context: int
    own: OwnLengths
    ends: tuple[int, ...] = ()

    @property
    def all(self) -> tuple[int, ...]:
        """Every fixed length, ascending."""
        return tuple(sorted({*self.sizes, *self.ends}))

    def sizes_up_to(self, largest: int) -> tuple[int, ...]:
        """Return the sizes of windows that keep `largest` frames or fewer; the smallest size is always among them."""
        return tuple(size for size in self.sizes if size <= largest + 2 * self.context) or self.sizes[:1]


def plan_windows(
    known: Callable[[int], int], *, first: int, largest: int, lengths: Lengths
) -> Iterator[Window]:
    """Cut an utterance into windows: a small first one, each next one about twice as long.

    The last window is moved back until it ends with the utterance. If no fixed length fits, the rest is cut into two
    windows, or the last window gets a length of its own.

    Args:
        known: Returns the number of frames that are there after trying to buffer `count`; fewer than `count` means
            that the utterance ends there.
        first: Frames to keep of the first window, at least, ≥ 1.
        largest: Frames to keep of a window, at most, ≥ first; never fewer than the smallest size gives.
        lengths: The lengths that windows may have.
    """
    sizes = lengths.sizes_up_to(largest)
    done, wanted = 0, first
    while True:
        start = max(0, done - lengths.context)
        needed = done + wanted + lengths.context - start
        size = next((size for size in sizes if size >= needed), sizes[-1])
        # One frame more than the window takes tells whether the utterance ends with it.
        total = known(start + size + 1)
        if not total:
            return
        if total <= start + size:
            size = _size_near_the_end(total, start=start, done=done, sizes=sizes, lengths=lengths)
            if start + size >= total:
                yield Window(max(0, total - size), max(total, size), done, total)
                return
        keep_stop = start + size - lengths.context
        yield Window(start, start + size, done, keep_stop)
        done, wanted = keep_stop, min(2 * wanted, largest)


# The end of an utterance. The window that would come next begins at `start`, keeps what follows `done`, and is longer
# than what is left. (c: context, k: what is kept)
#
#     frames                    0 …………………… start … done ………………………… total
#     the next window                          c c c c k k k k k k k k k k:─ ─ ─ ─   too long
#     one window, moved back          c c c c c c c c c k k k k k k k k k k          more context than needed
#     two windows                              c c c c k k k c c c c
#                                                        c c c c k k k k k k         the second ends with the utterance
#     a length of its own                      c c c c k k k k k k k k k k           new kernels


def _size_near_the_end(total: int, *, start: int, done: int, sizes: tuple[int, ...], lengths: Lengths) -> int:
    """Return the length of the next window, where the utterance ends within the one that was planned.

    A length that reaches the end from `start` makes it the last window. A shorter one leaves a rest for the next.
    """
    if lengths.own == "where cheaper":
        return _moved_back_or_own(total - start, total, sizes)
    ends = lengths.ends or sizes
    size = _first_of_one_or_two(total, start=start, done=done, ends=ends, context=lengths.context)
    if size:
        return size
    fitting = [size for size in sizes if size <= total]
    if fitting:
        return fitting[-1]
    return total if lengths.own == "where needed" else sizes[0]


def _moved_back_or_own(needed: int, total: int, sizes: tuple[int, ...]) -> int:
    """Return the fixed length of a last window that is moved back, or the needed one if that is cheaper."""
    size = next((size for size in sizes if needed <= size <= total), None)
    return needed if size is None or size - needed > NEW_LENGTH else size


def _first_of_one_or_two(total: int, *, start: int, done: int, ends: tuple[int, ...], context: int) -> int:
    """Return the length of the next window if one or two of fixed lengths reach the end; 0 if they do not.

    Of two windows, the first begins at `start`, and the second ends with the utterance and has the context of the
    frames that it keeps. Of all ways, the one with the least work is taken.
    """
    needed = total - start
    fitting = [size for size in ends if size <= total]
    # Pairs of the work, in frames, and the length of the first window.
    ways = [(size, size) for size in fitting if size >= needed][:1]
    for size in fitting:
        keeps_something = size > done - start + context
        if keeps_something and size < needed:
            # What the first window leaves, and the context on both sides of their border.
            rest = needed - size + 2 * context
            second = next((other for other in fitting if other >= rest), None)
            if second is not None:
                ways.append((size + second + NEW_WINDOW, size))
    return min(ways, default=(0, 0))[1]
