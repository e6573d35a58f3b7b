"""The command: its options, its log, and a process that ends as it should."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from text_to_speech.errors import InputError
from text_to_speech.serving import command, speaker
from text_to_speech.serving.command import (
    JsonFormatter,
    QuietlyBroken,
    _service,
    build_parser,
    keys,
    main,
    wyoming_address,
)
from text_to_speech.serving.discovery import reachable
from text_to_speech.serving.responses import BrokenStreamError

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("tcp://127.0.0.1:10200", ("127.0.0.1", 10_200)),
        ("tcp://[::1]:1", ("::1", 1)),
        ("unix:///run/wyoming.sock", "/run/wyoming.sock"),
        ("unix://wyoming.sock", "wyoming.sock"),
        ("none", None),
    ],
)
def test_addresses_of_wyoming(uri: str, address: object) -> None:
    assert wyoming_address(uri) == address


@pytest.mark.parametrize(
    "uri", ["", "tcp://", "tcp://host", "tcp://host:port", "tcp://h:99999", "http://h:1", "unix://"]
)
def test_other_addresses_are_refused(uri: str) -> None:
    with pytest.raises(InputError, match="expected tcp://HOST:PORT"):
        wyoming_address(uri)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--port", "65536"], "from 0 to 65535"),
        (["--max-streams", "0"], "from 1 to"),
        (["--queue", "-1"], "whole number"),
        (["--log-format", "xml"], "text"),
        (["--language", "de"], "en-GB"),
    ],
)
def test_options_that_cannot_be_are_refused_in_one_line(options: list[str], named: str, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert named in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "named"), [(["--voice", "nobody"], "heart"), (["--wyoming", "x"], "tcp://HOST:PORT")]
)
def test_what_is_not_there_is_refused_before_anything_is_loaded(
    options: list[str], named: str, capsys
) -> None:
    assert main(options) == 1
    error = capsys.readouterr().err
    assert named in error
    assert error.count("\n") == 1


def test_a_port_that_is_taken_is_named(capsys) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["--port", str(taken.getsockname()[1]), "--wyoming", "none"]) == 1
    assert "choose another --host or --port" in capsys.readouterr().err


def test_a_missing_package_is_named_with_the_extra(monkeypatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main([]) == 1
    assert "[server]" in capsys.readouterr().err


def test_keys_come_from_options_and_from_the_environment(monkeypatch) -> None:
    monkeypatch.setenv(command.KEYS_VARIABLE, "a, b,,")
    assert keys(build_parser().parse_args(["--api-key", "c"])) == ["c", "a", "b"]


def test_a_line_of_the_log_is_json() -> None:
    record = logging.makeLogRecord(
        {
            "name": "x",
            "levelname": "INFO",
            "msg": "a %s",
            "args": ("b\nc",),
            "status": 200,
            "created": 0.5,
            "msecs": 500.0,
        }
    )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.500Z",
        "level": "info",
        "logger": "x",
        "message": "a b\nc",
        "status": 200,
    }


def test_an_answer_that_was_broken_off_on_purpose_is_no_traceback() -> None:
    def record(error: BaseException) -> logging.LogRecord:
        return logging.makeLogRecord({"exc_info": (type(error), error, None)})

    assert not QuietlyBroken().filter(record(BrokenStreamError("x")))
    assert QuietlyBroken().filter(record(ValueError("x")))
    assert QuietlyBroken().filter(logging.makeLogRecord({}))


def test_the_language_reaches_every_voice(monkeypatch) -> None:
    asked: list[str | None] = []

    def made(*_: object, language: str | None, **__: object) -> None:
        asked.append(language)

    monkeypatch.setattr(speaker, "Synthesizer", made)
    monkeypatch.setattr(speaker.Speaker, "warm_up", lambda _: None)
    for options in ([], ["--language", "en-GB"]):
        _service(build_parser().parse_args(options))._load()
    assert set(asked[: len(asked) // 2]) == {None}
    assert set(asked[len(asked) // 2 :]) == {"en-GB"}


def test_an_address_that_no_other_machine_reaches_is_not_announced() -> None:
    with pytest.raises(InputError, match="no other machine"):
        reachable("127.0.0.1")
    assert reachable("192.0.2.7") == "192.0.2.7"
    assert not reachable("0.0.0.0").startswith("0.")


class Process:
    """The command in a process of its own, on free ports."""

    def __init__(self, *options: str, environment: dict[str, str] | None = None) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as http,
            socket.create_server(("127.0.0.1", 0)) as wyoming,
        ):
            self.port, self.wyoming = http.getsockname()[1], wyoming.getsockname()[1]
        self.running = subprocess.Popen(
            [
                sys.executable,
                str(ROOT / "demo" / "text_to_speech_server.py"),
                *("--port", str(self.port), "--wyoming", f"tcp://127.0.0.1:{self.wyoming}"),
                *options,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | (environment or {}),
        )
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.running.kill()
        self.running.communicate()

    def until(self, path: str, status: int = 200) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            assert self.running.poll() is None, self.running.stderr.read()
            try:
                if httpx.get(self.url + path).status_code == status:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError("the server did not come up")


@pytest.fixture
def process(tiny):
    options = (
        "--vocoder",
        str(tiny.vocoder),
        "-m_duration",
        str(tiny.duration),
        "-m_forward",
        str(tiny.regression),
    )
    with Process(*options, "--log-format", "json") as made:
        yield made


def test_a_server_answers_speaks_and_ends_what_it_has_begun(process: Process) -> None:
    process.until("/health")
    process.until("/ready")
    body = {"input": "One short line. " * 200, "response_format": "pcm", "model": "vocoder"}
    received: list[int] = []
    begun = threading.Event()

    def read() -> None:
        with httpx.stream("POST", f"{process.url}/v1/audio/speech", json=body, timeout=60) as answer:
            received.append(answer.status_code)
            for piece in answer.iter_raw():
                received.append(len(piece))
                begun.set()
                time.sleep(0.002)
        received.append(-1)  # the end came, and well

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(60)
    process.running.send_signal(signal.SIGTERM)
    reader.join(60)
    out, log = process.running.communicate(timeout=60)
    assert process.running.returncode == 0
    assert received[0] == 200
    assert received[-1] == -1
    assert sum(received[1:-1]) > 200 * 24_000
    assert out.startswith(
        f"Listening on {process.url} and tcp://127.0.0.1:{process.wyoming}\nReady: vocoder on CPU"
    )
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["level"] for line in lines} == {"info"}
    assert [line["status"] for line in lines if line.get("path") == "/v1/audio/speech"] == [200]


def test_a_second_signal_ends_at_once(process: Process) -> None:
    process.until("/ready")
    with httpx.stream(
        "POST", f"{process.url}/v1/audio/speech", json={"input": "One short line. " * 2_000}, timeout=60
    ) as answer:
        assert answer.status_code == 200
        process.running.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.running.send_signal(signal.SIGINT)
        assert process.running.wait(20) == 0


def test_a_model_that_is_not_there_ends_the_server_in_one_line() -> None:
    with Process("--vocoder", "no-such-vocoder") as process:
        _, log = process.running.communicate(timeout=120)
        assert process.running.returncode == 1
        assert "no-such-vocoder" in log.splitlines()[-1]
        assert "Traceback" not in log
