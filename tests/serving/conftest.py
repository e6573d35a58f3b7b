"""Servers with tiny models, for the tests of the doors."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("fastapi", reason="the extra [server] is not installed")
pytest.importorskip("httpx", reason="the HTTP client of the tests is not installed")

from serving_support import Server, running
from spelling import Speller
from text_to_speech.pipeline import Synthesizer
from text_to_speech.serving.service import Limits, Service
from text_to_speech.serving.speaker import Speaker


@pytest.fixture(scope="session")
def speaker(tiny, spell: Speller) -> Speaker:
    """A speaker of tiny models, with two vocoders' names."""
    synthesizer = Synthesizer(**tiny.options, phonemizer=spell)
    return Speaker(dict.fromkeys(("hifi-gan", "source-filter-light"), synthesizer))


@pytest.fixture(scope="session")
def make_service(speaker: Speaker) -> Callable[..., Service]:
    """Makes services of the tiny speaker with other limits."""

    def make(made: Speaker | None = None, **limits: object) -> Service:
        used = made or speaker
        return Service(Limits(**limits), models=used.models, load=lambda: used)

    return make


@pytest.fixture(scope="module")
def server(make_service) -> Iterator[Server]:
    """A running server with the usual limits."""
    with running(make_service()) as made:
        yield made


@pytest.fixture(scope="module")
def reading(tiny, make_service) -> Iterator[Server]:
    """A server that reads words with the dictionaries."""
    speaker = Speaker({"hifi-gan": Synthesizer(**tiny.options)})
    with running(make_service(speaker)) as made:
        yield made
