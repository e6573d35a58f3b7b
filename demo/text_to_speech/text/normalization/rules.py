"""What a rule of the normaliser is, and what it makes: the reading of one span of a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..symbols import check_symbols


@dataclass(frozen=True)
class Reading:
    """How a span of a text is said.

    Attributes:
        start: offset of its first character.
        end: offset behind its last one.
        spoken: words; a single capital letter is the name of that letter, "Us" such a name with the sound of s.
        phonemes: instead of words, phonemes in the alphabet of `SYMBOLS`.

    Raises:
        InputError: `phonemes` has a character that is not in the alphabet; `parse_phonemes` reads usual IPA.
    """

    start: int
    end: int
    spoken: str = ""
    phonemes: str = ""

    def __post_init__(self) -> None:
        if self.phonemes:
            check_symbols(self.phonemes)


@dataclass(frozen=True)
class Context:
    """What a rule may want to know beside its match.

    Attributes:
        is_word: tells whether a dictionary has a word in just this writing.
        shouted: the text is written in capitals throughout.
    """

    is_word: Callable[[str], bool]
    shouted: bool


@dataclass(frozen=True)
class Rule:
    """A pattern and how that which it finds is read.

    Attributes:
        pattern: what is found; a group `it`, where there is one, is what is read, the rest is context.
        read: match, context → words, or None if it is not what it seems.
        needs: characters of which one at least is in the text, or the rule cannot apply; empty: it always can.
    """

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], Context], str | None]
    needs: str = ""


DIGITS = "0123456789"
CLOSED = "\0"  # stands in for every character that a rule has read: no other rule sees it


def alternatives(words: object) -> str:
    """Return a regular expression for any of the words, the longest first."""
    assert hasattr(words, "__iter__")
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def keep_stop(match: re.Match[str], spoken: str) -> str:
    """Give the full stop of an abbreviation back to the sentence that ends with it."""
    rest = match.string[match.end() : match.end() + 9]  # not all of it: the time is to be linear
    ends = match[0].endswith(".") and len(rest) < 9 and not rest.strip("\"'”’)")
    return spoken + "." if ends and not spoken.endswith(".") else spoken
