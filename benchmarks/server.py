"""What the server costs and how soon it speaks: one client, many clients, clients that go away, ten thousand requests.

The server runs in a process of its own, as text-to-speech-server starts it; the clients are bare sockets in this one.
CPU seconds are those of the server's process. On a machine that does other things too, the ratios hold and the seconds
do not.

    python benchmarks/server.py --vocoder source-filter-light
    python benchmarks/server.py --vocoder hifi-gan --clients 1 --clients 4 --requests 200
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import ROOT, Report, arguments

TEXT = (
    "The harbour was quiet when the last ferry came in, an hour late and nearly empty. She laughed, poured two cups of"
    " tea, and pointed at the dark line where the sea met the sky. Nobody had asked him to stay, and nobody would have"
    " believed how much he wanted to."
)
SHORT = "Yes, of course."
PCM_RATE = 24_000
WAV_HEADER = 44  # bytes
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Heard:
    """What one client got.

    Attributes:
        status: Of HTTP.
        first: Seconds from the request to the first byte of audio.
        total: Seconds to the last one.
        size: Bytes of audio.
    """

    status: int
    first: float
    total: float
    size: int

    @property
    def seconds(self) -> float:
        """Of speech, where the audio is pcm."""
        return self.size / 2 / PCM_RATE


class Served:
    """The server in a process of its own.

    Args:
        options: Of the command.
        log: A file for its log; None drops it.
    """

    def __init__(self, *options: str, log: Path | None = None) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [sys.executable, str(ROOT / "demo" / "text_to_speech_server.py"), "--port", str(self.port)]
        with (log or Path(os.devnull)).open("ab") as written:
            self.process = subprocess.Popen(  # noqa: S603 - the command is this repository's
                [*command, "--wyoming", "none", *options], stdout=subprocess.DEVNULL, stderr=written
            )

    @property
    def cpu(self) -> float:
        """CPU seconds of the process so far."""
        return cpu_seconds(self.process.pid)

    def status(self, name: str) -> int:
        """Return a figure of /proc/PID/status: VmRSS in kB, Threads."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(text.partition(f"{name}:")[2].split()[0])

    @property
    def handles(self) -> int:
        """Open files and sockets."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208 - of a process, not of the disk

    async def ready(self) -> None:
        """Wait until the models are loaded."""
        while True:
            if self.process.poll() is not None:
                raise SystemExit("the server ended before it was ready")
            with contextlib.suppress(OSError):
                if (await self.get("/ready"))[0] == 200:
                    return
            await asyncio.sleep(0.1)

    async def get(self, path: str) -> tuple[int, bytes]:
        """Ask for an address; return status and body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
            return int(head.split()[1]), body
        finally:
            writer.close()

    async def figure(self, name: str) -> float:
        """Return a figure of /metrics."""
        _, body = await self.get("/metrics")
        return next(
            float(line.split()[-1]) for line in body.decode().splitlines() if line.startswith(name + " ")
        )

    @contextlib.asynccontextmanager
    async def asking(self, text: str, audio_format: str) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """Ask for speech; give the status and the chunks of the body."""
        body = json.dumps({"input": text, "response_format": audio_format}).encode()
        head = f"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        try:
            writer.write(f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            yield int(answer.split()[1]), _chunks(reader)
        finally:
            writer.close()

    async def hear(self, text: str, audio_format: str = "pcm") -> Heard:
        """Ask for speech and read all of it."""
        began = time.perf_counter()
        first, size = 0.0, 0
        async with self.asking(text, audio_format) as (status, chunks):
            if status == 200:
                async for chunk in chunks:
                    first = first or time.perf_counter() - began
                    size += len(chunk)
        return Heard(status, first, time.perf_counter() - began, size)

    def end(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(60)


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readline(), 16):
        yield (await reader.readexactly(size + 2))[:-2]


@contextlib.contextmanager
def server(vocoder: str, *options: str, log: Path | None = None) -> Iterator[Served]:
    """Run a server with one vocoder while the block runs."""
    served = Served("--vocoder", vocoder, *options, log=log)
    try:
        asyncio.run(served.ready())
        yield served
    finally:
        served.end()


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]


def many_clients(
    served: Served, vocoder: str, clients: Sequence[int], text: str = TEXT
) -> Iterator[dict[str, Any]]:
    """So many clients begin at once, each with the same text: when do they hear something, and who is last?"""

    async def together(count: int) -> tuple[list[Heard], float]:
        began = time.perf_counter()
        heard = await asyncio.gather(*(served.hear(text) for _ in range(count)))
        return list(heard), time.perf_counter() - began

    for count in clients:
        before = served.cpu
        rounds = [asyncio.run(together(count)) for _ in range(5 if count < 4 else 3 if count < 16 else 1)]
        cpu = served.cpu - before
        heard = [one for round_heard, _ in rounds for one in round_heard]
        first, late = spread([one.first for one in heard])
        speech = sum(one.seconds for one in heard)
        yield {
            "vocoder": vocoder,
            "clients": count,
            "first audio p50, ms": 1e3 * first,
            "p95, ms": 1e3 * late,
            "real-time factor of all": sum(wall for _, wall in rounds) / speech,
            "CPU s per s of audio": cpu / speech,
            "slowest / fastest": max(max(o.total for o in r) / min(o.total for o in r) for r, _ in rounds),
            "refused": sum(one.status != 200 for one in heard),
        }


