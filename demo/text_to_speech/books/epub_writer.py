"""An EPUB 3 with media overlays: the book with its sound, which reading systems highlight while they play.

The documents of an EPUB stay as they are, with its pictures and stylesheets; an EPUB 2 gets what EPUB 3 asks for. Any
other book becomes one page a chapter.
"""

from __future__ import annotations

import posixpath
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, cast
from uuid import NAMESPACE_URL, uuid5

from ..errors import InputError
from ..files import open_output
from .archive import LARGEST_FILE, Archive
from .book import NONLINEAR, Book, BookDocument, Metadata
from .epub import ENCRYPTION, Item, Package
from .marked_text import STYLE, as_epub3, escaped, mark_source, page_of
from .overlays import (
    Clip,
    Heard,
    Highlight,
    bounds,
    clips,
    clock,
    duration,
    heard_in,
    in_order,
    reference,
    smil,
)
from .results import write_sound
from .tags import Tags
from .timeline import ChapterSound
from .xml_tree import parse_xml

ACTIVE = "-epub-media-overlay-active"
_OVERLAY_STYLE = f".{ACTIVE} {{ background-color: #ffe58a; color: #000; }}\n"
_COPIED = 1 << 20
_STAMP = (1980, 1, 1, 0, 0, 0)  # the time of every file in the archive, so that equal books are equal bytes
_MIMETYPE = "application/epub+zip"
_SMIL = "application/smil+xml"
_NCX = "application/x-dtbncx+xml"
_CONTAINER = """\
<?xml version="1.0" encoding="utf-8"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="{}" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""


@dataclass(frozen=True)
class Page:
    """A document with its overlay.

    Attributes:
        id: Identifier in the package.
        path: Name in the archive.
        text: The document.
        clips: What is heard in it; none for a document without sound.
        is_linear: Whether it is in the order of reading.
        properties: Those of the manifest.
        title: What the table of contents calls it; for pages that are made of chapters.
    """

    id: str
    path: str
    text: str = field(repr=False)
    clips: tuple[Clip, ...] = field(default=(), repr=False)
    is_linear: bool = True
    properties: frozenset[str] = frozenset()
    title: str = ""


def write_epub(
    path: Path,
    source: Path,
    book: Book,
    folder: Path,
    chapters: Sequence[ChapterSound],
    *,
    highlight: Highlight,
    tags: Tags,
    gain: float | None,
    speak: frozenset[str] = frozenset(),
) -> None:
    """Write the book as an EPUB 3 with media overlays.

    Args:
        path: The file that is written.
        source: The file that the book was read from.
        book: The book.
        folder: The work folder.
        chapters: The chapters that were spoken; the others stay silent.
        highlight: What is highlighted at a time.
        tags: What the sound says of itself.
        gain: See `results.sound`.
        speak: Roles whose texts are spoken, too.

    Raises:
        OutputError: It cannot be written, or PyAV is not installed.
    """
    writer = _Writer(source, book, folder, chapters, highlight, speak)
    scratch = folder / "epub"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        with (
            open_output(path, needs_file="an archive is written from both ends") as out,
            zipfile.ZipFile(cast(BinaryIO, out), "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            _add(archive, "mimetype", _MIMETYPE.encode(), stored=True)
            _add(archive, "META-INF/container.xml", _CONTAINER.format(escaped(writer.package)).encode())
            for name, data in writer.files():
                _add(archive, name, data)
            for index, chapter in enumerate(chapters):
                sound = scratch / "chapter.m4a"
                own = replace(tags, title=chapter.title, track=index + 1, tracks=len(chapters), cover=None)
                write_sound(sound, "m4b", folder, [chapter], tags=own, gain=gain)
                _add_file(archive, writer.sounds[index], sound)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _info(name: str, *, stored: bool = False) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _add_file(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    """Add a file as it is."""
    info = _info(name, stored=True)
    info.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(info, "w") as file:
        shutil.copyfileobj(source, file, _COPIED)


def _add(archive: zipfile.ZipFile, name: str, data: bytes, *, stored: bool = False) -> None:
    archive.writestr(_info(name, stored=stored), data)


class _Writer:
    """Puts the files of the archive together.

    Attributes:
        package: Name of the package document.
        sounds: Names of the sound files of the chapters.
    """

    def __init__(
        self,
        source: Path,
        book: Book,
        folder: Path,
        chapters: Sequence[ChapterSound],
        highlight: Highlight,
        speak: frozenset[str],
    ) -> None:
        self._source = source
        self._book = book
        self._folder = folder
        self._chapters = chapters
        self._highlight = highlight
        self._speak = speak - {NONLINEAR}
        self.package = book.package.path if book.package else "EPUB/package.opf"
        self._root = posixpath.dirname(self.package)
        taken = {item.path for item in book.package.items.values()} if book.package else set()
        ids = set(book.package.items) if book.package else set()
        names = ("overlay", *(f"overlay-{number}" for number in range(2, 1000)))
        self._own = next(
            name
            for name in names
            if not any(path.startswith(self._in_root(f"{name}/")) for path in taken)
            and not any(known.startswith((f"{name}-", f"{name}.")) for known in ids)
        )
        self.sounds = [self._in_own(f"sound-{chapter.number:04}.m4a") for chapter in chapters]

    def _in_root(self, name: str) -> str:
        return posixpath.join(self._root, name) if self._root else name

    def _in_own(self, name: str) -> str:
        return self._in_root(f"{self._own}/{name}")

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of every file but the sounds."""
        package = self._book.package
        style = self._in_own("overlay.css")
        yield style, (_OVERLAY_STYLE if package else STYLE + _OVERLAY_STYLE).encode()
        pages = []
        for page in self._pages_of_package(package, style) if package else self._pages_of_chapters(style):
            yield page.path, page.text.encode("utf-8", errors="replace")
            if page.clips:
                name = self._in_own(f"{page.id}.smil")
                yield name, smil(page.clips, text=page.path, sounds=self.sounds, own=name).encode()
            # The text itself is not needed any more.
            pages.append(replace(page, text=""))
        copied: dict[str, Item] = {}
        if package:
            yield from self._copied(package, {page.path for page in pages}, copied)
        navigation = next((item.path for item in copied.values() if "nav" in item.properties), "")
        navigation = navigation or next((page.path for page in pages if "nav" in page.properties), "")
        if not navigation:
            navigation = self._in_own("nav.xhtml")
            yield navigation, self._navigation(pages, navigation).encode()
        cover = None
        if not package and self._book.cover:
            cover = self._in_own(f"cover{self._book.cover.suffix}")
            yield cover, self._book.cover.data
        yield self.package, self._package_document(pages, copied, navigation, style, cover).encode()

    def _pages_of_package(self, package: Package, style: str) -> Iterator[Page]:
        """Yield the documents of an EPUB, marked."""
        by_path = {item.path: item for item in package.items.values()}
        ranges = bounds(self._chapters, len(self._book.documents))
        for index, holder in enumerate(self._book.documents):
            heard = in_order(self._heard(index))
            item = by_path[holder.path]
            properties = set(item.properties) - {"remote-resources"}
            if "<svg" in holder.document.source:
                properties.add("svg")
            text, marks = self._marked(holder, heard, style)
            yield Page(
                id=item.id,
                path=holder.path,
                text=text,
                clips=tuple(clips(heard, marks, ends=ranges[index])) if heard else (),
                is_linear=holder.is_linear,
                properties=frozenset(properties),
            )

    def _marked(
        self, holder: BookDocument, heard: Sequence[Heard], style: str
    ) -> tuple[str, list[list[tuple[str, int]]]]:
        """Return a document with marks: as it is, or made of its blocks where it is no XML."""
        spans = [one.span for one in heard]
        stylesheet = reference(style, posixpath.dirname(holder.path))
        text, marks = mark_source(holder.document.source, spans)
        text = as_epub3(text, stylesheet=stylesheet)
        try:
            parse_xml(text.encode("utf-8", errors="replace"), holder.path)
        except InputError:
            return page_of(
                holder.document.blocks,
                spans,
                title=holder.document.title or self._book.metadata.title,
                language=holder.document.language or self._book.metadata.language,
                stylesheet=stylesheet,
            )
        return text, marks

    def _pages_of_chapters(self, style: str) -> Iterator[Page]:
        """Yield a page for each chapter of a book that is no EPUB."""
        spoken = {chapter.number: index for index, chapter in enumerate(self._chapters)}
        for chapter in self._book.chapters:
            path = self._in_root(f"chapter-{chapter.number:04}.xhtml")
            index = spoken.get(chapter.number)
            heard = in_order(self._heard_in_chapter(index)) if index is not None else []
            text, marks = page_of(
                [block for _, block in self._book.blocks(chapter)],
                [one.span for one in heard],
                title=chapter.title,
                language=self._book.metadata.language,
                stylesheet=reference(style, posixpath.dirname(path)),
            )
            ends = {} if index is None else {index: (0.0, self._chapters[index].seconds)}
            found = tuple(clips(heard, marks, ends=ends)) if heard else ()
            yield Page(f"chapter-{chapter.number:04}", path, text, found, title=chapter.title)

    def _heard(self, document: int) -> Iterator[Heard]:
        for index in range(len(self._chapters)):
            yield from self._heard_in_chapter(index, document)

    def _heard_in_chapter(self, index: int, document: int | None = None) -> Iterator[Heard]:
        for placed in self._chapters[index].units:
            if document is None or placed.unit.document == document:
                script = placed.unit.script(self._book, self._speak)
                yield from heard_in(self._folder, index, placed, script, self._highlight)

    def _copied(
        self, package: Package, written: set[str], copied: dict[str, Item]
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the other files of an EPUB, and note their items."""
        with Archive(self._source, noun="an EPUB book") as archive:
            left = _left_behind(package)
            for item in package.items.values():
                if item.path and item.path not in written and item.path not in left:
                    copied[item.id] = item
                    yield item.path, archive.read(item.path, most=LARGEST_FILE)
                    written.add(item.path)
            if name := archive.find(ENCRYPTION):
                yield name, archive.read(name)

    def _navigation(self, pages: Sequence[Page], own: str) -> str:
        """Return a table of contents of the chapters."""
        folder = posixpath.dirname(own)
        lines = []
        if self._book.package:
            entries = self._book.package.entries
            for entry in entries:
                if entry.path:
                    fragment = f"#{escaped(entry.fragment)}" if entry.fragment else ""
                    lines.append(
                        f'<li><a href="{reference(entry.path, folder)}{fragment}">{escaped(entry.title)}</a></li>'
                    )
            if not lines:
                start, title = reference(pages[0].path, folder), escaped(self._book.metadata.title)
                lines = [f'<li><a href="{start}">{title}</a></li>']
        else:
            lines = [
                f'<li><a href="{reference(page.path, folder)}">{escaped(page.title)}</a></li>'
                for page in pages
            ]
        listed = "\n".join(lines)
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
            '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">\n'
            f"<head><title>{escaped(self._book.metadata.title)}</title></head>\n"
            f'<body><nav epub:type="toc"><ol>\n{listed}\n</ol></nav></body>\n</html>\n'
        )

    def _package_document(
        self,
        pages: Sequence[Page],
        copied: Mapping[str, Item],
        navigation: str,
        style: str,
        cover: str | None,
    ) -> str:
        manifest = [*self._manifest(pages, copied, navigation, style, cover)]
        nonlinear = ' linear="no"'
        spine = [
            f'<itemref idref="{escaped(page.id)}"{"" if page.is_linear else nonlinear}/>' for page in pages
        ]
        return "\n".join(
            [
                '<?xml version="1.0" encoding="utf-8"?>',
                '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book-id">',
                '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">',
                *self._metadata(pages),
                "</metadata>",
                "<manifest>",
                *manifest,
                "</manifest>",
                "<spine>",
                *spine,
                "</spine>",
                "</package>",
                "",
            ]
        )

    def _metadata(self, pages: Sequence[Page]) -> Iterator[str]:
        metadata: Metadata = self._book.metadata
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
        modified = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._source.stat().st_mtime))
        yield f'<meta property="dcterms:modified">{modified}</meta>'
        total = 0.0
        for page in pages:
            if page.clips:
                seconds = duration(page.clips)
                total += seconds
                overlay = f"#{self._own}-{escaped(page.id)}"
                yield f'<meta property="media:duration" refines="{overlay}">{clock(seconds)}</meta>'
        yield f'<meta property="media:duration">{clock(total)}</meta>'
        yield f'<meta property="media:active-class">{ACTIVE}</meta>'

    def _manifest(
        self,
        pages: Sequence[Page],
        copied: Mapping[str, Item],
        navigation: str,
        style: str,
        cover: str | None,
    ) -> Iterator[str]:
        for page in pages:
            overlay = f"{self._own}-{page.id}" if page.clips else ""
            yield self._item(page.id, page.path, "application/xhtml+xml", page.properties, overlay)
            if page.clips:
                yield self._item(overlay, self._in_own(f"{page.id}.smil"), _SMIL)
        for item in copied.values():
            fallback = item.fallback if item.fallback in copied else ""
            yield self._item(item.id, item.path, item.media_type, item.properties, fallback=fallback)
        listed = [page.properties for page in pages] + [item.properties for item in copied.values()]
        if not any("nav" in properties for properties in listed):
            yield self._item(f"{self._own}.nav", navigation, "application/xhtml+xml", frozenset({"nav"}))
        yield self._item(f"{self._own}.css", style, "text/css")
        for index, name in enumerate(self.sounds, start=1):
            yield self._item(f"{self._own}.sound-{index}", name, "audio/mp4")
        if cover and self._book.cover:
            yield self._item(
                f"{self._own}.cover", cover, self._book.cover.media_type, frozenset({"cover-image"})
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
            "id": escaped(name),
            "href": reference(path, self._root),
            "media-type": escaped(media_type),
            "properties": escaped(" ".join(sorted(properties))),
            "media-overlay": escaped(overlay),
            "fallback": escaped(fallback),
        }
        listed = " ".join(f'{key}="{value}"' for key, value in values.items() if value)
        return f"<item {listed}/>"


def _left_behind(package: Package) -> set[str]:
    """Return the names of the files that are replaced: the contents of EPUB 2, and overlays with their sounds."""
    overlays = {item.path for item in package.items.values() if item.media_type == _SMIL}
    sounds = {item.path for item in package.items.values() if item.media_type.startswith("audio/")}
    return (
        overlays
        | (sounds if overlays else set())
        | {item.path for item in package.items.values() if item.media_type == _NCX}
    )
