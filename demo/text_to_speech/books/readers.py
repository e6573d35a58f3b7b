"""The door for books of every kind: a file becomes a book, whatever it is, or is refused in one line.

EPUB ──▶ epub ──▶ script.read_html ──┐
HTML, Markdown ──▶ script ───────────┤
DOCX, ODT, FODT ──▶ office ──────────┼──▶ documents ──▶ chapters ──▶ Book
PDF ──▶ pdf ─────────────────────────┤
text ──▶ plain_text ─────────────────┤
SubRip, WebVTT ──▶ captions ─────────┘
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from ..script.document import Document
from ..script.markup_signs import is_page
from .book import Book, BookDocument, Entry, Metadata, bounded
from .chapters import DEPTH, divide
from .epub import Package, decode_markup, read_epub

logger = logging.getLogger(__name__)

LARGEST_BOOK = 2 << 30  # bytes of a file
LARGEST_TEXT = 64 << 20  # bytes of a file that is one text

_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_BEGINNING = 4096


def read_book(path: Path, *, encoding: str | None = None, depth: int = DEPTH) -> Book:
    """Read a book.

    Args:
        path: EPUB, HTML, Markdown, DOCX, ODT, FODT, PDF, plain text, SubRip or WebVTT. What the file is, is told by its
            first bytes, and by its name where these do not tell.
        encoding: Of a text; when None, that which it declares, or UTF-8.
        depth: Levels of the table of contents that begin chapters.

    Raises:
        InputError: It cannot be read, is of another kind, damaged, protected, or exceeds a bound; or has no text.
    """
    kind = kind_of(path)
    if kind == "epub":
        book = _read_epub(path, depth)
    elif kind in ("docx", "odt", "fodt"):
        from .office import read_office

        metadata, document, notes = read_office(path, kind)
        book = _one_document(path, document, metadata, notes=notes, depth=depth)
    elif kind == "pdf":
        from .pdf import read_pdf

        metadata, document, entries, notes = read_pdf(path)
        book = _one_document(path, document, metadata, entries=entries, notes=notes, depth=depth)
    else:
        book = _read_text(path, kind, encoding, depth)
    if not any(block.text for holder in book.documents for block in holder.document.blocks):
        raise InputError(f"{path} has no text in it: expected a book with text", path=path)
    return book


def kind_of(path: Path) -> str:
    """Return what a file is: epub, docx, odt, fodt, pdf, html, markdown, captions or text.

    Raises:
        InputError: It is not there, no regular file, too large, or of a kind that is not read.
    """
    from ..cli.documents import document_of_bytes
    from ..cli.nearest import file_question

    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder: expected a book", path=path)
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
            size = file.seek(0, 2)
    except FileNotFoundError:
        raise InputError(
            f"{path} is not there{file_question(path) or ': expected a book'}", path=path
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", path=path
        ) from error
    if not beginning:
        raise InputError(f"{path} is empty: expected a book", path=path)
    if size > LARGEST_BOOK:
        raise InputError(
            f"{path} has {size >> 20} MiB: expected a book of at most {LARGEST_BOOK >> 20}", path=path
        )
    suffix = path.suffix.lower()
    if beginning.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path, suffix)
    if beginning.lstrip().startswith(b"%PDF-"):
        return "pdf"
    if b"office:document" in beginning and beginning.lstrip().startswith((b"<?xml", b"<office:document")):
        return "fodt"
    by_suffix = {
        ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".xhtml": "html",
        ".srt": "captions", ".vtt": "captions", ".fodt": "fodt", ".epub": "epub", ".docx": "docx", ".odt": "odt",
        ".pdf": "pdf",
    }  # fmt: skip
    if suffix in by_suffix:
        return by_suffix[suffix]
    if beginning.startswith(b"WEBVTT"):
        return "captions"
    if is_page(beginning.decode("latin-1")):
        return "html"
    known = document_of_bytes(beginning)
    if known:
        raise InputError(
            f"{path} is {known.noun}: expected EPUB, HTML, Markdown, DOCX, ODT, PDF, text, SRT or VTT",
            path=path,
        )
    return "text"


def _kind_of_archive(path: Path, suffix: str) -> str:
    from .archive import Archive

    with Archive(path, noun="a book") as archive:
        if archive.find("word/document.xml"):
            return "docx"
        if archive.find("content.xml") and not archive.find("META-INF/container.xml"):
            return "odt"
        if suffix == ".epub" or archive.find("META-INF/container.xml"):
            return "epub"
    raise InputError(f"{path} is a ZIP archive and no book: expected EPUB, DOCX or ODT", path=path)


def _read_epub(path: Path, depth: int) -> Book:
    package = read_epub(path)
    documents = tuple(
        BookDocument(item.path, read_markup(item.source), item.is_linear) for item in package.spine
    )
    chapters, notes = divide(documents, package.entries, title=package.metadata.title, depth=depth)
    return Book(
        metadata=_with_language(package, documents),
        documents=documents,
        chapters=chapters,
        cover=package.cover,
        notes=bounded([*package.notes, *notes]),
        package=package,
    )


def _with_language(package: Package, documents: Sequence[BookDocument]) -> Metadata:
    """Return the facts of a book, with the language of its texts if it does not name one."""
    if package.metadata.language:
        return package.metadata
    found = next((holder.document.language for holder in documents if holder.document.language), "")
    return replace(package.metadata, language=found)


def read_markup(source: str) -> Document:
    """Return the document of XHTML or HTML; offsets are those of the source."""
    from ..script.html_reader import read_html

    # The parser of HTML takes the declaration of XML for text.
    blanked = _XML_DECLARATION.sub(lambda match: " " * len(match[0]), source, count=1)
    return replace(read_html(blanked), source=source)


def _read_text(path: Path, kind: str, encoding: str | None, depth: int) -> Book:
    from ..cli.inputs import check_encoding, decode

    if encoding is not None:
        check_encoding(encoding)
    if path.stat().st_size > LARGEST_TEXT:
        raise InputError(
            f"{path} has more than {LARGEST_TEXT >> 20} MiB: expected the text of a book", path=path
        )
    data = path.read_bytes()
    if kind == "html":
        text = data.decode(encoding) if encoding else decode_markup(data, str(path))
        document = read_markup(_checked(text, path))
        return _one_document(
            path, document, Metadata(document.title or path.stem, language=document.language), depth=depth
        )
    text = decode(data, str(path), encoding=encoding)
    if kind == "captions":
        from .captions import captions_book

        return captions_book(path, text)
    if kind == "markdown":
        from ..script.markdown_reader import read_markdown

        document = read_markdown(text)
    else:
        from .plain_text import read_plain_text

        document = read_plain_text(text)
    return _one_document(path, document, Metadata(document.title or path.stem), depth=depth)


def _checked(text: str, path: Path) -> str:
    if "\0" in text:
        raise InputError(f"{path} is binary: expected a book", path=path)
    return text


def _one_document(
    path: Path,
    document: Document,
    metadata: Metadata,
    *,
    entries: Sequence[Entry] = (),
    notes: Sequence[str] = (),
    depth: int,
) -> Book:
    """Return the book that one document is."""
    documents = (BookDocument(path.name, document),)
    chapters, decided = divide(documents, entries, title=metadata.title, depth=depth)
    return Book(metadata, documents, chapters, notes=bounded([*notes, *decided]))
