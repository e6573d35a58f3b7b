import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import openvino
import pytest

from text_to_speech.errors import ChecksumError, InputError, ModelError, OutputError
from text_to_speech.store.convert import checkpoint_to_onnx, make_onnx, onnx_to_ir, pre_convert
from text_to_speech.store.hifigan import HiFiGanConfig
from text_to_speech.store.model_yml import InputInfo, read_model
from tiny_zoo import CHECKPOINT, write_doubler

ROOT = Path(__file__).parents[2]


def text_of(model, *path):
    return str(model.get_rt_info(list(path)).astype(str))


def test_a_checkpoint_becomes_onnx_with_what_a_vocoder_must_know(zoo, site, tmp_path):
    model = read_model(zoo / "tiny")
    make_onnx(model, tmp_path / "tiny.onnx")
    converted = openvino.Core().read_model(tmp_path / "tiny.onnx")
    assert text_of(converted, "framework", "sample_rate") == "22050"
    assert text_of(converted, "framework", "hop_length") == "4"
    assert text_of(converted, "framework", "n_mels") == "80"
    assert text_of(converted, "framework", "source_sha384") == model.files[0].checksum


def test_the_same_checkpoint_gives_the_same_bytes(zoo, site, tmp_path):
    for name in ("a.onnx", "b.onnx"):
        make_onnx(read_model(zoo / "tiny"), tmp_path / name)
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_a_checkpoint_that_does_not_fit_is_named_and_leaves_nothing(zoo, tmp_path):
    config = HiFiGanConfig.from_json(ROOT / "models" / "hifi-gan" / "config.json")
    target = tmp_path / "out" / "x.onnx"
    target.parent.mkdir()
    with pytest.raises(ModelError, match=r"tiny_vocoder\.pth: weight conv_pre\.weight"):
        checkpoint_to_onnx(CHECKPOINT, config, target, name="x")
    assert list(target.parent.iterdir()) == []


def test_the_published_ir_has_the_static_shape_of_model_yml(zoo, site, tmp_path):
    model = read_model(zoo / "tiny")
    make_onnx(model, tmp_path / "tiny.onnx")
    onnx_to_ir(tmp_path / "tiny.onnx", tmp_path / "tiny.xml", inputs=model.input_info, info={"name": "tiny"})
    converted = openvino.Core().read_model(tmp_path / "tiny.xml")
    assert converted.input("mel").shape == [1, 80, 16]
    assert converted.output("audio").shape == [1, 1, 64]
    assert converted.input("mel").get_node().layout == openvino.Layout("NCW")
    assert text_of(converted, "model_info", "name") == "tiny"


def test_precision_decides_about_the_stored_weights_only(zoo, site, tmp_path):
    make_onnx(read_model(zoo / "tiny"), tmp_path / "tiny.onnx")
    mel = np.random.default_rng(0).normal(size=(1, 80, 9)).astype(np.float32)
    audio, size = {}, {}
    for precision in ("FP32", "FP16"):
        path = tmp_path / f"{precision}.xml"
        onnx_to_ir(tmp_path / "tiny.onnx", path, precision=precision)
        model = openvino.Core().read_model(path)
        assert model.input(0).element_type == openvino.Type.f32
        audio[precision] = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(
            mel
        )[0]
        size[precision] = path.with_suffix(".bin").stat().st_size
    assert size["FP16"] < 0.6 * size["FP32"]
    assert audio["FP32"].shape == (1, 1, 36)
    np.testing.assert_allclose(audio["FP16"], audio["FP32"], atol=1e-2)


def test_a_precision_that_there_is_not(tmp_path):
    with pytest.raises(InputError, match="INT8"):
        onnx_to_ir(tmp_path / "x.onnx", tmp_path / "x.xml", precision="INT8")


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_a_file_that_is_no_onnx(tmp_path, content):
    source = tmp_path / "x.onnx"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.onnx cannot be converted"):
        onnx_to_ir(source, tmp_path / "x.xml")
    assert not (tmp_path / "x.xml").exists()


@pytest.mark.parametrize(
    "entry", [InputInfo("other", (1, 2, 3)), InputInfo("data", (1, 2, 4)), InputInfo("data", (), "NC")]
)
def test_inputs_that_do_not_fit(tmp_path, entry):
    write_doubler(tmp_path / "x.onnx")
    with pytest.raises(ModelError, match=r"x\.onnx cannot be converted"):
        onnx_to_ir(tmp_path / "x.onnx", tmp_path / "x.xml", inputs=[entry])


