"""A child that is forked after models were loaded gets one clear error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PROGRAM = """
import os, sys
import numpy as np
from text_to_speech.inference.acoustic import AcousticModel
from text_to_speech.errors import DeviceError
from text_to_speech.text.unknown_words import UnknownWords
from text_to_speech.inference.vocoder import Vocoder

duration, regression, vocoder, hint = sys.argv[1:]
mel = np.full((1, 80, 100), -5, np.float32)
ids = np.array([0, 1, 2, 0])
spell = UnknownWords()


def load():
    voice = AcousticModel("CPU", duration_model=duration, regression_model=regression)
    return voice, Vocoder("CPU", model=vocoder, hint=hint)


def speak(voice, vocoder):
    voice.synthesize(ids)
    vocoder.synthesize(mel)


def refused(name, use):
    try:
        use()
    except DeviceError as error:
        print(name, error)


voice, vocoder_model = load()
speak(voice, vocoder_model)
spell("zyxgorple")
# In throughput, windows are still being computed at the fork, and OpenVINO waits for them when the child drops them.
begun = vocoder_model.stream(mel)
if hint == "latency":
    next(begun)
if os.fork() == 0:
    refused("voice", lambda: voice.synthesize(ids))
    refused("vocoder", lambda: vocoder_model.synthesize(mel))
    refused("begun", lambda: list(begun))
    refused("warm", lambda: vocoder_model.warm_up())
    refused("length", lambda: vocoder_model._scheduler.compiled_for(7))
    refused("word", lambda: spell("gorplezyx"))
    refused("load", load)
    refused("unknown", lambda: UnknownWords()("gorplezyx"))
    sys.stdout.flush()
    os._exit(0)
os.wait()
speak(voice, vocoder_model)
print("the parent still speaks")
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.parametrize("hint", ["latency", "throughput"])
def test_models_loaded_before_a_fork_say_so_instead_of_hanging(tiny, hint: str) -> None:
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        str(tiny.duration),
        str(tiny.regression),
        str(tiny.vocoder),
        hint,
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "demo"), "PYTHONUNBUFFERED": "1"}
    result = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    names = ["voice", "vocoder", "begun", "warm", "length", "word", "load", "unknown"]
    assert [line.partition(" ")[0] for line in lines[:-1]] == names
    for line in lines[:-1]:
        assert "before this process was forked" in line
        assert (
            "create the Synthesizer in the child and in no parent of it, or start the child with spawn"
            in line
        )
    assert lines[-1] == "the parent still speaks"
