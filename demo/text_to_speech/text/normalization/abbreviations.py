"""Tells whether the full stop of an abbreviation ends its sentence, for the splitter and for the normaliser.

An abbreviation has a kind, and the kind says what must follow (or precede) so that the sentence goes on:

    title      Dr. Lee            a name follows
    numbered   fig. 3, No. AB12   a number, a Roman numeral or a code follows
    unit       8 oz. Cheddar      a number precedes
    date       Wed. Nov. 3        a number or another date word follows, or a word that begins no sentence
    open       approx. Cost       whatever follows: such a word is hardly ever the last of a sentence
    any        Jr., Colo., dept.  unless sentences often begin with the next word

Other stops are judged by their shape: initials, chains of short words with stops ("Fed. R. Civ. P."), a single small
letter ("b. 1491"), words without a vowel ("hdqrs."), the moves of a game of chess. In doubt the sentence goes on,
because a wrong boundary drops the voice in the middle of a name.
"""

import re

from ..word_sets import word_set
from .abbreviation_tables import (
    ALWAYS_TITLES,
    ANY,
    DATES,
    NUMBERED,
    OPEN,
    TITLES,
    UNITS,
    WORDS,
)
from .tables import ROMAN_CARDINAL

_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}")
# A word without a vowel is an abbreviation, unless it is a sound that people write.
_NO_VOWEL = re.compile(r"[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz][b-df-hj-np-tv-xz]{1,5}(?:'[a-z])?")
_SOUND = re.compile(
    r"[Bb]?[Rr]{2,}|[HhSsTtPpGgMmZzFf]*(?:[Mm]{2,}|h+|z{2,}|s{2,}|f{2,}|rr+|sk|mph|st)|[MmDdTt][rv]?"
)

_PART = re.compile(r"[^\w.'’°\0]|(?<=\w)['’](?=\w\w\w)")
_LAST_WORD = re.compile(r"\S*\Z")
_NEXT_WORD = re.compile(r"[\"'“‘«(\[{]*([^\W_]*(?:['’][a-z]+)?)")
_AFTER_A_TIME = re.compile(
    r"(?:[A-Z]{2,4}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Eastern|Central|Mountain|Pacific|Greenwich|Local|Mon"
    r"|Tue|Tues|Wed|Thu|Thurs|Fri|Sat|Sun|Jan|Feb|March|Mar|April|Apr|June|Jun|July|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b"
)
_DATE_WORD = re.compile(
    r"['’]?\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Morning|Afternoon|Evening|Night)"
)
_NUMBER = re.compile(r"[#№($£€]?(?:\d|[A-Z]{1,4}-?\d|[IVXLCM]{2,7}\b|[VX]\b|[ivxl]{2,6}\b|\0)")
_LETTER = re.compile(r"[(]?[B-HJ-Z]\b(?!['’.])|[(]?A\b(?! [a-z]|['’.])")
_MONTH = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")
_NUMBER_SIGN = re.compile(r"[Nn]os?\. ?\d")
# At the beginning of a sentence such a time is no end: "At 5 a.m. Mr. Reed".
_BEGINS_WITH_TIME = re.compile(
    r"\W*(?:At|By|Around|About|Before|After|Until|Since|From|Every \w+ at) (?:about )?[\d:.]+ ?\Z"
)
_CHESS_MOVE = re.compile(
    r"(?:[KQRBN][a-h]?[1-8]?|[a-h])?x?[a-h][1-8](?:=[QRBN])?[+#]?(?!\w)|[O0]-[O0](?!\w)|(?:\.\.|…)"
)
_SHORT_WITH_STOP = re.compile(r"(?:[A-Z]|[A-Z][a-z']{1,6}|[a-z]{1,4})\.(?!\w)")
_DASH = re.compile(r"[–—]|-\s|&\s|/")
_NUMBER_BEFORE = re.compile(
    r"(?:[\d½¼¾⅓⅔⅛\0]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|half|dozen|hundred|per|few))[ -]?"
    r"(?:(?:fl|sq|cu|lg|sm|med)\.? )?\Z",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\b(?:the|a|an|his|her|our|my|your|became|becomes?|made|(?:promoted|demoted|rose|risen|raised|rank|up) (?:to|of))"
    r" \Z"
)
# What a distance or a wind is measured in: "5 mi. S of Dover".
_COMPASS = re.compile(r"(?:[NSEW]|[NS]{1,2}[EW]|[EW][NS][EW])\.? (?:of|from|along|on|to)\b")
_PRONOUN = re.compile(r"I(?: [a-z]|['’])")
_SIR = re.compile(r"\b(?:Sir|Lord|Lady|Dame|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Prof\.?|Judge|King|St\.?) \Z")
_INITIAL_NAME = re.compile(rf"{_SIR.pattern}|\b[A-Z]\. \Z")
_PLACE_BEFORE = re.compile(r"[A-Z][\w'’.-]*, \Z")

