"""Turns any Unicode string into the characters that the normaliser and the phonemiser can read.

The rules of hibari-tts are written for English prose: ASCII, accented Latin letters and a few dozen symbols. hibari
silently drops every other character that people paste into a speech program (emoji, other alphabets, full-width
letters, fractions, arrows, rows of dashes), and a token of 100,000 characters stops it. This module replaces each such
character by something that can be read, or reports it to the caller, and keeps its offset in the text. Module
`normalization` decides how numbers, dates, units and abbreviations are read.
"""

import itertools
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..errors import InputError
from .foreign_numbers import as_americans_write
from .grouped_warnings import warn
from .sign_names import SIGN_NAMES
from .traced import TracedText

logger = logging.getLogger(__name__)

MAX_READABLE_TOKEN_LENGTH = 200
"""Characters between two spaces. A longer token is cut before the rules of `normalization` are applied to it."""

# Symbols that have one reading everywhere. Symbols without a sound become a space.
_SYMBOLS = str.maketrans(
    {
        **dict.fromkeys(map(chr, [*range(32), 127, *range(0x2000, 0x200B)]), " "),
        **dict.fromkeys("\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000", " "),
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
    }
)

# Symbols and numerals that the normaliser puts into words. NFKC would change the numerals.
_KNOWN_SYMBOLS = frozenset("–—“”″°¢£€¥₹₩₽₺₪₿§¶±×÷©→←µ−№‰√∞≠≈≤≥")
_NUMERALS = frozenset("½¼¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

LAST_LATIN = "\u017f"
"""The last letter of the block Latin Extended-A, which has the letters of European languages."""

# Boxes, blocks and geometric shapes: lines and bullets, which have no sound.
_DRAWINGS = range(0x2500, 0x2600)

# Decoders write it for bytes that are no character.
_REPLACEMENT_CHARACTER = "\ufffd"

# NUL and lone surrogates, which no text file can hold.
_NO_TEXT = re.compile("[\\0\ud800-\udfff]")

# ASCII punctuation that other scripts have forms of their own of.
_PUNCTUATION = frozenset(".,;:!?'\"()-/")

# Characters that a warning names.
_SHOWN = 10

_NEEDLESS = re.compile(r" (?:sign|symbol)$|\bheavy ")

# "black" and "white" say how a printed sign is filled, but they are the colour of an emoji.
_FILLED = re.compile("(?:black|white) ")
_FIRST_EMOJI = "\U0001f000"
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_FLAG_OR_SYMBOL = re.compile(f"[{_FLAG_LETTERS}]{{1,2}}|.", re.DOTALL)
_MICRO = re.compile("μ(?=[A-Za-z])")
_OHM = re.compile("(?<=[0-9])( ?[kM]?)[ΩΩ](?!\\w)")
_TOKEN = re.compile(rf"\S{{1,{MAX_READABLE_TOKEN_LENGTH}}}")

# A character, and the accents or parts of a Korean syllable that Unicode's composition joins to it.
_CLUSTER = re.compile(r".[\u0300-\u036f\u1100-\u11ff]*", re.DOTALL)

# A direction after seconds of arc, or the side that is measured: 46″N, 72″L.
_COMPASS = re.compile(r"[NSEWLHDT](?!\w)")
_DOUBLE_QUOTE = re.compile('["″]')
_DOUBLE_QUOTE_AFTER_DIGIT = re.compile(r"[\d¼-¾⅐-⅞][\"″]")

# The sign of degrees, where a keyboard has only the masculine ordinal or the ring.
_DEGREE = re.compile("(?<=[0-9])( ?)[º˚]")

# A mark of a footnote or a citation in brackets, which directly follows a word, a stop or another mark: it is silent.
# "arr[0] = 1" and "f[1].x" are code.
_FOOTNOTE_IN_BRACKETS = re.compile(
    r"(?:(?<=[^\W\d_]{2})|(?<=[.,;:!?”\"')\]\d]))(?:\[(?:[1-9]\d{0,2}(?:[,–-] ?\d{1,3})*|(?:note|nb|n|fn) ?\d{1,3}"
    r"|[a-z]|[Cc]itation needed|[Cc]larification needed|[Ww]ho\?|[Ww]hen\?)\]){1,6}(?![\w([]| ?[=+*/<>]|\.\w)"
)

# Applied in this order: the quotation marks follow the dashes, next to which a quotation may open.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r" {2,}"), " "),
    (re.compile(r"-{2,}"), "—"),
    (re.compile(r"(?<![^\s(—–-])\"(?=\S)"), "“"),
    (re.compile(r"\""), "”"),
    # A line drawn with characters has no sound.
    (re.compile(r"(?<!:)([=_*#~+<>|/^])\1{2,}"), " "),
    # Ten punctuation marks sound like four.
    (re.compile(r"([.,;:!?—]{3})[.,;:!?—]+([.,;:!?—])"), r"\1\2"),
    (re.compile(r"([“”'()])\1{2,}"), r"\1"),
    # "1,2,3" is a list, "1,234,567" a number.
    (re.compile(r"(?<=\d),(?=\d)(?!\d{3}(?!\d))"), ", "),
    (re.compile(rf"\S{{{MAX_READABLE_TOKEN_LENGTH}}}(?=\S)"), r"\g<0> "),
)


