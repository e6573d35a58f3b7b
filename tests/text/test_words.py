"""Sounds, stutters, clipped words, variables, LaTeX, accents, technical words and chat: the cases of word_cases.tsv."""

import re
from pathlib import Path

import pytest

from text_to_speech.text import Phonemizer

CASES = [
    line.split("\t")
    for line in Path(__file__).with_name("word_cases.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def sounds(phonemizer: Phonemizer, text: str) -> str:
    """Return the phonemes of a text without spaces, stress and marks."""
    return re.sub(r"[\W_]|[ˈˌ]", "", phonemizer(text))


@pytest.mark.parametrize(("kind", "written", "said"), CASES)
def test_a_text_has_the_sounds_of_its_words(phonemizer: Phonemizer, kind: str, written: str, said: str):
    assert sounds(phonemizer, written) in [sounds(phonemizer, reading) for reading in said.split(" | ")]


def test_no_case_is_there_twice():
    assert len({written for _, written, _ in CASES}) == len(CASES)
