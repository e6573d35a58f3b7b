"""The package document of an EPUB 3 with media overlays: metadata, manifest and spine (EPUB 3.3, section 5)."""

from __future__ import annotations

import html
import posixpath
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from .book import Book
from .epub import Item
from .marked_text import escaped
from .overlays import Clip, clock, duration, reference

ACTIVE = "-epub-media-overlay-active"  # the class of what is heard
SMIL_TYPE = "application/smil+xml"


@dataclass(frozen=True)
class Page:
    """A document with its overlay.

    Attributes:
        number: 1 for the first one; the name of the overlay is made of it, since identifiers are a stranger's.
        id: Identifier in the package.
        path: Name in the archive.
        text: The document.
        clips: What is heard in it; none for a document without sound.
        is_linear: Whether it is in the order of reading.
        properties: Those of the manifest.
        title: What the table of contents calls it; for pages that are made of chapters.
    """

    number: int
    id: str
    path: str
    text: str = field(repr=False)
    clips: tuple[Clip, ...] = field(default=(), repr=False)
    is_linear: bool = True
    properties: frozenset[str] = frozenset()
    title: str = ""

    @property
    def overlay_name(self) -> str:
        """The name of its overlay."""
        return f"page-{self.number:04}.smil"


@dataclass(frozen=True, kw_only=True)
class PackageDocument:
    """What the package document is made from. Names are those of files in the archive.

    Attributes:
        book: The book.
        modified: When its file was changed last, in seconds of the epoch.
        root: The folder of the package document.
        own: The name of the folder in it for what belongs to the overlay, with which identifiers begin too.
        pages: The documents in their order.
        copied: The other files of the book.
        sounds: The sounds of the chapters.
        navigation: The table of contents.
        style: The stylesheet for what is heard.
        cover: The picture of the cover, if it is not among the other files.
    """

    book: Book
    modified: float
    root: str
    own: str
    pages: tuple[Page, ...]
    copied: tuple[Item, ...]
    sounds: tuple[str, ...]
    navigation: str
    style: str
    cover: str

    def overlay_path(self, page: Page) -> str:
        """Return the name of a page's overlay."""
        return posixpath.join(self.root, self.own, page.overlay_name)

    def text(self) -> str:
        """Return the document."""
        nonlinear = ' linear="no"'
        spine = [
            f'<itemref idref="{html.escape(page.id)}"{"" if page.is_linear else nonlinear}/>'
            for page in self.pages
        ]
        return "\n".join(
            [
                '<?xml version="1.0" encoding="utf-8"?>',
                '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book-id">',
                '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">',
                *self._metadata(),
                "</metadata>",
                "<manifest>",
                *self._manifest(),
                "</manifest>",
                "<spine>",
                *spine,
                "</spine>",
                "</package>",
                "",
            ]
        )

    def _metadata(self) -> Iterator[str]:
        metadata = self.book.metadata
        identifier = (
            metadata.identifier or f"urn:uuid:{uuid5(NAMESPACE_URL, metadata.title + metadata.author)}"
        )
        yield f'<dc:identifier id="book-id">{escaped(identifier)}</dc:identifier>'
        yield f"<dc:title>{escaped(metadata.title)}</dc:title>"
        yield f"<dc:language>{escaped(metadata.language or 'en')}</dc:language>"
        for author in metadata.authors:
            yield f"<dc:creator>{escaped(author)}</dc:creator>"
        for name, text in (
            ("publisher", metadata.publisher),
            ("date", metadata.date),
            ("description", metadata.description),
        ):
            if text:
                yield f"<dc:{name}>{escaped(text)}</dc:{name}>"
        modified = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.modified))
        yield f'<meta property="dcterms:modified">{modified}</meta>'
        total = 0.0
        for page in self.pages:
            if page.clips:
                seconds = duration(page.clips)
                total += seconds
                overlay = html.escape(f"#{self.own}.page-{page.number}")
                yield f'<meta property="media:duration" refines="{overlay}">{clock(seconds)}</meta>'
        yield f'<meta property="media:duration">{clock(total)}</meta>'
        yield f'<meta property="media:active-class">{ACTIVE}</meta>'

    def _manifest(self) -> Iterator[str]:
        for page in self.pages:
            overlay = f"{self.own}.page-{page.number}" if page.clips else ""
            yield self._item(page.id, page.path, "application/xhtml+xml", page.properties, overlay)
            if page.clips:
                yield self._item(overlay, self.overlay_path(page), SMIL_TYPE)
        known = {item.id for item in self.copied}
        for item in self.copied:
            fallback = item.fallback if item.fallback in known else ""
            yield self._item(item.id, item.path, item.media_type, item.properties, fallback=fallback)
        listed = [page.properties for page in self.pages] + [item.properties for item in self.copied]
        if not any("nav" in properties for properties in listed):
            yield self._item(f"{self.own}.nav", self.navigation, "application/xhtml+xml", frozenset({"nav"}))
        yield self._item(f"{self.own}.css", self.style, "text/css")
        for index, name in enumerate(self.sounds, start=1):
            yield self._item(f"{self.own}.sound-{index}", name, "audio/mp4")
        if self.cover and self.book.cover:
            yield self._item(
                f"{self.own}.cover", self.cover, self.book.cover.media_type, frozenset({"cover-image"})
            )

    def _item(
        self,
        name: str,
        path: str,
        media_type: str,
        properties: frozenset[str] = frozenset(),
        overlay: str = "",
        fallback: str = "",
    ) -> str:
        values = {
            "id": html.escape(name),
            "href": reference(path, self.root),
            "media-type": html.escape(media_type),
            "properties": html.escape(" ".join(sorted(properties))),
            "media-overlay": html.escape(overlay),
            "fallback": html.escape(fallback),
        }
        listed = " ".join(f'{key}="{value}"' for key, value in values.items() if value)
        return f"<item {listed}/>"
