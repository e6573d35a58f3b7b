"""The smallest models that the tests of the zoo convert."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CHECKPOINT = Path(__file__).parents[1] / "data" / "tiny_vocoder.pth"  # made by make_checkpoints.py
CONFIG = {
    "resblock": "2",
    "upsample_rates": [4],
    "upsample_kernel_sizes": [8],
    "upsample_initial_channel": 2,
    "resblock_kernel_sizes": [3],
    "resblock_dilation_sizes": [[1]],
}


def write_doubler(path, factor=2.0, width=3):
    """Write an ONNX file that doubles `data` [1, time, width], with a property `symbols`."""
    graph = helper.make_graph(
        [helper.make_node("Mul", ["data", "factor"], ["mel"])],
        "doubler",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, "time", width])],
        [helper.make_tensor_value_info("mel", TensorProto.FLOAT, [1, "time", width])],
        [numpy_helper.from_array(np.full(width, factor, np.float32), "factor")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"symbols": "_\na\nʃ"})
    onnx.save(model, path)
