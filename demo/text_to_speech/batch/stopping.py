"""How a pool takes its tasks from a stream, and how a signal stops it, even while the stream waits for its source."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Stopped(BaseException):
    """Raised out of the stream of tasks when the pool is stopped by a signal while the stream waits for its source."""


class Stoppable(Generic[T]):
    """What takes tasks from a stream until it is stopped."""

    def __init__(self) -> None:
        self._is_stopped = False
        self._pulling_thread = 0

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._is_stopped

    def stop(self) -> None:
        """Take no more tasks; `map` ends when those in hand are done. A signal handler may call this."""
        self._is_stopped = True
        if self._pulling_thread == threading.get_ident():
            raise Stopped

    def next_task(self, source: Iterator[T]) -> T | None:
        """Take the next task, for which a source such as a pipe may have to be waited for; None if there is none."""
        try:
            try:
                self._pulling_thread = threading.get_ident()
                return None if self._is_stopped else next(source)
            finally:
                self._pulling_thread = 0
        except (StopIteration, Stopped):
            return None
