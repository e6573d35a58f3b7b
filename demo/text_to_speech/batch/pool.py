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

import errno
import logging
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from ..errors import InputError, SpeechError
from .manifest import StaleRunError

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from ..pipeline import Synthesizer, SynthesizerOptions

T = TypeVar("T")
R = TypeVar("R")

logger = logging.getLogger(__name__)

TRIES = 3  # of a task whose worker died or failed, at most
STARTS = 3  # workers in a row that die before they are ready, at most
JOIN_SECONDS = 10.0  # that an idle worker has to end

# NumPy's products in a worker are small, and the threads of its libraries wait for the next one by spinning.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")

# The disk is full, the user's share of it is, it is read-only, broken, or gone.
_STORAGE = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO", "ENODEV", "ESTALE")
    if hasattr(errno, name)
}

Kind = Literal["input", "storage", "failed", "died"]


@dataclass(frozen=True)
class Failure:
    """Why a task has no result.

    Attributes:
        reason: One line.
        kind: `input` for a task that would be refused again; `storage` where no other result could be stored either,
            because the disk is full or read-only; `died` for the death of the worker; `failed` for everything else.
    """

    reason: str
    kind: Kind = "failed"

    @property
    def is_final(self) -> bool:
        """Whether another try would end in the same way."""
        return self.kind in ("input", "storage")


@dataclass(frozen=True)
class Outcome(Generic[T, R]):
    """What became of a task.

    Attributes:
        task: The task.
        result: What the worker returned; None after a failure.
        failure: Why there is no result; None if there is one.
        tries: How often it was tried.
    """

    task: T
    result: R | None = None
    failure: Failure | None = None
    tries: int = 1


class Stopped(BaseException):
    """Raised out of the stream of tasks when the pool is stopped by a signal while the stream waits for its source."""


class Pool(Generic[T, R]):
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
        self.deaths = 0
        self._prepare = prepare
        self._limit = workers
        self._workers: list[_Worker[T]] = []
        self._failed_starts = 0
        self._stopped = False
        self._pulling_thread = 0

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
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    @property
    def processes(self) -> list[int]:
        """The numbers of the worker processes."""
        return [worker.process.pid for worker in self._workers if worker.process.pid]

    def stop(self) -> None:
        """Take no more tasks; `map` ends when those in hand are done. A signal handler may call this."""
        self._stopped = True
        if self._pulling_thread == threading.get_ident():
            raise Stopped

    def map(self, tasks: Iterable[T]) -> Generator[Outcome[T, R], None, None]:
        """Work on tasks and yield what becomes of each, in the order in which they end.

        Args:
            tasks: They are taken in this thread, each when there is a worker for it.

        Raises:
            SpeechError: A worker cannot be prepared.
        """
        source = iter(tasks)
        again: deque[_Try[T]] = deque()
        is_empty = False
        while True:
            while not self._stopped and self._has_room() and (again or not is_empty):
                attempt = again.popleft() if again else self._pull(source)
                if attempt is None:
                    is_empty = True
                else:
                    self._free_worker().give(attempt)
            busy = [worker for worker in self._workers if worker.attempt]
            if not busy:
                return
            for worker in _ready(busy):
                outcome = self._outcome(worker)
                if outcome is None:
                    continue
                if outcome.failure and not outcome.failure.is_final and outcome.tries < TRIES:
                    again.append(_Try(outcome.task, outcome.tries))
                else:
                    yield outcome

    def _pull(self, source: Iterator[T]) -> _Try[T] | None:
        """Take the next task, for which a source such as a pipe may have to be waited for."""
        try:
            try:
                self._pulling_thread = threading.get_ident()
                return None if self._stopped else _Try(next(source))
            finally:
                self._pulling_thread = 0
        except (StopIteration, Stopped):
            return None

    def _has_room(self) -> bool:
        """Tell whether there is a worker for another task, or may be one."""
        return len(self._workers) < self._limit or any(not worker.attempt for worker in self._workers)

    def _free_worker(self) -> _Worker[T]:
        """Return a worker without a task, or a new one."""
        for worker in list(self._workers):
            if not worker.attempt:
                if worker.is_alive():
                    return worker
                self._bury(worker)
        worker = _Worker(self._prepare)
        self._workers.append(worker)
        return worker

    def _outcome(self, worker: _Worker[T]) -> Outcome[T, R] | None:
        """Return what became of a worker's task; None when it was only ready to begin."""
        try:
            message = worker.receive()
        except (EOFError, OSError, pickle.UnpicklingError):
            message = None
        attempt = worker.attempt
        assert attempt
        if isinstance(message, _Ready):
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
        assert isinstance(message, _Result)
        return Outcome(attempt.task, message.value, tries=tries)

    def _bury(self, worker: _Worker[T]) -> str:
        """Forget a dead worker, and return how it died."""
        worker.end(at_once=True)
        worker.join()
        self._workers.remove(worker)
        self.deaths += 1
        reason = f"the worker {_how(worker.process.exitcode)}"
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
    for name in _SIGNALS:
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


