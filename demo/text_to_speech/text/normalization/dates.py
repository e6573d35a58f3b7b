"""Reads dates, decades and times of day."""

import re
import string

from . import words
from .rules import Context, Rule, alternatives, keep_stop
from .tables import DAYS, MONTHS

_MONTH_NAMES = {
    **{month: month for month in MONTHS},
    **{month[:3]: month for month in MONTHS},
    "Sept": "September",
    **{month.upper(): month for month in MONTHS},
}
_MONTH = rf"(?P<month>{alternatives(_MONTH_NAMES)})\b\.?"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d:]|[.,]\d)"
_LAST = r"(?: ?(?:[-–]|to) ?(?P<last>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d:]))?"
_YEAR = r"(?:(?P<comma>,?) (?P<year>[12]\d{3})(?!\d|[.,]\d|:))?"


def _spoken_year(number: str) -> str:
    """Read a year of two or four digits; two digits are a year from 1941 to 2040."""
    if len(number) == 2:
        number = ("19" if int(number) > 40 else "20") + number
    return words.year(number)


def read_date(day: int, month: int, year: str = "") -> str | None:
    """Read a date as "March third, twenty twenty four".

    Args:
        day: Day of the month.
        month: Number of the month.
        year: Two or four digits; empty if the date has no year.

    Returns:
        The words, or None if there is no such month or day.
    """
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    spoken = f"{MONTHS[month - 1]} {words.ordinal(str(day))}"
    return f"{spoken}, {_spoken_year(year)}" if year else spoken


def _days(match: re.Match[str]) -> str:
    first = words.ordinal(match["day"])
    return f"{first} to {words.ordinal(match['last'])}" if match["last"] else first


def _month_day(match: re.Match[str], _: Context) -> str:
    year = f", {words.year(match['year'])}" if match["year"] else ""
    return f"{_MONTH_NAMES[match['month']]} {_days(match)}{year}"


def _day_month(match: re.Match[str], _: Context) -> str:
    before = match.string[max(0, match.start() - 40) : match.start()].lower().split()
    the = "" if "the" in before[-3:] else "the "
    year = f", {words.year(match['year'])}" if match["year"] else ""
    return f"{the}{_days(match)} of {_MONTH_NAMES[match['month']]}{year}"


def _iso(match: re.Match[str], _: Context) -> str | None:
    return read_date(int(match[3]), int(match[2]), match[1])


def _slashed(match: re.Match[str], _: Context) -> str | None:
    month, day = int(match[1]), int(match[2])
    return read_date(day, month, match[3]) or read_date(month, day, match[3])


def _year(match: re.Match[str], _: Context) -> str:
    return words.year(match["it"])


def _circa(_: re.Match[str], __: Context) -> str:
    return "circa"


def _month_slash_day(match: re.Match[str], _: Context) -> str | None:
    # "after 9/11" is the name of an event.
    if match[0].endswith("9/11"):
        return None
    first = read_date(int(match["day"]), int(match["month"]))
    last = read_date(int(match["last"]), int(match["to"])) if match["to"] else ""
    if first is None or last is None:
        return None
    return f"{first} to {last}" if last else first


def _dotted(match: re.Match[str], _: Context) -> str | None:
    return read_date(int(match[1]), int(match[2]), match[3])


def _decade(match: re.Match[str], _: Context) -> str | None:
    return words.decade(match[1])


def _short_year(match: re.Match[str], _: Context) -> str:
    if match[1] == "00":
        return "two thousand"
    return words.year(match[1]) if match[1][0] != "0" else f"oh {words.digits(match[1][1])}"


