"""Make a voice of one's own recordings: python -m acoustic.adapt --recordings FILE --name NAME …

A voice is a vector of 63 numbers, so that a new one needs no new network: all weights stay as they are, and the vector
of the new voice is what is learnt, from that of a voice that is near. A few minutes of recordings are enough for it,
and a minute or two of computing. What a vector cannot say (a room, an accent, a habit) the voice will not have.

Recordings are laid out as LJSpeech is: lines `ID|text` in FILE, and wavs/ID.wav beside it. In the folder --out are
written voices.npy with a row for the new voice, and voices.yml with its entry: put them into models/forward-tacotron.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from acoustic.data import NAMES, Batch, Utterance, collate
from acoustic.export import decoder_voice, load, vectors
from acoustic.losses import decoder_losses, predictor_losses
from acoustic.model import LOG_F0_CENTRE, VOICE_SIZE, draw, in_units
from acoustic.recordings import Mel, Recording, read_recordings, utterance
from acoustic.train import WEIGHTS
from british import BritishPhonemizer
from text_to_speech.errors import InputError, SpeechError
from text_to_speech.inference.length_regulator import round_durations
from text_to_speech.store.voices_yml import read_voices
from text_to_speech.text import Phonemizer

TOGETHER = 4  # utterances in a step
RATE = 0.02  # highest learning rate; it falls to nothing in a straight line
ROUNDS = 2  # of alignment: the second time the new voice draws, which is nearer
LEVELS = 0.5, 99.5  # percentiles of F0 that a voice's range is made of


class Networks:
    """The trained networks, which stay as they are.

    Args:
        predictor: ema.pt of a predictor run.
        decoder: ema.pt of a decoder run.
        bf16: Whether to learn in bfloat16.
    """

    def __init__(self, predictor: Path, decoder: Path, *, bf16: bool = False) -> None:
        self._bf16 = bf16
        self.predictor, self.decoder = load(predictor, "predictor")[0], load(decoder, "decoder")[0]
        for modules in (self.predictor, self.decoder):
            modules.requires_grad_(False)
        self.table = vectors(self.predictor, self.decoder)

    def draw(self, vector: Tensor, ids: NDArray[np.int64]) -> tuple[Mel, NDArray[np.int64]]:
        """Return the mel spectrogram [80, T] that a voice draws of phonemes [N], and the frames of each."""
        voice = vector.unsqueeze(0)
        with torch.no_grad():
            own = voice[:, :VOICE_SIZE]
            given = torch.from_numpy(ids).unsqueeze(0)
            values = [v[0].numpy() for v in in_units(self.predictor["predictor"](given, own), own)]
            durations = round_durations(values[0][:, 0])
            targets = np.column_stack([durations, values[1], values[2], values[3]])
            batch = collate([Utterance(0, ids, durations, targets.astype(np.float32), None)])
            return self.drawn(batch, voice)[1][0].numpy().T, durations

    def drawn(self, batch: Batch, voice: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mel spectrograms [B, T, 80] of a batch before and after the last blocks; `voice` is [B, 63]."""
        return draw(self.decoder, batch, decoder_voice(voice))

    def losses(self, batch: Batch, voice: Tensor) -> dict[str, dict[str, Tensor]]:
        """Return the errors of both networks for a batch in a voice [B, 63]."""
        own = voice[:, :VOICE_SIZE]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bf16):
            raw = self.predictor["predictor"](batch.ids, own, batch.phonemes)
            draft, final = self.drawn(batch, voice)
        return {
            "predictor": predictor_losses(raw, batch.targets, batch.phonemes, own),
            "decoder": decoder_losses(draft, final, batch.mel, batch.frames),
        }


