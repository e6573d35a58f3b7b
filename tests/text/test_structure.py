"""The structure of a text: names in capitals, full stops of abbreviations, lines, broken words, Roman numerals, A."""

import re
from pathlib import Path

import pytest

from text_to_speech.text import Phonemizer, split_sentences
from text_to_speech.text.characters import make_readable
from text_to_speech.text.normalization import spoken
from text_to_speech.text.traced import TracedText


def rows(name: str) -> list[list[str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.casefold().replace("’", "'"))


CASES = rows("structure_cases.tsv")
LETTER_A_CASES = rows("letter_a_cases.tsv")


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def read(text: str, phonemizer: Phonemizer) -> list[str]:
    """Return the words of each sentence of a text."""
    return [
        spoken(make_readable(TracedText.of(sentence.text)).text.text, is_word=phonemizer.is_word)
        for sentence in split_sentences(text)
    ]


@pytest.mark.parametrize(("kind", "written", "said"), CASES)
def test_a_text_is_divided_and_read_as_it_is_meant(
    phonemizer: Phonemizer, kind: str, written: str, said: str
):
    sentences = read(written.replace("\\n", "\n"), phonemizer)
    alternatives = [[words(part) for part in reading.split(" / ")] for reading in said.split(" | ")]
    assert [words(sentence) for sentence in sentences] in alternatives
    # A full stop in a sentence would be heard as a pause.
    assert not any(re.search(r"\w\. +\w", sentence) for sentence in sentences)


def test_no_case_is_there_twice():
    assert len({written for _, written, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(("written", "count"), LETTER_A_CASES)
def test_the_letter_a_is_told_from_the_article(phonemizer: Phonemizer, written: str, count: str):
    heard = [re.sub(r"[^\w]|[ˈˌ]", "", word.phonemes) for word in phonemizer.words(written)]
    assert len([sound for sound in heard if sound.startswith("A")]) == int(count), heard
