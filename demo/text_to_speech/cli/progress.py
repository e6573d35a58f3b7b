"""The progress line of a long speech: how much sound there is, how much there will be, and when it is done.

Its unit is the second of sound. How many seconds a text becomes is not known before it is spoken, so it is estimated
from the characters: at first with the voice's usual pace, and more and more with the pace met so far.
"""

from __future__ import annotations

import logging
import shutil
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from .frame import tell

if TYPE_CHECKING:
    from ..speech.spoken import SpokenSentence

USUAL_PACE = 14.5  # characters per second of speech, pauses included
USUAL_WEIGHT = 150.0  # so many characters must be spoken until the pace met counts as much as the usual one
DELAY = 1.0  # seconds of work before anything is shown
INTERVAL = 0.25  # seconds between two looks at the clock


class Estimate:
    """How long the sound of a text will be, and how much of it there is.

    Args:
        characters: Length of the text.
        alpha: Duration of the speech as a multiple of the usual one.
    """

    def __init__(self, characters: int, *, alpha: float = 1.0) -> None:
        self.sound = 0.0
        self._characters = characters
        self._spoken = 0.0
        self._usual_pace = USUAL_PACE / alpha

    def advance(self, sentence: SpokenSentence, sound: float) -> None:
        """Note that there are `sound` seconds of sound, which end in a sentence."""
        length = max(sentence.end - sentence.start, 1e-3)
        share = min(max((sound - sentence.start) / length, 0.0), 1.0)
        self._spoken = max(self._spoken, sentence.offset + share * len(sentence.text))
        self.sound = sound

    @property
    def total(self) -> float:
        """Seconds of sound that the whole text will have."""
        pace = (USUAL_WEIGHT + self._spoken) / (USUAL_WEIGHT / self._usual_pace + self.sound)
        return self.sound + max(0.0, self._characters - self._spoken) / pace


class Progress:
    """A line on the terminal that is written anew while the speech is made, and removed at the end.

    Args:
        estimate: How long the sound will be.
        shown: Whether there is a terminal to show it on.
        clock: Returns seconds.
    """

    def __init__(
        self, estimate: Estimate, *, shown: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.estimate = estimate
        self._shown = shown
        self._clock = clock
        self._began = self._updated = clock()
        self._left: float | None = None
        self._drawn = 0
        self._writing = threading.RLock()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)

    def __enter__(self) -> Progress:
        if self._shown:
            for handler in logging.getLogger().handlers:
                handler.addFilter(self._make_room)
            self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._shown:
            self._ticker.join()
            for handler in logging.getLogger().handlers:
                handler.removeFilter(self._make_room)
            self._erase()

    def advance(self, sentence: SpokenSentence, sound: float) -> None:
        """Note that there are `sound` seconds of sound, which end in a sentence."""
        self.estimate.advance(sentence, sound)
        now = self._clock()
        if sound > 0:
            self._left = (now - self._began) * (self.estimate.total - sound) / sound
        self._updated = now

    def line(self) -> str:
        """Return the line as it is now."""
        sound, total = self.estimate.sound, self.estimate.total
        text = f"{clock_time(sound)} of about {clock_time(total)} of sound, {sound / max(total, 1e-9):.0%}"
        if self._left is None:
            return text
        return f"{text}, {clock_time(self._left - (self._clock() - self._updated))} left"

    def _tick(self) -> None:
        while not self._ended.wait(INTERVAL):
            if self._clock() - self._began >= DELAY:
                self._draw()

    def _draw(self) -> None:
        with self._writing:
            line = self.line()[: shutil.get_terminal_size().columns - 1]
            tell("\r" + line.ljust(self._drawn), end="")
            self._drawn = len(line)

    def _erase(self) -> None:
        with self._writing:
            if self._drawn:
                tell("\r" + " " * self._drawn + "\r", end="")
                self._drawn = 0

    def _make_room(self, record: logging.LogRecord) -> bool:
        """Remove the line before a message is logged, which would otherwise begin behind it."""
        self._erase()
        return True


def on_terminal() -> bool:
    """Tell whether standard error is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


def clock_time(seconds: float) -> str:
    """Return a time as clocks show it, such as 0:07 or 1:02:30."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
