"""Tells the letter A from the article, which the phonemiser would read as "uh".

An article within a sentence has a small letter, so a capital A there is the letter, unless the words around it have
capitals as those of a title or a heading do. At the beginning of a sentence it is the article, unless what follows is
no noun: "A: yes", "A, B or C", "A = 5".
"""

import re

from .abbreviations import LABELLED
from .capitals import is_shouted
from .rules import Context, Rule

_FAR = 24
_LETTER_AT_START = re.compile(
    r"\.? ?[):=/&+]|[.](?= |\Z)|-\d|, [A-Z]\b| (?:and|or|&|to|vs\.?|is for|=|>|<|≠) ?[A-Z\0]\b|[”\"']|\Z"
)
_LETTER_WITHIN = re.compile(
    r" (?:to|through|or|and|&|before|after) [B-HJ-Z](?![\w'’.])"
    r"|[\s]*(?:[,;:!?)\]/&”\"'+=.\d\0–—-]|\Z)|['’]s\b"
)
_SMALL_WORD = re.compile(r" [a-zß-ÿ]")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)['’]?s?[ -]\Z")
_NO_LABELS = frozenset(
    [
        "part",
        "parts",
        "point",
        "line",
        "case",
        "game",
        "got",
        "gets",
        "person",
        "man",
        "woman",
        "war",
        "round",
        "minor",
        "major",
        "is",
        "was",
        "are",
    ]
)


def _letter(match: re.Match[str], context: Context) -> str | None:
    """Read A as the name of the letter."""
    before = context.text[max(0, match.start() - _FAR) : match.start()]
    after = context.text[match.end() : match.end() + _FAR]
    word = _WORD_BEFORE.search(before)
    label = word[1].lower() if word else ""
    if before.endswith(("(", "“", '"', "'", "/")) and after.startswith((")", "”", '"', "'", "/")):
        return "A"
    if is_shouted(match, context):
        return "A" if label in LABELLED - _NO_LABELS and label != "an" else None
    if (not word and not before.endswith(("\0 ", ", ", "& ", "+ ", "= ", "-"))) or _BEGINS.search(before):
        return "A" if _LETTER_AT_START.match(after) else None
    if label in LABELLED - _NO_LABELS or label in ("the", "an") or _LETTER_WITHIN.match(after):
        return "A"
    return (
        "A"
        if word and _SMALL_WORD.match(after) and not (word[1][0].isupper() and label not in LABELLED)
        else None
    )


_BEGINS = re.compile(r"[.!?:—–“\"]\s*\Z")


def _list_mark(_: re.Match[str], __: Context) -> str:
    """Read the mark of the first item of a list: "(a)" and "a)"."""
    return "A"


RULES = (
    Rule(r"(?<![\w'’.&@$#])A(?![\w’]|\.\w|'(?!s\b|\W|\Z))", _letter, "A"),
    Rule(r"(?<=\()a(?=\))", _list_mark, "a"),
    Rule(r"\A[(\s]*(?P<it>a)(?=[).] )", _list_mark, "a"),
)
