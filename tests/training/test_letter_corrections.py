"""How the corrections of spelling to sound are learned: alignment, and the decision of each context."""

import sys
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / name) for name in ("training", "accuracy_checker")]

import letter_corrections as learning  # noqa: E402

from text_to_speech.text.letter_corrections import ReadSound  # noqa: E402


def read(sounds: str) -> list[ReadSound]:
    return [ReadSound(sound, index, "") for index, sound in enumerate(sounds)]


def test_sounds_are_aligned_with_those_that_are_said():
    assert learning.align(read("kæt"), "kɑt") == ["k", "ɑ", "t"]
    assert learning.align(read("kæts"), "kɑt") == ["k", "ɑ", "t", ""]
    assert learning.align(read("kæt"), "kɑnt") == ["k", "ɑn", "t"]
    assert learning.align(read("kæt"), "blɪmp") is None
    assert learning.align([], "k") is None


def test_a_context_is_kept_where_it_decides_otherwise_than_a_shorter_one():
    counts = {
        "æ0": Counter({"=": 90, "ə": 10}),
        "æ0a": Counter({"=": 90, "ə": 10}),
        "æ0an": Counter({"ə": 10, "=": 2}),
        "æ0ant": Counter({"ə": 8}),
    }
    assert learning.decide(counts) == {"æ0an": "ə"}


def test_one_example_does_not_outweigh_many():
    counts = {"æ0": Counter({"=": 99, "ə": 1}), "æ0a": Counter({"ə": 1})}
    assert learning.decide(counts) == {}


def test_stress_is_no_sound():
    assert learning.fold("kˈɑnˌᵻT") == "kɑnɪt"
