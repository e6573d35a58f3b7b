"""Recordings with their texts, in a folder laid out as LJSpeech is.

FOLDER/metadata.csv    ID|text|normalised text
FOLDER/wavs/ID.wav
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from text_to_speech.errors import InputError
from text_to_speech.inference.mel import HOP_LENGTH
from text_to_speech.speech.recordings import read_recording

TRANSCRIPTS = "metadata.csv"
LINES = "lines ID|text|normalised text"


@dataclass(frozen=True)
class Recording:
    """A recording.

    Attributes:
        name: Its file name without the suffix.
        text: What is said in it, the last field of its line.
        waveform: float32 [256·T], 22,050 Hz.
    """

    name: str
    text: str
    waveform: NDArray[np.float32]


def read_recordings(
    folder: Path, *, transcripts: str = TRANSCRIPTS, limit: int | None = None
) -> Iterator[Recording]:
    """Read the recordings that the transcripts name, each cut to whole mel frames.

    Raises:
        InputError: The transcripts or a recording cannot be read.
    """
    for name, text in read_transcripts(folder / transcripts)[:limit]:
        waveform = read_recording(folder / "wavs" / f"{name}.wav")
        yield Recording(name, text, waveform[: len(waveform) // HOP_LENGTH * HOP_LENGTH])


def read_transcripts(path: Path) -> list[tuple[str, str]]:
    """Read the names and texts of recordings.

    Raises:
        InputError: The file cannot be read, is empty, or has a line of another form.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: expected {LINES}") from error
    if not lines:
        raise InputError(f"{path} is empty: expected {LINES}")
    transcripts = []
    for line in lines:
        name, *texts = line.split("|")
        if not texts:
            raise InputError(f"{path}: {line[:40]!r}: expected {LINES}")
        transcripts.append((name, texts[-1]))
    return transcripts
