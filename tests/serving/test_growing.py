"""Texts that come in pieces: where they are cut, and that nothing is lost or doubled."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.errors import InputError
from text_to_speech.script.formats import read_script
from text_to_speech.serving.growing import GrowingText, Part, speak_growing
from text_to_speech.serving.scheduler import Idle
from text_to_speech.serving.speaker import Speaker
from text_to_speech.serving.wanted import Wanted
from text_to_speech.text.sentences import MAX_LENGTH


def taken(text: GrowingText) -> list[Part]:
    parts = []
    while part := text.take():
        parts.append(part)
    return parts


def texts(text: GrowingText) -> list[str]:
    return [part.text.strip() for part in taken(text)]


def test_a_sentence_is_complete_when_something_follows_it() -> None:
    text = GrowingText()
    text.add("Hello Dr.")
    assert texts(text) == []
    text.add(" Smith. ")
    assert texts(text) == []
    text.add("How")
    assert texts(text) == ["Hello Dr. Smith."]
    text.end()
    assert texts(GrowingText()) == []
    assert text.take().text.strip() == "How"
    with pytest.raises(EOFError):
        text.take()


def test_the_first_part_is_a_clause_and_the_next_ones_are_sentences() -> None:
    text = GrowingText()
    said = "Well, as you know, it is late, and I am tired. So, good night, everyone. Bye"
    for word in said.split():
        text.add(word + " ")
    parts = taken(text)
    assert [part.text.strip() for part in parts] == [
        "Well, as you know,",
        "it is late, and I am tired.",
        "So, good night, everyone.",
    ]
    assert [part.ends for part in parts] == ["clause", "sentence", "sentence"]


def test_a_number_is_not_cut() -> None:
    text = GrowingText()
    text.add("It costs 1,000,000 dollars and 12:30 is noon")
    assert texts(text) == []


def test_a_paragraph_ends_with_its_own_pause() -> None:
    text = GrowingText()
    text.add("One.\n\nTwo. Three")
    assert [(part.text.strip(), part.ends) for part in taken(text)] == [
        ("One.", "paragraph"),
        ("Two.", "sentence"),
    ]


def test_nothing_waits_for_ever_without_an_end() -> None:
    text = GrowingText()
    text.add("word " * 100)
    parts = texts(text)
    assert parts
    assert max(map(len, parts)) <= MAX_LENGTH
    text = GrowingText()
    text.add("x" * 1_000)
    assert max(map(len, texts(text))) <= MAX_LENGTH


def test_a_flush_makes_what_is_there_a_part() -> None:
    text = GrowingText()
    text.add("One moment")
    text.flush()
    text.flush()
    text.add(" please")
    text.end()
    assert [(part.text, part.offset) for part in taken_to_the_end(text)] == [
        ("One moment", 0),
        (" please", 10),
    ]


def taken_to_the_end(text: GrowingText) -> list[Part]:
    parts = []
    while True:
        try:
            part = text.take()
        except EOFError:
            return parts
        assert part
        parts.append(part)


@given(st.lists(st.text(alphabet="ab ,.;:!?\n1é—", max_size=40), max_size=12))
def test_the_parts_joined_are_the_text(pieces: list[str]) -> None:
    text = GrowingText()
    for number, piece in enumerate(pieces):
        text.add(piece)
        if number % 5 == 4:
            text.flush()
    text.end()
    whole = "".join(pieces)
    covered = [" "] * len(whole)
    for part in taken_to_the_end(text):
        assert whole[part.offset : part.offset + len(part.text)] == part.text
        covered[part.offset : part.offset + len(part.text)] = part.text
    assert "".join(covered).split() == whole.split()


def heard(speaker: Speaker, pieces: list[str], **options):
    """Speak pieces that all are there; return samples, words, and the text."""
    text = GrowingText()
    for piece in pieces:
        text.add(piece)
    text.end()
    chunks = [c for c in speak_growing(speaker, Wanted("", **options), text) if c is not Idle.IDLE]
    sentences = {id(c.sentence): c.sentence for c in chunks}
    last = {(s.offset, s.start): s for s in sentences.values()}
    words = [word for sentence in last.values() for word in sentence.words]
    return np.concatenate([c.audio for c in chunks]), words, "".join(pieces)


def test_words_have_their_times_and_places_in_the_whole(speaker: Speaker) -> None:
    pieces = ["Well, as you know, it is late. ", "So good", " night! And a", "gain, good night."]
    audio, words, text = heard(speaker, pieces)
    assert [text[slice(*word.span)] for word in words] == [word.text for word in words]
    letters = "".join(word.text for word in words)
    assert [c for c in letters if c.isalpha()] == [c for c in text if c.isalpha()]
    starts = [word.start for word in words]
    assert starts == sorted(starts)
    assert words[-1].end <= audio.size / 22_050
    # Every word but the first of a part begins where the one before it ends, or a pause later; and there it sounds.
    for word in words:
        begin, end = round(word.start * 22_050), round(word.end * 22_050)
        assert np.abs(audio[begin:end]).max() > 0


@pytest.mark.parametrize("pause", [0.0, 0.4, 2.0])
def test_between_two_parts_is_the_pause_of_sentences(speaker: Speaker, pause: float) -> None:
    _, words, _ = heard(speaker, ["One. ", "Two. "], pause_sentence=pause)
    gap = words[1].start - words[0].end
    own = heard(speaker, ["One. ", "Two. "], pause_sentence=0.0)[1]
    least = own[1].start - own[0].end
    assert gap == pytest.approx(max(pause, least), abs=0.03)


def test_a_part_without_a_word_is_passed_over(speaker: Speaker) -> None:
    _, words, _ = heard(speaker, ["One. ", "... ", "— ", "Two."])
    assert [word.text.strip(".") for word in words] == ["One", "Two"]


def test_a_text_without_a_word_is_silent(speaker: Speaker) -> None:
    text = GrowingText()
    text.add(" ... ")
    text.end()
    assert list(speak_growing(speaker, Wanted(""), text)) == []


def test_a_direction_that_cannot_be_is_refused_and_not_swallowed(speaker: Speaker) -> None:
    text = GrowingText()
    text.add("Wait [pause 99s] now.")
    text.end()
    with pytest.raises(InputError, match="99s"):
        list(speak_growing(speaker, Wanted(""), text))


def test_where_nothing_is_complete_the_thread_is_given_back(speaker: Speaker) -> None:
    text = GrowingText()
    sound = speak_growing(speaker, Wanted(""), text)
    assert next(sound) is Idle.IDLE
    text.add("One sentence. And")
    assert next(sound).sentence.words[0].text == "One"


MARKDOWN = "Well, **first of all**, this is *it*. See [the page](https://example.org/a.b) now.\n\n- one\n- two\n\nEnd."


@pytest.mark.parametrize("size", [1, 4, 30])
def test_markdown_is_silent_and_comes_soon(size: int) -> None:
    text = GrowingText()
    for at in range(0, len(MARKDOWN), size):
        text.add(MARKDOWN[at : at + size])
        if at < 30 <= at + size:
            assert len(text._parts) == 1  # the first clause does not wait for the end of the sentence
    text.end()
    parts = rest_of(text)
    said = [
        " ".join(sentence.text.split())
        for part in parts
        for sentence in (part.script or read_script(part.text, input_format="text")).sentences()
    ]
    assert " ".join(said) == "Well, first of all, this is it. See the page now. one two End."
    for part in parts:
        assert MARKDOWN[part.offset : part.offset + len(part.text)] == part.text
    assert [part.ends for part in parts][-1] == "paragraph"


def test_markdown_is_told_before_it_is_spoken(speaker: Speaker) -> None:
    text = GrowingText()
    text.add(MARKDOWN)
    text.end()
    chunks = [chunk for chunk in speak_growing(speaker, Wanted(""), text) if not isinstance(chunk, Idle)]
    words = {word.span: word.text for chunk in chunks for word in chunk.sentence.words}
    assert [MARKDOWN[slice(*span)] for span in words] == [
        "Well,", "first", "of", "all**,", "this", "is", "it*.", "See", "the", "page", "now.", "one", "two", "End.",
    ]  # fmt: skip


def test_plain_text_may_be_asked_for() -> None:
    text = GrowingText("text")
    text.add("**One** two. Three")
    text.end()
    assert [part.text.strip() for part in rest_of(text)] == ["**One** two.", "Three"]


def rest_of(text: GrowingText) -> list[Part]:
    """Return the parts of a text that has ended."""
    parts = []
    with contextlib.suppress(EOFError):
        while part := text.take():
            parts.append(part)
    return parts
