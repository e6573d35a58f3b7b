"""The options of text-to-speech-demo: their choices, their help, and what is asked about an unknown one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile

from text_to_speech.cli import nearest, options, outputs
from text_to_speech.cli.frame import parse
from text_to_speech.cli.speaking import manner
from text_to_speech.inference import runtime
from text_to_speech.script.directions import Manner
from text_to_speech.speech import containers
from text_to_speech.store import vocoders, voices_yml

Outcome = tuple[int, str, str]


def test_the_choices_are_those_of_the_modules_that_use_them() -> None:
    assert tuple(containers.FORMATS) == options.CONTAINERS
    assert containers.OUTPUT_RATES == options.SAMPLE_RATES
    assert runtime.PRECISIONS == options.PRECISIONS
    assert runtime.HINTS == options.HINTS
    assert outputs.DEFAULT_CONTAINER in options.CONTAINERS
    usual = Manner()
    assert {"sentence": usual.pause_sentence, "paragraph": usual.pause_paragraph} == options.PAUSES
    assert manner(options.build_parser().parse_args([])) == usual


def test_the_options_of_the_manner_are_its_attributes() -> None:
    given = [
        "--speed",
        "2",
        "--pitch",
        "1",
        "--volume",
        "-3",
        "--pause-sentence",
        "1",
        "--pause-paragraph",
        "0",
    ]
    wanted = Manner(speed=2, pitch=1, volume=-3, pause_sentence=1, pause_paragraph=0)
    assert manner(options.build_parser().parse_args(given)) == wanted
    assert manner(options.build_parser().parse_args(["-a", "0.5"])).alpha == 0.5


def test_every_option_has_a_help_and_none_is_named_twice() -> None:
    actions = options.build_parser()._actions
    assert all(action.help for action in actions)
    names = [name for action in actions for name in action.option_strings]
    assert len(names) == len(set(names))


def test_help_names_the_voice_and_the_vocoders(command: Callable[..., Outcome]) -> None:
    status, out, _ = command("-h")
    assert status == 0
    text = " ".join(out.split()).replace("hifi-gan- universal", "hifi-gan-universal")
    for name in (*vocoders(), voices_yml.DEFAULT_VOICE):
        assert name in text


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("--vocie", "--voice"),
        ("--Speed", "--speed"),
        ("--times-tamps=x.json", "--timestamps"),
        ("--rate", "--speed"),
        ("--output=x.wav", "--out"),
        ("-f", "-o"),
        ("-lexicon", "--lexicon"),
        ("--noclobber", "--no-clobber"),
    ],
)
def test_an_unknown_option_is_asked_about(given: str, asked: str, command: Callable[..., Outcome]) -> None:
    status, _, err = command("Hello.", given)
    assert status == 2
    assert f"unrecognized arguments: {given}; did you mean {asked}?; -h shows the options" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["--", "-x", "--play", "--"], ["-x", "--play", "--"]),
        (["a", "--quiet", "b", "--", "-c"], ["a", "b", "-c"]),
        (["-5"], ["-5"]),
        (["-2 degrees"], ["-2 degrees"]),
        (["-"], ["-"]),
        ([], []),
        (["-o", "out.wav", "a", "--play", "b"], ["a", "b"]),
    ],
)
def test_texts_may_begin_with_a_hyphen_and_be_among_options(arguments: list[str], texts: list[str]) -> None:
    assert parse(options.build_parser(), arguments).text == texts


def test_other_programs_names_mean_options_that_exist() -> None:
    known = options.build_parser()._option_string_actions
    assert not set(nearest.OTHER_NAMES) & set(known)
    assert set(nearest.OTHER_NAMES.values()) <= set(known)


def test_nothing_is_asked_where_nothing_is_near() -> None:
    assert nearest.question("wavenet", ["hifi-gan", "source-filter-light"]) == ""
    assert nearest.file_question("no/such/folder.txt") == ""
    assert nearest.file_question("\0.txt") == ""


def test_speed_is_the_inverse_of_alpha(command: Callable[..., Outcome], tiny) -> None:
    sounds = {}
    for name, option in {"fast": ("--speed", "2"), "short": ("-a", "0.5"), "usual": ()}.items():
        assert command("Hello there.", "-o", f"{name}.wav", *option, *tiny.flags)[0] == 0
        sounds[name] = soundfile.read(f"{name}.wav", dtype="int16")[0]
    np.testing.assert_array_equal(sounds["fast"], sounds["short"])
    assert sounds["usual"].size > 1.6 * sounds["fast"].size


@pytest.mark.parametrize(("name", "rate"), [("8.wav", 8_000), ("44.flac", 44_100), ("48.opus", 48_000)])
def test_the_sample_rate_is_that_of_the_file(
    name: str, rate: int, command: Callable[..., Outcome], tiny
) -> None:
    assert command("Hello.", "-o", "usual.wav", *tiny.flags)[0] == 0
    assert command("Hello.", "-o", name, "--sample-rate", str(rate), *tiny.flags)[0] == 0
    info = soundfile.info(name)
    assert info.samplerate == rate
    assert info.duration == pytest.approx(soundfile.info("usual.wav").duration, abs=0.05)


@pytest.mark.parametrize("option", [("--voice", "heart"), ("--voice", "HEART"), ("-s_id", "0"), ()])
def test_a_voice_has_a_name_and_a_number(
    option: tuple[str, ...], command: Callable[..., Outcome], tiny
) -> None:
    assert command("Hello.", *option, *tiny.flags)[0] == 0


def test_voices_and_vocoders_are_listed_by_name(command: Callable[..., Outcome]) -> None:
    status, out, err = command("--list-voices")
    assert (status, err) == (0, "")
    assert [line.partition(":")[0] for line in out.splitlines()] == list(voices_yml.voices())
    status, out, err = command("--list-vocoders")
    assert (status, err) == (0, "")
    assert tuple(line.split()[0] for line in out.splitlines()) == vocoders()


def test_a_voice_is_chosen_by_name_or_number(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from text_to_speech.cli import chosen

    heart = voices_yml.find_voice()
    known: dict[str, Any] = {"heart": heart, "michael": replace(heart, name="michael", speaker=1)}
    monkeypatch.setattr(chosen, "voices", lambda: known)
    monkeypatch.setattr(chosen, "find_voice", lambda name="heart": known[name])
    parse = options.build_parser().parse_args
    for arguments, name in {
        (): "heart",
        ("-s_id", "1"): "michael",
        ("--voice", "michael"): "michael",
        ("--voice", "michael", "-s_id", "1"): "michael",
    }.items():
        args = parse(arguments)
        voice = chosen.chosen_voice(args)
        assert voice.name == name
        assert chosen.model_options(args, voice).get("voice", "heart") == name
    with pytest.raises(chosen.InputError, match="--voice heart and -s_id 1 are two voices"):
        chosen.chosen_voice(parse(["--voice", "heart", "-s_id", "1"]))
    with pytest.raises(chosen.InputError, match=r"expected 0 \(heart\), 1 \(michael\)"):
        chosen.chosen_voice(parse(["-s_id", "2"]))
