"""Kokoro's audio as batches of short pieces, each with pulses in the phase of Kokoro's own harmonic source.

A student that is given these pulses can be compared with the teacher's waveform, not with its magnitudes alone. The
folder is one that training/generate_voices.py writes, perhaps at the same time: parts that are new are resampled and
analysed when they are found, and kept beside the others in a folder of prepared parts:

    mel.npy     float16 [frames, 80]      audio.npy   int16 [256 · frames], 22,050 Hz
    pitch.npy   float32 [frames, 2]: octaves above 180 Hz, in a straight line through what is unvoiced; voiced or not
    pulses.npy  float64 [pulses, 2]: place in samples from the start of the part, Hz
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import kokoro
from arrays import write_prepared
from generate_voices import VALIDATION, parts
from text_to_speech.inference.mel import HOP_LENGTH, SAMPLE_RATE, SILENCE, mel_spectrogram
from text_to_speech.inference.source_filter import PULSE_TAPS, REFERENCE_HZ, VOICED_FROM, VOICED_TO

FRAMES = 64  # of a piece that are compared
CONTEXT = 16  # frames to either side that go in and are not compared
PITCH_HZ = 60.0  # below this F0 is on its way to 0, where speech becomes unvoiced
PER_SAMPLE = kokoro.RATE / SAMPLE_RATE  # samples of the teacher's rate in one of ours


@dataclass(frozen=True)
class Batch:
    """Pieces of 64 + 2·16 frames.

    Attributes:
        mel: [B, 80, T].
        pitch: [B, 2, T], octaves above 180 Hz, and 1 where speech is voiced, else 0.
        source: [B, 2, 256·T], pulses in the teacher's phase, and noise.
        audio: [B, 256·T], the teacher's.
    """

    mel: Tensor
    pitch: Tensor
    source: Tensor
    audio: Tensor

    def to(self, device: str) -> Batch:
        """Move all of it to a device."""
        return Batch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


class Pieces:
    """All parts of all voices, for training or for validation.

    Args:
        audio: A folder of generate_voices.py.
        prepared: Where prepared parts are kept.
        validation: Whether to take the validation parts, and nothing else.
        drawn: A folder of acoustic.draw, perhaps not of all parts: every second mel spectrogram is from there.
    """

    def __init__(
        self, audio: Path, prepared: Path, *, validation: bool = False, drawn: Path | None = None
    ) -> None:
        self._audio, self._prepared, self._validation, self._drawn = audio, prepared, validation, drawn
        self._parts: dict[str, dict[str, NDArray]] = {}
        self.refresh()

    def refresh(self) -> int:
        """Prepare and read parts that appeared since, and return how many frames there are."""
        for voice in sorted(path for path in self._audio.iterdir() if path.is_dir()):
            found = [voice / VALIDATION] if self._validation else parts(voice)
            for part in found:
                name = f"{voice.name}-{part.name}"
                if name not in self._parts and part.exists():
                    self._parts[name] = read_part(prepare(part, self._prepared / name))
                if name in self._parts and self._drawn and (self._drawn / f"{name}.npy").exists():
                    drawn = np.load(self._drawn / f"{name}.npy", mmap_mode="r")
                    if len(drawn) != len(self._parts[name]["mel"]):
                        raise ValueError(
                            f"{self._drawn / name}.npy: {len(drawn)} frames, expected as many as spoken"
                        )
                    self._parts[name]["drawn"] = drawn
        self._list = list(self._parts.values())
        self._sizes = np.array([len(part["mel"]) for part in self._list], np.int64)
        return int(self._sizes.sum())

    def batch(self, size: int, dice: np.random.Generator) -> Batch:
        """Draw pieces at random; one may reach over the border of two utterances, both silent there."""
        numbers = dice.choice(len(self._list), size, p=self._sizes / self._sizes.sum())
        frames = FRAMES + 2 * CONTEXT
        pieces = [
            cut(self._list[number], int(dice.integers(self._sizes[number] - frames)), frames, dice)
            for number in numbers
        ]
        return Batch(*(torch.from_numpy(np.stack(column)) for column in zip(*pieces, strict=True)))


def prepare(part: Path, folder: Path) -> Path:
    """Resample and analyse a part of the teacher's, unless that was done before; return the folder of the result."""
    if folder.exists():
        return folder
    arrays = {name: np.load(part / f"{name}.npy") for name in ("audio", "f0", "phase", "utterances")}
    columns: dict[str, list[NDArray]] = {"mel": [], "audio": [], "pitch": [], "pulses": []}
    frames = 0
    for first, last in zip(arrays["utterances"][:-1, 1], arrays["utterances"][1:, 1], strict=True):
        audio = arrays["audio"][first * kokoro.HOP : last * kokoro.HOP]
        prepared = prepare_utterance(audio, arrays["f0"][first:last], arrays["phase"][first:last])
        prepared["pulses"][:, 0] += frames * HOP_LENGTH
        frames += len(prepared["mel"])
        for name, value in prepared.items():
            columns[name].append(value)
    write_prepared(folder, columns)
    return folder


