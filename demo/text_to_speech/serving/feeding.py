"""A text that comes in pieces on one thread, and an iterator over them on another, which may wait for the next piece.

    feed = TextFeed()
    sound = feed.run(lambda pieces: synthesizer.stream(pieces))
    feed.add("Well, that is")       # from the event loop
    next(sound)                     # on a thread of the scheduler: the next sound, or Idle where it must wait for text
    feed.end()

What makes sound of the text asks for pieces inside a `next`, where it cannot be left and resumed. So it runs on a
thread of its own, but only while somebody is in `next(sound)`: two threads, and never more than one of them works.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Generic, TypeVar

from ..text import split_sentences
from .scheduler import Idle

T = TypeVar("T")

FIRST_CLAUSE = 12  # characters that the first clause has at least
LATEST_CLAUSE = 200  # characters after which the end of the first sentence is waited for

_CLAUSE_END = re.compile(r"(?:[,;:—–]|\.\.\.|…)[\"'”’)\]]*(?=\s)")


class TextFeed:
    """The pieces of one text; None among them says that everything before it is to be spoken.

    Attributes:
        has_words: Whether a letter or a digit has come.
    """

    def __init__(self) -> None:
        self.has_words = False
        self._lock = threading.Lock()
        self._pieces: deque[str | None] = deque()
        self._is_ended = False

    def add(self, piece: str) -> None:
        """Append a piece."""
        self.has_words = self.has_words or any(map(str.isalnum, piece))
        if piece:
            self._put(piece)

    def flush(self) -> None:
        """Have everything spoken that has come."""
        self._put(None)

    def end(self) -> None:
        """Say that no more comes."""
        with self._lock:
            self._is_ended = True

    def run(self, make: Callable[[Iterator[str | None]], Iterator[T]]) -> _OwnThread[T]:
        """Return an iterator over what is made of the pieces, with `Idle.IDLE` where it waits for the next one.

        Args:
            make: Makes an iterator of an iterator over the pieces.
        """
        thread: _OwnThread[T] = _OwnThread(lambda: make(self._taken(thread.pause)))
        return thread

    def _put(self, piece: str | None) -> None:
        with self._lock:
            # Whoever flushes again and again makes nothing grow.
            if piece is not None or not self._pieces or self._pieces[-1] is not None:
                self._pieces.append(piece)

    def _taken(self, pause: Callable[[], None]) -> Iterator[str | None]:
        """Yield the pieces, and call `pause` where there is none yet."""
        while True:
            with self._lock:
                found = [self._pieces.popleft()] if self._pieces else []
                is_ended = self._is_ended
            yield from found
            if not found and is_ended:
                return
            if not found:
                pause()


class _OwnThread(Iterator["T | Idle"], Generic[T]):
    """Runs an iterator on a thread of its own, which works only while somebody waits in `next`.

    Args:
        make: Makes the iterator, on that thread.
    """

    def __init__(self, make: Callable[[], Iterator[T]]) -> None:
        self._make = make
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        # What the thread has to tell whoever waits in `next`: it is called there. While it is None, the thread works.
        self._answer: Callable[[], T | Idle] | None = None
        self._is_closed = False

    def __next__(self) -> T | Idle:
        with self._changed:
            if self._is_closed:
                raise StopIteration
            self._answer = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="text in pieces", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._answer is not None)
            answer: Callable[[], T | Idle] | None = self._answer
        assert answer
        return answer()

    def pause(self) -> None:
        """Give `Idle.IDLE` to whoever waits, and come back when `next` is called again; for the own thread."""
        self._tell(lambda: Idle.IDLE)

    def close(self) -> None:
        """End the iterator; nobody may be in `next`."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join()

    def _work(self) -> None:
        last: Callable[[], Any] = _raises(StopIteration())
        try:
            made = self._make()
            try:
                for item in made:
                    self._tell(lambda item=item: item)  # type: ignore[misc]
            finally:
                if isinstance(made, Generator):
                    made.close()
        except _ClosedError:
            pass
        except BaseException as error:  # carried to whoever waits
            last = _raises(error)
        with self._changed:
            self._is_closed = True
            self._answer = last
            self._changed.notify_all()

    def _tell(self, answer: Callable[[], T | Idle]) -> None:
        """Answer whoever waits, and work on when `next` is called again.

        Raises:
            _ClosedError: Nobody will.
        """
        with self._changed:
            self._answer = answer
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._answer is None or self._is_closed)
            if self._is_closed:
                raise _ClosedError


class _ClosedError(BaseException):
    """Nobody wants what the thread makes; like `GeneratorExit`, it is no failure that could be handled on its way."""


def _raises(error: BaseException) -> Callable[[], Any]:
    def raise_it() -> Any:
        raise error

    return raise_it


def first_clause_first(pieces: Iterable[str | None]) -> Iterator[str | None]:
    """Yield the pieces of a text, with None after the first clause of its first sentence, so that sound comes soon."""
    pieces = iter(pieces)
    beginning = ""
    for piece in pieces:
        if piece is None:
            yield None
            break
        given = len(beginning)
        beginning += piece
        clause = _CLAUSE_END.search(beginning, FIRST_CLAUSE - 1)
        sentence = split_sentences(beginning[: 2 * LATEST_CLAUSE])[:1]
        is_first = bool(clause and sentence and clause.end() <= min(sentence[0].end, LATEST_CLAUSE))
        if clause and is_first:
            yield beginning[given : clause.end()]
            yield None
            yield beginning[clause.end() :]
            break
        yield piece
        if len(beginning) > LATEST_CLAUSE or (sentence and sentence[0].end < len(beginning.rstrip())):
            break
    yield from pieces
