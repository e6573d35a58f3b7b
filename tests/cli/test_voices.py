"""The command with several voices: by name, number and mixture, inside a text, through their vocoders."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from text_to_speech.voices import Voice

Outcome = tuple[int, str, str]


@pytest.fixture(autouse=True)
def several(several_voices: dict[str, Voice]) -> dict[str, Voice]:
    return several_voices


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ((), "heart"),
        (("--voice", "Emma"), "emma"),
        (("-s_id", "4"), "george"),
        (("--voice", "heart:3+emma"), "heart:0.75+emma:0.25"),
    ],
)
def test_a_voice_speaks_through_its_own_vocoder(
    option: tuple[str, ...], name: str, command: Callable[..., Outcome]
) -> None:
    status, out, err = command("Hello there.", "-o", "a.wav", "--json", *option)
    assert (status, err) == (0, "")
    assert json.loads(out)["voice"] == name
    assert soundfile.info("a.wav").duration > 0.3


def test_a_vocoder_that_was_made_for_another_voice_is_warned_of_once(
    command: Callable[..., Outcome], several: dict[str, Voice], caplog: pytest.LogCaptureFixture
) -> None:
    own, universal = several["heart"].vocoder, several["emma"].vocoder
    assert command("One. Two.", "-o", "a.wav", "--voice", "emma", "-m_hifigan", own)[0] == 0
    assert caplog.text.count("was made for heart: emma sounds better through") == 1
    caplog.clear()
    for arguments in (
        ("--voice", "heart", "-m_hifigan", universal),
        ("--voice", "emma", "-m_hifigan", universal),
    ):
        assert command("One. Two.", "-o", "a.wav", *arguments)[0] == 0
    assert caplog.text == ""


def test_a_text_is_read_and_spoken_by_its_voices(
    command: Callable[..., Outcome], caplog: pytest.LogCaptureFixture
) -> None:
    date = "<say-as interpret-as='date'>3/4/2021</say-as>"
    text = f"<speak>A car. {date}. <voice name='emma'>A car. {date}.</voice> <voice name='x'>Done.</voice></speak>"
    Path("a.ssml").write_text(text)
    status, out, _ = command("-i", "a.ssml", "--phonemes")
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "ɐ kˈɑɹ."
    assert lines[1].startswith("mˈɑɹʧ")
    assert lines[2] == "ɐ kˈɑː."
    assert "ˈApɹɪl" in lines[3]
    assert (
        caplog.text.count("no voice is x: there are heart, bella, michael, emma, george, solo; heart goes on")
        == 1
    )
    status, out, _ = command("-i", "a.ssml", "-o", "a.wav", "--json")
    assert status == 0


@pytest.mark.parametrize(
    ("option", "first"), [((), "mˈɑɹʧ"), (("--voice", "emma"), "ðə"), (("--language", "en-GB"), "ðə")]
)
def test_a_date_of_a_document_is_read_in_the_language_of_the_voice(
    option: tuple[str, ...], first: str, command: Callable[..., Outcome]
) -> None:
    document = "<speak><say-as interpret-as='date'>3/4/2021</say-as></speak>"
    status, out, err = command(document, "--phonemes", *option)
    assert (status, err) == (0, "")
    assert out.split()[0] == first


def test_voices_are_listed_with_what_tells_them_apart(command: Callable[..., Outcome]) -> None:
    status, out, _ = command("--list-voices")
    assert status == 0
    assert out.splitlines()[0] == "heart: en-US, female, tiny (number 0, the default)"
    assert out.splitlines()[4] == "george: en-GB, male, tiny (number 4)"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--voice", "emme"), "voice 'emme' is not there: did you mean emma?"),
        (("--voice", "heart+solo"), "solo and heart cannot be mixed"),
        (("-s_id", "9"), "no voice has the number 9: expected 0 (heart), 1 (bella)"),
    ],
)
def test_a_voice_that_is_not_there_is_refused(
    option: tuple[str, ...], message: str, command: Callable[..., Outcome]
) -> None:
    status, _, err = command("Hello.", "-o", "a.wav", *option)
    assert status != 0
    assert message in err
    assert not Path("a.wav").exists()