def _time(match: re.Match[str], _: Context) -> str | None:
    hour, minute = int(match["hour"]), int(match["minute"])
    # Two patterns share this function, and the second has neither seconds nor a time zone.
    parts = match.groupdict()
    second, decimals = parts.get("second"), parts.get("decimals")
    if hour > 24 or minute > 59 or (second and int(second) > 59):
        return None
    half = f" {match['half'].upper()} M" if match["half"] else ""
    spoken = words.cardinal(str(hour))
    if minute:
        minutes = words.cardinal(str(minute)).replace(" ", "-")
        spoken += f" oh {minutes}" if minute < 10 else f" {minutes}"
    elif hour in (0, 24) and not second and not half:
        spoken = "midnight"
    elif not half and not second:
        spoken += " hundred hours" if hour > 12 else " o'clock"
    if second:
        exact = str(int(second)) + (decimals or "")
        spoken += f" and {words.number(exact)} second{'' if exact == '1' else 's'}"
    elif decimals:
        # "1:23.45" are the minutes and seconds of a race.
        spoken += f" point {words.digits(decimals)}"
    hours = " hours" if parts.get("hours") and not spoken.endswith("hours") else ""
    zone = " Z" if parts.get("zulu") else ""
    return keep_stop(match, spoken + half + hours + zone)


def _military(match: re.Match[str], _: Context) -> str:
    hour, minute = match[1], match[2]
    spoken = words.cardinal(hour) if hour[0] != "0" else f"oh {words.digits(hour[1])}"
    if minute == "00":
        return f"{spoken} hundred" if hour != "00" else "zero hundred"
    return f"{spoken} {words.cardinal(minute) if minute[0] != '0' else 'oh ' + words.digits(minute[1])}"


def _french_time(match: re.Match[str], _: Context) -> str:
    return f"{words.cardinal(str(int(match[1])))} {words.cardinal(match[2])}"


def _hour(match: re.Match[str], _: Context) -> str | None:
    if not 1 <= int(match[1]) <= 12:
        return None
    last = f" to {words.cardinal(match[2])}" if match[2] else ""
    return keep_stop(match, f"{words.cardinal(match[1])}{last} {match[3].upper()} M")


def _bare_month(match: re.Match[str], _: Context) -> str:
    return _MONTH_NAMES[match["month"]]


def _short(match: re.Match[str], _: Context) -> str:
    return next(name for name in (*DAYS, *MONTHS) if name.startswith(match["it"][:3]))


def _month_slash_range(match: re.Match[str], context: Context) -> str | None:
    days = int(match["day"]), int(match["last"])
    # "1/4-1/2 of a cup" are fractions.
    if max(days) in (2, 3, 4, 6, 8):
        return None
    return _month_slash_day(match, context)


def _to(_: re.Match[str], __: Context) -> str:
    return "to"


_HALF = r"(?P<half>[AaPp])\.?[Mm]\b\.?"
_DAY_NAME = "(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)"
# Short forms that mean nothing else, so that they are read anywhere.
_ONLY_DAYS = "(?:Tues?|Thu(?:rs?)?|Fri)"
_ONLY_MONTHS = "(?:Feb|Apr|Aug|Sept?|Oct|Nov|Dec)"
_SHORT_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
_SHORT = rf"(?:{_DAY_NAME}|{_SHORT_MONTH})"
_AND = r"(?:,? ?&|, ?(?:and|or)?| and| or| to| through)"
_DATED = (
    rf"(?:\b(?:on|until|by|due|dated|ETA|since|before|after|from|{_DAY_NAME}|{alternatives(DAYS)})[:,.]? )"
)
_SLASHED_DAY = r"(?P<month>1[0-2]|0?[1-9])/(?P<day>[12]\d|3[01]|0?[1-9])"

