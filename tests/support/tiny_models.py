"""Millisecond-sized models with the interfaces of the real ones, made from a fixed seed.

The vocoder is a small HiFi-GAN: dilated convolutions at the mel rate, two transposed convolutions that
multiply the length by 256, zero padding in every layer and a bias in every layer, so that the padding at the
ends of an utterance is heard and a window that pads where the whole does not is caught. Its receptive field is
13 mel frames to either side, one less than the context that the windows are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
EMBEDDING = 6  # channels between the two acoustic models


class Graph:
    """The nodes, weights and names of one ONNX graph under construction."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, *shape: int, scale: float) -> str:
        """Add a random weight and return its name."""
        return self.constant((self.random.standard_normal(shape) * scale).astype(np.float32))

    def constant(self, value: NDArray[np.generic]) -> str:
        name = f"constant_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: object) -> str:
        """Add a node of one output and return the name of it."""
        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def convolution(self, x: str, channels: tuple[int, int], kernel: int, dilation: int = 1) -> str:
        inputs, outputs = channels
        pad = dilation * (kernel - 1) // 2
        weight = self.weight(outputs, inputs, kernel, scale=1.0 / np.sqrt(inputs * kernel))
        bias = self.weight(outputs, scale=0.3)
        return self.node(
            "Conv", x, weight, bias, kernel_shape=[kernel], dilations=[dilation], pads=[pad, pad]
        )

    def upsample(self, x: str, channels: tuple[int, int], factor: int) -> str:
        inputs, outputs = channels
        weight = self.weight(inputs, outputs, 2 * factor, scale=1.0 / np.sqrt(2 * inputs))
        bias = self.weight(outputs, scale=0.3)
        pads = [factor // 2, factor // 2]
        return self.node("ConvTranspose", x, weight, bias, strides=[factor], pads=pads)

    def save(
        self,
        path: Path,
        inputs: Sequence[onnx.ValueInfoProto],
        outputs: Sequence[onnx.ValueInfoProto],
        metadata: dict[str, str] | None = None,
    ) -> Path:
        """Write the graph as .onnx, or as OpenVINO IR where the suffix is .xml."""
        graph = helper.make_graph(self.nodes, path.stem, inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        helper.set_model_props(model, metadata or {})
        onnx.checker.check_model(model)
        if path.suffix != ".xml":
            onnx.save(model, path)
            return path
        import openvino

        source = path.with_suffix(".source.onnx")
        onnx.save(model, source)
        openvino.save_model(openvino.Core().read_model(source), path, compress_to_fp16=False)
        source.unlink()
        return path


def floats(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def save_vocoder(
    path: Path, *, frames: int | str = "frames", factors: tuple[int, int] = (16, 16), defect: str = ""
) -> Path:
    """Write a vocoder: `mel` [B, 80, T] to `audio` [B, 1, 256·T].

    Args:
        path: .onnx or .xml.
        frames: A number makes the shapes static.
        factors: How much each transposed convolution lengthens.
        defect: `"nan"` makes every sample NaN.
    """
    graph = Graph(seed=1)
    x = graph.convolution("mel", (80, 6), kernel=7)
    for dilation in (1, 3, 5):
        y = graph.convolution(graph.node("LeakyRelu", x), (6, 6), kernel=3, dilation=dilation)
        x = graph.node("Add", x, y)
    x = graph.upsample(graph.node("LeakyRelu", x), (6, 4), factor=factors[0])
    x = graph.convolution(graph.node("LeakyRelu", x), (4, 4), kernel=3)
    x = graph.upsample(graph.node("LeakyRelu", x), (4, 2), factor=factors[1])
    x = graph.convolution(graph.node("LeakyRelu", x), (2, 1), kernel=7)
    if defect == "nan":
        x = graph.node("Mul", x, graph.constant(np.float32("nan")))
    graph.node("Tanh", x, output="audio")
    length = frames * 256 if isinstance(frames, int) else "samples"
    batch = 1 if isinstance(frames, int) else "batch"
    return graph.save(path, [floats("mel", batch, 80, frames)], [floats("audio", batch, 1, length)])


def save_quantized_vocoder(path: Path) -> Path:
    """Write the tiny vocoder as an IR whose first convolution is quantized, as NNCF would leave it."""
    import openvino
    from openvino import opset13

    source = save_vocoder(path.with_name("float.xml"))
    model = openvino.Core().read_model(source)
    first = next(node for node in model.get_ordered_ops() if node.get_type_name() == "Convolution")
    for port, reach in ((first.input(0), 14.0), (first.input(1), 0.2)):
        low = -reach * 128 / 127  # so that zero is one of the levels
        ends = [opset13.constant(np.float32(end)) for end in (low, reach, low, reach)]
        quantized = opset13.fake_quantize(port.get_source_output(), *ends, levels=256)
        port.replace_source_output(quantized.output(0))
    openvino.save_model(model, path, compress_to_fp16=False)
    return path


def save_duration_prediction(
    path: Path, symbols: Sequence[str], *, drop: str = "", bare: bool = False, voice: int = 0
) -> Path:
    """Write a duration predictor that gives every symbol two to seven frames.

    Args:
        path: .onnx or .xml.
        symbols: The symbol table, which is stored too.
        drop: An output to leave out.
        bare: Leave the symbol table out.
        voice: Numbers in the vector of a voice, whose sum is added to the pitch; 0 for a model of one voice.
    """
    graph = Graph(seed=2)
    count = len(symbols)
    spread = np.random.default_rng(3).uniform
    columns = {
        "duration": spread(2.0, 7.0, (count, 1)),
        "embeddings": spread(-1.0, 1.0, (count, EMBEDDING)),
        "pitch": np.log(spread(120.0, 260.0, (count, 3))),
        "voicing": spread(0.0, 1.0, (count, 1)),
        "energy": spread(-4.0, 0.0, (count, 1)),
    }
    for name, table in columns.items():
        values = graph.node(
            "Gather",
            graph.constant(table.astype(np.float32)),
            "input_seq",
            output="" if voice and name == "pitch" else name,
        )
        if voice and name == "pitch":
            shift = graph.node("ReduceSum", "voice", graph.constant(np.array([1], np.int64)), keepdims=1)
            graph.node("Add", values, shift, output=name)
    inputs = [helper.make_tensor_value_info("input_seq", TensorProto.INT64, [1, "phonemes"])]
    inputs += [floats("voice", 1, voice)] if voice else []
    outputs = [floats(name, 1, "phonemes", table.shape[1]) for name, table in columns.items() if name != drop]
    graph.nodes = [node for node in graph.nodes if node.output[0] != drop]
    return graph.save(path, inputs, outputs, {} if bare else {"symbols": "\n".join(symbols)})


def save_regression(path: Path, *, embedding: int = EMBEDDING, voice: int = 0) -> Path:
    """Write a regression: `data` [1, T, E] and `prosody` [1, T, 5] to `mel` [1, 80, T].

    Args:
        path: .onnx or .xml.
        embedding: E.
        voice: Numbers in the vector of a voice, whose sum is added to the mel; 0 for a model of one voice.
    """
    graph = Graph(seed=4)
    x = graph.node("Concat", "data", "prosody", axis=2)
    x = graph.node("MatMul", x, graph.weight(embedding + 5, 80, scale=0.3))
    x = graph.node("Transpose", x, perm=[0, 2, 1])
    if voice:
        shift = graph.node("ReduceSum", "voice", graph.constant(np.array([1], np.int64)), keepdims=1)
        x = graph.node("Add", x, shift)
    graph.node("Add", x, graph.constant(np.float32(-6.0)), output="mel")
    inputs = [floats("data", 1, "frames", embedding), floats("prosody", 1, "frames", 5)]
    inputs += [floats("voice", 1, voice)] if voice else []
    return graph.save(path, inputs, [floats("mel", 1, 80, "frames")])


def save_source_filter(path: Path, *, contour: bool = False) -> Path:
    """Write a vocoder with a source: `mel` and `source` to `audio`, and `pitch` of the mel alone.

    Its pitch lies between 100 and 300 Hz and changes from frame to frame; the audio is the source times a gain per
    frame, plus what convolutions with padding and biases make of the mel. Pitch sees 14 frames to either side, audio
    16: the context that the windows are given.

    Args:
        path: .onnx or .xml.
        contour: Whether there is an input `contour`, whose pitch changes the audio too.
    """
    graph = Graph(seed=5)
    x = graph.convolution("mel", (80, 4), kernel=7)
    for dilation in (5, 6):  # 3 + 5 + 6 frames
        x = graph.node("Tanh", graph.convolution(x, (4, 4), kernel=3, dilation=dilation))
    x = graph.convolution(x, (4, 2), kernel=1)
    scale = graph.constant(np.array([0.7, 0.5], np.float32).reshape(1, 2, 1))
    shift = graph.constant(np.array([0.0, 0.5], np.float32).reshape(1, 2, 1))
    graph.node("Add", graph.node("Mul", graph.node("Tanh", x), scale), shift, output="pitch")

    y = graph.convolution("mel", (80, 4), kernel=7)
    if contour:
        y = graph.node("Add", y, graph.convolution("contour", (2, 4), kernel=1))
    for dilation in (6, 5):  # 3 + 6 + 5 frames, and a little more than one below
        y = graph.node("Tanh", graph.convolution(y, (4, 4), kernel=3, dilation=dilation))
    y = graph.upsample(y, (4, 3), factor=16)
    y = graph.upsample(y, (3, 2), factor=16)
    y = graph.node("Mul", y, "source")
    y = graph.convolution(y, (2, 1), kernel=7)
    graph.node("Tanh", graph.node("Mul", y, graph.constant(np.float32(0.1))), output="audio")
    inputs = [floats("mel", "batch", 80, "frames"), floats("source", "batch", 2, "samples")]
    inputs += [floats("contour", "batch", 2, "frames")] if contour else []
    outputs = [floats("audio", "batch", 1, "samples"), floats("pitch", "batch", 2, "frames")]
    return graph.save(path, inputs, outputs)
