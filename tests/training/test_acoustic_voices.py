"""The acoustic model of several voices: its data, its networks, a run, what is exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("soxr")

import acoustic_runs  # noqa: E402
from acoustic import data, draw, export, train  # noqa: E402
from acoustic.comb import harmonic_comb  # noqa: E402
from acoustic.depthwise import depthwise  # noqa: E402
from acoustic.losses import predictor_losses  # noqa: E402
from acoustic.model import (  # noqa: E402
    LOG_F0_CENTRE,
    SYMBOLS,
    VOICE_SIZE,
    Decoder,
    Encoder,
    ProsodyPredictor,
    Voices,
    in_units,
)
from acoustic_runs import PHONEMES, arguments  # noqa: E402
from text_to_speech.inference.acoustic import AcousticModel  # noqa: E402
from text_to_speech.inference.mel import mel_spectrogram  # noqa: E402
from vocoder import locked_data  # noqa: E402

pytestmark = pytest.mark.training

folders, runs = acoustic_runs.folders, acoustic_runs.runs

# -- the data ------------------------------------------------------------------------------------------------


def test_parts_are_put_into_our_units(folders: Path) -> None:
    corpus = data.Corpus([folders / "audio"], folders / "prepared")
    assert len(corpus) == 2 * len(data.NAMES)
    for index in range(len(corpus)):
        utterance = corpus[index]
        assert "".join(SYMBOLS[i] for i in utterance.ids) == f"_{PHONEMES}_"
        assert utterance.durations.sum() == len(utterance.mel) == len(utterance.prosody())
        np.testing.assert_allclose(utterance.targets[:, 1:4], np.log(100.0 + 10 * utterance.voice), atol=1e-4)
        assert (utterance.targets[:, 4] == 1).all()


def test_prosody_has_no_mel_and_validation_is_never_learnt_from(folders: Path) -> None:
    corpus = data.Corpus([folders / "audio", folders / "prosody"], folders / "prepared")
    held_out = data.Corpus([folders / "audio"], folders / "prepared", validation=True)
    names = {name for name, _ in corpus.by_part()}
    assert names == {f"{kind}-{voice}-0000" for kind in ("audio", "prosody") for voice in data.NAMES}
    assert {name for name, _ in held_out.by_part()} == {f"audio-{voice}-validation" for voice in data.NAMES}
    assert all((corpus[i].mel is None) == ("prosody" in corpus._index[i][0]) for i in range(len(corpus)))


def test_the_speech_of_hibari_is_of_a_voice_of_its_own(folders: Path) -> None:
    prepared = data.prepare(folders / "audio" / "heart" / "0000", folders / "prepared" / "hibari", "heart")
    corpus = data.Corpus([folders / "audio"], folders / "prepared", hibari=prepared)
    assert len(corpus) == 2 * len(data.LEARNT)
    assert {corpus[index].voice for index in range(len(corpus))} == set(range(len(data.LEARNT)))
    assert len(corpus.mean_log_f0()) == len(data.LEARNT)


def test_a_batch_stays_within_its_budget_and_all_utterances_come(folders: Path) -> None:
    corpus = data.Corpus([folders / "audio"], folders / "prepared")
    batches = corpus.batches("frames", budget=200, dice=np.random.default_rng(0))
    seen: set[int] = set()
    for _ in range(40):
        batch = next(batches)
        assert len(batch) == 1 or len(batch) * corpus.frames[batch].max() <= 200
        seen.update(batch)
    assert seen == set(range(len(corpus)))


def test_the_lead_is_cut_from_the_silence_alone(folders: Path) -> None:
    whole = data.Corpus([folders / "audio"], folders / "prepared")[0]
    short = whole.shorten_lead(2)
    assert short.durations[0] == 2
    np.testing.assert_array_equal(short.durations[1:], whole.durations[1:])
    np.testing.assert_array_equal(short.mel, whole.mel[whole.durations[0] - 2 :])
    assert len(whole.shorten_lead(10_000).mel) == len(whole.mel)


# -- the networks --------------------------------------------------------------------------------------------


def test_the_comb_has_its_peaks_where_a_pulse_train_has_them() -> None:
    table = harmonic_comb(55.0, 600.0, 20).numpy()
    f0 = float(np.exp(np.linspace(np.log(55.0), np.log(600.0), 20)[8]))
    train_of_pulses = np.zeros(22_050, np.float32)
    train_of_pulses[np.arange(0, 22_050, 22_050 / f0).astype(int)] = 0.5
    mel = mel_spectrogram(train_of_pulses)[0][:, 40]
    low = slice(4, 28)
    measured = mel[low] - np.convolve(mel, np.ones(7) / 7, "same")[low]
    tabled = table[8][low] - np.convolve(table[8], np.ones(7) / 7, "same")[low]
    assert np.corrcoef(measured, tabled)[0, 1] > 0.8


@pytest.mark.parametrize("kind", ["predictor", "encoder", "decoder"])
def test_what_is_padded_changes_nothing(kind: str) -> None:
    torch.manual_seed(0)
    voice = torch.randn(1, VOICE_SIZE)
    ids = torch.randint(1, len(SYMBOLS), (1, 12))
    mask = (torch.arange(20) < 12).float().unsqueeze(0)
    padded = torch.nn.functional.pad(ids, (0, 8))
    with torch.no_grad():
        if kind == "decoder":
            network = Decoder().eval()
            values, prosody = torch.randn(1, 12, 256), torch.rand(1, 12, 5)
            alone = network(values, prosody, voice)[1]
            wide = (torch.nn.functional.pad(x, (0, 0, 0, 8)) for x in (values, prosody))
            together = network(*wide, voice, mask)[1]
        else:
            network = (ProsodyPredictor() if kind == "predictor" else Encoder()).eval()
            alone, together = network(ids, voice), network(padded, voice, mask)
    torch.testing.assert_close(together[:, :12], alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("dilation", [1, 4, 16])
def test_the_convolution_that_learns_faster_is_the_same(dilation: int) -> None:
    torch.manual_seed(0)
    convolution = torch.nn.Conv2d(8, 8, (1, 7), padding=(0, 3 * dilation), dilation=(1, dilation), groups=8)
    x = torch.randn(2, 30, 8, requires_grad=True)
    given = torch.randn(2, 30, 8)
    found = []
    for y in (
        convolution(x.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2),
        depthwise(x, convolution, dilation=dilation),
    ):
        gradients = torch.autograd.grad(y, (x, convolution.weight, convolution.bias), given)
        found.append((y, *gradients))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = depthwise(x, convolution, dilation=dilation)
    assert y.dtype == torch.bfloat16
    torch.testing.assert_close(y.float(), found[0][0], atol=0.1, rtol=0.05)


def test_pitch_is_relative_to_the_voice() -> None:
    voices = Voices([np.log(200.0), np.log(100.0)])
    raw = torch.zeros(2, 3, 6)
    _, log_f0, voicing, _ = in_units(raw, voices(torch.tensor([0, 1])))
    torch.testing.assert_close(log_f0[:, 0, 0].exp(), torch.tensor([200.0, 100.0]))
    assert (voicing == 0.5).all()


def test_a_perfect_prediction_has_no_error() -> None:
    voice = torch.zeros(1, VOICE_SIZE)
    raw = torch.tensor([[[0.0, 0.4, -0.2, 0.1, 9.0, 0.3], [0.5, 0.0, 0.6, -0.4, 9.0, -0.3]]])
    frames, log_f0, _, energy = in_units(raw, voice)
    targets = torch.cat([frames, log_f0, torch.ones(1, 2, 1), energy], dim=-1)
    losses = predictor_losses(raw, targets, torch.ones(1, 2), voice)
    for name in ("duration", "total", "pitch", "bend", "energy", "cents"):
        assert losses[name].item() == pytest.approx(0.0, abs=1e-3)
    assert losses["spread"].item() == pytest.approx(1.0, abs=1e-4)
    octave = targets + torch.tensor([0.0, *[float(np.log(2))] * 3, 0.0, 0.0])
    assert predictor_losses(raw, octave, torch.ones(1, 2), voice)["cents"].item() == pytest.approx(
        1_200, abs=1
    )


# -- a run, and what comes of it ------------------------------------------------------------------------------


def test_a_run_goes_on_where_it_was(folders: Path, tmp_path: Path) -> None:
    args = arguments(folders, tmp_path / "run", "predictor")
    train.train(args)
    args.steps = 6
    train.train(args)
    log = (args.run / "log.txt").read_text(encoding="utf-8")
    assert "step 6," in log
    assert "step 1," not in log
    assert log.count("  validation ") == 2
    assert "cents_heart" in log
    assert torch.load(args.run / "ema.pt", weights_only=True)["step"] == 6


def test_the_exported_graphs_are_a_pair_that_the_library_runs(
    runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sys.argv",
        [
            "export",
            "--predictor",
            str(runs["predictor"]),
            "--decoder",
            str(runs["decoder"]),
            "--out",
            str(tmp_path),
        ],
    )
    export.main()
    # A compiled model that is read back from OpenVINO's cache cuts larger numbers in half.
    for path in tmp_path.rglob("*.onnx"):
        graph = onnx.load(path).graph
        tensors = [
            *graph.initializer,
            *(a.t for node in graph.node for a in node.attribute if a.HasField("t")),
        ]
        whole = [onnx.numpy_helper.to_array(t) for t in tensors if t.data_type == onnx.TensorProto.INT64]
        assert whole
        assert all((np.abs(values) < 2**31).all() for values in whole)
    table = np.load(tmp_path / "voices.npy")
    assert table.shape == (len(data.NAMES), export.WHOLE_SIZE)
    expected = np.log(100.0 + 10 * np.arange(len(data.NAMES))) - LOG_F0_CENTRE
    np.testing.assert_allclose(table[:, 0], expected, atol=1e-3)
    name = "forward-tacotron-duration-prediction"
    model = AcousticModel(
        duration_model=tmp_path / name / f"{name}.onnx",
        regression_model=tmp_path / "forward-tacotron-regression" / "forward-tacotron-regression.onnx",
        symbols=SYMBOLS,
    )
    ids = data.to_ids(PHONEMES)
    heart, other = (model.synthesize(ids, voice=table[row]) for row in (0, 7))
    assert heart.mel.shape[0] == 80
    assert heart.durations.sum() == heart.mel.shape[1]
    assert np.median(other.f0[other.f0 > 0]) > 1.3 * np.median(heart.f0[heart.f0 > 0])


def test_a_run_of_the_other_part_is_refused(runs: dict[str, Path]) -> None:
    with pytest.raises(SystemExit, match=r"the predictor of .*; expected the decoder"):
        export.load(runs["predictor"], "decoder")


def test_drawn_mels_take_turns_with_the_teachers(
    runs: dict[str, Path], folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {
        "--checkpoint": runs["decoder"],
        "--audio": folders / "audio",
        "--prepared": folders / "prepared",
        "--out": tmp_path / "drawn",
    }
    monkeypatch.setattr("sys.argv", ["draw", *(str(word) for pair in options.items() for word in pair)])
    draw.main()
    assert len(list((tmp_path / "drawn").iterdir())) == 2 * len(data.NAMES)
    pieces = locked_data.Pieces(folders / "audio", tmp_path / "prepared", drawn=tmp_path / "drawn")
    part = pieces._parts["heart-0000"]
    assert part["drawn"].shape == part["mel"].shape
    frames, seen = len(part["mel"]), set()
    for seed in range(20):
        mel = locked_data.cut(part, 0, frames, np.random.default_rng(seed))[0]
        seen.add("drawn" if np.allclose(mel, np.maximum(part["drawn"].T, mel.min()), atol=1e-3) else "mel")
    assert seen == {"drawn", "mel"}
