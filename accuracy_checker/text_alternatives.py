"""Wraps other text front ends as functions from text to phonemes of this project's alphabet, for text_front_end.py.

None of them is a requirement: text_front_end.py measures those that are installed.

    gruut   2.4.0 (MIT): dictionary, tagger for a few heteronyms, a trained model for unknown words
    misaki  0.9.4 (Apache-2.0) with spaCy's small English model (MIT), without espeak-ng: unknown words are not read
    hibari  the phonemiser that this project builds on, by itself
    NeMo    nemo_text_processing 1.2.0 (Apache-2.0): grammars that put a text into words; hibari reads the words
    wetext  0.1.8 (Apache-2.0): the same with other grammars
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from text_to_speech.errors import InputError
from text_to_speech.text import Phonemizer, parse_phonemes
from text_to_speech.text.unknown_words import UnknownWords

Speak = Callable[[str], list[tuple[str, str]]]
"""Returns the words of a text with their phonemes, which are empty if a word is not read."""

ReadWords = Callable[[str], str]
"""Returns the phonemes of words, of capital letters, each of which is its name, and of ARPAbet between <>."""


@dataclass(frozen=True)
class FrontEnd:
    """Another front end, whose phonemes of a text and of the words of a reading can be compared.

    Attributes:
        name: Its name.
        speak: Returns the phonemes of a text.
        read: Returns the phonemes of words that need no more normalising.
    """

    name: str
    speak: Callable[[str], str]
    read: ReadWords


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


def front_ends(read_words: Callable[[Phonemizer, str], str]) -> list[FrontEnd]:
    """Return the other front ends that are installed.

    Args:
        read_words: Returns the phonemes that a phonemizer of this project gives to the words of a reading. Front ends
            that use the same dictionaries are compared with them.
    """
    from hibari.g2p import G2P

    hibari = G2P(oov=UnknownWords())
    phonemizer = Phonemizer()

    def read(reading: str) -> str:
        return read_words(phonemizer, reading)

    found = [FrontEnd("hibari", _or_nothing(hibari), read)]
    if find_spec("nemo_text_processing"):
        normalize = _nemo()
        found.append(FrontEnd("NeMo and hibari", _or_nothing(lambda text: hibari(normalize(text))), read))
    if find_spec("wetext"):
        from wetext import Normalizer

        wetext = Normalizer(lang="en", operator="tn")
        found.append(
            FrontEnd("wetext and hibari", _or_nothing(lambda text: hibari(wetext.normalize(text))), read)
        )
    if find_spec("gruut"):
        found.append(FrontEnd("gruut", lambda text: _joined(_speak_gruut(text)), _read_with_gruut))
    return found


def _or_nothing(speak: Callable[[str], str]) -> Callable[[str], str]:
    """Return a function that gives no phonemes where another one fails: hibari alone does at some superscripts."""

    def speak_or_fail(text: str) -> str:
        try:
            return speak(text)
        except (AssertionError, ValueError):
            return ""

    return speak_or_fail


def _nemo() -> Callable[[str], str]:
    from nemo_text_processing.text_normalization.normalize import Normalizer

    normalizer = Normalizer(input_case="cased", lang="en")
    return lambda text: str(normalizer.normalize(text, verbose=False, punct_post_process=True))


def _joined(words: list[tuple[str, str]]) -> str:
    return " ".join(phonemes for _, phonemes in words)


def _read_with_gruut(reading: str) -> str:
    """Return gruut's phonemes of a reading; the letter A alone would be the article to it."""
    parts = re.split(r"<([A-Z ]+)>", re.sub(r"\bA\b(?![^<]*>)", "<EY>", reading))
    spoken = [
        parse_phonemes(f"/{part}/") if index % 2 else _joined(_speak_gruut(part))
        for index, part in enumerate(parts)
    ]
    return " ".join(spoken)


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
