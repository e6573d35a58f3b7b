"""accuracy_checker/make_dataset.py, and the configurations that read what it makes."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import make_dataset
import tiny_models
from text_to_speech.store.model_yml import read_model
from text_to_speech.text import SYMBOLS

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "models").rglob("model.yml"))
DEFINITIONS = ROOT / "accuracy_checker" / "dataset_definitions.yml"
PREDICTED = ["duration", "embeddings", "pitch", "voicing", "energy"]


@pytest.fixture
def models(tmp_path):
    """A zoo of a tiny voice and a tiny vocoder, whose ONNX files stand beside their model.yml."""
    root = tmp_path / "models"
    voice = {
        "duration-prediction": [("input_seq", [1, 6])],
        "regression": [("data", [1, 8, 6]), ("prosody", [1, 8, 5])],
    }
    common = {
        "description": "Tiny.",
        "task_type": "text_to_speech",
        "framework": "onnx",
        "license": "https://example.org",
    }
    parts = [(root / "voice" / f"voice-{stage}", inputs) for stage, inputs in voice.items()]
    parts.append((root / "vocoder", [("mel", [1, 80, 16])]))
    for folder, inputs in parts:
        folder.mkdir(parents=True)
        infos = [{"name": name, "shape": shape} for name, shape in inputs]
        arguments = [f"--input_model=$config_dir/{folder.name}.onnx"]
        model = {**common, "files": [], "input_info": infos, "model_optimizer_args": arguments}
        (folder / "model.yml").write_text(yaml.safe_dump(model))
    composite = {**common, "stages_order": [folder.name for folder, _ in parts[:2]]}
    (root / "voice" / "composite-model.yml").write_text(yaml.safe_dump(composite))
    tiny_models.save_duration_prediction(parts[0][0] / "voice-duration-prediction.onnx", SYMBOLS)
    tiny_models.save_regression(parts[1][0] / "voice-regression.onnx")
    tiny_models.save_vocoder(parts[2][0] / "vocoder.onnx")
    return root


def load(path):
    return np.load(path, allow_pickle=True)[()]


def test_pairs_of_every_model(models, recordings, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_dataset, "models_root", lambda: models)
    out = tmp_path / "datasets"
    assert make_dataset.main(["--recordings", str(recordings), "-o", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        str(out / name) for name in ("vocoder", "voice-duration-prediction", "voice-regression")
    ]
    assert lines[0].endswith(": 5 pairs")  # 86 frames of two recordings in windows of 16
    given, result = (load(out / "vocoder" / f"0001.{part}.npy") for part in ("in", "out"))
    assert {name: array.shape for name, array in given.items()} == {"mel": (80, 16)}
    assert {name: array.shape for name, array in result.items()} == {"audio": (1, 16 * 256)}
    predicted = load(out / "voice-duration-prediction" / "0001.out.npy")
    assert list(predicted) == PREDICTED
    drawn = load(out / "voice-regression" / "0001.in.npy")
    assert {name: array.shape for name, array in drawn.items()} == {"data": (8, 6), "prosody": (8, 5)}
    assert np.isfinite(load(out / "voice-regression" / "0001.out.npy")["mel"]).all()


def test_too_little_speech(models, recordings, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_dataset, "models_root", lambda: models)
    path = models / "vocoder" / "model.yml"
    path.write_text(path.read_text().replace("16", "1600"))
    arguments = ["--recordings", str(recordings), "-o", str(tmp_path / "out"), "--name", "vocoder"]
    assert make_dataset.main(arguments) == 1
    assert capsys.readouterr().err == (
        "make_dataset: error: vocoder: too little speech for one window: expected more recordings\n"
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_model_has_a_configuration_that_fits_its_model_yml(folder):
    path = folder / "accuracy-check.yml"
    config = yaml.safe_load(path.read_text())
    definitions = path.parent / config["global_definitions"]
    assert definitions.resolve() == DEFINITIONS
    (entry,) = config["models"]
    (launcher,) = entry["launchers"]
    model = read_model(folder)
    assert entry["name"] == model.name
    assert [given["name"] for given in launcher["inputs"]] == [given.name for given in model.input_info]
    (outputs,) = (part for part in model.model_optimizer_args if part.startswith("--output="))
    assert launcher["adapter"]["outputs"] == outputs.removeprefix("--output=").split(",")
    assert launcher["device_config"]["CPU"] == {"INFERENCE_PRECISION_HINT": "f32"}
    for given, info in zip(launcher["inputs"], model.input_info, strict=True):
        # The tool takes an array of three axes for a picture and transposes it, unless it is told that it need not.
        assert given["layout"] == ("NHWC" if len(info.shape) == 3 else "NC")
    defined = {dataset["name"]: dataset for dataset in yaml.safe_load(definitions.read_text())["datasets"]}
    (dataset,) = entry["datasets"]
    assert defined[dataset["name"]]["data_source"] == model.name
