"""Pronounces words that are made of two words of the dictionaries: "changelog", "localhost", "Motörhead"."""

from __future__ import annotations

from collections.abc import Callable

# Letters of the shortest word with a part of so many letters. In shorter words a part is met by chance: of 3,000 names,
# parts of three letters in words of seven made the phoneme error 12.7 % instead of 12.1 %, these make it 12.0 %.
_SHORTEST_WORD = {3: 10, 4: 9}
_SHORTEST_PART = min(_SHORTEST_WORD)


def pronounce_compound(word: str, look_up: Callable[[str], str]) -> str:
    """Return the phonemes of a compound, with its main stress on the first word; empty if the word is none.

    Of several divisions, the one counts whose shorter part is longest, because long words rarely meet by chance.

    Args:
        word: A word that no dictionary has.
        look_up: Returns the phonemes that a dictionary has for a word; empty if it does not have the word.
    """
    lower = word.lower()
    if len(lower) < min(_SHORTEST_WORD.values()) or not lower.isalpha():
        return ""
    cuts = range(_SHORTEST_PART, len(lower) - _SHORTEST_PART + 1)
    for cut in sorted(cuts, key=lambda cut: abs(2 * cut - len(lower))):
        if len(lower) < _SHORTEST_WORD.get(min(cut, len(lower) - cut), 0):
            continue
        first, second = look_up(lower[:cut]), look_up(lower[cut:])
        if first and second:
            return first + second.replace("ˈ", "ˌ")
    return ""
