"""What programs that people use send, as their source has it, and what they rely on in the answer.

Each entry is the body that one of the programs of clients.md posts; openai-python itself is in test_clients.py.
"""

from __future__ import annotations

import http.client
import io
import json

import numpy as np
import pytest
import soundfile

from serving_support import TEXT, Server, parse_events, running

MPEG, OPUS, FLAC, PCM, WAV = "audio/mpeg", "audio/ogg; codecs=opus", "audio/flac", "audio/pcm", "audio/wav"

REQUESTS = {
    "Open WebUI": ({"model": "tts-1", "voice": "alloy", "input": TEXT}, {"Authorization": "Bearer sk"}, MPEG),
    "Open WebUI, with parameters of its administrator": (
        {
            "model": "tts-1-hd",
            "voice": "heart",
            "input": TEXT,
            "speed": 1.1,
            "temperature": 0.3,
            "seed": None,
        },
        {"Authorization": "Bearer ", "X-OpenWebUI-User-Name": "J%C3%B6rg", "X-OpenWebUI-User-Role": "admin"},
        MPEG,
    ),
    "LibreChat": (
        {"input": TEXT, "model": "tts-1", "voice": "nova", "backend": "xtts"},
        {"Authorization": "Bearer sk", "Accept": "application/json, text/plain, */*"},
        MPEG,
    ),
    "SillyTavern": (
        {"input": TEXT, "response_format": "mp3", "voice": "heart", "speed": 1, "model": "tts-1"},
        {"Authorization": "Bearer"},
        MPEG,
    ),
    "SillyTavern, its slider at the end": (
        {"input": TEXT, "response_format": "mp3", "voice": "shimmer", "speed": 0.25, "model": "tts-1-hd"},
        {"Authorization": "Bearer "},
        MPEG,
    ),
    "openai_tts of Home Assistant": (
        {
            "model": "tts-1",
            "input": TEXT,
            "voice": "shimmer",
            "response_format": "opus",
            "speed": 1.0,
            "stream": True,
            "instructions": None,
            "chunk_size": 1024,
        },
        {},
        OPUS,
    ),
    "AnythingLLM": (
        {"model": "tts-1", "voice": "alloy", "input": TEXT},
        {"Authorization": "Bearer null"},
        MPEG,
    ),
    "n8n": (
        {"model": "tts-1-hd", "input": TEXT, "voice": "onyx", "response_format": "flac", "speed": 4},
        {"Authorization": "Bearer sk", "Accept": "application/json,text/html,*/*;q=0.7"},
        FLAC,
    ),
    "n8n, nothing chosen": ({"model": "tts-1", "input": TEXT, "voice": "fable"}, {}, MPEG),
    "Pipecat": (
        {
            "input": TEXT,
            "model": "gpt-4o-mini-tts",
            "voice": "ballad",
            "response_format": "pcm",
            "speed": 1.0,
        },
        {"Accept": "application/octet-stream", "Accept-Encoding": "gzip, deflate"},
        PCM,
    ),
    "epub_to_audiobook": (
        {
            "input": TEXT,
            "model": "gpt-4o-mini-tts",
            "voice": "sage",
            "instructions": "Read as a story.",
            "response_format": "mp3",
            "speed": 1.0,
        },
        {},
        MPEG,
    ),
    "a client of Kokoro-FastAPI": (
        {
            "model": "kokoro",
            "input": TEXT,
            "voice": "af_heart",
            "response_format": "wav",
            "download_format": None,
            "speed": 1.0,
            "stream": False,
            "return_download_link": False,
            "lang_code": "a",
            "volume_multiplier": 1.0,
            "normalization_options": {"normalize": True, "unit_normalization": False},
        },
        {},
        WAV,
    ),
    "a custom voice of OpenAI": (
        {"model": "gpt-4o-mini-tts", "input": TEXT, "voice": {"id": "Marin"}, "response_format": "wav"},
        {"OpenAI-Organization": "org", "OpenAI-Beta": "x"},
        WAV,
    ),
}


