"""The rule of the normaliser, and the reading that it makes of one span of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from ..symbols import check_symbols
from .capital_runs import CapitalRuns

CLOSED = "\0"
"""The character that replaces each character of a span that was read, so that no other rule reads the span again.

A text that is normalised has no NUL: `characters.check_text` replaced it.
"""

# A closing quotation mark or bracket may follow the last full stop of a text.
_CLOSING_MARKS = "\"'”’)"
_LONGEST_END = 8


@dataclass(frozen=True)
class Reading:
    """How a span of a text is read.

    Attributes:
        start: Offset of the first character of the span.
        end: End offset of the span (exclusive).
        spoken: The words to speak. A single capital letter is the name of that letter; "Us" is such a name in the
            plural.
        phonemes: Phonemes in the alphabet of `SYMBOLS`, which replace `spoken`.

    Raises:
        InputError: `phonemes` has a character outside the alphabet. `parse_phonemes` accepts ordinary IPA.
    """

    start: int
    end: int
    spoken: str = ""
    phonemes: str = ""

    def __post_init__(self) -> None:
        if self.phonemes:
            check_symbols(self.phonemes)


@dataclass(frozen=True)
class Sound:
    """What a rule returns for a span that no dictionary word sounds like: "Shh", or the "W-" of "W-what".

    Attributes:
        spoken: The span in letters, for whoever asks for words.
        phonemes: Its phonemes in the alphabet of `SYMBOLS`.
    """

    spoken: str
    phonemes: str


def _no_phonemes(_: str) -> str:
    return ""


@dataclass(frozen=True)
class Context:
    """What a rule may ask about the text and the dictionary, besides its match.

    Attributes:
        is_word: Tells whether the dictionary has a word in exactly this spelling.
        shouted: Whether the whole text is written in capitals.
        text: The whole text as it was written, with the spans that the caller reads closed.
        look_up: Returns the phonemes that the dictionaries have for a word or for a form of it ("walked"); empty for
            a word that they do not have.
        pronounce: Returns the phonemes of any word, those of spelling rules where no dictionary has it.
    """

    is_word: Callable[[str], bool]
    shouted: bool
    text: str = ""
    look_up: Callable[[str], str] = _no_phonemes
    pronounce: Callable[[str], str] = _no_phonemes

    @cached_property
    def runs(self) -> CapitalRuns:
        """The runs of words in capitals."""
        return CapitalRuns(self.text)


@dataclass(frozen=True)
class Rule:
    """A pattern, and the function that puts its matches into words.

    The pattern is compiled when the rule is first applied, because compiling all of them takes a quarter of the time of
    the import, and short texts need only some.

    Attributes:
        pattern: Regular expression. If it has a group `it`, only that group is replaced, and the rest is context.
        read: Returns the words or the sound for a match, or None if the match is something else than the rule is about.
        needs: The rule is skipped unless the text has at least one of these characters; empty for a rule that is
            always tried.
        words: The rule is skipped unless the text has at least one of these words, as it writes them or in small
            letters; empty for a rule that is always tried. See `first_words`.
    """

    pattern: str
    read: Callable[[re.Match[str], Context], str | Sound | None]
    needs: str = ""
    words: frozenset[str] = frozenset()

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern. Two threads that ask at the same time get equal ones."""
        return re.compile(self.pattern)

    @cached_property
    def group(self) -> str | int:
        """The group of a match that is replaced."""
        return "it" if "it" in self.regex.groupindex else 0


_WORD = re.compile(r"\w+")


def words_of(text: str) -> set[str]:
    """Return the words of a text, as they are written and in small letters."""
    return {*_WORD.findall(text), *_WORD.findall(text.lower())}


def first_words(forms: Iterable[str]) -> frozenset[str]:
    """Return the words with which written forms begin, one of which a text has that has a form: "cont" of "cont'd"."""
    return frozenset(match[0] for match in map(_WORD.search, forms) if match)


def alternatives(words: Iterable[str]) -> str:
    """Return a regular expression that matches any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def text_before(match: re.Match[str], length: int = 40) -> str:
    """Return the characters before a match. What other rules have read is `CLOSED` there."""
    return match.string[max(0, match.start() - length) : match.start()]


def text_after(match: re.Match[str], length: int = 40) -> str:
    """Return the characters after a match."""
    return match.string[match.end() : match.end() + length]


def keep_stop(match: re.Match[str], spoken: str) -> str:
    """Append the full stop of an abbreviation to its reading if the sentence ends with it."""
    # One character more than the longest end tells whether the text goes on. The whole rest would do as well, but
    # copying it for each match takes quadratic time.
    rest = match.string[match.end() : match.end() + _LONGEST_END + 1]
    ends_text = len(rest) <= _LONGEST_END and not rest.strip(_CLOSING_MARKS)
    return f"{spoken}." if ends_text and match[0].endswith(".") and not spoken.endswith(".") else spoken
