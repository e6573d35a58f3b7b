"""Word processors' documents: DOCX (ECMA-376), and ODT and FODT (OASIS OpenDocument 1.3).

Both are XML in an archive, of which only the text is read: headings by their outline level, lists, tables by row,
notes, deletions, hidden text and tables of contents, with what is usually not read aloud in its role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from ..errors import InputError
from ..script.document import Document, Emphasis
from .archive import LARGEST_TEXT, Archive
from .book import Metadata
from .made_document import DocumentMaker, Piece
from .xml_tree import attribute, children, descendants, local, parse_xml, text_of

_CELLS = ", "  # between the cells of a row


def read_office(path: Path, kind: str) -> tuple[Metadata, Document, tuple[str, ...]]:
    """Read a document of a word processor.

    Args:
        path: The file.
        kind: `docx`, `odt` or `fodt`.

    Returns:
        What it says of itself, its text, and what was decided about it.

    Raises:
        InputError: It is damaged, encrypted, or exceeds a bound.
    """
    if kind == "fodt":
        if path.stat().st_size > LARGEST_TEXT:
            raise InputError(f"{path} has more than {LARGEST_TEXT >> 20} MiB: expected a text", path=path)
        root = parse_xml(path.read_bytes(), str(path))
        return _read_opendocument(root, [root], root, path)
    with Archive(path, noun="a document") as archive:
        if kind == "docx":
            return _Docx(archive).read()
        roots = {
            name: parse_xml(archive.read(name), f"{path}: {name}")
            for name in ("content.xml", "styles.xml", "meta.xml")
            if archive.find(name)
        }
        if "content.xml" not in roots:
            raise InputError(f"{path} has no content.xml: expected an OpenDocument text", path=path)
        return _read_opendocument(roots["content.xml"], list(roots.values()), roots.get("meta.xml"), path)


def _facts(root: Element | None, path: Path) -> Metadata:
    """Return title, author and language of Dublin Core elements, which both formats have."""
    found = {local(element): text_of(element) for element in root.iter()} if root is not None else {}
    return Metadata(
        title=found.get("title") or path.stem,
        authors=tuple(filter(None, [found.get("initial-creator") or found.get("creator", "")])),
        language=found.get("language", ""),
        description=found.get("description", ""),
    )


def _row_pieces(cells: Iterable[list[list[Piece]]]) -> list[Piece]:
    """Return the text of a row: paragraphs of a cell with spaces, and cells with commas between them."""
    pieces: list[Piece] = []
    for paragraphs in cells:
        spoken = [own for own in paragraphs if any(piece.text.strip() for piece in own)]
        for number, own in enumerate(spoken):
            if pieces:
                pieces.append(Piece(" " if number else _CELLS))
            pieces += own
    return pieces


class _Docx:
    """Reads an open DOCX."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._maker = DocumentMaker()
        self._styles = {attribute(style, "styleId"): style for style in self._all("word/styles.xml", "style")}
        self._notes = {
            f"{kind}:{attribute(note, 'id')}": note
            for kind in ("footnote", "endnote")
            for note in self._all(f"word/{kind}s.xml", kind)
            if attribute(note, "type") in ("", "normal")
        }
        self._asked: list[str] = []

    def read(self) -> tuple[Metadata, Document, tuple[str, ...]]:
        path = self._archive.path
        root = self._parse("word/document.xml")
        body = next(children(root, "body"), None)
        if body is None:
            raise InputError(f"{path} has no text: expected a DOCX document", path=path)
        self._blocks(body, frozenset())
        for name in self._asked:
            if note := self._notes.get(name):
                self._blocks(note, frozenset({"footnote"}))
        core = self._archive.find("docProps/core.xml")
        metadata = _facts(self._parse(core) if core else None, path)
        return metadata, self._maker.finish(title=metadata.title, language=metadata.language), ()

    def _parse(self, name: str) -> Element:
        return parse_xml(self._archive.read(name), f"{self._archive.path}: {name}")

    def _all(self, name: str, kind: str) -> Iterator[Element]:
        found = self._archive.find(name)
        return descendants(self._parse(found), kind) if found else iter(())

    def _blocks(self, parent: Element, roles: frozenset[str]) -> None:
        for element in parent:
            name = local(element)
            if name == "p":
                self._paragraph(element, roles)
            elif name == "tbl":
                for row in descendants(element, "tr"):
                    self._row(row, roles)
            elif name in ("sdt", "sdtcontent", "customxml", "ins", "smarttag"):
                gallery = next(
                    (attribute(part, "val") for part in descendants(element, "docpartgallery")), ""
                )
                self._blocks(element, roles | {"toc"} if gallery == "Table of Contents" else roles)

    def _paragraph(self, element: Element, roles: frozenset[str]) -> None:
        pieces = list(self._pieces(element))
        style = self._style_of(element)
        level = self._heading_level(element, style)
        name = self._style_name(style)
        if name.startswith("toc "):
            roles |= {"toc"}
        if level:
            self._maker.add("heading", pieces, level=level, roles=roles)
        elif depth := self._list_level(element, style):
            self._maker.add("item", pieces, level=depth, roles=roles, ends_paragraph=True)
        elif name == "caption":
            self._maker.add("caption", pieces, roles=roles)
        else:
            self._maker.add("quote" if "quote" in name else "paragraph", pieces, roles=roles)

    def _row(self, row: Element, roles: frozenset[str]) -> None:
        cells = (descendants(cell, "p") for cell in children(row, "tc"))
        pieces = _row_pieces([list(self._pieces(paragraph)) for paragraph in cell] for cell in cells)
        self._maker.add("row", pieces, roles=roles, ends_paragraph=False)

    def _pieces(self, element: Element, roles: frozenset[str] = frozenset()) -> Iterator[Piece]:
        """Yield the text of a paragraph."""
        for child in element:
            name = local(child)
            if name == "r":
                yield from self._run(child, roles)
            elif name in (
                "ins",
                "hyperlink",
                "smarttag",
                "sdt",
                "sdtcontent",
                "fldsimple",
                "customxml",
                "movefrom",
            ):
                yield from self._pieces(child, roles | {"deleted"} if name == "movefrom" else roles)
            elif name in ("del", "moveto"):
                yield from self._pieces(child, roles | {"deleted"} if name == "del" else roles)

    def _run(self, run: Element, roles: frozenset[str]) -> Iterator[Piece]:
        emphasis: Emphasis = ""
        for properties in children(run, "rpr"):
            on = {local(one) for one in properties if attribute(one, "val") not in ("0", "false", "none")}
            emphasis = "strong" if "b" in on else "moderate" if "i" in on else ""
            if "vanish" in on:
                roles = roles | {"hidden"}
            if "strike" in on or "dstrike" in on:
                roles = roles | {"deleted"}
        for part in run:
            name = local(part)
            if name in ("t", "deltext"):
                yield Piece(part.text or "", emphasis, roles=roles)
            elif name in ("tab", "br", "cr"):
                yield Piece(" ", roles=roles)
            elif name == "nobreakhyphen":
                yield Piece("-", roles=roles)
            elif name in ("footnotereference", "endnotereference"):
                key = f"{name.removesuffix('reference')}:{attribute(part, 'id')}"
                self._asked.append(key)
            elif name in ("drawing", "pict", "alternatecontent"):
                yield from self._boxes(part, roles)

    def _boxes(self, element: Element, roles: frozenset[str]) -> Iterator[Piece]:
        """Yield the text of text boxes; of two forms of the same box, the first."""
        for choice in [next(children(element, "choice"), element)]:
            for box in descendants(choice, "txbxcontent"):
                for paragraph in children(box, "p"):
                    yield Piece(" ")
                    yield from self._pieces(paragraph, roles)

    def _style_of(self, element: Element) -> Element | None:
        for properties in children(element, "ppr"):
            for style in children(properties, "pstyle"):
                return self._styles.get(attribute(style, "val"))
        return None

    def _style_name(self, style: Element | None) -> str:
        names = children(style, "name") if style is not None else iter(())
        return next((attribute(name, "val").lower() for name in names), "")

    def _property(self, element: Element, style: Element | None, name: str) -> Element | None:
        """Return a property of a paragraph, its own or that of its styles."""
        owner: Element | None = element
        for _ in range(16):
            if owner is None:
                return None
            for properties in children(owner, "ppr"):
                for found in descendants(properties, name):
                    return found
            if owner is element:
                owner = style
            else:
                based = next(children(owner, "basedon"), None)
                owner = self._styles.get(attribute(based, "val")) if based is not None else None
        return None

    def _heading_level(self, element: Element, style: Element | None) -> int:
        name = self._style_name(style)
        if name.startswith("heading ") and name[8:].strip().isdigit():
            return min(int(name[8:].strip()), 6)
        if name == "title":
            return 1
        outline = self._property(element, style, "outlinelvl")
        value = attribute(outline, "val") if outline is not None else ""
        return min(int(value) + 1, 6) if value.isdigit() and int(value) < 9 else 0

    def _list_level(self, element: Element, style: Element | None) -> int:
        numbering = self._property(element, style, "numpr")
        if numbering is None:
            return 0
        identifier = next((attribute(one, "val") for one in children(numbering, "numid")), "")
        level = next((attribute(one, "val") for one in children(numbering, "ilvl")), "0")
        return 0 if identifier == "0" else (int(level) + 1 if level.isdigit() else 1)


