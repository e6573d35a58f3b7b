"""The teacher's audio as batches of short pieces; parts that are still being written are found as they appear."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from text_to_speech.inference.mel import HOP_LENGTH, SILENCE
from text_to_speech.inference.source_filter import REFERENCE_HZ, Excitation

FRAMES = 64  # of a piece that are compared
CONTEXT = 12  # frames to either side that go in and are not compared
PERIODIC = 0.6  # correlation above which a frame is voiced
QUIET = -8.0  # a frame whose bands are all below this is silent, whatever its periodicity


@dataclass(frozen=True)
class Batch:
    """Pieces of 64 + 2·12 frames.

    Attributes:
        mel: [B, 80, T].
        source: [B, 2, 256·T], pulses at the measured pitch, and noise.
        audio: [B, 256·T], the teacher's.
        pitch: [B, T], octaves above 180 Hz, interpolated through unvoiced frames.
        voiced: [B, T], 0 or 1.
    """

    mel: Tensor
    source: Tensor
    audio: Tensor
    pitch: Tensor
    voiced: Tensor


class Pieces:
    """All parts of a folder written by generate.py.

    Args:
        folder: Their folder.
        names: Only these parts; all when None, and then `refresh` looks for new ones.
        without: Parts to leave out.
    """

    def __init__(
        self, folder: Path, *, names: list[str] | None = None, without: tuple[str, ...] = ()
    ) -> None:
        self._folder, self._names, self._without = folder, names, without
        self._parts: dict[str, dict[str, NDArray]] = {}
        self.refresh()

    def refresh(self) -> int:
        """Read parts that appeared since, and return how many frames there are."""
        for path in sorted(self._folder.iterdir()):
            wanted = self._names is None or path.name in self._names
            if wanted and path.suffix != ".tmp" and path.name not in {*self._parts, *self._without}:
                self._parts[path.name] = read_part(path)
        self._list = list(self._parts.values())
        self._sizes = np.array([len(part["mel"]) for part in self._list])
        return int(self._sizes.sum())

    def batch(self, size: int, dice: np.random.Generator) -> Batch:
        """Draw pieces at random; one may reach over the border of two utterances, both silent there."""
        shares = self._sizes / self._sizes.sum()
        pieces = []
        for number in dice.choice(len(self._list), size, p=shares):
            start = int(dice.integers(0, self._sizes[number] - FRAMES - 2 * CONTEXT))
            pieces.append(cut(self._list[number], start, FRAMES + 2 * CONTEXT, dice))
        columns = [torch.from_numpy(np.stack(column)) for column in zip(*pieces, strict=True)]
        return Batch(*columns)


def read_part(folder: Path) -> dict[str, NDArray]:
    """Read a part: mel and audio stay in the file, pitch is made ready."""
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("mel", "audio", "f0")}
    loud = arrays["mel"].max(axis=1) > QUIET
    voiced = clean((arrays["f0"][:, 1] > PERIODIC) & loud)
    frames = np.flatnonzero(voiced)
    pitch = np.interp(np.arange(len(voiced)), frames, np.log2(arrays["f0"][frames, 0] / REFERENCE_HZ))
    return arrays | {"pitch": pitch.astype(np.float32), "voiced": voiced.astype(np.float32)}


def clean(voiced: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Take out voiced stretches of one or two frames: correlations by chance."""
    edges = np.diff(np.concatenate([[0], voiced.astype(np.int8), [0]]))
    out = voiced.copy()
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if end - start < 3:
            out[start:end] = False
    return out


def cut(
    part: dict[str, NDArray], start: int, frames: int, dice: np.random.Generator
) -> tuple[NDArray[np.float32], ...]:
    """Cut a piece out of a part and make its excitation, at any phase and with noise of its own."""
    span = slice(start, start + frames)
    pitch, voiced = part["pitch"][span], part["voiced"][span]
    excitation = Excitation(seed=int(dice.integers(1 << 62)), phase=float(dice.random()))
    source = excitation.extend(np.pad(pitch, 1, mode="edge"), np.pad(voiced, 1, mode="edge"))
    audio = part["audio"][start * HOP_LENGTH : (start + frames) * HOP_LENGTH].astype(np.float32) / 32767
    mel = np.maximum(part["mel"][span].T.astype(np.float32), SILENCE)
    return mel, source, audio, pitch, voiced
