"""Any Unicode string → a string in which the phonemiser finds nothing that it would drop in silence.

hibari's rules are written for English prose: ASCII, accented Latin letters and a few dozen symbols. What else
people paste into a speech program (emoji, other alphabets, full-width letters, fractions, arrows, rows of
dashes) it leaves out without a word, and a number beyond its largest word, or a token of 100,000 characters,
stops it. Each such character is turned here into something that can be read, or is named to the caller.
How numbers, dates, units and abbreviations are read is not decided here.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

MAX_TOKEN = 64  # characters; a longer run without a space is cut before regular expressions go over it
MAX_PARTS = 16  # of a token, as in "a-b/c" or "aBcD"; the phonemiser's time is quadratic in their number
MAX_NUMBER = 15  # digits; a longer number is read digit by digit, as a reader would

# Symbols of one fixed reading; a space where the mark makes no sound of its own.
_SYMBOLS = str.maketrans(
    {
        **dict.fromkeys(map(chr, [*range(32), 127]), " "),
        **dict.fromkeys("„«", "“"),
        **dict.fromkeys("‟»", "”"),
        **dict.fromkeys("‘’‚‛‹›`´′ʹʻʼʽ", "'"),
        **dict.fromkeys("[{⟨〈《【「『", "("),
        **dict.fromkeys("]}⟩〉》】」』", ")"),
        **dict.fromkeys("¿¡™®℠•◦‣⁃·", " "),
        **dict.fromkeys("‐‑", "-"),
        **dict.fromkeys("―⸺⸻", "—"),
        "‒": "–",
        "⁄": "/",
        "−": " minus ",
        "№": " number ",
        "‰": " per mille ",
        "\\": " backslash ",
    }
)
_KNOWN_SYMBOLS = frozenset("–—“”°¢£€¥₹₩§¶±×÷©→µ")  # the phonemiser has words for them
_LAST_LATIN = "\u017f"  # the end of the block Latin Extended-A: the letters of European languages
_DRAWINGS = range(0x2500, 0x2600)  # boxes, blocks and geometric shapes: lines and bullets, without a sound
_LOST = "\ufffd"  # stands for a character that was lost on the way here
_MARKS = frozenset(".,;:!?'\"()-/")  # punctuation that other scripts have their own forms of

_FRACTION = re.compile(r"(\d?)([¼-¾⅐-⅞↉])")
_EXPONENT = re.compile("(⁻?)([⁰¹²³⁴-⁹]+)")
_MICRO = re.compile("μ(?=[A-Za-z])")

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-{2,}"), "—"),
    (re.compile(r"(?<![^\s(—–-])\"(?=\S)"), "“"),
    (re.compile(r"\""), "”"),
    (re.compile(r"(?<=\w)([;!?”)])(?=\w)"), r"\1 "),  # a word right behind a mark would go to the network
    (re.compile(r"(?<=[\w)”])(?=[“(])"), " "),
    (re.compile(r"([=_*#~+<>|/^])\1{2,}"), " "),  # a line drawn with characters
    (re.compile(r"([.,;:!?—]{3})[.,;:!?—]+([.,;:!?—])"), r"\1\2"),  # ten marks sound like four
    (re.compile(r"(?<=\d) ?\* ?(?=\d)"), " times "),
    (re.compile(r"(?<=[A-Za-z])(?=[$£€¥₹₩]\d)"), " "),  # US$5
    (re.compile(r"(?<=\d) ?\$(?! ?\.?\d)"), " dollars "),
    (re.compile(r"(?<=\d) ?£(?! ?\.?\d)"), " pounds "),
    (re.compile(r"(?<=\d) ?€(?! ?\.?\d)"), " euros "),
    (re.compile(r"\$(?! ?\.?\d)"), " dollar "),
    (re.compile(r"£(?! ?\.?\d)"), " pound "),
    (re.compile(r"€(?! ?\.?\d)"), " euro "),
    (re.compile(r"(?<=\d),(?=\d)(?!\d{3}(?!\d))"), ", "),  # 1,2,3 is a list, 1,234,567 a number
    (re.compile(rf"(?<=\d)\.(?=\d{{{MAX_NUMBER + 1}}})"), " point "),
)
_NUMBER_TO_SPELL = re.compile(
    rf"(?<!\d)\d{{1,3}}(?:,\d{{3}}){{{MAX_NUMBER // 3},}}"  # 1,000,000,000,000,000 and beyond
    rf"|\d{{{MAX_NUMBER + 1},}}"
    r"|(?<![\d.,:/-])0\d+(?![\d.,:/-])"  # 007
)
_LONG_TOKEN = re.compile(rf"\S{{{MAX_TOKEN}}}(?=\S)")
_JOINED_TOKEN = re.compile(rf"(?<!\S)\S{{{MAX_PARTS + 1},}}")
_PART = re.compile(r"[^\W\d_]?[a-zß-öø-ÿ]+|[A-ZÀ-ÖØ-Þ]+|\d+|\S")


@dataclass
class ReadableText:
    """A text that the phonemiser reads whole.

    Attributes:
        text: ASCII and Latin letters, digits, punctuation and the symbols that the phonemiser has words for.
        transliterated: the runs of other alphabets that stand in `text` in Latin transliteration.
        unspoken: the characters that nothing here can read and that are not in `text`.
    """

    text: str
    transliterated: list[str] = field(default_factory=list)
    unspoken: set[str] = field(default_factory=set)


def make_readable(text: str) -> ReadableText:
    """Turn every character of any text into something that can be read, in time linear in its length."""
    result = ReadableText(text)
    if not text.isascii():
        text = " ".join(_read_token(token, result) for token in _tokens(text))
    text = text.translate(_SYMBOLS)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    text = _NUMBER_TO_SPELL.sub(_digit_by_digit, text)
    result.text = _JOINED_TOKEN.sub(_loosen, _LONG_TOKEN.sub(r"\g<0> ", text))
    return result


def _tokens(text: str) -> Iterator[str]:
    """Yield the words of a text, the long ones in pieces: normalising a run is quadratic in its length."""
    for word in text.split():
        for start in range(0, len(word), MAX_TOKEN):
            yield word[start : start + MAX_TOKEN]


def _read_token(token: str, result: ReadableText) -> str:
    if token.isascii():
        return token
    token = _FRACTION.sub(_read_fraction, _EXPONENT.sub(_read_exponent, token))
    token = unicodedata.normalize("NFKC", token.translate(_SYMBOLS)).translate(_SYMBOLS)
    runs = itertools.groupby(_MICRO.sub("µ", token), key=_kind)
    return "".join(_READERS[kind]("".join(run), result) for kind, run in runs)


def _kind(character: str) -> str:
    """Return the first letter of the reader: Kept, Letters, Symbols, Punctuation, Blank or Unspoken."""
    if character.isascii() or character in _KNOWN_SYMBOLS:
        return "K"
    category = unicodedata.category(character)
    if category[0] == "L" and character <= _LAST_LATIN:
        return "K"
    if character == _LOST or category in ("Co", "Cn", "Cs"):
        return "U"
    if category == "Sk" or category[0] in "CZ" or ord(character) in _DRAWINGS:
        return "B"
    return {"M": "L", "N": "L"}.get(category[0], category[0])


def _read_letters(run: str, result: ReadableText) -> str:
    """Read letters, digits and accents of other alphabets by transliteration, a single letter by its name."""
    from anyascii import anyascii

    names = [unicodedata.name(letter, "") for letter in run]
    single_letter = names[0].partition(" LETTER ")[2].partition(" WITH ")[0].lower()
    if len(run) == 1 and single_letter and not names[0].startswith("LATIN"):
        return f" {single_letter} "
    latin = anyascii(run)
    if not any(map(str.isalnum, latin)):
        result.unspoken.update(filter(str.isalnum, run))
    elif any(
        letter.isalpha() and not name.startswith("LATIN") for letter, name in zip(run, names, strict=True)
    ):
        result.transliterated.append(run)
    return latin


def _read_symbols(run: str, _: ReadableText) -> str:
    """Name emoji and other symbols as Unicode names them; the same symbol again and again only once."""
    names = (unicodedata.name(symbol).lower() for symbol in dict.fromkeys(run))
    shorter = (re.sub(r"^regional indicator symbol letter | (?:sign|symbol)$", "", name) for name in names)
    return f" {' '.join(shorter)} "


def _read_punctuation(run: str, _: ReadableText) -> str:
    from anyascii import anyascii

    return "".join(mark if mark in _MARKS else " " for mark in anyascii(run))


def _blank(run: str, _: ReadableText) -> str:
    """Leave out what has no sound: joiners and direction marks take no room, other marks part words."""
    return "" if all(unicodedata.category(character) == "Cf" for character in run) else " "


def _leave_out(run: str, result: ReadableText) -> str:
    result.unspoken.update(run)
    return " "


_READERS: dict[str, Callable[[str, ReadableText], str]] = {
    "K": lambda run, _: run,
    "L": _read_letters,
    "S": _read_symbols,
    "P": _read_punctuation,
    "B": _blank,
    "U": _leave_out,
}


def _read_fraction(match: re.Match[str]) -> str:
    """Read "½" as "one half" and "2½" as "2 and one half"."""
    digit, fraction = match.groups()
    words = unicodedata.name(fraction).removeprefix("VULGAR FRACTION ").lower()
    return f"{digit} and {words} " if digit else f" {words} "


def _read_exponent(match: re.Match[str]) -> str:
    """Read "²" as "squared" and "⁻¹²" as "to the power of minus 12"."""
    minus = " minus" if match[1] else ""
    digits = unicodedata.normalize("NFKC", match[2])
    if not minus and digits in ("2", "3"):
        return " squared " if digits == "2" else " cubed "
    return f" to the power of{minus} {digits} "


def _digit_by_digit(match: re.Match[str]) -> str:
    """Read a long number in groups of three digits, with a breath between them."""
    digits = match[0].replace(",", "")
    return ", ".join(" ".join(digits[start : start + 3]) for start in range(0, len(digits), 3))


def _loosen(match: re.Match[str]) -> str:
    """Put spaces into a token that is joined of very many parts; ordinary addresses and dates have fewer."""
    parts = _PART.findall(match[0])
    if len(parts) <= MAX_PARTS:
        return match[0]
    step = MAX_PARTS // 2
    return " ".join("".join(parts[start : start + step]) for start in range(0, len(parts), step))
