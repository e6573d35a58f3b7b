"""Reads percentages, units, ranges, ordinals and plain numbers."""

import re
import string

from . import words
from .amounts import AMOUNT, PER_PART, PLAIN, UNIT, is_adjective, read_amount, read_per
from .measures import HEAT, NO_NOUNS, POWERS, SCORES, UNITS, UNITS_AFTER_SPACE
from .rules import Context, Rule, keep_stop, text_after, text_before


def _exponent(match: re.Match[str], _: Context) -> str:
    """Read "1.5e-3" as "one point five times ten to the power of minus three"."""
    return f"{words.number(match[1])} times ten to the power of {words.number(match[2].lstrip('+'))}"


def _temperature(match: re.Match[str], _: Context) -> str | None:
    """Read "350 F" as a temperature if a word near it speaks of heat or cold, and "-3C" because of its sign."""
    number, scale = match["a"].lstrip(words.SIGNS), match["scale"]
    is_signed = number != match["a"] and scale != "K" and not match["space"]
    # "300 K" may be a sum, and "in 3 C" a room: they need two digits.
    is_sure = len(number) > 1 or not match["space"] or number != match["a"]
    near = f"{text_before(match, 80)} {text_after(match, 80)}"
    # Nobody writes thousands of thousands so: "6,500 K".
    is_hot = scale == "K" and match["space"] and "," in number
    is_fever = "." in number and (scale == "F" or (scale == "C" and not match["space"]))
    if not (is_signed or is_hot or is_fever) and not (is_sure and re.search(rf"(?i)°|\b(?:{HEAT})\b", near)):
        return None
    name = {"F": "degrees Fahrenheit", "C": "degrees Celsius", "K": "kelvins"}[scale]
    return f"{read_amount(match)} {name}"


def _scale(match: re.Match[str], _: Context) -> str:
    """Read the letter of "5 degrees C"."""
    return {"C": "Celsius", "F": "Fahrenheit"}[match["it"]]


def _percent(match: re.Match[str], _: Context) -> str:
    """Read "5%" or "5‰"."""
    kind = {"‰": "per mille"}.get(match["sign"], "percent")
    return f"{read_amount(match)} {kind}"


def _unit(match: re.Match[str], _: Context) -> str | None:
    """Read a number and its unit: "5 km", "20 m²", "3 ft fence"."""
    unit, space = match["unit"].replace("° ", "°"), match["space"]
    if _is_other_letter(unit, space, match["a"]):
        return None
    singular, plural = UNITS["in." if unit == "in" else unit]
    power = POWERS[match["power"] or (match["shape"] or "")[:2]]
    is_one = words.is_one(match["a"]) and not (match["b"] or match["size"])
    rest = text_after(match, 16)
    is_of_noun = (
        is_adjective(match)
        or (unit == "″" and _IS_MEASURED.match(rest))
        or (unit == "°" and _IS_TURN.match(rest))
    )
    name = singular if is_one or space == "-" or is_of_noun else plural
    size = f" {match['size']}" if match["size"] else ""
    return keep_stop(match, f"{read_amount(match)}{size} {power}{name}{read_per(match['per'])}")


# A noun after the sign of inches: "24″ monitor", but "2″ x 4″" and "24″ wide".
_IS_MEASURED = re.compile(rf" (?!(?:{'|'.join(sorted(NO_NOUNS))}|x|by|diagonal|diameter)\b)[A-Za-z]{{2,}}")

# A noun after degrees of an angle: "90° turn".
_IS_TURN = re.compile(
    r" (?:angles?|turns?|bends?|rotations?|corners?|slopes?|views?|cameras?|panoramas?|heat"
    r"|weather)\b"
)


def _is_other_letter(unit: str, space: str, number: str) -> bool:
    """Tell whether what looks like a unit after a number is something else: "the 5 in it", "4521-B", "the 90s"."""
    if unit == "in":
        return space == " "
    if unit not in UNITS_AFTER_SPACE:
        return False
    return space == "-" or (not space and not (unit == "s" and "." in number))


def _feet(match: re.Match[str], _: Context) -> str:
    """Read a height: 5'10" as "five feet ten inches"."""
    inches = words.number(match[2])
    feet = "foot" if match[1] == "1" else "feet"
    return f"{words.cardinal(match[1])} {feet} {inches} inch{'' if match[2] == '1' else 'es'}"


def _foot_sign(match: re.Match[str], _: Context) -> str | None:
    """Read "a 6' fence", unless the sign closes a quotation."""
    if re.search(r"(?<!\w)'(?=\S)", text_before(match, 80)):
        return None
    feet = "foot" if match[1] == "1" or is_adjective(match) else "feet"
    return f"{words.cardinal(match[1])} {feet}"


def _feet_by_feet(match: re.Match[str], _: Context) -> str:
    """Read "8' x 10'" as "eight feet by ten feet"."""
    return f"{words.cardinal(match[1])} feet by {words.cardinal(match[2])} feet"


def _ordinal(match: re.Match[str], _: Context) -> str:
    """Read "21st" as "twenty-first"."""
    return words.ordinal(match[1])


_IS_TASK = re.compile(r"(?i)\b(?:compute|calculate|solve|evaluate|what is|what's|subtract|simplify) $")
_SIDES = {"L": "long", "W": "wide", "H": "high", "D": "deep", "T": "tall"}