def _read_opendocument(
    content: Element, roots: list[Element], meta: Element | None, path: Path
) -> tuple[Metadata, Document, tuple[str, ...]]:
    metadata = _facts(next(descendants(meta, "meta"), None) if meta is not None else None, path)
    text = next((found for body in descendants(content, "body") for found in children(body, "text")), None)
    if text is None:
        raise InputError(f"{path} is an OpenDocument file without a text: expected ODT or FODT", path=path)
    reader = _OpenDocument([style for root in roots for style in descendants(root, "style")])
    reader.blocks(text, frozenset())
    reader.add_notes()
    return metadata, reader.maker.finish(title=metadata.title, language=metadata.language), ()


class _OpenDocument:
    """Reads the text of an OpenDocument."""

    def __init__(self, styles: list[Element]) -> None:
        self.maker = DocumentMaker()
        self._emphases = {attribute(style, "name"): _emphasis_of(style) for style in styles}
        self._notes: list[Element] = []

    def blocks(self, parent: Element, roles: frozenset[str], level: int = 0) -> None:
        """Add the blocks in an element."""
        for element in parent:
            name = local(element)
            if name == "h":
                value = attribute(element, "outline-level")
                depth = min(int(value), 6) if value.isdigit() and int(value) else 1
                self.maker.add("heading", list(self._pieces(element)), level=depth, roles=roles)
            elif name == "p":
                self.maker.add(
                    "item" if level else "paragraph", list(self._pieces(element)), level=level, roles=roles
                )
            elif name == "list":
                for item in element:
                    self.blocks(item, roles, level + 1)
            elif name == "table-row":
                self._row(element, roles)
            elif name in (
                "table",
                "table-header-rows",
                "table-rows",
                "table-row-group",
                "section",
                "index-body",
            ):
                self.blocks(element, roles)
            elif name in ("table-of-content", "illustration-index", "alphabetical-index", "bibliography"):
                self.blocks(element, roles | {"toc"})
            elif name == "tracked-changes":
                for region in descendants(element, "deletion"):
                    self.blocks(region, roles | {"deleted"})

    def _row(self, row: Element, roles: frozenset[str]) -> None:
        pieces = _row_pieces(
            [list(self._pieces(paragraph)) for paragraph in descendants(cell, "p")] for cell in row
        )
        self.maker.add("row", pieces, roles=roles, ends_paragraph=False)

    def _pieces(self, element: Element, emphasis: Emphasis = "") -> Iterator[Piece]:
        """Yield the text of a paragraph."""
        yield Piece(element.text or "", emphasis)
        for child in element:
            name = local(child)
            if name == "span":
                yield from self._pieces(
                    child, self._emphases.get(attribute(child, "style-name"), "") or emphasis
                )
            elif name == "s":
                count = attribute(child, "c")
                yield Piece(" " * (min(int(count), 100) if count.isdigit() else 1))
            elif name in ("tab", "line-break"):
                yield Piece(" ")
            elif name == "note":
                for citation in children(child, "note-citation"):
                    yield Piece(text_of(citation), roles=frozenset({"noteref"}))
                self._notes.append(child)
            elif name == "annotation":
                yield Piece(f" {text_of(child)} ", roles=frozenset({"hidden"}))
            elif name in ("frame", "text-box", "custom-shape"):
                for paragraph in descendants(child, "p"):
                    yield Piece(" ")
                    yield from self._pieces(paragraph)
            else:
                yield from self._pieces(child, emphasis)
            yield Piece(child.tail or "", emphasis)

    def add_notes(self) -> None:
        """Add the notes after the text that has their marks."""
        for note in self._notes:
            for body in children(note, "note-body"):
                self.blocks(body, frozenset({"footnote"}))


def _emphasis_of(style: Element) -> Emphasis:
    for properties in children(style, "text-properties"):
        if attribute(properties, "font-weight") in ("bold", "700", "800", "900"):
            return "strong"
        if attribute(properties, "font-style") in ("italic", "oblique"):
            return "moderate"
    return ""
