"""Reads money, percentages, units, fractions, ranges, ordinals and plain numbers."""

import re
import string

from . import words
from .dates import read_date
from .measures import (
    CURRENCIES,
    DURATIONS,
    HEAT,
    MAGNITUDES,
    MONEY_NOUNS,
    NO_NOUNS,
    PER,
    POWERS,
    SCORES,
    UNITS,
    UNITS_AFTER_SPACE,
    VULGAR,
)
from .rules import Context, Rule, alternatives, keep_stop

# Parts of the patterns. `a` and `b` are the two numbers of a range, `a` alone is a single number.
_PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d+(?:\.\d+)?|\.\d+"
_AMOUNT = rf"(?P<a>(?:(?<![\w.)\0])[-–−+])?(?:{_PLAIN}))(?: ?[-–] ?(?P<b>{_PLAIN}))?"
_MAGNITUDE = r"(?: ?-?(?P<size>thousand|million|billion|trillion|quadrillion|[kKmMbBtT]n?|mio|MM)\b)?"
_SIGNS = alternatives(name for name in CURRENCIES if not name[-1].isalpha())
_CODES = alternatives(name for name in CURRENCIES if name[-1].isalpha())
_PER = rf"(?:/(?P<per>{alternatives(PER)}|[a-z]{{3,}})(?!\w)(?:\.(?=[,;)]| [a-z]))?)?"
_UNIT = alternatives(UNITS)
_OF_UNIT = rf"(?: ?(?P<unit>{_UNIT})(?!\w))?"


def _amount(match: re.Match[str]) -> str:
    """Read the number or the range of a match."""
    first = words.number(match["a"])
    return f"{first} to {words.number(match['b'])}" if match["b"] else first


def _per(match: re.Match[str]) -> str:
    """Read the "/" of a rate and what follows it."""
    return f" per {PER.get(match['per'], match['per'])}" if match["per"] else ""


def _money(match: re.Match[str], _: Context) -> str:
    minus = "minus " if match["minus"] else ""
    decimals = words.parts(match["a"])[2]
    has_cents = len(decimals) in (0, 2) and not (match["size"] or match["b"])
    return f"{minus}{_sum_with_cents(match) if has_cents else _sum(match)}{_per(match)}"


def _sum(match: re.Match[str]) -> str:
    """Read a range of money, a sum such as "$3.2 million", or one with other decimals than two."""
    singular, plural, *_ = CURRENCIES[match["currency"]]
    size = f" {MAGNITUDES.get(match['size'], match['size'])}" if match["size"] else ""
    return f"{_amount(match)}{size} {singular if _is_adjective(match) else plural}"


def _sum_with_cents(match: re.Match[str]) -> str:
    """Read a sum in units and hundredths: "$3.50" as "three dollars and fifty cents"."""
    singular, plural, cent, cents = CURRENCIES[match["currency"]]
    sign, whole, decimals = words.parts(match["a"])
    spoken = []
    if words.integer(whole) or not decimals.strip("0"):
        is_singular = words.is_one(whole) or (not decimals and _is_adjective(match))
        spoken.append(f"{words.cardinal(whole)} {singular if is_singular else plural}")
    if decimals.strip("0"):
        spoken.append(f"{words.cardinal(str(int(decimals)))} {cent if int(decimals) == 1 else cents}")
    return sign + " and ".join(spoken)


_DETERMINER = re.compile(
    r"(?i)(?:^|[^\w'])(?:an?|the|this|that|his|her|its|their|our|my|your|another|every|one)(?: [a-z]+)? $"
)
_NEXT_NOUN = re.compile(r"[ -](?!can (?:be|have|also|not|only)\b)([A-Za-z]{2,})(?![\w.]\w)")


def _is_adjective(match: re.Match[str]) -> bool:
    """Tell whether a quantity is the adjective of a noun: "a $5 bill", "a 6 ft fence"."""
    rest = match.string[match.end() : match.end() + 24]
    if re.match(rf"[ -](?:(?:{MONEY_NOUNS})(?:s|es)?\b|a-|per-)", rest):
        return True
    noun = _NEXT_NOUN.match(rest)
    if not noun or noun[1].lower() in NO_NOUNS or noun[1].endswith(("ly", "ed")):
        return False
    return bool(_DETERMINER.search(match.string[max(0, match.start() - 24) : match.start()]))


