"""The twenty behaviours that users of speech servers missed elsewhere, each a test."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import numpy as np
import pytest
import soundfile

from serving_support import TEXT, Server, SlowSpeaker, parse_events, running
from text_to_speech.serving.names import MODEL_ALIASES, OPENAI_MODELS, OPENAI_VOICES, voice_aliases
from text_to_speech.serving.requests import SpeechRequest
from text_to_speech.serving.speaker import Speaker
from text_to_speech.speech.mp3 import frame_length

JSON = {"content-type": "application/json"}
FORMATS = ("mp3", "opus", "flac", "wav", "pcm")
LONG = TEXT.replace("\n\n", " ") * 30


@pytest.fixture
def slow(speaker: Speaker) -> SlowSpeaker:
    return SlowSpeaker(speaker)


def until(condition, seconds: float = 20) -> None:
    """Wait for what the server is about to do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def read_all(server: Server, pieces: list[bytes], **body) -> None:
    """Read an answer into a list, which keeps what came before a failure."""
    with server.client.stream("POST", "/v1/audio/speech", json=body) as answer:
        pieces.extend(answer.iter_raw())


def samples(server: Server, **body) -> np.ndarray:
    """The speech as the samples that the others are compared with."""
    answer = server.speak(response_format="pcm", sample_rate=22_050, **body)
    assert answer.status_code == 200
    return np.frombuffer(answer.content, "<i2")


# 1: one encoder for a request


def test_01_a_stream_is_one_sound_and_not_several_glued_together(server: Server) -> None:
    mp3 = server.speak(response_format="mp3").content
    assert not any(tag in mp3 for tag in (b"ID3", b"Xing", b"Info"))
    at = 0
    while at < len(mp3):
        assert frame_length(mp3[at:])
        at += frame_length(mp3[at:])
    opus = server.speak(response_format="opus").content
    assert opus.count(b"OpusHead") == 1
    assert server.speak(response_format="flac").content.count(b"fLaC") == 1
    assert server.speak(response_format="wav").content.count(b"RIFF") == 1


# 2: the header of a WAV


def test_02_a_wav_tells_its_length_when_it_is_known_and_only_then(server: Server) -> None:
    stream = server.speak(response_format="wav")
    assert struct.unpack("<I", stream.content[40:44]) == (0xFFFFFFFF,)
    assert "content-length" not in stream.headers
    whole = server.speak(response_format="wav", stream=False)
    assert int(whole.headers["content-length"]) == len(whole.content)
    assert struct.unpack("<I", whole.content[4:8])[0] == len(whole.content) - 8
    assert struct.unpack("<I", whole.content[40:44])[0] == len(whole.content) - 44
    assert whole.content[44:] == stream.content[44:]


# 3: nothing is lost at the end


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("container", FORMATS)
def test_03_what_is_heard_is_as_long_as_what_was_spoken(server: Server, container: str, stream: bool) -> None:
    spoken = samples(server).size
    data = server.speak(response_format=container, stream=stream).content
    if container == "pcm":
        heard = round(len(data) / 2 * 22_050 / 24_000)
    elif container == "wav":
        heard = (len(data) - 44) // 2
    elif container == "flac" and stream:
        miniaudio = pytest.importorskip("miniaudio", reason="the decoder miniaudio is not installed")

        class Memory(miniaudio.StreamableSource):
            file = io.BytesIO(data)

            def read(self, num_bytes: int) -> bytes:
                return self.file.read(num_bytes)

            def seek(self, offset: int, origin) -> bool:
                self.file.seek(offset, 0 if origin == miniaudio.SeekOrigin.START else 1)
                return True

        blocks = miniaudio.stream_any(Memory(), miniaudio.FileFormat.FLAC, nchannels=1, sample_rate=22_050)
        heard = sum(map(len, blocks))
    else:
        audio, rate = soundfile.read(io.BytesIO(data))
        heard = round(audio.size * 22_050 / rate)
    late = 1_105 if (container, stream) == ("mp3", True) else 0  # the delay that only a tag could tell
    assert 0 <= heard - late - spoken <= (1_152 if late else 1)


# 4: the first audio at once


@pytest.mark.parametrize("container", FORMATS)
def test_04_the_first_window_is_sent_in_every_format(make_service, slow: SlowSpeaker, container: str) -> None:
    with running(make_service(slow)) as server:
        slow.let(1)
        body = {"input": LONG, "response_format": container}
        with server.client.stream("POST", "/v1/audio/speech", json=body) as answer:
            received, pieces = 0, answer.iter_raw()
            while received <= 100:  # more than any header
                received += len(next(pieces))
            assert slow.computed == 1
        slow.let(1_000)


