"""Pronounces words that are made of two words of the dictionaries: "changelog", "localhost", "Motörhead"."""

from __future__ import annotations

from collections.abc import Callable

# Letters of the shortest word, and of its shortest part.
_SHORTEST_WORD = 7
_SHORTEST_PART = 3


def pronounce_compound(word: str, look_up: Callable[[str], str]) -> str:
    """Return the phonemes of a compound, with its main stress on the first word; empty if the word is none.

    Of several divisions, the one counts whose shorter part is longest, because long words rarely meet by chance.

    Args:
        word: A word that no dictionary has.
        look_up: Returns the phonemes that a dictionary has for a word; empty if it does not have the word.
    """
    lower = word.lower()
    if len(lower) < _SHORTEST_WORD or not lower.isalpha():
        return ""
    cuts = range(_SHORTEST_PART, len(lower) - _SHORTEST_PART + 1)
    for cut in sorted(cuts, key=lambda cut: abs(2 * cut - len(lower))):
        first, second = look_up(lower[:cut]), look_up(lower[cut:])
        if first and second:
            return first + second.replace("ˈ", "ˌ")
    return ""
