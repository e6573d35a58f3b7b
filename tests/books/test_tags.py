"""Tags, covers and chapters of MP3, FLAC, Opus and M4B, as libraries that this project has no part in read them."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from made_books import png
from text_to_speech.books.book import Picture
from text_to_speech.books.mp4 import open_mp4, picture_size
from text_to_speech.books.tagged_files import _checksum, write_flac, write_opus
from text_to_speech.books.tags import ChapterMark, Tags, id3_tag, vorbis_comments
from text_to_speech.errors import OutputError

COVER = Picture(png(), "image/png")
CHAPTERS = tuple(ChapterMark(f"Chapter {n}: “é”", 2.0 * n, 2.0 * n + 2) for n in range(5))
TAGS = Tags(
    title="The “Title” é", album="The Album", artist="An Author", narrator="heart", year="1865", publisher="A House",
    language="en", description="About it.", track=2, tracks=7, cover=COVER, chapters=CHAPTERS,
)  # fmt: skip
RATE = 24_000
SOUND = (0.1 * np.sin(np.arange(10 * RATE) * 0.1)).astype(np.float32)


def encoded(container: str, subtype: str) -> io.BytesIO:
    file = io.BytesIO()
    soundfile.write(file, SOUND, RATE, format=container, subtype=subtype)
    file.seek(0)
    return file


def save(path: Path, tags: Tags = TAGS) -> Path:
    """Write the sound with tags, as what the suffix says."""
    if path.suffix == ".m4b":
        pytest.importorskip("av")
        with open_mp4(path, sample_rate=RATE, tags=tags) as file:
            file.write(SOUND)
        return path
    with path.open("wb") as out:
        if path.suffix == ".flac":
            write_flac(encoded("FLAC", "PCM_16"), out, tags)
        elif path.suffix == ".opus":
            write_opus(encoded("OGG", "OPUS"), out, tags)
        else:
            out.write(id3_tag(tags) + encoded("MP3", "MPEG_LAYER_III").getvalue())
    return path


def probe(path: Path) -> dict[str, Any]:
    if not shutil.which("ffprobe"):
        pytest.skip("FFmpeg is not installed")
    command = [
        "ffprobe",
        "-v",
        "error",
        "-show_format",
        "-show_chapters",
        "-show_streams",
        "-of",
        "json",
        str(path),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stderr == ""
    content: dict[str, Any] = json.loads(run.stdout)
    return content


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".opus", ".m4b"])
def test_ffprobe_reads_tags_chapters_and_cover(tmp_path: Path, suffix: str) -> None:
    found = probe(save(tmp_path / f"a{suffix}"))
    sounds = [stream for stream in found["streams"] if stream["codec_type"] == "audio"]
    tags = {k.lower(): v for k, v in {**sounds[0].get("tags", {}), **found["format"].get("tags", {})}.items()}
    assert (tags["title"], tags["album"], tags["artist"]) == ("The “Title” é", "The Album", "An Author")
    assert tags["date"] == "1865"
    assert tags["track"] in ("2", "2/7")
    assert tags["genre"] == "Audiobook"
    assert [
        (float(c["start_time"]), float(c["end_time"]), c["tags"]["title"]) for c in found["chapters"]
    ] == [(chapter.start, pytest.approx(chapter.end, abs=0.06), chapter.title) for chapter in CHAPTERS]
    pictures = [stream for stream in found["streams"] if stream["disposition"]["attached_pic"]]
    assert [(picture["codec_name"], picture["width"]) for picture in pictures] == [("png", 64)]


@pytest.mark.parametrize("suffix", [".flac", ".opus"])
@pytest.mark.parametrize("size", [100, 70_000, 400_000])
def test_the_sound_stays_the_same_however_long_the_comments_are(
    tmp_path: Path, suffix: str, size: int
) -> None:
    # The comments of Ogg take more pages then, and every page after them gets another number and checksum.
    cover = Picture(b"\x89PNG\r\n\x1a\n" + bytes(size), "image/png")
    path = save(tmp_path / f"a{suffix}", Tags("Title", cover=cover))
    plain = encoded("FLAC", "PCM_16") if suffix == ".flac" else encoded("OGG", "OPUS")
    np.testing.assert_array_equal(soundfile.read(path)[0], soundfile.read(plain)[0])
    if suffix == ".opus":
        data = path.read_bytes()
        numbers, at = [], 0
        while at < len(data):
            lacing = data[at + 27 : at + 27 + data[at + 26]]
            page = data[at : at + 27 + len(lacing) + sum(lacing)]
            number, checksum = struct.unpack_from("<II", page, 18)
            numbers.append(number)
            assert _checksum(page[:22] + bytes(4) + page[26:]) == checksum
            at += len(page)
        assert numbers == list(range(len(numbers)))


def test_tinytag_reads_what_ffprobe_reads(tmp_path: Path) -> None:
    tinytag = pytest.importorskip("tinytag")
    for suffix in (".mp3", ".flac", ".opus"):
        tag = tinytag.TinyTag.get(save(tmp_path / f"a{suffix}"), image=True)
        assert (tag.title, tag.artist, tag.album, tag.track) == (TAGS.title, TAGS.artist, TAGS.album, 2)
        assert tag.images.front_cover.data == COVER.data


def test_more_than_255_chapters_have_tables_of_their_own(tmp_path: Path) -> None:
    chapters = tuple(ChapterMark(f"{n}", n / 100, (n + 1) / 100) for n in range(700))
    path = save(tmp_path / "a.mp3", Tags("Title", chapters=chapters))
    assert path.read_bytes().count(b"CTOC") == 1 + 3
    assert len(probe(path)["chapters"]) == 700


def test_an_id3_tag_has_the_size_that_it_says() -> None:
    tag = id3_tag(TAGS)
    size = sum(byte << shift for byte, shift in zip(tag[6:10], (21, 14, 7, 0), strict=True))
    assert size == len(tag) - 10
    assert id3_tag(Tags("")).startswith(b"ID3\3\0\0")


def test_what_is_empty_is_left_out() -> None:
    assert vorbis_comments(Tags("Only a title")) == [("TITLE", "Only a title"), ("GENRE", "Audiobook")]


@pytest.mark.parametrize("write", [write_flac, write_opus])
@pytest.mark.parametrize("data", [b"", b"RIFF....WAVE", b"OggS" + bytes(40)])
def test_what_is_no_such_file_is_refused(write: Any, data: bytes) -> None:
    with pytest.raises(OutputError, match="encoder has made no"):
        write(io.BytesIO(data), io.BytesIO(), TAGS)


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">HBHHB", 8, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0" + frame + b"\xff\xd9"


@pytest.mark.parametrize(
    ("data", "media_type", "expected"),
    [
        (png(30, 40), "image/png", (30, 40)),
        (jpeg(30, 40), "image/jpeg", (30, 40)),
        (b"\xff\xd8\xff\xe0\x00\x00", "image/jpeg", None),
        (b"\x89PNG\r\n\x1a\n", "image/png", None),
        (png(30, 40)[:16] + bytes(8), "image/png", None),
    ],
)
def test_the_size_of_a_picture_is_that_of_its_header(
    data: bytes, media_type: str, expected: tuple[int, int] | None
) -> None:
    assert picture_size(Picture(data, media_type)) == expected


def test_an_m4b_begins_with_its_index_and_loses_no_sample(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    path = save(tmp_path / "a.m4b")
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert data[4:12] == b"ftypM4B "
    with av.open(str(path)) as container:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert abs(samples.size - SOUND.size) <= 1024
    np.testing.assert_allclose(samples[5_000:200_000], SOUND[5_000:200_000], atol=0.02)


def test_a_damaged_cover_is_left_out(tmp_path: Path) -> None:
    found = probe(save(tmp_path / "a.m4b", Tags("T", cover=Picture(b"\x89PNG\r\n\x1a\n", "image/png"))))
    assert not any(stream["disposition"]["attached_pic"] for stream in found["streams"])
