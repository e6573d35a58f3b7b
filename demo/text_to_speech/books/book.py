"""The value that every reader of books returns, whatever the book was: facts, documents, contents and chapters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..script.document import Document, DocumentBlock

if TYPE_CHECKING:
    from .captions import Cue
    from .epub import Package

# A role of this room besides those of `script.document`: documents that are outside the order of reading.
NONLINEAR = "nonlinear"

MOST_NOTES = 20  # that a reader gives on a book


@dataclass(frozen=True)
class Metadata:
    """What a book says of itself.

    Attributes:
        title: Its title; never empty.
        authors: Those who wrote it.
        language: BCP 47 tag; empty if the book does not say.
        identifier: What tells it from other books, such as an ISBN.
        publisher: Who published it.
        date: When, as the book writes it.
        description: A few sentences on it.
    """

    title: str
    authors: tuple[str, ...] = ()
    language: str = ""
    identifier: str = ""
    publisher: str = ""
    date: str = ""
    description: str = ""

    @property
    def author(self) -> str:
        """The authors in one line."""
        return ", ".join(self.authors)

    @property
    def year(self) -> str:
        """The year of the date; empty if there is none."""
        return self.date[:4] if self.date[:4].isdigit() else ""


@dataclass(frozen=True)
class Picture:
    """The picture on the cover.

    Attributes:
        data: The bytes of the file.
        media_type: `image/jpeg` or `image/png`.
    """

    data: bytes = field(repr=False)
    media_type: str

    @property
    def suffix(self) -> str:
        """The ending of a file's name, `.jpg` or `.png`."""
        return ".png" if self.media_type == "image/png" else ".jpg"


@dataclass(frozen=True)
class Entry:
    """One line of a table of contents.

    Attributes:
        title: What it says.
        path: Name of the document that it leads to; empty if it leads nowhere, as the title of a part may.
        fragment: The anchor in that document; empty for its beginning.
        level: 1 for the outermost entries.
    """

    title: str
    path: str
    fragment: str = ""
    level: int = 1


@dataclass(frozen=True)
class BookDocument:
    """A document of a book, in the order of reading.

    Attributes:
        path: Its name in the book.
        document: Its blocks.
        is_linear: Whether it belongs to the order; documents of notes may not.
    """

    path: str
    document: Document
    is_linear: bool = True


@dataclass(frozen=True)
class Part:
    """The blocks of a chapter that lie in one document.

    Attributes:
        document: Index of the document in the book.
        start: Index of the first block in the document.
        stop: Index after the last one.
    """

    document: int
    start: int
    stop: int


@dataclass(frozen=True)
class Chapter:
    """A chapter: what a mark in a sound file, or a file of its own, is for.

    Attributes:
        number: 1 for the first one.
        title: Its title; never empty.
        level: 1 for the outermost ones.
        parts: Where its text is.
    """

    number: int
    title: str
    level: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Book:
    """A book.

    Attributes:
        metadata: What it says of itself.
        documents: All of its text in the order of reading.
        chapters: Its chapters, which have every block of the documents once.
        cover: The picture on the cover.
        notes: What is wrong with the book, or was decided about it, a line each.
        package: The EPUB that it was read from.
        cues: The times of the blocks of the only document, where the book is a track of subtitles.
    """

    metadata: Metadata
    documents: tuple[BookDocument, ...]
    chapters: tuple[Chapter, ...]
    cover: Picture | None = None
    notes: tuple[str, ...] = ()
    package: Package | None = None
    cues: tuple[Cue, ...] = ()

    def blocks(self, chapter: Chapter) -> Iterator[tuple[BookDocument, DocumentBlock]]:
        """Yield the blocks of a chapter, each with its document."""
        for part in chapter.parts:
            holder = self.documents[part.document]
            for block in holder.document.blocks[part.start : part.stop]:
                yield holder, block


def bounded(notes: Sequence[str]) -> tuple[str, ...]:
    """Return the first notes, and how many more there are."""
    more = len(notes) - MOST_NOTES
    return (*notes[:MOST_NOTES], *([f"and {more} more of this kind"] if more > 0 else []))


def picture_of(data: bytes) -> Picture | None:
    """Return a picture as what its bytes are; None if they are neither JPEG nor PNG, which players show."""
    if data.startswith(b"\xff\xd8\xff"):
        return Picture(data, "image/jpeg")
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Picture(data, "image/png")
    return None
