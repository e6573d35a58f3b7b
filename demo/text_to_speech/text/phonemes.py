"""Sentence → words with phonemes, in the alphabet that the voice was trained on.

The dictionaries, the tagger and the rules of stress and context are those of hibari-tts (Apache-2.0; a port of
misaki's English, Apache-2.0), the ones that the voice's training texts went through as well. Around them here:
numbers, abbreviations and signs are put into words before (`normalization`), heteronyms are decided by their context,
the user's own pronunciations come first, the network for unknown words runs on OpenVINO, what still comes out
without a sound is spelt, and every word keeps its place in the text.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .characters import ReadableText, check_text, make_readable, warn_of
from .engine import hibari_g2p
from .grouped_warnings import one_document
from .heteronyms import pronounce_heteronyms
from .known_names import KNOWN_NAMES
from .normalization import Reading, normalize
from .pronunciations import Lexicon, add_s, find_inline_phonemes
from .said import PRESET, SaidText, chunks, say
from .symbols import SYMBOLS, nearest_symbols
from .traced import TracedText

if TYPE_CHECKING:
    from hibari.g2p import G2P

    from .unknown_words import UnknownWords

_NOT_A_SYMBOL = re.compile(f"[^{re.escape(''.join(SYMBOLS[1:]))}]")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TAGS = {"“": "``", "”": "''", "(": "-LRB-", ")": "-RRB-"}  # taken for words, they would swallow their words
_SILENT_TAGS = frozenset([".", ",", "-LRB-", "-RRB-", "``", '""', "''", ":", "$", "#", "NFP"])
_NAMES = Lexicon(KNOWN_NAMES)
_GIVEN = "\ue000"  # stands in a readable text, which has none otherwise, for a span that the caller reads


@dataclass(frozen=True)
class PhonemizedWord:
    """A word as it stands in the text, with its sound.

    Attributes:
        start: offset of its first character in the text.
        end: offset behind its last one; marks around the word are outside, "$3.2 million" is one word.
        phonemes: in the alphabet of `SYMBOLS`, with the marks that stand around the word.
    """

    start: int
    end: int
    phonemes: str


class Phonemizer:
    """Callable: English text → phonemes, in the alphabet of `SYMBOLS`.

    Dictionaries are read when it is made (half a second); it holds no state of a text.
    """

    def __init__(self, *, core: Any = None, lexicon: Lexicon | None = None) -> None:
        """Read the dictionaries.

        Args:
            core: an `openvino.Core` to share for the network that reads unknown words.
            lexicon: pronunciations that come before those of the dictionaries.

        Raises:
            InputError: `lexicon` is no Lexicon.
            ModelError: the package hibari-tts is not there.
        """
        from .unknown_words import UnknownWords

        if lexicon is not None and not isinstance(lexicon, Lexicon):
            raise InputError(
                f"lexicon: {type(lexicon).__name__} given; expected a Lexicon, as in Lexicon({{…}})"
            )
        self._unknown_words: UnknownWords = UnknownWords(core=core)
        self._g2p: G2P = hibari_g2p().G2P(oov=self._pronounce_unknown)
        self._lexicon = lexicon or Lexicon()

    def __call__(self, text: str) -> str:
        """Return the phonemes of a text of any length; empty if nothing in it has a sound.

        Characters that cannot be read are named in a warning, and nothing else is left out. Phonemes may stand in
        the text: "[[ həlˈoʊ ]]"; what is between such brackets and no phonemes is read as text, with a warning.
        """
        return " ".join(word.phonemes for word in self.words(text))

    def words(self, text: str, *, readings: Sequence[Reading] | None = None) -> tuple[PhonemizedWord, ...]:
        """Return the words of a text with their places and phonemes.

        The phonemes joined by spaces are what calling the phonemizer returns.

        Args:
            text: of any length; the time taken is linear in it.
            readings: the spans of the text that the caller reads; double brackets are then text like any other.
                When None, phonemes between double brackets are found here.

        Raises:
            InputError: `text` is no str; `readings` overlap, are empty, or are not in the text.
        """
        with one_document():
            text = check_text(text)
            given = find_inline_phonemes(text) if readings is None else _in_order(readings, len(text))
            readable = _make_readable(text, given)
            warn_of(readable)
            said = say(readable.text, self._readings(readable.text.text, given), self._letters)
            tokens = self._g2p.phonemize_tokens(self._tokens(said))
            return tuple(_words(said.text, self._sounds(tokens)))

    def is_word(self, word: str) -> bool:
        """Tell whether the dictionary has a word in just this writing."""
        return word in self._g2p.lexicon.golds.d

    def _pronounce_unknown(self, word: str) -> str:
        """Return the phonemes of a word that the dictionaries do not have."""
        return _NAMES.pronounce(word) or self._unknown_words(word) or self._spell(word)

    def _readings(self, text: str, given: Sequence[Reading]) -> list[Reading]:
        """Return all the readings of a readable text: the caller's, the lexicon's, the rules'."""
        places = (match.start() for match in re.finditer(_GIVEN, text))
        first = [
            Reading(place, place + 1, _readable(reading.spoken), reading.phonemes)
            for place, reading in zip(places, given, strict=True)
        ]
        own = list(self._lexicon.find(text))
        open_text = list(text)
        for reading in own:
            open_text[reading.start : reading.end] = _GIVEN * (reading.end - reading.start)
        found = normalize("".join(open_text), is_word=self.is_word, closed=_GIVEN)
        return sorted([*first, *own, *found], key=lambda reading: reading.start)

    def _tokens(self, said: SaidText) -> list[Any]:
        """Return the tokens of a text with their tags, and with phonemes where they are known."""
        new_token = hibari_g2p().Tok
        tokens: list[Any] = []
        presets = iter(said.presets)
        for piece in re.split(f"({PRESET})", said.text.text):
            if piece == PRESET:
                preset = next(presets)
                tokens.append(new_token(preset.text, phonemes=preset.phonemes, rating=5))
                continue
            if piece[:1] == " " and tokens:
                tokens[-1].whitespace = " "
            tokens += [new_token(text, whitespace=space) for text, space in self._g2p.tokenizer(piece)]
        for token, tag in zip(tokens, self._g2p.tagger([token.text for token in tokens]), strict=True):
            silent = tag in _SILENT_TAGS and any(map(str.isalnum, token.text))
            token.tag = "NN" if silent else _TAGS.get(token.text, tag)  # a word is no punctuation
        pronounce_heteronyms(tokens)
        return tokens

    def _sounds(self, tokens: Sequence[Any]) -> Iterator[str]:
        """Yield the phonemes of each run of tokens between spaces."""
        sound = ""
        for token in tokens:
            sound += self._sound(token)
            if token.whitespace:
                yield _clean(sound)
                sound = ""
        if tokens and not tokens[-1].whitespace:
            yield _clean(sound)

    def _sound(self, token: Any) -> str:
        """Return a token's phonemes, spelt where the rules found none for letters or digits."""
        phonemes = str(token.phonemes or "")
        if any(map(str.isalpha, phonemes)) or not any(map(str.isalnum, token.text)):
            return phonemes
        return f"{self._spell(token.text)} {phonemes}"

    def _letters(self, letters: str) -> str:
        """Return the names of capital letters said in one go, with the s of a plural."""
        capitals = letters.rstrip("s'")
        names = str(self._g2p.lexicon.get_NNP(capitals)[0])
        return nearest_symbols(names if capitals == letters else add_s(names))

    def _spell(self, text: str) -> str:
        """Return the names of the letters and digits of a text."""
        lexicon = self._g2p.lexicon
        names = (
            lexicon.lookup(_DIGITS[int(c)], None, None, None)[0] if c.isdecimal() else lexicon.get_NNP(c)[0]
            for c in unicodedata.normalize("NFKD", text)
            if c.isascii() and c.isalnum()
        )
        return " ".join(filter(None, names))


