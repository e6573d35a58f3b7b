"""The line ends of prose, verse, menus, letters and addresses; and those of texts that arrive in pieces."""

import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_to_speech.script import incremental_scripts, parse_text
from text_to_speech.text import split_sentences

FOLDER = Path(__file__).with_name("lines")
PROSE = (FOLDER / "prose.txt").read_text(encoding="utf-8").split("\n\n")
LINES = (FOLDER / "lines.txt").read_text(encoding="utf-8").split("\n\n")


def ends(text: str) -> set[int]:
    return {sentence.end for sentence in split_sentences(text, max_length=10_000)}


@pytest.mark.parametrize("width", [*range(58, 84), 100, 120])
def test_wrapped_prose_has_the_sentences_of_the_same_prose_on_one_line(width: int):
    for paragraph in PROSE:
        whole = " ".join(paragraph.split())
        wrapped = "\n".join(textwrap.wrap(whole, width, break_on_hyphens=False))
        assert ends(wrapped) == ends(whole)


@pytest.mark.parametrize("text", LINES)
def test_every_line_of_verse_and_of_lists_is_heard(text: str):
    line_ends = {match.start() for match in re.finditer(r"\n|\Z", text.rstrip())}
    assert line_ends <= ends(text.rstrip())


def test_the_texts_are_enough():
    assert sum(len(textwrap.wrap(paragraph, 72)) for paragraph in PROSE) > 50
    assert len(LINES) > 10


def test_prose_under_a_heading_and_behind_a_greeting():
    prose = "\n".join(textwrap.wrap(PROSE[4].strip(), 72))
    assert split_sentences(f"A Scandal in Bohemia\n{prose}")[0].text == "A Scandal in Bohemia"
    assert split_sentences(f"Dear Watson,\n{prose}")[0].text == "Dear Watson,"


SENTENCES = st.sampled_from(
    [
        *PROSE[0].split(". "),
        *LINES[0].split("\n"),
        "Soup",
        "- bread",
        "1. tea",
        "Mr. Lee",
        "A: b",
        "x " * 90,
        "",
    ]
)


@settings(deadline=None, max_examples=150)
@given(
    lines=st.lists(SENTENCES, max_size=12).map("\n".join),
    width=st.sampled_from([20, 40, 72, 10_000]),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5),
)
def test_a_text_in_pieces_has_the_sentences_of_the_whole(lines: str, width: int, sizes: list[int]):
    text = "\n".join("\n".join(textwrap.wrap(line, width)) for line in lines.split("\n"))
    pieces, position = [], 0
    while position < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[position : position + size])
        position += size
    found = [
        script.span(sentence.start, sentence.end)
        for script in incremental_scripts(pieces)
        for sentence in script.sentences()
    ]
    assert found == [(sentence.start, sentence.end) for sentence in parse_text(text).sentences()]
