"""Codes of letters and digits: flights, rooms, models, formulas, ISBN; numbers that are said digit by digit."""

import re

from . import words
from .address_tables import CODES, NUMBERED
from .addresses import split_compound
from .rules import DIGITS, Context, Rule
from .tables import SAID_AS_WORDS, SAID_OTHERWISE

_YEAR = re.compile(r"(?:19|20)\d\d")


def _code(match: re.Match[str], context: Context) -> str:
    said: list[str] = []
    parts = re.findall(r"[^\W\d_]+|\d+", match[0])
    for place, part in enumerate(parts, start=1):
        is_last = place == len(parts)
        if part.isdecimal():
            lines = re.fullmatch(r"\d{4}[pi]\d*", match[0])  # 1080p
            dated = is_last and parts[0].isalpha() and _YEAR.fullmatch(part)  # FY2023
            said.append(words.year(part) if lines or dated else words.code_number(part))
        elif part == "s" and is_last:  # 747s; the pattern has a digit, so something was said before
            said[-1] = words.plural(said[-1])
        else:
            said.append(_letters_of_code(part, context))
    return " ".join(said)


def _letters_of_code(part: str, context: Context) -> str:
    known = context.is_word(part) or context.is_word(part.lower())
    if len(part) > 2 and known and not part.isupper():
        return part
    if len(part) > 3 and (not part.isupper() or part in SAID_AS_WORDS):
        return split_compound(part, context)
    return words.letters(part) if part.isupper() or len(part) < 3 else part


def _code_dash(match: re.Match[str], _: Context) -> str:
    number, before = match["number"], match.string[match.start() - 1]
    said = words.spoken_integer(number) if before.islower() else words.code_number(number)  # post-1945
    return words.plural(said) if match["s"] else said


def _sharp(match: re.Match[str], _: Context) -> str:
    name = {"#": "sharp", "++": "plus plus"}[match[2]]
    return f"{match[1]} {name}"


def _digits(match: re.Match[str], _: Context) -> str:
    groups = re.findall(r"[\dX]+", match["it"])
    return ", ".join(" ".join("X" if c == "X" else words.digits(c) for c in group) for group in groups)


def _caliber(match: re.Match[str], _: Context) -> str:
    return words.cardinal(match[1])


def _coded(match: re.Match[str], _: Context) -> str:
    return words.code_number(match["it"])


def _aircraft(match: re.Match[str], _: Context) -> str:
    first = words.code_number(match["it"][:3])
    return f"{first} {words.cardinal(match['kind'])}" if match["kind"] else first


def _formula(match: re.Match[str], context: Context) -> str | None:
    """Spell NaCl, NaOH, IoT and DoD, but not HiFi."""
    written = match[0]
    if written in SAID_OTHERWISE:
        return SAID_OTHERWISE[written]
    sounds_like_words = re.fullmatch(r"(?:[A-Z][aeiou]){2,}", written)
    return None if sounds_like_words or context.is_word(written) else words.letters(written)


EARLY_RULES = (
    Rule(re.compile(r"(?<!\w)([CFJG])(#|\+\+)(?![\w#+])"), _sharp, "#+"),
    Rule(re.compile(r"(?<![\w.])\.(\d\d)(?=[ -]cal)"), _caliber, "."),
    Rule(
        re.compile(
            rf"\b(?:{CODES})(?: (?:number|no\.?|code|ending in|is))?:? ?#?(?P<it>\d[\d-]{{2,24}}[\dX])(?![\w.,]\d|\w)"
        ),
        _digits,
        DIGITS,
    ),
    Rule(re.compile(r"\b(?:[Cc]all|[Dd]ial|[Dd]ialed) (?P<it>\d{3})(?![\w.,]\d|\w)"), _digits, DIGITS),
    Rule(
        re.compile(
            r"\b(?:[Tt]he|[Aa]n?|Boeing|two|three|new|old) (?P<it>7[0-8]7(?:-(?P<kind>[1-9]00))?)"
            r"(?!\w|[.,-]\d| [a-z]+s\b)"
        ),
        _aircraft,
        "7",
    ),
    Rule(re.compile(rf"\b(?:{NUMBERED}) (?P<it>\d{{3,4}})(?![\w.,]\d|\w)"), _coded, DIGITS),
)

RULES = (
    Rule(re.compile(r"(?<![\w.])(?:[^\W\d_]+\d|\d+[^\W\d_])[^\W_]*(?![\w])"), _code, DIGITS),
    Rule(re.compile(r"(?<=[^\W\d_])(?P<it>-(?P<number>\d+)(?P<s>s)?)(?![\w-]|[.,]\d)"), _code_dash, "-"),
    Rule(re.compile(r"(?<!\w)(?=[A-Z]*[a-z])(?![A-Z]+s\b)(?:[A-Z][a-z]?){2,5}(?!\w)"), _formula),
)
