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
# Rows and columns of the matrix product.
MATRIX = 2_048
MATRIX_GFLOP = 2 * MATRIX**3 / 1e9


def some_mel(frames: int) -> NDArray[np.float32]:
    """Return a mel spectrogram of noise, float32 [1, 80, T]; the time does not depend on the values."""
    return np.random.default_rng(0).normal(-5, 2, size=(1, N_MELS, frames)).astype(np.float32)


def through_vocoder(vocoder: Vocoder, frames: int) -> Run:
    """Run `Vocoder.synthesize`, as the program calls it."""
    mel = some_mel(frames)
    return lambda: vocoder.synthesize(mel)


def takes_only_mel(name: str) -> bool:
    """Whether the mel spectrogram is the only input of a vocoder, so that it is one inference of one graph."""
    return len(read_model(model_path(name)).inputs) == 1


def bare(name: str, precision: str, frames: int, *, static: bool = False) -> Run:
    """Run one inference in OpenVINO and nothing else; the mel spectrogram has to be the vocoder's only input."""
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
    """Run one inference in ONNX Runtime, with as many threads as there are processors.

    Raises:
        ImportError: ONNX Runtime is not installed.
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
    """Run one inference in PyTorch, operation by operation, as its Python modules do.

    Raises:
        ImportError: PyTorch is not installed.
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
    """Compute one operation of HiFi-GAN."""
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
    """Run a float32 matrix product in OpenVINO: plain work, for comparison."""
    values = np.random.default_rng(0).normal(size=(MATRIX, MATRIX)).astype(np.float32)
    left = ops.parameter([MATRIX, MATRIX], np.float32, name="left")
    product = ops.matmul(left, ops.constant(values), transpose_a=False, transpose_b=False)
    model = openvino.Model([product], [left], "product")
    request = compile_model(model, resolve_target("CPU", "f32"), "a matrix product").create_infer_request()
    return lambda: request.infer([values], share_inputs=True)
