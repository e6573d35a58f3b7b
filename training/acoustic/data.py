"""What generate_voices.py wrote, in this repository's units and as batches.

Parts of speech are resampled and analysed when they are found, parts of prosody only counted in mel frames; both are
kept in a folder of prepared parts, so that this is done once:

    ids.npy         uint8 [phonemes]       durations.npy  uint16 [phonemes], mel frames
    targets.npy     float32 [phonemes, 6]: exact frames, log-F0 at three points, voicing, energy
    utterances.npy  int64 [utterances + 1, 2]: first phoneme and first frame of each utterance
    mel.npy         float16 [frames, 80], of parts with audio only

generate.py writes the same files, so that its speech needs no preparation. It is that of hibari, a student of Kokoro's
heart that speaks a hundred times as fast: a voice of its own here, which is learnt with the others so that all of them
have heard more sequences of phonemes, and which is not exported.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import kokoro
from acoustic.model import SYMBOLS
from arrays import mask, pad, write_prepared
from generate_voices import VALIDATION, parts
from kokoro import VOICES
from teacher import KOKORO_PITCH_HZ, TeacherProsody, TeacherSpeech, kokoro_prosody, kokoro_speech
from text_to_speech.inference.length_regulator import frame_prosody
from text_to_speech.text.symbols import BOUNDARY

MIN_LEAD = 4  # frames of silence that an utterance keeps at least at its beginning
NAMES = tuple(VOICES)  # the number of a voice is its place here
HIBARI = len(NAMES)  # and this that of the other teacher's
LEARNT = (*NAMES, "hibari")
_IDS = {symbol: index for index, symbol in enumerate(SYMBOLS)}


@dataclass(frozen=True)
class Utterance:
    """One utterance of N phonemes and T frames.

    Attributes:
        voice: Number of the voice.
        ids: int64 [N].
        durations: int64 [N], mel frames, whose sum is T.
        targets: float32 [N, 6]: exact frames, log-F0 at three points, voicing, energy.
        mel: float32 [T, 80]; None where the teacher did not speak.
    """

    voice: int
    ids: NDArray[np.int64]
    durations: NDArray[np.int64]
    targets: NDArray[np.float32]
    mel: NDArray[np.float32] | None

    def prosody(self) -> NDArray[np.float32]:
        """Float32 [T, 5], as the length regulator makes it when the voice speaks."""
        return frame_prosody(self.targets[:, 1:4], self.targets[:, 4], self.targets[:, 5], self.durations)

    def shorten_lead(self, frames: int) -> Utterance:
        """Cut the silence at the beginning to `frames`, so that the decoder learns any length of it."""
        cut = max(int(self.durations[0]) - frames, 0)
        durations = self.durations.copy()
        durations[0] -= cut
        mel = None if self.mel is None else self.mel[cut:]
        return Utterance(self.voice, self.ids, durations, self.targets, mel)


def to_ids(phonemes: str) -> NDArray[np.int64]:
    """Return the ids of a phoneme string with a boundary at either end."""
    return np.array([_IDS[symbol] for symbol in (BOUNDARY, *phonemes, BOUNDARY)], np.int64)


class Corpus:
    """The prepared parts of all voices, which may grow.

    Args:
        folders: Folders of generate_voices.py, of audio or of prosody.
        prepared: Where prepared parts are kept.
        validation: Whether to take the validation parts, and nothing else.
        hibari: A folder of generate.py, whose speech is taken too.
    """

    def __init__(
        self, folders: list[Path], prepared: Path, *, validation: bool = False, hibari: Path | None = None
    ) -> None:
        self._folders, self._prepared, self._validation = folders, prepared, validation
        self._parts: dict[str, tuple[int, dict[str, NDArray]]] = {}
        self._index: list[tuple[str, int]] = []
        self.phonemes = np.zeros(0, np.int64)
        self.frames = np.zeros(0, np.int64)
        if hibari:
            self._add(LEARNT[HIBARI], HIBARI, hibari)
        self.refresh()

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, index: int) -> Utterance:
        name, row = self._index[index]
        voice, arrays = self._parts[name]
        (first, start), (stop, end) = arrays["utterances"][row], arrays["utterances"][row + 1]
        return Utterance(
            voice=voice,
            ids=arrays["ids"][first:stop].astype(np.int64),
            durations=arrays["durations"][first:stop].astype(np.int64),
            targets=np.asarray(arrays["targets"][first:stop]),
            mel=arrays["mel"][start:end].astype(np.float32) if "mel" in arrays else None,
        )

    def by_part(self) -> Iterator[tuple[str, list[Utterance]]]:
        """Yield the name of each part and its utterances."""
        for name, group in itertools.groupby(range(len(self)), key=lambda index: self._index[index][0]):
            yield name, [self[index] for index in group]

    def refresh(self) -> None:
        """Prepare and read parts that appeared since."""
        for folder in self._folders:
            for number, voice in enumerate(NAMES):
                chosen = [folder / voice / VALIDATION] if self._validation else parts(folder / voice)
                for part in chosen:
                    name = f"{folder.name}-{voice}-{part.name}"
                    if name not in self._parts and part.exists():
                        self._add(name, number, prepare(part, self._prepared / name, voice))

    def mean_log_f0(self) -> list[float]:
        """Return the mean log-F0 of each voice over its clearly voiced phonemes; hibari's is that of heart."""
        means = []
        for number in range(len(NAMES)):
            targets = np.concatenate([a["targets"] for v, a in self._parts.values() if v == number])
            means.append(float(targets[targets[:, 4] > 0.5, 2].mean()))
        return [*means, means[NAMES.index("heart")]]

    def batches(self, sizes: str, *, budget: int, dice: np.random.Generator) -> Iterator[list[int]]:
        """Yield batches of utterances of like size for ever, each at most `budget` padded units large.

        Args:
            sizes: What counts, `phonemes` or `frames`.
            budget: Of them in a batch.
            dice: Chooses. Parts that appear join with the next round.
        """
        while True:
            size = getattr(self, sizes)
            order = dice.permutation(len(self))
            found = []
            for pool in np.array_split(order, max(len(order) // 400, 1)):
                batch: list[int] = []
                for index in pool[np.argsort(size[pool], kind="stable")]:
                    if batch and (len(batch) + 1) * size[index] > budget:
                        found.append(batch)
                        batch = []
                    batch.append(int(index))
                found.append(batch)
            for number in dice.permutation(len(found)):
                yield found[number]

    def _add(self, name: str, voice: int, folder: Path) -> None:
        arrays = {path.stem: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")}
        self._parts[name] = voice, arrays
        sizes = np.diff(arrays["utterances"], axis=0)
        self._index += [(name, row) for row in range(len(sizes))]
        self.phonemes = np.concatenate([self.phonemes, sizes[:, 0]])
        self.frames = np.concatenate([self.frames, sizes[:, 1]])


def prepare(part: Path, folder: Path, voice: str) -> Path:
    """Put a part of the teacher's into our units, unless that was done before; return the folder of the result."""
    if folder.exists():
        return folder
    columns: dict[str, list[NDArray]] = {"ids": [], "durations": [], "targets": [], "mel": []}
    sizes = [(0, 0)]
    for phonemes, said in read_part(part, KOKORO_PITCH_HZ[VOICES[voice].sex]):
        columns["ids"].append(to_ids(phonemes).astype(np.uint8))
        columns["durations"].append(said.durations.astype(np.uint16))
        columns["targets"].append(
            np.column_stack([said.exact_durations, said.pitch, said.voicing, said.energy])
        )
        if isinstance(said, TeacherSpeech):
            columns["mel"].append(said.mel.T.astype(np.float16))
        sizes.append((sizes[-1][0] + len(said.durations), sizes[-1][1] + int(said.durations.sum())))
    columns["utterances"] = [np.array(sizes, np.int64)]
    write_prepared(folder, {name: values for name, values in columns.items() if values})
    return folder


def read_part(part: Path, pitch_hz: float) -> Iterator[tuple[str, TeacherProsody]]:
    """Yield the phonemes and the speech or prosody of each utterance of a part of generate_voices.py."""
    arrays = {path.stem: np.load(path) for path in part.glob("*.npy")}
    lines = (part / "texts.txt").read_text(encoding="utf-8").splitlines()
    bounds = arrays["utterances"]
    for line, (n, f), (n_end, f_end) in zip(lines, bounds[:-1], bounds[1:], strict=True):
        outline = kokoro.Outline(
            units=arrays["durations"][n:n_end].astype(np.int64),
            exact_units=arrays["exact"][n:n_end],
            f0=arrays["f0"][f:f_end],
            energy=arrays["energy"][f:f_end],
        )
        if "audio" in arrays:
            audio = arrays["audio"][f * kokoro.HOP : f_end * kokoro.HOP].astype(np.float32) / 32_767
            speech = kokoro.Speech(**vars(outline), audio=audio, phase=arrays["phase"][f:f_end])
            yield line.split("\t")[1], kokoro_speech(speech, pitch_hz=pitch_hz)
        else:
            yield line.split("\t")[1], kokoro_prosody(outline, pitch_hz=pitch_hz)


@dataclass(frozen=True)
class Batch:
    """Utterances of like size, padded: B utterances of at most N phonemes and T frames.

    Attributes:
        voice: int64 [B].
        ids: int64 [B, N].
        phonemes: float [B, N], 1 where there is a phoneme.
        targets: [B, N, 6].
        places: int64 [B, T], index of the phoneme of each frame.
        frames: float [B, T], 1 where there is a frame.
        prosody: [B, T, 5].
        mel: [B, T, 80]; empty where the teacher did not speak.
    """

    voice: Tensor
    ids: Tensor
    phonemes: Tensor
    targets: Tensor
    places: Tensor
    frames: Tensor
    prosody: Tensor
    mel: Tensor

    def to(self, device: str) -> Batch:
        """Move all of it to a device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


def collate(utterances: list[Utterance]) -> Batch:
    """Stack utterances."""
    places = [np.repeat(np.arange(len(u.ids)), u.durations) for u in utterances]
    mels = [u.mel for u in utterances if u.mel is not None]
    return Batch(
        voice=torch.tensor([u.voice for u in utterances]),
        ids=pad([u.ids for u in utterances], torch.long),
        phonemes=mask([u.ids for u in utterances]),
        targets=pad([u.targets for u in utterances]),
        places=pad(places, torch.long),
        frames=mask(places),
        prosody=pad([u.prosody() for u in utterances]),
        mel=pad(mels) if mels else torch.empty(0),
    )
