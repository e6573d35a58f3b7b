"""Sound files: the one writer of WAV, FLAC, OGG and MP3, and the reader of recordings.

with open_audio("speech.flac") as file:
    for chunk in synthesizer.stream(text):
        file.write(chunk.audio)
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from .errors import InputError, OutputError
from .files import whole_file
from .mel import SAMPLE_RATE

FORMATS = {  # suffix: libsndfile's names of container and coding
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}
FULL_SCALE = 32_767  # the 16-bit sample that stands for 1.0
BLOCK = 65_536  # samples handed to an encoder at once; the Vorbis encoder keeps a whole block on the stack


class WatchedFile(io.FileIO):
    """A file that remembers why it could not be written.

    Encoders write their last packets, and a WAV its length, when they close, and libsndfile does not tell when that
    fails; and where it tells, it does not know why.

    Attributes:
        failure: The first error, if there was one.
    """

    failure: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Write all of the data; a failure is kept, and 0 returned."""
        view = memoryview(data).cast("B")
        done = 0
        try:
            while done < len(view):
                done += super().write(view[done:])
        except OSError as error:
            self.failure = self.failure or error
            return 0
        return done


class AudioWriter:
    """An open sound file; made by `open_audio`.

    Attributes:
        samples: How many samples were written so far.
    """

    def __init__(self, file: soundfile.SoundFile) -> None:
        self.samples = 0
        self._file = file

    def write(self, audio: NDArray[np.float32]) -> None:
        """Append samples, float32 [L]; values outside -1..1 are clipped."""
        for start in range(0, audio.size, BLOCK):
            block = np.clip(audio[start : start + BLOCK], -1.0, 1.0)
            pcm = self._file.subtype == "PCM_16"
            self._file.write(to_pcm16(block) if pcm else block)
            self.samples += block.size


def to_pcm16(audio: NDArray[np.float32]) -> NDArray[np.int16]:
    """Turn samples of -1..1 into 16-bit ones, rounded and clipped."""
    return np.rint(np.clip(audio, -1.0, 1.0) * FULL_SCALE).astype(np.int16)


@contextmanager
def open_audio(path: str | Path, *, sample_rate: int = SAMPLE_RATE) -> Iterator[AudioWriter]:
    """Open a mono sound file to write chunks to; it appears under its name when the block ends well.

    Args:
        path: .wav and .flac (16 bit), .ogg (Vorbis) or .mp3; the suffix decides.
        sample_rate: Samples per second.

    Raises:
        OutputError: The suffix is unknown, the folder missing or not writable, or the disk full.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise OutputError(f"{path} cannot be written: expected a name that ends in {', '.join(FORMATS)}")
    container, coding = FORMATS[path.suffix.lower()]
    with whole_file(path) as temporary, WatchedFile(temporary, "r+") as target:
        try:
            with soundfile.SoundFile(
                target, "w", sample_rate, channels=1, subtype=coding, format=container
            ) as file:
                yield AudioWriter(file)
        except (
            Exception
        ) as error:  # libsndfile and its wrapper fail in several ways at a write that fell short
            raise target.failure or error from None
        if target.failure:
            raise target.failure


def write_audio(path: str | Path, audio: NDArray[np.float32], *, sample_rate: int = SAMPLE_RATE) -> None:
    """Write samples, float32 [L] in -1..1, to a sound file; see `open_audio`."""
    with open_audio(path, sample_rate=sample_rate) as file:
        file.write(audio)


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
