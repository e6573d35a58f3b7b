"""Wyoming, the protocol of Home Assistant's voice assistants (https://github.com/OHF-Voice/wyoming).

An event is a line of JSON, then `data_length` bytes of JSON that belong to it, then `payload_length` bytes of payload.

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
import json
import logging
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .. import __version__
from ..script.formats import INPUT_FORMATS
from .dictation import Dictation
from .errors import ApiError, api_error
from .metrics import Watch
from .names import voice_cards, voice_id
from .service import Service, known_failure
from .wanted import Wanted

logger = logging.getLogger(__name__)

PROGRAM = "text-to-speech-openvino"
CHUNK = 2_048  # samples of an audio-chunk
SAMPLE_WIDTH = 2  # bytes
LONGEST_LINE = 65_536  # bytes of the JSON line of an event
LONGEST_PAYLOAD = 1_048_576  # bytes of a payload; no event that is understood here has one
MOST_CONNECTIONS = 256  # at a time; Home Assistant opens one for each message
IDLE_SECONDS = 600.0  # that a connection may take for its next event while nothing is being spoken to it
MOST_WAITING = 16  # requests of one connection that wait for the one before


class ProtocolError(Exception):
    """What came is no event: the connection cannot be understood any more."""


@dataclass
class Event:
    """One message.

    Attributes:
        type: Its kind.
        data: What belongs to it.
        payload: Bytes that follow it.
    """

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the event as it is sent."""
        data = json.dumps(self.data, ensure_ascii=False).encode() if self.data else b""
        head: dict[str, Any] = {"type": self.type, "version": __version__}
        if data:
            head["data_length"] = len(data)
        if self.payload:
            head["payload_length"] = len(self.payload)
        return json.dumps(head).encode() + b"\n" + data + self.payload


async def read_event(reader: asyncio.StreamReader, *, longest: int) -> Event | None:
    """Read an event, or None at the end of the connection.

    Args:
        reader: Of the connection.
        longest: Bytes of its data at most.

    Raises:
        ProtocolError: What came is no event, or too long.
    """
    try:
        line = await reader.readline()
        if not line.strip():
            return None
        head = json.loads(line)
        size, payload_size = int(head.get("data_length") or 0), int(head.get("payload_length") or 0)
        if not 0 <= size <= longest or not 0 <= payload_size <= LONGEST_PAYLOAD:
            raise ProtocolError(
                f"an event of {size} and {payload_size} bytes: expected at most {longest} and {LONGEST_PAYLOAD}"
            )
        data = dict(head.get("data") or {})
        if size:
            data.update(json.loads(await reader.readexactly(size)))
        payload = await reader.readexactly(payload_size) if payload_size else b""
        return Event(str(head["type"]), data, payload)
    except asyncio.IncompleteReadError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ProtocolError("expected a line of JSON with a type") from error


def info() -> Event:
    """Return what the program is and has; it needs no model for that."""
    attribution = {"name": "text-to-speech-demo", "url": "https://github.com/openvinotoolkit/open_model_zoo"}
    common = {"attribution": attribution, "installed": True, "version": __version__}
    voices = [
        {
            **common,
            "name": card.id,
            "description": card.description,
            "languages": [card.language.replace("-", "_")],
        }
        for card in voice_cards().values()
    ]
    program = {
        **common,
        "name": PROGRAM,
        "description": "English speech on OpenVINO",
        "voices": voices,
        "supports_synthesize_streaming": True,
    }
    return Event("info", {"tts": [program]})


class WyomingDoor:
    """A server of the protocol; `serve` runs one on a TCP port or a socket file.

    Args:
        service: What speaks.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._connections: dict[asyncio.Task[None], _Connection] = {}

    async def serve(self, host: str, port: int) -> asyncio.Server:
        """Listen, and return the listening server.

        Raises:
            OSError: The address cannot be used.
        """
        return await asyncio.start_server(self.handle, host, port, limit=LONGEST_LINE)

    async def serve_unix(self, path: str) -> asyncio.Server:
        """Listen on a socket file; see `serve`."""
        return await asyncio.start_unix_server(self.handle, path, limit=LONGEST_LINE)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until the client closes it."""
        task = asyncio.current_task()
        assert task
        if len(self._connections) >= MOST_CONNECTIONS:
            writer.close()
            return
        connection = self._connections[task] = _Connection(self._service, writer)
        try:
            while True:
                with connection.expecting():
                    event = await read_event(reader, longest=self._service.limits.max_body)
                if event is None:
                    break
                await connection.take(event)
        except ProtocolError as error:
            with contextlib.suppress(OSError):
                await connection.send(Event("error", {"text": str(error), "code": "protocol"}))
        except (OSError, asyncio.TimeoutError, asyncio.CancelledError):
            pass
        finally:
            try:
                await connection.stop()
            finally:
                writer.close()
                del self._connections[task]  # the only reference that keeps the task until here

    async def close(self, *, wait: float) -> None:
        """End the connections: those without a request at once, others when it is answered or it is late."""
        until = time.monotonic() + wait
        ending: set[asyncio.Task[None]] = set()
        while left := {task: one for task, one in self._connections.items() if task not in ending}:
            late = time.monotonic() > until
            for task, connection in left.items():
                if late or not connection.busy:
                    ending.add(task)
                    if not connection.ending:  # or it would be interrupted at that
                        task.cancel()
            await asyncio.sleep(0.05)
        if ending:
            await asyncio.wait(ending, timeout=wait)


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


class _Connection:
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
                    self._dictation.add(_text(event))
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
            wanted = _wanted(event, self._service.voice)
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
        card = voice_cards()[voice or self._service.voice]
        layout = {"rate": card.sample_rate, "width": SAMPLE_WIDTH, "channels": 1}
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


def _wanted(event: Event, default_voice: str) -> Wanted:
    """Return what an event asks to be spoken.

    Raises:
        ApiError: It asks for a voice or a text form that is not there.
    """
    voice = event.data.get("voice") or {}
    name = voice.get("name") if isinstance(voice, dict) else None
    form = event.data.get("text_format") or "auto"
    if form not in INPUT_FORMATS:
        expected = ", ".join(INPUT_FORMATS)
        raise ApiError(
            400, f"text format {str(form)[:40]!r}: expected one of {expected}", code="invalid_value"
        )
    # Home Assistant says "text" of what a language model wrote.
    wanted = Wanted(_text(event), input_format="auto" if form == "text" else form)
    return replace(wanted, voice=voice_id(str(name), default_voice)) if name else wanted


def _text(event: Event) -> str:
    """Return the text of an event, which may have none.

    Raises:
        ApiError: It is no string.
    """
    text = event.data.get("text")
    if text is not None and not isinstance(text, str):
        raise ApiError(
            400,
            f"a text of type {type(text).__name__}: expected a string",
            param="text",
            code="invalid_value",
        )
    return text or ""
