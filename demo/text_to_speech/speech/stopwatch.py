"""Wall time by stage of the work, for stages that call each other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from .spoken import StageTimes


class Stopwatch:
    """Measures the stages `text`, `acoustic` and `vocoder`.

    The vocoder asks for mel spectrograms while it works, and these for words. Each second counts once, for the inner
    stage.

    Example:
        with stopwatch.on("vocoder"):
            audio = next(sound)
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """Measure a block of a stage."""
        before, began = sum(self._seconds.values()), time.perf_counter()
        try:
            yield
        finally:
            inner = sum(self._seconds.values()) - before
            own = time.perf_counter() - began - inner
            self._seconds[stage] = self._seconds.get(stage, 0.0) + own

    def take(self) -> StageTimes:
        """Return what was measured since this was called before."""
        times = StageTimes(**self._seconds)
        self._seconds = {}
        return times
