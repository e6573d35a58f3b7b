"""Speech as an HTTP response: nothing is sent before the first audio, and a failure after it breaks the stream.

So a client that is told 200 hears something, and one that hears the end of a file has had all of it: where synthesis
fails in the middle the connection is closed without the last chunk of the transfer coding, and clients raise.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ..speech.timings import as_json
from .errors import ApiError, api_error
from .metrics import Watch
from .scheduler import ClosingError, Stream
from .service import Piece, Service, known_failure

logger = logging.getLogger(__name__)

# Audio is not stored, not kept back by proxies, and not guessed about.
STREAM_HEADERS = {
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
}
SSE_TYPE = "text/event-stream; charset=utf-8"
LINES_TYPE = "application/x-ndjson"


class BrokenStreamError(Exception):
    """An answer that had begun cannot be ended well; whoever runs the application closes the connection."""


class Form:
    """How the pieces of speech become the body of a response; this one is the audio itself.

    Args:
        media_type: Of the body.
    """

    def __init__(self, media_type: str) -> None:
        self.media_type = media_type

    def body(self, piece: Piece) -> bytes:
        """Return the bytes of a piece; there may be none."""
        return piece.data

    def end(self) -> bytes:
        """Return the bytes after the last piece."""
        return b""

    def failure(self, error: ApiError) -> bytes:
        """Return what tells of a failure after the first byte; there may be no way to."""
        return b""


class EventForm(Form):
    """Server-sent events, as OpenAI's `stream_format: sse` has them, with word times where they are asked for.

    Args:
        characters: Of the text, which count as its tokens.
        timestamps: `word`, `phoneme`, or None.
    """

    def __init__(self, characters: int, timestamps: str | None) -> None:
        super().__init__(SSE_TYPE)
        self._characters = characters
        self._timestamps = timestamps
        self._seconds = 0.0

    def body(self, piece: Piece) -> bytes:
        """Return the events of a piece: first what is heard when, then the audio."""
        self._seconds += piece.seconds
        events = []
        if self._timestamps:
            events += [
                event("speech.timestamps", timestamps_of(sentence, self._timestamps))
                for sentence in piece.sentences
            ]
        if piece.data:
            events.append(event("speech.audio.delta", {"audio": base64.b64encode(piece.data).decode()}))
        return b"".join(events)

    def end(self) -> bytes:
        """Return the last event. Tokens are characters of the text, and tenths of a second of speech."""
        spoken = round(10 * self._seconds)
        usage = {
            "input_tokens": self._characters,
            "output_tokens": spoken,
            "total_tokens": self._characters + spoken,
        }
        return event("speech.audio.done", {"usage": usage})

    def failure(self, error: ApiError) -> bytes:
        """Return the event `error`."""
        return event("error", error.body)


class CaptionedForm(Form):
    """Kokoro-FastAPI's lines of JSON: base64 audio with the words that begin in it."""

    def __init__(self, audio_type: str) -> None:
        super().__init__(LINES_TYPE)
        self._audio_type = audio_type

    def body(self, piece: Piece) -> bytes:
        """Return a line."""
        if not piece.data and not piece.sentences:
            return b""
        line = captioned(
            piece.data, self._audio_type, [word for s in piece.sentences for word in words_of(s)]
        )
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"

    def failure(self, error: ApiError) -> bytes:
        """Return a line with the error object."""
        return json.dumps(error.body).encode() + b"\n"


def event(kind: str, data: Mapping[str, Any]) -> bytes:
    """Return a server-sent event whose type stands in its data too."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data}, ensure_ascii=False)}\n\n".encode()


def timestamps_of(sentence: Any, detail: str) -> dict[str, Any]:
    """Return when a sentence and its words (or phonemes too) are heard, as `--timestamps` writes it."""
    found = as_json(sentence)
    if detail != "phoneme":
        del found["phonemes"]
    return found


def words_of(sentence: Any) -> Iterator[dict[str, Any]]:
    """Yield the words of a sentence as Kokoro-FastAPI names them."""
    for word in sentence.words:
        yield {"word": word.text, "start_time": round(word.start, 4), "end_time": round(word.end, 4)}


def captioned(data: bytes, audio_type: str, words: list[dict[str, Any]]) -> dict[str, Any]:
    """Return audio and words in Kokoro-FastAPI's form."""
    return {"audio": base64.b64encode(data).decode(), "audio_format": audio_type, "timestamps": words}


