"""The training scripts: lists that do not leak, durations that add up, a comb, and errors.

What needs PyTorch is skipped where it is not installed.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import corpus
import teacher
from text_to_speech.inference.mel import LOG_FLOOR, mel_spectrogram

SENTENCES = [f"Sentence number {n} speaks of lamp {n} and of the weather in the harbour." for n in range(700)]


def test_held_out_sentences_are_nowhere_in_the_corpus():
    training, held_out, validation = corpus.split_off(SENTENCES)
    built = corpus.build(training, ["Yes, please."], seed=1)
    assert held_out
    assert validation
    assert not set(held_out) & set(validation)
    for kept in held_out + validation:
        number = kept.split()[2]
        assert not any(f"number {number} " in f"{line} " for line in built)


def test_a_corpus_is_made_the_same_again():
    training, *_ = corpus.split_off(SENTENCES)
    assert corpus.build(training, [], seed=3) == corpus.build(training, [], seed=3)
    assert corpus.build(training, [], seed=3) != corpus.build(training, [], seed=4)


def test_own_sentences_are_all_there():
    own = ["Yes, please.", "Is it far from here, or can we walk?"]
    assert set(own) <= set(corpus.build(SENTENCES, own, seed=1))


@given(units=hnp.arrays(np.int64, st.integers(1, 150), elements=st.integers(1, 30)))
@settings(deadline=None)
def test_mel_durations_follow_the_teacher(units):
    samples = units.sum() * teacher.FRAMES_PER_UNIT * teacher.TEACHER_HOP * 22_050 / teacher.TEACHER_RATE
    frames = int(samples) // 256
    durations = teacher.mel_durations(units, frames)
    assert durations.sum() == frames
    assert (durations >= 1).all()
    exact = np.cumsum(units) * teacher.FRAMES_PER_UNIT * teacher.FRAME_RATIO - teacher.BOUNDARY_OFFSET
    assert np.abs(np.cumsum(durations)[:-1] - exact[:-1]).max(initial=0) <= 0.51


def test_pitch_is_read_where_it_stands():
    units = np.array([5, 10, 5])  # 40 teacher frames
    f0 = np.zeros(40, np.float32)
    f0[10:30] = np.exp(np.linspace(5.0, 5.4, 20))  # a glide through the second phoneme, the others unvoiced
    pitch, voicing = teacher.phoneme_pitch(f0, units)
    assert np.allclose(voicing, [0, 1, 0])
    assert pitch[1] == pytest.approx([5.06, 5.20, 5.34], abs=0.02)
    assert pitch[0] == pytest.approx([5.0, 5.0, 5.0], abs=0.02)  # held to the left of the voiced part
    assert pitch[2] == pytest.approx([5.4, 5.4, 5.4], abs=0.02)


def test_energy_is_the_mean_magnitude_of_the_phoneme():
    mel = np.log(np.concatenate([np.full((80, 3), 0.5), np.full((80, 2), 0.02)], axis=1)).astype(np.float32)
    energy = teacher.phoneme_energy(mel, np.array([3, 2]))
    assert np.exp(energy) == pytest.approx([0.5, 0.02], rel=1e-3)


def test_mel_spectrogram_keeps_its_contract():
    time = np.arange(22_050) / 22_050
    tone = (0.5 * np.sin(2 * np.pi * 1_000 * time)).astype(np.float32)
    mel = mel_spectrogram(tone)
    assert mel.shape == (1, 80, 22_050 // 256)
    assert mel.dtype == np.float32
    assert mel.min() >= np.log(LOG_FLOOR) - 1e-5
    assert abs(int(mel[0, :, 40].argmax()) - 26) <= 1  # 1,000 Hz lies at band 26.9 of 80 on the Slaney scale


@pytest.mark.training
def test_the_comb_has_its_peaks_at_the_harmonics():
    pytest.importorskip("torch")
    from acoustic import model

    place = (np.log(200.0) - np.log(model.COMB_LOW)) / np.log(model.COMB_HIGH / model.COMB_LOW)
    row = model.harmonic_comb(model.COMB_LOW, model.COMB_HIGH, model.COMB_STEPS)[
        round(float(place) * (model.COMB_STEPS - 1))
    ].numpy()
    bands = [round(harmonic * 200 / 37.2 - 1) for harmonic in (1, 2, 3, 4)]  # 37.2 Hz a band below 1,000 Hz
    for band in bands:
        assert row[band - 1 : band + 2].max() > row[band + 2] + 1.0


@pytest.mark.training
def test_a_rough_and_a_smooth_spectrogram_differ_in_texture_alone():
    torch = pytest.importorskip("torch")
    from acoustic import losses

    torch.manual_seed(0)
    smooth = torch.zeros(1, 64, 80)
    rough = 0.3 * torch.randn(1, 64, 80)
    other = 0.3 * torch.randn(1, 64, 80)
    mask = torch.ones(1, 64)
    over_smoothed = losses.decoder_losses(smooth, smooth, rough, mask)
    as_rough = losses.decoder_losses(other, other, rough, mask)
    assert over_smoothed["final"] < as_rough["final"]  # L1 prefers the smooth one ...
    assert over_smoothed["texture"] > 5 * as_rough["texture"]  # ... and the texture does not
