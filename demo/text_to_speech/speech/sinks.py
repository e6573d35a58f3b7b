"""Sinks take sound and write it as WAV, FLAC, OGG, Opus, MP3 or raw samples, to files, pipes and file objects.

with open_audio("speech.flac") as file:
    for chunk in synthesizer.stream(text):
        file.write(chunk.audio)

One sound has one encoder, and one resampler where the file has another sample rate than the sound, so no chunk has a
seam. What cannot go back to its beginning, such as a pipe, gets every container too: the header of a WAV says then that
its length is unknown, that of a FLAC leaves the length open, and an MP3 has a constant bit rate, from which players
tell the length, and lacks the tag that lets them cut the encoder's silence (50 to 150 ms) from both ends.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, TypeAlias, cast

import numpy as np
import soundfile
from numpy.typing import ArrayLike, NDArray

from ..errors import OutputError
from ..files import open_output
from ..inference.mel import SAMPLE_RATE
from .containers import FORMATS, PIPE_FORMATS, Container, check_container, container_of, file_rate
from .file_objects import EncoderTarget, Writable, can_seek, flush, name_of, write_all
from .mp3 import without_empty_frame
from .resampling import Resampler
from .samples import check_sample_rate, mono, to_pcm16

UNKNOWN_LENGTH = 0xFFFFFFFF  # the length in the WAV header of a stream
MP3_COMPRESSION = 0.6  # of libsndfile's 0..1: a constant 64 kbit/s at 16,000 to 24,000 samples a second
BLOCK = 65_536  # samples handed to an encoder at once; the Vorbis encoder keeps a whole block on the stack


Target: TypeAlias = "str | os.PathLike[str] | Writable"


class AudioSink:
    """The destination of a sound: a file, a pipe or the sound device.

    Args:
        sample_rate: Samples per second of the sound that comes in.
        output_rate: Samples per second of the sound that goes out.

    Attributes:
        samples: How many samples were taken so far.
        sample_rate: As given.
        output_rate: As given.
    """

    def __init__(self, *, sample_rate: int = SAMPLE_RATE, output_rate: int | None = None) -> None:
        check_sample_rate(sample_rate)
        self.samples = 0
        self.sample_rate = sample_rate
        self.output_rate = output_rate or sample_rate
        self._resampler = None
        if self.output_rate != sample_rate:
            self._resampler = Resampler(sample_rate, self.output_rate)

    @property
    def seconds(self) -> float:
        """Length of the sound so far."""
        return self.samples / self.sample_rate

    def write(self, audio: ArrayLike) -> None:
        """Append samples.

        Args:
            audio: [L], or [L, 1] and [1, L], mono; floating point of any width. Values outside -1..1 are clipped;
                an empty array is allowed.

        Raises:
            InputError: There are several channels, the samples are not floating point (16-bit samples must be divided
                by 32,768 before), or some are NaN or infinite. Nothing is written then.
            OutputError: The disk is full, or the system refuses for another reason.
            BrokenPipeError: The reader of a pipe has gone.
        """
        samples = mono(audio)
        # So many samples in make at most BLOCK samples out.
        size = BLOCK * self.sample_rate // max(self.sample_rate, self.output_rate)
        for start in range(0, samples.size, size):
            block = samples[start : start + size]
            self._send(self._resampled(block))
            self.samples += block.size

    def finish(self) -> None:
        """Write what the resampler and the encoder still hold, and the lengths in the header."""
        if self._resampler:
            self._send(_clipped(self._resampler.flush()))
        self._end()

    def _resampled(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        return _clipped(self._resampler.process(block)) if self._resampler else block

    def _send(self, block: NDArray[np.float32]) -> None:
        """Write samples of -1..1, at most about BLOCK."""
        raise NotImplementedError

    def _end(self) -> None:
        """Write what follows the last sample."""

    def abandon(self) -> None:
        """Give up a sound whose file is not going to be kept."""


def _clipped(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Clip the peaks that a resampled wave may have between the samples that it was made from."""
    return np.clip(audio, -1.0, 1.0)


class FileSink(AudioSink):
    """A sound that libsndfile encodes; made by `open_audio`.

    Args:
        file: Where the encoded bytes go.
        name: What the file is called in messages.
        container: One of `FORMATS`.
        sample_rate: Samples per second of the sound.
        output_rate: Samples per second of the file.
    """

    def __init__(
        self, file: Writable, *, name: str, container: Container, sample_rate: int, output_rate: int
    ) -> None:
        super().__init__(sample_rate=sample_rate, output_rate=output_rate)
        self._name = name
        container_name, coding = FORMATS[container]
        options: dict[str, Any] = {"subtype": coding, "format": container_name}
        begin: Callable[[bytes], bytes] = bytes
        if container == "mp3" and not can_seek(file):
            options |= {"bitrate_mode": "CONSTANT", "compression_level": MP3_COMPRESSION}
            begin = without_empty_frame
        self._target = EncoderTarget(file, name, begin=begin)
        with self._encoding():
            self._encoder = soundfile.SoundFile(self._target, "w", output_rate, channels=1, **options)

    def _send(self, block: NDArray[np.float32]) -> None:
        with self._encoding():
            self._encoder.write(to_pcm16(block) if self._encoder.subtype == "PCM_16" else block)

    def _end(self) -> None:
        with self._encoding():
            self._encoder.close()
            self._target.finish()

    def abandon(self) -> None:
        """Close the encoder without its last packets, so that no file looks complete that is not."""
        self._target.close()
        with suppress(soundfile.SoundFileError, AssertionError):
            self._encoder.close()

    @contextmanager
    def _encoding(self) -> Iterator[None]:
        """Let the encoder work, and raise why its output could not be written."""
        try:
            yield
        except (soundfile.SoundFileError, AssertionError) as error:
            # After a short write the wrapper of libsndfile raises either.
            reason = OutputError(f"{self._name} cannot be written: {error}")
            raise self._target.failure or reason from error
        if self._target.failure:
            raise self._target.failure


