"""The characters of a text node, each with its span in the source.

The parser says where a text node begins. From there on the source is followed: it has the same characters, but for
entities, and for tags and comments between parts of one text (`<table>` before text that belongs before the table, end
tags that close nothing).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# Characters of text and of source that are compared at once.
_LITERAL = re.compile(r"[^<&]+")
_ENTITY = re.compile(r"&(?:#[xX][0-9A-Fa-f]+;?|#[0-9]+;?|[A-Za-z][A-Za-z0-9]*;?)")
_SKIPPED = re.compile(r"<!--.*?(?:-->|\Z)|</?[A-Za-z][^>]*>|<[!?/][^>]*>", re.DOTALL)
# How far ahead a text is looked for that does not go on where it should.
_AHEAD = 4_000


def aligned(text: str, source: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Yield the parts of a text node, each with its span in the source.

    Args:
        text: The characters of the node.
        source: The document as it was parsed.
        start: Offset at which the node begins.
    """
    if source.startswith(text, start):
        yield text, start, start + len(text)
        return
    at, position = 0, start
    while at < len(text):
        if count := _common(text, at, source, position):
            yield text[at : at + count], position, position + count
            at, position = at + count, position + count
            continue
        entity = _ENTITY.match(source, position)
        if entity and (meaning := _meaning(entity[0])) and text.startswith(meaning, at):
            yield meaning, position, entity.end()
            at, position = at + len(meaning), entity.end()
        elif skipped := _SKIPPED.match(source, position):
            position = skipped.end()
        elif position < len(source) and source[position] == text[at]:
            yield text[at], position, position + 1
            at, position = at + 1, position + 1
        else:
            found = source.find(text[at : at + 8], position, position + _AHEAD)
            if found < 0:
                # Nothing says where it is: it is near here.
                yield text[at:], min(position, len(source)), min(position + 1, len(source))
                return
            position = found


def _common(text: str, at: int, source: str, position: int) -> int:
    """Return how many characters, none of which begins an entity or a tag, are the same."""
    literal = _LITERAL.match(text, at)
    if not literal:
        return 0
    if source.startswith(literal[0], position):
        return len(literal[0])
    other = _LITERAL.match(source, position)
    if not other:
        return 0
    limit = min(len(literal[0]), len(other[0]))
    one, two = literal[0][:limit], other[0][:limit]
    if one == two:
        return limit
    return next(index for index in range(limit) if one[index] != two[index])


def _meaning(entity: str) -> str:
    """Return the characters that an entity means, "" if it means none."""
    meaning = html.unescape(entity)
    return "" if meaning == entity else meaning
