"""A text that arrives in pieces, such as the words of a language model, becomes scripts sentence by sentence.

    for script in incremental_scripts(model.words(), wait=1.0):
        speak(script)

A script has the sentences that are certain by now. The end of a sentence is certain when no later text can move it:
after "It costs 3." the next piece may be "5 million", after "Dr." a name follows, and what comes after a quotation may
be "he said". So a full stop waits for the next word, and a quotation for up to three. However the text is cut into
pieces, the sentences, their offsets and their paragraphs are those of the whole text.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import queue
import re
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from typing import Any

from ..errors import InputError
from ..text import check_text
from ..text.grouped_warnings import GroupedWarnings, part_of
from ..text.languages import AMERICAN
from ..text.pronunciations import BLANK_LINE
from ..text.sentences import (
    MAX_LENGTH,
    OpenLines,
    cut_sentence,
    decided_until,
    hide_phonemes,
    lines_that_count,
    sentence_spans,
)
from .formats import InputFormat, check_format
from .html_reader import read_html
from .html_source import is_xhtml
from .incremental_markdown import PendingMarkdown, may_be_head, may_have_begun, shows_markdown
from .markup_signs import has_markdown, is_page
from .plain import read_phonemes, take_pauses
from .script import Block, Script
from .ssml import LONGEST_DOCUMENT, is_ssml, parse_ssml

# Memory is bounded: if more characters than these come without a certain end, they are taken as they are.
LONGEST_PENDING = 10_000

# Pieces that a reader thread holds before it asks for no more.
_PIECES_AHEAD = 64

# Seconds after which whoever waits for a piece looks up, since Windows does not interrupt a wait (Ctrl-C).
_WAKE_UP = 0.5

# After so many characters double brackets are text.
_LONGEST_PHONEMES = 2_100

# A complete pause with the character after it, which must not be a bracket; a pause and phonemes that have begun, from
# their last opening bracket on.
_PAUSE = re.compile(r"\[pause [^\[\]]*\](?=[^\]])")
_BEGUN_PAUSE = re.compile(r"\[pause +(?:[+-]|[+-]?[\d.][^\[\]]{0,20}\]?)?")
_BEGUN_PHONEMES = re.compile(r"\[[^\[\]]*\]?")
# What the rules of text/sentences.py look at after the end of a sentence. As long as a match of these reaches the end
# of the text, another piece may change the answer.
# A short word with a stop, or an A, is judged by the word behind it.
_NEXT_WORD = re.compile(r"[^\w\s]*(?:\w{1,7}[^\w\s]+\s*[^\w\s]*|A\s+[^\w\s]*)?\w*")
_NEXT_WORDS = re.compile(r"[^\w\s]*(?:\w+\.?\s){0,3}\w*")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_CLOSING_QUOTES = tuple("\"'”’»")
_LINE_END = re.compile(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_WORD_START = re.compile(r"(?<!\S)\S")
# Words that the end of a sentence depends on: the one with the full stop, and three that follow a quotation.
_WORDS_AHEAD = 5
_DOCUMENT_TAGS = ("<speak", "<?xml", "<!doctype", "<html")
# How long the first tag of a document is waited for.
_LONGEST_TAG = 1_000


def incremental_scripts(
    pieces: Iterable[str | None],
    *,
    wait: float | None = None,
    input_format: InputFormat = "auto",
    language: str = AMERICAN,
) -> IncrementalScripts:
    """Return an iterator of the scripts of a text that arrives in pieces.

    Args:
        pieces: The text, cut anywhere: in words, in "[pause 0.5s]" and in "[[ həlˈoʊ ]]" as well. None among them
            says that everything before it is a script, whether a sentence has ended or not.
        wait: Seconds without a new piece after which everything that came so far is a script, whether a sentence has
            ended or not. Give more than the longest gap within a sentence. None waits for the next piece.
        input_format: What the text is. SSML and HTML are one script when they are complete. `auto` is SSML or HTML if
            the text begins so, and becomes Markdown when the first mark of it has come.
        language: BCP 47 tag of the voice; see `parse_ssml`.

    Raises:
        InputError: At the call: `pieces` is not iterable, or `wait` is not a number above 0. While scripts are taken:
            a piece is not a str, or see `read_script`. What the iterable raises passes through.
    """
    return IncrementalScripts(pieces, wait=wait, input_format=input_format, language=language)


class IncrementalScripts(Iterator[Script]):
    """The scripts of a text that arrives in pieces; `incremental_scripts` describes the arguments.

    With `wait`, a thread of its own iterates over the pieces; it holds at most 64 that nobody has asked for yet.
    """

    def __init__(
        self,
        pieces: Iterable[str | None],
        *,
        wait: float | None = None,
        input_format: InputFormat = "auto",
        language: str = AMERICAN,
    ) -> None:
        form = check_format(input_format)
        if not isinstance(pieces, Iterable):
            raise InputError(
                f"{type(pieces).__name__} given; expected a text as str, or an iterable of pieces of one"
            )
        if wait is not None and not (_is_number(wait) and 0 < wait <= threading.TIMEOUT_MAX):
            raise InputError(f"wait {wait!r}: expected seconds, a number above 0")
        self._arrivals = _Arrivals(pieces, wait)
        self._scripts = _scripts(self._arrivals, form, language)

    def __next__(self) -> Script:
        return next(self._scripts)

    def __enter__(self) -> IncrementalScripts:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the iterator; with `wait` also from another thread, while it waits for a piece.

        A thread that reads pieces ends when the iterable gives the next piece or its end; nobody waits for it.
        """
        self._arrivals.close()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _scripts(arrivals: _Arrivals, form: InputFormat, language: str) -> Generator[Script, None, None]:
    """Yield the scripts of the pieces that arrive."""
    warnings = GroupedWarnings()
    text = PendingScripts(form, warnings, language=language)
    try:
        for piece in arrivals:
            if piece is None:
                script = text.paused()
            else:
                text.add(piece)
                if text.is_too_long:
                    # The parser refuses the document; there is no need to collect the rest before.
                    break
                script = text.complete()
            if script:
                yield script
        if arrivals.is_closed:
            return
        if script := text.rest():
            yield script
        text.finish()
        warnings.finish()
    finally:
        arrivals.close()


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
        self._text = _PendingText(self._warnings)
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
        self._markdown = PendingMarkdown(_is_certain, start=self._text.start, warnings=self._warnings)
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