class PipeSink(AudioSink):
    """A stream of 16-bit samples, written as they come; `write` raises BrokenPipeError when the reader has gone.

    The header of a WAV on a pipe says that its length is unknown, as streams do.

    Args:
        pipe: Where to write; it is neither read nor sought.
        container: `wav`, or `raw` for 16-bit little-endian samples and nothing else.
        sample_rate: Samples per second of the sound.
        output_rate: Samples per second of the stream; those of the sound when None.
        name: What the pipe is called in messages.

    Raises:
        OutputError: The container needs an encoder; `open_audio` has them.
        InputError: The sample rate is no positive whole number.
    """

    def __init__(
        self,
        pipe: BinaryIO | Writable,
        *,
        container: str = "wav",
        sample_rate: int = SAMPLE_RATE,
        output_rate: int | None = None,
        name: str = "the pipe",
    ) -> None:
        super().__init__(sample_rate=sample_rate, output_rate=output_rate)
        if container not in PIPE_FORMATS:
            raise OutputError(
                f"{container!r} cannot be written to {name}: expected {' or '.join(PIPE_FORMATS)}"
            )
        self._pipe = pipe
        self._name = name
        # The header waits for the first samples: where none come because of an error, nothing is written.
        self._header = wav_header(self.output_rate) if container == "wav" else b""

    def _send(self, block: NDArray[np.float32]) -> None:
        self._put(self._header + to_pcm16(block).astype("<i2").tobytes())
        self._header = b""

    def _end(self) -> None:
        self._put(self._header)
        self._header = b""

    def _put(self, data: bytes) -> None:
        write_all(self._pipe, data, self._name)
        flush(self._pipe, self._name)


@contextmanager
def open_audio(
    target: Target,
    *,
    container: str | None = None,
    sample_rate: int = SAMPLE_RATE,
    output_rate: int | None = None,
) -> Iterator[AudioSink]:
    """Open a mono sound file to write chunks to.

    A file that is given by its path appears under its name when the block ends well; a named pipe or a device is
    written to as the sound comes. A file object is written to from where it is, and left open. An exception in the
    block passes through unchanged.

    Args:
        target: A path, see `files.open_output`; or a binary file object, which needs no more than `write`.
        container: `wav` and `flac` (16 bit), `ogg` (Vorbis), `opus`, `mp3`, or `raw` (16-bit little-endian samples
            without a header). When None, the suffix of the path decides; a file object gets `wav`.
        sample_rate: Samples per second of the sound that is written.
        output_rate: Samples per second of the file, 8,000 to 48,000; the sound is resampled as it comes. When None,
            those of the sound, or the next ones that the coding has.

    Raises:
        OutputError: The suffix or the container is unknown, the container does not have that rate, the folder is
            missing or not writable, the path no place for sound, or the disk full.
        InputError: A rate is no whole number of its range, or the target is neither a path nor a binary file object.

    Example:
        with open_audio(response, container="opus") as file:
            for chunk in synthesizer.stream(text):
                file.write(chunk.audio)
    """
    is_path = isinstance(target, str | os.PathLike)
    name = os.fspath(cast("str", target)) if is_path else name_of(target)
    known = check_container(container, name) if container is not None else None
    if is_path:
        known = known or container_of(name)
        rate = file_rate(known, sample_rate, output_rate, name=name)
        with open_output(name) as file, _sink(file, name, known, sample_rate, rate) as sink:
            yield sink
        return
    known = known or "wav"
    rate = file_rate(known, sample_rate, output_rate, name=name)
    with _sink(cast(Writable, target), name, known, sample_rate, rate) as sink:
        yield sink


@contextmanager
def _sink(
    file: Writable, name: str, container: Container, sample_rate: int, output_rate: int
) -> Iterator[AudioSink]:
    """Begin a sound in an open file, and end it when the block ends well."""
    sink: AudioSink
    if container == "raw" or (container == "wav" and not can_seek(file)):
        sink = PipeSink(
            file, container=container, sample_rate=sample_rate, output_rate=output_rate, name=name
        )
    else:
        sink = FileSink(
            file, name=name, container=container, sample_rate=sample_rate, output_rate=output_rate
        )
    try:
        yield sink
    except BaseException:
        sink.abandon()
        raise
    sink.finish()


def write_audio(
    target: Target,
    audio: ArrayLike,
    *,
    container: str | None = None,
    sample_rate: int = SAMPLE_RATE,
    output_rate: int | None = None,
) -> None:
    """Write samples in -1..1 to a sound file; see `open_audio` and `AudioSink.write`."""
    samples = mono(audio)
    with open_audio(target, container=container, sample_rate=sample_rate, output_rate=output_rate) as file:
        file.write(samples)


def wav_header(sample_rate: int) -> bytes:
    """Return the header of a 16-bit mono WAV of unknown length."""
    layout = struct.pack("<HHIIHH", 1, 1, sample_rate, 2 * sample_rate, 2, 16)
    parts = (b"RIFF", struct.pack("<I", UNKNOWN_LENGTH), b"WAVEfmt ", struct.pack("<I", len(layout)), layout)
    return b"".join(parts) + b"data" + struct.pack("<I", UNKNOWN_LENGTH)
