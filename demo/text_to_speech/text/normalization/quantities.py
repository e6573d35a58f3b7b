"""Money, percentages, units, fractions, ranges, ordinals and plain numbers."""

import re

from . import words
from .dates import read_date
from .rules import DIGITS, Context, Rule, alternatives, keep_stop
from .tables import (
    CURRENCIES,
    MAGNITUDES,
    MONEY_NOUNS,
    NUMBERED,
    PER,
    POWERS,
    UNITS,
    UNITS_AFTER_SPACE,
    VULGAR,
)

_PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d+(?:\.\d+)?|\.\d+"
_AMOUNT = rf"(?P<a>(?:(?<![\w.)\0])[-–−+])?(?:{_PLAIN}))(?: ?[-–] ?(?P<b>{_PLAIN}))?"
_MAGNITUDE = r"(?: ?-?(?P<size>thousand|million|billion|trillion|quadrillion|[kKmMbBtT]n?|mio|MM)\b)?"
_SIGNS = alternatives(name for name in CURRENCIES if not name[-1].isalpha())
_CODES = alternatives(name for name in CURRENCIES if name[-1].isalpha())
_PER = r"(?:/(?P<per>[A-Za-z]+[23²³]?)(?!\w))?"
_UNIT = alternatives(UNITS)
_OF_UNIT = rf"(?: ?(?P<unit>{_UNIT})(?!\w))?"


def _amount(match: re.Match[str]) -> str:
    """Read the one number or the range of a match."""
    first = words.number(match["a"]).replace("+", "plus ")
    if match["a"][0] == "+":
        first = f"plus {first}"
    return f"{first} to {words.number(match['b'])}" if match["b"] else first


def _per(match: re.Match[str]) -> str:
    return f" per {PER.get(match['per'], match['per'])}" if match["per"] else ""


def _money(match: re.Match[str], _: Context) -> str | None:
    one, many, cent, cents = CURRENCIES[match["currency"]]
    minus = "minus " if match["minus"] else ""
    whole, _point, decimals = match["a"].partition(".")
    if match["size"] or match["b"] or len(decimals) not in (0, 2) or (decimals and one == "JPY"):
        size = f" {MAGNITUDES.get(match['size'], match['size'])}" if match["size"] else ""
        unit = one if _adjective(match) else many
        return f"{minus}{_amount(match)}{size} {unit}{_per(match)}"
    said = []
    if words.integer(whole or "0") or not decimals.strip("0"):
        unit = one if words.count(whole) or _adjective(match) else many
        said.append(f"{words.number(whole)} {unit}")
    if decimals.strip("0"):
        said.append(f"{words.cardinal(str(int(decimals)))} {cent if int(decimals) == 1 else cents}")
    return minus + " and ".join(said) + _per(match)


def _adjective(match: re.Match[str]) -> bool:
    return bool(re.match(rf"[ -](?:{MONEY_NOUNS}|a-)\b", match.string[match.end() : match.end() + 20]))


def _cents(match: re.Match[str], _: Context) -> str:
    return f"{words.number(match[1])} cent{'' if match[1] == '1' else 's'}"


def _percent(match: re.Match[str], _: Context) -> str:
    kind = {"‰": "per mille"}.get(match["sign"], "percent")
    return f"{_amount(match)} {kind}"


def _unit(match: re.Match[str], _: Context) -> str | None:
    unit, space = match["unit"].replace("° ", "°"), match["space"]
    if (unit in UNITS_AFTER_SPACE and not space) or (unit == "in" and space == " "):
        return None
    one, many = UNITS["in." if unit == "in" else unit]
    power = f"{POWERS[match['power']]} " if match["power"] else ""
    single = (words.count(match["a"]) and not (match["b"] or match["size"])) or space == "-"
    per = match["per"]
    if per and per not in PER:
        return None
    size = f" {match['size']}" if match["size"] else ""
    return keep_stop(match, f"{_amount(match)}{size} {power}{one if single else many}{_per(match)}")


def _feet(match: re.Match[str], _: Context) -> str:
    inches = words.number(match[2])
    feet = "foot" if match[1] == "1" else "feet"
    return f"{words.cardinal(match[1])} {feet} {inches} inch{'' if match[2] == '1' else 'es'}"


def _vulgar(match: re.Match[str], _: Context) -> str:
    above, _slash, below = VULGAR[match[2]].partition("/")
    return _mixed(match[1], above, below) + _unit_of_fraction(match)


def _mixed(whole: str, above: str, below: str) -> str:
    fraction = words.fraction(above, below)
    if not whole:
        return fraction
    return f"{words.cardinal(whole)} and {'a half' if fraction == 'one half' else fraction}"


def _unit_of_fraction(match: re.Match[str]) -> str:
    return f" {UNITS[match['unit']][bool(match[1])]}" if match["unit"] else ""


def _fraction(match: re.Match[str], _: Context) -> str | None:
    whole, above, below = match[1], match[2], match[3]
    top, bottom = int(above), int(below)
    fixed = {
        "24/7": "twenty four seven",
        "9/11": "nine eleven",
        "50/50": "fifty fifty",
        "20/20": "twenty twenty",
    }
    if not whole and match[0] in fixed:
        return fixed[match[0]]
    if not whole and bottom in (10, 100) and top not in (1, 3, 7, 9):
        return f"{words.cardinal(above)} out of {words.cardinal(below)}"
    if whole or (top < bottom and (bottom <= 10 or bottom in (12, 16, 20, 25, 32, 50, 64, 100, 128, 1000))):
        return _mixed(whole or "", above, below) + _unit_of_fraction(match)
    if len(above) < 3 and len(below) < 3 and (date := read_date(bottom, top)):
        return date
    return f"{words.cardinal(above)} {'over' if top < bottom else 'slash'} {words.cardinal(below)}"


