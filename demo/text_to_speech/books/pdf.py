"""PDF: the text layer as paragraphs, without running heads, page numbers, hyphens at line ends, and ligatures.

A PDF has glyphs at positions and no paragraphs. pdfminer.six puts them into lines and boxes; here lines become
paragraphs, by their indentation and by where they end. What repeats at the edge of pages is a running head.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, OutputError
from ..script.document import Document
from .book import Entry, Metadata
from .made_document import DocumentMaker

MOST_PAGES = 10_000
LARGEST_PDF = 512 << 20  # bytes
EDGE = 0.11  # of the height of a page: running heads and page numbers are so near its edge
REPEATED = 3  # pages on which a line at the edge has to be, to be a running head
HEADING_SIZE = 1.15  # times the usual size of letters
_LIGATURES = {ord(c): unicodedata.normalize("NFKC", c) for c in "ﬀﬁﬂﬃﬄﬅﬆ"}
_SOFT_HYPHEN = "\u00ad"
_PAGE_NUMBER = re.compile(
    r"(?:page\s+)?[-–—\[(]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*[-–—\])]?(?:\s+of\s+\d{1,4})?", re.IGNORECASE
)
_ENDS = re.compile(r"[.!?:;…][\"'”’»)\]]*$")


@dataclass(frozen=True)
class Line:
    """A line on a page.

    Attributes:
        text: Its characters.
        page: Number of the page, from 0.
        left: Where it begins, in points.
        right: Where it ends.
        top: Distance of its upper edge from the bottom of the page.
        bottom: The same of its lower edge.
        height: Height of the page.
        size: Height of its letters.
        box: Number of the box that it is in.
    """

    text: str
    page: int
    left: float
    right: float
    top: float
    bottom: float
    height: float
    size: float
    box: int

    @property
    def is_at_edge(self) -> bool:
        """Whether it is at the upper or lower edge of the page."""
        return self.bottom > self.height * (1 - EDGE) or self.top < self.height * EDGE


def read_pdf(path: Path) -> tuple[Metadata, Document, tuple[Entry, ...], tuple[str, ...]]:
    """Read a PDF.

    Returns:
        What it says of itself, its text, its outline as a table of contents, and what was decided about it.

    Raises:
        InputError: It is damaged, encrypted, or has no text layer.
        OutputError: The package pdfminer.six is not installed.
    """
    if path.stat().st_size > LARGEST_PDF:
        raise InputError(
            f"{path} has more than {LARGEST_PDF >> 20} MiB: expected the PDF of a text", path=path
        )
    try:
        lines, pages, outline, facts = _extract(path)
    except ImportError as error:
        raise OutputError(
            "a PDF needs the package pdfminer.six: pip install 'text-to-speech-demo[books]'"
        ) from error
    if not lines:
        raise InputError(
            f"{path} has no text layer, only pictures of pages: recognise its text (OCR) first", path=path
        )
    maker = DocumentMaker()
    _add_blocks(maker, lines)
    without = sorted(set(range(pages)) - {line.page for line in lines})
    notes = [f"pages without text: {_listed(without)}"] if without else []
    title = facts.get("Title") or path.stem
    metadata = Metadata(title, authors=tuple(filter(None, [facts.get("Author", "")])))
    entries = tuple(Entry(name, path.name, f"page-{page}", level) for level, name, page in outline)
    return metadata, maker.finish(title=title), entries, tuple(notes)


def _listed(pages: Sequence[int]) -> str:
    shown = ", ".join(str(page + 1) for page in pages[:20])
    return shown + (f" and {len(pages) - 20} more" if len(pages) > 20 else "")


def _extract(path: Path) -> tuple[list[Line], int, list[tuple[int, str, int]], dict[str, str]]:
    """Return the lines, the number of pages, the outline and the facts of a PDF."""
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser
    from pdfminer.psexceptions import PSException

    try:
        with path.open("rb") as file:
            document = PDFDocument(PDFParser(file))
            numbers = {page.pageid: number for number, page in enumerate(PDFPage.create_pages(document))}
            if len(numbers) > MOST_PAGES:
                raise InputError(f"{path} has {len(numbers)} pages: expected at most {MOST_PAGES}", path=path)
            outline = list(_outline(document, numbers))
            facts = _facts(document)
        lines = [
            line
            for number, page in enumerate(extract_pages(path, laparams=LAParams()))
            for line in _lines(page, number)
        ]
    except (PDFException, PSException) as error:
        name = type(error).__name__
        if "Password" in name or "Encryption" in name:
            raise InputError(f"{path} is encrypted: expected a PDF without a password", path=path) from error
        raise InputError(
            f"{path} is damaged: it cannot be read as a PDF ({error or name})", path=path
        ) from error
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        if isinstance(error, InputError):
            raise
        # The parser meets what a damaged file holds with errors of every kind.
        raise InputError(f"{path} is damaged: it cannot be read as a PDF ({error})", path=path) from error
    return lines, len(numbers), outline, facts


def _lines(page: Any, number: int) -> Iterator[Line]:
    """Yield the lines of a page in the order of reading."""
    from pdfminer.layout import LTChar, LTTextBox

    for box_number, box in enumerate(one for one in page if isinstance(one, LTTextBox)):
        for line in box:
            text = " ".join(line.get_text().translate(_LIGATURES).replace("\0", " ").split())
            sizes = [character.size for character in line if isinstance(character, LTChar)]
            if text and sizes:
                size = sorted(sizes)[len(sizes) // 2]
                yield Line(text, number, line.x0, line.x1, line.y1, line.y0, page.height, size, box_number)


def _outline(document: Any, numbers: dict[Any, int]) -> Iterator[tuple[int, str, int]]:
    """Yield level, title and page of the outline's entries that lead to a page."""
    from pdfminer.pdfdocument import PDFNoOutlines
    from pdfminer.pdftypes import resolve1

    try:
        found = list(document.get_outlines())
    except PDFNoOutlines:
        return
    for level, title, target, action, _ in found:
        goal = resolve1(target) if target else None
        if goal is None and action:
            goal = resolve1(resolve1(action).get("D"))
        if isinstance(goal, bytes):
            goal = resolve1(document.get_dest(goal))
        goal = resolve1(goal.get("D")) if isinstance(goal, dict) else goal
        page = numbers.get(getattr(goal[0], "objid", None)) if isinstance(goal, list) and goal else None
        if page is not None and str(title).strip():
            yield level, " ".join(str(title).split()), page


