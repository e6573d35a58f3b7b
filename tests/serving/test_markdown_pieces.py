"""Markdown that comes in pieces is read as each of its lines is read whole."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.serving.markdown import without_markup
from text_to_speech.serving.markdown_pieces import LONGEST_LINE, pieces_without_markup

MARKED = "ab *_`~#>-[]()|\n!. 1"


def cut(text: str, sizes: list[int]) -> list[str]:
    pieces, position = [], 0
    for size in itertools.cycle(sizes or [1]):
        if position >= len(text):
            return pieces
        pieces.append(text[position : position + size])
        position += size
    return pieces


@given(st.text(alphabet=MARKED, max_size=120), st.lists(st.integers(1, 9), max_size=5))
def test_it_does_not_matter_where_a_text_is_cut(text: str, sizes: list[int]) -> None:
    lines = text.split("\n")
    whole = "\n".join(without_markup(line) for line in lines)
    assert "".join(piece or "" for piece in pieces_without_markup(cut(text, sizes))) == whole


@given(st.lists(st.none() | st.text(alphabet=MARKED, max_size=30), max_size=8))
def test_nothing_moves_and_before_none_nothing_is_held_back(pieces: list[str | None]) -> None:
    found = list(pieces_without_markup(pieces))
    assert [piece for piece in found if piece is None] == [piece for piece in pieces if piece is None]

    def parts(given: list[str | None]) -> list[str]:
        joined = "".join("\0" if piece is None else piece for piece in given)
        return joined.split("\0")

    assert list(map(len, parts(found))) == list(map(len, parts(pieces)))
    letters = [c for piece in found if piece for c in piece if c.isalnum()]
    assert letters == [c for piece in pieces if piece for c in piece if c.isalnum()]


@pytest.mark.parametrize(
    ("pieces", "first"),
    [
        (["It is ", "late, and "], "It is "),
        (["3 * 4 ", "is 12 "], "3 * 4 "),
        (["snake_case ", "is "], "snake_case "),
        (["Wait [pause 1s] ", "now "], "Wait [pause 1s] "),
        (["**Bold** ", "words "], "  Bold   "),
        (["- an ", "item "], "  an "),
    ],
)
def test_what_is_no_markup_is_not_waited_for(pieces: list[str], first: str) -> None:
    assert next(pieces_without_markup(pieces)) == first


def test_what_may_be_markup_is_not_waited_for_for_ever() -> None:
    given = iter(["*word ", *("more " for _ in range(LONGEST_LINE)), "end"])
    assert len(next(pieces_without_markup(given))) <= LONGEST_LINE + 5
    assert next(given) == "more "


def test_another_markup_passes_as_it_is() -> None:
    pieces = ["\n <", "speak>", "*a* _b_ ", "</speak>"]
    assert list(pieces_without_markup(pieces)) == pieces