@dataclass
class ReadableText:
    """A text of which the normaliser and the phonemiser can read every character.

    Attributes:
        text: Latin letters, digits, punctuation, and the symbols that the normaliser puts into words.
        transliterated: The runs of other alphabets that `text` has in Latin transliteration.
        unspoken: The characters that have no reading and were removed from `text`.
    """

    text: TracedText
    transliterated: list[str] = field(default_factory=list)
    unspoken: set[str] = field(default_factory=set)


def check_text(text: str) -> str:
    """Return a text that every encoder accepts, with U+FFFD instead of each NUL and each lone surrogate.

    A program that cuts a text between the two halves of an emoji makes lone surrogates. Offsets do not change, and a
    warning names the first such character.

    Raises:
        InputError: `text` is no str.
    """
    if not isinstance(text, str):
        raise InputError(f"{type(text).__name__} given; expected a text as str")
    found = _NO_TEXT.search(text)
    if not found:
        return text
    checked, count = _NO_TEXT.subn(_REPLACEMENT_CHARACTER, text)
    more = f" and {count - 1} more" if count > 1 else ""
    message = f"no character of a text: U+{ord(found[0]):04X} at offset {found.start()}{more}; U+FFFD takes its place"
    warn(logger, "texts with halves of characters", message)
    return checked


def make_readable(text: TracedText) -> ReadableText:
    """Return a text of which every character can be read, in time linear in the length of the text."""
    result = ReadableText(text)
    if "[" in text.text:
        text = text.sub(_FOOTNOTE_IN_BRACKETS, "")
    if not text.text.isascii():
        text = text.sub(_OHM, r"\1ohm").sub(_DEGREE, r"\1°")
        text = TracedText.join(_read_tokens(text, result))
    text = text.translate(_SYMBOLS)
    if _DOUBLE_QUOTE_AFTER_DIGIT.search(text.text):
        text = text.sub(_DOUBLE_QUOTE, _inches())
    text = as_americans_write(text)
    for pattern, replacement in _RULES:
        text = text.sub(pattern, replacement)
    result.text = text
    return result


def warn_about(readable: ReadableText) -> None:
    """Log a warning that names the transliterated words and the characters that cannot be spoken."""
    if readable.transliterated:
        shown = " ".join(dict.fromkeys(readable.transliterated))[: 4 * _SHOWN]
        message = f"not English, read by its Latin transliteration: {shown}"
        warn(logger, "words that are not English", message)
    if readable.unspoken:
        first = sorted(readable.unspoken)[:_SHOWN]
        more = f" and {len(readable.unspoken) - len(first)} more" if len(readable.unspoken) > _SHOWN else ""
        named = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'no character')}" for c in first)
        warn(
            logger,
            "sentences with characters that cannot be spoken",
            f"characters that cannot be spoken: {named}{more}",
        )


