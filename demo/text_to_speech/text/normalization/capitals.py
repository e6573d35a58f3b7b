"""Reads words in capitals: as words, as names, or letter by letter.

A word in capitals is judged together with the run of capitals that it stands in (a heading, a speaker's name before a
colon, a shouted sentence). Among other words in capitals, a word is a word if a dictionary has it or if it can be
pronounced, unless it is a known initialism. By itself it needs more: the dictionary, the place of a name, or a length
that initialisms do not have. Words that are both (US, IT, WHO) are decided by their neighbours.
"""

import re

from ..word_sets import word_set
from . import words
from .initialisms import ALSO_WORDS, DAYS, INITIALISMS, NAMES, SHORT_NAMES
from .pronounceable import is_pronounceable
from .rules import Context, Rule
from .tables import NAMED, SAID_AS_WORDS, SAID_OTHERWISE, SHORT_WORDS

# Letters of the longest unknown word that is read by letter although it can be pronounced.
_LONGEST_SPELT = 4
_VOWELS = frozenset("AEIOUYÀÁÂÃÄÅÆÈÉÊËÌÍÎÏÒÓÔÕÖØÙÚÛÜÝ")
_FAR = 40

_ARTICLES = frozenset(("the", "an", "a", "our"))
_VERBS_BEFORE_US = word_set(
    "ask call contact follow give help join let make save send show teach tell text trust visit watch"
)
_BEFORE_US = _VERBS_BEFORE_US | word_set(
    "write with to for of on from about between among around behind both all like near upon at by"
)
_IT_NOUNS = re.compile(
    r"\W{0,2}(?i:department|dept|staff|support|team|manager|sector|firm|giant|service|services|systems?|security|special"
    r"ists?|industry|jobs?|professionals?|consultants?|director|helpdesk|infrastructure|outage|workers|projects?|company"
    r"|companies|skills|budget|policy|training|spending|admins?|crowd|guy|guys|desk|pros?|experts?|chief)\b"
)
_WHO_VERBS = re.compile(
    r"(?:\W{0,2}(?i:says|said|warns|warned|declares|declared|chief|director|reports?|approves|urges|recommends|officials?"
    r"|experts?|study|team|data|guidelines?|estimates|advises|announces|panel|group|head|launches)\b|['’]S\b)"
)
_AFTER_COB = re.compile(
    r" (?:on )?(?:\0|\d|today|tomorrow|tonight|this|next|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
)
_OR_NOUNS = re.compile(
    r" (?i:nurses?|staff|suites?|schedules?|tables?|lights?|teams?|techs?|scrubs|times?(?= (?:at|on|for|is|was)\b))\b"
)
_LOGIC = re.compile(
    r" (?i:gates?|operators?|operations?|functions?|conditions?|statements?|quer(?:y|ies)|clauses?)\b"
)
_CLAIM = re.compile(r" (?:was|were|had|all)\b")


def _before(match: re.Match[str], context: Context) -> str:
    return context.text[max(0, match.start() - _FAR) : match.start()]


def _word_before(match: re.Match[str], context: Context) -> str:
    """Return the word before a match, with its punctuation; empty if there is none."""
    return (_before(match, context).split()[-1:] or [""])[0]


def _after(match: re.Match[str], context: Context) -> str:
    return context.text[match.end() : match.end() + _FAR]


def is_word_or_form(word: str, context: Context) -> bool:
    """Tell whether the dictionary has a word or its base form: "items", "baked", "sales"."""
    forms = [
        word,
        *(word[: -len(ending)] for ending in ("s", "es", "ed", "d", "ing") if word.endswith(ending)),
    ]
    return any(len(form) > 2 and context.is_word(form) for form in forms) or context.is_word(word)


def _as_word(written: str, context: Context) -> str:
    """Return a word in the spelling that the dictionary has: "Paris", "it", "McDonald"."""
    lower = written.lower()
    if context.is_word(lower):
        return lower
    titled = re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), written)
    if "'" in written or not context.is_word(titled):
        titled = _O_NAME.sub(lambda name: f"O'{name[1].capitalize()}", written.capitalize())
    return titled if context.is_word(titled) or titled.startswith("O'") else lower


_O_NAME = re.compile(r"O'(\w+)")


def _is_known(written: str, context: Context) -> bool:
    """Tell whether the dictionary has a word in small letters, or a name."""
    return is_word_or_form(written.lower(), context) or context.is_word(written.capitalize())


