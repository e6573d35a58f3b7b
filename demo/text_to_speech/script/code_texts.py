"""Whether preformatted text is code or prose that somebody put into such a block: a poem, a letter, an answer."""

from __future__ import annotations

import re

_WORD = re.compile(r"(?<![\w./\\-])[A-Za-z][a-z'’]*(?![\w(./\\=-])")
_TOKEN = re.compile(r"\S+")
_CODE = re.compile(
    r"[{}<>=\\|$^`~@#]|\w\(|::|//|->|;\s*$|^\s*(?:import|def|class|function|return|var|let|const|for|if|while|sudo|pip"
    r"|npm|git|cd|ls|cat|echo|docker|curl|select|from)\b(?=.*[\d\W])",
    re.MULTILINE,
)
# How many of the tokens are words, in prose.
_WORDS_IN_PROSE = 0.8


def is_prose(text: str) -> bool:
    """Tell whether a preformatted text is prose or verse."""
    tokens = len(_TOKEN.findall(text))
    if tokens < 4:
        return False
    words = len(_WORD.findall(text))
    return words >= _WORDS_IN_PROSE * tokens and len(_CODE.findall(text)) * 20 <= tokens
