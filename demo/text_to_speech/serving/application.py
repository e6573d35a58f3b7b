"""The HTTP application: OpenAI's speech API, ours beside it, health, figures, and the page.

POST /v1/audio/speech  (/v3/audio/speech)   speech, streamed
POST /v1/audio/phonemes                     how a text is read
POST /dev/captioned_speech                  speech and word times in Kokoro-FastAPI's form
WS   /v1/audio/stream                       text in pieces, speech in pieces
GET  /v1/models  /v1/models/{id}  /v1/audio/models  /v1/audio/voices
GET  /health  /ready  /metrics  /
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.params import Body
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from .. import __version__
from ..errors import SpeechError
from .errors import ApiError, api_error, validation_error
from .guard import Guard
from .metrics import CONTENT_TYPE
from .names import MODEL_ALIASES, VoiceCard, voice_aliases, voice_cards, voice_of
from .page import add_page
from .requests import CaptionedRequest, SpeechRequest, TextRequest, known_voice
from .responses import (
    CaptionedForm,
    ErrorResponse,
    EventForm,
    Form,
    SpeechResponse,
    captioned,
    words_of,
)
from .service import Piece, Service
from .wanted import Wanted
from .websocket import serve_socket

OWNER = "text-to-speech-demo"
CREATED = 1_764_115_200  # of every model in the lists: OpenAI's form wants a time


class ErrorObject(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """OpenAI's error object, the body of every answer that is no success."""

    error: ErrorObject


def _failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ErrorBody, "description": "see the error object"} for status in statuses}


REFUSALS = _failures(400, 401, 404, 405, 408, 413, 415, 429, 500, 503)
# One server-sent event; its data is a JSON object.
EVENT = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["event", "data"],
}
AUDIO: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "audio in the response_format, or server-sent events",
        "content": {
            name: {"schema": {"type": "string", "format": "binary"}}
            for name in (
                "audio/mpeg",
                "audio/ogg",
                "audio/aac",
                "audio/flac",
                "audio/wav",
                "audio/pcm",
            )
        }
        | {"text/event-stream": {"schema": EVENT}},
    },
    **REFUSALS,
}

CAPTIONED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "one object, or a line of JSON for each piece where stream is true",
        "content": {"application/json": {}, "application/x-ndjson": {}},
    },
    **REFUSALS,
}
FIGURES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus' text form", "content": {"text/plain": {"schema": {"type": "string"}}}},
    **_failures(401, 500),
}


