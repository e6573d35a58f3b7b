"""Reads two numbers with a slash or a colon between them: fractions, ratings, parts, scores, ratios.

The words around the pair decide; `README.md` says in which order.
"""

import re

from . import words
from .amounts import OF_UNIT, PLAIN
from .dates import AFTER_A_DATE, read_date
from .measures import UNITS, VULGAR
from .rules import Context, Rule, text_after, text_before

# Pairs that are read alike everywhere.
_FIXED_PAIRS = {
    "24/7": "twenty four seven",
    "9/11": "nine eleven",
    "50/50": "fifty fifty",
    "20/20": "twenty twenty",
}
_USUAL_DENOMINATORS = frozenset((*range(11), 12, 16, 20, 25, 32, 50, 64, 100, 128, 1000))

# Words before "3/10" that count parts: "page three of ten".
_PART = (
    r"parts?|pages?|pg\.?|steps?|chapters?|tweets?|threads?|slides?|episodes?|ep\.?|days?|weeks?|levels?|rounds?"
    r"|lessons?"
    r"|photos?|images?|sheets?|vol\.?|volumes?|sessions?|modules?|stages?|phases?|posts?|videos?|questions?"
    r"|items?|tests?"
    r"|laps?|rows?|sections?|discs?|disks?|files?|tasks?|units?|messages?|frames?|track|season|batch|map|figure"
    r"|number"
    r"|no\.?|copy|wave|issue|line|game|quarter|hole|set|exercise|problem|section|act|scene|card"
)
_COUNTS_PARTS = re.compile(rf"(?i)(?:^|[^\w'])(?:{_PART}),? [#(]?$")
_RATED_BEFORE = re.compile(
    r"(?i)\b(?:rat(?:ed|es?|ing)|scor(?:ed?|es|ing)|grade[ds]?|mark(?:s|ed)?|review(?:ed|s)?|gave|give|gives"
    r"|giving|got|get"
    r"|gets|getting|earned|solid|overall|pain|difficulty|health|quality|apgar|verdict|quiz|exam|test|taste|value"
    r"|received"
    r"|recommend(?:ed)?|imdb|metacritic|rotten tomatoes)\b[^.!?/\d]{0,24}$"
)
_RATED_AFTER = re.compile(
    r"(?i) (?:stars?|rating|review|would|marks|points?|score|people|persons|users|doctors|dentists|respondents"
    r"|voters|adults"
    r"|americans|women|men|students|on (?:the|a|my|his|her|their|our|this) (?:\w+ )?(?:quiz|test|exam|scale"
    r"|paper|midterm"
    r"|final|assignment|essay|homework|imdb)|in (?:the|a|my|his|her|their) (?:\w+ )?(?:quiz|test|exam|midterm"
    r"|final)|for me)\b"
)
_VISION = re.compile(r"(?i)\b(?:vision|eyesight|sight|acuity|sees?|eyes?)\b")
_PRESSURE = re.compile(r"(?i)\b(?:bp|blood pressure|pressure|systolic|hypertension|mmhg|cuff)\b")
_MUSIC = re.compile(
    r"(?i)(?:^| )(?:time(?! of)|rhythms?|beats?|met(?:er|re)|signatures?|grooves?|waltz|bars?|measures?|feel"
    r"|tempo|march|jig"
    r"|drum|swing|shuffle|section|passage)\b"
)
_MUSIC_BEFORE = re.compile(
    r"(?i)\b(?:played|written|counted|count|meter|metre|time|rhythm|signature|song|tune|jig|waltz|in) (?:of |in )?$"
)
_METERS = frozenset(("2", "4", "8", "16"))
_VERSIONED = re.compile(
    r"\b(?:Windows|Win|iOS|iPadOS|macOS|Android|Office|Python|Java|PHP|Node|Ubuntu|Debian|Fedora|Galaxy|iPhone"
    r"|iPhones|Pixel"
    r"|Xbox|PlayStation|PS|Vista|Chrome|Firefox|Safari|Qt|GCC|Series|Model|Gen|Class|Type|Grade|Grades|Years?"
    r"|Rooms?|Gates?"
    r"|Platforms?|Lines?|Routes?|Exits?|Size|Sizes|Highway|Ages?|Form|Forms|Ch|versions?|v) $"
)
_FRACTION_AFTER = re.compile(
    r"(?i)[ -](?:of (?:a|an|the|all|its|his|her|our|their|my|this|that|these|those)?|cups?|inch(?:es)?|miles?"
    r"|teaspoons?"
    r"|tablespoons?|pounds?|ounces?|pints?|quarts?|gallons?|acres?|yards?|feet|foot|hours?|mi|in\.|majority"
    r"|share|full|empty"
    r"|page|scale|price|size|marathon)\b"
)


