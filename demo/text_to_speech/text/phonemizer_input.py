"""Inserts readings into a readable text, and so makes the text that the phonemiser takes.

The phonemiser reads words. A word whose phonemes are known already (the name of a letter, a pronunciation of the user)
is a placeholder in the text, and its phonemes are in a list beside the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .normalization import Reading
from .traced import TracedText

PRESET = "\ue001"
"""The placeholder of a word whose phonemes are known: a private-use character, which readable text does not have."""

MAX_PHONEMIZER_TOKEN_LENGTH = 64
"""Characters of the longest token. The phonemiser's time is more than linear in the length of a token."""

MAX_TOKEN_PARTS = 16
"""Parts of a token such as "a-b/c" or "aBcD". The phonemiser's time is quadratic in their number."""

# What gets preset phonemes in the words of a reading: the names of letters, and words in `PRESET_WORDS`.
_LETTERS_OR_WORD = re.compile(r"\b[A-Z](?: [A-Z])*(?: ?'?s)?\b|\bpoint\b|et cetera|Missus")

PRESET_WORDS = {"point": "pYnt", "et cetera": "ɛtsˈɛTəɹə", "Missus": "mˈɪsɪz"}
"""Phonemes of words as the voice was trained to say them."""

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[_*]"), " "),
    (re.compile(r"\|"), ", "),
    (re.compile(r" +(?=[,.;:!?])"), ""),
    # The phonemiser takes a word and the mark next to it for one unknown word.
    (re.compile(r"(?<=\w)([;!?”)])(?=\w)"), r"\1 "),
    (re.compile(r"(?<=[\w)”])(?=[“(])"), " "),
    (re.compile(rf"\S{{{MAX_PHONEMIZER_TOKEN_LENGTH}}}(?=\S)"), r"\g<0> "),
)

# The phonemiser takes superscript digits for numbers and fails. Those that no rule has read become plain digits.
_SUPERSCRIPTS = {ord(raised): str(plain) for plain, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}

_LONG_TOKEN = re.compile(rf"(?<!\S)\S{{{MAX_TOKEN_PARTS + 1},}}")
_WORD = re.compile(rf"(?:[^\W_]|{PRESET})(?:\S*(?:[^\W_]|{PRESET}))?")
_PART = re.compile(r"[^\W\d_]?[a-zß-öø-ÿ]+|[A-ZÀ-ÖØ-Þ]+|\d+|\S")


@dataclass(frozen=True)
class Preset:
    """A word whose phonemes are known.

    Attributes:
        text: The word, for the tagger.
        phonemes: Its phonemes in the alphabet of `SYMBOLS`.
    """

    text: str
    phonemes: str


@dataclass(frozen=True)
class PhonemizerInput:
    """A text in words, as the phonemiser takes it.

    Attributes:
        text: Words and punctuation, with `PRESET` instead of each word of `presets`.
        presets: The words whose phonemes are known, in their order in the text.
    """

    text: TracedText
    presets: tuple[Preset, ...]


@dataclass(frozen=True)
class Chunk:
    """A run of characters between two spaces of a text.

    Attributes:
        start: Start of the original span of the word in it, or of the whole run if it has no word.
        end: End of that span (exclusive).
        is_word: Whether it has a word; punctuation alone has none.
    """

    start: int
    end: int
    is_word: bool


def insert_readings(
    readable: TracedText, readings: Sequence[Reading], spell: Callable[[str], str]
) -> PhonemizerInput:
    """Replace spans of a text by their readings.

    Args:
        readable: A text that `characters.make_readable` returned.
        readings: The readings of its spans, in order.
        spell: Returns the phonemes of the names of letters; the letters may have the s of a plural after them.
    """
    presets: list[Preset] = []
    pieces: list[TracedText] = []
    position = 0
    for reading in readings:
        start, end = reading.start, reading.end
        words = _with_presets(reading, presets, spell)
        before = "" if readable.text[max(0, start - 1) : start] in ("", " ", "-", "(", "“") else " "
        after = "" if readable.text[end : end + 1] in ("", *" -,.;:!?)”'") else " "
        pieces.append(readable[position:start])
        pieces.append(TracedText.with_span(before + words + after, *readable.span(start, end)))
        position = end
    text = TracedText.join([*pieces, readable[position:]]) if pieces else readable
    text = text.translate(_SUPERSCRIPTS)
    for pattern, replacement in _RULES:
        text = text.sub(pattern, replacement)
    return PhonemizerInput(text.sub(_LONG_TOKEN, _split_token), tuple(presets))


def _with_presets(reading: Reading, presets: list[Preset], spell: Callable[[str], str]) -> str:
    """Return the words of a reading, and append to `presets` those for which the words have `PRESET`."""
    if reading.phonemes:
        # To the tagger, a word with phonemes is some name, and the sound that a rule has read is an interjection.
        presets.append(Preset("uh" if reading.spoken else "name", reading.phonemes))
        return PRESET

    def keep(match: re.Match[str]) -> str:
        if match[0] in PRESET_WORDS:
            presets.append(Preset(match[0], PRESET_WORDS[match[0]]))
            return PRESET
        letters = match[0].replace(" ", "")
        presets.append(Preset(letters, spell(letters)))
        return PRESET

    return _LETTERS_OR_WORD.sub(keep, reading.spoken)


def chunks(text: TracedText) -> Iterator[Chunk]:
    """Yield the chunks of a text, which are what is between its spaces."""
    for match in re.finditer(r"\S+", text.text):
        word = _WORD.search(text.text, match.start(), match.end())
        start, end = word.span() if word else match.span()
        yield Chunk(*text.span(start, end), bool(word))


def _split_token(match: re.Match[str]) -> str:
    """Insert spaces into a token of more parts than any ordinary address or date has."""
    parts = _PART.findall(match[0])
    if len(parts) <= MAX_TOKEN_PARTS:
        return match[0]
    step = MAX_TOKEN_PARTS // 2
    return " ".join("".join(parts[start : start + step]) for start in range(0, len(parts), step))
