"""Reads dates in words, in numbers, and in the mixtures of both."""

import calendar
import re
import string

from . import words
from .rules import Context, Rule, alternatives, keep_stop, text_after, text_before
from .tables import DAYS, MONTHS


def _spellings() -> dict[str, str]:
    """Return the spellings of the months: May, Sept, MAR, sept."""
    short = (
        {month[:3]: month for month in MONTHS} | {"Sept": "September"} | {month: month for month in MONTHS}
    )
    return short | {name.upper(): month for name, month in short.items()}


_MONTH_NAMES = _spellings() | {name.lower(): month for name, month in _spellings().items()}
# In small letters these are also words: "you may", "they march", "mar", "dec".
_WORDS_TOO = {"may", "march", "mar"}

MONTH_NAME = rf"(?:{alternatives(name for name in _MONTH_NAMES if name not in _WORDS_TOO)})\b"
"""A month in any spelling that is nothing else; part of a regular expression."""

DAY_NAME = rf"(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun|{alternatives(DAYS)})\b"
"""A day of the week; part of a regular expression."""

_MONTH = rf"(?P<month>{alternatives(_MONTH_NAMES)})\b\.?"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?P<rank>(?i:st|nd|rd|th)\b)?(?![\d:]|[.,]\d|\w)"
_LAST = r"(?: ?(?:[-–]|to) ?(?P<last>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d:]|\w))?"
_YEAR = (
    r"(?:,? (?P<year>[12]\d{3})(?!\d|[.,]\d|:)|,? '(?P<short>\d\d)(?![\w'])|,? ?(?P<glued>[12]\d{3})"
    r"(?=[.,;)]|$))?"
)

# Words before "may 12" that make a verb of the month, and words after it that count something.
_SUBJECT = re.compile(
    r"(?i)(?:^|[^\w'])(?:i|you|he|she|it|we|they|who|that|which|to|will|can|could|and|\w+s|\w+n't) $"
)
AFTER_A_DATE = re.compile(
    r"\s*(?!(?:or|to|and) \d+ [a-z]{3})(?:$|[.,;:!?)–—\0-]|(?:at|in|and|or|to|until|till|from|by|for|with|is|was"
    r"|the|this|last|next|we|he|she|it|on"
    r"|through|deadline|meeting|event|election|elections|game|show|release|\d{4})\b)"
)
"""What may follow a date that is written without a year, and shows that nothing is counted."""


_PLURAL = re.compile(
    r" (?:people|men|women|children|of (?:us|you|them)|(?!is|was|has|does|plus)[a-z]{2,}s)\b"
)


