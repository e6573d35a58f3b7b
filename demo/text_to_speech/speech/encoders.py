"""Sound as bytes while it is made: chunks of samples go in, the bytes of one file or of one stream come out.

    encoder = open_encoder("mp3", source_rate=22_050)
    for chunk in synthesizer.stream(text):
        send(encoder.encode(chunk.audio))
    send(encoder.finish())

There is one encoder for a sound, never one for a chunk: no chunk has a header, a delay or a gap of its own. A *stream*
gives its bytes as soon as they exist and never goes back. A *whole* file gives all of them at the end, with a header
that knows the length; that is what makes an MP3 exact to the sample.

    container   coding             rate, if not asked for   length of what a decoder gives
    pcm         s16le, no header   24,000                   that of the samples
    wav         s16le              of the source            that of the samples
    flac        16 bit             of the source            that of the samples
    opus        Opus in Ogg        24,000                   that of the samples
    mp3         MPEG audio III     of the source            whole: that of the samples; stream: 1,105 more in front
                                                            and up to two frames at the end
    aac         AAC-LC in ADTS     of the source            1,024 more in front and up to a frame at the end
"""

from __future__ import annotations

import importlib
import io
import logging
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from ..errors import InputError, OutputError
from .mp3 import without_empty_frame
from .resampling import Resampler
from .samples import to_pcm16

logger = logging.getLogger(__name__)

PAGE_MILLISECONDS = 100.0  # of an Ogg page: libogg waits for a second of sound if nothing is said
FLAC_COMPRESSION = 0.25  # of libsndfile's 0..1: blocks of 1,152 samples, where the next level has 4,096
OPUS_COMPRESSION = 0.8  # of libsndfile's 0..1: 50 to 70 kbit/s for speech
# Of a constant 64 kbit/s at 16 to 24 kHz: players tell from the first frame how long a stream without a tag is, and
# with a variable bit rate they are wrong by a factor.
MP3_COMPRESSION = 0.6
# The same with lameenc, at the rates for which libsndfile takes that many kbit/s; 3 is LAME's own default of quality.
LAMEENC_BIT_RATE = 64
LAMEENC_QUALITY = 3
LAMEENC_RATES = (16_000, 22_050, 24_000)
AAC_BIT_RATE = 64_000
UNKNOWN_SIZE = 0xFFFFFFFF  # what the header of a streamed WAV says
WAV_HEADER = 44  # bytes
_SET_OGG_PAGE_LATENCY = 0x1302  # SFC_SET_OGG_PAGE_LATENCY_MS of libsndfile's sndfile.h

_ANY_RATES = range(8_000, 48_001)
_MPEG_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)


class _Coding(Protocol):
    """What turns samples of the right rate into bytes."""

    def write(self, audio: NDArray[np.float32]) -> bytes:
        """Take samples; return the bytes that exist now."""

    def close(self) -> bytes:
        """Return the bytes that are left."""


@dataclass(frozen=True)
class Container:
    """One form of sound that can be streamed.

    Attributes:
        media_type: For an HTTP header; `{rate}` stands for the sample rate.
        rates: Samples per second that it can have.
        own_rate: The rate that it has if none is asked for; that of the source when None.
        open: Makes the coding: of a sample rate, whole or as a stream.
    """

    media_type: str
    rates: tuple[int, ...] | range
    own_rate: int | None
    open: Callable[[int, bool], _Coding]


class Encoder:
    """One sound on its way to bytes; made by `open_encoder`.

    Attributes:
        media_type: What the bytes are, for an HTTP header.
        sample_rate: Samples per second of the encoded sound.
        samples: How many samples of that rate went in so far.
    """

    def __init__(self, container: Container, *, source_rate: int, sample_rate: int, whole: bool) -> None:
        self.media_type = container.media_type.format(rate=sample_rate)
        self.sample_rate = sample_rate
        self.samples = 0
        self._resampler = Resampler(source_rate, sample_rate)
        self._coding = container.open(sample_rate, whole)

    def encode(self, audio: NDArray[np.float32]) -> bytes:
        """Take the next samples, float32 [n] in -1..1; return the bytes that exist now, which may be none."""
        return self._write(self._resampler.process(audio))

    def finish(self) -> bytes:
        """End the sound and return the bytes that are left. The encoder cannot be used any more."""
        return self._write(self._resampler.flush()) + self._coding.close()

    def _write(self, audio: NDArray[np.float32]) -> bytes:
        self.samples += audio.size
        return self._coding.write(np.clip(audio, -1.0, 1.0)) if audio.size else b""


