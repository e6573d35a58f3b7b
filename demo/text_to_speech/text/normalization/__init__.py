"""Puts what is written short into words: numbers, dates, money, units, abbreviations, addresses, signs.

    normalize("Dr. Smith paid $3.2 million.")
    → [Reading(0, 3, "Doctor"), Reading(15, 27, "three point two million dollars")]

The rules are applied in the order of `RULES`. The first rule that reads a span closes it, and later rules do not see
it. Every rule sees the text as it was written, never the words of another rule. A span that no rule reads is left to
the phonemiser. Each rule takes time linear in the length of the text, because the length of a token is limited
(`characters.MAX_READABLE_TOKEN_LENGTH`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..characters import make_readable, warn_about
from ..languages import AMERICAN, is_british, reading_in
from ..traced import TracedText
from . import (
    british_forms,
    codes,
    counted,
    dates,
    directions,
    identifiers,
    informal,
    internet_addresses,
    maths,
    money,
    names,
    pairs,
    periods,
    postal_addresses,
    quantities,
    references,
    signs,
    sounds,
    spans,
    superscripts,
    technical,
    times,
)
from .interpretations import SAY_AS, read_characters, read_ordered_date
from .rules import CLOSED, Context, Reading, Rule, Sound, words_of

__all__ = ["SAY_AS", "Reading", "normalize", "read_as", "spoken"]

# The order decides between rules whose patterns overlap. Whatever has a form of its own (an address, a date, a code)
# comes before the quantities, which would read its digits; quantities come before names, so that the "m" of "5 m" is
# a unit; what is left of numbers and signs is read by itself at the end.
RULES: tuple[Rule, ...] = (
    *informal.EARLY_RULES,
    *internet_addresses.EARLY_RULES,
    *superscripts.EARLY_RULES,
    *references.EARLY_RULES,
    *pairs.EARLY_RULES,
    *counted.EARLY_RULES,
    *spans.EARLY_RULES,
    *dates.RULES,
    *periods.RULES,
    *times.RULES,
    *spans.RULES,
    *identifiers.RULES,
    *internet_addresses.RULES,
    *references.RULES,
    *directions.RULES,
    *signs.EARLY_RULES,
    *postal_addresses.RULES,
    *codes.EARLY_RULES,
    *maths.EARLY_RULES,
    *money.RULES,
    *counted.RULES,
    *pairs.RULES,
    *quantities.RULES,
    *names.EARLY_RULES,
    *sounds.RULES,
    *informal.RULES,
    *signs.UNIT_RULES,
    *superscripts.RULES,
    *technical.RULES,
    *names.RULES,
    *codes.RULES,
    *names.CAPITALS_RULES,
    *quantities.NUMBER_RULES,
    *signs.RULES,
    *names.LAST_RULES,
)

_BRITISH_RULES = (*british_forms.RULES, *RULES)
# For each character what those rules need that need it, which many rules share.
_NEEDS_OF: dict[str, set[str]] = {}
for _needs in {rule.needs for rule in _BRITISH_RULES}:
    for _character in _needs:
        _NEEDS_OF.setdefault(_character, set()).add(_needs)

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SPACE_BEFORE_MARK = re.compile(r" (?=[,.;:!?)”]|'s\b)|(?<=[(“]) ")


def normalize(
    text: str,
    *,
    is_word: Callable[[str], bool] = lambda word: False,
    look_up: Callable[[str], str] = lambda word: "",
    pronounce: Callable[[str], str] = lambda word: "",
    closed: str = CLOSED,
) -> list[Reading]:
    """Find the spans of a text that are not read as they are written.

    Args:
        text: A text that `characters.make_readable` returned.
        is_word: Tells whether a dictionary has a word in exactly this spelling. It decides between initialisms and
            words written in capitals.
        look_up: Returns the phonemes that the dictionaries have for a word or a form of it; empty if they have none.
        pronounce: Returns the phonemes of any word.
        closed: A character that replaces each character of the spans that the caller reads; no rule reads them.

    Returns:
        The readings in the order of the text. They do not overlap.
    """
    found: list[Reading] = []
    open_text = text.replace(closed, CLOSED)
    context = Context(is_word, _is_shouted(text), open_text, look_up, pronounce)
    for rule in _rules_for(open_text, british=is_british()):
        # Most rules match nothing, and a search is cheaper than a substitution.
        if rule.regex.search(open_text):
            open_text = rule.regex.sub(_reader(rule, context, found), open_text)
    return sorted(found, key=lambda reading: reading.start)


def _rules_for(text: str, *, british: bool) -> list[Rule]:
    """Return the rules, in their order, that a text may match.

    Args:
        text: The text.
        british: Whether the text is read as in Britain.
    """
    met = {""}.union(*(_NEEDS_OF[character] for character in _NEEDS_OF.keys() & set(text)))
    there = words_of(text)
    return [
        rule
        for rule in (_BRITISH_RULES if british else RULES)
        if rule.needs in met and (not rule.words or not rule.words.isdisjoint(there))
    ]


def _is_shouted(text: str) -> bool:
    """Tell whether a text is written in capitals throughout and is more than one or two initialisms."""
    return text.isupper() and len(_LETTERS.findall(text)) > 2


def _reader(rule: Rule, context: Context, found: list[Reading]) -> Callable[[re.Match[str]], str]:
    """Return a replacement function for `re.sub` that collects the readings of a rule and closes their spans."""
    group = rule.group

    def read(match: re.Match[str]) -> str:
        words_read = rule.read(match, context)
        if words_read is None:
            return match[0]
        start, end = match.span(group)
        if isinstance(words_read, Sound):
            found.append(Reading(start, end, words_read.spoken, words_read.phonemes))
        else:
            found.append(Reading(start, end, words_read))
        inner = start - match.start()
        return match[0][:inner] + CLOSED * (end - start) + match[0][inner + end - start :]

    return read


def spoken(text: str, *, is_word: Callable[[str], bool] = lambda word: False) -> str:
    """Return a whole text with its readings inserted.

    Args:
        text: A text that `characters.make_readable` returned.
        is_word: See `normalize`.

    Example:
        spoken("It is 5 km.")  # "It is five kilometers."
    """
    pieces = []
    position = 0
    for reading in normalize(text, is_word=is_word):
        pieces += [text[position : reading.start], f" {reading.spoken} "]
        position = reading.end
    joined = " ".join("".join([*pieces, text[position:]]).split())
    return _SPACE_BEFORE_MARK.sub("", joined)


def read_as(interpretation: str, text: str, *, form: str = "", language: str = AMERICAN) -> str:
    """Return the words of a text that is marked as a value of some kind, as SSML's `say-as` marks it.

    A text that is no such value is read as plain text. A warning names the characters that cannot be spoken.

    Args:
        interpretation: A key of `SAY_AS`. Any other interpretation reads the text as plain text.
        text: The text, for example "1234".
        form: The order of the numbers of a date, such as "dmy"; empty if it is not given.
        language: `languages.AMERICAN` or `languages.BRITISH`, which puts the day of a date before the month.
    """
    with reading_in(language):
        return _read_as(interpretation, text, form)


def _read_as(interpretation: str, text: str, form: str) -> str:
    if interpretation == "characters":
        return read_characters(text, _read_plain)
    readable = _readable(text)
    if interpretation == "date" and form:
        words_read = read_ordered_date(readable, form)
    else:
        words_read = SAY_AS[interpretation](readable) if interpretation in SAY_AS else None
    return spoken(readable) if words_read is None else words_read


def _readable(text: str) -> str:
    readable = make_readable(TracedText.of(text))
    warn_about(readable)
    return readable.text.text.strip()


def _read_plain(text: str) -> str:
    return spoken(_readable(text))
