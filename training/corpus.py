"""Which texts the voice is trained on: python training/corpus.py --sentences FILE ... --out corpus.txt

Takes any files of one sentence a line, or LJSpeech's transcripts.csv (id|text|normalised text), and writes three
lists: the training corpus, and two that training never sees: held_out.txt (200 for evaluation) and validation.txt
(100 to watch training). Nothing random is left to chance: the same files and seed give the same lists.

What the lists of sentences lack is made here from the sentences themselves: long utterances (two neighbours
joined), clauses of 2 to 13 words with every end punctuation, and single words and pairs of words.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
from pathlib import Path

HELD_OUT_EVERY, HELD_OUT_FIRST = 65, 7  # line numbers of the evaluation set: about 200 of 13,100
VALIDATION_EVERY, VALIDATION_FIRST = 131, 50
MAX_CHARACTERS = 290  # an utterance is never longer: the text front end splits there too
END_MARKS = (".", ".", ".", ".", "?", "?", "!", "!", ",", ";", ":", "", "…", "—")


def read_sentences(path: Path) -> list[str]:
    """Read one sentence a line; of a line with fields separated by `|` the last one is the sentence."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.rsplit("|", 1)[-1].strip() for line in lines if line.strip()]


def split_off(sentences: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Divide the sentences into those for training, for evaluation and for validation, by line number.

    The held-out ones leave an empty string behind, so that no joined pair reaches over one.
    """
    training, held_out, validation = [], [], []
    for number, sentence in enumerate(sentences):
        if number % HELD_OUT_EVERY == HELD_OUT_FIRST and len(held_out) < 200:
            held_out.append(sentence)
        elif number % VALIDATION_EVERY == VALIDATION_FIRST:
            validation.append(sentence)
        else:
            training.append(sentence)
            continue
        training.append("")
    return training, held_out, validation


def joined_pairs(sentences: list[str], count: int, dice: random.Random) -> list[str]:
    """Join neighbours into utterances of 170 to 290 characters."""
    pairs = [f"{first} {second}" for first, second in itertools.pairwise(sentences) if first and second]
    pairs = [pair for pair in pairs if 170 <= len(pair) <= MAX_CHARACTERS]
    return dice.sample(pairs, min(count, len(pairs)))


def clauses(sentences: list[str], count: int, dice: random.Random) -> list[str]:
    """Cut out runs of 2 to 13 words and end each with a punctuation mark of its own."""
    found = []
    for sentence in dice.choices([s for s in sentences if len(s.split()) >= 4], k=count):
        words = sentence.split()
        length = min(dice.randint(2, 13), len(words))
        first = dice.randint(0, len(words) - length)
        clause = " ".join(words[first : first + length]).strip(" .,;:!?-—\"'“”()")
        if clause:
            found.append(clause[0].upper() + clause[1:] + dice.choice(END_MARKS))
    return found


def single_words(sentences: list[str], count: int, dice: random.Random) -> list[str]:
    """Pick distinct words of the sentences, each as an utterance of its own, with and without a full stop."""
    words = sorted({w.lower() for s in sentences for w in re.findall(r"[A-Za-z]{2,}(?:'[a-z]+)?", s)})
    picked = dice.sample(words, min(count, len(words)))
    return [word.capitalize() + dice.choice((".", ".", "", "?", "!", ",")) for word in picked]


def build(sentences: list[str], own: list[str], *, seed: int) -> list[str]:
    """Put the training corpus together and shuffle it."""
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    whole = [s for s in sentences if s and len(s) <= MAX_CHARACTERS]
    corpus = [
        *whole,
        *joined_pairs(sentences, 1_500, dice),
        *clauses(whole, 6_000, dice),
        *single_words(whole, 2_500, dice),
        *own,
        *clauses(own, len(own) // 4, dice),
    ]
    dice.shuffle(corpus)
    return corpus


def main() -> None:
    """Write the three lists."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sentences", type=Path, nargs="+", required=True, help="held-out lines are taken from these"
    )
    parser.add_argument("--own", type=Path, nargs="*", default=[], help="files used whole, for training only")
    parser.add_argument("--out", type=Path, required=True, help="folder for the three lists")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    training, held_out, validation = split_off([s for path in args.sentences for s in read_sentences(path)])
    own = [s for path in args.own for s in read_sentences(path)]
    args.out.mkdir(parents=True, exist_ok=True)
    lists = {"corpus": build(training, own, seed=args.seed), "held_out": held_out, "validation": validation}
    for name, lines in lists.items():
        (args.out / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{name}.txt: {len(lines)} utterances, {sum(map(len, lines))} characters")


if __name__ == "__main__":
    main()
