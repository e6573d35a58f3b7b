"""A text that comes in pieces over a connection, and its sound: what the WebSocket and Wyoming share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from ..errors import SpeechError
from ..speech.encoders import Encoder
from .errors import ApiError
from .feeding import TextFeed
from .scheduler import Stream
from .service import Piece, Service
from .wanted import Wanted

FLUSH_SECONDS = 1.0  # after so long without a piece of text, what there is counts as complete
IDLE_SECONDS = 60.0  # a text to which nothing comes for so long is ended


class Dictation:
    """One text that grows, and an asynchronous iterator over the pieces of its sound.

    A place among the active streams is taken when the first text comes, and not before.

    Args:
        service: Of the server.
        wanted: How the text is spoken; its own text does not count.
        encoder: Of the sound.
        whole: Whether the text is spoken when all of it is there and not before, as SSML has to be.
    """

    def __init__(self, service: Service, wanted: Wanted, encoder: Encoder, *, whole: bool = False) -> None:
        self._service, self._wanted, self._encoder, self._whole = service, wanted, encoder, whole
        self._feed = TextFeed()
        self._held: list[str] = []
        self._length = 0
        self._is_ended = False
        self._stream: Stream[Piece] | None = None
        self._error: Exception | None = None
        self._opened = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(IDLE_SECONDS, self.end)

    def add(self, text: str) -> None:
        """Take a piece of text; one that makes the text too long is the end of its sound.

        Raises:
            ApiError: The text has ended, by `end` or because nothing came for a minute.
        """
        if self._is_ended:
            raise ApiError(400, "the text has ended: expected a new start before more text", param="text")
        self._length += len(text)
        most = self._service.limits.max_input
        if self._length > most:
            message = f"the text is longer than {most} characters: expected its end before"
            self._fail(ApiError(400, message, param="text", code="string_above_max_length"))
            return
        if self._whole:
            self._held.append(text)
            self._wait(IDLE_SECONDS, self.end)
            return
        self._feed.add(text)
        self._open()
        self._wait(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Count what there is as complete."""
        if not self._whole:
            self._feed.flush()
            self._open()
        self._wait(IDLE_SECONDS, self.end)

    def end(self) -> None:
        """Take no more text."""
        self._is_ended = True
        self._timer.cancel()
        self._feed.end()
        self._open()

    def cancel(self) -> None:
        """Stop the synthesis."""
        self._timer.cancel()
        if self._stream:
            self._stream.cancel()
        self._opened.set()

    async def __aiter__(self) -> AsyncIterator[Piece]:
        """Yield the pieces of the sound until the text has ended and is spoken.

        Raises:
            SpeechError: There was no room for it, or the synthesis failed.
            ApiError: The text became too long.
        """
        await self._opened.wait()
        if self._stream is not None:
            async with self._stream as stream:
                async for piece in stream:
                    yield piece
        if self._error is not None:
            raise self._error

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._timer.cancel()
        self._timer = self._loop.call_later(seconds, then)

    def _open(self) -> None:
        if self._error is not None:
            return
        if self._stream is None:
            text = "".join(self._held)
            try:
                if any(map(str.isalnum, text)):
                    self._stream = self._service.speech(replace(self._wanted, text=text), self._encoder)
                else:
                    self._stream = self._service.growing(self._wanted, self._feed, self._encoder)
            except SpeechError as error:
                self._fail(error)
                return
            self._opened.set()
        self._stream.wake()

    def _fail(self, error: Exception) -> None:
        """Stop the synthesis, and give its reader the reason."""
        self._error = self._error or error
        self.cancel()