RULES = (
    Rule(r"(?<=:\d\d)(?P<it>\s?[-–]\s?)(?=\d{1,2}:\d\d)", _to, ":"),
    Rule(r"(?i)(?<=[ap]m)(?P<it>\s?[-–]\s?)(?=\d{1,2}(?::\d\d)? ?[ap]m)", _to, string.digits),
    Rule(r"(?<![\w./-])(\d{4})-([01]\d)-([0-3]\d)(?![\w/-]|\.\d)", _iso, "-"),
    Rule(r"(?<![\w./-])(\d{4})-([01]\d)-([0-3]\d)(?=T\d\d:)", _iso, "-"),
    Rule(r"(?<=\0)T(?=\d\d:)", lambda match, context: "at", "T"),
    Rule(r"(?<![\w./-])(\d{4})/([01]\d)/([0-3]\d)(?![\w/-]|\.\d)", _iso, "/"),
    Rule(r"(?<![\w./-])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/-])", _slashed, "/"),
    Rule(
        rf"(?<![\w./-]){_SLASHED_DAY} ?(?:[-–]|to) ?(?P<to>1[0-2]|0?[1-9])/(?P<last>[12]\d|3[01]|0?[1-9])"
        r"(?![\w/-]|\.\d)",
        _month_slash_range,
        "/",
    ),
    Rule(
        rf"{_DATED}(?P<it>{_SLASHED_DAY})(?P<to>)?(?P<last>)?(?![\w/]|[.-]\d| (?:of|cup|inch|mile|acre))",
        _month_slash_day,
        "/",
    ),
    Rule(r"(?<![\w./-])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\w/-])", _dotted, "."),
    Rule(rf"(?<!\w){_MONTH} {_DAY}{_LAST}{_YEAR}", _month_day, string.digits),
    Rule(rf"(?<![\w.,:/$£€-]){_DAY}{_LAST}(?: of)? {_MONTH}{_YEAR}", _day_month, string.digits),
    Rule(rf"(?<!\w)(?P<it>{_MONTH})(?= '?\d)", _bare_month, string.digits),
    Rule(rf"(?<!\w)(?P<it>{_SHORT})(?=\.? ?[-–/] ?{_SHORT}\b)", _short, "-–/"),
    Rule(rf"(?<=\0)(?P<it>\.? ?[-–] ?)(?={_SHORT}\b)", _to, "-–"),
    Rule(rf"(?<!\w)(?P<it>{_SHORT})\b(?={_AND} ?(?:{_SHORT}\b|\0))", _short),
    Rule(rf"(?<=\0)(?:\.?{_AND} ?|/)?(?P<it>{_SHORT})\b(?!\w)", _short),
    Rule(rf"(?<!\w)(?P<it>{_DAY_NAME}\b\.?)(?=,? (?:\0|\d|{_SHORT_MONTH}))(?<![Tt]he Sun)", _short),
    Rule(rf"(?<!\w)(?P<it>{_ONLY_DAYS}|{_ONLY_MONTHS})(?![\w.'])", _short),
    Rule(r"(?<![\w.])'?(\d\d[1-9]0|[12]\d00|[1-9]0)'?s\b", _decade, string.digits),
    Rule(r"(?<!\w)'(\d\d)(?![\w.,:]\d|\w|')", _short_year, string.digits),
    Rule(r"(?<!\w)(?P<it>[Cc]\.)(?= ?\d{3,4}\b)", _circa, string.digits),
    Rule(
        r"(?i)\b(?:in|since|until|till|by|year|anno|ad) (?P<it>10[1-9]\d)(?=[.,;:!?)]|$| (?!of)[a-z]{2,4}\b)",
        _year,
        string.digits,
    ),
    Rule(r"(?<![\w.,:])([01]\d|2[0-3])([0-5]\d)(?= ?(?:hours|hrs)\b)", _military, string.digits),
    Rule(r"(?<![\w.,:])([01]?\d|2[0-3])h([0-5]\d)(?!\w)", _french_time, "h"),
    Rule(
        r"(?<![\w.:])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
        rf"(?P<decimals>\.\d+)?(?P<zulu>Z)?(?: ?{_HALF}| ?(?P<hours>h|hrs|hours)\b)?(?![\w:])",
        _time,
        ":",
    ),
    Rule(
        rf"(?<![\w.:])(?P<hour>\d{{1,2}})\.(?P<minute>\d\d) ?{_HALF}",
        _time,
        ".",
    ),
    Rule(r"(?<![\w.:,$£€])(\d{1,2})(?: ?[-–] ?(\d{1,2}))? ?([AaPp])\.?[Mm]\b\.?", _hour, string.digits),
)
