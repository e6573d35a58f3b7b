"""The door for texts of every format: plain text, Markdown, HTML and SSML become a script.

script = read_script(page)  # HTML, by what it looks like
script = read_script(notes, input_format="markdown")
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal, get_args

from ..errors import InputError
from ..text import check_text
from ..text.grouped_warnings import one_document
from ..text.languages import AMERICAN
from .markup_signs import begins_as_html, has_markdown, is_page, is_quotation, is_xhtml
from .plain import parse_text
from .script import Script
from .ssml import is_ssml, parse_ssml

InputFormat = Literal["auto", "text", "markdown", "html", "ssml"]
INPUT_FORMATS: tuple[InputFormat, ...] = get_args(InputFormat)

_SUFFIXES: dict[str, InputFormat] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".mkd": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".ssml": "ssml",
}


def read_script(
    text: str,
    *,
    input_format: InputFormat = "auto",
    name: str | None = None,
    language: str = AMERICAN,
) -> Script:
    """Return the script of a text.

    Args:
        text: A text or a document.
        input_format: What it is; `auto` for what `name` and the text itself say, see `format_of`.
        name: Name of the file that the text is from.
        language: BCP 47 tag of the voice; see `parse_ssml`.

    Raises:
        InputError: The format is none; or see `parse_text`, `parse_ssml` and `read_html`.
    """
    with one_document():
        text = check_text(text)
        form = check_format(input_format)
        if form == "auto":
            form = format_of(text, name=name)
        if form == "ssml":
            return parse_ssml(text, language=language)
        if form == "html":
            from .html_reader import read_html

            return read_html(text).script()
        if form == "markdown":
            from .markdown_reader import NOTES, read_markdown

            return read_markdown(text).script(speak=NOTES)
        return parse_text(text)


def check_format(input_format: str) -> InputFormat:
    """Return the name of a format, or raise InputError."""
    if input_format not in INPUT_FORMATS:
        raise InputError(
            f"input format {str(input_format)[:40]!r}: expected one of {', '.join(INPUT_FORMATS)}"
        )
    return input_format


def format_of(text: str, *, name: str | None = None) -> InputFormat:
    """Return the format of a text by the suffix of its file, or by what it looks like.

    A suffix decides, unless it is one of plain text or none that is known here. Then a text is SSML if it begins with
    `<speak` or `<?xml`, HTML if it begins as a page or with the tag of a block, and Markdown if it has markup in it
    that can hardly be anything else, see `markup_signs`; everything else is plain text.

    Args:
        text: The text.
        name: Name of its file, if it has one.
    """
    if is_page(text) or is_xhtml(text):
        return "html"
    if is_ssml(text):
        return "ssml"
    by_name = _SUFFIXES.get(PurePath(name).suffix.lower()) if name else None
    if by_name:
        return by_name
    if begins_as_html(text):
        return "html"
    return "markdown" if has_markdown(text) or is_quotation(text) else "text"
