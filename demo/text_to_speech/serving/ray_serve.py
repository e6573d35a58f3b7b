"""The server's HTTP application on Ray Serve: replicas on a cluster that grow in number with the requests.

    serve run text_to_speech.serving.ray_serve:build vocoders=source-filter-light most_replicas=4
    serve run ray_serve.yaml

A replica is one service with models of its own, as text-to-speech-server has one; all addresses and answers are the
same. Ray passes requests on, replaces replicas that are not well, and starts and ends some as the requests need.
Addresses, keys and limits: serving/README.md.
"""

from __future__ import annotations

import os
from typing import Any, Literal

import ray
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from ray import serve
from ray.serve import Application

from ..inference.runtime import Precision, core
from .application import create_app
from .command import KEYS_VARIABLE, spare_threads
from .service import Limits, Service
from .speaker import VOCODERS, Speaker, SpeakerOptions

STREAMS_WANTED = 2.0  # requests that a replica has at a time on average, above which another one is started
NAME = "speech"


class ReplicaOptions(BaseModel):
    """The arguments of the application, of `serve run` or of its configuration file.

    Attributes:
        vocoders: Names of vocoders or model files, with commas, each for all voices; the first one is the default. None
            for the one that each voice has, and source-filter-light.
        device: OpenVINO's name of the device.
        precision: As in text-to-speech-demo.
        duration_model: Another duration predictor than the voice's own.
        regression_model: Another regression likewise.
        language: BCP 47 tag of the English that texts are read in; that of the voice if not given.
        processors: Of a replica: what Ray sets aside for it, and the threads that it computes with.
        least_replicas: That are always there.
        most_replicas: That there are at most.
        max_input: Characters of a text at most.
        max_streams: Requests that a replica speaks at a time.
        queue: Requests that may wait in a replica besides; more are answered 429.
    """

    model_config = ConfigDict(extra="forbid")

    vocoders: str = ""
    device: str = "CPU"
    precision: Precision = "auto"
    duration_model: str | None = None
    regression_model: str | None = None
    language: Literal["en-US", "en-GB"] | None = None
    processors: int = Field(default=1, ge=1, le=1024)
    least_replicas: int = Field(default=1, ge=1, le=10_000)
    most_replicas: int = Field(default=2, ge=1, le=10_000)
    max_input: int = Field(default=100_000, ge=1, le=10_000_000)
    max_streams: int = Field(default=4, ge=1, le=1_000)
    queue: int = Field(default=16, ge=0, le=10_000)

    def speaker(self) -> SpeakerOptions:
        """Return what a replica loads."""
        given = {"duration_model": self.duration_model, "regression_model": self.regression_model}
        return SpeakerOptions(
            vocoders=[name.strip() for name in self.vocoders.split(",") if name.strip()] or VOCODERS,
            device=self.device,
            precision=self.precision,
            language=self.language,
            **{name: path for name, path in given.items() if path is not None},
        )

    def limits(self, keys: str) -> Limits:
        """Return the limits of a replica; the keys are separated by commas."""
        return Limits(
            max_input=self.max_input,
            streams=self.max_streams,
            queue=self.queue,
            threads=self.processors,
            keys=[key.strip() for key in keys.split(",") if key.strip()],
        )


@serve.deployment(name=NAME)
@serve.ingress()
class SpeechReplica:
    """One replica.

    Args:
        options: Of the application.
        keys: API keys, separated by commas.
    """

    async def __init__(self, options: ReplicaOptions, keys: str) -> None:  # type: ignore[misc]
        # Ray tells only OpenMP how many processors a replica has. OpenVINO has other threads: left to itself it takes
        # all processors for each replica, and binds the threads of all of them to the same ones.
        core().set_property("CPU", {"INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": False})
        spare_threads()
        speaker = options.speaker()
        self._service = Service(
            options.limits(keys), models=speaker.models, load=lambda: Speaker.load(speaker)
        )
        await self._service.start()

    def __serve_build_asgi_app__(self) -> FastAPI:
        """Return the application, whose end is the end of the service."""
        return create_app(self._service)

    def check_health(self) -> None:
        """Tell Ray whether this replica is well.

        Raises:
            RuntimeError: It is not, and another one is to take its place.
        """
        if not self._service.ready:
            raise RuntimeError("the models are not loaded")


def build(arguments: ReplicaOptions | dict[str, Any]) -> Application:
    """Return the application for `serve run`; TTS_API_KEYS in the environment holds the keys, if there are any.

    Args:
        arguments: `serve run` and a configuration file give them by name. Ray makes a model of them only where the
            annotation is a class, and here it is a text, as all annotations of this package are.

    Raises:
        pydantic.ValidationError: An argument is unknown, or its value is out of range.
    """
    options = ReplicaOptions.model_validate(arguments)
    deployment: Any = SpeechReplica
    application: Application = deployment.options(
        ray_actor_options={"num_cpus": options.processors},
        # The service has a queue and answers 429 beyond it; what Ray keeps from it waits unseen.
        max_ongoing_requests=options.max_streams + options.queue + 1,
        autoscaling_config={
            "min_replicas": options.least_replicas,
            "max_replicas": max(options.least_replicas, options.most_replicas),
            "target_ongoing_requests": STREAMS_WANTED,
        },
    ).bind(options, os.environ.get(KEYS_VARIABLE, ""))
    return application


def start(options: ReplicaOptions | None = None, *, host: str = "127.0.0.1", port: int = 8880) -> Any:
    """Serve from a program, on the cluster that it is connected to, until `ray.serve.shutdown()`.

    Returns:
        Ray's handle of the application.

    Example:
        ray.init()
        start(ReplicaOptions(vocoders="source-filter-light"))
    """
    if not ray.is_initialized():
        raise RuntimeError("not connected to a cluster: call ray.init() first")
    serve.start(http_options={"host": host, "port": port})
    return serve.run(build(options or ReplicaOptions()), name=NAME, route_prefix="/")
