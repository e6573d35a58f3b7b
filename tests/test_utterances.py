"""Sentences become utterances: pauses, marks, deliveries, and nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spelling import Speller
from text_to_speech.script import (
    Alias,
    Block,
    Delivery,
    Manner,
    Mark,
    Pause,
    Piece,
    Script,
    parse_text,
)
from text_to_speech.text import Reading
from text_to_speech.utterances import Utterance, utterances

MANNER = Manner(pause_sentence=0.3, pause_paragraph=0.7)


def script(text: str, *directions: Pause | Mark, **more: object) -> Script:
    return Script(text, text, (Piece(0, 0, len(text)),), (Block(0, len(text)),), directions, **more)


def said(script: Script) -> list[Utterance]:
    return list(utterances(script, Speller(), MANNER))


def test_sentences_are_utterances_with_the_pauses_between() -> None:
    first, second, third = said(parse_text("One two. Then three!\n\nOver."))
    assert [u.text for u in (first, second, third)] == ["One two.", "Then three!", "Over."]
    assert [u.pause for u in (first, second, third)] == [0.0, 0.3, 0.7]
    assert [u.pause_after for u in (first, second, third)] == [0.3, 0.7, 0.7]
    assert [(w.text, w.span) for w in second.words] == [("Then", (9, 13)), ("three!", (14, 20))]
    assert second.phonemes == "thɛn thɹɛɛ"


def test_a_pause_in_a_sentence_makes_two_utterances() -> None:
    first, second = said(parse_text("Wait for it [pause 1s] now. "))
    assert (first.text, first.phonemes, first.pause_after) == ("Wait for it", "wɑit fOɹ it,", 1.0)
    assert (second.text, second.words[0].offset, second.pause) == ("now.", 23, 1.0)


@pytest.mark.parametrize(
    "text", ["One. [pause 2s] Two.", "One.[pause 2s]\n\nTwo.", "One. [pause 1s] [pause 1s] Two."]
)
def test_a_pause_between_sentences_is_the_pause(text: str) -> None:
    first, second = said(parse_text(text))
    assert (first.pause_after, second.pause) == (2.0, 2.0)


def test_a_pause_of_nothing_in_a_sentence_does_not_cut_it() -> None:
    assert [u.text for u in said(script("One two.", Pause(4, 0.0)))] == ["One two."]


def test_pauses_at_both_ends_are_kept() -> None:
    first, last = said(parse_text("[pause 1s] One. [pause 2s]"))
    assert (first.text, first.pause) == ("One.", 1.0)
    assert (last.words, last.pause) == ((), 2.0)


def test_pauses_on_end_are_bounded(caplog: pytest.LogCaptureFixture) -> None:
    _, second = said(parse_text("One. " + "[pause 50s] " * 3 + "Two."))
    assert second.pause == 60.0
    assert [record.getMessage() for record in caplog.records] == ["pauses of 150 s on end: 60 s are kept"]


def test_marks_have_their_places() -> None:
    text = "One two. Three."
    first, second, last = said(
        script(
            text,
            Mark(0, "start"),
            Mark(4, "two"),
            Mark(8, "end of one"),
            Pause(8, 2.0),
            Mark(8, "three"),
            Mark(15, "end"),
            Pause(15, 1.0),
            Mark(15, "very end"),
        )
    )
    assert first.marks == ((0, "start"), (1, "two"))
    assert (second.marks_in_pause, second.marks) == (((0.0, "end of one"),), ((0, "three"),))
    assert last.marks_in_pause == ((0.0, "end"), (1.0, "very end"))


def test_a_direction_in_a_word_comes_behind_it() -> None:
    first, second = said(script("Hello world", Pause(3, 1.0)))
    assert [first.text, second.text] == ["Hello", "world"]
    (utterance,) = said(script("One two three", Mark(5, "in two")))
    assert utterance.marks == ((2, "in two"),)


def test_what_has_no_sound_keeps_its_pause() -> None:
    first, second = said(parse_text("One.\n\n***\n\nTwo."))
    assert [first.text, second.text, second.pause] == ["One.", "Two.", 0.7]


def test_words_are_delivered_as_they_begin() -> None:
    loud, high = Delivery(volume=6.0), Delivery(pitch=2.0)
    (utterance,) = said(script("One two three.", deliveries=((0, loud), (5, high))))
    assert [word.delivery for word in utterance.words] == [loud, loud, high]


def test_readings_and_aliases_are_read_in_their_sentence() -> None:
    text = "One two. Three W3C four."
    first, second = said(
        script(text, readings=(Reading(4, 7, phonemes="i"),), aliases=(Alias(15, 18, "web"),))
    )
    assert first.phonemes == "Onɛ i"
    assert second.phonemes == "thɹɛɛ wɛb fOuɹ"
    assert [word.text for word in second.words] == ["Three", "W3C", "four."]


@given(st.text(alphabet="ab .!\n*[]", max_size=60), st.lists(st.integers(0, 60), max_size=4))
def test_every_character_is_in_one_word(text: str, places: list[int]) -> None:
    pauses = [Pause(min(place, len(text)), 1.0) for place in sorted(places)]
    joined = "".join(w.written for u in said(script(text, *pauses)) for w in u.words)
    wanted = [c for s in script(text).sentences() if any(c in "ab" for c in s.text) for c in s.text]
    assert [c for c in joined if c in "ab"] == [c for c in wanted if c in "ab"]
