"""Write the voices as two graphs and a table: python -m acoustic.export --predictor ema.pt --decoder ema.pt --out DIR

    forward-tacotron-duration-prediction.onnx   input_seq, voice -> duration, embeddings, pitch, voicing, energy
    forward-tacotron-regression.onnx            data, prosody, voice -> mel
    voices.npy                                  float32 [voices, 63]: the vector of each voice

A vector is the voice's pitch, what was learnt with the predictor, and what was learnt with the decoder; each graph
takes the numbers that it knows. Weights are float16 behind a Cast to float32, as onnx_files.py does it. The graphs are
compared with PyTorch at once.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from acoustic.data import LEARNT, NAMES
from acoustic.model import (
    SYMBOLS,
    VOICE_SIZE,
    Decoder,
    Encoder,
    ProsodyPredictor,
    Voices,
    in_units,
)
from onnx_files import compare, export_graph, finish
from text_to_speech.inference.length_regulator import PROSODY_CHANNELS
from text_to_speech.inference.mel import SILENCE

WHOLE_SIZE = 2 * VOICE_SIZE - 1  # numbers of a voice: its pitch, and what each of the two networks learnt


class DurationPrediction(nn.Module):
    """The first graph: phonemes → durations, prosody and embeddings, all in the units of the contract."""

    def __init__(self, predictor: ProsodyPredictor, encoder: Encoder, *, tempo: float = 1.0) -> None:
        super().__init__()
        self.predictor, self.encoder, self.tempo = predictor, encoder, tempo

    def forward(self, input_seq: Tensor, voice: Tensor) -> tuple[Tensor, ...]:
        """Int64 [1, N] and [1, 63] → duration [1, N, 1], embeddings [1, N, E], pitch [1, N, 3], voicing, energy."""
        own = voice[:, :VOICE_SIZE]
        duration, log_f0, voicing, energy = in_units(self.predictor(input_seq, own), own)
        embeddings = self.encoder(input_seq, decoder_voice(voice))
        return duration * self.tempo, embeddings, log_f0, voicing, energy


class Regression(nn.Module):
    """The second graph: embeddings and prosody per frame → mel spectrogram."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, data: Tensor, prosody: Tensor, voice: Tensor) -> Tensor:
        """[1, T, E], [1, T, 5] and [1, 63] → mel [1, 80, T]."""
        mel = self.decoder(data, prosody, decoder_voice(voice))[1]
        return mel.clamp(min=SILENCE).transpose(1, 2)


def decoder_voice(voice: Tensor) -> Tensor:
    """Return the numbers of a voice [1, 63] that the decoder and its encoder know, [1, 32]."""
    return torch.cat([voice[:, :1], voice[:, VOICE_SIZE:]], dim=1)


def load(checkpoint: Path, part: str) -> tuple[nn.ModuleDict, int]:
    """Read ema.pt of a run: the modules of a part with their averaged weights, and the step they come from.

    Raises:
        SystemExit: The run is of the other part, or of other voices.
    """
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    if state["part"] != part or tuple(state["voices"]) != LEARNT:
        found = f"the {state['part']} of {', '.join(state['voices'])}"
        raise SystemExit(f"{checkpoint}: {found}; expected the {part} of {', '.join(LEARNT)}")
    parts: dict[str, nn.Module] = {"voices": Voices([0.0] * len(LEARNT))}
    if part == "predictor":
        parts["predictor"] = ProsodyPredictor()
    else:
        parts |= {"encoder": Encoder(), "decoder": Decoder()}
    modules = nn.ModuleDict(parts)
    modules.load_state_dict(state["modules"])
    return modules.eval(), int(state["step"])


def vectors(predictor: nn.ModuleDict, decoder: nn.ModuleDict) -> Tensor:
    """Return the vectors of all voices, float32 [voices, 63]."""
    numbers = torch.arange(len(NAMES))
    with torch.no_grad():
        return torch.cat([predictor["voices"](numbers), decoder["voices"](numbers)[:, 1:]], dim=1)


def main() -> None:
    """Export both graphs and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--predictor", type=Path, required=True, help="ema.pt of a predictor run")
    parser.add_argument("--decoder", type=Path, required=True, help="ema.pt of a decoder run")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the composite model")
    parser.add_argument(
        "--tempo",
        type=float,
        default=1.0,
        help="factor on every duration, by what acoustic.evaluate says of them",
    )
    args = parser.parse_args()
    torch.manual_seed(0)
    (predictor, steps), (decoder, decoder_steps) = (
        load(args.predictor, "predictor"),
        load(args.decoder, "decoder"),
    )
    about = {
        "symbols": "\n".join(SYMBOLS),
        "license": "Apache-2.0",
        "steps": f"predictor {steps}, decoder {decoder_steps}",
    }
    table = vectors(predictor, decoder)
    args.out.mkdir(parents=True, exist_ok=True)
    np.save(args.out / "voices.npy", table.numpy(), allow_pickle=False)
    ids, frames, voice = torch.randint(1, len(SYMBOLS), (1, 60)), 200, table[:1]
    width = decoder["encoder"].embedding.embedding_dim
    scale, shift = torch.tensor([0.5, 1, 2, 1, 2]), torch.tensor([5, 0, -5, 0, 0])
    prosody = torch.rand(1, frames, PROSODY_CHANNELS) * scale + shift
    first = DurationPrediction(predictor["predictor"], decoder["encoder"], tempo=args.tempo).eval()
    second = Regression(decoder["decoder"]).eval()
    graphs = (
        (
            "forward-tacotron-duration-prediction",
            first,
            {"input_seq": ids, "voice": voice},
            {"duration": 1, "embeddings": 1, "pitch": 1, "voicing": 1, "energy": 1},
            "phonemes",
        ),
        (
            "forward-tacotron-regression",
            second,
            {"data": torch.randn(1, frames, width), "prosody": prosody, "voice": voice},
            {"mel": 2},
            "frames",
        ),
    )
    for name, module, inputs, outputs, length in graphs:
        path = args.out / name / f"{name}.onnx"
        finish(export_graph(module, inputs, outputs, length, fixed=("voice",)), about, path)
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
        compare(path, module, inputs, list(outputs))


if __name__ == "__main__":
    main()