def _vulgar(match: re.Match[str], _: Context) -> str:
    """Read a fraction that is one character: "2½"."""
    above, _slash, below = VULGAR[match[2]].partition("/")
    return mixed(match[1], above, below) + _unit_of_fraction(match)


def mixed(whole: str, above: str, below: str) -> str:
    """Read a fraction with or without a whole number before it: "1 1/2" as "one and a half"."""
    fraction = words.fraction(above, below)
    if not whole:
        return fraction
    return f"{words.cardinal(whole)} and {'a half' if fraction == 'one half' else fraction}"


def _unit_of_fraction(match: re.Match[str]) -> str:
    """Read the unit after a fraction. It is singular in "a 2½″ pipe", as without a whole number."""
    if not match["unit"]:
        return ""
    is_plural = bool(match[1]) and not (
        match["unit"] == "″" and re.match(r" (?!x\b|by\b)[a-z]", text_after(match, 4))
    )
    return f" {UNITS[match['unit']][is_plural]}"


def _fraction(match: re.Match[str], _: Context) -> str:
    """Read two or three numbers with a slash: "3/4", "1 1/2", "24/7"."""
    whole, above, below = match[1], match[2], match[3]
    if whole:
        return mixed(whole, above, below) + _unit_of_fraction(match)
    if re.match(" ?=", text_after(match, 2)):
        return f"{words.cardinal(above)} divided by {words.cardinal(below)}"
    if match["unit"] == "mmHg":
        return f"{words.cardinal(above)} over {words.cardinal(below)} millimeters of mercury"
    if match["rank"] or match["unit"] or _FRACTION_AFTER.match(text_after(match, 16)):
        return _with_unit(match, above, below)
    return (
        _FIXED_PAIRS.get(match[0])
        or _pair_in_context(match, above, below)
        or _pair_alone(match, above, below)
    )


def _with_unit(match: re.Match[str], above: str, below: str) -> str:
    """Read a fraction that a unit, a noun or the ending of a rank makes certain: "3/4 mile", "1/4th"."""
    if int(below) in _USUAL_DENOMINATORS or match["rank"]:
        return words.fraction(above, below) + _unit_of_fraction(match)
    return _pair_alone(match, above, below)


def _pair_in_context(match: re.Match[str], above: str, below: str) -> str | None:
    """Read two numbers whose relation the words around them tell; None if they tell nothing."""
    before, after = text_before(match), text_after(match)
    top, bottom = int(above), int(below)
    first, second = words.cardinal(str(top)), words.cardinal(str(bottom))
    if top <= bottom and _COUNTS_PARTS.search(before):
        return f"{first} of {second}"
    if _VISION.search(f"{before[-24:]} {after[:16]}") and 10 <= top <= 30:
        return f"{first} {second}"
    if (_PRESSURE.search(f"{before} {after[:16]}") or top > 99) and 60 <= top <= 260 and 30 <= bottom < top:
        return f"{first} over {second}"
    if _is_meter(above, below, before, after):
        return f"{first} {second}"
    if top <= bottom and (
        _RATED_AFTER.match(after) or (_RATED_BEFORE.search(before) and (top, bottom) != (1, 2))
    ):
        return f"{first} out of {second}"
    if top == bottom and bottom in (5, 10, 100):
        return f"{first} out of {second}"
    if _VERSIONED.search(before):
        return f"{first} slash {second}"
    return None