def _side(match: re.Match[str], _: Context) -> str:
    """Read 72″L as "seventy two inches long"."""
    return f"{read_amount(match)} inch{'' if words.is_one(match['a']) else 'es'} {_SIDES[match['side']]}"


def _amperes(match: re.Match[str], _: Context) -> str:
    """Read "a 3 A fuse"."""
    return f"{read_amount(match)} ampere{'' if words.is_one(match['a']) or is_adjective(match) else 's'}"


def _range(match: re.Match[str], _: Context) -> str:
    """Read "3-5" as "three to five"."""
    if match[0] in SCORES:
        return SCORES[match[0]]
    if any(len(number) > 1 and number[0] == "0" and number.isdecimal() for number in match.groups()):
        return ", ".join(words.digits(number) for number in match.groups())
    is_difference = text_after(match, 2).lstrip().startswith("=") or _IS_TASK.search(text_before(match, 24))
    first, second = words.spoken_integer(match[1]), words.spoken_integer(match[2])
    return f"{first} {'minus' if is_difference else 'to'} {second}"


def _by(match: re.Match[str], _: Context) -> str:
    """Read "4x4" as "four by four", and "3 × 4" as "three times four"."""
    has_exponent = match.string[match.end() : match.end() + 1] in tuple("^⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
    link = " times " if " × " in match[0] or has_exponent else " by "
    power = POWERS[match["power"] or ""]
    unit = f" {power}{UNITS[match['unit']][not is_adjective(match)]}" if match["unit"] else ""
    sides = re.findall(rf"{PLAIN}", match[0])
    spoken = (words.year(side) if re.fullmatch(r"\d{4}", side) else words.number(side) for side in sides)
    return link.join(spoken) + unit


def _times(match: re.Match[str], _: Context) -> str:
    """Read "3x" as "three times"."""
    return f"{words.number(match[1])} times"


def _spaced(match: re.Match[str], _: Context) -> str:
    """Read "1 000 000", whose separators are spaces."""
    return words.number(match[0].replace(" ", ""))


def _number(match: re.Match[str], _: Context) -> str:
    """Read a number that no other rule has read."""
    sign = words.parts(match[0])[0]
    return sign + words.spoken_integer(match[0].lstrip(words.SIGNS))


RULES = (
    Rule(
        r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([-+−]\d{1,3}|(?<=e)\d{1,3}|(?<=\.\dE)\d{1,3})(?!\w)",
        _exponent,
        string.digits,
    ),
    Rule(rf"(?<![\w.]){AMOUNT}″ ?(?P<side>[LWHDT])(?!\w)", _side, "″"),
    Rule(
        rf"(?<![\w.]){AMOUNT} ?A"
        r"(?= (?:power|fuse|current|supply|charger|breaker|socket|circuit|plug|at \d|draw|output|max)\b)",
        _amperes,
        "A",
    ),
    Rule(
        r"\bdegrees? (?P<it>[CF])(?![\w'+#])",
        _scale,
        "CF",
    ),
    Rule(rf"(?<![\w.]){AMOUNT}(?P<space> ?)(?P<scale>[CFK])(?![\w+#/'-]|\.\w)", _temperature, "CFK"),
    Rule(rf"(?<![\w.]){AMOUNT} ?(?P<sign>[%‰])", _percent, "%‰"),
    Rule(r"(?<![\w.,])(\d+)['′] ?[x×] ?(\d+)['′]", _feet_by_feet, "'′"),
    Rule(r"(?<![\w.,'\\–-])(\d+)'(?= [a-z]|[,.;)]|$)", _foot_sign, "'"),
    Rule(r"(?<![\w.,])(\d+)['′](?: |-(?=[\d.]{1,5}[\"”″]))?(\d+(?:\.\d+)?)(?:[\"”″]|'')?(?!\w)", _feet, "'′"),
    Rule(
        rf"(?<![\w.])(?<!\d/){AMOUNT}(?: (?P<size>thousand|million|billion|trillion))?(?P<space>[ -]?)"
        rf"(?P<shape>(?:sq|cu)\.? )?(?P<unit>° ?[CFK]|{UNIT}|in(?![ ]|-\d))"
        rf"(?P<power>[2²3³])?{PER_PART}(?![\w'²³]|\.[A-Za-z])",
        _unit,
        string.digits,
    ),
    Rule(r"(?i)(?<![\w.])(\d[\d,]*)(?:st|nd|rd|th)(?![A-Za-z0-9])", _ordinal, string.digits),
    Rule(
        rf"(?<![\w.])(?:{PLAIN})(?: ?[x×] ?(?:{PLAIN})){{1,4}}(?:[ -]?(?P<unit>{UNIT})(?P<power>[2²3³])?)?(?!\w)",
        _by,
        string.digits,
    ),
    Rule(rf"(?<![\w.])({PLAIN})[x×](?!\w)", _times, string.digits),
    Rule(
        rf"(?<![\w.,–-])({PLAIN}) ?[-–] ?({PLAIN})(?![\w]|[-–]\w|[.,]\d)",
        _range,
        "-–",
    ),
    Rule(r"(?<![\w.,])\d{1,3}(?:(?: \d{3})+ 000| 000|(?: \d{3}){2,})(?![\d.,]\d|\w)", _spaced, " "),
)

# Applied after the names and codes: what is left of digits is a plain number.
NUMBER_RULES = (Rule(rf"(?:(?<![\w.)\0”'])[-–−+](?=[\d.]))?(?:{PLAIN})", _number, string.digits),)
