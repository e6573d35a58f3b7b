"""Sound: the one writer of WAV, FLAC, OGG, MP3 and raw PCM, to files and pipes; playback; the reader of recordings.

with open_audio("speech.flac") as file:
    for chunk in synthesizer.stream(text):
        file.write(chunk.audio)
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from .errors import DeviceError, InputError, OutputError
from .files import whole_file
from .mel import SAMPLE_RATE

FORMATS = {  # name, and suffix of a file: libsndfile's names of container and coding
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "raw": ("RAW", "PCM_16"),
}
PIPE_FORMATS = ("wav", "raw")  # those that can be written to a pipe, where nothing can be mended afterwards
UNKNOWN_LENGTH = 0xFFFFFFFF  # what a WAV header says of a stream
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


class AudioSink:
    """Where sound goes: a file, a pipe or the sound device.

    Attributes:
        samples: How many samples were written so far.
    """

    def __init__(self) -> None:
        self.samples = 0

    def write(self, audio: NDArray[np.float32]) -> None:
        """Append samples, float32 [L]; values outside -1..1 are clipped."""
        for start in range(0, audio.size, BLOCK):
            block = np.clip(audio[start : start + BLOCK], -1.0, 1.0)
            self._send(block)
            self.samples += block.size

    def _send(self, block: NDArray[np.float32]) -> None:
        raise NotImplementedError


class FileSink(AudioSink):
    """An open sound file; made by `open_audio`."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        super().__init__()
        self._file = file

    def _send(self, block: NDArray[np.float32]) -> None:
        self._file.write(to_pcm16(block) if self._file.subtype == "PCM_16" else block)


class PipeSink(AudioSink):
    """A pipe that sound is written to as it comes; `write` raises BrokenPipeError when the reader has gone.

    A WAV on a pipe says in its header that its length is unknown, as streams do.

    Args:
        pipe: Where to write; nothing of it is read or sought.
        container: `wav`, or `raw` for 16-bit little-endian samples and nothing else.
        sample_rate: Samples per second.
    """

    def __init__(self, pipe: BinaryIO, *, container: str = "wav", sample_rate: int = SAMPLE_RATE) -> None:
        super().__init__()
        self._pipe = pipe
        self._header = wav_header(sample_rate) if container == "wav" else b""

    def _send(self, block: NDArray[np.float32]) -> None:
        self._pipe.write(self._header + to_pcm16(block).astype("<i2").tobytes())
        self._pipe.flush()
        self._header = b""


class PlayerSink(AudioSink):
    """The default sound device; made by `open_player`. Writing waits until the device has room."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream = stream

    def _send(self, block: NDArray[np.float32]) -> None:
        self._stream.write(block[:, np.newaxis])


def wav_header(sample_rate: int) -> bytes:
    """Return the header of a 16-bit mono WAV of unknown length."""
    layout = struct.pack("<HHIIHH", 1, 1, sample_rate, 2 * sample_rate, 2, 16)
    parts = (b"RIFF", struct.pack("<I", UNKNOWN_LENGTH), b"WAVEfmt ", struct.pack("<I", len(layout)), layout)
    return b"".join(parts) + b"data" + struct.pack("<I", UNKNOWN_LENGTH)


@contextmanager
def open_player(*, sample_rate: int = SAMPLE_RATE) -> Iterator[AudioSink]:
    """Open the default sound device; the block ends when all that was written has been heard.

    Raises:
        DeviceError: The package sounddevice or its library is not there, or the machine has no sound device.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise DeviceError(
            "sound cannot be played: the package sounddevice is missing; pip install 'sounddevice>=0.5'"
        ) from error
    except OSError as error:  # on Linux it needs a library of the system
        raise DeviceError(f"sound cannot be played: {error}; on Debian, apt install libportaudio2") from error
    try:
        stream = sounddevice.OutputStream(samplerate=sample_rate, channels=1, dtype="float32")
    except (sounddevice.PortAudioError, ValueError) as error:
        raise DeviceError(
            f"sound cannot be played: this machine has no sound device that is the default ({error});"
            " expected one, or -o FILE"
        ) from error
    try:
        with stream as playing:
            yield PlayerSink(playing)
    except sounddevice.PortAudioError as error:
        raise DeviceError(f"the sound device failed: {error}") from error


def to_pcm16(audio: NDArray[np.float32]) -> NDArray[np.int16]:
    """Turn samples of -1..1 into 16-bit ones, rounded and clipped."""
    return np.rint(np.clip(audio, -1.0, 1.0) * FULL_SCALE).astype(np.int16)


def container_of(path: str | Path) -> str:
    """Return the container that the suffix of a file name stands for.

    Raises:
        OutputError: It stands for none.
    """
    name = Path(path).suffix.lower().removeprefix(".")
    if name not in FORMATS:
        suffixes = ", ".join(f".{known}" for known in FORMATS)
        raise OutputError(f"{path} cannot be written: expected a name that ends in {suffixes}")
    return name


@contextmanager
def open_audio(
    path: str | Path, *, container: str | None = None, sample_rate: int = SAMPLE_RATE
) -> Iterator[AudioSink]:
    """Open a mono sound file to write chunks to; it appears under its name when the block ends well.

    Args:
        path: Where the file shall be.
        container: `wav` and `flac` (16 bit), `ogg` (Vorbis), `mp3`, or `raw` (16-bit little-endian samples without
            a header); the suffix of the path decides when None.
        sample_rate: Samples per second.

    Raises:
        OutputError: The suffix is unknown, the folder missing or not writable, or the disk full.
    """
    format_name, coding = FORMATS[container or container_of(path)]
    endian = "LITTLE" if format_name == "RAW" else "FILE"
    with whole_file(path) as temporary, WatchedFile(temporary, "r+") as target:
        try:
            with soundfile.SoundFile(
                target, "w", sample_rate, channels=1, subtype=coding, endian=endian, format=format_name
            ) as file:
                yield FileSink(file)
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
