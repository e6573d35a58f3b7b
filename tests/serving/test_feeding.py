"""Texts that come in pieces: when they are spoken, that nothing is lost or doubled, and that nobody waits for text."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.errors import InputError
from text_to_speech.script.directions import CLAUSE_PAUSE, SENTENCE_PAUSE
from text_to_speech.serving.feeding import TextFeed, first_clause_first
from text_to_speech.serving.scheduler import Idle
from text_to_speech.serving.speaker import Speaker
from text_to_speech.serving.wanted import Wanted


def own_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "text in pieces"]


def test_an_iterator_that_waits_for_text_gives_its_caller_back() -> None:
    feed = TextFeed()
    taken = feed.run(lambda pieces: (piece and piece.upper() for piece in pieces))
    assert next(taken) is Idle.IDLE
    assert next(taken) is Idle.IDLE
    feed.add("one")
    feed.add("")
    feed.flush()
    feed.flush()
    feed.add("two")
    assert [next(taken) for _ in range(4)] == ["ONE", None, "TWO", Idle.IDLE]
    feed.end()
    for _ in range(2):
        with pytest.raises(StopIteration):
            next(taken)
    taken.close()


def test_it_works_only_while_somebody_waits() -> None:
    feed, made = TextFeed(), []

    def each(pieces: Iterator[str | None]) -> Iterator[str | None]:
        for piece in pieces:
            made.append(piece)
            yield piece

    feed.add("one")
    feed.add("two")
    taken = feed.run(each)
    assert made == []
    assert next(taken) == "one"
    assert made == ["one"]
    taken.close()
    assert made == ["one"]


@pytest.mark.parametrize("begun", [0, 1, 2])
def test_closing_it_ends_what_it_runs_and_its_thread(begun: int) -> None:
    before, ended = len(own_threads()), []

    def each(pieces: Iterator[str | None]) -> Iterator[str | None]:
        try:
            yield from pieces
        finally:
            ended.append(True)

    feed = TextFeed()
    feed.add("one")
    taken = feed.run(each)
    for _ in range(begun):
        next(taken)
    taken.close()
    taken.close()
    assert len(own_threads()) == before
    assert ended == [True] * bool(begun)
    with pytest.raises(StopIteration):
        next(taken)


def test_what_fails_is_told_to_whoever_waits() -> None:
    def broken(pieces: Iterator[str | None]) -> Iterator[str | None]:
        yield next(pieces)
        raise ValueError("broken")

    feed = TextFeed()
    feed.add("one")
    taken = feed.run(broken)
    assert next(taken) == "one"
    with pytest.raises(ValueError, match="broken"):
        next(taken)
    with pytest.raises(StopIteration):
        next(taken)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Well, as you know, it is late, and I am tired.", "Well, as you know,"),
        ('He said, "Never, ever," and left.', 'He said, "Never,'),
        ("It costs 1,000,000 dollars and 12:30 is noon", None),
        ("One sentence. Another one, with a comma.", None),
        ("Hello Dr. Smith, how are you?", "Hello Dr. Smith,"),
        ("word " * 60 + "at last, a comma", None),
        ("Short, and then — a dash", "Short, and then —"),
        ("<speak>One, two, three, four</speak>", "<speak>One, two,"),  # the library knows that it is SSML
    ],
)
@pytest.mark.parametrize("size", [1, 3, 7, 1_000])
def test_the_first_clause_is_spoken_at_once(text: str, first: str | None, size: int) -> None:
    pieces = list(first_clause_first([text[at : at + size] for at in range(0, len(text), size)]))
    assert "".join(piece for piece in pieces if piece) == text
    before = "".join(pieces[: pieces.index(None)]) if None in pieces else None
    assert before == first
    assert pieces.count(None) == (first is not None)


@given(st.lists(st.none() | st.text(alphabet='ab ,.;:!?\n1é—"', max_size=40), max_size=12))
def test_no_character_is_lost_and_every_none_stays(pieces: list[str | None]) -> None:
    found = list(first_clause_first(pieces))
    assert "".join(piece for piece in found if piece) == "".join(piece for piece in pieces if piece)
    assert pieces.count(None) <= found.count(None) <= pieces.count(None) + 1


def heard(speaker: Speaker, pieces: list[str | None], **options):
    """Speak pieces that all are there; return samples, words, and the text."""
    feed = TextFeed()
    for piece in pieces:
        feed.flush() if piece is None else feed.add(piece)
    feed.end()
    chunks = [c for c in speaker.speak_pieces(Wanted("", **options), feed) if c is not Idle.IDLE]
    last = {(c.sentence.offset, c.sentence.start): c.sentence for c in chunks}
    words = [word for sentence in last.values() for word in sentence.words]
    return np.concatenate([c.audio for c in chunks]), words, "".join(piece or "" for piece in pieces)


@pytest.mark.parametrize(
    "pieces",
    [
        ["Well, as you know, it is late. ", "So good", " night! And a", "gain, good night."],
        ["**Well**, that _is", "_ a [li", "nk](https://example.org). ", "\n\n# A", " title\n\n- one\n- two"],
        ["One mom", None, "ent please", None, None, ". Now."],
    ],
)
def test_words_have_their_times_and_offsets_in_the_whole(speaker: Speaker, pieces: list[str | None]) -> None:
    audio, words, text = heard(speaker, pieces)
    # A mark of Markdown may stand within a word: before the comma that belongs to it.
    written = [re.sub(r"\*\*|_|\]\(.*?\)", "", text[slice(*word.span)]) for word in words]
    assert written == [word.text for word in words]
    letters = "".join(word.text for word in words)
    unspoken = "https://example.org"
    assert [c for c in letters if c.isalpha()] == [c for c in text.replace(unspoken, "") if c.isalpha()]
    starts = [word.start for word in words]
    assert starts == sorted(starts)
    assert words[-1].end <= audio.size / 22_050
    for word in words:
        begin, end = round(word.start * 22_050), round(word.end * 22_050)
        assert np.abs(audio[begin:end]).max() > 0


def test_a_clause_and_a_sentence_have_their_pauses(speaker: Speaker) -> None:
    def gap(pieces: list[str | None]) -> float:
        _, words, _ = heard(speaker, pieces)
        return words[1].start - words[0].end

    assert gap(["Onceuponatime, ", "two."]) == pytest.approx(CLAUSE_PAUSE, abs=0.05)
    assert gap(["Onceuponatime. ", "Two."]) == pytest.approx(SENTENCE_PAUSE, abs=0.05)


def test_a_text_in_pieces_is_as_long_as_the_whole_text(speaker: Speaker) -> None:
    text = "One short line. Then a somewhat longer second sentence!\n\nA paragraph of its own?"
    audio, _, _ = heard(speaker, [word + " " for word in text.split(" ")])
    whole = sum(chunk.audio.size for chunk in speaker.speak(Wanted(text)))
    assert abs(audio.size - whole) <= 4 * 256  # the vocoder's edges, at most a frame at each pause


def test_a_part_without_a_word_is_passed_over(speaker: Speaker) -> None:
    _, words, _ = heard(speaker, ["One. ", None, "... ", None, "— ", None, "Two."])
    assert [word.text.strip(".—… ") for word in words] == ["One", "Two"]


@pytest.mark.parametrize("pieces", [[], [" ... "], ["—", None, " … "]])
def test_a_text_without_a_word_is_silent(speaker: Speaker, pieces: list[str | None]) -> None:
    feed = TextFeed()
    for piece in pieces:
        feed.flush() if piece is None else feed.add(piece)
    feed.end()
    assert list(speaker.speak_pieces(Wanted(""), feed)) == []


def test_a_direction_that_cannot_be_is_refused_and_not_swallowed(speaker: Speaker) -> None:
    with pytest.raises(InputError, match="99s"):
        heard(speaker, ["Wait [pause 99s] now."])


def test_a_document_in_pieces_is_recognized(speaker: Speaker) -> None:
    document = "<speak>One, two, three, four. <break time='3s'/> Five.</speak>"
    audio, words, _ = heard(speaker, list(document))
    assert [word.text.strip(",.") for word in words] == ["One", "two", "three", "four", "Five"]
    assert audio.size > 3 * 22_050
