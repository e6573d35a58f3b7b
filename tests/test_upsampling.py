"""Transposed convolutions that become plain ones give the same samples."""

from __future__ import annotations

import numpy as np
import openvino
import pytest
from openvino import opset13

import tiny_models
from text_to_speech.runtime import compile_model, read_model, resolve_target
from text_to_speech.upsampling import split_upsampling


def upsampling(stride: int, width: int, pads: tuple[int, int], *, constant: bool = True) -> openvino.Model:
    x = opset13.parameter([-1, 6, -1], np.float32)
    weight = np.random.default_rng(0).normal(size=(6, 5, width)).astype(np.float32)
    inputs = [x]
    if constant:
        w = opset13.constant(weight)
    else:
        w = opset13.parameter(weight.shape, np.float32)
        inputs.append(w)
    y = opset13.convolution_backprop_data(x, w, strides=[stride], pads_begin=[pads[0]], pads_end=[pads[1]])
    return openvino.Model([y], inputs, "upsampling")


def kinds(model: openvino.Model) -> list[str]:
    return [node.get_type_name() for node in model.get_ops() if "Convolution" in node.get_type_name()]


def run(model: openvino.Model, *inputs: np.ndarray) -> np.ndarray:
    return compile_model(model, resolve_target("CPU"), "model")(list(inputs))[0]


@pytest.mark.parametrize("frames", [1, 2, 9])
@pytest.mark.parametrize(("stride", "width"), [(8, 16), (8, 8), (8, 24), (10, 16), (16, 32), (9, 11)])
def test_the_result_is_the_same(stride: int, width: int, frames: int) -> None:
    model = upsampling(stride, width, ((width - stride) // 2,) * 2)
    split = split_upsampling(model)
    assert kinds(split) == ["Convolution"]
    assert kinds(model) == ["ConvolutionBackpropData"]
    x = np.random.default_rng(1).normal(size=(2, 6, frames)).astype(np.float32)
    np.testing.assert_allclose(run(split, x), run(model, x), atol=1e-5)


@pytest.mark.parametrize(
    ("stride", "width", "pads"),
    [(2, 4, (1, 1)), (8, 32, (12, 12)), (8, 16, (4, 3)), (8, 16, (0, 0)), (8, 6, (0, 0))],
)
def test_another_form_stays(stride: int, width: int, pads: tuple[int, int]) -> None:
    assert kinds(split_upsampling(upsampling(stride, width, pads))) == ["ConvolutionBackpropData"]


def test_a_weight_that_is_computed_stays() -> None:
    model = upsampling(8, 16, (4, 4), constant=False)
    assert kinds(split_upsampling(model)) == ["ConvolutionBackpropData"]


def test_weights_in_half_precision(tmp_path) -> None:
    openvino.save_model(upsampling(8, 16, (4, 4)), tmp_path / "half.xml", compress_to_fp16=True)
    model = read_model(tmp_path / "half.xml")
    assert kinds(split_upsampling(model)) == ["Convolution"]
    x = np.random.default_rng(1).normal(size=(1, 6, 7)).astype(np.float32)
    np.testing.assert_allclose(run(split_upsampling(model), x), run(model, x), atol=1e-5)


def test_a_whole_vocoder_sounds_the_same(tiny) -> None:
    model = read_model(tiny.vocoder)
    split = split_upsampling(model)
    assert kinds(split).count("ConvolutionBackpropData") == 0
    assert split.input("mel").partial_shape == model.input("mel").partial_shape
    mel = np.random.default_rng(2).normal(-5, 2, (1, 80, 40)).astype(np.float32)
    np.testing.assert_allclose(run(split, mel), run(model, mel), atol=1e-4)


def test_a_static_vocoder_keeps_its_shapes(tmp_path) -> None:
    model = read_model(tiny_models.save_vocoder(tmp_path / "static.xml", frames=16))
    assert split_upsampling(model).output("audio").shape == model.output("audio").shape
