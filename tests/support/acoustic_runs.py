"""A teacher's speech of every voice, made of pulses, and short runs of training on it. It needs PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
import torch

import generate_voices
import kokoro
from acoustic import data, train

PHONEMES = "hˈɛlO"


def spoken(units: int, *, hz: float, aloud: bool) -> kokoro.Outline:
    """An utterance of PHONEMES with `units` of 25 ms for each of them and for both boundaries."""
    count = len(PHONEMES) + 2
    frames = 2 * units * count
    f0 = np.full(frames, hz, np.float32)
    lasting = np.full(count, units, np.int64)
    outline = (lasting, lasting.astype(np.float32), f0, np.full(frames, 3.0, np.float32))
    if not aloud:
        return kokoro.Outline(*outline)
    periods = np.cumsum(f0, dtype=np.float64) / kokoro.FRAMES_PER_SECOND
    at = np.interp((np.arange(frames * 300) + 0.5) / 300 - 0.5, np.arange(frames), periods)
    audio = 0.05 * sum(np.cos(2 * np.pi * n * at) for n in range(1, 11))
    return kokoro.Speech(*outline, audio.astype(np.float32), (periods % 1).astype(np.float32))


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> Path:
    """All voices, with a validation part and a part of audio, and a part of prosody."""
    root = tmp_path_factory.mktemp("teacher")
    for number, voice in enumerate(data.NAMES):
        for kind, name in (("audio", "validation"), ("audio", "0000"), ("prosody", "0000")):
            records = [
                ("text", PHONEMES, spoken(units, hz=100.0 + 10 * number, aloud=kind == "audio"))
                for units in (3, 4)
            ]
            (root / kind / voice).mkdir(parents=True, exist_ok=True)
            generate_voices.save(records, root / kind / voice / name)
    return root


def arguments(folders: Path, run: Path, part: str) -> argparse.Namespace:
    run.mkdir(exist_ok=True)
    return argparse.Namespace(
        part=part,
        data=[folders / "audio"] + [folders / "prosody"] * (part == "predictor"),
        validation=[folders / "audio"],
        prepared=folders / "prepared",
        run=run,
        steps=4,
        minutes=1e9,
        hibari=None,
        ema=0.998,
        budget=200,
        rate=1e-3,
        dropout=0.1,
        weight_decay=0.0,
        device="cpu",
        bf16=False,
        report=2,
        validate=4,
        seed=1,
    )


@pytest.fixture(scope="module")
def runs(folders: Path) -> dict[str, Path]:
    torch.set_num_threads(1)
    found = {}
    for part in ("predictor", "decoder"):
        args = arguments(folders, folders / part, part)
        train.train(args)
        found[part] = args.run / "ema.pt"
    return found
