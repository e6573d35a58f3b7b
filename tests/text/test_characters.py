import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from text_to_speech.text.characters import MAX_READABLE_TOKEN_LENGTH, ReadableText
from text_to_speech.text.characters import make_readable as make_traced_readable
from text_to_speech.text.traced import TracedText

KEPT = "″–—“”°¢£€¥₹₩₽₺₪₿§¶±×÷©→←µ−№‰√∞≠≈≤≥½¼¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⁰¹²³⁴⁵⁶⁷⁸⁹⁻"


def make_readable(text: str) -> ReadableText:
    return make_traced_readable(TracedText.of(text))


def read(text: str) -> str:
    return " ".join(make_readable(text).text.text.split())


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("Ordinary text, isn't it?", "Ordinary text, isn't it?"),
        ("naïve Łódź", "naïve Łódź"),
        ("ﬁne 𝐇𝐞𝐥𝐥𝐨 ＦＵＬＬ Ⅷ ① ㎏", "fine Hello FULL VIII 1 kg"),
        ("e\u0301tude soft\u00adhyphen zero\u200bwidth", "étude softhyphen zerowidth"),
        ("½ x² H₂O 10Ω", "½ x² H2O 10ohm"),
        ("٣ १२", "3 12"),
        ("−5\u00a0‰ №\u20095", "−5 ‰ № 5"),
        ("😀 👍🏽 😂😂😂 ❤️", "grinning face thumbs up face with tears of joy heart"),
        ("α β-Test ℵ", "alpha beta -Test alef"),
        ("Привет 北京", "Privet BeiJing"),
        ('“a” «b» "c" („d”)', "“a” “b” “c” (“d”)"),
        ("[a] {c}", "(a) (c)"),
        ("1,2,3 1,234,567", "1, 2, 3 1,234,567"),
        ("===== ──── -----", "—"),
        ("No!!!!!!!!! Well......?", "No!!!! Well...?"),
    ],
)
def test_characters_become_words_that_can_be_read(text: str, readable: str):
    assert read(text) == readable


def test_what_cannot_be_spoken_is_named():
    surrogate = chr(0xD800)
    result = make_readable(f"a\ue000b \ufffd {surrogate} ok")
    assert result.text.text.split() == ["a", "b", "ok"]
    assert result.unspoken == {"\ue000", "\ufffd", surrogate}


def test_other_alphabets_are_told_apart_from_accents():
    result = make_readable("Nguyễn и Москва, café")
    assert result.text.text.split() == ["Nguyen", "i", "Moskva,", "café"]
    assert result.transliterated == ["Москва"]
    assert not result.unspoken


@settings(deadline=None, max_examples=300)
@given(st.text())
@example('0"')
def test_the_result_is_of_known_characters_and_short_tokens(text: str):
    result = make_readable(text)
    assert all(character.isascii() or character in KEPT or character <= "ſ" for character in result.text.text)
    assert max(map(len, result.text.text.split()), default=0) <= MAX_READABLE_TOKEN_LENGTH


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_every_character_knows_a_place_in_the_text(text: str):
    readable = make_readable(text).text
    assert len(readable.text) == len(readable.starts) == len(readable.ends)
    assert list(readable.starts) == sorted(readable.starts)
    assert list(readable.ends) == sorted(readable.ends)
    assert all(
        0 <= start <= end <= len(text) for start, end in zip(readable.starts, readable.ends, strict=True)
    )


def test_what_stands_for_an_accented_letter_or_an_emoji_has_its_place():
    readable = make_readable("a ﬁ e\u0301 😀").text
    place = readable.text.index("fi")
    assert readable.span(place, place + 2) == (2, 3)
    place = readable.text.index("é")
    assert readable.span(place, place + 1) == (4, 6)
    place = readable.text.index("grinning face")
    assert readable.span(place, place + 13) == (7, 8)


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=st.characters(categories=["L", "N"])))
def test_no_letter_or_digit_is_lost_unless_it_is_named(text: str):
    result = make_readable(text)
    if text:
        assert any(map(str.isalnum, result.text.text)) or result.unspoken


@pytest.mark.slow
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
    start = time.process_time()
    make_readable(unit * (100_000 // len(unit)))
    assert time.process_time() - start < 10  # about 0.1 s; a quadratic step would take minutes
