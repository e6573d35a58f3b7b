"""Train the student: python -m vocoder.train --audio DIR --run DIR

`--audio` is a folder that vocoder.generate writes, perhaps at the same time. A run is a folder with log.txt, last.pt
(goes on from there when started again) and ema.pt (the averaged weights, for export and evaluation).
"""

from __future__ import annotations

import argparse
import math
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from text_to_speech.mel import FRAME_SECONDS, HOP_LENGTH
from vocoder.data import CONTEXT, Batch, Pieces
from vocoder.losses import audio_losses, pitch_losses
from vocoder.model import Student

WARM_UP = 100  # steps
CLIP = 10.0
EMA = 0.998
WEIGHTS = {"mel": 2.0, "log": 1.0, "power": 1.0, "pitch": 0.2, "voicing": 0.2}
HELD_OUT = 16  # pieces of the first part that are looked at now and then and never learnt from


class Trainer:
    """A training run in one process."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        torch.manual_seed(args.seed)
        self.student = Student()
        self.ema = [p.detach().clone() for p in self.student.parameters()]
        self.optimizer = torch.optim.AdamW(
            self.student.parameters(), lr=args.rate, betas=(0.8, 0.95), weight_decay=0.01
        )
        self.step = 0
        self.seconds = 0.0
        if (args.run / "last.pt").exists():
            self._resume()
        self.dice = np.random.default_rng([args.seed, self.step])

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """All errors on one batch."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.args.bf16):
            pitch, voicing = self.student.pitch(batch.mel)
            audio = self.student.filter(batch.mel, batch.source).float()
        inner = slice(CONTEXT * HOP_LENGTH, -CONTEXT * HOP_LENGTH)
        return audio_losses(audio[:, 0, inner], batch.audio[:, inner]) | pitch_losses(
            pitch.float(), voicing.float(), batch.pitch, batch.voiced
        )

    def learn(self, batch: Batch) -> dict[str, float]:
        """One step of the optimizer."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.args.rate * self.schedule()
        losses = self.losses(batch)
        loss = torch.stack([losses[name] * weight for name, weight in WEIGHTS.items()]).sum()
        self.optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.student.parameters(), CLIP)
        if torch.isfinite(norm):
            self.optimizer.step()
        self.step += 1
        decay = min(EMA, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(self.ema, list(self.student.parameters()), 1 - decay)
        return {name: value.item() for name, value in losses.items()} | {"norm": float(norm)}

    def schedule(self) -> float:
        """Learning rate of this step as a share of the highest: a warm-up, then half a cosine down to 3 %."""
        return min((self.step + 1) / WARM_UP, 0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * self.progress)))

    @property
    def progress(self) -> float:
        """How much of the run is behind, 0..1, by steps or by time, whichever is further."""
        return min(max(self.step / self.args.steps, self.seconds / 60 / self.args.minutes), 1.0)

    def validate(self, batches: list[Batch]) -> dict[str, float]:
        """Errors of the averaged weights."""
        sums: dict[str, list[float]] = defaultdict(list)
        kept = [p.detach().clone() for p in self.student.parameters()]
        self._load(self.ema)
        with torch.no_grad():
            for batch in batches:
                for name, value in self.losses(batch).items():
                    sums[name].append(value.item())
        self._load(kept)
        return {name: float(np.mean(values)) for name, values in sums.items()}

    def save(self) -> None:
        """Write last.pt and ema.pt, each whole or not at all."""
        state = {
            "weights": [p.detach() for p in self.student.parameters()],
            "ema": self.ema,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        names = [name for name, _ in self.student.named_parameters()]
        write(state, self.args.run / "last.pt")
        write(
            {"step": self.step, "student": dict(zip(names, self.ema, strict=True))}, self.args.run / "ema.pt"
        )

    def _resume(self) -> None:
        state = torch.load(self.args.run / "last.pt", weights_only=True)
        self._load(state["weights"])
        self.ema = [t.clone() for t in state["ema"]]
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]

    def _load(self, weights: list[Tensor]) -> None:
        with torch.no_grad():
            for parameter, value in zip(self.student.parameters(), weights, strict=True):
                parameter.copy_(value)


def write(state: object, path: Path) -> None:
    """Write a checkpoint, whole or not at all."""
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def note(line: str, run: Path) -> None:
    """Print a line and keep it in the run's log."""
    print(line, flush=True)
    with (run / "log.txt").open("a", encoding="utf-8") as log:
        log.write(line + "\n")


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
            note(f"step {trainer.step}, {trainer.seconds / 60:.1f} min, {hours:.2f} h | {means}", args.run)
            sums.clear()
        if trainer.step % args.validate == 0 or trainer.progress == 1:
            means = " ".join(f"{name} {v:.4f}" for name, v in trainer.validate(validation).items())
            note(f"  validation {trainer.step} | {means}", args.run)
            trainer.save()


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
