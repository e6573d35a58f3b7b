"""Real clients: openai-python, and schemathesis, which sends whatever the OpenAPI document allows and forbids."""

from __future__ import annotations

import base64
import json
import time

import pytest

from serving_support import TEXT, Server, SlowSpeaker, running


@pytest.fixture(scope="module")
def client(server: Server):
    openai = pytest.importorskip("openai", reason="openai-python is not installed")
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0, timeout=60) as made:
        yield made


@pytest.mark.parametrize("container", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_openai_speaks_in_every_format(client, server: Server, container: str) -> None:
    if container == "aac":
        pytest.importorskip("av", reason="the extra [aac] is not installed")
    answer = client.audio.speech.create(
        model="gpt-4o-mini-tts", voice="coral", input=TEXT, response_format=container, instructions="Calmly."
    )
    assert len(answer.content) > 1_000
    if container in (
        "pcm",
        "wav",
        "flac",
    ):  # the others are encoded with random serial numbers, or floating point
        assert answer.content == server.speak(response_format=container).content


def test_openai_streams_to_a_file(client, server: Server, tmp_path) -> None:
    path = tmp_path / "speech.mp3"
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=TEXT
    ) as answer:
        assert answer.headers["content-type"] == "audio/mpeg"
        answer.stream_to_file(path)
    assert path.read_bytes() == server.speak().content


def test_openai_reads_events(client, server: Server) -> None:
    sound = b""
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=TEXT, response_format="pcm", stream_format="sse"
    ) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                event = json.loads(line[6:])
                sound += base64.b64decode(event.get("audio", ""))
    assert event["type"] == "speech.audio.done"
    assert sound == server.speak(response_format="pcm").content


def test_openai_takes_our_own_fields(client) -> None:
    short = client.audio.speech.create(
        model="tts-1", voice="alloy", input=TEXT, response_format="pcm", speed=2.0
    )
    long = client.audio.speech.create(
        model="tts-1",
        voice="alloy",
        input=TEXT,
        response_format="pcm",
        extra_body={"pause_sentence": 3.0, "backend": "x"},
    )
    assert len(long.content) > len(short.content) + 2 * 2 * 24_000


def test_openai_lists_models(client) -> None:
    names = [model.id for model in client.models.list()]
    assert names[0] == "hifi-gan"
    assert client.models.retrieve("tts-1").id == "tts-1"


@pytest.mark.parametrize(
    ("fields", "error", "param"),
    [
        ({"voice": "nobody"}, "BadRequestError", "voice"),
        ({"model": "gpt-9"}, "NotFoundError", "model"),
        ({"input": ""}, "BadRequestError", "input"),
        ({"speed": 5.0}, "BadRequestError", "speed"),
        ({"response_format": "mp4"}, "BadRequestError", "response_format"),
    ],
)
def test_openai_raises_its_own_errors(client, fields: dict, error: str, param: str) -> None:
    import openai

    with pytest.raises(getattr(openai, error)) as raised:
        client.audio.speech.create(**{"model": "tts-1", "voice": "alloy", "input": TEXT, **fields})
    assert raised.value.param == param
    assert raised.value.code
    assert raised.value.request_id.startswith("req_")


def test_openai_is_told_of_a_full_queue_and_of_a_missing_key(make_service, speaker) -> None:
    openai = pytest.importorskip("openai", reason="openai-python is not installed")
    slow = SlowSpeaker(speaker)
    with running(make_service(slow, streams=1, queue=0, keys=("k",))) as server:
        url = f"{server.url}/v1"
        with pytest.raises(openai.AuthenticationError):
            openai.OpenAI(base_url=url, api_key="wrong", max_retries=0).models.list()
        client = openai.OpenAI(base_url=url, api_key="k", max_retries=0)
        slow.let(1)
        with client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="alloy", input=TEXT * 50
        ) as answer:
            next(answer.iter_bytes(1))
            with pytest.raises(openai.RateLimitError) as raised:
                client.audio.speech.create(model="tts-1", voice="alloy", input="One.")
            assert raised.value.response.headers["retry-after"]
        slow.let(1_000)
        end = time.monotonic() + 20
        while server.service.scheduler.active:  # what was given up frees its place
            assert time.monotonic() < end
            time.sleep(0.01)
        assert client.audio.speech.create(model="tts-1", voice="alloy", input="One.").content


def test_a_client_that_raises_on_a_cut_answer_does(make_service, speaker) -> None:
    openai = pytest.importorskip("openai", reason="openai-python is not installed")
    slow = SlowSpeaker(speaker)
    slow.fails_after = 2
    slow.let(10)
    with running(make_service(slow)) as server:
        client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0)
        with pytest.raises(openai.APIConnectionError):
            client.audio.speech.create(model="tts-1", voice="alloy", input=TEXT * 50)


def test_whatever_is_sent_no_answer_is_a_failure_or_undocumented(server: Server) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from hypothesis import HealthCheck, Phase, settings
    from schemathesis import checks

    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    wanted = [
        checks.not_a_server_error,
        schemathesis.specs.openapi.checks.status_code_conformance,
        schemathesis.specs.openapi.checks.content_type_conformance,
        schemathesis.specs.openapi.checks.response_schema_conformance,
    ]
    seen = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        seen.add((operation.method, operation.path))
        modes = [schemathesis.GenerationMode.POSITIVE]
        if operation.method == "post":  # to the others nothing can be sent that is forbidden
            modes.append(schemathesis.GenerationMode.NEGATIVE)
        for mode in modes:
            strategy = operation.as_strategy(generation_mode=mode)
            send_many(strategy, wanted, settings, HealthCheck, Phase)
    assert ("post", "/v1/audio/speech") in seen
    assert len(seen) >= 8


def send_many(strategy, wanted, settings, health_check, phase) -> None:
    """Send what a strategy makes, and check the answers."""
    from hypothesis import given

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[phase.generate],
        suppress_health_check=list(health_check),
    )
    @given(strategy)
    def send(case) -> None:
        case.call_and_validate(checks=wanted, timeout=60)

    send()
