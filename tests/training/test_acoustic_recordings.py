"""Voices of one's own recordings: alignment, pitch, and a vector that is learnt while the networks stay."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")
pytest.importorskip("librosa")
pytestmark = pytest.mark.training

import torch  # noqa: E402

import acoustic_runs  # noqa: E402
from acoustic import adapt, data, recordings  # noqa: E402
from acoustic_runs import PHONEMES  # noqa: E402
from text_to_speech.errors import InputError  # noqa: E402
from text_to_speech.store.voices_yml import read_voices  # noqa: E402

MODELS = Path(__file__).parents[2] / "models" / "forward-tacotron"
RATE = 22_050

folders, runs = acoustic_runs.folders, acoustic_runs.runs


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.7])
def test_durations_follow_a_recording_that_is_slower_or_faster(factor: float) -> None:
    random = np.random.default_rng(3)
    durations = random.integers(4, 12, 12)
    spectra = random.normal(size=(80, 12)).astype(np.float32) * 3
    spoken = np.rint(durations * factor).astype(np.int64)
    drawn, recorded = (np.repeat(spectra, lengths, axis=1) for lengths in (durations, spoken))
    # Another microphone and a little noise.
    recorded = recorded + 2 + 0.05 * random.normal(size=recorded.shape).astype(np.float32)
    found = recordings.aligned_durations(drawn, durations, recorded)
    assert found.sum() == spoken.sum()
    assert np.abs(np.cumsum(found) - np.cumsum(spoken)).max() <= 1


def test_every_phoneme_has_a_frame_and_too_short_a_recording_is_refused() -> None:
    random = np.random.default_rng(0)
    drawn = random.normal(size=(80, 40)).astype(np.float32)
    durations = np.full(10, 4)
    found = recordings.aligned_durations(drawn, durations, drawn[:, :12])
    assert found.min() == 1
    assert found.sum() == 12
    with pytest.raises(InputError, match="too short"):
        recordings.aligned_durations(drawn, durations, drawn[:, :9])


def test_pitch_is_measured_where_the_phonemes_are() -> None:
    seconds = np.arange(2 * RATE) / RATE
    hertz = np.where(seconds < 1, 120.0, 180.0)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    waveform = sum(np.cos(n * phase) / n for n in range(1, 9)).astype(np.float32) * 0.1
    frames = waveform.size // 256
    log_f0, voicing = recordings.measured_pitch(waveform, np.array([frames // 2, frames - frames // 2]))
    np.testing.assert_allclose(np.exp(log_f0[:, 1]), [120, 180], rtol=0.01)
    assert (voicing > 0.9).all()
    with pytest.raises(InputError, match="nothing is voiced"):
        recordings.measured_pitch(np.zeros(RATE, np.float32), np.array([86]))


def test_what_a_voice_says_is_learnt_while_the_networks_stay(runs: dict[str, Path]) -> None:
    networks = adapt.Networks(runs["predictor"], runs["decoder"])
    kept = [p.clone() for p in (*networks.predictor.parameters(), *networks.decoder.parameters())]
    torch.manual_seed(0)
    start = networks.table[0]
    wanted = start + torch.cat([torch.tensor([0.3]), torch.randn(62)])
    ids = data.to_ids(PHONEMES)
    durations = networks.draw(wanted, ids)[1]
    targets = np.column_stack(
        [durations, np.full((len(ids), 3), float(wanted[0]) + 5), np.ones(len(ids)), np.full(len(ids), -4.5)]
    ).astype(np.float32)
    heard = data.collate([data.Utterance(0, ids, durations, targets, None)])
    mel = networks.drawn(heard, wanted.unsqueeze(0))[1][0].numpy()
    said = data.Utterance(0, ids, durations, targets, mel)
    found = list(adapt.adapt(networks, [said], start, steps=40, seed=0))
    assert found[-1][1]["mel"] < 0.8 * found[0][1]["mel"]
    assert float(found[-1][0][0]) == pytest.approx(float(wanted[0]), abs=1e-5)
    now = (*networks.predictor.parameters(), *networks.decoder.parameters())
    assert all(torch.equal(one, other) for one, other in zip(kept, now, strict=True))


def test_recordings_become_a_voice_that_the_library_reads(
    runs: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "wavs").mkdir()
    seconds = np.arange(int(1.5 * RATE)) / RATE
    sound = sum(np.cos(2 * np.pi * 150 * n * seconds) / n for n in range(1, 9)).astype(np.float32) * 0.1
    soundfile.write(tmp_path / "wavs" / "one.wav", sound, RATE)
    (tmp_path / "lines.csv").write_text("one|Hello there.\n", encoding="utf-8")
    command = {
        "--recordings": tmp_path / "lines.csv",
        "--predictor": runs["predictor"],
        "--decoder": runs["decoder"],
        "--models": MODELS,
        "--name": "mine",
        "--sex": "male",
        "--steps": 2,
        "--out": tmp_path / "out",
    }
    words = ["adapt", *(str(word) for pair in command.items() for word in pair)]
    monkeypatch.setattr("sys.argv", words)
    assert adapt.main() == 0
    voice = read_voices(tmp_path / "out" / "voices.yml")["mine"]
    assert voice.sex == "male"
    assert voice.median_f0 == pytest.approx(150, rel=0.02)
    assert voice.vector == tuple(np.load(tmp_path / "out" / "voices.npy")[-1].tolist())
    assert len(voice.vector) == 63


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ("one\n", {}, "expected lines ID|text"),
        ("", {}, "names no recording"),
        ("one|Hello.\n", {"--start": "nobody"}, "expected one of heart"),
        ("one|Hello.\n", {"--name": "heart"}, "there is such a voice already"),
        ("one|Hello.\n", {}, "one.wav"),
    ],
)
def test_what_cannot_be_used_is_named(
    lines: str,
    options: dict[str, str],
    message: str,
    runs: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "lines.csv").write_text(lines, encoding="utf-8")
    command = {
        "--recordings": str(tmp_path / "lines.csv"),
        "--predictor": str(runs["predictor"]),
        "--decoder": str(runs["decoder"]),
        "--models": str(MODELS),
        "--name": "mine",
        "--out": str(tmp_path / "out"),
    } | options
    monkeypatch.setattr("sys.argv", ["adapt", *(word for pair in command.items() for word in pair)])
    assert adapt.main() == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
