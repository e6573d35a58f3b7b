"""The plan of windows: covering, of the lengths that a device takes, and wasting little."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from text_to_speech.errors import InputError
from text_to_speech.inference.feeds import MelFeed
from text_to_speech.inference.source_filter import CONTEXT_FRAMES as SOURCE_FILTER_CONTEXT
from text_to_speech.inference.source_filter import (
    ENDS,
    PITCH_CONTEXT,
    PITCH_ENDS,
    pitch_lengths,
)
from text_to_speech.inference.vocoder import FIRST_WINDOW, LARGEST_WINDOW
from text_to_speech.inference.vocoder_kinds import CONTEXT_FRAMES, STATIC_WINDOWS, WINDOWS
from text_to_speech.inference.windows import NEW_LENGTH, Lengths, Window, plan_windows

FRAMES = st.integers(1, 3000)

OF_HIFI_GAN = Lengths(sizes=WINDOWS, context=CONTEXT_FRAMES, own="where cheaper")
STATIC = Lengths(sizes=STATIC_WINDOWS, context=CONTEXT_FRAMES, own="never")
OF_SOURCE_FILTER = Lengths(
    sizes=tuple(size for size in WINDOWS if size > 2 * SOURCE_FILTER_CONTEXT),
    context=SOURCE_FILTER_CONTEXT,
    own="where needed",
    ends=ENDS,
)


def plan(
    frames: int, *, first: int, largest: int = LARGEST_WINDOW, lengths: Lengths = OF_HIFI_GAN
) -> list[Window]:
    known = lambda count: min(count, frames)  # noqa: E731
    return list(plan_windows(known, first=first, largest=max(first, largest), lengths=lengths))


def plan_of_pitch(frames: int) -> list[Window]:
    """The windows that F0 is read from."""
    lengths = pitch_lengths(any_length=True)
    return plan(frames, first=1, largest=lengths.sizes[0], lengths=lengths)


def check_cover(windows: list[Window], frames: int, context: int = CONTEXT_FRAMES) -> None:
    """Every frame is kept once, in order, with its context or the end of the utterance beside it."""
    assert [w.keep_start for w in windows] == [0, *(w.keep_stop for w in windows[:-1])]
    assert windows[-1].keep_stop == frames
    for w in windows:
        assert 0 <= w.start <= max(0, w.keep_start - context)
        assert w.keep_start < w.keep_stop
        assert min(frames, w.keep_stop + context) <= w.stop


@given(frames=FRAMES, first=st.integers(1, 700), growth=st.integers(0, 700))
@example(frames=32, first=16, growth=0)
@example(frames=33, first=16, growth=0)
def test_a_plan_covers_the_utterance(frames: int, first: int, growth: int) -> None:
    windows = plan(frames, first=first, largest=first + growth)
    check_cover(windows, frames)
    assert all(w.stop <= frames for w in windows)
    assert all(w.stop - w.start in WINDOWS for w in windows[:-1])
    assert all(
        w.keep_stop - w.keep_start <= max(first + growth, WINDOWS[0]) + CONTEXT_FRAMES for w in windows
    )


@given(frames=FRAMES, first=st.integers(1, 700))
def test_a_static_plan_has_no_other_lengths(frames: int, first: int) -> None:
    windows = plan(frames, first=first, lengths=STATIC)
    check_cover(windows, frames)
    assert {w.stop - w.start for w in windows} <= set(STATIC_WINDOWS)
    assert all(w.stop <= frames for w in windows) or frames < STATIC_WINDOWS[0]


@given(frames=FRAMES, first=st.integers(1, 700), growth=st.integers(0, 700))
@example(frames=35, first=1, growth=0)
@example(frames=36, first=36, growth=0)
@example(frames=63, first=700, growth=0)
def test_a_plan_of_few_lengths_has_no_others(frames: int, first: int, growth: int) -> None:
    windows = plan(frames, first=first, largest=first + growth, lengths=OF_SOURCE_FILTER)
    check_cover(windows, frames, SOURCE_FILTER_CONTEXT)
    assert all(w.stop <= frames for w in windows)
    assert {w.stop - w.start for w in windows} <= set(ENDS) or windows == [Window(0, frames, 0, frames)]
    assert frames < ENDS[0] or {w.stop - w.start for w in windows} <= set(ENDS)


def test_pitch_is_read_from_windows_of_few_lengths() -> None:
    lengths = set()
    for frames in range(1, 1000):
        windows = plan_of_pitch(frames)
        check_cover(windows, frames, PITCH_CONTEXT)
        assert all(w.stop <= frames for w in windows)
        if frames >= ENDS[0]:
            lengths |= {w.stop - w.start for w in windows}
    assert lengths == set(PITCH_ENDS)


def test_the_lengths_of_last_windows_hold_all_others() -> None:
    assert {size for size in WINDOWS if size > 2 * SOURCE_FILTER_CONTEXT} <= set(ENDS)
    assert list(ENDS) == sorted(ENDS)
    assert list(PITCH_ENDS) == sorted(PITCH_ENDS)


def test_few_lengths_waste_little() -> None:
    """As much as the context of one more window, and a tenth of the utterance for the steps between the lengths."""
    for frames in range(ENDS[0], 1500):
        work = sum(w.stop - w.start for w in plan(frames, first=LARGEST_WINDOW, lengths=OF_SOURCE_FILTER))
        assert work <= 1.1 * frames + 3 * SOURCE_FILTER_CONTEXT


def test_a_stream_begins_with_little_and_doubles() -> None:
    windows = plan(3000, first=FIRST_WINDOW)
    assert [w.stop - w.start for w in windows[:7]] == [32, 64, 96, 192, 384, 768, 768]
    for before, after in itertools.pairwise(windows):
        # A player does not run dry.
        assert after.keep_stop - after.keep_start <= 3 * (before.keep_stop - before.keep_start)


@pytest.mark.parametrize("seconds", [2, 4, 8])
def test_a_sentence_as_a_whole_is_one_window(seconds: int) -> None:
    frames = round(seconds / 0.01161)
    assert plan(frames, first=LARGEST_WINDOW) == [Window(0, frames, 0, frames)]


@given(frames=st.integers(4000, 10_000))
def test_a_minute_as_a_whole_wastes_little(frames: int) -> None:
    work = sum(w.stop - w.start for w in plan(frames, first=LARGEST_WINDOW))
    assert work <= 1.04 * frames + NEW_LENGTH


@given(st.lists(st.integers(1, 100), max_size=30), st.data())
def test_frames_are_those_of_the_pieces_joined(lengths: list[int], data: st.DataObject) -> None:
    mel = np.arange(80 * sum(lengths), dtype=np.float32).reshape(80, -1)
    frames = MelFeed(np.split(mel, np.cumsum(lengths)[:-1], axis=1) if lengths else [], kept=50)
    stop = 0
    while stop < mel.shape[1]:
        start = data.draw(st.integers(max(0, stop - 50), stop))
        stop = data.draw(st.integers(stop + 1, mel.shape[1]))
        assert frames.known(stop) >= stop
        taken = frames.take(Window(start, stop, start, stop))
        assert taken.flags.c_contiguous
        np.testing.assert_array_equal(taken[0], mel[:, start:stop])
    assert frames.known(10**9) == mel.shape[1]


def test_a_window_past_the_end_is_padded_with_silence() -> None:
    frames = MelFeed([np.zeros((80, 3), np.float32)], kept=10)
    frames.known(3)
    taken = frames.take(Window(0, 5, 0, 3))
    assert taken.shape == (1, 80, 5)
    assert (taken[:, :, 3:] == np.float32(np.log(1e-5))).all()


def test_a_piece_that_is_no_mel_is_refused() -> None:
    with pytest.raises(InputError, match=r"shape \[3, 80\]"):
        MelFeed([np.zeros((3, 80), np.float32)], kept=10).known(1)
