"""What all doors of the server share: the loaded speaker, the scheduler, the limits and the figures."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from ..errors import InputError, SpeechError
from ..speech.encoders import Encoder, open_encoder
from ..speech.spoken import AudioChunk, SpokenSentence
from ..store.voices_yml import DEFAULT_VOICE
from .errors import ApiError
from .feeding import TextFeed
from .metrics import Metrics
from .scheduler import Idle, Scheduler, Stream
from .speaker import Speaker
from .wanted import Wanted

logger = logging.getLogger(__name__)

LONGEST_WHOLE = (
    1_800.0  # seconds of speech in an answer that is not streamed: it is kept in memory until its end
)
LONGEST_RETRY = 60  # seconds that a client is told to wait at most


@dataclass(frozen=True)
class Limits:
    """How much of everything the server takes.

    Attributes:
        max_input: Characters of a text.
        streams: Requests for speech that are served at a time.
        queue: Requests that may wait besides.
        threads: Windows that are computed at a time.
        stall_seconds: How long a reader may leave its connection full.
        body_seconds: How long a client may take to send its request.
        keys: API keys, one of which a client must have; none are asked for where there is none.
    """

    max_input: int = 100_000
    streams: int = 16
    queue: int = 64
    threads: int = 2
    stall_seconds: float = 300.0
    body_seconds: float = 30.0
    keys: Sequence[str] = field(default=(), repr=False)

    @property
    def max_body(self) -> int:
        """Bytes of a request: a character is at most 12 of them in JSON."""
        return 12 * self.max_input + 1_000_000


@dataclass(frozen=True)
class Piece:
    """Encoded sound of one window, and the sentences that begin in it.

    Attributes:
        data: The next bytes of the one encoder of the request; may be none.
        seconds: Of speech that went into the encoder.
        sentences: With the times of their words, phonemes and marks.
    """

    data: bytes
    seconds: float = 0.0
    sentences: tuple[SpokenSentence, ...] = ()


class Service:
    """One loaded server without its doors.

    Args:
        limits: Of everything.
        models: Names of the vocoders that are going to be loaded, the first one the default.
        load: Loads them; it takes seconds and runs on a thread.
        voice: Name of the voice that serves who asks for none.

    Attributes:
        sockets: WebSockets that are open.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        models: Sequence[str],
        load: Callable[[], Speaker],
        voice: str = DEFAULT_VOICE,
    ) -> None:
        self.limits = limits
        self.models = list(models)
        self.voice = voice
        self.sockets = 0
        self.scheduler = Scheduler(threads=limits.threads, streams=limits.streams, queue=limits.queue)
        self.metrics = Metrics(active=lambda: self.scheduler.active, waiting=lambda: self.scheduler.waiting)
        self._load = load
        self._speaker: Speaker | None = None
        self._mean_seconds = 1.0  # that a request took lately

    async def start(self) -> None:
        """Load the models; the event loop goes on meanwhile.

        Raises:
            SpeechError: They cannot be loaded.
        """
        self._speaker = await asyncio.to_thread(self._load)
        if importlib.util.find_spec(
            "av"
        ):  # so that the first request for aac does not wait for it on the loop
            await asyncio.to_thread(importlib.import_module, "av")

    @property
    def ready(self) -> bool:
        """Whether the models are loaded and warm."""
        return self._speaker is not None

    @property
    def speaker(self) -> Speaker:
        """The loaded speaker.

        Raises:
            ApiError: It is not there yet.
        """
        if self._speaker is None:
            raise ApiError(
                503, "the models are being loaded: try again", code="not_ready", headers={"Retry-After": "2"}
            )
        return self._speaker

    @property
    def retry_seconds(self) -> int:
        """After how many seconds there may be room for another request."""
        wait = self._mean_seconds * (1 + self.scheduler.waiting) / self.limits.streams
        return max(1, min(LONGEST_RETRY, math.ceil(wait)))

    def check_text(self, text: str) -> None:
        """Refuse a text that is empty or too long.

        Raises:
            ApiError: It is.
        """
        if len(text) > self.limits.max_input:
            raise ApiError(
                400,
                f"the text has {len(text)} characters: expected at most {self.limits.max_input}",
                param="input",
                code="string_above_max_length",
            )
        if not text.strip():
            raise ApiError(
                400, "the text is empty: expected at least one word", param="input", code="empty_input"
            )

    def encoder(
        self, container: str, wanted: Wanted, *, sample_rate: int | None = None, whole: bool = False
    ) -> Encoder:
        """Return the encoder of a request.

        Raises:
            ApiError: The container cannot have that rate.
            OutputError: The container needs a package that is not there.
        """
        source_rate = self.speaker.sample_rate(wanted)
        try:
            return open_encoder(container, source_rate=source_rate, sample_rate=sample_rate, whole=whole)
        except InputError as error:
            raise ApiError(400, str(error), param="sample_rate", code="invalid_value") from None

    def speech(self, wanted: Wanted, encoder: Encoder, *, whole: bool = False) -> Stream[Piece]:
        """Put a text in the queue to be spoken.

        Raises:
            QueueFullError: There is no room.
            ClosingError: The server is about to end.
        """
        chunks = self.speaker.speak(wanted)
        return self.scheduler.open(
            pieces(
                chunks,
                encoder,
                rate=self.speaker.sample_rate(wanted),
                longest=LONGEST_WHOLE if whole else None,
            )
        )

    def growing(self, wanted: Wanted, feed: TextFeed, encoder: Encoder) -> Stream[Piece]:
        """Put a text that comes in pieces in the queue; see `speech`."""
        chunks = self.speaker.speak_pieces(wanted, feed)
        return self.scheduler.open(pieces(chunks, encoder, rate=self.speaker.sample_rate(wanted)))

    def took(self, seconds: float) -> None:
        """Learn how long a request took."""
        self._mean_seconds += 0.1 * (seconds - self._mean_seconds)

    def close(self) -> None:
        """Cancel what is left, and end the threads."""
        self.scheduler.close()


def pieces(
    chunks: Iterator[AudioChunk | Idle], encoder: Encoder, *, rate: int, longest: float | None = None
) -> Iterator[Piece | Idle]:
    """Encode the chunks of one request, on the thread that computes them.

    Args:
        chunks: Of the request, an iterator that can be closed.
        encoder: Of the request.
        rate: Samples per second of the chunks.
        longest: Seconds of speech at most.

    Raises:
        InputError: There would be more.
    """
    last: SpokenSentence | None = None
    total = 0.0
    with closing(chunks):  # type: ignore[type-var]
        for chunk in chunks:
            if isinstance(chunk, Idle):
                yield chunk
                continue
            seconds = chunk.audio.size / rate
            total += seconds
            if longest is not None and total > longest:
                raise InputError(
                    f"the speech is longer than {longest:g} seconds: leave stream true, or send less at a time"
                )
            new = () if chunk.sentence is last else (_without_repetition(chunk.sentence, last),)
            last = chunk.sentence
            yield Piece(encoder.encode(chunk.audio), seconds, new)
    yield Piece(encoder.finish())


def _without_repetition(sentence: SpokenSentence, last: SpokenSentence | None) -> SpokenSentence:
    """Return a sentence; where it comes again at the end of a text, only its new marks are left."""
    if last is None or sentence.offset != last.offset or sentence.start != last.start:
        return sentence
    new = tuple(mark for mark in sentence.marks if mark not in last.marks)
    return replace(sentence, words=(), phoneme_times=(), marks=new)


def known_failure(error: BaseException) -> bool:
    """Tell whether an error is one that this package raises on purpose."""
    return isinstance(error, ApiError | SpeechError)
