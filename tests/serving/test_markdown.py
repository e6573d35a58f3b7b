"""Markup becomes spaces; words never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.serving.markdown import without_markup


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**bold** and __bold__", "bold and bold"),
        ("*slanted*, _slanted_ and ***both***.", "slanted , slanted and both ."),
        ("~~struck~~ out", "struck out"),
        ("`code` and ``code``", "code and code"),
        ("# Title\n## Second ##x", "Title Second ##x"),
        ("- one\n* two\n+ three\n  - four", "one two three four"),
        ("- [x] done\n- [ ] open", "done open"),
        ("> quoted\n> > twice", "quoted twice"),
        ("[text](https://example.org/a_b_c) after", "text after"),
        ('![a picture](x.png "title") after', "a picture after"),
        ("[**bold** link](x)", "bold link"),
        ("```python\nx = 1\n```", "x = 1"),
        ("one\n---\ntwo\n***\nthree\n___", "one two three"),
        ("| a | b |\n|---|:--:|\n| 1 | 2 |", ", a , b , , 1 , 2 ,"),
    ],
)
def test_markup_goes_and_words_stay(text: str, words: str) -> None:
    assert without_markup(text).split() == words.split()


@pytest.mark.parametrize(
    "text",
    [
        "3 * 4 * 5",
        "snake_case_name and __init__.py",
        "2**3 is 8",
        "a ~ b ~ c",
        "#hashtag and C# and #1",
        "-5 degrees",
        "1 - 2",
        "[pause 0.5s] now",
        "[[ həlˈoʊ ]]",
        "(text) [text] x",
        "5 > 3",
        "one * two",
        "it's ` a tick",
        "Yes :-) ** no",
        "a | b",
    ],
)
def test_what_is_no_markup_stays(text: str) -> None:
    assert without_markup(text) == text


@given(st.text(alphabet="ab *_`~#>-[]()|\n!.", max_size=60))
def test_no_letter_is_lost_and_none_moves(text: str) -> None:
    plain = without_markup(text)
    assert len(plain) == len(text)
    for before, after in zip(text, plain, strict=True):
        assert after == before or after == " " or (before, after) == ("|", ",") or before in "ab.!()"
    kept = sum(after in "ab" for after in plain)
    # Letters go only with the address of a link.
    assert kept == sum(c in "ab" for c in text) or "](" in text


def test_a_long_text_is_read_in_no_time() -> None:
    for text in (
        "*" * 50_000,
        "[" * 50_000,
        "a*" * 25_000,
        "`" * 49_999,
        "[a](" * 12_000,
        "|-" * 25_000,
        "_a " * 16_000,
    ):
        without_markup(text)
