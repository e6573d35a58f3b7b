"""Reads titles, abbreviations, Roman numerals, letters with full stops, and words in camelCase."""

import re
from typing import TypeVar

from . import ambiguous_abbreviations, broken_words, capitals, letter_a, roman_numerals, words
from .abbreviation_tables import PHRASES, SPOKEN
from .abbreviations import belongs_to_abbreviation, is_abbreviation
from .internet_addresses import split_compound
from .rules import Context, Rule, alternatives, first_words, keep_stop
from .tables import (
    ABBREVIATIONS,
    ALWAYS_TITLES,
    BEFORE_NUMBERS,
    SAID_OTHERWISE,
    SAINTS,
    TITLES,
)

_Spoken = TypeVar("_Spoken")


def _with_capitals(table: dict[str, _Spoken], *, stop: str = "") -> dict[str, _Spoken]:
    """Return a table with its forms of three and more letters also in capitals throughout."""
    in_capitals = {
        written.upper(): spoken
        for written, spoken in table.items()
        if written.endswith(stop) and len(written.rstrip(".")) > 1 and written.rstrip(".").isalpha()
    }
    return {**in_capitals, **table}


_ABBREVIATIONS = _with_capitals({**SPOKEN, **ABBREVIATIONS}, stop=".")
_TITLES = _with_capitals(TITLES)
_BEFORE_NUMBERS = _with_capitals(BEFORE_NUMBERS)
_PHRASES = {written.replace("_", " "): spoken for written, spoken in PHRASES.items()}
_FUNCTION_WORDS = frozenset(
    ("in", "at", "of", "to", "from", "by", "the", "near", "and", "on", "a", "with", "for", "as", "is", "was")
)


def _word_before(match: re.Match[str]) -> str:
    """Return the word before a match, with its punctuation; empty if there is none."""
    before = match.string[max(0, match.start() - 40) : match.start()].split()
    return before[-1] if before else ""


def _title(match: re.Match[str], _: Context) -> str | None:
    """Read a title, unless it is a street ("Main St") or follows a name ("John Sr")."""
    title = match["title"]
    spoken = _TITLES[title]
    title = title.capitalize()
    if title in ("St", "Sr") and _follows_name(match, title) and not _is_saint(match, title):
        return None
    text_before = match.string[max(0, match.start() - 60) : match.start()]
    if title == "Dr" and re.search(r"\d+ (?:[A-Z]\w+ )+$", text_before):
        return None
    return spoken


def _last_title(match: re.Match[str], _: Context) -> str | None:
    """Read the title at the end of a sentence, of a person whose name is not said."""
    return keep_stop(match, _TITLES[match["title"]]) if match["title"] in _TITLES else None


def _intravenous(_: re.Match[str], __: Context) -> str:
    """Read IV by its letters where it is no number: "an IV drip"."""
    return "I V"


def _follows_name(match: re.Match[str], title: str) -> bool:
    before = _word_before(match)
    is_name = before[:1].isupper() and before.lower() not in _FUNCTION_WORDS and before[-1].isalpha()
    # The first word of a text is written with a capital whether it is a name or not.
    return is_name and (match.start() - len(before) > 1 or title == "Sr")


def _is_saint(match: re.Match[str], title: str) -> bool:
    rest = match.string[match.end("it") : match.end("it") + 20]
    return title == "St" and bool(re.match(rf" (?:{SAINTS})", rest))


def _always_title(match: re.Match[str], _: Context) -> str:
    """Read "Mr" as "Mister"."""
    return ALWAYS_TITLES[match["title"]]


def _title_in_capitals(match: re.Match[str], context: Context) -> str | None:
    """Read "MRS. BENNET", and "MR DARCY" where it is no scan: among other words in capitals."""
    if not match["stop"]:
        name_follows = re.match(r" [A-Z]{2,}", match.string[match.end() : match.end() + 4])
        if not name_follows or not capitals.is_shouted(match, context):
            return None
    return ALWAYS_TITLES[match["title"].capitalize()]


