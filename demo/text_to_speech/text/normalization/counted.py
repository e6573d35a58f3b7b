"""Reads letters after a number that mean a million, a minute, a meter or a basis point, by the words around them."""

import re
import string

from . import words
from .amounts import AMOUNT, PER_PART, TIMES, is_adjective, read_amount, read_counted, read_per
from .currencies import MAGNITUDES
from .measures import DURATIONS, UNITS
from .rules import Context, Rule, keep_stop, text_after, text_before

# What is counted in millions. A word may stand before it: "3m active users".
_COUNTED_NOUNS = (
    r"(?:people|persons?|users?|views?|viewers|subscribers?|followers|fans|likes|downloads|installs|streams|listeners"
    r"|readers|customers|clients|members|players|visitors|visits|hits|clicks|impressions|passengers|travell?ers"
    r"|tourists"
    r"|voters|votes|residents|inhabitants|citizens|migrants|refugees|children|kids|students|pupils|workers|employees"
    r"|jobs|homes|houses|households|families|vehicles|cars|units|copies|records|books|tickets|shares|stocks|options"
    r"|barrels|tonn?es|tons|bushels|litres|liters|gallons|hectares|acres|doses|jabs|cases|deaths|patients|tests"
    r"|transactions|payments|orders|messages|emails|tweets|posts|requests|queries|words|tokens|parameters|params|rows"
    r"|lines|items|parts|cells|stars|species|birds|animals|trees|years|dollars|pounds|euros|yen|yuan|rupees|francs"
    r"|accounts|devices|phones|women|men|adults|americans|britons|europeans|chinese|indians|sq|square)"
)
_COUNTS = re.compile(
    rf"(?i)[ -](?!(?:of|tall|high|long|wide|deep|and|or|in|to)\b)(?:[a-z]+ )?{_COUNTED_NOUNS}\b|-strong\b"
)
_MONEY_BEFORE = re.compile(
    r"(?i)\b(?:revenues?|sales|profits?|earnings|turnover|population|populations|budget|costs?|worth|valued"
    r"|raised|raise"
    r"|funding|loss(?:es)?|debt|income|ebitda?|users?|subscribers|viewers|audience|audiences|shares|sold|shipped"
    r"|deliver"
    r"(?:ed|ies)|output|production|net|gross|cash|capex|dividends?|assets|deal|fine|fined|paid|fees?|circulation"
    r"|downloads"
    r"|views|members|votes|jobs|volume|market cap|workforce|headcount|supply|deficit|surplus|exports|imports"
    r"|q[1-4]|fy)\b"
)
_MINUTES_BEFORE = re.compile(
    r"(?i)\b(?:prep(?:aration)?|cook(?:ing)?|bak(?:e|ing)|total|time|times|simmer\w*|rest|resting|chill\w*|ready"
    r"|duration"
    r"|runtime|length|eta|wait\w*|timers?|boil\w*|roast\w*|ris(?:e|ing)|marinat\w*|soak\w*|stir|knead\w*"
    r"|proof\w*|proving"
    r"|cool|freez\w*|meeting|call|delay\w*|late|sleep|nap|pause|break|steep|fry|saut\w+|grill|every|warm-up"
    r"|workout)\b"
    r"[^.!?]{0,30}$"
)
_MINUTES_AFTER = re.compile(
    r"(?i) (?:ago|read|remaining|timer|walk|drive|late|early|break|delay|each side|per side|until|or until|left"
    r"|video|call"
    r"|episode|nap|session|meeting|workout)\b"
)
_LENGTH = re.compile(
    r"(?i)[ -](?:tall|high|long|wide|deep|thick|away|from (?:the|here|there|it|home|each)|above|below|apart|of "
    r"(?:rope|cable|fabric|wire|water"
    r"|snow)|rope"
    r"|race|final|finals|sprint|hurdles|dash|freestyle|relay|butterfly|backstroke|run|swim|pool|wave|waves"
    r"|telescope)\b"
)
_SPORT_BEFORE = re.compile(
    r"(?i)\b(?:ran|runs?|running|race[ds]?|sprint\w*|swam|swim\w*|jump\w*|threw|hurdles|walk\w*)\b"
)
_DATED_AFTER = re.compile(
    r" (?:(?:in|by|for|since|during) (?:\d|\0|Q|FY|the (?:year|quarter|period|first|second|third|fourth|last"
    r"|three|six))"
    r"|(?:from|to) (?:\d|\0|last|a year)|a year|this year|last year|next year|more than|less than|compared"
    r"|year.on.year)"
)

