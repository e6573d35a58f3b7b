"""Pronounces words with accents that the dictionaries have without them: "Zürich", "coöperate", "blessèd".

    zürich      → zurich         the base letters, of which a dictionary has the word
    coöperate   → cooperate      also where only "co-operate" is there
    cæsar       → caesar
    blessèd     → bless + ed     the accent says that the e is heard
    rosé        → rose + A       a word that ends in é, if its base ends in another sound

The base of a word with ñ, or one that ends in ë, is another word ("nino", "bronte"), unless the sounds say otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_BASE_LETTERS = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "Œ": "Oe",
        "ß": "ss",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
    }
)
_DIAERESIS = re.compile("(?<=[aeiouAEIOU])(?=[äëïöü])")
_HEARD_E = re.compile("(?i)(.{2,})èd")
_FINAL_E = re.compile("(?i)é(e?s?)")


def base_letters(word: str) -> str:
    """Return a word without accents: "Zürich" as "Zurich"."""
    decomposed = unicodedata.normalize("NFD", word.translate(_BASE_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def pronounce_without_accents(word: str, look_up: Callable[[str], str]) -> str:
    """Return the phonemes of a word with accents from those of its base; empty if its base does not tell.

    Args:
        word: A word that no dictionary has.
        look_up: Returns the phonemes that a dictionary has for a word; empty if it does not have the word.
    """
    if word.isascii():
        return ""
    heard = _HEARD_E.fullmatch(word)
    if heard:
        stem = look_up(heard[1]) or look_up(heard[1] + "e")
        return stem and stem + "ᵻd"
    base = base_letters(word)
    phonemes = look_up(base) or look_up(base.lower())
    if not phonemes and _DIAERESIS.search(word):
        phonemes = look_up(base_letters(_DIAERESIS.sub("-", word)))
    if not phonemes or ("ñ" in word.lower() and "nj" not in phonemes):
        return ""
    if word.lower().endswith("ë"):
        return phonemes if phonemes[-1] in "iA" else ""
    final = _FINAL_E.search(word, len(word) - 3) if len(word) > 3 else None
    if final and final.end() == len(word):
        return _with_final_e(phonemes, is_plural=final[1].lower().endswith("s"))
    return phonemes


def _with_final_e(phonemes: str, *, is_plural: bool) -> str:
    """Return the phonemes of a base with the sound of é at the end; empty for an i there, which is another word's."""
    stem = phonemes.removesuffix("z").removesuffix("s") if is_plural else phonemes
    if stem[-1:] == "A":
        return phonemes
    if stem[-1:] in ("i", ""):
        return ""
    return stem.replace("ˌ", "").replace("ˈ", "ˌ") + "ˈA" + ("z" if is_plural else "")
