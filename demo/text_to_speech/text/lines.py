"""Tells the line ends that mean something (of a heading, a verse, an address) from those of wrapped prose.

A program that wraps prose puts as many words on a line as the column holds: the first word of the next line would not
have had room. A line end after which that word has room was therefore written on purpose. Where lines are too alike to
tell by that, their beginnings decide: the lines of verse, of menus and of addresses begin with capital letters, those
of prose do so only now and then.

Each line end is judged by five lines before it and three lines after it, so that a text which arrives in pieces need
not be there as a whole.
"""

import itertools
import re
from collections.abc import Sequence

LINES_BEFORE = 5
"""Lines before a line end that it is judged by."""

LINES_AFTER = 3
"""Lines after a line end that it is judged by."""

LONGEST_WRAPPED = 140
"""Characters of the longest line of a text that is wrapped. Longer lines are paragraphs of their own."""

# Prose is hardly ever wrapped at fewer characters than these.
_NARROW = 45
_VERY_NARROW = 26
# Verses are hardly ever longer than these; two of them are taken for verse below the first.
_MIDDLING = 60
_WIDE = 90

_CLOSING = "\"'”’»)]}*_"
_FIRST_WORD = re.compile(r"\S+")
_FIRST_CHARACTER = re.compile(r"[^\W_]")
_PRONOUN = re.compile(r"\W*I(?:['’][a-z]+)?\b(?!\.)")
_LABEL = re.compile(r"\s*[^\W\d_][\w .'’&/-]{0,28}:(?=\s|$)")
_COLUMNS = re.compile(r"\t|\S {4,}\S|\S *\.{4,} *\S|\|")
_MARK_INSIDE = re.compile(r"[.!?;:,]")
_BROKEN_WORD = re.compile(r"[^\W\d_][-‐¬\u00ad]\s*\Z")


def meaningful_ends(lines: Sequence[str], *, is_item: bool = False) -> list[bool]:
    """Return for each line of a paragraph but the last whether its end means something.

    Args:
        lines: The lines of a text between two blank lines, or from one list item to the next.
        is_item: Whether the first line is a list item. Indented lines behind it go on with the item.
    """
    return [
        not (is_item and index + 1 < LINES_BEFORE and _continues_item(lines[0], lines[index + 1]))
        and _is_meaningful(
            lines[max(0, index - LINES_BEFORE + 1) : index + 1], lines[index + 1 : index + 1 + LINES_AFTER]
        )
        for index in range(len(lines) - 1)
    ]


def _continues_item(item: str, line: str) -> bool:
    """Tell whether a line goes on with the list item above it, by its indentation."""
    return len(line) - len(line.lstrip()) > len(item) - len(item.lstrip()) + 1


def _is_meaningful(before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether the end of the last line before means something."""
    line, following = before[-1].rstrip(), after[0].rstrip()
    if _BROKEN_WORD.search(line) and _begins_small(following):
        return False
    lines = [each.rstrip() for each in (*before, *after)]
    width = max(map(len, lines))
    if width > LONGEST_WRAPPED or _is_heading(line, following) or _is_table(line, following):
        return True
    pairs = list(itertools.pairwise(lines))
    roomy = sum(_has_room(first, second, width) for first, second in pairs)
    is_ragged = 2 * roomy >= len(pairs)
    if width < _VERY_NARROW and not any(_MARK_INSIDE.search(each) for each in lines):
        return True
    if _begins_small(following):
        spare = width - len(line)
        return is_ragged and (width < _NARROW or 2 * spare > width) and (roomy > 1 or len(pairs) == 1)
    if _has_room(line, following, width) or 3 * roomy >= len(pairs) > 1:
        return True
    if any(_begins_small(second) for _, second in pairs):
        return False
    return width < {1: _NARROW, 2: _MIDDLING}.get(len(pairs), _WIDE)


def _has_room(line: str, following: str, width: int) -> bool:
    """Tell whether the first word of a line would have had room at the end of the line before.

    Some programs balance the lengths of lines, and so leave room for a short word.
    """
    first = _FIRST_WORD.search(following)
    left_free = width // 7 if width >= _NARROW else 0
    return len(line) + 1 + len(first[0] if first else "") + left_free <= width


def _begins_small(line: str) -> bool:
    """Tell whether a line begins with a small letter, or with the pronoun I, which says nothing."""
    first = _FIRST_CHARACTER.search(line)
    return bool(first and first[0].islower()) or bool(_PRONOUN.match(line))


def _is_heading(line: str, following: str) -> bool:
    """Tell whether a line is in capitals and the next one is not, or both are "Name: value"."""
    if line.isupper() and len(line) > 3 and not following.isupper() and not line.endswith((",", "-")):
        return True
    return bool(_LABEL.match(line) and _LABEL.match(following))


def _is_table(line: str, following: str) -> bool:
    """Tell whether a line has columns, or no word at all."""
    return bool(_COLUMNS.search(line.strip()) or _COLUMNS.search(following.strip())) or not (
        _FIRST_CHARACTER.search(line) and _FIRST_CHARACTER.search(following)
    )
