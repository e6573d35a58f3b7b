"""Reads the short forms of postal addresses: house numbers, directions, streets, states and ZIP codes."""

import re
import string

from . import words
from .address_tables import ONLY_STREETS, STATES, STREETS, UNITS_OF_HOUSES, WHOLE_STREETS
from .directions import COMPASS
from .rules import Context, Rule, alternatives, keep_stop, text_after
from .tables import DAYS, SAINTS

_STATE = alternatives(STATES)
_CITY = r"(?:[A-Z][a-z]+\.?|LA|NYC|SF), "
_STREET = alternatives(STREETS)
# "est" and "view" are words; "xing" is nobody's way to write an address in small letters.
_SMALL_STREET = alternatives({street.lower() for street in STREETS} - {"est", "vw", "xing", "pl", "brg"})
_WHOLE_STREET = alternatives(WHOLE_STREETS)
_COMPASS = r"(?:[NS]\.?[EW]|[NSEW])"
_RANK = r"\d{1,3}(?:st|nd|rd|th)"
_NAME = rf"(?:{_RANK}|[A-Z][\w'’-]*\.?)"
# Streets after whose name people leave out the word "Street".
_BARE_NAMES = (
    "Main|Broadway|Market|Grand|Park|Center|Central|State|Front|Elm|Oak|Washington|Lincoln|Jefferson|Michigan"
)


def _address(*, house: str = r"(?:\d{1,5}[A-Z]?|\0{1,5})", direction: str = "", street: str = "") -> str:
    """Return the pattern of an address such as "415 N 3rd St", with one of its parts as the group `it`."""
    compass = f"{direction} " if direction else rf"(?:(?:{_COMPASS}\.?|\0{{1,5}}) )?"
    kind = street or rf"(?:{_STREET}|{_SMALL_STREET}|{_WHOLE_STREET})"
    return rf"(?<![\w.,$£€#/\0-]){house} {compass}(?:{_NAME} ){{1,4}}?{kind}(?![\w'’]|-\w)"


# Words with a capital letter that are no names of streets.
_NO_NAMES = frozenset(
    [
        "The",
        "A",
        "An",
        "In",
        "At",
        "Of",
        "On",
        "To",
        "From",
        "By",
        "Near",
        "And",
        "Or",
        "With",
        "For",
        "As",
        "Is",
        "Was",
        "But",
        "When",
        "Then",
        "If",
        "After",
        "Before",
        "Since",
        "Until",
        "Dear",
        "Our",
        "My",
        "His",
        "Her",
        "Their",
        "Your",
        "This",
        "That",
        "Old",
        "Mr",
        "Mrs",
        "Ms",
    ]
)
# What follows "St" where it is a street and no saint.
_FOLLOWS_STREET = re.compile(
    rf" (?:[a-z&]|[\d#(\0-]|(?:{'|'.join(DAYS)}|NW|NE|SW|SE|Apt|Suite|Ste|Unit|Station|North|South|East|West)\b)"
    rf"|[,;:!?)]|'s\b|\.?\s*$|\. |[–—-]"
)


def _house(match: re.Match[str], _: Context) -> str | None:
    """Read the number of a house: "415" as "four fifteen", "2788" as "twenty seven eighty eight"."""
    number = match["it"]
    if len(number) < 4:
        return words.code_number(number)
    if len(number) == 4 and number[1:] != "000":
        return words.year(number) if number[2:] != "00" else f"{words.cardinal(number[:2])} hundred"
    return words.digits(number) if len(number) == 5 else None


def _direction(match: re.Match[str], _: Context) -> str:
    """Read "N" of "415 N 3rd St" as "North"."""
    return COMPASS[match["it"].replace(".", "")].capitalize()


def _street(match: re.Match[str], _: Context) -> str | None:
    """Read "St" of "Main St" as "Street", if no saint and no doctor may be meant."""
    street, name = match["it"], match["name"]
    if name in _NO_NAMES or (street not in ONLY_STREETS and not _FOLLOWS_STREET.match(text_after(match, 12))):
        return None
    return STREETS[street]


