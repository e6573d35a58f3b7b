"""Names of voices come from voices.yml, with those that clients have built in beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from serving_support import parse_events, running
from text_to_speech.errors import InputError
from text_to_speech.pipeline import Synthesizer
from text_to_speech.serving import names
from text_to_speech.serving.speaker import Speaker
from text_to_speech.serving.wyoming_events import info
from text_to_speech.store.voices_yml import voices


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two more voices beside the first one."""
    heart = voices()["heart"]
    more = {
        "heart": heart,
        "michael": replace(heart, name="michael", sex="male", character="a man"),
        "emma": replace(heart, name="emma", language="en-GB", sample_rate=24_000),
    }
    monkeypatch.setattr(names, "voices", lambda: more)
    for cached in (names.voice_cards, names.voice_aliases):
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in (names.voice_cards, names.voice_aliases):
        cached.cache_clear()


def test_every_voice_has_its_names(three: None) -> None:
    expected = {
        "heart": "heart",
        "af_heart": "heart",
        " AM_Michael": "michael",
        "bf_emma": "emma",
        "Emma": "emma",
        "alloy": "michael",
        "default": "michael",
    }
    assert {name: names.voice_id(name, "michael") for name in expected} == expected
    with pytest.raises(InputError, match=r"'am_emma'.*heart, michael, emma.*alloy.*bf_emma"):
        names.voice_id("am_emma")


def test_wyoming_tells_of_every_voice_with_its_one_locale(three: None) -> None:
    (program,) = info().data["tts"]
    assert [(voice["name"], voice["languages"]) for voice in program["voices"]] == [
        ("heart", ["en_US"]),
        ("michael", ["en_US"]),
        ("emma", ["en_GB"]),
    ]


def test_a_request_is_spoken_by_its_voice(three: None, tiny, spell, make_service) -> None:
    class Other(Synthesizer):
        """A voice of its own length."""

        def stream(self, text, manner=None, **options):
            return super().stream("Another voice altogether, of its own length.", manner, **options)

    heart, michael = (made(**tiny.options, phonemizer=spell) for made in (Synthesizer, Other))
    speaker = Speaker({"hifi-gan": {"heart": heart, "michael": michael}}, voice="heart")
    with running(make_service(speaker)) as server:
        sizes = [
            len(server.speak(input="Hello.", response_format="pcm", **voice).content)
            for voice in ({}, {"voice": "heart"}, {"voice": "am_michael"}, {"voice": "nova"})
        ]
        listed = server.client.get("/v1/audio/voices").json()["voices"]
    assert sizes[0] == sizes[1] == sizes[3] != sizes[2]
    assert {voice["id"]: voice["gender"] for voice in listed}["am_michael"] == "male"


def test_a_text_is_read_in_the_language_of_its_voice(three: None, tiny, make_service) -> None:
    readers = {"heart": Synthesizer(**tiny.options), "emma": Synthesizer(**tiny.options, language="en-GB")}
    speaker = Speaker({"hifi-gan": readers}, voice="heart")
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
