"""HiFi-GAN's generator as an ONNX graph, made from a checkpoint without PyTorch.

The architecture (Kong et al. 2020, https://arxiv.org/abs/2010.05646; repository jik876/hifi-gan, models.py):

    mel [batch, 80, time]
     └─ conv_pre, 7 wide
         └─ per upsampling rate:  leaky ReLU ─ transposed convolution ─ the mean of parallel residual blocks
             └─ leaky ReLU ─ conv_post, 7 wide ─ tanh
                 └─ audio [batch, 1, 256 · time]

For each of its dilations, a residual block sends its input through one (kind "2") or two (kind "1") convolutions and
adds the result to the input. The published variants V1 and V2 use kind "1" and differ in width; V3 uses kind "2".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError

if TYPE_CHECKING:
    import onnx

Weights = Mapping[str, NDArray[np.float32]]

OPSET = 17
# The version of the file format that came with opset 17. A newer one would only lock out older runtimes.
IR_VERSION = 8
# Slopes of the leaky ReLUs, and of the last one, before conv_post, which the original leaves at PyTorch's default.
SLOPE = 0.1
LAST_SLOPE = 0.01
# Width of conv_pre in frames, and of conv_post in samples.
EDGE_KERNEL = 7


@dataclass(frozen=True, kw_only=True)
class HiFiGanConfig:
    """The generator's part of the original repository's config.json.

    Attributes:
        resblock: The kind of residual block, "1" or "2".
        upsample_rates: Factor of each transposed convolution; their product is the hop length in samples.
        upsample_kernel_sizes: Width of each transposed convolution.
        upsample_initial_channel: Channels after conv_pre; each transposed convolution halves them.
        resblock_kernel_sizes: Width of the convolutions in each of the parallel residual blocks.
        resblock_dilation_sizes: Dilations in each of the parallel residual blocks.
        num_mels: Mel bands of the input.
        sampling_rate: Samples per second of the output.
    """

    resblock: str
    upsample_rates: tuple[int, ...]
    upsample_kernel_sizes: tuple[int, ...]
    upsample_initial_channel: int
    resblock_kernel_sizes: tuple[int, ...]
    resblock_dilation_sizes: tuple[tuple[int, ...], ...]
    num_mels: int = 80
    sampling_rate: int = 22_050

    def __post_init__(self) -> None:
        _expect(self.resblock in ("1", "2"), f"resblock {self.resblock!r}: expected '1' or '2'")
        stages, blocks = len(self.upsample_rates), len(self.resblock_kernel_sizes)
        _expect(stages > 0 and blocks > 0, "expected at least one upsampling rate and one residual block")
        _expect(len(self.upsample_kernel_sizes) == stages, "expected one upsample kernel size per rate")
        _expect(
            len(self.resblock_dilation_sizes) == blocks, "expected one list of dilations per resblock kernel"
        )
        _expect(self.upsample_initial_channel % 2**stages == 0, "channels cannot be halved once per rate")
        for kernel in self.resblock_kernel_sizes:
            _expect(kernel % 2 == 1, f"resblock kernel size {kernel}: expected an odd one")
        for rate, kernel in zip(self.upsample_rates, self.upsample_kernel_sizes, strict=True):
            # With any other width the output would not be exactly `rate` times as long as the input.
            even = kernel >= rate and (kernel - rate) % 2 == 0
            _expect(even, f"upsample kernel size {kernel}: expected {rate} or {rate} plus an even number")

    @property
    def hop_length(self) -> int:
        """Samples of audio per mel frame."""
        return math.prod(self.upsample_rates)

    @classmethod
    def from_json(cls, path: Path) -> HiFiGanConfig:
        """Read a config.json of the original repository, without the keys that only training needs.

        Raises:
            ModelError: The file is missing or malformed, or describes no generator.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                resblock=str(content["resblock"]),
                upsample_rates=_sizes(content["upsample_rates"]),
                upsample_kernel_sizes=_sizes(content["upsample_kernel_sizes"]),
                upsample_initial_channel=_size(content["upsample_initial_channel"]),
                resblock_kernel_sizes=_sizes(content["resblock_kernel_sizes"]),
                resblock_dilation_sizes=tuple(_sizes(sizes) for sizes in content["resblock_dilation_sizes"]),
                num_mels=_size(content.get("num_mels", cls.num_mels)),
                sampling_rate=_size(content.get("sampling_rate", cls.sampling_rate)),
            )
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror or error}") from error
        except KeyError as error:
            raise ModelError(f"{path} is no HiFi-GAN configuration: it lacks {error}") from error
        except (ValueError, TypeError, AttributeError, ModelError) as error:
            raise ModelError(f"{path} is no HiFi-GAN configuration: {error}") from error


