"""HTTP connections within bounds: how many there are, and how long one may take to say what it wants.

uvicorn waits for the header of a request as long as the client likes. So a few silent connections, or some that send a
byte now and then, would keep everybody else out.
"""

from __future__ import annotations

import asyncio
import json
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS = 1_000  # at a time; more are answered 503
HEADER_SECONDS = 30.0  # from the connection, or the first byte of a request, to the end of its header


class BoundedProtocol(H11Protocol):
    """One connection of HTTP/1.1; `http=` of uvicorn's configuration."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or refuse it where there are too many."""
        stream = cast("asyncio.Transport", transport)
        super().connection_made(stream)
        if len(self.connections) > CONNECTIONS:
            stream.write(_too_many())
            stream.close()
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget_deadline()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Begin to wait for the end of a header, or end it; a byte more is no reason to wait longer."""
        has_answered = self.cycle is not None and self.cycle.response_complete
        if self.conn.their_state is not h11.IDLE and not has_answered:
            self._forget_deadline()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    def _forget_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None


def _too_many() -> bytes:
    """Return the answer to a connection that is one too many."""
    error = {
        "message": f"{CONNECTIONS} connections are open: try again later",
        "type": "server_error",
        "param": None,
        "code": "too_many_connections",
    }
    body = json.dumps({"error": error}).encode()
    head = f"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Retry-After: 5\r\nConnection: close\r\n\r\n".encode() + body
