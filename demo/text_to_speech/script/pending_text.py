"""Plain text that arrives in pieces becomes scripts sentence by sentence: those whose ends no later text can move."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from ..text import check_text
from ..text.grouped_warnings import GroupedWarnings, part_of
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
from .plain import read_phonemes, take_pauses
from .script import Block, Script

# Memory is bounded: if more characters than these come without a certain end, they are taken as they are.
LONGEST_PENDING = 10_000

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


class PendingText:
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
        while count < min(same, len(spans) - 1) and is_certain(text, spans[count], spans[count + 1][0]):
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


def is_certain(text: str, sentence: tuple[int, int, bool], next_start: int) -> bool:
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
