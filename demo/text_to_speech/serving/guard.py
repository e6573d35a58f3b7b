"""What every HTTP request passes first: its number, its key, its size, its time, and the log line at its end."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
import uuid
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import ApiError, api_error
from .metrics import Metrics
from .responses import BrokenStreamError, ErrorResponse
from .service import Limits, known_failure

logger = logging.getLogger(__name__)

OPEN_PATHS = frozenset(["/", "/health", "/ready"])  # without a key; so are the files of the page
OPEN_FOLDER = "/page/"
REQUEST_ID = "x-request-id"


class Guard:
    """Middleware around the whole application.

    Args:
        app: The application.
        limits: Of the server.
        metrics: Of the server.
    """

    def __init__(self, app: ASGIApp, *, limits: Limits, metrics: Metrics) -> None:
        self._app = app
        self._limits = limits
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with an error."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, began, status = f"req_{uuid.uuid4().hex}", time.perf_counter(), 0

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = number
            await send(message)

        try:
            self._check_key(scope)
            await self._app(scope, await self._body(scope, receive), numbered)
        except BrokenStreamError:
            raise
        except Exception as error:
            told = api_error(error)
            if not known_failure(error):
                logger.error("a request failed", exc_info=error)
            if status:
                raise BrokenStreamError(told.message) from None
            await ErrorResponse(told)(scope, receive, numbered)
        finally:
            self._metrics.answered(status)
            took = time.perf_counter() - began
            # As it was sent: decoded, it could have the end of a line in it, and a line that nobody wrote.
            path = scope.get("raw_path", b"").decode("ascii", "backslashreplace")
            logger.info(
                "%s %s %d %.3f s %s",
                scope["method"],
                path,
                status,
                took,
                number,
                extra={
                    "request_id": number,
                    "method": scope["method"],
                    "path": path,
                    "status": status,
                    "seconds": round(took, 4),
                },
            )

    def _check_key(self, scope: Scope) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path not in OPEN_PATHS and not path.startswith(OPEN_FOLDER):
            check_key(Headers(scope=scope).get("authorization", ""), self._limits.keys)

    async def _body(self, scope: Scope, receive: Receive) -> Receive:
        """Read the body within its bounds, and return what gives it to the application."""
        if scope["method"] not in ("POST", "PUT", "PATCH"):
            return receive
        headers = Headers(scope=scope)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        # A page of another site can post without asking first, but not JSON under its own name.
        if kind != "application/json" and not kind.endswith("+json"):
            raise ApiError(
                415, f"content type {kind[:60]!r}: expected application/json", code="unsupported_media_type"
            )
        most = self._limits.max_body
        too_large = ApiError(
            413, f"the body is too large: expected at most {most} bytes", code="request_too_large"
        )
        if headers.get("content-length", "0").isdigit() and int(headers.get("content-length", "0")) > most:
            raise too_large
        body = bytearray()

        async def read() -> None:
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ApiError(400, "the client went before its request was whole")
                body.extend(message.get("body", b""))
                more = message.get("more_body", False)
                if len(body) > most:
                    raise too_large

        try:
            await asyncio.wait_for(read(), self._limits.body_seconds)
        except asyncio.TimeoutError:
            raise ApiError(
                408, f"the body did not come within {self._limits.body_seconds:g} seconds", code="timeout"
            ) from None
        given = False

        async def give() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        return give


def check_key(authorization: str, keys: Sequence[str]) -> None:
    """Refuse who has none of the keys; the time that takes does not tell how much of one was right.

    Raises:
        ApiError: The header is not "Bearer KEY" with one of them.
    """
    if not keys:
        return
    scheme, _, given = authorization.partition(" ")
    sent = given.strip().encode("latin-1", errors="replace")  # the bytes that the header's characters were
    known = [hmac.compare_digest(sent, key.encode()) for key in keys]
    if scheme.lower() != "bearer" or not any(known):
        raise ApiError(
            401,
            "no valid API key: expected the header 'Authorization: Bearer KEY' with a key of this server",
            code="invalid_api_key",
            headers={"WWW-Authenticate": "Bearer"},
        )
