"""Text in pieces over a WebSocket."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import numpy as np
import pytest

from serving_support import TEXT, Server, SlowSpeaker, running
from text_to_speech.serving import websocket

sync_client = pytest.importorskip("websockets.sync.client", reason="the extra [server] is not installed")


class Socket:
    """A client that sorts what comes."""

    def __init__(self, server: Server, **options: Any) -> None:
        url = server.url.replace("http", "ws") + "/v1/audio/stream"
        self.connection = sync_client.connect(url, max_size=None, **options)

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(self, kind: str, **fields: object) -> None:
        self.connection.send(json.dumps({"type": kind, **fields}))

    def read(self) -> dict[str, Any] | bytes:
        message = self.connection.recv(timeout=20)
        return message if isinstance(message, bytes) else json.loads(message)

    def until(self, *kinds: str) -> tuple[list[dict[str, Any]], bytes]:
        """Read until one of some messages; return the messages and the sound."""
        messages, sound = [], b""
        while not messages or messages[-1]["type"] not in kinds:
            message = self.read()
            if isinstance(message, bytes):
                sound += message
            else:
                messages.append(message)
        return messages, sound


def test_a_text_in_pieces_is_spoken_with_its_times(server: Server) -> None:
    with Socket(server) as socket:
        for _ in range(2):  # a connection serves again
            socket.send("start", voice="alloy")
            for word in TEXT.split(" "):
                socket.send("text", text=word + " ")
            socket.send("end")
            messages, sound = socket.until("done")
            assert messages[0] == {
                "type": "started",
                "sample_rate": 24_000,
                "media_type": "audio/pcm;rate=24000;channels=1",
            }
            words = [w for m in messages if m["type"] == "timestamps" for w in m["words"]]
            text = TEXT + " "
            assert [text[slice(*word["span"])] for word in words] == [word["text"] for word in words]
            assert messages[-1]["seconds"] == pytest.approx(len(sound) / 2 / 24_000, abs=0.001)
            assert words[-1]["end"] <= messages[-1]["seconds"]
            assert np.abs(np.frombuffer(sound, "<i2")).max() > 0


def test_sound_comes_after_the_first_clause(server: Server) -> None:
    with Socket(server) as socket:
        socket.send("start", timestamps=None)
        socket.send("text", text="Well, that is so, ")
        assert socket.read()["type"] == "started"
        assert isinstance(socket.read(), bytes)


def test_a_flush_does_not_wait_for_an_end(server: Server) -> None:
    with Socket(server) as socket:
        socket.send("start", timestamps=None)
        socket.send("text", text="No end")
        socket.send("flush")
        assert socket.read()["type"] == "started"
        assert isinstance(socket.read(), bytes)


def test_a_cancel_stops_at_once_and_the_next_speech_may_begin(server: Server) -> None:
    with Socket(server) as socket:
        socket.send("start")
        socket.send("text", text=TEXT * 50)
        messages, _ = socket.until("timestamps")
        socket.send("cancel")
        messages, _ = socket.until("cancelled")
        socket.send("start", timestamps=None)
        socket.send("text", text="One.")
        socket.send("end")
        messages, sound = socket.until("done")
        assert [m["type"] for m in messages] == ["started", "done"]
        assert len(sound) < 24_000 * 2 * 2


@pytest.mark.parametrize("container", ["mp3", "opus", "wav", "flac"])
def test_other_formats_are_one_sound_too(server: Server, container: str) -> None:
    with Socket(server) as socket:
        socket.send("start", response_format=container)
        for sentence in ("One sentence. ", "Two sentences. ", "Three."):
            socket.send("text", text=sentence)
        socket.send("end")
        _, sound = socket.until("done")
    assert sound.count({"mp3": b"Info", "opus": b"OpusHead", "wav": b"RIFF", "flac": b"fLaC"}[container]) == (
        0 if container == "mp3" else 1
    )


@pytest.mark.parametrize("text", ["", "  ", "..."])
def test_a_text_without_a_word_is_done_and_silent(server: Server, text: str) -> None:
    with Socket(server) as socket:
        socket.send("start")
        socket.send("text", text=text)
        socket.send("end")
        messages, sound = socket.until("done", "error")
        assert messages[-1] == {"type": "done", "seconds": 0.0}
        assert sound == b""


def test_ssml_is_spoken_when_it_is_whole(server: Server) -> None:
    document = "<speak>One. <break time='1s'/> Two.</speak>"
    with Socket(server) as socket:
        socket.send("start", input_format="ssml")
        for character in document:
            socket.send("text", text=character)
        socket.send("end")
        messages, _ = socket.until("done", "error")
        assert messages[-1]["type"] == "done"
        assert messages[-1]["seconds"] > 1.0


@pytest.mark.parametrize(
    "message",
    [
        "no JSON",
        "[]",
        "{}",
        b"\x00\x01",
        '{"type": "dance"}',
        '{"type": "text", "text": "before a start"}',
        '{"type": "start", "voice": "nobody"}',
        '{"type": "start", "model": "gpt-9"}',
        '{"type": "start", "speed": 9}',
        '{"type": "start", "response_format": "opus", "sample_rate": 22050}',
        "[" * 100_000,
    ],
)
def test_what_cannot_be_is_refused_and_the_connection_goes_on(server: Server, message: str | bytes) -> None:
    with Socket(server) as socket:
        socket.connection.send(message)
        error = socket.read()
        assert error["type"] == "error"
        assert set(error["error"]) == {"message", "type", "param", "code"}
        socket.send("start", timestamps=None)
        assert socket.read()["type"] == "started"
        socket.send("start")
        assert socket.read()["type"] == "error"  # one at a time
        socket.send("text", text=5)
        assert socket.read()["error"]["param"] == "text"


def test_a_text_that_is_too_long_ends_in_an_error(make_service) -> None:
    with running(make_service(max_input=50)) as server, Socket(server) as socket:
        socket.send("start")
        for _ in range(8):
            socket.send("text", text="ten chars ")
        messages, _ = socket.until("error")
        assert messages[-1]["error"]["code"] == "string_above_max_length"


def test_where_there_is_no_room_it_is_said(make_service) -> None:
    with running(make_service(streams=1, queue=0)) as server, Socket(server) as one, Socket(server) as other:
        for socket in (one, other):
            socket.send("start", timestamps=None)
            socket.send("text", text="One sentence. Two")
            assert socket.read()["type"] == "started"
        assert isinstance(one.read(), bytes)
        messages, _ = other.until("error")
        assert messages[-1]["error"]["code"] == "rate_limit_exceeded"


def test_a_client_that_goes_frees_its_place(make_service) -> None:
    import time

    with running(make_service(streams=1)) as server:
        with Socket(server) as socket:
            socket.send("start")
            socket.send("text", text=TEXT * 100)
            socket.until("timestamps")
            assert server.service.scheduler.active == 1
        end = time.monotonic() + 20
        while server.service.scheduler.active and time.monotonic() < end:
            time.sleep(0.01)
        assert server.service.scheduler.active == 0
        assert server.speak(input="One.").status_code == 200


def test_text_after_the_end_is_refused_and_not_lost_silently(make_service, speaker) -> None:
    slow = SlowSpeaker(speaker)
    with running(make_service(slow)) as server, Socket(server) as socket:
        socket.send("start", timestamps=None)
        socket.send("text", text="One.")
        socket.send("end")
        socket.send("text", text="Two.")
        messages, _ = socket.until("error")
        assert "has ended" in messages[-1]["error"]["message"]
        slow.let(100)
        messages, sound = socket.until("done")
        assert sound


def test_many_flushes_make_nothing_grow(make_service, speaker) -> None:
    with running(make_service(SlowSpeaker(speaker))) as server, Socket(server) as socket:
        socket.send("start")
        socket.send("text", text="One, two. Three.")
        for _ in range(1_000):
            socket.send("flush")
        socket.send("cancel")
        socket.until("cancelled")


def test_there_are_not_endlessly_many(make_service, monkeypatch) -> None:
    exceptions = pytest.importorskip("websockets.exceptions")
    monkeypatch.setattr(websocket, "MOST_SOCKETS", 2)
    with running(make_service()) as server:
        with Socket(server), Socket(server):
            with pytest.raises(exceptions.InvalidStatus) as refused:
                Socket(server)
            assert refused.value.response.status_code == 503
            assert json.loads(refused.value.response.body)["error"]["code"] == "too_many_connections"
        end = time.monotonic() + 10
        while server.service.sockets and time.monotonic() < end:
            time.sleep(0.01)
        with Socket(server) as socket:
            socket.send("start")
            assert socket.read()["type"] == "started"


def test_a_page_of_another_site_is_refused(server: Server) -> None:
    exceptions = pytest.importorskip("websockets.exceptions")
    with pytest.raises(exceptions.InvalidStatus) as refused:
        Socket(server, origin="https://evil.example")
    assert refused.value.response.status_code == 403
    with Socket(server, origin=server.url) as socket:
        socket.send("start")
        assert socket.read()["type"] == "started"


def test_a_key_is_asked_for(make_service) -> None:
    with running(make_service(keys=("sécret",))) as server:
        with Socket(server) as socket:
            socket.send("start")
            assert socket.read()["error"]["code"] == "invalid_api_key"
            socket.send("start", api_key="sécret")
            assert socket.read()["type"] == "started"
        assert httpx.get(f"{server.url}/v1/models").status_code == 401
