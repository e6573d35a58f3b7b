"""How large a model is and how much it computes, as the Open Model Zoo states it.

    python -m text_to_speech.omz.complexity hifi-gan

The zoo's pages give MParams, the millions of weights, and GOPs, the billions of operations of one inference. The zoo
does not say how GOPs are counted. The figure published for HiFi-GAN V1 (90.82 for 1×80×128) is reached by the
rule of the usual counters for PyTorch:

    GMACs   one multiply-accumulate per weight and output element, and one more per output element for the bias;
            a transposed convolution is counted like a convolution of its output's length, as if each output
            element met every weight; rounded to two decimals (45.41)
    GOPs    twice that (90.82)

A transposed convolution of stride s has s times less to do. Beside it the work that is really done is given:
twice the multiply-accumulates, with transposed convolutions at their input's length and without biases (78.61 GFLOP).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..cli.frame import OneLineParser, put, run
from ..errors import InputError, ModelError
from ..store import ensure_ir, model_folder
from ..store.model_yml import MODEL_YML, InputInfo, read_model

GIGA, MEGA = 1e9, 1e6

# Operations between a constant and its use: of float16 weights, and of biases as an ONNX file has them.
_SAME_NUMBERS = frozenset(["Convert", "Reshape", "Squeeze", "Unsqueeze"])


@dataclass(frozen=True)
class Complexity:
    """The cost of one inference.

    Attributes:
        parameters: Weights and biases.
        zoo_macs: Multiply-accumulates and biases, transposed convolutions at their output's length.
        macs: Multiply-accumulates that are really needed.
    """

    parameters: int
    zoo_macs: int
    macs: int

    @property
    def mega_parameters(self) -> float:
        """Millions of weights, to two decimals."""
        return round(self.parameters / MEGA, 2)

    @property
    def giga_operations(self) -> float:
        """Billions of operations as the zoo counts them: rounded before they are doubled."""
        return round(2 * round(self.zoo_macs / GIGA, 2), 2)

    @property
    def giga_flop(self) -> float:
        """Billions of floating-point operations that are really needed."""
        return 2 * self.macs / GIGA


def measure(path: Path, inputs: Sequence[InputInfo] = ()) -> Complexity:
    """Count a model's weights and operations.

    Args:
        path: An IR (.xml) or an ONNX file.
        inputs: Static shapes to count with, where the model's own are dynamic.

    Raises:
        ModelError: The file is missing, is no model, or holds loops, whose operations cannot be counted.
        InputError: A shape is missing or does not fit the model.
    """
    from ..inference.runtime import core

    if not path.is_file():
        raise ModelError(f"model {path} is not there: expected an OpenVINO IR (.xml) or an ONNX file")
    try:
        model = core().read_model(path)
    except Exception as error:  # OpenVINO's reader lets errors of many types through
        raise ModelError(f"{path} is not a model that OpenVINO reads") from error
    shapes = {entry.name: list(entry.shape) for entry in inputs if entry.shape}
    try:
        model.reshape(shapes)
    except RuntimeError as error:
        raise InputError(f"{path} does not take the shapes {shapes}") from error
    dynamic = [entry.any_name for entry in model.inputs if entry.partial_shape.is_dynamic]
    if dynamic:
        raise InputError(f"{path} has inputs of any size: give one, as in --shape '{dynamic[0]}[1,80,128]'")
    return _count(model)


def _count(model: Any) -> Complexity:
    parameters = zoo_macs = macs = 0
    for node in model.get_ops():
        kind = node.get_type_name()
        if kind in ("Loop", "TensorIterator", "If"):
            raise ModelError(f"operations within {kind} ({node.get_friendly_name()}) cannot be counted")
        if kind == "Constant":
            parameters += _weights_in(node)
        elif kind in _RULES:
            zoo, needed, biases = _RULES[kind](node)
            zoo_macs += zoo + biases
            macs += needed
    return Complexity(parameters, zoo_macs, macs)


def _weights_in(constant: Any) -> int:
    """Return how many weights a constant holds; lone numbers are none, unless they are the bias of one channel."""
    element = constant.get_element_type()
    elements: int = math.prod(constant.get_output_shape(0))
    if not (element.is_real() or element.bitwidth <= 8) or element.get_type_name() == "boolean":
        return 0
    return elements if elements > 1 or _is_bias(constant) else 0


def _is_bias(node: Any) -> bool:
    consumers = [entry.get_node() for entry in node.output(0).get_target_inputs()]
    # The shape of a bias is asked for where OpenVINO reads an ONNX file.
    consumers = [consumer for consumer in consumers if consumer.get_type_name() != "ShapeOf"]
    if len(consumers) != 1:
        return False
    if consumers[0].get_type_name() in _SAME_NUMBERS:
        return _is_bias(consumers[0])
    return any(_biases(value.get_node()) > 0 for value in consumers[0].input_values())


def _biases(node: Any) -> int:
    """Return the number of additions of a bias after a convolution or matrix product."""
    if node.get_type_name() not in _RULES:
        return 0
    for target in node.output(0).get_target_inputs():
        consumer = target.get_node()
        if consumer.get_type_name() == "Add" and any(
            _is_constant(value) for value in consumer.input_values()
        ):
            return int(math.prod(consumer.get_output_shape(0)))
    return 0


def _is_constant(value: Any) -> bool:
    node = value.get_node()
    if node.get_type_name() in _SAME_NUMBERS:
        return _is_constant(node.input_value(0))
    return bool(node.get_type_name() == "Constant")


# Multiply-accumulates as the zoo counts them, those that are needed, and additions of a bias.
Counts = tuple[int, int, int]


def _convolution(node: Any) -> Counts:
    weights, output = node.input_value(1).get_shape(), node.get_output_shape(0)
    macs = math.prod(output) * math.prod(weights) // output[1]
    return macs, macs, _biases(node)


def _transposed_convolution(node: Any) -> Counts:
    weights, source = math.prod(node.input_value(1).get_shape()), node.input_value(0).get_shape()
    output = node.get_output_shape(0)
    at_output, at_input = math.prod(output) * weights // output[1], math.prod(source) * weights // source[1]
    return at_output, at_input, _biases(node)


def _matrix_product(node: Any) -> Counts:
    left = list(node.input_value(0).get_shape())
    contracted = left[-2] if node.get_attributes()["transpose_a"] and len(left) > 1 else left[-1]
    macs = math.prod(node.get_output_shape(0)) * contracted
    return macs, macs, _biases(node)


def _recurrent_sequence(node: Any) -> Counts:
    """Count an LSTM, GRU or RNN whose last three inputs are W, R and B, each with an axis of directions."""
    batch, steps, _ = node.input_value(0).get_shape()
    *_, inner, outer, bias = (math.prod(value.get_shape()) for value in node.input_values())
    macs = batch * steps * (inner + outer)
    return macs, macs, batch * steps * bias


_RULES: Mapping[str, Callable[[Any], Counts]] = {
    "Convolution": _convolution,
    "GroupConvolution": _convolution,
    "ConvolutionBackpropData": _transposed_convolution,
    "GroupConvolutionBackpropData": _transposed_convolution,
    "MatMul": _matrix_product,
    "LSTMSequence": _recurrent_sequence,
    "GRUSequence": _recurrent_sequence,
    "RNNSequence": _recurrent_sequence,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = OneLineParser(prog="python -m text_to_speech.omz.complexity", description=__doc__.split("\n")[0])
    parser.add_argument(
        "model",
        help="the name of a model of this package, a model's folder, an OpenVINO IR (.xml) or an ONNX file",
    )
    parser.add_argument(
        "--shape",
        type=_shape,
        action="append",
        default=[],
        metavar="NAME[SIZES]",
        help="shape of an input, as in mel[1,80,128]; once per input; by default what model.yml says",
    )
    return run(_print_complexity, parser, arguments)


def _print_complexity(options: argparse.Namespace) -> None:
    path, inputs = _model_and_shapes(options.model)
    given = {entry.name: entry for entry in (*inputs, *options.shape)}
    complexity = measure(path, list(given.values()))
    shapes = ", ".join(f"{entry.name} {list(entry.shape)}" for entry in given.values())
    put(f"{Path(options.model).absolute().name}  {shapes}")
    put(f"MParams    {complexity.mega_parameters:8.2f}")
    put(f"GOPs       {complexity.giga_operations:8.2f}  as the Open Model Zoo counts them")
    put(f"real work  {complexity.giga_flop:8.2f}  GFLOP, transposed convolutions at their input's length")


def _model_and_shapes(given: str) -> tuple[Path, tuple[InputInfo, ...]]:
    """Return the file of a model and the shapes of its inputs.

    Args:
        given: The path of a file or a folder, or the name of a model of this package.
    """
    path = Path(given).absolute()
    if path.is_file() or (not path.exists() and path.suffix in (".xml", ".onnx")):
        return path, ()
    is_name = Path(given).name == given and not path.is_dir()
    folder = model_folder(given) if is_name else path
    stages = sorted(child.parent.name for child in folder.glob(f"*/{MODEL_YML}"))
    if not (folder / MODEL_YML).is_file():
        prefix = "" if is_name else f"{given.rstrip('/')}/"
        expected = " or ".join(f"{prefix}{stage}" for stage in stages) or "the folder of one, or its name"
        raise ModelError(f"{given} is no model with a {MODEL_YML}: expected {expected}")
    return ensure_ir(folder.name, models=folder.parent), read_model(folder).input_info


def _shape(text: str) -> InputInfo:
    name, _, sizes = text.removesuffix("]").partition("[")
    try:
        return InputInfo(name, tuple(int(size) for size in sizes.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: expected NAME[SIZES], as in mel[1,80,128]") from None


if __name__ == "__main__":
    sys.exit(main())
