"""The parts that the rules of numbers share: the pattern of a number, the "per" of a rate, and adjectives."""

import re

from . import words
from .currencies import MONEY_NOUNS
from .measures import COUNTED, NO_NOUNS, PER, POWERS, UNITS
from .rules import alternatives, text_after, text_before

PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d+(?:\.\d+)?|(?<!\.)\.\d+"
"""A number without a sign; part of a regular expression."""

AMOUNT = rf"(?P<a>(?:(?<![\w.)\0])[-–−+])?(?:{PLAIN}))(?: ?[-–] ?(?P<b>{PLAIN}))?"
"""A number or a range: `a` and `b` are its two numbers, and `a` alone is a single number."""

UNIT = alternatives(UNITS)
OF_UNIT = rf"(?: ?(?P<unit>{UNIT})(?!\w))?"

_ONE_PER = (
    rf"/(?:1(?:,?0{{2,3}}|0)? ?)?(?:(?:{alternatives(PER)})[²³]?|[a-z]{{3,}})(?!\w)(?:\.(?=[,;)]| [a-z]))?"
)
PER_PART = rf"(?P<per>{_ONE_PER}(?:{_ONE_PER})?)?"
"""The "/" of a rate and what follows it, once or twice: "/h", "/sq ft", "/100 km", "/kg/day"."""

_PLURALS = dict(UNITS.values())

TIMES = (
    r"(?:s|secs?|second|mins?|minute|h|hrs?|hour|d|day|wk|week|mo|mth|month|qtr|quarter|yr|y|year|night|game|person"
    r"|user|kg|lb|mi|mile|km|ea)"
)
"""What a bare number or a noun is counted per: "45/wk", "20 req/min"; part of a regular expression."""

_DETERMINER = re.compile(
    r"(?i)(?:^|[^\w'])(?:an?|the|this|that|his|her|its|their|our|my|your|another|every|one)(?: [a-z]+)? $"
)
_NEXT_NOUN = re.compile(r"[ -](?!can (?:be|have|also|not|only)\b)([A-Za-z]{2,})(?![\w.]\w)")
_NOUN_OF_MONEY = re.compile(rf"[ -](?:(?:{MONEY_NOUNS})(?:s|es)?\b|a-|per-)")


def read_amount(match: re.Match[str]) -> str:
    """Read the number or the range of a match."""
    first = words.number(match["a"])
    return f"{first} to {words.number(match['b'])}" if match["b"] else first


def read_per(written: str | None) -> str:
    """Read the "/" of a rate and what follows it: "/kg/day" as " per kilogram per day"."""
    return "".join(_one_per(part) for part in (written or "").split("/")[1:])


def _one_per(part: str) -> str:
    """Read what follows one "/": a unit, an area, a number of units, or any word."""
    unit = part.lstrip("0123456789, ")
    number = part[: len(part) - len(unit)].strip(" ,")
    power = "" if unit in PER or unit[-1:] not in ("²", "³") else unit[-1]
    unit = unit[:-1] if power else unit
    name = PER.get(unit) or PER.get(unit.rstrip(".")) or unit
    if name == "each":
        return " each"
    counted = f"{words.cardinal(number)} " if number else ""
    return f" per {counted}{POWERS[power]}{_PLURALS.get(name, name) if number else name}"


def read_counted(noun: str) -> str:
    """Read what is counted in a rate: "req" as "requests"."""
    return COUNTED.get(noun, noun)


def is_adjective(match: re.Match[str]) -> bool:
    """Tell whether a quantity is the adjective of a noun: "a $5 bill", "a 6 ft fence"."""
    rest = text_after(match, 24)
    if _NOUN_OF_MONEY.match(rest) or re.match(r"-[a-z]{2,}", rest):
        return True
    noun = _NEXT_NOUN.match(rest)
    if not noun or noun[1].lower() in NO_NOUNS or noun[1].endswith(("ly", "ed")):
        return False
    return bool(_DETERMINER.search(text_before(match, 24)))
