"""Reads references: verses of the Bible, sections of laws, and numbers with zeros before them."""

import re
import string

from . import words
from .bible_books import BOOKS, CERTAIN, CHAPTERS, NUMBERED, RANKS
from .rules import Context, Rule, Sound, alternatives, text_after, text_before

# Things whose number may be written with zeros before it, as in the names of files: "Chapter 01".
_NUMBERED_THINGS = (
    r"chapters?|ch\.?|days?|parts?|sections?|lessons?|levels?|tracks?|seasons?|episodes?|ep\.?|steps?|units?"
    r"|volumes?|vol\.?"
    r"|pages?|weeks?|modules?|acts?|scenes?|rounds?|games?|stages?|phases?|exercises?|questions?|figures?|fig\.?"
    r"|tables?"
    r"|items?|books?|issues?|appendix|slides?|notes?|sessions?|tests?|tasks?|teams?|groups?|class|grades?|years?"
    r"|months?"
    r"|stops?|songs?|sides?|discs?|disks?|problems?|examples?|verses?|columns?|rows?|chapitre|tip|rule|rules"
    r"|recipe|week"
    r"|sample|version|article|station|zone|area|district|ward|sheet|photo|image|video|clip|take|lap|heat|race|level"
)

_NO_TIME_BEFORE = re.compile(
    r"(?i)\b(?:with|meet|meeting|call|see|ask|tell|at|until|by|from|email|text|join|for|and|to) $"
)
_HALF_OF_DAY = re.compile(r"(?i) ?(?:[ap]\.?m\b|o'clock|hrs?\b|hours\b|[ecmp][sd]?t\b|gmt|utc)")
_VERSES = r"\d{1,3}(?:[ab]|ff?\.?(?!\w))?(?: ?[-–—] ?\d{1,3}(?:[:.]\d{1,3})?[ab]?)?"
_CHAPTER_AND_VERSES = rf"\d{{1,3}}[:.]{_VERSES}(?:, ?(?!\d+[:.]){_VERSES}(?![\w:]))*"
_MORE = rf"(?:[;,] ?{_CHAPTER_AND_VERSES})*"
_BOOK = alternatives(BOOKS)
_RANK = alternatives(RANKS)


def _verses(match: re.Match[str], _: Context) -> str | None:
    """Read "Matthew 5:3-12" as "Matthew five three to twelve".

    A name that is also one of a person is a book only if it has so many chapters and no time of day is meant.
    """
    book = BOOKS[match["book"]]
    numbers = match["numbers"]
    separator = ":" if ":" in numbers else "."
    if separator == "." and not (match["stop"] or match["rank"] or match["book"] != book):
        # "Job 3.5" may be a number.
        return None
    if int(re.match(r"\d+", numbers)[0]) > CHAPTERS.get(book, 8) or _is_time(match, book):  # type: ignore[index]
        return None
    return f"{_name(match, book)} {_spoken_numbers(numbers)}"


def _is_time(match: re.Match[str], book: str) -> bool:
    """Tell whether "Mark 2:30 pm" or "meet John 5:30" has a time of day."""
    if _HALF_OF_DAY.match(text_after(match, 10)):
        return True
    is_person = match["book"] == book and not match["rank"] and book in _PEOPLE
    return (
        is_person
        and bool(_NO_TIME_BEFORE.search(text_before(match, 12)))
        and bool(re.fullmatch(r"\d{1,2}:[0-5][05]", match["numbers"]))
    )


_PEOPLE = frozenset(
    [
        "Joshua",
        "Ruth",
        "Samuel",
        "Ezra",
        "Esther",
        "Job",
        "Daniel",
        "Joel",
        "Amos",
        "Jonah",
        "Micah",
        "Matthew",
        "Mark",
        "Luke",
        "John",
        "Timothy",
        "Titus",
        "James",
        "Peter",
        "Jude",
        "Judith",
    ]
)


def _name(match: re.Match[str], book: str) -> str:
    """Read the name of a book and its number: "1 Cor." as "First Corinthians"."""
    if not match["rank"]:
        return book
    return f"{RANKS[match['rank']]} {book}"