def _leading(match: re.Match[str], _: Context) -> str:
    return words.number(match["a"])


def _duration(match: re.Match[str], _: Context) -> str:
    spoken = (
        f"{words.number(number)} {DURATIONS[unit][not words.is_one(number)]}"
        for number, unit in re.findall(r"(\d+) ?([dhms])", match[0])
    )
    return " ".join(spoken)


def _pence(match: re.Match[str], _: Context) -> str:
    return f"{words.cardinal(match[1])} {'penny' if match[1] == '1' else 'pence'}"


def _exponent(match: re.Match[str], _: Context) -> str:
    return f"{words.number(match[1])} times ten to the power of {words.number(match[2].lstrip('+'))}"


def _temperature(match: re.Match[str], _: Context) -> str | None:
    around = match.string[max(0, match.start() - 80) : match.end() + 80]
    if not re.search(rf"(?i)°|\b(?:{HEAT})", around):
        return None
    scale = {"F": "Fahrenheit", "C": "Celsius"}[match["scale"]]
    return f"{_amount(match)} degrees {scale}"


def _cents(match: re.Match[str], _: Context) -> str:
    return f"{words.number(match[1])} cent{'' if match[1] == '1' else 's'}"


def _percent(match: re.Match[str], _: Context) -> str:
    kind = {"‰": "per mille"}.get(match["sign"], "percent")
    return f"{_amount(match)} {kind}"


def _unit(match: re.Match[str], _: Context) -> str | None:
    unit, space = match["unit"].replace("° ", "°"), match["space"]
    if _is_other_letter(unit, space, match["a"]):
        return None
    singular, plural = UNITS["in." if unit == "in" else unit]
    power = POWERS[match["power"] or (match["shape"] or "")[:2]]
    is_one = words.is_one(match["a"]) and not (match["b"] or match["size"])
    name = singular if is_one or space == "-" or _is_adjective(match) else plural
    size = f" {match['size']}" if match["size"] else ""
    return keep_stop(match, f"{_amount(match)}{size} {power}{name}{_per(match)}")


def _is_other_letter(unit: str, space: str, number: str) -> bool:
    """Tell whether what looks like a unit after a number is something else: "the 5 in it", "4521-B", "the 90s"."""
    if unit == "in":
        return space == " "
    if unit not in UNITS_AFTER_SPACE:
        return False
    return space == "-" or (not space and not (unit == "s" and "." in number))


def _feet(match: re.Match[str], _: Context) -> str:
    inches = words.number(match[2])
    feet = "foot" if match[1] == "1" else "feet"
    return f"{words.cardinal(match[1])} {feet} {inches} inch{'' if match[2] == '1' else 'es'}"


def _feet_by_feet(match: re.Match[str], _: Context) -> str:
    return f"{words.cardinal(match[1])} feet by {words.cardinal(match[2])} feet"


def _vulgar(match: re.Match[str], _: Context) -> str:
    above, _slash, below = VULGAR[match[2]].partition("/")
    return mixed(match[1], above, below) + _unit_of_fraction(match)


def mixed(whole: str, above: str, below: str) -> str:
    """Read a fraction with or without a whole number before it: "1 1/2" as "one and a half"."""
    fraction = words.fraction(above, below)
    if not whole:
        return fraction
    return f"{words.cardinal(whole)} and {'a half' if fraction == 'one half' else fraction}"


def _unit_of_fraction(match: re.Match[str]) -> str:
    return f" {UNITS[match['unit']][bool(match[1])]}" if match["unit"] else ""


# Pairs of numbers with a slash that are neither a fraction nor a date.
_FIXED_PAIRS = {
    "24/7": "twenty four seven",
    "9/11": "nine eleven",
    "50/50": "fifty fifty",
    "20/20": "twenty twenty",
}
_USUAL_DENOMINATORS = frozenset((*range(11), 12, 16, 20, 25, 32, 50, 64, 100, 128, 1000))


