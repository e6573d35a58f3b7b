"""Measures the text front end on texts that its rules were not written with, the tables of text/unseen.

    python accuracy_checker/text_unseen.py                          # how many of each kind are right
    python accuracy_checker/text_unseen.py --list --kinds 2 5       # what is read otherwise, and how
    python accuracy_checker/text_unseen.py --record "first look"    # keep the figures in text/unseen/looks.tsv
    python accuracy_checker/text_unseen.py --peers                  # keep those of the other front ends installed here

An input is right if a good reader's words have the same sounds apart from stress, and if the pauses after sentences,
lines and items are where the reading has its boundaries. The input goes the whole way of the program: format,
sentences, words. PYTHONPATH chooses the version that is measured, such as the demo folder of another work tree.
The other front ends have no pauses: of them only the sounds are compared.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
if find_spec("text_to_speech") is None:
    sys.path.insert(0, str(HERE.parent / "demo"))

from text_alternatives import FrontEnd, fold, front_ends  # noqa: E402
from unseen_cases import KINDS, UnseenCase, read_cases  # noqa: E402

if TYPE_CHECKING:
    from text_to_speech.text import Phonemizer

LOOKS = HERE / "text" / "unseen" / "looks.tsv"

# Median F0 of the voice in Hz, which only pitches in Hz depend on.
_MEDIAN_F0 = 196.0

# The article "the" and "to" are said in another way before a vowel, so that a comma that is not in the reading counts.
_REDUCED = {"ði": "ðə", "tʊ": "tə", "tu": "tə"}
_PHONES = re.compile(r" ?<([A-Z ]+)> ?")

Pieces = tuple[str, ...]
"""The sounds of what is said between two pauses, in order."""


@dataclass(frozen=True)
class Score:
    """How many inputs of a kind are right.

    Attributes:
        right: Those whose sounds and pauses are right; None where pauses are not measured.
        sounds: Those whose sounds are right.
        counters: Those of `right` that only look like the kind.
    """

    right: int | None
    sounds: int
    counters: int | None


def sounds(phonemes: str) -> str:
    """Return phonemes without stress, punctuation and spaces, and without what the next word changes in one.

    Reduced vowels count as the same, as do the vowels of "cot" and "caught".
    """
    words = (re.sub(r"[^\w]", "", word) for word in phonemes.split())
    return "".join(fold(_REDUCED.get(word, word)) for word in words)


def spoken_pieces(phonemizer: Phonemizer, text: str) -> Pieces:
    """Return what the program says to a text in the format that it takes it for, between its pauses."""
    from text_to_speech.script import Manner, read_script, utterances

    pieces: list[str] = []
    for utterance in utterances(read_script(text), phonemizer, Manner(), median_f0=_MEDIAN_F0):
        spoken = sounds(utterance.phonemes)
        if pieces and not utterance.pause:
            pieces[-1] += spoken
        elif spoken:
            pieces.append(spoken)
    return tuple(pieces)


def reading_pieces(phonemizer: Phonemizer, reading: str) -> Pieces:
    """Return the sounds of a reading without choices, between its boundaries."""
    return tuple(sounds(phonemes_of_reading(phonemizer, piece)) for piece in reading.split(" | "))


def phonemes_of_reading(phonemizer: Phonemizer, reading: str) -> str:
    """Return the phonemes of words, names of letters, which are single capitals, and ARPAbet between <>."""
    from text_to_speech.text import Reading, parse_phonemes

    readings: list[Reading] = []
    position = 0
    for match in _PHONES.finditer(reading):
        if position < match.start():
            readings.append(Reading(position, match.start(), spoken=reading[position : match.start()]))
        start = match.start() + (reading[match.start()] == " ")
        readings.append(
            Reading(start, reading.index(">", start) + 1, phonemes=parse_phonemes(f"/{match[1]}/"))
        )
        position = match.end()
    if position < len(reading):
        readings.append(Reading(position, len(reading), spoken=reading[position:]))
    return " ".join(word.phonemes for word in phonemizer.words(reading, readings=readings))


def is_right(case: UnseenCase, said: Pieces, pieces: Callable[[str], Pieces]) -> tuple[bool, bool]:
    """Tell whether sounds and pauses are right, and whether the sounds are.

    Args:
        case: The case.
        said: What is said to its input.
        pieces: Returns the pieces of a reading without choices.
    """
    sounds_are_right = False
    for reading in case.expanded():
        wanted = pieces(reading)
        if wanted == said:
            return True, True
        sounds_are_right = sounds_are_right or "".join(wanted) == "".join(said)
    return False, sounds_are_right


def measure_here(cases: Sequence[UnseenCase], *, shows_failures: bool) -> dict[str, Score]:
    """Return the score of each kind for the front end on the path."""
    from text_to_speech.text import Phonemizer

    phonemizer = Phonemizer()
    scores: dict[str, Score] = {}
    for kind in dict.fromkeys(case.kind for case in cases):
        right = of_sounds = counters = 0
        for case in (case for case in cases if case.kind == kind):
            said = spoken_pieces(phonemizer, case.written)
            is_all_right, has_right_sounds = is_right(
                case, said, lambda reading: reading_pieces(phonemizer, reading)
            )
            right += is_all_right
            of_sounds += has_right_sounds
            counters += is_all_right and case.is_counter
            if shows_failures and not is_all_right:
                wanted = " | ".join(reading_pieces(phonemizer, next(case.expanded())))
                print(f"{kind}{' counter-example' if case.is_counter else ''}: {case.written!r}")
                print(f"    said    {' | '.join(said)}\n    wanted  {wanted}")
        scores[kind] = Score(right, of_sounds, counters)
    return scores


def measure_sounds(front_end: FrontEnd, cases: Sequence[UnseenCase]) -> dict[str, Score]:
    """Return the score of each kind for another front end."""
    scores: dict[str, Score] = {}
    for kind in dict.fromkeys(case.kind for case in cases):
        chosen = [case for case in cases if case.kind == kind]
        scores[kind] = Score(None, sum(_has_right_sounds(front_end, case) for case in chosen), None)
    return scores


def _has_right_sounds(front_end: FrontEnd, case: UnseenCase) -> bool:
    said = sounds(front_end.speak(case.written))
    readings = (reading.replace(" | ", " ") for reading in case.expanded())
    return any(said == sounds(front_end.read(reading)) for reading in readings)


def read_looks() -> dict[str, dict[str, Score]]:
    """Return the figures that were kept: look → kind → score."""
    looks: dict[str, dict[str, Score]] = {}
    for line in LOOKS.read_text(encoding="utf-8").splitlines()[1:] if LOOKS.exists() else ():
        look, kind, *numbers = line.split("\t")
        right, of_sounds, counters = (int(number) if number else None for number in numbers)
        looks.setdefault(look, {})[kind] = Score(right, of_sounds or 0, counters)
    return looks


def record(look: str, scores: dict[str, Score]) -> None:
    """Keep figures of a look, instead of those that it had of the same kinds."""
    looks = read_looks()
    looks[look] = {**looks.get(look, {}), **scores}
    lines = ["look\tkind\tright\tsounds\tcounters"]
    for name, of_look in looks.items():
        for kind, score in of_look.items():
            numbers = (score.right, score.sounds, score.counters)
            lines.append("\t".join([name, kind, *("" if n is None else str(n) for n in numbers)]))
    LOOKS.write_text("\n".join(lines) + "\n", encoding="utf-8")


_TEXTS = """
The 920 inputs of `text/unseen/cases.tsv`, 40 for each kind of text, were written from a list of the kinds alone. An
input is right if the sounds are those of a good reader's words, apart from stress, and if sentences, lines and items
end where they should. The first look is that of commit `999bc42`, the second that of `186e266`, when the kinds had been
mended by people who had not seen the table. What was mended "after" was mended with the table in view; the figures are
those of `b006329`.
""".strip()
_PEERS = """
The others have no pauses, so that the second table counts sounds alone. Where a peer only puts a text into words
(NeMo-text-processing 1.2.0, wetext 0.1.8), hibari reads these words; gruut 2.4.0 is compared with its own reading of
the right words. They have had one look.
""".strip()


def page_lines() -> list[str]:
    """Return the lines of the section of text_front_end.md on these texts."""
    own, of_sounds = looks_lines()
    title = "## Texts that the rules were not written with"
    return [title, "", _TEXTS, "", *own, "", _PEERS, "", *of_sounds]


def looks_lines() -> tuple[list[str], list[str]]:
    """Return the lines of two tables: the looks at this front end, and the sounds of all front ends."""
    cases, looks = read_cases(), read_looks()
    own = {
        name: scores for name, scores in looks.items() if any(s.right is not None for s in scores.values())
    }
    looks = {**own, **looks}
    heads = [f"{name} | its counter-examples" for name in own]
    right = [f"| kind | inputs | {' | '.join(heads)} |", "|---" * (2 + 2 * len(own)) + "|"]
    of_sounds = [f"| sounds alone | {' | '.join(looks)} |", "|---" * (1 + len(looks)) + "|"]
    for label, kinds in _groups(cases):
        chosen = [case for case in cases if case.kind in kinds]
        counters = sum(case.is_counter for case in chosen)
        cells = [
            f"{_total(scores, kinds, 'right')} | {_total(scores, kinds, 'counters')} of {counters}"
            for scores in own.values()
        ]
        totals = [_total(scores, kinds, "sounds") for scores in looks.values()]
        right.append(f"| {label} | {len(chosen)} | {' | '.join(cells)} |")
        of_sounds.append(f"| {label} | {' | '.join(totals)} |")
    return right, of_sounds


def _groups(cases: Sequence[UnseenCase]) -> list[tuple[str, list[str]]]:
    """Return the labels of the lines of a table, each with the kinds that its figures are of."""
    genres = list(dict.fromkeys(case.kind for case in cases if case.kind not in KINDS))
    return [
        *((_label(kind), [kind]) for kind in KINDS),
        ("all kinds", list(KINDS)),
        *((genre, [genre]) for genre in genres),
        ("all genres", genres),
    ]


def _label(kind: str) -> str:
    return f"{kind} {KINDS[kind]}" if kind in KINDS else kind


def _total(scores: dict[str, Score], kinds: Sequence[str], value: str) -> str:
    """Return the sum of a value over kinds; empty where one has not been measured."""
    numbers = [getattr(scores[kind], value) for kind in kinds if kind in scores]
    return str(sum(numbers)) if len(numbers) == len(kinds) else ""


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(description="Measure the text front end on text/unseen/cases.tsv.")
    parser.add_argument(
        "--kinds", nargs="+", metavar="KIND", help="numbers of kinds or names of genres; else all"
    )
    parser.add_argument("--list", action="store_true", help="show what is read otherwise")
    parser.add_argument("--record", metavar="LOOK", help="keep the figures under this name in looks.tsv")
    parser.add_argument(
        "--peers", action="store_true", help="measure the other front ends that are installed, and keep that"
    )
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    cases = [case for case in read_cases() if not arguments.kinds or case.kind in arguments.kinds]
    if arguments.peers:
        measured = {each.name: measure_sounds(each, cases) for each in front_ends(phonemes_of_reading)}
    else:
        measured = {arguments.record or "": measure_here(cases, shows_failures=arguments.list)}
    for look, scores in measured.items():
        for kind, score in scores.items():
            number = sum(case.kind == kind for case in cases)
            right = "" if score.right is None else f"{score.right} right, "
            print(f"{look}  {_label(kind)}: {right}{score.sounds} in sounds, of {number}")
        if look:
            record(look, scores)


if __name__ == "__main__":
    main()
