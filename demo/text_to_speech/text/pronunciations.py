"""Pronunciations written by people, in IPA or ARPAbet, in the alphabet of `SYMBOLS`; lexicon files; `[[ … ]]` in texts.

A lexicon is a text file in UTF-8: a word, a tab, its phonemes; empty lines and lines that begin with # do not count.

    hibari<TAB>hɪˈbɑːɹi
    Nguyen<TAB>/W IH1 N/

A word in small letters stands for all its writings (hibari, Hibari, HIBARI), a word with a capital only for itself.
Possessives and plurals with 's come along. The phonemes are IPA, or ARPAbet between slashes.
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
from .symbols import CONSONANTS, PUNCTUATION, STRESS_MARKS, SYMBOLS, VOWELS, nearest_symbols

_log = logging.getLogger(__name__)

# IPA of more than one character, or of another custom, → the alphabet of the voice; the longest first.
_IPA = {
    "t͡ʃ": "ʧ", "d͡ʒ": "ʤ", "tʃ": "ʧ", "dʒ": "ʤ", "oʊ": "O", "əʊ": "O", "eɪ": "A", "aɪ": "I", "aʊ": "W", "ɔɪ": "Y",
    "əl̩": "ᵊl", "l̩": "ᵊl", "n̩": "ᵊn", "m̩": "ᵊm", "ɝ": "ɜɹ", "ɚ": "əɹ", "ɜː": "ɜɹ", "r": "ɹ", "g": "ɡ",
    "ɫ": "l", "ʍ": "w",
    "ɒ": "ɑ", "e": "ɛ", "o": "O", "ɨ": "ᵻ", "x": "k", "ç": "h", "ɐ̃": "ɐ", "ː": "", "ˑ": "", "'": "ˈ", "’": "ˈ", "‿": "",
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
_SYLLABLE_BREAK = re.compile(r"\.(?=\S)")
_STRESS_BEFORE_ONSET = re.compile(rf"([{STRESS_MARKS}])([{CONSONANTS}]+)(?=[{VOWELS}])")
BLANK_LINE = re.compile(r"[\n\r]\s*[\n\r]")
INLINE_PHONEMES = re.compile(r"\[\[([^\[\]]{0,2000})\]\]")
_WORD = re.compile(r"[^\W_](?:[\w'&.-]{0,60}[^\W_])?")
_POSSESSIVE = re.compile(r"(.+)'s")


def parse_phonemes(written: str) -> str:
    """Read phonemes as people write them.

    Args:
        written: IPA, in which "oʊ" and "O" are the same and the stress mark stands before the syllable or before its
            vowel, or ARPAbet between slashes: "/HH AH0 L OW1/".

    Returns:
        phonemes in the alphabet of `SYMBOLS`.

    Raises:
        InputError: something is neither.
    """
    stripped = written.strip()
    if len(stripped) > 2 and stripped[0] == stripped[-1] == "/" and stripped.isascii():
        return " ".join(_read_arpabet(word) for word in stripped[1:-1].split("  "))
    plain = _SYLLABLE_BREAK.sub("", _IPA_PATTERN.sub(lambda match: _IPA[match[0]], stripped.strip("/")))
    phonemes = _STRESS_BEFORE_ONSET.sub(r"\2\1", nearest_symbols(" ".join(plain.split())))
    # nearest_symbols takes a 1 for a tone, as the network for unknown words writes it; people do not.
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
    """Find phonemes that stand in a text between double brackets; anything else there is text, with a warning.

    Args:
        text: of any length; a blank line ends what stands between brackets.
        place: tells for an offset of the text how a warning names it.
    """
    if "[[" not in text:
        return []
    found = []
    for match in INLINE_PHONEMES.finditer(text):
        try:
            if BLANK_LINE.search(match[0]):
                raise InputError("a blank line stands between double brackets")
            found.append(Reading(match.start(), match.end(), phonemes=parse_phonemes(match[1])))
        except InputError as error:
            shown = " ".join(match[0][:60].split())
            message = f"{error}; {shown} is read as text"
            warn(_log, "double brackets without phonemes", message, place=partial(place, match.start()))
    return found


@dataclass(frozen=True)
class Lexicon:
    """Pronunciations of the user's own.

    Args:
        words: word → phonemes, as a line of a lexicon file has them: `Lexicon({"gif": "ʤˈɪf", "Nguyen": "/W IH1 N/"})`.

    Attributes:
        words: word → phonemes in the alphabet of `SYMBOLS`; a word in small letters stands for all its writings.

    Raises:
        InputError: `words` is no mapping, or an entry is not a word and its phonemes; the message names the entry.
    """

    words: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.words, Mapping):
            raise InputError(
                f"lexicon: {type(self.words).__name__} given; expected a mapping of words to phonemes"
            )
        checked: dict[str, str] = {}
        for word, phonemes in self.words.items():
            _add_entry(checked, word, phonemes, place=f"lexicon, entry {str(word)[:60]!r}")
        self._keep(checked)

    @classmethod
    def read(cls, *paths: str | Path) -> Lexicon:
        """Read lexicon files; where two have the same word, the later one counts.

        Raises:
            InputError: a file cannot be read, or a line in it is not a word, a tab and phonemes.
        """
        words: dict[str, str] = {}
        for path in paths:
            words.update(_read_file(Path(path)))
        lexicon = cls()
        lexicon._keep(words)
        return lexicon

    def _keep(self, checked: dict[str, str]) -> None:
        """Keep entries that were read; reading phonemes a second time could change them."""
        object.__setattr__(self, "words", checked)

    def find(self, text: str) -> Iterator[Reading]:
        """Yield the readings of the words of a text that the lexicon has; of "x-y" also of "x" and "y"."""
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
        """Return the phonemes of a word or of its possessive; empty if the lexicon does not have it."""
        phonemes = self.words.get(word) or self.words.get(word.lower(), "")
        possessive = None if phonemes else _POSSESSIVE.fullmatch(word)
        if possessive:
            stem = self.pronounce(possessive[1])
            return stem and add_s(stem)
        return phonemes


def add_s(phonemes: str) -> str:
    """Put the sound of a plural or possessive s behind phonemes."""
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
        _add_entry(words, word, written, place=f"lexicon {path}, line {number}")
    return words


def _add_entry(words: dict[str, str], word: object, written: object, *, place: str) -> None:
    """Add a word and its phonemes as people write them, or refuse them.

    Raises:
        InputError: The word is none, or there already, or the phonemes are none; the message begins with the place.
    """
    if not isinstance(word, str) or not isinstance(written, str):
        raise InputError(
            f"{place}: {type(word).__name__} → {type(written).__name__}; expected a word and its phonemes as str"
        )
    key = word.strip().replace("’", "'")
    if not _WORD.fullmatch(key):
        raise InputError(
            f"{place}: {word[:60]!r} is not one word; expected one word, without a space, and its phonemes"
        )
    if key in words:
        raise InputError(f"{place}: {key!r} stands there twice; leave one")
    try:
        words[key] = parse_phonemes(written)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
