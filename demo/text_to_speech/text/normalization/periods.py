"""Reads decades, short years, quarters and halves of a year."""

import re
import string

from . import words
from .dates import spoken_year
from .rules import Context, Rule, keep_stop, text_after


def _decade(match: re.Match[str], _: Context) -> str | None:
    """Read "1990s" or "'90s"."""
    return words.decade(match[1])


def _spaced_decade(match: re.Match[str], _: Context) -> str | None:
    """Read "1970 s", which scans and subtitles have, unless it is a number of seconds."""
    is_timer = re.match(r" (?:timer|timeout|delay|interval|exposure)", text_after(match, 12))
    return None if is_timer else words.decade(match[1])


def _short_year(match: re.Match[str], _: Context) -> str:
    """Read "'99"."""
    if match[1] == "00":
        return "two thousand"
    return words.year(match[1]) if match[1][0] != "0" else f"oh {words.digits(match[1][1])}"


def _year(match: re.Match[str], _: Context) -> str:
    """Read a year that the word before it announces: "in 1066"."""
    return words.year(match["it"])


def _circa(_: re.Match[str], __: Context) -> str:
    """Read "c. 1900"."""
    return "circa"


def _part_of_year(match: re.Match[str], _: Context) -> str:
    """Read "3Q21" as "third quarter of twenty twenty one", and "2H" as "second half"."""
    name = "quarter" if match["part"] in "Qq" else "half"
    year = f" of {spoken_year(match['year'])}" if match["year"] else ""
    return f"{words.ordinal(match['number'])} {name}{year}"


def _letter_and_year(match: re.Match[str], _: Context) -> str:
    """Read "Q1'24", "Q1 2024" and "FY'24" with the letters first."""
    number = f" {words.cardinal(match['number'])}" if match["number"] else ""
    return f"{words.letters(match['part'])}{number} {spoken_year(match['year'])}"


def _letter_and_number(match: re.Match[str], _: Context) -> str:
    """Read the q of "q3 2022" by its name."""
    return f"{match[1].upper()} {words.cardinal(match[2])}"


def _hundreds(match: re.Match[str], _: Context) -> str:
    """Read "100s of people" as "hundreds of people"."""
    return {"10s": "tens", "100s": "hundreds", "1000s": "thousands"}[match["it"]]


def _century(match: re.Match[str], _: Context) -> str:
    """Read the "c." of "20th c." as "century"."""
    return keep_stop(match, "century")


def _fiscal_years(match: re.Match[str], _: Context) -> str:
    """Read "FY24/25" as two years."""
    return f"F Y {spoken_year(match[1])} {words.cardinal(match[2])}"


RULES = (
    Rule(r"(?<=\dst|\dnd|\drd|\dth)[ -](?P<it>[Cc]\.|[Cc]ent\.)(?!\w)", _century, "c"),
    Rule(r"(?<![\w.,])(?P<it>10[1-9]\d)(?= (?:AD|CE|A\.D\.|C\.E\.))", _year, "0"),
    Rule(r"(?<!\w)FY ?'?(\d\d|20\d\d)[/–-](\d\d)(?![\w/])", _fiscal_years, "F"),
    Rule(
        r"(?<![\w.,/$-])(?P<number>[1-4])(?P<part>[Qq]|(?<=[12])H)"
        r"(?:[ -]?'?(?P<year>20\d\d|19\d\d|\d\d))?(?![\w'])(?![.,]\d)",
        _part_of_year,
        "QqH",
    ),
    Rule(
        r"(?<!\w)(?P<part>[QqHh]|FY|CY)(?P<number>[1-4])?[ -]?'(?P<year>\d\d)(?![\w'])", _letter_and_year, "'"
    ),
    Rule(r"(?<!\w)(?P<part>[QqHh])(?P<number>[1-4])-(?P<year>20\d\d)(?![\w-])", _letter_and_year, "QqHh"),
    Rule(r"(?<!\w)(q)([1-4])(?= ?(?:\d{4}|'\d\d)\b)", _letter_and_number, "q"),
    Rule(r"(?<![\w.])(?P<it>10{1,3}s)(?= of\b)", _hundreds, "0"),
    Rule(r"(?<![\w.])'?(\d\d[1-9]0|[12]\d00|[1-9]0)'?s\b", _decade, string.digits),
    Rule(r"(?<![\w.,])(1[5-9]\d0|20[0-4]0) s\b(?![.']\w)", _spaced_decade, "s"),
    Rule(r"(?<!\w)'(\d\d)(?![\w.,:]\d|\w|')", _short_year, string.digits),
    Rule(r"(?<!\w)(?P<it>[Cc]\.)(?= ?\d{3,4}\b)", _circa, string.digits),
    Rule(
        r"(?i)(?:\b(?:in|since|until|till|by|year|anno|ad|circa|ca\.)|\0) (?P<it>10[1-9]\d)(?=[.,;:!?)]|$| "
        r"(?!of)[a-z]{2,4}\b)",
        _year,
        string.digits,
    ),
)
