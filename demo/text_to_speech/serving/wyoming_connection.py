"""A connection of Wyoming: the requests of one client, answered one after the other in their order.

    describe                                  → info
    synthesize                                → audio-start, audio-chunk …, audio-stop
    synthesize-start, synthesize-chunk …,
    synthesize (the whole text once more),
    synthesize-stop                           → audio-start, audio-chunk …, audio-stop, synthesize-stopped

Events are read while speech is made, so that a client may ask for `info` or go away at any time. Every request ends
with the event that clients wait for, after a failure too.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from .dictation import Dictation
from .errors import ApiError, api_error
from .metrics import Watch
from .names import voice_of
from .service import Service, known_failure
from .wanted import Wanted
from .wyoming_events import Event, info, text_of, wanted_of

logger = logging.getLogger(__name__)

CHUNK = 2_048  # samples of an audio-chunk
SAMPLE_WIDTH = 2  # bytes
IDLE_SECONDS = 600.0  # that a connection may take for its next event while nothing is being spoken to it
MOST_WAITING = 16  # requests of one connection that wait for the one before


@dataclass
class _Request:
    """What is to be answered.

    Attributes:
        streams: Whether the text comes in pieces.
        watch: Its figures.
        wanted: How it is spoken, and what, unless the text comes in pieces.
        dictation: The text that comes in pieces.
        error: Why it cannot be answered.
    """

    streams: bool
    watch: Watch
    wanted: Wanted | None = None
    dictation: Dictation | None = None
    error: Exception | None = None


class Connection:
    """What one client has asked for. Its requests are answered one after the other, in their order."""

    def __init__(self, service: Service, writer: asyncio.StreamWriter) -> None:
        self._service, self._writer = service, writer
        self._sending = asyncio.Lock()
        self._requests: asyncio.Queue[_Request] = asyncio.Queue(MOST_WAITING)
        self._streams = False  # a text is coming in pieces
        self._dictation: Dictation | None = None  # which they belong to, if it could be begun
        self._answering = asyncio.create_task(self._answer_all())
        self._request_in_work = False
        self.ending = False  # it stops already

    @property
    def busy(self) -> bool:
        """Whether a request is not answered yet."""
        return self._request_in_work or not self._requests.empty()

    @contextlib.contextmanager
    def expecting(self) -> Iterator[None]:
        """Break the connection off if the block, which waits for an event, takes too long."""
        loop = asyncio.get_running_loop()
        deadlines: list[asyncio.TimerHandle] = []

        def wait() -> None:
            deadlines[:] = [loop.call_later(IDLE_SECONDS, late)]

        def late() -> None:
            (wait if self.busy else self._writer.transport.abort)()

        wait()
        try:
            yield
        finally:
            deadlines[0].cancel()

    async def take(self, event: Event) -> None:
        """Do what an event asks for; kinds that are not known are passed over, as the protocol wants it."""
        match event.type:
            case "describe":
                await self.send(info())
            case "ping":
                await self.send(Event("pong", {"text": event.data.get("text")}))
            case "synthesize" if not self._streams:
                await self._requests.put(self._request(event, streams=False))
            case "synthesize-start":
                self._stop_stream()
                request = self._request(event, streams=True)
                self._streams, self._dictation = True, request.dictation
                await self._requests.put(request)
            case "synthesize-chunk" if self._dictation:
                try:
                    self._dictation.add(text_of(event))
                except ApiError as error:
                    await self.send(Event("error", {"text": error.message, "code": error.code}))
            case "synthesize-stop":
                self._stop_stream()

    async def send(self, event: Event) -> None:
        """Send an event; wait until the client has taken most of what was sent.

        Raises:
            ConnectionError: The client has gone, or has taken nothing for too long.
        """
        async with self._sending:
            if self.ending:
                raise ConnectionResetError("the connection ends")
            self._writer.write(event.to_bytes())
            # Not asyncio.wait_for: before Python 3.12 it may swallow the cancellation of this task.
            stalled = asyncio.get_running_loop().call_later(
                self._service.limits.stall_seconds, self._writer.transport.abort
            )
            try:
                await self._writer.drain()
            finally:
                stalled.cancel()

    async def stop(self) -> None:
        """Stop all synthesis: the client has gone."""
        self.ending = True
        self._answering.cancel()
        await asyncio.gather(self._answering, return_exceptions=True)
        while not self._requests.empty():
            request = self._requests.get_nowait()
            request.watch.end("cancelled")
            if request.dictation:
                request.dictation.cancel()

    def _stop_stream(self) -> None:
        self._streams = False
        if self._dictation:
            self._dictation.end()
            self._dictation = None

    def _request(self, event: Event, *, streams: bool) -> _Request:
        watch = self._service.metrics.begin("wyoming", "pcm")
        try:
            wanted = wanted_of(event, self._service.voice)
            return _Request(streams, watch, wanted, self._begin(wanted) if streams else None)
        except Exception as error:
            return _Request(streams, watch, error=error)

    def _begin(self, wanted: Wanted, *, whole: bool = False) -> Dictation:
        rate = self._service.speaker.sample_rate(wanted)
        encoder = self._service.encoder("pcm", wanted, sample_rate=rate)
        return Dictation(
            self._service, wanted, encoder, whole=whole or wanted.input_format in ("ssml", "html")
        )

    async def _answer_all(self) -> None:
        """Answer the requests in their order, until the client takes nothing any more."""
        while not self.ending:
            request = await self._requests.get()
            self._request_in_work = True
            try:
                await self._answer(request)
            except OSError:
                self._writer.close()
                return
            finally:
                self._request_in_work = False
                request.watch.end("cancelled")  # where it has not ended in another way
                if request.dictation:
                    request.dictation.cancel()

    async def _answer(self, request: _Request) -> None:
        """Send the sound of a request, and in any case the events that clients wait for."""
        voice = request.wanted.voice if request.wanted else ""
        rate = voice_of(voice or self._service.voice).sample_rate
        layout = {"rate": rate, "width": SAMPLE_WIDTH, "channels": 1}
        begun, result = False, "done"
        try:
            async with contextlib.aclosing(self._sound(request)) as sound:
                async for payload in sound:
                    if not begun:
                        begun = True
                        await self.send(Event("audio-start", layout))
                    await self.send(Event("audio-chunk", layout, payload))
        except OSError:
            raise
        except Exception as error:
            told = api_error(error)
            result = "failed" if told.status >= 500 else "refused"
            if not known_failure(error):
                logger.error("a request over Wyoming failed", exc_info=error)
            await self.send(Event("error", {"text": told.message, "code": told.code}))
        request.watch.end(result)
        if not begun:
            await self.send(Event("audio-start", layout))
        await self.send(Event("audio-stop"))
        if request.streams:
            await self.send(Event("synthesize-stopped"))

    async def _sound(self, request: _Request) -> AsyncGenerator[bytes, None]:
        """Yield the samples of a request, in the sizes of an audio-chunk."""
        if request.error:
            raise request.error
        dictation = request.dictation
        if dictation is None:  # a whole text, which takes its place in the queue only now
            assert request.wanted
            dictation = self._begin(request.wanted, whole=True)
            dictation.add(request.wanted.text)
            dictation.end()
        try:
            async for piece in dictation:
                request.watch.audio(piece.seconds)
                for start in range(0, len(piece.data), CHUNK * SAMPLE_WIDTH):
                    yield piece.data[start : start + CHUNK * SAMPLE_WIDTH]
        finally:
            dictation.cancel()
