"""Reads the short forms of postal addresses: streets, states and ZIP codes."""

import re
import string

from . import words
from .address_tables import STATES, STREETS
from .rules import Context, Rule, alternatives


def _street(match: re.Match[str], _: Context) -> str:
    return STREETS[match["it"]]


def _state(match: re.Match[str], _: Context) -> str:
    return STATES[match["it"]]


def _zip(match: re.Match[str], _: Context) -> str:
    return ", ".join(words.digits(group) for group in match["it"].split("-"))


_STATE = alternatives(STATES)
_CITY = r"[A-Z][a-z]+\.?, "

RULES = (
    Rule(
        r"(?<!\w)[A-Z]\.?[A-Z]\.?,? (?P<it>\d{5}(?:-\d{4})?)(?![\w-]|[.,]\d)",
        _zip,
        string.digits,
    ),
    Rule(rf"{_CITY}(?P<it>{_STATE})(?=\s*(?:[\0,;:!?)]|\.?$))", _state, ","),
    Rule(
        rf"(?<!\w)(?:[A-Z][a-z]+|\d+(?:st|nd|rd|th)) (?P<it>{alternatives(STREETS)})"
        r"(?=[,;]|$| (?:(?:NW|NE|SW|SE|[NSEW])\b|and |in |at |on |near ))",
        _street,
    ),
)
