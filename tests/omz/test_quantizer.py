import sys
import warnings

import numpy as np
import openvino
import pytest
import soundfile
import yaml

import tiny_models
from text_to_speech.errors import InputError
from text_to_speech.inference.mel import SAMPLE_RATE
from text_to_speech.inference.model_files import check_quantized
from text_to_speech.omz.quantizer import cut, frames_of, main, read_dataset, speak
from text_to_speech.store import quantized_ir

FRAMES = 16


@pytest.fixture
def root(tmp_path):
    """A zoo of a vocoder and of a model that is none, converted to FP16."""
    for name in ("sings", "adds"):
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        model = {"description": "d", "task_type": "text_to_speech", "files": [], "framework": "onnx"}
        model |= {"license": "l", "model_optimizer_args": []}
        (folder / "model.yml").write_text(yaml.safe_dump(model))
        (tmp_path / "irs" / "public" / name / "FP16").mkdir(parents=True)
    irs = tmp_path / "irs" / "public"
    tiny_models.save_vocoder(irs / "sings" / "FP16" / "sings.xml", frames=FRAMES)
    tiny_models.save_regression(irs / "adds" / "FP16" / "adds.xml")
    return tmp_path / "models"


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "dataset"
    folder.mkdir()
    random = np.random.default_rng(0)
    np.save(folder / "a.npy", random.normal(-4, 2, (80, 3 * FRAMES + 1)).astype(np.float32))
    np.save(folder / "c.npy", random.normal(-4, 2, (1, 80, FRAMES - 1)).astype(np.float32))
    soundfile.write(folder / "b.wav", random.normal(0, 0.1, 256 * 2 * FRAMES), SAMPLE_RATE)
    (folder / "notes.txt").write_text("not a part of it")
    return folder


@pytest.fixture
def run(root, tmp_path, capsys):
    def run(*arguments):
        arguments = ["--model_root", root, "--model_dir", tmp_path / "irs", *arguments]
        return main(list(map(str, arguments))), *capsys.readouterr()

    return run


@pytest.mark.training
def test_a_vocoder_is_quantized(run, dataset, tmp_path):
    pytest.importorskip("nncf")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages that NNCF brings
        status, out, err = run("--name", "sings", "--precisions", "FP16-INT8", "--dataset_dir", dataset)
    assert status == 0, err
    folder = tmp_path / "irs" / "public" / "sings"
    assert "made" in out
    assert {path.name for path in (folder / "FP16-INT8").iterdir()} == {"sings.xml", "sings.bin"}
    core, mel = openvino.Core(), next(read_dataset(dataset))[:, :, :FRAMES]
    audio = {}
    for precision in ("FP16", "FP16-INT8"):
        model = core.read_model(folder / precision / "sings.xml")
        types = {node.get_type_name() for node in model.get_ops()}
        assert ("FakeQuantize" in types) == (precision == "FP16-INT8")
        audio[precision] = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(mel)[0]
    assert audio["FP16-INT8"].shape == (1, 1, 256 * FRAMES)
    assert np.corrcoef(audio["FP16"].ravel(), audio["FP16-INT8"].ravel())[0, 1] > 0.9


def test_without_nncf(run, dataset, monkeypatch):
    monkeypatch.setitem(sys.modules, "nncf", None)
    status, _, err = run("--name", "sings", "--precisions", "FP16-INT8", "--dataset_dir", dataset)
    assert status == 1
    assert "pip install 'nncf" in err
    assert len(err.splitlines()) == 2


@pytest.mark.training
def test_the_program_finds_what_was_made_for_it(zoo, site, cache, tmp_path, capsys, monkeypatch):
    pytest.importorskip("nncf")
    (zoo / "tiny" / "quantization.yml").write_text("subset_size: 2\nignored_types: [ConvolutionBackpropData]")
    mels = tmp_path / "mels"
    mels.mkdir()
    np.save(mels / "a.npy", np.random.default_rng(0).normal(-4, 2, (80, 300)).astype(np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        status = main(["--name", "tiny", "--model_root", str(zoo), "--per_user", "--dataset_dir", str(mels)])
    assert status == 0, capsys.readouterr().err
    path = quantized_ir("tiny", models=zoo)
    nodes = openvino.Core().read_model(path).get_ops()
    check_quantized(openvino.Core().read_model(path), path)
    (upsampling,) = [node for node in nodes if node.get_type_name() == "ConvolutionBackpropData"]
    assert upsampling.input_value(0).get_node().get_type_name() != "FakeQuantize"


def test_a_place_of_its_own_and_one_given(run, tmp_path):
    status, _, err = run("--all", "--per_user", "-o", tmp_path / "out")
    assert status == 1
    assert "--per_user has a place of its own" in err


@pytest.mark.slow
def test_texts_are_spoken(tmp_path):
    texts = tmp_path / "texts.txt"
    texts.write_text("Hello there.\nHow are you?\n")
    (mel,) = speak(texts)
    assert mel.shape[:2] == (1, 80)
    assert 100 < mel.shape[2] < 400
    assert mel.dtype == np.float32
    with pytest.raises(InputError, match="UTF-8"):
        list(speak(tmp_path / "none.txt"))
    texts.write_text("\n\n")
    with pytest.raises(InputError, match="holds nothing to speak"):
        list(speak(texts))


def test_other_models_are_skipped(run, dataset):
    status, out, _ = run("--name", "adds", "--precisions", "FP16-INT8", "--dataset_dir", dataset)
    assert status == 0
    assert out == "adds: skipped, only vocoders are quantized\n"


def test_a_dry_run(run, tmp_path):
    status, out, _ = run("--name", "sings", "--precisions", "FP16-INT8", "--dry_run", "-o", tmp_path / "out")
    assert status == 0
    assert "would make" in out
    assert not (tmp_path / "out").exists()


def test_a_model_that_was_not_converted(run, dataset):
    status, _, err = run("--all", "--dataset_dir", dataset, "--precisions", "FP32-INT8")
    assert status == 1
    assert "run omz_converter first" in err


def test_a_dataset_is_needed(run):
    status, _, err = run("--all", "--precisions", "FP16-INT8")
    assert status == 1
    assert "--dataset_dir is needed" in err


def test_the_dataset_is_read_in_order(dataset):
    assert [mel.shape for mel in read_dataset(dataset)] == [(1, 80, 49), (1, 80, 32), (1, 80, 15)]


def test_pieces(dataset):
    assert len(cut(read_dataset(dataset), FRAMES, 300)) == 5
    pieces = cut(read_dataset(dataset), FRAMES, 2)
    mels = list(read_dataset(dataset))
    np.testing.assert_array_equal(pieces[0], mels[0][:, :, :FRAMES])
    np.testing.assert_array_equal(pieces[1], mels[1][:, :, FRAMES:])
    with pytest.raises(InputError, match="50 frames"):
        cut(read_dataset(dataset), 50, 300)


def test_datasets_that_cannot_be_used(dataset, tmp_path):
    with pytest.raises(InputError, match=r"none has no \.npy"):
        list(read_dataset(tmp_path / "none"))
    np.save(dataset / "a.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(InputError, match=r"a\.npy"):
        list(read_dataset(dataset))


def test_dynamic_time_takes_pieces_of_128_frames(tmp_path):
    assert frames_of(tiny_models.save_vocoder(tmp_path / "vocoder.xml")) == 128
