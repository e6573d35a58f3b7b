"""Model files that are read, and those that are refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny_models
from text_to_speech.errors import ModelError
from text_to_speech.inference.model_files import check_interface, check_quantized, read_model, reshaped


def test_a_model_without_quantized_layers_is_told(tiny, tmp_path: Path) -> None:
    path = tiny_models.save_quantized_vocoder(tmp_path / "q.xml")
    check_quantized(read_model(path), path)
    with pytest.raises(ModelError, match=r"vocoder\.xml is not quantized: .*omz_quantizer"):
        check_quantized(read_model(tiny.vocoder), tiny.vocoder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.xml", None, "is not there"),
        ("text.txt", b"hello", r"ends in \.xml"),
        ("text.xml", b"hello", "not a model"),
        ("cut.xml", b'<?xml version="1.0"?><net name="a" version="11"><layers>', "not a model"),
        ("noise.onnx", bytes(range(256)) * 4, "not a model"),
        ("empty.onnx", b"", "has inputs none"),
    ],
)
def test_a_file_that_is_no_model_is_refused_in_one_line(
    name: str, content: bytes | None, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
        path.with_suffix(".bin").write_bytes(b"")
    with pytest.raises(ModelError, match=message) as refusal:
        check_interface(read_model(path), path, {"mel": "?,80,?"}, {"audio": "?,1,?"})
    assert "\n" not in str(refusal.value)
    assert capfd.readouterr().err == ""


def test_an_ir_without_its_weights_is_refused(tiny, tmp_path: Path) -> None:
    path = tmp_path / "vocoder.xml"
    path.write_bytes(tiny.vocoder.read_bytes())
    with pytest.raises(ModelError, match=r"vocoder\.bin"):
        read_model(path)
    path.with_suffix(".bin").write_bytes(b"too short")
    with pytest.raises(ModelError, match="not a model"):
        read_model(path)


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        ({"data": "?,80,?"}, {"audio": "?,1,?"}, r"has inputs mel \[\?,80,\?\]: expected data \[\?,80,\?\]"),
        ({"mel": "?,100,?"}, {"audio": "?,1,?"}, r"expected mel \[\?,100,\?\]"),
        ({"mel": "?,80"}, {"audio": "?,1,?"}, "has inputs"),
        ({}, {"audio": "?,1,?"}, "has inputs"),
        ({"mel": "?,80,?"}, {"wav": "?,1,?"}, "has outputs audio .*expected wav"),
    ],
)
def test_another_interface_is_refused(
    inputs: dict[str, str], outputs: dict[str, str], message: str, tiny
) -> None:
    with pytest.raises(ModelError, match=message):
        check_interface(read_model(tiny.vocoder), tiny.vocoder, inputs, outputs)


def test_a_shape_the_model_cannot_take_is_refused(tmp_path: Path) -> None:
    path = tiny_models.save_vocoder(tmp_path / "vocoder.onnx")
    model = read_model(path)
    assert reshaped(model, {"mel": (1, 80, 7)}, path).input("mel").shape == [1, 80, 7]
    assert model.input("mel").get_partial_shape().is_dynamic
    with pytest.raises(ModelError, match=r"mel \[1, 81, 7\]"):
        reshaped(model, {"mel": (1, 81, 7)}, path)
