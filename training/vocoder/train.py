"""Train the student: python -m vocoder.train --audio DIR --run DIR

`--audio` is a folder that vocoder.generate writes, perhaps at the same time. A run is a folder with log.txt, last.pt
(goes on from there when started again) and ema.pt (the averaged weights, for export and evaluation).
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from text_to_speech.inference.mel import FRAME_SECONDS, HOP_LENGTH
from training_run import TrainingRun
from vocoder.data import CONTEXT, Batch, Pieces
from vocoder.losses import audio_losses, pitch_losses
from vocoder.model import Student

WARM_UP = 100  # steps
CLIP = 10.0
FLOOR = 0.03  # the last learning rate as a share of the highest
WEIGHTS = {"mel": 2.0, "log": 1.0, "power": 1.0, "pitch": 0.2, "voicing": 0.2}
HELD_OUT = 16  # pieces of the first part that are looked at now and then and never learnt from


class Trainer(TrainingRun):
    """A training run in one process."""

    modules: Student

    def __init__(self, args: argparse.Namespace) -> None:
        torch.manual_seed(args.seed)
        student = Student()
        optimizer = torch.optim.AdamW(
            student.parameters(), lr=args.rate, betas=(0.8, 0.95), weight_decay=0.01
        )
        super().__init__(args, student, optimizer, warm_up=WARM_UP, floor=FLOOR, clip=CLIP)
        self.dice = np.random.default_rng([args.seed, self.step])

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """All errors on one batch."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.args.bf16):
            pitch, voicing = self.modules.pitch(batch.mel)
            audio = self.modules.filter(batch.mel, batch.source).float()
        inner = slice(CONTEXT * HOP_LENGTH, -CONTEXT * HOP_LENGTH)
        return audio_losses(audio[:, 0, inner], batch.audio[:, inner]) | pitch_losses(
            pitch.float(), voicing.float(), batch.pitch, batch.voiced
        )

    def learn(self, batch: Batch) -> dict[str, float]:
        """One step of the optimizer."""
        return self.descend(self.losses(batch), WEIGHTS)

    def validate(self, batches: list[Batch]) -> dict[str, float]:
        """Errors of the averaged weights."""
        sums: dict[str, list[float]] = defaultdict(list)
        with torch.no_grad(), self.averaged():
            for batch in batches:
                for name, value in self.losses(batch).items():
                    sums[name].append(value.item())
        return {name: float(np.mean(values)) for name, values in sums.items()}

    def save_run(self) -> None:
        """Write the checkpoints."""
        with self.averaged():
            state = {name: value.detach().clone() for name, value in self.modules.named_parameters()}
        self.save({"step": self.step, "student": state})


def train(args: argparse.Namespace) -> None:
    """Train until the last step or the time limit."""
    first = min(path.name for path in args.audio.iterdir() if path.suffix != ".tmp")
    pieces = Pieces(args.audio, without=(first,))
    held_out = Pieces(args.audio, names=[first])
    dice = np.random.default_rng(0)
    validation = [held_out.batch(HELD_OUT // 2, dice) for _ in range(2)]
    trainer = Trainer(args)
    sums: dict[str, list[float]] = defaultdict(list)
    while trainer.progress < 1:
        began = time.monotonic()
        for name, value in trainer.learn(pieces.batch(args.batch, trainer.dice)).items():
            sums[name].append(value)
        trainer.seconds += time.monotonic() - began
        if trainer.step % args.report == 0:
            hours = pieces.refresh() * FRAME_SECONDS / 3_600
            means = " ".join(f"{name} {np.mean(values):.4f}" for name, values in sums.items())
            trainer.note(f"step {trainer.step}, {trainer.seconds / 60:.1f} min, {hours:.2f} h | {means}")
            sums.clear()
        if trainer.step % args.validate == 0 or trainer.progress == 1:
            means = " ".join(f"{name} {v:.4f}" for name, v in trainer.validate(validation).items())
            trainer.note(f"  validation {trainer.step} | {means}")
            trainer.save_run()


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audio", type=Path, required=True, help="folder of vocoder.generate")
    parser.add_argument("--run", type=Path, required=True, help="folder for log and checkpoints")
    parser.add_argument("--steps", type=int, default=1_000_000, help="end here, or")
    parser.add_argument(
        "--minutes", type=float, default=90, help="after so long; the learning rate falls towards it"
    )
    parser.add_argument("--batch", type=int, default=8, help="pieces in a batch")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument(
        "--bf16", action=argparse.BooleanOptionalAction, default=True, help="networks in bfloat16"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--report", type=int, default=50, help="steps")
    parser.add_argument("--validate", type=int, default=250, help="steps; also saves a checkpoint")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    train(args)


if __name__ == "__main__":
    main()