def test_some_outputs_are_kept_and_the_metadata_too(tmp_path):
    write_doubler(tmp_path / "x.onnx")
    onnx_to_ir(tmp_path / "x.onnx", tmp_path / "x.xml", outputs=["mel"])
    converted = openvino.Core().read_model(tmp_path / "x.xml")
    assert [output.any_name for output in converted.outputs] == ["mel"]
    assert text_of(converted, "framework", "symbols") == "_\na\nʃ"
    with pytest.raises(ModelError, match=r"x\.onnx cannot be converted"):
        onnx_to_ir(tmp_path / "x.onnx", tmp_path / "x.xml", outputs=["other"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_conversion_forks_no_process(tmp_path, monkeypatch):
    forked = []
    monkeypatch.setattr(os, "fork", lambda: forked.append(1) or 1)
    write_doubler(tmp_path / "x.onnx")
    onnx_to_ir(tmp_path / "x.onnx", tmp_path / "x.xml")
    time.sleep(0.2)  # a thread would have done it
    assert forked == []


def test_without_openvinos_private_simplification_the_numbers_are_the_same(zoo, site, tmp_path, monkeypatch):
    make_onnx(read_model(zoo / "tiny"), tmp_path / "tiny.onnx")
    onnx_to_ir(tmp_path / "tiny.onnx", tmp_path / "with.xml")
    monkeypatch.setitem(sys.modules, "openvino._offline_transformations", None)
    onnx_to_ir(tmp_path / "tiny.onnx", tmp_path / "without.xml")
    mel = np.random.default_rng(0).normal(size=(1, 80, 9)).astype(np.float32)
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    audio = [
        openvino.Core().compile_model(tmp_path / name, "CPU", exact)(mel)[0]
        for name in ("with.xml", "without.xml")
    ]
    np.testing.assert_allclose(audio[0], audio[1], atol=1e-6)


def test_an_ir_that_cannot_be_written(tmp_path):
    write_doubler(tmp_path / "x.onnx")
    with pytest.raises(OutputError, match=r"x\.xml"):
        onnx_to_ir(tmp_path / "x.onnx", tmp_path / "x.onnx" / "x.xml")


# pre-convert.py, as the zoo's converter calls it: -- DOWNLOADS RESULTS


def test_pre_convert_uses_the_checkpoint_that_came_with_pip(zoo, site, tmp_path, capsys):
    assert pre_convert(zoo / "tiny", ["--", str(tmp_path / "none"), str(tmp_path / "a" / "b")]) == 0
    assert (tmp_path / "a" / "b" / "tiny.onnx").is_file()
    assert "tiny.onnx" in capsys.readouterr().out


def test_pre_convert_fails_with_one_line(zoo, site, tmp_path, capsys):
    (tmp_path / "generator.pth.tar").write_bytes(b"wrong")
    (tmp_path / "file").touch()
    calls = [
        (zoo / "tiny", tmp_path, tmp_path / "out"),
        (zoo / "tiny", tmp_path / "none", tmp_path / "file" / "out"),
        (zoo / "tiny", tmp_path / "none", tmp_path / "file"),
        (tmp_path, tmp_path, tmp_path),
    ]
    for folder, downloads, results in calls:
        assert pre_convert(folder, [str(downloads), str(results)]) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert len(captured.err.splitlines()) == 1
    assert not (tmp_path / "out" / "tiny.onnx").exists()


@pytest.mark.parametrize("name", ["hifi-gan", "hifi-gan-universal"])
def test_the_scripts_of_the_zoo_are_programs(name, tmp_path):
    script = ROOT / "models" / name / "pre-convert.py"
    assert script.stat().st_mode & 0o111
    (tmp_path / read_model(script.parent).files[0].name).write_bytes(b"wrong")
    command = [sys.executable, "--", str(script), "--", str(tmp_path), str(tmp_path)]
    # Isolated from this process's path: the script itself finds the package.
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"{name}: {tmp_path / read_model(script.parent).files[0].name} has 5 bytes, expected 55788858: "
        "remove it and fetch it again"
    ]


def test_a_model_without_a_single_checkpoint_is_refused(zoo, tmp_path):
    path = zoo / "tiny" / "model.yml"
    lines = path.read_text()
    start, end = lines.index("files:"), lines.index("framework:")
    path.write_text(lines[:start] + "files: []\n" + lines[end:])
    with pytest.raises(ModelError, match="one checkpoint"):
        make_onnx(read_model(zoo / "tiny"), tmp_path / "x.onnx")


def test_a_checkpoint_is_not_read_before_it_is_verified(zoo, tmp_path):
    (tmp_path / "generator.pth.tar").write_bytes(b"\x80\x02cos\nsystem\n.")
    with pytest.raises(ChecksumError):
        make_onnx(read_model(zoo / "tiny"), tmp_path / "x.onnx", download_folder=tmp_path)
