"""What the server counts, for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FACTORS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """The counters of one server.

    Args:
        active: Tells how many streams are being served.
        waiting: Tells how many wait.
    """

    def __init__(self, *, active: Callable[[], float], waiting: Callable[[], float]) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "tts_requests",
            "Requests for speech by how they ended.",
            ("door", "format", "result"),
            registry=self.registry,
        )
        self._first_audio = Histogram(
            "tts_first_audio_seconds",
            "From the request to its first byte of audio.",
            ("door",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._audio = Counter(
            "tts_audio_seconds", "Seconds of speech that were made.", registry=self.registry
        )
        self._factor = Histogram(
            "tts_real_time_factor",
            "Seconds that a whole request took for a second of its speech.",
            buckets=_FACTORS,
            registry=self.registry,
        )
        self._answers = Counter(
            "tts_http_responses", "Responses by status.", ("status",), registry=self.registry
        )
        for name, help_text, value in (
            ("tts_streams_active", "Requests that are being served.", active),
            ("tts_streams_waiting", "Requests that wait for their turn.", waiting),
        ):
            Gauge(name, help_text, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        """Return all figures in Prometheus' form."""
        return generate_latest(self.registry)

    def answered(self, status: int) -> None:
        """Count a response."""
        self._answers.labels(str(status)).inc()

    def begin(self, door: str, audio_format: str) -> Watch:
        """Begin a request for speech."""
        return Watch(self, door, audio_format)


class Watch:
    """One request for speech, from its beginning to its end.

    Attributes:
        seconds: Of speech that were made for it so far.
        first_audio: Seconds from its beginning to the first audio; None before.
    """

    def __init__(self, metrics: Metrics, door: str, audio_format: str) -> None:
        self.seconds = 0.0
        self.first_audio: float | None = None
        self._metrics, self._door, self._format = metrics, door, audio_format
        self._began = time.perf_counter()
        self._open = True

    def audio(self, seconds: float) -> None:
        """Count speech that is about to be sent."""
        if self.first_audio is None:
            self.first_audio = time.perf_counter() - self._began
            self._metrics._first_audio.labels(self._door).observe(self.first_audio)
        self.seconds += seconds
        self._metrics._audio.inc(seconds)

    def end(self, result: str) -> None:
        """Count the request: `done`, `cancelled`, `refused` or `failed`; only the first time counts."""
        if not self._open:
            return
        self._open = False
        self._metrics._requests.labels(self._door, self._format, result).inc()
        if result == "done" and self.seconds:
            self._metrics._factor.observe((time.perf_counter() - self._began) / self.seconds)
