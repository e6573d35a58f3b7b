"""An SSML document as expat reads it: bytes for the parser, offsets in characters for a script."""

from __future__ import annotations

import re
from xml.parsers import expat

_ENTITY = re.compile(r"&[^;]{1,12};|\r\n?")
_LINE_END = re.compile(r"\r\n?|\n")
_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")


def name_position(line: int, column: int) -> str:
    """Return how messages name a position; the line counts from 1 and the column from 0."""
    return f"SSML, line {line}, column {column + 1}"


class Source:
    """The document and the parser's position in it.

    Args:
        document: The document.

    Attributes:
        document: The document.
        parser: The parser of the document, whose handlers the caller sets.
    """

    def __init__(self, document: str) -> None:
        self.document = document
        self.parser = expat.ParserCreate("utf-8")
        self._data = document.encode()
        # The last position that was asked for, in bytes and in characters: the next one is counted from there, so
        # that the time is linear in the length of the document.
        self._bytes = self._characters = 0

    def parse(self) -> None:
        """Parse the whole document."""
        self.parser.Parse(self._data, True)

    @property
    def offset(self) -> int:
        """The offset in characters of what the parser is reading."""
        index = self.parser.CurrentByteIndex
        self._characters += len(self._data[self._bytes : index].decode())
        self._bytes = index
        return self._characters

    @property
    def line_and_column(self) -> tuple[int, int]:
        """The line, from 1, and the column, from 0, of what the parser is reading."""
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber

    def name_offset(self, offset: int) -> str:
        """Return how a message names an offset in characters."""
        lines = _LINE_END.split(self.document[:offset])
        return name_position(len(lines), len(lines[-1]))

    def span_of_characters(self, data: str) -> tuple[int, int]:
        """Return the span of the characters that the parser is reading, given what it made of them.

        It reports an entity ("&amp;") alone, as the character that it means, and a line end of two characters as one.
        """
        start = self.offset
        entity = _ENTITY.match(self.document, start)
        is_literal = self.document.startswith(data, start) and not (entity and data == "&")
        return start, start + len(data) if is_literal or not entity else entity.end()

    def end_of_element(self, start: int) -> int:
        """Return the end offset (exclusive) of the element that is being closed, given where its tag starts."""
        # What follows `<sub …/>` may be the closing tag of its parent, so the element's own tag is asked first.
        tag = _TAG.match(self.document, start)
        if tag and tag[0].endswith("/>"):
            return tag.end()
        end = self.document.find(">", self.offset)
        return end + 1 if end >= 0 else len(self.document)
