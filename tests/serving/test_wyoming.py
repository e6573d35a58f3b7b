"""Wyoming, spoken to with the protocol's own client, and with bytes where that would not do such things."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest

from serving_support import SlowSpeaker
from text_to_speech.errors import DeviceError
from text_to_speech.serving import dictation, wyoming
from text_to_speech.serving.speaker import Speaker
from text_to_speech.serving.wyoming import LONGEST_PAYLOAD, Event, WyomingDoor, info, read_event

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
    return 2 * sum(chunk.audio.size for chunk in speaker._synthesizers["hifi-gan"]["heart"].stream(text))


def test_info_is_told_before_the_models_are_there(make_service) -> None:
    async def talk() -> None:
        async with door(make_service(), ready=False) as (client, *_):
            await client.send("describe")
            told = await client.read(1.0)
            (program,) = told.data["tts"]
            assert program["supports_synthesize_streaming"] is True
            assert program["installed"] is True
            assert [voice["languages"] for voice in program["voices"]] == [["en_US"]]
            await client.send("synthesize", text=TEXT)
            assert kinds(await client.until("audio-stop")) == ["error", "audio-start", "audio-stop"]

    asyncio.run(talk())


def test_info_is_what_the_protocols_own_package_reads() -> None:
    wyoming_info = pytest.importorskip("wyoming.info", reason="the package wyoming is not installed")
    read = wyoming_info.Info.from_event(info())
    assert read.tts[0].voices[0].name == "heart"
    assert read.tts[0].supports_synthesize_streaming


def test_a_text_is_spoken(make_service, speaker: Speaker) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            for _ in range(2):  # a connection serves again
                await client.send("synthesize", text=TEXT, voice={"name": "heart"})
                events = await client.until("audio-stop")
                assert kinds(events) == ["audio-start", "audio-chunk", "audio-stop"]
                assert events[0].data == {"rate": 22_050, "width": 2, "channels": 1}
                assert len(sound(events)) == library(speaker, TEXT)
                assert max(len(event.payload) for event in events) <= 4_096

    asyncio.run(talk())


def test_a_stream_is_spoken_and_ends_with_stopped(make_service) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            for _ in range(2):
                await client.send("synthesize-start", voice={"name": "heart"})
                for word in TEXT.split():
                    await client.send("synthesize-chunk", text=word + " ")
                await client.send("synthesize", text=TEXT)  # the copy for servers that cannot stream
                await client.send("synthesize-stop")
                events = await client.until("synthesize-stopped")
                assert kinds(events) == ["audio-start", "audio-chunk", "audio-stop", "synthesize-stopped"]
                assert len(sound(events)) > 40_000
            # The stream has ended: a plain text is spoken again, and no copy was.
            await client.send("synthesize", text="One.")
            assert kinds(await client.until("audio-stop")) == ["audio-start", "audio-chunk", "audio-stop"]

    asyncio.run(talk())


def test_sound_comes_before_the_text_has_ended(make_service) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            await client.send("synthesize-start")
            await client.send("synthesize-chunk", text="One sentence is complete. The next")
            assert (await client.read()).type == "audio-start"
            assert (await client.read()).type == "audio-chunk"
            await client.send("describe")  # and events are read meanwhile
            assert "info" in kinds(await client.until("info"))
            await client.send("synthesize-stop")
            await client.until("synthesize-stopped")

    asyncio.run(talk())


def test_what_waits_too_long_for_its_end_is_spoken(make_service, monkeypatch) -> None:
    monkeypatch.setattr(dictation, "FLUSH_SECONDS", 0.05)

    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            await client.send("synthesize-start")
            await client.send("synthesize-chunk", text="No end")
            assert (await client.read()).type == "audio-start"

    asyncio.run(talk())


@pytest.mark.parametrize("text", ["", "   ", "..."])
def test_a_text_without_a_word_is_a_start_and_a_stop(make_service, text: str) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            await client.send("synthesize", text=text)
            assert kinds(await client.until("audio-stop")) == ["audio-start", "audio-stop"]
            await client.send("synthesize-start")
            await client.send("synthesize-chunk", text=text)
            await client.send("synthesize-stop")
            assert kinds(await client.until("synthesize-stopped")) == [
                "audio-start",
                "audio-stop",
                "synthesize-stopped",
            ]

    asyncio.run(talk())


def test_ssml_is_followed_whole_and_in_pieces(make_service, speaker: Speaker) -> None:
    document = f"<speak>{TEXT}<break time='1s'/> Again.</speak>"

    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            await client.send("synthesize", text=document, text_format="ssml")
            whole = sound(await client.until("audio-stop"))
            assert len(whole) == library(speaker, document)
            await client.send("synthesize-start", text_format="ssml")
            for start in range(0, len(document), 7):
                await client.send("synthesize-chunk", text=document[start : start + 7])
            await client.send("synthesize-stop")
            assert sound(await client.until("synthesize-stopped")) == whole
            await client.send("synthesize", text="<speak>no end", text_format="ssml")
            assert kinds(await client.until("audio-stop")) == ["error", "audio-start", "audio-stop"]

    asyncio.run(talk())


@pytest.mark.parametrize(
    "data", [{"voice": {"name": "nobody"}}, {"text_format": "rtf"}, {"text": "x" * 2_000}]
)
def test_after_a_refusal_comes_what_clients_wait_for(make_service, data: dict) -> None:
    async def talk() -> None:
        async with door(make_service(max_input=1_000)) as (client, *_):
            await client.send("synthesize", **{"text": TEXT, **data})
            events = await client.until("audio-stop")
            assert kinds(events) == ["error", "audio-start", "audio-stop"]
            assert events[0].data["text"]
            await client.send("synthesize-start", **{k: v for k, v in data.items() if k != "text"})
            await client.send("synthesize-chunk", text=data.get("text", TEXT))
            await client.send("synthesize-stop")
            assert kinds(await client.until("synthesize-stopped"))[-3:] == [
                "audio-start",
                "audio-stop",
                "synthesize-stopped",
            ]
            await client.send("synthesize", text="One.")  # and the connection goes on
            assert kinds(await client.until("audio-stop")) == ["audio-start", "audio-chunk", "audio-stop"]

    asyncio.run(talk())


def test_a_failure_in_the_middle_ends_the_sound_too(make_service, speaker: Speaker, monkeypatch) -> None:
    broken = Speaker(speaker._synthesizers)

    def speak(wanted):
        yield from list(Speaker.speak(speaker, wanted))[:1]
        raise DeviceError("the device fell off")

    monkeypatch.setattr(broken, "speak", speak)

    async def talk() -> None:
        async with door(make_service(broken)) as (client, *_):
            await client.send("synthesize", text=TEXT)
            assert kinds(await client.until("audio-stop")) == [
                "audio-start",
                "audio-chunk",
                "error",
                "audio-stop",
            ]

    asyncio.run(talk())


def test_a_client_that_goes_frees_its_place(make_service, speaker: Speaker) -> None:
    async def talk() -> None:
        service = make_service()
        async with door(service) as (client, _, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            other = Client(reader, writer)
            await other.send("synthesize-start")
            await other.send("synthesize-chunk", text="One sentence is complete. The next")
            await other.read()
            assert service.scheduler.active == 1
            writer.close()
            for _ in range(2_000):
                if not service.scheduler.active:
                    break
                await asyncio.sleep(0.01)
            assert service.scheduler.active == 0
            await client.send("ping", text="still there")
            assert (await client.read()).data == {"text": "still there"}

    asyncio.run(talk())


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\r\n",
        b"[]\n",
        b'{"type": "describe", "data_length": 99999999999}\n',
        b'{"type": "describe", "data_length": -1}\n',
        b'{"type": "audio-chunk", "payload_length": %d}\n' % (LONGEST_PAYLOAD + 1),
        b'{"type": "describe", "data_length": "x"}\n',
        b'{"type": "describe", "data": 5}\n',
        b'{"type": "describe", "data_length": 1e999}\n',
        b'{"type": "describe", "payload_length": -Infinity}\n',
        b'{"type": "describe", "data_length": NaN}\n',
        b'{"type": "describe", "data_length": %s}\n' % (b"9" * 5_000),
        b'{"no": "type"}\n',
        b"x" * 70_000 + b"\n",
        b"[" * 60_000 + b"\n",
        b"\xff\xfe\n",
    ],
)
def test_what_is_no_event_is_answered_with_an_error_and_the_end(make_service, line: bytes) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            client.writer.write(line)
            event = await client.read()
            assert event.type == "error"
            assert await asyncio.wait_for(client.reader.read(), 20) == b""

    asyncio.run(talk())


@pytest.mark.parametrize("text", [5, ["One."], {"a": "One."}, True])
def test_a_text_that_is_none_is_refused_and_not_spoken(make_service, text: object) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            await client.send("synthesize", text=text)
            assert [(await client.read()).type for _ in range(3)] == ["error", "audio-start", "audio-stop"]
            await client.send("synthesize-start")
            await client.send("synthesize-chunk", text=text)
            assert (await client.read()).type == "error"
            await client.send("synthesize-chunk", text=None)
            await client.send("synthesize-stop")
            assert [(await client.read()).type for _ in range(3)] == [
                "audio-start",
                "audio-stop",
                "synthesize-stopped",
            ]

    asyncio.run(talk())


def test_text_that_comes_after_the_patience_for_it_is_refused(make_service, monkeypatch) -> None:
    monkeypatch.setattr(dictation, "FLUSH_SECONDS", 0.02)
    monkeypatch.setattr(dictation, "IDLE_SECONDS", 0.05)

    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            await client.send("synthesize-start")
            await client.send("synthesize-chunk", text="One.")
            while (await client.read()).type != "synthesize-stopped":
                pass
            await client.send("synthesize-chunk", text="Two.")
            event = await client.read()
            assert (event.type, "has ended" in event.data["text"]) == ("error", True)

    asyncio.run(talk())


@pytest.mark.parametrize("begun", [b"", b'{"type": "descr', b'{"type": "describe", "data_length": 9}\n{'])
def test_a_connection_that_says_nothing_is_given_up(make_service, monkeypatch, begun: bytes) -> None:
    monkeypatch.setattr(wyoming, "IDLE_SECONDS", 0.1)

    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            client.writer.write(begun)
            with contextlib.suppress(ConnectionError):
                assert await asyncio.wait_for(client.reader.read(), 20) == b""

    asyncio.run(talk())


def test_a_connection_that_is_spoken_to_is_not_given_up(make_service, speaker, monkeypatch) -> None:
    monkeypatch.setattr(wyoming, "IDLE_SECONDS", 0.05)
    slow = SlowSpeaker(speaker)

    async def talk() -> None:
        async with door(make_service(slow)) as (client, *_):
            await client.send("synthesize", text="One.")
            await asyncio.sleep(0.3)
            slow.let(100)
            assert (await client.read()).type == "audio-start"

    asyncio.run(talk())


def test_kinds_that_are_not_known_are_passed_over(make_service) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            for kind in ("transcribe", "synthesize-chunk", "synthesize-stop", "synthesize-stopped"):
                await client.send(kind, text="x")
            client.writer.write(json.dumps({"type": "audio-chunk", "payload_length": 4}).encode() + b"\n1234")
            await client.send("ping")
            assert (await client.read()).type == "pong"

    asyncio.run(talk())


def test_there_are_not_endlessly_many_connections(make_service, monkeypatch) -> None:
    monkeypatch.setattr(wyoming, "MOST_CONNECTIONS", 2)

    async def talk() -> None:
        async with door(make_service()) as (client, _, port):
            await client.send("ping")
            await client.read()
            second, third = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            assert await asyncio.wait_for(third[0].read(), 20) == b""
            second[1].close()
            third[1].close()

    asyncio.run(talk())


def test_the_end_of_the_server_waits_for_speech_and_for_nobody_else(make_service) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, made, port):
            _, idle = await asyncio.open_connection("127.0.0.1", port)
            await client.send("synthesize", text=TEXT)
            await client.read()
            await asyncio.wait_for(made.close(wait=20), 15)
            assert kinds(await client.until("audio-stop"))[-1] == "audio-stop"
            idle.close()

    asyncio.run(talk())


def test_the_end_of_the_server_does_not_wait_for_ever(make_service, caplog) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, made, port):
            others = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            for _, writer in others:
                writer.write(Event("synthesize-start").to_bytes())
                writer.write(Event("synthesize-chunk", {"text": "One sentence. And no end"}).to_bytes())
            await client.send("synthesize-start")
            await client.send("synthesize-chunk", text="One sentence. And no end")
            await client.read()
            await asyncio.wait_for(made.close(wait=0.2), 15)
            while await asyncio.wait_for(read_event(client.reader, longest=10_000_000), 15):
                pass
            for _, writer in others:
                writer.close()

    asyncio.run(talk())
    assert "Exception" not in caplog.text


def test_a_connection_ends_although_its_cancellation_was_swallowed(make_service) -> None:
    """Before Python 3.12 asyncio.wait_for could do that, and connections stayed half open for good."""

    class Writer:
        """A client that takes everything, and goes at the very moment when it has taken the first event."""

        transport = asyncio.Transport()
        connection: wyoming._Connection | None = None

        def write(self, data: bytes) -> None:
            pass

        def close(self) -> None:
            pass

        async def drain(self) -> None:
            if self.connection and not self.connection.ending:
                asyncio.get_running_loop().call_soon(self.go)

        def go(self) -> None:
            self.connection.ending = True  # as `stop` does
            self.connection._answering.cancel()

    async def talk() -> None:
        service = make_service()
        await service.start()
        writer = Writer()
        writer.connection = wyoming._Connection(service, writer)
        await writer.connection.take(Event("synthesize", {"text": TEXT}))
        await asyncio.wait({writer.connection._answering}, timeout=5)
        assert writer.connection._answering.done()
        await asyncio.to_thread(service.close)

    asyncio.run(talk())


def test_the_protocols_own_client_hears_it(make_service) -> None:
    client_module = pytest.importorskip("wyoming.client", reason="the package wyoming is not installed")
    from wyoming.audio import AudioChunk, AudioStart, AudioStop
    from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped

    async def talk() -> None:
        async with (
            door(make_service()) as (_, _, port),
            client_module.AsyncTcpClient("127.0.0.1", port) as client,
        ):
            for streams in (False, True):
                if streams:
                    await client.write_event(SynthesizeStart().event())
                    await client.write_event(SynthesizeChunk(TEXT).event())
                    await client.write_event(SynthesizeStop().event())
                else:
                    await client.write_event(Synthesize(TEXT).event())
                seconds = 0.0
                while True:
                    event = await asyncio.wait_for(client.read_event(), 20)
                    if AudioStart.is_type(event.type):
                        assert AudioStart.from_event(event).rate == 22_050
                    elif AudioChunk.is_type(event.type):
                        seconds += AudioChunk.from_event(event).seconds
                    elif (SynthesizeStopped if streams else AudioStop).is_type(event.type):
                        break
                assert seconds > 1.0

    asyncio.run(talk())