# Units that no name of a thing follows.
_MEASURES = word_set(
    """
    ft in ins yd yds mi hr hrs min mins sec secs wk wks mo mos yr yrs km kms cm mm m deg mph kph m.p.h k.p.h rpm ac kg
    kgs lbs hp kt kts l.b.w
    """
) - {"lbs"}

# Words before a single letter that is a label: "Option A. Then …", "Act V. World War I".
LABELLED = word_set(
    """
    answer answers option options choice choices plan plans type types grade grades class classes group groups team
    teams vitamin vitamins hepatitis section sections part parts point points appendix annex exhibit figure table
    column row item items letter letters model schedule form level tier category phase stage step block unit room gate
    terminal platform pier hall wing zone side building site line series serie division league company squad version
    chapter act scene book volume canto article title war round game set question case sample solution scenario
    variant party player position area sector flat apartment minor an got gets straight key influenza strain
    """
) | frozenset(ROMAN_CARDINAL.split())
_IS = word_set("is was are be were equals chose chosen choose picked select")
_ANSWER = re.compile(
    r"\b(?:answer|option|choice|grade|letter|mark|type|result|key|winner|choose)", re.IGNORECASE
)

# Words with which sentences often begin.
_OPENERS = word_set(
    """
    a about above according after again all almost already also although always an and another any anyone are as ask
    at because before besides both but by call can check clearly come consider could did do does don't during each
    either even every everyone everything few finally first for fortunately from further furthermore get give go had
    has have he hence her here his how however i if i'm in indeed instead into is it its it's i've just last later let
    let's like look make many may maybe meanwhile more moreover most much must my neither never nevertheless next no
    nobody none nor not nothing now of often on once one only or other others our out over per perhaps please put
    rather remember see several shall she should similarly since so some someone something sometimes soon still such
    suddenly take that that's the their them then there therefore these they they're this those though thus to today
    together tomorrow tonight too try turn two three four five six seven eight nine ten under unfortunately unless
    until up use usually very was we we're were what whatever when whenever where whether which while who whoever
    whose why will with within without would yes yesterday yet you you're your
    """
)
_FAR = 60


def may_go_on(next_word: str) -> bool:
    """Tell whether a word with a capital letter is more often within a sentence than at its start."""
    return next_word == "I" or next_word.lower().replace("’", "'") not in _OPENERS


def belongs_to_abbreviation(text: str, start: int, stop: int, after: int) -> bool:
    """Tell whether a full stop belongs to its word and the sentence goes on.

    Args:
        text: The text.
        start: Offset at which the sentence begins, as far as it is known.
        stop: Offset of the full stop.
        after: Offset behind the stop and the marks that close quotations and brackets.

    Returns:
        False also for a full stop that no abbreviation has: then it ends the sentence.
    """
    before = text[max(start, stop - _FAR) : stop].replace("\n", " ")
    match = _LAST_WORD.search(before)
    if not match or not match[0]:
        return False
    word = _PART.split(match[0])[-1]
    if not word:
        return False
    following = text[after : after + _FAR].lstrip().replace("\n", " ")
    return _goes_on(word, before[: len(before) - len(word)], following)


def is_abbreviation(word: str) -> bool:
    """Tell whether a word in front of a full stop is an abbreviation, whatever is around it."""
    known = _forms(word) & _KNOWN
    return bool((known and (word[0].isupper() or not known & WORDS)) or _ACRONYM.fullmatch(word))


