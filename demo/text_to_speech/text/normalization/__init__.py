"""What is written short, as words: numbers, dates, money, units, abbreviations, addresses, signs.

    normalize("Dr. Smith paid $3.2 million.")
    → [Reading(0, 3, "Doctor"), Reading(15, 27, "three point two million dollars")]

Rules stand in order, and the first that reads a span closes it: no other rule sees it. Each sees the text as it was
written, never the words of another rule. What no rule reads is left to the phonemiser. Every rule takes time linear in
the length of the text, whose words are of limited length (`characters.MAX_TOKEN`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..characters import make_readable, warn_of
from ..traced import TracedText
from . import addresses, codes, dates, names, places, quantities, signs
from .interpretations import SAY_AS, read_characters, read_ordered_date
from .rules import CLOSED, Context, Reading, Rule

__all__ = ["SAY_AS", "Reading", "normalize", "read_as", "spoken"]

RULES: tuple[Rule, ...] = (
    *addresses.RULES[:5],
    *dates.RULES,
    *addresses.RULES[5:],
    *signs.EARLY_RULES,
    *places.RULES,
    *codes.EARLY_RULES,
    *quantities.RULES,
    *signs.UNIT_RULES,
    *names.RULES,
    *codes.RULES,
    *names.CAPITALS_RULES,
    *quantities.NUMBER_RULES,
    *signs.RULES,
)

_LETTERS = re.compile(r"[^\W\d_]{2,}")


def _is_shouted(text: str) -> bool:
    return text.isupper() and len(_LETTERS.findall(text)) > 2


def normalize(
    text: str, *, is_word: Callable[[str], bool] = lambda word: False, closed: str = CLOSED
) -> list[Reading]:
    """Find what in a text is not said as it is written.

    Args:
        text: as `characters.make_readable` leaves it.
        is_word: tells whether a dictionary has a word in just this writing; it decides between initialisms and words
            written in capitals.
        closed: a character that stands where somebody else decides; no rule reads it.

    Returns:
        the readings in the order of the text; they do not overlap.
    """
    context = Context(is_word, _is_shouted(text))
    found: list[Reading] = []
    open_text = text.replace(closed, CLOSED)
    characters = set(open_text)
    for rule in RULES:
        if rule.needs and characters.isdisjoint(rule.needs):
            continue
        open_text = rule.pattern.sub(_reader(rule, context, found), open_text)
    return sorted(found, key=lambda reading: reading.start)


def _reader(rule: Rule, context: Context, found: list[Reading]) -> Callable[[re.Match[str]], str]:
    """Return the function that keeps what a rule reads and closes its span."""
    group = "it" if "it" in rule.pattern.groupindex else 0

    def read(match: re.Match[str]) -> str:
        words_read = rule.read(match, context)
        if words_read is None:
            return match[0]
        start, end = match.span(group)
        found.append(Reading(start, end, words_read))
        inner = start - match.start()
        return match[0][:inner] + CLOSED * (end - start) + match[0][inner + end - start :]

    return read


def spoken(text: str, *, is_word: Callable[[str], bool] = lambda word: False) -> str:
    """Return a whole text with its readings in place, to look at and to test."""
    pieces = []
    position = 0
    for reading in normalize(text, is_word=is_word):
        pieces += [text[position : reading.start], f" {reading.spoken} "]
        position = reading.end
    joined = " ".join("".join([*pieces, text[position:]]).split())
    return re.sub(r" (?=[,.;:!?)”]|'s\b)|(?<=[(“]) ", "", joined)


def read_as(interpretation: str, text: str, *, form: str = "") -> str:
    """Read a text as what it is said to be, or as plain text where that does not fit.

    What cannot be spoken is named in a warning.

    Args:
        interpretation: a key of `SAY_AS`; another one is read as plain text is.
        text: for example "1234".
        form: the order of a date's numbers, such as "dmy".
    """
    if interpretation == "characters":
        return read_characters(text, _plain)
    readable = _readable(text)
    if interpretation == "date" and form:
        said = read_ordered_date(readable, form)
    else:
        said = SAY_AS[interpretation](readable) if interpretation in SAY_AS else None
    return spoken(readable) if said is None else said


def _readable(text: str) -> str:
    readable = make_readable(TracedText.of(text))
    warn_of(readable)
    return readable.text.text.strip()


def _plain(text: str) -> str:
    return spoken(_readable(text))
