"""Workers on a Ray cluster: actors with one processor each, in the place of the processes of `pool.Pool`.

An actor that dies with its process, its node or its network is replaced where there is room, and its task is tried
again, three times at most. Text goes out and a record comes back; the sound is written where it is made, so the folder
has to be one that all machines share.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..errors import SpeechError
from .outcomes import Failure, Outcome, answer, failure_of
from .pool import STARTS, TRIES
from .ray_start import LOCAL, connect
from .stopping import Stoppable

T = TypeVar("T")
R = TypeVar("R")

logger = logging.getLogger(__name__)

WAIT_SECONDS = 1.0  # for something to happen, until signals and missing actors are looked after
TELL_SECONDS = 30.0  # without any actor, until somebody is told


class RayPool(Stoppable[T], Generic[T, R]):
    """A few actors that work on tasks; a context manager, at whose end they are gone. See `pool.Pool`.

    Args:
        prepare: Is called once in every actor and returns the function that is called with each task there.
        address: Of the cluster; see `ray_start.connect`.
        workers: How many actors; one for each processor of the cluster when None.

    Attributes:
        deaths: How many actors have died so far.
    """

    def __init__(
        self, prepare: Callable[[], Callable[[T], R]], *, address: str = LOCAL, workers: int | None = None
    ) -> None:
        super().__init__()
        self.deaths = 0
        self._prepare = prepare
        self._address = address
        self._workers = workers
        self._ray: Any = None
        self._actor: Any = None
        self._owns_connection = False
        self._starting: dict[Any, Any] = {}  # actors by what tells that they are ready
        self._free: list[Any] = []
        self._busy: dict[
            Any, tuple[Any, T, int]
        ] = {}  # actor, task and tries before, by what tells the result
        self._failed_starts = 0

    def __enter__(self) -> RayPool[T, R]:
        import sys

        was_connected = "ray" in sys.modules and sys.modules["ray"].is_initialized()
        self._ray = connect(self._address)
        self._owns_connection = not was_connected
        self._actor = self._ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Actor)
        if self._workers is None:
            self._workers = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for actor in [*self._starting.values(), *self._free, *(actor for actor, _, _ in self._busy.values())]:
            self._ray.kill(actor)
        self._starting.clear()
        self._free.clear()
        self._busy.clear()
        if self._owns_connection:
            self._ray.shutdown()

    def map(self, tasks: Iterable[T]) -> Generator[Outcome[T, R], None, None]:
        """Work on tasks and yield what becomes of each; see `pool.Pool.map`.

        Raises:
            SpeechError: An actor cannot be prepared.
        """
        source = iter(tasks)
        again: deque[tuple[T, int]] = deque()
        # The first task comes before the first actor: without one, nothing is started.
        first = self.next_task(source)
        if first is None:
            return
        again.append((first, 0))
        is_empty, last_sign = False, time.monotonic()
        while True:
            self._start_missing()
            while self._free and not self.is_stopped and (again or not is_empty):
                if again:
                    self._give(*again.popleft())
                elif (task := self.next_task(source)) is None:
                    is_empty = True
                else:
                    self._give(task, 0)
            if not self._busy and (self.is_stopped or (is_empty and not again)):
                return
            if self._busy or self._free:
                last_sign = time.monotonic()
            elif time.monotonic() - last_sign > TELL_SECONDS:
                logger.warning("waiting for the cluster to have a processor for an actor")
                last_sign = time.monotonic()
            for reference in self._something():
                outcome = self._outcome(reference)
                if outcome is None:
                    continue
                if outcome.failure and not outcome.failure.is_final and outcome.tries < TRIES:
                    again.append((outcome.task, outcome.tries))
                else:
                    yield outcome

    def _start_missing(self) -> None:
        while len(self._starting) + len(self._free) + len(self._busy) < (self._workers or 1):
            actor = self._actor.remote(self._prepare)
            self._starting[actor.ready.remote()] = actor

    def _give(self, task: T, before: int) -> None:
        actor = self._free.pop()
        self._busy[actor.work.remote(task)] = (actor, task, before)

    def _something(self) -> list[Any]:
        """Wait until something has happened, and return what it is known by."""
        done, _ = self._ray.wait([*self._busy, *self._starting], num_returns=1, timeout=WAIT_SECONDS)
        return list(done)

    def _outcome(self, reference: Any) -> Outcome[T, R] | None:
        """Return what became of a task; None when an actor has only become ready, or died before."""
        try:
            message = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            message = Failure(_death(error), "died")
        if reference in self._starting:
            self._begin(self._starting.pop(reference), message)
            return None
        actor, task, before = self._busy.pop(reference)
        if isinstance(message, Failure) and message.kind == "died":
            self._bury(actor, message.reason)
        else:
            self._free.append(actor)
        if isinstance(message, Failure):
            return Outcome(task, failure=message, tries=before + 1)
        return Outcome(task, message.value, tries=before + 1)

    def _begin(self, actor: Any, message: Failure | None) -> None:
        """Take an actor in that is ready, or see why it is not."""
        if message is None:
            self._failed_starts = 0
            self._free.append(actor)
            return
        self._ray.kill(actor)
        if message.kind != "died":
            raise SpeechError(message.reason)
        self._bury(actor, message.reason)
        self._failed_starts += 1
        if self._failed_starts >= STARTS * (self._workers or 1):
            raise SpeechError(f"{message.reason}, before it was ready, {self._failed_starts} times in a row")

    def _bury(self, actor: Any, reason: str) -> None:
        self._ray.kill(actor)
        self.deaths += 1
        logger.warning("%s; another one takes its place", reason)


class Actor:
    """What runs on the cluster.

    Args:
        prepare: See `RayPool`.
    """

    def __init__(self, prepare: Callable[[], Callable[[Any], Any]]) -> None:
        self._failure: Failure | None = None
        try:
            self._function = prepare()
        except Exception as error:
            self._failure = failure_of(error)

    def ready(self) -> Failure | None:
        """Return why no work can be done here; None if it can."""
        return self._failure

    def work(self, task: Any) -> Any:
        """Return the result of a task, or why there is none."""
        return answer(self._function, task)


def _death(error: Exception) -> str:
    """Return one line about the death of an actor; Ray's own messages have many."""
    text = " ".join(str(error).split())
    for sign, reason in (
        ("node", "the node of an actor has died"),
        ("OutOfMemory", "an actor was ended because its machine lacks memory"),
    ):
        if sign in type(error).__name__ or f"{sign} has died" in text or f"{sign} died" in text:
            return reason
    return f"an actor has died ({type(error).__name__})"
