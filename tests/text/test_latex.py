r"""Formulas in a text: which spans are one, and what is read where their braces do not match."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_to_speech.text import Phonemizer, Reading
from text_to_speech.text.latex import LONGEST_FORMULA, find_formulas, read_formula


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("so $x^2$ and \\(y\\) and \\[z\\] and $$a$$", ["$x^2$", "\\(y\\)", "\\[z\\]", "$$a$$"]),
        ("It is $5 or $x^2$.", ["$x^2$"]),
        ("$5 and $10, or $3-$4; $HOME and $PATH; US$ 5_000 and A$", []),
        ("a $ b_c $ d", []),
        ("\\$5 and \\$x_1$", []),
        ("$n=5$, $f(x)$, $a<b$", ["$n=5$", "$f(x)$", "$a<b$"]),
        ("We paid $20 for it_x and 30$ for that", []),
        (f"${'x' * LONGEST_FORMULA}^2 + 1 + 2 + 3$", []),
    ],
)
def test_what_is_a_formula_and_what_is_money(text: str, formulas: list[str]):
    assert [text[reading.start : reading.end] for reading in find_formulas(text)] == formulas


@pytest.mark.parametrize(
    ("formula", "spoken"),
    [
        (r"\frac{x+1}{y}", "X plus one, over Y,"),
        (r"\frac12", "one half"),
        (r"\frac{1}{2", "one half"),
        (r"x^{2", "X squared"),
        (r"}x{", "X"),
        (r"x_{i_{j}}", "X sub I sub J"),
        (r"\left( a + b \right)^2", "(A plus B) squared"),
        (r"\log_2 n", "log base two N"),
        (r"e^{-x}", "E to the power of minus X"),
        (r"\vec{v} \cdot \hat{n}", "vector V times N hat"),
        (r"90^\circ", "ninety degrees"),
        (r"\mathrm{kg}", "kg"),
        (r"\begin{aligned} a &= b \end{aligned}", "A, equals B"),
        (r"n!", "N factorial"),
        (r"\binom{n}{k}", "N choose K"),
        (r"\prod_{k=1}^n k", "the product from K equals one to N of K"),
        (r"\oint_C f", "the contour integral over C of F"),
        ("", ""),
    ],
)
def test_a_formula_is_read_to_its_end(formula: str, spoken: str):
    assert read_formula(formula) == spoken


def test_groups_inside_of_groups_are_bounded():
    assert read_formula("{" * 300 + "x" + "}" * 300).endswith("X")


def test_a_reading_of_the_caller_comes_before_a_formula():
    text = "so $x^2$ it is"
    words = Phonemizer().words(text, readings=[Reading(4, 5, spoken="why")])
    assert "wˌI" in " ".join(word.phonemes for word in words)
    assert [text[word.start : word.end] for word in Phonemizer().words(text)] == ["so", "$x^2$", "it", "is"]


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from([*"$$\\\\{}[]()^_ xy12+=,", "\\frac", "\\sum", "\\text", "word "]), max_size=60)
)
def test_formulas_are_in_order_inside_any_text(parts: list[str]):
    text = "".join(parts)
    position = 0
    for reading in find_formulas(text):
        assert position <= reading.start < reading.end <= len(text)
        assert reading.spoken
        position = reading.end