def _spoken_numbers(numbers: str) -> str:
    """Read "6:9, 14; 7:1-3": chapters and verses as numbers, the dash as "to"."""
    spoken = re.sub(r"[-–—]", " to ", numbers)
    spoken = re.sub(r"[:.]", " ", spoken)
    spoken = re.sub(r"(?<=\d)ff?\b\.?", " and following", spoken)
    spoken = re.sub(r"(?<=\d)([ab])\b", lambda letter: f" {letter[1].upper()} ", spoken)
    spoken = re.sub(r"\d+", lambda number: words.cardinal(number[0].lstrip("0") or "0"), spoken)
    return " ".join(spoken.replace(" ,", ",").replace(" ;", ";").split())


def _chapter_of_book(match: re.Match[str], _: Context) -> str:
    """Read "Rom 12" and "Ps. 23"."""
    return f"{_name(match, BOOKS[match['book'].rstrip('.')])} {_spoken_numbers(match['chapter'])}"


def _book_of_several(match: re.Match[str], _: Context) -> str | None:
    """Read "1 Corinthians" and "2 Kings" without a chapter."""
    book = BOOKS[match["book"]]
    return f"{RANKS[match['rank']]} {book}" if book in NUMBERED else None


def _without_zeros(match: re.Match[str], _: Context) -> str:
    """Read "Chapter 01" as "chapter one"."""
    return words.cardinal(str(int(match["it"])))


def _episode(match: re.Match[str], _: Context) -> str:
    """Read "S02E09" as "season two episode nine"."""
    return f"season {words.cardinal(str(int(match[1])))} episode {words.cardinal(str(int(match[2])))}"


def _plan(match: re.Match[str], _: Context) -> str:
    """Read "401(k)" and "501(c)(3)", plans and exemptions that are called by their paragraph."""
    number = words.cardinal(match[3]) if match[3] else ""
    return f"{words.code_number(match[1])} {match[2].upper()} {number}".strip()


def _sections(match: re.Match[str], _: Context) -> str:
    """Read "§§" and "¶¶" in the plural."""
    return "sections" if match[0][0] == "§" else "paragraphs"


def _name_of_job(_: re.Match[str], __: Context) -> Sound:
    """Read the name of the book of Job, which is written as the word for work is."""
    return Sound("Job", "ʤˈOb")


def _verses_of_job(match: re.Match[str], _: Context) -> str | None:
    """Read the chapter and the verses after "Job"."""
    chapter = int(match["it"].split(":")[0])
    return None if chapter > CHAPTERS["Job"] else _spoken_numbers(match["it"])


# Applied before the dates and times: "John 3:16" is no time of day.
EARLY_RULES = (
    Rule(
        rf"(?<![\w.])Job (?P<it>\d{{1,2}}:{_VERSES}(?:[,;] ?{_VERSES})*)(?![\w:]| ?[ap]\.?m)",
        _verses_of_job,
        ":",
    ),
    Rule(r"(?:(?<=[Bb]ook of )|(?<!\w))(?P<it>Job)(?:(?<=ook of Job)|(?= \0\0))", _name_of_job, "J"),
    Rule(
        rf"(?<![\w.])(?:(?P<rank>{_RANK}) ?)?(?P<book>{_BOOK})(?P<stop>\.)? "
        rf"(?P<numbers>{_CHAPTER_AND_VERSES}{_MORE})(?![\w:])",
        _verses,
        ":.",
    ),
    Rule(
        rf"(?<![\w.])(?:(?P<rank>{_RANK}) )?(?P<book>{alternatives(CERTAIN)}) (?P<chapter>\d{{1,3}}"
        rf"(?: ?[-–] ?\d{{1,3}})?)(?![\w:%/]"
        rf"|[.,]\d)",
        _chapter_of_book,
        string.digits,
    ),
    Rule(
        r"(?<![\w.,])(?P<rank>[1-4]) (?P<book>Samuel|Kings|Chronicles|Corinthians|Thessalonians|Timothy|Peter"
        r"|Maccabees|John(?= \d))(?!\w)",
        _book_of_several,
        string.digits,
    ),
)

# Applied before the telephone numbers and codes, which read the zeros.
RULES = (
    Rule(
        rf"(?i:\b(?:{_NUMBERED_THINGS})) (?:#|no\. ?)?(?P<it>0+\d{{1,3}})(?![\w/]|[.,:-]\d)",
        _without_zeros,
        "0",
    ),
    Rule(r"(?<!\w)[Ss](\d{1,2}) ?[Ee](\d{1,3})(?!\w)", _episode, string.digits),
    Rule(r"(?<![\w.])([45]\d\d)\(([a-z])\)(?:\((\d{1,2})\))?", _plan, "("),
    Rule(r"§ ?§|¶ ?¶", _sections, "§¶"),
)
