"""Wyoming, the protocol of Home Assistant's voice assistants (https://github.com/OHF-Voice/wyoming), at an address.

The events are in wyoming_events.py, and what is done for a client in wyoming_connection.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import time

from .service import Service
from .wyoming_connection import Connection
from .wyoming_events import LONGEST_LINE, Event, ProtocolError, read_event

MOST_CONNECTIONS = 256  # at a time; Home Assistant opens one for each message


class WyomingDoor:
    """A server of the protocol; `serve` runs one on a TCP port or a socket file.

    Args:
        service: What speaks.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._connections: dict[asyncio.Task[None], Connection] = {}

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
        connection = self._connections[task] = Connection(self._service, writer)
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
