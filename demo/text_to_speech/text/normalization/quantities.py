"""Money, percentages, units, fractions, ranges, ordinals and plain numbers."""

import re

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
from .rules import DIGITS, Context, Rule, alternatives, keep_stop

_PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d+(?:\.\d+)?|\.\d+"
_AMOUNT = rf"(?P<a>(?:(?<![\w.)\0])[-–−+])?(?:{_PLAIN}))(?: ?[-–] ?(?P<b>{_PLAIN}))?"
_MAGNITUDE = r"(?: ?-?(?P<size>thousand|million|billion|trillion|quadrillion|[kKmMbBtT]n?|mio|MM)\b)?"
_SIGNS = alternatives(name for name in CURRENCIES if not name[-1].isalpha())
_CODES = alternatives(name for name in CURRENCIES if name[-1].isalpha())
_PER = rf"(?:/(?P<per>{alternatives(PER)}|[a-z]{{3,}})(?!\w)(?:\.(?=[,;)]| [a-z]))?)?"
_UNIT = alternatives(UNITS)
_OF_UNIT = rf"(?: ?(?P<unit>{_UNIT})(?!\w))?"


def _amount(match: re.Match[str]) -> str:
    """Read the one number or the range of a match."""
    first = words.number(match["a"])
    return f"{first} to {words.number(match['b'])}" if match["b"] else first


def _per(match: re.Match[str]) -> str:
    return f" per {PER.get(match['per'], match['per'])}" if match["per"] else ""


def _money(match: re.Match[str], _: Context) -> str | None:
    one, many, cent, cents = CURRENCIES[match["currency"]]
    minus = "minus " if match["minus"] else ""
    sign, whole, decimals = words.parts(match["a"])
    if match["size"] or match["b"] or len(decimals) not in (0, 2) or (decimals and one == "JPY"):
        size = f" {MAGNITUDES.get(match['size'], match['size'])}" if match["size"] else ""
        unit = one if _is_adjective(match) else many
        return f"{minus}{_amount(match)}{size} {unit}{_per(match)}"
    said = []
    if words.integer(whole) or not decimals.strip("0"):
        unit = one if words.count(whole) or (not decimals and _is_adjective(match)) else many
        said.append(f"{words.cardinal(whole)} {unit}")
    if decimals.strip("0"):
        said.append(f"{words.cardinal(str(int(decimals)))} {cent if int(decimals) == 1 else cents}")
    return minus + sign + " and ".join(said) + _per(match)


_DETERMINER = re.compile(
    r"(?i)(?:^|[^\w'])(?:an?|the|this|that|his|her|its|their|our|my|your|another|every|one)(?: [a-z]+)? $"
)
_NEXT_NOUN = re.compile(r"[ -](?!can (?:be|have|also|not|only)\b)([A-Za-z]{2,})(?![\w.]\w)")


def _is_adjective(match: re.Match[str]) -> bool:
    """Tell whether a quantity stands in front of a noun: "a $5 bill", "a 6 ft fence"."""
    behind = match.string[match.end() : match.end() + 24]
    if re.match(rf"[ -](?:(?:{MONEY_NOUNS})(?:s|es)?\b|a-|per-)", behind):
        return True
    noun = _NEXT_NOUN.match(behind)
    if not noun or noun[1].lower() in NO_NOUNS or noun[1].endswith(("ly", "ed")):
        return False
    return bool(_DETERMINER.search(match.string[max(0, match.start() - 24) : match.start()]))


def _leading(match: re.Match[str], _: Context) -> str:
    return words.number(match["a"])


def _duration(match: re.Match[str], _: Context) -> str:
    said = (
        f"{words.number(number)} {DURATIONS[unit][not words.count(number)]}"
        for number, unit in re.findall(r"(\d+) ?([dhms])", match[0])
    )
    return " ".join(said)


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
    if (unit in UNITS_AFTER_SPACE and not space and not (unit == "s" and "." in match["a"])) or (
        unit == "in" and space == " "
    ):
        return None
    if space == "-" and unit in UNITS_AFTER_SPACE:  # 4521-B
        return None
    one, many = UNITS["in." if unit == "in" else unit]
    power = POWERS[match["power"] or (match["shape"] or "")[:2]]
    single = words.count(match["a"]) and not (match["b"] or match["size"])
    single = single or space == "-" or _is_adjective(match)
    size = f" {match['size']}" if match["size"] else ""
    return keep_stop(match, f"{_amount(match)}{size} {power}{one if single else many}{_per(match)}")


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
    """Read a fraction, perhaps behind a whole number: "1 1/2" as "one and a half"."""
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
    if not whole and re.match(" ?=", match.string[match.end() : match.end() + 2]):
        return f"{words.cardinal(above)} divided by {words.cardinal(below)}"
    if not whole and bottom in (10, 100) and top not in (1, 3, 7, 9):
        return f"{words.cardinal(above)} out of {words.cardinal(below)}"
    if whole or (top < bottom and (bottom <= 10 or bottom in (12, 16, 20, 25, 32, 50, 64, 100, 128, 1000))):
        return mixed(whole or "", above, below) + _unit_of_fraction(match)
    if len(above) < 3 and len(below) < 3 and (date := read_date(bottom, top)):
        return date
    if top == 1:  # 1/250 s
        return words.fraction(above, below) + (f" of a {UNITS[match['unit']][0]}" if match["unit"] else "")
    said = f"{words.cardinal(above)} {'over' if top < bottom else 'slash'} {words.cardinal(below)}"
    return said + _unit_of_fraction(match)


