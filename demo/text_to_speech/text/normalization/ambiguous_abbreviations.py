"""Reads abbreviations that stand for something only in some neighbourhood, or for one of several things.

The first line of the table that fits decides. Where no line fits, the abbreviation is read as it is written.
"""

import re
from functools import cache

from .rules import Context, Rule, alternatives, keep_stop
from .tables import MONTHS

_DATE = rf" (?:[\d\0]|(?:{'|'.join(month[:3] for month in MONTHS)})|c\.|ca\.|circa|in\b)"
_NUMBER = r" (?:[\d\0]|c\.|ca\.)"
_AFTER_NUMBER = r"[\d\0] \Z"
_AFTER_PLACE = r"[A-Z][\w'.]*, \Z"
_IN_BRACKET = r"[(,;] ?\Z"
_TIME = r" (?:[\d\0]|[A-Z]{3} [\d\0]|at\b|from\b|in\b|noon|midnight|[A-Z][a-z]+ [\d\0])"
_ROWS = r" (?:from|to|until|rows?|rnds?|these|this|last|once|twice|[*(]|[\d\0])"
_STITCHES = r" (?:[\d\0]|one|in|at|each|every|first)"
_SIZE = r" ?\(?(?:[\d\0]|c\.|ca\.|about|approx|around|over|under|est\b)"
_OF_A_NUMBER = (
    r"\b(?i:my|your|his|her|its|our|their|the|this|that|new|old|same|right|wrong|phone|fax|house|room|order|account"
    r"|invoice|serial|model|ticket|flight|tracking|(?:tel|acct|ref|reg|ser|cat|inv|fl)\.?) \Z"
)
_PREDICATE = r" (?:is|was|has|will|should|must|can|may|does|did|for|on|below|above|and|or)\b"
_INSTRUMENT = r",? (?:(?:and|&) )?(?:ob|cl|bsn|hn|vln|vla|pno|tpt|fl|vcl?)\b"

