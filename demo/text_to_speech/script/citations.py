"""Marks of citations in running text: `[1]`, `[2, 3]`, `[4–6]`, and those that language models write.

They are marks where they stand after a sentence or a word of prose, and text where they are the index of an array, the
number of an entry in a list of sources, or the object of a sentence (`as shown in [1]`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..text.word_sets import word_set
from .document import DocumentBlock, cut_runs

_NUMBERS = r"\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,20}"
_MARK = re.compile(
    rf"(?P<gap>[ \xa0]?)(?P<mark>(?:\[(?:{_NUMBERS}|citation needed|note \d{{1,3}}|\^[\w-]{{1,40}})\])+"
    r"|【[^【】\n]{1,60}】)"
)
_WORD_BEFORE = re.compile(r"([\w'’.-]+)$")
# Words after which a number in brackets is what is spoken of, and names of what has an index.
_KEPT_AFTER = word_set(
    "in see by from of to with per cf and or ref refs reference references source sources equation eq item step table"
    " array arr list args argv data index row col values items matrix vec vector buf lst tuple str string at"
)
_PLAIN_WORD = re.compile(r"[^\W\d_][^\W\d_'’-]+\.?")
_ENDS = tuple(".,;:!?)”\"’'%]")


def citations(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the marks in a text."""
    if "[" not in text and "【" not in text:
        return
    for match in _MARK.finditer(text):
        if _is_mark(text, match):
            yield match.span()


def has_citation(text: str) -> bool:
    """Tell whether there is a mark in a text."""
    return next(citations(text), None) is not None


def _is_mark(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    if text[match.start("mark")] == "【":
        return True
    if text[end : end + 1] in ("(", "[", ":") or text[end : end + 1].isalnum():
        return False
    before = text[max(0, start - 40) : start]
    if not before or before[-1:] in "\n[":
        return False
    if before.endswith(_ENDS):
        # Not the index of an index, nor of what a function returns.
        return bool(match["gap"]) or before[-1] not in ")]"
    word = _WORD_BEFORE.search(before)
    if not word or word[1].lower().rstrip(".") in _KEPT_AFTER:
        return False
    return bool(match["gap"]) or _PLAIN_WORD.fullmatch(word[1]) is not None


def with_citations(block: DocumentBlock) -> DocumentBlock:
    """Return a block in which the marks of citations have the role of note marks."""
    if block.kind == "code":
        return block
    spans = list(citations(block.raw_text))
    if not spans:
        return block
    runs = (
        replace(run, roles=run.roles | {"noteref"}) if index >= 0 else run
        for run, index in cut_runs(block.runs, spans)
    )
    return replace(block, runs=tuple(runs))
