"""Text in pieces over a WebSocket, speech in pieces back: for assistants whose words come one by one.

    → {"type": "start", "voice": "heart", "response_format": "pcm", "timestamps": "word"}
    → {"type": "text", "text": "Well, that is"}      as often as there is something; spoken clause by clause
    → {"type": "flush"}                              no need to wait: speak what there is
    → {"type": "end"}                                no more comes
    → {"type": "cancel"}                             stop at once, forget the rest
    ← {"type": "started", "sample_rate": 24000, "media_type": "audio/pcm;rate=24000;channels=1"}
    ← (binary) the next bytes of the one sound
    ← {"type": "timestamps", "text": …, "words": [{"text", "span", "start", "end"}]}    before its sound
    ← {"type": "done", "seconds": 3.2}   or  {"type": "cancelled"}   or  {"type": "error", "error": {…}}

After `done`, `cancelled` or `error` another `start` may follow.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from .dictation import Dictation
from .errors import ApiError, api_error, validation_error
from .guard import check_key
from .metrics import Watch
from .requests import SpeechRequest
from .responses import ErrorResponse, timestamps_of
from .service import Piece, Service, known_failure

logger = logging.getLogger(__name__)

POLICY_VIOLATION = 1008  # of the closing codes of WebSockets
MOST_SOCKETS = 256  # at a time


async def serve_socket(socket: WebSocket, service: Service) -> None:
    """Serve one connection until the client closes it."""
    if not same_origin(socket.headers):
        await socket.close(POLICY_VIOLATION)
        return
    if service.sockets >= MOST_SOCKETS:
        error = ApiError(
            503, f"{MOST_SOCKETS} WebSockets are open: try again later", code="too_many_connections"
        )
        await socket.send_denial_response(ErrorResponse(error))
        return
    service.sockets += 1
    conversation = _Conversation(socket, service)
    try:
        await socket.accept()
        while True:
            await conversation.take(await socket.receive())
    except WebSocketDisconnect:
        pass
    finally:
        service.sockets -= 1
        await conversation.stop()


def same_origin(headers: Headers) -> bool:
    """Tell whether a connection comes from no page, or from one of this very server."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


class _Conversation:
    """The state of a connection: no speech, or one that is being spoken."""

    def __init__(self, socket: WebSocket, service: Service) -> None:
        self._socket, self._service = socket, service
        self._speech: _Speech | None = None
        self._known = False  # whether it has shown a key

    async def take(self, message: Any) -> None:
        """Do what a message asks for."""
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        try:
            await self._obey(_read(message))
        except Exception as error:
            if isinstance(error, WebSocketDisconnect):
                raise
            await self._tell(error)

    async def stop(self) -> None:
        """End what is being spoken."""
        speech, self._speech = self._speech, None
        if speech:
            await speech.cancel()

    async def _obey(self, message: dict[str, Any]) -> None:
        kind = message.pop("type", None)
        if kind == "start":
            await self._start(message)
            return
        speech = self._speech
        if kind not in ("text", "flush", "end", "cancel"):
            raise ApiError(
                400, f"message {str(kind)[:40]!r}: expected start, text, flush, end or cancel", param="type"
            )
        if speech is None or speech.over:
            if kind == "text":
                raise ApiError(400, "text without a speech: expected a message start before", param="type")
        elif kind == "text":
            text = message.get("text")
            if not isinstance(text, str):
                raise ApiError(400, "a message text has a string text", param="text", code="invalid_value")
            speech.dictation.add(text)
        elif kind == "cancel":
            await self.stop()
            await self._socket.send_json({"type": "cancelled"})
        else:
            (speech.dictation.end if kind == "end" else speech.dictation.flush)()

    async def _start(self, message: dict[str, Any]) -> None:
        if not self._known:
            own = f"Bearer {message.pop('api_key', '')}".encode().decode("latin-1")  # as a header would come
            check_key(self._socket.headers.get("authorization") or own, self._service.limits.keys)
            self._known = True
        if self._speech and not self._speech.over:
            raise ApiError(400, "a speech is running: expected its end or a cancel before the next start")
        options = {"response_format": "pcm", "timestamps": "word", **message, "input": "-"}
        try:
            request = SpeechRequest.model_validate(options)
        except ValidationError as error:
            raise validation_error([dict(problem) for problem in error.errors()]) from None
        wanted = request.wanted(self._service.models, self._service.voice)
        encoder = self._service.encoder(request.response_format, wanted, sample_rate=request.sample_rate)
        watch = self._service.metrics.begin("websocket", request.response_format)
        await self._socket.send_json(
            {"type": "started", "sample_rate": encoder.sample_rate, "media_type": encoder.media_type}
        )
        dictation = Dictation(self._service, wanted, encoder, whole=wanted.input_format in ("ssml", "html"))
        self._speech = _Speech(self._socket, self._service, dictation, watch, request.timestamps)

    async def _tell(self, error: Exception) -> None:
        if not known_failure(error):
            logger.error("a message failed", exc_info=error)
        await self._socket.send_json({"type": "error", **api_error(error).body})


class _Speech:
    """One text that comes in pieces, and the sending of its sound.

    Attributes:
        over: Whether its end was sent.
    """

    def __init__(
        self, socket: WebSocket, service: Service, dictation: Dictation, watch: Watch, timestamps: str | None
    ) -> None:
        self.over = False
        self.dictation = dictation
        self._socket, self._watch, self._timestamps = socket, watch, timestamps
        self._limit = service.limits.stall_seconds
        self._sending = asyncio.create_task(self._send())

    async def cancel(self) -> None:
        """Stop the synthesis and the sending; nothing more of it is sent afterwards."""
        self.over = True
        self.dictation.cancel()
        self._sending.cancel()
        await asyncio.gather(self._sending, return_exceptions=True)
        self._watch.end("cancelled")

    async def _send(self) -> None:
        try:
            async for piece in self.dictation:
                await asyncio.wait_for(self._send_piece(piece), self._limit)
                if self.over:  # before Python 3.12 wait_for may swallow the cancellation of this task
                    return
            if self.over:
                return
            self._end("done")
            await self._socket.send_json({"type": "done", "seconds": round(self._watch.seconds, 4)})
        except asyncio.TimeoutError:
            self._end("cancelled")
            await self._socket.close(POLICY_VIOLATION)
        except (WebSocketDisconnect, RuntimeError, OSError):  # the connection has gone
            self._end("cancelled")
        except Exception as error:
            told = api_error(error)
            self._end("failed" if told.status >= 500 else "refused")
            if not known_failure(error):
                logger.error("a speech failed", exc_info=error)
            if self._socket.client_state is WebSocketState.CONNECTED:
                await self._socket.send_json({"type": "error", **told.body})

    async def _send_piece(self, piece: Piece) -> None:
        if self._timestamps:
            for sentence in piece.sentences:
                times = {"type": "timestamps", **timestamps_of(sentence, self._timestamps)}
                await self._socket.send_json(times)
        self._watch.audio(piece.seconds)
        if piece.data:
            await self._socket.send_bytes(piece.data)

    def _end(self, result: str) -> None:
        self.over = True
        self.dictation.cancel()
        self._watch.end(result)


def _read(message: Any) -> dict[str, Any]:
    """Return the JSON object of a message."""
    try:
        found = json.loads(message.get("text") or "")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ApiError(
            400, "expected a message of text that is a JSON object with a type", code="invalid_json"
        )
    return found
