"""The server for as long as you like: random texts, sizes, formats, doors, clients that go away, and bad requests.

Every answer is checked: its status, and where it was heard to its end the length of its decoded sound, which must be
that of the same text in pcm. Every minute a line says what was asked, what was wrong, and how much memory and how many
handles and threads the server has. It ends with status 1 if anything was wrong.

    python benchmarks/soak.py --minutes 60 --vocoder source-filter-light
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import random
import struct
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from measuring import Report, arguments
from server import PCM_RATE, SHORT, TEXT, Served, server

SENTENCES = [
    *TEXT.replace("? ", ".").split(". "),
    SHORT,
    "It cost $3.2 million in 1987",
    "Dr. Smith lives here",
    "No",
]
FORMATS = ("pcm", "wav", "flac", "mp3", "opus")
BAD: tuple[tuple[dict[str, Any] | bytes, int], ...] = (
    (b"{", 400),
    (b"", 400),
    ({}, 400),
    ({"input": ""}, 400),
    ({"input": "..."}, 400),
    ({"input": 5}, 400),
    ({"input": "a", "voice": "nobody"}, 400),
    ({"input": "a", "model": "nothing"}, 404),
    ({"input": "a", "speed": 99}, 400),
    ({"input": "a", "response_format": "exe"}, 400),
    ({"input": "<speak><p>no end", "input_format": "ssml"}, 400),
    ({"input": "a [pause 99s] b"}, 400),
    ({"input": "x" * 100_001}, 400),
)
MP3_DELAY, MP3_FRAME = 1_105, 576
DONE, GONE, REFUSED, BUSY = "heard", "went away", "bad", "told to wait"


class Soak:
    """What is asked, and what was wrong.

    Args:
        served: The server.
        seed: Of everything that is random.
        wyoming: Port of the other door.
    """

    def __init__(self, served: Served, *, seed: int, wyoming: int) -> None:
        self.served, self.wyoming = served, wyoming
        self.random = random.Random(seed)  # noqa: S311 - nothing here is secret
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.lengths: dict[str, int] = {}  # samples in pcm, by text
        self.lines: list[dict[str, Any]] = []  # what was printed of each minute

    def text(self) -> str:
        """Return a text of one to forty sentences, short ones more often; few enough to meet each again."""
        count = self.random.choice((1, 1, 1, 1, 2, 2, 3, 3, 5, 8, 30))
        start = self.random.randrange(len(SENTENCES))
        chosen = [SENTENCES[(start + k) % len(SENTENCES)] for k in range(count)]
        return ". ".join(chosen) + "."

    async def one(self) -> None:
        """Ask for something and check the answer."""
        kind = self.random.choices(
            (self.whole, self.leave, self.bad, self.events, self.by_wyoming, self.look),
            weights=(10, 4, 3, 2, 2, 1),
        )[0]
        try:
            await asyncio.wait_for(kind(), 600)
        except Exception as error:
            self.blame(f"{kind.__name__}: {type(error).__name__}: {error}")

    def blame(self, message: str) -> None:
        """Keep what was wrong, and say it."""
        self.wrong.append(message)
        print(f"WRONG {message}", flush=True)

    async def length(self, text: str) -> int | None:
        """Return how many samples a text has, as pcm; None where there was no room."""
        if text not in self.lengths:
            heard = await self.served.hear(text)
            if heard.status == 429:
                return None
            self.lengths[text] = heard.size // 2
        return self.lengths[text]

    async def whole(self) -> None:
        """Hear a text to its end, in some format."""
        text, audio_format = self.text(), self.random.choice(FORMATS)
        async with self.served.asking(text, audio_format) as (status, chunks):
            if status == 429:
                self.counts[BUSY] += 1
                return
            if status != 200:
                self.blame(f"{audio_format} of {len(text)} characters was answered {status}")
                return
            data = b"".join([chunk async for chunk in chunks])
        wanted = await self.length(text)
        if wanted is not None:
            self.compare(audio_format, data, wanted)
        self.counts[DONE] += 1

    def compare(self, audio_format: str, data: bytes, wanted: int) -> None:
        """Compare the length of an answer with that of the same text in pcm."""
        import soundfile

        if audio_format == "pcm":
            heard = len(data) // 2
        elif audio_format == "wav":
            heard = round((len(data) - 44) / 2 * PCM_RATE / struct.unpack("<I", data[24:28])[0])
        elif audio_format == "flac":
            heard = round(_flac_samples(data) * PCM_RATE / 22_050)
        else:
            audio, rate = soundfile.read(io.BytesIO(data))
            late = MP3_DELAY if audio_format == "mp3" else 0
            heard = round((audio.size - late) * PCM_RATE / rate)
        room = round(2 * MP3_FRAME * PCM_RATE / 22_050) if audio_format == "mp3" else 0
        if not -2 <= heard - wanted <= room + 2:
            self.blame(f"{audio_format} has {heard} samples where pcm has {wanted}")

    async def leave(self) -> None:
        """Go away: before the first byte, or after some of them."""
        async with self.served.asking(self.text(), self.random.choice(FORMATS)) as (status, chunks):
            if status == 429:
                self.counts[BUSY] += 1
                return
            for _ in range(self.random.randrange(4)):
                await anext(chunks, None)
        self.counts[GONE] += 1

    async def bad(self) -> None:
        """Send what cannot be."""
        body, wanted = self.random.choice(BAD)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.served.port)
        try:
            head = f"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(raw)}\r\n"
            writer.write(f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + raw)
            answer = await reader.read(-1)
        finally:
            writer.close()
        status = int(answer.split()[1])
        if status not in (wanted, 429):
            self.blame(f"{raw[:60]!r} was answered {status}, not {wanted}")
        self.counts[REFUSED] += 1

    async def events(self) -> None:
        """Hear a text as events with word times."""
        text = self.text()
        body = json.dumps(
            {"input": text, "stream_format": "sse", "timestamps": "word", "response_format": "pcm"}
        ).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.served.port, limit=1 << 24)
        try:
            head = f"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + body)
            answer = await reader.read(-1)
        finally:
            writer.close()
        if answer.split()[1] == b"429":
            self.counts[BUSY] += 1
            return
        lines = [line[6:] for line in answer.split(b"\n") if line.startswith(b"data: ")]
        # A chunk of the transfer coding is a whole piece here, so that no line is cut by one.
        found = [json.loads(line) for line in lines]
        size = sum(len(base64.b64decode(event.get("audio", ""))) for event in found) // 2
        wanted = await self.length(text)
        if found[-1]["type"] != "speech.audio.done" or (wanted is not None and size != wanted):
            self.blame(f"events end with {found[-1]['type']} after {size} samples where pcm has {wanted}")
        self.counts[DONE] += 1

    async def by_wyoming(self) -> None:
        """Hear a text over the other door, whole or in pieces; sometimes go away."""
        from text_to_speech.serving.wyoming_events import Event, read_event

        text, streams, leaves = self.text(), self.random.random() < 0.5, self.random.random() < 0.3
        reader, writer = await asyncio.open_connection("127.0.0.1", self.wyoming)
        try:
            if streams:
                writer.write(Event("synthesize-start", {}).to_bytes())
                for word in text.split(" "):
                    writer.write(Event("synthesize-chunk", {"text": word + " "}).to_bytes())
                writer.write(Event("synthesize-stop", {}).to_bytes())
            else:
                writer.write(Event("synthesize", {"text": text}).to_bytes())
            last = "synthesize-stopped" if streams else "audio-stop"
            size = 0
            while event := await read_event(reader, longest=1 << 20):
                size += len(event.payload)
                if event.type == "error" and event.data.get("code") != "rate_limit_exceeded":
                    self.blame(f"Wyoming: {event.data}")
                if event.type == last or (leaves and size):
                    break
            else:
                self.blame(f"Wyoming closed before {last}")
        finally:
            writer.close()
        self.counts[GONE if leaves else DONE] += 1

    async def look(self) -> None:
        """Ask for the lists and the page."""
        path = self.random.choice(("/health", "/v1/models", "/v1/audio/voices", "/", "/metrics", "/nothing"))
        status, _ = await self.served.get(path)
        if status != (404 if path == "/nothing" else 200):
            self.blame(f"{path} was answered {status}")


def _flac_samples(data: bytes) -> int:
    """Count the samples of a streamed FLAC, whose header does not tell."""
    import miniaudio

    class Memory(miniaudio.StreamableSource):  # type: ignore[misc]
        file = io.BytesIO(data)

        def read(self, num_bytes: int) -> bytes:
            return self.file.read(num_bytes)

        def seek(self, offset: int, origin: Any) -> bool:
            self.file.seek(offset, io.SEEK_SET if origin == miniaudio.SeekOrigin.START else io.SEEK_CUR)
            return True

    blocks = miniaudio.stream_any(Memory(), miniaudio.FileFormat.FLAC, nchannels=1, sample_rate=22_050)
    return sum(len(block) for block in blocks)


async def run(soak: Soak, minutes: float, clients: int, think: float) -> None:
    """Keep clients busy until the time is over, and report every minute.

    Args:
        soak: What they ask.
        minutes: How long.
        clients: How many there are at a time.
        think: Seconds that a client waits between two requests, on average.
    """
    end = time.monotonic() + 60 * minutes

    async def client() -> None:
        while time.monotonic() < end:
            await soak.one()
            await asyncio.sleep(soak.random.random() * 2 * think)

    async def report() -> None:
        while time.monotonic() < end:
            line(soak)
            await asyncio.sleep(min(60.0, max(0.1, end - time.monotonic())))

    await asyncio.gather(report(), *(client() for _ in range(clients)))
    await asyncio.sleep(3)
    line(soak)


def line(soak: Soak) -> None:
    """Print where things stand."""
    served = soak.served
    figures = {
        "time": time.strftime("%H:%M:%S"),
        **{kind: soak.counts[kind] for kind in (DONE, GONE, REFUSED, BUSY)},
        "wrong": len(soak.wrong),
        "MB": round(served.status("VmRSS") / 1e3, 1),
        "handles": served.handles,
        "threads": served.status("Threads"),
        "CPU s": round(served.cpu, 1),
    }
    soak.lines.append(figures)
    print(json.dumps(figures), flush=True)


def main() -> int:
    """Run, and return the exit status."""
    parser = arguments(__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument(
        "--think", type=float, default=0.1, help="seconds between two requests of a client, on average"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--vocoder", default="source-filter-light")
    parser.add_argument("--log", type=Path, help="file for the server's own log")
    args = parser.parse_args()
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with server(args.vocoder, "--wyoming", f"tcp://127.0.0.1:{port}", log=args.log) as served:
        soak = Soak(served, seed=args.seed, wyoming=port)
        asyncio.run(run(soak, args.minutes, args.clients, args.think))
        active = asyncio.run(served.figure("tts_streams_active"))
        failed = asyncio.run(served.get("/metrics"))[1].decode().count('result="failed"')
    Report(args.json).table("Minute by minute", soak.lines)
    print(
        f"{len(soak.wrong)} wrong, {active:g} streams active at the end, {failed} kinds of failures counted"
    )
    return 1 if soak.wrong or active or failed else 0


if __name__ == "__main__":
    sys.exit(main())
