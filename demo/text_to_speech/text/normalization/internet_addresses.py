"""Reads e-mail addresses, URLs, file names, account names, hashtags, versions and telephone numbers."""

import re
import string

from ..word_sets import word_set
from . import words
from .address_tables import ADDRESS_SIGNS, FILE_ENDINGS, READ_FILE_ENDINGS, TOP_LEVEL_LETTERS, TOP_LEVEL_WORDS
from .rules import Context, Rule, alternatives
from .tables import ABBREVIATIONS

# The parts in which an address is read: a word, a row of capitals, a number, or one sign.
_PART = re.compile(r"[A-Z]?[a-z']+|[A-Z]+(?![a-z])|\d+|[^\W\d_]+|.", re.DOTALL)
_BESIDE_DIGITS = {"x": "extension", "ext": "extension", "*": "star", "#": "pound"}
_SCHEME = re.compile(r"(?i)(https?|s?ftps?|ssh|git|file|wss?|s3|irc|ldaps?|smb|telnet)://")
_SPOKEN_SCHEMES = {"git": "git", "file": "file"}


def read_address(text: str, context: Context) -> str:
    """Read an address part by part: words as words, signs by name, consonant clusters and endings by letter."""
    spoken = []
    scheme = _SCHEME.match(text)
    if scheme:
        spoken.append(_SPOKEN_SCHEMES.get(scheme[1].lower(), words.letters(scheme[1])) + ",")
        text = text[scheme.end() :]
    before = ""
    for part in _PART.findall(text):
        spoken.append(_read_part(part, before, context))
        before = part
    return " ".join(spoken)


def _read_part(part: str, before: str, context: Context) -> str:
    """Read one part of an address; `before` is the part that precedes it."""
    low = part.lower()
    if part.isdecimal():
        return words.digits(part) if 2 < len(part) <= words.LARGEST else words.code_number(part)
    if not part[0].isalpha():
        return ADDRESS_SIGNS.get(part, part)
    if before == "." and low in READ_FILE_ENDINGS:
        return READ_FILE_ENDINGS[low]
    if low == "www" or (before == "." and low in TOP_LEVEL_LETTERS | FILE_ENDINGS and low != "co"):
        return words.letters(part)
    if before == "." and low in (*TOP_LEVEL_WORDS, "co"):
        return low
    is_spelt = len(part) == 1 or not set(low) & set("aeiouy") or (len(part) < 3 and not context.is_word(low))
    return words.letters(part) if is_spelt else low


def _address(match: re.Match[str], context: Context) -> str:
    return read_address(match[0], context)


def split_compound(text: str, context: Context) -> str:
    """Read several words written without spaces, as in hashtags: "openAIModels2" as "open A I models two"."""
    spoken = []
    for part in re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-zß-öø-ÿ']+|[A-Z]+s?|\d+|[^\W\d_]+", text):
        if part.isdecimal():
            spoken.append(words.spoken_integer(part))
        elif part.isupper() and len(part) > 1:
            is_word = len(part) > 3 and context.is_word(part.lower())
            spoken.append(part.lower() if is_word else words.letters(part))
        else:
            spoken.append(part)
    return " ".join(spoken)


def _hashtag(match: re.Match[str], context: Context) -> str:
    """Read "#openAI" as "hashtag open A I"."""
    return f"hashtag {split_compound(match[1], context)}"


def _handle(match: re.Match[str], context: Context) -> str:
    """Read the name of an account: "@name"."""
    return f"at {read_address(match[1], context)}"


# Words that begin a sentence or go on with it, where its space was left out: "the end.but then".
_CLOSED_WORDS = word_set(
    """
    a also and are as at because but can did do for from had has have he her here his how however if in is it its just
    let maybe me more my no not now of on one or our please she since so some thanks that the their them then there
    these they this those to today very was we well were what when where which while who why will with yes yet you your
    """
)


