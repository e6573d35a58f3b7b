"""The length regulator: time is neither lost nor made, and contours run through their points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from text_to_speech.errors import InputError
from text_to_speech.inference.length_regulator import (
    PITCH_POINTS,
    PROSODY_CHANNELS,
    frame_prosody,
    regulate_length,
    round_durations,
)

durations_of_phonemes = hnp.arrays(np.float32, st.integers(1, 200), elements=st.floats(0, 50, width=32))


@given(durations=durations_of_phonemes)
@settings(deadline=None)
def test_every_phoneme_has_a_frame_and_the_total_is_right(durations):
    rounded = round_durations(durations)
    assert rounded.dtype == np.int64
    assert (rounded >= 1).all()
    exact = durations.astype(np.float64).sum()
    # Phonemes shorter than a frame are lengthened to one; otherwise the total is right to half a frame.
    assert exact - 0.5 - 1e-6 <= rounded.sum() <= max(exact, 0) + np.maximum(1 - durations, 0).sum() + 1


@given(durations=hnp.arrays(np.float32, st.integers(1, 200), elements=st.floats(2, 50, width=32)))
@settings(deadline=None)
def test_every_end_is_right_to_half_a_frame_where_no_phoneme_is_short(durations):
    ends = np.cumsum(durations.astype(np.float64))
    assert np.abs(np.cumsum(round_durations(durations)) - ends).max() <= 0.5 + 1e-6


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_durations_must_be_finite_and_not_negative(value):
    with pytest.raises(InputError, match="durations"):
        round_durations(np.array([1.0, value]))


@given(durations=hnp.arrays(np.int64, st.integers(1, 50), elements=st.integers(0, 20)))
@settings(deadline=None)
def test_embeddings_are_repeated_in_order(durations):
    embeddings = np.arange(durations.size, dtype=np.float32)[:, np.newaxis]
    frames = regulate_length(embeddings, durations)
    assert frames.shape == (durations.sum(), 1)
    assert np.array_equal(np.bincount(frames[:, 0].astype(int), minlength=durations.size), durations)
    assert (np.diff(frames[:, 0]) >= 0).all()


def test_lengths_must_agree():
    with pytest.raises(InputError, match="3 embeddings and 2 durations"):
        regulate_length(np.zeros((3, 4), np.float32), np.ones(2, np.int64))


def test_negative_durations_are_refused():
    with pytest.raises(InputError, match="negative"):
        regulate_length(np.zeros((2, 4), np.float32), np.array([3, -1]))


def test_contours_run_through_their_points():
    durations = np.array([6, 12], dtype=np.int64)
    # One straight line in time: its values at the six points determine it at every frame's centre.
    starts = np.array([0, 6])
    pitch = (5 + 0.01 * (starts[:, None] + durations[:, None] * np.array(PITCH_POINTS))).astype(np.float32)
    contours = frame_prosody(pitch, np.array([0.0, 1.0]), np.array([-3.0, -2.0]), durations)
    assert contours.shape == (18, PROSODY_CHANNELS)
    assert contours.dtype == np.float32
    inside = slice(1, 16)  # outside the first and the last point the contour is held
    assert np.allclose(contours[inside, 0], 5 + 0.01 * (np.arange(18) + 0.5)[inside], atol=1e-5)
    assert np.array_equal(contours[:, 1], [0] * 6 + [1] * 12)
    assert np.array_equal(contours[:, 2], [-3] * 6 + [-2] * 12)
    assert np.allclose(contours[:6, 3], (np.arange(6) + 0.5) / 6)
    assert np.allclose(contours[6:, 4], np.log(12))
