"""Reads signs between words and numbers or before them."""

import re

from . import words
from .measures import ALONE, PER, UNITS
from .rules import Context, Rule, alternatives, text_after, text_before

# The names of signs.
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


def _name(match: re.Match[str], _: Context) -> str:
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
    """Read a unit without a number: in the plural in "speed in km/h", in the singular in "per kWh"."""
    unit, per = match["unit"], match["per"]
    power = {"²": "square ", "³": "cubic "}.get(unit[-1], "")
    is_singular = match.string[max(0, match.start() - 5) : match.start()].endswith(("per ", " a ", "each "))
    spoken = power + UNITS[unit.rstrip("²³")][0 if is_singular else 1]
    return f"{spoken} per {PER[per]}" if per else spoken


def _row_of_letters(match: re.Match[str], _: Context) -> str:
    """Read "a/b/c" with each slash; "b/c" in it is no abbreviation."""
    return " slash ".join(part.upper() for part in match[0].split("/"))


def _row_of_initialisms(match: re.Match[str], context: Context) -> str | None:
    """Read "TCP/IP" by its letters, without the slash; "ON/OFF" has words."""
    parts = match[0].split("/")
    if all(len(part) > 1 and context.is_word(part.lower()) for part in parts):
        return None
    return " ".join(
        part.lower() if len(part) > 3 and context.is_word(part.lower()) else words.letters(part)
        for part in parts
    )


def _between_quantities(match: re.Match[str], _: Context) -> str:
    """Read the dash of "5 km – 10 km" as "to", and as "minus" in a calculation."""
    return "minus" if _is_in_calculation(match) else "to"


def _minus_in_calculation(match: re.Match[str], _: Context) -> str | None:
    """Read the dash of "x² - 5 = 4" as "minus"."""
    return "minus" if _is_in_calculation(match) else None


def _is_in_calculation(match: re.Match[str]) -> bool:
    """Tell whether another sign of a calculation is near."""
    return bool(_OPERATOR.search(f"{text_before(match, 24)}\n{text_after(match, 24)}"))


_OPERATOR = re.compile(r"[=×÷^²³√≤≥≈]| [+*] ")


def _silent(_: re.Match[str], __: Context) -> str:
    return ""


_PER_WORDS = "day|week|month|year|hour|minute|second|night|person|game|user|team|page|mile"


def _name_of_sign(match: re.Match[str], _: Context) -> str:
    """Read the sign that a text speaks about by its name alone: "the symbol ∑", which has become words before."""
    return match["name"] or "square root"


# Applied before the quantities: these signs are read by the number that follows them.
EARLY_RULES = (
    Rule(
        r"\b(?:[Ss]ymbol|[Ss]ign|[Cc]haracter|[Oo]perator)s? "
        r"(?P<it>the (?P<name>(?:[a-z]+ )?(?:sum|product|integral|root)) of|√)"
        r"(?=[”\"',.;:!?)]| (?:is|was|means?|meant|stands?|denotes?|has|and|or|in|on|at|to|for)\b|$)",
        _name_of_sign,
        "mghp",
    ),
    Rule(r"#(?=[\d\0]|[A-Z]{1,4}-?\d)", _number_sign, "#"),
    Rule(
        r"#(?=s? (?:is|are|was|on|for|in|of)\b|s?:|s? \d)|(?i:(?<=\bmy )|(?<=\byour )|(?<=phone )|(?<=order ))#",
        _number_sign,
        "#",
    ),
    Rule(r"(?<![\w/.])[A-Za-z](?:/[A-Za-z]){2,}(?![\w/])", _row_of_letters, "/"),
    # "AC/DC", "TCP/IP", "P/E": nobody says this slash.
    Rule(r"(?<![\w/.\0])(?!N/A|C/O|W/O)[A-Z]{1,5}(?:/[A-Z]{1,5}){1,3}(?![\w/])", _row_of_initialisms, "/"),
    Rule(r"(?<!\w)[Nn]o\.(?= of (?!course)[a-z])", _number_sign, "."),
    Rule(
        r"(?:(?<=[\d%kKmMbB])|(?<=[bmt]n))(?P<it> ?[-–] ?)(?=[$£€¥₹]\d|\d{1,3}(?:\.\d+)?%)",
        lambda match, context: "to",
        "$£€¥₹%",
    ),
    Rule(r"~(?= ?[\d$£€.])", _about, "~"),
    Rule(r"<3(?!\d)(?= |$|[.!])", lambda match, context: "heart", "<"),
    Rule(r"(?<!\w)f/(?=\d)", lambda match, context: "F", "/"),
)

# Applied after the quantities, which have closed the units that follow a number.
UNIT_RULES = (
    Rule(r"(?<=\0)(?P<it> ?[-–] ?)(?=\0)", _between_quantities, "-–"),
    Rule(
        rf"(?<![\w./\0])(?P<unit>{alternatives(ALONE.split())})(?:/(?P<per>{alternatives(PER)}))?(?![\w.]\w|\w|/)",
        _unit_alone,
    ),
    Rule(
        rf"(?<![\w./\0])(?P<unit>g|m|ft|mi|J|W|N|mol|MB|L)/(?P<per>{alternatives(PER)})(?![\w.]\w|\w|/)",
        _unit_alone,
        "/",
    ),
)

RULES = (
    Rule(rf"(?<=[s\0])/(?=(?:{_PER_WORDS})\b)", _per, "/"),
    Rule(
        r"(?<=[=≈<>≤≥(+*^])(?P<it> ?-)(?=[A-Za-z]\b)",
        lambda match, context: "minus",
        "-",
    ),
    Rule(r"(?<=[a-z] )-(?=[A-Za-z]\b)", lambda match, context: "dash", "-"),
    Rule(r"(?i)\band(?P<it>/)or\b", _silent, "/"),
    Rule(r"(?<=[\w\0]) ?(?P<it>/) ?(?=[\w\0])", _slash, "/"),
    Rule(r"(?<![^\s(])/(?=\w)|(?<=[\0 ])/(?=[ \0])", _slash, "/"),
    Rule(r"(?<=\0) (?P<it>[-–]) (?=\0)", _minus_in_calculation, "-–"),
    Rule(r"(?<=\0)(?P<it> ?x ?)(?=\0)", lambda match, context: "by", "x"),
    Rule(r"(?<=\0) ?(?P<it>[*×]) ?(?=\0)", lambda match, context: "times", "*×"),
    Rule("[-=]>", lambda match, context: "to", ">"),
    Rule(alternatives(SIGNS), _name, "".join(SIGNS)),
)