def _is_sure(context: Context, written: str) -> bool:
    """Tell whether a word in capitals is surely no initialism, so that its neighbours are words as well."""
    plain = written.replace("’", "'")
    if "'" in plain:
        return plain.partition("'")[0] not in INITIALISMS
    if len(plain) == 2:
        return plain in SHORT_WORDS and plain not in INITIALISMS and plain != "OK"
    if plain in INITIALISMS or plain in NAMED or plain in SAID_AS_WORDS or plain.endswith("s"):
        return False
    return _is_known(plain, context) or (len(plain) > _LONGEST_SPELT + 1 and is_pronounceable(plain.lower()))


def is_shouted(match: re.Match[str], context: Context) -> bool:
    """Tell whether a word stands in a run of capitals that has words."""
    run = context.runs.at(match.start())
    return run is not None and context.runs.is_shouted(run, lambda word: _is_sure(context, word))


def _at_place_of_name(match: re.Match[str], context: Context) -> bool:
    """Tell whether a word stands where names do: "ROMEO: …", "LYON, France", "Sgt. RIPLEY", "Emmanuel MACRON"."""
    before, after = _before(match, context), _after(match, context)
    if not before.strip(" \"'“‘(*_"):
        return bool(re.match(r"\.?:|,? [A-Z(][a-z]|\.? [—–(-]|, [A-Z]", after))
    return bool(re.search(r"(?:\b[A-Z][a-z]+|\b[A-Z]\.|\0) \Z", before))


def capitals(match: re.Match[str], context: Context) -> str | None:
    """Read a word in capitals, which may have a small s of a plural or a possessive behind it."""
    written, plural = match["word"], match["s"] or ""
    if plural in ("'S", "’S"):
        plural = "'s"
    if match[0] in SAID_OTHERWISE or written in SAID_OTHERWISE:
        return SAID_OTHERWISE.get(match[0]) or SAID_OTHERWISE[written] + plural
    if written in DAYS:
        return DAYS[written] + plural
    if written in SAID_AS_WORDS:
        return written.lower() + plural
    is_letters = _is_read_by_letter(written, match, context)
    return (words.letters(written) if is_letters else _as_word(written, context)) + plural


def _is_read_by_letter(written: str, match: re.Match[str], context: Context) -> bool:
    """Tell whether a word in capitals is read by letter; the conditions come in the order of their certainty."""
    shouted = is_shouted(match, context)
    if written in _DECIDERS:
        return _DECIDERS[written](match, context, shouted)
    if len(written) == 2:
        if shouted and written in SHORT_NAMES:
            return False
        return written not in SHORT_WORDS or written in INITIALISMS
    if written in NAMES:
        return False
    if written in INITIALISMS and not (shouted and written in ALSO_WORDS):
        return True
    if written in NAMED and not shouted and _word_before(match, context).lower() in _ARTICLES:
        return True
    if _is_known(written, context):
        return False
    if not _VOWELS & set(written):
        return True
    if len(written) > _LONGEST_SPELT + 1:
        return False
    if not is_pronounceable(written.lower()):
        return True
    if shouted or _at_place_of_name(match, context):
        return len(written) < _LONGEST_SPELT and not _CVC.fullmatch(written)
    return len(written) <= _LONGEST_SPELT and not _LIKE_A_NAME.fullmatch(written)


_CVC = re.compile("[B-DF-HJ-NP-TV-Z][AEIOU][B-DF-HJ-NP-TV-Z]")
# Four letters of such a form are a word more often than not, whoever invented it: NATO, SARS, SONY, FICO.
_LIKE_A_NAME = re.compile("[B-DF-HJ-NP-TV-Z][AEIOU][B-DF-HJ-NP-TV-Z][AEIOUYSNRLT]")


def _us(match: re.Match[str], context: Context, shouted: bool) -> bool:
    """Tell whether US is the country: "US STOCKS FALL", but "JOIN US" and "PRAY WITH US!"."""
    if not shouted:
        return True
    word = _word_before(match, context).lower()
    ends = not re.match(r"['’]?\s*\w", _after(match, context))
    return not (word in _VERBS_BEFORE_US or (word in _BEFORE_US and ends))


def _it(match: re.Match[str], context: Context, shouted: bool) -> bool:
    """Tell whether IT is information technology: "the IT department", but "IT WAS THE BEST"."""
    after = _after(match, context)
    if shouted:
        return bool(_IT_NOUNS.match(after))
    is_first = not _before(match, context).strip(" \"'“‘(*_")
    return not (is_first and _CLAIM.match(after))