_RATES = re.compile(
    r"(?i)\b(?:yields?|spreads?|rates?|basis|treasur\w+|fed|ecb|boe|bonds?|notes?|coupon|libor|sofr|hikes?|hiked"
    r"|cuts?"
    r"|widen\w*|tighten\w*|narrow\w*|margins?|fees?|premium|curve|points?|year|fell|falls?|rose|rises?|up|down"
    r"|gain\w*|slip"
    r"\w*|drop\w*|climb\w*|mortgage|credit|swap|inflation|cpi|gdp|above|below|expense|move[ds]?|higher|lower)\b"
)
_DATA = re.compile(
    r"(?i)\b(?:modem|baud|serial|link|connection|bandwidth|bit ?rate|throughput|data|network|uart|port|fax)\b"
)
_DNA = re.compile(
    r"(?i)\b(?:dna|rna|gene|genes|genome|fragments?|sequenc\w+|reads?|primers?|pcr|insert|deletion|base|amplicon)\b"
)


def _near(match: re.Match[str], length: int = 60) -> str:
    return f"{text_before(match, length)} {text_after(match, length)}"


def _millions(match: re.Match[str], _: Context) -> str | None:
    """Read "613m in 2019", "12m views", "85mn" and "40k likes" as large numbers."""
    size = match["size"]
    if not _is_large(match, size):
        return None
    name = MAGNITUDES[size]
    return f"{read_amount(match)} {name}{read_per(match['per'])}"


def _is_large(match: re.Match[str], size: str) -> bool:
    """Tell whether a letter after a number is a large number: always "bn", else by the words around it."""
    after = text_after(match)
    if len(size) > 1:
        return size not in ("MM", "mm", "Cr", "cr") or bool(_COUNTS.match(after))
    is_glued = match["space"] == ""
    if _COUNTS.match(after):
        return True
    if size in "kK":
        return is_glued and bool(match["per"])
    if size == "M" and is_glued:
        return "." in match["a"] or bool(_MONEY_BEFORE.search(text_before(match, 60)))
    if size != "m" or not is_glued or _LENGTH.match(after) or _is_time(match):
        return False
    if _SPORT_BEFORE.search(text_before(match, 60)):
        return False
    before = text_before(match, 60)
    return bool(_MONEY_BEFORE.search(before)) or bool(_DATED_AFTER.match(after) and _follows_verb(before))


_GROWTH = re.compile(
    r"(?i)(?:^|\b(?:to|from|of|by|than|was|were|is|at|hit|reached|rose|fell|grew|about|around|over|nearly|up"
    r"|down|another"
    r"|some|almost|added|lost|gained)) ?$"
)


def _follows_verb(before: str) -> bool:
    """Tell whether a quantity stands alone or after a verb, so that "in 2019" after it dates a count."""
    return bool(_GROWTH.search(before))


def _is_time(match: re.Match[str]) -> bool:
    return bool(_MINUTES_BEFORE.search(text_before(match, 60)) or _MINUTES_AFTER.match(text_after(match, 16)))


def _minutes(match: re.Match[str], _: Context) -> str | None:
    """Read the "15m" of "Prep: 15m" as minutes."""
    if _LENGTH.match(text_after(match, 24)) or not _is_time(match):
        return None
    is_one = words.is_one(match["a"]) and not match["b"]
    return keep_stop(match, f"{read_amount(match)} minute{'' if is_one or is_adjective(match) else 's'}")


def _span_of_time(match: re.Match[str], _: Context) -> str | None:
    """Read "in 48s", "for 7d" and "every 2w" as spans of time; "in 90s" may be a decade."""
    if (
        match["unit"] == "s"
        and match["word"].lower() in ("in", "under", "of")
        and match["number"].endswith("0")
    ):
        return None
    name = {"s": "second", "d": "day", "w": "week", "y": "year"}[match["unit"]]
    return f"{words.cardinal(match['number'])} {name}{'' if match['number'] == '1' else 's'}"


def _basis_points(match: re.Match[str], _: Context) -> str | None:
    """Read "5 bps" and "4bp" as basis points, unless the words around speak of data or of DNA."""
    near, number = _near(match), words.integer(match["a"].partition(".")[0] or "0")
    is_plural = match["unit"].endswith("s")
    if (_DATA if is_plural else _DNA).search(near):
        return None
    if number >= (1000 if is_plural else 100) and not _RATES.search(near):
        return None
    is_one = words.is_one(match["a"]) and not match["b"]
    return f"{read_amount(match)} basis point{'' if is_one or is_adjective(match) else 's'}{read_per(match['per'])}"


def _duration(match: re.Match[str], _: Context) -> str:
    """Read "2h 30m" as "two hours thirty minutes"."""
    spoken = (
        f"{words.number(number)} {DURATIONS[unit][not words.is_one(number)]}"
        for number, unit in re.findall(r"(\d+) ?([dhms])", match[0])
    )
    return " ".join(spoken)