def _expect(kept: bool, rule: str) -> None:
    if not kept:
        raise ModelError(rule)


def _size(value: object) -> int:
    if type(value) is not int or value < 1:
        raise TypeError(f"{value!r}: expected a whole number above 0")
    return value


def _sizes(values: object) -> tuple[int, ...]:
    if not isinstance(values, list):
        raise TypeError(f"{values!r}: expected a list of whole numbers")
    return tuple(_size(value) for value in values)


def generator_weights(checkpoint: Mapping[str, object]) -> dict[str, NDArray[np.float32]]:
    """Return the generator's weights with their normalisation folded.

    Args:
        checkpoint: What `read_checkpoint` returned: a state dictionary, or one under the key "generator".
            Weight normalisation may be there in either of PyTorch's notations, or folded already.

    Returns:
        float32 arrays by names such as `ups.0.weight` and `ups.0.bias`.

    Raises:
        ModelError: The checkpoint holds something else, or values that are not finite.
    """
    state = checkpoint.get("generator", checkpoint)
    if not isinstance(state, Mapping) or not all(isinstance(value, np.ndarray) for value in state.values()):
        raise ModelError(
            "expected a checkpoint of tensors under the key 'generator': is this a generator's file?"
        )
    weights = {}
    for name, value in state.items():
        if name.endswith(".weight_v"):
            name, value = name.removesuffix("_v"), _fold(state, name, value, ".weight_v", ".weight_g")
        elif name.endswith(".original1"):
            direction, length = ".parametrizations.weight.original1", ".parametrizations.weight.original0"
            name, value = (
                f"{name.removesuffix(direction)}.weight",
                _fold(state, name, value, direction, length),
            )
        elif name.endswith((".weight_g", ".original0")):
            continue  # was folded with its direction
        weights[name] = np.asarray(value, dtype=np.float32)
        if not np.isfinite(weights[name]).all():
            raise ModelError(f"weights of {name} are not finite: the checkpoint is damaged")
    return weights


def _fold(
    state: Mapping[str, Any], name: str, direction: NDArray[Any], suffix: str, length_suffix: str
) -> NDArray[np.float64]:
    """Return length · direction / |direction|, the norm taken over all axes but the first.

    Salimans and Kingma 2016, https://arxiv.org/abs/1602.07868; in double precision, to be exact once rounded.
    """
    length = state.get(name.removesuffix(suffix) + length_suffix)
    direction = direction.astype(np.float64)
    norm = np.sqrt(np.sum(direction**2, axis=tuple(range(1, direction.ndim)), keepdims=True))
    if length is None or length.shape != norm.shape or not norm.all():
        raise ModelError(
            f"weight normalisation of {name} cannot be folded: its length is missing or its norm 0"
        )
    folded: NDArray[np.float64] = length * (direction / norm)
    return folded