def _is_meter(above: str, below: str, before: str, after: str) -> bool:
    """Tell whether a pair is the meter of a piece of music: "in 3/4 time", "a 6/8 rhythm", "in 4/4."."""
    if below not in _METERS or not 2 <= int(above) <= 15:
        return False
    if _MUSIC.match(after):
        return True
    return above == below == "4" or (
        _MUSIC_BEFORE.search(before) is not None and (above, below) in {("6", "8"), ("12", "8")}
    )


def _pair_alone(match: re.Match[str], above: str, below: str) -> str:
    """Read two numbers with a slash by their values: a score, a fraction, a date, or just the two numbers."""
    top, bottom = int(above), int(below)
    if bottom in (10, 100) and top != 1 and top <= bottom:
        return f"{words.cardinal(above)} out of {words.cardinal(below)}"
    if bottom in (20, 25, 50) and top > 4 and top <= bottom:
        return f"{words.cardinal(above)} out of {words.cardinal(below)}"
    if top < bottom and bottom in _USUAL_DENOMINATORS:
        return mixed("", above, below) + _unit_of_fraction(match)
    if len(above) < 3 and len(below) < 3 and (date := _date(match, bottom, top)):
        return date
    if top == 1:
        # "1/250 s" is a time of exposure.
        return words.fraction(above, below) + (f" of a {UNITS[match['unit']][0]}" if match["unit"] else "")
    if 1 < bottom < 10 and top > 12:
        return words.fraction(above, below) + _unit_of_fraction(match)
    link = "over" if top < bottom else "slash"
    return f"{words.cardinal(above)} {link} {words.cardinal(below)}{_unit_of_fraction(match)}"


def _date(match: re.Match[str], day: int, month: int) -> str | None:
    """Read "8/15" as a date, unless a noun follows it: "a 12/24 volt charger"."""
    return read_date(day, month) if AFTER_A_DATE.match(text_after(match, 12)) else None


def _two_versions(match: re.Match[str], _: Context) -> str:
    """Read "USB 2.0/3.0" and "8.6/10"."""
    first, second = words.number(match[1]), words.number(match[2])
    return f"{first} {'out of' if match[2] in ('5', '10', '100') else 'slash'} {second}"


def _seasons(match: re.Match[str], _: Context) -> str:
    """Read "2019/20", a season or a fiscal year."""
    return f"{words.year(match[1])} {words.year(match[2]) if match[2][0] != '0' else 'oh ' + match[2][1]}"


def _ratio(match: re.Match[str], _: Context) -> str:
    """Read "3:1" as "three to one"."""
    return f"{words.number(match[1])} to {words.number(match[2])}"


# Applied before the times of day, which have a colon too.
EARLY_RULES = (
    Rule(
        rf"(?i:\b(?:scale|ratio|ratios|odds|diluted?|dilution|mix|mixed|proportions?|model)(?: (?:of|is|was|at"
        rf"|in|about|a))* )"
        rf"(?P<it>({PLAIN}):({PLAIN}))(?![\w:])",
        lambda match, context: " to ".join(words.number(side) for side in match["it"].split(":")),
        ":",
    ),
)

RULES = (
    Rule(r"(\d*) ?([¼-¾⅐-⅞↉])" + OF_UNIT, _vulgar, "".join(VULGAR)),
    Rule(r"(?<![\w./,])(20\d\d|19\d\d)/(\d\d)(?![\w/.]|[,]\d)", _seasons, "/"),
    Rule(r"(?<![\w./,])(\d{1,3}\.\d+)/(\d{1,3}(?:\.\d+)?)(?![\w/]|[.,]\d)", _two_versions, "/"),
    Rule(
        r"(?<![\w./,])(?:(\d+)[ -])?(\d{1,4})/(\d{1,4})(?P<rank>(?i:(?:st|nd|rd|th)s?)\b)?(?![\d/]|[.,]\d)"
        + OF_UNIT,
        _fraction,
        "/",
    ),
    Rule(rf"(?<![\w.:])({PLAIN}):({PLAIN})(?![\w:])", _ratio, ":"),
)
