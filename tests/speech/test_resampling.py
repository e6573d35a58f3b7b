"""Sample rates: the right moment, a flat pass band, nothing from beyond it, and blocks that make no difference."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from text_to_speech.errors import InputError
from text_to_speech.speech.resampling import LEAST_COLUMNS, Resampler, resample

RATES = [8_000, 11_025, 16_000, 24_000, 32_000, 44_100, 48_000, 96_000, 22_051, 47_999]
PAIRS = [pair for rate in RATES for pair in ((rate, 22_050), (22_050, rate))]
EXTREMES = [(1_000, 767_999), (767_999, 1_000), (768_000, 22_050)]


def tone(hz: float, rate: int, seconds: float = 0.5) -> NDArray[np.float64]:
    return np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate + 0.5)


def middle(audio: NDArray[np.floating]) -> NDArray[np.floating]:
    """Leave out the ends, where the filter sees the silence outside."""
    return audio[audio.size // 4 : -audio.size // 4]


def decibels(audio: NDArray[np.floating]) -> float:
    return float(10 * np.log10((audio.astype(np.float64) ** 2).mean() + 1e-30))


def speech_like(rate: int, *, below: float, seconds: float = 2.0) -> NDArray[np.float32]:
    """Noise below a frequency whose power falls by 6 dB an octave and whose loudness goes up and down."""
    size = round(rate * seconds)
    hz = np.fft.rfftfreq(size, 1 / rate)
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(size)) / np.maximum(hz, 100.0)
    noise = np.fft.irfft(spectrum * (hz < below), size) * (1.0 + tone(4.0, rate, seconds))
    return (0.5 * noise / np.abs(noise).max()).astype(np.float32)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_tone_stays_a_tone_at_the_same_moment(source: int, target: int) -> None:
    """To 0.9 of the Nyquist frequency: within 0.1 dB is 39 dB below the tone; a delay of a sample would be heard."""
    for share in (0.001, 0.1, 0.5, 0.8, 0.9):
        hz = share * min(source, target) / 2
        made = resample(tone(hz, source), source, target)
        assert made.dtype == np.float32
        wanted = tone(hz, target)[: made.size]
        assert decibels(middle(made[: wanted.size] - wanted)) - decibels(wanted) < -90


@pytest.mark.parametrize(("source", "target"), [pair for pair in PAIRS if pair[0] > pair[1]])
def test_what_the_lower_rate_cannot_hold_is_gone(source: int, target: int) -> None:
    for hz in np.linspace(target / 2, source / 2, 12):
        wave = np.sin(2 * np.pi * hz * np.arange(source // 2) / source + 0.5)
        assert decibels(middle(resample(wave, source, target))) < -90


@pytest.mark.parametrize(("source", "target"), [pair for pair in PAIRS if pair[1] > 1.05 * pair[0]])
def test_a_higher_rate_adds_no_images(source: int, target: int) -> None:
    made = middle(resample(tone(0.8 * source / 2, source), source, target))
    spectrum = np.abs(np.fft.rfft(made * np.blackman(made.size))) ** 2
    above = np.fft.rfftfreq(made.size, 1 / target) > source / 2
    assert 10 * np.log10(spectrum[above].max() / spectrum.max()) < -90


@pytest.mark.parametrize(("source", "target"), [*PAIRS, *EXTREMES])
def test_a_constant_stays_one(source: int, target: int) -> None:
    np.testing.assert_allclose(middle(resample(np.ones(source), source, target)), 1.0, atol=1e-5)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_it_is_what_soxr_makes(source: int, target: int) -> None:
    soxr = pytest.importorskip("soxr")
    audio = speech_like(source, below=0.9 * min(source, target) / 2)
    made, wanted = resample(audio, source, target), soxr.resample(audio, source, target, "HQ")
    assert abs(made.size - wanted.size) <= 1
    size = min(made.size, wanted.size)
    assert decibels(middle(made[:size] - wanted[:size])) - decibels(wanted) < -65


@pytest.mark.slow
def test_it_is_what_librosa_makes() -> None:
    pytest.importorskip("soxr")
    librosa = pytest.importorskip("librosa")
    audio = speech_like(44_100, below=9_900)
    made = resample(audio, 44_100, 22_050)
    wanted = librosa.resample(audio, orig_sr=44_100, target_sr=22_050, res_type="soxr_hq")
    assert made.shape == wanted.shape
    assert decibels(made - wanted) - decibels(wanted) < -100


def in_blocks(audio: NDArray[np.floating], cuts: list[int], resampler: Resampler) -> NDArray[np.float32]:
    parts = [resampler.process(block) for block in np.split(audio, sorted(cuts))]
    return np.concatenate([*parts, resampler.flush()])


@pytest.mark.slow
@settings(max_examples=300)
@given(
    pair=st.sampled_from([*PAIRS, *EXTREMES, (22_050, 22_050)]),
    size=st.integers(0, 4_000),
    cuts=st.lists(st.integers(0, 4_000), max_size=40),
    seed=st.integers(0, 3),
)
@example(pair=(44_100, 22_050), size=0, cuts=[], seed=0)
@example(pair=(22_050, 22_051), size=1, cuts=[0, 1, 1], seed=0)
def test_blocks_make_no_difference(pair: tuple[int, int], size: int, cuts: list[int], seed: int) -> None:
    source, target = pair
    size = size if target < 20 * source else size // 200
    audio = np.random.default_rng(seed).uniform(-1, 1, size).astype(np.float32)
    resampler = Resampler(source, target)
    cuts = [min(cut, size) for cut in cuts]
    whole = resample(audio, source, target)
    assert whole.size == -(-size * target // source)
    # The second time shows that flush leaves nothing of the first sound.
    for _ in range(2):
        blocks = in_blocks(audio, cuts, resampler)
        assert blocks.shape == whole.shape
        np.testing.assert_allclose(blocks, whole, atol=1e-6)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_sound_comes_out_as_it_goes_in(source: int, target: int) -> None:
    """What is held back is the filter's reach, 71 samples of the lower rate, and one row of the matrix."""
    resampler = Resampler(source, target)
    made = sum(resampler.process(np.zeros(441, np.float32)).size for _ in range(50))
    due = 50 * 441 * target / source
    assert 0 <= due - made <= 80 * max(1.0, target / source) + max(640, LEAST_COLUMNS)


