"""HTTP connections that say nothing, say it slowly, or are too many."""

from __future__ import annotations

import json
import socket
import time

import pytest

from serving_support import SlowSpeaker, running
from text_to_speech.serving import connections


def connect(server) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
    made.settimeout(20)
    return made


def rest(connection: socket.socket) -> bytes:
    """Return what comes until the connection ends, however it ends."""
    data = b""
    try:
        while received := connection.recv(65_536):
            data += received
    except ConnectionError:
        pass
    return data


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /hea",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX-More: ",
        b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /hea",  # a second one on the same connection
        b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",  # a body that never ends
    ],
)
def test_a_header_that_does_not_come_is_not_waited_for(make_service, monkeypatch, begun: bytes) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.3)
    with running(make_service()) as server, connect(server) as connection:
        connection.sendall(begun)
        answered = rest(connection)
        assert answered.count(b"HTTP/1.1 200 OK") == begun.count(b"\r\n\r\n")


def test_a_byte_now_and_then_does_not_help(make_service, monkeypatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.4)
    with running(make_service()) as server, connect(server) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nX: ")

        def trickle() -> None:
            for _ in range(1_000):
                connection.sendall(b"a")
                time.sleep(0.02)

        with pytest.raises(ConnectionError):
            trickle()


def test_an_answer_may_take_longer_than_its_request(make_service, speaker, monkeypatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.1)
    slow = SlowSpeaker(speaker)
    with running(make_service(slow)) as server, connect(server) as connection:
        body = b'{"input": "One.", "response_format": "pcm"}'
        head = f"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
        time.sleep(0.4)
        slow.let(100)
        assert rest(connection).endswith(b"0\r\n\r\n")


def test_there_are_not_endlessly_many(make_service, monkeypatch) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS", 3)
    with running(make_service()) as server:
        open_ones = [connect(server) for _ in range(3)]
        time.sleep(0.1)
        with connect(server) as another:
            answer = rest(another)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "too_many_connections"
        for connection in open_ones:
            connection.close()
        end = time.monotonic() + 10
        while time.monotonic() < end and server.client.get("/health").status_code != 200:
            time.sleep(0.02)
        assert server.client.get("/health").status_code == 200