class ErrorResponse(JSONResponse):
    """OpenAI's error object."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(error.body, status_code=error.status, headers=error.headers)


class SpeechResponse(Response):
    """The answer to one request for speech.

    Args:
        service: Of the server.
        stream: The pieces.
        form: How they become a body.
        watch: The figures of the request.
        headers: More headers.
        whole: How all pieces together become one body, which is then sent with its length; None streams.
    """

    def __init__(
        self,
        service: Service,
        stream: Stream[Piece],
        form: Form,
        watch: Watch,
        *,
        headers: Mapping[str, str] | None = None,
        whole: Callable[[list[Piece]], bytes] | None = None,
    ) -> None:
        self._service, self._stream, self._form, self._watch = service, stream, form, watch
        self._whole = whole
        self._begun = False
        self.background = None
        self.status_code = 200
        self.init_headers({"content-type": form.media_type, **STREAM_HEADERS, **(headers or {})})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the speech; stop its synthesis when the client goes."""
        gone = asyncio.create_task(_disconnected(receive))
        gone.add_done_callback(lambda _: self._stream.cancel())
        began = time.perf_counter()
        try:
            async with self._stream:
                await (self._send_whole(send, gone) if self._whole else self._send_stream(send, gone))
            self._service.took(time.perf_counter() - began)
        except BaseException as error:
            await self._fail(error, scope, receive, send, gone=gone.done())
        finally:
            gone.cancel()

    async def _send_stream(self, send: Send, gone: asyncio.Task[None]) -> None:
        async for piece in self._stream:
            body = self._form.body(piece)
            self._watch.audio(piece.seconds)
            if body:
                await self._send(send, body)
        self._end(gone)
        await self._send(send, self._form.end(), more=False)

    async def _send_whole(self, send: Send, gone: asyncio.Task[None]) -> None:
        assert self._whole
        found = []
        async for piece in self._stream:
            self._watch.audio(piece.seconds)
            found.append(piece)
        self._end(gone)
        body = self._whole(found)
        self.headers["content-length"] = str(len(body))
        await self._send(send, body, more=False)

    def _end(self, gone: asyncio.Task[None]) -> None:
        """Count the request before its last byte: afterwards a client has always gone."""
        self._watch.end("cancelled" if gone.done() else "done")

    async def _send(self, send: Send, body: bytes, *, more: bool = True) -> None:
        """Send bytes of the body, the first time with the headers, and wait until the client has taken most of them."""
        if not self._begun:
            self._begun = True
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
        message = {"type": "http.response.body", "body": body, "more_body": more}
        await asyncio.wait_for(send(message), self._service.limits.stall_seconds)

    async def _fail(
        self, error: BaseException, scope: Scope, receive: Receive, send: Send, *, gone: bool
    ) -> None:
        """Tell of a failure as well as that can still be done."""
        if gone or (
            self._begun and isinstance(error, asyncio.TimeoutError | asyncio.CancelledError | OSError)
        ):
            self._watch.end("cancelled")
            if self._begun and not gone:
                raise BrokenStreamError("the client takes nothing any more") from error
            return
        if isinstance(error, asyncio.CancelledError):
            error = ClosingError("the server ends")
        told = api_error(error, retry_seconds=self._service.retry_seconds)
        if not known_failure(error):
            logger.error("a request failed", exc_info=error)
        elif told.status >= 500:
            logger.error("a request failed: %s", error)
        self._watch.end("failed" if told.status >= 500 else "refused")
        if not self._begun:
            await ErrorResponse(told)(scope, receive, send)
            return
        if last := self._form.failure(told):
            await self._send(send, last)
        raise BrokenStreamError(str(error)) from error


async def _disconnected(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
