"""Mixtures of voices: what they are, and what is refused."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_voices import EMMA, GEORGE, HEART
from text_to_speech.errors import InputError
from text_to_speech.voices import is_mixture, mixture

KNOWN = {voice.name: voice for voice in (HEART, EMMA, GEORGE)}


@pytest.mark.parametrize(("name", "expected"), [("heart", False), ("heart+emma", True), ("heart:1", True)])
def test_a_mixture_is_told_by_its_name(name: str, expected: bool) -> None:
    assert is_mixture(name) is expected


def test_a_mixture_lies_between_its_voices() -> None:
    voice = mixture("heart:0.6+emma:0.4", KNOWN)
    assert voice.name == "heart:0.6+emma:0.4"
    assert voice.vector == pytest.approx((0.26, 0.6, 0.4))
    assert (voice.language, voice.sex, voice.speaker) == ("en-US", "female", 0)
    # Two of the three voices are heard through it.
    assert voice.vocoder == "universal"


def test_frequencies_are_mixed_as_the_ear_hears_them() -> None:
    assert mixture("heart+george", KNOWN).median_f0 == pytest.approx(math.sqrt(200.0 * 100.0))


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("heart:3+emma", "heart:0.75+emma:0.25"),
        (" Heart : 3 + EMMA : 1 ", "heart:0.75+emma:0.25"),
        ("heart+emma+george+", None),
        ("heart+emma", "heart:0.5+emma:0.5"),
        ("heart:2", "heart"),
    ],
)
def test_weights_need_not_add_up_to_one(name: str, same: str | None) -> None:
    if same is None:
        with pytest.raises(InputError):
            mixture(name, KNOWN)
    else:
        assert mixture(name, KNOWN).name == same


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("heart:0+emma", "weight '0'; expected a number from 0.001 to 1000"),
        ("heart:-1+emma", "weight '-1'"),
        ("heart:nan+emma", "weight 'nan'"),
        ("heart:inf+emma", "weight 'inf'"),
        ("heart:much+emma", "weight 'much'"),
        ("heart:1:2+emma", "expected names with weights"),
        ("heart+hart", "did you mean heart"),
        ("heart+heart", "heart is there twice"),
        ("+".join(["heart"] * 9), "a mixture of 9 voices: expected 8 at most"),
    ],
)
def test_what_is_no_mixture_is_refused(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        mixture(name, KNOWN)


@pytest.mark.parametrize("change", [{"vector": ()}, {"duration_model": "other"}, {"vector": (0.0,)}])
def test_voices_of_different_models_cannot_be_mixed(change: dict[str, object]) -> None:
    known = KNOWN | {"emma": dataclasses.replace(EMMA, **change)}
    with pytest.raises(InputError, match="cannot be mixed"):
        mixture("heart+emma", known)


@given(st.text(max_size=40))
def test_any_name_is_a_voice_or_refused(name: str) -> None:
    try:
        voice = mixture(name, KNOWN)
    except InputError:
        return
    assert all(map(math.isfinite, voice.vector))


def test_mixtures_whose_names_are_alike_are_told_apart_by_their_vectors() -> None:
    one, other = (mixture(f"heart:{weight}+emma:1", KNOWN) for weight in ("1", "1.0001"))
    assert one.name == other.name
    assert one.vector_sum != other.vector_sum
    assert one.vector_sum == mixture("heart+emma", KNOWN).vector_sum
    assert dataclasses.replace(HEART, vector=()).vector_sum == ""
