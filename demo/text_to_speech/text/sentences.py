"""Splits a text into sentences, the units in which speech is made.

A full stop ends a sentence unless it belongs to an abbreviation, an initial or the number of a list item, or a small
letter follows it. In doubt the sentence goes on, because a wrong boundary would drop the voice in the middle of a name.
A blank line ends a paragraph. A single line end is a space in wrapped prose, and ends the sentence after a heading, a
verse, a list item and the like (`lines`). Phonemes between double brackets (`[[ … ]]`) are one word: no
sentence ends in them, and they are not cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..errors import InputError
from .lines import LINES_AFTER, LINES_BEFORE, LONGEST_WRAPPED, meaningful_ends
from .normalization.abbreviations import belongs_to_abbreviation, is_abbreviation, may_go_on
from .normalization.tables import ABBREVIATIONS, BEFORE_NUMBERS
from .pronunciations import BLANK_LINE, INLINE_PHONEMES

MAX_LENGTH = 300
"""Characters of the longest sentence, about 20 s of speech."""

# "iPad" is no small word: it begins sentences, too.
_SMALL_WORD = re.compile(r"[^\W\d_A-Z][^A-Z]*$")
_SPEECH_VERBS = (
    "said|says|asked|replied|answered|cried|shouted|whispered|exclaimed|added|called|began|continued"
)

# The mark of a footnote behind a stop: "signed.¹ It", "1815.4 The", "small.5-7 More".
_FIGURES = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_NUMBERS = r"[1-9]\d{0,2}(?:[,–-] ?[1-9]\d{0,2})*"
_NOTE = rf"(?:[{_FIGURES}*†‡§]+(?:[,–⁻-] ?[{_FIGURES}]+)*|(?P<plain>{_NUMBERS}(?=\s+[“\"(]?[A-Z])))"
_NOTED = re.compile(r"(?:(?P<word>[^\W\d_]{3,})|(?<!\d)(?:1[5-9]|20)\d\d)[”’)]*\Z")
# A stop behind a word with its closing marks; one to which the next sentence is glued; one of Chinese or Japanese.
_STOP = re.compile(
    rf"(?P<stop>(?<![.!?…])[.!?…]+(?:[ \t][.!?…]+)*[\"'”’»)\]}}]*){_NOTE}?(?=\s|$)"
    r"|(?<=[a-z\d])[.!?](?=[A-Z][a-z]*(?:[ ,'’]|[.!?](?:\s|$)))"
    r"|[。！？]+[”’」』）]*"
)
_OPENING_MARKS = "\"'“‘«([{¿¡—–-/"
_NEXT = re.compile(rf"\s*[{re.escape(_OPENING_MARKS)}]*(\w*)")
_SPACE = re.compile(r"\s*")
_SPEAKER = re.compile(
    rf"\s*(?:(?:Mrs?|Ms|Dr|Prof|Sir|Capt|Sgt|Lt|Col|Fr|Miss)\.?\s)?(?:\w+\s){{1,2}}?(?:{_SPEECH_VERBS})\b"
)
_LIST_ITEM = re.compile(r"\s*(?:[-*•‣▪●–—]|\(?(?:\d{1,3}[.)]|[A-Za-z]\)))\s+\S")
_LAST_WORD = re.compile(r"[^\s\"'“”‘’()]*\Z")
_ONE_WORD = re.compile(r"\W*\w+")
# The words from the last stop or line end on begin with a small letter. Only some characters are looked at, so that the
# answer is the same where the text before has been taken already.
_BEGINS_SMALL = re.compile(r"(?:\A|\n|[.!?…][\"'”’»)\]]*\s)\s*[\"'“‘(]?[a-zß-ÿ][^.!?…\n]*\Z")
# A unit behind its number, and "no." behind what has one, where a small word goes on with the sentence.
_SHORT_FORM = re.compile(r"(?:\d ?(?:min|hr|sec|in|ft|yd|mi|oz|lb|pt|qt|gal|wk|yr|mo)s?|\b[a-z]{2,}\.? no)\Z")
_GOES_ON = re.compile(
    r" (?:or|and|per|each|of|at|on|in|for|to|with|is|was|has|will|until|after|before|apart|long|high)\b"
)
_NEAR = 120
_ITEM_MARK = re.compile(r"\s*[a-z][.)]\s")
_GLUED = re.compile(r"[^\s./@\\_:]+\Z")
_ENUMERATION = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,2})*|[A-Za-z]|[ivxIVX]{1,5})\.")

# Characters of a line, with its end, after which it is known to be too long to be wrapped.
_LONGEST_BEFORE = LONGEST_WRAPPED + 4

# A private-use character that hides a character of a reading from the rules: it is no punctuation and no space.
_HIDDEN = "\ue002"
_HIDDEN_RUN = re.compile(f"{_HIDDEN}+")

# Where to cut a sentence that is too long: best after a full stop, a semicolon or the like, then at a clause, then
# between words.
_CUTS = tuple(map(re.compile, (r"[.!?…;:][\"'”’»)\]]*\s", r"[,)—–]\s|\s(?=[(—–])|—(?=.)", r"\s")))


@dataclass(frozen=True)
class Sentence:
    """A part of a text that is spoken in one go.

    Attributes:
        text: The characters of the sentence, with a space instead of each white-space character.
        start: Offset of the first character in the original text.
        end: End offset in the original text (exclusive); `end - start == len(text)`.
        ends_paragraph: Whether the sentence is the last of its paragraph, so that a longer pause follows.
    """

    text: str
    start: int
    end: int
    ends_paragraph: bool

    @classmethod
    def of(cls, text: str, start: int, end: int, ends_paragraph: bool) -> Sentence:
        """Return the sentence of a span of a text."""
        return cls(re.sub(r"\s", " ", text[start:end]), start, end, ends_paragraph)


def split_sentences(text: str, *, max_length: int = MAX_LENGTH) -> list[Sentence]:
    """Split a text into sentences; every character that is not white space is in exactly one of them.

    Args:
        text: A text of any length. The time is linear in the length.
        max_length: Characters of the longest sentence. Longer ones are cut at clauses, else between words, else
            anywhere except in phonemes between double brackets.

    Returns:
        The sentences in order, none of them empty.

    Raises:
        InputError: `max_length` is less than 1.

    Example:
        [sentence.text for sentence in split_sentences("Dr. Smith left. Why?")]  # ["Dr. Smith left.", "Why?"]
    """
    if max_length < 1:
        raise InputError(f"max_length is {max_length}; expected at least 1 character")
    return [Sentence.of(text, *span) for span in sentence_spans(text, max_length=max_length)]


@dataclass(frozen=True)
class OpenLines:
    """Line ends about which nothing is known yet, because the lines behind them have not arrived.

    Attributes:
        start: Offset from which they are open.
        are_ends: Whether they are taken to end sentences.
    """

    start: int
    are_ends: bool


def sentence_spans(
    text: str, *, max_length: int | None = MAX_LENGTH, start: int = 0, open_lines: OpenLines | None = None
) -> Iterator[tuple[int, int, bool]]:
    """Yield the start, the end (exclusive) and `ends_paragraph` of each sentence.

    Args:
        text: Any text.
        max_length: See `split_sentences`; None for sentences of any length.
        start: Offset of the first sentence; what is before it only tells what the line ends after it mean.
        open_lines: The line ends that are not decided yet.
    """
    visible = hide_phonemes(text)
    for paragraph_start, paragraph_end in _paragraphs(visible):
        spans = [
            piece
            for block_start, block_end in _blocks(visible, paragraph_start, paragraph_end, open_lines)
            if block_end > start
            for begin, end in _sentence_spans(visible, max(block_start, start), block_end)
            for piece in cut_sentence(visible, begin, end, max_length or end - begin)
        ]
        yield from ((begin, end, False) for begin, end in spans[:-1])
        yield from ((begin, end, True) for begin, end in spans[-1:])


def decided_until(text: str) -> int:
    """Return the offset up to which no later text can change what the line ends of a text mean."""
    lines = [start for start, _ in _lines(text, 0, len(text))]
    # A last line without an end may still grow, and a line end is judged by some lines after it.
    complete = len(lines) - 1
    undecided = max(0, complete - LINES_AFTER)
    blank = 0
    for match in BLANK_LINE.finditer(text):
        blank = match.end()
    return max(blank, lines[undecided] if lines else 0)


def lines_that_count(text: str) -> str:
    """Return the end of a text that tells what the line ends of the text behind it mean.

    These are some lines of the last paragraph, without what is before them in it.
    """
    start = len(text)
    for begin, end in reversed(list(_lines(text, 0, start))[-LINES_BEFORE - 1 :]):
        if text[begin:end].isspace():
            break
        start = begin
        if end - begin > _LONGEST_BEFORE:
            # Of a line that is too long to be wrapped, no more is known than that it is.
            return text[end - _LONGEST_BEFORE :]
    return text[start:]


def hide_readings(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Hide spans of a text in which no sentence may end and which must not be cut.

    A letter, digit or bracket at the start of a span stays visible: whether the sentence before ends depends on it, and
    it separates adjacent spans.

    Args:
        text: Any text.
        spans: Start and end offsets (exclusive) in ascending order. The spans do not overlap.

    Returns:
        A text of the same length.
    """
    pieces, position = [], 0
    for start, end in spans:
        first = text[start] if text[start].isalnum() or text[start] == "[" else _HIDDEN
        pieces += [text[position:start], first, _HIDDEN * (end - start - 1)]
        position = end
    return "".join([*pieces, text[position:]]) if pieces else text


