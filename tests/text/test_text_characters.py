import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_to_speech.text.characters import MAX_TOKEN, make_readable


def read(text: str) -> str:
    return " ".join(make_readable(text).text.split())


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("Ordinary text, isn't it?", "Ordinary text, isn't it?"),
        ("naïve Łódź", "naïve Łódź"),
        ("ﬁne 𝐇𝐞𝐥𝐥𝐨 ＦＵＬＬ Ⅷ ① ㎏", "fine Hello FULL VIII 1 kg"),
        ("e\u0301tude soft\u00adhyphen zero\u200bwidth", "étude softhyphen zerowidth"),
        ("½ 2½ ⅔", "one half 2 and one half two thirds"),
        ("x² 10⁶ 10⁻³ H₂O", "x squared 10 to the power of 6 10 to the power of minus 3 H2O"),
        ("٣ १२", "3 12"),
        ("−5 5−3 ‰ № C:\\x", "minus 5 5 minus 3 per mille number C: backslash x"),
        ("😀 👍🏽 😂😂😂 ❤️", "grinning face thumbs up face with tears of joy heavy black heart"),
        ("α β-Test ℵ", "alpha beta -Test alef"),
        ("Привет 北京", "Privet BeiJing"),
        ('“a” «b» "c" („d”)', "“a” “b” “c” (“d”)"),
        ("[a](b) {c}", "(a) (b) (c)"),
        ("5$, $5, a $, US$5", "5 dollars , $5, a dollar , US $5"),
        ("1,2,3 1,234,567", "1, 2, 3 1,234,567"),
        ("1234567890123456", "1 2 3, 4 5 6, 7 8 9, 0 1 2, 3 4 5, 6"),
        ("1,234,567,890,123,456 007", "1 2 3, 4 5 6, 7 8 9, 0 1 2, 3 4 5, 6 0 0 7"),
        ("3.14159265358979323846", "3 point 1 4 1, 5 9 2, 6 5 3, 5 8 9, 7 9 3, 2 3 8, 4 6"),
        ("===== ──── -----", "—"),
        ("No!!!!!!!!! Well......?", "No!!!! Well...?"),
        ("yes;no", "yes; no"),
    ],
)
def test_characters_become_words_that_can_be_read(text: str, readable: str):
    assert read(text) == readable


def test_what_cannot_be_spoken_is_named():
    surrogate = chr(0xD800)
    result = make_readable(f"a\ue000b \ufffd {surrogate} ok")
    assert result.text.split() == ["a", "b", "ok"]
    assert result.unspoken == {"\ue000", "\ufffd", surrogate}


def test_other_alphabets_are_told_apart_from_accents():
    result = make_readable("Nguyễn и Москва, café")
    assert result.text.split() == ["Nguyen", "i", "Moskva,", "café"]
    assert result.transliterated == ["Москва"]
    assert not result.unspoken


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_the_result_is_of_known_characters_and_short_tokens(text: str):
    result = make_readable(text)
    assert all(
        character.isascii() or character in "–—“”°¢£€¥₹₩§¶±×÷©→µ" or character <= "ſ"
        for character in result.text
    )
    assert max(map(len, result.text.split()), default=0) <= MAX_TOKEN


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=st.characters(categories=["L", "N"])))
def test_no_letter_or_digit_is_lost_unless_it_is_named(text: str):
    result = make_readable(text)
    if text:
        assert any(map(str.isalnum, result.text)) or result.unspoken


@pytest.mark.parametrize(
    "unit",
    [
        "7",
        "a",
        "!?",
        "😀😂",
        "שלום ",
        "a\u0301\u0316",
        "\u0301\u0316",
        "1,",
        "中文",
        "½",
        "$",
        "a-",
        '"',
        "-",
        "aB",
    ],
)
def test_time_is_linear_in_the_length(unit: str):
    start = time.perf_counter()
    make_readable(unit * (100_000 // len(unit)))
    assert time.perf_counter() - start < 10  # about 0.1 s; a quadratic step would take minutes
