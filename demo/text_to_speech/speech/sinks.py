"""Where sound goes: the one writer of WAV, FLAC, OGG, MP3 and raw PCM, to files and to pipes.

with open_audio("speech.flac") as file:
    for chunk in synthesizer.stream(text):
        file.write(chunk.audio)
"""

from __future__ import annotations

import errno
import operator
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError, OutputError
from ..files import OutputFile, cannot_write, destination, open_output, reader_has_gone
from ..inference.mel import SAMPLE_RATE

# Name, which is also the suffix of a file: libsndfile's names of container and coding.
FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "raw": ("RAW", "PCM_16"),
}
# Those that can be written to a pipe, where nothing that was written can be changed afterwards.
PIPE_FORMATS = ("wav", "raw")
UNKNOWN_LENGTH = 0xFFFFFFFF  # the length in the WAV header of a stream
FULL_SCALE = 32_767  # the 16-bit sample of 1.0
BLOCK = 65_536  # samples handed to an encoder at once; the Vorbis encoder keeps a whole block on the stack
HIGHEST_RATE = 1_000_000  # samples per second


class AudioSink:
    """Where sound goes: a file, a pipe or the sound device.

    Attributes:
        samples: How many samples were written so far.
    """

    def __init__(self) -> None:
        self.samples = 0

    def write(self, audio: ArrayLike) -> None:
        """Append samples.

        Args:
            audio: [L], or [L, 1] and [1, L], mono; floating point of any width. Values outside -1..1 are clipped; no
                samples at all are allowed.

        Raises:
            InputError: There are several channels, the samples are not floating point (16-bit samples must be divided
                by 32,768 before), or some are NaN or infinite. Nothing is written then.
            OutputError: The disk is full, or the system refuses for another reason.
            BrokenPipeError: The reader of a pipe has gone.
        """
        samples = mono(audio)
        for start in range(0, samples.size, BLOCK):
            block = samples[start : start + BLOCK]
            self._send(block)
            self.samples += block.size

    def _send(self, block: NDArray[np.float32]) -> None:
        raise NotImplementedError


class FileSink(AudioSink):
    """An open sound file; made by `open_audio`.

    Args:
        path: Its name in messages.
        encoder: libsndfile's encoder.
        target: The file that the encoder writes to.
    """

    def __init__(self, path: Path, encoder: soundfile.SoundFile, target: _EncoderTarget) -> None:
        super().__init__()
        self._path = path
        self._encoder = encoder
        self._target = target

    def _send(self, block: NDArray[np.float32]) -> None:
        with _encoding(self._path, self._target):
            self._encoder.write(to_pcm16(block) if self._encoder.subtype == "PCM_16" else block)

    def finish(self) -> None:
        """Write what the encoder still holds, and the lengths in the header."""
        with _encoding(self._path, self._target):
            self._encoder.close()

    def abandon(self) -> None:
        """Close the encoder of a file that is not going to be kept."""
        with suppress(soundfile.SoundFileError, AssertionError):
            self._encoder.close()


