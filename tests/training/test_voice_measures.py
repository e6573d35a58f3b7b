"""What acoustic.evaluate computes from pitch, embeddings, transcripts and waveforms, without models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import intonation, verdicts
from evaluation.hearing import Heard, Panel, cache_key, judge_versions
from evaluation.judges import Quality
from evaluation.likeness import likeness
from evaluation.pictures import CAPTION, MARGIN, Sound, draw_sounds
from text_to_speech.inference.mel import FRAME_SECONDS, SILENCE

GOOD = Quality(overall=3.4, signal=3.5, background=4.0, p808=4.1)


def heard(transcript: str, *, opinion: float = 4.5, clicks: int = 0, quality: Quality | None = GOOD) -> Heard:
    return Heard(transcript=transcript, quality=quality, clicks=clicks, seconds=30.0, opinion=opinion)


def gliding(semitones_a_second: float, *, frames: int = 86, hz: float = 120.0) -> np.ndarray:
    seconds = np.arange(frames) * FRAME_SECONDS
    return (hz * 2 ** (semitones_a_second * seconds / 12)).astype(np.float32)


# -- the end of an utterance


@pytest.mark.parametrize("slope", [-9.0, 0.0, 7.0])
@pytest.mark.parametrize("hz", [80.0, 220.0])
def test_the_end_of_a_glide_has_its_slope_whatever_the_voice(slope: float, hz: float) -> None:
    end = intonation.ending(gliding(slope, hz=hz))
    assert end is not None
    assert end.slope == pytest.approx(slope, abs=0.01)
    # The middle of the last half second is a quarter of a second off the middle of a second.
    assert end.level == pytest.approx(slope * 0.25, abs=0.05 + abs(slope) * 0.01)


def test_only_the_last_half_second_is_the_end() -> None:
    fall = np.concatenate([gliding(20.0), np.full(60, 100.0, np.float32)])
    end = intonation.ending(fall)
    assert end is not None
    assert end.slope == pytest.approx(0.0, abs=1e-6)
    assert end.level < 0


def test_silence_around_an_utterance_changes_nothing() -> None:
    rise = gliding(6.0)
    late = intonation.ending(np.concatenate([np.zeros(10, np.float32), rise, np.zeros(50, np.float32)]))
    alone = intonation.ending(rise)
    assert late is not None
    assert alone is not None
    assert (late.level, late.slope) == pytest.approx((alone.level, alone.slope))


@pytest.mark.parametrize("f0", [np.zeros(0), np.zeros(50), np.array([0.0, 100.0, 101.0, 0.0])])
def test_what_is_hardly_voiced_has_no_end(f0: np.ndarray) -> None:
    assert intonation.ending(f0) is None


def test_marks_and_boundaries_do_not_sound() -> None:
    assert intonation.sounding("hˈi, ju?").tolist() == [0, 1, 1, 1, 0, 0, 1, 1, 0, 0]


def test_a_contour_has_the_frames_of_its_phonemes_and_is_silent_where_they_are() -> None:
    log_f0 = np.full((3, 3), np.log(150.0), np.float32)
    curve = intonation.contour(log_f0, np.array([0.0, 1.0, 0.0], np.float32), np.array([4, 30, 6]))
    assert curve.shape == (40,)
    np.testing.assert_allclose(curve[10:28], 150.0, rtol=1e-4)
    assert not curve[:2].any()
    assert not curve[-3:].any()


# -- median and spread


@settings(deadline=None, max_examples=30)
@given(st.floats(60, 400), st.floats(0.5, 6.0))
def test_median_and_spread_do_not_depend_on_the_height_of_a_voice(hz: float, spread: float) -> None:
    semitones = spread * np.tile([-1.0, 1.0], 50)
    f0 = np.append(hz * 2 ** (semitones / 12), [0.0, 0.0])
    median, found = intonation.median_and_spread(f0)
    assert found == pytest.approx(spread, rel=1e-6)
    assert hz * 2 ** (-spread / 12) * 0.999 <= median <= hz * 2 ** (spread / 12) * 1.001


def test_nothing_voiced_has_neither() -> None:
    assert np.isnan(intonation.median_and_spread(np.zeros(9))).all()


def test_frames_an_octave_off_are_counted_and_left_out() -> None:
    meant = np.array([100.0, 110.0, 0.0, 120.0, 130.0, 140.0])
    tracked = np.array([101.0, 220.0, 115.0, 0.0, 60.0])
    kept, stray = intonation.agreeing(tracked, meant)
    np.testing.assert_array_equal(kept, [101.0, 0.0, 0.0, 0.0, 0.0])
    assert stray == 2


def test_the_pitch_of_a_buzz_is_tracked() -> None:
    pytest.importorskip("librosa")
    time = np.arange(22_050) / 22_050
    for hz, sex in ((90.0, "male"), (210.0, "female")):
        buzz = 0.1 * sum(np.cos(2 * np.pi * hz * n * time) / n for n in range(1, 12))
        f0 = intonation.track(buzz.astype(np.float32), sex)
        assert (f0 > 0).mean() > 0.8
        assert np.median(f0[f0 > 0]) == pytest.approx(hz, rel=0.01)


# -- likeness


def test_a_voice_is_like_its_teacher_or_taken_for_another() -> None:
    teachers = {"a": np.array([1.0, 0, 0]), "b": np.array([0, 1.0, 0]), "c": np.array([0, 0, 1.0])}
    voice = np.array([0.8, 0.6, 0.0])
    found = likeness("a", voice, teachers)
    assert (found.own, found.next, found.other) == pytest.approx((0.8, "b", 0.6))
    assert found.margin == pytest.approx(0.2)
    assert likeness("b", voice, teachers).margin == pytest.approx(-0.2)


# -- verdicts


def test_word_errors_and_quality_are_those_of_all_lines() -> None:
    lines = [("a b c d", heard("a b c x", opinion=4.0)), ("e f g h i j", heard("e f g h i j", clicks=2))]
    assert verdicts.error_rate(lines) == pytest.approx(10.0)
    assert verdicts.quality(lines) == pytest.approx(
        {"dnsmos": 3.4, "p808": 4.1, "distillmos": 4.25, "worst": 4.0}
    )
    assert verdicts.clicks_per_minute(lines) == pytest.approx(2.0)
    assert verdicts.recognised(lines) == 1
    assert verdicts.differences(lines) == [{"text": "a b c d", "heard": "a b c x"}]


def test_accidents_are_those_that_the_copy_does_not_have() -> None:
    lines = [("a b c d", heard("a a b d")), ("e e f", heard("e e f")), ("g h", heard("g g h"))]
    copies = [("a b c d", heard("a b c d")), ("e e f", heard("e f")), ("g h", heard("g g h"))]
    assert verdicts.accidents(lines, copies) == [
        {"text": "a b c d", "heard": "a a b d", "repeated": ["a"], "skipped": ["c"]}
    ]


# -- the panel


class Ears:
    """A recogniser and a listener that count what they are given."""

    calls = 0

    def __init__(self, **_: int) -> None:
        pass

    def transcribe(self, _: np.ndarray) -> str:
        Ears.calls += 1
        return "hello"

    def rate(self, _: np.ndarray) -> Quality:
        return GOOD


class Other(Ears):
    def rate(self, _: np.ndarray) -> float:  # type: ignore[override]
        return 4.25


@pytest.fixture
def judges(monkeypatch: pytest.MonkeyPatch) -> type[Ears]:
    monkeypatch.setattr("evaluation.hearing.Recogniser", Ears)
    monkeypatch.setattr("evaluation.hearing.Listener", Ears)
    monkeypatch.setattr("evaluation.hearing.SecondListener", Other)
    Ears.calls = 0
    return Ears


def test_a_panel_remembers_in_another_run_and_asks_again_for_what_was_not_asked(judges, tmp_path) -> None:
    sound = np.zeros(22_050, np.float32)
    first = Panel(cache=tmp_path / "heard.json")
    plain = first.recall("key", lambda: sound, rate=False)
    assert (plain.quality, plain.opinion) == (None, None)
    first.save()
    second = Panel(cache=tmp_path / "heard.json", second=True)
    assert second.recall("key", lambda: sound, rate=False) == plain
    assert judges.calls == 1
    rated = second.recall("key", lambda: sound, rate=True)
    assert rated == replace(plain, quality=GOOD, opinion=4.25)
    assert second.recall("key", lambda: sound, rate=True) == rated
    assert judges.calls == 2


def test_two_panels_share_a_cache(judges, tmp_path) -> None:
    sound = np.zeros(22_050, np.float32)
    panels = [Panel(cache=tmp_path / "heard.json") for _ in range(2)]
    for name, panel in zip("ab", panels, strict=True):
        panel.recall(name, lambda: sound, rate=False)
        panel.save()
    for name in "ab":
        Panel(cache=tmp_path / "heard.json").recall(name, lambda: sound, rate=False)
    assert judges.calls == 2


def test_a_panel_loads_no_judge_before_it_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: int) -> None:
        raise AssertionError("loaded")

    monkeypatch.setattr("evaluation.hearing.Recogniser", refuse)
    Panel()


def test_a_judgement_depends_on_the_speaker_the_phonemes_and_the_judges(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = cache_key("a", ("x",))
    assert len({one, cache_key("b", ("x",)), cache_key("a", ("y",))}) == 3
    monkeypatch.setattr("evaluation.hearing.judge_versions", lambda: (*judge_versions(), "another 1.0"))
    assert cache_key("a", ("x",)) != one


# -- pictures


def test_a_picture_has_both_sounds_on_one_scale() -> None:
    pytest.importorskip("cv2")
    mel = np.full((80, 40), SILENCE, np.float32)
    high, low = np.full(40, 300.0, np.float32), np.full(20, 100.0, np.float32)
    picture = draw_sounds([Sound("one", mel, high), Sound("other", mel[:, :20], low)])
    height = picture.shape[0] // 2
    assert picture.shape[1] == 3 * 40 + MARGIN
    rows = [np.flatnonzero((half[CAPTION:, :60] == (255, 255, 0)).all(axis=2).any(axis=1)).mean()
            for half in (picture[:height], picture[height:])]  # fmt: skip
    assert rows[0] < 0.1 * height
    assert rows[1] > 0.8 * height
    assert (picture[height + CAPTION :, 63 : 3 * 40] < 8).all()  # the shorter one is followed by silence


def test_a_sound_without_pitch_is_drawn() -> None:
    pytest.importorskip("cv2")
    assert draw_sounds([Sound("none", np.zeros((80, 5), np.float32), np.zeros(5, np.float32))]).size
