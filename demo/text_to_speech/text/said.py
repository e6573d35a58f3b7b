"""A readable text and its readings → the text that the phonemiser takes, in which every character knows its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .normalization import Reading
from .traced import TracedText

PRESET = "\ue001"  # stands in a said text for a word whose phonemes are known
MAX_TOKEN = 64  # characters between two spaces
MAX_PARTS = 16  # of a token, as in "a-b/c" or "aBcD"; the phonemiser's time is quadratic in their number

_LETTERS = re.compile(r"\b[A-Z](?: [A-Z])*(?: ?'?s)?\b|\bpoint\b|et cetera|Missus")
_SAID_SO = {
    "point": "pYnt",
    "et cetera": "ɛtsˈɛTəɹə",
    "Missus": "mˈɪsɪz",
}  # as the voice was trained to say them
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[_*]"), " "),
    (re.compile(r"\|"), ", "),
    (re.compile(r" +(?=[,.;:!?])"), ""),
    (re.compile(r"(?<=\w)([;!?”)])(?=\w)"), r"\1 "),  # a word right behind a mark would go to the network
    (re.compile(r"(?<=[\w)”])(?=[“(])"), " "),
    (re.compile(rf"\S{{{MAX_TOKEN}}}(?=\S)"), r"\g<0> "),
)
_RAISED_DIGITS = {  # those that no rule read; the phonemiser takes them for numbers and fails
    ord(raised): str(plain) for plain, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")
}
_JOINED_TOKEN = re.compile(rf"(?<!\S)\S{{{MAX_PARTS + 1},}}")
_WORD = re.compile(rf"(?:[^\W_]|{PRESET})(?:\S*(?:[^\W_]|{PRESET}))?")
_PART = re.compile(r"[^\W\d_]?[a-zß-öø-ÿ]+|[A-ZÀ-ÖØ-Þ]+|\d+|\S")


@dataclass(frozen=True)
class Preset:
    """A word of which the phonemes are known.

    Attributes:
        text: what the tagger sees of it.
        phonemes: in the alphabet of `SYMBOLS`.
    """

    text: str
    phonemes: str


@dataclass(frozen=True)
class SaidText:
    """Words as they are said.

    Attributes:
        text: words and marks; `PRESET` in the place of each word of `presets`.
        presets: in their order in the text.
    """

    text: TracedText
    presets: tuple[Preset, ...]


def say(readable: TracedText, readings: Sequence[Reading], spell: Callable[[str], str]) -> SaidText:
    """Put readings into a text.

    Args:
        readable: the text as `characters.make_readable` leaves it.
        readings: of its spans, in order.
        spell: letters, perhaps with the s of a plural → their names in phonemes.
    """
    presets: list[Preset] = []
    pieces: list[TracedText] = []
    position = 0
    for reading in readings:
        start, end = reading.start, reading.end
        said = _with_presets(reading, presets, spell)
        before = "" if readable.text[max(0, start - 1) : start] in ("", " ", "-", "(", "“") else " "
        after = "" if readable.text[end : end + 1] in ("", *" -,.;:!?)”'") else " "
        pieces.append(readable[position:start])
        pieces.append(TracedText.standing_for(before + said + after, *readable.span(start, end)))
        position = end
    text = TracedText.join([*pieces, readable[position:]]) if pieces else readable
    text = text.translate(_RAISED_DIGITS)
    for pattern, replacement in _RULES:
        text = text.sub(pattern, replacement)
    return SaidText(text.sub(_JOINED_TOKEN, _loosen), tuple(presets))


def _with_presets(reading: Reading, presets: list[Preset], spell: Callable[[str], str]) -> str:
    """Return the words of a reading, with `PRESET` for names of letters and for phonemes."""
    if reading.phonemes:
        presets.append(Preset("name", reading.phonemes))
        return PRESET

    def keep(match: re.Match[str]) -> str:
        if match[0] in _SAID_SO:
            presets.append(Preset(match[0], _SAID_SO[match[0]]))
            return PRESET
        letters = match[0].replace(" ", "")
        presets.append(Preset(letters, spell(letters)))
        return PRESET

    return _LETTERS.sub(keep, reading.spoken)


def chunks(text: TracedText) -> Iterator[tuple[int, int, bool]]:
    """Yield for each run of characters between spaces the original span of its word, and whether it has one."""
    for match in re.finditer(r"\S+", text.text):
        inner = _WORD.search(text.text, match.start(), match.end())
        start, end = inner.span() if inner else match.span()
        yield *text.span(start, end), bool(inner)


def _loosen(match: re.Match[str]) -> str:
    """Put spaces into a token that is joined of very many parts; ordinary addresses and dates have fewer."""
    parts = _PART.findall(match[0])
    if len(parts) <= MAX_PARTS:
        return match[0]
    step = MAX_PARTS // 2
    return " ".join("".join(parts[start : start + step]) for start in range(0, len(parts), step))
