"""Reads times of day and the time zones after them."""

import re
import string

from . import words
from .rules import Context, Rule, keep_stop, text_after
from .tables import ZONES

_SPELT_ZONES = "|".join("[.]?".join(zone) for zone in sorted(ZONES, key=len, reverse=True))
_ZONE = rf"(?:(?i:{_SPELT_ZONES})\b\.?|[ECMP]T\b)"
_HALF = r"(?P<half>[AaPp])\.?[Mm](?:\b\.?|(?=[ECMP][SD]?T\b))"

# "a scale of 1:50" and "a 16:30 mix" have two numbers, and "1:50,000" is no time.
_NO_TIME = re.compile(
    r"(?i),\d{3}| (?:scale|ratio|odds|mix|dilution|aspect|display|screen|monitor|panel|widescreen|format"
    r"|video)\b"
)


def _time(match: re.Match[str], _: Context) -> str | None:
    """Read "7:30 pm", "19:30", "12:30:15" or "7.30 pm"."""
    hour, minute = int(match["hour"]), int(match["minute"])
    # Two patterns share this function, and the second has neither seconds nor a time zone.
    parts = match.groupdict()
    second, decimals = parts.get("second"), parts.get("decimals")
    if hour > 24 or minute > 59 or (second and int(second) > 59) or _NO_TIME.match(text_after(match, 12)):
        return None
    half = f" {match['half'].upper()} M" if match["half"] else ""
    spoken = words.cardinal(str(hour))
    if minute:
        minutes = words.cardinal(str(minute)).replace(" ", "-")
        spoken += f" oh {minutes}" if minute < 10 else f" {minutes}"
    elif hour in (0, 24) and not (second and int(second)) and not half:
        spoken = "midnight"
    elif not half and not (second and int(second)):
        spoken += " hundred hours" if hour > 12 else " o'clock"
    if second and (decimals or int(second)):
        exact = str(int(second)) + (decimals or "")
        spoken += f" and {words.number(exact)} second{'' if exact == '1' else 's'}"
    elif decimals:
        # "1:23.45" are the minutes and seconds of a race.
        spoken += f" point {words.digits(decimals)}"
    hours = " hours" if parts.get("hours") and not spoken.endswith("hours") else ""
    zone = " Z" if parts.get("zulu") else ""
    return keep_stop(match, spoken + half + hours + zone)


def _military(match: re.Match[str], _: Context) -> str:
    """Read "1930 hours"."""
    hour, minute = match[1], match[2]
    spoken = words.cardinal(hour) if hour[0] != "0" else f"oh {words.digits(hour[1])}"
    if minute == "00":
        return f"{spoken if hour != '00' else 'zero'} hundred hours"
    minutes = words.cardinal(minute) if minute[0] != "0" else f"oh {words.digits(minute[1])}"
    return f"{spoken} {minutes} hours"


def _french_time(match: re.Match[str], _: Context) -> str:
    """Read "19h30"."""
    return f"{words.cardinal(str(int(match[1])))} {words.cardinal(match[2])}"


def _hour(match: re.Match[str], _: Context) -> str | None:
    """Read "7 pm" or "7-9 pm"."""
    if not 1 <= int(match[1]) <= 12:
        return None
    last = f" to {words.cardinal(match[2])}" if match[2] else ""
    return keep_stop(match, f"{words.cardinal(match[1])}{last} {match[3].upper()} M")


def _zone(match: re.Match[str], _: Context) -> str:
    """Read the zone after a time by its letters: "EST", "p.m.est", "e.s.t."."""
    return keep_stop(match, words.letters(match["it"].replace(".", "")))


def _with_one_letter(match: re.Match[str], _: Context) -> str:
    """Read "5:30p" and the two ends of "8a-5p"."""
    minutes = match["minutes"]
    spoken = words.cardinal(str(int(match["hour"])))
    if minutes and minutes != "00":
        spoken += f" {words.cardinal(minutes)}" if minutes[0] != "0" else f" oh {words.digits(minutes[1])}"
    return f"{spoken} {match['half'].upper()} M"


RULES = (
    Rule(
        r"(?<![\w.:$£€])(?P<hour>1[0-2]|0?[1-9])(?::(?P<minutes>[0-5]\d))?(?P<half>[ap])(?![\w.'])"
        r"(?:(?<=:\d\d[ap])|(?= ?[-–] ?\d{1,2}(?::\d\d)?[ap](?![\w.]))|(?<=[ap][-–]\d[ap])|(?<=[ap][-–]\d\d[ap]))",
        _with_one_letter,
        string.digits,
    ),
    Rule(r"(?<![\w.,:])([01]\d|2[0-3])([0-5]\d) ?(?:hours|hrs)\b\.?", _military, string.digits),
    Rule(r"(?<![\w.,:])([01]?\d|2[0-3])h([0-5]\d)(?!\w)", _french_time, string.digits),
    Rule(
        r"(?<![\w.:])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
        rf"(?P<decimals>\.\d+)?(?P<zulu>Z)?(?: ?{_HALF}| ?(?P<hours>h|hrs|hours)\b)?(?:(?![\w:])|(?={_ZONE}))",
        _time,
        ":",
    ),
    Rule(
        rf"(?<![\w.:])(?P<hour>\d{{1,2}})\.(?P<minute>\d\d) ?{_HALF}",
        _time,
        ".",
    ),
    Rule(
        r"(?<![\w.:,$£€])(\d{1,2})(?: ?[-–] ?(\d{1,2}))? ?([AaPp])\.?[Mm](?:\b\.?|(?=[ECMP][SD]?T\b))",
        _hour,
        string.digits,
    ),
    # Nothing but dates and times has been read when this rule is applied.
    Rule(rf"(?<=\0)[ .]?\(?(?P<it>{_ZONE})", _zone, "tTcC"),
)
