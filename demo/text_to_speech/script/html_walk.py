"""The walk through the tree of an HTML document, from its start to its end and without recursion.

What an element does is in `html_elements`; here is what is common to all of them: the text, the blocks and the cells of
tables that it goes to, roles, languages and names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .block_builder import BlockBuilder, Style
from .document import Kind, Run
from .html_nodes import Node, has_heading, main_part, text_of
from .html_roles import BLOCKS, UNSEEN, is_note_mark, is_verse, role_of
from .html_tables import Cell
from .html_text import aligned
from .source_map import Rewritten

CLAUSE_ENDS = tuple(".,;:!?…")
# Kinds of blocks after which a paragraph ends only with the whole list.
LIST_KINDS = ("item", "term", "definition")
_LONGEST_LANGUAGE = 35
_SPACE = re.compile(r"\s")
# In Markdown the lines of a paragraph may mean something, as in plain text.
_SPACE_IN_LINE = re.compile(r"[^\S\n]")


@dataclass
class OpenList:
    """A list whose end has not come yet.

    Attributes:
        is_ordered: Whether its items have numbers.
        number: Number of the next item.
        step: What is added to it.
    """

    is_ordered: bool
    number: int
    step: int = 1


Step = tuple[Node, Style] | Callable[[], None]
Follow = Callable[["Walk", Node, Mapping[str, Any], Style], None]


class Walk:
    """Walks the tree of a document.

    Args:
        html: The HTML that was parsed, with the way back to the source, or to what `outer` has as its text.
        outer: The way from there to the source.
        elements: What elements do: each follows its start, and puts what follows its end after its children.

    Attributes:
        builder: The blocks so far.
        title: The title of the page.
        language: Its language.
        lists: The open lists, the innermost last.
        cell: The cell of a table whose end has not come yet.
        small: Signs for characters that stand above or below the line.
    """

    def __init__(self, html: Rewritten, outer: Rewritten | None, elements: Mapping[str, Follow]) -> None:
        self.builder = BlockBuilder()
        self.title = ""
        self.language = ""
        self.lists: list[OpenList] = []
        self.cell: Cell | None = None
        self.small: Mapping[str, str] | None = None
        self._html = html
        self._outer = outer
        self._elements = elements
        # Whether the last text is that of a picture, which is no part of a word after it.
        self._parts_word = False
        # The main part of the page and the elements around it.
        self._main: Node | None = None
        self._around_main: set[Node] = set()
        self._todo: list[Step] = []

    @property
    def is_markdown(self) -> bool:
        """Whether the document was written as Markdown."""
        return self._outer is not None

    def tree(self, root: Node) -> None:
        """Walk a tree."""
        self._main = main_part(root)
        node = self._main.parent if self._main else None
        while node is not None:
            self._around_main.add(node)
            node = node.parent
        self._todo.append((root, Style()))
        while self._todo:
            step = self._todo.pop()
            if callable(step):
                step()
            else:
                self._node(*step)

    def then(self, steps: list[Step]) -> None:
        """Take some steps next."""
        self._todo += reversed(steps)

    def children(self, node: Node, style: Style, after: Callable[[], None] | None = None) -> None:
        """Walk the children of a node, and then do something."""
        if after:
            self._todo.append(after)
        self._todo += [(child, style) for child in reversed(node.children or ())]

    def block(self, node: Node, style: Style, kind: Kind, *, ends_paragraph: bool = True) -> None:
        """Walk an element whose text is a block of some kind."""
        end = self.end_paragraph if ends_paragraph else self.end_line_block
        self.children(node, replace(style, kind=kind), end)

    def end_paragraph(self) -> None:
        """End a block, and the paragraph."""
        self.builder.end_paragraph()

    def end_line_block(self) -> None:
        """End a block after which the paragraph, the list or the poem goes on."""
        self.builder.end_block(ends_paragraph=False)

    def put(self, text: str, start: int, end: int, style: Style) -> None:
        """Append a run to the cell or to the block that is open."""
        if self._parts_word and text:
            self._parts_word = False
            if text[0].isalnum():
                self.put(" ", start, start, style)
        if self.small:
            text = "".join(self.small.get(character, character) for character in text)
        if self.cell is None:
            self.builder.add_run(text, start, end, style)
        elif text.strip() or self.cell.runs:
            roles = style.inline_roles | style.roles
            self.cell.runs.append(Run(text, start, end, style.emphasis, style.language, roles))

    def put_instead(self, text: str, node: Node, style: Style) -> None:
        """Append a text that stands for an element, such as that of a picture."""
        if text:
            start, end = self.span(node)
            self.put(" ", start, start, style)
            self.put(text, start, end, style)
            self._parts_word = True

    def part_cell(self, style: Style) -> None:
        """Part two blocks in one cell."""
        cell = self.cell
        if cell and cell.text:
            end = cell.runs[-1].end
            self.put(" " if cell.text.endswith(CLAUSE_ENDS) else ", ", end, end, style)

    def text_before(self) -> str:
        """Return the last characters of the block or the cell that is open."""
        runs = self.cell.runs if self.cell else self.builder.open_runs
        return "".join(run.text for run in runs[-3:])[-20:]

    def last_end(self) -> int:
        """Return where in the source the last run ends of the block or the cell that is open."""
        runs = self.cell.runs if self.cell else self.builder.open_runs
        return runs[-1].end if runs else 0

    def span(self, node: Node) -> tuple[int, int]:
        """Return the span in the source of an element's start tag."""
        start = node.origin_offset
        if start is None:
            return 0, 0
        end = self._html.text.find(">", start) + 1 or len(self._html.text)
        span = self._html.span(start, end)
        return self._outer.span(*span) if self._outer else span

    def anchors(self, node: Node) -> None:
        """Note the names of an element."""
        attributes = node.attrs or {}
        for key in ("id", "name") if node.name == "a" else ("id",):
            if attributes.get(key):
                self.builder.add_anchor(str(attributes[key]), self.span(node)[0])

    def _node(self, node: Node, style: Style) -> None:
        name = node.name
        if name == "#text":
            self._text(node, style)
        elif name in ("#document", "#document-fragment"):
            self.children(node, style)
        elif name == "head":
            self._head(node)
        elif name[0] not in "#!" and name not in UNSEEN:
            self._element(node, style)

    def _head(self, node: Node) -> None:
        titles = (text_of(child) for child in node.children or () if child.name == "title")
        self.title = " ".join(next(titles, self.title).split())

    def _element(self, node: Node, style: Style) -> None:
        name, attributes = node.name, node.attrs or {}
        self.anchors(node)
        is_block = name in BLOCKS
        if is_block and self.cell:
            self.part_cell(style)
        elif is_block:
            self.builder.end_block(ends_paragraph=not (style.is_verse or style.kind in LIST_KINDS))
        style = self._style(node, style, is_block=is_block)
        if is_block and self.cell:
            self.children(node, style)
        elif name in self._elements:
            self._elements[name](self, node, attributes, style)
        elif is_block:
            goes_on = style.kind in LIST_KINDS or (
                style.is_verse and name not in ("section", "article", "body")
            )
            self.children(node, style, self.end_line_block if goes_on else self.end_paragraph)
        else:
            self.children(node, style)

    def _style(self, node: Node, style: Style, *, is_block: bool) -> Style:
        """Return what holds in an element because of its attributes."""
        attributes = node.attrs or {}
        language = str(attributes.get("lang") or attributes.get("xml:lang") or "")[:_LONGEST_LANGUAGE]
        if node.name == "html":
            self.language = language
        elif language:
            style = replace(style, language="" if language == self.language else language)
        if is_verse(attributes):
            style = replace(style, is_verse=True)
        role = role_of(node.name, attributes) or self._role_here(node)
        if role and is_block:
            return replace(style, roles=style.roles | {role})
        return replace(style, inline_roles=style.inline_roles | {role}) if role else style

    def _role_here(self, node: Node) -> str:
        """Return the role that an element has because of where it stands and what is in it."""
        if self._is_note_mark(node):
            return "noteref"
        if node.name == "footer" and node.parent is not None and node.parent.name == "body":
            return "navigation"
        # What stands around the main part of a page is its frame; but its heading may stand there.
        is_beside_main = (
            node.parent in self._around_main and node not in self._around_main and node != self._main
        )
        return "navigation" if is_beside_main and node.name in BLOCKS and not has_heading(node) else ""

    def _is_note_mark(self, node: Node) -> bool:
        """Tell whether an element is a mark that points to a note, or to a list of sources."""
        if node.name == "sup":
            children = [one for one in node.children or () if one.name != "#text" or one.data.strip(" [],()")]
            return bool(children) and all(
                child.name == "a" and self._is_note_mark(child) for child in children
            )
        address = str((node.attrs or {}).get("href") or "")
        if node.name != "a" or not address:
            return False
        text = text_of(node)
        is_raised = "#" in address and node.parent is not None and node.parent.name == "sup"
        # Programs that answer with sources write [1](https://example.org) in Markdown.
        is_number = self.is_markdown and len(text) < 3 and text.isdecimal()
        return is_number or is_note_mark(text, is_raised=is_raised)

    def _text(self, node: Node, style: Style) -> None:
        start = node.origin_offset
        if start is None:
            return
        for text, first, stop in aligned(node.data, self._html.text, start):
            for part, span in _pieces(text, (first, stop), self._html):
                for smaller, source_span in (
                    _pieces(part, span, self._outer) if self._outer else [(part, span)]
                ):
                    self._add(smaller, source_span, style)

    def _add(self, text: str, span: tuple[int, int], style: Style) -> None:
        """Append characters that stand for a span of the source."""
        start, end = span
        if not style.is_preformatted:
            space = _SPACE_IN_LINE if self.is_markdown else _SPACE
            self.put(space.sub(" ", text), start, end, style)
            return
        is_same = end - start == len(text)
        at = 0
        for line in text.splitlines(keepends=True):
            stop = at + len(line)
            self.put(_SPACE.sub(" ", line), *((start + at, start + stop) if is_same else span), style)
            if line[-1:] in "\n\r" and self.cell is None:
                self.builder.end_line()
            at = stop


def _pieces(text: str, span: tuple[int, int], way: Rewritten) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the parts of a text that stands for a span, each with its span in the source of the text before."""
    start, end = span
    if end - start != len(text):
        yield text, way.span(start, end)
        return
    for first, stop, source_span in way.parts(start, end):
        yield text[first - start : stop - start], source_span