def open_encoder(
    container: str, *, source_rate: int, sample_rate: int | None = None, whole: bool = False
) -> Encoder:
    """Begin a mono sound.

    Args:
        container: `pcm`, `wav`, `flac`, `opus`, `mp3` or `aac`.
        source_rate: Samples per second of what goes in.
        sample_rate: Of what comes out; see the table of the module when None.
        whole: Give all bytes at the end, with a header that knows the length.

    Raises:
        InputError: The container is unknown, or cannot have that rate.
        OutputError: The container is `aac`, and the package PyAV is not there.
    """
    form = CONTAINERS.get(container)
    if form is None:
        raise InputError(f"audio format {container!r}: expected one of {', '.join(CONTAINERS)}")
    rate = sample_rate or form.own_rate or source_rate
    if rate not in form.rates:
        known = "8000 to 48000" if isinstance(form.rates, range) else ", ".join(map(str, form.rates))
        raise InputError(f"{container} with {rate} samples a second: expected {known}")
    return Encoder(form, source_rate=source_rate, sample_rate=rate, whole=whole)


def wav_header(sample_rate: int, samples: int | None = None) -> bytes:
    """Return the header of a 16-bit mono WAV; of unknown length, as streams are, when `samples` is None."""
    size = UNKNOWN_SIZE if samples is None else 2 * samples
    riff = UNKNOWN_SIZE if samples is None else WAV_HEADER - 8 + size
    layout = struct.pack("<HHIIHH", 1, 1, sample_rate, 2 * sample_rate, 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I4s4sI", riff, b"WAVE", b"fmt ", 16)
        + layout
        + struct.pack("<4sI", b"data", size)
    )