def _facts(document: Any) -> dict[str, str]:
    from pdfminer.utils import decode_text

    found = {}
    for info in document.info[:1]:
        for name in ("Title", "Author"):
            value = info.get(name)
            if isinstance(value, bytes):
                found[name] = " ".join(decode_text(value).split())
    return found


def _add_blocks(maker: DocumentMaker, lines: Sequence[Line]) -> None:
    """Add the paragraphs and headings of all pages, and the running heads as what they are."""
    heads = _running_heads(lines)
    usual = _usual_size(lines)
    sizes = sorted({round(line.size) for line in lines if line.size > usual * HEADING_SIZE}, reverse=True)
    spelling = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(line.text for line in lines).lower()))
    page = -1
    anchors: list[str] = []
    for group in _paragraphs([line for line in lines if line not in heads], usual):
        if group[0].page != page:
            for head in (line for line in lines if line in heads and page < line.page <= group[0].page):
                maker.add("paragraph", head.text, roles={"pagebreak"})
            anchors = [f"page-{number}" for number in range(page + 1, group[0].page + 1)]
            page = group[0].page
        text = joined([line.text for line in group], spelling)
        size = group[0].size
        if size > usual * HEADING_SIZE and len(text) <= 200:
            level = min(1 + sizes.index(round(size)) if round(size) in sizes else 3, 6)
            maker.add("heading", text, level=level, anchors=anchors)
        else:
            maker.add("paragraph", text, anchors=anchors)
        anchors = []
    for head in (line for line in lines if line in heads and line.page > page):
        maker.add("paragraph", head.text, roles={"pagebreak"})


def _usual_size(lines: Sequence[Line]) -> float:
    """Return the size of letters that most of the text has."""
    counts: Counter[float] = Counter()
    for line in lines:
        counts[round(line.size * 2) / 2] += len(line.text)
    return counts.most_common(1)[0][0]


def _running_heads(lines: Sequence[Line]) -> set[Line]:
    """Return the lines at the edges of pages that are page numbers, or that are there again and again."""
    edges = [line for line in lines if line.is_at_edge]
    pages: dict[str, set[int]] = {}
    for line in edges:
        pages.setdefault(_without_digits(line.text), set()).add(line.page)
    return {
        line
        for line in edges
        if _PAGE_NUMBER.fullmatch(line.text) or len(pages[_without_digits(line.text)]) >= REPEATED
    }


def _without_digits(text: str) -> str:
    return re.sub(r"\d+", "#", text.lower())


def _paragraphs(lines: Sequence[Line], usual: float) -> Iterator[list[Line]]:
    """Yield the lines of each paragraph."""
    group: list[Line] = []
    for line in lines:
        if group and _begins_paragraph(group, line, usual):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _begins_paragraph(group: Sequence[Line], line: Line, usual: float) -> bool:
    """Tell whether a line begins a paragraph and does not go on with the one before."""
    last = group[-1]
    if abs(line.size - last.size) > 0.1 * usual:
        return True
    if line.page != last.page or line.box != last.box:
        # A paragraph goes on across pages, columns and boxes where its sentence does.
        return bool(_ENDS.search(last.text)) or not (line.text[0].islower() or last.text.endswith(("-", ",")))
    if last.bottom - line.top > 0.9 * usual:
        return True
    left = min(other.left for other in group[1:] or group)
    return line.left > left + 0.8 * usual and len(group) > 1 and bool(_ENDS.search(last.text))


def joined(lines: Sequence[str], spelling: Counter[str]) -> str:
    """Return lines as one text; a word that a hyphen divides at a line's end is whole again.

    A hyphen that belongs to the word stays, as the rest of the text tells: "well-" and "known" are "well-known" where
    the text has that word elsewhere and not "wellknown".
    """
    text = ""
    for line in lines:
        if text.endswith(_SOFT_HYPHEN):
            text = text[:-1] + line
        elif re.search(r"[^\W\d_]-$", text) and line[:1].islower():
            first, second = re.search(r"[\w-]+$", text), re.match(r"\w+", line)
            parts = (first[0].lower() if first else "", second[0].lower() if second else "")
            keeps = spelling[parts[0] + parts[1]] > spelling[parts[0][:-1] + parts[1]]
            text = (text if keeps else text[:-1]) + line
        elif re.search(r"[^\W\d_]-$", text):
            text += line
        else:
            text += f" {line}" if text else line
    return text.replace(_SOFT_HYPHEN, "")
