"""Questions about nodes of the parser's tree, answered without recursion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Node = Any

_CODE_CLASS = re.compile(r"\b(?:language-|lang-|highlight|sourceCode|code|prettyprint)")
_CODE_ELEMENTS = ("code", "samp", "kbd")


def within(node: Node) -> Iterator[Node]:
    """Yield a node and the nodes in it, in their order."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        todo += reversed(one.children or ())


def text_of(node: Node) -> str:
    """Return the text of a node and of everything in it."""
    return "".join(one.data for one in within(node) if one.name == "#text")


def main_part(root: Node) -> Node | None:
    """Return the main part of a page, if there is just one and it has text."""
    found = [one for one in within(root) if _is_main(one)]
    return found[0] if len(found) == 1 and text_of(found[0]).strip() else None


def _is_main(node: Node) -> bool:
    return node.name == "main" or (node.name[0] not in "#!" and (node.attrs or {}).get("role") == "main")


def has_heading(node: Node) -> bool:
    """Tell whether the heading of a page stands in a node."""
    return any(one.name == "h1" for one in within(node))


def is_code(node: Node) -> bool:
    """Tell whether preformatted text is code, and not a poem or a letter."""
    children = [child for child in node.children or () if child.name != "#text" or child.data.strip()]
    has_code = len(children) == 1 and children[0].name in _CODE_ELEMENTS
    return has_code or _CODE_CLASS.search(str((node.attrs or {}).get("class") or "")) is not None


def integer(value: Any, default: int) -> int:
    """Return the number that an attribute has, or another one."""
    written = str(value or "").strip()
    return int(written) if re.fullmatch(r"-?[0-9]{1,6}", written) else default