# 5: pcm


def test_05_pcm_is_what_openai_sends_and_no_piece_ends_within_a_sample(server: Server) -> None:
    with server.client.stream(
        "POST", "/v1/audio/speech", json={"input": TEXT, "response_format": "pcm"}
    ) as answer:
        assert answer.headers["content-type"] == "audio/pcm;rate=24000;channels=1"
        pieces = list(answer.iter_raw())
    assert len(pieces) > 1
    own = samples(server)
    assert sum(map(len, pieces)) == 2 * -(-own.size * 160 // 147)
    events = parse_events(server.speak(response_format="pcm", stream_format="sse").text)
    sent = [base64.b64decode(e["audio"]) for e in events if e["type"] == "speech.audio.delta"]
    assert all(len(piece) % 2 == 0 for piece in sent)


# 6: the format that was asked for, and its name


def test_06_mp3_is_the_default_and_the_type_is_that_of_what_is_sent(server: Server) -> None:
    begins = {
        "mp3": (b"\xff", "audio/mpeg"),
        "opus": (b"OggS", "audio/ogg; codecs=opus"),
        "flac": (b"fLaC", "audio/flac"),
        "wav": (b"RIFF", "audio/wav"),
    }
    for container, (begin, media_type) in begins.items():
        answer = server.speak(response_format=container)
        assert answer.content.startswith(begin)
        assert answer.headers["content-type"] == media_type
    assert server.speak().headers["content-type"] == "audio/mpeg"
    pytest.importorskip("av", reason="the extra [aac] is not installed")
    answer = server.speak(response_format="aac")
    assert answer.headers["content-type"] == "audio/aac"
    assert answer.content[0] == 0xFF
    assert answer.content[1] & 0xF6 == 0xF0


# 7: server-sent events


def test_07_events_are_openais(server: Server) -> None:
    answer = server.speak(response_format="pcm", stream_format="sse")
    assert answer.headers["content-type"].startswith("text/event-stream")
    for block in answer.text.strip().split("\n\n"):
        first, second = block.split("\n")
        assert first.startswith("event: ")
        assert second.startswith("data: {")
        assert json.loads(second[6:])["type"] == first[7:]
    events = parse_events(answer.text)
    assert {e["type"] for e in events} == {"speech.audio.delta", "speech.audio.done"}
    usage = events[-1]["usage"]
    assert usage["input_tokens"] == len(TEXT)
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    joined = b"".join(base64.b64decode(e["audio"]) for e in events[:-1])
    assert joined == server.speak(response_format="pcm").content


def test_07_word_times_come_in_the_same_stream_before_their_sound(server: Server) -> None:
    answer = server.speak(response_format="pcm", stream_format="sse", timestamps="word", sample_rate=22_050)
    heard, words = 0.0, []
    for event in parse_events(answer.text):
        if event["type"] == "speech.timestamps":
            assert event["words"][0]["start"] >= heard - 0.02
            assert "phonemes" not in event
            words += event["words"]
        elif event["type"] == "speech.audio.delta":
            heard += len(base64.b64decode(event["audio"])) / 2 / 22_050
    assert [TEXT[slice(*word["span"])] for word in words] == [word["text"] for word in words]
    assert [word["text"].rstrip(".!?") for word in words] == TEXT.replace(".", "").replace("!", "").rstrip(
        "?"
    ).split()
    assert words[-1]["end"] <= heard
    phonemes = parse_events(server.speak(stream_format="sse", timestamps="phoneme").text)
    assert phonemes[0]["phonemes"][0]["symbol"]


# 8: who goes away is not spoken to


def test_08_a_client_that_goes_stops_its_synthesis_and_frees_its_place(
    make_service, slow: SlowSpeaker
) -> None:
    with running(make_service(slow, streams=1, queue=0)) as server:
        slow.let(2)
        with server.client.stream("POST", "/v1/audio/speech", json={"input": LONG}) as answer:
            next(answer.iter_raw())
        # Two were allowed, and the third may have begun; none of the others is computed, though all may be now.
        slow.let(8)
        until(slow.closed.is_set)
        until(lambda: server.service.scheduler.active == 0)
        assert slow.computed <= 3
        assert server.figure("tts_requests_total", door="openai", format="mp3", result="cancelled") == 1
        slow.let(1_000)
        assert server.speak().status_code == 200  # the only place is free again


def test_08_a_client_that_goes_before_the_first_audio_is_not_spoken_to_either(
    make_service, slow: SlowSpeaker
) -> None:
    with running(make_service(slow, streams=1, queue=1)) as server:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{server.url}/v1/audio/speech", json={"input": LONG}, timeout=0.5)
        until(lambda: all(stream._cancelled for stream in server.service.scheduler._active))
        slow.let(1)
        until(lambda: server.service.scheduler.active == 0)
        assert slow.computed <= 1


# 9: several at a time, and no more than there is room for


def test_09_streams_are_served_side_by_side_and_fairly(make_service, slow: SlowSpeaker) -> None:
    with running(make_service(slow, threads=1)) as server:
        received = [0, 0, 0]
        stop = threading.Event()

        def read(number: int) -> None:
            body = {"input": LONG, "response_format": "pcm"}
            with httpx.stream("POST", f"{server.url}/v1/audio/speech", json=body, timeout=30) as answer:
                for piece in answer.iter_raw():
                    received[number] += len(piece)
                    if stop.is_set():
                        return

        with ThreadPoolExecutor(3) as pool:
            readers = [pool.submit(read, number) for number in range(3)]
            until(lambda: server.service.scheduler.active == 3)
            for _ in range(12):
                slow.let(1)
                before = slow.computed
                until(lambda before=before: slow.computed > before)
            until(lambda: all(received))
            stop.set()
            slow.let(1_000)
            for reader in readers:
                reader.result(30)
    assert max(received) <= 4 * min(received)


def test_09_beyond_the_queue_a_client_is_told_when_to_come_again(make_service, slow: SlowSpeaker) -> None:
    with running(make_service(slow, streams=1, queue=1)) as server, ThreadPoolExecutor(2) as pool:
        begun = [pool.submit(server.speak), pool.submit(server.speak)]
        until(lambda: server.service.scheduler.waiting == 1)
        answer = server.speak()
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.json()["error"]["code"] == "rate_limit_exceeded"
        slow.let(1_000)
        assert [one.result(60).status_code for one in begun] == [200, 200]


# 10: inference is not on the event loop


def test_10_health_answers_while_every_thread_computes(make_service, slow: SlowSpeaker) -> None:
    with running(make_service(slow, threads=2)) as server, ThreadPoolExecutor(4) as pool:
        begun = [pool.submit(server.speak) for _ in range(4)]
        until(lambda: server.service.scheduler.active == 4)  # and both threads wait for the test
        for _ in range(20):
            assert httpx.get(f"{server.url}/health", timeout=5).json() == {"status": "ok"}
        slow.let(1_000)
        assert {one.result(60).status_code for one in begun} == {200}


# 11: nothing is kept of a request


def test_11_nothing_is_left_of_a_request(server: Server) -> None:
    import gc

    from text_to_speech.serving.scheduler import Stream
    from text_to_speech.speech.encoders import Encoder

    for _ in range(20):
        assert server.speak(input="Short.").status_code == 200
    until(lambda: server.service.scheduler.active == 0)

    def left() -> int:
        gc.collect()
        # The type itself is asked: isinstance would follow weak proxies, of which some are dead.
        return sum(issubclass(type(thing), Stream | Encoder) for thing in gc.get_objects())

    until(lambda: left() <= 2)


# 12: every character is spoken


@pytest.mark.parametrize(
    "text",
    [
        "no punctuation at all and it goes on " * 20,
        "One.\n---\nTwo.\n\n***\n\nThree.",
        "a (group)—and more",
        "Line one\nline two\n\n\n\nparagraph two\r\n\r\nparagraph three",
        "word " * 400,
    ],
)
def test_12_every_word_is_spoken(server: Server, text: str) -> None:
    answer = server.speak(input=text, stream_format="sse", timestamps="word", response_format="pcm")
    words = [w for e in parse_events(answer.text) if e["type"] == "speech.timestamps" for w in e["words"]]
    covered = np.zeros(len(text), bool)
    for word in words:
        covered[slice(*word["span"])] = True
    assert not [c for c, heard in zip(text, covered, strict=True) if c.isalnum() and not heard]


# 13: a refusal comes before the first byte


@pytest.mark.parametrize("text", ["", "   \n ", "...", "—", "*", "()"])
def test_13_what_has_no_sound_is_refused(server: Server, text: str) -> None:
    answer = server.speak(input=text)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "input"


def test_13_ok_is_said_with_the_first_audio_and_not_before(make_service, slow: SlowSpeaker) -> None:
    slow.fails_after = 0
    slow.let(10)
    with running(make_service(slow)) as server:
        answer = server.speak()
        assert answer.status_code == 500
        assert answer.json()["error"] == {
            "message": "the device fell off",
            "type": "server_error",
            "param": None,
            "code": "speech_failed",
        }


# 14: a failure in the middle


def test_14_a_failure_in_the_middle_breaks_the_stream(make_service, slow: SlowSpeaker) -> None:
    slow.fails_after = 2
    slow.let(10)
    with running(make_service(slow)) as server:
        with pytest.raises(httpx.RemoteProtocolError):
            server.speak(input=LONG)
        slow.computed = 0
        read = []
        with pytest.raises(httpx.RemoteProtocolError):
            read_all(server, read, input=LONG, stream_format="sse")
        last = parse_events(b"".join(read).decode())[-1]
        assert last["type"] == "error"
        assert last["error"]["message"] == "the device fell off"
        assert server.figure("tts_requests_total", door="openai", format="mp3", result="failed") == 2


# 15: one form of errors


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/v1/nothing", {}, 404),
        ("GET", "/v1/audio/speech", {}, 405),
        ("DELETE", "/v1/models", {}, 405),
        ("POST", "/v1/audio/speech", {"content": b"{", "headers": JSON}, 400),
        ("POST", "/v1/audio/speech", {"content": b"", "headers": JSON}, 400),
        ("POST", "/v1/audio/speech", {"json": [1]}, 400),
        ("POST", "/v1/audio/speech", {"json": {}}, 400),
        ("POST", "/v1/audio/speech", {"json": {"input": 1}}, 400),
        ("POST", "/v1/audio/speech", {"json": {"input": "a", "speed": "fast"}}, 400),
        ("POST", "/v1/audio/speech", {"json": {"input": "a", "response_format": "mp4"}}, 400),
        ("POST", "/v1/audio/speech", {"json": {"input": "a", "lexicon": {"a": "%%"}}}, 400),
        ("POST", "/v1/audio/speech", {"json": {"input": "a", "sample_rate": 8_001}}, 400),
        ("POST", "/v1/audio/speech", {"json": {"input": "a", "timestamps": "word"}}, 400),
        ("POST", "/v1/audio/speech", {"json": {"input": "<speak>a", "input_format": "ssml"}}, 400),
        ("POST", "/v1/audio/speech", {"json": {"input": "a" * 100_001}}, 400),
        ("POST", "/v1/audio/speech", {"json": {"input": "a", "model": "gpt-9"}}, 404),
        ("POST", "/v1/audio/speech", {"data": {"input": "a"}}, 415),
        ("POST", "/v1/audio/speech", {"content": b'{"input": "\\ud800"}', "headers": JSON}, 400),
        ("POST", "/v1/audio/speech", {"content": b'{"input": "a", "speed": NaN}', "headers": JSON}, 400),
        ("POST", "/v1/audio/speech", {"content": b"[" * 100_000, "headers": JSON}, 400),
        ("POST", "/v1/audio/speech", {"content": b"\xff\xfe", "headers": JSON}, 400),
    ],
)  # fmt: skip
def test_15_every_error_has_openais_form(
    server: Server, method: str, path: str, options: dict, status: int
) -> None:
    answer = server.client.request(method, path, **options)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"].startswith("req_")
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert isinstance(error["message"], str)
    assert "\n" not in error["message"]
    assert error["type"]


