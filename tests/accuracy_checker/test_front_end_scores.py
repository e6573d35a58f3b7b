"""The parts of accuracy_checker/text_front_end.py that decide what counts as right."""

from pathlib import Path

import pytest

from text_alternatives import fold
from text_front_end import Heteronym, edit_distance, letters, rows, words


def test_the_distance_counts_what_is_put_in_left_out_and_replaced():
    assert [edit_distance(*pair) for pair in (("", "ab"), ("abc", "abc"), ("abc", "axcd"), ("ab", ""))] == [
        2,
        0,
        2,
        2,
    ]


def test_folded_phonemes_are_the_same_whatever_the_dictionary_writes():
    assert fold("bˈʌTəɹ") == fold("bətɜɹ") == "bətəɹ"
    assert fold("ɹˈɛd") != fold("ɹˈid")


def test_words_and_letters_are_compared_without_marks_and_capitals():
    assert words("The F.B.I.'s “plan”, 5") == words("the f b i s plan 5")
    assert letters("F.B.I. and CIA") == letters("fbi cia")


def test_a_marked_sentence_names_the_word_and_its_place():
    assert Heteronym.read(["held", "I use it for *use* at home.", "jus"]) == Heteronym(
        split="held", sentence="I use it for use at home.", word="use", place=1, phonemes="jus"
    )


@pytest.mark.parametrize("table", ["heteronyms.tsv"])
def test_every_word_of_the_table_has_two_readings_or_more(table: str):
    readings: dict[str, set[str]] = {}
    for row in rows(Path(__file__).parents[2] / "accuracy_checker" / "text" / table):
        one = Heteronym.read(row)
        readings.setdefault(one.word.lower(), set()).add(one.phonemes)
    assert [word for word, said in readings.items() if len(said) < 2] == []
