"""E-mail addresses, URLs, file names, names of accounts, hashtags, versions, telephone numbers."""

import re

from . import words
from .address_tables import ADDRESS_SIGNS, FILE_ENDINGS, READ_FILE_ENDINGS, TOP_LEVEL_LETTERS, TOP_LEVEL_WORDS
from .rules import DIGITS, Context, Rule

_PART = re.compile(r"[A-Z]?[a-z']+|[A-Z]+(?![a-z])|\d+|[^\W\d_]+|.", re.DOTALL)
_BESIDE_DIGITS = {"x": "extension", "ext": "extension", "*": "star", "#": "pound"}
_SCHEME = re.compile(r"(?i)(https?|ftp)://")


def read_address(text: str, context: Context) -> str:
    """Read an address sign by sign: words as words, clusters of consonants and endings by their letters."""
    said = []
    scheme = _SCHEME.match(text)
    if scheme:
        said.append(words.letters(scheme[1]) + ",")
        text = text[scheme.end() :]
    before = ""
    for part in _PART.findall(text):
        said.append(_read_part(part, before, context))
        before = part
    return " ".join(said)


def _read_part(part: str, before: str, context: Context) -> str:
    low = part.lower()
    if part.isdecimal():
        return words.code_number(part)
    if not part[0].isalpha():
        return ADDRESS_SIGNS.get(part, part)
    if before == "." and low in READ_FILE_ENDINGS:
        return READ_FILE_ENDINGS[low]
    if low == "www" or (before == "." and low in TOP_LEVEL_LETTERS | FILE_ENDINGS and low != "co"):
        return words.letters(part)
    if before == "." and low in (*TOP_LEVEL_WORDS, "co"):
        return low
    spelt = not set(low) & set("aeiouy") or (len(part) < 3 and not context.is_word(low))
    return words.letters(part) if spelt else low


def _address(match: re.Match[str], context: Context) -> str:
    return read_address(match[0], context)


def split_compound(text: str, context: Context) -> str:
    """Read a name written in one, as in hashtags and programs: "openAIModels2" as "open A I models two"."""
    said = []
    for part in re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-zß-öø-ÿ']+|[A-Z]+s?|\d+|[^\W\d_]+", text):
        if part.isdecimal():
            said.append(words.spoken_integer(part))
        elif part.isupper() and len(part) > 1 and not context.is_word(part.lower()):
            said.append(words.letters(part))
        elif part.isupper() and len(part) > 1:
            said.append(part.lower() if len(part) > 3 else words.letters(part))
        else:
            said.append(part)
    return " ".join(said)


def _hashtag(match: re.Match[str], context: Context) -> str:
    return f"hashtag {split_compound(match[1], context)}"


def _handle(match: re.Match[str], context: Context) -> str:
    return f"at {read_address(match[1], context)}"


def _file_name(match: re.Match[str], context: Context) -> str | None:
    return read_address(match[0], context) if match[1].lower() in FILE_ENDINGS else None


def _version(match: re.Match[str], _: Context) -> str | None:
    numbers = match[2].split(".")
    name = {"v": "version", "V": "version", "iOS": "I O S", "macOS": "mac O S"}.get(
        match[1] or "", match[1] or ""
    )
    if not name and len(numbers) < 3:
        return None
    return f"{name} {' point '.join(words.cardinal(number) for number in numbers)}".strip()


def _dotted(match: re.Match[str], _: Context) -> str:
    """Read an IP address."""
    return " dot ".join(words.digits(number) for number in match[0].split("."))


def _port(match: re.Match[str], _: Context) -> str:
    return f"colon {words.digits(match[0][1:])}"


def _extension(match: re.Match[str], _: Context) -> str:
    return f"extension {words.digits(match[1])}"


def _vanity(match: re.Match[str], _: Context) -> str:
    return f"one {'eight hundred' if match[1] == '800' else words.digits(match[1])}, {match[2].lower()}"


def _telephone(match: re.Match[str], _: Context) -> str:
    return read_telephone(match[0])


