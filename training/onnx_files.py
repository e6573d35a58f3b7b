"""PyTorch modules as ONNX files, as small as they can be without a change to the arithmetic.

The weights are stored as float16, each behind a Cast to float32, which halves the files; the arithmetic stays float32
(OpenVINO folds the casts, or keeps them, as the device likes).
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 17
IR_VERSION = 8  # what OpenVINO 2024 and later read
SHORT_MAX = 2**31 - 1
SMALLEST = 512  # tensors of fewer values stay float32


def export_graph(
    module: nn.Module,
    inputs: dict[str, Tensor],
    outputs: dict[str, int],
    length: str,
    *,
    fixed: tuple[str, ...] = (),
) -> onnx.ModelProto:
    """Export with a free length on axis 1 of the inputs but the fixed ones, and on the given axis of each output."""
    module.eval()
    for child in module.modules():
        child.eval()
    free = [name for name in inputs if name not in fixed]
    axes = {name: {1: length} for name in free} | {name: {axis: length} for name, axis in outputs.items()}
    buffer = io.BytesIO()
    torch.onnx.export(
        module,
        tuple(inputs.values()),
        buffer,
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    return onnx.load_model_from_string(buffer.getvalue())


def halve_weights(model: onnx.ModelProto) -> None:
    """Store the large float32 initializers as float16, each with a Cast to float32 in front of its users."""
    casts = []
    for initializer in model.graph.initializer:
        values = numpy_helper.to_array(initializer)
        if initializer.data_type != TensorProto.FLOAT or values.size < SMALLEST:
            continue
        name = initializer.name
        initializer.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.fp16"))
        casts.append(
            helper.make_node("Cast", [f"{name}.fp16"], [name], name=f"{name}.cast", to=TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def shorten_integers(model: onnx.ModelProto) -> None:
    """Keep whole numbers within 32 bits: "to the end" of a slice is the largest of 64 bits where PyTorch writes it.

    OpenVINO computes with 32 bits. A compiled model that it reads back from its cache takes the lower half of that
    number, which is -1, and leaves the last value out (2026.4.1).
    """
    tensors = [*model.graph.initializer]
    for node in model.graph.node:
        tensors += [attribute.t for attribute in node.attribute if attribute.HasField("t")]
    for tensor in tensors:
        if tensor.data_type == TensorProto.INT64:
            values = numpy_helper.to_array(tensor)
            short = np.clip(values, -SHORT_MAX, SHORT_MAX)
            if (short != values).any():
                tensor.CopyFrom(numpy_helper.from_array(short, tensor.name))


def finish(model: onnx.ModelProto, about: dict[str, str], path: Path) -> None:
    """Halve the weights, shorten whole numbers, put in what the runtime compares, check and write the file."""
    halve_weights(model)
    shorten_integers(model)
    model.ir_version = IR_VERSION
    model.producer_name, model.producer_version, model.doc_string = "text-to-speech-demo", "", ""
    for node in model.graph.node:
        node.doc_string = ""
    helper.set_model_props(model, about)
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def compare(path: Path, module: nn.Module, inputs: dict[str, Tensor], names: list[str]) -> None:
    """Print the largest difference between the file on OpenVINO (float32) and PyTorch."""
    import openvino as ov

    compiled = ov.Core().compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = compiled({name: value.numpy() for name, value in inputs.items()})
    with torch.no_grad():
        expected = module(*inputs.values())
    expected = expected if isinstance(expected, tuple) else (expected,)
    for name, value in zip(names, expected, strict=True):
        print(f"  {name}: largest difference from PyTorch {np.abs(results[name] - value.numpy()).max():.2e}")
