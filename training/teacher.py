"""What a teacher is, and two of them: hibari-tts and Kokoro-82M with durations, pitch and energy laid open.

A teacher speaks a string of phonemes at 24 kHz. The audio is resampled to 22,050 Hz and analysed into the mel
spectrogram of HiFi-GAN, so that every array below is in this repository's own units.

hibari (Apache-2.0, voice "heart") is itself distilled from Kokoro-82M (Apache-2.0, many voices). Both count in the same
frames, and in both the sound is half a frame ahead of them.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kokoro import VOICES as KOKORO_VOICES
from kokoro import Kokoro, Outline, Speech
from text_to_speech.inference.length_regulator import PITCH_POINTS
from text_to_speech.inference.mel import HOP_LENGTH, SAMPLE_RATE, mel_spectrogram

TEACHER_RATE = 24_000  # samples per second
TEACHER_HOP = 300  # samples per frame of the teacher's spectra and F0
FRAMES_PER_UNIT = 2  # the teacher counts durations in units of two frames
FRAME_RATIO = (TEACHER_HOP / TEACHER_RATE) / (HOP_LENGTH / SAMPLE_RATE)  # mel frames per teacher frame
BOUNDARY_OFFSET = 0.538  # mel frames: half a frame to the frame's centre, and the teacher's own lag
VOICED_HZ = 70.0  # the F0 output falls smoothly to 0 where speech is unvoiced: above this it counts as voiced
PITCH_HZ = 95.0  # and above this it is the voice's pitch, not the slope of that fall
KOKORO_PITCH_HZ = {"female": 90.0, "male": 58.0}  # the same for Kokoro's voices
ENERGY_SCALE, ENERGY_OFFSET = 0.45, -6.0  # from Kokoro's energy to the log of the mean mel magnitude: a fit
DURATION_TENSOR = "/Clip_output_0"  # units per phoneme, rounded: what the audio has
EXACT_DURATION_TENSOR = "/Sub_output_0"  # the same before rounding: what a student learns more easily


@dataclass(frozen=True)
class TeacherProsody:
    """How a teacher intones an utterance.

    Attributes:
        durations: int64 [N], mel frames of each phoneme, boundary symbols included; the sum is T.
        exact_durations: float32 [N], mel frames before the teacher rounded them.
        pitch: float32 [N, 3], natural log of Hz at 1/6, 1/2 and 5/6 of the phoneme.
        voicing: float32 [N], share of voiced frames, 0..1.
        energy: float32 [N], natural log of the mean mel magnitude; with Kokoro, its own energy put on that scale.
    """

    durations: NDArray[np.int64]
    exact_durations: NDArray[np.float32]
    pitch: NDArray[np.float32]
    voicing: NDArray[np.float32]
    energy: NDArray[np.float32]


@dataclass(frozen=True)
class TeacherSpeech(TeacherProsody):
    """One utterance of a teacher.

    Attributes:
        waveform: float32 [L], 22,050 Hz.
        mel: float32 [80, T].
        f0: float32 [T], Hz, 0 where unvoiced.
    """

    waveform: NDArray[np.float32]
    mel: NDArray[np.float32]
    f0: NDArray[np.float32]


class Teacher(Protocol):
    """Whatever gives, for a string of phonemes, a waveform, the frames of each phoneme, a pitch curve and energy."""

    def speak(self, phonemes: str) -> TeacherSpeech:
        """Speak a phoneme string (without boundary symbols) and return all that a student learns from."""
        ...

    def prosody(self, phonemes: str) -> TeacherProsody:
        """Return the prosody of `speak` alone, where that is cheaper."""
        ...


class KokoroTeacher:
    """A voice of Kokoro-82M.

    Args:
        folder: The folder that kokoro.py writes.
        voice: One of `kokoro.VOICES`.
    """

    def __init__(self, folder: Path, voice: str) -> None:
        self._kokoro = Kokoro(folder, voice)
        self._pitch_hz = KOKORO_PITCH_HZ[KOKORO_VOICES[voice].sex]

    def speak(self, phonemes: str) -> TeacherSpeech:
        """Speak a phoneme string and return all that a student learns from."""
        return kokoro_speech(self._kokoro.say(phonemes), pitch_hz=self._pitch_hz)

    def prosody(self, phonemes: str) -> TeacherProsody:
        """Return its prosody, at a fiftieth of the cost."""
        return kokoro_prosody(self._kokoro.outline(phonemes), pitch_hz=self._pitch_hz)


class Hibari:
    """hibari-tts with one thread, deterministic by its seed."""

    def __init__(self, *, seed: int = 0) -> None:
        self._seed = seed
        assets = resources.files("hibari") / "assets"
        self._ids: dict[str, int] = json.loads((assets / "vocab.json").read_text(encoding="utf-8"))
        self._session = _open_graph((assets / "hibari.onnx").read_bytes())

    def run(self, phonemes: str) -> dict[str, NDArray[Any]]:
        """Run the teacher's graph alone; the outputs by name, without the batch axis.

        Args:
            phonemes: phonemes of the alphabet of `text_to_speech.text`, without boundary symbols.

        Returns:
            The graph's own outputs, `durations` and `exact_durations` (units of 600 samples).
        """
        ids = np.array([[0, *(self._ids[symbol] for symbol in phonemes), 0]], dtype=np.int64)
        names = [output.name for output in self._session.get_outputs()]
        values = self._session.run(None, {"ids": ids, "speed": np.ones(1, np.float32)})
        outputs = {
            name: value.reshape(value.shape[-2:] if value.ndim == 3 else -1)
            for name, value in zip(names, values, strict=True)
        }
        outputs["durations"] = outputs.pop(DURATION_TENSOR)
        outputs["exact_durations"] = outputs.pop(EXACT_DURATION_TENSOR)
        return outputs

    def render(self, outputs: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Make the teacher's own waveform, float32 at 24 kHz, from the outputs of `run`."""
        from hibari import dsp

        parts = (outputs[name] for name in ("lh", "theta", "ln", "lr", "phi", "f0"))
        return np.asarray(dsp.synth(*parts, np.random.default_rng(self._seed)), dtype=np.float32)

    def speak(self, phonemes: str) -> TeacherSpeech:
        """Speak a phoneme string and return all that the student learns from."""
        outputs = self.run(phonemes)
        waveform, mel = _analyse(self.render(outputs))
        units = outputs["durations"].astype(np.int64)
        durations = mel_durations(units, mel.shape[1])
        pitch, voicing = phoneme_pitch(outputs["f0"], units)
        return TeacherSpeech(
            waveform=waveform,
            mel=mel,
            durations=durations,
            exact_durations=(
                np.maximum(outputs["exact_durations"], 1.0) * FRAMES_PER_UNIT * FRAME_RATIO
            ).astype(np.float32),
            pitch=pitch,
            voicing=voicing,
            energy=phoneme_energy(mel, durations),
            f0=_f0_per_mel_frame(outputs["f0"], mel.shape[1], voiced_hz=VOICED_HZ),
        )

    def prosody(self, phonemes: str) -> TeacherProsody:
        """Return its prosody; it speaks so fast that nothing would be saved."""
        return self.speak(phonemes)


