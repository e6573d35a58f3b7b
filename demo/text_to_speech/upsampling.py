"""Transposed convolutions as plain ones, which OpenVINO's CPU plugin computes faster.

A transposed convolution of stride S puts S samples where one was. Each of the S comes from a plain convolution of the
input with every S-th weight of the kernel, a phase of it. So one plain convolution with S times the channels gives all
of them, and they only have to be put one after the other (Shi et al. 2016, https://arxiv.org/abs/1609.05158). The wide
transposed convolutions of HiFi-GAN's first two stages take three times as long as what they become here; the narrow
ones, of stride 2, gain nothing and stay.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

LEAST_STRIDE = 8
TAPS = 3  # of a phase: a sample and its two neighbours


def split_upsampling(model: openvino.Model) -> openvino.Model:
    """Return a copy of a model without transposed convolutions of a large stride; the same but for rounding.

    One stays if it has another form than HiFi-GAN's: constant weights, a kernel of one to three strides, and the
    padding on either side that makes the output exactly the stride times as long as the input.

    Args:
        model: Any model; stays as it is.
    """
    model = model.clone()
    for node in model.get_ordered_ops():
        if node.get_type_name() == "ConvolutionBackpropData":
            weight, stride = _weight(node), _stride(node)
            if weight is not None and LEAST_STRIDE <= stride <= weight.shape[2] <= TAPS * stride:
                replacement = _plain(node.input_value(0), _phases(weight, stride), stride)
                replacement.set_friendly_name(node.get_friendly_name())
                node.output(0).replace(replacement.output(0))
    model.validate_nodes_and_infer_types()
    return model


def _weight(node: Any) -> NDArray[np.float32] | None:
    """Return the weight [in, out, width] if it is constant, also where it is stored in half precision."""
    source = node.input_value(1).get_node()
    if source.get_type_name() == "Convert":
        source = source.input_value(0).get_node()
    if source.get_type_name() != "Constant" or not np.issubdtype(source.data.dtype, np.floating):
        return None
    return source.data.astype(np.float32) if source.data.ndim == 3 else None


def _stride(node: Any) -> int:
    """Return the stride, or 0 if the output is not exactly so many times as long as the input."""
    form = node.get_attributes()
    (stride, *_), (begin, *_), (end, *_) = form["strides"], form["pads_begin"], form["pads_end"]
    width = node.input_value(1).get_shape()[2]
    plain = form["dilations"] == [1] and form["output_padding"] in ([], [0]) and node.get_input_size() == 2
    return int(stride) if plain and begin == end and width - 2 * begin == stride else 0


def _phases(weight: NDArray[np.float32], stride: int) -> NDArray[np.float32]:
    """Return the weight of the plain convolution, [stride · out, in, 3]."""
    channels, out, width = weight.shape
    phases = np.zeros((stride, out, channels, TAPS), np.float32)
    for phase in range(stride):
        for tap in range(TAPS):
            index = phase + (width - stride) // 2 - stride * (tap - TAPS // 2)
            if 0 <= index < width:
                phases[phase, :, :, tap] = weight[:, :, index].T
    return phases.reshape(stride * out, channels, TAPS)


def _plain(x: Any, phases: NDArray[np.float32], stride: int) -> Any:
    """Return a node that convolves `x` [B, in, T] with the phases and puts them in a row, [B, out, stride · T]."""
    from openvino import opset13

    out = len(phases) // stride
    y = opset13.convolution(x, opset13.constant(phases), [1], [TAPS // 2], [TAPS // 2], [1])
    y = opset13.reshape(y, opset13.constant(np.array([0, stride, out, -1])), special_zero=True)
    y = opset13.transpose(y, opset13.constant(np.array([0, 2, 3, 1])))
    return opset13.reshape(y, opset13.constant(np.array([0, out, -1])), special_zero=True)