def hide_phonemes(text: str) -> str:
    """Hide phonemes between double brackets, which are within one paragraph."""
    if "[[" not in text:
        return text
    found = (match for match in INLINE_PHONEMES.finditer(text) if not BLANK_LINE.search(match[0]))
    return hide_readings(text, (match.span() for match in found))


def _skip_space(text: str, start: int) -> int:
    match = _SPACE.match(text, start)
    return match.end() if match else start


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    """Shrink a span to what is not white space."""
    inner = text[start:end]
    return end - len(inner.lstrip()), start + len(inner.rstrip())


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for line in text[start:end].splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans between blank lines."""
    begin: int | None = None
    stop = 0
    for start, end in _lines(text, 0, len(text)):
        if text[start:end].isspace():
            if begin is not None:
                yield begin, stop
            begin = None
        else:
            begin = start if begin is None else begin
            stop = end
    if begin is not None:
        yield begin, stop


def _blocks(text: str, start: int, end: int, open_lines: OpenLines | None) -> Iterator[tuple[int, int]]:
    """Yield the spans of a paragraph at whose ends a sentence ends: list items, and lines that mean something."""
    items: list[list[tuple[int, int]]] = []
    for line_start, line_end in _lines(text, start, end):
        if not items or _LIST_ITEM.match(text, line_start, line_end):
            items.append([])
        items[-1].append((line_start, line_end))
    for item in items:
        is_item = bool(_LIST_ITEM.match(text, *item[0]))
        ends = meaningful_ends([text[line_start:line_end] for line_start, line_end in item], is_item=is_item)
        begin = item[0][0]
        for (_, line_end), is_end in zip(item, ends, strict=False):
            if open_lines.are_ends if open_lines and line_end > open_lines.start else is_end:
                yield begin, line_end
                begin = line_end
        yield begin, item[-1][1]


def _sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a block, without the white space around them."""
    start, end = _strip(text, start, end)
    for stop in _STOP.finditer(text, start, end):
        if stop.end() < end and _ends_sentence(text, start, stop, end):
            yield start, stop.end()
            start = _skip_space(text, stop.end())
    yield start, end