def _abbreviation(match: re.Match[str], _: Context) -> str | None:
    """Read "etc." as "et cetera". "v." is "versus" only after a word with a capital letter."""
    written = match["it"]
    if written == "v." and not (_word_before(match)[:1].isupper()):
        return None
    return keep_stop(match, _ABBREVIATIONS[written])


def _phrase(match: re.Match[str], _: Context) -> str:
    """Read several abbreviations that have a name of their own: "Fed. R. Civ. P."."""
    return keep_stop(match, _PHRASES[match[0]])


def _silent_stop(match: re.Match[str], context: Context) -> str | None:
    """Read the full stop of an abbreviation as nothing, where the sentence goes on: it would be heard as a pause."""
    stop = match.start()
    if belongs_to_abbreviation(context.text, 0, stop, match.end()):
        return ""
    following = context.text[match.end() : match.end() + 2].lstrip()
    word = context.text[max(0, stop - 20) : stop].split()[-1:]
    return "" if following.islower() and word and is_abbreviation(word[0].lstrip("(“'")) else None


def _between_times(match: re.Match[str], context: Context) -> str | None:
    """Read the dash of "9 a.m. – 5 p.m."."""
    before = context.text[max(0, match.start() - 5) : match.start()]
    following = context.text[match.end() : match.end() + 12]
    return "to" if _ENDS_TIME.search(before) and _BEGINS_TIME.match(following) else None


def _before_number(match: re.Match[str], _: Context) -> str:
    """Read "No." in "No. 5" as "number"."""
    return _BEFORE_NUMBERS[match["name"]][0]


def _dotted_letters(match: re.Match[str], _: Context) -> str:
    """Read letters with full stops by their names: "U.S.A."."""
    spelt = words.letters(match["letters"].replace(".", ""))
    return keep_stop(match, spelt + (match["s"] or ""))


def _degree(match: re.Match[str], _: Context) -> str:
    """Read an academic degree by its letters: "Ph.D."."""
    return keep_stop(match, words.letters(re.sub(r"\W", "", match[0])))


def _initial(match: re.Match[str], _: Context) -> str:
    """Read an initial before a name as the name of its letter: "J. Smith"."""
    return match["it"][0]


def _joined_by_ampersand(match: re.Match[str], _: Context) -> str:
    """Read AT&T and R&D."""
    return " and ".join(words.letters(side) for side in match[0].split("&"))


def _mixed_case(match: re.Match[str], context: Context) -> str | None:
    """Read a word such as "iPhone" or "openAI" in its parts; "McDonald" is left to the dictionary."""
    written = match[0]
    if written in SAID_OTHERWISE:
        return SAID_OTHERWISE[written]
    if context.is_word(written) or context.is_word(written.lower()):
        return None
    if re.match(r"(?:Mc|Mac|O'|De|Di|La|Le|Van|Fitz)[A-Z][a-z]+$", written):
        return None
    if re.match(r"[a-z][A-Z][a-z]", written):
        return f"{written[0].upper()} {split_compound(written[1:], context).lower()}"
    return split_compound(written, context)


def _have(match: re.Match[str], _: Context) -> str:
    """Read the second short form of "who'd've" and "couldn't've", which no dictionary has."""
    return f"{match['first']} have"


_ENDS_TIME = re.compile(r"(?i:[ap]\.?m\.?)\Z")
_BEGINS_TIME = re.compile(r"\d{1,2}(?:[:.]\d\d)? ?(?i:[ap]\.?m|noon)|noon|midnight")
_NAME_NEXT = r"(?= ?(?:[A-Z]|\0)| (?:and|&) \0)"

# Applied before the words and sounds that people write in messages: "arr. 10:50" is no pirate, "(ZITH ur)" not yours.
EARLY_RULES = (
    Rule(
        r"(?<!\w)IV(?= (?:drips?|fluids?|lines?|bags?|poles?|therapy|access|catheters?|antibiotics?|infusions?"
        r"|push|bolus|q\d)\b)|(?<=\b[Aa]n )IV(?![\w.])",
        _intravenous,
        "I",
    ),
    Rule(rf"(?<![\w.])(?:{alternatives(_PHRASES)})(?!\w)", _phrase, "."),
    *ambiguous_abbreviations.RULES,
    *capitals.RESPELLINGS,
)

