"""Markdown in pieces: what may still become markup is held back until its line shows whether it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .markdown import without_markup

LONGEST_LINE = 300  # characters of a line that are held back at most

_MAY_BE_MARKUP = re.compile(r"[*~`](?=[^\s*])|(?<!\w)_(?=\S)|\||\[(?!pause|\[)|^[ \t]{0,12}(?:[-+#>=]|\Z)")


def pieces_without_markup(pieces: Iterable[str | None]) -> Iterator[str | None]:
    """Yield the pieces of a text, cut in other places, with spaces for markup; a text that begins with "<" as it is.

    Args:
        pieces: Of a text; before None nothing is held back.
    """
    pieces = iter(pieces)
    line, given = "", 0  # the line that has begun, and how many characters of it were yielded
    is_markdown: bool | None = None
    for piece in pieces:
        if is_markdown is None and piece and piece.strip():
            is_markdown = not piece.lstrip("\ufeff \t\r\n").startswith("<")
        if not is_markdown:
            yield piece
            continue
        line += piece or ""
        end = line.rfind("\n") + 1
        if end:
            yield without_markup(line[:end])[given:]
            line, given = line[end:], 0
        stop = len(line) if piece is None or len(line) > LONGEST_LINE else _certain(line)
        if stop > given:
            yield without_markup(line[:stop])[given:stop]
            given = stop
        if len(line) > LONGEST_LINE:
            line, given = "", 0
        if piece is None:
            yield None
    if line[given:]:
        yield without_markup(line)[given:]


def _certain(line: str) -> int:
    """Return how many characters of a line can be no markup that later ones decide: whole words, all or none."""
    stop = max(line.rfind(" "), line.rfind("\t")) + 1
    return 0 if _MAY_BE_MARKUP.search(without_markup(line[:stop])) else stop
