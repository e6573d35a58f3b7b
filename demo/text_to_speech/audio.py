"""Sound: the face of its writers (sinks.py) and of playback (playback.py), and the reader of recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from .errors import InputError
from .mel import SAMPLE_RATE
from .playback import PlayerSink, open_player
from .sinks import (
    FORMATS,
    PIPE_FORMATS,
    AudioSink,
    FileSink,
    PipeSink,
    container_of,
    open_audio,
    to_pcm16,
    write_audio,
)

__all__ = [
    "FORMATS",
    "PIPE_FORMATS",
    "AudioSink",
    "FileSink",
    "PipeSink",
    "PlayerSink",
    "container_of",
    "open_audio",
    "open_player",
    "read_recording",
    "to_pcm16",
    "write_audio",
]


def read_recording(path: str | Path) -> NDArray[np.float32]:
    """Read a recording of any format that libsndfile knows.

    Returns:
        float32 [L], mono (the mean of the channels), 22,050 Hz.

    Raises:
        InputError: The file is missing, empty, or not a sound file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"recording {path} is not there")
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise InputError(f"{path} is not a sound file that can be read: {error.error_string}") from error
    audio: NDArray[np.float32] = samples.mean(axis=1)
    if not audio.size:
        raise InputError(f"recording {path} is empty")
    if rate == SAMPLE_RATE:
        return audio
    import librosa

    return np.asarray(librosa.resample(audio, orig_sr=rate, target_sr=SAMPLE_RATE), dtype=np.float32)
