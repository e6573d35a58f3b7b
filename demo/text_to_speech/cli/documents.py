"""Documents that are no plain text, told by their first bytes or their names, and what to do with each kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BEGINNING = 4096  # bytes of a file that are looked at


@dataclass(frozen=True)
class Document:
    """A kind of document that this command does not read.

    Attributes:
        noun: What it is called in a message.
        suffixes: The endings of its names.
        magic: What its bytes begin with.
        advice: How a user gets plain text out of it.
    """

    noun: str
    suffixes: tuple[str, ...]
    magic: re.Pattern[bytes] | None
    advice: str


_BOOK = "convert it to a text file first, for example with ebook-convert or pandoc"
_OFFICE = "save it as plain text from a word processor, or convert it with pandoc"
_SOUND = "expected a text; vocoder-demo speaks recordings again"
_OTHER = "expected a text file"


def _beginning(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)


# The first kind that fits counts: an EPUB and a DOCX are ZIP archives too.
KINDS = (
    Document("an EPUB book", (".epub",), _beginning(rb"PK\x03\x04.{26}mimetypeapplication/epub"), _BOOK),
    Document(
        "an e-book", (".mobi", ".azw", ".azw3", ".fb2"), _beginning(rb".{60}(BOOKMOBI|TEXtREAd)"), _BOOK
    ),
    Document(
        "a PDF document",
        (".pdf",),
        _beginning(rb"\s*%PDF-"),
        "convert it to a text file first, for example with pdftotext",
    ),
    Document("a Word document", (".docx",), _beginning(rb"PK\x03\x04.{0,3000}word/"), _OFFICE),
    Document(
        "an OpenDocument file",
        (".odt", ".ods", ".odp"),
        _beginning(rb"PK\x03\x04.{26}mimetypeapplication/vnd"),
        _OFFICE,
    ),
    Document("an old Office document", (".doc",), _beginning(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), _OFFICE),
    Document("an RTF document", (".rtf",), _beginning(rb"\{\\rtf"), _OFFICE),
    Document(
        "a web archive",
        (".mhtml", ".mht"),
        _beginning(
            rb"(From:[^\n]{0,500}\r?\n.{0,2000}?)?(MIME-Version:.{0,2000}?)?Content-Type:\s*multipart/related"
        ),
        "save the page as HTML in the browser",
    ),
    Document("a ZIP archive", (".zip",), _beginning(rb"PK\x03\x04"), _OTHER),
    Document(
        "a compressed file",
        (".gz", ".xz", ".bz2", ".zst"),
        _beginning(rb"\x1f\x8b|\xfd7zXZ|BZh\d1AY"),
        _OTHER,
    ),
    Document("a picture", (".png", ".jpg", ".jpeg"), _beginning(rb"\x89PNG|\xff\xd8\xff|GIF8[79]a"), _OTHER),
    Document(
        "a sound file",
        (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a"),
        _beginning(rb"RIFF....WAVE|fLaC|OggS|ID3[\x02-\x04]"),
        _SOUND,
    ),
)


def document_of_bytes(data: bytes) -> Document | None:
    """Return the kind of document that bytes begin as; None for everything that may be text."""
    beginning = data[:_BEGINNING]
    return next((kind for kind in KINDS if kind.magic and kind.magic.match(beginning)), None)


def document_of_name(name: str) -> Document | None:
    """Return the kind of document that the ending of a file name means; None for everything that may be text."""
    suffix = Path(name).suffix.lower()
    return next((kind for kind in KINDS if suffix in kind.suffixes), None)
