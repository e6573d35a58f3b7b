"""Several voices of tiny models: five of one acoustic model, one of another, heard through two vocoders."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

import tiny_models
from text_to_speech.store import voices_yml
from text_to_speech.text import SYMBOLS
from text_to_speech.voices import Voice

VECTORS = {
    "heart": (0.0, 0.0),
    "bella": (0.1, 0.05),
    "michael": (-0.3, -0.2),
    "emma": (0.2, 0.0),
    "george": (-0.4, -0.2),
}
BRITISH = ("emma", "george", "solo")
MEN = ("michael", "george")

# Modules that look the voices up by a name of their own.
_USERS = ("pipeline.models", "pipeline.synthesizer", "cli.chosen", "serving.names")


def make_voices(folder: Path) -> dict[str, Voice]:
    """Write the models, and return the voices by name; the models of `solo` know only one voice."""
    several = {
        "duration_model": str(
            tiny_models.save_duration_prediction(folder / "durations.onnx", SYMBOLS, voice=2)
        ),
        "regression_model": str(tiny_models.save_regression(folder / "mels.onnx", voice=2)),
    }
    one = {
        "duration_model": str(tiny_models.save_duration_prediction(folder / "one-durations.onnx", SYMBOLS)),
        "regression_model": str(tiny_models.save_regression(folder / "one-mels.onnx")),
    }
    own = str(tiny_models.save_vocoder(folder / "own.onnx"))
    universal = str(tiny_models.save_vocoder(folder / "universal.onnx", factors=(8, 32)))
    return {
        name: Voice(
            name=name,
            language="en-GB" if name in BRITISH else "en-US",
            sex="male" if name in MEN else "female",
            character="tiny",
            speaker=number,
            vocoder=own if name == "heart" else universal,
            sample_rate=22_050,
            median_f0=110.0 if name in MEN else 200.0,
            f0_range=(60.0, 400.0),
            silent_level=-7.0,
            audible_level=-5.0,
            lead_frames=5,
            tail_frames=8,
            vector=VECTORS.get(name, ()),
            **(several if name in VECTORS else one),
        )
        for number, name in enumerate([*VECTORS, "solo"])
    }


def install(voices: dict[str, Voice], patch: pytest.MonkeyPatch) -> None:
    """Let the program know these voices, and no other."""
    for module in _USERS:
        importlib.import_module(f"text_to_speech.{module}")
    original = voices_yml.voices
    for name, module in list(sys.modules.items()):
        if name.startswith("text_to_speech") and getattr(module, "voices", None) is original:
            patch.setattr(module, "voices", lambda **_: dict(voices))
