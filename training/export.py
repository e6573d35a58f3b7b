"""Write the voice as two ONNX files: python training/export.py --predictor ema.pt --decoder ema.pt --out DIR

The weights are stored as float16, each behind a Cast to float32, which halves the files; the arithmetic stays float32
(OpenVINO folds the casts, or keeps them, as the device likes). The exported graphs are compared with PyTorch at once.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from losses import LOG_DURATION_MEAN
from model import (
    ENERGY_MEAN,
    ENERGY_SCALE,
    LOG_F0_MEAN,
    LOG_F0_SCALE,
    Decoder,
    Encoder,
    ForwardTacotron,
    ProsodyPredictor,
)
from text_to_speech.inference.length_regulator import PROSODY_CHANNELS
from text_to_speech.inference.mel import SILENCE
from text_to_speech.text import SYMBOLS

OPSET = 17
IR_VERSION = 8  # what OpenVINO 2024 and later read
SMALLEST = 512  # tensors of fewer values stay float32


class DurationPrediction(nn.Module):
    """The first graph: phonemes → durations, prosody and embeddings, all in the units of the contract."""

    def __init__(self, predictor: ProsodyPredictor, encoder: Encoder, *, tempo: float) -> None:
        super().__init__()
        self.predictor, self.encoder, self.tempo = predictor, encoder, tempo

    def forward(self, input_seq: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Int64 [1, N] → duration [1, N, 1], embeddings [1, N, E], pitch [1, N, 3], voicing and energy [1, N, 1]."""
        raw = self.predictor(input_seq)
        duration = torch.exp(raw[..., :1] + LOG_DURATION_MEAN) * self.tempo
        pitch = raw[..., 1:4] * LOG_F0_SCALE + LOG_F0_MEAN
        energy = raw[..., 5:6] * ENERGY_SCALE + ENERGY_MEAN
        return duration, self.encoder(input_seq), pitch, torch.sigmoid(raw[..., 4:5]), energy


class Regression(nn.Module):
    """The second graph: embeddings and prosody per frame → mel spectrogram."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, data: Tensor, prosody: Tensor) -> Tensor:
        """[1, T, E] and [1, T, 5] → mel [1, 80, T]."""
        return self.decoder(data, prosody)[1].clamp(min=SILENCE).transpose(1, 2)


def load(voice: ForwardTacotron, checkpoint: Path, part: str) -> int:
    """Put the averaged weights of a run into the model and return the step they come from."""
    state = torch.load(checkpoint, weights_only=True)
    if state["part"] != part:
        raise SystemExit(f"{checkpoint}: holds the {state['part']}, expected the {part}")
    modules = [voice.predictor] if part == "predictor" else [voice.encoder, voice.decoder]
    nn.ModuleList(modules).load_state_dict(state["modules"])
    return int(state["step"])


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


def finish(model: onnx.ModelProto, about: dict[str, str], path: Path) -> None:
    """Halve the weights, put in what the runtime compares, check and write the file."""
    halve_weights(model)
    model.ir_version = IR_VERSION
    model.producer_name, model.producer_version, model.doc_string = "training/export.py", "", ""
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


def main() -> None:
    """Export both graphs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--predictor", type=Path, required=True, help="ema.pt of a predictor run")
    parser.add_argument("--decoder", type=Path, required=True, help="ema.pt of a decoder run")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the composite model")
    parser.add_argument("--tempo", type=float, default=1.0, help="factor on every duration, from evaluate.py")
    args = parser.parse_args()
    torch.manual_seed(0)
    voice = ForwardTacotron().eval()
    steps = {
        "predictor": load(voice, args.predictor, "predictor"),
        "decoder": load(voice, args.decoder, "decoder"),
    }
    about = {
        "symbols": "\n".join(SYMBOLS),
        "license": "Apache-2.0",
        "steps": ", ".join(f"{part} {step}" for part, step in steps.items()),
    }
    ids = torch.randint(1, len(SYMBOLS), (1, 60))
    frames = 200
    width = voice.encoder.embedding.embedding_dim
    prosody = torch.rand(1, frames, PROSODY_CHANNELS) * torch.tensor([0.5, 1, 2, 1, 2]) + torch.tensor(
        [5, 0, -5, 0, 0]
    )
    first = DurationPrediction(voice.predictor, voice.encoder, tempo=args.tempo).eval()
    second = Regression(voice.decoder).eval()
    graphs = (
        (
            "forward-tacotron-duration-prediction",
            first,
            {"input_seq": ids},
            {"duration": 1, "embeddings": 1, "pitch": 1, "voicing": 1, "energy": 1},
            "phonemes",
        ),
        (
            "forward-tacotron-regression",
            second,
            {"data": torch.randn(1, frames, width), "prosody": prosody},
            {"mel": 2},
            "frames",
        ),
    )
    for name, module, inputs, outputs, length in graphs:
        path = args.out / name / f"{name}.onnx"
        finish(export_graph(module, inputs, outputs, length), about, path)
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
        compare(path, module, inputs, list(outputs))


if __name__ == "__main__":
    main()
