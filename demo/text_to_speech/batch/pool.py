"""Worker processes that survive the loss of one of them.

A pool maps a stream of tasks to results, in the order in which they are done. It takes a task from the stream when a
worker is free for it, so a stream of any length needs the memory of a few tasks.

    with Pool(partial(LoadedSpeaker, options), workers=2) as pool, finishing_on_signals(pool):
        for outcome in pool.map(tasks):
            ...

The processes are spawned, because OpenVINO's threads do not survive a fork. A worker that dies, killed by the system
for its memory or by somebody, is replaced, and its task is tried again, three times at most. The executor of
`concurrent.futures` fails all tasks in hand and every later one as BrokenProcessPool then, and `multiprocessing.Pool`
waits without end for the result of a worker that was killed: that is why the pool is written here. Workers end with
the process that started them, however that ends.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import wait
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import InputError, SpeechError
from .outcomes import Failure, Outcome, Ready, Result
from .stopping import Stoppable
from .worker_process import SIGNALS, Try, Worker, how_it_ended

if TYPE_CHECKING:
    from ..pipeline import Synthesizer, SynthesizerOptions

__all__ = ["Failure", "Outcome", "Pool", "build_for_worker", "finishing_on_signals", "processors"]

T = TypeVar("T")
R = TypeVar("R")

logger = logging.getLogger(__name__)

TRIES = 3  # of a task whose worker died or failed, at most
STARTS = 3  # workers in a row that die before they are ready, at most


class Pool(Stoppable[T], Generic[T, R]):
    """A few processes that work on tasks; a context manager, at whose end they are gone.

    Args:
        prepare: Is called once in every worker and returns the function that is called with each task there. It is
            pickled, and so are the tasks and the results.
        workers: How many processes at most; one is started when there is a task for it.

    Attributes:
        deaths: How many workers have died so far.
    """

    def __init__(self, prepare: Callable[[], Callable[[T], R]], *, workers: int) -> None:
        if workers < 1:
            raise InputError(f"{workers} workers: expected 1 or more")
        super().__init__()
        self.deaths = 0
        self._prepare = prepare
        self._limit = workers
        self._workers: list[Worker[T]] = []
        self._failed_starts = 0

    def __enter__(self) -> Pool[T, R]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.end(at_once=error is not None)
        for worker in self._workers:
            worker.join()
        self._workers.clear()

    @property
    def processes(self) -> list[int]:
        """The numbers of the worker processes."""
        return [worker.process.pid for worker in self._workers if worker.process.pid]

    def map(self, tasks: Iterable[T]) -> Generator[Outcome[T, R], None, None]:
        """Work on tasks and yield what becomes of each, in the order in which they end.

        Args:
            tasks: They are taken in this thread, each when there is a worker for it.

        Raises:
            SpeechError: A worker cannot be prepared.
        """
        source = iter(tasks)
        again: deque[Try[T]] = deque()
        is_empty = False
        while True:
            while not self.is_stopped and self._has_room() and (again or not is_empty):
                if again:
                    self._free_worker().give(again.popleft())
                elif (task := self.next_task(source)) is None:
                    is_empty = True
                else:
                    self._free_worker().give(Try(task))
            busy = [worker for worker in self._workers if worker.attempt]
            if not busy:
                return
            for worker in _ready(busy):
                outcome = self._outcome(worker)
                if outcome is None:
                    continue
                if outcome.failure and not outcome.failure.is_final and outcome.tries < TRIES:
                    again.append(Try(outcome.task, outcome.tries))
                else:
                    yield outcome

    def _has_room(self) -> bool:
        """Tell whether there is a worker for another task, or may be one."""
        return len(self._workers) < self._limit or any(not worker.attempt for worker in self._workers)

    def _free_worker(self) -> Worker[T]:
        """Return a worker without a task, or a new one."""
        for worker in list(self._workers):
            if not worker.attempt:
                if worker.is_alive():
                    return worker
                self._bury(worker)
        worker = Worker(self._prepare)
        self._workers.append(worker)
        return worker

    def _outcome(self, worker: Worker[T]) -> Outcome[T, R] | None:
        """Return what became of a worker's task; None when it was only ready to begin."""
        try:
            message = worker.receive()
        except (EOFError, OSError, pickle.UnpicklingError):
            message = None
        attempt = worker.attempt
        assert attempt
        if isinstance(message, Ready):
            self._failed_starts = 0
            worker.is_ready = True
            return None
        if isinstance(message, Failure) and not worker.is_ready:
            raise SpeechError(message.reason)
        if message is None or (isinstance(message, Failure) and message.kind == "died"):
            reason = self._bury(worker)
            if not worker.is_ready:
                self._count_failed_start(reason)
                return Outcome(attempt.task, failure=Failure(reason, "died"), tries=attempt.before)
            message = message or Failure(reason, "died")
        worker.attempt = None
        tries = attempt.before + 1
        if isinstance(message, Failure):
            return Outcome(attempt.task, failure=message, tries=tries)
        assert isinstance(message, Result)
        return Outcome(attempt.task, message.value, tries=tries)

    def _bury(self, worker: Worker[T]) -> str:
        """Forget a dead worker, and return how it died."""
        worker.end(at_once=True)
        worker.join()
        self._workers.remove(worker)
        self.deaths += 1
        reason = f"the worker {how_it_ended(worker.process.exitcode)}"
        logger.warning("worker %s %s; another one takes its place", worker.process.pid, reason[11:])
        return reason

    def _count_failed_start(self, reason: str) -> None:
        self._failed_starts += 1
        if self._failed_starts >= STARTS:
            raise SpeechError(
                f"{reason} before it was ready, {STARTS} times in a row: is there memory for {self._limit} workers?"
            )


@contextmanager
def finishing_on_signals(pool: Pool[Any, Any]) -> Iterator[list[int]]:
    """Let the first Ctrl-C or SIGTERM stop a pool, which finishes the tasks in hand, and the second one end it at once.

    It may be used in the main thread only.

    Yields:
        A list that holds the number of the first signal once it came.
    """
    came: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)
        came.append(number)
        pool.stop()

    before = {}
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handle)
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def build_for_worker(options: SynthesizerOptions) -> Synthesizer:
    """Make the synthesizer of a worker that is one of several on this machine.

    OpenVINO binds the threads of every process to the same first processors, unless it is told not to; and one thread
    an inference, unless the options say otherwise, is the least work, and the same result whatever the machine.
    """
    from ..inference.runtime import available_devices, core

    if "CPU" in available_devices():
        core().set_property("CPU", {"ENABLE_CPU_PINNING": False})
    return replace(options, threads=options.threads or 1).build()


def _ready(workers: Sequence[Worker[T]]) -> list[Worker[T]]:
    """Wait until some workers have a message or are dead, and return them."""
    ready = wait([worker.connection for worker in workers])
    return [worker for worker in workers if worker.connection in ready]