class PipeSink(AudioSink):
    """A pipe that sound is written to as it comes; `write` raises BrokenPipeError when the reader has gone.

    A WAV on a pipe says in its header that its length is unknown, as streams do.

    Args:
        pipe: Where to write; it is neither read nor sought.
        container: `wav`, or `raw` for 16-bit little-endian samples and nothing else.
        sample_rate: Samples per second.
        name: What the pipe is called in messages.

    Raises:
        OutputError: The container cannot be written to a pipe.
        InputError: The sample rate is no positive whole number.
    """

    def __init__(
        self,
        pipe: BinaryIO,
        *,
        container: str = "wav",
        sample_rate: int = SAMPLE_RATE,
        name: str = "the pipe",
    ) -> None:
        super().__init__()
        if container not in PIPE_FORMATS:
            raise OutputError(
                f"{container!r} cannot be written to {name}: expected {' or '.join(PIPE_FORMATS)}"
            )
        check_sample_rate(sample_rate)
        self._pipe = pipe
        self._name = name
        self._header = wav_header(sample_rate) if container == "wav" else b""

    def _send(self, block: NDArray[np.float32]) -> None:
        self._put(self._header + to_pcm16(block).astype("<i2").tobytes())
        self._header = b""

    def finish(self) -> None:
        """Write the header of a speech without samples, which is written with the first samples otherwise."""
        self._put(self._header)
        self._header = b""

    def _put(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                # An unbuffered pipe may take a part only, or nothing where it would have to wait.
                taken = self._pipe.write(rest)
                if taken is None:
                    raise BlockingIOError(errno.EAGAIN, "it does not wait for its reader")
                rest = rest[taken:]
            self._pipe.flush()
        except (OutputError, BrokenPipeError):
            raise
        except OSError as error:
            if reader_has_gone(error):
                raise BrokenPipeError(errno.EPIPE, f"the reader of {self._name} has gone") from error
            raise cannot_write(self._name, error) from error


class _EncoderTarget:
    """An output that libsndfile writes to; it remembers the first error.

    libsndfile calls these methods from C, where an exception would be lost: it would be printed, and the encoder would
    go on. Encoders write their last packets, and a WAV its length, when they close, and libsndfile does not report
    when that fails.
    """

    def __init__(self, file: OutputFile) -> None:
        self._file = file
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all of the data; keep an error and return 0."""
        try:
            return self._file.write(data)
        except OSError as error:
            self.failure = self.failure or error
            return 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the offset."""
        return self._file.tell()


@contextmanager
def _encoding(path: Path, target: _EncoderTarget) -> Iterator[None]:
    """Let an encoder work, and raise why its output could not be written."""
    try:
        yield
    except (soundfile.SoundFileError, AssertionError) as error:
        # After a short write the wrapper of libsndfile raises either.
        raise target.failure or OutputError(f"{path} cannot be written: {error}") from error
    if target.failure:
        raise target.failure


@contextmanager
def open_audio(
    path: str | Path, *, container: str | None = None, sample_rate: int = SAMPLE_RATE
) -> Iterator[AudioSink]:
    """Open a mono sound file to write chunks to; it appears under its name when the block ends well.

    A named pipe or a device is written to directly, as `wav` of unknown length or as `raw`. What the block raises
    passes through unchanged.

    Args:
        path: The file; see `files.open_output`.
        container: `wav` and `flac` (16 bit), `ogg` (Vorbis), `mp3`, or `raw` (16-bit little-endian samples without
            a header); the suffix of the path decides when None.
        sample_rate: Samples per second.

    Raises:
        OutputError: The suffix or the container is unknown, the folder missing or not writable, the path no place for
            sound, or the disk full.
        InputError: The sample rate is no positive whole number.
    """
    if container is None:
        container = container_of(path)
    elif container not in FORMATS:
        raise OutputError(f"{path} cannot be written as {container!r}: expected {', '.join(FORMATS)}")
    check_sample_rate(sample_rate)
    if container in PIPE_FORMATS and destination(path).stream:
        with open_output(path) as stream:
            pipe = PipeSink(stream, container=container, sample_rate=sample_rate, name=str(path))
            yield pipe
            pipe.finish()
        return
    with open_output(path, needs_file=f"{container} needs a file: expected wav or raw") as file:
        sink = _open_encoder(Path(path), file, container, sample_rate)
        try:
            yield sink
        except BaseException:
            sink.abandon()
            raise
        sink.finish()


def _open_encoder(path: Path, file: OutputFile, container: str, sample_rate: int) -> FileSink:
    format_name, coding = FORMATS[container]
    target = _EncoderTarget(file)
    with _encoding(path, target):
        encoder = soundfile.SoundFile(
            target,
            "w",
            sample_rate,
            channels=1,
            subtype=coding,
            endian="LITTLE" if format_name == "RAW" else "FILE",
            format=format_name,
        )
    return FileSink(path, encoder, target)


def write_audio(path: str | Path, audio: ArrayLike, *, sample_rate: int = SAMPLE_RATE) -> None:
    """Write samples in -1..1 to a sound file; see `open_audio` and `AudioSink.write`."""
    samples = mono(audio)
    with open_audio(path, sample_rate=sample_rate) as file:
        file.write(samples)


def container_of(path: str | Path) -> str:
    """Return the container that the suffix of a file name stands for.

    Raises:
        OutputError: It stands for none.
    """
    name = Path(path).suffix.lower().removeprefix(".")
    if name not in FORMATS:
        suffixes = ", ".join(f".{known}" for known in FORMATS)
        raise OutputError(
            f"{str(path) or repr('')} cannot be written: expected a name that ends in {suffixes}"
        )
    return name


def mono(audio: ArrayLike) -> NDArray[np.float32]:
    """Return samples as float32 [L], clipped to -1..1, or refuse them; see `AudioSink.write`."""
    try:
        samples = np.asarray(audio)
    except ValueError as error:
        raise InputError(f"waveform: expected one array of samples, got {type(audio).__name__}") from error
    if samples.dtype.kind != "f":
        raise InputError(
            f"waveform of type {samples.dtype}: expected floating point in -1..1;"
            " divide 16-bit samples by 32,768"
        )
    if samples.ndim == 0 or samples.size not in (0, max(samples.shape)):
        raise InputError(f"waveform of shape {list(samples.shape)}: expected [L], one channel")
    if not np.isfinite(samples).all():
        raise InputError("waveform holds NaN or infinity: expected numbers in -1..1")
    clipped: NDArray[np.floating] = np.clip(samples, -1.0, 1.0)
    return clipped.reshape(-1).astype(np.float32, copy=False)


def to_pcm16(audio: NDArray[np.float32]) -> NDArray[np.int16]:
    """Turn samples of -1..1 into 16-bit ones, rounded and clipped."""
    return np.rint(np.clip(audio, -1.0, 1.0) * FULL_SCALE).astype(np.int16)


def wav_header(sample_rate: int) -> bytes:
    """Return the header of a 16-bit mono WAV of unknown length."""
    layout = struct.pack("<HHIIHH", 1, 1, sample_rate, 2 * sample_rate, 2, 16)
    parts = (b"RIFF", struct.pack("<I", UNKNOWN_LENGTH), b"WAVEfmt ", struct.pack("<I", len(layout)), layout)
    return b"".join(parts) + b"data" + struct.pack("<I", UNKNOWN_LENGTH)


def check_sample_rate(sample_rate: int) -> None:
    """Refuse what is no sample rate.

    Raises:
        InputError: It is no whole number from 1 to 1,000,000.
    """
    try:
        rate = operator.index(sample_rate)
    except TypeError:
        rate = 0
    if not 1 <= rate <= HIGHEST_RATE:
        raise InputError(f"sample rate {sample_rate!r}: expected a whole number of samples per second")
