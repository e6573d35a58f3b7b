"""The generated data set, mapped into memory, and its batches."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from text_to_speech.inference.length_regulator import frame_prosody

MIN_LEAD = 4  # frames of silence that an utterance keeps at least at its beginning


@dataclass(frozen=True)
class Utterance:
    """One utterance; the arrays are those of `teacher.TeacherSpeech`, the mel spectrogram is float32 [T, 80]."""

    ids: NDArray[np.int64]
    durations: NDArray[np.int64]
    exact_durations: NDArray[np.float32]
    pitch: NDArray[np.float32]
    voicing: NDArray[np.float32]
    energy: NDArray[np.float32]
    mel: NDArray[np.float32]

    def prosody(self) -> NDArray[np.float32]:
        """Float32 [T, 5], as the length regulator makes it when the voice speaks."""
        return frame_prosody(self.pitch, self.voicing, self.energy, self.durations)

    def shorten_lead(self, frames: int) -> Utterance:
        """Cut the silence at the beginning to `frames`, so that the decoder learns any length of it."""
        cut = max(int(self.durations[0]) - frames, 0)
        durations = self.durations.copy()
        durations[0] -= cut
        return Utterance(**{**self.__dict__, "durations": durations, "mel": self.mel[cut:]})


class Corpus:
    """All utterances of one or more folders written by generate.py."""

    def __init__(self, folders: list[Path]) -> None:
        self._parts = []
        self._index: list[tuple[int, int]] = []
        lengths, phonemes = [], []
        for number, folder in enumerate(folders):
            arrays = {
                name: np.load(folder / f"{name}.npy", mmap_mode="r")
                for name in ("mel", "ids", "durations", "targets", "utterances")
            }
            self._parts.append(arrays)
            sizes = np.diff(arrays["utterances"], axis=0)
            self._index += [(number, i) for i in range(len(sizes))]
            phonemes.append(sizes[:, 0])
            lengths.append(sizes[:, 1])
        self.phonemes = np.concatenate(phonemes)  # per utterance
        self.frames = np.concatenate(lengths)

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, index: int) -> Utterance:
        part, row = self._index[index]
        arrays = self._parts[part]
        (first, start), (last, end) = arrays["utterances"][row], arrays["utterances"][row + 1]
        targets = np.asarray(arrays["targets"][first:last])
        return Utterance(
            ids=arrays["ids"][first:last].astype(np.int64),
            durations=arrays["durations"][first:last].astype(np.int64),
            exact_durations=targets[:, 0],
            pitch=targets[:, 1:4],
            voicing=targets[:, 4],
            energy=targets[:, 5],
            mel=arrays["mel"][start:end].astype(np.float32),
        )

    def batches(self, sizes: NDArray[np.int64], *, budget: int, seed: int) -> Iterator[list[int]]:
        """Yield batches of utterances of like size for ever, each at most `budget` padded units large."""
        dice = np.random.default_rng(seed)
        while True:
            order = dice.permutation(len(self))
            batches = []
            for pool in np.array_split(order, max(len(order) // 500, 1)):
                batch: list[int] = []
                for index in pool[np.argsort(sizes[pool], kind="stable")]:
                    if batch and (len(batch) + 1) * sizes[index] > budget:
                        batches.append(batch)
                        batch = []
                    batch.append(int(index))
                batches.append(batch)
            for number in dice.permutation(len(batches)):
                yield batches[number]


def pad(arrays: list[NDArray], dtype: torch.dtype = torch.float32) -> Tensor:
    """Stack arrays of different lengths, padded with zeros at the end."""
    longest = max(map(len, arrays))
    out = torch.zeros(len(arrays), longest, *arrays[0].shape[1:], dtype=dtype)
    for row, array in zip(out, arrays, strict=True):
        row[: len(array)] = torch.from_numpy(np.array(array))
    return out


def mask(arrays: list[NDArray]) -> Tensor:
    """Return float [B, longest]: 1 where an array has a value, 0 where it was padded."""
    return pad([np.ones(len(array), np.float32) for array in arrays])


def write_prepared(folder: Path, columns: Mapping[str, Sequence[NDArray]]) -> None:
    """Write arrays, each the pieces of a column joined, into a folder that appears when it is whole.

    If another process has been faster, its folder stays.
    """
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    temporary.mkdir(parents=True, exist_ok=True)
    for name, pieces in columns.items():
        np.save(temporary / f"{name}.npy", np.concatenate(pieces))
    try:
        temporary.rename(folder)
    except OSError:
        shutil.rmtree(temporary)


@dataclass(frozen=True)
class FrameBatch:
    """What the decoder learns from: ids [B, N], index of the phoneme of each frame [B, T], prosody, mel, mask."""

    ids: Tensor
    places: Tensor
    prosody: Tensor
    mel: Tensor
    mask: Tensor


def frame_batch(utterances: list[Utterance]) -> FrameBatch:
    """Collate utterances for the decoder."""
    places = [np.repeat(np.arange(len(u.ids)), u.durations) for u in utterances]
    return FrameBatch(
        ids=pad([u.ids for u in utterances], torch.long),
        places=pad(places, torch.long),
        prosody=pad([u.prosody() for u in utterances]),
        mel=pad([u.mel for u in utterances]),
        mask=mask(places),
    )


@dataclass(frozen=True)
class PhonemeBatch:
    """What the prosody predictor learns from: ids [B, N], targets [B, N, 6] in their own units, mask."""

    ids: Tensor
    targets: Tensor
    mask: Tensor


def phoneme_batch(utterances: list[Utterance]) -> PhonemeBatch:
    """Collate utterances for the prosody predictor."""
    targets = [np.column_stack([u.exact_durations, u.pitch, u.voicing, u.energy]) for u in utterances]
    return PhonemeBatch(
        ids=pad([u.ids for u in utterances], torch.long),
        targets=pad(targets),
        mask=mask([u.ids for u in utterances]),
    )