def _ordinal(match: re.Match[str], _: Context) -> str:
    return words.ordinal(match[1])


def _range(match: re.Match[str], _: Context) -> str:
    if match[0] in SCORES:
        return SCORES[match[0]]
    minus = match.string[match.end() : match.end() + 2].lstrip().startswith("=")
    return f"{_side(match[1])} {'minus' if minus else 'to'} {_side(match[2])}"


def _side(number: str) -> str:
    return words.spoken_integer(number)


def _by(match: re.Match[str], _: Context) -> str:
    power = match.string[match.end() : match.end() + 1] in tuple("^⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
    link = " times " if " × " in match[0] or power else " by "
    unit = f" {UNITS[match['unit']][not _is_adjective(match)]}" if match["unit"] else ""
    sides = re.findall(rf"{_PLAIN}", match[0])
    said = (words.year(side) if re.fullmatch(r"\d{4}", side) else words.number(side) for side in sides)
    return link.join(said) + unit


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


_NUMERIC = DIGITS

RULES = (
    Rule(
        re.compile(
            rf"(?<![\w.])(?P<it>(?P<currency>{_SIGNS})(?P<a>\d+(?:\.\d+)?))(?= ?(?:to|or|and|[-–]) ?"
            rf"(?P=currency)\d+(?:\.\d+)?(?: (?:thousand|million|billion|trillion)|[kKmMbB]n?\b))"
        ),
        _leading,
        _NUMERIC,
    ),
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
    Rule(re.compile(r"(?<![\w.,:])(\d{1,2})p(?![\w-])"), _pence, "p"),
    Rule(
        re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([-+−]\d{1,3}|(?<=e)\d{1,3}|(?<=\.\dE)\d{1,3})(?!\w)"),
        _exponent,
        "eE",
    ),
    Rule(
        re.compile(
            r"(?<![\w.])\d+ ?d,? ?\d+ ?h(?:,? ?\d+ ?m)?(?!\w)|(?<![\w.])\d+ ?h,? ?\d+ ?m(?:,? ?\d+ ?s)?(?!\w)"
            r"|(?<![\w.])\d+ ?m,? ?\d+ ?s(?!\w)"
        ),
        _duration,
        "hs",
    ),
    Rule(re.compile(rf"(?<![\w.]){_AMOUNT}(?<=\d\d) ?(?P<scale>[CF])(?![\w.+#])"), _temperature, "CF"),
    Rule(re.compile(rf"(?<![\w.]){_AMOUNT} ?(?P<sign>[%‰])"), _percent, "%‰"),
    Rule(re.compile(r"(?<![\w.,])(\d+)['′] ?[x×] ?(\d+)['′]"), _feet_by_feet, "'′"),
    Rule(re.compile(r"(?<![\w.,])(\d+)['′] ?(\d+(?:\.\d+)?)(?:[\"”″]|'')?(?!\w)"), _feet, "'′"),
    Rule(
        re.compile(
            rf"(?<![\w.])(?<!\d/){_AMOUNT}(?: (?P<size>thousand|million|billion|trillion))?(?P<space>[ -]?)"
            rf"(?P<shape>(?:sq|cu)\.? )?(?P<unit>° ?[CF]|{_UNIT}|in(?![ ]|-\d))"
            rf"(?P<power>[2²3³])?{_PER}(?![\w'²³]|\.[A-Za-z])"
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
    Rule(
        re.compile(rf"(?<![\w.])(?:{_PLAIN})(?: ?[x×] ?(?:{_PLAIN}))+(?: ?(?P<unit>{_UNIT}))?(?!\w)"),
        _by,
        "x×",
    ),
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
    Rule(re.compile(r"(?P<exponent>⁻?[⁰¹²³⁴-⁹]+)"), _squared, "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    Rule(re.compile(r"(?<=[\w)\0])\^(?P<exponent>-?\d+)"), _squared, "^"),
)

NUMBER_RULES = (Rule(re.compile(rf"(?:(?<![\w.)\0”'])[-–−+](?=[\d.]))?(?:{_PLAIN})"), _number, _NUMERIC),)
