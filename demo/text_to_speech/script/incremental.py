"""A text that arrives in pieces, such as the words of a language model, becomes scripts sentence by sentence.

    for script in incremental_scripts(model.words(), wait=1.0):
        speak(script)

A script has the sentences that are certain by now. The end of a sentence is certain when no later text can move it:
after "It costs 3." the next piece may be "5 million", after "Dr." a name follows, and what comes after a quotation may
be "he said". So a full stop waits for the next word, and a quotation for up to three. However the text is cut into
pieces, the sentences, their offsets and their paragraphs are those of the whole text.
"""

from __future__ import annotations

import contextlib
import math
import queue
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from ..errors import InputError
from ..text.grouped_warnings import GroupedWarnings
from ..text.languages import AMERICAN
from .formats import InputFormat, check_format
from .pending_scripts import PendingScripts
from .script import Script

# Pieces that a reader thread holds before it asks for no more.
_PIECES_AHEAD = 64

# Seconds after which whoever waits for a piece looks up, since Windows does not interrupt a wait (Ctrl-C).
_WAKE_UP = 0.5


def incremental_scripts(
    pieces: Iterable[str | None],
    *,
    wait: float | None = None,
    input_format: InputFormat = "auto",
    language: str = AMERICAN,
) -> IncrementalScripts:
    """Return an iterator of the scripts of a text that arrives in pieces.

    Args:
        pieces: The text, cut anywhere: in words, in "[pause 0.5s]" and in "[[ həlˈoʊ ]]" as well. None among them
            says that everything before it is a script, whether a sentence has ended or not.
        wait: Seconds without a new piece after which everything that came so far is a script, whether a sentence has
            ended or not. Give more than the longest gap within a sentence. None waits for the next piece.
        input_format: What the text is. SSML and HTML are one script when they are complete. `auto` is SSML or HTML if
            the text begins so, and becomes Markdown when the first mark of it has come.
        language: BCP 47 tag of the voice; see `parse_ssml`.

    Raises:
        InputError: At the call: `pieces` is not iterable, or `wait` is not a number above 0. While scripts are taken:
            a piece is not a str, or see `read_script`. What the iterable raises passes through.
    """
    return IncrementalScripts(pieces, wait=wait, input_format=input_format, language=language)


class IncrementalScripts(Iterator[Script]):
    """The scripts of a text that arrives in pieces; `incremental_scripts` describes the arguments.

    With `wait`, a thread of its own iterates over the pieces; it holds at most 64 that nobody has asked for yet.
    """

    def __init__(
        self,
        pieces: Iterable[str | None],
        *,
        wait: float | None = None,
        input_format: InputFormat = "auto",
        language: str = AMERICAN,
    ) -> None:
        form = check_format(input_format)
        if not isinstance(pieces, Iterable):
            raise InputError(
                f"{type(pieces).__name__} given; expected a text as str, or an iterable of pieces of one"
            )
        if wait is not None and not (_is_number(wait) and 0 < wait <= threading.TIMEOUT_MAX):
            raise InputError(f"wait {wait!r}: expected seconds, a number above 0")
        self._arrivals = _Arrivals(pieces, wait)
        self._scripts = _scripts(self._arrivals, form, language)

    def __next__(self) -> Script:
        return next(self._scripts)

    def __enter__(self) -> IncrementalScripts:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the iterator; with `wait` also from another thread, while it waits for a piece.

        A thread that reads pieces ends when the iterable gives the next piece or its end; nobody waits for it.
        """
        self._arrivals.close()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _scripts(arrivals: _Arrivals, form: InputFormat, language: str) -> Generator[Script, None, None]:
    """Yield the scripts of the pieces that arrive."""
    warnings = GroupedWarnings()
    text = PendingScripts(form, warnings, language=language)
    try:
        for piece in arrivals:
            if piece is None:
                script = text.paused()
            else:
                text.add(piece)
                if text.is_too_long:
                    # The parser refuses the document; there is no need to collect the rest before.
                    break
                script = text.complete()
            if script:
                yield script
        if arrivals.is_closed:
            return
        if script := text.rest():
            yield script
        text.finish()
        warnings.finish()
    finally:
        arrivals.close()


class _Arrivals:
    """The pieces of an iterable, and the moments at which none has come for some seconds.

    Args:
        pieces: The iterable.
        wait: Seconds; None needs no thread.
    """

    def __init__(self, pieces: Iterable[str | None], wait: float | None) -> None:
        self._pieces = pieces
        self._wait = wait
        # A piece and the time at which it came; or the end, None, or the error that ended the pieces.
        self._queue: queue.Queue[tuple[float, str | None] | BaseException | None] = queue.Queue(_PIECES_AHEAD)
        self._closed = threading.Event()

    def close(self) -> None:
        """End the iteration."""
        self._closed.set()
        # Whoever waits is woken: the reader, which may wait for room, and whoever waits for a piece.
        with contextlib.suppress(queue.Empty):
            while True:
                self._queue.get_nowait()
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    def __iter__(self) -> Iterator[str | None]:
        """Yield each piece, and None also when none has come for `wait` seconds."""
        if self._wait is None:
            for piece in self._pieces:
                yield piece
                if self.is_closed:
                    return
        else:
            yield from self._pieces_and_waits(self._wait)

    def _pieces_and_waits(self, wait: float) -> Iterator[str | None]:
        threading.Thread(target=self._read, name="pieces of a text", daemon=True).start()
        deadline = math.inf
        while not self.is_closed:
            try:
                arrived = self._queue.get(timeout=min(max(deadline - time.monotonic(), 0.0), _WAKE_UP))
            except queue.Empty:
                if time.monotonic() >= deadline:
                    deadline = math.inf
                    yield None
                continue
            if arrived is None:
                return
            if isinstance(arrived, BaseException):
                raise arrived
            moment, piece = arrived
            yield piece
            # The wait began when the piece came, also where its sentences took longer to speak.
            deadline = moment + wait

    def _read(self) -> None:
        """Put the pieces into the queue, in a thread of its own."""
        end: BaseException | None = None
        try:
            for piece in self._pieces:
                self._queue.put((time.monotonic(), piece))
                if self._closed.is_set():
                    break
        except BaseException as error:
            end = error
        if not self._closed.is_set():
            self._queue.put(end)
