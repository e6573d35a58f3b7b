"""Markdown that arrives in pieces, as a language model writes it, becomes scripts sentence by sentence.

What has arrived since the last block that has ended is read again when a sentence may have ended in it; the sentences
that no later text can move are taken, and what was taken before is known by its offset in the source. So the sentences
are those of the whole text, but for two things: a link whose address is defined at the end of the text is read as it is
written, and whether a text is Markdown at all is decided when the first mark is seen.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..text import check_text
from ..text.grouped_warnings import GroupedWarnings, part_of
from .document import Document
from .document_script import report_left_out, script_of
from .html_roles import is_element
from .markdown_reader import parse_events, read_markdown
from .markup_signs import has_markdown
from .script import Block, Script

LONGEST_PENDING = 20_000
"""Characters that wait for the end of a block; more are taken as they are."""

# How long a mark is waited for that closes one which is open.
_LONGEST_OPEN = 400

_SIGN = re.compile(r"[*_`#\[\]<>&|~\\【】=-]")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]*_`~]*(?:\s|$)|\n")
_STOP = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_BEGUN_TAG = re.compile(r"<(?:/?[A-Za-z][^<>\n]*|/)?\Z")
_UNDERLINE = re.compile(r"[ \t|:=-]*\Z")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*$", re.MULTILINE)
_OPENING = re.compile(
    r"(?<![\w\\*])\*{1,3}(?=[^\s*])|(?<![\w\\_])_{1,3}(?=[^\s_])|(?<![\\~])~~(?=\S)|(?<![\\`])`+|(?<!\\)!?\["
    r"|<(?:/?[A-Za-z][^<>\n]*|/)?$|&#?\w{0,30}$|\\$|<!--"
)


def may_have_begun(text: str) -> int:
    """Return the offset from which a mark of Markdown is open that may still be closed, or the length of the text."""
    start = max(0, len(text) - _LONGEST_OPEN, text.rfind("\n\n") + 1)
    position = start
    while opening := _OPENING.search(text, position):
        mark = opening[0]
        end = _closing(text, opening.end(), mark)
        if end < 0 and not _is_no_tag(mark):
            return opening.start()
        position = max(end, opening.end())
    return len(text)


def may_be_head(text: str) -> int:
    """Return where the last line begins that the next one may make a heading or the head of a table, or the length."""
    line = text.rfind("\n") + 1
    if not line or not _UNDERLINE.match(text, line):
        return len(text)
    before = text.rfind("\n", 0, line - 1) + 1
    return before if text[before : line - 1].strip() else len(text)


def _is_no_tag(mark: str) -> bool:
    """Tell whether what has begun like a tag cannot become one, as there is no such element."""
    name = re.match(r"</?([A-Za-z][\w-]*)(?=[^\w-])", mark)
    return name is not None and not is_element(name[1])


def _closing(text: str, start: int, mark: str) -> int:
    """Return the end of what a mark opens, -1 where it is open."""
    if mark.endswith("["):
        end = text.find("]", start)
        if end < 0 or end + 1 == len(text):
            return -1
        if text[end + 1] != "(":
            return end + 1
        close = text.find(")", end)
        return close + 1 if close >= 0 else -1
    if mark == "<!--":
        end = text.find("-->", start)
        return end + 3 if end >= 0 else -1
    if mark[0] in "*_~`":
        end = text.find(mark, start)
        # A mark at the end of what has come may be longer.
        return end + len(mark) if end >= 0 else -1
    return -1


@dataclass(frozen=True)
class _Sentence:
    """A sentence of a script with its span in the source.

    Attributes:
        start: Offset in the script's text.
        end: End offset (exclusive).
        ends_paragraph: Whether the pause after it is that of a paragraph.
        source_start: Offset in the pending text.
        source_end: End offset (exclusive).
        is_last_of_block: Whether a block of the script ends with it.
    """

    start: int
    end: int
    ends_paragraph: bool
    source_start: int
    source_end: int
    is_last_of_block: bool


class PendingMarkdown:
    """The part of a Markdown text that arrived and is not in a script yet.

    Args:
        is_certain: Tells whether no later text can move the end of a sentence (start, end, ends_paragraph) of a text,
            after which another one begins at an offset.
        start: Offset of what will be added in the whole text.
        warnings: Where warnings about the text are collected.

    Attributes:
        pending: Characters since the last block that has ended.
    """

    def __init__(
        self,
        is_certain: Callable[[str, tuple[int, int, bool], int], bool],
        *,
        start: int = 0,
        warnings: GroupedWarnings | None = None,
    ) -> None:
        self.pending = ""
        self._is_certain = is_certain
        self._start = start
        self._warnings = warnings or GroupedWarnings()
        # Offset in `pending` before which everything was taken.
        self._taken = 0
        # Whether something arrived that can make an end certain.
        self._is_new = False
        # Whether what was taken last ended where another sentence begins.
        self._has_gap = False
        self._left_out: Counter[str] = Counter()

    @property
    def start(self) -> int:
        """Offset in the whole text of what is pending and was not taken."""
        return self._start + self._taken

    def add(self, piece: str) -> None:
        """Append a piece."""
        with part_of(self._warnings):
            piece = check_text(piece)
        self.pending += piece
        self._is_new = self._is_new or not piece.isalnum()

    def complete(self) -> Script | None:
        """Take the sentences whose ends no later text can move, if there are any."""
        too_much = len(self.pending) > LONGEST_PENDING
        if too_much:
            return self.rest()
        if not self._is_new or not _SENTENCE_END.search(self.pending, self._taken):
            return None
        self._is_new = False
        if self._open_fence() is not None:
            return None
        return self._take(self._certain)

    def paused(self) -> Script | None:
        """Take everything except a block of code and marks that are open; the last sentence may go on afterwards."""
        fence = self._open_fence()
        stop = min(len(self.pending) if fence is None else fence, may_have_begun(self.pending))
        goes_on = not self.pending[:stop].endswith("\n")
        script = self._take(lambda sentences, text: len(sentences), stop=stop)
        if script is None or not script.blocks:
            return script
        last = script.blocks[-1]
        written = script.text[last.start : last.end].rstrip()
        blocks = (*script.blocks[:-1], replace(last, ends_paragraph=last.ends_paragraph and not goes_on))
        return replace(script, blocks=blocks, breaks_off=goes_on and not _STOP.search(written))

    def rest(self) -> Script | None:
        """Take everything, at the end of the text."""
        return self._take(lambda sentences, text: len(sentences), stop=len(self.pending))

    def finish(self) -> None:
        """Say what was left out of the whole text."""
        with part_of(self._warnings):
            report_left_out(self._left_out)
        self._left_out.clear()

    def _open_fence(self) -> int | None:
        """Return where a block of code begins whose end has not come, or None."""
        opening: re.Match[str] | None = None
        for fence in _FENCE.finditer(self.pending):
            if opening is None:
                opening = fence
            elif fence[1].startswith(opening[1]) and not fence[0].strip(" `~"):
                # The line of the closing fence must be complete, as it may go on.
                opening = None if fence.end() < len(self.pending) else opening
        return opening.start() if opening else None

    def _document(self, stop: int) -> tuple[Document, Script]:
        with part_of(self._warnings):
            document = read_markdown(self.pending[:stop])
            script = script_of(document, document.blocks, reports=False)
            return document, replace(script, source_start=self._start)

    def _sentences(self, script: Script) -> Iterator[_Sentence]:
        ends = {block.end for block in script.blocks}
        last_of_blocks = _last_of_blocks(script, ends)
        for sentence in script.sentences():
            start = sentence.start
            source = script.span(start, sentence.end)
            source_end = source[1] - self._start
            if source_end <= self._taken:
                continue
            while start < sentence.end - 1 and script.span(start, start + 1)[0] - self._start < self._taken:
                start += 1
            start += len(script.text[start : sentence.end]) - len(script.text[start : sentence.end].lstrip())
            if start >= sentence.end:
                continue
            source_start = script.span(start, start + 1)[0] - self._start
            is_last = sentence.end in last_of_blocks
            yield _Sentence(start, sentence.end, sentence.ends_paragraph, source_start, source_end, is_last)

    def _certain(self, sentences: list[_Sentence], text: str) -> int:
        """Return how many of the first sentences no later text can move."""
        closed = self._closed()
        stop = max(min(may_have_begun(self.pending), may_be_head(self.pending)), closed)
        count = 0
        for sentence, following in itertools.pairwise(sentences):
            span = (sentence.start, sentence.end, sentence.is_last_of_block)
            if sentence.source_end > stop or not self._is_certain(text, span, following.start):
                break
            count += 1
        if count == len(sentences) - 1 and sentences and sentences[-1].source_end <= closed:
            count += 1
        return count

    def _seen(self) -> int:
        """Return the end of what can be read: a row of a table is none before its end has come, nor is a tag."""
        line = self.pending.rfind("\n") + 1
        if self.pending[line:].lstrip().startswith("|"):
            return line
        tag = _BEGUN_TAG.search(self.pending, line)
        return tag.start() if tag else len(self.pending)

    def _closed(self) -> int:
        """Return where the last block at the top level begins: all before it has ended."""
        depth, last = 0, 0
        for event, start, _ in parse_events(self.pending[: self._seen()]):
            if isinstance(event, dict) and "Start" in event:
                last = start if not depth else last
                depth += 1
            elif isinstance(event, dict) and "End" in event:
                depth -= 1
            elif not depth:
                last = start
        return last

    def _take(
        self, choose: Callable[[list[_Sentence], str], int], *, stop: int | None = None
    ) -> Script | None:
        """Take the first sentences.

        Args:
            choose: Returns how many.
            stop: Offset in `pending` before which everything counts as taken; None for the next sentence.
        """
        document, script = self._document(self._seen() if stop is None else stop)
        sentences = list(self._sentences(script))
        count = choose(sentences, script.text)
        if stop is None:
            if not count:
                return None
            stop = sentences[count - 1].source_end
        # The pauses before a sentence come with the one before, if it was known by then.
        first = sentences[0].start - (not self._has_gap) if self._taken and sentences else -1
        self._has_gap = count < len(sentences)
        end = sentences[count].start if count < len(sentences) else len(script.text)
        directions = tuple(one for one in script.directions if first < one.at <= end)
        blocks = tuple(
            Block(one.start, one.end, one.ends_paragraph, is_sentence=True) for one in sentences[:count]
        )
        self._advance(document, stop)
        if not blocks and not directions:
            return None
        return replace(script, blocks=blocks, directions=directions)

    def _advance(self, document: Document, stop: int) -> None:
        """Forget what has ended and was taken."""
        self._taken = max(self._taken, stop)
        closed = self._closed() if stop < len(self.pending) else stop
        if not closed or closed > self._taken:
            return
        ended = Document(document.source, tuple(one for one in document.blocks if one.start < closed))
        self._left_out += ended.left_out()
        self.pending = self.pending[closed:]
        self._start += closed
        self._taken -= closed


def _last_of_blocks(script: Script, ends: set[int]) -> set[int]:
    """Return the ends of the sentences with which the blocks of a script end."""
    stripped = {block.start + len(script.text[block.start : block.end].rstrip()) for block in script.blocks}
    return stripped | ends


def shows_markdown(text: str) -> bool:
    """Tell whether the whole words of a text that arrives have marks of Markdown."""
    end = len(text.rstrip()) if text[-1:].isspace() else max(text.rfind(" "), text.rfind("\n"))
    return _SIGN.search(text, 0, max(end, 0)) is not None and has_markdown(text[: max(end, 0)] + " ")
