"""Manner: the attributes of a whole text, their bounds, and alpha beside speed."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.errors import InputError
from text_to_speech.script.directions import Delivery, Manner, MannerOptions


@given(st.floats(0.5, 2.0))
def test_speed_is_the_inverse_of_alpha(speed: float) -> None:
    manner = Manner(speed=speed)
    assert math.isclose(manner.alpha * speed, 1.0)
    assert manner.delivery == Delivery(alpha=manner.alpha)
    assert replace(manner, pitch=2.0).alpha == manner.alpha


@pytest.mark.parametrize("speed", [0.49, 2.01, 0, -1, math.nan, math.inf, "1", True])
def test_a_speed_out_of_range_is_refused(speed: float) -> None:
    with pytest.raises(InputError, match=r"speed .*: expected a number from 0.5 \(slow\) to 2.0"):
        Manner(speed=speed)


def test_alpha_and_speed_may_not_contradict_each_other() -> None:
    assert Manner(alpha=0.8, speed=1.25).alpha == 0.8
    with pytest.raises(InputError, match=r"alpha 0.8 and speed 2: expected one of the two"):
        Manner(alpha=0.8, speed=2.0)


@pytest.mark.parametrize(
    ("options", "alpha"),
    [
        ({}, 1.25),
        ({"speed": 2.0}, 0.5),
        ({"alpha": 2.0}, 2.0),
        ({"pitch": 1.0}, 1.25),
        ({"speed": None}, 1.0),
    ],
)
def test_options_replace_attributes(options: MannerOptions, alpha: float) -> None:
    changed = Manner(speed=0.8, volume=-3.0).changed(options)
    assert (changed.alpha, changed.volume) == (alpha, -3.0)
    assert changed.pitch == options.get("pitch", 0.0)


def test_an_option_of_another_name_is_refused() -> None:
    with pytest.raises(InputError, match="rate: expected one of alpha, speed, pitch"):
        Manner().changed({"rate": 2.0})  # type: ignore[typeddict-unknown-key]
