"""Measures of speech against a recording of the same words.

Samples of the two are not compared: a vocoder is free in the phase, and speech that sounds the same may differ in every
sample. What is compared is what is heard: spectrum, pitch, voicing. A copy of a recording has its length, frame by
frame; a text spoken anew has not, and is first aligned with the recording.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from text_to_speech.inference.mel import HOP_LENGTH, N_FFT, SAMPLE_RATE, mel_spectrogram

Waveform = NDArray[np.float32]

F0_RANGE = (65.0, 500.0)  # Hz, of speaking voices
F0_WINDOW = 2_048  # samples: three periods of 65 Hz
CENTS_PER_OCTAVE = 1_200.0
FLOOR = 1e-5  # magnitudes are clamped here before a logarithm


@dataclass(frozen=True)
class Pitch:
    """A pitch contour.

    Attributes:
        f0: float64 [T], Hz; NaN where the voice is silent or voiceless.
        voiced: bool [T].
    """

    f0: NDArray[np.float64]
    voiced: NDArray[np.bool_]


@dataclass(frozen=True)
class Sound:
    """What is measured of a waveform: float32 [80, T], natural logarithms, and the pitch of about as many frames."""

    mel: NDArray[np.float32]
    pitch: Pitch


def listen(waveform: Waveform) -> Sound:
    """Measure a waveform at 22,050 Hz."""
    return Sound(mel_spectrogram(waveform)[0], pitch(waveform))


def align(reference: Sound, other: Sound) -> tuple[Sound, Sound]:
    """Stretch two sounds of the same words to the frames of the cheapest path through both.

    Frames are matched by dynamic time warping on the Euclidean distance of their mel spectra, each spectrogram less its
    mean: voices and microphones differ in colour. Source: Sakoe and Chiba 1978, as librosa has it.
    """
    import librosa

    coloured = (sound.mel - sound.mel.mean(axis=1, keepdims=True) for sound in (reference, other))
    _, path = librosa.sequence.dtw(*coloured)
    return _frames(reference, path[::-1, 0]), _frames(other, path[::-1, 1])


def _frames(sound: Sound, index: NDArray[np.int64]) -> Sound:
    return Sound(sound.mel[:, index], Pitch(sound.pitch.f0[index], sound.pitch.voiced[index]))


def mel_l1(reference: NDArray[np.float32], copy: NDArray[np.float32]) -> float:
    """Return the mean absolute difference of two mel spectrograms of equal length in natural logarithms."""
    return float(np.abs(reference - copy).mean())


def log_spectral_distance(reference: Waveform, copy: Waveform) -> float:
    """Return the log-spectral distance in dB: per frame the root mean square over frequencies, then the mean.

    Source: Gray and Markel 1976, Distance measures for speech processing.
    """
    difference = _decibels(reference) - _decibels(copy)
    return float(np.sqrt((difference**2).mean(axis=0)).mean())


def _decibels(waveform: Waveform) -> NDArray[np.float64]:
    import librosa

    magnitude = np.abs(librosa.stft(waveform, n_fft=N_FFT, hop_length=HOP_LENGTH)).astype(np.float64)
    return 20.0 * np.log10(np.maximum(magnitude, FLOOR))


def pitch(waveform: Waveform) -> Pitch:
    """Find the pitch of a waveform at 22,050 Hz every 256 samples.

    Source: Mauch and Dixon 2014, pYIN, as librosa has it.
    """
    import librosa

    f0, voiced, _ = librosa.pyin(
        waveform,
        fmin=F0_RANGE[0],
        fmax=F0_RANGE[1],
        sr=SAMPLE_RATE,
        frame_length=F0_WINDOW,
        hop_length=HOP_LENGTH,
    )
    return Pitch(f0, voiced)


def f0_rmse(reference: Pitch, copy: Pitch, *, centred: bool = False) -> float:
    """Return the root mean square pitch error in cents over the frames that both voice; NaN where there are none.

    Args:
        reference: Of a recording.
        copy: Of the same length.
        centred: Do not count that one voice is higher throughout: another speaker's is.
    """
    both = reference.voiced & copy.voiced
    if not both.any():
        return float("nan")
    cents = CENTS_PER_OCTAVE * np.log2(copy.f0[both] / reference.f0[both])
    return float(cents.std() if centred else np.sqrt((cents**2).mean()))


def voicing_error(reference: Pitch, copy: Pitch) -> float:
    """Return the share of frames in per cent that only one of the two voices."""
    return float(100.0 * (reference.voiced != copy.voiced).mean())