class _Pcm:
    """16-bit little-endian samples, in a WAV or bare."""

    def __init__(self, sample_rate: int, whole: bool, *, wav: bool) -> None:
        self._rate = sample_rate
        self._kept: list[bytes] | None = [] if whole else None
        self._wav = wav
        self._header = wav_header(sample_rate) if wav and not whole else b""

    def write(self, audio: NDArray[np.float32]) -> bytes:
        data = to_pcm16(audio).astype("<i2").tobytes()
        if self._kept is not None:
            self._kept.append(data)
            return b""
        header, self._header = self._header, b""
        return header + data

    def close(self) -> bytes:
        if self._kept is None:
            return self._header  # of a sound without samples
        data = b"".join(self._kept)
        return (wav_header(self._rate, len(data) // 2) if self._wav else b"") + data


class _Tape(io.RawIOBase):
    """A file that an encoder writes, and whose bytes are taken away at its beginning.

    Encoders go back to the header when they close; of what is taken already, nothing can be changed any more.
    """

    def __init__(self) -> None:
        self._kept = bytearray()
        self._taken = 0  # bytes
        self._position = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._taken + len(self._kept)}[
            whence
        ]
        self._position = base + offset
        return self._position

    def write(self, data: Any, /) -> int:
        view = bytes(data)
        late = max(0, self._taken - self._position)
        at = self._position + late - self._taken
        self._kept[at : at + len(view) - late] = view[late:]
        self._position += len(view)
        return len(view)

    def take(self) -> bytes:
        """Return all bytes that were not taken yet."""
        data = bytes(self._kept)
        self._taken += len(data)
        self._kept.clear()
        return data


class _SoundFile:
    """What libsndfile encodes: FLAC, Ogg Opus, MP3."""

    def __init__(
        self, sample_rate: int, whole: bool, *, file_format: str, coding: str, **options: float | str
    ) -> None:
        self._tape = _Tape()
        self._whole = whole
        self._pcm16 = coding == "PCM_16"
        self._file = soundfile.SoundFile(
            self._tape, "w", sample_rate, channels=1, subtype=coding, format=file_format, **options
        )
        if file_format == "OGG" and not whole:
            _set_page_latency(self._file)

    def write(self, audio: NDArray[np.float32]) -> bytes:
        self._file.write(to_pcm16(audio) if self._pcm16 else audio)
        return b"" if self._whole else self._taken()

    def close(self) -> bytes:
        self._file.close()
        return self._tape.take() if self._whole else self._taken()

    def _taken(self) -> bytes:
        return self._tape.take()


class _Mp3(_SoundFile):
    """MP3. What LAME keeps free for the tag that tells the length is no part of a stream: it would stay empty."""

    def __init__(self, sample_rate: int, whole: bool) -> None:
        super().__init__(
            sample_rate,
            whole,
            file_format="MP3",
            coding="MPEG_LAYER_III",
            bitrate_mode="CONSTANT",
            compression_level=MP3_COMPRESSION,
        )
        self._begins = True

    def _taken(self) -> bytes:
        data = self._tape.take()
        if data and self._begins:
            self._begins = False
            return without_empty_frame(data)
        return data


class _Lameenc:
    """A stream of MP3 by the package lameenc, an extra: the same encoder as libsndfile's, built to be thrice as fast.

    It has no tag, so that it is for streams only.
    """

    def __init__(self, lameenc: Any, sample_rate: int) -> None:
        self._encoder = lameenc.Encoder()
        self._encoder.silence()
        self._encoder.set_channels(1)
        self._encoder.set_in_sample_rate(sample_rate)
        self._encoder.set_bit_rate(LAMEENC_BIT_RATE)
        self._encoder.set_quality(LAMEENC_QUALITY)
        self._is_begun = False

    def write(self, audio: NDArray[np.float32]) -> bytes:
        self._is_begun = True
        return bytes(self._encoder.encode(to_pcm16(audio)))

    def close(self) -> bytes:
        # Without samples there is nothing to flush, and lameenc says so by an error.
        return bytes(self._encoder.flush()) if self._is_begun else b""


def _mp3(sample_rate: int, whole: bool) -> _Coding:
    """Return lameenc's coding where it is installed and makes what libsndfile would make, else libsndfile's."""
    if not whole and sample_rate in LAMEENC_RATES:
        try:
            return _Lameenc(importlib.import_module("lameenc"), sample_rate)
        except ImportError:
            pass
    return _Mp3(sample_rate, whole)


def _set_page_latency(file: soundfile.SoundFile) -> None:
    """Make libsndfile close an Ogg page every tenth of a second of sound.

    The wrapper has no name for that command; without it the stream is the same sound in longer pages.
    """
    try:
        ffi, library = soundfile._ffi, soundfile._snd
        wanted = ffi.new("double*", PAGE_MILLISECONDS)
        library.sf_command(file._file, _SET_OGG_PAGE_LATENCY, wanted, ffi.sizeof("double"))
    except AttributeError:
        logger.warning(
            "this version of soundfile takes no length of Ogg pages: Opus comes a second at a time"
        )


class _Aac:
    """AAC in ADTS frames, by PyAV, which is an extra."""

    def __init__(self, sample_rate: int, whole: bool) -> None:
        try:
            self._av: Any = importlib.import_module("av")
        except ImportError as error:
            raise OutputError(
                "aac needs the package PyAV: pip install 'text-to-speech-demo[aac]', or ask for mp3 or opus"
            ) from error
        self._tape = _Tape()
        self._whole = whole
        self._done = 0
        self._container = self._av.open(self._tape, "w", format="adts")
        self._stream = self._container.add_stream("aac", rate=sample_rate, layout="mono")
        self._stream.bit_rate = min(AAC_BIT_RATE, 6 * sample_rate // 2)
        self._rate = sample_rate

    def write(self, audio: NDArray[np.float32]) -> bytes:
        frame = self._av.AudioFrame.from_ndarray(audio[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate = self._rate
        frame.pts = self._done
        self._done += audio.size
        self._container.mux(self._stream.encode(frame))
        return b"" if self._whole else self._tape.take()

    def close(self) -> bytes:
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._tape.take()


CONTAINERS = {
    "mp3": Container("audio/mpeg", _MPEG_RATES, None, _mp3),
    "opus": Container(
        "audio/ogg; codecs=opus",
        _OPUS_RATES,
        24_000,
        lambda rate, whole: _SoundFile(
            rate, whole, file_format="OGG", coding="OPUS", compression_level=OPUS_COMPRESSION
        ),
    ),
    "aac": Container("audio/aac", _MPEG_RATES, None, _Aac),
    "flac": Container(
        "audio/flac",
        _ANY_RATES,
        None,
        lambda rate, whole: _SoundFile(
            rate, whole, file_format="FLAC", coding="PCM_16", compression_level=FLAC_COMPRESSION
        ),
    ),
    "wav": Container("audio/wav", _ANY_RATES, None, lambda rate, whole: _Pcm(rate, whole, wav=True)),
    "pcm": Container(
        "audio/pcm;rate={rate};channels=1",
        _ANY_RATES,
        24_000,
        lambda rate, whole: _Pcm(rate, whole, wav=False),
    ),
}