def spoken_year(number: str) -> str:
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
        The words, or None if there is no such day.
    """
    if not _exists(day, month, year):
        return None
    spoken = f"{MONTHS[month - 1]} {words.ordinal(str(day))}"
    return f"{spoken}, {spoken_year(year)}" if year else spoken


def _exists(day: int, month: int, year: str = "") -> bool:
    """Tell whether a calendar has the day; without a year of four digits, February has 29."""
    if not 1 <= month <= 12:
        return False
    # The year 2000 is a leap year. The calendar of Python begins with the year 1.
    known = int(year) if len(year) == 4 and int(year) else 2000
    return 1 <= day <= calendar.monthrange(known, month)[1]


def _days(match: re.Match[str]) -> str:
    """Read the day or the range of days of a match."""
    first = words.ordinal(match["day"])
    return f"{first} to {words.ordinal(match['last'])}" if match["last"] else first


def _year_after(match: re.Match[str]) -> str:
    """Read the year at the end of a match; "'05" is "oh five"."""
    if year := match["year"] or match["glued"]:
        return f", {words.year(year)}"
    short = match["short"]
    if not short:
        return ""
    return f", {words.year(short) if short[0] != '0' else 'oh ' + words.cardinal(short[1])}"


def _is_verb(match: re.Match[str]) -> bool:
    """Tell whether "may" or "march" before or after a number is a word of a sentence: "you may 3 times"."""
    if match["month"] == "May" and not match["year"] and _PLURAL.match(text_after(match, 20)):
        return True
    if match["month"] not in _WORDS_TOO or match["rank"] or match["year"] or match["short"]:
        return False
    return bool(_SUBJECT.search(text_before(match, 20))) or not AFTER_A_DATE.match(text_after(match, 12))


def _month_day(match: re.Match[str], _: Context) -> str | None:
    """Read "March 3, 2024", "may 12" and "FEB. 20 2019"."""
    if _is_verb(match) or not _exists(int(match["day"]), _number_of(match["month"])):
        return None
    return f"{_MONTH_NAMES[match['month']]} {_days(match)}{_year_after(match)}"


def _day_month(match: re.Match[str], _: Context) -> str | None:
    """Read "3 March 2024" and "25 dec."."""
    is_word = match["month"] in _WORDS_TOO and not (match["rank"] or match["year"] or match["short"])
    if is_word and not re.search(r"(?i)(?:\bof|\bon|\bby|\buntil|\bsince|day,?) $", text_before(match, 10)):
        return None
    if not _exists(int(match["day"]), _number_of(match["month"])):
        return None
    the = "" if text_before(match, 5).lower().endswith("the ") else "the "
    return keep_stop(match, f"{the}{_days(match)} of {_MONTH_NAMES[match['month']]}{_year_after(match)}")


def _number_of(month: str) -> int:
    return MONTHS.index(_MONTH_NAMES[month]) + 1


def _hyphenated(match: re.Match[str], _: Context) -> str | None:
    """Read "Mar-20-2019", "20-Mar-2019" and "Jan-15"."""
    day, month = int(match["day"]), _number_of(match["month"])
    # "Sept 12-Oct 4" has two dates.
    is_end = match["first"] and re.search(rf"{MONTH_NAME}\.? $", text_before(match, 12))
    if match["month"] in _WORDS_TOO or is_end or not _exists(day, month):
        return None
    year = f", {spoken_year(match['year'])}" if match["year"] else ""
    rank = words.ordinal(match["day"])
    if match["first"]:
        return f"the {rank} of {_MONTH_NAMES[match['month']]}{year}"
    return f"{_MONTH_NAMES[match['month']]} {rank}{year}"


def _month_year(match: re.Match[str], _: Context) -> str:
    """Read "June 2019" and "Sept. '21"."""
    year = match["year"]
    spoken = words.year(year) if year else spoken_year(match["short"])
    return f"{_MONTH_NAMES[match['month']]} {spoken}"


def _iso(match: re.Match[str], _: Context) -> str | None:
    """Read "2024-03-05"."""
    return read_date(int(match[3]), int(match[2]), match[1])


def _slashed(match: re.Match[str], _: Context) -> str | None:
    """Read "3/5/2024" with the month first; "25/3/2024" can only have the day first."""
    month, day = int(match[1]), int(match[2])
    return read_date(day, month, match[3]) or read_date(month, day, match[3])


def _month_slash_day(match: re.Match[str], _: Context) -> str | None:
    """Read "on 3/5", and "from 3/5 to 3/7"."""
    # "after 9/11" is the name of an event.
    if match[0].endswith("9/11"):
        return None
    first = read_date(int(match["day"]), int(match["month"]))
    last = read_date(int(match["last"]), int(match["to"])) if match["to"] else ""
    if first is None or last is None:
        return None
    return f"{first} to {last}" if last else first


def _month_slash_year(match: re.Match[str], _: Context) -> str:
    """Read "by 12/2025" as a month and its year."""
    return f"{MONTHS[int(match['number']) - 1]} {words.year(match['year'])}"


def _dotted(match: re.Match[str], _: Context) -> str | None:
    """Read "5.3.2024" with the day first."""
    return read_date(int(match[1]), int(match[2]), match[3])


def _dotted_short(match: re.Match[str], context: Context) -> str | None:
    """Read "15.03.21" with the day first, unless it is a version."""
    is_version = re.search(r"(?:[Vv]ersion|[Rr]elease|[Bb]uild|[A-Z]\w+) $", text_before(match, 20))
    return None if is_version else _dotted(match, context)


def _bare_month(match: re.Match[str], _: Context) -> str:
    """Read a short form of a month before a number."""
    return _MONTH_NAMES[match["month"]]


def _short(match: re.Match[str], _: Context) -> str:
    """Read the short form of a day or a month: "Mon", "Jan"."""
    start = match["it"][:3].capitalize()
    return keep_stop(match, next(name for name in (*DAYS, *MONTHS) if name.startswith(start)))


def _month_slash_range(match: re.Match[str], context: Context) -> str | None:
    """Read "3/5-3/9", unless it may be a range of fractions."""
    days = int(match["day"]), int(match["last"])
    # "1/4-1/2 of a cup" are fractions.
    if max(days) in (2, 3, 4, 6, 8):
        return None
    return _month_slash_day(match, context)


_SHORT_DAY = "(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)"
# Short forms that mean nothing else, so that they are read anywhere.
_ONLY_DAYS = "(?:Tues?|Thu(?:rs?)?|Fri)"
_ONLY_MONTHS = "(?:Feb|Apr|Aug|Sept?|Oct|Nov|Dec)"
_SHORT_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
_CAPITAL_MONTH = "(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC)"
_SHORT = rf"(?:{_SHORT_DAY}|{_SHORT_MONTH})"
_SMALL_MONTH = "(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
_AND = r"(?:,? ?&|, ?(?:and|or)?| and| or| to| through)"
_DATED = (
    rf"(?:\b(?:[Oo]n|[Uu]ntil|[Bb]y|[Dd]ue|[Dd]ated|ETA|[Ss]ince|[Bb]efore|[Aa]fter|[Ff]rom|[Aa]s of|[Ss]tarts"
    rf"|{_SHORT_DAY}|{alternatives(DAYS)})[:,.]? )"
)
_SLASHED_DAY = r"(?P<month>1[0-2]|0?[1-9])/(?P<day>[12]\d|3[01]|0?[1-9])"
_TWO_DIGITS = r"(0?[1-9]|[12]\d|3[01])"

RULES = (
    Rule(r"(?<![\w./-])(\d{4})-([01]\d)-([0-3]\d)(?![\w/-]|\.\d)", _iso, "-"),
    Rule(r"(?<![\w./-])((?:19|20)\d\d)-(\d{1,2})-(\d{1,2})(?![\w/-]|\.\d)", _iso, "-"),
    Rule(r"(?<![\w./-])(\d{4})-([01]\d)-([0-3]\d)(?=T\d\d:)", _iso, "-"),
    Rule(r"(?<=\0)T(?=\d\d:)", lambda match, context: "at", "T"),
    Rule(r"(?<![\w./-])(\d{4})/([01]?\d)/([0-3]?\d)(?![\w/-]|\.\d)", _iso, "/"),
    Rule(r"(?<![\w./-])((?:19|20)\d\d)\.([01]\d)\.([0-3]\d)(?![\w/-]|\.\d)", _iso, "."),
    Rule(r"(?<![\w./-])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/-])", _slashed, "/"),
    Rule(rf"(?<![\w./-]){_TWO_DIGITS}-{_TWO_DIGITS}-((?:19|20)\d\d)(?![\w/-]|\.\d)", _slashed, "-"),
    Rule(
        rf"(?<![\w./-]){_SLASHED_DAY} ?(?:[-–]|to) ?(?P<to>1[0-2]|0?[1-9])/(?P<last>[12]\d|3[01]|0?[1-9])"
        r"(?![\w/-]|\.\d)",
        _month_slash_range,
        "/",
    ),
    Rule(
        r"(?i:\b(?:by|in|since|until|from|exp\.?|expires|expiry|expiration|valid|thru|through|due|dated|date):? )"
        r"(?P<it>(?P<number>1[0-2]|0?[1-9])/(?P<year>(?:19|20)\d\d))(?![\w/]|[.,-]\d)",
        _month_slash_year,
        "/",
    ),
    Rule(
        r"(?<![\w./-])(?P<number>0[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)(?![\w/]|[.,-]\d)",
        _month_slash_year,
        "/",
    ),
    Rule(
        rf"{_DATED}(?P<it>{_SLASHED_DAY})(?P<to>)?(?P<last>)?(?![\w/]|[.-]\d| (?:of|cup|inch|mile|acre))",
        _month_slash_day,
        "/",
    ),
    Rule(r"(?<![\w./-])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\w/-])", _dotted, "."),
    Rule(r"(?<![\w./-])([0-3]\d)\.([01]\d)\.(\d\d)(?![\w/-]|\.\d)", _dotted_short, "."),
    Rule(
        rf"(?<![\w/-])(?<!\d )(?:(?P<month>{alternatives(_MONTH_NAMES)})(?P<first>)?-(?P<day>0?[1-9]|[12]\d|3[01])"
        r"(?:-(?P<year>\d{4}|\d\d))?)(?![\w/-]|\.\d)",
        _hyphenated,
        "-",
    ),
    Rule(
        rf"(?<![\w./,-])(?P<first>(?P<day>0?[1-9]|[12]\d|3[01]))-(?P<month>{alternatives(_MONTH_NAMES)})"
        r"(?:-(?P<year>\d{4}|\d\d))?(?![\w/-]|\.\d)",
        _hyphenated,
        "-",
    ),
    Rule(
        rf"(?<![\w/.-])(?P<first>(?P<day>0?[1-9]|[12]\d|3[01]))(?P<month>{_SHORT_MONTH}|{_CAPITAL_MONTH})"
        r"(?P<year>\d{4}|\d\d)(?![\w/.-])",
        _hyphenated,
        "JFMASOND",
    ),
    Rule(rf"(?<!\w){_MONTH} {_DAY}{_LAST}{_YEAR}", _month_day, string.digits),
    Rule(
        rf"(?<![\w.,:/$£€])(?<![^A-Za-z.\0]-){_DAY}{_LAST}(?: of)? {_MONTH}(?!\w){_YEAR}",
        _day_month,
        string.digits,
    ),
    Rule(
        rf"(?<!\w)(?P<month>{MONTH_NAME}|Mar\b|[Mm]arch\b)\.?,? "
        r"(?:(?P<year>[12]\d{3})(?![\w:]|[.,]\d)|'(?P<short>\d\d)(?![\w']))",
        _month_year,
        string.digits,
    ),
    Rule(rf"(?<!\w)(?P<it>(?P<month>{MONTH_NAME}|Mar\b)\.?)(?= '?\d)", _bare_month, string.digits),
    Rule(
        rf"(?<!\w)(?P<it>(?:{_SHORT}|{_SMALL_MONTH})\b\.?)(?=\0{{1,3}}(?:{_SHORT}|{_SMALL_MONTH})\b)",
        _short,
        "-–",
    ),
    Rule(rf"(?<!\w)(?P<it>{_SHORT})(?=\.? ?/ ?{_SHORT}\b)", _short, "/"),
    Rule(rf"(?<!\w)(?P<it>{_SHORT})\b(?={_AND} ?(?:{_SHORT}\b|\0))", _short),
    Rule(rf"(?<=\0)(?:\.?{_AND} ?|/)?(?P<it>(?:{_SHORT}|(?<=\0){_SMALL_MONTH})\b(?!\w)\.?)", _short),
    Rule(rf"(?<!\w)(?P<it>{_SHORT_DAY}\b\.?)(?=,? (?:\0|\d|{_SHORT_MONTH}))(?<![Tt]he Sun)", _short),
    Rule(rf"(?<!\w)(?P<it>(?i:{_SHORT_DAY})\b\.?)(?=,? \0)", _short),
    Rule(
        r"(?i:\b(?:in|since|until|by|of|last|next|this|early|late|mid|to)) (?P<it>(?:Jan|Mar|Jun|Jul)\.)",
        _short,
        ".",
    ),
    Rule(
        r"(?i:\b(?:on|last|next|this|every|until|by|from|till|each))"
        r" (?P<it>(?:Mon|Wed|Sat|Sun)(?:\.|(?= (?:night|morning|afternoon|evening|at|\d)|[,;!?]|$)))",
        _short,
        "MWS",
    ),
    Rule(rf"(?<!\w)(?P<it>{_ONLY_DAYS}|{_ONLY_MONTHS})(?![\w.'])", _short),
)