def _ordinal(match: re.Match[str], _: Context) -> str:
    return words.ordinal(match[1])


def _range(match: re.Match[str], _: Context) -> str:
    minus = match.string[match.end() : match.end() + 2].strip() == "="
    return f"{_side(match[1])} {'minus' if minus else 'to'} {_side(match[2])}"


def _side(number: str) -> str:
    return words.spoken_integer(number)


def _by(match: re.Match[str], _: Context) -> str:
    link = " times " if " × " in match[0] else " by "
    sides = re.findall(r"[\d.,]+", match[0])
    return link.join(
        words.year(side) if re.fullmatch(r"\d{4}", side) else words.number(side) for side in sides
    )


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
    written = match[0]
    if written.startswith("+"):
        return f"plus {words.spoken_integer(written[1:])}"
    return words.spoken_integer(written)


def _dialed(match: re.Match[str], _: Context) -> str:
    return words.digits(match["it"])


def _caliber(match: re.Match[str], _: Context) -> str:
    return words.cardinal(match[1])


def _coded(match: re.Match[str], _: Context) -> str:
    return words.code_number(match["it"])


_NUMERIC = DIGITS

RULES = (
    Rule(re.compile(r"(\d*) ?([¼-¾⅐-⅞↉])" + _OF_UNIT), _vulgar, "".join(VULGAR)),
    Rule(
        re.compile(
            rf"(?<![\w.])(?P<minus>[-–−])?(?P<currency>{_SIGNS}|(?:{_CODES})(?= ?\d)) ?"
            rf"{_AMOUNT}{_MAGNITUDE}{_PER}(?![\d])"
        ),
        _money,
        _NUMERIC,
    ),
    Rule(
        re.compile(
            rf"(?<![\w.])(?P<minus>[-–−])?{_AMOUNT}{_MAGNITUDE} ?(?P<currency>{_SIGNS}|(?:{_CODES})(?!\w))"
            rf"(?! ?\d){_PER}"
        ),
        _money,
        _NUMERIC,
    ),
    Rule(re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) ?¢"), _cents, "¢"),
    Rule(re.compile(rf"(?<![\w.]){_AMOUNT} ?(?P<sign>[%‰])"), _percent, "%‰"),
    Rule(re.compile(r"(?<![\w.,])(\d+)['′] ?(\d+(?:\.\d+)?)(?:[\"”″]|'')?(?!\w)"), _feet, "'′"),
    Rule(
        re.compile(
            rf"(?<![\w./]){_AMOUNT}(?: (?P<size>thousand|million|billion|trillion))?(?P<space>[ -]?)"
            rf"(?P<unit>° ?[CF]|{_UNIT}|in(?![ ]))"
            rf"(?P<power>[2²3³])?{_PER}(?![\w'²³/])"
        ),
        _unit,
        _NUMERIC,
    ),
    Rule(
        re.compile(r"(?<![\w./,])(?:(\d+)[ -])?(\d{1,3})[/⁄](\d{1,4})(?![\d/]|[.,]\d)" + _OF_UNIT),
        _fraction,
        "/⁄",
    ),
    Rule(re.compile(r"(?i)(?<![\w.])(\d[\d,]*)(?:st|nd|rd|th)\b"), _ordinal, _NUMERIC),
    Rule(re.compile(rf"(?<![\w.])(?:{_PLAIN})(?: ?[x×] ?(?:{_PLAIN}))+(?!\w)"), _by, "x×"),
    Rule(re.compile(rf"(?<![\w.])({_PLAIN})[x×](?!\w)"), _times, "x×"),
    Rule(re.compile(r"(?<![\w.:])(\d{1,4}):(\d{1,4})(?![\w:])"), _ratio, ":"),
    Rule(
        re.compile(rf"(?<![\w.,–-])({_PLAIN}) ?[-–] ?({_PLAIN})(?![\w]|[-–]\d|[.,]\d)"),
        _range,
        "-–",
    ),
    Rule(
        re.compile(r"(?<![\w.,])\d{1,3}(?:(?: \d{3})+ 000| 000|(?: \d{3}){2,})(?![\d.,]\d|\w)"), _spaced, " "
    ),
    Rule(re.compile(r"(?<![\w.])\.(\d\d)(?=[ -]cal)"), _caliber, "."),
    Rule(re.compile(r"\b(?:[Cc]all|[Dd]ial|[Dd]ialed) (?P<it>\d{3})(?![\w.,]\d|\w)"), _dialed, _NUMERIC),
    Rule(re.compile(rf"\b(?:{NUMBERED}) (?P<it>\d{{3,4}})(?![\w.,]\d|\w)"), _coded, _NUMERIC),
    Rule(re.compile(r"(?P<exponent>⁻?[⁰¹²³⁴-⁹]+)"), _squared, "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    Rule(re.compile(r"(?<=[\w)\0])\^(?P<exponent>-?\d+)"), _squared, "^"),
)

NUMBER_RULES = (Rule(re.compile(rf"(?:(?<![\w.)\0”'])[-–−+](?=[\d.]))?(?:{_PLAIN})"), _number, _NUMERIC),)