def _who(match: re.Match[str], context: Context, shouted: bool) -> bool:
    """Tell whether WHO is the organisation: "the WHO", "WHO SAYS VIRUS IS BACK"."""
    is_first = not _before(match, context).strip(" \"'“‘(*_")
    if shouted:
        return is_first and bool(_WHO_VERBS.match(_after(match, context)))
    return _word_before(match, context).lower() in _ARTICLES or bool(_WHO_VERBS.match(_after(match, context)))


def _cob(match: re.Match[str], context: Context, shouted: bool) -> bool:
    """Tell whether COB is the close of business."""
    return not shouted or bool(_AFTER_COB.match(_after(match, context)))


def _or(match: re.Match[str], context: Context, _: bool) -> bool:
    """Tell whether OR is the operating room: "the OR nurse", but "an OR gate" and "now OR never"."""
    after = _after(match, context)
    is_after_article = _word_before(match, context).lower() in _ARTICLES and not _LOGIC.match(after)
    return is_after_article or bool(_OR_NOUNS.match(after))


def _am(match: re.Match[str], context: Context, _: bool) -> bool:
    """Tell whether AM is the half of the day or the radio band: "at 9 AM"; "I AM"."""
    return bool(re.search(r"[\d\0] ?\Z", _before(match, context))) or not re.search(
        r"(?i:\bI|\bTHAN|\bAS|\bAND|\bWHERE|\bSO|\bHOW|\A\W*) \Z|\A\Z", _before(match, context)
    )


_DECIDERS = {"US": _us, "IT": _it, "WHO": _who, "COB": _cob, "AM": _am, "OR": _or}


def _contraction(match: re.Match[str], context: Context) -> str:
    """Read "IT'S", "DON'T", "I'VE" and "O'CLOCK" as words, and "CEO'S" by its letters."""
    written = match[0].replace("’", "'")
    return written.capitalize() if written.startswith("I'") else written.lower()


def _irish(match: re.Match[str], context: Context) -> str:
    """Read "O'BRIEN" and "McDONALD" as names."""
    prefix, name = match["prefix"].replace("’", "'"), match["name"]
    end = "'s" if match["s"] else ""
    joined = f"{prefix.capitalize()}{name.capitalize()}"
    return joined + end


def _respelling(match: re.Match[str], context: Context) -> str | None:
    """Read the syllables of a respelling as they are pronounced: "(ZITH ur)", "(pruh-NUN-see-AY-shun)"."""
    parts = re.findall(r"[^\W\d_]+", match["it"])
    capital = [part for part in parts if part.isupper() and len(part) > 1]
    small = [part for part in parts if part.islower()]
    if not capital or not small or len(capital) + len(small) < len(parts):
        return None
    if any(part in INITIALISMS or not is_pronounceable(part.lower()) for part in capital):
        return None
    # Syllables are no words; "(see FBI file)" and "(a NASA-led team)" are no respellings.
    unknown = [part for part in parts if not context.is_word(part.lower()) and not context.is_word(part)]
    if " " in match["it"] and (
        any(part not in unknown for part in capital) or max(map(len, small)) > _LONGEST_SPELT
    ):
        return None
    return match["it"].lower() if unknown else None


RESPELLINGS = (Rule(r"(?<=[(/])(?P<it>[A-Za-z]{1,6}(?:[ -][A-Za-z]{1,6}){1,7})(?=[,;)/])", _respelling, "("),)
# Applied before the codes, which would take "DeVITO" for a formula.
EARLY_RULES = (
    Rule(
        r"(?<![^\W_])(?P<prefix>O['’]|Mc|Mac|Fitz|De|Di|Du|La|Le|Van|Von)(?P<name>[A-Z]{3,})(?P<s>['’][Ss])?(?![^\W_])",
        _irish,
        "OMFDLV",
    ),
)
RULES = (
    Rule(
        r"(?<![^\W_]|['’])(?:[A-Z]+['’](?:T|VE|LL|RE|D|M)(?:['’]VE)?|IT['’]S|LET['’]S|(?:WHAT|THAT|HE|SHE|WHO|HERE|THERE"
        r"|WHERE|HOW|WHEN|ONE|LET)['’]S|O['’]CLOCK|Y['’]ALL|MA['’]AM)(?![^\W_]|['’])",
        _contraction,
        "'’",
    ),
    Rule(r"(?<![^\W_])(?<!['’])(?P<word>[A-ZÀ-ÖØ-Þ]{2,})(?P<s>['’]?[sS](?![^\W_])|s)?(?![^\W_])", capitals),
)
