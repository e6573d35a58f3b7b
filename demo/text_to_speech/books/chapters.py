"""Divides a book into chapters: by its table of contents, else by its headings, else by its files.

A chapter begins where an entry of the table of contents leads, which may be in the middle of a file. The text before
the first entry is a chapter of its own, so that every block of the book is in one chapter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import InputError
from ..script.document import DocumentBlock
from .book import BookDocument, Chapter, Entry, Part

DEPTH = 2  # levels of a table of contents that begin chapters, if nobody says otherwise: parts and chapters
LONGEST_TITLE = 200  # characters
BEGINNING = "Beginning"
_MOST_TITLES = 8  # entries of the contents at one point that give a chapter its title


@dataclass(frozen=True, order=True)
class _Mark:
    """Where a chapter begins: the index of a document and of a block in it."""

    document: int
    block: int


def divide(
    documents: Sequence[BookDocument], entries: Sequence[Entry], *, title: str, depth: int = DEPTH
) -> tuple[tuple[Chapter, ...], tuple[str, ...]]:
    """Return the chapters of a book, and a line for each thing that was decided about them.

    Args:
        documents: The documents of the book.
        entries: Its table of contents, which may be empty.
        title: Title of the book, for one that has neither contents nor headings.
        depth: Levels of the contents that begin a chapter.
    """
    notes: list[str] = []
    marks = _marks_of_contents(documents, [entry for entry in entries if entry.level <= depth], notes)
    if not marks:
        marks = _marks_of_headings(documents)
        if entries or not marks:
            why = (
                "its table of contents leads nowhere" if entries else "there is neither contents nor heading"
            )
            notes.append(f"chapters by {'heading' if marks else 'file'}: {why}")
    if not marks:
        marks = _marks_of_documents(documents, title)
    return tuple(_chapters(documents, marks)), tuple(notes)


def _marks_of_contents(
    documents: Sequence[BookDocument], entries: Sequence[Entry], notes: list[str]
) -> dict[_Mark, tuple[str, int]]:
    """Return title and level of each chapter that the contents name, by where it begins.

    Several entries may lead to one point, such as a part and its first chapter: then the chapter has both titles. The
    title of a part without a link belongs to the entry that follows.
    """
    by_path = {document.path: index for index, document in reversed(list(enumerate(documents)))}
    anchors = [_anchors(document) for document in documents]
    found: dict[_Mark, tuple[list[str], int]] = {}
    waiting: list[str] = []
    for entry in entries:
        index = by_path.get(entry.path)
        if index is None:
            if not entry.path:
                waiting = [*waiting, entry.title][-_MOST_TITLES:]
            else:
                notes.append(
                    f"the contents name {entry.title[:60]!r} in {entry.path}, which is not among the texts"
                )
            continue
        if entry.fragment and entry.fragment not in anchors[index]:
            notes.append(
                f"the contents name {entry.title[:60]!r} at #{entry.fragment[:40]}, which {entry.path} lacks"
            )
        mark = _next_block(documents, index, anchors[index].get(entry.fragment, 0))
        titles = found.setdefault(mark, ([], entry.level))[0]
        titles += [title for title in (*waiting, entry.title) if title not in titles][
            : _MOST_TITLES - len(titles)
        ]
        waiting = []
    return {mark: (_joined(titles), level) for mark, (titles, level) in found.items()}


def _anchors(holder: BookDocument) -> dict[str, int]:
    """Return the block that each anchor means: one at the end of a block means the next one."""
    found: dict[str, int] = {}
    for index, block in enumerate(holder.document.blocks):
        length = len(block.raw_text.rstrip())
        for anchor in block.anchors:
            found.setdefault(anchor.name, index + (anchor.at >= length > 0))
    return found


def _next_block(documents: Sequence[BookDocument], document: int, block: int) -> _Mark:
    """Return the mark of a block, or of the first one after it that exists."""
    while document < len(documents) - 1 and block >= len(documents[document].document.blocks):
        document, block = document + 1, 0
    return _Mark(document, block)


def _joined(titles: Sequence[str]) -> str:
    text = ". ".join(title.rstrip(" .:") if title is not titles[-1] else title for title in titles)
    return text[:LONGEST_TITLE]


def _marks_of_headings(documents: Sequence[BookDocument]) -> dict[_Mark, tuple[str, int]]:
    """Return the headings that begin chapters: of the highest level that occurs twice, and of those above."""
    headings = [
        (_Mark(number, index), block)
        for number, holder in enumerate(documents)
        for index, block in enumerate(holder.document.blocks)
        if block.kind == "heading" and holder.is_linear and not block.roles and block.text
    ]
    counts = Counter(block.level for _, block in headings)
    if not counts:
        return {}
    level = min((level for level, count in counts.items() if count > 1), default=max(counts))
    found: dict[_Mark, tuple[str, int]] = {}
    previous: _Mark | None = None
    for mark, block in headings:
        if block.level > level:
            continue
        # A heading right after a higher one belongs to the same chapter: "PART ONE", "Chapter 1".
        if previous and _adjacent(previous, mark) and len(found[previous][0]) < LONGEST_TITLE:
            found[previous] = (_joined([found[previous][0], block.text]), found[previous][1])
            continue
        found[mark] = (block.text[:LONGEST_TITLE], block.level)
        previous = mark
    return found


def _adjacent(first: _Mark, second: _Mark) -> bool:
    return second.document == first.document and second.block == first.block + 1


def _marks_of_documents(documents: Sequence[BookDocument], title: str) -> dict[_Mark, tuple[str, int]]:
    if len(documents) == 1:
        return {_Mark(0, 0): (title, 1)}
    titles = [holder.document.title or f"Part {number}" for number, holder in enumerate(documents, start=1)]
    return {_Mark(number, 0): (text[:LONGEST_TITLE], 1) for number, text in enumerate(titles)}


def _chapters(documents: Sequence[BookDocument], marks: dict[_Mark, tuple[str, int]]) -> Iterator[Chapter]:
    """Yield the chapters that begin at marks, and one for the text before the first of them."""
    starts = sorted(marks)
    first = starts[0]
    before = list(_parts(documents, _Mark(0, 0), first))
    if any(_is_read(documents, part) for part in before):
        marks = {_Mark(0, 0): (_title_of(documents, before), 1), **marks}
        starts.insert(0, _Mark(0, 0))
    else:
        # What is not read, such as the picture of the cover or the contents, belongs to the first chapter.
        marks = {_Mark(0, 0): marks[first], **{mark: value for mark, value in marks.items() if mark != first}}
        starts[0] = _Mark(0, 0)
    ends = [*starts[1:], _Mark(len(documents), 0)]
    for number, (start, stop) in enumerate(zip(starts, ends, strict=True), start=1):
        title, level = marks[start]
        yield Chapter(number, title, level, tuple(_parts(documents, start, stop)))


def _parts(documents: Sequence[BookDocument], start: _Mark, stop: _Mark) -> Iterator[Part]:
    """Yield what lies between two marks, document by document."""
    for index in range(start.document, min(stop.document + 1, len(documents))):
        first = start.block if index == start.document else 0
        last = stop.block if index == stop.document else len(documents[index].document.blocks)
        if first < last:
            yield Part(index, first, last)


def _is_read(documents: Sequence[BookDocument], part: Part) -> bool:
    """Tell whether a part of a document has text that is usually read aloud."""
    holder = documents[part.document]
    blocks = holder.document.blocks[part.start : part.stop]
    return holder.is_linear and any(block.text and not block.roles for block in blocks)


def _title_of(documents: Sequence[BookDocument], parts: Sequence[Part]) -> str:
    """Return the title of the text before the first chapter: that of its first heading."""
    blocks: Iterator[DocumentBlock] = (
        block for part in parts for block in documents[part.document].document.blocks[part.start : part.stop]
    )
    return next(
        (block.text[:LONGEST_TITLE] for block in blocks if block.kind == "heading" and block.text), BEGINNING
    )


def select(chapters: Sequence[Chapter], wanted: str) -> list[Chapter]:
    """Return the chapters that a selection such as "1,3-7,9-" names, in the order of the book.

    Raises:
        InputError: It is no selection, or names a chapter that is not there.
    """
    numbers: set[int] = set()
    for part in wanted.split(","):
        match = re.fullmatch(r"\s*(\d{1,6})\s*(?:(-)\s*(\d{1,6})?)?\s*", part)
        if not match:
            raise InputError(f"chapters {wanted!r}: expected numbers and ranges such as 3-7 or 1,4,9-")
        first = int(match[1])
        last = int(match[3]) if match[3] else (len(chapters) if match[2] else first)
        if not 1 <= first <= last <= len(chapters):
            raise InputError(f"chapters {part.strip()!r}: the book has the chapters 1 to {len(chapters)}")
        numbers.update(range(first, last + 1))
    return [chapter for chapter in chapters if chapter.number in numbers]
