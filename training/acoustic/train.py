"""Train the voices: python -m acoustic.train --part predictor|decoder --data DIR ... --prepared DIR --run DIR

The two parts share nothing and are trained apart: `predictor` learns durations, pitch, voicing and energy from
phonemes, in folders of prosody and of audio; `decoder` (with the encoder) learns the mel spectrogram from phonemes with
the teacher's prosody, in folders of audio. A run is a folder with log.txt, last.pt (goes on from there when started
again) and ema.pt (the averaged weights, for export). Parts that appear in the folders are taken up on the way.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from acoustic.data import LEARNT, MIN_LEAD, NAMES, Batch, Corpus, Utterance, collate
from acoustic.losses import contrast, decoder_losses, predictor_losses, speech_mask
from acoustic.model import Decoder, Encoder, ProsodyPredictor, Voices, draw
from text_to_speech.inference.mel import FRAME_SECONDS
from training_run import TrainingRun, add_processor_options, add_run_options, prepare_process

WARM_UP = 200  # steps
CLIP = 1.0
FLOOR = 0.02  # the last learning rate as a share of the highest
WEIGHTS = {
    "predictor": {"duration": 2.0, "total": 1.0, "pitch": 1.0, "bend": 0.5, "voicing": 0.5, "energy": 0.5},
    "decoder": {"draft": 0.5, "final": 1.0, "ssim": 0.5, "steps": 0.5, "texture": 3.0},
}
SIZES = {"predictor": "phonemes", "decoder": "frames"}
BUDGETS = {"predictor": 2_400, "decoder": 2_600}


class Trainer(TrainingRun):
    """A training run in one process.

    Args:
        args: Those of the command.
        mean_log_f0: Of each voice.
    """

    modules: nn.ModuleDict

    def __init__(self, args: argparse.Namespace, mean_log_f0: list[float]) -> None:
        torch.manual_seed(args.seed)
        parts: dict[str, nn.Module] = {"voices": Voices(mean_log_f0)}
        if args.part == "predictor":
            parts["predictor"] = ProsodyPredictor(dropout=args.dropout)
        else:
            parts |= {"encoder": Encoder(dropout=args.dropout), "decoder": Decoder(dropout=args.dropout / 2)}
        modules = nn.ModuleDict(parts).to(args.device)
        optimizer = torch.optim.AdamW(
            modules.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=args.weight_decay
        )
        super().__init__(args, modules, optimizer, warm_up=WARM_UP, floor=FLOOR, clip=CLIP)
        self.dice = np.random.default_rng([args.seed, self.step])
        torch.manual_seed(args.seed + self.step)

    def learn(self, utterances: list[Utterance]) -> dict[str, float]:
        """One step of the optimizer."""
        self.modules.train()
        if self.args.part == "decoder":
            leads = self.dice.integers(MIN_LEAD, MIN_LEAD + 32, len(utterances))
            utterances = [u.shorten_lead(int(lead)) for u, lead in zip(utterances, leads, strict=True)]
        batch = collate(utterances).to(self.args.device)
        if self.args.part == "decoder":  # the predicted energy will not be exact either
            noise = torch.randn_like(batch.prosody) * torch.tensor([0.0, 0.0, 0.1, 0.0, 0.0]).to(
                batch.prosody
            )
            batch = replace(batch, prosody=batch.prosody + noise)
        return self.descend(self.losses(batch), WEIGHTS[self.args.part])

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """All errors on one batch."""
        voice = self.modules["voices"](batch.voice)
        with torch.autocast(self.args.device, dtype=torch.bfloat16, enabled=self.args.bf16):
            if self.args.part == "predictor":
                raw = self.modules["predictor"](batch.ids, voice, batch.phonemes)
            else:
                draft, final = draw(self.modules, batch, voice)
        if self.args.part == "predictor":
            return predictor_losses(raw, batch.targets, batch.phonemes, voice)
        return decoder_losses(draft, final, batch.mel, batch.frames)

    @torch.no_grad()
    def validate(self, batches: list[Batch]) -> dict[str, float]:
        """Errors of the averaged weights, for the predictor by voice as well."""
        self.modules.eval()
        sums: dict[str, list[float]] = defaultdict(list)
        with self.averaged():
            for batch in batches:
                losses = self.losses(batch)
                name = NAMES[int(batch.voice[0])]
                if self.args.part == "predictor":
                    sums[f"cents_{name}"].append(losses["cents"].item())
                else:
                    _, final = draw(self.modules, batch, self.modules["voices"](batch.voice))
                    speech = speech_mask(batch.mel, batch.frames)
                    for title, bands in (("contrast", (0, 80)), ("contrast_40_60", (40, 60))):
                        ratio = contrast(final, speech, *bands) / contrast(batch.mel, speech, *bands)
                        sums[title].append(ratio.item())
                    sums[f"mel_{name}"].append(losses["final"].item())
                for title, value in losses.items():
                    sums[title].append(value.item())
        return {title: float(np.mean(values)) for title, values in sums.items()}

    def save_run(self) -> None:
        """Write the checkpoints."""
        with self.averaged():
            state = {name: value.detach().clone() for name, value in self.modules.state_dict().items()}
        self.save({"part": self.args.part, "step": self.step, "voices": list(LEARNT), "modules": state})


def held_out(corpus: Corpus, each: int) -> list[Batch]:
    """Return batches of one voice each: of every voice its first `each` utterances, in fours."""
    by_voice: dict[int, list[Utterance]] = defaultdict(list)
    for index in range(len(corpus)):
        utterance = corpus[index]
        by_voice[utterance.voice].append(utterance)
    return [
        collate(utterances[first : first + 4])
        for utterances in by_voice.values()
        for first in range(0, min(each, len(utterances)), 4)
    ]


def train(args: argparse.Namespace) -> None:
    """Train until the last step or the time limit."""
    validation = Corpus(args.validation, args.prepared, validation=True)
    corpus = Corpus(args.data, args.prepared, hibari=args.hibari)
    trainer = Trainer(args, validation.mean_log_f0())
    batches = corpus.batches(SIZES[args.part], budget=args.budget or BUDGETS[args.part], dice=trainer.dice)
    shown = [batch.to(args.device) for batch in held_out(validation, 24 if args.part == "predictor" else 8)]

    def refresh() -> str:
        corpus.refresh()
        return f"{corpus.frames.sum() * FRAME_SECONDS / 3_600:.2f} h"

    trainer.note(f"# {len(corpus)} utterances, {refresh()}; {vars(args)}")
    trainer.loop(
        lambda: trainer.learn([corpus[index] for index in next(batches)]),
        lambda: trainer.validate(shown),
        trainer.save_run,
        refresh=refresh,
    )


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=tuple(WEIGHTS), required=True)
    parser.add_argument(
        "--data", type=Path, nargs="+", required=True, help="folders of training/generate_voices.py"
    )
    parser.add_argument(
        "--validation", type=Path, nargs="+", required=True, help="folders that have validation parts"
    )
    parser.add_argument("--prepared", type=Path, required=True, help="folder for analysed parts")
    parser.add_argument("--hibari", type=Path, help="a folder of training/generate.py, for the decoder")
    parser.add_argument("--budget", type=int, help="padded phonemes (frames) in a batch")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=0.02)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    add_run_options(parser, steps=40_000, rate=1e-3, validate=500)
    add_processor_options(parser)
    args = parser.parse_args()
    prepare_process(args)
    train(args)


if __name__ == "__main__":
    main()
