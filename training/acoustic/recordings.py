"""Recordings with their texts, as utterances that the voices learn from: durations by alignment, pitch, energy.

A teacher tells how long each phoneme lasts; a recording does not. Here a voice that is already there draws the same
phonemes, and dynamic time warping (Sakoe and Chiba 1978) of its mel spectrogram to that of the recording tells
where each phoneme went. Pitch is measured with pYIN (Mauch and Dixon 2014).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from acoustic.data import Utterance, to_ids
from teacher import phoneme_energy
from text_to_speech.errors import InputError
from text_to_speech.inference.length_regulator import PITCH_POINTS, round_durations
from text_to_speech.inference.mel import HOP_LENGTH, SAMPLE_RATE, mel_spectrogram
from text_to_speech.speech.recordings import read_recording

PITCH_RANGE = (60.0, 500.0)  # Hz
PITCH_FRAME = 1_024  # samples that pYIN looks at
SECONDS = (0.5, 20.0)  # of a recording

Mel = NDArray[np.float32]
Draw = Callable[[NDArray[np.int64]], tuple[Mel, NDArray[np.int64]]]


@dataclass(frozen=True)
class Recording:
    """A recording and its text.

    Attributes:
        name: Its file name without the suffix.
        text: What is said in it.
        waveform: float32 [256·T], 22,050 Hz.
    """

    name: str
    text: str
    waveform: NDArray[np.float32]


def read_recordings(transcripts: Path) -> Iterator[Recording]:
    """Read recordings laid out as LJSpeech is: lines `ID|text` or `ID|text|normalised text`, wavs/ID.wav beside them.

    Raises:
        InputError: A file cannot be read, a line has another form, or a recording is too short or too long.
    """
    try:
        lines = transcripts.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{transcripts} cannot be read: {error}") from error
    for line in filter(None, lines):
        name, *texts = line.split("|")
        if not texts:
            raise InputError(f"{transcripts}: {line[:40]!r}; expected lines ID|text")
        waveform = read_recording(transcripts.parent / "wavs" / f"{name}.wav")
        seconds = waveform.size / SAMPLE_RATE
        if not SECONDS[0] <= seconds <= SECONDS[1]:
            raise InputError(
                f"recording {name} lasts {seconds:.1f} s; expected {SECONDS[0]} to {SECONDS[1]} s"
            )
        yield Recording(name, texts[-1], waveform[: waveform.size // HOP_LENGTH * HOP_LENGTH])


def utterance(recording: Recording, phonemes: str, *, voice: int, draw: Draw) -> Utterance:
    """Return a recording as an utterance.

    Args:
        recording: The recording.
        phonemes: What is said in it.
        voice: The number of its voice.
        draw: Ids [N] → the mel spectrogram [80, T] that a voice draws of them, and the frames of each phoneme.
    """
    ids = to_ids(phonemes)
    mel = mel_spectrogram(recording.waveform)[0]
    durations = aligned_durations(*draw(ids), mel)
    log_f0, voicing = measured_pitch(recording.waveform, durations)
    targets = np.column_stack([durations, log_f0, voicing, phoneme_energy(mel, durations)])
    return Utterance(voice, ids, durations, targets.astype(np.float32), np.ascontiguousarray(mel.T))


def aligned_durations(drawn: Mel, durations: NDArray[np.int64], recorded: Mel) -> NDArray[np.int64]:
    """Return how many frames each phoneme lasts in a recording.

    Args:
        drawn: float32 [80, T1], the same phonemes drawn by a voice.
        durations: int64 [N], frames of each phoneme in it, whose sum is T1.
        recorded: float32 [80, T2], the recording.

    Returns:
        int64 [N], each at least 1, whose sum is T2.

    Raises:
        InputError: The recording has fewer frames than phonemes.
    """
    import librosa

    if recorded.shape[1] < durations.size:
        raise InputError(
            f"a recording of {recorded.shape[1]} frames for {durations.size} phonemes: too short"
        )
    _, path = librosa.sequence.dtw(_plain(drawn), _plain(recorded))
    # The first and the last frame of the recording that each drawn frame was laid on.
    first = np.full(drawn.shape[1], recorded.shape[1])
    last = np.zeros(drawn.shape[1], np.int64)
    np.minimum.at(first, path[:, 0], path[:, 1])
    np.maximum.at(last, path[:, 0], path[:, 1])
    edges = np.cumsum(durations)[:-1]
    ends = np.append((last[edges - 1] + first[edges] + 1) / 2, recorded.shape[1])
    # Each phoneme has a frame, and those behind it have theirs.
    room = recorded.shape[1] - np.arange(durations.size)[::-1]
    ends = np.minimum(ends, room)
    return round_durations(np.diff(ends, prepend=0.0).clip(min=0.0))


def measured_pitch(
    waveform: NDArray[np.float32], durations: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return log-F0 [N, 3] at three points of each phoneme, interpolated where it is unvoiced, and voicing [N].

    Raises:
        InputError: No frame is voiced.
    """
    import librosa

    low, high = PITCH_RANGE
    f0, is_voiced, _ = librosa.pyin(
        waveform, fmin=low, fmax=high, sr=SAMPLE_RATE, frame_length=PITCH_FRAME, hop_length=HOP_LENGTH
    )
    frames = int(durations.sum())
    f0, is_voiced = f0[:frames], is_voiced[:frames]
    if not is_voiced.any():
        raise InputError("a recording in which nothing is voiced; expected speech")
    starts = np.cumsum(durations) - durations
    points = (starts[:, np.newaxis] + durations[:, np.newaxis] * np.asarray(PITCH_POINTS)).ravel()
    # With centred frames, frame t is at the sample 256 t: half a frame before that of the mel spectrogram.
    voiced = np.flatnonzero(is_voiced)
    log_f0 = np.interp(points, voiced, np.log(f0[voiced]))
    voicing = np.add.reduceat(is_voiced.astype(np.float32), starts) / durations
    return log_f0.reshape(-1, 3).astype(np.float32), voicing.astype(np.float32)


def _plain(mel: Mel) -> Mel:
    """Return a mel spectrogram without what the voice and the microphone do to every frame."""
    return (mel - mel.mean(axis=1, keepdims=True)) / mel.std()
