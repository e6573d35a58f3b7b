"""A whole server on a free port, with tiny models: what the tests of serving/ talk to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn

from text_to_speech.errors import DeviceError
from text_to_speech.serving.application import create_app
from text_to_speech.serving.connections import BoundedProtocol
from text_to_speech.serving.scheduler import Idle
from text_to_speech.serving.service import Service
from text_to_speech.serving.speaker import Speaker

TEXT = "One short line. Then a somewhat longer second sentence!\n\nA paragraph of its own?"


@dataclass
class Server:
    """A running server.

    Attributes:
        url: Of its root.
        service: What speaks in it.
        loop: Its event loop, which runs on a thread of its own.
    """

    url: str
    service: Service
    loop: asyncio.AbstractEventLoop
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, timeout=60)

    def speak(self, **body: object) -> httpx.Response:
        """Ask for speech and return the whole answer."""
        return self.client.post("/v1/audio/speech", json={"input": TEXT, **body})

    def figure(self, name: str, **labels: str) -> float:
        """Return one of the server's figures; 0 where it was not counted yet."""
        return self.service.metrics.registry.get_sample_value(name, labels or None) or 0.0


@contextlib.contextmanager
def running(service: Service, *, ready: bool = True, **options: object) -> Iterator[Server]:
    """Run a server on a free port of 127.0.0.1, on a thread of its own, until the block ends."""
    config = uvicorn.Config(
        create_app(service),
        http=BoundedProtocol,
        host="127.0.0.1",
        port=0,
        log_level="error",
        timeout_graceful_shutdown=5,
        **options,
    )
    server = uvicorn.Server(config)
    started = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        if ready:
            await service.start()
        task = asyncio.create_task(server.serve())
        while not server.started and not task.done():
            await asyncio.sleep(0.005)
        started.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(60)
    port = server.servers[0].sockets[0].getsockname()[1]
    made = Server(f"http://127.0.0.1:{port}", service, loops[0])
    try:
        yield made
    finally:
        made.client.close()
        server.should_exit = True
        thread.join(30)
        service.close()
    assert not thread.is_alive()


class SlowSpeaker(Speaker):
    """A speaker that computes a window only when it is let, and knows how many it has computed."""

    def __init__(self, speaker: Speaker) -> None:
        super().__init__(speaker._synthesizers)
        self.allowed = threading.Semaphore(0)
        self.computed = 0
        self.closed = threading.Event()
        self.fails_after: int | None = None

    def speak(self, wanted):
        return self._slowly(super().speak(wanted))

    def speak_pieces(self, wanted, feed):
        return self._slowly(super().speak_pieces(wanted, feed))

    def _slowly(self, chunks):
        try:
            for chunk in chunks:
                if chunk is Idle.IDLE:
                    yield chunk
                    continue
                assert self.allowed.acquire(timeout=10)
                if self.fails_after is not None and self.computed >= self.fails_after:
                    raise DeviceError("the device fell off")
                self.computed += 1
                yield chunk
        finally:
            chunks.close()
            self.closed.set()

    def let(self, windows: int = 1) -> None:
        for _ in range(windows):
            self.allowed.release()


def parse_events(text: str) -> list[dict[str, Any]]:
    """Return the objects of server-sent events."""
    lines = [line for block in text.split("\n\n") for line in block.split("\n")]
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