@dataclass(frozen=True)
class _Try(Generic[T]):
    """A task, and how often it was tried before."""

    task: T
    before: int = 0


@dataclass(frozen=True)
class _Ready:
    """A worker's first message."""


@dataclass(frozen=True)
class _Result:
    """A worker's message that a task is done."""

    value: Any


class _Worker(Generic[T]):
    """A process and the pipe to it.

    Attributes:
        process: The process.
        connection: The pipe, which can be read when there is a message or the process has ended.
        attempt: The task that it has; None if it is free.
        is_ready: Whether it is prepared.
    """

    def __init__(self, prepare: Callable[[], Callable[[T], Any]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.attempt: _Try[T] | None = None
        self.is_ready = False
        self.process: SpawnProcess = context.Process(
            target=_work, args=(theirs, prepare), name="batch-worker", daemon=True
        )
        with _environment(_ENVIRONMENT):
            self.process.start()
        # The worker has the only other end, so that its death is the end of the pipe.
        theirs.close()

    def is_alive(self) -> bool:
        """Tell whether the process is there."""
        return self.process.is_alive()

    def give(self, attempt: _Try[T]) -> None:
        """Send a task; whether the worker is dead is found out when its answer is waited for."""
        self.attempt = attempt
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(attempt.task)

    def receive(self) -> object:
        """Return the next message.

        Raises:
            EOFError: The process has ended.
        """
        return self.connection.recv()

    def end(self, *, at_once: bool) -> None:
        """Let the process end when it has nothing to do, or at once."""
        self.connection.close()
        if at_once:
            self.process.kill()

    def join(self) -> None:
        """Wait until the process has ended."""
        self.process.join(JOIN_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _ready(workers: Sequence[_Worker[T]]) -> list[_Worker[T]]:
    """Wait until some workers have a message or are dead, and return them."""
    ready = wait([worker.connection for worker in workers])
    return [worker for worker in workers if worker.connection in ready]


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            return f"was killed by {signal.Signals(-exit_code).name}"
    return f"ended with status {exit_code}"


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables that are not set, for the processes that a block starts."""
    new = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            os.environ.pop(name, None)


# What follows runs in the worker.


def _work(connection: Connection, prepare: Callable[[], Callable[[T], Any]]) -> None:
    """Answer tasks until there are no more or the driver is dead."""
    _leave_signals_to_the_driver()
    threading.Thread(target=_end_with_the_driver, name="parent-watch", daemon=True).start()
    with closing(connection), suppress(EOFError, ConnectionError):
        try:
            function = prepare()
        except Exception as error:
            connection.send(_failure(error))
            return
        connection.send(_Ready())
        while True:
            task = connection.recv()
            answer = _answer(function, task)
            try:
                connection.send(answer)
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                connection.send(Failure(f"its result cannot be sent: {_line(error)}"))
            if isinstance(answer, Failure) and answer.kind == "died":
                return


def _leave_signals_to_the_driver() -> None:
    """Ignore what a terminal or an init system sends to all processes: the driver ends the workers in good order."""
    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _end_with_the_driver() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        wait([parent.sentinel])
        os._exit(1)


def _answer(function: Callable[[T], Any], task: T) -> _Result | Failure:
    try:
        return _Result(function(task))
    except Exception as error:
        return _failure(error)


def _failure(error: Exception) -> Failure:
    """Return the failure that an exception means. After a MemoryError a new process is better than this one."""
    if isinstance(error, MemoryError):
        return Failure("there was not enough memory", "died")
    if isinstance(error, InputError):
        return Failure(_line(error), "input")
    if isinstance(error, OSError) and _is_of_the_storage(error):
        return Failure(_line(error), "storage")
    if isinstance(error, SpeechError):
        return Failure(_line(error))
    logger.debug("a task failed", exc_info=error)
    return Failure(f"{type(error).__name__}: {_line(error)}".removesuffix(": "))


def _is_of_the_storage(error: BaseException | None) -> bool:
    """Tell whether an error, or what it was made from, would meet every other file too."""
    while error is not None:
        if isinstance(error, StaleRunError) or (isinstance(error, OSError) and error.errno in _STORAGE):
            return True
        error = error.__cause__
    return False


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:1000]
