"""Draw what the teacher said: python -m acoustic.draw --checkpoint ema.pt --audio DIR --prepared DIR --out DIR

The decoder is given the teacher's durations, pitch and energy, so that its mel spectrograms are of the teacher's
waveforms: a vocoder that learns from both hears what it will be given when the voice speaks. Of each part of
generate_voices.py a file VOICE-NNNN.npy is written, float16 [frames, 80]; parts that are there stay as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from acoustic import model
from acoustic.data import Corpus, Utterance, collate
from acoustic.export import load

TOGETHER = 4  # utterances in a batch


def draw(modules: nn.ModuleDict, utterances: list[Utterance]) -> list[NDArray[np.float16]]:
    """Return the mel spectrogram of each utterance, float16 [T, 80], drawn with the teacher's prosody."""
    batch = collate(utterances)
    with torch.no_grad():
        mel = model.draw(modules, batch, modules["voices"](batch.voice))[1].numpy()
    lengths = [int(u.durations.sum()) for u in utterances]
    return [row[:length].astype(np.float16) for row, length in zip(mel, lengths, strict=True)]


def main() -> None:
    """Draw all parts that are not drawn yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True, help="ema.pt of a decoder run")
    parser.add_argument("--audio", type=Path, required=True, help="folder of training/generate_voices.py")
    parser.add_argument("--prepared", type=Path, required=True, help="folder for analysed parts")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    args.out.mkdir(parents=True, exist_ok=True)
    modules, _ = load(args.checkpoint, "decoder")
    for validation in (True, False):
        corpus = Corpus([args.audio], args.prepared, validation=validation)
        for name, utterances in tqdm(corpus.by_part(), unit="part"):
            path = args.out / f"{name.removeprefix(f'{args.audio.name}-')}.npy"
            if not path.exists():
                groups = [utterances[i : i + TOGETHER] for i in range(0, len(utterances), TOGETHER)]
                mels = [mel for group in groups for mel in draw(modules, group)]
                temporary = path.with_suffix(".tmp.npy")
                np.save(temporary, np.concatenate(mels))
                temporary.replace(path)


if __name__ == "__main__":
    main()
