"""HTML and the XHTML of e-books become a document.

    document = read_html("<h1>Title</h1><p>One &amp; <em>two</em>.")

The parser is justhtml, which builds the tree of the HTML standard and knows where in the source each text began. The
tree is walked once, without recursion.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..text.characters import check_text
from ..text.grouped_warnings import one_document
from .block_builder import BlockBuilder, Style
from .document import Document, Emphasis, Kind
from .html_roles import BLOCKS, UNSEEN, is_note_mark, is_verse, role_of
from .html_source import is_xhtml, prepared
from .html_text import aligned
from .source_map import Rewritten

_EMPHASIS: dict[str, Emphasis] = {"em": "moderate", "i": "moderate", "strong": "strong", "b": "strong"}
_HEADING = re.compile(r"h[1-6]")
_SPACE = re.compile(r"\s")
_CODE_CLASS = re.compile(r"\b(?:language-|lang-|highlight|sourceCode|code|prettyprint)")
# A list whose depth is above this counts as one of this depth.
_DEEPEST_LIST = 99
# Lines of code that are read: a command, as code within a line is.
_READ_CODE_LINES = 1
_READ_CODE_LENGTH = 80

# Kinds of blocks after which a paragraph ends only with the whole list.
_LIST_KINDS = ("item", "term", "definition")

Node = Any


def read_html(source: str, *, xhtml: bool | None = None) -> Document:
    """Return the document of HTML or XHTML.

    Args:
        source: A whole page, a chapter of an e-book, or a part of one.
        xhtml: Whether it is XHTML, where `<a id="x"/>` is a whole element; None for what its beginning says.

    Raises:
        InputError: The source is not a str, is too long or has too many elements.
    """
    with one_document():
        source = check_text(source)
        is_xml = is_xhtml(source) if xhtml is None else xhtml
        return document_of_html(source, prepared(source, xhtml=is_xml))


def document_of_html(source: str, rewritten: Rewritten, outer: Rewritten | None = None) -> Document:
    """Return the document of HTML that was prepared for the parser.

    Args:
        source: The document as it was given.
        rewritten: The HTML, with the way back to the source, or to what `outer` has as its text.
        outer: The way from there to the source.
    """
    from justhtml import JustHTML

    tree = JustHTML(rewritten.text, sanitize=False, track_node_locations=True, scripting_enabled=False)
    walk = _Walk(rewritten, outer)
    walk.tree(tree.root)
    return Document(source, walk.builder.finish(), title=walk.title, language=walk.language)


@dataclass
class _List:
    """A list whose end has not come yet."""

    is_ordered: bool
    number: int
    step: int = 1


class _Walk:
    """Walks the tree from its start to its end.

    Attributes:
        builder: The blocks so far.
        title: The title of the page.
        language: Its language.
    """

    def __init__(self, rewritten: Rewritten, outer: Rewritten | None) -> None:
        self.builder = BlockBuilder()
        self.title = ""
        self.language = ""
        self._html = rewritten
        self._outer = outer
        self._lists: list[_List] = []
        self._todo: list[tuple[Node, Style] | Callable[[], None]] = []

    def tree(self, root: Node) -> None:
        """Walk a tree."""
        self._todo.append((root, Style()))
        while self._todo:
            step = self._todo.pop()
            if callable(step):
                step()
            else:
                self._node(*step)

    def _node(self, node: Node, style: Style) -> None:
        name = node.name
        if name == "#text":
            self._text(node, style)
        elif name in ("#document", "#document-fragment"):
            self._children(node, style)
        elif not name.startswith(("#", "!")):
            self._element(node, name, style)

    def _children(self, node: Node, style: Style, after: Callable[[], None] | None = None) -> None:
        """Walk the children of a node, and then do something."""
        if after:
            self._todo.append(after)
        self._todo += [(child, style) for child in reversed(node.children or ())]

    def _text(self, node: Node, style: Style) -> None:
        start = node.origin_offset
        if start is None:
            return
        for text, first, stop in aligned(node.data, self._html.text, start):
            for begin, end, span in self._html.parts(first, stop):
                part = text[begin - first : end - first] if stop - first == len(text) else text
                self._add(part, span, style)
                if len(part) == len(text):
                    break

    def _add(self, text: str, span: tuple[int, int], style: Style) -> None:
        """Append characters that stand for a span of the HTML's own source."""
        start, end = self._outer.span(*span) if self._outer else span
        if not style.is_preformatted:
            self.builder.add_run(_SPACE.sub(" ", text), start, end, style)
            return
        at = 0
        for line in text.splitlines(keepends=True):
            is_same = end - start == len(text)
            stop = at + len(line)
            run_span = (start + at, start + stop) if is_same else (start, end)
            self.builder.add_run(_SPACE.sub(" ", line), *run_span, style)
            if line[-1:] in "\n\r":
                self.builder.end_line()
            at = stop

    def _span(self, node: Node) -> tuple[int, int]:
        """Return the span in the source of an element's start tag."""
        start = node.origin_offset
        if start is None:
            return 0, 0
        end = self._html.text.find(">", start) + 1 or len(self._html.text)
        span = self._html.span(start, end)
        return self._outer.span(*span) if self._outer else span

    def _element(self, node: Node, name: str, style: Style) -> None:
        attributes = node.attrs or {}
        self._anchors(node, name, attributes)
        if name == "head":
            self._head(node)
            return
        if name in UNSEEN:
            return
        if name == "html":
            self.language = str(attributes.get("lang") or attributes.get("xml:lang") or "")[:35]
        elif language := attributes.get("lang") or attributes.get("xml:lang"):
            language = str(language)[:35]
            style = replace(style, language="" if language == self.language else language)
        if emphasis := _EMPHASIS.get(name):
            style = replace(style, emphasis="strong" if "strong" in (emphasis, style.emphasis) else emphasis)
        role = role_of(name, attributes) or ("noteref" if self._is_note_mark(node, name, attributes) else "")
        is_block = name in BLOCKS
        if is_block:
            self.builder.end_block(ends_paragraph=not (style.is_verse or style.kind in _LIST_KINDS))
        if role:
            if is_block:
                style = replace(style, roles=style.roles | {role})
            else:
                style = replace(style, inline_roles=style.inline_roles | {role})
        if is_verse(attributes):
            style = replace(style, is_verse=True)
        getattr(self, f"_on_{name}", self._on_any)(node, name, attributes, style)

    def _anchors(self, node: Node, name: str, attributes: Any) -> None:
        for key in ("id", "name") if name == "a" else ("id",):
            if attributes.get(key):
                self.builder.add_anchor(str(attributes[key]), self._span(node)[0])

    def _is_note_mark(self, node: Node, name: str, attributes: Any) -> bool:
        """Tell whether an element is a mark that points to a note, or to a list of sources."""
        if name == "sup":
            links = [child for child in node.children or () if child.name == "a"]
            others = [
                child for child in node.children or () if child.name == "#text" and child.data.strip(" [],()")
            ]
            return (
                bool(links)
                and not others
                and all(
                    is_note_mark(text_of(link), is_raised=True)
                    and "#" in str((link.attrs or {}).get("href") or "")
                    for link in links
                )
            )
        if name == "a" and "#" in str(attributes.get("href") or ""):
            return is_note_mark(
                text_of(node), is_raised=node.parent is not None and node.parent.name == "sup"
            )
        return False

    def _head(self, node: Node) -> None:
        for child in node.children or ():
            if child.name == "title":
                self.title = self.title or " ".join(text_of(child).split())

    def _on_any(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        """Follow an element that is no more than a block, or than text in one."""
        if name not in BLOCKS:
            self._children(node, style)
            return
        ends = not style.is_verse or name in ("section", "article", "body")
        in_item = style.kind in _LIST_KINDS
        end = self.builder.end_paragraph if ends and not in_item else self._end_line_block
        self._children(node, style, end)

    def _end_line_block(self) -> None:
        self.builder.end_block(ends_paragraph=False)

    def _heading(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        level = int(name[1])
        self._children(node, replace(style, kind="heading", level=level), self.builder.end_paragraph)

    _on_h1 = _on_h2 = _on_h3 = _on_h4 = _on_h5 = _on_h6 = _heading

    def _kind(self, node: Node, style: Style, kind: Kind, *, ends_paragraph: bool) -> None:
        end = self.builder.end_paragraph if ends_paragraph else self._end_line_block
        self._children(node, replace(style, kind=kind), end)

    def _on_blockquote(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        self._kind(node, style, "quote", ends_paragraph=True)

    def _on_figcaption(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        self._kind(node, style, "caption", ends_paragraph=True)

    _on_caption = _on_figcaption

    def _on_ol(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        step = -1 if "reversed" in attributes else 1
        items = sum(child.name == "li" for child in node.children or ())
        first = _integer(attributes.get("start"), items if step < 0 else 1)
        self._lists.append(_List(name == "ol", first, step))

        def end() -> None:
            self._lists.pop()
            if self._lists:
                self._end_line_block()
            else:
                self.builder.end_paragraph()

        self._children(node, replace(style, level=min(len(self._lists), _DEEPEST_LIST)), end)

    _on_ul = _on_menu = _on_dir = _on_ol

    def _on_li(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        style = replace(style, kind="item", level=max(style.level, 1))
        if self._lists and self._lists[-1].is_ordered:
            current = self._lists[-1]
            current.number = _integer(attributes.get("value"), current.number)
            self.builder.add_label(f"{current.number}. ", *self._span(node))
            current.number += current.step
        self._children(node, style, self._end_item)

    def _end_item(self) -> None:
        self._end_line_block()
        self.builder.drop_label()

    def _on_dl(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        self._children(node, replace(style, level=style.level + 1), self.builder.end_paragraph)

    def _on_dt(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        self._kind(node, replace(style, level=max(style.level, 1)), "term", ends_paragraph=False)

    def _on_dd(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        self._kind(node, replace(style, level=max(style.level, 1)), "definition", ends_paragraph=False)

    def _on_br(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        self.builder.end_line()

    def _on_hr(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        self.builder.add_rule(style)

    def _on_img(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        text = " ".join(str(attributes.get("alt") or "").split())
        if text:
            start, end = self._span(node)
            self.builder.add_run(" ", start, start, style)
            self.builder.add_run(text, start, end, style)
            self.builder.add_run(" ", end, end, style)

    def _on_q(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        start, end = self._span(node)
        self.builder.add_run("“", start, end, style)
        self._children(node, style, lambda: self.builder.add_run("”", start, end, style))

    def _on_pre(self, node: Node, name: str, attributes: Any, style: Style) -> None:
        style = replace(style, is_preformatted=True)
        if _is_code(node, attributes):
            text = text_of(node).strip()
            is_short = len(text.splitlines()) <= _READ_CODE_LINES and len(text) <= _READ_CODE_LENGTH
            roles = style.roles if is_short else style.roles | {"code"}
            style = replace(style, kind="code", roles=roles)
        else:
            style = replace(style, kind="verse", is_verse=True)
        self._children(node, style, self.builder.end_paragraph)


def _is_code(node: Node, attributes: Any) -> bool:
    """Tell whether preformatted text is code, and not a poem or a letter."""
    children = [child for child in node.children or () if child.name != "#text" or child.data.strip()]
    has_code = len(children) == 1 and children[0].name in ("code", "samp", "kbd")
    return has_code or _CODE_CLASS.search(str(attributes.get("class") or "")) is not None


def _integer(value: Any, default: int) -> int:
    """Return the number that an attribute has, or another one."""
    written = str(value or "").strip()
    return int(written) if re.fullmatch(r"-?[0-9]{1,6}", written) else default


def text_of(node: Node) -> str:
    """Return the text of a node and of everything in it."""
    texts, todo = [], [node]
    while todo:
        one = todo.pop()
        if one.name == "#text":
            texts.append(one.data)
        else:
            todo += reversed(one.children or ())
    return "".join(texts)
