import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import measures
from evaluation.hearing import Heard, read_cache
from evaluation.judges import Quality, mean_quality, require
from text_to_speech.errors import InputError, SpeechError
from text_to_speech.inference.mel import SAMPLE_RATE, SILENCE

WORDS = st.lists(st.sampled_from("abc"), max_size=8)


def heard(transcript: str, clicks: int = 0) -> Heard:
    return Heard(transcript=transcript, quality=None, clicks=clicks, seconds=30.0)


# --- words


@pytest.mark.parametrize(
    ("reference", "hypothesis", "substitutions", "deletions", "insertions"),
    [
        ("the birch canoe slid", "the birch canoe slid", 0, 0, 0),
        ("the birch canoe slid", "the birch can use slid", 1, 0, 1),
        ("the birch canoe slid", "the canoe slid", 0, 1, 0),
        ("the birch", "", 0, 2, 0),
        ("", "well", 0, 0, 1),
    ],
)
def test_word_errors_are_told_apart(reference, hypothesis, substitutions, deletions, insertions):
    errors = measures.word_errors(reference, hypothesis)
    assert (errors.substitutions, errors.deletions, errors.insertions) == (
        substitutions,
        deletions,
        insertions,
    )
    assert errors.words == len(reference.split())


def test_rate_is_that_of_the_corpus_and_not_the_mean_of_its_lines():
    total = measures.word_errors("one", "two") + measures.word_errors(
        "a b c d e f g h i", "a b c d e f g h i"
    )
    assert total.rate == pytest.approx(0.1)


def test_rate_of_nothing_is_nan():
    assert np.isnan(measures.WordErrors().rate)


@settings(deadline=None, max_examples=40)
@given(WORDS, WORDS)
def test_alignment_uses_every_word_once_and_in_order(reference, hypothesis):
    edits = measures.align_words(reference, hypothesis)
    assert [e.reference for e in edits if e.kind != "insert"] == list(range(len(reference)))
    assert [e.hypothesis for e in edits if e.kind != "delete"] == list(range(len(hypothesis)))
    for edit in edits:
        if edit.kind in ("equal", "substitute"):
            same = reference[edit.reference] == hypothesis[edit.hypothesis]
            assert same == (edit.kind == "equal")


@settings(deadline=None, max_examples=40)
@given(WORDS, WORDS)
def test_errors_are_symmetric_and_never_more_than_the_longer_text(one, other):
    def distance(a, b):
        e = measures.word_errors(" ".join(a), " ".join(b))
        return e.substitutions + e.deletions + e.insertions

    assert distance(one, other) == distance(other, one)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


def test_a_word_said_twice_is_found():
    assert measures.repeated_words("the old friend left", "the old old friend left") == ["old"]


def test_a_word_that_the_text_itself_repeats_is_no_repetition():
    assert measures.repeated_words("she had had enough", "she had had enough") == []


def test_an_inserted_word_of_another_kind_is_no_repetition():
    assert measures.repeated_words("the old friend", "the very old friend") == []


def test_only_words_that_the_copy_has_are_skipped_by_the_voice():
    assert measures.skipped_words("a b c d", "a d", "a c d") == ["c"]


# --- durations and pitch


def test_duration_excess_is_of_the_total():
    assert measures.duration_excess([90, 110, 4], [100, 100, 0]) == pytest.approx(2.0)
    assert np.isnan(measures.duration_excess([], []))


def test_an_octave_is_1200_cents_and_unvoiced_phonemes_do_not_count():
    teacher = np.full((3, 3), np.log(200.0), dtype=np.float32)
    pitch = teacher + np.array([[np.log(2.0)], [-np.log(2.0)], [9.0]], dtype=np.float32)
    errors = measures.pitch_errors(pitch, teacher, np.array([1.0, 0.6, 0.5], dtype=np.float32))
    assert errors.shape == (6,)
    np.testing.assert_allclose(errors, 1200.0, rtol=1e-5)


# --- spectral contrast


