"""Reads what British texts write, or say, otherwise than American ones: the day before the month, "half past".

    03/04/2025      the third of April, twenty twenty five
    March 3, 2024   March the third, twenty twenty four
    at 7:30         at half past seven; "the 7:30 train" and "7:30 pm" stay "seven thirty"

These rules are applied before all others, and only to British texts. Numbers with an "and" in them ("one hundred and
five") are the business of `words`.
"""

from __future__ import annotations

import re
import string

from . import words
from .rules import Context, Rule, alternatives
from .tables import DAYS, MONTHS

_MONTH_NAMES = {name[:length]: name for name in MONTHS for length in (3, len(name))} | {"Sept": "September"}
_MONTH = alternatives(_MONTH_NAMES)
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_MONTH_NUMBER = r"(?:1[0-2]|0?[1-9])"


def _date(day: str, month: str, year: str = "") -> str:
    """Read a date with its day first: "the third of April, twenty twenty five"."""
    spoken = f"the {words.ordinal(str(int(day)))} of {MONTHS[int(month) - 1]}"
    if len(year) == 2:
        year = ("19" if int(year) > 40 else "20") + year
    return f"{spoken}, {words.year(year)}" if year else spoken


def _numbers(match: re.Match[str], _: Context) -> str:
    """Read "03/04/2025", "3.4.2025" and "2025-04-03"."""
    return _date(match["day"], match["month"], match["year"])


def _day_and_month(match: re.Match[str], _: Context) -> str | None:
    """Read "on 3/4", but not the name of an event in "after 9/11"."""
    return None if match["it"] == "9/11" else _date(match["day"], match["month"])


def _month_first(match: re.Match[str], _: Context) -> str:
    """Read "March 3, 2024" as "March the third"."""
    year = f", {words.year(match['year'])}" if match["year"] else ""
    return f"{_MONTH_NAMES[match['month']]} the {words.ordinal(str(int(match['day'])))}{year}"


def _half_past(match: re.Match[str], _: Context) -> str:
    """Read "at 7:30" as "half past seven"."""
    return f"half past {words.cardinal(str(int(match['hour'])))}"


_DATED = alternatives(
    ("on", "until", "till", "by", "due", "dated", "since", "before", "after", "from", "to", *DAYS)
)

RULES = (
    Rule(
        rf"(?<![\w./-])(?P<day>{_DAY})(?P<mark>[/.-])(?P<month>{_MONTH_NUMBER})(?P=mark)(?P<year>[12]\d{{3}})"
        r"(?![\w/-]|\.\d)",
        _numbers,
        "/.-",
    ),
    Rule(
        rf"(?<![\w./-])(?P<day>{_DAY})/(?P<month>{_MONTH_NUMBER})/(?P<year>\d\d)(?![\w/-]|\.\d)",
        _numbers,
        "/",
    ),
    Rule(
        rf"(?<![\w./-])(?P<year>[12]\d{{3}})-(?P<month>{_MONTH_NUMBER})-(?P<day>{_DAY})(?![\w/-]|\.\d)",
        _numbers,
        "-",
    ),
    Rule(
        rf"(?i:\b(?:{_DATED}),?) (?P<it>(?P<day>{_DAY})/(?P<month>{_MONTH_NUMBER}))"
        r"(?![\w/-]|\.\d| (?:of|cup|inch|mile))",
        _day_and_month,
        "/",
    ),
    Rule(
        rf"(?<!\w)(?<!\d )(?P<month>{_MONTH})\.? (?P<day>{_DAY})(?:st|nd|rd|th)?(?![\w:]|[.,]\d)"
        r"(?! ?[-–] ?\d)(?:,? (?P<year>[12]\d{3})(?!\d|[.,]\d|:))?",
        _month_first,
        string.digits,
    ),
    Rule(
        r"(?<![\w.:])(?<!\b[Tt]he )(?<!\ba )(?P<hour>1[0-2]|0?[1-9]):30(?![\w:]|[.,]\d)"
        r"(?! ?(?:[AaPp]\.?[Mm]\b|hours|hrs|h\b|[-–%°]|[a-z]+s\b))",
        _half_past,
        ":",
    ),
)
