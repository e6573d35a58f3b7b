"""A connection of Wyoming: the requests of one client."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest

from serving_support import SlowSpeaker
from text_to_speech.errors import DeviceError
from text_to_speech.serving import dictation, wyoming_connection
from text_to_speech.serving.speaker import Speaker
from text_to_speech.serving.wyoming_connection import Connection
from text_to_speech.serving.wyoming_events import Event
from wyoming_support import TEXT, Client, door, kinds, library, sound


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


def test_kinds_that_are_not_known_are_passed_over(make_service) -> None:
    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            for kind in ("transcribe", "synthesize-chunk", "synthesize-stop", "synthesize-stopped"):
                await client.send(kind, text="x")
            client.writer.write(json.dumps({"type": "audio-chunk", "payload_length": 4}).encode() + b"\n1234")
            await client.send("ping")
            assert (await client.read()).type == "pong"

    asyncio.run(talk())


@pytest.mark.parametrize("begun", [b"", b'{"type": "descr', b'{"type": "describe", "data_length": 9}\n{'])
def test_a_connection_that_says_nothing_is_given_up(make_service, monkeypatch, begun: bytes) -> None:
    monkeypatch.setattr(wyoming_connection, "IDLE_SECONDS", 0.1)

    async def talk() -> None:
        async with door(make_service()) as (client, *_):
            client.writer.write(begun)
            with contextlib.suppress(ConnectionError):
                assert await asyncio.wait_for(client.reader.read(), 20) == b""

    asyncio.run(talk())


def test_a_connection_that_is_spoken_to_is_not_given_up(make_service, speaker, monkeypatch) -> None:
    monkeypatch.setattr(wyoming_connection, "IDLE_SECONDS", 0.05)
    slow = SlowSpeaker(speaker)

    async def talk() -> None:
        async with door(make_service(slow)) as (client, *_):
            await client.send("synthesize", text="One.")
            await asyncio.sleep(0.3)
            slow.let(100)
            assert (await client.read()).type == "audio-start"

    asyncio.run(talk())


def test_a_connection_ends_although_its_cancellation_was_swallowed(make_service) -> None:
    """Before Python 3.12 asyncio.wait_for could do that, and connections stayed half open for good."""

    class Writer:
        """A client that takes everything, and goes at the very moment when it has taken the first event."""

        transport = asyncio.Transport()
        connection: Connection | None = None

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
        writer.connection = Connection(service, writer)
        await writer.connection.take(Event("synthesize", {"text": TEXT}))
        await asyncio.wait({writer.connection._answering}, timeout=5)
        assert writer.connection._answering.done()
        await asyncio.to_thread(service.close)

    asyncio.run(talk())