def _inches() -> Callable[[re.Match[str]], str]:
    """Return a replacement function that tells the sign for inches from quotation marks.

    The sign follows a digit, and no quotation is open that it could close.
    """
    is_open = False

    def read(match: re.Match[str]) -> str:
        nonlocal is_open
        text, start, end = match.string, match.start(), match.end()
        before, after = text[start - 1 : start], text[end : end + 2]
        if not is_open and before.isnumeric() and (not after[:1].isalnum() or _COMPASS.match(after)):
            return "″"
        is_open = not is_open
        return '"'

    return read


def _read_tokens(text: TracedText, result: ReadableText) -> Iterator[TracedText]:
    """Yield the tokens of a text; long ones in pieces, because normalising one is quadratic in its length."""
    position = 0
    for match in _TOKEN.finditer(text.text):
        if match.start() > position:
            yield text[position : match.start()]
        elif position:
            yield TracedText.with_span(" ", text.ends[position - 1], text.ends[position - 1])
        position = match.end()
        token = text[match.start() : position]
        yield from [token] if token.text.isascii() else _read_token(token, result)
    yield text[position:]


def _read_token(token: TracedText, result: ReadableText) -> Iterator[TracedText]:
    """Yield a token run by run, where a run is of characters that one of `_READERS` reads."""
    token = _compose(token.translate(_SYMBOLS)).translate(_SYMBOLS).sub(_MICRO, "µ")
    position = 0
    for kind, run in itertools.groupby(token.text, key=_kind):
        characters = "".join(run)
        end = position + len(characters)
        read = _READERS[kind](characters, result)
        same = read == characters
        yield token[position:end] if same else TracedText.with_span(read, *token.span(position, end))
        position = end


def _compose(token: TracedText) -> TracedText:
    """Join letters and their accents, and replace compatibility forms (ﬁ, 𝐇, ㎏, Ⅷ) by ordinary characters."""
    if unicodedata.is_normalized("NFKC", token.text):
        return token
    return token.sub(_CLUSTER, lambda cluster: _composed(cluster[0]))


def _composed(cluster: str) -> str:
    return (
        cluster
        if cluster in _NUMERALS or cluster in _KNOWN_SYMBOLS
        else unicodedata.normalize("NFKC", cluster)
    )


def _kind(character: str) -> str:
    """Return the key of a character in `_READERS`: Kept, Letters, Symbols, Punctuation, Blank or Unspoken."""
    if character.isascii() or character in _KNOWN_SYMBOLS or character in _NUMERALS:
        return "K"
    category = unicodedata.category(character)
    if category[0] == "L" and character <= LAST_LATIN:
        return "K"
    if character == _REPLACEMENT_CHARACTER or category in ("Co", "Cn", "Cs"):
        return "U"
    if category == "Sk" or category[0] in "CZ" or ord(character) in _DRAWINGS:
        return "B"
    # Accents (M) and digits (N) of other scripts are transliterated as letters are.
    return {"M": "L", "N": "L"}.get(category[0], category[0])


def _read_letters(run: str, result: ReadableText) -> str:
    """Transliterate letters, digits and accents of other alphabets; read a single letter by its name."""
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
    """Name emoji and other symbols as Unicode names them, and flags by their letters; repetitions are named once."""
    names = (_name_symbol(symbol) for symbol in dict.fromkeys(_FLAG_OR_SYMBOL.findall(run)))
    return f" {' '.join(names)} "


def _name_symbol(symbol: str) -> str:
    if symbol in SIGN_NAMES:
        return SIGN_NAMES[symbol]
    name = unicodedata.name(symbol[0]).lower()
    if symbol[0] in _FLAG_LETTERS:
        letters = (chr(ord(letter) - ord(_FLAG_LETTERS[0]) + ord("A")) for letter in symbol)
        return f"{'flag ' if len(symbol) > 1 else ''}{'.'.join(letters)}."
    return _NEEDLESS.sub("", _FILLED.sub("", name) if symbol < _FIRST_EMOJI else name)


def _read_punctuation(run: str, _: ReadableText) -> str:
    from anyascii import anyascii

    return "".join(c if c in _PUNCTUATION else " " for c in anyascii(run))


def _blank(run: str, _: ReadableText) -> str:
    """Remove characters without a sound; joiners and direction marks without a trace, others leave a space."""
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
