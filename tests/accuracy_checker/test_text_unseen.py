"""The table of unseen texts, its notation, and what counts as right."""

from collections import Counter
from pathlib import Path

import pytest

from text_alternatives import FrontEnd
from text_unseen import Score, is_right, looks_lines, measure_sounds, read_looks, record, sounds
from unseen_cases import CASES, KINDS, UnseenCase, expand, read_cases


@pytest.mark.parametrize(
    ("notation", "readings"),
    [
        ("one", ["one"]),
        ("one [and] two", ["one and two", "one two"]),
        ("{zero/oh/} one", ["zero one", "oh one", "one"]),
        ("{a/b {c/d}} [e [f]] g/h", None),
        ("and/or", ["and/or"]),
    ],
)
def test_a_notation_stands_for_each_of_its_readings(notation: str, readings: list[str] | None):
    if readings is None:
        readings = [f"{first} {middle}g/h" for first in ("a", "b c", "b d") for middle in ("e f ", "e ", "")]
    assert list(expand(notation)) == readings


@pytest.mark.parametrize("notation", ["{a/b", "a]", "[a}", "a}", "{[a}"])
def test_brackets_that_do_not_match_are_refused(notation: str):
    with pytest.raises(ValueError, match="bracket"):
        list(expand(notation))


def test_a_line_has_its_line_breaks_and_backslashes():
    case = UnseenCase.read("3\tno\ta\\nb \\\\* c\tone\ttwo")
    assert case == UnseenCase(kind="3", is_counter=True, written="a\nb \\* c", readings=("one", "two"))


def test_the_table_has_forty_inputs_of_each_kind_and_a_quarter_are_counter_examples():
    cases = read_cases(CASES)
    assert Counter(case.kind for case in cases) == dict.fromkeys(KINDS, 40)
    counters = Counter(case.kind for case in cases if case.is_counter)
    assert [kind for kind in KINDS if counters[kind] < 10] == []
    assert len({case.written for case in cases}) == len(cases)


def test_every_reading_of_the_table_is_words():
    for case in read_cases():
        readings = list(case.expanded())
        assert readings, case
        assert not [reading for reading in readings if not reading or any(map(str.isdigit, reading))], case


def test_sentences_of_the_table_consist_of_their_input():
    lines = CASES.with_name("sentences.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    assert len(rows) == 300
    assert all("".join("".join(parts).split()) == "".join(text.split()) for _, text, *parts in rows)


def test_sounds_are_compared_without_stress_and_whatever_the_next_word_does_to_the():
    assert sounds("ði ˈæpᵊl, tʊ") == sounds("ðə æpˈəl tu")
    assert sounds("tˈu") != sounds("tu")


def test_pauses_count_and_the_sounds_alone_are_told_apart():
    case = UnseenCase("2", False, "", ("a | b", "{c/d}"))
    pieces = dict.fromkeys(("a | b",), ("a", "b")) | {"c": ("c",), "d": ("d",)}
    said = [("a", "b"), ("d",), ("ab",), ("a",)]
    assert [is_right(case, one, pieces.__getitem__) for one in said] == [
        (True, True),
        (True, True),
        (False, True),
        (False, False),
    ]


def test_another_front_end_is_compared_by_sounds_alone():
    cases = [UnseenCase("2", False, "ab", ("a | b",)), UnseenCase("2", False, "c", ("d",))]
    assert measure_sounds(FrontEnd("one", lambda text: text, lambda reading: reading), cases) == {
        "2": Score(None, 1, None)
    }


def test_looks_are_kept_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("text_unseen.LOOKS", tmp_path / "looks.tsv")
    assert read_looks() == {}
    record("first", {"1": Score(20, 21, 10)})
    record("another", {"1": Score(None, 7, None)})
    record("first", {"2": Score(1, 2, 3)})
    record("first", {"1": Score(30, 31, 9)})
    assert read_looks() == {
        "first": {"1": Score(30, 31, 9), "2": Score(1, 2, 3)},
        "another": {"1": Score(None, 7, None)},
    }
    right, of_sounds = looks_lines()
    assert right[2] == "| 1 names and words in capitals | 40 | 30 | 9 of 11 |"
    assert of_sounds[2] == "| 1 names and words in capitals | 31 | 7 |"
    assert of_sounds[2 + len(KINDS)] == "| all kinds |  |  |"
