"""The names and unusual words of a book, with the phonemes that they would get, as a lexicon to be edited."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..text import Phonemizer, split_sentences
from ..text.languages import AMERICAN

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_SHORTEST = 2  # letters


class _Listening(Phonemizer):
    """A phonemizer that tells whether the dictionaries had a word."""

    def __init__(self, language: str) -> None:
        from ..inference.runtime import core
        from ..pipeline import dictionary_cache

        self.was_unknown = False
        super().__init__(language=language, core=core(), cache_folder=dictionary_cache())

    def _pronounce_unknown(self, word: str) -> str:
        self.was_unknown = True
        return super()._pronounce_unknown(word)


@dataclass(frozen=True)
class Name:
    """A word that a reader may want to correct.

    Attributes:
        word: The word as it is written most often.
        count: How often the book has it.
        phonemes: What it would be read as.
        is_known: Whether the dictionaries have it.
    """

    word: str
    count: int
    phonemes: str
    is_known: bool


def find_names(texts: Iterable[tuple[str, bool]], *, language: str = AMERICAN) -> list[Name]:
    """Return the names and unusual words of texts, the most frequent first.

    A name is a word that has a capital letter within a sentence and is nowhere written without it; an unusual word is
    one that the dictionaries do not have. Where a book has both "Rose" and "rose", an entry would change both.

    Args:
        texts: Texts, each with whether it is a heading, in which every word may have a capital letter.
        language: BCP 47 tag of the English that they are read in.
    """
    phonemizer = _Listening(language)
    counts, inside = _count(texts)
    small = {word for word in counts if word.islower()}
    found = []
    for word, count in counts.items():
        if word[0].isupper() and word.lower() in small:
            continue
        is_name = word[0].isupper() and word in inside
        phonemizer.was_unknown = False
        phonemes = " ".join(one.phonemes for one in phonemizer.words(word)).strip(" .,;:!?")
        if phonemes and (phonemizer.was_unknown or is_name):
            found.append(Name(word, count, phonemes, not phonemizer.was_unknown))
    return sorted(found, key=lambda name: (-name.count, name.word.casefold()))


def _count(texts: Iterable[tuple[str, bool]]) -> tuple[Counter[str], set[str]]:
    """Return how often each word occurs, without a possessive s, and the words that occur within sentences."""
    counts: Counter[str] = Counter()
    inside: set[str] = set()
    for text, is_heading in texts:
        for sentence in split_sentences(text):
            for number, match in enumerate(_WORD.finditer(sentence.text)):
                word = _POSSESSIVE.sub("", match[0]).replace("’", "'").rstrip(".")
                if len(word) < _SHORTEST or word.isupper() or word.startswith("I'"):
                    continue
                counts[word] += 1
                if number and not is_heading:
                    inside.add(word)
    return counts, inside


def lexicon_lines(names: Iterable[Name], *, title: str) -> Iterator[str]:
    """Yield a lexicon: lines as `Lexicon.read` takes them, with what they are in comments."""
    yield f"# Names and unusual words of {' '.join(title.split())}, the most frequent first."
    yield "# Correct the phonemes, see text-to-speech-demo --list-phonemes, remove what is right,"
    yield "# and give the file as --lexicon."
    last = 0
    for name in names:
        if name.count != last:
            yield f"# {name.count} {'time' if name.count == 1 else 'times'}"
            last = name.count
        yield f"{name.word}\t{name.phonemes}"
