"""The examples of demo/LIBRARY.md, run as they are printed there, with tiny models in place of those of the voice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import soundfile

from text_to_speech.pipeline import synthesizer as module

DEMO = Path(__file__).parents[1] / "demo"
PAGE = (DEMO / "LIBRARY.md").read_text(encoding="utf-8")
TITLES = re.findall(r"^## (\d+\. .+)$", PAGE, re.MULTILINE)
EXAMPLES = re.findall(r"^```python\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tiny: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the tiny models those of the voice, in a folder of its own."""
    voice = replace(
        module.find_voice(),
        duration_model=str(tiny.duration),
        regression_model=str(tiny.regression),
        vocoder=str(tiny.vocoder),
    )
    monkeypatch.setattr(module, "find_voice", lambda name: voice)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(number: int) -> None:
    exec(compile(EXAMPLES[number - 1], f"example {number}", "exec"), {"__name__": "example"})


def test_each_of_the_chapters_has_one_example() -> None:
    assert [title.partition(".")[0] for title in TITLES] == [str(number) for number in range(1, 12)]
    for title in TITLES:
        link = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        assert f"](#{link})" in PAGE
    assert len(EXAMPLES) == 11
    assert max(len(example.splitlines()) for example in EXAMPLES) <= 25


def test_1_a_text_is_spoken_and_saved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(1)
    assert soundfile.info("hello.wav").samplerate == 22_050
    assert (soundfile.info("hello.opus").samplerate, soundfile.info("hello.opus").subtype) == (48_000, "OPUS")
    assert re.fullmatch(r"\d+\.\d s at 22050 samples a second\n", capsys.readouterr().out)


def test_2_a_player_gets_the_chunks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    class OutputStream:
        def __init__(self, *, samplerate: int, channels: int, dtype: str) -> None:
            assert (samplerate, channels, dtype) == (22_050, 1, "float32")

        def write(self, block: Any) -> None:
            written.append(len(block))

        def start(self) -> None:
            pass

        stop = close = start

    fake = types.ModuleType("sounddevice")
    fake.PortAudioError = type("PortAudioError", (Exception,), {})  # type: ignore[attr-defined]
    fake.OutputStream = OutputStream  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    run(2)
    assert len(written) > 1
    assert sum(written) > 22_050


def test_3_words_have_times(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(3)
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2] for line in lines] == ["It", "costs", "$3.2 million"]
    assert all(re.match(r"\d+\.\d\d s to \d+\.\d\d s: ", line) for line in lines)


def test_4_marks_have_times(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(4)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["open", "end"]


def test_5_the_manner_changes_the_sound(folder: Path) -> None:
    run(5)
    assert soundfile.info("slow.wav").duration > soundfile.info("quick.wav").duration
    slow, softer = (soundfile.read(name)[0] for name in ("slow.wav", "softer.wav"))
    assert abs(softer).mean() < 0.7 * abs(slow).mean()


def test_6_a_lexicon_counts_for_one_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(6)
    assert capsys.readouterr().out.splitlines() == ["ɡˈɪf", "ʤˈɪf"]
    assert soundfile.info("gif.wav").frames > 10_000


def test_7_words_are_spoken_as_they_come(folder: Path) -> None:
    run(7)
    assert soundfile.info("answer.wav").duration > 1


@pytest.mark.slow
def test_8_processes_speak(tmp_path: Path) -> None:
    program = tmp_path / "example.py"
    program.write_text(EXAMPLES[7], encoding="utf-8")
    result = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(DEMO)},
    )
    assert result.stderr == ""
    assert re.fullmatch(r"(\d+ bytes\n){3}", result.stdout)


def test_9_a_response_gets_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(9)
    opus, mp3 = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"\d{4,} bytes of Ogg Opus", opus)
    assert re.fullmatch(r"\d{4,} bytes of MP3", mp3)


def test_10_a_recording_is_spoken_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(1)
    run(10)
    first, again = (soundfile.info(name).duration for name in ("hello.wav", "again.wav"))
    assert again == pytest.approx(first, abs=0.02)
    assert capsys.readouterr().out.splitlines()[-1].startswith("(1, 80, ")


def test_11_a_page_is_read_block_by_block(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(11)
    assert capsys.readouterr().out.splitlines() == [
        "heading Plums []",
        "paragraph Home ['navigation']",
        "paragraph They are ripe in August.[1] []",
        "row Kind: Early; Weeks: 30 []",
        "paragraph In the north. ['footnote']",
        "Counter({'footnote': 11, 'navigation': 4, 'noteref': 3})",
    ]
    assert soundfile.info("plums.wav").duration > 1
