"""accuracy_checker/: the measures on signals whose answers are known, and the command on a tiny vocoder."""

import importlib
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile

import tiny_models
from text_to_speech.mel import SAMPLE_RATE

SECONDS = 0.5


@pytest.fixture(autouse=True)
def on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "accuracy_checker")


@pytest.fixture
def measures():
    return importlib.import_module("vocoder_measures")


@pytest.fixture
def scores():
    return importlib.import_module("vocoder_scores")


def tone(hertz, seconds=SECONDS):
    """Return a voice-like sound: ten harmonics."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return sum(0.3 / k * np.sin(2 * np.pi * hertz * k * time) for k in range(1, 11)).astype(np.float32)


def test_a_copy_that_is_the_recording_has_no_error(measures):
    sound = tone(150.0)
    pitch = measures.pitch(sound)
    assert measures.mel_l1(sound, sound) == 0
    assert measures.log_spectral_distance(sound, sound) == 0
    assert measures.f0_rmse(pitch, pitch) == 0
    assert measures.voicing_error(pitch, pitch) == 0


def test_half_of_the_loudness_is_six_decibels(measures):
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    assert measures.log_spectral_distance(noise, noise / 2) == pytest.approx(6.02, abs=0.01)
    assert measures.mel_l1(noise, noise / 2) == pytest.approx(math.log(2), abs=0.01)


def test_a_semitone_is_a_hundred_cents(measures):
    low, high = (measures.pitch(tone(150.0 * 2 ** (k / 12))) for k in (0, 1))
    assert measures.f0_rmse(low, high) == pytest.approx(100, abs=15)


def test_voicing(measures):
    f0 = np.array([100.0, np.nan, 100.0, np.nan])
    reference = measures.Pitch(f0, np.array([True, False, True, False]))
    copy = measures.Pitch(f0, np.array([True, True, False, False]))
    assert measures.voicing_error(reference, copy) == 50
    assert math.isnan(measures.f0_rmse(measures.Pitch(f0, ~reference.voiced), reference))


@pytest.fixture
def recordings(tmp_path):
    (tmp_path / "wavs").mkdir()
    for name, hertz in (("a", 120.0), ("b", 200.0)):
        soundfile.write(tmp_path / "wavs" / f"{name}.wav", tone(hertz), SAMPLE_RATE)
    (tmp_path / "metadata.csv").write_text("a|One|one\nb|Two|two\n")
    return tmp_path


def test_the_command_prints_a_table(scores, recordings, monkeypatch, capsys):
    ir = tiny_models.save_vocoder(recordings / "tiny.xml")
    heard = {"words %": lambda clip, copy: scores.word_errors(clip.text, "one")}
    monkeypatch.setattr(scores, "judges", lambda: heard)
    assert scores.main(["--recordings", str(recordings), "--precisions", "", "--ir", str(ir)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "hifi-gan: 2 recordings, 1 s"
    assert out[2] == "| | mel L1 | LSD dB | F0 RMSE cents | voicing error % | words % |"
    assert out[4] == "| the recording | 0.000 | 0.000 | 0.000 | 0.000 | 50.000 |"
    assert out[5].split("|")[1].strip().endswith("/tiny.xml")


def test_missing_packages_are_named(scores, monkeypatch, capsys):
    def missing(name):
        raise scores.SpeechError(f"{name} is missing")

    monkeypatch.setattr(scores, "require", missing)
    monkeypatch.setattr(scores, "Listener", lambda: missing("speechmos"))
    monkeypatch.setattr(scores, "Recogniser", lambda: missing("faster_whisper"))
    assert scores.judges() == {}
    err = capsys.readouterr().err.splitlines()
    assert [line.split(" is left out")[0] for line in err] == ["STOI", "PESQ", "DNSMOS", "WER %"]


@pytest.mark.parametrize("content", [None, "", "a no bars\n", "none|x\n", "\udcff"])
def test_recordings_that_cannot_be_read(scores, recordings, content, capsys):
    path = recordings / "metadata.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content.encode(errors="surrogateescape"))
    assert scores.main(["--recordings", str(recordings), "--limit", "1", "--precisions", ""]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