def _fraction(match: re.Match[str], _: Context) -> str:
    whole, above, below = match[1], match[2], match[3]
    if match[0] in _FIXED_PAIRS:
        return _FIXED_PAIRS[match[0]]
    if whole:
        return mixed(whole, above, below) + _unit_of_fraction(match)
    if re.match(" ?=", match.string[match.end() : match.end() + 2]):
        return f"{words.cardinal(above)} divided by {words.cardinal(below)}"
    return _pair(match, above, below)


def _pair(match: re.Match[str], above: str, below: str) -> str:
    """Read two numbers with a slash between them: a score, a fraction, a date, or just the two numbers."""
    top, bottom = int(above), int(below)
    if bottom in (10, 100) and top not in (1, 3, 7, 9):
        return f"{words.cardinal(above)} out of {words.cardinal(below)}"
    if top < bottom and bottom in _USUAL_DENOMINATORS:
        return mixed("", above, below) + _unit_of_fraction(match)
    if len(above) < 3 and len(below) < 3 and (date := read_date(bottom, top)):
        return date
    if top == 1:
        # "1/250 s" is a time of exposure.
        return words.fraction(above, below) + (f" of a {UNITS[match['unit']][0]}" if match["unit"] else "")
    link = "over" if top < bottom else "slash"
    return f"{words.cardinal(above)} {link} {words.cardinal(below)}{_unit_of_fraction(match)}"


def _ordinal(match: re.Match[str], _: Context) -> str:
    return words.ordinal(match[1])


def _range(match: re.Match[str], _: Context) -> str:
    if match[0] in SCORES:
        return SCORES[match[0]]
    is_difference = match.string[match.end() : match.end() + 2].lstrip().startswith("=")
    first, second = words.spoken_integer(match[1]), words.spoken_integer(match[2])
    return f"{first} {'minus' if is_difference else 'to'} {second}"