class _PendingText:
    """The part of a plain text that arrived and is not in a script yet.

    Args:
        warnings: Where warnings about the text are collected.

    Attributes:
        pending: Characters that arrived and are in no script yet.
        start: Offset of `pending` in the whole text.
    """

    def __init__(self, warnings: GroupedWarnings) -> None:
        self.pending = ""
        self.start = 0
        # The lines that came before, as far as they tell what the next line ends mean.
        self._before = ""
        # Whether something arrived that can make an end certain.
        self._is_new = False
        self._warnings = warnings

    def add(self, piece: str) -> None:
        """Append a piece."""
        with part_of(self._warnings):
            piece = check_text(piece)
        # Letters, or more white space after white space, decide nothing: only the end of a word does.
        more_space = piece.isspace() and self.pending[-1:].isspace()
        self._is_new = self._is_new or not (piece.isalnum() or more_space or not piece)
        self.pending += piece

    def complete(self, stop: int) -> Script | None:
        """Take the sentences before an offset whose ends no later text can move, if there are any."""
        too_much = len(self.pending) > LONGEST_PENDING
        if not self._is_new and not too_much:
            return None
        self._is_new = False
        script = self._take_certain(stop)
        return self._take_all(len(self.pending)) if too_much and not script else script

    def paused(self, stop: int) -> Script | None:
        """Take everything before an offset except open markup; the last sentence may go on in the next script."""
        return self._take_all(min(stop, _undecided(self.pending)), breaks_off=True)

    def rest(self) -> Script | None:
        """Take everything, at the end of the text."""
        return self._take_all(len(self.pending))

    def _take_certain(self, stop: int) -> Script | None:
        """Take the sentences that are certain, and pieces of one that is too long already."""
        script = take_pauses(self.pending[: min(stop, _undecided(self.pending))], source_start=self.start)
        text = self._before + script.text
        decided = decided_until(text)
        spans, others = (
            list(
                sentence_spans(
                    text, max_length=None, start=len(self._before), open_lines=OpenLines(decided, are_ends)
                )
            )
            for are_ends in (False, True)
        )
        # What is certain must be so whatever the line ends mean that are not decided yet.
        same = sum(
            1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(spans, others, strict=False))
        )
        count = 0
        while count < min(same, len(spans) - 1) and _is_certain(text, spans[count], spans[count + 1][0]):
            count += 1
        if not spans:
            return None
        cuts = _certain_cuts(text, spans[count][0], decided)
        taken = spans[:count] + [(start, end, False) for start, end in itertools.pairwise(cuts)]
        if not taken:
            return None
        # What is taken ends where the next sentence begins, so that the pauses between the two come along.
        before = len(self._before)
        return self._take(
            script.span(cuts[-1] - before, cuts[-1] - before + 1)[0] - self.start,
            [(start - before, end - before, ends_paragraph) for start, end, ends_paragraph in taken],
        )

    def _take_all(self, stop: int, *, breaks_off: bool = False) -> Script | None:
        text = take_pauses(self.pending[:stop], source_start=self.start).text
        before = len(self._before)
        found = sentence_spans(self._before + text, max_length=None, start=before)
        spans = [(start - before, end - before, last) for start, end, last in found]
        if not breaks_off or not spans:
            return self._take(stop, spans)
        start, end, _ = spans[-1]
        ends_paragraph = bool(BLANK_LINE.search(text, end))
        ends_sentence = ends_paragraph or bool(_SENTENCE_END.search(text, start, end))
        return self._take(stop, [*spans[:-1], (start, end, ends_paragraph)], breaks_off=not ends_sentence)

    def _take(
        self, stop: int, spans: list[tuple[int, int, bool]], *, breaks_off: bool = False
    ) -> Script | None:
        """Take the first characters of `pending`.

        Args:
            stop: How many characters.
            spans: The sentences in the text of these characters.
            breaks_off: Whether the last one goes on in the next script.
        """
        script = take_pauses(self.pending[:stop], source_start=self.start)
        self.pending = self.pending[stop:]
        self.start += stop
        self._before = lines_that_count(self._before + script.text)
        if not spans and not script.directions:
            return None
        blocks = tuple(
            Block(start, end, ends_paragraph, is_sentence=True) for start, end, ends_paragraph in spans
        )
        with part_of(self._warnings):
            return read_phonemes(replace(script, blocks=blocks, breaks_off=breaks_off))