def create_app(service: Service, *, close: bool = True) -> FastAPI:
    """Return the application of a service.

    Args:
        service: What speaks; its models may still be loading.
        close: Whether the end of the application is the end of the service.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if close:
            await asyncio.to_thread(service.close)

    app = FastAPI(
        title="Text to speech on OpenVINO",
        version=__version__,
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.add_middleware(Guard, limits=service.limits, metrics=service.metrics)
    app.add_exception_handler(ApiError, _tell)
    app.add_exception_handler(SpeechError, _tell)
    app.add_exception_handler(RequestValidationError, _tell)
    app.add_exception_handler(HTTPException, _tell)
    _add_speech(app, service)
    _add_lists(app, service)
    _add_states(app, service)
    add_page(app)

    @app.websocket("/v1/audio/stream")
    async def audio_stream(socket: WebSocket) -> None:
        await serve_socket(socket, service)

    return app


async def _tell(_: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        return ErrorResponse(validation_error(list(error.errors())))
    if isinstance(error, HTTPException):
        message = {404: "there is nothing at this address", 405: "this address does not take that method"}
        told = ApiError(
            error.status_code,
            message.get(error.status_code, str(error.detail)),
            code={404: "unknown_url", 405: "method_not_allowed"}.get(error.status_code),
            headers=error.headers,
        )
        return ErrorResponse(told)
    return ErrorResponse(api_error(error))


def _add_speech(app: FastAPI, service: Service) -> None:
    """Add the addresses that speak."""

    @app.post("/v1/audio/speech", responses=AUDIO, response_class=Response)
    @app.post("/v3/audio/speech", responses=AUDIO, response_class=Response, include_in_schema=False)
    async def speech(request: Annotated[SpeechRequest, Body()]) -> Response:
        """Speak a text."""
        if request.timestamps and request.stream_format != "sse":
            raise ApiError(
                400,
                "timestamps come as events: expected stream_format sse beside them",
                param="timestamps",
                code="invalid_value",
            )
        events = request.stream_format == "sse"

        def form(audio_type: str) -> Form:
            return EventForm(len(request.input), request.timestamps) if events else Form(audio_type)

        return answer(
            service, request, form, whole=None if request.stream or events else _joined, door="openai"
        )

    @app.post("/dev/captioned_speech", responses=CAPTIONED, response_class=Response)
    async def captioned_speech(request: Annotated[CaptionedRequest, Body()]) -> Response:
        """Speak a text, with the times of its words."""

        def whole(pieces: list[Piece]) -> bytes:
            words = [word for piece in pieces for sentence in piece.sentences for word in words_of(sentence)]
            return json.dumps(captioned(_joined(pieces), request.response_format, words)).encode()

        def form(_: str) -> Form:
            made = CaptionedForm(request.response_format)
            made.media_type = made.media_type if request.stream else "application/json"
            return made

        return answer(service, request, form, whole=None if request.stream else whole, door="captioned")

    @app.post("/v1/audio/phonemes", responses=REFUSALS)
    async def phonemes(request: Annotated[TextRequest, Body()]) -> JSONResponse:
        """Tell how a text is read, sentence by sentence and word by word."""
        service.check_text(request.input)
        wanted = Wanted(
            request.input,
            input_format=request.form(),
            lexicon=request.read_lexicon(),
            voice=known_voice(request.voice, service.voice),
        )
        speaker = service.speaker

        def sentences() -> Any:
            for utterance in speaker.read(wanted):
                yield {
                    "text": utterance.text,
                    "phonemes": utterance.phonemes,
                    "words": [
                        {"text": word.text, "span": list(word.span), "phonemes": word.phonemes}
                        for word in utterance.words
                    ],
                }

        async with service.scheduler.open(sentences()) as stream:
            found = [sentence async for sentence in stream]
        return JSONResponse(
            {"phonemes": " ".join(sentence["phonemes"] for sentence in found), "sentences": found}
        )


def answer(
    service: Service,
    request: SpeechRequest,
    form: Callable[[str], Form],
    *,
    whole: Callable[[list[Piece]], bytes] | None,
    door: str,
) -> SpeechResponse:
    """Return the response to a request for speech: it waits for the first audio before it says that all is well.

    Args:
        service: Of the server.
        request: What is asked for.
        form: Makes the form of the body, of the media type of its audio.
        whole: How all pieces become one body; None streams.
        door: Name for the figures.

    Raises:
        ApiError: Something in the request cannot be.
        SpeechError: It cannot be taken in now.
    """
    watch = service.metrics.begin(door, request.response_format)
    try:
        service.check_text(request.input)
        wanted = request.wanted(service.models, service.voice)
        is_whole = whole is not None
        encoder = service.encoder(
            request.response_format, wanted, sample_rate=request.sample_rate, whole=is_whole
        )
        stream = service.speech(wanted, encoder, whole=is_whole)
    except Exception as error:
        told = api_error(error, retry_seconds=service.retry_seconds)
        watch.end("failed" if told.status >= 500 else "refused")
        raise told from error
    headers = {"x-sample-rate": str(encoder.sample_rate)}
    if wanted.possible_speed != wanted.speed:
        headers["x-speed"] = f"{wanted.possible_speed:g}"
    return SpeechResponse(service, stream, form(encoder.media_type), watch, headers=headers, whole=whole)


def _joined(pieces: list[Piece]) -> bytes:
    return b"".join(piece.data for piece in pieces)


def _add_lists(app: FastAPI, service: Service) -> None:
    """Add the lists of models and voices, in the forms that clients ask for."""

    def model(name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": CREATED, "owned_by": OWNER}

    names = [*service.models, *MODEL_ALIASES]

    @app.get("/v1/models", responses=_failures(401, 500))
    async def models() -> dict[str, Any]:
        """List the models as OpenAI does."""
        return {"object": "list", "data": [model(name) for name in names]}

    @app.get("/v1/models/{name}", responses=_failures(401, 404, 500))
    async def one_model(name: str) -> dict[str, Any]:
        """Describe a model."""
        if name not in names:
            raise ApiError(
                404,
                f"model {name[:60]!r}: expected {', '.join(names)}",
                param="model",
                code="model_not_found",
            )
        return model(name)

    @app.get("/v1/audio/models", responses=_failures(401, 500))
    async def audio_models() -> dict[str, Any]:
        """List the models as Open WebUI asks for them."""
        return {"models": [{"id": name, "name": name} for name in names]}

    @app.get("/v1/audio/voices", responses=_failures(401, 500))
    async def audio_voices() -> dict[str, Any]:
        """List the voices, and the names that mean one of them."""
        aliases = [
            {**asdict(VoiceCard.of(voice_of(own))), "id": alias, "name": alias, "alias_of": own}
            for alias, own in sorted(voice_aliases(service.voice).items())
        ]
        return {"voices": [*(asdict(card) for card in voice_cards().values()), *aliases]}


def _add_states(app: FastAPI, service: Service) -> None:
    """Add what tells how the server is."""

    @app.get("/health", responses=_failures(500))
    async def health() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "ok"}

    @app.get("/ready", responses=_failures(500, 503))
    async def ready() -> dict[str, Any]:
        """Tell that the models are loaded; 503 before."""
        return {"status": "ready", "models": service.speaker.devices}

    @app.get("/metrics", response_class=Response, responses=FIGURES)
    async def metrics() -> Response:
        """Return the figures for Prometheus."""
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)