def test_15_a_body_that_is_too_large_is_refused_while_it_comes(make_service) -> None:
    with running(make_service(max_input=10)) as server:
        headers = {"content-type": "application/json"}
        for content in (b" " * 2_000_000, (b" " * 100_000 for _ in range(20))):
            answer = server.client.post("/v1/audio/speech", content=content, headers=headers)
            assert answer.status_code == 413
            assert answer.json()["error"]["code"] == "request_too_large"


def test_15_a_body_that_does_not_come_is_not_waited_for(make_service) -> None:
    import socket

    with running(make_service(body_seconds=0.2)) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(
                b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 9\r\n\r\n{"
            )
            assert connection.recv(1_000).startswith(b"HTTP/1.1 408")


def test_15_what_nobody_foresaw_tells_nothing(make_service, slow: SlowSpeaker, monkeypatch) -> None:
    def broken(wanted):
        raise ZeroDivisionError("a secret")
        yield

    monkeypatch.setattr(slow, "speak", broken)
    with running(make_service(slow)) as server:
        answer = server.speak()
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.json()["error"]["code"] == "internal_error"


# 16: names


def test_16_openais_names_are_known_in_any_case_and_as_an_object(server: Server) -> None:
    own = server.speak(input="Hi.", voice="heart").content
    for voice in (*OPENAI_VOICES, "Alloy", " NOVA ", "af_heart", {"id": "echo"}, "", None):
        answer = server.speak(input="Hi.", voice=voice)
        assert answer.status_code == 200, voice
        name = voice["id"] if isinstance(voice, dict) else voice
        assert answer.content == own or voice_aliases()[name.strip().lower()] != "heart", voice
    for model in (*OPENAI_MODELS, "hifi-gan", "source-filter-light", "kokoro", ""):
        assert server.speak(input="Hi.", model=model).status_code == 200
    answer = server.speak(voice="nobody")
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "voice"
    assert "heart" in answer.json()["error"]["message"]
    assert "alloy" in answer.json()["error"]["message"]


# 17: lists


def test_17_lists_are_in_the_forms_that_clients_ask_for(server: Server) -> None:
    get = server.client.get
    models = get("/v1/models").json()
    assert models["object"] == "list"
    for model in models["data"]:
        assert get(f"/v1/models/{model['id']}").json() == model
    names = [model["id"] for model in models["data"]]
    assert names == ["hifi-gan", "source-filter-light", *MODEL_ALIASES]
    assert [model["id"] for model in get("/v1/audio/models").json()["models"]] == names
    voices = get("/v1/audio/voices").json()["voices"]
    assert voices[0]["id"] == "heart"
    assert all(voice["name"] for voice in voices)
    assert set(OPENAI_VOICES) <= {voice["id"] for voice in voices}
    assert get("/v1/models/none").status_code == 404
    for voice in voices:
        assert server.speak(input="Hi.", voice=voice["id"]).status_code == 200


# 18: long texts


def test_18_a_long_text_is_taken_and_little_of_it_is_made_ahead(make_service, slow: SlowSpeaker) -> None:
    text = (TEXT + "\n") * 1_200
    assert 90_000 < len(text) <= 100_000
    with running(make_service(slow)) as server:
        slow.let(100_000)
        with server.client.stream(
            "POST", "/v1/audio/speech", json={"input": text, "response_format": "wav"}
        ) as answer:
            assert answer.status_code == 200
            next(answer.iter_raw())
            last = -1
            while slow.computed != last:  # until the connection is full and the synthesis waits
                last = slow.computed
                time.sleep(1.0)
            assert slow.computed < 60
        until(slow.closed.is_set)


def test_18_what_is_too_long_to_be_kept_whole_is_refused(server: Server, monkeypatch) -> None:
    from text_to_speech.serving import service

    monkeypatch.setattr(service, "LONGEST_WHOLE", 2.0)
    answer = server.speak(stream=False)
    assert answer.status_code == 400
    assert "stream" in answer.json()["error"]["message"]
    assert server.speak(stream=True).status_code == 200


# 19: markup


def test_19_markup_is_not_read_out_and_no_word_is_lost(server: Server) -> None:
    text = "# Title\n\n**Bold** and *slanted* `code`, see [the page](https://example.org/x).\n\n- one\n- two"

    def words(**options) -> list[str]:
        answer = server.client.post("/v1/audio/phonemes", json={"input": text, **options})
        return [word["text"] for sentence in answer.json()["sentences"] for word in sentence["words"]]

    assert [word.strip(".,") for word in words()] == [
        "Title",
        "Bold",
        "and",
        "slanted",
        "code",
        "see",
        "the",
        "page",
        "one",
        "two",
    ]
    assert any("#" in word or "*" in word for word in words(input_format="text"))


def test_19_html_and_tables_and_code_are_for_a_listener(server: Server) -> None:
    def words(text: str, **options) -> str:
        answer = server.client.post("/v1/audio/phonemes", json={"input": text, **options})
        assert answer.status_code == 200
        sentences = answer.json()["sentences"]
        # The front end leaves marks out of words, the one of the tests does not.
        return " ".join(word["text"].strip(".:;") for sentence in sentences for word in sentence["words"])

    assert words("<nav>Home</nav><h1>One</h1><p>two th&#114;ee</p>") == "One two three"
    assert words("<b>x</b>", input_format="text") != words("<b>x</b>", input_format="html") == "x"
    assert words("| A | B |\n|---|---|\n| c | d |") == "A c B d"
    assert words("Run:\n\n```\na = 1\nb = 2\n```") == "Run Code omitted"


# 20: the page (more of it in test_page.py)


def test_20_the_page_is_there_and_loads_nothing_from_elsewhere(server: Server) -> None:
    page = server.client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "https://" not in page.text
    assert server.client.get("/page/..%2fapplication.py").status_code == 404
    assert server.client.get("/page/application.py").status_code == 404


# and what belongs to no number


def test_a_key_is_asked_for_where_there_is_one(make_service) -> None:
    with running(make_service(keys=("first", "sécond"))) as server:
        for value in ("Bearer wrong", "Basic first", "Bearer", "first"):
            header = {"Authorization": value}
            for path in ("/v1/models", "/metrics", "/openapi.json", "/v1/nothing"):
                answer = server.client.get(path, headers=header)
                assert answer.status_code == 401
                assert answer.json()["error"]["code"] == "invalid_api_key"
        assert server.speak().status_code == 401  # without any
        for key in ("first", "sécond"):
            answer = server.client.get("/v1/models", headers=[(b"authorization", f"Bearer {key}".encode())])
            assert answer.status_code == 200
        for path in ("/", "/health", "/ready"):
            assert server.client.get(path).status_code == 200


def test_a_key_is_asked_for_below_a_path_prefix_too(make_service) -> None:
    with running(make_service(keys=("k",)), root_path="/tts") as server:
        for path in ("/", "/health", "/page/app.js"):
            assert server.client.get(path).status_code == 200
        assert server.client.get("/v1/models").status_code == 401
        assert "'k'" not in repr(server.service.limits)


def test_before_the_models_are_there_the_server_says_so(make_service) -> None:
    with running(make_service(), ready=False) as server:
        assert server.client.get("/health").status_code == 200
        assert server.client.get("/v1/models").status_code == 200
        for answer in (server.client.get("/ready"), server.speak()):
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "2"
            assert answer.json()["error"]["code"] == "not_ready"
        asyncio.run_coroutine_threadsafe(server.service.start(), server.loop).result(30)
        assert server.client.get("/ready").status_code == 200
        assert server.speak().status_code == 200


def test_the_directions_of_a_request_are_followed(server: Server) -> None:
    plain = samples(server)
    assert samples(server, speed=2.0).size < 0.7 * plain.size
    assert samples(server, speed=0.5).size > 1.6 * plain.size
    assert samples(server, pause_sentence=2.4).size - plain.size == pytest.approx(2.0 * 22_050, abs=600)
    assert samples(server, pause_paragraph=2.75).size - plain.size == pytest.approx(2.0 * 22_050, abs=600)
    quiet = samples(server, volume=-20)
    assert np.abs(quiet).max() == pytest.approx(np.abs(plain).max() / 10, rel=0.05)
    assert np.abs(samples(server, volume_multiplier=0.1)).max() == np.abs(quiet).max()
    assert not np.array_equal(samples(server, pitch=4), plain)
    ssml = f"<speak>{TEXT}<break time='3s'/> More.</speak>"
    assert samples(server, input=ssml).size > samples(server, input=TEXT + " More.").size + 2 * 22_050
    assert samples(server, input=ssml, input_format="text").size != samples(server, input=ssml).size


def test_a_speed_that_the_voice_cannot_do_is_the_nearest_one_and_said(server: Server) -> None:
    fastest = server.speak(speed=4.0, response_format="pcm")
    assert fastest.headers["x-speed"] == "2"
    assert fastest.content == server.speak(speed=2.0, response_format="pcm").content
    assert server.speak(speed=0.25).headers["x-speed"] == "0.5"
    assert "x-speed" not in server.speak(speed=1.5).headers


def test_a_lexicon_is_followed_for_its_request_only(reading: Server) -> None:
    def phonemes(**options) -> str:
        body = {"input": "Tomato, [[ əə ]] (x) tomato's!", **options}
        return reading.client.post("/v1/audio/phonemes", json=body).json()["phonemes"]

    own = "təmˈɑːtoʊ"
    with_lexicon = phonemes(lexicon={"tomato": own})
    assert with_lexicon.count("təmˈɑ") == 2
    assert "təmˈɑ" not in phonemes()
    spoken = [
        reading.speak(input="Tomato.", response_format="pcm", **options).content
        for options in ({}, {"lexicon": {"tomato": own}}, {})
    ]
    assert spoken[0] == spoken[2] != spoken[1]


def test_captions_have_kokoros_form(server: Server) -> None:
    body = {"input": TEXT, "response_format": "wav", "stream": False}
    whole = server.client.post("/dev/captioned_speech", json=body)
    assert whole.headers["content-type"] == "application/json"
    found = whole.json()
    assert found["audio_format"] == "wav"
    assert [t["word"].strip(".!?") for t in found["timestamps"]][:3] == ["One", "short", "line"]
    audio, _ = soundfile.read(io.BytesIO(base64.b64decode(found["audio"])))
    assert found["timestamps"][-1]["end_time"] <= audio.size / 22_050
    lines = server.client.post("/dev/captioned_speech", json={**body, "stream": True})
    assert lines.headers["content-type"] == "application/x-ndjson"
    pieces = [json.loads(line) for line in lines.text.splitlines()]
    assert [t for piece in pieces for t in piece["timestamps"]] == found["timestamps"]
    joined = b"".join(base64.b64decode(piece["audio"]) for piece in pieces)
    assert joined[44:] == base64.b64decode(found["audio"])[44:]


def test_the_path_of_openvino_model_server_speaks_too(server: Server) -> None:
    answer = server.client.post("/v3/audio/speech", json={"input": "Hi.", "response_format": "wav"})
    assert answer.content == server.speak(input="Hi.", response_format="wav").content


def test_a_line_of_the_log_is_one_line(server: Server, caplog) -> None:
    caplog.set_level(logging.INFO, logger="text_to_speech")
    paths = ["/a%0D%0AX%1b[31m", "/v1/models/%0aINFO", "/%E2%80%A8"]
    for path in paths:
        assert server.client.get(path).status_code == 404

    def lines() -> list[str]:
        found = [record for record in caplog.records if getattr(record, "status", 0) == 404]
        return [record.getMessage() for record in found]

    end = time.monotonic() + 10
    while len(lines()) < len(paths) and time.monotonic() < end:  # the line comes after the answer
        time.sleep(0.01)
    assert [line.split()[1] for line in lines()] == paths
    assert all(line.isprintable() for line in lines())


def test_null_is_what_is_not_given(server: Server) -> None:
    fields = [name for name in SpeechRequest.model_fields if name != "input"]
    nothing = server.speak(**dict.fromkeys(fields))
    assert nothing.status_code == 200
    assert nothing.content == server.speak().content
    refused = server.speak(input=None)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "input")