def _clean(sound: str) -> str:
    return " ".join(_NOT_A_SYMBOL.sub("", nearest_symbols(sound)).split())


def _words(said: TracedText, sounds: Iterator[str]) -> Iterator[PhonemizedWord]:
    """Put what is said between two spaces together where it stands for the same word of the text."""
    start = end = 0
    phonemes: list[str] = []
    named = False
    for (chunk_start, chunk_end, is_word), sound in zip(chunks(said), sounds, strict=True):
        if not sound:
            continue
        if phonemes and is_word and named and chunk_start > end:
            yield PhonemizedWord(start, end, " ".join(phonemes))
            phonemes, named = [], False
        if not named and (is_word or not phonemes):
            start, end, named = chunk_start, chunk_end, is_word
        elif is_word:
            end = max(end, chunk_end)
        phonemes.append(sound)
    if phonemes:
        yield PhonemizedWord(start, end, " ".join(phonemes))


def _in_order(readings: Sequence[Reading], length: int) -> list[Reading]:
    """Return the readings in the order of the text, or refuse them."""
    ordered = sorted(readings, key=lambda reading: reading.start)
    for reading in ordered:
        if not 0 <= reading.start < reading.end <= length:
            raise InputError(
                f"reading of the characters {reading.start} to {reading.end}:"
                f" expected at least one of the {length} characters of the text"
            )
        if not (reading.spoken.strip() or reading.phonemes):
            raise InputError(
                f"reading of the characters {reading.start} to {reading.end}: expected words or phonemes, got neither"
            )
    for one, other in itertools.pairwise(ordered):
        if other.start < one.end:
            raise InputError(
                f"reading of the characters {other.start} to {other.end} overlaps that of {one.start} to {one.end}:"
                " expected each character in one reading at most"
            )
    return ordered


def _readable(spoken: str) -> str:
    """Make the words of a reading readable."""
    if not spoken:
        return ""
    readable = make_readable(TracedText.of(check_text(spoken)))
    warn_of(readable)
    return readable.text.text


def _make_readable(text: str, given: Sequence[Reading]) -> ReadableText:
    """Make readable what stands between the readings that are given; `_GIVEN` stands for each of them."""
    whole = TracedText.of(text)
    if not given:
        return make_readable(whole)
    result = ReadableText(whole)
    pieces = []
    position = 0
    for reading in [*given, None]:
        piece = make_readable(whole[position : reading.start if reading else len(text)])
        pieces.append(piece.text)
        result.transliterated += piece.transliterated
        result.unspoken |= piece.unspoken
        if reading:
            pieces.append(TracedText.standing_for(_GIVEN, reading.start, reading.end))
            position = reading.end
    result.text = TracedText.join(pieces)
    return result