def _undecided(text: str) -> int:
    """Return the offset from which brackets may still become a pause or phonemes, or the length of the text."""
    # Only the last bracket can be open, since neither a pause nor phonemes may have brackets in them. Pauses in
    # phonemes are the exception: complete ones are blanked here, and one that has begun may be inside open phonemes.
    text = _PAUSE.sub(lambda match: " " * len(match[0]), text) if "[" in text else text
    last = text.rfind("[")
    if last < 0:
        return len(text)
    if _may_be_phonemes(text, last, len(text)) or _may_be_pause(text, last):
        outer = text.rfind("[", 0, last)
        first = outer if outer >= 0 and _may_be_phonemes(text, outer, last) else last
        return len(text[: first + 1].rstrip("["))
    return len(text)


def _may_be_pause(text: str, start: int) -> bool:
    """Tell whether the last bracket may still become a pause, or be the first one of phonemes."""
    is_begun = "[pause ".startswith(text[start:]) or _BEGUN_PAUSE.fullmatch(text, start) is not None
    return is_begun and text[start - 1 : start] != "["


def _may_be_phonemes(text: str, start: int, stop: int) -> bool:
    """Tell whether the bracket at `start` is the second one of phonemes that may still be closed at `stop`."""
    return (
        text[start - 1 : start] == "["
        and stop - start <= _LONGEST_PHONEMES
        and _BEGUN_PHONEMES.fullmatch(text, start, stop) is not None
        and not BLANK_LINE.search(text, start, stop)
    )


