"""Turns a text into words with phonemes, in the alphabet that the voice was trained on.

The dictionaries, the tagger and the rules of stress and context are those of hibari-tts (Apache-2.0; a port of misaki's
English, Apache-2.0), which the voice's training texts went through as well. This module adds what they lack: numbers,
abbreviations and signs are put into words before (`normalization`), the context decides heteronyms, the user's own
pronunciations come first, the network for unknown words runs on OpenVINO, a word that still has no sound is spelled,
and every word keeps its span in the text.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .accents import base_letters, pronounce_without_accents
from .british import british_sounds, without_r
from .characters import check_text, warn_about
from .compounds import pronounce_compound
from .dictionaries import new_g2p
from .engine import hibari_g2p
from .given_readings import GIVEN, at_placeholders, in_order, make_rest_readable, with_formulas
from .grouped_warnings import one_document
from .heteronyms import pronounce_heteronyms
from .known_names import KNOWN_NAMES
from .languages import AMERICAN, BRITISH, english, reading_in
from .normalization import Reading, normalize
from .normalization.words import DIGIT_WORDS
from .phonemizer_input import PRESET, PRESET_WORDS, Chunk, PhonemizerInput, chunks, insert_readings
from .pronunciations import Lexicon, add_s, find_inline_phonemes
from .symbols import SYMBOLS, nearest_symbols

if TYPE_CHECKING:
    from hibari.g2p import G2P

    from .unknown_words import UnknownWords

_NOT_A_SYMBOL = re.compile(f"[^{re.escape(''.join(SYMBOLS[1:]))}]")

# Penn Treebank tags of quotation marks and brackets. The tagger takes these characters for words, and the phonemiser
# would join a word to the mark next to it.
_TAGS = {"“": "``", "”": "''", "(": "-LRB-", ")": "-RRB-"}

# Tags of punctuation, which has no sound of its own.
_SILENT_TAGS = frozenset([".", ",", "-LRB-", "-RRB-", "``", '""', "''", ":", "$", "#", "NFP"])

# hibari's rating of phonemes that are given, the highest one.
_GIVEN_RATING = 5

# Letters of the longest words of the second dictionary that are not taken for words.
_LONGEST_RARE = 3

_NAMES = Lexicon(KNOWN_NAMES)

# The British dictionary has the American name of the last letter.
_ZED = "zˈɛd"
_ZEE = re.compile("z([ˈˌ]?)iː")


@dataclass(frozen=True)
class PhonemizedWord:
    """A word as it is written in the text, and its phonemes.

    Attributes:
        start: Offset of the first character of the word in the text.
        end: End offset of the word (exclusive). Punctuation around the word is outside, and "$3.2 million" is one word.
        phonemes: Phonemes in the alphabet of `SYMBOLS`, with the punctuation around the word.
    """

    start: int
    end: int
    phonemes: str


class Phonemizer:
    """Callable that returns the phonemes of an English text, in the alphabet of `SYMBOLS`.

    Making one loads the dictionaries. Threads and voices of the same language may share one: it keeps nothing of a
    text, and it lets one thread at a time use hibari's phonemiser.

    Example:
        phonemizer = Phonemizer()
        phonemizer("Hello world!")  # "həlˈO wˈɜɹld!"
    """

    def __init__(
        self,
        *,
        language: str = AMERICAN,
        core: Any = None,
        lexicon: Lexicon | None = None,
        cache_folder: Path | None = None,
    ) -> None:
        """Load the dictionaries.

        Args:
            language: BCP 47 tag of the English that is read: "en-US" or "en-GB"; see `languages.english` for others.
            core: The `openvino.Core` to use for the network that pronounces unknown words.
            lexicon: Pronunciations that take precedence over those of the dictionaries.
            cache_folder: A folder to keep the dictionaries in, in a form that is loaded faster and takes less memory;
                it need not exist yet. None to parse the dictionaries and keep nothing.

        Raises:
            InputError: `lexicon` is no Lexicon, or the language is not English.
            ModelError: The package hibari-tts is not installed.
        """
        from .unknown_words import UnknownWords

        if lexicon is not None and not isinstance(lexicon, Lexicon):
            raise InputError(
                f"lexicon: {type(lexicon).__name__} given; expected a Lexicon, as in Lexicon({{…}})"
            )
        self.language = english(language)
        is_british = self.language == BRITISH
        self._nearest = partial(nearest_symbols, is_british=is_british)
        self._unknown_words: UnknownWords = UnknownWords(core=core, is_british=is_british)
        self._g2p: G2P = new_g2p(self._pronounce_unknown, is_british=is_british, cache_folder=cache_folder)
        self._lexicon = lexicon or Lexicon()
        self._core, self._cache_folder = core, cache_folder
        self._others: dict[str, Phonemizer] = {self.language: self}
        self._lock = threading.Lock()

    def __call__(self, text: str) -> str:
        """Return the phonemes of a text of any length; empty if nothing in the text has a sound.

        Characters that cannot be read are named in a warning; nothing else is left out. The text may contain phonemes:
        "[[ həlˈoʊ ]]". Double brackets without phonemes are read as text, with a warning.
        """
        return " ".join(word.phonemes for word in self.words(text))

    def words(
        self, text: str, *, readings: Sequence[Reading] | None = None, lexicon: Lexicon | None = None
    ) -> tuple[PhonemizedWord, ...]:
        """Return the words of a text with their spans and phonemes.

        The phonemes joined by spaces are what calling the phonemizer returns.

        Args:
            text: A text of any length. The time is linear in the length.
            readings: The readings of the spans that the caller reads; double brackets are then ordinary text. None to
                find phonemes between double brackets.
            lexicon: Pronunciations for this text alone, which take precedence over those that the phonemizer was made
                with.

        Raises:
            InputError: `text` is no str; `readings` overlap, are empty, or are outside of the text.
        """
        with one_document():
            text = check_text(text)
            given = find_inline_phonemes(text) if readings is None else in_order(readings, len(text))
            given = with_formulas(text, given)
            readable = make_rest_readable(text, given)
            warn_about(readable)
            with self._lock:
                found = self._readings(readable.text.text, given, lexicon)
                prepared = insert_readings(readable.text, found, self._spell_capitals)
                tokens = self._g2p.phonemize_tokens(self._tokens(prepared))
                sounds = list(self._sounds(tokens))
            return tuple(_words_of_text(chunks(prepared.text), sounds))

    def in_language(self, language: str) -> Phonemizer:
        """Return the phonemizer of another kind of English with the same lexicon; it is made once.

        Raises:
            InputError: The language is not English.
        """
        wanted = english(language)
        if wanted not in self._others:
            self._others[wanted] = Phonemizer(
                language=wanted, core=self._core, lexicon=self._lexicon, cache_folder=self._cache_folder
            )
        return self._others[wanted]

    def is_word(self, word: str) -> bool:
        """Tell whether a dictionary has a word in exactly this spelling.

        The second dictionary of hibari has inflected forms and rare words, but also many abbreviations as short as they
        are rare: of up to three letters, its words do not count.
        """
        lexicon = self._g2p.lexicon
        return word in lexicon.golds.d or (len(word) > _LONGEST_RARE and word in lexicon.silvers.d)

    def _look_up(self, word: str) -> str:
        """Return the phonemes that the dictionaries have for a word or a form of it, as a noun; else nothing."""
        if len(word) < 2 or word.isupper():
            return ""
        phonemes = self._g2p.lexicon.get_word(word, "NN", None, hibari_g2p().Context())[0]
        return self._nearest(phonemes or "")

    def _pronounce(self, word: str) -> str:
        """Return the phonemes of any word."""
        return self._look_up(word) or self._look_up(word.lower()) or self._pronounce_unknown(word)

    def _pronounce_unknown(self, word: str) -> str:
        """Return the phonemes of a word that the dictionaries do not have."""
        return (
            self._from_table(_NAMES.pronounce(word))
            or pronounce_without_accents(word, self._look_up)
            or pronounce_compound(base_letters(word), self._look_up)
            or self._unknown_words(word)
            or self._spell(word)
        )

    def _readings(self, text: str, given: Sequence[Reading], lexicon: Lexicon | None) -> list[Reading]:
        """Return all readings of a readable text in order: the caller's, the lexicons', and those of the rules.

        The caller's spans are one `GIVEN` each in the text. Those of the lexicons get `GIVEN` here, because the rules
        read neither.
        """
        from_lexicon: list[Reading] = []
        open_text = list(text)
        for each in (lexicon or Lexicon(), self._lexicon):
            found = list(each.find("".join(open_text)))
            for reading in found:
                open_text[reading.start : reading.end] = GIVEN * (reading.end - reading.start)
            from_lexicon += found
        with reading_in(self.language):
            from_rules = normalize(
                "".join(open_text),
                is_word=self.is_word,
                look_up=self._look_up,
                pronounce=self._pronounce,
                closed=GIVEN,
            )
        if self.language == BRITISH:
            from_rules = [replace(one, phonemes=self._nearest(without_r(one.phonemes))) for one in from_rules]
        all_readings = [*at_placeholders(text, given), *from_lexicon, *from_rules]
        return sorted(all_readings, key=lambda reading: reading.start)

    def _tokens(self, prepared: PhonemizerInput) -> list[Any]:
        """Return hibari's tokens with their tags, and with phonemes where these are known."""
        new_token = hibari_g2p().Tok
        tokens: list[Any] = []
        presets = iter(prepared.presets)
        for piece in re.split(f"({PRESET})", prepared.text.text):
            if piece == PRESET:
                preset = next(presets)
                is_own = preset.text in PRESET_WORDS
                phonemes = self._from_table(preset.phonemes) if is_own else preset.phonemes
                tokens.append(new_token(preset.text, phonemes=phonemes, rating=_GIVEN_RATING))
                continue
            # hibari's tokenizer drops a space at the start of a piece, which belongs to the preset before it.
            if piece[:1] == " " and tokens:
                tokens[-1].whitespace = " "
            tokens += [new_token(text, whitespace=space) for text, space in self._g2p.tokenizer(piece)]
        for token, tag in zip(tokens, self._g2p.tagger([token.text for token in tokens]), strict=True):
            # A token with letters or digits is a word, whatever the tagger says.
            is_mistagged = tag in _SILENT_TAGS and any(map(str.isalnum, token.text))
            token.tag = "NN" if is_mistagged else _TAGS.get(token.text, tag)
            if token.text in ("Z", "z", "Z.") and self.language == BRITISH and token.phonemes is None:
                token.phonemes, token.rating = _ZED, _GIVEN_RATING
        pronounce_heteronyms(tokens, say=self._say_heteronym)
        return tokens

    def _sounds(self, tokens: Sequence[Any]) -> Iterator[str]:
        """Yield the phonemes of each run of tokens between two spaces."""
        sound = ""
        for token in tokens:
            sound += self._sound(token)
            if token.whitespace:
                yield self._clean(sound)
                sound = ""
        if tokens and not tokens[-1].whitespace:
            yield self._clean(sound)

    def _sound(self, token: Any) -> str:
        """Return the phonemes of a token; letters and digits without any are spelled."""
        phonemes = str(token.phonemes or "")
        if any(map(str.isalpha, phonemes)) or not any(map(str.isalnum, token.text)):
            return phonemes
        return f"{self._spell(token.text)} {phonemes}"

    def _spell_capitals(self, letters: str) -> str:
        """Return the names of capital letters as one word; the letters may have the s of a plural after them."""
        capitals = letters.rstrip("s'")
        names = str(self._g2p.lexicon.get_NNP(capitals)[0])
        if self.language == BRITISH:
            names = _ZEE.sub(r"z\1ɛd", names)
        return self._nearest(names if capitals == letters else add_s(names))

    def _spell(self, text: str) -> str:
        """Return the names of the letters and digits of a text, each a word."""
        lexicon = self._g2p.lexicon
        names = (
            lexicon.lookup(DIGIT_WORDS[int(c)], None, None, None)[0]
            if c.isdecimal()
            else lexicon.get_NNP(c)[0]
            for c in unicodedata.normalize("NFKD", text)
            if c.isascii() and c.isalnum()
        )
        return " ".join(filter(None, names))

    def _clean(self, sound: str) -> str:
        """Return phonemes without anything outside of the alphabet, and with single spaces."""
        return " ".join(_NOT_A_SYMBOL.sub("", self._nearest(sound)).split())

    def _from_table(self, phonemes: str) -> str:
        """Return phonemes of a table of this package, which are American, as this English has them."""
        return self._nearest(british_sounds(phonemes)) if phonemes and self.language == BRITISH else phonemes

    def _say_heteronym(self, word: str, phonemes: str) -> str:
        """Return the reading of the dictionary that is nearest to one of the table of heteronyms."""
        if self.language == AMERICAN:
            return phonemes
        entry = self._g2p.lexicon.golds.get(word)
        wanted = british_sounds(phonemes)
        readings = set(entry.values()) if isinstance(entry, dict) else set()
        return max(readings, key=lambda said: SequenceMatcher(None, said, wanted).ratio(), default=wanted)


