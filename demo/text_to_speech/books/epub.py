"""EPUB 2 and 3: which documents a book has, in which order, and what it says of itself.

    container.xml ──▶ package (OPF) ──▶ manifest, spine, metadata ──▶ contents: nav.xhtml or NCX

The rules are those of EPUB 3.3 (https://www.w3.org/TR/epub-33/) and OPF 2.0.1, read with patience: books name files in
another case, with percent-encoding, or that are not there. What is missing is reported, and everything else is read.
"""

from __future__ import annotations

import codecs
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from ..errors import InputError
from .archive import Archive
from .book import Entry, Metadata, Picture, picture_of
from .contents import navigation_entries, ncx_entries
from .xml_tree import attribute, children, descendants, local, parse_xml, text_of

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
RIGHTS = ("META-INF/rights.xml", "META-INF/sinf.xml", "META-INF/license.lcpl")
DOCUMENTS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
LARGEST_COVER = 16 << 20  # bytes
# Fonts may be obfuscated without that anything is protected from being read (EPUB 3.3, section 4.4).
_FONT_ALGORITHMS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


@dataclass(frozen=True)
class Item:
    """One file that the package lists.

    Attributes:
        id: Its name in the package.
        path: Its name in the archive, as the archive has it; empty if it is missing there.
        href: How the package names it.
        media_type: What it is.
        properties: Such as `nav` and `cover-image`.
        fallback: The id of an item that may stand for it.
    """

    id: str
    path: str
    href: str
    media_type: str
    properties: frozenset[str] = frozenset()
    fallback: str = ""


@dataclass(frozen=True)
class SpineDocument:
    """A document in the reading order.

    Attributes:
        path: Its name in the archive.
        source: Its text, XHTML.
        is_linear: Whether it belongs to the order; documents of notes may not.
    """

    path: str
    source: str = field(repr=False)
    is_linear: bool = True


@dataclass(frozen=True)
class Package:
    """An EPUB, read.

    Attributes:
        path: The name of the package document in the archive.
        metadata: What the book says of itself.
        items: The files that it lists, by id.
        spine: The documents in their order.
        entries: Its table of contents.
        cover: The picture on the cover.
        notes: What is wrong with the book, a line each.
    """

    path: str
    metadata: Metadata
    items: Mapping[str, Item]
    spine: tuple[SpineDocument, ...]
    entries: tuple[Entry, ...]
    cover: Picture | None = None
    notes: tuple[str, ...] = ()


def read_epub(path: Path) -> Package:
    """Read an EPUB.

    Raises:
        InputError: It is no EPUB, damaged, protected against copying, or exceeds a bound.
    """
    with Archive(path, noun="an EPUB book") as archive:
        check_protection(archive)
        return _PackageReader(archive).read()


def check_protection(archive: Archive) -> None:
    """Refuse a book whose texts are encrypted; fonts may be obfuscated.

    Raises:
        InputError: It is protected.
    """
    protected = [name for name in RIGHTS if archive.find(name)]
    if name := archive.find(ENCRYPTION):
        root = parse_xml(archive.read(name), f"{archive.path}: {name}")
        for data in descendants(root, "encrypteddata"):
            methods = [attribute(method, "Algorithm") for method in descendants(data, "encryptionmethod")]
            if not methods or any(method not in _FONT_ALGORITHMS for method in methods):
                protected.append(name)
    if protected:
        raise InputError(
            f"{archive.path} is protected against copying ({protected[0]}): expected a book without that protection",
            path=archive.path,
        )


def resolve(base: str, href: str) -> tuple[str, str]:
    """Return the name in the archive and the fragment that a reference in a document means.

    Args:
        base: Name of the document that has the reference.
        href: The reference.

    Returns:
        The name, with percent-encoding decoded, and the fragment; two empty texts where it leads out of the book.
    """
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return "", ""
    if parts.scheme or parts.netloc:
        return "", ""
    name = unquote(parts.path)
    if not name:
        return base, unquote(parts.fragment)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), name))
    joined = joined.lstrip("/")
    return ("", "") if joined.startswith("..") else (joined, unquote(parts.fragment))


