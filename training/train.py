"""Train the voice: python training/train.py --part predictor|decoder --data DIR ... --validation DIR --run DIR

The two parts share nothing and are trained apart: `predictor` learns durations, pitch, voicing and energy from the
phonemes, `decoder` (with its encoder) learns the mel spectrogram from phonemes with the teacher's prosody. A run is a
folder with log.txt, last.pt (goes on from there when started again) and ema.pt (the averaged weights, for export).

With --processes 2 each process takes a batch of its own and the gradients are averaged: on two cores that is faster
than one process with two threads.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from dataset import MIN_LEAD, Corpus, frame_batch, phoneme_batch
from losses import contrast, decoder_losses, predictor_losses, speech_mask
from model import ForwardTacotron
from text_to_speech.inference.mel import FRAME_SECONDS
from training_run import TrainingRun, add_run_options

WARM_UP = 200  # steps
CLIP = 1.0
FLOOR = 0.02  # the last learning rate as a share of the highest
WEIGHTS = {
    "predictor": {"duration": 2.0, "total": 1.0, "pitch": 1.0, "voicing": 0.5, "energy": 0.5},
    "decoder": {"draft": 0.5, "final": 1.0, "ssim": 0.5, "steps": 0.5, "texture": 1.0},
}


class Trainer(TrainingRun):
    """One process of a training run; its seconds are the mean over the processes."""

    modules: nn.ModuleList

    def __init__(self, args: argparse.Namespace, rank: int) -> None:
        torch.manual_seed(args.seed)
        voice = ForwardTacotron()
        modules = nn.ModuleList(
            [voice.predictor] if args.part == "predictor" else [voice.encoder, voice.decoder]
        )
        optimizer = torch.optim.AdamW(
            modules.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=args.weight_decay
        )
        super().__init__(args, modules, optimizer, warm_up=WARM_UP, floor=FLOOR, clip=CLIP)
        self.dice = np.random.default_rng(args.seed + 100 + rank)
        torch.manual_seed(args.seed + 10 * self.step + rank)

    # -- a step ------------------------------------------------------------------------------------------

    def losses(
        self, corpus: Corpus, batch: list[int], *, crop: bool
    ) -> tuple[dict[str, Tensor], Tensor, Tensor, Tensor]:
        """The errors on one batch, and for the decoder its output, the target and the mask."""
        utterances = [corpus[i] for i in batch]
        if self.args.part == "predictor":
            phonemes = phoneme_batch(utterances)
            predicted = self.modules[0](phonemes.ids)
            return (
                predictor_losses(predicted, phonemes.targets, phonemes.mask),
                predicted,
                phonemes.targets,
                phonemes.mask,
            )
        if crop:
            utterances = [
                u.shorten_lead(int(self.dice.integers(MIN_LEAD, MIN_LEAD + 32))) for u in utterances
            ]
        frames = frame_batch(utterances)
        encoder, decoder = self.modules
        embeddings = encoder(frames.ids)
        data = embeddings.gather(1, frames.places.unsqueeze(-1).expand(-1, -1, embeddings.shape[-1]))
        prosody = frames.prosody
        if crop:  # the predicted energy will not be exact either
            prosody = prosody + torch.tensor([0.0, 0.0, 0.1, 0.0, 0.0]) * torch.randn(*prosody.shape[:2], 1)
        draft, final = decoder(data, prosody)
        return decoder_losses(draft, final, frames.mel, frames.mask), final, frames.mel, frames.mask

    def learn(self, corpus: Corpus, batch: list[int]) -> dict[str, float]:
        """One step of the optimizer."""
        started = time.monotonic()
        self.modules.train()
        losses, *_ = self.losses(corpus, batch, crop=True)
        return self.descend(
            losses,
            WEIGHTS[self.args.part],
            before_clipping=lambda: self._average_gradients(time.monotonic() - started),
        )

    def _average_gradients(self, seconds: float) -> None:
        """Average the gradients, and with them the time of the step, so that all processes keep one schedule."""
        if not dist.is_initialized():
            self.seconds += seconds
            return
        gradients = [p.grad for p in self.modules.parameters() if p.grad is not None]
        flat = torch.cat([*(g.flatten() for g in gradients), torch.tensor([seconds])])
        dist.all_reduce(flat)
        flat /= dist.get_world_size()
        *parts, mean_seconds = flat.split([*(g.numel() for g in gradients), 1])
        for gradient, values in zip(gradients, parts, strict=True):
            gradient.copy_(values.view_as(gradient))
        self.seconds += float(mean_seconds)

    # -- looking at it -----------------------------------------------------------------------------------

    @torch.no_grad()
    def validate(self, corpus: Corpus) -> dict[str, float]:
        """Errors of the averaged weights on the validation set."""
        self.modules.eval()
        sums: dict[str, list[float]] = defaultdict(list)
        with self.averaged():
            for first in range(0, len(corpus), 2):
                losses, output, target, mask = self.losses(
                    corpus, [first, min(first + 1, len(corpus) - 1)], crop=False
                )
                if self.args.part == "decoder":
                    speech = speech_mask(target, mask)
                    losses["contrast"] = contrast(output, speech) / contrast(target, speech)
                    losses["contrast_40_60"] = contrast(output, speech, 40, 60) / contrast(
                        target, speech, 40, 60
                    )
                for name, value in losses.items():
                    sums[name].append(value.item())
        return {name: float(np.mean(values)) for name, values in sums.items()}

    def save_run(self) -> None:
        """Write the checkpoints."""
        with self.averaged():
            state = {name: value.clone() for name, value in self.modules.state_dict().items()}
        self.save({"part": self.args.part, "step": self.step, "modules": state})


def run(rank: int, args: argparse.Namespace) -> None:
    """Train in process `rank` until the last step or the time limit."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    if args.processes > 1:
        address = f"file://{(args.run / 'rendezvous').resolve()}"
        dist.init_process_group("gloo", init_method=address, rank=rank, world_size=args.processes)
    corpus, validation = Corpus(args.data), Corpus([args.validation])
    trainer = Trainer(args, rank)
    sizes = corpus.phonemes if args.part == "predictor" else corpus.frames
    batches = corpus.batches(sizes, budget=args.budget, seed=args.seed + 1_000 * trainer.step + rank)
    sums: dict[str, list[float]] = defaultdict(list)
    if rank == 0:
        trainer.note(
            f"# {len(corpus)} utterances, {corpus.frames.sum() * FRAME_SECONDS / 3_600:.1f} h; {vars(args)}"
        )
    while trainer.progress < 1:
        for name, value in trainer.learn(corpus, next(batches)).items():
            sums[name].append(value)
        if rank == 0 and trainer.step % args.report == 0:
            means = " ".join(f"{name} {np.mean(values):.4f}" for name, values in sums.items())
            trainer.note(f"step {trainer.step}, {trainer.seconds / 60:.1f} min | {means}")
            sums.clear()
        if rank == 0 and trainer.step % args.validate == 0:
            means = " ".join(f"{name} {value:.4f}" for name, value in trainer.validate(validation).items())
            trainer.note(f"  validation {trainer.step} | {means}")
            trainer.save_run()
    if rank == 0:
        trainer.save_run()
    if args.processes > 1:
        dist.barrier()
        dist.destroy_process_group()


def main() -> None:
    """Parse the command line and start the processes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("predictor", "decoder"), required=True)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders written by generate.py")
    parser.add_argument("--validation", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--budget", type=int, default=2_600, help="padded frames (phonemes) in a batch of one process"
    )
    parser.add_argument("--weight-decay", type=float, default=0.01)
    add_run_options(parser, steps=1_000_000, rate=1.5e-3, validate=500)
    args = parser.parse_args()
    args.run.mkdir(parents=True, exist_ok=True)
    (args.run / "rendezvous").unlink(missing_ok=True)
    if args.processes == 1:
        run(0, args)
    else:
        torch.multiprocessing.spawn(run, args=(args,), nprocs=args.processes)


if __name__ == "__main__":
    main()
