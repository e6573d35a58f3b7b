"""Tiny models and a cache folder of its own for every test run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from spelling import Speller
from text_to_speech.voices import Voice

# Fixtures of a zoo with one tiny vocoder, which the tests of store/, omz/ and accuracy_checker/ share.
pytest_plugins = ["zoo_fixtures"]

# Times differ by machine and by what else runs on it.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@dataclass(frozen=True)
class TinyModels:
    """Files of millisecond-sized models."""

    duration: Path
    regression: Path
    vocoder: Path

    @property
    def options(self) -> dict[str, Path]:
        """The options that make a Synthesizer use them."""
        return {
            "duration_model": self.duration,
            "regression_model": self.regression,
            "vocoder_model": self.vocoder,
        }

    @property
    def flags(self) -> list[str]:
        """The flags that make the command use them."""
        named = {"-m_duration": self.duration, "-m_forward": self.regression, "-m_hifigan": self.vocoder}
        return [part for flag, path in named.items() for part in (flag, str(path))]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what a test converts or compiles out of the user's cache folder."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TTS_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyModels:
    import tiny_models
    from text_to_speech.text import SYMBOLS

    folder = tmp_path_factory.mktemp("models")
    return TinyModels(
        duration=tiny_models.save_duration_prediction(folder / "duration.onnx", SYMBOLS),
        regression=tiny_models.save_regression(folder / "regression.xml"),
        vocoder=tiny_models.save_vocoder(folder / "vocoder.xml"),
    )


@pytest.fixture(scope="session")
def _made_voices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Voice]:
    import tiny_voices

    return tiny_voices.make_voices(tmp_path_factory.mktemp("voices"))


@pytest.fixture
def several_voices(_made_voices: dict[str, Voice], monkeypatch: pytest.MonkeyPatch) -> dict[str, Voice]:
    """The voices of `tiny_voices`, which the program takes for its own."""
    import tiny_voices

    tiny_voices.install(_made_voices, monkeypatch)
    return _made_voices


@pytest.fixture(scope="session")
def spell() -> Speller:
    return Speller()
