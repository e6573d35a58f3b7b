"""Parses the table of heteronyms, heteronyms.tsv, and evaluates its conditions.

A new condition is a function in `_CONDITIONS` and a line in the head of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from .heteronym_context import WordContext

TABLE = "heteronyms.tsv"

_Test = Callable[[WordContext, frozenset[str]], bool]


def _any_near(context: WordContext, distances: range, words: frozenset[str]) -> bool:
    return any(context.word(distance) in words for distance in distances)


# The conditions of the table: each gets the context of the word and the words (or tags) that the condition lists.
_CONDITIONS: Mapping[str, _Test] = {
    "verb": lambda context, words: context.is_verb() is True,
    "noun": lambda context, words: context.is_verb() is False,
    "base": lambda context, words: context.is_base(),
    "participle": lambda context, words: context.is_participle(),
    "prev": lambda context, words: context.word(context.previous()) in words,
    # "next" without words always holds.
    "next": lambda context, words: not words or context.word(1) in words,
    "before": lambda context, words: _any_near(context, range(-4, 0), words),
    "after": lambda context, words: _any_near(context, range(1, 5), words),
    "near": lambda context, words: _any_near(context, range(-6, 7), words),
    "prevtag": lambda context, words: context.tag(context.previous()) in words,
    "nexttag": lambda context, words: context.tag(1) in words,
    "tag": lambda context, words: context.tag(0) in words,
    "capital": lambda context, words: context.is_capitalized and context.index > 0,
    "titled": lambda context, words: context.is_capitalized,
    "first": lambda context, words: context.index == 0,
    "last": lambda context, words: not context.word(1).isalpha(),
}


@dataclass(frozen=True)
class Condition:
    """A condition on the context of a word.

    Attributes:
        kind: One of the names that the head of the table explains.
        words: The words or tags that the condition lists; empty for a kind that needs none.
    """

    kind: str
    words: frozenset[str]

    def holds(self, context: WordContext) -> bool:
        """Tell whether the condition holds for a word."""
        return _CONDITIONS[self.kind](context, self.words)


@dataclass(frozen=True)
class HeteronymRule:
    """A line of the table.

    Attributes:
        phonemes: The pronunciation, in the alphabet of `SYMBOLS`.
        conditions: The conditions that must all hold.
    """

    phonemes: str
    conditions: tuple[Condition, ...]

    def applies(self, context: WordContext) -> bool:
        """Tell whether a word has this pronunciation."""
        return all(condition.holds(context) for condition in self.conditions)


@lru_cache(1)
def heteronym_rules() -> Mapping[str, Sequence[HeteronymRule]]:
    """Return the rules of each word of the table in their order."""
    return parse_rules(files(__package__).joinpath(TABLE).read_text(encoding="utf-8"))


def parse_rules(table: str) -> dict[str, list[HeteronymRule]]:
    """Parse a table of lines `word<TAB>phonemes<TAB>conditions`; lines that begin with # are comments.

    Raises:
        ValueError: A line has another form, or a condition that does not exist.
    """
    rules: dict[str, list[HeteronymRule]] = {}
    for line in table.splitlines():
        if line.startswith("#"):
            continue
        word, phonemes, conditions = line.split("\t")
        parsed = tuple(_parse_condition(part) for part in conditions.split(" & "))
        rules.setdefault(word, []).append(HeteronymRule(phonemes, parsed))
    return rules


def _parse_condition(written: str) -> Condition:
    kind, *words = written.split()
    if kind not in _CONDITIONS:
        raise ValueError(f"heteronyms: condition {kind!r}; expected one of {', '.join(_CONDITIONS)}")
    return Condition(kind, frozenset(words))
