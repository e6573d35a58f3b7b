"""Write the student at the mel's rate as ONNX: python -m vocoder.export_locked --checkpoint ema.pt --out NAME.onnx

One file holds both networks: the output `pitch` [B, 2, T] (octaves above 180 Hz, voicing 0..1) is of the mel alone, the
output `audio` of `mel`, `contour` and `source`. The contour is that pitch, or what the acoustic model knows; the
source has the pulses at the contour, and noise. Weights are float16 behind a Cast to float32, as onnx_files.py does it.
"""

from __future__ import annotations

import argparse
import io
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

from onnx_files import OPSET, finish
from text_to_speech.inference.mel import HOP_LENGTH, N_MELS
from vocoder.mel_rate import LONG, SHORT, MelRateStudent, Transform

FRAMES = 128  # of the example


class Whole(nn.Module):
    """Both networks as one graph."""

    def __init__(self, student: nn.Module) -> None:
        super().__init__()
        self.student = student

    def forward(self, mel: Tensor, contour: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
        """[B, 80, T], [B, 2, T] and [B, 2, 256·T] → audio [B, 1, 256·T] and pitch [B, 2, T]."""
        pitch, voicing = self.student.pitch(mel)
        return self.student.filter(mel, contour, source), torch.stack([pitch, torch.sigmoid(voicing)], dim=1)


def load(checkpoint: Path) -> tuple[MelRateStudent, int]:
    """Read ema.pt of a run: the student with its averaged weights, and the step they come from.

    Raises:
        ValueError: the run is of another design.
    """
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    if state.get("design") != "mel-rate":
        raise ValueError(f"{checkpoint}: of the design {state.get('design')!r}, expected 'mel-rate'")
    student = MelRateStudent()
    student.load_state_dict(state["student"])
    return student.eval(), int(state["step"])


def example(frames: int = FRAMES) -> tuple[Tensor, Tensor, Tensor]:
    """Return inputs of a likely size."""
    dice = torch.Generator().manual_seed(0)
    mel = torch.randn(1, N_MELS, frames, generator=dice) * 2 - 5
    contour = torch.stack([torch.randn(frames, generator=dice) * 0.5, torch.ones(frames)]).unsqueeze(0)
    return mel, contour, torch.randn(1, 2, frames * HOP_LENGTH, generator=dice)


def export(student: nn.Module, about: dict[str, str], path: Path) -> None:
    """Write the ONNX file, with free batch and length."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter cannot fold what `pad` becomes, and says so; a runtime can.
        warnings.filterwarnings("ignore", "Constant folding")
        torch.onnx.export(
            Whole(student).eval(),
            example(),
            buffer,
            input_names=["mel", "contour", "source"],
            output_names=["audio", "pitch"],
            dynamic_axes={
                "mel": {0: "batch", 2: "frames"},
                "contour": {0: "batch", 2: "frames"},
                "source": {0: "batch", 2: "samples"},
                "audio": {0: "batch", 2: "samples"},
                "pitch": {0: "batch", 2: "frames"},
            },
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load_model_from_string(buffer.getvalue())
    for size in (LONG, SHORT):
        compute_matrices(model, size)
    finish(model, about, path)


def compute_matrices(model: onnx.ModelProto, size: int) -> None:
    """Put one period of a cosine, and how to read the Fourier matrices out of it, in their place.

    The matrices of the long window are larger than all weights together. A runtime makes them once, when it compiles.

    Raises:
        ValueError: the graph does not hold both matrices.
    """
    graph, transform = model.graph, Transform(size)
    wanted = {"analysis": transform.analysis.T.numpy(), "synthesis": transform.synthesis.numpy()}
    found = {}
    for node in [n for n in graph.node if n.op_type == "Constant" and n.attribute[0].name == "value"]:
        value = numpy_helper.to_array(node.attribute[0].t)
        for name, matrix in wanted.items():
            if value.shape == matrix.shape and np.array_equal(value, matrix):
                found.setdefault(name, []).append(node.output[0])
                graph.node.remove(node)
    if found.keys() != wanted.keys():
        raise ValueError(
            f"Fourier matrices of {size} samples in the graph: {sorted(found)}, expected {sorted(wanted)}"
        )
    bins = np.arange(size // 2 + 1)
    ends = (bins == 0) | (bins == size // 2)  # these have no twin of negative frequency
    constants = {
        "ramp": np.arange(size)[np.newaxis],
        "bins": np.concatenate([bins, bins])[:, np.newaxis],
        "turn": np.repeat([0, size // 4], len(bins))[
            :, np.newaxis
        ],  # minus the sine is a cosine, turned by a quarter
        "size": np.array(size),
        "cosine": np.cos(2 * np.pi * np.arange(size) / size).astype(np.float32),
        "window": transform.analysis[:1].numpy(),
        "scale": np.tile(np.where(ends, 0.25, 0.5), 2)[:, np.newaxis].astype(np.float32),
    }
    name = f"fourier_{size}."
    nodes = [  # no initializers: those would be made float16
        helper.make_node("Constant", [], [name + key], value=numpy_helper.from_array(value))
        for key, value in constants.items()
    ]
    steps = [
        ("Mul", ("bins", "ramp"), "angle"),
        ("Add", ("angle", "turn"), "turned"),
        ("Mod", ("turned", "size"), "place"),
        ("Gather", ("cosine", "place"), "waves"),
        ("Mul", ("waves", "window"), "rows"),
        ("Mul", ("rows", "scale"), "synthesis"),
        ("Transpose", ("rows",), "analysis"),
    ]
    nodes += [helper.make_node(kind, [name + i for i in inputs], [name + out]) for kind, inputs, out in steps]
    nodes += [
        helper.make_node("Identity", [name + kind], [user]) for kind, users in found.items() for user in users
    ]
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *rest])


def compare(path: Path, student: nn.Module) -> dict[str, float]:
    """Return the largest difference between the file on OpenVINO (float32) and PyTorch, by output."""
    import openvino

    inputs = example(100)
    compiled = openvino.Core().compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = compiled(dict(zip(("mel", "contour", "source"), (x.numpy() for x in inputs), strict=True)))
    with torch.no_grad():
        expected = Whole(student)(*inputs)
    return {
        name: float(np.abs(results[name] - value.numpy()).max())
        for name, value in zip(("audio", "pitch"), expected, strict=True)
    }


def main() -> None:
    """Export a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True, help="ema.pt of a run")
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file")
    args = parser.parse_args()
    student, step = load(args.checkpoint)
    export(student, {"license": "Apache-2.0", "steps": str(step)}, args.out)
    differences = ", ".join(f"{name} {value:.1e}" for name, value in compare(args.out, student).items())
    print(
        f"{args.out}: step {step}, {args.out.stat().st_size / 1e6:.2f} MB; differs from PyTorch by {differences}"
    )


if __name__ == "__main__":
    main()
