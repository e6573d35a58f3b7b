"""Write the student as ONNX: python -m vocoder.export --checkpoint ema.pt --out models/NAME/NAME.onnx

One file holds both networks, with the outputs `pitch` (of the mel alone) and `audio` (of the mel and the excitation
that NumPy makes from the pitch); the library cuts it in two when it loads it. Weights are float16 behind a Cast to
float32, as in training/export.py; the kernels of the Fourier transforms stay float32.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from export import OPSET, finish
from text_to_speech.inference.mel import HOP_LENGTH, N_MELS
from vocoder.model import Student

FRAMES = 128  # of the example


class Whole(nn.Module):
    """Both networks as one graph."""

    def __init__(self, student: Student) -> None:
        super().__init__()
        self.student = student

    def forward(self, mel: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
        """[B, 80, T] and [B, 2, 256·T] → audio [B, 1, 256·T] and pitch [B, 2, T] (octaves, voicing 0..1)."""
        pitch, voicing = self.student.pitch(mel)
        return self.student.filter(mel, source), torch.stack([pitch, torch.sigmoid(voicing)], dim=1)


def load(checkpoint: Path) -> tuple[Student, int]:
    """Read ema.pt of a run: the student with its averaged weights, and the step they come from."""
    state = torch.load(checkpoint, weights_only=True)
    student = Student()
    student.load_state_dict(state["student"])
    return student.eval(), int(state["step"])


def example(frames: int = FRAMES) -> tuple[Tensor, Tensor]:
    """Return inputs of a likely size."""
    dice = torch.Generator().manual_seed(0)
    mel = torch.randn(1, N_MELS, frames, generator=dice) * 2 - 5
    return mel, torch.randn(1, 2, frames * HOP_LENGTH, generator=dice)


def export(student: Student, about: dict[str, str], path: Path) -> None:
    """Write the ONNX file, with free batch and length."""
    buffer = io.BytesIO()
    torch.onnx.export(
        Whole(student).eval(),
        example(),
        buffer,
        input_names=["mel", "source"],
        output_names=["audio", "pitch"],
        dynamic_axes={
            "mel": {0: "batch", 2: "frames"},
            "source": {0: "batch", 2: "samples"},
            "audio": {0: "batch", 2: "samples"},
            "pitch": {0: "batch", 2: "frames"},
        },
        opset_version=OPSET,
        dynamo=False,
    )
    finish(onnx.load_model_from_string(buffer.getvalue()), about, path)


def compare(path: Path, student: Student) -> dict[str, float]:
    """Return the largest difference between the file on OpenVINO (float32) and PyTorch, by output."""
    import openvino

    inputs = example(100)
    compiled = openvino.Core().compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = compiled({"mel": inputs[0].numpy(), "source": inputs[1].numpy()})
    with torch.no_grad():
        expected = Whole(student)(*inputs)
    names = ("audio", "pitch")
    return {n: float(np.abs(results[n] - e.numpy()).max()) for n, e in zip(names, expected, strict=True)}


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
