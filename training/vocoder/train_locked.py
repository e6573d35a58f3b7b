"""Train a student on Kokoro's waveforms: python -m vocoder.train_locked --design mel-rate --audio DIR --run DIR

`--audio` is a folder that training/generate_voices.py writes, perhaps at the same time. There are two designs:
`mel-rate` (vocoder.mel_rate) and `fine` (vocoder.model, as in vocoder.train). A run is a folder with log.txt, last.pt
(goes on from there when started again) and ema.pt (the averaged weights, for export and evaluation).

To bring a run to its end early, start it again with fewer `--steps`: the learning rate goes on from where they put it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from text_to_speech.inference.mel import FRAME_SECONDS, HOP_LENGTH
from training_run import TrainingRun, add_processor_options, add_run_options, prepare_process
from vocoder.adversary import Adversary
from vocoder.locked_data import CONTEXT, Batch, Pieces
from vocoder.losses import audio_losses, pitch_losses
from vocoder.mel_rate import MelRateStudent
from vocoder.model import FilterNetwork, Student

WARM_UP = 200  # steps
CLIP = 10.0
JUDGE_RATE = 0.5  # learning rate of the discriminator as a share of the student's
FLOOR = 0.02  # the last learning rate as a share of the highest
WEIGHTS = {"mel": 1.0, "log": 1.0, "power": 1.0, "complex": 2.0, "pitch": 0.2, "voicing": 0.2}
HELD_OUT = 32  # pieces of the validation parts
DESIGNS: dict[str, type[nn.Module]] = {"mel-rate": MelRateStudent, "fine": Student}


class Trainer(TrainingRun):
    """A training run in one process."""

    def __init__(self, args: argparse.Namespace) -> None:
        torch.manual_seed(args.seed)
        student = DESIGNS[args.design]().to(args.device)
        optimizer = torch.optim.AdamW(
            student.parameters(), lr=args.rate, betas=(0.8, 0.95), weight_decay=0.01, fused=True
        )
        self.adversary = Adversary(device=args.device, bf16=args.bf16)
        super().__init__(
            args,
            student,
            optimizer,
            warm_up=WARM_UP,
            floor=FLOOR,
            clip=CLIP,
            companions={"adversary": self.adversary} if args.adversarial_from is not None else {},
        )
        self.dice = np.random.default_rng([args.seed, self.step])

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """All errors on one batch."""
        return self.hear(batch)[0]

    def hear(self, batch: Batch) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        """All errors on one batch, and the waveforms of the student and of the teacher, [B, 256·64] each."""
        batch = batch.to(self.args.device)
        with torch.autocast(self.args.device, dtype=torch.bfloat16, enabled=self.args.bf16):
            pitch, voicing = self.modules.pitch(batch.mel)
            foreseeable, noise = speak(self.modules.filter, batch)
        inner = slice(CONTEXT * HOP_LENGTH, -CONTEXT * HOP_LENGTH)
        target = batch.audio[:, inner]
        audio = (foreseeable + noise)[:, inner]
        errors = audio_losses(audio, target, foreseeable[:, inner])
        errors |= pitch_losses(pitch.float(), voicing.float(), batch.pitch[:, 0], batch.pitch[:, 1])
        return errors, audio, target

    def learn(self, batch: Batch) -> dict[str, float]:
        """One step of the optimizer, and from some step on, one of the discriminator."""
        losses, audio, target = self.hear(batch)
        judged: dict[str, float] = {}
        if self.args.adversarial_from is not None and self.step >= self.args.adversarial_from:
            rate = JUDGE_RATE * self.args.rate * self.schedule()
            direction, judged = self.adversary.judge(audio, target, rate)
            audio.register_hook(lambda slope: slope + direction * slope.norm())
        return self.descend(losses, WEIGHTS | {"complex": self.args.complex}) | judged

    def validate(self, batches: list[Batch]) -> dict[str, float]:
        """Errors of the averaged weights."""
        return self.mean_errors(batches, self.losses)

    def save_run(self) -> None:
        """Write the checkpoints."""
        with self.averaged():
            state = {name: value.detach().clone() for name, value in self.modules.named_parameters()}
        self.save({"step": self.step, "design": self.args.design, "student": state})


def speak(network: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return the foreseeable and the noisy part of a student's waveform, [B, 256·T] each."""
    if isinstance(network, FilterNetwork):
        parts = network.parts(batch.mel, batch.source)
        with torch.autocast(batch.mel.device.type, enabled=False):
            foreseeable, noise = (network.waveform(part)[:, 0] for part in parts)
    else:
        foreseeable, noise = network.parts(batch.mel, batch.pitch, batch.source)
    return foreseeable, noise


def train(args: argparse.Namespace) -> None:
    """Train until the last step or the time limit."""
    pieces = Pieces(args.audio, args.prepared, drawn=args.drawn)
    held_out = Pieces(args.audio, args.prepared, validation=True, drawn=args.drawn)
    dice = np.random.default_rng(0)
    validation = [held_out.batch(args.batch, dice) for _ in range(-(-HELD_OUT // args.batch))]
    trainer = Trainer(args)
    trainer.loop(
        lambda: trainer.learn(pieces.batch(args.batch, trainer.dice)),
        lambda: trainer.validate(validation),
        trainer.save_run,
        refresh=lambda: f"{pieces.refresh() * FRAME_SECONDS / 3_600:.2f} h",
    )


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--design", choices=DESIGNS, default="mel-rate")
    parser.add_argument("--audio", type=Path, required=True, help="folder of training/generate_voices.py")
    parser.add_argument("--prepared", type=Path, required=True, help="folder for resampled, analysed parts")
    parser.add_argument("--drawn", type=Path, help="folder of acoustic.draw: every second mel is from there")
    parser.add_argument(
        "--adversarial-from", type=int, metavar="STEP", help="a discriminator from this step on"
    )
    parser.add_argument(
        "--complex",
        type=float,
        default=WEIGHTS["complex"],
        metavar="WEIGHT",
        help="of the comparison with the waveform itself",
    )
    parser.add_argument("--batch", type=int, default=8, help="pieces in a batch")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    add_run_options(parser, steps=60_000, rate=1e-3, validate=250)
    add_processor_options(parser)
    args = parser.parse_args()
    prepare_process(args)
    train(args)


if __name__ == "__main__":
    main()
