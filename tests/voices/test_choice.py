"""Which voice fits: by name, by what names tell, by language and sex, and what stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sample_voices import EMMA, GEORGE, HEART
from text_to_speech.errors import InputError
from text_to_speech.voices import Voice, choose, find, named

MICHAEL = replace(GEORGE, name="michael", language="en-US")
BELLA = replace(HEART, name="bella", vector=(0.1, 1.0, 0.0))
VOICES = {voice.name: voice for voice in (HEART, BELLA, MICHAEL, EMMA, GEORGE)}


def chosen(present: Voice = HEART, **asked: object) -> str:
    voice = choose(VOICES, present, **asked)
    return voice.name if voice else ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("george", "george"),
        (" George ", "george"),
        ("bm_george", "george"),
        ("BM_George", "george"),
        ("af_heart", "heart"),
        ("am_george", ""),
        ("bf_george", ""),
        ("am_heart", ""),
        ("xf_heart", ""),
        ("zorro", ""),
        ("", ""),
        ("heart:3+emma", "heart:0.75+emma:0.25"),
        ("Heart+Emma", "heart:0.5+emma:0.5"),
        ("heart+zorro", ""),
        ("heart:x", ""),
    ],
)
def test_a_voice_is_known_by_its_names(name: str, expected: str) -> None:
    voice = named(name, VOICES)
    assert (voice.name if voice else "") == expected


def test_who_looks_for_one_voice_is_told_that_it_is_not_there() -> None:
    assert find("Emma", VOICES) is EMMA
    assert find("emma:1+heart:1", VOICES).language == "en-GB"
    with pytest.raises(InputError, match="voice 'zorro' is not there: expected one of heart"):
        find("zorro", VOICES)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "heart"),
        ({"names": ("emma",)}, "emma"),
        ({"names": ("zorro", "george", "emma")}, "george"),
        # A name decides, whatever else is asked for.
        ({"names": ("george",), "gender": "female", "languages": ("en-US",)}, "george"),
        ({"names": ("zorro",)}, ""),
        ({"names": ("zorro",), "gender": "male"}, "michael"),
        ({"names": ("zorro",), "languages": ("en-GB",), "gender": "male"}, "george"),
        # Names of other services tell a language, Kokoro's the sex besides.
        ({"names": ("en-GB-RyanNeural",)}, "emma"),
        ({"names": ("en-US-Standard-C",)}, "heart"),
        ({"names": ("(en-GB,", "SoniaNeural)")}, "emma"),
        ({"names": ("de-DE-KatjaNeural",)}, ""),
        ({"names": ("bm_daniel",)}, "george"),
        ({"names": ("af_nova",)}, "heart"),
        ({"gender": "male"}, "michael"),
        ({"gender": "female"}, "heart"),
        ({"languages": ("en-GB",)}, "emma"),
        ({"languages": ("en_gb",)}, "emma"),
        ({"languages": ("en",)}, "heart"),
        ({"languages": ("de-DE", "en-GB")}, "emma"),
        ({"languages": ("de-DE",)}, ""),
        ({"languages": ("en-GB",), "gender": "male"}, "george"),
        ({"gender": "male", "text_language": "en-GB"}, "george"),
        # The text is American, but the voice that is asked for is not.
        ({"languages": ("en-GB",), "text_language": "en-US"}, "emma"),
        ({"gender": "female", "variant": 2}, "bella"),
        ({"variant": 3}, "michael"),
        ({"gender": "female", "variant": 99}, "emma"),
    ],
)
def test_what_is_asked_for_chooses_a_voice(asked: dict[str, object], expected: str) -> None:
    assert chosen(**asked) == expected


@pytest.mark.parametrize(
    ("present", "asked", "expected"),
    [
        (GEORGE, {"gender": "female"}, "emma"),
        (GEORGE, {"languages": ("en-US",)}, "michael"),
        (BELLA, {"gender": "female"}, "bella"),
        (MICHAEL, {"languages": ("en-GB",)}, "george"),
        (find("emma+george:2", VOICES), {"gender": "male"}, "emma:0.333+george:0.667"),
    ],
)
def test_the_voice_that_is_most_like_the_present_one_is_taken(
    present: Voice, asked: dict[str, object], expected: str
) -> None:
    assert chosen(present, **asked) == expected