def test_figures_are_counted(make_service) -> None:
    with running(make_service()) as server:
        server.speak()
        server.speak(input="")
        assert server.figure("tts_requests_total", door="openai", format="mp3", result="done") == 1
        assert server.figure("tts_requests_total", door="openai", format="mp3", result="refused") == 1
        assert server.figure("tts_first_audio_seconds_count", door="openai") == 1
        assert server.figure("tts_real_time_factor_count") == 1
        assert server.figure("tts_audio_seconds_total") == pytest.approx(samples(server).size / 22_050)
        until(lambda: server.figure("tts_http_responses_total", status="200") == 2)
        text = server.client.get("/metrics").text
        assert "tts_streams_active 0.0" in text
        assert "tts_streams_waiting 0.0" in text


def test_a_reader_that_takes_nothing_is_given_up(make_service, slow: SlowSpeaker) -> None:
    with running(make_service(slow, stall_seconds=0.3)) as server:
        slow.let(100_000)
        body = {"input": (TEXT + "\n") * 1_000, "response_format": "wav", "sample_rate": 48_000}
        with server.client.stream("POST", "/v1/audio/speech", json=body) as answer:
            pieces = answer.iter_raw()
            next(pieces)
            until(lambda: server.service.scheduler.active == 0, 60)
            with pytest.raises(httpx.HTTPError):
                list(pieces)


def test_limits_are_told(make_service) -> None:
    limits = make_service(max_input=1_000).limits
    assert limits.max_body >= 12_000
    assert replace(limits, max_input=5).max_input == 5