def kokoro_prosody(outline: Outline, *, pitch_hz: float, frames: int | None = None) -> TeacherProsody:
    """Turn what Kokoro says of an utterance into this repository's units.

    Args:
        outline: Of one utterance, from the teacher or from a part of generate_voices.py.
        pitch_hz: The voice's pitch is above this.
        frames: Mel frames of the utterance, where its audio is known.
    """
    if frames is None:
        frames = int(outline.f0.size * TEACHER_HOP * SAMPLE_RATE / TEACHER_RATE) // HOP_LENGTH
    pitch, voicing = phoneme_pitch(
        outline.f0, outline.units, pitch_hz=pitch_hz, voiced_hz=pitch_hz * VOICED_HZ / PITCH_HZ
    )
    lengths = outline.units * FRAMES_PER_UNIT
    energy = np.add.reduceat(outline.energy, np.cumsum(lengths) - lengths) / lengths
    return TeacherProsody(
        durations=mel_durations(outline.units, frames),
        exact_durations=(np.maximum(outline.exact_units, 1.0) * FRAMES_PER_UNIT * FRAME_RATIO).astype(
            np.float32
        ),
        pitch=pitch,
        voicing=voicing,
        energy=(ENERGY_SCALE * energy + ENERGY_OFFSET).astype(np.float32),
    )


