"""Strided and transposed convolutions that become plain ones give the same samples."""

from __future__ import annotations

import numpy as np
import openvino
import pytest
from openvino import opset13

import tiny_models
from text_to_speech.inference.model_files import read_model
from text_to_speech.inference.runtime import compile_model, resolve_target
from text_to_speech.inference.upsampling import fold_strides, split_upsampling


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
@pytest.mark.parametrize(
    ("stride", "width"), [(8, 16), (8, 8), (8, 24), (10, 16), (16, 32), (9, 11), (8, 32), (8, 50), (64, 256)]
)
def test_the_result_is_the_same(stride: int, width: int, frames: int) -> None:
    model = upsampling(stride, width, ((width - stride) // 2,) * 2)
    split = split_upsampling(model)
    assert kinds(split) == ["Convolution"]
    assert kinds(model) == ["ConvolutionBackpropData"]
    x = np.random.default_rng(1).normal(size=(2, 6, frames)).astype(np.float32)
    np.testing.assert_allclose(run(split, x), run(model, x), atol=1e-5)


@pytest.mark.parametrize(
    ("stride", "width", "pads"),
    [(2, 4, (1, 1)), (8, 16, (4, 3)), (8, 16, (0, 0)), (8, 6, (0, 0))],
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


def framing(
    stride: int,
    width: int,
    pads: tuple[int, int],
    *,
    channels: int = 2,
    picked: bool = True,
    dilation: int = 1,
    auto_pad: str = "explicit",
) -> openvino.Model:
    """A convolution over the second channel of `source`, as the light vocoder takes the noise apart."""
    x = opset13.parameter([-1, channels, -1], np.float32, name="source")
    x.output(0).set_names({"source"})
    first, last, step, axis = (opset13.constant(np.array([n])) for n in (1, 2, 1, 1))
    y = opset13.slice(x, first, last, step, axis) if picked else opset13.tanh(x)
    weight = np.random.default_rng(0).normal(size=(6, 1 if picked else channels, width)).astype(np.float32)
    y = opset13.convolution(
        y, opset13.constant(weight), [stride], [pads[0]], [pads[1]], [dilation], auto_pad=auto_pad
    )
    return openvino.Model([y], [x], "framing")


def strides(model: openvino.Model) -> list[int]:
    return [
        node.get_attributes()["strides"][0]
        for node in model.get_ops()
        if node.get_type_name() == "Convolution"
    ]


@pytest.mark.parametrize("frames", [1, 2, 9])
@pytest.mark.parametrize(("stride", "width"), [(64, 256), (64, 64), (8, 24), (256, 512), (16, 48)])
def test_a_folded_stride_gives_the_same(stride: int, width: int, frames: int) -> None:
    model = framing(stride, width, ((width - stride) // 2,) * 2)
    folded = fold_strides(model, of="source", multiple=256)
    assert strides(model) == [stride]
    assert strides(folded) == [1]
    x = np.random.default_rng(1).normal(size=(2, 2, 256 * frames)).astype(np.float32)
    np.testing.assert_allclose(run(folded, x), run(model, x), atol=1e-4)


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (framing(4, 16, (6, 6)), "a small stride"),
        (framing(64, 160, (48, 48)), "half a stride left over"),
        (framing(48, 96, (24, 24)), "a stride that does not divide the length"),
        (framing(64, 256, (96, 95)), "uneven padding"),
        (framing(64, 256, (0, 0)), "no padding"),
        (framing(64, 256, (96, 96), dilation=2), "dilation"),
        (framing(64, 128, (32, 32), auto_pad="same_lower"), "padding that the graph chooses"),
        (framing(64, 256, (96, 96), channels=3, picked=False), "several channels"),
        (framing(64, 256, (96, 96), channels=1, picked=False), "another signal, of unknown length"),
    ],
)
def test_another_stride_stays(model: openvino.Model, why: str) -> None:
    assert strides(fold_strides(model, of="source", multiple=256)) == strides(model), why
