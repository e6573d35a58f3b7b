"""Markdown becomes a document: CommonMark with tables, footnotes, tasks, definitions, struck-out text and HTML in it.

    document = read_markdown(text)

The parser is pulldown-cmark (pyromark), which says of everything that it finds where it is in the source. What it finds
is written as HTML with the way back to the source, and the reader of HTML does the rest: so Markdown and HTML, which
may stand in it, sound the same.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from ..errors import InputError
from ..text.characters import check_text
from ..text.grouped_warnings import one_document
from .code_texts import is_prose
from .document import Document
from .html_elements import MEANT
from .html_reader import document_of_html
from .html_roles import is_element
from .html_source import LONGEST_DOCUMENT, prepared
from .source_map import Rewritten

_SPECIAL = re.compile("[&<>]")
_ITEM_MARK = re.compile(r"[-*+]|\d{1,9}[.)]")
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
_ALERT = re.compile(r"\[!(\w+)\]")
_PLAIN_LANGUAGES = ("", "text", "txt", "plain", "plaintext", "markdown", "md", "email", "quote")

_TAGS = {
    "Paragraph": "p",
    "Item": "li",
    "Emphasis": "em",
    "Strong": "strong",
    "Strikethrough": "del",
    "Superscript": "sup",
    "Subscript": "sub",
    "TableHead": "tr",
    "TableRow": "tr",
    "DefinitionList": "dl",
    "DefinitionListTitle": "dt",
    "DefinitionListDefinition": "dd",
}


def read_markdown(source: str) -> Document:
    """Return the document of Markdown.

    Raises:
        InputError: The source is not a str, or is too long.
    """
    with one_document():
        source = check_text(source)
        if len(source) > LONGEST_DOCUMENT:
            raise InputError(
                f"Markdown of {len(source)} characters: expected at most {LONGEST_DOCUMENT}; cut it into several"
            )
        written = _Writer(source).write()
        return document_of_html(source, prepared(written.text, xhtml=False), written)


def parse_events(source: str) -> Iterator[tuple[Any, int, int]]:
    """Yield what the parser finds, each with its span in characters."""
    import pyromark
    from pyromark import Options

    options = (
        Options.ENABLE_TABLES
        | Options.ENABLE_FOOTNOTES
        | Options.ENABLE_STRIKETHROUGH
        | Options.ENABLE_TASKLISTS
        | Options.ENABLE_MATH
        | Options.ENABLE_GFM
        | Options.ENABLE_DEFINITION_LIST
        | Options.ENABLE_HEADING_ATTRIBUTES
        | Options.ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options.ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
    )
    offset = _characters(source)
    for event, span in pyromark.events_with_range(source, options=options, merge_text=False):
        yield event, offset(span["start"]), offset(span["end"])


def _characters(source: str) -> Callable[[int], int]:
    """Return a function from offsets in UTF-8 to offsets in characters."""
    if source.isascii():
        return lambda offset: offset
    import numpy as np

    begins = (np.frombuffer(source.encode(), np.uint8) & 0xC0) != 0x80
    counts = np.concatenate([[0], np.cumsum(begins, dtype=np.int32)])
    return lambda offset: int(counts[offset])


class _Writer:
    """Writes what the parser finds as HTML.

    Args:
        source: The Markdown.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._html = Rewritten()
        self._in_head = False
        # Text of the image or the block of code whose end has not come yet.
        self._collected: list[tuple[str, int, int]] | None = None
        self._images = 0

    def write(self) -> Rewritten:
        """Return the HTML of the whole."""
        for event, start, end in parse_events(self._source):
            if isinstance(event, str):
                self._single(event, start, end)
            elif "Start" in event:
                self._start(*_name_and_value(event["Start"]), start, end)
            elif "End" in event:
                self._end(*_name_and_value(event["End"]), start, end)
            else:
                self._content(*_name_and_value(event), start, end)
        return self._html.finish()

    def _tag(self, text: str, start: int, end: int | None = None) -> None:
        self._html.add(text, start, start if end is None else end)

    def _single(self, name: str, start: int, end: int) -> None:
        """Write an event that has no value."""
        if self._images:
            self._collect(" ", start, end)
        elif name == "SoftBreak":
            self._html.add("\n", start, end)
        elif name == "HardBreak":
            self._tag(f"<br {MEANT}>", start, end)
        elif name == "Rule":
            self._tag("<hr>", start, end)

    def _content(self, name: str, value: Any, start: int, end: int) -> None:
        """Write an event that has text."""
        if name in ("Html", "InlineHtml"):
            self._raw(value, start, end)
        elif name == "Text" and self._collected is not None:
            self._collect(value, start, end)
        elif name == "Text":
            self._text(value, start, end)
        elif name == "Code":
            self._code(value, start, end)
        elif name in ("InlineMath", "DisplayMath"):
            # The rules of text/ read LaTeX between dollar signs.
            self._text(self._source[start:end], start, end)
        elif name == "FootnoteReference":
            self._tag('<sup role="doc-noteref">', start)
            self._text(value, start, end)
            self._tag("</sup>", end)

    def _collect(self, text: str, start: int, end: int) -> None:
        if self._collected is not None:
            self._collected.append((text, start, end))

    def _text(self, text: str, start: int, end: int) -> None:
        """Write text, in which no character is markup."""
        if self._collected is not None:
            self._collect(text, start, end)
            return
        if self._source[start:end] != text:
            self._html.add(html.escape(text, quote=False), start, end)
            return
        position = 0
        for special in _SPECIAL.finditer(text):
            at = special.start()
            self._html.add(text[position:at], start + position, start + at)
            self._html.add(html.escape(special[0]), start + at, start + at + 1)
            position = at + 1
        self._html.add(text[position:], start + position, end)

    def _code(self, text: str, start: int, end: int) -> None:
        """Write code within a line."""
        at = self._source.find(text, start, end)
        self._tag("<code>", start)
        self._text(text, *((at, at + len(text)) if at >= 0 else (start, end)))
        self._tag("</code>", end)

    def _raw(self, text: str, start: int, end: int) -> None:
        """Write HTML; what looks like a tag of an element that there is not is text: `<your name>`."""
        name = _TAG_NAME.match(text)
        if self._images:
            return
        if name and not is_element(name[1]) and self._source[start:end] == text:
            self._html.add(" ", start, start + 1)
            self._text(text[1:].rstrip().removesuffix(">"), start + 1, start + len(text.rstrip()) - 1)
            self._html.add(" ", end - 1, end)
        elif self._source[start:end] == text:
            self._html.add(text, start, end)
        else:
            self._html.add(text, start, end)

    def _start(self, name: str, value: Any, start: int, end: int) -> None:
        if name == "Image":
            self._images += 1
            self._collected = self._collected if self._images > 1 else []
        elif self._images:
            return
        elif name == "Heading":
            identifier = html.escape(str(value.get("id") or ""))
            self._tag(f'<{value["level"].lower()} id="{identifier}">', start)
        elif name == "List":
            self._tag("<ul>" if value is None else f'<ol start="{value}">', start)
        elif name == "Item":
            mark = _ITEM_MARK.search(self._source, start, end)
            self._tag("<li>", start, mark.end() if mark else start)
        elif name == "BlockQuote":
            self._tag("<blockquote>", start)
            self._alert(value, start, end)
        elif name == "CodeBlock":
            self._collected = []
        elif name == "Link":
            self._tag(f'<a href="{html.escape(value["dest_url"])}">', start)
        elif name == "FootnoteDefinition":
            self._tag('<aside role="doc-footnote">', start)
        elif name == "MetadataBlock":
            self._collected = []
        elif name == "Table":
            self._tag("<table>", start)
        elif name == "TableCell":
            self._tag("<th>" if self._in_head else "<td>", start)
        elif name in _TAGS:
            self._in_head = name == "TableHead" or (self._in_head and name != "TableRow")
            self._tag(f"<{_TAGS[name]}>", start)

    def _end(self, name: str, value: Any, start: int, end: int) -> None:
        if name == "Image":
            self._images -= 1
            if not self._images:
                parts, self._collected = self._collected or [], None
                text = html.escape("".join(text for text, _, _ in parts))
                self._tag(f'<img alt="{text}">', start, end)
        elif self._images:
            return
        elif name == "CodeBlock":
            self._code_block(value, start, end)
        elif name == "MetadataBlock":
            parts, self._collected = self._collected or [], None
            self._tag('<pre class="metadata">', start)
            self._write_all(parts)
            self._tag("</pre>", end)
        elif name == "Heading":
            self._tag(f"</{str(value).lower()}>", end)
        elif name == "List":
            self._tag("</ol>" if value else "</ul>", end)
        elif name == "TableCell":
            self._tag("</th>" if self._in_head else "</td>", end)
        else:
            self._in_head = self._in_head and name != "TableHead"
            closing = _TAGS.get(name) or {"BlockQuote": "blockquote", "Link": "a", "Table": "table"}.get(name)
            closing = "aside" if name == "FootnoteDefinition" else closing
            if closing:
                self._tag(f"</{closing}>", end)

    def _write_all(self, parts: list[tuple[str, int, int]]) -> None:
        for part in parts:
            self._text(*part)

    def _code_block(self, value: Any, start: int, end: int) -> None:
        """Write a block of code, or lines of text that somebody put into one."""
        parts, self._collected = self._collected or [], None
        text = "".join(part[0] for part in parts)
        fence = self._source[start:end].lstrip("`~").partition("\n")[0].strip().lower()
        language = fence.split()[0] if fence and self._source[start : start + 1] in ("`", "~") else ""
        if language in _PLAIN_LANGUAGES and is_prose(text):
            opening, closing = "<pre>", "</pre>"
        else:
            opening, closing = f'<pre><code class="language-{html.escape(language)}">', "</code></pre>"
        # A line feed after <pre> is none of the text.
        self._tag(f"{opening}\n", start)
        self._write_all(parts)
        self._tag(closing, end)

    def _alert(self, value: Any, start: int, end: int) -> None:
        """Write the word of a note, a tip or a warning (`> [!NOTE]`)."""
        word = _ALERT.search(self._source, start, end)
        if value and word:
            self._tag("<p>", word.start())
            self._text(word[1].capitalize(), word.start(1), word.end(1))
            self._tag("</p>", word.end())


def _name_and_value(event: Any) -> tuple[str, Any]:
    """Return the name of an event, and the value that it may have."""
    return (event, None) if isinstance(event, str) else next(iter(event.items()))
