"""One inference of a vocoder in each runtime that is installed, and a matrix product to measure them by."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13 as ops

from measuring import processors
from text_to_speech import Vocoder
from text_to_speech.inference.mel import N_MELS
from text_to_speech.inference.model_files import model_path, read_model, reshaped
from text_to_speech.inference.runtime import compile_model, resolve_target
from text_to_speech.store import model_folder

Run = Callable[[], object]
MATRIX = 2_048  # rows and columns of the matrix product
MATRIX_GFLOP = 2 * MATRIX**3 / 1e9


def some_mel(frames: int) -> NDArray[np.float32]:
    """A mel spectrogram of noise, float32 [1, 80, T]: the time does not depend on the values."""
    return np.random.default_rng(0).normal(-5, 2, size=(1, N_MELS, frames)).astype(np.float32)


def through_vocoder(vocoder: Vocoder, frames: int) -> Run:
    """`Vocoder.synthesize`, as the program calls it."""
    mel = some_mel(frames)
    return lambda: vocoder.synthesize(mel)


def takes_only_mel(name: str) -> bool:
    """Whether a vocoder's one input is the mel spectrogram, so that it is one inference of one graph."""
    return len(read_model(model_path(name)).inputs) == 1


def bare(name: str, precision: str, frames: int, *, static: bool = False) -> Run:
    """One inference in OpenVINO and nothing around it, of a vocoder whose one input is the mel spectrogram."""
    path = model_path(name)
    model = reshaped(read_model(path), {"mel": (1, N_MELS, frames if static else -1)}, path)
    target = resolve_target("CPU", precision)
    request = compile_model(model, target, path, kernels=600).create_infer_request()
    mel = some_mel(frames)
    return lambda: request.infer({"mel": mel}, share_inputs=True)


def onnx_file(name: str, folder: Path) -> Path:
    """Write a model of this repository as ONNX."""
    from text_to_speech.store.convert import make_onnx
    from text_to_speech.store.model_yml import read_model as read_yml

    path = folder / f"{name}.onnx"
    make_onnx(read_yml(model_folder(name)), path)
    return path


def in_onnxruntime(name: str, frames: int) -> Run:
    """The same on ONNX Runtime, on as many threads as there are processors.

    Raises:
        ImportError: It is not installed.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = processors()
    with tempfile.TemporaryDirectory() as folder:
        model = onnx_file(name, Path(folder)).read_bytes()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    mel = some_mel(frames)
    return lambda: session.run(None, {"mel": mel})


def in_pytorch(name: str, frames: int) -> Run:
    """The same on PyTorch, operation by operation, as its Python modules run it.

    Raises:
        ImportError: It is not installed.
    """
    import onnx
    import torch
    from onnx import numpy_helper

    with tempfile.TemporaryDirectory() as folder:
        graph = onnx.load(onnx_file(name, Path(folder))).graph
    weights = {tensor.name: torch.tensor(numpy_helper.to_array(tensor)) for tensor in graph.initializer}
    mel = torch.tensor(some_mel(frames))

    def run() -> None:
        with torch.inference_mode():
            values: dict[str, Any] = {**weights, "mel": mel}
            for node in graph.node:
                attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
                inputs = [values[source] for source in node.input]
                values[node.output[0]] = _torch_operation(node.op_type, inputs, attributes)

    return run


def _torch_operation(kind: str, inputs: list[Any], attributes: dict[str, Any]) -> Any:
    """One of HiFi-GAN's operations."""
    import torch
    from torch.nn import functional

    padding = attributes.get("pads", [0])[0]
    if kind == "Conv":
        return functional.conv1d(*inputs, padding=padding, dilation=attributes["dilations"][0])
    if kind == "ConvTranspose":
        return functional.conv_transpose1d(*inputs, padding=padding, stride=attributes["strides"][0])
    if kind == "LeakyRelu":
        return functional.leaky_relu(inputs[0], attributes["alpha"])
    if kind == "Mean":
        return sum(inputs) / len(inputs)
    return {"Add": torch.add, "Tanh": torch.tanh}[kind](*inputs)


def matrix_product() -> Run:
    """A float32 matrix product in OpenVINO: plain work, to compare with."""
    values = np.random.default_rng(0).normal(size=(MATRIX, MATRIX)).astype(np.float32)
    left = ops.parameter([MATRIX, MATRIX], np.float32, name="left")
    product = ops.matmul(left, ops.constant(values), transpose_a=False, transpose_b=False)
    model = openvino.Model([product], [left], "product")
    request = compile_model(model, resolve_target("CPU", "f32"), "a matrix product").create_infer_request()
    return lambda: request.infer([values], share_inputs=True)