_KNOWN = TITLES | NUMBERED | UNITS | DATES | OPEN | ANY


def _forms(word: str) -> set[str]:
    """Return the spellings under which a word may be in a table: "FIG" also as "Fig" and "fig"."""
    if len(word) == 1:
        return {word}
    return {word, word.lower(), word.capitalize()} if word.isupper() else {word, word.lower()}


def _goes_on(word: str, before: str, following: str) -> bool:
    """Tell whether a sentence goes on behind a word and its full stop."""
    next_word = (_NEXT_WORD.match(following) or [""])[1]
    if word.isdecimal():
        return bool(_CHESS_MOVE.match(following) or (len(word) < 3 and _MONTH.match(following)))
    if _NUMBER_SIGN.match(following) and (len(word) == 1 or _forms(word) & _KNOWN):
        return True
    if len(word) == 1:
        return _goes_on_after_letter(word, before, following, next_word)
    forms = _forms(word)
    if not forms & _KNOWN:
        return _goes_on_after_unknown(word, before, following, next_word)
    is_word = bool(forms & WORDS)
    if forms & ALWAYS_TITLES and _ARTICLE.search(before) and not may_go_on(next_word):
        return False
    if forms & OPEN or forms & ALWAYS_TITLES or (not is_word and _DASH.match(following)):
        return True
    if (
        forms & TITLES
        and next_word[:1].isupper()
        and may_go_on(next_word)
        and not (is_word and word.islower())
    ):
        return True
    if forms & DATES:
        return bool(_DATE_WORD.match(following) or _DASH.match(following)) or (
            word[0].isupper() and not is_word and may_go_on(next_word)
        )
    takes_letter = not is_word or (before and word[0].isupper() and word != "No")
    if forms & NUMBERED and (_NUMBER.match(following) or (takes_letter and _LETTER.match(following))):
        return True
    if forms & UNITS and _NUMBER_BEFORE.search(before):
        if _COMPASS.match(following):
            return True
        # "8 oz. Cheddar", but "Boil 10 min. Drain well."
        return may_go_on(next_word) and not (forms & _MEASURES and next_word[:1].isupper())
    if not forms & ANY:
        return False
    if is_word and before and word[0].isupper() and following[:1].isdecimal():
        return True
    if is_word and not (_SHORT_WITH_STOP.match(following) or _PLACE_BEFORE.search(before)):
        return False
    return may_go_on(next_word)


def _goes_on_after_letter(letter: str, before: str, following: str, next_word: str) -> bool:
    """Tell whether a sentence goes on behind a letter and a full stop: "J. Smith", "b. 1491", "Option A. Then"."""
    previous = before.split()[-1:] or [""]
    label = previous[0].strip("\"'“‘(").lower()
    if letter.islower():
        if letter in "cbdfmprsvnlgqw":
            return bool(_NUMBER.match(following)) or (may_go_on(next_word) and next_word != "I")
        return False
    if label in LABELLED or (label in _IS and _ANSWER.search(before)):
        return False
    # "Ask Mr. T. I did not", but "J. I. Case".
    if (letter == "I" and not _INITIAL_NAME.search(before)) or _PRONOUN.match(following):
        return False
    return letter.isupper() and (len(next_word) == 1 or may_go_on(next_word))


def _goes_on_after_unknown(word: str, before: str, following: str, next_word: str) -> bool:
    """Tell whether a sentence goes on behind a word that is in no list: by its shape."""
    if word.lower() in ("a.m", "p.m"):
        return bool(
            _AFTER_A_TIME.match(following) or _DASH.match(following) or _BEGINS_WITH_TIME.match(before)
        )
    if word.lower() in _MEASURES:
        return not next_word[:1].isupper()
    if len(word) < 6 and word[0].isupper() and before.endswith(". ") and _SHORT_WITH_STOP.match(following):
        # "Proc. Nat. Acad. Sci."
        return may_go_on(next_word)
    if _ACRONYM.fullmatch(word):
        return bool(_DASH.match(following)) or may_go_on(next_word)
    return bool(_NO_VOWEL.fullmatch(word)) and not _SOUND.fullmatch(word) and may_go_on(next_word)
