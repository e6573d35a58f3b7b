"""The phase-locked students: pulses in the teacher's phase, networks, a run that takes up new parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import generate_voices
from spoken import spoken

torch = pytest.importorskip("torch")
pytest.importorskip("soxr")

from text_to_speech.inference import source_filter  # noqa: E402
from text_to_speech.inference.source_filter import Excitation  # noqa: E402
from vocoder import adversary, locked_data, train_locked  # noqa: E402
from vocoder.losses import audio_losses  # noqa: E402
from vocoder.mel_rate import MelRateFilter, Transform  # noqa: E402
from vocoder.model import FilterNetwork  # noqa: E402

pytestmark = pytest.mark.training


@pytest.fixture
def audio_folder(tmp_path: Path) -> Path:
    for voice, hz in (("george", 110.0), ("heart", 190.0)):
        for name in ("validation", "0000"):
            records = [("text", "text", spoken(seconds, hz=hz)) for seconds in (2.0, 3.0)]
            (tmp_path / "audio" / voice).mkdir(parents=True, exist_ok=True)
            generate_voices.save(records, tmp_path / "audio" / voice / name)
    return tmp_path / "audio"


def prepared(seconds: float) -> dict[str, np.ndarray]:
    speech = spoken(seconds)
    return locked_data.prepare_utterance(
        np.rint(speech.audio * 32_767).astype(np.int16), speech.f0, speech.phase
    )


# -- the pulses ----------------------------------------------------------------------------------------------


def test_pulses_stand_where_the_teachers_harmonics_meet():
    part = prepared(3.0)
    audio = part["audio"].astype(np.float64)
    places = part["pulses"][3:-3]
    # Ten harmonics in phase have their peak at a pulse; nowhere in a period is there another one so high.
    for place, hz in places[(places[:, 1] > 90)]:
        first = round(place - 8_000 / hz)
        peak = first + int(np.argmax(audio[first : round(place + 8_000 / hz)]))
        if audio[peak] > 5_000:
            assert abs(peak - place) <= 1.0
    assert len(places) > 250


def test_the_pitch_of_a_pulse_is_the_distance_to_the_next():
    places = prepared(3.0)["pulses"]
    voiced = np.flatnonzero((places[:-1, 1] > 90) & (places[1:, 1] > 90) & (np.diff(places[:, 0]) < 300))[
        5:-5
    ]
    measured = 22_050 / np.diff(places[:, 0])[voiced]
    told = (places[voiced, 1] + places[voiced + 1, 1]) / 2
    cents = np.abs(1_200 * np.log2(measured / told))
    assert np.median(cents) < 5


def test_a_silent_source_has_no_pulses():
    pitch = prepared(3.0)["pitch"]
    assert pitch[:, 1].mean() == pytest.approx(1 - 20 / 240, abs=0.02)
    assert (np.abs(pitch[:, 0] - np.log2(120 / 180)) < 0.35).all()  # in a straight line through the gap
    part = prepared(3.0)
    pulses = locked_data.render_pulses(part["pulses"], pitch[:, 1])
    gap = np.flatnonzero(pitch[:, 1] == 0)
    assert np.abs(pulses[256 * (gap[0] + 2) : 256 * (gap[-1] - 1)]).max() == 0
    assert np.square(pulses[: 256 * (gap[0] - 2)]).mean() == pytest.approx(1, abs=0.1)


def test_they_are_the_pulses_that_the_library_makes():
    theirs = Excitation(phase=0.25).extend(np.full(42, -0.5, np.float32), np.ones(42, np.float32))[0]
    hz = 180 * 2**-0.5
    due = (
        np.arange(1, 400) - 0.25
    ) * 22_050 / hz - 1  # the library's phase has run for one sample at the first
    places = np.column_stack([due, np.full(due.size, hz)])
    ours = locked_data.render_pulses(places, np.ones(40, np.float32))
    np.testing.assert_allclose(ours[300:], theirs[300:], atol=1e-3)


def test_a_piece_cut_anywhere_has_the_same_pulses():
    part = prepared(3.0)
    dice = np.random.default_rng(0)
    _, _, whole, _ = locked_data.cut(part, 0, 200, dice)
    _, pitch, piece, audio = locked_data.cut(part, 60, 100, dice)
    inner = slice(20, -20)
    np.testing.assert_allclose(piece[0, inner], whole[0, 60 * 256 : 160 * 256][inner], atol=1e-6)
    assert pitch.shape == (2, 100)
    assert audio.size == 256 * 100


# -- the data ------------------------------------------------------------------------------------------------


def test_parts_that_appear_later_are_prepared_and_taken_up(audio_folder: Path, tmp_path: Path):
    hidden = audio_folder / "heart" / "0000"
    hidden.rename(hidden.with_suffix(".tmp"))
    pieces = locked_data.Pieces(audio_folder, tmp_path / "prepared")
    frames = pieces.refresh()
    hidden.with_suffix(".tmp").rename(hidden)
    assert pieces.refresh() == 2 * frames
    batch = pieces.batch(3, np.random.default_rng(0))
    length = locked_data.FRAMES + 2 * locked_data.CONTEXT
    assert batch.mel.shape == (3, 80, length)
    assert batch.pitch.shape == (3, 2, length)
    assert batch.source.shape == (3, 2, 256 * length)
    assert batch.audio.shape == (3, 256 * length)


def test_validation_is_never_learnt_from(audio_folder: Path, tmp_path: Path):
    training = locked_data.Pieces(audio_folder, tmp_path / "prepared")
    held_out = locked_data.Pieces(audio_folder, tmp_path / "prepared", validation=True)
    assert not set(training._parts) & set(held_out._parts)
    assert set(held_out._parts) == {"george-validation", "heart-validation"}


# -- the network ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1024, 256])
def test_the_inverse_transform_undoes_the_transform(size: int):
    wave = torch.randn(2, 256 * 20, generator=torch.Generator().manual_seed(0))
    transform = Transform(size)
    spectrum = transform(wave)
    assert spectrum[0].shape == (2, 256 * 20 // (size // 4), size // 2 + 1)
    assert sum(part.square().mean() for part in spectrum) == pytest.approx(1, abs=0.05)
    inner = slice(800, -800)
    torch.testing.assert_close(transform.inverse(spectrum)[:, inner], wave[:, inner], atol=1e-5, rtol=0)


def test_the_short_spectrum_is_read_in_the_order_of_time():
    network = MelRateFilter(channels=8, hidden=8, blocks=1)
    with torch.no_grad():
        network.short.weight.zero_()
        gains = network.short.bias.view(4, 129)
        gains.fill_(-20.0)
        gains[2] = 0.0  # noise sounds in the third quarter of each frame alone
    mel, pitch = torch.randn(1, 80, 40), torch.zeros(1, 2, 40)
    noise = network.spectra(mel, pitch, torch.randn(1, 2, 40 * 256))[1][0].square().sum(-1)[0]
    assert (noise.view(40, 4).argmax(1) == 2).all()


def test_it_sees_no_farther_than_its_context():
    torch.manual_seed(0)
    network = MelRateFilter(channels=16, hidden=16).eval()
    mel, source = torch.randn(1, 80, 80), torch.randn(1, 2, 80 * 256)
    pitch = torch.stack([torch.zeros(80), torch.ones(80)]).unsqueeze(0)
    changed = mel.clone()
    changed[..., 40] += 1
    with torch.no_grad():
        moved = network(mel, pitch, source) != network(changed, pitch, source)
    frames = np.flatnonzero(moved[0, 0].reshape(80, 256).any(1).numpy())
    assert frames.min() >= 40 - source_filter.CONTEXT_FRAMES
    assert frames.max() <= 40 + source_filter.CONTEXT_FRAMES
    assert locked_data.CONTEXT >= source_filter.CONTEXT_FRAMES


@pytest.mark.parametrize("design", ["mel-rate", "fine"])
def test_what_is_foreseeable_does_not_depend_on_the_noise(design: str):
    torch.manual_seed(0)
    small = {"channels": 16, "hidden": 16, "blocks": 1}
    network = MelRateFilter(**small) if design == "mel-rate" else FilterNetwork(channels=16)
    pitch = torch.stack([torch.zeros(40), torch.ones(40)]).unsqueeze(0)
    source = torch.randn(1, 2, 40 * 256)
    other = torch.stack([source[:, 0], torch.randn(1, 40 * 256)], dim=1)
    mel = torch.randn(1, 80, 40)
    takes = [
        train_locked.speak(network, locked_data.Batch(mel, pitch, s, torch.zeros(1, 40 * 256)))
        for s in (source, other)
    ]
    torch.testing.assert_close(takes[0][0], takes[1][0])
    assert not torch.allclose(takes[0][1], takes[1][1])
    whole = network(mel, pitch, source) if design == "mel-rate" else network(mel, source)
    torch.testing.assert_close(sum(takes[0]).clamp(-1, 1), whole[:, 0], atol=1e-5, rtol=1e-4)


# -- the loss and the run ------------------------------------------------------------------------------------


def complex_loss(audio: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return audio_losses(audio, target, audio)["complex"]


def test_the_complex_loss_minds_the_phase_and_prefers_silence_to_a_wrong_one():
    dice = torch.Generator().manual_seed(0)
    target, other = (0.1 * torch.randn(2, 8_192, generator=dice) for _ in range(2))
    assert complex_loss(target, target) < 2e-4
    assert complex_loss(0 * target, target) < complex_loss(other, target)
    time = torch.arange(8_192) / 22_050
    tones = [0.1 * torch.cos(2 * np.pi * 300 * time + turn).unsqueeze(0) for turn in (0.0, 0.3, 1.0)]
    errors = [complex_loss(tone, tones[0]) for tone in tones]
    assert errors[0] < errors[1] < errors[2]


@pytest.mark.parametrize("design", ["mel-rate", "fine"])
def test_a_run_goes_on_where_it_was(
    design: str, audio_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(train_locked, "HELD_OUT", 1)

    def run(steps: int) -> dict:
        options = ["--audio", str(audio_folder), "--prepared", str(tmp_path / "prepared"), "--design", design]
        options += ["--run", str(tmp_path / "run"), "--steps", str(steps), "--batch", "1", "--report", "1"]
        monkeypatch.setattr("sys.argv", ["train_locked", *options, "--validate", "1"])
        train_locked.main()
        return torch.load(tmp_path / "run" / "last.pt", weights_only=True)

    assert run(1)["step"] == 1
    assert run(2)["step"] == 2
    log = (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")
    assert log.count("step 1,") == 1
    assert "validation 2" in log
    assert torch.load(tmp_path / "run" / "ema.pt", weights_only=True)["design"] == design


def test_a_discriminator_joins_an_older_run_and_goes_on_with_it(
    audio_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(train_locked, "HELD_OUT", 1)
    last = tmp_path / "run" / "last.pt"

    def run(steps: int, *more: str) -> dict:
        options = ["--audio", str(audio_folder), "--prepared", str(tmp_path / "prepared"), *more]
        options += ["--run", str(tmp_path / "run"), "--steps", str(steps), "--batch", "2", "--report", "1"]
        monkeypatch.setattr("sys.argv", ["train_locked", *options, "--validate", "1"])
        train_locked.main()
        return torch.load(last, weights_only=True)

    old = run(1)
    del old["companions"]  # as runs were written before there was one
    old["optimizer"]["param_groups"][0]["fused"] = None
    torch.save(old, last)
    assert run(3, "--adversarial-from", "2")["companions"]["adversary"]["steps"] == 1
    kept = run(5, "--adversarial-from", "2")
    assert kept["companions"]["adversary"]["steps"] == 3
    assert kept["optimizer"]["param_groups"][0]["fused"]
    lines = (tmp_path / "run" / "log.txt").read_text(encoding="utf-8").splitlines()
    assert ["judge" in line for line in lines if line.startswith("step")] == [False, False, True, True, True]


def test_a_discriminator_learns_and_shows_the_way_to_the_teacher(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(adversary, "RAMP", 20)
    torch.manual_seed(0)
    rival = adversary.Adversary(device="cpu", bf16=False)
    dice = torch.Generator().manual_seed(0)
    target = 0.1 * torch.randn(4, 4_096, generator=dice)
    muffled = 0.5 * (target + target.roll(1, dims=1))  # an error of magnitudes, as over-smoothing is
    errors = []
    for _ in range(30):
        direction, error = rival.judge(muffled, target, 3e-3)
        errors.append(error["judge"])
    assert np.mean(errors[-3:]) < 0.5 * np.mean(errors[:3])
    assert direction.norm() == pytest.approx(adversary.SHARE)
    assert not direction[2:].any()  # it sees half of a batch
    slopes = [rival.judge(muffled, target, 0.0) for _ in adversary.WINDOWS]
    nearer = [rival.judge(muffled - 0.1 * slope, target, 0.0)[1] for slope, _ in slopes]
    for (_, before), after in zip(slopes, nearer, strict=True):
        assert (
            after["cheat"] + adversary.MATCHING * after["match"]
            < before["cheat"] + adversary.MATCHING * before["match"]
        )


def test_a_network_learns_the_phase_that_it_is_given():
    """A few steps on one sound: what is foreseeable comes near the waveform, which no magnitude alone would bring."""
    torch.manual_seed(0)
    part = prepared(2.0)
    mel, pitch, source, audio = (
        torch.from_numpy(value).unsqueeze(0)
        for value in locked_data.cut(part, 20, 24, np.random.default_rng(0))
    )
    batch = locked_data.Batch(mel, pitch, source, audio)
    network = MelRateFilter(channels=16, hidden=16, blocks=1)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    errors = []
    for _ in range(40):
        loss = complex_loss(train_locked.speak(network, batch)[0], batch.audio)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        errors.append(loss.item())
    assert errors[-1] < 0.5 * complex_loss(torch.zeros_like(batch.audio), batch.audio)


def test_the_exported_file_computes_what_the_student_does_and_is_small(tmp_path: Path):
    from vocoder import export_locked
    from vocoder.mel_rate import MelRateStudent

    torch.manual_seed(0)
    student = MelRateStudent().eval()
    path = tmp_path / "light.onnx"
    export_locked.export(student, {"steps": "0"}, path)
    assert path.stat().st_size < 8e6
    differences = export_locked.compare(path, student)
    assert differences["audio"] < 1e-3
    assert differences["pitch"] < 2e-3  # octaves; the weights are rounded to float16


def test_a_run_of_another_design_is_not_exported(tmp_path: Path):
    from vocoder import export_locked

    torch.save({"design": "fine", "step": 1, "student": {}}, tmp_path / "ema.pt")
    with pytest.raises(ValueError, match="of the design 'fine', expected 'mel-rate'"):
        export_locked.load(tmp_path / "ema.pt")
