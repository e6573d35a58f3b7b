"""An HTML document before it is parsed: XHTML's own syntax becomes HTML's, and depth and size are bounded.

The parser builds the tree of the HTML standard, whose size is quadratic for some inputs: a thousand `<font>` that are
never closed are opened again in each paragraph. So tags that are nested too deeply, and end tags that close nothing,
are left out before; their text stays. What the standard would lose, the rest of a document after a quotation mark that
is not closed, stays too.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Generator, Iterator

from ..errors import InputError
from ..text.grouped_warnings import warn
from ..text.word_sets import word_set
from .html_roles import is_element
from .source_map import Rewritten

logger = logging.getLogger(__name__)

LONGEST_DOCUMENT = 10_000_000
"""Characters of a document."""

MOST_ELEMENTS = 500_000
"""Elements of a document."""

DEEPEST = 400
"""Elements inside one another, without those whose end tags may be missing."""

DEEPEST_FORMATTING = 12
"""Formatting elements that are open at once."""

# Elements that are opened again in each block until they are closed.
_FORMATTING = word_set("a b big code em font i nobr s small strike strong tt u")
# Of these a second one closes the first.
_SINGLE = frozenset(("a", "nobr"))
_VOID = word_set("area base br col embed hr img input link meta param source track wbr")
# Elements whose end tags may be missing, so that the number of open ones means nothing.
_IMPLIED = word_set("html head body p li dt dd tr td th thead tbody tfoot colgroup caption option optgroup")
# Elements in which there are no tags.
_RAW = word_set("script style textarea title xmp iframe noembed noframes")
# Of these the content is text that a reader sees; without an end tag it would be the whole rest of the document.
_VISIBLE_RAW = word_set("textarea title xmp")

# A span of the document, and what it becomes.
Edit = tuple[int, int, str]

_NAME = re.compile(r"/?([A-Za-z][^\s/>]*)")
_END_TAG = re.compile(r"</([A-Za-z][^\s/>]*)")
_TAG_PART = re.compile(r">|=\s*([\"'])")


def prepared(source: str, *, xhtml: bool) -> Rewritten:
    """Return a document as the parser gets it.

    Args:
        source: HTML or XHTML.
        xhtml: Whether it is XHTML.

    Raises:
        InputError: The document is too long or has too many elements.
    """
    if len(source) > LONGEST_DOCUMENT:
        raise InputError(
            f"HTML of {len(source)} characters: expected at most {LONGEST_DOCUMENT}; cut it into several"
        )
    source = source.replace("\r\n", " \n").replace("\r", "\n")
    rewritten = Rewritten()
    position = 0
    for start, end, text in _Tags(source, xhtml=xhtml).edits():
        rewritten.add(source[position:start], position, start)
        rewritten.add(text, start, end)
        position = end
    rewritten.add(source[position:], position, len(source))
    return rewritten.finish()


class _Tags:
    """The tags of a document from its start to its end, and what is changed of them.

    Args:
        source: The document.
        xhtml: Whether it is XHTML.
    """

    def __init__(self, source: str, *, xhtml: bool) -> None:
        self._source = source
        self._xhtml = xhtml
        self._stack: list[str] = []
        self._open: Counter[str] = Counter()
        self._formatting: Counter[str] = Counter()
        # How many start tags of a name were blanked, whose end tags are blanked too.
        self._blanked: Counter[str] = Counter()
        self._elements = 0
        # Where the last end tag of each name is, once somebody has asked.
        self._last_ends: dict[str, int] | None = None
        # Characters that are not found any more from here on.
        self._missing: set[str] = set()

    def edits(self) -> Iterator[Edit]:
        """Yield spans that are replaced, each with the new text."""
        source = self._source
        position = source.find("<")
        while position >= 0:
            if source.startswith("<!--", position):
                end = self._find("-->", position + 2)
                position = source.find("<", len(source) if end < 0 else end)
                continue
            if source.startswith("<?", position):
                end = self._find(">", position)
                end = len(source) if end < 0 else end + 1
                yield position, end, ""
                position = source.find("<", end)
                continue
            if source.startswith("<!", position):
                end = yield from self._declaration(position)
                position = source.find("<", end)
                continue
            name = _NAME.match(source, position + 1)
            if not name:
                position = source.find("<", position + 1)
                continue
            tag_end = yield from self._tag_end(name.end())
            if tag_end < 0:
                # No tag is complete any more: what follows is text.
                yield position, position + 1, "&lt;"
                position = source.find("<", position + 1)
                continue
            yield from self._tag(position, tag_end, name[1].lower())
            position = source.find("<", self._content_end(position, tag_end, name[1].lower()))

    def _find(self, what: str, start: int) -> int:
        """Return the next offset of some characters, or -1; what is missing once is not looked for again."""
        if what in self._missing:
            return -1
        found = self._source.find(what, start)
        if found < 0:
            self._missing.add(what)
        return found

    def _tag_end(self, start: int) -> Generator[Edit, None, int]:
        """Return the end of a tag, or -1; a quotation mark that is not closed is blanked."""
        while self._find(">", start) >= 0:
            part = _TAG_PART.search(self._source, start)
            if part is None:
                break
            if not part[1]:
                return part.end()
            closing = self._find(part[1], part.end())
            if closing < 0:
                yield part.end() - 1, part.end(), ""
                start = part.end()
            else:
                start = closing + 1
        return -1

    def _declaration(self, start: int) -> Generator[Edit, None, int]:
        """Return the end of a declaration; the text of a CDATA section in XHTML becomes text."""
        source = self._source
        if self._xhtml and source.startswith("<![CDATA[", start):
            end = self._find("]]>", start)
            stop = len(source) if end < 0 else end
            yield start, start + 9, ""
            for mark in re.finditer("[<&]", source[start + 9 : stop]):
                at = start + 9 + mark.start()
                yield at, at + 1, "&lt;" if mark[0] == "<" else "&amp;"
            if end >= 0:
                yield end, end + 3, ""
            return stop + 3
        end = self._find(">", start)
        subset = source.find("[", start, end) if end >= 0 and source[start + 2 : start + 3] in "Dd" else -1
        if subset >= 0 and (closing := self._find("]", subset)) >= 0:
            end = max(self._find(">", closing), closing)
            yield subset, end, ""
        return len(source) if end < 0 else end + 1

    def _content_end(self, start: int, tag_end: int, name: str) -> int:
        """Return where the next tag may be."""
        if name not in _RAW or self._source[start + 1] == "/" or self._is_empty(tag_end):
            return tag_end
        end = self._raw_end(tag_end, name)
        if end < 0:
            return tag_end if name in _VISIBLE_RAW else len(self._source)
        return end

    def _raw_end(self, start: int, name: str) -> int:
        """Return where the end tag of an element without tags is, or -1."""
        key = f"</{name}"
        if key in self._missing:
            return -1
        found = re.compile(f"{key}(?=[\\s/>])", re.IGNORECASE).search(self._source, start)
        if not found:
            self._missing.add(key)
        return found.start() if found else -1

    def _is_empty(self, tag_end: int) -> bool:
        return self._xhtml and self._source[tag_end - 2] == "/"

    def _tag(self, start: int, end: int, name: str) -> Iterator[Edit]:
        """Yield how a tag is changed, if it is."""
        blank = (start, end, "")
        if name == "plaintext" or (name == "br" and self._source[start + 1] == "/" and self._xhtml):
            yield blank
        elif name in _VOID:
            self._count()
        elif self._source[start + 1] == "/":
            if not self._closes(name):
                yield blank
        elif self._is_empty(end):
            self._count()
            yield end - 2, end, f"></{name}>"
        elif self._is_text(name, end):
            yield start, start + 1, " "
            yield end - 1, end, " "
        elif (name in _VISIBLE_RAW and self._raw_end(end, name) < 0) or not self._opens(name):
            self._blanked[name] += name not in _RAW
            yield blank

    def _is_text(self, name: str, tag_end: int) -> bool:
        """Tell whether a start tag is text between angle brackets: there is no such element, and it has no end."""
        if self._xhtml or is_element(name) or self._source[tag_end - 2] == "/":
            return False
        if self._last_ends is None:
            ends = _END_TAG.finditer(self._source)
            self._last_ends = {end[1].lower(): end.start() for end in ends}
        return self._last_ends.get(name, -1) < tag_end

    def _count(self) -> None:
        self._elements += 1 + sum(self._formatting.values())
        if self._elements > MOST_ELEMENTS:
            raise InputError(f"HTML with more than {MOST_ELEMENTS} elements: cut it into several")

    def _opens(self, name: str) -> bool:
        """Follow a start tag, and tell whether it stays."""
        if name in _RAW or name in _IMPLIED:
            self._count()
            return True
        if name in _FORMATTING:
            if name not in _SINGLE or not self._formatting[name]:
                if self._formatting.total() >= DEEPEST_FORMATTING:
                    return self._too_deep()
                self._formatting[name] += 1
            self._elements += 1
            return True
        if len(self._stack) >= DEEPEST:
            return self._too_deep()
        self._count()
        self._stack.append(name)
        self._open[name] += 1
        return True

    @staticmethod
    def _too_deep() -> bool:
        message = f"more than {DEEPEST} elements in one another: the innermost count as their text"
        warn(logger, "elements that are too deep", message)
        return False

    def _closes(self, name: str) -> bool:
        """Follow an end tag, and tell whether it stays."""
        if name in _RAW or name in _IMPLIED:
            return True
        if self._blanked[name]:
            self._blanked[name] -= 1
            return False
        if name in _FORMATTING:
            if not self._formatting[name]:
                return False
            self._formatting[name] -= 1
            return True
        if not self._open[name]:
            return False
        while True:
            last = self._stack.pop()
            self._open[last] -= 1
            if last == name:
                return True
