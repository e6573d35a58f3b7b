"""A text of any format that arrives in pieces: its beginning tells the format, or the first mark of Markdown."""

from __future__ import annotations

from ..text.grouped_warnings import GroupedWarnings, part_of
from ..text.languages import AMERICAN
from .formats import InputFormat
from .html_reader import read_html
from .incremental_markdown import PendingMarkdown, may_be_head, may_have_begun, shows_markdown
from .markup_signs import has_markdown, is_page, is_xhtml
from .pending_text import PendingText, is_certain
from .script import Script
from .ssml import LONGEST_DOCUMENT, is_ssml, parse_ssml

_DOCUMENT_TAGS = ("<speak", "<?xml", "<!doctype", "<html")
# How long the first tag of a document is waited for.
_LONGEST_TAG = 1_000


class PendingScripts:
    """The part of a text that arrived and is not in a script yet, whatever its format is.

    Args:
        form: The format; `auto` is decided by what arrives.
        warnings: Where warnings about the text are collected.
        start: Offset of the text in a longer one, of which it is a part.
        language: BCP 47 tag of the voice; see `parse_ssml`.

    Attributes:
        form: The format as far as it is known: `auto` while the beginning may still be that of a document.
    """

    def __init__(
        self,
        form: InputFormat = "auto",
        warnings: GroupedWarnings | None = None,
        *,
        start: int = 0,
        language: str = AMERICAN,
    ) -> None:
        self._language = language
        self.form = form
        self._is_given = form != "auto"
        self._warnings = warnings or GroupedWarnings()
        self._text = PendingText(self._warnings)
        self._text.start = start
        self._markdown: PendingMarkdown | None = None
        if form == "markdown":
            self._begin_markdown()

    @property
    def is_too_long(self) -> bool:
        """Whether a document is longer than any may be."""
        return self.form in ("ssml", "html") and len(self._text.pending) > LONGEST_DOCUMENT

    @property
    def _may_become_markdown(self) -> bool:
        return self.form == "text" and not self._is_given and self._markdown is None

    def add(self, piece: str) -> None:
        """Append a piece."""
        if self._markdown:
            self._markdown.add(piece)
            return
        self._text.add(piece)
        if self.form == "auto":
            self.form = _format_of_beginning(self._text.pending)
        # Only whole words decide: `__init` may become a name, and `**` more asterisks.
        if self._may_become_markdown and not piece.isalnum() and shows_markdown(self._text.pending):
            self._begin_markdown()

    def complete(self) -> Script | None:
        """Take the sentences whose ends no later text can move, if there are any."""
        if self._markdown:
            return self._markdown.complete()
        if self.form != "text":
            return None
        return self._text.complete(self._may_stop())

    def paused(self) -> Script | None:
        """Take everything except markup that is open."""
        if self._markdown:
            return self._markdown.paused()
        if self._may_become_markdown and has_markdown(self._text.pending):
            self._begin_markdown()
            return self.paused()
        return self._text.paused(self._may_stop()) if self.form == "text" else None

    def rest(self) -> Script | None:
        """Take everything, at the end of the text."""
        if self._may_become_markdown and has_markdown(self._text.pending):
            self._begin_markdown()
        if self._markdown:
            return self._markdown.rest()
        with part_of(self._warnings):
            if self.form == "ssml" or (self.form == "auto" and is_ssml(self._text.pending)):
                return parse_ssml(self._text.pending, language=self._language)
            if self.form == "html":
                return read_html(self._text.pending).script()
        return self._text.rest()

    def finish(self) -> None:
        """Say what was left out, at the end of the text."""
        if self._markdown:
            self._markdown.finish()

    def _may_stop(self) -> int:
        """Return the offset in the pending text from which a mark of Markdown may be open, or its length."""
        text = self._text.pending
        return len(text) if self._is_given else min(may_have_begun(text), may_be_head(text))

    def _begin_markdown(self) -> None:
        """Read what is pending, and all that comes, as Markdown."""
        self.form = "markdown"
        self._markdown = PendingMarkdown(is_certain, start=self._text.start, warnings=self._warnings)
        self._markdown.add(self._text.pending)


def _format_of_beginning(beginning: str) -> InputFormat:
    """Return the format of a text by its beginning; `auto` where it is too short to tell."""
    stripped = beginning.removeprefix("\ufeff").lstrip().lower()
    is_begun = any(tag.startswith(stripped[: len(tag)]) for tag in _DOCUMENT_TAGS)
    is_first_tag = stripped.count("<") <= 1 and (">" not in stripped or stripped.startswith("<?xml"))
    if is_begun and is_first_tag and len(stripped) < _LONGEST_TAG:
        return "auto"
    if is_page(beginning) or is_xhtml(beginning):
        return "html"
    return "ssml" if is_ssml(beginning) else "text"
