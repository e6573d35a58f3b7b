"""The progress line: it counts seconds of sound, its estimate holds, and it comes late enough."""

from __future__ import annotations

import io
import logging
import time
from types import SimpleNamespace
from typing import Any

import pytest

from text_to_speech.cli import progress
from text_to_speech.cli.progress import Estimate, Progress, clock_time


def speech(pace: float, *, sentences: int = 60, chunk: float = 2.0) -> tuple[int, list[tuple[Any, float]]]:
    """Return the length of a text that is spoken at a pace, and its chunks with the seconds of sound at their ends."""
    offset, sound, chunks = 0, 0.0, []
    for number in range(sentences):
        length = 40 + 37 * number % 101
        start, end = sound + 0.4, sound + 0.4 + length / pace
        sentence = SimpleNamespace(text="x" * length, offset=offset, start=start, end=end)
        while sound < end:
            sound = min(sound + chunk, end)
            chunks.append((sentence, sound))
        offset += length + 1
    return offset, chunks


@pytest.mark.parametrize("pace", [11.0, 15.0, 19.0])
@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_the_estimate_is_near_at_once_and_right_soon(pace: float, alpha: float) -> None:
    characters, chunks = speech(pace / alpha)
    total = chunks[-1][1]
    estimate = Estimate(characters, alpha=alpha)
    assert estimate.total == pytest.approx(total, rel=0.45)
    before = 0.0
    for sentence, sound in chunks:
        estimate.advance(sentence, sound)
        assert estimate.sound == sound
        done = sound / estimate.total
        assert done > before - 0.02  # it does not run back
        before = done
        if sound > 0.1 * total:
            assert estimate.total == pytest.approx(total, rel=0.15)
        if sound > 0.5 * total:
            assert estimate.total == pytest.approx(total, rel=0.06)
    assert estimate.total == pytest.approx(total, rel=0.01)


def test_the_time_left_holds() -> None:
    now = 100.0
    characters, chunks = speech(14.0)
    total = chunks[-1][1]
    shown = Progress(Estimate(characters), shown=False, clock=lambda: now)
    for sentence, sound in chunks:
        now = 100.0 + 0.5 * sound  # the device needs half of the time of the sound
        shown.advance(sentence, sound)
        if sound > 0.1 * total:
            minutes, seconds = shown.line().split(", ")[2].split()[0].split(":")
            left = 60 * int(minutes) + int(seconds)
            assert left == pytest.approx(0.5 * (total - sound), abs=0.08 * total + 1)
    now += 1_000
    assert shown.line().endswith(", 0:00 left")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the progress line writes."""
    stream = io.StringIO()
    monkeypatch.setattr(progress, "tell", lambda text, end="\n": stream.write(text + end))
    monkeypatch.setattr(progress, "INTERVAL", 0.005)
    return stream


def test_a_slow_machine_shows_it_for_the_shortest_text_before_there_is_sound(
    terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "DELAY", 0.0)
    with Progress(Estimate(60), shown=True):
        deadline = time.monotonic() + 20
        while "of sound" not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.005)
    assert "\r0:00 of about 0:04 of sound, 0%" in terminal.getvalue()
    assert terminal.getvalue().endswith(" \r")


def test_a_text_that_is_done_soon_shows_nothing(terminal: io.StringIO) -> None:
    now = 0.0
    with Progress(Estimate(60), shown=True, clock=lambda: now):
        time.sleep(0.05)
        now = 0.9
        time.sleep(0.05)
    assert terminal.getvalue() == ""


def test_a_message_begins_on_a_line_of_its_own(
    terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "DELAY", 0.0)
    handler = logging.StreamHandler(terminal)
    logger = logging.getLogger()
    monkeypatch.setattr(logger, "handlers", [handler])
    with Progress(Estimate(60), shown=True):
        deadline = time.monotonic() + 20
        while not terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.005)
        logger.warning("too loud")
    before, _, _ = terminal.getvalue().partition("too loud")
    assert before.endswith(" \r")
    assert handler.filters == []


def test_the_line_is_removed_when_the_work_fails(terminal: io.StringIO) -> None:
    shown = Progress(Estimate(60), shown=True)

    def work() -> None:
        with shown:
            shown._draw()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert terminal.getvalue().endswith(" \r")


@pytest.mark.parametrize(
    ("seconds", "written"), [(-3, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (3_750, "1:02:30")]
)
def test_times_are_written_as_clocks_do(seconds: float, written: str) -> None:
    assert clock_time(seconds) == written
