"""Who is served next: a few threads work on many streams, one window at a time, so that nobody waits for another's end.

    scheduler = Scheduler(threads=2, streams=16, queue=64)
    async with scheduler.open(windows) as stream:      # `windows` is an iterator; next() computes one window
        async for window in stream:
            send(window)

A stream is *waiting* until there is room for it, then *active*. Active streams stand in a circle; a thread takes the
first one, computes its next window, and puts it back at the end. Streams that have nothing yet stand in a line of
their own, and of that line up to four are served for one of the circle: the first sound comes soon, and no crowd of
newcomers can stop those who are heard already. A stream whose reader is slow is left out until its reader has caught
up; one whose reader has gone is closed by a thread within one window.

The methods of `Stream` and `Scheduler.open` are for the event loop's thread; the iterators run on the threads only,
each by one thread at a time.
"""

from __future__ import annotations

import asyncio
import enum
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..errors import SpeechError

T = TypeVar("T")

logger = logging.getLogger(__name__)

READ_AHEAD = 4  # windows of a stream that wait for its reader; more are not computed
NEWCOMERS = 4  # first windows that are computed between two of the circle, at most


class QueueFullError(SpeechError):
    """No room for another stream: as many are active and waiting as there may be."""


class ClosingError(SpeechError):
    """The scheduler takes no new streams, since it ends."""


class Idle(enum.Enum):
    """What an iterator yields when it can do nothing until `Stream.wake` is called."""

    IDLE = "idle"


class _State(enum.Enum):
    """Where a stream is; only `READY` streams stand in a line, and only `RUNNING` ones are on a thread."""

    WAITING = "waiting"  # for room among the active ones
    READY = "ready"
    RUNNING = "running"
    FULL = "full"  # its reader is slow
    IDLE = "idle"  # its iterator has nothing to do
    ENDED = "ended"


class Stream(Generic[T]):
    """The windows of one client; made by `Scheduler.open`.

    It is an asynchronous iterator, and a context manager that cancels at its end what is left.

    Attributes:
        error: What the iterator raised, once it did.
    """

    def __init__(self, scheduler: Scheduler, windows: Iterator[T | Idle]) -> None:
        self.error: BaseException | None = None
        self._scheduler = scheduler
        self._windows = windows
        self._state = _State.WAITING
        self._made: deque[T] = deque()
        self._cancelled = self._awake = self._begun = False
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._end = asyncio.Event()

    async def __aenter__(self) -> Stream[T]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        """Return the next window.

        Raises:
            StopAsyncIteration: There are no more, or the stream was cancelled.
            Exception: What the iterator raised.
        """
        while True:
            self._news.clear()
            if self._scheduler._has_window(self):
                return self._scheduler._take(self)
            if self._state is _State.ENDED:
                if self.error is not None:
                    raise self.error
                raise StopAsyncIteration
            await self._news.wait()

    def cancel(self) -> None:
        """Want no more windows. The iterator is closed on a thread, after the window that is being computed."""
        self._scheduler._cancel(self)

    def wake(self) -> None:
        """Tell the iterator, which yielded `Idle.IDLE`, that there is something to do again."""
        self._scheduler._wake(self)

    async def ended(self) -> None:
        """Wait until the iterator has ended or was closed and its place is free."""
        await self._end.wait()

    def _notify(self) -> None:
        """Tell the reader that something has changed; for any thread."""

        def tell() -> None:
            self._news.set()
            if self._state is _State.ENDED:
                self._end.set()

        # The loop may have ended while a window was computed; then nobody waits for it any more.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(tell)


