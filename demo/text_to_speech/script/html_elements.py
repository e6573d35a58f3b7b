"""What each element of HTML does to a document. A new element is a function here and a line in `ELEMENTS`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from .block_builder import Style
from .document import Emphasis
from .html_nodes import Node, integer, is_code, text_of, within
from .html_tables import Cell, Table, is_data, rows_of, span_of
from .html_walk import Follow, OpenList, Step, Walk

Attributes = Mapping[str, Any]

MEANT = "data-meant"
"""The attribute of a line break that its writer wanted, however full the line is."""

_EMPHASIS: dict[str, Emphasis] = {"em": "moderate", "i": "moderate", "strong": "strong", "b": "strong"}
# Signs for what stands above the line; digits below it are read as if they stood on it.
_SMALL: dict[str, Mapping[str, str]] = {
    "sup": dict(zip("0123456789+-−–n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿ", strict=True)),
    "sub": {digit: digit for digit in "0123456789"},
}
# Letters of the longest unit or variable that has an exponent.
_LONGEST_BASE = 3
_LAST_WORD = re.compile(r"[^\W\d_]+$")
# A list whose depth is above this counts as one of this depth.
_DEEPEST_LIST = 99
# Code that is read: a command, as code within a line is.
_READ_CODE_LINES = 1
_READ_CODE_LENGTH = 80


def _emphasis(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    emphasis = "strong" if style.emphasis == "strong" else _EMPHASIS[node.name]
    walk.children(node, replace(style, emphasis=emphasis))


def _heading(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    walk.block(node, replace(style, level=int(node.name[1])), "heading")


def _quotation(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    walk.block(node, style, "quote")


def _caption(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    walk.block(node, style, "caption")


def _list(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    step = -1 if "reversed" in attributes else 1
    items = sum(child.name == "li" for child in node.children or ())
    walk.lists.append(
        OpenList(node.name == "ol", integer(attributes.get("start"), items if step < 0 else 1), step)
    )

    def end() -> None:
        walk.lists.pop()
        if walk.lists:
            walk.end_line_block()
        else:
            walk.end_paragraph()

    walk.children(node, replace(style, level=min(len(walk.lists), _DEEPEST_LIST)), end)


def _item(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    if walk.lists and walk.lists[-1].is_ordered:
        current = walk.lists[-1]
        current.number = integer(attributes.get("value"), current.number)
        walk.builder.add_label(f"{current.number}. ", *walk.span(node))
        current.number += current.step

    def end() -> None:
        walk.end_line_block()
        walk.builder.drop_label()

    walk.children(node, replace(style, kind="item", level=max(style.level, 1)), end)


def _definitions(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    walk.children(node, replace(style, level=style.level + 1), walk.end_paragraph)


def _term(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    walk.block(node, replace(style, level=max(style.level, 1)), "term", ends_paragraph=False)


def _definition(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    walk.block(node, replace(style, level=max(style.level, 1)), "definition", ends_paragraph=False)


def _line_break(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    if walk.cell:
        walk.part_cell(style)
    else:
        walk.builder.end_line(is_meant=MEANT in attributes)


def _rule(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    if walk.cell is None:
        walk.builder.add_rule(style)


def _picture(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    walk.put_instead(" ".join(str(attributes.get("alt") or "").split()), node, style)


def _drawing(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    titles = (text_of(one) for one in within(node) if one.name == "title")
    text = str(attributes.get("aria-label") or next(titles, ""))
    walk.put_instead(" ".join(text.split()), node, style)


def _formula(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    """Follow a formula: what is read is its alternative text, which is LaTeX, or its parts."""
    notes = (text_of(one) for one in within(node) if one.name == "annotation")
    text = " ".join(str(attributes.get("alttext") or next(notes, "")).split())
    if text:
        walk.put_instead(text if text.startswith("$") else f"${text}$", node, style)
    else:
        walk.children(node, style)


def _small(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    """Follow digits above or below the line: signs for them (x², H₂O), unless they are the mark of a note."""
    text = text_of(node).strip()
    if not text or not set(text) <= _SMALL[node.name].keys():
        walk.children(node, style)
        return
    if node.name == "sup" and not style.inline_roles and _has_no_exponent(walk.text_before()):
        style = replace(style, inline_roles=style.inline_roles | {"noteref"})
    walk.small = None if style.inline_roles else _SMALL[node.name]

    def end() -> None:
        walk.small = None

    walk.children(node, style, end)


def _has_no_exponent(before: str) -> bool:
    """Tell whether a text ends in punctuation or a word, and not in a unit, a variable or a number."""
    word = _LAST_WORD.search(before)
    return before.endswith(tuple("!?.,;:”\"'’")) or (word is not None and len(word[0]) > _LONGEST_BASE)


def _quotes(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    start, end = walk.span(node)
    walk.put("“", start, end, style)
    walk.children(node, style, lambda: walk.put("”", walk.last_end(), walk.last_end(), style))


def _preformatted(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    style = replace(style, is_preformatted=True)
    if not is_code(node):
        walk.block(node, replace(style, is_verse=True), "verse")
        return
    text = text_of(node).strip()
    is_read = len(text.splitlines()) <= _READ_CODE_LINES and len(text) <= _READ_CODE_LENGTH
    walk.block(node, style if is_read else replace(style, roles=style.roles | {"code"}), "code")


def _table(walk: Walk, node: Node, attributes: Attributes, style: Style) -> None:
    if not is_data(node):
        walk.children(node, style, walk.end_paragraph)
        return
    table = Table(style)
    steps: list[Step] = [(child, style) for child in node.children or () if child.name == "caption"]
    for row in rows_of(node):
        steps += _row(walk, row, table, style)

    def end() -> None:
        for block in table.rest():
            walk.builder.add_block(block)
        walk.end_paragraph()

    walk.then([*steps, end])


def _row(walk: Walk, row: Node, table: Table, style: Style) -> list[Step]:
    """Return the steps that read a row."""
    steps: list[Step] = [partial(walk.anchors, row)]
    cells: list[Cell] = []

    def begin(cell: Cell) -> None:
        walk.builder.end_block()
        walk.cell = cell

    def end() -> None:
        walk.cell = None

    def end_row() -> None:
        for block in table.blocks_of_row(cells):
            walk.builder.add_block(block)

    for node in row.children or ():
        if node.name in ("td", "th"):
            attributes = node.attrs or {}
            columns, rows = span_of(attributes.get("colspan")), span_of(attributes.get("rowspan"))
            cells.append(Cell([], node.name == "th", columns=columns, rows=rows))
            steps += [partial(begin, cells[-1]), (node, style), end]
        else:
            steps.append((node, style))
    return [*steps, end_row]


ELEMENTS: dict[str, Follow] = {
    **dict.fromkeys(("em", "i", "strong", "b"), _emphasis),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ol", "ul", "menu", "dir"), _list),
    **dict.fromkeys(("sup", "sub"), _small),
    **dict.fromkeys(("pre", "listing", "xmp"), _preformatted),
    **dict.fromkeys(("caption", "figcaption"), _caption),
    "blockquote": _quotation,
    "br": _line_break,
    "dd": _definition,
    "dl": _definitions,
    "dt": _term,
    "hr": _rule,
    "img": _picture,
    "li": _item,
    "math": _formula,
    "q": _quotes,
    "svg": _drawing,
    "table": _table,
}
