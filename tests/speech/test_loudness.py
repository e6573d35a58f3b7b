"""Gains and the limiter: exact, smooth, never above full scale, the same however the audio is cut."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.inference.mel import HOP_LENGTH
from text_to_speech.speech.loudness import CEILING, SMOOTHED, Amplifier, frame_gains

RANDOM = np.random.default_rng(5)


def noise(frames: int, level: float = 0.5) -> np.ndarray:
    return (RANDOM.uniform(-level, level, frames * HOP_LENGTH)).astype(np.float32)


def test_gains_are_those_asked_for_with_ramps_between() -> None:
    gains = frame_gains(np.array([0.0, 20.0, -np.inf]), np.array([10, 10, 10]))
    assert gains.shape == (30,)
    np.testing.assert_allclose(gains[[0, 7, 12, 17, 22, 29]], [1, 1, 10, 10, 0, 0], atol=1e-12)
    assert np.abs(np.diff(gains)).max() <= 10 / SMOOTHED + 1e-9


def test_without_a_change_the_audio_stays_as_it_is() -> None:
    audio = noise(4)
    assert Amplifier(np.ones(4))(audio) is audio


def test_softer_is_softer_by_as_much_as_asked_for() -> None:
    audio = noise(6)
    np.testing.assert_allclose(
        Amplifier(frame_gains(np.array([-6.0]), np.array([6])))(audio), audio * 10**-0.3, rtol=1e-5
    )


def test_louder_is_louder_where_there_is_room() -> None:
    audio = noise(6, level=0.2)
    amplifier = Amplifier(frame_gains(np.array([6.0]), np.array([6])))
    np.testing.assert_allclose(amplifier(audio), audio * 10**0.3, rtol=1e-5)
    assert amplifier.reduction == 0.0


@given(cuts=st.lists(st.integers(1, 39), max_size=5), decibels=st.floats(0.1, 40), seed=st.integers(0, 99))
def test_nothing_passes_full_scale_and_cuts_do_not_matter(
    cuts: list[int], decibels: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    levels = np.repeat(random.uniform(0, 1, 40), HOP_LENGTH)
    audio = (random.uniform(-1, 1, 40 * HOP_LENGTH) * levels).astype(np.float32)
    gains = frame_gains(np.array([0.0, decibels]), np.array([5, 35]))
    whole = Amplifier(gains)(audio)
    assert whole.shape == audio.shape
    assert np.abs(whole).max() <= CEILING + 1e-6
    amplifier = Amplifier(gains)
    places = [0, *sorted(set(cuts)), 40]
    chunks = [amplifier(audio[a * HOP_LENGTH : b * HOP_LENGTH]) for a, b in itertools.pairwise(places)]
    np.testing.assert_allclose(np.concatenate(chunks), whole, atol=1e-6)
    assert all(chunk.size % HOP_LENGTH == 0 for chunk in chunks)


def test_what_the_limiter_took_is_told() -> None:
    amplifier = Amplifier(frame_gains(np.array([20.0]), np.array([4])))
    amplifier(np.full(4 * HOP_LENGTH, 0.5, np.float32))
    assert amplifier.reduction == pytest.approx(20 * np.log10(5 / CEILING), abs=0.01)