def read_telephone(text: str) -> str:
    """Read digits one by one, with a breath between the groups they are written in; letters are words."""
    said = ["plus"] if "+" in text else []
    for place, group in enumerate(re.findall(r"\d+|[^\W\d_]+|[*#]", text)):
        if group == "800" and place < 2:
            said.append("eight hundred,")
        elif group.isdecimal():
            said.append(f"{words.digits(group)},")
        else:
            said.append(_BESIDE_DIGITS.get(group.lower(), group.lower()))
    return " ".join(said).rstrip(",")


_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+"
_TOP = "|".join(sorted(TOP_LEVEL_WORDS | TOP_LEVEL_LETTERS, key=len, reverse=True))
_REST = r"(?::\d+)?(?:[/?#][^\s“”()<>\0]*[^\s“”()<>.,;:!?'\0])?/?"
_GROUP = r"[ .-]"

RULES = (
    Rule(
        re.compile(r"(?<![\w.+%-])\w[\w.+%'-]{0,63}(?<!\.)@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}(?![\w@])"),
        _address,
        "@",
    ),
    Rule(re.compile(r"(?i)(?<!\w)(?:https?|ftp)://[^\s“”()<>\0]*[^\s“”()<>.,;:!?'\0]/?"), _address, ":"),
    Rule(
        re.compile(rf"(?<![\w.@/-])(?:www\.[\w.-]+\w|{_HOST}(?:{_TOP})(?![\w.]\w|\w)){_REST}"), _address, "."
    ),
    Rule(
        re.compile(r"(?<![\w.])(?=[\w-]*[A-Za-z])[\w-]{1,40}(?:\.[\w-]{1,40})*?\.(\w{1,5})(?![\w])(?!\.\w)"),
        _file_name,
        ".",
    ),
    Rule(re.compile(r"(?<![\w&])#(\d*[^\W\d_]\w*)"), _hashtag, "#"),
    Rule(re.compile(r"(?<![\w.])@(\w[\w.]*\w)"), _handle, "@"),
    Rule(
        re.compile(
            rf"(?<![\w.,/-])(?:\+?\d{{1,3}}{_GROUP})?(?:\(\d{{3}}\) ?|\d{{3}}{_GROUP})\d{{3}}{_GROUP}\d{{4}}(?![\w-])"
            r"|(?<![\w.,/-])\d{3}-\d{4}(?![\w-])"
            r"|(?<!\w)\+(?=(?:[ .()-]{0,2}\d){7})\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?![\w-])"
            r"|(?<![\w.,/-])0\d{2,4} \d{3,4} \d{3,4}(?![\w-])"
            r"|(?<![\w.,/-])\d{2,4}(?:-\d{2,4}){2,5}(?![\w-])"
            r"|(?<![\w.,/-])\d{4}(?: \d{4}){3}(?![\w-])"
        ),
        _telephone,
        DIGITS,
    ),
    Rule(re.compile(r"(?<=\0\0) ?(?:x|ext\.?) ?(\d{1,5})(?!\w)"), _extension, "xe"),
    Rule(re.compile(r"(?<![\w-])1-(8\d\d)-([A-Z]{4,})(?!\w)"), _vanity, "-"),
    Rule(re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\d|\w)"), _dotted, "."),
    Rule(re.compile(r"(?:(?<=localhost)|(?<=\0)):\d{2,5}(?![\w:]|[.,]\d)"), _port, ":"),
    Rule(
        re.compile(
            r"(?<![\w.])(?:(version|Version|Python|Ubuntu|iOS|Android|macOS|release|[vV](?=\d)) ?)?"
            r"(?<![\d.])(\d+(?:\.\d+){2,}|(?<=[a-zA-Z] )\d+\.\d+|(?<=v)\d+(?:\.\d+)*|(?<=V)\d+(?:\.\d+)+)(?![\w]|\.\d)"
        ),
        _version,
        DIGITS,
    ),
)
