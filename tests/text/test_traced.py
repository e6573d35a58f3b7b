import re

from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.text.traced import TracedText


def test_what_is_put_in_stands_for_the_whole_that_it_replaces():
    text = TracedText.of("pay $5 now").sub(re.compile(r"\$(\d)"), r"\1 dollars")
    assert text.text == "pay 5 dollars now"
    assert text.span(4, 13) == text.span(6, 7) == (4, 6)
    assert text.span(14, 17) == (7, 10)


def test_a_second_replacement_still_knows_the_original():
    text = TracedText.of("ab cd").sub(re.compile("ab"), "xyz").sub(re.compile("z cd"), "!")
    assert text.text == "xy!"
    assert text.span(2, 3) == (0, 5)


def test_a_text_can_begin_anywhere_in_the_original():
    pieces = TracedText.join([TracedText.of("ab", 3), TracedText.with_span("-", 5, 9), TracedText.of("c", 9)])
    assert pieces.text == "ab-c"
    assert pieces.span(1, 4) == (4, 10)


@given(st.text(alphabet="ab c"), st.text(alphabet="xy ", max_size=3))
def test_a_replacement_changes_the_text_as_re_does_and_keeps_the_order(text: str, new: str):
    pattern = re.compile("a|b+")
    traced = TracedText.of(text).sub(pattern, new)
    assert traced.text == pattern.sub(new, text)
    assert list(traced.starts) == sorted(traced.starts)
    assert len(traced.starts) == len(traced.ends) == len(traced.text)
