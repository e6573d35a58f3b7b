"""Reads letters that stand for numbers: "2x + 3y = 12", "f(x)", "x/2 = 7".

An x after a number is "times" in "2x faster" and the letter X in "2x + 3". It is the letter where an operator with an
operand is next to it, unless a word that compares follows ("2x - 3x faster"), or where a word such as "solve" precedes.
"""

from __future__ import annotations

import re

from . import words
from .rules import Context, Rule

_NUMBER = r"\d+(?:\.\d+)?"
# What is around a variable: an operator, and an operand on its other side.
_OPERATOR = r"[-–−+*/=<>≤≥≠≈^×·]"
_RIGHT_OPERAND = r" ?(?:[-–−+*=<>≤≥≠≈×·]|[<>!=]=) ?(?:[-–−]?\d|[a-zA-Z]\b|[a-z]{2}\b|[(√])"
_POWER = r"[\^²³⁴⁵⁶⁷⁸⁹]|\*\*"
_COMPARED = (
    r"(?: (?:faster|slower|more|less|better|worse|larger|bigger|smaller|cheaper|higher|lower|longer|speed|growth|zoom"
    r"|the|an?|as|returns?|leverage|times|per)\b)"
)
_ASKS = (
    r"\b(?:[Ss]olve(?: for)?|[Ss]implify|[Ff]actor|[Ee]xpand|[Ee]valuate|[Ff]ind|[Gg]raph|[Ii]f|[Ww]here|[Ll]et"
    r"|[Tt]hen) "
)

# Words of mathematics before "8x", and what is said of "2x" and of no quantity.
_TERM = (
    r"\b(?:slopes?|values?|graphs?|derivatives?|integrals?|coefficients?|sums?|products?|terms?|factors?|roots?|zeros"
    r"|line|expressions?|equations?|functions?|polynomials?|double|half|twice)(?: of)? "
)
_PREDICATE = (
    r" (?:is|are|equals|must be|can be) (?:an? )?(?:even|odd|zero|positive|negative|prime|defined|divisible|multiple"
    r"|integer|equal|greater than|less than|at (?:most|least)|\d+x?\b"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|ten)\b)"
)
_ASKED = r" (?:even|odd|positive|negative|prime|defined|divisible|equal|greater than|less than)\b"


def _coefficient(match: re.Match[str], _: Context) -> str | None:
    """Read "2x" as "two X"."""
    number = match["number"]
    letters = words.letters(match["letters"])
    return f"{words.number(number)} {letters}" if number else letters


def _function(match: re.Match[str], _: Context) -> str:
    """Read "f(x)" as "F of X"."""
    prime = {"": "", "'": " prime", "''": " double prime"}[match["prime"]]
    arguments = " and ".join(
        words.letters(part) if part.isalpha() else words.number(part)
        for part in re.split(", ?", match["arguments"])
    )
    return f"{match['name'].upper()}{prime} of {arguments}"


def _derivative(match: re.Match[str], _: Context) -> str:
    """Read "dy/dx" as "D Y D X"."""
    return " ".join(words.letters(side) for side in match[0].split("/"))


def _over(_: re.Match[str], __: Context) -> str:
    """Read the slash of "x/2"."""
    return "over"


def _product(match: re.Match[str], _: Context) -> str:
    """Read the letters of "mx + b"."""
    return words.letters(match["it"])


def _by_letter(match: re.Match[str], _: Context) -> str:
    """Read a single letter by its name, as the a of "a² + b²"."""
    return match["it"].upper()


# Applied before the quantities, which read "2x" as "two times".
EARLY_RULES = (
    Rule(
        r"(?<!\w)(?P<name>[fghFGH]|[a-zA-Z](?=\((?:[a-z]|\d+)\) ?=))(?P<prime>'{0,2})"
        rf"\((?P<arguments>(?:[a-z]|[-–−]?{_NUMBER})(?:, ?(?:[a-z]|{_NUMBER}))?)\)(?!\w)",
        _function,
        "(",
    ),
    Rule(r"(?<![\w/])d[a-z]?/d[a-z](?![\w/])", _derivative, "/"),
    Rule(r"(?<![\w/])[xyznabkt](?P<it>/)(?=\d{1,3} ?[-+=<>)])", _over, "/"),
    # 2x + 3: an operator follows.
    Rule(
        rf"(?<![\w.,])(?P<number>(?:(?<![\w)\0²³])(?<![\w)\0²³] )[-−])?{_NUMBER})(?P<letters>x[yz]?)"
        rf"(?={_RIGHT_OPERAND}|{_POWER})"
        rf"(?! ?[-–] ?{_NUMBER}x{_COMPARED})",
        _coefficient,
        "x",
    ),
    # y = 2x: an operator precedes.
    Rule(
        r"(?:(?<=[\w)\0²³] [-–−+*=<>≤≥≠×·] )|(?<=[\w)\0²³][-+=<>≤≥≠×·])|(?<=[(√]))"
        rf"(?P<number>{_NUMBER})(?P<letters>x[yz]?)"
        rf"(?!\w|{_COMPARED})",
        _coefficient,
        "x",
    ),
    Rule(
        rf"(?<![\w.,])(?P<number>{_NUMBER})(?P<letters>x[yz]?)(?={_PREDICATE})",
        _coefficient,
        "x",
    ),
    Rule(
        rf"(?:{_TERM}|\0 (?:is|equals) |\b[Ii]s (?=\d+x{_ASKED}))(?P<it>(?P<number>{_NUMBER})(?P<letters>x[yz]?))"
        rf"(?!\w|{_COMPARED})",
        _coefficient,
        "x",
    ),
    Rule(rf"{_ASKS}(?P<it>(?P<number>{_NUMBER})(?P<letters>x[yz]?))(?!\w|{_COMPARED})", _coefficient, "x"),
    Rule(rf"(?<![\w.,])(?P<number>{_NUMBER})(?P<letters>x[yz])(?!\w)", _coefficient, "x"),
    # y = mx + b
    Rule(r"(?<=[=+] )(?P<it>[a-z]x)(?= ?[-+])", _product, "x"),
    Rule(rf"(?<![\w'])(?P<it>a)(?={_POWER}| ?[=+×] ?[\da-zA-Z(]\b)", _by_letter, "a"),
)
