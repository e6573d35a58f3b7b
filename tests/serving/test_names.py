"""Names of voices come from voices.yml, with those that clients have built in beside them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving_support import parse_events, running
from spelling import Speller
from text_to_speech.errors import InputError
from text_to_speech.pipeline import Synthesizer
from text_to_speech.serving import names
from text_to_speech.serving.speaker import VOCODERS, Speaker, SpeakerOptions
from text_to_speech.serving.wyoming_events import Event, info, wanted_of
from text_to_speech.voices import Voice

CACHED = (names.known_voices, names.voice_cards, names.voice_aliases)


@pytest.fixture(autouse=True)
def fresh(several_voices: dict[str, Voice]) -> Iterator[None]:
    """The tiny voices, and no memory of others."""
    for cached in CACHED:
        cached.cache_clear()
    yield
    for cached in CACHED:
        cached.cache_clear()


@pytest.fixture
def several(spell: Speller) -> Speaker:
    return Speaker({"hifi-gan": Synthesizer(phonemizer=spell)})


def test_every_voice_has_its_names() -> None:
    expected = {
        "heart": "heart",
        "af_heart": "heart",
        " AM_Michael": "michael",
        "bf_emma": "emma",
        "Emma": "emma",
        "default": "emma",
        # OpenAI's names mean voices that are like theirs, where there are any.
        "alloy": "emma",
        "onyx": "michael",
        "Nova": "bella",
        "fable": "george",
        "shimmer": "emma",
    }
    assert {name: names.voice_id(name, "emma") for name in expected} == expected
    with pytest.raises(InputError, match=r"'am_emma'.*heart, bella, michael, emma, george.*alloy.*bf_emma"):
        names.voice_id("am_emma")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("heart:0.6+emma:0.4", "heart:0.6+emma:0.4"),
        (" AF_Heart + bf_emma", "heart+emma"),
        ("af_heart(3)+bf_emma(1)", "heart:3+emma:1"),
        ("onyx:2+george", "michael:2+george"),
        ("heart:1", "heart"),
    ],
)
def test_a_mixture_is_a_voice(name: str, expected: str) -> None:
    assert names.voice_id(name) == expected
    assert names.voice_of(expected).sample_rate == 22_050


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("heart+nobody", "voice 'nobody' is not there"),
        ("heart:x+emma", "weight 'x'"),
        ("heart+heart", "heart is there twice"),
        ("+".join(["heart"] * 9), "a mixture of 9 voices: expected 8 at most"),
        ("heart+solo", "cannot be mixed"),
        ("a+" * 300, "voice of 600 characters: expected 500 at most"),
        ("+", "voice '' is not there"),
    ],
)
def test_a_mixture_that_cannot_be_is_refused(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("+", r"\+")):
        names.voice_id(name)


@given(st.text(st.sampled_from("heartemma:+()0123. _"), max_size=40))
def test_any_name_is_a_voice_or_refused(name: str) -> None:
    try:
        found = names.voice_id(name)
    except InputError:
        return
    assert names.voice_id(found) == found
    assert names.voice_of(found)


def test_wyoming_tells_of_every_voice_with_its_one_locale() -> None:
    (program,) = info().data["tts"]
    assert [(voice["name"], voice["languages"]) for voice in program["voices"]] == [
        ("heart", ["en_US"]),
        ("bella", ["en_US"]),
        ("michael", ["en_US"]),
        ("emma", ["en_GB"]),
        ("george", ["en_GB"]),
        ("solo", ["en_GB"]),
    ]
    assert program["voices"][2]["description"] == "Michael (male, tiny)"


@pytest.mark.parametrize(
    ("voice", "expected"),
    [
        (None, ""),
        ({}, ""),
        ({"name": "george"}, "george"),
        ({"name": "bm_george", "language": "en_US"}, "george"),
        ({"name": None, "speaker": "Michael"}, "michael"),
        ({"language": "en_GB"}, "emma"),
        ({"language": "en-AU"}, "emma"),
        ({"language": "en"}, "heart"),
        ({"language": "en_US"}, "heart"),
        ({"name": "heart+emma"}, "heart+emma"),
    ],
)
def test_wyoming_names_a_voice_by_name_speaker_or_language(voice: object, expected: str) -> None:
    event = Event("synthesize", {"text": "Hello.", "voice": voice})
    assert wanted_of(event, "heart").voice == expected


def test_wyoming_is_told_where_no_voice_speaks_a_language() -> None:
    event = Event("synthesize", {"text": "Hallo.", "voice": {"language": "de_DE"}})
    with pytest.raises(InputError, match="no voice speaks 'de_DE': expected one of en-US, en-GB"):
        wanted_of(event, "heart")


def test_a_request_is_spoken_by_its_voice(several: Speaker, make_service, spell: Speller) -> None:
    with running(make_service(several)) as server:

        def spoken(**voice: object) -> bytes:
            answer = server.speak(input="Hello there.", response_format="pcm", sample_rate=22_050, **voice)
            assert answer.status_code == 200
            return answer.content

        def own(voice: str) -> bytes:
            return Synthesizer(voice=voice, phonemizer=spell).synthesize("Hello there.").to_bytes("raw")

        for asked, name in (
            ({}, "heart"),
            ({"voice": "am_michael"}, "michael"),
            ({"voice": {"id": "onyx"}}, "michael"),
            ({"voice": "solo"}, "solo"),
            ({"voice": "af_heart(3)+bf_emma"}, "heart:3+emma"),
        ):
            assert _near(spoken(**asked), own(name)), asked
        listed = server.client.get("/v1/audio/voices").json()["voices"]
        refused = server.speak(voice="heart+nobody")
    assert {voice["id"]: voice["gender"] for voice in listed}["am_michael"] == "male"
    assert {voice["id"]: voice.get("alias_of") for voice in listed}["onyx"] == "michael"
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "voice_not_found")


def _near(one: bytes, other: bytes) -> bool:
    """Tell whether two sounds differ by rounding alone."""
    first, second = (np.frombuffer(data, "<i2").astype(int) for data in (one, other))
    return first.size == second.size and int(np.abs(first - second).max()) <= 8


def test_a_text_changes_its_voice(several: Speaker, make_service) -> None:
    text = "<speak>One two. <voice name='george'>Three <voice gender='female'>four.</voice></voice></speak>"
    with running(make_service(several)) as server:
        events = parse_events(server.speak(input=text, stream_format="sse", timestamps="word").text)
    words = [word["text"].strip(".") for event in events for word in event.get("words", [])]
    assert words == ["One", "two", "Three", "four"]


def test_the_default_voice_may_be_a_mixture(make_service, spell: Speller) -> None:
    voice = names.voice_id("heart+emma:3")
    speaker = Speaker({"universal": Synthesizer(voice=voice, phonemizer=spell)})
    service = make_service(speaker)
    service.voice = voice
    with running(service) as server:
        assert server.speak(response_format="pcm").status_code == 200
        listed = server.client.get("/v1/audio/voices").json()["voices"]
        assert {one["id"]: one.get("alias_of") for one in listed}["alloy"] == voice
        assert server.speak(voice="alloy", response_format="pcm").status_code == 200


def test_without_vocoders_each_voice_has_its_own(several_voices: dict[str, Voice]) -> None:
    assert SpeakerOptions().vocoders == (None,)
    assert SpeakerOptions(vocoders=VOCODERS).models == ["own", "source-filter-light"]
    assert SpeakerOptions(voice="emma").models == ["universal"]
    speaker = Speaker.load(SpeakerOptions())
    heart, emma = (speaker._synthesizers["own"]._loaded().find(name) for name in ("heart", "emma"))
    assert heart.vocoder is not emma.vocoder


def test_a_text_is_read_in_the_language_of_its_voice(make_service) -> None:
    speaker = Speaker({"hifi-gan": Synthesizer()})
    with running(make_service(speaker)) as server:

        def phonemes(text: str, **options: object) -> str:
            answer = server.client.post("/v1/audio/phonemes", json={"input": text, **options})
            assert answer.status_code == 200
            return answer.json()["phonemes"]

        def spoken(text: str, **options: object) -> str:
            events = parse_events(
                server.speak(input=text, stream_format="sse", timestamps="phoneme", **options).text
            )
            return "".join(one["symbol"] for event in events for one in event.get("phonemes", []))

        date = "<speak>Due <say-as interpret-as='date'>3/4/2021</say-as>.</speak>"
        for text, american, british in (
            ("A schedule.", "skˈɛ", "ʃˈɛ"),
            ("Due 3/4/2021.", "mˈɑɹʧ", "ˈApɹɪl"),
            (date, "mˈɑɹʧ", "ˈApɹɪl"),
        ):
            for read in (phonemes, spoken):
                assert american in read(text)
                assert american in read(text, voice="alloy")
                assert british in read(text, voice="emma")
                assert british in read(text, voice={"id": "bf_emma"})
        assert "ʃˈɛ" in phonemes("<speak xml:lang='en-GB'>A schedule.</speak>")
        refused = server.client.post("/v1/audio/phonemes", json={"input": "Hello.", "voice": "nobody"})
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "voice")