# Abbreviations without their full stop; patterns of the text before them and behind their full stop; words.
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("Cir", r"(?:\d(?:st|nd|rd|th)|\0|\bFed\.|D\.C\.) \Z", "", "Circuit"),
    ("Cir", r"[A-Z]\w+ \Z", "", "Circle"),
    ("Ct", r"\b(?:Super|Sup|Cir|Dist|Fam|App|Mun|Prob|County|High|Supreme)\.? \Z", "", "Court"),
    ("Pt", "", " [A-Z][a-z]", "Point"),
    ("Ter", r"[A-Z]\w+ \Z", "", "Terrace"),
    ("Sec Secy", "", r" (?:of|General|[A-Z][a-z]+)\b", "Secretary"),
    ("Div div", "", r" (?:yields?|payments?|growth|income|cover|stocks?|dates?|rate|payout)\b", "dividend"),
    ("Div div", "", "", "division"),
    ("dep Dep", "", _TIME, "departs"),
    ("arr Arr", "", _TIME, "arrives"),
    ("arr Arr", "", r" (?:by )?[A-Z]", "arranged"),
    ("Dep", "", " [A-Z]", "Deputy"),
    ("rep Rep", "", _ROWS, "repeat"),
    ("sts", "", "", "stitches"),
    ("st", r"(?:[\d\0]|next|each|one|every|last|first|same) \Z", "", "stitch"),
    ("inc", "", _STITCHES, "increase"),
    ("dec", "", _STITCHES, "decrease"),
    ("beg", "", "", "beginning"),
    ("rem", "", r" sts?\b", "remaining"),
    ("alt", "", r" (?:rows?|rnds?|ends?)", "alternate"),
    ("c ca", "", _DATE, "circa"),
    ("c", "", r" [A-Z]\w+(?: \(wk\))? b\.? [A-Z]", "caught"),
    ("c", "", r" (?:&|and) b\.? [A-Z]", "caught"),
    ("b", r"\bc\.? (?:[A-Z]\w+|&|and) \Z", "", "bowled"),
    ("b", r"(?:[(,;—] ?|[A-Z]\w+ )\Z", _DATE, "born"),
    ("d", r"(?:[(,;–—-] ?|[A-Z]\w+ |[\d\0] )\Z", _DATE, "died"),
    ("m", _IN_BRACKET, _DATE, "married"),
    ("r", _IN_BRACKET, _NUMBER, "reigned"),
    ("fl", _IN_BRACKET, _NUMBER, "flourished"),
    ("ff", r"[\d\0] ?\Z", "", "and following"),
    ("f", r"\bp?p\.? [\d\0]+ ?\Z", "", "and following"),
    ("sp", r"\b[A-Z][a-z]+ \Z", "", "species"),
    ("var", r"\b[a-z]+ \Z", " [a-z]", "variety"),
    ("cl", r"(?:\b(?:plays|for|and|on)|,) \Z", r"(?! [\d\0])", "clarinet"),
    ("cl", "", _INSTRUMENT, "clarinet"),
    ("fl", "", _INSTRUMENT, "flute"),
    ("ob", "", _INSTRUMENT, "oboe"),
    ("hn", "", "", "horn"),
    ("Assoc", "", r" (?:Prof|Dir|Dean|Ed|Justice|Producer)", "Associate"),
    ("Assoc assoc", "", "", "association"),
    ("Fed", "", " [A-Z]", "Federal"),
    ("App", "", r" (?:Ct|Div|P)\b", "Appellate"),
    ("Proc", "", " [A-Z]", "Proceedings"),
    ("Const", "", r" (?:art|amend|Art|Amend)\b", "Constitution"),
    ("Const", "", " [A-Z]", "Constable"),
    ("Comm", "", " [A-Z]", "Commissioner"),
    ("J", "", r" (?:Am|Appl|Biol|Chem|Phys|Med|Exp|Clin|Econ|Math|Neurosci|Acoust|Mol|Cell|Org)\.", "Journal"),
    ("Vol vol", "", r"(?! [\d\0])", "volume"),
    ("tabs", _AFTER_NUMBER, "", "tablets"),
    ("tab", _AFTER_NUMBER, "", "tablet"),
    ("caps", _AFTER_NUMBER, "", "capsules"),
    ("cap", _AFTER_NUMBER, "", "capsule"),
    ("Del", "", r" [A-Z]|,|\Z", "Delaware"),
    *(
        (short, _AFTER_PLACE, "", name)
        for short, name in {
            "Ill": "Illinois", "Ind": "Indiana", "Wash": "Washington", "Ore": "Oregon", "Miss": "Mississippi",
            "Me": "Maine", "Pa": "Pennsylvania", "La": "Louisiana", "Cal": "California", "Mo": "Missouri",
            "Md": "Maryland", "Va": "Virginia", "Ga": "Georgia", "Ky": "Kentucky", "Vt": "Vermont", "Ark": "Arkansas",
            "Mont": "Montana", "Kan": "Kansas", "Neb": "Nebraska", "Nev": "Nevada", "Ia": "Iowa", "Ut": "Utah",
            "Beds": "Bedfordshire", "Berks": "Berkshire", "Bucks": "Buckinghamshire", "Yorks": "Yorkshire",
        }.items()
    ),
    ("fl", r"\d(?:st|nd|rd|th) \Z|\0 \Z", r"(?! (?:oz|dr))", "floor"),
    ("rm", "", "", "room"),
    ("deg", _AFTER_NUMBER, "", "degrees"),
    ("exp", r"\b(?:yrs?\.?|years?'?|months?) \Z|\0 \Z", "", "experience"),
    ("No no", "", r" of [a-z]", "number"),
    ("No no", _OF_A_NUMBER, _PREDICATE, "number"),
    ("Pop pop", "", _SIZE, "population"),
    ("Adm adm", "", r":? (?:[$£€\d\0]|free\b)", "admission"),
    ("Rev rev", "", r" (?:grew|fell|rose|dropped|beat|missed|was up|was down|growth|per (?:share|user))\b", "revenue"),
    ("Pt pt", "", r" (?:c/o|denies|denied|presents|presented|complains|complained|admitted)\b", "patient"),
    ("ea", "", "", "each"),
    ("pk", "", r" of (?:[\d\0]|a |two|three|four|six|eight|ten|twelve)", "pack"),
    ("sz Sz", "", r" (?:[A-Z\d\0]|small|medium|large)", "size"),
    ("hdbk hbk Hdbk", "", "", "hardback"),
    ("pbk Pbk", "", "", "paperback"),
    ("pp", _AFTER_NUMBER, "", "pages"),
    ("Alt alt", "", _SIZE, "altitude"),
    ("Elev elev", "", _SIZE, "elevation"),
    *(
        (short, "", r" by\b", said)
        for short, said in {
            "Ed ed": "edited", "Trans trans Transl transl Tr tr": "translated", "Comp comp": "compiled",
            "Illus illus Ill ill": "illustrated", "Rev rev": "revised", "Publ publ Pub pub": "published",
            "Prod prod": "produced", "Dir dir": "directed", "Perf perf": "performed", "Distrib distrib": "distributed",
        }.items()
    ),
    ("lbs", "", "", "pounds"),
    ("co", "", r" [a-z]", "company"),
    ("mvt mvmt", "", "", "movement"),
    ("Est", "", " [A-Z]", "Estimated"),
    ("Hon", "", " [A-Z]", "Honorable"),
)  # fmt: skip
_FAR = 40


@cache
def _readings() -> dict[str, list[tuple[re.Pattern[str], re.Pattern[str], str]]]:
    """Return for each abbreviation the compiled patterns and the words, in the order of the table."""
    result: dict[str, list[tuple[re.Pattern[str], re.Pattern[str], str]]] = {}
    for written, before, after, spoken in _TABLE:
        for each in written.split():
            result.setdefault(each, []).append((re.compile(before), re.compile(after), spoken))
    return result


def _ambiguous(match: re.Match[str], _: Context) -> str | None:
    """Read "9th Cir." and "Oak Cir." by what is around them."""
    before = match.string[max(0, match.start() - _FAR) : match.start()]
    following = match.string[match.end() : match.end() + _FAR]
    for text_before, text_after, spoken in _readings()[match["word"]]:
        if text_before.search(before) and text_after.match(following):
            return keep_stop(match, spoken)
    return None


RULES = (
    Rule(
        rf"(?<![\w.'])(?P<word>{alternatives({each for line in _TABLE for each in line[0].split()})})\.(?!\w)",
        _ambiguous,
        ".",
    ),
)
