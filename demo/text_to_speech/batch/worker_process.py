"""One worker process and the pipe to it: what the driver sees of it, and what runs in it."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .outcomes import Failure, Ready, answer, failure_of, one_line

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

T = TypeVar("T")

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # that end a command; those that this system has
JOIN_SECONDS = 10.0  # that an idle worker has to end
# NumPy's products in a worker are small, and the threads of its libraries wait for the next one by spinning.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Try(Generic[T]):
    """A task, and how often it was tried before."""

    task: T
    before: int = 0


class Worker(Generic[T]):
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
        self.attempt: Try[T] | None = None
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

    def give(self, attempt: Try[T]) -> None:
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


def how_it_ended(exit_code: int | None) -> str:
    """Return how a process has ended: `was killed by SIGKILL`."""
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
            connection.send(failure_of(error))
            return
        connection.send(Ready())
        while True:
            task = connection.recv()
            message = answer(function, task)
            try:
                connection.send(message)
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                connection.send(Failure(f"its result cannot be sent: {one_line(error)}"))
            if isinstance(message, Failure) and message.kind == "died":
                return


def _leave_signals_to_the_driver() -> None:
    """Ignore what a terminal or an init system sends to all processes: the driver ends the workers in good order."""
    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _end_with_the_driver() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        wait([parent.sentinel])
        os._exit(1)
