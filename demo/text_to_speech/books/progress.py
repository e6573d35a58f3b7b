"""How far a book is: a line that is written anew on a terminal, and elsewhere a line for each chapter."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..cli.frame import tell
from ..cli.progress import clock_time, on_terminal


@dataclass
class Progress:
    """How far the work is, in characters.

    Attributes:
        total: Characters of all units that have to be spoken.
        done: Characters of those that were spoken in this run.
        seconds: Seconds of sound that they became.
        chapter: Number of the chapter in hand.
        chapter_left: Characters of it that are not spoken yet.
    """

    total: int
    done: int = 0
    seconds: float = 0.0
    chapter: int = 0
    chapter_left: int = 0
    began: float = 0.0

    def line(self, now: float) -> str:
        """Return the line that tells it."""
        pace = self.done / max(now - self.began, 1e-9)
        left = (self.total - self.done) / pace if pace else 0.0
        chapter = f"chapter {self.chapter}: {clock_time(self.chapter_left / pace)} left" if pace else ""
        sound = clock_time(self.seconds)
        return f"{self.done / max(self.total, 1):.0%}, {sound} of sound, {chapter}, {clock_time(left)} left in all"


class ShownProgress:
    """Shows progress on standard error while a block runs; the block gets the function that takes it.

    Args:
        quiet: Whether nothing is shown.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._is_terminal = on_terminal() and not quiet
        self._drawn = 0

    def __enter__(self) -> Callable[[Progress], None]:
        return self._show

    def __exit__(self, *_: object) -> None:
        self._erase()

    def _show(self, progress: Progress) -> None:
        line = progress.line(time.monotonic())
        if self._is_terminal:
            self._erase()
            tell("\r" + line, end="")
            self._drawn = len(line)
        elif not self._quiet and not progress.chapter_left:
            tell(f"chapter {progress.chapter} is spoken; {line}")

    def _erase(self) -> None:
        if self._drawn:
            tell("\r" + " " * self._drawn + "\r", end="")
            self._drawn = 0