def _ends_sentence(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Tell whether a stop ends the sentence that began at `start`."""
    follower = _NEXT.match(text, stop.end(), end)
    next_word = follower[1] if follower else ""
    punctuation = stop["stop"] or stop[0]
    if stop["plain"] and not _is_noted(text, start, stop):
        return False
    if text[stop.end()].isupper():
        return _is_glued(text, start, stop, next_word)
    if next_word[:1].islower() and _SMALL_WORD.match(next_word):
        return _ends_before_small_letter(text, start, stop)
    is_one_word = bool(_ONE_WORD.fullmatch(text, start, stop.start()))
    if punctuation[:2] in ("..", "…") and may_go_on(next_word) and (is_one_word or text[start].isdecimal()):
        # "Well... I suppose so."
        return False
    if punctuation[-1] in "\"'”’»" and _SPEAKER.match(text, stop.end(), end):
        # "Why?" Tom asked.
        return not may_go_on(next_word)
    if punctuation[0] != "." or len(punctuation.rstrip("\"'”’»)]}")) > 1:
        return True
    return not _is_abbreviation(text, start, stop)


def _is_noted(text: str, start: int, stop: re.Match[str]) -> bool:
    """Tell whether figures behind a stop are the mark of a footnote: "He fled.3 No one", but not "fig.3 The"."""
    noted = _NOTED.search(text, max(start, stop.start() - 30), stop.start())
    if noted is None:
        return False
    word = noted["word"] or ""
    return not (word in BEFORE_NUMBERS or f"{word}." in ABBREVIATIONS or (word and is_abbreviation(word)))


def _is_glued(text: str, start: int, stop: re.Match[str], next_word: str) -> bool:
    """Tell whether only the space between two sentences is missing: "It is over.He left"."""
    token = _GLUED.search(text, max(start, stop.start() - 30), stop.start())
    is_alone = token is not None and (token.start() == start or text[token.start() - 1].isspace())
    return is_alone and next_word != "I" and not may_go_on(next_word)


def _ends_before_small_letter(text: str, start: int, stop: re.Match[str]) -> bool:
    """Tell whether a sentence ends before a small letter: where the writer begins sentences so, and in a list."""
    if _ITEM_MARK.match(text, start) and _ITEM_MARK.match(text, stop.end()):
        return True
    if stop[0][:2] in ("..", "…") or not _BEGINS_SMALL.search(
        text, max(0, stop.start() - _NEAR), stop.start()
    ):
        return False
    if stop[0][0] != ".":
        return stop[0][-1] in "!?"
    if _GOES_ON.match(text, stop.end()) and _SHORT_FORM.search(
        text, max(start, stop.start() - 30), stop.start()
    ):
        return False
    word = (_LAST_WORD.search(text, max(start, stop.start() - 30), stop.start()) or [""])[0]
    return len(word) > 1 and not is_abbreviation(word) and not _ENUMERATION.fullmatch(text, start, stop.end())


def _is_abbreviation(text: str, start: int, stop: re.Match[str]) -> bool:
    """Tell whether a full stop belongs to its word and the sentence goes on."""
    if _ENUMERATION.fullmatch(text, start, stop.start() + 1):
        return True
    return belongs_to_abbreviation(text, start, stop.start(), stop.end())


def cut_sentence(text: str, start: int, end: int, max_length: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the pieces of a sentence, of about the same length and none longer than `max_length`.

    A cut depends on the next `2 * max_length` characters only, so that it is the same while a text still arrives.

    Args:
        text: The text, in which `hide_phonemes` hid what is not cut.
        start: Offset of the first character of the sentence.
        end: End offset of the sentence (exclusive).
        max_length: Characters of the longest piece.
    """
    while end - start > max_length:
        near = min(end - start, 2 * max_length)
        cut = _best_cut(text, start, near / -(-near // max_length), max_length)
        yield _strip(text, start, cut)
        start = _skip_space(text, cut)
    if start < end:
        yield start, end


def _best_cut(text: str, start: int, wanted: float, max_length: int) -> int:
    """Return the best offset to cut at, as near as possible to `wanted` characters after `start`."""
    for pattern in _CUTS:
        offsets = [match.end() for match in pattern.finditer(text, start, start + max_length + 1)]
        # No piece becomes shorter than a third of the limit.
        offsets = [offset for offset in offsets if offset - start >= max_length / 3]
        if offsets:
            return min(offsets, key=lambda offset: abs(offset - start - wanted))
    hidden = _HIDDEN_RUN.match(text, start + max_length)
    return hidden.end() if hidden else start + max_length
