"""A client of the Wyoming door, in the words of the protocol."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from text_to_speech.serving.speaker import Speaker
from text_to_speech.serving.wyoming import WyomingDoor
from text_to_speech.serving.wyoming_events import Event, read_event

TEXT = "One short line. Then a somewhat longer second sentence!"


class Client:
    """A connection to the door, in the words of the protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, kind: str, **data: object) -> None:
        self.writer.write(Event(kind, data).to_bytes())
        await self.writer.drain()

    async def read(self, seconds: float = 20) -> Event:
        event = await asyncio.wait_for(read_event(self.reader, longest=10_000_000), seconds)
        assert event, "the connection was closed"
        return event

    async def until(self, kind: str) -> list[Event]:
        events = [await self.read()]
        while events[-1].type != kind:
            events.append(await self.read())
        return events


@contextlib.asynccontextmanager
async def door(service, *, ready: bool = True) -> AsyncIterator[tuple[Client, WyomingDoor, int]]:
    if ready:
        await service.start()
    made = WyomingDoor(service)
    server = await made.serve("127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield client, made, port
    finally:
        client.writer.close()
        server.close()
        await made.close(wait=5)
        await asyncio.to_thread(service.close)


def kinds(events: list[Event]) -> list[str]:
    """The types of events, chunks on end as one."""
    found: list[str] = []
    for event in events:
        if not found or event.type != "audio-chunk" or found[-1] != "audio-chunk":
            found.append(event.type)
    return found


def sound(events: list[Event]) -> bytes:
    return b"".join(event.payload for event in events if event.type == "audio-chunk")


def library(speaker: Speaker, text: str) -> int:
    """Bytes of a text as the library speaks it."""
    return 2 * sum(chunk.audio.size for chunk in speaker._synthesizers["hifi-gan"].stream(text))
