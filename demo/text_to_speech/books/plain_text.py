"""Plain text as books have it: hard-wrapped or one line a paragraph, with headings in capitals and verse by lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from ..script.document import Document
from .made_document import DocumentMaker

LONGEST_HEADING = 80  # characters
LONGEST_LINE = 100  # characters of a line of wrapped text; longer ones are paragraphs
_RULE = re.compile(r"\s*(?:[*•·~=_#-]\s*){3,}|\s*\*\s*")
_NUMBER = r"(?:\d{1,3}|[IVXLC]{1,7}|[A-Z]?[a-z]+(?:[- ][A-Za-z]+)?)"
_CHAPTER = re.compile(
    rf"(?:(?P<part>part|book|volume)|chapter|letter|canto|act|scene|stave)\s+(?:the\s+)?{_NUMBER}\b[.:)—–-]*.*",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:prologue|epilogue|preface|foreword|introduction|afterword|appendix(?:\s+\w{1,3})?|contents|conclusion"
    r"|interlude|dedication|acknowledge?ments|notes?)[.:]?",
    re.IGNORECASE,
)
_LONE_NUMBER = re.compile(r"(?:\d{1,3}|[IVXLC]{1,7})\.?")


def read_plain_text(text: str) -> Document:
    """Return the document of a plain text; every character that is not white space is in one of its blocks.

    Blank lines separate paragraphs. A paragraph of one short line that names a chapter, a part or the like, or is in
    capitals, is a heading. Lines that are broken although the next word would have fitted are verse.
    """
    paragraphs = list(_paragraphs(text))
    width = _width(paragraphs)
    maker = DocumentMaker()
    for lines in paragraphs:
        if len(lines) == 1 and _RULE.fullmatch(lines[0]):
            maker.add("rule", "")
        elif level := _heading_level(lines):
            maker.add("heading", " ".join(lines), level=level)
        elif _is_verse(lines, width):
            for number, line in enumerate(lines, start=1):
                maker.add("verse", line, ends_paragraph=number == len(lines))
        elif max(map(len, lines)) > LONGEST_LINE and len(lines) > 1:
            for line in lines:
                maker.add("paragraph", line)
        else:
            maker.add("paragraph", " ".join(lines))
    return maker.finish()


def _paragraphs(text: str) -> Iterator[list[str]]:
    """Yield the lines of each paragraph, without white space around them."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.strip():
            lines.append(line.strip())
        elif lines:
            yield lines
            lines = []


def _width(paragraphs: Sequence[Sequence[str]]) -> int:
    """Return how many characters a line of wrapped text has: nearly all of the lines that go on have fewer."""
    lengths = sorted(len(line) for lines in paragraphs for line in lines[:-1])
    return lengths[len(lengths) * 19 // 20] if lengths else 0


def _is_verse(lines: Sequence[str], width: int) -> bool:
    """Tell whether lines are broken where the next word would have fitted, all of them."""
    pairs = list(itertools.pairwise(lines))
    return bool(pairs) and all(
        len(line) + 1 + len(following.split()[0]) < width - 3 for line, following in pairs
    )


def _heading_level(lines: Sequence[str]) -> int:
    """Return the level of the heading that a paragraph is; 0 for an ordinary one. A part stands above its chapters."""
    if len(lines) > 2:
        return 0
    text = " ".join(lines)
    if len(text) > LONGEST_HEADING or text[-1] in ",;":
        return 0
    if match := _CHAPTER.fullmatch(text):
        # "Chapter two was long, and …" is a sentence.
        is_sentence = text[-1] == "." and len(text.split()) > 6
        return 0 if is_sentence else 1 if match["part"] else 2
    if _NAMED.fullmatch(text) or _LONE_NUMBER.fullmatch(text):
        return 2
    letters = [character for character in text if character.isalpha()]
    is_capital = len(letters) > 3 and all(letter.isupper() for letter in letters) and len(lines) == 1
    return 2 if is_capital and text[-1] not in '!?"”' else 0
