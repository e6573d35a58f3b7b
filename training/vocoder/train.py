"""Train the student: python -m vocoder.train --audio DIR --run DIR

`--audio` is a folder that vocoder.generate writes, perhaps at the same time. A run is a folder with log.txt, last.pt
(goes on from there when started again) and ema.pt (the averaged weights, for export and evaluation).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from text_to_speech.inference.mel import FRAME_SECONDS, HOP_LENGTH
from training_run import TrainingRun, add_processor_options, add_run_options, prepare_process
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
        return self.mean_errors(batches, self.losses)

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
    trainer.loop(
        lambda: trainer.learn(pieces.batch(args.batch, trainer.dice)),
        lambda: trainer.validate(validation),
        trainer.save_run,
        refresh=lambda: f"{pieces.refresh() * FRAME_SECONDS / 3_600:.2f} h",
        clock=time.monotonic,
    )


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audio", type=Path, required=True, help="folder of vocoder.generate")
    parser.add_argument("--batch", type=int, default=8, help="pieces in a batch")
    add_run_options(parser, steps=1_000_000, minutes=90, rate=1e-3, validate=250)
    add_processor_options(parser)
    args = parser.parse_args()
    prepare_process(args)
    train(args)


if __name__ == "__main__":
    main()