def _street_after_number(match: re.Match[str], _: Context) -> str:
    """Read the kind of street after a house number and a name, also in small letters: "7 Coast hwy"."""
    written = match["it"].rstrip(".")
    return keep_stop(match, STREETS[written if written in STREETS else written.capitalize()])


def _unit_of_house(match: re.Match[str], _: Context) -> str:
    """Read "Ste 400" and "Rte 9"."""
    return UNITS_OF_HOUSES[match["it"].rstrip(".")]


def _state(match: re.Match[str], _: Context) -> str:
    """Read "CA" of "Los Angeles, CA" as "California"."""
    return STATES[match["it"]]


def _zip(match: re.Match[str], _: Context) -> str:
    """Read the digits of a ZIP code one by one."""
    return ", ".join(words.digits(group) for group in match["it"].split("-"))


RULES = (
    Rule(
        r"(?<!\w)[A-Z]\.?[A-Z]\.?,? (?P<it>\d{5}(?:-\d{4})?)(?![\w-]|[.,]\d)",
        _zip,
        string.digits,
    ),
    Rule(rf"{_CITY}(?P<it>{_STATE})(?!, [A-Z]{{2}}\b)(?=,?\s*(?:[\0,;:!?)]|\.?$))", _state, ","),
    # "in Bend, OR last year": the word before the place tells it from "to stay, OR to go".
    Rule(
        r"(?:\b(?:[Ii]n|[Tt]o|[Ff]rom|[Nn]ear|[Aa]t|of|outside|around|left) )(?:[A-Z][a-z]+ ){0,2}[A-Z][a-z]+, "
        rf"(?P<it>{_STATE})"
        r"(?= (?:last|next|this|in|on|at|by|is|was|has|for|since|until|where|when|who|before|after|and|during|with"
        r"|today|yesterday|every)\b)",
        _state,
        ",",
    ),
    Rule(_address(house=r"(?P<it>\d{3,5})"), _house, string.digits),
    Rule(_address(direction=rf"(?P<it>{_COMPASS}\.?)"), _direction, "NSEW"),
    Rule(rf"(?<![\w.])(?P<it>{_COMPASS}\.?) {_RANK} (?:{_STREET}|{_WHOLE_STREET})(?!\w)", _direction, "NSEW"),
    Rule(
        rf"(?<![\w.] )(?<![\w.])(?P<it>{_COMPASS}\.?) (?:{_NAME} ){{1,2}}(?:{_STREET})(?!\w)",
        _direction,
        "NSEW",
    ),
    Rule(
        rf"(?<![\w.,$-])(?:\d{{1,5}}|\0{{1,5}}) (?P<it>{_COMPASS}\.?) (?:{_BARE_NAMES})\b",
        _direction,
        "NSEW",
    ),
    Rule(r"(?<![\w.,$-])(?:\d{2,5}|\0{1,5}) (?P<it>[NSEW]\.?) [A-Z][a-z]{3,}(?=,|$)", _direction, "NSEW"),
    Rule(r"(?<![\w.] )(?<![\w.])(?P<it>[NSEW]\.?) (?:Broadway|Main)\b", _direction, "NSEW"),
    Rule(_address(street=rf"(?P<it>(?:{_STREET}|{_SMALL_STREET})\b\.?)"), _street_after_number),
    # "9th Cir." is a court.
    Rule(
        rf"(?<!\w){_RANK} (?!Cir\b|St\.? (?:{SAINTS})\b)(?P<it>{_STREET})(?![\w'])",
        _street_after_number,
    ),
    Rule(rf"(?<!\w)(?P<name>[A-Z][\w'’-]*[a-z]) (?P<it>{_STREET})(?![\w.-])", _street),
    Rule(
        r"(?i:\b(?:the|a|my|your|his|her|our|this|see|seeing|call)) (?P<it>Dr)\b(?=\.? [a-z]|[,;:!?)]|\.?$)",
        lambda match, context: "doctor",
        "D",
    ),
    Rule(rf"(?<!\w)(?P<it>(?:{alternatives(UNITS_OF_HOUSES)})\.?)(?= #?[A-Z]?-?\d)", _unit_of_house),
)