LIBRARY = """
import json, sys, time
from pathlib import Path
from text_to_speech import Synthesizer
text, vocoder, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
synthesizer = Synthesizer(vocoder_model=vocoder)
synthesizer.vocoder.warm_up(largest_window=10_000)
for _ in range(2):
    list(synthesizer.stream(text))
began, samples = time.process_time(), 0
for _ in range(rounds):
    samples += sum(chunk.audio.size for chunk in synthesizer.stream(text))
print(json.dumps((time.process_time() - began) / (samples / 22_050)))
"""


def overhead(served: Served, vocoder: str, rounds: int) -> Iterator[dict[str, Any]]:
    """CPU seconds per second of audio: the library alone, and the server in its formats, taken in turn."""
    text = " ".join([TEXT] * 3)
    costs: dict[str, list[float]] = {}

    async def alone(audio_format: str, count: int) -> None:
        for _ in range(count):
            await served.hear(text, audio_format)

    seconds = asyncio.run(served.hear(text)).seconds
    for audio_format in ("mp3", "opus"):
        asyncio.run(alone(audio_format, 1))
    for _ in range(rounds):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", LIBRARY, text, vocoder, "2"],
            capture_output=True,
            check=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT / "demo")},
        )
        costs.setdefault("library", []).append(json.loads(done.stdout))
        for audio_format in ("pcm", "wav", "flac", "mp3", "opus"):
            before = served.cpu
            asyncio.run(alone(audio_format, 2))
            costs.setdefault(audio_format, []).append((served.cpu - before) / (2 * seconds))
    library = statistics.median(costs["library"])
    for name, values in costs.items():
        cost = statistics.median(values)
        yield {"vocoder": vocoder, "way": name, "CPU s per s of audio": cost, "ratio": cost / library}


def cancellation(served: Served, vocoder: str, times: int) -> dict[str, Any]:
    """How long after a client has gone its place is free, and how soon /health answers under full load."""

    async def gone() -> float:
        async with served.asking(" ".join([TEXT] * 20), "pcm") as (_, chunks):
            await anext(chunks)
        began = time.perf_counter()
        while await served.figure("tts_streams_active"):
            await asyncio.sleep(0.002)
        return time.perf_counter() - began

    async def health(count: int) -> list[float]:
        load = [asyncio.create_task(served.hear(" ".join([TEXT] * 2))) for _ in range(16)]
        waits = []
        while not all(task.done() for task in load) and len(waits) < count:
            began = time.perf_counter()
            await served.get("/health")
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)
        return waits

    async def all_gone() -> list[float]:
        return [await gone() for _ in range(times)]

    stopped, late = spread(asyncio.run(all_gone()))
    waits = sorted(asyncio.run(health(400)))
    return {
        "vocoder": vocoder,
        "place free after, p50, ms": 1e3 * stopped,
        "p95, ms": 1e3 * late,
        "/health under 16 streams, p50, ms": 1e3 * statistics.median(waits),
        "p99, ms": 1e3 * waits[round(0.99 * (len(waits) - 1))],
        "asked": len(waits),
    }


def memory(served: Served, vocoder: str, requests: int) -> dict[str, Any]:
    """Whether memory, handles or threads grow over many short requests, eight at a time."""

    async def some(count: int) -> None:
        free = asyncio.Semaphore(8)

        async def one(number: int) -> None:
            async with free:
                heard = await served.hear(SHORT, ("pcm", "mp3", "opus", "flac", "wav")[number % 5])
                if heard.status != 200 or not heard.size:
                    raise SystemExit(f"request {number} was answered {heard.status} with {heard.size} bytes")

        await asyncio.gather(*(one(number) for number in range(count)))

    asyncio.run(some(200))
    before = served.status("VmRSS"), served.handles, served.status("Threads")
    began = time.perf_counter()
    asyncio.run(some(requests))
    return {
        "vocoder": vocoder,
        "requests": requests,
        "MB before": before[0] / 1e3,
        "MB more": (served.status("VmRSS") - before[0]) / 1e3,
        "handles more": served.handles - before[1],
        "threads more": served.status("Threads") - before[2],
        "requests / s": requests / (time.perf_counter() - began),
    }


def main() -> None:
    """Run everything that was asked for."""
    parser: argparse.ArgumentParser = arguments(__doc__, rounds=3)
    parser.add_argument("--vocoder", action="append", metavar="NAME", help="several times for several")
    parser.add_argument("--clients", action="append", type=int, metavar="N", help="several times for several")
    parser.add_argument(
        "--requests", type=int, default=1_000, help="short requests for the memory; 0 for none"
    )
    parser.add_argument("--cancellations", type=int, default=20, help="clients that go away; 0 for none")
    parser.add_argument(
        "--sentence", dest="whole", action="store_false", help="clients ask for one sentence instead of three"
    )
    args = parser.parse_args()
    report = Report(args.json)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    clients = args.clients or [1, 4, 16, 64]
    many, costs, gone, kept = [], [], [], []
    for vocoder in args.vocoder or ["source-filter-light"]:
        with server(vocoder) as served:
            text = TEXT if args.whole else TEXT[: TEXT.index(". ") + 1]
            many += many_clients(served, vocoder, clients, text)
            report.table("Clients that begin together", many)
            if args.rounds:
                costs += overhead(served, vocoder, args.rounds)
                report.table("The server against the library", costs)
            if args.cancellations:
                gone.append(cancellation(served, vocoder, args.cancellations))
                report.table("Clients that go, and /health", gone)
            if args.requests:
                kept.append(memory(served, vocoder, args.requests))
                report.table("Many short requests", kept)
    print(f"\nload average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