class Scheduler:
    """Threads that compute the windows of streams in turn.

    Args:
        threads: How many windows are computed at a time.
        streams: How many streams may be active.
        queue: How many more may wait.
        name: Of the threads.
    """

    def __init__(self, *, threads: int, streams: int, queue: int, name: str = "speech") -> None:
        self._limit, self._queue = streams, queue
        self._changed = threading.Condition()
        self._waiting: deque[Stream[Any]] = deque()
        self._active: set[Stream[Any]] = set()
        self._new: deque[Stream[Any]] = deque()  # ready ones that have no window yet
        self._circle: deque[Stream[Any]] = deque()  # ready ones that have
        self._newcomers = 0  # since the last window of the circle
        self._closing = self._stopped = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def active(self) -> int:
        """Streams that are being served."""
        return len(self._active)

    @property
    def waiting(self) -> int:
        """Streams that wait for their turn to be served."""
        return len(self._waiting)

    def open(self, windows: Iterator[T | Idle]) -> Stream[T]:
        """Take a stream in.

        Args:
            windows: What `next` computes the windows of, on one of the threads; it is closed there too.

        Raises:
            QueueFullError: As many are active and waiting as there may be.
            ClosingError: The scheduler is about to end.
        """
        with self._changed:
            if self._closing:
                raise ClosingError("the server ends: no new speech is begun")
            if len(self._active) >= self._limit and len(self._waiting) >= self._queue:
                raise QueueFullError(
                    f"{len(self._active)} streams are active and {len(self._waiting)} wait: there is no room for more;"
                    " try again later"
                )
            stream: Stream[T] = Stream(self, windows)
            self._waiting.append(stream)
            self._admit()
        return stream

    def drain(self) -> None:
        """Take no new streams; those that are there go on."""
        with self._changed:
            self._closing = True

    def close(self) -> None:
        """Cancel what is left and end the threads."""
        with self._changed:
            self._closing = True
            left = [*self._active, *self._waiting]
        for stream in left:
            self._cancel(stream, ClosingError("the server ends"))
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    # What follows is done under the lock, except where a window is computed.

    def _admit(self) -> None:
        """Let streams that wait become active while there is room."""
        while self._waiting and len(self._active) < self._limit:
            stream = self._waiting.popleft()
            self._active.add(stream)
            self._make_ready(stream)

    def _make_ready(self, stream: Stream[Any]) -> None:
        stream._state = _State.READY
        (self._circle if stream._begun else self._new).append(stream)
        self._changed.notify()

    def _choose(self) -> Stream[Any] | None:
        """Return the stream whose turn it is."""
        if self._new and (self._newcomers < NEWCOMERS or not self._circle):
            self._newcomers += 1
            return self._new.popleft()
        if self._circle:
            self._newcomers = 0
            return self._circle.popleft()
        return None

    def _has_window(self, stream: Stream[Any]) -> bool:
        """Tell whether there is a window for the reader; nobody but the reader can take it away again."""
        with self._changed:
            return bool(stream._made) and not stream._cancelled

    def _take(self, stream: Stream[T]) -> T:
        """Return the next window for the reader; the stream of a slow one goes on then."""
        with self._changed:
            window = stream._made.popleft()
            if stream._state is _State.FULL:
                self._make_ready(stream)
            return window

    def _cancel(self, stream: Stream[Any], error: BaseException | None = None) -> None:
        """Want no more of a stream; its reader, if there is one, is told why by an error."""
        with self._changed:
            if stream._cancelled or stream._state is _State.ENDED:
                return
            stream._cancelled = True
            stream.error = error
            stream._made.clear()
            if (
                stream._state is _State.WAITING
            ):  # its iterator has not begun: there is nothing to close on a thread
                self._waiting.remove(stream)
                self._end(stream)
            elif stream._state in (_State.FULL, _State.IDLE):
                self._make_ready(stream)

    def _wake(self, stream: Stream[Any]) -> None:
        with self._changed:
            stream._awake = True
            if stream._state is _State.IDLE:
                self._make_ready(stream)

    def _end(self, stream: Stream[Any]) -> None:
        stream._state = _State.ENDED
        self._active.discard(stream)
        self._admit()
        stream._notify()

    def _work(self) -> None:
        """Compute windows until the scheduler is closed."""
        while True:
            with self._changed:
                while (stream := self._choose()) is None:
                    if self._stopped:
                        return
                    self._changed.wait()
                stream._state = _State.RUNNING
                stream._awake = False
                close = stream._cancelled
            deliver = _closed(stream) if close else _advanced(stream)
            with self._changed:
                self._deliver(stream, deliver)

    def _deliver(self, stream: Stream[Any], result: Callable[[], Any]) -> None:
        """Put a window where its reader finds it, and the stream where it belongs now."""
        try:
            window = result()
        except StopIteration:
            self._end(stream)
            return
        except BaseException as error:  # every failure is the reader's to see
            stream.error = error
            self._end(stream)
            return
        if window is not Idle.IDLE:
            stream._begun = True
            if not stream._cancelled:
                stream._made.append(window)
        if stream._cancelled or (window is Idle.IDLE and stream._awake):
            self._make_ready(stream)
        elif window is Idle.IDLE:
            stream._state = _State.IDLE
        elif len(stream._made) >= READ_AHEAD:
            stream._state = _State.FULL
        else:
            self._make_ready(stream)
        stream._notify()


def _advanced(stream: Stream[Any]) -> Callable[[], Any]:
    """Compute the next window of a stream; return what gives it, or raises what computing it raised."""
    try:
        window = next(stream._windows)
    except BaseException as error:  # carried to the reader
        return _raises(error)
    return lambda: window


def _closed(stream: Stream[Any]) -> Callable[[], Any]:
    """Close the iterator of a stream that nobody listens to."""
    close = getattr(stream._windows, "close", None)
    try:
        if close:
            close()
    except Exception:
        logger.exception("a stream could not be closed")
    return _raises(StopIteration())


def _raises(error: BaseException) -> Callable[[], Any]:
    def raise_it() -> Any:
        raise error

    return raise_it
