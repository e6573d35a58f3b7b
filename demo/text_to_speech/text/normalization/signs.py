"""Signs that stand between or in front of words and numbers."""

import re

from .measures import ALONE, PER, UNITS
from .rules import Context, Rule, alternatives

# Signs between or in front of words and numbers.
SIGNS = {
    "&": "and",
    "@": "at",
    "=": "equals",
    "≠": "is not equal to",
    "≈": "is about",
    "≤": "is at most",
    "≥": "is at least",
    "+": "plus",
    "%": "percent",
    "‰": "per mille",
    "°": "degrees",
    "#": "hash",
    "×": "times",
    "÷": "divided by",
    "±": "plus or minus",
    "−": "minus",
    "√": "the square root of",
    "∞": "infinity",
    "§": "section",
    "¶": "paragraph",
    "©": "copyright",
    "µ": "micro",
    "→": "to",
    "←": "from",
    "№": "number",
    ">=": "greater than or equal to",
    "<=": "less than or equal to",
    "!=": "is not equal to",
    "==": "equals",
    "&&": "and",
    "||": "or",
    "″": "inches",
    "<": "less than",
    ">": "greater than",
    "^": "to the power of",
    "\\": "backslash",
    "~": "tilde",
    "$": "dollar",
    "£": "pound",
    "€": "euro",
    "¥": "yen",
    "₹": "rupee",
    "₩": "won",
    "₽": "ruble",
    "₺": "lira",
    "₪": "shekel",
    "₿": "bitcoin",
    "¢": "cents",
}


def _said(match: re.Match[str], _: Context) -> str:
    return SIGNS[match[0]]


def _per(_: re.Match[str], __: Context) -> str:
    return "per"


def _about(_: re.Match[str], __: Context) -> str:
    return "about"


def _number_sign(_: re.Match[str], __: Context) -> str:
    return "number"


def _slash(match: re.Match[str], _: Context) -> str:
    pair = match.string[max(0, match.start() - 4) : match.end() + 4].lower()
    return "or" if re.search(r"\b(?:he/she|she/he|his/her|him/her|yes/no|s/he)", pair) else "slash"


def _unit_alone(match: re.Match[str], _: Context) -> str:
    """Read a unit without a number: many in "speed in km/h", one in "per kWh"."""
    unit, per = match["unit"], match["per"]
    power = {"²": "square ", "³": "cubic "}.get(unit[-1], "")
    one = match.string[max(0, match.start() - 5) : match.start()].endswith(("per ", " a ", "each "))
    said = power + UNITS[unit.rstrip("²³")][0 if one else 1]
    return f"{said} per {PER[per]}" if per else said


def _silent(_: re.Match[str], __: Context) -> str:
    return ""


_PER_WORDS = "day|week|month|year|hour|minute|second|night|person|game|user|team|page|mile"
_AND_OR = re.compile(r"(?i)\band(?P<it>/)or\b")
_COMMON = "".join(SIGNS)

# Before the numbers are read, which close what they find.
EARLY_RULES = (
    Rule(re.compile(r"#(?=\d)"), _number_sign, "#"),
    Rule(
        re.compile(r"(?<=[\d%kKmMbB])(?P<it> ?[-–] ?)(?=[$£€¥]\d|\d{1,3}(?:\.\d+)?%)"),
        lambda match, context: "to",
        "$£€¥%",
    ),
    Rule(re.compile(r"~(?= ?[\d$£€.])"), _about, "~"),
    Rule(re.compile(r"<3(?!\d)(?= |$|[.!])"), lambda match, context: "heart", "<"),
    Rule(re.compile(r"(?<!\w)f/(?=\d)"), lambda match, context: "F", "/"),
)

# Behind the quantities, whose units are closed.
UNIT_RULES = (
    Rule(
        re.compile(
            rf"(?<![\w./\0])(?P<unit>{alternatives(ALONE.split())})(?:/(?P<per>{alternatives(PER)}))?(?![\w.]\w|\w|/)"
        ),
        _unit_alone,
    ),
    Rule(
        re.compile(
            rf"(?<![\w./\0])(?P<unit>g|m|ft|mi|J|W|N|mol|MB|L)/(?P<per>{alternatives(PER)})(?![\w.]\w|\w|/)"
        ),
        _unit_alone,
        "/",
    ),
)

RULES = (
    Rule(re.compile(rf"(?<=[s\0])/(?=(?:{_PER_WORDS})\b)"), _per, "/"),
    Rule(
        re.compile(r"(?<=[=≈<>≤≥(+*^])(?P<it> ?-)(?=[A-Za-z]\b)"),
        lambda match, context: "minus",
        "-",
    ),
    Rule(re.compile(r"(?<=[a-z] )-(?=[A-Za-z]\b)"), lambda match, context: "dash", "-"),
    Rule(_AND_OR, _silent, "/"),
    Rule(re.compile(r"(?<=[\w\0]) ?(?P<it>/) ?(?=[\w\0])"), _slash, "/"),
    Rule(re.compile(r"(?<![^\s(])/(?=\w)|(?<=[\0 ])/(?=[ \0])"), _slash, "/"),
    Rule(re.compile(r"(?<=\0) (?P<it>[-–]) (?=\0)"), lambda match, context: "minus", "-–"),
    Rule(re.compile(r"(?<=\0)(?P<it> ?x ?)(?=\0)"), lambda match, context: "by", "x"),
    Rule(re.compile(r"(?<=\0) ?(?P<it>[*×]) ?(?=\0)"), lambda match, context: "times", "*×"),
    Rule(re.compile("[-=]>"), lambda match, context: "to", ">"),
    Rule(re.compile(alternatives(SIGNS)), _said, _COMMON),
)