def _by(match: re.Match[str], _: Context) -> str:
    has_exponent = match.string[match.end() : match.end() + 1] in tuple("^⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
    link = " times " if " × " in match[0] or has_exponent else " by "
    unit = f" {UNITS[match['unit']][not _is_adjective(match)]}" if match["unit"] else ""
    sides = re.findall(rf"{_PLAIN}", match[0])
    spoken = (words.year(side) if re.fullmatch(r"\d{4}", side) else words.number(side) for side in sides)
    return link.join(spoken) + unit


def _times(match: re.Match[str], _: Context) -> str:
    return f"{words.number(match[1])} times"


def _ratio(match: re.Match[str], _: Context) -> str:
    return f"{words.number(match[1])} to {words.number(match[2])}"


def _spaced(match: re.Match[str], _: Context) -> str:
    return words.number(match[0].replace(" ", ""))


def _squared(match: re.Match[str], _: Context) -> str:
    exponent = match["exponent"].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
    if exponent in ("2", "3") and re.match(r"[\w)\0]", match.string[match.start() - 1 : match.start()]):
        return "squared" if exponent == "2" else "cubed"
    return f"to the power of {words.number(exponent)}" if exponent.strip("-") else "minus"


def _number(match: re.Match[str], _: Context) -> str:
    sign = words.parts(match[0])[0]
    return sign + words.spoken_integer(match[0].lstrip(words.SIGNS))


RULES = (
    Rule(
        rf"(?<![\w.])(?P<it>(?P<currency>{_SIGNS})(?P<a>\d+(?:\.\d+)?))(?= ?(?:to|or|and|[-–]) ?"
        rf"(?P=currency)\d+(?:\.\d+)?(?: (?:thousand|million|billion|trillion)|[kKmMbB]n?\b))",
        _leading,
        string.digits,
    ),
    Rule(r"(\d*) ?([¼-¾⅐-⅞↉])" + _OF_UNIT, _vulgar, "".join(VULGAR)),
    Rule(
        rf"(?<![\w.])(?P<minus>[-–−])?(?P<currency>{_SIGNS}|(?:{_CODES})(?= ?\d)) ?"
        rf"{_AMOUNT}{_MAGNITUDE}{_PER}(?![\d])",
        _money,
        string.digits,
    ),
    Rule(
        rf"(?<![\w.])(?P<minus>[-–−])?{_AMOUNT}{_MAGNITUDE} ?(?P<currency>{_SIGNS}|(?:{_CODES})(?!\w))"
        rf"(?! ?\d){_PER}",
        _money,
        string.digits,
    ),
    Rule(r"(?<![\w.])(\d+(?:\.\d+)?) ?¢", _cents, "¢"),
    Rule(r"(?<![\w.,:])(\d{1,2})p(?![\w-])", _pence, "p"),
    Rule(
        r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([-+−]\d{1,3}|(?<=e)\d{1,3}|(?<=\.\dE)\d{1,3})(?!\w)",
        _exponent,
        "eE",
    ),
    Rule(
        r"(?<![\w.])\d+ ?d,? ?\d+ ?h(?:,? ?\d+ ?m)?(?!\w)|(?<![\w.])\d+ ?h,? ?\d+ ?m(?:,? ?\d+ ?s)?(?!\w)"
        r"|(?<![\w.])\d+ ?m,? ?\d+ ?s(?!\w)",
        _duration,
        "hs",
    ),
    Rule(rf"(?<![\w.]){_AMOUNT}(?<=\d\d) ?(?P<scale>[CF])(?![\w.+#])", _temperature, "CF"),
    Rule(rf"(?<![\w.]){_AMOUNT} ?(?P<sign>[%‰])", _percent, "%‰"),
    Rule(r"(?<![\w.,])(\d+)['′] ?[x×] ?(\d+)['′]", _feet_by_feet, "'′"),
    Rule(r"(?<![\w.,])(\d+)['′] ?(\d+(?:\.\d+)?)(?:[\"”″]|'')?(?!\w)", _feet, "'′"),
    Rule(
        rf"(?<![\w.])(?<!\d/){_AMOUNT}(?: (?P<size>thousand|million|billion|trillion))?(?P<space>[ -]?)"
        rf"(?P<shape>(?:sq|cu)\.? )?(?P<unit>° ?[CF]|{_UNIT}|in(?![ ]|-\d))"
        rf"(?P<power>[2²3³])?{_PER}(?![\w'²³]|\.[A-Za-z])",
        _unit,
        string.digits,
    ),
    Rule(
        r"(?<![\w./,])(?:(\d+)[ -])?(\d{1,3})[/⁄](\d{1,4})(?![\d/]|[.,]\d)" + _OF_UNIT,
        _fraction,
        "/⁄",
    ),
    Rule(r"(?i)(?<![\w.])(\d[\d,]*)(?:st|nd|rd|th)\b", _ordinal, string.digits),
    Rule(
        rf"(?<![\w.])(?:{_PLAIN})(?: ?[x×] ?(?:{_PLAIN}))+(?: ?(?P<unit>{_UNIT}))?(?!\w)",
        _by,
        "x×",
    ),
    Rule(rf"(?<![\w.])({_PLAIN})[x×](?!\w)", _times, "x×"),
    Rule(r"(?<![\w.:])(\d{1,4}):(\d{1,4})(?![\w:])", _ratio, ":"),
    Rule(
        rf"(?<![\w.,–-])({_PLAIN}) ?[-–] ?({_PLAIN})(?![\w]|[-–]\d|[.,]\d)",
        _range,
        "-–",
    ),
    Rule(r"(?<![\w.,])\d{1,3}(?:(?: \d{3})+ 000| 000|(?: \d{3}){2,})(?![\d.,]\d|\w)", _spaced, " "),
    Rule(r"(?P<exponent>⁻?[⁰¹²³⁴-⁹]+)", _squared, "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    Rule(r"(?<=[\w)\0])\^(?P<exponent>-?\d+)", _squared, "^"),
)

# Applied after the names and codes: what is left of digits is a plain number.
NUMBER_RULES = (Rule(rf"(?:(?<![\w.)\0”'])[-–−+](?=[\d.]))?(?:{_PLAIN})", _number, string.digits),)
