"""Strided and transposed convolutions as plain ones, which OpenVINO's CPU plugin computes with less time and memory.

A transposed convolution of stride S puts S samples where one was. Each of the S comes from a plain convolution of the
input with every S-th weight of the kernel, a phase of it. So one plain convolution with S times the channels gives all
of them, and they only have to be put one after the other (Shi et al. 2016, https://arxiv.org/abs/1609.05158). The wide
transposed convolutions of HiFi-GAN's first two stages take three times as long as what they become here, the one that
adds up the frames of source-filter-light twice as long; the narrow ones, of stride 2, gain nothing and stay.

A convolution of stride S over one channel, such as a Fourier transform of overlapping frames, is the same in the other
direction: with S samples in a row as the channels of one step, it is a plain one with every S-th weight for a channel.
The result is the same and costs the same, but what the plugin prepares for a new length of input is not: 8.5 MB and
56 ms of CPU time for 500 mel frames of source-filter-light before, 0.2 MB and 2 ms after (Xeon with AVX-512).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..openvino_import import openvino
from .mel import HOP_LENGTH

# Smaller strides gain nothing.
LEAST_STRIDE = 8
# Operations by which a graph takes some channels of an input.
PICKING = ("Slice", "StridedSlice", "Split", "VariadicSplit")


def plain_convolutions(model: openvino.Model) -> openvino.Model:
    """Return a copy of a vocoder as a CPU computes it best: both transformations of this module.

    Args:
        model: A vocoder, whose input `source`, if it has one, is a multiple of 256 samples long; stays as it is.
    """
    return fold_strides(split_upsampling(model), of="source", multiple=HOP_LENGTH)


def split_upsampling(model: openvino.Model) -> openvino.Model:
    """Return a copy of a model without transposed convolutions of a large stride; the same but for rounding.

    One stays if it has another form than the vocoders': constant weights, a kernel of at least one stride, and the
    padding on either side that makes the output exactly the stride times as long as the input.

    Args:
        model: Any model; stays as it is.
    """
    model = model.clone()
    for node in model.get_ordered_ops():
        if node.get_type_name() == "ConvolutionBackpropData":
            weight, stride = _weight(node), _stride(node)
            if weight is not None and LEAST_STRIDE <= stride <= weight.shape[2]:
                _replace(node, _upsampled(node.input_value(0), _phases(weight, stride), stride))
    model.validate_nodes_and_infer_types()
    return model


def fold_strides(model: openvino.Model, *, of: str, multiple: int) -> openvino.Model:
    """Return a copy of a model without convolutions of a large stride over one channel; the same but for rounding.

    One stays if it has another form than the vocoders': over one channel of an input, with constant weights, a kernel
    of one or several whole strides, and the padding on either side that makes the output exactly the stride times as
    short.

    Args:
        model: Any model; stays as it is.
        of: The name of the input, [B, C, L].
        multiple: What its length is always a multiple of, in samples.
    """
    model = model.clone()
    for node in model.get_ordered_ops():
        if node.get_type_name() == "Convolution" and of in _origin(node.input_value(0)).get_names():
            weight, stride = _weight(node), _stride(node)
            if weight is None or weight.shape[1] != 1 or stride < LEAST_STRIDE:
                continue
            if weight.shape[2] % stride == 0 and multiple % stride == 0:
                _replace(node, _folded(node.input_value(0), weight, stride))
    model.validate_nodes_and_infer_types()
    return model


def _origin(output: Any) -> Any:
    """Return what channels were picked from, which is the output itself if it was not picked."""
    while output.get_node().get_type_name() in PICKING:
        output = output.get_node().input_value(0)
    return output


def _replace(node: Any, replacement: Any) -> None:
    replacement.set_friendly_name(node.get_friendly_name())
    node.output(0).replace(replacement.output(0))


def _weight(node: Any) -> NDArray[np.float32] | None:
    """Return the weight, three dimensions, if it is constant, also where it is stored in half precision."""
    source = node.input_value(1).get_node()
    if source.get_type_name() == "Convert":
        source = source.input_value(0).get_node()
    if source.get_type_name() != "Constant" or not np.issubdtype(source.data.dtype, np.floating):
        return None
    return source.data.astype(np.float32) if source.data.ndim == 3 else None


def _stride(node: Any) -> int:
    """Return the stride, or 0 if the one length is not exactly so many times the other."""
    form = node.get_attributes()
    (stride, *_), (begin, *_), (end, *_) = form["strides"], form["pads_begin"], form["pads_end"]
    width = node.input_value(1).get_shape()[2]
    plain = (
        form["dilations"] == [1] and not any(form.get("output_padding", [])) and node.get_input_size() == 2
    )
    explicit = form.get("auto_pad", "explicit") == "explicit"
    return int(stride) if plain and explicit and begin == end and width - 2 * begin == stride else 0


def _phases(weight: NDArray[np.float32], stride: int) -> NDArray[np.float32]:
    """Return the weight of the plain convolution, [stride · out, in, taps], from that of the transposed one.

    A sample depends on the step that it belongs to, and on as many to either side as the padding reaches.
    """
    # A transposed convolution adds weight[w] · input[step] to output[stride · step + w - pad]. So output sample
    # stride · t + phase takes from step t + (tap - side) the weight w = phase + pad - stride · (tap - side).
    channels, out, width = weight.shape
    pad = (width - stride) // 2
    side = -(-pad // stride)
    phases = np.zeros((stride, out, channels, 2 * side + 1), np.float32)
    for phase in range(stride):
        for tap in range(2 * side + 1):
            index = phase + pad - stride * (tap - side)
            if 0 <= index < width:
                phases[phase, :, :, tap] = weight[:, :, index].T
    return phases.reshape(stride * out, channels, 2 * side + 1)


def _upsampled(x: Any, phases: NDArray[np.float32], stride: int) -> Any:
    """Return a node that convolves `x` [B, in, T] with the phases and puts them in a row, [B, out, stride · T]."""
    from openvino import opset13

    out, side = len(phases) // stride, phases.shape[2] // 2
    # [B, stride · out, T] → [B, stride, out, T] → [B, out, T, stride] → [B, out, T · stride]
    y = opset13.convolution(x, opset13.constant(phases), [1], [side], [side], [1])
    y = opset13.reshape(y, opset13.constant(np.array([0, stride, out, -1])), special_zero=True)
    y = opset13.transpose(y, opset13.constant(np.array([0, 2, 3, 1])))
    return opset13.reshape(y, opset13.constant(np.array([0, out, -1])), special_zero=True)


def _folded(x: Any, weight: NDArray[np.float32], stride: int) -> Any:
    """Return a node that convolves `x` [B, 1, stride · T], taken as `stride` channels, with [out, 1, width]."""
    from openvino import opset13

    out, _, width = weight.shape
    pad = (width - stride) // 2
    # Padded at the rate of the samples, so that the plain convolution needs no padding. Then `stride` samples in a row
    # become the channels of one step, and the kernel of `width` samples one of width / stride steps.
    ends = opset13.constant(np.array([0, 0, pad]))
    y = opset13.pad(x, ends, ends, "constant", opset13.constant(np.float32(0)))
    y = opset13.reshape(y, opset13.constant(np.array([0, -1, stride])), special_zero=True)
    y = opset13.transpose(y, opset13.constant(np.array([0, 2, 1])))
    folded = np.ascontiguousarray(weight.reshape(out, width // stride, stride).transpose(0, 2, 1))
    return opset13.convolution(y, opset13.constant(folded), [1], [0], [0], [1])
