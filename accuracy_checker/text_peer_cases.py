"""Measures the text front end on the English cases of NVIDIA/NeMo-text-processing (Apache-2.0), where they lie.

    python accuracy_checker/text_peer_cases.py FOLDER                        # agreement by category
    python accuracy_checker/text_peer_cases.py FOLDER --list                 # and every disagreement
    python accuracy_checker/text_peer_cases.py FOLDER --record "first look"  # keep the figures in text/nemo_cases.tsv

FOLDER is tests/nemo_text_processing/en/data_text_normalization of a copy of that repository, which is not part of this
one. A case is what is written and what is said, with a tilde between. It agrees if this front end gives both the same
sounds apart from stress: the spoken form of the peer is read as the text that it is. In how a number is said the
peer has tastes of its own: "and" after the hundreds is left out of both sides.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from text_unseen import sounds, spoken_pieces

if TYPE_CHECKING:
    from text_to_speech.text import Phonemizer

FIGURES = Path(__file__).resolve().parent / "text" / "nemo_cases.tsv"
DISAGREEMENTS = FIGURES.with_name("nemo_disagreements.tsv")

Figures = dict[str, tuple[int, int]]
"""Category → cases that agree, and cases."""

# Files of other formats: several readings for an audio file; punctuation, which has no sound; phonemes of a markup.
_NOT_CASES = ("normalize_with_audio", "punctuation_match_input", "special_text")


def read_pairs(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield category, written and spoken form of each case of a folder; a case without words is left out."""
    for path in sorted(folder.glob("test_cases_*.txt")):
        category = path.stem.removeprefix("test_cases_")
        if category in _NOT_CASES:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            written, _, spoken = line.partition("~")
            if any(map(str.isalnum, spoken)):
                yield category, written, spoken


def agrees(phonemizer: Phonemizer, written: str, spoken: str) -> bool:
    """Tell whether a text and its spoken form have the same sounds, "and" apart."""
    said = _without_and("".join(spoken_pieces(phonemizer, written)))
    # The peer writes the letter in "a dot b at c dot com" as it writes the article.
    forms = (spoken, re.sub(r"\ba\b", "A.", spoken))
    return said in [_without_and(sounds(phonemizer(form))) for form in forms]


def _without_and(said: str) -> str:
    return said.replace("ænd", "")


def read_figures() -> dict[str, Figures]:
    """Return the figures that were kept: look → figures."""
    looks: dict[str, Figures] = {}
    for line in FIGURES.read_text(encoding="utf-8").splitlines()[1:] if FIGURES.exists() else ():
        look, category, agreeing, number = line.split("\t")
        looks.setdefault(look, {})[category] = (int(agreeing), int(number))
    return looks


def record(look: str, figures: Figures) -> None:
    """Keep the figures of a look, instead of those that it had."""
    looks = {**read_figures(), look: figures}
    rows = [
        f"{name}\t{category}\t{agreeing}\t{number}"
        for name, of_look in looks.items()
        for category, (agreeing, number) in of_look.items()
    ]
    FIGURES.write_text("\n".join(["look\tcategory\tagreeing\tcases", *rows, ""]), encoding="utf-8")


_CASES = """
The English cases of NVIDIA/NeMo-text-processing (Apache-2.0) that have one reading, measured where they lie
(`text_peer_cases.py`): what is written has the same sounds here as what that project says, "and" apart.
""".strip()


def page_lines() -> list[str]:
    """Return the lines of the section of text_front_end.md on these cases."""
    return [
        "## The cases of NeMo-text-processing",
        "",
        _CASES,
        "",
        *figures_lines(),
        "",
        *disagreement_lines(),
    ]


def disagreement_lines() -> list[str]:
    """Return the lines of the table of what is still read otherwise, sorted by hand into taste and fault."""
    header, *kinds = (line.split("\t") for line in DISAGREEMENTS.read_text(encoding="utf-8").splitlines())
    judged = Counter[str]()
    for kind in kinds:
        judged[kind[3]] += int(kind[1])
    rows = [header, ["---"] * len(header), *([*kind[:2], f"`{kind[2]}`", *kind[3:]] for kind in kinds)]
    return [
        f"Of the {judged.total()} disagreements after mending, {judged['taste']} are of taste and "
        f"{judged['fault']} are faults here:",
        "",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def figures_lines() -> list[str]:
    """Return the lines of the table of all figures that were kept."""
    looks = read_figures()
    lines = [f"| category | cases | {' | '.join(looks)} |", "|---" * (2 + len(looks)) + "|"]
    categories = list(dict.fromkeys(category for figures in looks.values() for category in figures))
    for category in categories:
        number = max(figures[category][1] for figures in looks.values())
        agreeing = [str(figures[category][0]) for figures in looks.values()]
        lines.append(f"| {category} | {number} | {' | '.join(agreeing)} |")
    totals = [tuple(map(sum, zip(*figures.values(), strict=True))) for figures in looks.values()]
    agreeing = [str(total[0]) for total in totals]
    return [*lines, f"| all | {max(total[1] for total in totals)} | {' | '.join(agreeing)} |"]


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(
        description="Measure the text front end on cases of NeMo-text-processing."
    )
    parser.add_argument("folder", type=Path, help="the folder data_text_normalization of its English tests")
    parser.add_argument("--list", action="store_true", help="show the disagreements")
    parser.add_argument("--record", metavar="LOOK", help="keep the figures under this name in nemo_cases.tsv")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    from text_to_speech.text import Phonemizer

    phonemizer = Phonemizer()
    pairs, agreeing = Counter[str](), Counter[str]()
    for category, written, spoken in read_pairs(arguments.folder):
        is_same = agrees(phonemizer, written, spoken)
        pairs[category] += 1
        agreeing[category] += is_same
        if arguments.list and not is_same:
            said = " | ".join(spoken_pieces(phonemizer, written))
            print(
                f"{category}: {written!r}\n    said  {said}\n    peer  {sounds(phonemizer(spoken))}  {spoken}"
            )
    if not pairs:
        sys.exit(
            f"{arguments.folder}: no test_cases_*.txt with cases; expected the folder of NeMo's English tests"
        )
    for category, number in pairs.items():
        print(f"{category}: {agreeing[category]} of {number}")
    print(f"all: {agreeing.total()} of {pairs.total()}")
    if arguments.record:
        record(arguments.record, {category: (agreeing[category], pairs[category]) for category in pairs})


if __name__ == "__main__":
    main()