def test_equal_rates_change_nothing() -> None:
    audio = speech_like(22_050, below=9_900)
    np.testing.assert_array_equal(resample(audio, 22_050, 22_050), audio)


@pytest.mark.slow
@pytest.mark.parametrize(("source", "target"), [(44_100, 22_050), (22_051, 22_050), (8_000, 22_050)])
def test_memory_does_not_grow(source: int, target: int) -> None:
    resampler, block = Resampler(source, target), np.zeros(65_536, np.float32)
    resampler.process(block)
    tracemalloc.start()
    try:
        resampler.process(block)
        once = tracemalloc.get_traced_memory()[1]
        for _ in range(30):
            resampler.process(block)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.1 * once
    assert kept < 200_000


@pytest.mark.parametrize(
    "rates", [(0, 22_050), (22_050, -1), (999, 22_050), (22_050, 768_001), (2**31, 22_050), (22_050.0, 8_000)]
)
def test_a_rate_that_is_none_is_refused(rates: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=r"sample rate .*: expected a whole number of 1,000 to 768,000"):
        Resampler(*rates)


@pytest.mark.parametrize(
    "audio", [np.zeros((2, 100), np.float32), np.zeros(100, np.int16), np.float32(0), None]
)
def test_what_is_no_sound_is_refused(audio: NDArray[np.generic]) -> None:
    with pytest.raises(InputError, match="expected floating point, one dimension"):
        resample(audio, 44_100, 22_050)
