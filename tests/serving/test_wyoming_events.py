"""The events of Wyoming: what the server tells of itself, and bytes that are no event."""

from __future__ import annotations

import asyncio

import pytest

from text_to_speech.serving.wyoming_events import LONGEST_PAYLOAD, info
from wyoming_support import TEXT, door, kinds


def test_info_is_told_before_the_models_are_there(make_service) -> None:
    async def talk() -> None:
        async with door(make_service(), ready=False) as (client, *_):
            await client.send("describe")
            told = await client.read(1.0)
            (program,) = told.data["tts"]
            assert program["supports_synthesize_streaming"] is True
            assert program["installed"] is True
            assert program["voices"][0]["languages"] == ["en_US"]
            await client.send("synthesize", text=TEXT)
            assert kinds(await client.until("audio-stop")) == ["error", "audio-start", "audio-stop"]

    asyncio.run(talk())


def test_info_is_what_the_protocols_own_package_reads() -> None:
    wyoming_info = pytest.importorskip("wyoming.info", reason="the package wyoming is not installed")
    read = wyoming_info.Info.from_event(info())
    assert read.tts[0].voices[0].name == "heart"
    assert read.tts[0].supports_synthesize_streaming


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
