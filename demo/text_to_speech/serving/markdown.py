"""Markdown as chat programs send it → the words in it, each where it was.

What is markup becomes spaces, so that every word keeps its offset; no word is ever taken away. Only what cannot well
be anything else counts as markup: `**bold**` does and `3 * 4` does not, `_word_` does and `snake_case` does not.
"""

from __future__ import annotations

import re

_MARKUP = (
    re.compile(r"(?<=[-*+][ \t])\[[ xX]\](?=[ \t])"),  # the boxes of a list of tasks
    re.compile(r"^ {0,3}(?:```|~~~)[^\n`]*$", re.MULTILINE),  # the fences around code
    re.compile(r"^ {0,3}\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?$", re.MULTILINE),  # the line below a table's head
    re.compile(r"^ {0,3}(?:(?:\* *){3,}|(?:_ *){3,}|(?:- *){3,}|={3,})$", re.MULTILINE),  # rules
    re.compile(r"^ {0,3}#{1,6}(?=[ \t])", re.MULTILINE),  # headings
    re.compile(r"^(?: {0,3}>[ \t]?)+", re.MULTILINE),  # quotations
    re.compile(r"^[ \t]{0,12}[-*+](?=[ \t]+\S)", re.MULTILINE),  # bullets
)
_LINK = re.compile(
    r"(!?\[)([^\[\]\n]{1,500})(\]\(\s*<?[^\s()<>]{1,2000}(?:\([^\s()]{0,200}\))?>?(?:\s+\"[^\"\n]{0,200}\")?\s*\))"
)
_EMPHASIS = (
    re.compile(r"(?<![*\\])(\*{1,3})(?=[^\s*])([^*\n]{1,1000}?)(?<=[^\s*])(\1)(?!\*)"),
    re.compile(r"(?<![\w\\_])(_{1,3})(?=[^\s_])([^\n]{1,1000}?)(?<=[^\s_])(\1)(?!\w|\.\w)"),
    re.compile(r"(?<![~\\])(~~)(?=[^\s~])([^~\n]{1,1000}?)(?<=[^\s~])(~~)(?!~)"),
    re.compile(r"(?<![`\\])(`{1,2})(?=[^`])([^`\n]{1,1000}?)(\1)(?!`)"),
)
_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)


def without_markup(text: str) -> str:
    """Return a text of the same length in which Markdown's markup is spaces; of a link the words stay.

    Example:
        >>> without_markup("**Mind** the [gap](https://example.org).")
        '  Mind   the  gap                      .'
    """
    for pattern in _MARKUP:
        text = pattern.sub(lambda match: _blank(match[0]), text)
    text = _ROW.sub(lambda match: match[0].replace("|", ","), text)
    text = _LINK.sub(lambda match: _blank(match[1]) + match[2] + _blank(match[3]), text)
    for pattern in _EMPHASIS:
        text = pattern.sub(lambda match: _blank(match[1]) + match[2] + _blank(match[3]), text)
    return text


def _blank(markup: str) -> str:
    return " " * len(markup)