def kokoro_speech(speech: Speech, *, pitch_hz: float) -> TeacherSpeech:
    """The same with the audio, its mel spectrogram and F0."""
    waveform, mel = _analyse(speech.audio)
    prosody = kokoro_prosody(speech, pitch_hz=pitch_hz, frames=mel.shape[1])
    voiced_hz = pitch_hz * VOICED_HZ / PITCH_HZ
    return TeacherSpeech(
        **vars(prosody),
        waveform=waveform,
        mel=mel,
        f0=_f0_per_mel_frame(speech.f0, mel.shape[1], voiced_hz=voiced_hz),
    )


def _analyse(audio: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Turn the teacher's audio into ours: waveform float32 [256·T] and mel float32 [80, T]."""
    import soxr

    waveform = soxr.resample(audio, TEACHER_RATE, SAMPLE_RATE)
    waveform = waveform[: waveform.size // HOP_LENGTH * HOP_LENGTH].astype(np.float32)
    return waveform, mel_spectrogram(waveform)[0]


def mel_durations(units: NDArray[np.int64], frames: int) -> NDArray[np.int64]:
    """Turn the teacher's durations (units of two of its frames) into mel frames that sum to `frames`."""
    ends = np.cumsum(units * FRAMES_PER_UNIT)
    boundaries = np.rint(np.maximum(ends * FRAME_RATIO - BOUNDARY_OFFSET, 0)).astype(np.int64)
    boundaries[-1] = frames
    return np.diff(np.minimum(boundaries, frames), prepend=0)


def phoneme_pitch(
    f0: NDArray[np.float32],
    units: NDArray[np.int64],
    *,
    pitch_hz: float = PITCH_HZ,
    voiced_hz: float = VOICED_HZ,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Read log-F0 at three points of each phoneme and its voiced share from the teacher's F0.

    Args:
        f0: float32 [F], Hz per teacher frame.
        units: int64 [N], durations in units of two frames.
        pitch_hz: F0 above this is the voice's pitch.
        voiced_hz: A frame whose F0 is above this counts as voiced.

    Returns:
        Log-F0 float32 [N, 3], interpolated through unvoiced frames, and voicing float32 [N].
    """
    lengths = units * FRAMES_PER_UNIT
    starts = np.cumsum(lengths) - lengths
    frames = np.flatnonzero(f0 > pitch_hz)
    points = (starts[:, np.newaxis] + lengths[:, np.newaxis] * np.asarray(PITCH_POINTS)).ravel() - 0.5
    log_f0 = (
        np.interp(points, frames, np.log(f0[frames])) if frames.size else np.full(points.size, np.log(200.0))
    )
    voiced = np.add.reduceat((f0 > voiced_hz).astype(np.float32), starts) / lengths
    return log_f0.reshape(-1, 3).astype(np.float32), voiced.astype(np.float32)


def phoneme_energy(mel: NDArray[np.float32], durations: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the natural log of the mean mel magnitude of each phoneme, float32 [N]."""
    per_frame = np.exp(mel).mean(axis=0)
    ends = np.cumsum(durations)
    sums = np.diff(np.concatenate([[0.0], np.cumsum(per_frame, dtype=np.float64)])[ends], prepend=0.0)
    return np.log(np.maximum(sums, 1e-9) / np.maximum(durations, 1)).astype(np.float32)


def _f0_per_mel_frame(f0: NDArray[np.float32], frames: int, *, voiced_hz: float) -> NDArray[np.float32]:
    centres = (np.arange(frames) + 0.5) / FRAME_RATIO - 0.5
    near = np.clip(np.rint(centres).astype(int), 0, f0.size - 1)
    return np.where(f0 > voiced_hz, f0, 0.0)[near].astype(np.float32)


@functools.lru_cache(maxsize=1)
def _open_graph(graph: bytes) -> Any:
    import onnx
    import onnxruntime

    model = onnx.load_model_from_string(graph)
    for name in (DURATION_TENSOR, EXACT_DURATION_TENSOR):
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