def adapt(
    networks: Networks, utterances: Sequence[Utterance], start: Tensor, *, steps: int, seed: int
) -> Iterator[tuple[Tensor, dict[str, float]]]:
    """Learn the vector of a voice, and yield it after each step with the errors of that step.

    Args:
        networks: The trained networks.
        utterances: What the voice says.
        start: [63], the vector to begin with. Its first number, the pitch, is measured and not learnt.
        steps: How often to step.
        seed: Of the order of the utterances.
    """
    dice = np.random.default_rng(seed)
    pitch = torch.tensor([float(voiced_log_f0(utterances).mean()) - LOG_F0_CENTRE])
    learnt = nn.Parameter(start[1:].clone())
    optimizer = torch.optim.Adam([learnt], lr=RATE)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / steps)
        chosen = dice.choice(len(utterances), min(TOGETHER, len(utterances)), replace=False)
        batch = collate([utterances[index] for index in chosen])
        voice = torch.cat([pitch, learnt]).expand(len(chosen), -1)
        errors = networks.losses(batch, voice)
        loss = sum(
            errors[part][name] * weight for part, all_ in WEIGHTS.items() for name, weight in all_.items()
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        shown = {"mel": errors["decoder"]["final"], "cents": errors["predictor"]["cents"]}
        yield torch.cat([pitch, learnt.detach()]), {name: value.item() for name, value in shown.items()}


def voiced_log_f0(utterances: Sequence[Utterance]) -> NDArray[np.float32]:
    """Return the natural logarithm of F0 in Hz in the middle of each clearly voiced phoneme, float32 [N]."""
    return np.concatenate([u.targets[u.targets[:, 4] > 0.5, 2] for u in utterances])


def entry(name: str, like: Path, utterances: Sequence[Utterance], args: argparse.Namespace) -> str:
    """Return the entry of a voice in voices.yml, which has what was measured and what the nearest voice has."""
    near = read_voices(like)[args.start]
    f0 = np.exp(voiced_log_f0(utterances))
    low, high = np.percentile(f0, LEVELS)
    values = {
        "language": args.language or near.language,
        "sex": args.sex or near.sex,
        "character": args.character,
        "speaker": len(NAMES),
        "duration_model": near.duration_model,
        "regression_model": near.regression_model,
        "vocoder": "hifi-gan-universal",
        "sample_rate": near.sample_rate,
        "median_f0": f"{np.median(f0):.1f}",
        "f0_range": f"[{low:.1f}, {high:.1f}]",
        "silent_level": near.silent_level,
        "audible_level": near.audible_level,
        "lead_frames": near.lead_frames,
        "tail_frames": near.tail_frames,
    }
    return f"\n{name}:\n" + "".join(f"  {key}: {value}\n" for key, value in values.items())


def run(args: argparse.Namespace) -> None:
    """Align, learn, align again, learn again, and write.

    Raises:
        InputError: Recordings cannot be used, or there is no such voice to start from.
    """
    if args.start not in NAMES:
        raise InputError(f"--start {args.start}: expected one of {', '.join(NAMES)}")
    known = args.models / "voices.yml"
    if args.name in read_voices(known):
        raise InputError(f"--name {args.name}: there is such a voice already; expected another name")
    networks = Networks(args.predictor, args.decoder, bf16=args.bf16)
    vector = networks.table[NAMES.index(args.start)]
    language = args.language or read_voices(known)[args.start].language
    phonemizer = BritishPhonemizer() if language == "en-GB" else Phonemizer()
    recordings: list[Recording] = list(read_recordings(args.recordings))
    if not recordings:
        raise InputError(f"{args.recordings} names no recording; expected lines ID|text")
    for number in range(ROUNDS):
        utterances = [
            utterance(one, phonemizer(one.text), voice=0, draw=partial(networks.draw, vector))
            for one in recordings
        ]
        for step, (found, errors) in enumerate(  # noqa: B007
            adapt(networks, utterances, vector, steps=args.steps, seed=args.seed), start=1
        ):
            if step % 25 == 0:
                shown = ", ".join(f"{name} {value:.3f}" for name, value in errors.items())
                print(f"round {number + 1}, step {step}: {shown}", flush=True)
        vector = found
    args.out.mkdir(parents=True, exist_ok=True)
    np.save(args.out / "voices.npy", torch.cat([networks.table, vector.unsqueeze(0)]).numpy())
    text = known.read_text(encoding="utf-8") + entry(args.name, known, utterances, args)
    (args.out / "voices.yml").write_text(text, encoding="utf-8")
    read_voices(args.out / "voices.yml")


def build_parser() -> argparse.ArgumentParser:
    """Return the command line of this script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--recordings", type=Path, required=True, help="lines ID|text; the sound is wavs/ID.wav beside it")
    add("--predictor", type=Path, required=True, help="ema.pt of a predictor run")
    add("--decoder", type=Path, required=True, help="ema.pt of a decoder run")
    add("--models", type=Path, required=True, help="folder of the acoustic model, with its voices.yml")
    add("--name", required=True, help="of the new voice")
    add("--out", type=Path, required=True, help="folder for voices.npy and voices.yml")
    add("--start", default="heart", help="the nearest voice (default: %(default)s)")
    add("--language", choices=("en-US", "en-GB"), help="default: that of the nearest voice")
    add("--sex", choices=("female", "male"), help="likewise")
    add("--character", default="a voice of one's own", help="a few words")
    add("--bf16", action=argparse.BooleanOptionalAction, default=True, help="learn in bfloat16")
    add("--steps", type=int, default=60, help="in each of the two rounds (default: %(default)s)")
    add("--seed", type=int, default=1)
    return parser


def main() -> int:
    """Parse the command line and make the voice."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    try:
        run(build_parser().parse_args())
    except SpeechError as error:
        print(f"adapt: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
