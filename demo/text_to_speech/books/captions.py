"""Subtitles as a track that is spoken in time: SubRip (.srt) and WebVTT (.vtt)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .book import Book, BookDocument, Chapter, Metadata, Part
from .made_document import DocumentMaker

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[,.](\d{1,3})"
_ARROW = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<\d{2}:\d{2}[^<>]{0,20}>|\{\\[^{}]{0,100}\}")
_SILENT_BLOCKS = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True)
class Cue:
    """When a subtitle is shown, in seconds."""

    start: float
    end: float


def captions_book(path: Path, text: str) -> Book:
    """Return the book of a track of subtitles, a paragraph each, with their times.

    Raises:
        InputError: There is no subtitle in it, or one ends before it begins.
    """
    maker = DocumentMaker()
    cues: list[Cue] = []
    for cue, spoken, line in _cues(text):
        if cue.end < cue.start:
            raise InputError(f"{path}, line {line}: a subtitle that ends before it begins", path=path)
        before = maker.count
        maker.add("paragraph", spoken)
        if maker.count > before:
            cues.append(cue)
    if not cues:
        raise InputError(f"{path} has no subtitle with text: expected SubRip or WebVTT", path=path)
    document = maker.finish()
    ordered = sorted(range(len(cues)), key=lambda index: cues[index].start)
    blocks = tuple(document.blocks[index] for index in ordered)
    holder = BookDocument(path.name, type(document)(document.source, blocks))
    chapter = Chapter(1, path.stem, 1, (Part(0, 0, len(blocks)),))
    return Book(Metadata(path.stem), (holder,), (chapter,), cues=tuple(cues[index] for index in ordered))


def _cues(text: str) -> Iterator[tuple[Cue, str, int]]:
    """Yield the time, the text and the number of the line of each subtitle."""
    block: list[str] = []
    first = 1
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.strip():
            if not block:
                first = number
            block.append(line)
            continue
        if block and not block[0].startswith(_SILENT_BLOCKS):
            for at, candidate in enumerate(block[:2]):
                if match := _ARROW.fullmatch(candidate):
                    words = " ".join(html.unescape(_TAG.sub("", row)).strip() for row in block[at + 1 :])
                    yield (
                        Cue(_seconds(match.groups()[:4]), _seconds(match.groups()[4:])),
                        words.strip(),
                        first + at,
                    )
                    break
        block = []


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + float(f"0.{fraction}")
