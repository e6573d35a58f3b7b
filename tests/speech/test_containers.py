"""The containers of sound files and the sample rates that they can have."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from text_to_speech.errors import InputError, OutputError
from text_to_speech.speech.containers import FORMATS, OUTPUT_RATES, RATES
from text_to_speech.speech.resampling import resample
from text_to_speech.speech.sinks import open_audio, write_audio

TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(22_050 * 2) / 22_050)).astype(np.float32)


@pytest.mark.parametrize("container", FORMATS)
@pytest.mark.parametrize("rate", [8_000, 12_000, 16_000, 24_000, 48_000])
def test_every_container_has_the_rate_that_is_asked_for(container: str, rate: int, tmp_path: Path) -> None:
    path = tmp_path / f"tone.{container}"
    with open_audio(path, output_rate=rate) as file:
        for chunk in np.array_split(TONE, 11):
            file.write(chunk)
    assert (file.samples, file.seconds) == (TONE.size, 2.0)
    if container == "raw":
        heard = np.fromfile(path, "<i2").astype(np.float32) / 32_768
    else:
        heard, found = soundfile.read(path, dtype="float32")
        assert found == rate
    whole = resample(TONE, 22_050, rate)
    assert heard.size == whole.size
    noise = heard - whole
    least = 60 if container in ("wav", "flac", "raw") else 15
    assert 10 * np.log10((whole**2).sum() / (noise**2).sum()) > least


@pytest.mark.parametrize("container", ["wav", "flac", "ogg", "raw"])
@pytest.mark.parametrize("rate", [*OUTPUT_RATES, 9_999, 22_051, 44_100])
def test_containers_without_a_list_have_any_rate(container: str, rate: int) -> None:
    file = io.BytesIO()
    write_audio(file, TONE, container=container, output_rate=rate)
    assert len(file.getvalue()) > 1_000


@pytest.mark.parametrize(
    ("container", "given", "expected"),
    [
        ("opus", 22_050, 24_000),
        ("opus", 24_000, 24_000),
        ("opus", 8_001, 12_000),
        ("opus", 96_000, 48_000),
        ("mp3", 22_050, 22_050),
        ("mp3", 23_000, 24_000),
        ("mp3", 192_000, 48_000),
        ("wav", 23_000, 23_000),
        ("wav", 300_001, 300_001),
        ("ogg", 96_000, 96_000),
        ("ogg", 300_000, 200_000),
        ("flac", 44_100, 44_100),
        ("flac", 200_001, 65_535),
    ],
)
def test_a_coding_that_lacks_a_rate_takes_the_next_one(container: str, given: int, expected: int) -> None:
    file = io.BytesIO()
    write_audio(file, TONE, container=container, sample_rate=given)
    info = soundfile.info(io.BytesIO(file.getvalue()))
    assert info.samplerate == expected
    assert info.duration == pytest.approx(TONE.size / given, abs=0.001)


@pytest.mark.parametrize("rate", [7_999, 48_001, 0, -1, 22_050.0, "22050", True, 10**12])
def test_a_rate_outside_the_range_is_refused(rate: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sample rate .*: expected a whole number from 8000 to 48000"):
        write_audio(tmp_path / "out.wav", TONE, output_rate=rate)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("container", "rates"), RATES.items())
def test_a_rate_that_the_coding_lacks_is_refused_with_those_that_it_has(
    container: str, rates: tuple[int, ...], tmp_path: Path
) -> None:
    listed = ", ".join(map(str, rates))
    with pytest.raises(
        OutputError, match=rf"out\.{container} .* 10000 samples a second: {container} has {listed}"
    ):
        write_audio(tmp_path / f"out.{container}", TONE, output_rate=10_000)
    assert list(tmp_path.iterdir()) == []


def test_a_wave_whose_peaks_lie_between_samples_is_clipped_after_it_is_resampled(tmp_path: Path) -> None:
    # Two samples at full scale around a peak that is 1.41 times as high.
    wave = np.tile(np.array([1.0, 1.0, -1.0, -1.0], np.float32), 2_000)
    assert np.abs(resample(wave, 22_050, 48_000)).max() > 1.2
    write_audio(tmp_path / "out.wav", wave, output_rate=48_000)
    heard = soundfile.read(tmp_path / "out.wav", dtype="int16")[0]
    assert (heard.max(), heard.min()) == (32_767, -32_767)
