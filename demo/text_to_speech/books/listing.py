"""What is printed of a book before it is spoken: its chapters, and exactly what would be spoken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from ..cli.progress import USUAL_PACE, clock_time
from ..script.document_script import CODE_LEFT_OUT
from .book import Book, Chapter
from .casting import without_marks
from .rules import all_roles
from .units import left_out, spoken_blocks


def chapter_lines(book: Book, speak: Collection[str], *, alpha: float = 1.0) -> Iterator[str]:
    """Yield a line for each chapter: number, estimated length, and title."""
    yield f"{book.metadata.title}{f', by {book.metadata.author}' if book.metadata.author else ''}"
    total = 0.0
    for chapter in book.chapters:
        seconds = spoken_characters(book, chapter, speak) / USUAL_PACE * alpha
        total += seconds
        yield f"{chapter.number:4}  {clock_time(seconds):>8}  {'  ' * (chapter.level - 1)}{chapter.title}"
    yield f"      {clock_time(total):>8}  in all, about"
    yield from (f"note: {note}" for note in book.notes)


def spoken_characters(book: Book, chapter: Chapter, speak: Collection[str]) -> int:
    """Return how many characters of a chapter are spoken."""
    return sum(len(block.text) for _, block in spoken_blocks(book, chapter, speak))


def dry_run(book: Book, chapters: Sequence[Chapter], speak: Collection[str]) -> Iterator[str]:
    """Yield what would be spoken, a line for each block, and after each chapter what is left out of it and why."""
    counts: Counter[str] = Counter()
    for chapter in chapters:
        yield f"== {chapter.number}. {chapter.title} =="
        for _, block in spoken_blocks(book, chapter, speak):
            if block.kind == "rule":
                yield "* * *"
            else:
                yield _spoken(block.text) if block.roles <= set(speak) else CODE_LEFT_OUT
        skipped = [found for pair in book.blocks(chapter) for found in left_out(*pair, speak)]
        for role, text in skipped:
            counts[role] += len("".join(text.split()))
            yield f"[left out, {role}] {' '.join(text.split())}"
        yield ""
    for role, count in sorted(counts.items()):
        yield f"left out: {all_roles()[role]} ({role}), {count} characters"
    yield from (f"note: {note}" for note in book.notes)


def _spoken(text: str) -> str:
    """Return a text as it is spoken, without the marks that name voices."""
    bare = without_marks(text)
    return text if bare == text else " ".join(bare.split())
