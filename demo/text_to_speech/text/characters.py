"""Any Unicode string → a string in which the normaliser and the phonemiser find nothing they would drop in silence.

hibari's rules are written for English prose: ASCII, accented Latin letters and a few dozen symbols. What else
people paste into a speech program (emoji, other alphabets, full-width letters, fractions, arrows, rows of
dashes) it leaves out without a word, and a token of 100,000 characters stops it. Each such character is turned
here into something that can be read, or is named to the caller, and keeps its place in the text. How numbers,
dates, units and abbreviations are read is decided in `normalization`.
"""

import itertools
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..errors import InputError
from .grouped_warnings import warn
from .traced import TracedText

_log = logging.getLogger(__name__)

MAX_TOKEN = 200  # characters; a longer run without a space is cut before regular expressions go over it

# Symbols of one fixed reading; a space where the mark makes no sound of its own.
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
_KNOWN_SYMBOLS = frozenset("–—“”″°¢£€¥₹₩₽₺₪₿§¶±×÷©→←µ−№‰√∞≠≈≤≥")  # the normaliser has words for them
_NUMERALS = frozenset("½¼¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⁰¹²³⁴⁵⁶⁷⁸⁹⁻")  # and for these, which NFKC would change
LAST_LATIN = "\u017f"  # the end of the block Latin Extended-A: the letters of European languages
_DRAWINGS = range(0x2500, 0x2600)  # boxes, blocks and geometric shapes: lines and bullets, without a sound
_LOST = "\ufffd"  # stands for a character that was lost on the way here
_NO_TEXT = re.compile("[\\0\ud800-\udfff]")  # NUL and halves of characters, which no file of text can hold
_MARKS = frozenset(".,;:!?'\"()-/")  # punctuation that other scripts have their own forms of

_SHOWN = 10  # characters that a warning names

_NEEDLESS = re.compile(r" (?:sign|symbol)$|\bheavy ")
_FILLED = re.compile("(?:black|white) ")  # how a sign of print is filled; an emoji is of that colour
_EMOJI = "\U0001f000"  # the first of the blocks of emoji
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_FLAG_OR_SYMBOL = re.compile(f"[{_FLAG_LETTERS}]{{1,2}}|.", re.DOTALL)
_MICRO = re.compile("μ(?=[A-Za-z])")
_OHM = re.compile("(?<=[0-9])( ?[kM]?)[ΩΩ](?!\\w)")
_TOKEN = re.compile(rf"\S{{1,{MAX_TOKEN}}}")
_CLUSTER = re.compile(
    r".[\u0300-\u036f\u1100-\u11ff]*", re.DOTALL
)  # a letter and what joins it when composed

_DOUBLE_MARK = re.compile('["″]')
_MARK_BEHIND_A_DIGIT = re.compile(r"\d[\"″]")
_SEPARATED = re.compile(
    r"(?<![\w.,])(?:\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:'\d{3})+|\d{1,2}(?:,\d\d)+,\d{3}|(?<=[€£$₹])\d+,\d\d"
    r"|\d+,\d\d(?= ?(?:€|EUR\b)))(?![\w'])(?![.,]\d)"
)

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r" {2,}"), " "),
    (re.compile(r"-{2,}"), "—"),
    (re.compile(r"(?<![^\s(—–-])\"(?=\S)"), "“"),
    (re.compile(r"\""), "”"),
    (re.compile(r"([=_*#~+<>|/^])\1{2,}"), " "),  # a line drawn with characters
    (re.compile(r"([.,;:!?—]{3})[.,;:!?—]+([.,;:!?—])"), r"\1\2"),  # ten marks sound like four
    (re.compile(r"([“”'()])\1{2,}"), r"\1"),
    (re.compile(r"(?<=\d),(?=\d)(?!\d{3}(?!\d))"), ", "),  # 1,2,3 is a list, 1,234,567 a number
    (re.compile(rf"\S{{{MAX_TOKEN}}}(?=\S)"), r"\g<0> "),
)


@dataclass
class ReadableText:
    """A text that the normaliser and the phonemiser read whole.

    Attributes:
        text: ASCII and Latin letters, digits, punctuation and the symbols that the normaliser has words for.
        transliterated: the runs of other alphabets that stand in `text` in Latin transliteration.
        unspoken: the characters that nothing here can read and that are not in `text`.
    """

    text: TracedText
    transliterated: list[str] = field(default_factory=list)
    unspoken: set[str] = field(default_factory=set)


def check_text(text: str) -> str:
    """Return a text that every writer can encode: U+FFFD is in the place of each NUL and each half of a character.

    A program that cuts a text between the two halves of an emoji makes such halves (lone surrogates). Offsets stay as
    they are, and a warning names the first.

    Raises:
        InputError: `text` is no str.
    """
    if not isinstance(text, str):
        raise InputError(f"{type(text).__name__} given; expected a text as str")
    found = _NO_TEXT.search(text)
    if not found:
        return text
    checked, count = _NO_TEXT.subn(_LOST, text)
    more = f" and {count - 1} more" if count > 1 else ""
    message = f"no character of a text: U+{ord(found[0]):04X} at offset {found.start()}{more}; U+FFFD takes its place"
    warn(_log, "texts with halves of characters", message)
    return checked