class _PackageReader:
    """Reads the package of an open archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._path = self._package_path()
        self._root = self._parse(self._path)
        self._notes: list[str] = []

    def read(self) -> Package:
        items = {item.id: item for item in self._items()}
        spine = tuple(self._spine(items))
        if not spine:
            raise InputError(
                f"{self._archive.path} has no document in its reading order", path=self._archive.path
            )
        return Package(
            path=self._path,
            metadata=self._metadata(),
            items=items,
            spine=spine,
            entries=self._contents(items),
            cover=self._cover(items),
            notes=tuple(self._notes),
        )

    def _parse(self, name: str) -> Element:
        return parse_xml(self._archive.read(name), f"{self._archive.path}: {name}")

    def _package_path(self) -> str:
        """Return the name of the package document: what the container says, or the only one that there is."""
        if container := self._archive.find(CONTAINER):
            for rootfile in descendants(self._parse(container), "rootfile"):
                if found := self._archive.find(attribute(rootfile, "full-path")):
                    return found
        packages = [name for name in self._archive.names if name.lower().endswith(".opf")]
        if len(packages) != 1:
            raise InputError(
                f"{self._archive.path} is no EPUB book: {CONTAINER} in it names no package document",
                path=self._archive.path,
            )
        return packages[0]

    def _items(self) -> Iterator[Item]:
        for manifest in children(self._root, "manifest"):
            for element in children(manifest, "item"):
                href = attribute(element, "href")
                name, _ = resolve(self._path, href)
                yield Item(
                    id=attribute(element, "id"),
                    path=(name and self._archive.find(name)) or "",
                    href=href,
                    media_type=attribute(element, "media-type").lower(),
                    properties=frozenset(attribute(element, "properties").split()),
                    fallback=attribute(element, "fallback"),
                )

    def _spine(self, items: Mapping[str, Item]) -> Iterator[SpineDocument]:
        """Yield the documents of the spine; one that is named twice is read once."""
        seen: set[str] = set()
        for spine in children(self._root, "spine"):
            for reference in children(spine, "itemref"):
                name = attribute(reference, "idref")
                item = _readable(items, name)
                if item is None:
                    known = items.get(name)
                    what = known.href if known else name
                    why = "is no text" if known and known.path else "is missing in the book"
                    self._notes.append(f"{what} in the reading order {why}, and is not spoken")
                elif item.path not in seen:
                    seen.add(item.path)
                    linear = attribute(reference, "linear").strip().lower() != "no"
                    yield SpineDocument(item.path, self._text(item.path), linear)

    def _text(self, name: str) -> str:
        return decode_markup(self._archive.read(name), f"{self._archive.path}: {name}")

    def _contents(self, items: Mapping[str, Item]) -> tuple[Entry, ...]:
        """Return the table of contents; that of EPUB 3 if it has entries, else that of EPUB 2."""
        navigation = next((item for item in items.values() if "nav" in item.properties and item.path), None)
        if navigation and (found := self._entries(navigation.path, is_ncx=False)):
            return found
        spine = next(children(self._root, "spine"), None)
        ncx = items.get(attribute(spine, "toc") if spine is not None else "")
        if ncx is None or not ncx.path:
            ncx = next(
                (i for i in items.values() if i.media_type == "application/x-dtbncx+xml" and i.path), None
            )
        return self._entries(ncx.path, is_ncx=True) if ncx else ()

    def _entries(self, name: str, *, is_ncx: bool) -> tuple[Entry, ...]:
        """Return the entries of a table of contents, with the names of documents as the archive has them."""
        try:
            root = self._parse(name)
        except InputError as error:
            self._notes.append(f"the table of contents cannot be read: {error}")
            return ()
        found = []
        for title, href, level in ncx_entries(root) if is_ncx else navigation_entries(root):
            path, fragment = resolve(name, href) if href else ("", "")
            known = self._archive.find(path) if path else None
            if href and not known:
                self._notes.append(f"the table of contents names {href[:80]!r}, which is not in the book")
            found.append(Entry(title, known or "", fragment, level))
        return tuple(found)

    def _metadata(self) -> Metadata:
        block = next(children(self._root, "metadata"), None)
        if block is None:
            return Metadata(title=self._archive.path.stem)
        # In EPUB 2 the elements of Dublin Core may be one level deeper.
        values: dict[str, list[tuple[Element, str]]] = {}
        for element in block.iter():
            if text := text_of(element) if len(element) == 0 else "":
                values.setdefault(local(element), []).append((element, text))
        identifier = attribute(self._root, "unique-identifier")
        identifiers = values.get("identifier", [])
        return Metadata(
            title=_first(values, "title") or self._archive.path.stem,
            authors=tuple(text for element, text in values.get("creator", []) if _is_author(element, values)),
            language=_first(values, "language"),
            identifier=next(
                (text for element, text in identifiers if attribute(element, "id") == identifier),
                _first(values, "identifier"),
            ),
            publisher=_first(values, "publisher"),
            date=_first(values, "date"),
            description=_first(values, "description"),
        )

    def _cover(self, items: Mapping[str, Item]) -> Picture | None:
        """Return the picture of the cover, as EPUB 3 or EPUB 2 marks it."""
        marked = [item for item in items.values() if "cover-image" in item.properties]
        for element in descendants(self._root, "meta"):
            if attribute(element, "name") == "cover" and (item := items.get(attribute(element, "content"))):
                marked.append(item)
        for item in marked:
            if item.path and item.media_type.startswith("image/"):
                if picture := picture_of(self._archive.read(item.path, most=LARGEST_COVER)):
                    return picture
                self._notes.append(f"the cover {item.href} is neither JPEG nor PNG, and is left out")
        return None


def _readable(items: Mapping[str, Item], name: str) -> Item | None:
    """Return the text that an item of the spine is, or that stands for it; None if there is none."""
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        item = items.get(name)
        if item is None:
            return None
        is_markup = item.media_type in DOCUMENTS or item.path.lower().endswith((".xhtml", ".html", ".htm"))
        if item.path and is_markup:
            return item
        name = item.fallback
    return None


def _first(values: Mapping[str, list[tuple[Element, str]]], name: str) -> str:
    found = values.get(name)
    return found[0][1] if found else ""


def _is_author(element: Element, values: Mapping[str, list[tuple[Element, str]]]) -> bool:
    """Tell whether a creator is an author: EPUB 2 says so in an attribute, EPUB 3 in an element that refines it."""
    role = attribute(element, "role")
    mark = f"#{attribute(element, 'id')}"
    for meta, text in values.get("meta", []):
        if len(mark) > 1 and attribute(meta, "refines") == mark and attribute(meta, "property") == "role":
            role = text
    return role in ("", "aut")


def decode_markup(data: bytes, name: str) -> str:
    """Return the text of a document in XHTML or HTML, in the encoding that it declares, or UTF-8.

    Raises:
        InputError: Its bytes are not in that encoding, or the encoding is not known.
    """
    marks = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    encoding = next((known for mark, known in marks if data.startswith(mark)), "")
    if not encoding:
        declared = re.search(rb"(?:encoding|charset)\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", data[:1024])
        encoding = declared[1].decode("ascii") if declared else "utf-8"
    try:
        text = data.decode(encoding)
    except LookupError:
        raise InputError(f"{name} is in the encoding {encoding}, which is not known") from None
    except UnicodeError:
        # Books say latin-1 and mean the code page of Windows, or say UTF-8 and mean either.
        try:
            text = data.decode("utf-8" if encoding.lower() not in ("utf-8", "utf8") else "cp1252")
        except UnicodeError:
            raise InputError(f"{name} is not in the encoding {encoding} that it declares") from None
    return text.removeprefix("\ufeff")
