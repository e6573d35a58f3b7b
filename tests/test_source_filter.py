"""The source of the light vocoder: pulses at the pitch, noise where there is none, and no seam where windows join."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import tiny_models
from text_to_speech import Vocoder
from text_to_speech.errors import ModelError
from text_to_speech.mel import SAMPLE_RATE
from text_to_speech.runtime import read_model
from text_to_speech.source_filter import PULSE_TAPS, Excitation, SourceFrames, cut_in_two, takes_source
from text_to_speech.windows import Window

SECOND = 86  # frames, about


def contour(hz: float | NDArray[np.float32], *, voicing: float = 1.0, frames: int = SECOND) -> tuple:
    log_f0 = np.broadcast_to(np.log(np.float32(hz)), frames + 2)
    return log_f0, np.full(frames + 2, voicing, np.float32)


def read_by_frame(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """A pitch that can be foretold: the first band is log-F0, the second one voicing."""
    return mel[0, :2]


def random_contour(frames: int) -> NDArray[np.float32]:
    dice = np.random.default_rng(1)
    return np.stack([dice.uniform(4.6, 5.8, frames), dice.uniform(0, 1, frames)]).astype(np.float32)


@pytest.mark.parametrize("hz", [75.0, 117.3, 200.0, 399.9])
def test_there_are_as_many_pulses_as_periods(hz):
    pulses = Excitation().extend(*contour(hz))[0]
    height = np.sqrt(SAMPLE_RATE / hz)
    # Between its two largest samples a pulse that stands between them keeps its area.
    assert pulses.sum() / height == pytest.approx(hz * pulses.size / SAMPLE_RATE, abs=1.6)


@pytest.mark.parametrize("hz", [110.0, 237.7])
def test_the_spectrum_has_lines_at_the_harmonics_and_nothing_between(hz):
    pulses = Excitation().extend(*contour(hz, frames=200))[0][1000:-1000]
    spectrum = np.abs(np.fft.rfft(pulses * np.blackman(pulses.size)))
    hertz = np.fft.rfftfreq(pulses.size, 1 / SAMPLE_RATE)
    for harmonic in (1, 5, 20):
        on = spectrum[np.abs(hertz - harmonic * hz) < 2].max()
        between = spectrum[np.abs(hertz - (harmonic + 0.5) * hz) < 2].max()
        assert on > 300 * between


def test_both_parts_have_unit_power():
    pulses, noise = Excitation().extend(*contour(180.0, frames=400))
    assert np.mean(noise**2) == pytest.approx(1, abs=0.02)
    assert np.mean(pulses**2) == pytest.approx(1, abs=0.1)  # the taps take a little of the highest octave


def test_unvoiced_frames_have_no_pulses():
    assert not Excitation().extend(*contour(180.0, voicing=0.3))[0].any()


def test_pitch_and_voicing_glide_between_frames():
    log_f0, _ = contour(200.0)
    voicing = np.zeros_like(log_f0)
    voicing[40:] = 1
    pulses = Excitation().extend(log_f0, voicing)[0]
    first = np.flatnonzero(pulses)[0]
    assert 38 * 256 < first < 39.6 * 256  # frame 39 of the padded contour has its centre at sample 38.5 · 256


def test_another_seed_is_another_noise_and_the_same_pulses():
    one, same, other = (Excitation(seed=seed).extend(*contour(180.0)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(one[0], other[0])
    assert np.abs(one[1] - other[1]).max() > 1


@given(cuts=st.lists(st.integers(0, 60), max_size=6))
def test_pieces_of_an_excitation_are_the_whole(cuts):
    log_f0, voicing = random_contour(62)
    whole = Excitation().extend(log_f0, voicing)
    places = [0, *sorted(cuts), 60]
    excitation = Excitation()
    pieces = [
        excitation.extend(log_f0[a : b + 2], voicing[a : b + 2])
        for a, b in zip(places[:-1], places[1:], strict=True)
        if b > a
    ]
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-5)


def whole_source(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    log_f0, voicing = np.pad(mel[:2], ((0, 0), (1, 1)), mode="edge")
    return Excitation(seed=3).extend(log_f0, voicing)


@settings(max_examples=50)
@given(
    frames=st.integers(1, 400),
    sizes=st.lists(st.integers(1, 150), min_size=1),
    pieces=st.lists(st.integers(1, 90), min_size=1),
    any_length=st.booleans(),
)
def test_windows_get_their_part_of_one_source(frames, sizes, pieces, any_length):
    mel = np.full((80, frames), -5, np.float32)
    mel[:2] = random_contour(frames)
    cuts = np.cumsum(np.resize(pieces, frames))
    source = SourceFrames(
        np.split(mel, cuts[cuts < frames], axis=1),
        kept=200,
        read_pitch=read_by_frame,
        any_length=any_length,
        seed=3,
    )
    expected = np.pad(whole_source(mel), ((0, 0), (0, 200 * 256)))
    stop = 0
    for size in np.resize(sizes, frames):
        start, stop = max(0, stop - 30), stop + int(size)
        inputs = source.take(Window(start, stop, start, stop))
        assert inputs["mel"].shape == (1, 80, stop - start)
        np.testing.assert_allclose(inputs["source"][0], expected[:, start * 256 : stop * 256], atol=1e-4)
        if stop >= frames:
            break


def test_a_vocoder_is_cut_in_two(tmp_path: Path, tiny):
    model = read_model(tiny_models.save_source_filter(tmp_path / "light.onnx"))
    assert takes_source(model)
    assert not takes_source(read_model(tiny.vocoder))
    audio, pitch = cut_in_two(model)
    assert [port.any_name for port in (*audio.inputs, *audio.outputs)] == ["mel", "source", "audio"]
    assert [port.any_name for port in (*pitch.inputs, *pitch.outputs)] == ["mel", "pitch"]
