"""Loudness by ITU-R BS.1770-4: against its own definitions, and against FFmpeg where that is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from text_to_speech.books.programme_loudness import SILENCE, Leveller, LoudnessMeter

RATES = (22_050, 24_000, 48_000)


def sine(seconds: float, *, rate: int, hertz: float = 997.0, decibels: float = 0.0) -> NDArray[np.float32]:
    times = np.arange(round(seconds * rate)) / rate
    return (10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def programme(rate: int, *, seconds: int = 24) -> NDArray[np.float32]:
    """Return something like speech: noise in syllables, a loud and a quiet part, and pauses."""
    noise = np.random.default_rng(7).standard_normal(seconds * rate)
    times = np.arange(noise.size) / rate
    envelope = np.clip(np.sin(2 * np.pi * 3.3 * times), 0, 1) ** 2 * np.where(times % 8 < 6, 1.0, 0.001)
    tone = np.sin(2 * np.pi * 180 * times) + 0.4 * np.sin(2 * np.pi * 2_600 * times)
    level = np.where(times < seconds / 2, 0.25, 0.02)
    return (level * envelope * (tone + 0.3 * noise)).astype(np.float32)


def measured(audio: NDArray[np.float32], rate: int, *, block: int = 7_777) -> LoudnessMeter:
    meter = LoudnessMeter(rate)
    for start in range(0, audio.size, block):
        meter.add(audio[start : start + block])
    meter.finish()
    return meter


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("level", [0.0, -20.0, -36.0])
def test_a_sine_of_997_hertz_has_the_loudness_of_its_level(rate: int, level: float) -> None:
    # BS.1770-4, annex 1: a sine of 997 Hz at 0 dB full scale in one channel is -3.01 LKFS.
    meter = measured(sine(5, rate=rate, decibels=level), rate)
    assert meter.loudness == pytest.approx(-3.01 + level, abs=0.05)
    assert meter.true_peak == pytest.approx(level, abs=0.05)


def test_pauses_and_quiet_parts_are_gated() -> None:
    # EBU Tech 3341, case 3: the quiet parts before and after do not count.
    rate = 48_000
    quiet, loud = sine(10, rate=rate, decibels=-36.0), sine(60, rate=rate, decibels=-23.0)
    meter = measured(np.concatenate([quiet, loud, quiet]), rate, block=65_536)
    assert meter.loudness == pytest.approx(-26.0, abs=0.1)


def test_silence_and_almost_nothing_have_the_least_loudness() -> None:
    for audio in (np.zeros(0, np.float32), np.zeros(50_000, np.float32), sine(0.3, rate=22_050)):
        assert measured(audio, 22_050).loudness == SILENCE
    assert measured(np.zeros(50_000, np.float32), 22_050).true_peak == -np.inf


def test_the_result_does_not_depend_on_how_the_sound_is_cut() -> None:
    audio = programme(22_050)
    whole, cut = measured(audio, 22_050, block=audio.size), measured(audio, 22_050, block=311)
    assert cut.loudness == pytest.approx(whole.loudness, abs=1e-4)
    assert cut.true_peak == pytest.approx(whole.true_peak, abs=1e-4)


def test_a_peak_between_the_samples_is_found() -> None:
    # A sine of a quarter of the rate whose samples lie beside its peaks, by 45 degrees: 3 dB higher than they.
    rate = 48_000
    audio = np.sin(np.pi / 2 * np.arange(rate) + np.pi / 4).astype(np.float32) * np.float32(0.5)
    fade = np.minimum(1, np.arange(rate) / 1000).astype(np.float32)
    audio *= fade * fade[::-1]
    assert 20 * np.log10(np.abs(audio).max()) == pytest.approx(-9.03, abs=0.01)
    assert measured(audio, rate).true_peak == pytest.approx(-6.02, abs=0.1)


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="FFmpeg is not installed")
@pytest.mark.parametrize("rate", RATES)
def test_ffmpeg_measures_the_same(tmp_path: Path, rate: int) -> None:
    audio = programme(rate)
    path = tmp_path / "a.wav"
    soundfile.write(path, audio, rate, subtype="FLOAT")
    command = ["ffmpeg", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr.rpartition("Summary")[
        2
    ]
    loudness, peak = (float(re.search(rf"{name}:\s+(-?[\d.]+)", report)[1]) for name in ("I", "Peak"))  # type: ignore[index]
    meter = measured(audio, rate)
    assert meter.loudness == pytest.approx(loudness, abs=0.1)
    assert meter.true_peak == pytest.approx(peak, abs=0.2)


def levelled(audio: NDArray[np.float32], *, gain: float, block: int) -> tuple[NDArray[np.float32], Leveller]:
    leveller = Leveller(gain=gain, peak=-1.0)
    pieces = [leveller.process(audio[start : start + block]) for start in range(0, audio.size, block)]
    return np.concatenate([*pieces, leveller.flush()]), leveller


@pytest.mark.parametrize("size", [0, 1, 255, 256, 300, 5_000, 22_050])
@pytest.mark.parametrize("block", [1_000, 65_536])
def test_a_gain_without_peaks_changes_nothing_else(size: int, block: int) -> None:
    audio = programme(22_050)[:size]
    out, leveller = levelled(audio, gain=3.0, block=block)
    np.testing.assert_allclose(out, audio * np.float32(10**0.15), rtol=1e-6)
    assert leveller.reduction == 0.0


@pytest.mark.parametrize("block", [311, 4_096, 1 << 20])
def test_no_true_peak_passes_the_ceiling(block: int) -> None:
    audio = programme(22_050)
    audio[40_000:40_020] = 0.9
    out, leveller = levelled(audio, gain=15.0, block=block)
    assert out.size == audio.size
    assert measured(out, 22_050).true_peak <= -0.9
    assert leveller.reduction > 5
    # What is far from every peak has the gain alone.
    np.testing.assert_allclose(out[-60_000:], audio[-60_000:] * np.float32(10**0.75), rtol=1e-5, atol=1e-7)


def test_the_limiter_does_not_depend_on_how_the_sound_is_cut() -> None:
    audio = programme(22_050)
    first, second = (levelled(audio, gain=15.0, block=block)[0] for block in (701, 100_000))
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_a_target_is_met() -> None:
    audio = programme(22_050)
    out, _ = levelled(audio, gain=-18.0 - measured(audio, 22_050).loudness, block=65_536)
    assert measured(out, 22_050).loudness == pytest.approx(-18.0, abs=0.3)


def test_memory_does_not_grow_with_the_sound() -> None:
    audio = programme(22_050, seconds=8)

    def peak(times: int) -> int:
        tracemalloc.start()
        meter, leveller = LoudnessMeter(22_050), Leveller(gain=10.0, peak=-1.0)
        for _ in range(times):
            meter.add(audio)
            leveller.process(audio)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(1)
    assert peak(30) < peak(3) + 200_000
