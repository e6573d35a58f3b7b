"""AAC in MP4 by PyAV: the M4B of a book, with chapters and cover, and the M4A of a chapter.

AAC begins with 1,024 samples that belong to no sound; the edit list of MP4 tells players so. That is why times in it
are exact, and seeking is too, which MP3 does not offer.
"""

from __future__ import annotations

import importlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from .book import Picture
from .tags import GENRE, Tags

BIT_RATE = 64_000
_BLOCK = 4_096  # samples that the encoder is given at once
_COVER_CLOCK = Fraction(1, 90_000)
_MARK_CLOCK = Fraction(1, 1000)
_AUDIOBOOK = "2"  # Apple's kind of a medium, `stik`


def pyav() -> Any:
    """Return the package PyAV.

    Raises:
        OutputError: It is not installed.
    """
    try:
        return importlib.import_module("av")
    except ImportError as error:
        raise OutputError(
            "M4B and EPUB need the package PyAV: pip install 'text-to-speech-demo[books]', or ask for mp3, flac or opus"
        ) from error


class Mp4File:
    """An open MP4 that takes sound; made by `open_mp4`."""

    def __init__(self, av: Any, container: Any, *, sample_rate: int) -> None:
        self._av = av
        self._container = container
        self._rate = sample_rate
        self._stream = container.add_stream("aac", rate=sample_rate, layout="mono")
        self._stream.bit_rate = min(BIT_RATE, 3 * sample_rate)
        self._done = 0

    def begin(self, cover: Picture | None) -> None:
        """Write the header, and the cover as the one frame of an attached picture."""
        stream = None
        if cover and (size := picture_size(cover)):
            stream = self._container.add_stream("png" if cover.media_type == "image/png" else "mjpeg")
            stream.width, stream.height = size
            stream.pix_fmt = "rgb24" if cover.media_type == "image/png" else "yuvj420p"
            stream.disposition = self._av.stream.Disposition.attached_pic
        self._container.start_encoding()
        if stream is not None and cover:
            packet = self._av.Packet(cover.data)
            packet.stream = stream
            packet.pts = packet.dts = 0
            packet.time_base = _COVER_CLOCK
            packet.is_keyframe = True
            self._container.mux(packet)

    def write(self, audio: NDArray[np.float32]) -> None:
        """Append samples, float32 [n] in -1..1."""
        for start in range(0, audio.size, _BLOCK):
            block = np.ascontiguousarray(audio[start : start + _BLOCK])
            frame = self._av.AudioFrame.from_ndarray(block[np.newaxis], format="fltp", layout="mono")
            frame.sample_rate = self._rate
            frame.pts = self._done
            frame.time_base = Fraction(1, self._rate)
            self._done += block.size
            self._container.mux(self._stream.encode(frame))

    def end(self) -> None:
        """Write what the encoder still holds."""
        self._container.mux(self._stream.encode(None))


@contextmanager
def open_mp4(path: Path, *, sample_rate: int, tags: Tags) -> Iterator[Mp4File]:
    """Open an MP4 to write mono sound to; its index is put in front of the sound, so that it plays while it loads.

    Args:
        path: A regular file, which is written over.
        sample_rate: Samples per second.
        tags: What the file says of itself, its chapters and its cover.

    Raises:
        OutputError: PyAV is not installed, or FFmpeg cannot write the file.
    """
    av = pyav()
    try:
        with av.open(
            str(path), "w", format="mp4", options={"movflags": "+faststart", "brand": "M4B "}
        ) as container:
            container.metadata.update(_metadata(tags))
            file = Mp4File(av, container, sample_rate=sample_rate)
            if tags.chapters:
                container.set_chapters([_chapter(number, mark) for number, mark in enumerate(tags.chapters)])
            file.begin(tags.cover)
            yield file
            file.end()
    except av.error.FFmpegError as error:
        raise OutputError(f"{path} cannot be written: {error}", path=path) from error


def _chapter(number: int, mark: Any) -> dict[str, Any]:
    return {
        "id": number,
        "start": round(mark.start * 1000),
        "end": round(mark.end * 1000),
        "time_base": _MARK_CLOCK,
        "metadata": {"title": mark.title},
    }


def _metadata(tags: Tags) -> dict[str, str]:
    values = {
        "title": tags.title,
        "album": tags.album,
        "artist": tags.artist,
        "album_artist": tags.artist,
        "composer": tags.narrator,
        "date": tags.year,
        "genre": GENRE,
        "comment": tags.description,
        "publisher": tags.publisher,
        "track": f"{tags.track}/{tags.tracks}" if tags.track else "",
        "media_type": _AUDIOBOOK,
    }
    return {name: text for name, text in values.items() if text}


def picture_size(picture: Picture) -> tuple[int, int] | None:
    """Return width and height of a JPEG or PNG in pixels; None if its header is damaged."""
    data = picture.data
    if picture.media_type == "image/png":
        if len(data) < 24 or data[12:16] != b"IHDR":
            return None
        width, height = struct.unpack_from(">II", data, 16)
        return (width, height) if width and height else None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        # The frame's header, of which there are several kinds; three other segments have numbers between them.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return (width, height) if width and height else None
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
