"""Corrects the sounds that the network for unknown words gives to the letters of a name.

The network learned to read from a program that often does not say names as Americans do ("Kroger" with a soft g). The
table letter_corrections.tsv says, for a sound and the letters around the one that it was read from, which sounds
Americans say instead. It was learned from the CMU Pronouncing Dictionary by training/letter_corrections.py, without the
words that accuracy_checker/text_front_end.py measures.

A line is a context, a tab and the sounds, which may be none. The context has a character for each of

    the sound, 1 if it is stressed, its letter, the next sound, the next letter, the letter before, the sound before,
    the second letter after, the second before, the third after

as far as the line goes, with # beyond the ends of the word. The longest line that fits decides; = keeps the sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from .symbols import STRESS_MARKS, VOWELS

TABLE = "letter_corrections.tsv"
KEPT = "="
MAIN_STRESS = STRESS_MARKS[0]

# What comes next in a context after the sound and its stress: a letter at a distance, or a sound at one.
_ORDER = (("letter", 0), ("sound", 1), ("letter", 1), ("letter", -1), ("sound", -1), ("letter", 2), ("letter", -2),
          ("letter", 3))  # fmt: skip

# The sounds among which the table does not tell, as the corrections write them.
FOLDED = str.maketrans({"ᵊ": "ə", "ᵻ": "ɪ", "ɐ": "ə", "ʌ": "ə", "ɜ": "ə", "T": "t", "ɔ": "ɑ"})


@dataclass(frozen=True)
class ReadSound:
    """A sound of a word, and the letter from which the network read it.

    Attributes:
        sound: One symbol of the alphabet that is no stress mark.
        letter: Index of the letter.
        stress: The stress mark before the sound, or nothing.
    """

    sound: str
    letter: int
    stress: str


def contexts(letters: str, sounds: Sequence[ReadSound], index: int) -> Iterator[str]:
    """Yield the contexts of a sound, the shortest first.

    Args:
        letters: The word.
        sounds: All of its sounds.
        index: The index of the sound.
    """
    one = sounds[index]
    context = one.sound + ("1" if one.stress else "0")
    yield context
    for kind, distance in _ORDER:
        at = (one.letter if kind == "letter" else index) + distance
        among = letters if kind == "letter" else sounds
        found = among[at] if 0 <= at < len(among) else "#"
        context += found.sound if isinstance(found, ReadSound) else found.lower()[:1]
        yield context


def corrected(letters: str, sounds: Sequence[ReadSound]) -> str:
    """Return the phonemes of a word with the corrections of the table."""
    table = _table()
    spoken = []
    for index, one in enumerate(sounds):
        found = [table[context] for context in contexts(letters, sounds, index) if context in table]
        before_r = index + 1 < len(sounds) and sounds[index + 1].sound == "ɹ"
        letter = letters[one.letter].lower()
        spoken.append(_instead(one, found[-1] if found else KEPT, letter, before_r=before_r))
    return "".join(spoken)


def _instead(one: ReadSound, said: str, letter: str, *, before_r: bool) -> str:
    """Return what is said instead of a sound, as the dictionaries write it.

    The table has one sound for the vowels of "cup", "bird" and the schwa, and one for those of "lot" and "north". Where
    the network puts its stress on another vowel than Americans do, a reduced vowel loses it, unless it is the main one.
    """
    is_reduced = said == "ə" and one.stress and not before_r and letter not in "uo"
    loses_stress = one.stress and not any(sound in VOWELS for sound in said)
    if said == KEPT or loses_stress or (is_reduced and one.stress == MAIN_STRESS):
        return one.stress + one.sound
    if is_reduced:
        return said
    if one.stress:
        said = said.replace("ə", "ɜ" if before_r else "ʌ", 1)
    if before_r and letter == "o":
        said = said.replace("ɑ", "ɔ")
    return (one.stress if said else "") + said


@lru_cache(1)
def _table() -> Mapping[str, str]:
    lines = files(__package__).joinpath(TABLE).read_text(encoding="utf-8").splitlines()
    return {context: said for context, _, said in (line.partition("\t") for line in lines if line[:1] != "#")}
