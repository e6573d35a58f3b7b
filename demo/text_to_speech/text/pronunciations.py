"""Parses the pronunciations that people write: lexicons, and phonemes between double brackets in a text.

A lexicon is a text file in UTF-8. Each line is a word, a tab and the phonemes of the word. Empty lines and lines that
begin with # are ignored.

    hibari<TAB>hɪˈbɑːɹi
    Nguyen<TAB>/W IH1 N/

A word in small letters applies to all spellings of it (hibari, Hibari, HIBARI), a word with a capital letter only to
itself. An entry also covers the possessive of its word. Phonemes are IPA, or ARPAbet between slashes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ..errors import InputError
from .grouped_warnings import warn
from .normalization import Reading
from .symbols import (
    BRITISH_SOUNDS,
    CONSONANTS,
    PUNCTUATION,
    RARE_SOUNDS,
    STRESS_MARKS,
    SYMBOLS,
    VOWELS,
)

logger = logging.getLogger(__name__)

# IPA as people write it → the alphabet of the voices, where the two differ.
_IPA = {
    "t͡ʃ": "ʧ", "d͡ʒ": "ʤ", "tʃ": "ʧ", "dʒ": "ʤ", "oʊ": "O", "əʊ": "Q", "eɪ": "A", "aɪ": "I", "aʊ": "W", "ɔɪ": "Y",
    "əl̩": "ᵊl", "l̩": "ᵊl", "n̩": "ᵊn", "m̩": "ᵊm", "ɝ": "ɜɹ", "ɚ": "əɹ", "r": "ɹ", "g": "ɡ",
    "ɫ": "l", "ʍ": "w",
    "e": "ɛ", "o": "O", "ɨ": "ᵻ", "x": "k", "ç": "h", "ɐ̃": "ɐ", "ˑ": "", "'": "ˈ", "’": "ˈ", "‿": "",
    "͡": "", "̯": "", "̃": "", "ʰ": "",
}  # fmt: skip
_ARPABET = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AX": "ə", "AY": "I", "B": "b", "CH": "ʧ", "D": "d",
    "DH": "ð",
    "DX": "T", "EH": "ɛ", "ER": "ɜɹ", "EY": "A", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IX": "ᵻ", "IY": "i",
    "JH": "ʤ",
    "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "O", "OY": "Y", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
_UNSTRESSED = {"AH": "ə", "ER": "əɹ"}
_STRESS = {"1": "ˈ", "2": "ˌ", "0": "", "": ""}

_IPA_PATTERN = re.compile("|".join(map(re.escape, sorted(_IPA, key=len, reverse=True))))
_ARPABET_PHONE = re.compile(r"([A-Z]{1,2})([012]?)")
# What no voice says; the sounds that only the other kind of English has are replaced where a text is read.
_UNSPOKEN = str.maketrans({**RARE_SOUNDS, "ɾ": "T"})
_SYLLABLE_BREAK = re.compile(r"\.(?=\S)")
_STRESS_BEFORE_ONSET = re.compile(rf"([{STRESS_MARKS}])([{CONSONANTS}]+)(?=[{VOWELS}{BRITISH_SOUNDS}])")
BLANK_LINE = re.compile(r"[\n\r]\s*[\n\r]")
INLINE_PHONEMES = re.compile(r"\[\[([^\[\]]{0,2000})\]\]")
_WORD = re.compile(r"[^\W_](?:[\w'&.-]{0,60}[^\W_])?")
_POSSESSIVE = re.compile(r"(.+)'s")


def parse_phonemes(written: str) -> str:
    """Convert phonemes that people write into the alphabet of `SYMBOLS`.

    Args:
        written: IPA, or ARPAbet between slashes ("/HH AH0 L OW1/"). In IPA, a diphthong may be written "oʊ" or "O",
            and the stress mark may precede the syllable or its vowel.

    Returns:
        The phonemes in the alphabet of `SYMBOLS`. A sound that only the other kind of English has is kept: the
        phonemizer of each language replaces those that its voices do not say.

    Raises:
        InputError: A character is neither IPA of English nor ARPAbet, or the phonemes have no sound.

    Example:
        parse_phonemes("həˈloʊ")  # "həlˈO"
    """
    stripped = written.strip()
    if len(stripped) > 2 and stripped[0] == stripped[-1] == "/" and stripped.isascii():
        return " ".join(_read_arpabet(word) for word in stripped[1:-1].split("  "))
    plain = _SYLLABLE_BREAK.sub("", _IPA_PATTERN.sub(lambda match: _IPA[match[0]], stripped.strip("/")))
    phonemes = _STRESS_BEFORE_ONSET.sub(r"\2\1", " ".join(plain.split()).translate(_UNSPOKEN))
    # The table removes a 1, which is a tone where the network for unknown words writes it. People who write a 1
    # mean something else.
    unknown = sorted(set(phonemes).difference(SYMBOLS[1:]) | ({"1"} & set(plain)))
    if unknown:
        listed = ", ".join(f"{symbol!r} (U+{ord(symbol):04X})" for symbol in unknown[:5])
        raise InputError(
            f"phonemes {written.strip()[:60]!r} have {listed}; expected IPA of English or ARPAbet as in /HH AH0 L OW1/"
        )
    if not set(phonemes).difference(PUNCTUATION + STRESS_MARKS):
        raise InputError(f"phonemes {written.strip()[:60]!r} have no sound; expected for example 'həlˈoʊ'")
    return phonemes


def _read_arpabet(written: str) -> str:
    """Convert the ARPAbet of one word."""
    sounds = []
    for phone in written.split():
        match = _ARPABET_PHONE.fullmatch(phone)
        if not match or match[1] not in _ARPABET:
            raise InputError(
                f"{phone[:20]!r} in /{written[:60]}/ is no ARPAbet; expected for example /HH AH0 L OW1/"
            )
        sound = _UNSTRESSED.get(match[1], "") if match[2] in ("0", "") else ""
        sounds.append(_STRESS[match[2]] + (sound or _ARPABET[match[1]]))
    return "".join(sounds)


def find_inline_phonemes(
    text: str, *, place: Callable[[int], str] = lambda at: f"offset {at}"
) -> list[Reading]:
    """Find the phonemes between double brackets in a text: "[[ həlˈoʊ ]]".

    Brackets without phonemes are text, and a warning says so. Phonemes do not extend over a blank line.

    Args:
        text: A text of any length.
        place: Returns the name that a warning gives to an offset in the text.
    """
    if "[[" not in text:
        return []
    found = []
    for match in INLINE_PHONEMES.finditer(text):
        try:
            if BLANK_LINE.search(match[0]):
                raise InputError("a blank line is between double brackets")
            found.append(Reading(match.start(), match.end(), phonemes=parse_phonemes(match[1])))
        except InputError as error:
            shown = " ".join(match[0][:60].split())
            message = f"{error}; {shown} is read as text"
            warn(logger, "double brackets without phonemes", message, place=partial(place, match.start()))
    return found


@dataclass(frozen=True)
class Lexicon:
    """The user's own pronunciations, which take precedence over the dictionaries.

    Args:
        words: Word → phonemes, written as in a line of a lexicon file.

    Attributes:
        words: Word → phonemes in the alphabet of `SYMBOLS`. A word in small letters applies to all spellings of it.

    Raises:
        InputError: `words` is no mapping, or an entry is not a word and its phonemes. The message names the entry.

    Example:
        Lexicon({"gif": "ʤˈɪf", "Nguyen": "/W IH1 N/"})
    """

    words: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.words, Mapping):
            raise InputError(
                f"lexicon: {type(self.words).__name__} given; expected a mapping of words to phonemes"
            )
        checked: dict[str, str] = {}
        for word, phonemes in self.words.items():
            _add_entry(checked, word, phonemes, where=f"lexicon, entry {str(word)[:60]!r}")
        self._keep(checked)

    @classmethod
    def read(cls, *paths: str | Path) -> Lexicon:
        """Read lexicon files. If two files have the same word, the later one counts.

        Raises:
            InputError: A file cannot be read, or one of its lines is not a word, a tab and phonemes.
        """
        words: dict[str, str] = {}
        for path in paths:
            words.update(_read_file(Path(path)))
        lexicon = cls()
        lexicon._keep(words)
        return lexicon

    def updated(self, other: Lexicon) -> Lexicon:
        """Return the words of both lexicons. If both have the same word, that of the other one counts."""
        lexicon = Lexicon()
        lexicon._keep({**self.words, **other.words})
        return lexicon

    def _keep(self, checked: dict[str, str]) -> None:
        """Set the words to phonemes that were parsed before, because parsing them again could change them."""
        object.__setattr__(self, "words", checked)

    def find(self, text: str) -> Iterator[Reading]:
        """Yield a reading for each word of a text that the lexicon has, or for the parts of a word such as "x-y"."""
        if not self.words:
            return
        for match in _WORD.finditer(text):
            phonemes = self.pronounce(match[0])
            if phonemes:
                yield Reading(match.start(), match.end(), phonemes=phonemes)
                continue
            for part in re.finditer(r"[^\W_]+(?:'[^\W_]+)*", match[0]):
                phonemes = self.pronounce(part[0])
                if phonemes:
                    start = match.start() + part.start()
                    yield Reading(start, start + len(part[0]), phonemes=phonemes)

    def pronounce(self, word: str) -> str:
        """Return the phonemes of a word or of a possessive; empty if the lexicon does not have the word."""
        phonemes = self.words.get(word) or self.words.get(word.lower(), "")
        possessive = None if phonemes else _POSSESSIVE.fullmatch(word)
        if possessive:
            stem = self.pronounce(possessive[1])
            return stem and add_s(stem)
        return phonemes


def add_s(phonemes: str) -> str:
    """Append the sound of a plural or possessive s to the phonemes of a word."""
    if phonemes[-1:] in tuple("szʃʒʧʤ"):
        return phonemes + "ᵻz"
    return phonemes + ("s" if phonemes[-1:] in tuple("ptkfθ") else "z")


def _read_file(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise InputError(
            f"lexicon {path}: cannot be read ({reason}); expected a text file in UTF-8"
        ) from None
    words: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        word, tab, written = line.partition("\t")
        if not tab:
            raise InputError(
                f"lexicon {path}, line {number}: {line[:60]!r}; expected one word, a tab and its phonemes"
            )
        _add_entry(words, word, written, where=f"lexicon {path}, line {number}")
    return words


def _add_entry(words: dict[str, str], word: object, written: object, *, where: str) -> None:
    """Add an entry to the words of a lexicon after checking it.

    Args:
        words: The words, to which the entry is added.
        word: The word as people write it.
        written: The phonemes as people write them.
        where: Where the entry comes from; messages begin with it.

    Raises:
        InputError: The word is not one word or is there already, or the phonemes cannot be parsed.
    """
    if not isinstance(word, str) or not isinstance(written, str):
        raise InputError(
            f"{where}: {type(word).__name__} → {type(written).__name__}; expected a word and its phonemes as str"
        )
    key = word.strip().replace("’", "'")
    if not _WORD.fullmatch(key):
        raise InputError(
            f"{where}: {word[:60]!r} is not one word; expected one word, without a space, and its phonemes"
        )
    if key in words:
        raise InputError(f"{where}: {key!r} is there twice; leave one")
    try:
        words[key] = parse_phonemes(written)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
