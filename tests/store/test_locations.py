"""Where the cache is, and how its results are named."""

import sys
from pathlib import Path

import pytest

from text_to_speech.errors import OutputError
from text_to_speech.store import Entry, cache_folder
from text_to_speech.store.locations import KINDS, RESULT_NAME


def test_the_cache_folder_can_be_chosen(monkeypatch):
    monkeypatch.setenv("TTS_CACHE_DIR", "somewhere")
    assert cache_folder() == Path("somewhere").absolute()


@pytest.mark.parametrize(
    ("platform", "variable", "value", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "/caches", "/caches/text-to-speech-demo"),
        ("linux", "XDG_CACHE_HOME", "relative", "/home/me/.cache/text-to-speech-demo"),
        ("linux", "XDG_CACHE_HOME", "", "/home/me/.cache/text-to-speech-demo"),
        ("darwin", "XDG_CACHE_HOME", "/caches", "/home/me/Library/Caches/text-to-speech-demo"),
        ("win32", "LOCALAPPDATA", "/local", "/local/text-to-speech-demo"),
        ("win32", "LOCALAPPDATA", "", "/home/me/AppData/Local/text-to-speech-demo"),
    ],
)
def test_the_cache_folder_of_each_system(monkeypatch, platform, variable, value, expected):
    monkeypatch.delenv("TTS_CACHE_DIR", raising=False)
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == Path(expected)


def test_a_user_without_a_home(monkeypatch):
    def home():
        raise RuntimeError("no home")

    monkeypatch.delenv("TTS_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", home)
    with pytest.raises(OutputError, match="TTS_CACHE_DIR"):
        cache_folder()


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_depends_on_every_fact_and_on_nothing_else(cache, kind):
    entry = Entry.of(kind, "words", {"package": "1.0", "form": "2"})
    assert entry == Entry.of(kind, "words", {"package": "1.0", "form": "2"})
    assert entry.folder == cache / kind / entry.name
    assert RESULT_NAME.fullmatch(entry.name)
    others = [{"package": "1.1", "form": "2"}, {"package": "1.0"}, {"package": "1.0", "form": "3"}, {}]
    assert len({entry.name, *(Entry.of(kind, "words", facts).name for facts in others)}) == 5
