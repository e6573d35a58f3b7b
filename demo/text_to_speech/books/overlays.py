"""Media overlays of EPUB 3 (https://www.w3.org/TR/epub-33/#sec-media-overlays): which sound belongs to which element.

The clips of a document follow one another without a gap: the pause after a sentence belongs to its clip, so that a
reading system that plays clip after clip plays everything.
"""

from __future__ import annotations

import html
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..script.script import Script
from ..speech.spoken import SpokenWord
from .marked_text import Span
from .speaking import read_times
from .timeline import ChapterSound, PlacedUnit

Highlight = Literal["sentence", "word"]


@dataclass(frozen=True)
class Heard:
    """A stretch of a document's source, and when it begins to be heard.

    Attributes:
        span: Where it is in the source.
        chapter: Index of the chapter whose sound it is in.
        words: Offset in the source and seconds in the chapter of each of its words.
    """

    span: Span
    chapter: int
    words: tuple[tuple[int, float], ...]

    @property
    def begin(self) -> float:
        """When it begins, in seconds of the chapter."""
        return self.words[0][1]


@dataclass(frozen=True)
class Clip:
    """A part of a sound for an element.

    Attributes:
        mark: Identifier of the element.
        chapter: Index of the chapter.
        begin: Seconds in the sound of the chapter.
        end: Seconds; those at which the next clip begins.
    """

    mark: str
    chapter: int
    begin: float
    end: float


def heard_in(
    folder: Path, chapter: int, placed: PlacedUnit, script: Script, highlight: Highlight
) -> Iterator[Heard]:
    """Yield what is heard in a unit, sentence by sentence or word by word.

    Args:
        folder: The work folder.
        chapter: Index of the chapter.
        placed: The unit.
        script: Its script, which leads from the offsets of its times to those of the document.
        highlight: What is marked.
    """
    for sentence in read_times(folder, placed.sound):
        if highlight == "sentence":
            yield from _heard(chapter, placed, script, [sentence.words])
        else:
            yield from _heard(chapter, placed, script, [(word,) for word in sentence.words])


def _heard(
    chapter: int, placed: PlacedUnit, script: Script, groups: Iterable[Sequence[SpokenWord]]
) -> Iterator[Heard]:
    for group in groups:
        words = []
        stop = 0
        for word in group:
            start, end = script.span(*word.span)
            words.append((start, word.start + placed.offset))
            stop = max(stop, end)
        if words:
            yield Heard(Span(min(start for start, _ in words), stop), chapter, tuple(words))


def in_order(heard: Iterable[Heard]) -> list[Heard]:
    """Return what is heard in the order of the source, without what overlaps: parts of one word share its span."""
    found: list[Heard] = []
    for one in sorted(heard, key=lambda one: (one.span.start, one.begin)):
        if not found or one.span.start >= found[-1].span.end:
            found.append(one)
    return found


def clips(
    heard: Sequence[Heard],
    marks: Sequence[Sequence[tuple[str, int]]],
    *,
    ends: dict[int, tuple[float, float]],
) -> list[Clip]:
    """Return the clips of a document.

    Args:
        heard: What is heard in it, in the order of the source.
        marks: The marks that each of it has: identifier and offset in the source.
        ends: From when to when the document is heard in each chapter, by the chapter's index.
    """
    points: list[tuple[int, float, str]] = []
    for one, own in zip(heard, marks, strict=True):
        for number, (mark, offset) in enumerate(own):
            later = [begin for at, begin in one.words if at >= offset]
            begin = one.begin if number == 0 else (later[0] if later else one.words[-1][1])
            points.append((one.chapter, begin, mark))
    points.sort(key=lambda point: point[:2])
    found = []
    for index, (chapter, begin, mark) in enumerate(points):
        is_first = index == 0 or points[index - 1][0] != chapter
        is_last = index + 1 == len(points) or points[index + 1][0] != chapter
        start = ends[chapter][0] if is_first else begin
        end = ends[chapter][1] if is_last else points[index + 1][1]
        if end > start:
            found.append(Clip(mark, chapter, start, end))
    return found


def smil(clips: Sequence[Clip], *, text: str, sounds: Sequence[str], own: str) -> str:
    """Return the overlay of a document.

    Args:
        clips: What is heard, in order.
        text: Name of the document in the archive.
        sounds: Names of the sound files of the chapters.
        own: Name of the overlay.
    """
    folder = posixpath.dirname(own)
    page = reference(text, folder)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<smil xmlns="http://www.w3.org/ns/SMIL" version="3.0">',
        "<body>",
    ]
    for number, clip in enumerate(clips, start=1):
        sound = reference(sounds[clip.chapter], folder)
        lines.append(
            f'<par id="p{number}"><text src="{page}#{clip.mark}"/>'
            f'<audio src="{sound}" clipBegin="{clock(clip.begin)}" clipEnd="{clock(clip.end)}"/></par>'
        )
    return "\n".join([*lines, "</body>", "</smil>", ""])


def duration(clips: Sequence[Clip]) -> float:
    """Return how long clips are heard, in seconds, as their written times have it."""
    return sum(round(clip.end, 3) - round(clip.begin, 3) for clip in clips)


def clock(seconds: float) -> str:
    """Return a clock value of SMIL, "0:01:02.345"."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def reference(name: str, folder: str) -> str:
    """Return the reference from a folder of the archive to a file in it."""
    from urllib.parse import quote

    return html.escape(quote(posixpath.relpath(name, folder or ".")))


def bounds(chapters: Sequence[ChapterSound], documents: int) -> list[dict[int, tuple[float, float]]]:
    """Return from when to when each document is heard in each chapter: together they are all of its sound."""
    found: list[dict[int, tuple[float, float]]] = [{} for _ in range(documents)]
    for index, chapter in enumerate(chapters):
        runs: list[tuple[int, float]] = []
        for placed in chapter.units:
            begin = placed.offset + placed.sound.first
            if not runs:
                begin = 0.0
            if not runs or runs[-1][0] != placed.unit.document:
                runs.append((placed.unit.document, begin))
        ends = [*(begin for _, begin in runs[1:]), chapter.seconds]
        for (document, begin), end in zip(runs, ends, strict=True):
            found[document][index] = (begin, end)
    return found
