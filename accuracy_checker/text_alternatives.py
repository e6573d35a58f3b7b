"""Wraps other text front ends as functions from text to phonemes of this project's alphabet, for text_front_end.py.

None of them is a requirement: text_front_end.py measures those that are installed.

    gruut   2.4.0 (MIT): dictionary, tagger for a few heteronyms, a trained model for unknown words
    misaki  0.9.4 (Apache-2.0) with spaCy's small English model (MIT), without espeak-ng: unknown words are not read
    hibari  the phonemiser that this project builds on, by itself
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec

from text_to_speech.errors import InputError
from text_to_speech.text import parse_phonemes
from text_to_speech.text.unknown_words import UnknownWords

Speak = Callable[[str], list[tuple[str, str]]]
"""Returns the words of a text with their phonemes, which are empty if a word is not read."""

_FOLDED = str.maketrans({"ᵊ": "ə", "ᵻ": "ɪ", "ɐ": "ə", "ʌ": "ə", "ɜ": "ə", "T": "t", "ɾ": "t", "ɔ": "ɑ"})
_NO_SOUND = re.compile(r"[^\w]|[ˈˌ_❓]")


def fold(phonemes: str) -> str:
    """Return phonemes without stress and without the differences between dictionaries of American English.

    These differences are the reduced vowels, the flap, and the vowels of "cot" and "caught".
    """
    return _NO_SOUND.sub("", phonemes).translate(_FOLDED)


def installed() -> dict[str, Speak]:
    """Return the alternatives that are installed, by name."""
    found: dict[str, Speak] = {"hibari-tts alone": _hibari()}
    if find_spec("gruut"):
        found["gruut"] = _speak_gruut
    if find_spec("misaki") and find_spec("en_core_web_sm"):
        found["misaki"] = _misaki()
    return found


def _hibari() -> Speak:
    from hibari.g2p import G2P

    phonemizer = G2P(oov=UnknownWords())
    return lambda text: _by_spaces(text, phonemizer(text))


def _misaki() -> Speak:
    from misaki.en import G2P

    phonemizer = G2P(trf=False, british=False, fallback=None)
    return lambda text: _by_spaces(text, phonemizer(text)[0])


def _by_spaces(text: str, phonemes: str) -> list[tuple[str, str]]:
    return list(zip(text.split(" "), phonemes.split(" "), strict=False))


def _speak_gruut(text: str) -> list[tuple[str, str]]:
    import gruut

    words = (word for sentence in gruut.sentences(text, lang="en-us") for word in sentence)
    return [(word.text, _read_ipa("".join(word.phonemes or ()))) for word in words]


def _read_ipa(ipa: str) -> str:
    try:
        return parse_phonemes(ipa)
    except InputError:
        # Punctuation has no phonemes.
        return ""
