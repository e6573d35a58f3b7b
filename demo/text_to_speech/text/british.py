"""British sounds: the symbols that the British dictionaries write beyond the American ones, and where they come from.

Names, noises and heteronyms have American phonemes in the tables of this package. `british_sounds` says them as the
British dictionaries would: without r before a consonant, with the vowels of lot, bath and goat.
"""

from __future__ import annotations

import re

_VOWELS = "AIOWYQaiuæɐɑɒɔəɛɜɪʊʌᵊᵻ"
# A vowel, an r, and not a vowel after it.
_R = re.compile(rf"([ɜəɑɔɛɪʊ])ɹ(?![ˈˌ]?[{_VOWELS}])")
_R_BEFORE_VOWEL = re.compile(rf"([ɜɑɔ])ɹ(?=[ˈˌ]?[{_VOWELS}])")
_LAST_R = re.compile(rf"(?<=[{_VOWELS}])ɹ(?![ˈˌ]?[{_VOWELS}])")
_WITHOUT_R = {"ɜ": "ɜː", "ə": "ə", "ɑ": "ɑː", "ɔ": "ɔː", "ɛ": "ɛː", "ɪ": "ɪə", "ʊ": "ʊə"}
_AMERICAN_ONLY = str.maketrans({"T": "t", "ᵻ": "ɪ"})
_VOWEL_CHANGES = str.maketrans({"æ": "a", "O": "Q"})
_LOT = re.compile("ɑ(?!ː)")
_THOUGHT = re.compile("ɔ(?!ː)")
_LONG = re.compile("([iu])(?!ː|$|ə)")


def without_r(phonemes: str) -> str:
    """Return American phonemes without the sounds that British English does not have: r before no vowel, the flap."""
    dropped = _R.sub(lambda match: _WITHOUT_R[match[1]], phonemes.translate(_AMERICAN_ONLY))
    return _LAST_R.sub("", _R_BEFORE_VOWEL.sub(r"\1ːɹ", dropped))


def british_sounds(phonemes: str) -> str:
    """Return American phonemes as the British dictionaries would write them.

    Example:
        british_sounds("ɡˈOɹdᵊn")  # "ɡˈQdᵊn"
    """
    vowels = without_r(phonemes).translate(_VOWEL_CHANGES)
    return _LONG.sub(r"\1ː", _THOUGHT.sub("ɔː", _LOT.sub("ɒ", vowels)))
