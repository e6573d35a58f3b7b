"""Let HiFi-GAN speak mel spectrograms for the student: python -m vocoder.generate --data data/lj --out audio

Of each ten utterances four are mels of the voice's own teacher (folders written by training/generate.py), five are
predicted by the ForwardTacotron of this repository from the same phonemes, half of these with the pitch moved by up
to four semitones, and one is the teacher's speech resampled to another size of speaker. The result is a folder of
parts of ten minutes, which training picks up as they appear:

    mel.npy    float16 [frames, 80]      audio.npy       int16 [256 · frames]
    f0.npy     float32 [frames, 2]: pitch in Hz measured in the audio, and how periodic it is there (-1..1)
    utterances.npy  int64 [utterances + 1], first frame of each utterance
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dataset import Corpus
from teacher import PITCH_HZ, TEACHER_RATE, Hibari
from text_to_speech import Vocoder
from text_to_speech.inference.acoustic import AcousticModel, silent_ends
from text_to_speech.inference.length_regulator import frame_prosody, round_durations
from text_to_speech.inference.mel import FRAME_SECONDS, HOP_LENGTH, SAMPLE_RATE, mel_spectrogram
from text_to_speech.inference.runtime import core
from text_to_speech.store.voices_yml import find_voice
from text_to_speech.text import to_ids
from vocoder.pitch import measure_pitch

SILENCE_KEPT = 16  # frames at either end
SEMITONES = 4.0  # the most that predicted pitch is moved
SIZES = (0.6, 1.3)  # of the resampled speakers: times the pitch and the formants
Mel = tuple[NDArray[np.float32], NDArray[np.float32]]  # mel [80, T] and a rough pitch contour [T], Hz


@dataclass(frozen=True)
class Makers:
    """The three ways to a mel spectrogram; each takes the number of an utterance."""

    corpus: Corpus
    phonemes: list[str]
    acoustic: AcousticModel
    teacher: Hibari
    dice: np.random.Generator

    def own(self, index: int) -> Mel:
        """Return the mel of the teacher's speech."""
        utterance = self.corpus[index]
        return np.ascontiguousarray(utterance.mel.T), np.exp(utterance.prosody()[:, 0])

    def predicted(self, index: int) -> Mel:
        """Predict the mel with ForwardTacotron, half of the times at another pitch."""
        prosody = self.acoustic.predict(to_ids(self.phonemes[index]))
        octaves = self.dice.uniform(-SEMITONES, SEMITONES) / 12 if self.dice.random() < 0.5 else 0.0
        moved = replace(prosody, log_f0=prosody.log_f0 + np.float32(octaves * np.log(2.0)))
        durations = round_durations(moved.durations)
        contour = frame_prosody(moved.log_f0, moved.voicing, moved.energy, durations)[:, 0]
        return self.acoustic.render(moved).mel, np.exp(contour)

    def resized(self, index: int) -> Mel:
        """Let the teacher speak as a larger or a smaller speaker would."""
        import soxr

        size = self.dice.uniform(*SIZES)
        outputs = self.teacher.run(self.phonemes[index])
        waveform = soxr.resample(self.teacher.render(outputs), TEACHER_RATE * size, SAMPLE_RATE)
        mel = mel_spectrogram(waveform[: waveform.size // HOP_LENGTH * HOP_LENGTH].astype(np.float32))[0]
        voiced = np.flatnonzero(outputs["f0"] > PITCH_HZ)
        contour = np.interp(
            np.linspace(0, outputs["f0"].size - 1, mel.shape[1]), voiced, outputs["f0"][voiced]
        )
        return mel, (contour * size).astype(np.float32)


@cache
def _silent_level() -> float:
    """Return the level of silence of the voice that the acoustic model has."""
    return find_voice().silent_level


def cut_silence(mel: NDArray[np.float32], contour: NDArray[np.float32]) -> Mel:
    """Leave at most 16 frames of silence at either end."""
    lead, tail = silent_ends(mel, level=_silent_level())
    first, last = max(0, lead - SILENCE_KEPT), mel.shape[1] - max(0, tail - SILENCE_KEPT)
    return mel[:, first:last], contour[first:last]


def speak(make: Callable[[], Mel], vocoder: Vocoder) -> tuple[NDArray, ...]:
    """Make one utterance: mel [T, 80] float16, audio [256·T] int16, pitch and periodicity [T, 2]."""
    mel, contour = cut_silence(*make())
    mel = mel.astype(np.float16).astype(np.float32)  # what the student will read
    audio = vocoder.synthesize(mel)
    pitch = np.stack(measure_pitch(audio, contour.astype(np.float32)), axis=1)
    return mel.T.astype(np.float16), np.rint(audio * 32767).astype(np.int16), pitch.astype(np.float32)


def save(utterances: list[tuple[NDArray, ...]], folder: Path) -> None:
    """Write a part; it appears under its name only when it is whole."""
    temporary = folder.with_suffix(".tmp")
    temporary.mkdir(parents=True, exist_ok=True)
    for column, name in enumerate(("mel", "audio", "f0")):
        np.save(temporary / f"{name}.npy", np.concatenate([u[column] for u in utterances]))
    starts = np.cumsum([0, *(len(u[0]) for u in utterances)])
    np.save(temporary / "utterances.npy", starts.astype(np.int64))
    temporary.rename(folder)


def main() -> None:
    """Make parts until there are as many minutes as were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders of training/generate.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--part-minutes", type=float, default=10)
    parser.add_argument("--vocoder", default="hifi-gan-universal")
    parser.add_argument("--seed", type=int, default=1, help="another one makes further parts")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    core().set_property("CPU", {"INFERENCE_NUM_THREADS": args.threads})
    dice = np.random.default_rng(args.seed)
    texts = [
        line.split("\t")[1]
        for folder in args.data
        for line in (folder / "texts.txt").read_text(encoding="utf-8").splitlines()
    ]
    makers = Makers(Corpus(args.data), texts, AcousticModel(), Hibari(), dice)
    ways = [makers.own] * 4 + [makers.predicted] * 5 + [makers.resized]
    vocoder = Vocoder(model=args.vocoder)
    order = iter(dice.permutation(len(texts)))
    for number in range(round(args.minutes / args.part_minutes)):
        began, frames, done = time.monotonic(), 0, []
        while frames * FRAME_SECONDS < args.part_minutes * 60:
            index, way = int(next(order)), ways[dice.integers(len(ways))]
            done.append(speak(lambda way=way, index=index: way(index), vocoder))
            frames += len(done[-1][0])
        save(done, args.out / f"{args.seed:02d}-{number:03d}")
        print(f"part {number}: {len(done)} utterances in {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
