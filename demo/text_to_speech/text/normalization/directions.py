"""Reads the letters of the compass after roads, distances, winds and angles, and the angles of coordinates."""

import re
import string

from . import words
from .address_tables import AFTER_STREETS
from .rules import Context, Rule, alternatives
from .tables import table

COMPASS = table(
    """
    N = north
    S = south
    E = east
    W = west
    NE = northeast
    NW = northwest
    SE = southeast
    SW = southwest
    NNE = north northeast
    NNW = north northwest
    ENE = east northeast
    ESE = east southeast
    SSE = south southeast
    SSW = south southwest
    WNW = west northwest
    WSW = west southwest
    NB N/B = northbound
    SB S/B = southbound
    EB E/B = eastbound
    WB W/B = westbound
    """
)
_LETTERS = alternatives(name for name in COMPASS if name[-1] != "B")
_TWO_LETTERS = alternatives(name for name in COMPASS if len(name) > 1)
_ANY = alternatives(COMPASS)

_ROAD = (
    r"(?:\b(?:(?:I|US|U\.S\.|SR|CR|FM|[A-Z]{2})[- ]?|[MABENK]-?)\d{1,4}"
    r"|\b(?:[Rr]oute|Rte\.?|Rt\.?|[Hh]ighway|Hwy\.?|[Ii]nterstate|[Ff]reeway|[Tt]urnpike|[Ee]xit|[Mm]otorway"
    r"|Road) (?:[A-Z]{1,2}-?)?\d{1,4}"
    rf"|\b(?:{alternatives(AFTER_STREETS)})\.?) "
)
_DISTANCE = (
    r"(?:\b(?:miles?|mi|km|kms|kilomet(?:er|re)s?|blocks?|yards?|yds?|nmi?|feet|ft|met(?:er|re)s?|m|minutes?|hours?"
    r"|leagues?|degrees)\.? )"
)


def _compass(match: re.Match[str], _: Context) -> str:
    return COMPASS[match["it"].replace(".", "")]


def _angle(match: re.Match[str], _: Context) -> str:
    """Read 40°26′46″N as degrees, minutes, seconds and a direction."""
    parts = [
        (match["degrees"], "degree"),
        (match["minutes"], "minute"),
        (match["seconds"], "second"),
    ]
    spoken = [f"{words.number(n)} {unit}{'' if words.is_one(n) else 's'}" for n, unit in parts if n]
    compass = match["compass"] or match["only"]
    return " ".join([*spoken, COMPASS[compass]] if compass else spoken)


def _latitude(match: re.Match[str], _: Context) -> str:
    """Read "lat." and "long." before a number."""
    return "latitude" if match[0].lower().startswith("lat") else "longitude"


RULES = (
    Rule(r"(?<!\w)(?:[Ll]at|[Ll]on|[Ll]ong)\b\.?(?=:? ?[-–−+]?\d{1,3}(?:\.\d+)? ?°)", _latitude, "°"),
    Rule(
        r"(?<![\w.])(?P<degrees>[-–−+]?\d{1,3}(?:\.\d+)?) ?° ?"
        r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?) ?'(?!')(?: ?(?P<seconds>\d{1,2}(?:\.\d+)?) ?(?:″|”|''))?"
        r"(?: ?(?P<compass>[NSEW])\b)?|(?P<only>[NSEW])\b)",
        _angle,
        "°",
    ),
    Rule(
        r"(?i:\b(?:lat|latitude|lon|long|longitude)\b)[.:]? \d{1,3}(?:\.\d+)? ?(?P<it>[NSEW])(?!\w)",
        _compass,
        string.digits,
    ),
    Rule(r"(?<![\w.])\d{1,2}\.\d+ ?(?P<it>[NS])(?=[,;]? \d{1,3}\.\d+ ?[EW]\b)", _compass, "NS"),
    Rule(r"(?<=\0)[,;]? \d{1,3}\.\d+ ?(?P<it>[EW])(?!\w)", _compass, "EW"),
    Rule(
        rf"{_ROAD}(?P<it>{_ANY})(?![\w'&-]|\.\w| ?[=+*/]| (?:bulb|heater|lamp|light|motor|panel|charger)s?\b)",
        _compass,
        "NSEW",
    ),
    # "Route 9W" is called by its letter.
    Rule(
        r"(?:\b(?:[Rr]oute|Rte\.?|[Hh]ighway|Hwy\.?|US|I|SR)[ -])\d{1,3}(?P<it>[NSEW])(?!\w)",
        lambda match, _: match["it"],
        string.digits,
    ),
    Rule(
        rf"(?<![\w.])(?P<it>{_LETTERS})(?= (?:corner|side|part|wall|edge|wing|quadrant|coast|end|slope|face"
        rf"|tower|entrance|exit)\b)",
        _compass,
        "NSEW",
    ),
    Rule(
        r"(?<!\w)(?P<it>[NSEW]\.?) (?:Korea|Africa|America|Carolina|Dakota|Ireland|Yorkshire|Germany|Vietnam"
        r"|Virginia|Asia|Europe|Sussex|Sudan|Macedonia|Hollywood|Pole|Sea|Coast)\b",
        lambda match, context: _compass(match, context).capitalize(),
        "NSEW",
    ),
    Rule(rf"{_DISTANCE}(?:to the |due )?(?P<it>{_LETTERS})(?= of\b)", _compass, "NSEW"),
    Rule(rf"(?<![\w.])(?P<it>{_LETTERS})(?= (?:winds?|breezes?|gales?|swells?)\b)", _compass, "NSEW"),
    Rule(
        r"(?:(?<=^)|(?<=[ ,(]))(?P<it>[NSEW])(?= of (?:(?:the )?[A-Z][a-z]|(?:town|here|downtown)\b|the (?:river"
        r"|city|town|border|road|bridge|lake|highway|station|airport|creek|park|equator|house|village"
        r"|mountains?)\b))",
        _compass,
        "NSEW",
    ),
    Rule(rf"(?<![\w.])(?P<it>{_TWO_LETTERS})(?= of [A-Z])", _compass, "NSEW"),
    Rule(
        rf"(?i:\b(?:winds?|gusts?|breeze|blowing|veering|backing)\b)(?: (?:is|are|from|the|out|of|light"
        rf"|variable))* ?:? ?(?P<it>{_LETTERS})(?![\w'.-]\w|\w)",
        _compass,
        "NSEW",
    ),
    Rule(
        rf"(?i:\b(?:fled|ran|drove|walked|moved|flew|sailed|rode|went|turned|headed|head|heading|headed|facing"
        rf"|bearing|turn|drive|driving|travel(?:l?ing)?|continue|go|going|due|runs?"
        rf"|then)) (?P<it>{_LETTERS})(?=[.,;:!?)]|$| (?:on|to|at|for|from|along|until|toward|and|then|of|through"
        rf"|past|\d)\b)",
        _compass,
        "NSEW",
    ),
    Rule(
        rf"(?<![\w.-])\d{{1,3}} (?:mph|kph|knots|kts?|km/h|m/s) (?P<it>{_LETTERS})(?![\w'.-]\w|\w)",
        _compass,
        string.digits,
    ),
)
