import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_to_speech.errors import InputError
from text_to_speech.text import Sentence, split_sentences

WRITTEN_TEXT = st.one_of(
    st.text(),
    st.text(alphabet="ab AI.!?…,;—\"'()\n\r\t1\u2028\u200b。"),
    st.lists(
        st.sampled_from(
            ["Mr.", "Smith", "p.m.", "e.g.", "5.", "So", "…", '"Oh!"', "- x", "\n", "\n\n", "U.S."]
        )
    ).map(" ".join),
)


def texts(text: str, **options: int) -> list[str]:
    return [sentence.text for sentence in split_sentences(text, **options)]


@settings(deadline=None, max_examples=300)
@given(text=WRITTEN_TEXT, max_length=st.integers(1, 40))
def test_every_character_is_in_exactly_one_sentence_at_the_place_it_says(text: str, max_length: int):
    sentences = split_sentences(text, max_length=max_length)
    position = 0
    for sentence in sentences:
        assert not text[position : sentence.start].strip()
        assert sentence.end - sentence.start == len(sentence.text) <= max_length
        assert sentence.text.split() == text[sentence.start : sentence.end].split() != []
        assert sentence.text == sentence.text.strip()
        position = sentence.end
    assert not text[position:].strip()
    assert not sentences or sentences[-1].ends_paragraph


@pytest.mark.parametrize(
    "sentences",
    [
        ["Hello world.", "How are you?", "Fine!", "And you?!", "Well…", "So so."],
        [
            "Mr. and Mrs. J. K. Smith met Dr. A. Jones, Ph.D., at 5 p.m. on Main St. in Washington, D.C. today."
        ],
        ["It cost approx. 3.50 dollars, i.e. little, e.g. for us, etc. and so on."],
        ["I live in the U.S.", "The U.S. Army does not."],
        ["Apple Inc. Chief Tim Cook spoke.", "He works for Apple Inc.", "The company is big."],
        ["See No. 5, vol. II and pp. 3 f.", "No.", "I do not."],
        ["On Jan. 5 he sat.", "John stood in the sun.", "Mary slept."],
        ["We left at 3 p.m. Monday.", "They left at 4 p.m.", "It rained."],
        ["Plan B.", "The rest follows.", "You and I.", "He and she."],
        ['"Why?" Tom asked.', '"Because," I said.', '"Stop!" he cried.', '"Stop!"', "She stopped."],
        ["Wait... what?", "I mean . . . yes.", "Then he left..."],
        ["(She agreed.)", "She works at Yahoo! in the office.", "“I know.”", "‘Go.’", "“No!”"],
        ["1. First do this.", "2. Then do that."],
        ["Visit www.example.com today.", "Then e-mail me at a.b@example.org."],
    ],
)
def test_full_stops_that_end_a_sentence_and_others(sentences: list[str]):
    assert texts(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["The U.S. economy grew 3.2% in Q1.", "That beat forecasts."],
        ["“Are you sure?” she asked.", "“Yes.”", "He nodded."],
        ["He lives on Elm St.", "She lives near St. Paul and Dr. Who."],
        ["iPhone sales fell.", "iPad sales rose.", "Prices start at 9.99.", "Buy now."],
        [
            "Gov. Brown met Sens. Lee and Cruz on Mar. 4th.",
            "Max. 20 came.",
            "It was 1999.",
            "2000 came next.",
        ],
        ["J.R.R. Tolkien wrote it.", "C. S. Lewis, cf. Smith et al. (2019), liked it."],
        ["Alice, Bob, and Co. left.", "I like apples, etc.", "He earned his Ph.D.", "She left Mo., too."],
        ["Add 2 tbsp. butter and 1 tsp. salt.", "Q. What is it?", "A. It is v. 2.0 of it."],
    ],
)
def test_sentences_as_people_write_them(sentences: list[str]):
    assert texts(" ".join(sentences)) == sentences


def test_phonemes_between_brackets_are_neither_a_sentence_nor_cut():
    long = f"[[ {'həˈloʊ. ' * 20}]]"
    assert texts(f"Say [[ x. ˈA ]] and {long} now. [[ b? ]] C.", max_length=20) == [
        "Say [[ x. ˈA ]] and",
        long,
        "now.",
        "[[ b? ]] C.",
    ]
    assert texts("[[ a\nb. ]] c [[ d.\n\ne ]]") == ["[[ a b. ]] c [[ d.", "e ]]"]


