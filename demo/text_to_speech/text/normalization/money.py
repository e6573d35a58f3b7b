"""Reads sums of money."""

import re
import string

from . import words
from .amounts import AMOUNT, PER_PART, is_adjective, read_amount, read_per
from .currencies import CURRENCIES, MAGNITUDES
from .rules import Context, Rule, alternatives

_MAGNITUDE = (
    r"(?: ?-?(?P<size>thousand|million|billion|trillion|quadrillion|lakh|crore|[kKmMbBtT]n?|[mb]ln|trn|[mM]io|MM"
    r"|mm|[cC]r)"
    r"\b)?"
)
_SIGNS = alternatives(name for name in CURRENCIES if not name[-1].isalpha())
_CODES = alternatives(name for name in CURRENCIES if name[-1].isalpha())


def _money(match: re.Match[str], _: Context) -> str:
    minus = "minus " if match["minus"] else ""
    decimals = words.parts(match["a"])[2]
    # "$1.2/kg" is one dollar and twenty cents.
    has_cents = len(decimals) < 3 and not (match["size"] or match["b"])
    return f"{minus}{_sum_with_cents(match) if has_cents else _sum(match)}{read_per(match['per'])}"


def _sum(match: re.Match[str]) -> str:
    """Read a range of money, a sum such as "$3.2 million", or one with other decimals than two."""
    singular, plural, *_ = CURRENCIES[match["currency"]]
    size = f" {MAGNITUDES.get(match['size'], match['size'])}" if match["size"] else ""
    return f"{read_amount(match)}{size} {singular if is_adjective(match) else plural}"


def _sum_with_cents(match: re.Match[str]) -> str:
    """Read a sum in units and hundredths: "$3.50" as "three dollars and fifty cents"."""
    singular, plural, cent, cents = CURRENCIES[match["currency"]]
    sign, whole, decimals = words.parts(match["a"])
    hundredths = int(decimals.ljust(2, "0")) if decimals else 0
    spoken = []
    if words.integer(whole) or not decimals.strip("0"):
        is_singular = words.is_one(whole) or (not decimals and is_adjective(match))
        spoken.append(f"{words.cardinal(whole)} {singular if is_singular else plural}")
    if decimals.strip("0"):
        spoken.append(f"{words.cardinal(str(hundredths))} {cent if hundredths == 1 else cents}")
    return sign + " and ".join(spoken)


def _leading(match: re.Match[str], _: Context) -> str:
    """Read the first sum of "$2 to $3 million" as a number, because the second one names the currency."""
    return words.number(match["a"])


def _pence(match: re.Match[str], _: Context) -> str:
    """Read "50p" as "fifty pence"."""
    return f"{words.cardinal(match[1])} {'penny' if match[1] == '1' else 'pence'}{read_per(match['per'])}"


def _cents(match: re.Match[str], _: Context) -> str:
    """Read "50¢" as "fifty cents"."""
    return f"{words.number(match[1])} cent{'' if match[1] == '1' else 's'}{read_per(match['per'])}"


RULES = (
    Rule(
        rf"(?<![\w.])(?P<it>(?P<currency>{_SIGNS})(?P<a>\d+(?:\.\d+)?))(?= ?(?:to|or|and|[-–]) ?"
        rf"(?P=currency)\d+(?:\.\d+)?(?: (?:thousand|million|billion|trillion)|[kKmMbB]n?\b))",
        _leading,
        string.digits,
    ),
    Rule(
        rf"(?<![\w.])(?P<minus>[-–−])?(?P<currency>{_SIGNS}|(?<![/\0])(?:{_CODES})(?= ?\d)) ?"
        rf"{AMOUNT}{_MAGNITUDE}{PER_PART}(?![\d])",
        _money,
        string.digits,
    ),
    Rule(
        rf"(?<![\w.])(?P<minus>[-–−])?{AMOUNT}{_MAGNITUDE} ?(?P<currency>{_SIGNS}|(?:{_CODES})(?!\w))"
        rf"(?! ?\d){PER_PART}",
        _money,
        string.digits,
    ),
    Rule(rf"(?<![\w.])(\d+(?:\.\d+)?) ?(?:¢|c(?=/)){PER_PART}", _cents, string.digits),
    Rule(rf"(?<![\w.,:])(\d{{1,2}})p{PER_PART}(?![\w-])", _pence, string.digits),
)