RULES = (
    *broken_words.RULES,
    *capitals.EARLY_RULES,
    *letter_a.RULES,
    Rule(r"(?<=\0)(?P<it> ?[–-] ?)(?=[\0nm])", _between_times, "–-"),
    Rule(
        rf"(?<!\w)(?P<it>(?P<title>{alternatives(ALWAYS_TITLES)})\b\.?)(?!\w)",
        _always_title,
        "MD",
    ),
    Rule(
        r"(?<!\w)(?P<it>(?P<title>MR|MRS|MS|MX|MESSRS|MME|MLLE|DRS)(?P<stop>\.)?)(?=\W)",
        _title_in_capitals,
        "MD",
    ),
    Rule(rf"(?<!\w)(?P<it>(?P<title>{alternatives(_TITLES)})\.){_NAME_NEXT}", _title, "."),
    # "He rose to Sgt."
    Rule(
        r"(?<!\w)(?P<it>(?P<title>Sgt|Capt|Lt|Col|Maj|Gen|Cpl|Cmdr|Prof|Gov|Sen|Insp|Supt)\.)(?=[\"”’)]*$)",
        _last_title,
        ".",
    ),
    Rule(r"(?<!\w)(?P<it>(?P<title>Dr|Prof|Lt|Col|Gen|Capt|Sgt|St|Mt))(?= [A-Z][a-z])", _title),
    Rule(
        rf"(?<!\w)(?P<it>(?P<name>{alternatives(_BEFORE_NUMBERS)})"
        r"(?:\.|(?<=pp)|(?<=pg)|(?<=№)|(?<=ol)|(?<=ig)|(?<=Rm)|(?<=Apt)))"
        r" ?(?=[\d\0]|[IVXL]{2,}\b|[ivx]{2,}\b|[A-Z]{1,4}-?\d)",
        _before_number,
    ),
    Rule(
        r"(?<!\w)(?P<it>(?P<name>Figs?|Exh?|App|Pt|Ch|Sec|Vol|Apt|Rm|Sched|Eqs?|Tab|Tbl|Art|Div|Cat|[Cc]l|[Pp]ara|figs?)\.)"
        r" ?(?=[A-HJ-Z]\b(?!['’]|\. ?[A-Z]))",
        _before_number,
        ".",
    ),
    Rule(
        rf"(?<![\w.])(?P<it>{alternatives(_ABBREVIATIONS)})(?!\w|\.\w)",
        _abbreviation,
        words=first_words(_ABBREVIATIONS),
    ),
    Rule(
        r"(?<![\w.])(?:Ph\.?D\.|B\.?Sc\.|M\.?Sc\.|B\.A\.|M\.A\.|M\.D\.|Ed\.D\.)",
        _degree,
        ".",
    ),
    Rule(
        r"(?<![\w.])(?P<letters>(?:[A-Za-z]\.){2,}(?:[A-Za-z](?![\w.]))?)(?P<s>'?s\b)?(?!\w)",
        _dotted_letters,
        ".",
    ),
    Rule(r"(?<![\w&])[A-Z]{1,3}(?:&[A-Z]{1,3})+(?![\w&])", _joined_by_ampersand, "&"),
    Rule(r"(?<![\w.'])(?P<it>[A-Z]\.)(?= ?[A-Z])", _initial, "."),
    *roman_numerals.RULES,
)

# Applied after the codes, which have capitals too.
CAPITALS_RULES = (
    *capitals.RULES,
    Rule(r"(?<![\w'])(?P<first>[A-Za-z]{1,12}(?:'[a-z]{1,4}){1,2})'ve(?![\w'])", _have, "'"),
    Rule(
        r"(?<!\w)(?:[a-z]+[A-Z]|[A-Z]+[a-z']+[A-Z]|[A-Z]{2,}[a-z]+)[A-Za-z]*(?!\w)",
        _mixed_case,
    ),
)

# Applied after all others, which read abbreviations with their full stops.
LAST_RULES = (Rule(r"(?<=[\w\0])\.(?=[”\")]{0,2} +[^\s.])", _silent_stop, "."),)
