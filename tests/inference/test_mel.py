"""The mel spectrogram contract: librosa's filters, HiFi-GAN's analysis, and blocks that make no difference."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from text_to_speech.errors import InputError
from text_to_speech.inference.mel import (
    BLOCK_FRAMES,
    F_MAX,
    F_MIN,
    HOP_LENGTH,
    LOG_FLOOR,
    N_FFT,
    N_MELS,
    SAMPLE_RATE,
    SILENCE,
    mel_blocks,
    mel_filters,
    mel_spectrogram,
)

NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 3 * BLOCK_FRAMES * HOP_LENGTH + 700).astype(np.float32)


def test_the_filters_are_those_of_librosa() -> None:
    librosa = pytest.importorskip("librosa")
    wanted = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=N_FFT, n_mels=N_MELS, fmin=F_MIN, fmax=F_MAX)
    assert mel_filters().dtype == wanted.dtype == np.float32
    np.testing.assert_allclose(mel_filters(), wanted, rtol=0, atol=1e-8)


def test_every_filter_is_a_triangle_of_area_one() -> None:
    """Only the narrow ones, of few bins, are off: by how the bins happen to lie under them."""
    filters = mel_filters()
    assert (filters >= 0).all()
    np.testing.assert_allclose(filters.sum(axis=1) * SAMPLE_RATE / N_FFT, 1.0, atol=0.06)
    assert (np.diff(filters.argmax(axis=1)) >= 1).all()


def analysed(waveform: NDArray[np.float32]) -> NDArray[np.float64]:
    """HiFi-GAN's analysis, written down frame by frame in double precision."""
    padded = np.pad(waveform.astype(np.float64), (N_FFT - HOP_LENGTH) // 2, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    columns = []
    for start in range(0, padded.size - N_FFT + 1, HOP_LENGTH):
        spectrum = np.fft.rfft(padded[start : start + N_FFT] * window)
        columns.append(mel_filters() @ np.sqrt(np.abs(spectrum) ** 2 + 1e-9))
    return np.log(np.maximum(np.stack(columns, axis=1), LOG_FLOOR))


@pytest.mark.parametrize("size", [512, 513, 640, 767, 768, 1_024, 128 * 256, 128 * 256 + 511, NOISE.size])
def test_it_is_the_analysis_of_hifi_gan(size: int) -> None:
    mel = mel_spectrogram(NOISE[:size])
    assert mel.dtype == np.float32
    assert mel.shape == (1, N_MELS, size // HOP_LENGTH)
    np.testing.assert_allclose(mel[0], analysed(NOISE[:size]), atol=2e-5)


def test_silence_is_the_floor() -> None:
    """The 1e-9 under the root of a magnitude keeps the lower bands above it."""
    mel = mel_spectrogram(np.zeros(22_050, np.float32))
    assert mel.min() >= SILENCE
    assert mel.max() < -9


@given(
    size=st.integers(512, NOISE.size),
    cuts=st.lists(st.integers(0, NOISE.size), max_size=30),
    double=st.booleans(),
)
@example(size=512, cuts=list(range(512)), double=False)
@example(size=NOISE.size, cuts=[0, 0, 384, 385, 386], double=True)
@example(size=NOISE.size, cuts=[NOISE.size - 1, NOISE.size], double=False)
def test_blocks_give_the_same_bits(size: int, cuts: list[int], double: bool) -> None:
    waveform = NOISE[:size].astype(np.float64) if double else NOISE[:size]
    pieces = list(mel_blocks(np.split(waveform, sorted(min(cut, size) for cut in cuts))))
    assert all(piece.shape == (1, N_MELS, BLOCK_FRAMES) for piece in pieces[:-1])
    assert pieces[-1].shape[2] >= 1
    np.testing.assert_array_equal(np.concatenate(pieces, axis=2), mel_spectrogram(NOISE[:size]))


def test_frames_come_as_soon_as_their_sound_is_there() -> None:
    taken = 0

    def blocks() -> Iterator[NDArray[np.float32]]:
        nonlocal taken
        for start in range(0, NOISE.size, HOP_LENGTH):
            taken = start + HOP_LENGTH
            yield NOISE[start : start + HOP_LENGTH]

    next(mel_blocks(blocks()))
    assert taken <= BLOCK_FRAMES * HOP_LENGTH + N_FFT


def peak_of(minutes: float) -> int:
    """Analyse some minutes of noise in blocks and return the most memory that was in use, bytes."""
    blocks = (NOISE for _ in range(int(minutes * 60 * SAMPLE_RATE / NOISE.size)))
    tracemalloc.start()
    try:
        for _ in mel_blocks(blocks):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_sound() -> None:
    peak_of(0.1)
    assert peak_of(1.0) < 1.05 * peak_of(0.25)


def test_a_whole_spectrogram_needs_little_beside_itself() -> None:
    waveform = np.tile(NOISE, 20)
    tracemalloc.start()
    try:
        mel = mel_spectrogram(waveform)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - mel.nbytes < 5e6


def with_sample(value: float, at: int) -> NDArray[np.float32]:
    waveform = NOISE.copy()
    waveform[at] = value
    return waveform


@pytest.mark.parametrize(
    ("waveform", "message"),
    [
        (NOISE[:511], r"waveform of 511 samples: expected at least 512"),
        (NOISE[:0], r"waveform of 0 samples"),
        (np.stack([NOISE, NOISE]), r"waveform of type float32 and shape \[2, "),
        (NOISE[:, np.newaxis], r"waveform of type float32 and shape \["),
        (np.float32(0), r"waveform of type float32 and shape \[\]"),
        ((NOISE * 32_767).astype(np.int16), r"waveform of type int16"),
        (NOISE.astype(np.complex64), r"waveform of type complex64"),
        (None, r"waveform of type object"),
        (with_sample(np.nan, 0), r"waveform holds NaN or infinite values"),
        (with_sample(np.inf, 5), r"waveform holds NaN or infinite values"),
        (with_sample(-np.inf, -1), r"waveform holds NaN or infinite values"),
        (with_sample(-1e30, -1), r"waveform holds a sample of 1e\+30"),
    ],
)
def test_what_is_no_waveform_is_refused(waveform: NDArray[np.generic], message: str) -> None:
    with pytest.raises(InputError, match=message):
        mel_spectrogram(waveform)
    with pytest.raises(InputError, match=message):
        list(mel_blocks([waveform]))
