"""Wyoming at an address, spoken to with the protocol's own client, and its connections together."""

from __future__ import annotations

import asyncio

import pytest

from text_to_speech.serving import wyoming
from text_to_speech.serving.wyoming_events import Event, read_event
from wyoming_support import TEXT, door, kinds


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
