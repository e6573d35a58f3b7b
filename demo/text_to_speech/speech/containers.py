"""The containers that sound is written in, and the sample rates that each can have."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from ..errors import InputError, OutputError
from .samples import check_sample_rate

Container: TypeAlias = Literal["wav", "flac", "ogg", "opus", "mp3", "raw"]

# Name, which is also the suffix of a file: libsndfile's names of container and coding.
FORMATS: dict[Container, tuple[str, str]] = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "raw": ("RAW", "PCM_16"),
}
# Those whose bytes are written as soon as a chunk comes, without an encoder that waits for more.
PIPE_FORMATS: tuple[Container, ...] = ("wav", "raw")
# Samples per second that a coding can have. The others take any, up to these: libsndfile 1.2.2 crashes at higher rates
# of Vorbis, and writes FLAC files that no program reads.
HIGHEST_RATES: dict[Container, int] = {"ogg": 200_000, "flac": 65_535}
RATES: dict[Container, tuple[int, ...]] = {
    "opus": (8_000, 12_000, 16_000, 24_000, 48_000),
    "mp3": (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
}
OUTPUT_RATES = (8_000, 48_000)  # the lowest and the highest rate that may be asked for


def container_of(path: str | os.PathLike[str]) -> Container:
    """Return the container that the suffix of a file name means.

    Raises:
        OutputError: No container has that suffix.
    """
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        suffixes = ", ".join(f".{known}" for known in FORMATS)
        raise OutputError(
            f"{os.fspath(path) or repr('')} cannot be written: expected a name that ends in {suffixes}"
        )
    return suffix


def check_container(container: str, name: str) -> Container:
    """Return the container if there is such a one; `name` is what the file is called in messages.

    Raises:
        OutputError: There is none.
    """
    if container not in FORMATS:
        raise OutputError(f"{name} cannot be written as {container!r}: expected {', '.join(FORMATS)}")
    return container


def file_rate(container: Container, sample_rate: int, output_rate: int | None, *, name: str) -> int:
    """Return the samples per second of a file, see `open_audio`; `name` is what it is called in messages.

    Raises:
        InputError: A rate is no whole number of its range.
        OutputError: The container does not have the rate that is asked for.
    """
    check_sample_rate(sample_rate)
    rates = RATES.get(container)
    if output_rate is None:
        if rates is not None:
            return min((rate for rate in rates if rate >= sample_rate), default=rates[-1])
        return min(sample_rate, HIGHEST_RATES.get(container, sample_rate))
    check_output_rate(output_rate)
    if rates is not None and output_rate not in rates:
        raise OutputError(
            f"{name} cannot be written with {output_rate} samples a second:"
            f" {container} has {', '.join(map(str, rates))}"
        )
    return output_rate


def check_output_rate(rate: int) -> None:
    """Raise InputError unless a rate is a whole number from 8,000 to 48,000."""
    lowest, highest = OUTPUT_RATES
    if not isinstance(rate, int | np.integer) or isinstance(rate, bool) or not lowest <= rate <= highest:
        raise InputError(f"sample rate {rate!r}: expected a whole number from {lowest} to {highest}")