def _is_certain(text: str, sentence: tuple[int, int, bool], next_start: int) -> bool:
    """Tell whether no later text can move the end of a sentence after which another one begins."""
    _, end, ends_paragraph = sentence
    if ends_paragraph:
        return True
    ahead = _NEXT_WORDS if text[end - 1] in _CLOSING_QUOTES else _NEXT_WORD
    match = ahead.match(text, next_start)
    return match is not None and match.end() < len(text)


def _certain_cuts(text: str, start: int, decided: int) -> list[int]:
    """Return where the pieces of a sentence begin, as far as this is certain: one offset unless it is too long.

    Args:
        text: The text so far.
        start: Offset of the sentence, whose end is not certain.
        decided: Offset up to which line ends are decided.
    """
    cuts = [start]
    if len(text) - start < 2 * MAX_LENGTH:
        return cuts
    # The end of the sentence may be before the last words, once the next word is known. A cut depends on the next two
    # lengths, see `cut_sentence`.
    words = list(_WORD_START.finditer(text, start))
    settled = words[-_WORDS_AHEAD].start() if len(words) >= _WORDS_AHEAD else start
    open_end = _LINE_END.search(text, max(start, decided))
    if open_end:
        settled = min(settled, open_end.start())
    for _, (begin, _) in itertools.pairwise(cut_sentence(hide_phonemes(text), start, len(text), MAX_LENGTH)):
        if settled - cuts[-1] < 2 * MAX_LENGTH:
            break
        cuts.append(begin)
    return cuts


class _Arrivals:
    """The pieces of an iterable, and the moments at which none has come for some seconds.

    Args:
        pieces: The iterable.
        wait: Seconds; None needs no thread.
    """

    def __init__(self, pieces: Iterable[str | None], wait: float | None) -> None:
        self._pieces = pieces
        self._wait = wait
        # A piece and the time at which it came; or the end, None, or the error that ended the pieces.
        self._queue: queue.Queue[tuple[float, str | None] | BaseException | None] = queue.Queue(_PIECES_AHEAD)
        self._closed = threading.Event()

    def close(self) -> None:
        """End the iteration."""
        self._closed.set()
        # Whoever waits is woken: the reader, which may wait for room, and whoever waits for a piece.
        with contextlib.suppress(queue.Empty):
            while True:
                self._queue.get_nowait()
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    def __iter__(self) -> Iterator[str | None]:
        """Yield each piece, and None also when none has come for `wait` seconds."""
        if self._wait is None:
            for piece in self._pieces:
                yield piece
                if self.is_closed:
                    return
        else:
            yield from self._pieces_and_waits(self._wait)

    def _pieces_and_waits(self, wait: float) -> Iterator[str | None]:
        threading.Thread(target=self._read, name="pieces of a text", daemon=True).start()
        deadline = math.inf
        while not self.is_closed:
            try:
                arrived = self._queue.get(timeout=min(max(deadline - time.monotonic(), 0.0), _WAKE_UP))
            except queue.Empty:
                if time.monotonic() >= deadline:
                    deadline = math.inf
                    yield None
                continue
            if arrived is None:
                return
            if isinstance(arrived, BaseException):
                raise arrived
            moment, piece = arrived
            yield piece
            # The wait began when the piece came, also where its sentences took longer to speak.
            deadline = moment + wait

    def _read(self) -> None:
        """Put the pieces into the queue, in a thread of its own."""
        end: BaseException | None = None
        try:
            for piece in self._pieces:
                self._queue.put((time.monotonic(), piece))
                if self._closed.is_set():
                    break
        except BaseException as error:
            end = error
        if not self._closed.is_set():
            self._queue.put(end)