def _unknown_ending(match: re.Match[str], context: Context) -> str | None:
    """Read "shop.qqq": small letters around a full stop are an address, unless a space was left out ("end.next")."""
    host, ending = match["host"], match["ending"]
    parts = host.split(".")
    is_sentence = ending in _CLOSED_WORDS and context.is_word(parts[-1]) and not match["rest"]
    if is_sentence or any(len(part) < 2 for part in parts) or {f"{host}.", ending} & ABBREVIATIONS.keys():
        return None
    address = read_address(f"{host}.", context)
    is_spelt = len(ending) < 4 and not (context.is_word(ending) and len(ending) > 2)
    spoken = words.letters(ending) if is_spelt else ending
    rest = f" {read_address(match['rest'], context)}" if match["rest"] else ""
    return f"{address} {spoken}{rest}"


def _file_name(match: re.Match[str], context: Context) -> str | None:
    """Read a name with an extension of the table: "notes.txt"."""
    return read_address(match[0], context) if match[1].lower() in FILE_ENDINGS else None


def _version(match: re.Match[str], _: Context) -> str | None:
    """Read "v2.1", "Python 3.11" or "1.2.3"."""
    numbers = match[2].split(".")
    name = {"v": "version", "V": "version", "iOS": "I O S", "macOS": "mac O S"}.get(
        match[1] or "", match[1] or ""
    )
    if not name and len(numbers) < 3:
        return None
    return f"{name} {' point '.join(words.cardinal(number) for number in numbers)}".strip()


def _ip_address(match: re.Match[str], _: Context) -> str:
    """Read "192.168.0.1" digit by digit."""
    return " dot ".join(words.digits(number) for number in match[0].split("."))


def _ip6_address(match: re.Match[str], _: Context) -> str | None:
    """Read "fe80::1" character by character, with its colons."""
    if not any(map(str.isalnum, match[0])):
        return None
    names = {":": "colon"}
    return " ".join(names.get(c) or (words.digits(c) if c.isdecimal() else c.upper()) for c in match[0])


def _port(match: re.Match[str], _: Context) -> str:
    """Read the port after an address: ":8080"."""
    return f"colon {words.digits(match[0][1:])}"


def _extension(match: re.Match[str], _: Context) -> str:
    """Read the extension after a telephone number: "x12"."""
    return f"extension {words.digits(match[1])}"


def _vanity(match: re.Match[str], _: Context) -> str:
    """Read "1-800-FLOWERS" and "1-800-GO-4-PIZZA": digits one by one, letters as words if they can be."""
    spoken = []
    for number, group in enumerate(re.findall(r"\d+|[A-Z]+", match[0])):
        if group == "800" and number < 2:
            spoken.append("eight hundred,")
        elif group.isdecimal():
            spoken.append(words.digits(group))
        else:
            is_spelt = not set(group) & set("AEIOUY") or len(group) < 2
            spoken.append(words.letters(group) if is_spelt else group.lower())
    return " ".join(spoken)


def _telephone(match: re.Match[str], _: Context) -> str:
    return read_telephone(match[0])


def read_telephone(text: str) -> str:
    """Read a telephone number digit by digit, with a breath between its groups; letters are read as words."""
    spoken = ["plus"] if "+" in text else []
    for number, group in enumerate(re.findall(r"\d+|[^\W\d_]+|[*#]", text)):
        # 800 is the code of free calls, alone or after the country's 1.
        if group == "800" and number < 2:
            spoken.append("eight hundred,")
        elif group.isdecimal():
            spoken.append(f"{words.digits(group)},")
        else:
            spoken.append(_BESIDE_DIGITS.get(group.lower(), group.lower()))
    return " ".join(spoken).rstrip(",")


_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+"
_TOP = alternatives(TOP_LEVEL_WORDS | TOP_LEVEL_LETTERS)
_REST = r"(?::\d+)?(?:[/?#][^\s“”()<>\0]*[^\s“”()<>.,;:!?'\0])?/?"
_GROUP = r"[ .-]"

