"""The files that a book becomes: one sound file with chapters, a file for each chapter, subtitles.

Everything is encoded into the work folder first and appears under its name when it is whole, see `files.open_output`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from ..files import open_output
from ..speech.spoken import SpokenSentence
from .book import Metadata, Picture
from .programme_loudness import Leveller, LoudnessMeter
from .speaking import moved, read_times
from .tags import ChapterMark, Tags, id3_tag
from .timeline import ChapterSound, blocks

Container = Literal["m4b", "mp3", "flac", "opus"]
CONTAINERS: tuple[Container, ...] = get_args(Container)
PEAK = -1.0  # dB of full scale, of the true peak
_COPIED = 1 << 20
_SCRATCH = "encoded"  # a file in the work folder


@dataclass(frozen=True)
class Level:
    """How loud a book is, and by how much it is changed.

    Attributes:
        loudness: Its integrated loudness in LUFS as it was spoken.
        true_peak: Its true peak in dB of full scale.
        gain: What is added, in dB; 0 if no loudness is asked for.
    """

    loudness: float
    true_peak: float
    gain: float


def measure(folder: Path, chapters: Sequence[ChapterSound], target: float | None) -> Level:
    """Measure the loudness of a whole book, and return the gain that brings it to a target in LUFS."""
    meter = LoudnessMeter(chapters[0].sample_rate)
    for chapter in chapters:
        for block in blocks(folder, chapter):
            meter.add(block)
    meter.finish()
    gain = 0.0 if target is None or not np.isfinite(meter.true_peak) else target - meter.loudness
    return Level(meter.loudness, meter.true_peak, gain)


def sound(
    folder: Path, chapters: Sequence[ChapterSound], gain: float | None
) -> Iterator[NDArray[np.float32]]:
    """Yield the sound of chapters one after another.

    Args:
        folder: The work folder.
        chapters: The chapters.
        gain: dB that are added, with a limiter for true peaks; None to change nothing.
    """
    if gain is None:
        for chapter in chapters:
            yield from blocks(folder, chapter)
        return
    leveller = Leveller(gain=gain, peak=PEAK)
    for chapter in chapters:
        for block in blocks(folder, chapter):
            yield leveller.process(block)
    yield leveller.flush()


def marks(chapters: Sequence[ChapterSound]) -> tuple[ChapterMark, ...]:
    """Return where chapters begin and end in one file."""
    found = []
    position = 0
    for chapter in chapters:
        start, position = position, position + chapter.samples
        found.append(ChapterMark(chapter.title, start / chapter.sample_rate, position / chapter.sample_rate))
    return tuple(found)


def book_tags(metadata: Metadata, *, narrator: str, cover: Picture | None) -> Tags:
    """Return what the sound of a whole book says of itself."""
    return Tags(
        title=metadata.title,
        album=metadata.title,
        artist=metadata.author,
        narrator=narrator,
        year=metadata.year,
        publisher=metadata.publisher,
        language=metadata.language,
        description=metadata.description,
        cover=cover,
    )


def write_sound(
    path: Path,
    container: Container,
    folder: Path,
    chapters: Sequence[ChapterSound],
    *,
    tags: Tags,
    gain: float | None,
) -> None:
    """Write the sound of chapters into one file.

    Args:
        path: The file.
        container: What it is.
        folder: The work folder.
        chapters: What is heard in it.
        tags: What it says of itself.
        gain: See `sound`.

    Raises:
        OutputError: It cannot be written.
    """
    rate = chapters[0].sample_rate
    audio = sound(folder, chapters, gain)
    if container == "m4b":
        from .mp4 import open_mp4

        with _scratch(folder, ".m4b") as scratch:
            with open_mp4(scratch, sample_rate=rate, tags=tags) as file:
                for block in audio:
                    file.write(block)
            _publish(scratch, path)
        return
    from ..speech.sinks import open_audio
    from .tagged_files import write_flac, write_opus

    if container == "mp3":
        with open_output(path, needs_file="its header is written last") as out:
            out.write(id3_tag(tags))
            with open_audio(cast(BinaryIO, out), container="mp3", sample_rate=rate) as file:
                for block in audio:
                    file.write(block)
        return
    with _scratch(folder, f".{container}") as scratch:
        with open_audio(scratch, container=container, sample_rate=rate) as file:
            for block in audio:
                file.write(block)
        with scratch.open("rb") as encoded, open_output(path) as out:
            (write_flac if container == "flac" else write_opus)(encoded, out, tags)


@contextmanager
def _scratch(folder: Path, suffix: str) -> Iterator[Path]:
    """Name a file in the work folder, which is removed at the end."""
    path = folder / f"{_SCRATCH}{suffix}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _publish(source: Path, target: Path) -> None:
    with source.open("rb") as encoded, open_output(target) as out:
        shutil.copyfileobj(encoded, out, _COPIED)


def chapter_name(chapter: ChapterSound, *, of: int, suffix: str) -> str:
    """Return the name of a chapter's file: its number, and a short form of its title.

    Example:
        >>> chapter_name(chapter, of=12, suffix=".mp3")
        '03-Down-the-Rabbit-Hole.mp3'
    """
    digits = max(2, len(str(of)))
    words = re.findall(r"[^\W_]+", chapter.title.replace("'", "").replace("’", ""))
    name = "-".join(words)
    while len(name.encode()) > 80:
        name = name[:-1]
    return f"{chapter.number:0{digits}d}-{name.rstrip('-') or 'chapter'}{suffix}"


def write_chapters(
    target: Path,
    container: Container,
    folder: Path,
    chapters: Sequence[ChapterSound],
    *,
    tags: Tags,
    gain: float | None,
) -> Iterator[Path]:
    """Write a file for each chapter, with the same gain for all, and yield its name.

    Args:
        target: The folder of the files, which is there.
        container: What they are.
        folder: The work folder.
        chapters: The chapters.
        tags: What the book says of itself.
        gain: See `sound`.
    """
    suffix = ".m4a" if container == "m4b" else f".{container}"
    for track, chapter in enumerate(chapters, start=1):
        path = target / chapter_name(chapter, of=len(chapters), suffix=suffix)
        own = replace(tags, title=chapter.title, track=track, tracks=len(chapters))
        write_sound(path, container, folder, [chapter], tags=own, gain=gain)
        yield path


def write_subtitles(path: Path, folder: Path, chapters: Sequence[ChapterSound]) -> None:
    """Write when each sentence is heard, as SubRip or WebVTT by the suffix of the file."""
    from ..speech.timings import open_timings

    position = 0.0
    with open_timings(path) as timings:
        for chapter in chapters:
            for sentence in sentences(folder, chapter):
                timings.add(moved(sentence, position))
            position += chapter.seconds


def sentences(folder: Path, chapter: ChapterSound) -> Iterator[SpokenSentence]:
    """Yield the sentences of a chapter with their times in it."""
    for placed in chapter.units:
        for sentence in read_times(folder, placed.sound):
            yield moved(sentence, placed.offset)
