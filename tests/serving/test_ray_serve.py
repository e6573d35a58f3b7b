"""The server on Ray Serve: the behaviours of test_behaviours.py through a replica, and what only Ray does."""

from __future__ import annotations

import importlib.util
import inspect
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from batch_support import ROOT, environment
from serving_support import TEXT

pytest.importorskip("ray.serve", reason="the extra [cluster-server] is not installed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
CONFIG = ROOT / "demo" / "text_to_speech" / "serving" / "ray_serve.yaml"
KEY = "a key of the tests"


class Replicas:
    """The running application, with the face of `serving_support.Server` that the behaviours need."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=120)

    def speak(self, **body: object) -> httpx.Response:
        return self.client.post("/v1/audio/speech", json={"input": TEXT, **body})

    def figure(self, line: str) -> float:
        """One of the figures, as Prometheus sees it; 0 where it was not counted yet."""
        for found in self.client.get("/metrics").text.splitlines():
            if found.startswith(line):
                return float(found.rpartition(" ")[2])
        return 0.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.parametrize("given", [{"processors": 3}, {"processors": "3"}])
def test_the_arguments_of_serve_run_are_those_of_a_replica(given: dict[str, Any]) -> None:
    """`serve run` gives a dictionary to the builder, with texts where they are from the command line."""
    from ray.serve._private.api import call_user_app_builder_with_args_if_necessary

    from text_to_speech.serving.ray_serve import build

    application = call_user_app_builder_with_args_if_necessary(build, given)
    assert application._bound_deployment.ray_actor_options == {"num_cpus": 3}


def test_an_unknown_argument_of_serve_run_is_refused() -> None:
    from text_to_speech.serving.ray_serve import build

    with pytest.raises(ValueError, match="speeling"):
        build({"speeling": 1})


SERVE = """
import os, sys
import yaml
os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
import ray
from ray import serve
from text_to_speech.serving.ray_serve import ReplicaOptions, start
ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
config = yaml.safe_load(sys.argv[1])
start(ReplicaOptions(**config["args"]), port=config["port"])
print("ready", flush=True)
sys.stdin.read()
serve.shutdown()
ray.shutdown()
"""


@pytest.fixture(scope="module")
def options(tiny, tmp_path_factory) -> dict[str, Any]:
    """The arguments of an application of tiny models whose vocoders have the usual names."""
    folder = tmp_path_factory.mktemp("vocoders")
    for name in ("hifi-gan", "source-filter-light"):
        for suffix in (".xml", ".bin"):
            shutil.copy(tiny.vocoder.with_suffix(suffix), folder / f"{name}{suffix}")
    return {
        "vocoders": ",".join(str(folder / f"{name}.xml") for name in ("hifi-gan", "source-filter-light")),
        "duration_model": str(tiny.duration),
        "regression_model": str(tiny.regression),
        "max_streams": 16,
        "queue": 64,
        "most_replicas": 1,
    }


@pytest.fixture(scope="module")
def server(options: dict[str, Any]) -> Iterator[Replicas]:
    port = free_port()
    given = yaml.safe_dump({"args": options, "port": port})
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(RAY_USAGE_STATS_ENABLED="0"),
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        lines = iter(process.stdout.readline, "")
        assert any(line.strip() == "ready" for line in lines), process.stderr.read()[-3000:]
        replicas = Replicas(f"http://127.0.0.1:{port}")
        yield replicas
        replicas.client.close()
        process.stdin.close()
        process.wait(120)


def behaviours() -> Iterator[Any]:
    """The tests of behaviours that look at a server from outside, each with its parameters."""
    spec = importlib.util.spec_from_file_location(
        "behaviours", Path(__file__).with_name("test_behaviours.py")
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, test in vars(module).items():
        if not name.startswith("test_"):
            continue
        takes, given = set(inspect.signature(test).parameters), [{}]
        for mark in getattr(test, "pytestmark", []):
            if mark.name == "parametrize":
                named = mark.args[0]
                names = [part.strip() for part in named.split(",")] if isinstance(named, str) else list(named)
                values = [value if len(names) > 1 else (value,) for value in mark.args[1]]
                given = [row | dict(zip(names, value, strict=True)) for row in given for value in values]
                takes -= set(names)
        # What the others do needs the service in the process of the test.
        source = inspect.getsource(test)
        if takes == {"server"} and ".service" not in source and ".figure(" not in source:
            for row in given:
                shown = "-".join(map(str, row.values()))
                yield pytest.param(test, row, id=f"{name.removeprefix('test_')}-{shown}"[:70])


@pytest.mark.parametrize(("behaviour", "given"), behaviours())
def test_a_behaviour_is_the_same(
    server: Replicas, behaviour: Callable[..., None], given: dict[str, Any]
) -> None:
    behaviour(server, **given)


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_a_stream_comes_in_pieces(server: Replicas) -> None:
    body = {"input": TEXT * 20, "response_format": "pcm"}
    with server.client.stream("POST", "/v1/audio/speech", json=body) as answer:
        sizes = [len(piece) for piece in answer.iter_raw()]
    assert len(sizes) > 3
    assert sum(sizes) > 100_000


def test_a_client_that_goes_frees_its_place(server: Replicas) -> None:
    cancelled = 'tts_requests_total{door="openai",format="pcm",result="cancelled"}'
    before = server.figure(cancelled)
    body = {"input": TEXT * 1_000, "response_format": "pcm"}
    with server.client.stream("POST", "/v1/audio/speech", json=body) as answer:
        next(answer.iter_raw())
    until(lambda: server.figure(cancelled) == before + 1)
    until(lambda: server.figure("tts_streams_active") == 0)


def test_it_is_well(server: Replicas) -> None:
    assert server.client.get("/health").json() == {"status": "ok"}
    assert server.client.get("/ready").status_code == 200


def test_the_configuration_file_is_one_that_ray_takes() -> None:
    from ray.serve.schema import ServeDeploySchema

    from text_to_speech.serving.ray_serve import ReplicaOptions

    content = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    schema = ServeDeploySchema.model_validate(content)
    assert schema.http_options.host == "127.0.0.1"
    (application,) = schema.applications
    assert ReplicaOptions(**application.args).most_replicas == 4


def test_an_unknown_argument_is_refused() -> None:
    from pydantic import ValidationError

    from text_to_speech.serving.ray_serve import ReplicaOptions

    with pytest.raises(ValidationError, match="vocoder"):
        ReplicaOptions(vocoder="hifi-gan")


def test_the_arguments_become_a_deployment(monkeypatch) -> None:
    from text_to_speech.serving.ray_serve import ReplicaOptions

    options = ReplicaOptions(
        vocoders="a.xml, hifi-gan", processors=3, max_streams=2, queue=5, language="en-GB"
    )
    limits = options.limits("one, two,")
    assert (limits.streams, limits.queue, limits.threads, limits.keys) == (2, 5, 3, ["one", "two"])
    assert options.speaker().vocoders == ["a.xml", "hifi-gan"]
    assert options.speaker().language == "en-GB"
    assert Path(CONFIG).exists()