def speech_mel(seed: int = 0, frames: int = 50) -> np.ndarray:
    return np.random.default_rng(seed).normal(-3.0, 1.0, (80, frames)).astype(np.float32)


def test_silence_is_not_speech():
    mel = speech_mel()
    mel[:, :10] = SILENCE
    np.testing.assert_array_equal(measures.speech_frames(mel), np.arange(50) >= 10)


def test_contrast_of_a_mel_with_itself_is_one_and_halves_with_its_ripple():
    mel = speech_mel()
    teacher = measures.spectral_contrast(mel)
    flat = measures.spectral_contrast(mel.mean() + 0.5 * (mel - mel.mean()))
    assert measures.contrast_ratio(teacher, teacher) == 1.0
    assert measures.contrast_ratio(flat, teacher) == pytest.approx(0.5, rel=1e-4)


def test_contrast_of_some_bands_sees_only_these():
    mel = speech_mel()
    smooth = mel.copy()
    smooth[40:61] = mel[40:61].mean()
    ratio = measures.contrast_ratio(
        measures.spectral_contrast(smooth), measures.spectral_contrast(mel), 40, 60
    )
    assert ratio == pytest.approx(0.0, abs=1e-6)
    rest = measures.contrast_ratio(measures.spectral_contrast(smooth), measures.spectral_contrast(mel), 0, 39)
    assert rest == pytest.approx(1.0)


def test_contrast_is_a_mean_over_frames_so_that_length_does_not_matter():
    mel = speech_mel()
    twice = measures.spectral_contrast(np.concatenate([mel, mel], axis=1))
    assert measures.contrast_ratio(twice, measures.spectral_contrast(mel)) == pytest.approx(1.0)


# --- clicks


def voiced_sound(seconds: float = 1.0) -> np.ndarray:
    """A buzz of 30 harmonics of 200 Hz with a little noise: peaky, but without a discontinuity."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    buzz = sum(np.cos(2 * np.pi * 200 * k * time) / k for k in range(1, 31))
    noise = np.random.default_rng(0).normal(0.0, 0.002, time.size)
    return (0.08 * buzz + noise).astype(np.float32)


def test_a_smooth_sound_has_no_clicks():
    assert measures.find_clicks(voiced_sound()).size == 0


def test_silence_and_very_short_sounds_have_no_clicks():
    assert measures.find_clicks(np.zeros(SAMPLE_RATE, dtype=np.float32)).size == 0
    assert measures.find_clicks(np.ones(3, dtype=np.float32)).size == 0


@pytest.mark.parametrize("place", [300, 9_000, 15_000])
def test_a_planted_step_is_found_where_it_is(place):
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    sound = (0.2 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    sound[place:] += 0.2
    clicks = measures.find_clicks(sound)
    assert clicks.size == 1
    assert abs(int(clicks[0]) - place) <= 2


def test_the_onset_of_a_loud_sound_after_silence_is_no_click():
    noise = np.random.default_rng(1).normal(0.0, 0.1, SAMPLE_RATE).astype(np.float32)
    noise[: SAMPLE_RATE // 2] = 0.0
    assert measures.find_clicks(noise).size == 0


# --- the table


# --- the command, with tiny models


# --- judges, cache, pictures


def test_quality_is_averaged_over_files():
    one = Quality(overall=3.0, signal=3.0, background=4.0, p808=4.0)
    other = Quality(overall=4.0, signal=4.0, background=4.0, p808=3.0)
    assert mean_quality([one, other]) == Quality(overall=3.5, signal=3.5, background=4.0, p808=3.5)


def test_a_missing_judge_is_one_line_that_names_the_extra():
    with pytest.raises(SpeechError, match="evaluate") as caught:
        require("no_such_judge")
    assert "\n" not in str(caught.value)


def test_a_cache_that_is_not_there_is_empty_and_one_that_is_damaged_is_refused(tmp_path):
    assert read_cache(tmp_path / "none.json") == {}
    damaged = tmp_path / "damaged.json"
    damaged.write_text("{")
    with pytest.raises(InputError, match=r"damaged\.json"):
        read_cache(damaged)
