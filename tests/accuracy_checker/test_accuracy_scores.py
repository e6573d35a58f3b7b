"""accuracy_checker/: the measures on signals whose answers are known, and the commands on tiny models."""

import math

import numpy as np
import pytest

import commands
import measures
import scoring
import tiny_models
import vocoder_scores
import voice_scores
from text_to_speech.inference.mel import SAMPLE_RATE
from text_to_speech.text import SYMBOLS
from tiny_recordings import tone


@pytest.mark.slow
def test_a_copy_that_is_the_recording_has_no_error():
    sound = tone(150.0)
    heard = measures.listen(sound)
    assert measures.mel_l1(heard.mel, heard.mel) == 0
    assert measures.log_spectral_distance(sound, sound) == 0
    assert measures.f0_rmse(heard.pitch, heard.pitch) == 0
    assert measures.voicing_error(heard.pitch, heard.pitch) == 0


@pytest.mark.slow
def test_half_of_the_loudness_is_six_decibels():
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE // 256 * 256).astype(np.float32)
    assert measures.log_spectral_distance(noise, noise / 2) == pytest.approx(6.02, abs=0.01)
    loud, soft = (measures.listen(sound) for sound in (noise, noise / 2))
    assert measures.mel_l1(loud.mel, soft.mel) == pytest.approx(math.log(2), abs=0.01)


@pytest.mark.slow
def test_a_semitone_is_a_hundred_cents():
    low, high = (measures.pitch(tone(150.0 * 2 ** (k / 12))) for k in (0, 1))
    assert measures.f0_rmse(low, high) == pytest.approx(100, abs=15)
    assert measures.f0_rmse(low, high, centred=True) < 15


def test_voicing():
    f0 = np.array([100.0, np.nan, 100.0, np.nan])
    reference = measures.Pitch(f0, np.array([True, False, True, False]))
    copy = measures.Pitch(f0, np.array([True, True, False, False]))
    assert measures.voicing_error(reference, copy) == 50
    assert math.isnan(measures.f0_rmse(measures.Pitch(f0, ~reference.voiced), reference))


@pytest.mark.slow
def test_what_is_said_slower_is_aligned():
    low, high, slow = (tone(hertz, seconds) for hertz, seconds in ((120.0, 0.3), (240.0, 0.3), (120.0, 0.5)))
    fast, late = (measures.listen(np.concatenate(parts)) for parts in ((low, high), (slow, high)))
    reference, aligned = measures.align(fast, late)
    assert reference.mel.shape == aligned.mel.shape
    assert aligned.mel.shape[1] >= late.mel.shape[1]
    assert measures.f0_rmse(reference.pitch, aligned.pitch) < 150
    assert measures.mel_l1(reference.mel, aligned.mel) < 0.5 * np.abs(low_and_high(fast)).mean()


def low_and_high(sound):
    """Return the difference of the two tones' spectra, as large as an error of alignment would be."""
    return sound.mel[:, 5] - sound.mel[:, -5]


@pytest.mark.slow
def test_the_vocoder_command_prints_a_table(recordings, monkeypatch, capsys):
    ir = tiny_models.save_vocoder(recordings / "tiny.xml")
    heard = {"wer": lambda clip, copy: scoring.word_errors(clip.recording.text, "one")}
    monkeypatch.setattr(commands, "judges", lambda wanted: heard)
    assert vocoder_scores.main(["--recordings", str(recordings), "--precisions", "", "--ir", str(ir)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "hifi-gan: 2 recordings, 1 s"
    assert out[2] == "| | mel L1 | LSD dB | F0 RMSE cents | voicing error % | WER % |"
    assert out[4] == "| the recording | 0.000 | 0.000 | 0.000 | 0.000 | 50.000 |"
    assert out[5].split("|")[1].strip().endswith("/tiny.xml")


@pytest.mark.slow
def test_the_voice_command_prints_a_table(recordings, monkeypatch, capsys):
    paths = {
        name: tiny_models.save_duration_prediction(recordings / f"{name}.xml", SYMBOLS)
        if "duration" in name
        else tiny_models.save_regression(recordings / f"{name}.xml")
        for name in voice_scores.STAGES
    }
    paths["hifi-gan"] = tiny_models.save_vocoder(recordings / "vocoder.xml")
    monkeypatch.setattr(voice_scores, "ensure_ir", lambda name, precision: paths[name])
    monkeypatch.setattr(commands, "judges", lambda wanted: {})
    arguments = ["--recordings", str(recordings), "--precisions", "FP16", "--limit", "1"]
    assert voice_scores.main(arguments) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "forward-tacotron and hifi-gan: 1 recording, 0 s"
    assert out[2] == "| | mel L1 | F0 RMSE cents | voicing error % |"
    assert out[4] == "| the recording | 0.000 | 0.000 | 0.000 |"
    assert out[5].startswith("| IR FP16 | ")


def test_missing_packages_are_named(monkeypatch, capsys):
    def missing(name):
        raise scoring.SpeechError(f"{name} is missing")

    monkeypatch.setattr(scoring, "require", missing)
    monkeypatch.setattr(scoring, "Listener", lambda: missing("speechmos"))
    monkeypatch.setattr(scoring, "Recogniser", lambda: missing("faster_whisper"))
    assert scoring.judges() == {}
    err = capsys.readouterr().err.splitlines()
    assert [line.split(" is left out")[0] for line in err] == ["STOI", "PESQ", "DNSMOS", "WER %"]


@pytest.mark.parametrize("content", [None, "", "a no bars\n", "none|x\n", "\udcff"])
def test_recordings_that_cannot_be_read(recordings, content, capsys):
    path = recordings / "metadata.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content.encode(errors="surrogateescape"))
    arguments = ["--recordings", str(recordings), "--limit", "1", "--precisions", ""]
    assert vocoder_scores.main(arguments) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