# Applied before the dates: "2024-01-05.pdf" and "#may5" have no date to read.
EARLY_RULES = (
    Rule(
        r"(?<![\w.+%-])\w[\w.+%'&-]{0,63}(?<!\.)@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}(?![\w@])"
        r"(?:/[^\s“”()<>\0]*[^\s“”()<>.,;:!?'\0])?",
        _address,
        "@",
    ),
    Rule(
        r"(?i)(?<!\w)(?:https?|s?ftps?|ssh|git|file|wss?|s3|irc|ldaps?|smb"
        r"|telnet)://[^\s“”()<>\0]*[^\s“”()<>.,;:!?'\0]/?",
        _address,
        ":",
    ),
    Rule(rf"(?<![\w.@/-])(?:www\.[\w.-]+\w|{_HOST}(?:{_TOP})(?![\w.]\w|\w)){_REST}", _address, "."),
    Rule(
        r"(?<![\w.])(?=[\w-]*[A-Za-z])[\w-]{1,40}(?:\.[\w-]{1,40})*?\.(\w{1,5})(?![\w])(?!\.\w)",
        _file_name,
        ".",
    ),
    Rule(
        r"(?<![\w.@/'-])(?P<host>[a-z][a-z0-9-]{0,40}(?:\.[a-z0-9-]{1,40}){0,2})\.(?P<ending>[a-z]{2,12})"
        r"(?P<rest>/[^\s“”()<>\0]*[^\s“”()<>.,;:!?'\0])?(?![\w.'-]\w|\w)",
        _unknown_ending,
        ".",
    ),
    Rule(r"(?<![\w&])#(?![A-Z]{1,4}-?\d)(\d*[^\W\d_]\w*)", _hashtag, "#"),
)

# Applied after the dates, which have digits and hyphens as telephone numbers have.
RULES = (
    Rule(r"(?<![\w.])@(\w[\w.]*\w)", _handle, "@"),
    Rule(
        rf"(?<![\w.,/-])(?:\+?\d{{1,3}}{_GROUP})?(?:\(\d{{3}}\)[ -]?|\d{{3}}{_GROUP})\d{{3}}{_GROUP}\d{{4}}"
        rf"(?:-\d{{1,4}})?(?![\w-])"
        r"|(?<![\w.,/-])\d{3}-\d{4}(?![\w-])"
        r"|(?<!\w)\+(?=(?:[ .()-]{0,2}\d){7})\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?![\w-])"
        r"|(?<![\w.,/-])(?:0\d{3}-\d{4,6}|9-1-1)(?![\w-])"
        r"|(?<![\w.,/-])0\d{2,4} \d{3,4} \d{3,4}(?![\w-])"
        r"|(?<![\w.,/-])\d{2,4}(?:-\d{2,4}){2,5}(?![\w-])"
        r"|(?<![\w.,/-])\d{4}(?: \d{4}){3}(?![\w-])",
        _telephone,
        string.digits,
    ),
    Rule(
        r"(?<![\w-])(?:1[-. ])?\(?[2-9]\d\d\)?[-. ](?=(?:[A-Z\d]{1,7}-){0,3}[A-Z]{2})(?:[A-Z]{1,9}|\d{1,4})"
        r"(?:-(?:[A-Z]{1,9}|\d{1,4})){0,3}(?![\w-])",
        _vanity,
        "-",
    ),
    Rule(r"(?<=\0\0) ?(?:x|ext\.?) ?(\d{1,5})(?!\w)", _extension, "xe"),
    Rule(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\d|\w)", _ip_address, "."),
    Rule(
        r"(?i)(?<![\w:])(?=[\da-f:]{0,45}::|(?:[\da-f]{1,4}:){7})(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}(?![\w:])",
        _ip6_address,
        ":",
    ),
    Rule(r"(?:(?<=localhost)|(?<=\0)):\d{2,5}(?![\w:]|[.,]\d)", _port, ":"),
    Rule(
        r"(?<![\w.])(?:(version|Version|Python|Ubuntu|iOS|Android|macOS|release|[vV](?=\d)) ?)?"
        r"(?<![\d.])(\d+(?:\.\d+){2,}|(?<=[a-zA-Z] )\d+\.\d+|(?<=v)\d+(?:\.\d+)*|(?<=V)\d+(?:\.\d+)+)(?![\w]|\.\d)",
        _version,
        string.digits,
    ),
)
