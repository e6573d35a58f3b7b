"""Whether a text has markup in it: only what can hardly be anything else counts.

`**bold**` does and `3 * 4` does not, `_word_` does and `snake_case` does not, `<b>` with `</b>` does and `a<b` does
not, `&mdash;` does and `R&D;` does not. Lists and quotations with `>`, which plain text has too, are no signs by
themselves.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator

from .citations import has_citation
from .html_roles import BLOCKS, is_element

# A tag with attributes as they are written: without one, with a value, or with one of those that need none.
_ATTRIBUTE = (
    r"(?:[A-Za-z_:][\w:.-]*\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+)"
    r"|hidden|open|checked|disabled|reversed|selected|controls|async|defer)"
)
_TAG = re.compile(rf"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+{_ATTRIBUTE})*)\s*(/?)>")
_PAGE = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html[\s>])", re.IGNORECASE | re.DOTALL)
_XHTML = re.compile(
    r"\ufeff?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*(?:<!DOCTYPE[^>]*XHTML|(?:<!DOCTYPE[^>]*>\s*)?"
    r"<html\s[^>]*xmlns\s*=)",
    re.IGNORECASE | re.DOTALL,
)
_BEGINS_WITH_TAG = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)*<([A-Za-z][A-Za-z0-9]*)", re.DOTALL)
# Elements whose content has no marks of Markdown.
_WITHOUT_MARKS = re.compile(r"<(pre|script|style|textarea)\b.{0,100000}?</\1>", re.DOTALL | re.IGNORECASE)
# Elements that say something without an end tag.
_ALONE = frozenset(("br", "hr", "img", "p", "li", "input", "wbr", "dt", "dd", "tr", "td", "th"))

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|([A-Za-z][A-Za-z0-9]{1,30}));")
_COMMENT = re.compile(r"<!--.{0,5000}?-->", re.DOTALL)

# What stands before a mark that opens something.
_BEFORE = r"(?:^|(?<=[\s(\[{\"'“‘«—–:>/*_~-]))"

# Marks of Markdown on one line, and blocks.
_MARKDOWN = (
    re.compile(r"^ {0,3}#{1,6}[ \t]+(?!of\b)\S", re.MULTILINE),
    re.compile(r"^ {0,3}```[\w+#.-]*[ \t]*$", re.MULTILINE),
    re.compile(r"^ {0,3}~~~[^~\n]*\n(?:.*\n){0,5000}? {0,3}~~~", re.MULTILINE),
    re.compile(
        r"^[^\n|]*\|[^\n]*\n {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$", re.MULTILINE
    ),
    re.compile(r"^ {0,3}\S.*\n {0,3}={3,}[ \t]*$", re.MULTILINE),
    re.compile(r"^ {0,3}[A-Za-z\d].{0,80}\n {0,3}-{3,}[ \t]*\n(?=[ \t]*\n|.*\w)", re.MULTILINE),
    re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\][ \t]+\S", re.MULTILINE),
    re.compile(r"\[\^[\w-]{1,40}\]"),
    re.compile(r"^ {0,3}\[[^\]\n]{1,100}\]:[ \t]+\S", re.MULTILINE),
    re.compile(
        r"!?\[\[?[^\[\]\n]{0,500}\]?\]\([^\s()]{1,2000}(?:\([^\s()]{0,200}\))?(?:[ \t]+\"[^\"\n]{0,200}\")?\)"
    ),
    re.compile(r"!\[[^\[\]\n]{0,500}\]\(\)"),
    re.compile(
        rf"{_BEFORE}(\*{{1,3}})(?=[^\s*])(?=[^*\n]*\w)[^*\n]{{1,1000}}?(?<=[^\s*(])\1(?![*\w])", re.MULTILINE
    ),
    # `__init__` is a name.
    re.compile(
        rf"{_BEFORE}(_{{1,3}})(?!_?[a-z]+(?:_[a-z]+)*__)(?=[^\s_])(?=[^_\n]*[^\W_])[^\n_]{{1,1000}}?(?<=[^\s_])\1"
        r"(?![\w(])",
        re.MULTILINE,
    ),
    re.compile(rf"{_BEFORE}~~(?=[^\s~])[^~\n]{{1,1000}}?(?<=[^\s~])~~(?!~)", re.MULTILINE),
    re.compile(
        rf"{_BEFORE}(?:`[^`\s][^`\n]{{0,1000}}`(?!`)|``(?=[^`])[^\n]{{1,1000}}?``(?!`))", re.MULTILINE
    ),
    re.compile(r"^ {0,3}> ?\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]", re.MULTILINE),
    re.compile(r"(?<![\\\w:])\\[*_#~`](?![.\\/])"),
    re.compile(r"(?<=\w)\\[*_~`](?=[\s.,;:!?)]|$)"),
    re.compile(r"<(?:https?://[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)>"),
    re.compile(r"^\ufeff?---[ \t]*\n(?:[\w-]+:.*\n|[ \t]+.*\n|- .*\n){1,200}---[ \t]*$", re.MULTILINE),
)


def is_page(text: str) -> bool:
    """Tell whether a text begins as a page of HTML does."""
    return _PAGE.match(text.removeprefix("\ufeff")) is not None


def is_xhtml(source: str) -> bool:
    """Tell whether a document says that it is XHTML, in which `<a id="x"/>` is a whole element."""
    return _XHTML.match(source[:4096]) is not None


def begins_as_html(text: str) -> bool:
    """Tell whether a text begins with a tag of a block, so that lines and marks between its tags mean nothing."""
    match = _BEGINS_WITH_TAG.match(text)
    if match is None or match[1].lower() not in BLOCKS or not has_tags(text):
        return False
    # A page of Markdown may begin so, too: then its marks are on lines without tags.
    lines = _WITHOUT_MARKS.sub("", text).split("\n")
    rest = "\n".join("" if "<" in line else line for line in lines)
    return not any(pattern.search(rest) for pattern in _MARKDOWN)


def has_tags(text: str) -> bool:
    """Tell whether a text has tags of HTML."""
    opened: set[str] = set()
    for is_end, name in _tags(text):
        if not is_end and name in _ALONE:
            return True
        if is_end and name in opened:
            return True
        opened.add(name)
    return False


def _tags(text: str) -> Iterator[tuple[bool, str]]:
    """Yield for each tag of an element that there is whether it is an end tag, and its name."""
    for match in _TAG.finditer(text):
        name = match[2].lower()
        if is_element(name) and "-" not in name:
            yield bool(match[1]), name


def has_entities(text: str) -> bool:
    """Tell whether a text has entities of HTML."""
    return any(not match[1] or f"{match[1]};" in html.entities.html5 for match in _ENTITY.finditer(text))


def is_quotation(text: str) -> bool:
    """Tell whether every line of a text begins with `>`."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and all(line.lstrip().startswith("> ") or line.strip() == ">" for line in lines)


def has_markdown(text: str) -> bool:
    """Tell whether a text has marks of Markdown, or what Markdown may have in it: tags, entities, citations."""
    return (
        any(pattern.search(text) for pattern in _MARKDOWN)
        or _COMMENT.search(text) is not None
        or has_entities(text)
        or has_tags(text)
        or has_citation(text)
    )