def post(server: Server, body: dict, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Post as those programs do: httpx refuses the empty key that some of them send."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    try:
        connection.request(
            "POST", "/v1/audio/speech", json.dumps(body), {"Content-Type": "application/json", **headers}
        )
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    finally:
        connection.close()


def seconds_of(media_type: str, data: bytes) -> float:
    """Return how long a speech is."""
    if media_type == PCM:
        return len(data) / 2 / 24_000
    if media_type == FLAC:  # of unknown length, which libsndfile does not read
        miniaudio = pytest.importorskip("miniaudio", reason="the decoder miniaudio is not installed")
        decoded = miniaudio.decode(data, nchannels=1, sample_rate=22_050)
        return len(decoded.samples) / 22_050
    if media_type == WAV:  # the same
        return (len(data) - 44) / 2 / int.from_bytes(data[24:28], "little")
    audio, rate = soundfile.read(io.BytesIO(data))
    return audio.size / rate


@pytest.mark.parametrize("name", REQUESTS)
def test_it_is_answered_with_the_whole_speech_in_its_format(server: Server, name: str) -> None:
    body, headers, media_type = REQUESTS[name]
    status, answered, data = post(server, body, headers)
    assert status == 200, data
    assert answered["content-type"].partition(";")[0] == media_type.partition(";")[0]
    assert "content-encoding" not in answered
    speed = {0.25: 0.5, 4: 2.0}.get(body.get("speed", 1), body.get("speed", 1))
    expected = seconds_of(PCM, server.speak(response_format="pcm", speed=speed).content)
    late = 0.15 if media_type == MPEG else 0.01
    assert seconds_of(media_type, data) == pytest.approx(expected, abs=late)


def test_open_webui_finds_its_lists(server: Server) -> None:
    models = server.client.get("/v1/audio/models").json()["models"]
    assert {"tts-1", "hifi-gan"} <= {model["id"] for model in models}
    voices = {voice["id"]: voice["name"] for voice in server.client.get("/v1/audio/voices").json()["voices"]}
    assert voices["heart"]
    assert voices["alloy"]


def test_open_webui_and_sillytavern_find_what_was_wrong(server: Server) -> None:
    answer = server.client.post("/v1/audio/speech", json={"model": "tts-1", "voice": "nobody", "input": TEXT})
    assert "nobody" in answer.json()["error"]["message"]  # Open WebUI
    assert "nobody" in answer.text  # SillyTavern shows the body


def test_librechat_glues_answers_together(server: Server) -> None:
    """It cuts long texts and plays the answers as one file, so that no answer may begin with a tag of its own."""
    one, two = (server.speak(input=text, backend="x").content for text in ("One short line.", "And another."))
    lengths = [soundfile.read(io.BytesIO(data))[0].size for data in (one, two, one + two)]
    assert lengths[2] == pytest.approx(lengths[0] + lengths[1], abs=2 * 576)


def test_livekit_reads_events(server: Server) -> None:
    """It asks for events of every model but tts-1, tests for "data: " with the space, and reads delta or audio."""
    body = {"input": TEXT, "model": "gpt-4o-mini-tts", "voice": "ash", "response_format": "mp3", "speed": 1.0}
    with server.client.stream(
        "POST", "/v1/audio/speech", json={**body, "stream_format": "sse", "instructions": None}
    ) as answer:
        assert answer.headers["content-type"].partition(";")[0] == "text/event-stream"
        text = answer.read().decode()
    assert all(line.startswith(("data: ", "event: ")) for line in text.splitlines() if line)
    events = parse_events(text)
    assert events[-1]["type"] == "speech.audio.done"
    assert all(event.get("delta") or event.get("audio") for event in events[:-1])


def test_pipecat_plays_bare_samples_of_24_khz(server: Server) -> None:
    answer = server.client.post(
        "/v1/audio/speech",
        json={"input": TEXT, "model": "gpt-4o-mini-tts", "voice": "cedar", "response_format": "pcm"},
    )
    assert "rate=24000" in answer.headers["content-type"]
    assert np.abs(np.frombuffer(answer.content, "<i2")).max() > 0


def test_openvino_model_servers_own_benchmark_is_answered(server: Server) -> None:
    """It posts to /v3 without a voice, and with the name of its own model where it is one of ours."""
    answer = server.client.post("/v3/audio/speech", json={"model": "hifi-gan", "input": TEXT})
    assert answer.status_code == 200
    assert answer.content


def test_a_key_that_nobody_asked_for_is_no_fault_and_a_wrong_one_is(make_service) -> None:
    body = {"model": "tts-1", "voice": "alloy", "input": "One."}
    with running(make_service(keys=("right",))) as server:
        for header, status in (
            ("Bearer right", 200),
            ("bearer right", 200),
            ("Bearer ", 401),
            ("right", 401),
        ):
            answered, _, data = post(server, body, {"Authorization": header})
            assert answered == status
            if status == 401:
                assert json.loads(data)["error"]["code"] == "invalid_api_key"