def build_onnx(
    config: HiFiGanConfig, weights: Weights, *, name: str, metadata: Mapping[str, str] | None = None
) -> onnx.ModelProto:
    """Build the graph `mel` [batch, num_mels, time] → `audio` [batch, 1, hop_length · time], both float32.

    Args:
        config: The generator's shape.
        weights: Folded weights, all of those that the shape asks for and no others.
        name: Name of the graph.
        metadata: Properties to store in the model, where OpenVINO and ONNX Runtime find them.

    Raises:
        ModelError: A weight is missing, superfluous or of another shape.
    """
    from onnx import TensorProto, checker, helper

    graph = _Graph(weights)
    channels = config.upsample_initial_channel
    x = graph.convolution("mel", "conv_pre", (channels, config.num_mels, EDGE_KERNEL))
    for stage, (rate, kernel) in enumerate(
        zip(config.upsample_rates, config.upsample_kernel_sizes, strict=True)
    ):
        x = graph.leaky_relu(x)
        x = graph.upsampling(x, f"ups.{stage}", (channels, channels // 2, kernel), rate)
        channels //= 2
        x = _residual_blocks(graph, config, x, stage, channels)
    x = graph.leaky_relu(x, LAST_SLOPE)
    x = graph.convolution(x, "conv_post", (1, channels, EDGE_KERNEL))
    graph.add("Tanh", [x], "audio")
    if graph.weights:
        raise ModelError(
            f"weights that this configuration does not know: {', '.join(sorted(graph.weights))[:200]}"
        )
    mel = helper.make_tensor_value_info("mel", TensorProto.FLOAT, ["batch", config.num_mels, "time"])
    audio = helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["batch", 1, "samples"])
    model = helper.make_model(
        helper.make_graph(graph.nodes, name, [mel], [audio], graph.initializers),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="text-to-speech-demo",
    )
    helper.set_model_props(model, dict(metadata or {}))
    checker.check_model(model)
    return model


def _residual_blocks(graph: _Graph, config: HiFiGanConfig, x: str, stage: int, channels: int) -> str:
    """Add the parallel residual blocks of a stage and return the name of their mean."""
    outputs = []
    blocks = list(zip(config.resblock_kernel_sizes, config.resblock_dilation_sizes, strict=True))
    for index, (kernel, dilations) in enumerate(blocks):
        block, shape, y = f"resblocks.{stage * len(blocks) + index}", (channels, channels, kernel), x
        for i, dilation in enumerate(dilations):
            z = graph.leaky_relu(y)
            if config.resblock == "1":
                z = graph.leaky_relu(graph.convolution(z, f"{block}.convs1.{i}", shape, dilation))
                z = graph.convolution(z, f"{block}.convs2.{i}", shape)
            else:
                z = graph.convolution(z, f"{block}.convs.{i}", shape, dilation)
            y = graph.add("Add", [z, y], f"{block}.{i}.sum")
        outputs.append(y)
    return graph.add("Mean", outputs, f"stage.{stage}.mean")


class _Graph:
    """The nodes and weights of a graph while it grows; each method adds a node and returns its output's name.

    Attributes:
        weights: Those that no node has taken yet.
        nodes: In the order of computation.
        initializers: The weights that were taken, as ONNX tensors.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = dict(weights)
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"{output}/{kind}", **attributes))
        return output

    def leaky_relu(self, x: str, slope: float = SLOPE) -> str:
        return self.add("LeakyRelu", [x], f"leaky.{len(self.nodes)}", alpha=slope)

    def convolution(self, x: str, name: str, shape: tuple[int, int, int], dilation: int = 1) -> str:
        """Add a convolution that keeps the length; `shape` is [out, in, width]."""
        padding = dilation * (shape[2] - 1) // 2
        inputs = [x, self._take(f"{name}.weight", shape), self._take(f"{name}.bias", shape[:1])]
        return self.add(
            "Conv", inputs, name, kernel_shape=[shape[2]], dilations=[dilation], pads=[padding, padding]
        )

    def upsampling(self, x: str, name: str, shape: tuple[int, int, int], rate: int) -> str:
        """Add a transposed convolution that multiplies the length by `rate`; `shape` is [in, out, width]."""
        padding = (shape[2] - rate) // 2
        inputs = [x, self._take(f"{name}.weight", shape), self._take(f"{name}.bias", shape[1:2])]
        return self.add(
            "ConvTranspose", inputs, name, kernel_shape=[shape[2]], strides=[rate], pads=[padding, padding]
        )

    def _take(self, name: str, shape: tuple[int, ...]) -> str:
        from onnx import numpy_helper

        weight = self.weights.pop(name, None)
        if weight is None or weight.shape != shape:
            found = "none" if weight is None else f"{list(weight.shape)}"
            raise ModelError(
                f"weight {name}: expected {list(shape)}, found {found}: is the configuration its own?"
            )
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(weight), name))
        return name