def make_readable(text: TracedText) -> ReadableText:
    """Turn every character of any text into something that can be read, in time linear in its length."""
    result = ReadableText(text)
    if not text.text.isascii():
        text = text.sub(_OHM, r"\1ohm")
        text = TracedText.join(_read_tokens(text, result))
    text = text.translate(_SYMBOLS)
    if _MARK_BEHIND_A_DIGIT.search(text.text):
        text = text.sub(_DOUBLE_MARK, _inches())
    text = text.sub(_SEPARATED, _as_americans_write)
    for pattern, replacement in _RULES:
        text = text.sub(pattern, replacement)
    result.text = text
    return result


def warn_of(readable: ReadableText) -> None:
    """Name in a warning what is transliterated and what cannot be spoken."""
    if readable.transliterated:
        shown = " ".join(dict.fromkeys(readable.transliterated))[: 4 * _SHOWN]
        message = f"not English, read by its Latin transliteration: {shown}"
        warn(_log, "words that are not English", message)
    if readable.unspoken:
        first = sorted(readable.unspoken)[:_SHOWN]
        more = f" and {len(readable.unspoken) - len(first)} more" if len(readable.unspoken) > _SHOWN else ""
        named = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'no character')}" for c in first)
        warn(
            _log,
            "sentences with characters that cannot be spoken",
            f"characters that cannot be spoken: {named}{more}",
        )


def _inches() -> Callable[[re.Match[str]], str]:
    """Return what tells the mark for inches from quotation marks: it follows a digit and closes no quotation."""
    is_open = False

    def read(match: re.Match[str]) -> str:
        nonlocal is_open
        text, start, end = match.string, match.start(), match.end()
        if not is_open and text[start - 1 : start].isdigit() and not text[end : end + 1].isalnum():
            return "″"
        is_open = not is_open
        return '"'

    return read


def _as_americans_write(match: re.Match[str]) -> str:
    """Write 1.234,56 and 3,50 € with a decimal point, and 1'000'000 and 1,23,456 without their separators."""
    number = match[0].replace("'", "")
    if re.fullmatch(r"[\d.]+,\d{1,2}", number):
        return number.replace(".", "").replace(",", ".")
    return number.replace(",", "")


def _read_tokens(text: TracedText, result: ReadableText) -> Iterator[TracedText]:
    """Yield the words of a text, the long ones in pieces, since normalising a run is quadratic in its length."""
    position = 0
    for match in _TOKEN.finditer(text.text):
        if match.start() > position:
            yield text[position : match.start()]
        elif position:
            yield TracedText.standing_for(" ", text.ends[position - 1], text.ends[position - 1])
        position = match.end()
        token = text[match.start() : position]
        yield from [token] if token.text.isascii() else _read_token(token, result)
    yield text[position:]


def _read_token(token: TracedText, result: ReadableText) -> Iterator[TracedText]:
    token = _compose(token.translate(_SYMBOLS)).translate(_SYMBOLS).sub(_MICRO, "µ")
    position = 0
    for kind, run in itertools.groupby(token.text, key=_kind):
        characters = "".join(run)
        end = position + len(characters)
        read = _READERS[kind](characters, result)
        same = read == characters
        yield token[position:end] if same else TracedText.standing_for(read, *token.span(position, end))
        position = end


def _compose(token: TracedText) -> TracedText:
    """Put letters and their accents together, and compatibility forms (ﬁ, 𝐇, ㎏, Ⅷ) into what they stand for."""
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
    """Return the first letter of the reader: Kept, Letters, Symbols, Punctuation, Blank or Unspoken."""
    if character.isascii() or character in _KNOWN_SYMBOLS or character in _NUMERALS:
        return "K"
    category = unicodedata.category(character)
    if category[0] == "L" and character <= LAST_LATIN:
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
    """Name emoji and other symbols as Unicode names them, flags by their letters; one again and again only once."""
    names = (_name_symbol(symbol) for symbol in dict.fromkeys(_FLAG_OR_SYMBOL.findall(run)))
    return f" {' '.join(names)} "


def _name_symbol(symbol: str) -> str:
    name = unicodedata.name(symbol[0]).lower()
    if symbol[0] in _FLAG_LETTERS:
        letters = (chr(ord(letter) - ord(_FLAG_LETTERS[0]) + ord("A")) for letter in symbol)
        return f"{'flag ' if len(symbol) > 1 else ''}{'.'.join(letters)}."
    return _NEEDLESS.sub("", _FILLED.sub("", name) if symbol < _EMOJI else name)


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
