"""Reads codes of letters and digits: flights, rooms, models, formulas, ISBN, and numbers that are read by digit."""

import re
import string

from . import words
from .address_tables import NUMBERED
from .internet_addresses import split_compound
from .rules import Context, Rule
from .tables import SAID_AS_WORDS, SAID_OTHERWISE

_YEAR = re.compile(r"(?:19|20)\d\d")


def _code(match: re.Match[str], context: Context) -> str:
    """Read a code part by part: "B2B", "1080p", "FY2023", "747s"."""
    spoken: list[str] = []
    parts = re.findall(r"[^\W\d_]+|\d+", match[0])
    for number, part in enumerate(parts, start=1):
        is_last = number == len(parts)
        if part.isdecimal():
            is_resolution = re.fullmatch(r"\d{4}[pi]\d*", match[0])
            is_year = is_last and parts[0].isalpha() and _YEAR.fullmatch(part)
            spoken.append(words.year(part) if is_resolution or is_year else words.code_number(part))
        elif part == "s" and is_last:
            # The pattern asks for a digit, so a number precedes this s.
            spoken[-1] = words.plural(spoken[-1])
        else:
            spoken.append(_letters_of_code(part, context))
    return " ".join(spoken)


def _letters_of_code(part: str, context: Context) -> str:
    """Read the letters of a code as a word if they are one, else by their names."""
    known = context.is_word(part) or context.is_word(part.lower())
    if len(part) > 2 and known and not part.isupper():
        return part
    if len(part) > 3 and (not part.isupper() or part in SAID_AS_WORDS):
        return split_compound(part, context)
    return words.letters(part) if part.isupper() or len(part) < 3 else part


def _code_dash(match: re.Match[str], _: Context) -> str:
    """Read the hyphen and the number of "COVID-19"."""
    number, before = match["number"], match.string[match.start() - 1]
    # "post-1945" has a year, "COVID-19" a code.
    spoken = words.spoken_integer(number) if before.islower() else words.code_number(number)
    return words.plural(spoken) if match["s"] else spoken


def _sharp(match: re.Match[str], _: Context) -> str:
    """Read "C#" and "C++"."""
    name = {"#": "sharp", "++": "plus plus"}[match[2]]
    return f"{match[1]} {name}"


def _digits(match: re.Match[str], _: Context) -> str:
    """Read the digits of an account, a card or an ISBN one by one."""
    groups = re.findall(r"[\dX]+", match["it"])
    return ", ".join(" ".join("X" if c == "X" else words.digits(c) for c in group) for group in groups)


def _caliber(match: re.Match[str], _: Context) -> str:
    """Read ".45" before "caliber"."""
    return words.cardinal(match[1])


def _coded(match: re.Match[str], _: Context) -> str:
    """Read the number of a room, a flight or a road: "room 205"."""
    return words.code_number(match["it"])


def _aircraft(match: re.Match[str], _: Context) -> str:
    """Read "747-400" as "seven forty seven four hundred"."""
    first = words.code_number(match["it"][:3])
    return f"{first} {words.cardinal(match['kind'])}" if match["kind"] else first


def _formula(match: re.Match[str], context: Context) -> str | None:
    """Read NaCl, NaOH, IoT and DoD by letter, but not HiFi."""
    written = match[0]
    if written in SAID_OTHERWISE:
        return SAID_OTHERWISE[written]
    sounds_like_words = re.fullmatch(r"(?:[A-Z][aeiou]){2,}", written)
    return None if sounds_like_words or context.is_word(written) else words.letters(written)


# Applied before the quantities, which would read the digits as numbers.
EARLY_RULES = (
    Rule(r"(?<!\w)([CFJG])(#|\+\+)(?![\w#+])", _sharp, "#+"),
    Rule(r"(?<![\w.])\.(\d\d)(?=[ -]cal)", _caliber, "."),
    Rule(r"\b(?:[Cc]all|[Dd]ial|[Dd]ialed) (?P<it>\d{3})(?![\w.,]\d|\w)", _digits, string.digits),
    Rule(
        r"\b(?:[Tt]he|[Aa]n?|Boeing|two|three|new|old) (?P<it>7[0-8]7(?:-(?P<kind>[1-9]00))?)"
        r"(?!\w|[.,-]\d| [a-z]+s\b)",
        _aircraft,
        "7",
    ),
    Rule(rf"\b(?:{NUMBERED}) (?P<it>\d{{3,4}})(?![\w.,]\d|\w)", _coded, string.digits),
)

RULES = (
    Rule(r"(?<![\w.])(?:[^\W\d_]+\d|\d+[^\W\d_])[^\W_]*(?![\w])", _code, string.digits),
    Rule(r"(?<=[^\W\d_])(?P<it>-(?P<number>\d+)(?P<s>s)?)(?![\w-]|[.,]\d)", _code_dash, "-"),
    Rule(r"(?<!\w)(?=[A-Z]*[a-z])(?![A-Z]+s\b)(?:[A-Z][a-z]?){2,5}(?!\w)", _formula),
)