@settings(deadline=None, max_examples=100)
@given(
    words=st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=60),
    marks=st.lists(st.sampled_from([" ", ", ", "; ", " — ", "\n"]), min_size=60, max_size=60),
    max_length=st.integers(12, 40),
)
def test_a_long_sentence_is_cut_between_words_and_every_word_is_there_once(
    words: list[str], marks: list[str], max_length: int
):
    text = "".join(word + mark for word, mark in zip(words, marks, strict=False))
    pieces = " ".join(texts(text, max_length=max_length))
    assert re.findall("[abc]+", pieces) == words


def test_a_line_break_is_a_space_and_a_blank_line_ends_the_paragraph():
    text = "A hard-wrapped\nsentence. Another\r\none.\n \t\nNew paragraph\n\n\nand the last"
    assert split_sentences(text) == [
        Sentence("A hard-wrapped sentence.", 0, 24, ends_paragraph=False),
        Sentence("Another  one.", 25, 38, ends_paragraph=True),
        Sentence("New paragraph", 42, 55, ends_paragraph=True),
        Sentence("and the last", 58, 70, ends_paragraph=True),
    ]


def test_each_item_of_a_list_is_a_sentence():
    text = "Bring these:\n- bread\n- milk and\n  butter\n* salt\n1) eggs\n2. tea\n(b) jam\n12 apples"
    assert texts(text) == [
        "Bring these:",
        "- bread",
        "- milk and   butter",
        "* salt",
        "1) eggs",
        "2. tea",
        "(b) jam",
        "12 apples",
    ]


@pytest.mark.parametrize("text", ["", " \n\t\n ", "\n\n"])
def test_a_text_of_white_space_has_no_sentence(text: str):
    assert split_sentences(text) == []


def test_a_long_sentence_is_cut_at_clauses_before_words_and_at_words_before_letters():
    assert texts("one two, three four; five six, seven eight", max_length=25) == [
        "one two, three four;",
        "five six, seven eight",
    ]
    assert texts("one two three, four five six", max_length=20) == ["one two three,", "four five six"]
    assert texts("one two three four", max_length=10) == ["one two", "three four"]
    assert texts("onetwothreefour", max_length=10) == ["onetwothre", "efour"]


def test_the_pieces_of_a_long_sentence_are_of_similar_length():
    pieces = texts("word " * 200 + "end.")
    assert len(pieces) == 4
    assert min(map(len, pieces[:-2])) > 290
    assert abs(len(pieces[-1]) - len(pieces[-2])) < 20


def test_the_first_cuts_of_a_long_sentence_do_not_depend_on_what_comes_later():
    words = "word, and " * 400
    whole = texts(words)
    for length in range(1200, 4000, 97):
        assert texts(words[:length])[: (length - 600) // 300] == whole[: (length - 600) // 300]


def test_phonemes_that_are_too_long_to_be_cut_leave_no_empty_sentence():
    assert texts(f"[[ {'a' * 400}]]") == [f"[[ {'a' * 400}]]"]


def test_a_limit_of_no_character_is_refused():
    with pytest.raises(InputError, match="max_length is 0"):
        split_sentences("Hello.", max_length=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["7", "a", "!?", ". ", "A. ", "[[", "[[ ]] ", '."', "\na", "中。", "— ", '. "(', " ", "😀"]
)
def test_time_is_linear_in_the_length(unit: str):
    text = unit * (200_000 // len(unit)) + "x"
    start = time.process_time()
    sentences = split_sentences(text)
    assert time.process_time() - start < 10  # about 0.1 s; a quadratic step would take minutes
    assert "".join("".join(s.text.split()) for s in sentences) == "".join(text.split())


@pytest.mark.parametrize("unit", ["7", "incomprehensibilities", "!?.,;:", "😀🎉🚀", "שלום עולם "])
def test_a_million_characters_of_one_thing_are_split_at_once(unit: str):
    text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    start = time.process_time()
    sentences = split_sentences(text)
    assert time.process_time() - start < 5  # about 0.3 s
    assert max(map(len, (sentence.text for sentence in sentences))) <= 300
    assert "".join("".join(s.text.split()) for s in sentences) == "".join(text.split())
