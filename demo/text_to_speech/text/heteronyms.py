"""Decides the pronunciation of heteronyms, which are words that are written alike and said in two ways.

The tagger and the dictionary of hibari tell most nouns from verbs. What they get wrong is decided here, from the words
around the heteronym, by the table heteronyms.tsv.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .heteronym_context import WordContext
from .heteronym_rules import heteronym_rules

# Words before and after a heteronym that its rules may look at.
_WORDS_BEFORE = 12
_WORDS_AFTER = 7

_SENTENCE_MARKS = (".", "!", "?", "“", ";", ":", "(", "—", '"')
_JOINING_MARKS = ("-", "'", "/")


def pronounce_heteronyms(
    tokens: Sequence[Any], *, say: Callable[[str, str], str] = lambda word, phonemes: phonemes
) -> None:
    """Set the phonemes of heteronyms whose context decides their pronunciation.

    Args:
        say: Returns the phonemes of a word in the English that is spoken, for those of the table, which are American.
        tokens: hibari's tokens with their tags. `phonemes` is set where a rule applies. A word that has phonemes
            already, or is a part of a compound ("close-up"), is left alone.
    """
    rules = heteronym_rules()
    words: list[str] = []
    tags: list[str] = []
    for index, token in enumerate(tokens):
        candidates = rules.get(token.text.lower())
        if not candidates or token.phonemes is not None or _is_joined(tokens, index):
            continue
        if not words:
            words = [one.text.lower() for one in tokens]
            tags = [one.tag for one in tokens]
        start, stop = _sentence_start(words, index), index + _WORDS_AFTER + 1
        is_capitalized = token.text[:1].isupper() and not token.text.isupper()
        context = WordContext(words[start:stop], tags[start:stop], index - start, is_capitalized)
        phonemes = next((rule.phonemes for rule in candidates if rule.applies(context)), None)
        token.phonemes = phonemes and say(words[index], phonemes)


def _is_joined(tokens: Sequence[Any], index: int) -> bool:
    """Tell whether a token is a part of a compound: "close-up"."""
    joined_before = (
        index > 0 and not tokens[index - 1].whitespace and tokens[index - 1].text[-1:] in _JOINING_MARKS
    )
    joined_after = (
        not tokens[index].whitespace
        and index + 1 < len(tokens)
        and tokens[index + 1].text[:1] in _JOINING_MARKS
    )
    return joined_before or joined_after


def _sentence_start(words: Sequence[str], index: int) -> int:
    """Return the index at which the sentence of a word begins, or that of the first word that matters."""
    first = max(0, index - _WORDS_BEFORE)
    for earlier in range(index - 1, first - 1, -1):
        if words[earlier] in _SENTENCE_MARKS:
            return earlier + 1
    return first