def _percentage_points(match: re.Match[str], _: Context) -> str | None:
    """Read "2.5 pp" as percentage points, unless a whole number counts pages."""
    if "." not in match["a"] and not _RATES.search(_near(match)) and match["unit"] == "pp":
        return None
    is_one = words.is_one(match["a"]) and not match["b"]
    return f"{read_amount(match)} percentage point{'' if is_one else 's'}"


def _rate(match: re.Match[str], _: Context) -> str | None:
    """Read "20 req/min", "1,200 calls/day" and "45/wk"; a unit before the "/" is left to the rule of units."""
    if match["noun"] in UNITS:
        return None
    noun = f" {read_counted(match['noun'])}" if match["noun"] else ""
    size = f" {MAGNITUDES[match['size']]}" if match["size"] else ""
    return f"{read_amount(match)}{size}{' percent' if match['percent'] else ''}{noun}{read_per(match['per'])}"


def _noun_per_noun(match: re.Match[str], context: Context) -> str | None:
    """Read "4 reps/set": a plural before the "/" and a singular after it."""
    noun = match["per"]
    if noun.endswith("s") or not context.is_word(noun):
        return None
    return f"{read_amount(match)} {match['noun']} per {noun}"


def _estimate(match: re.Match[str], _: Context) -> str:
    """Read "est." as "established" before a year, after a quarter as "estimate", else as "estimated"."""
    if re.match(r",? (?:in )?(?:1[5-9]|20)\d\d\b", text_after(match, 10)):
        return "established"
    if re.search(
        r"(?:[\d\0]|\b(?:vs\.?|above|below|beat|missed|than|analyst|consensus|street)) \(?$",
        text_before(match, 16),
    ):
        return keep_stop(match, "estimate")
    return keep_stop(match, "estimated")


def _over(match: re.Match[str], _: Context) -> str:
    """Read "y/y" as "year over year"."""
    period = {"y": "year", "q": "quarter", "m": "month", "w": "week"}[match[1].lower()]
    return f"{period} over {period}"


# Applied before the decades: "for 30s".
EARLY_RULES = (
    Rule(
        r"(?i:\b(?P<word>for|after|every|wait|waits|waited|within|timeout|lasts|lasted|took|takes|ran|in|under"
        r"|of|last|past"
        r"|next|over)) (?:about |just |only )?(?P<it>(?P<number>\d{1,4})(?P<unit>[sdwy]))(?![\w'-])",
        _span_of_time,
        string.digits,
    ),
)

RULES = (
    Rule(
        r"(?<![\w.])\d+ ?d,? ?\d+ ?h(?:,? ?\d+ ?m)?(?!\w)|(?<![\w.])\d+ ?h,? ?\d+ ?m(?:,? ?\d+ ?s)?(?!\w)"
        r"|(?<![\w.])\d+ ?m,? ?\d+ ?s(?!\w)",
        _duration,
        string.digits,
    ),
    Rule(r"(?<![\w/.-])([yqmwYQMW])(?:/|-o-)\1(?![\w/-])", _over, "/-"),
    Rule(r"(?<![\w.])(?P<it>[Ee]st\.)(?!\w)", _estimate, "."),
    Rule(
        rf"(?<![\w.]){AMOUNT}(?P<size>k|K|M|bn)?(?P<percent> ?%)?(?: (?P<noun>[a-z]{{2,15}}))?(?P<per>/{TIMES})"
        rf"(?![\w/])",
        _rate,
        "/",
    ),
    Rule(
        rf"(?<![\w.]){AMOUNT} (?P<noun>[a-z]{{2,14}}s)/(?P<per>[a-z]{{3,14}})(?![\w/])",
        _noun_per_noun,
        "/",
    ),
    Rule(rf"(?<![\w.]){AMOUNT}[ -]?(?P<unit>bps|bp)(?!\w){PER_PART}", _basis_points, string.digits),
    Rule(rf"(?<![\w.]){AMOUNT} ?(?P<unit>pp|ppt|ppts|p\.p\.)(?!\w|/)", _percentage_points, string.digits),
    Rule(
        rf"(?<![\w.]){AMOUNT}(?P<space> ?)(?P<size>[mbt]n|[MBT]n|[mb]ln|trn|[mM]io|MM|[mMbBkK])"
        rf"(?P<per>/{TIMES})?(?![\w/'²³])",
        _millions,
        string.digits,
    ),
    Rule(rf"(?<![\w.]){AMOUNT} ?m(?![\w/'²³]|\. ?\d)\.?(?=$|\W)(?<!\.)", _minutes, string.digits),
)