@dataclass
class _OpenWord:
    """A word of the text whose chunks are being collected.

    Several chunks may come from one word of the text: "$5" is read as "five dollars". Punctuation that is a chunk of
    its own belongs to the word before, and at the beginning of a text to the word after.
    """

    start: int
    end: int
    is_word: bool
    phonemes: list[str] = field(default_factory=list)

    def ends_before(self, chunk: Chunk) -> bool:
        """Tell whether a chunk begins another word of the text."""
        return self.is_word and chunk.is_word and chunk.start > self.end

    def add(self, chunk: Chunk, sound: str) -> None:
        """Add a chunk and its phonemes."""
        if chunk.is_word and not self.is_word:
            # There was only punctuation so far.
            self.start, self.end, self.is_word = chunk.start, chunk.end, True
        elif chunk.is_word:
            self.end = max(self.end, chunk.end)
        self.phonemes.append(sound)

    def close(self) -> PhonemizedWord:
        """Return the finished word."""
        return PhonemizedWord(self.start, self.end, " ".join(self.phonemes))


def _words_of_text(chunks_of_text: Iterable[Chunk], sounds: Iterable[str]) -> Iterator[PhonemizedWord]:
    """Join the chunks of the phonemiser's input into the words of the text.

    Args:
        chunks_of_text: The chunks.
        sounds: The phonemes of each chunk; a chunk without phonemes is skipped.
    """
    word: _OpenWord | None = None
    for chunk, sound in zip(chunks_of_text, sounds, strict=True):
        if not sound:
            continue
        if word and word.ends_before(chunk):
            yield word.close()
            word = None
        word = word or _OpenWord(chunk.start, chunk.end, chunk.is_word)
        word.add(chunk, sound)
    if word:
        yield word.close()
