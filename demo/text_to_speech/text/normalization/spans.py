"""Reads the dash between two dates, times or parts of a year as "to".

The rules are applied when nothing but internet addresses, dates and times has been read: two spans that were read with
a dash between them are the ends of a period. Later, between any two quantities, the dash may be a minus sign.
"""

import re

from .dates import DAY_NAME, MONTH_NAME
from .rules import Context, Rule

_DASH = r" ?[-–] ?"
_NAME = rf"(?:{MONTH_NAME}|{DAY_NAME}|(?:[Mm]ar(?:ch)?|may)\b)"
_SEASON = r"(?:[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter|Q[1-4])\b"
_MOMENT = r"(?:noon|midnight|midday|present|now|today|tomorrow|dusk|dawn|sunset|sunrise|late|close)"


def _to(_: re.Match[str], __: Context) -> str:
    return "to"


# Applied before the dates, which read "Sep 10" in "Aug 9-Sep 10" and would leave the names of "July–September" alone.
EARLY_RULES = (
    Rule(rf"(?<!\w){_NAME}\.?(?P<it>{_DASH})(?={_NAME}(?![\w']))", _to, "-–"),
    # "late March – early April", "Spring 1998 – Autumn 2001"
    Rule(rf"(?<!\w){_NAME}\.?(?P<it>{_DASH})(?=(?:early|mid|late|the end of)[ -]{_NAME})", _to, "-–"),
    Rule(rf"{_SEASON} (?:[12]\d{{3}})?(?P<it>{_DASH})(?={_SEASON} (?:[12]\d{{3}}))", _to, "-–"),
    # "Q1–Q3 2024", "FY22–FY24", "27 BC – 14 AD", "Mon 3–Fri 7 June"
    Rule(rf"(?<!\w)(?:FY|CY|Q|H)'?\d{{1,4}}(?P<it>{_DASH})(?=(?:FY|CY|Q|H)'?\d)", _to, "-–"),
    Rule(rf"\d (?:BCE?|B\.C\.|CE|AD|A\.D\.)(?P<it>{_DASH})(?=(?:AD |A\.D\. )?\d)", _to, "-–"),
    Rule(rf"(?<!\w){DAY_NAME} \d{{1,2}}(?P<it>{_DASH})(?={DAY_NAME} \d)", _to, "-–"),
    Rule(rf"(?<!\w){_MOMENT}(?P<it>{_DASH})(?={_MOMENT}(?![\w'-]))", _to, "-–"),
    Rule(rf"(?<![\w.:–-])\d{{1,2}}(?P<it>{_DASH})(?=\d{{1,2}}:\d\d ?[AaPp])", _to, ":"),
    Rule(r"(?<=:\d\d)(?P<it>\s?[-–]\s?)(?=\d{1,2}:\d\d)", _to, ":"),
    Rule(r"(?i)(?<=[ap]m)(?P<it>\s?[-–]\s?)(?=\d{1,2}(?::\d\d)? ?[ap]\.?m)", _to, "mM"),
)

RULES = (
    # An em dash joins dates only where it stands without spaces.
    Rule(rf"(?<=\0)(?P<it>\.?{_DASH}|—)(?=\0)", _to, "-–—"),
    Rule(rf"(?<=\0)(?P<it>\.?{_DASH})(?={_MOMENT}\b(?![-']))", _to, "-–"),
    Rule(rf"(?i)\b{_MOMENT}(?P<it>{_DASH})(?=\0)", _to, "-–"),
    # "Monday 3 June – Friday 7 June", "3 May 2019 – 2021"
    Rule(rf"(?<=\0)(?P<it>\.?{_DASH})(?={DAY_NAME}[.,]? \0)", _to, "-–"),
    Rule(rf"(?<=\0)(?P<it>{_DASH})(?=(?:1[5-9]|20)\d\d(?![\w,.%]|[ -]\w))", _to, "-–"),
)