def prepare_utterance(
    audio: NDArray[np.int16], f0: NDArray[np.float32], phase: NDArray[np.float32]
) -> dict[str, NDArray]:
    """Turn one utterance of the teacher's into what a prepared part holds of it."""
    import soxr

    waveform = soxr.resample(audio.astype(np.float32) / 32_767, kokoro.RATE, SAMPLE_RATE)
    waveform = waveform[: waveform.size // HOP_LENGTH * HOP_LENGTH]
    mel = mel_spectrogram(waveform)[0].T
    return {
        "mel": mel.astype(np.float16),
        "audio": np.rint(np.clip(waveform, -1, 1) * 32_767).astype(np.int16),
        "pitch": frame_pitch(f0, len(mel)),
        "pulses": pulse_places(f0, phase),
    }


def frame_pitch(f0: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """Read pitch (octaves above 180 Hz) and voicing (0 or 1) at the centres of our frames, float32 [frames, 2]."""
    centres = (np.arange(frames) + 0.5) * HOP_LENGTH * PER_SAMPLE / kokoro.HOP - 0.5
    places = np.arange(f0.size)
    voiced = clean(np.interp(centres + kokoro.AHEAD, places, f0) > PITCH_HZ)
    sounding = np.flatnonzero(f0 > PITCH_HZ)
    octaves = np.log2(f0[sounding] / REFERENCE_HZ) if sounding.size else np.zeros(1)
    pitch = np.interp(centres + kokoro.AHEAD, sounding if sounding.size else places[:1], octaves)
    return np.column_stack([pitch, voiced]).astype(np.float32)


def pulse_places(f0: NDArray[np.float32], phase: NDArray[np.float32]) -> NDArray[np.float64]:
    """Find where the teacher's source begins a period: float64 [pulses, 2], samples at 22,050 Hz and Hz."""
    periods = np.maximum.accumulate(
        kokoro.periods(phase, f0)
    )  # F0 falls a little below 0 where it does not count
    whole = np.arange(np.ceil(periods[0]), np.floor(periods[-1]) + 1)
    frames = np.interp(whole, periods, np.arange(f0.size))
    hz = np.interp(frames + kokoro.AHEAD, np.arange(f0.size), f0)
    samples = ((frames + 0.5) * kokoro.HOP - 0.5) / PER_SAMPLE
    return np.column_stack([samples, hz])[hz > PITCH_HZ / 2]


def read_part(folder: Path) -> dict[str, NDArray]:
    """Map a prepared part into memory."""
    return {
        name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("mel", "audio", "pitch", "pulses")
    }


def cut(
    part: dict[str, NDArray], start: int, frames: int, dice: np.random.Generator
) -> tuple[NDArray[np.float32], ...]:
    """Cut a piece out of a part: mel, pitch, source, audio."""
    first, samples = start * HOP_LENGTH, frames * HOP_LENGTH
    pitch = np.array(part["pitch"][start : start + frames].T)
    pulses = render_pulses(np.asarray(part["pulses"]) - [first, 0.0], pitch[1])
    noise = dice.standard_normal(samples, dtype=np.float32)
    audio = part["audio"][first : first + samples].astype(np.float32) / 32_767
    kind = "drawn" if "drawn" in part and dice.random() < 0.5 else "mel"
    mel = np.maximum(part[kind][start : start + frames].T.astype(np.float32), SILENCE)
    return mel, pitch, np.stack([pulses, noise]), audio


def render_pulses(places: NDArray[np.float64], voicing: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make the pulses of T frames, as `text_to_speech.source_filter.Excitation` does, half a pulse late.

    Args:
        places: float64 [pulses, 2], samples from the start of the first frame, in any range, and Hz.
        voicing: float32 [T], 0..1 at the centres of the frames.

    Returns:
        float32 [256·T].
    """
    samples = len(voicing) * HOP_LENGTH
    near = slice(*np.searchsorted(places[:, 0], [-PULSE_TAPS - 1, samples]))
    due, hz = places[near].T
    at = np.ceil(due).astype(np.int64)
    centres = (np.arange(len(voicing)) + 0.5) * HOP_LENGTH
    gate = (np.interp(due + 0.5, centres, voicing) - VOICED_FROM) / (VOICED_TO - VOICED_FROM)
    distance = np.arange(PULSE_TAPS) - PULSE_TAPS // 2 + (at - due)[:, np.newaxis]
    shape = np.sinc(distance) * np.cos(np.pi / PULSE_TAPS * distance) ** 2
    shape *= (np.clip(gate, 0, 1) * np.sqrt(SAMPLE_RATE / hz))[:, np.newaxis]
    train = np.zeros(samples + 3 * PULSE_TAPS)
    np.add.at(train, at[:, np.newaxis] + PULSE_TAPS + np.arange(PULSE_TAPS), shape)
    return train[PULSE_TAPS : PULSE_TAPS + samples].astype(np.float32)


def clean(voiced: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Take out voiced stretches of one or two frames: correlations by chance."""
    edges = np.diff(np.concatenate([[0], voiced.astype(np.int8), [0]]))
    out = voiced.copy()
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if end - start < 3:
            out[start:end] = False
    return out
