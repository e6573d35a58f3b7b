"""A text that arrives in pieces becomes the sentences of the whole text, each as soon as its end is certain."""

from __future__ import annotations

import gc
import itertools
import math
import queue
import re
import threading
import time
from collections.abc import Iterable, Iterator
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spelling import Speller
from text_to_speech.errors import InputError
from text_to_speech.script import (
    Manner,
    Pause,
    Script,
    Utterance,
    incremental_scripts,
    parse_text,
    read_script,
    utterances,
)
from text_to_speech.script.directions import CLAUSE_PAUSE, PARAGRAPH_PAUSE, SENTENCE_PAUSE
from text_to_speech.script.pending_text import LONGEST_PENDING
from text_to_speech.script.utterances import incremental_utterances

Found = tuple[str, tuple[int, int], bool]


def sentences(script: Script) -> list[Found]:
    return [(s.text, script.span(s.start, s.end), s.ends_paragraph) for s in script.sentences()]


def directions(script: Script) -> list[tuple[int, float]]:
    """Return the source's offset after each pause and its seconds."""
    return [(script.span(d.at - 1, d.at)[1], d.seconds) for d in script.directions if isinstance(d, Pause)]


def spoken(script: Script | Iterable[Script]) -> list[Utterance]:
    return list(utterances(script, Speller(), Manner(), median_f0=196.0))


def cut(text: str, sizes: Iterable[int]) -> list[str]:
    """Cut a text into pieces of given sizes, over and over."""
    pieces, position = [], 0
    for size in itertools.cycle(list(sizes) or [1]):
        if position >= len(text):
            return pieces
        pieces.append(text[position : position + size])
        position += size
    return pieces


def steps(pieces: Iterable[str]) -> list[tuple[int, str]]:
    """Return for each sentence how many pieces were taken before it came."""
    taken = 0

    def counted() -> Iterator[str]:
        nonlocal taken
        for piece in pieces:
            taken += 1
            yield piece

    return [(taken, s.text) for script in incremental_scripts(counted()) for s in script.sentences()]


def test_a_sentence_comes_when_its_end_is_certain() -> None:
    pieces = ["Hello", " world", ".", " How", " are", " you", "?\n", "\nFine", ".", " It", " ends"]
    assert steps(pieces) == [
        (5, "Hello world."),
        (8, "How are you?"),
        (11, "Fine."),
        (11, "It ends"),
    ]


def test_brackets_that_cannot_be_phonemes_any_more_are_not_waited_for() -> None:
    pieces = ["Say [[ hˈ.", "\n", "\nOne ", "two. ", "Three ", "four [laughs "]
    assert steps(pieces) == [
        (3, "Say [[ hˈ."),
        (5, "One two."),
        (6, "Three four [laughs"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "It costs 3.5 million. Dr. Smith said so. It is 5 p.m. Monday. The U.S. Army came. No. 5 lives. No. He left.",
        'He said "Stop." Then he left. "Why?" Tom asked. "Go on!" she said. “Why?” “Because.” (He left.) It ended.',
        "Well… maybe. Wait... what? Really?! iPads are fun. . . . Then. e.g. this one. i.e. that. So etc. The end.",
        "1. One thing. 2. Another. 3. The third.\n- milk\n- eggs. And so\n* more\n(a) First\n(b) Second 3.\n4. Fourth",
        "One.\n\nTwo\n \nThree.\r\n\r\nFour\r\nfive. Six\x0b\x0cSeven.\u2028\u2029Eight",
        "Wait. [pause 1s] For it [pause   500ms]. Now[pause 2s]! [laughs] [[pause 1s]] [pause for. Effect. ]. Yes",
        "One [pause 2]] two. [[pause 2] three. [pause for 2] four.",
        "Say [[ hˈI. Bˈ ]] now. [[ A. B ]] C. [[ hˈ[pause 1s]. I ]] x. [[ a. B\n\nC ]]. D [ E. F [[ G. H",
        "好。你好吗？ 我很好！Yes. A.B. Case and J. R. R. Tolkien. Vitamin C. The X. I am I. Then. Q.E.D. It is.",
        "a" * 700 + ". " + "word " * 300 + ". Then, " + "and, so. " * 100 + "[[ həlˈoʊ ]]" * 60 + ". End",
        "word " * 130 + "1. More words " + "word, " * 130 + "no. 5 " * 130,
    ],
)
@pytest.mark.parametrize("sizes", [[1], [2], [3, 1], [7], [1000], [10**6]])
def test_the_sentences_are_those_of_the_whole_text(text: str, sizes: list[int]) -> None:
    whole = parse_text(text)
    scripts = list(incremental_scripts(cut(text, sizes)))
    assert [one for script in scripts for one in sentences(script)] == sentences(whole)
    assert [one for script in scripts for one in directions(script)] == directions(whole)
    assert "".join(script.source for script in scripts).rstrip() == text.rstrip()
    for script in scripts:
        assert text.startswith(script.source, script.source_start)


PARTS = st.sampled_from(
    [
        *"aAI1 .!?…\"'“”’()[]-,;\n\r\t。",
        *(
            ". ",
            ".\n",
            "\n\n",
            ' "',
            '." ',
            "?' ",
            "... ",
            ". . ",
            "[[ ",
            " ]]",
            "[[ hˈI ]]",
            "[pause 1s]",
            "[pause 0s] ",
        ),
        *(
            "Dr. ",
            "Mr",
            "e.g. ",
            "etc. ",
            "No. ",
            "p.m. ",
            "U.S. ",
            "Tom said",
            " he asked. ",
            "The ",
            "iPad ",
            "1. ",
        ),
        *("\n- x", "\n2) ", "3.", "5 million", "Co. ", "Sat", "word ", "word, " * 60, "long" * 80),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PARTS, max_size=40).map("".join), st.lists(st.integers(1, 12), max_size=8))
@example('"Why?" Tom said', [1])
@example("[[ a. B [pause 1s] ]] C. D", [1])
def test_however_a_text_is_cut_its_sentences_are_the_same(text: str, sizes: list[int]) -> None:
    try:
        whole = parse_text(text)
    except InputError as error:
        with pytest.raises(InputError, match=re.escape(str(error))):
            list(incremental_scripts(cut(text, sizes)))
        return
    scripts = list(incremental_scripts(cut(text, sizes)))
    assert [one for script in scripts for one in sentences(script)] == sentences(whole)
    assert [one for script in scripts for one in directions(script)] == directions(whole)
    assert [(script.span(r.start, r.end), r.phonemes) for script in scripts for r in script.readings] == [
        (whole.span(r.start, r.end), r.phonemes) for r in whole.readings
    ]
    assert spoken(scripts) == spoken(whole)


def test_nothing_comes_of_nothing() -> None:
    assert list(incremental_scripts([])) == []
    assert list(incremental_scripts(["", " ", "\n\n"])) == []
    (script,) = incremental_scripts([" ", "[pause", " 1s]"])
    assert [d.seconds for d in script.directions if isinstance(d, Pause)] == [1.0]


def test_a_text_without_an_end_of_a_sentence_is_cut_as_it_comes() -> None:
    pieces = ["word "] * 2000
    assert max(len(text) for _, text in steps(pieces)) <= 300
    assert [taken for taken, _ in steps(pieces)][:3] == [125, 185, 245]


@pytest.mark.parametrize("piece", ["x", " ", "(", "[[ x ", "x-", "\n"])
def test_pending_text_is_bounded(piece: str) -> None:
    longest = 0
    scripts = incremental_scripts(
        itertools.chain(["Hello. "], itertools.repeat(piece, LONGEST_PENDING * 5 // 4))
    )
    for script in scripts:
        longest = max(longest, len(script.source))
    assert longest <= LONGEST_PENDING + len(piece)


def test_ssml_in_pieces_is_read_in_the_language_of_the_voice() -> None:
    document = "<speak>Due <say-as interpret-as='date'>3/4/2021</say-as>.</speak>"
    for language, day in (("en-US", "March"), ("en-GB", "April")):
        (script,) = incremental_scripts(cut(document, [5, 30]), language=language)
        assert script == read_script(document, language=language)
        assert day in str(script.readings)


def test_ssml_is_collected_whole() -> None:
    document = '<?xml version="1.0"?><speak>One. <break time="1s"/>Two.</speak>'
    for text in (document, "\ufeff " + document[21:], "<speak>" + "One. " * 3 + "</speak>"):
        (script,) = incremental_scripts(cut(text, [3]), wait=0.05)
        assert script == read_script(text)
    assert [s.source for s in incremental_scripts("<spea ker. So be it")] == ["<spea ker. ", "So be it"]
    assert next(incremental_scripts([document], input_format="text")).text.startswith("<?xml")
    with pytest.raises(InputError, match="SSML, line 1"):
        list(incremental_scripts(["<speak>", "One. Two"]))


def test_an_endless_document_is_refused_when_it_is_too_long() -> None:
    with pytest.raises(InputError, match="characters: expected at most"):
        list(incremental_scripts(itertools.chain(["<speak>"], itertools.repeat("word " * 100_000))))


@pytest.mark.parametrize("wait", [None, 30])
def test_none_among_the_pieces_ends_a_script(wait: float | None) -> None:
    pieces = [
        "Well, as you know, ",
        None,
        "it is la",
        "te. And I",
        None,
        " am. [pau",
        None,
        "se 2s] So",
        None,
        None,
    ]
    scripts = list(incremental_scripts(pieces, wait=wait))
    assert [[text for text, *_ in sentences(script)] for script in scripts] == [
        ["Well, as you know,"],
        ["it is late."],
        ["And I"],
        ["am."],
        ["So"],
    ]
    assert directions(scripts[-1]) == [(51, 2.0)]
    assert "".join(script.source for script in scripts) == "".join(piece for piece in pieces if piece)


@pytest.mark.parametrize(
    ("first", "pause"),
    [
        ("Well, as you know, ", CLAUSE_PAUSE),
        ("It is la", CLAUSE_PAUSE),
        ("It is late. ", SENTENCE_PAUSE),
        ("He said “It is late.” ", SENTENCE_PAUSE),
        ("It is late.\n\n", PARAGRAPH_PAUSE),
        ("A heading\n\n", PARAGRAPH_PAUSE),
        ("Well, [pause 2s] ", 2.0),
    ],
)
def test_the_pause_where_a_text_breaks_off_is_that_of_its_end(first: str, pause: float) -> None:
    scripts = incremental_scripts([first, None, "Then."])
    found = [one for one in incremental_utterances(scripts, Speller(), Manner(), median_f0=196.0) if one]
    assert [one.pause for one in found] == [0.0, pause]
    silent = incremental_utterances(
        incremental_scripts([first, None, "Then."]), Speller(), Manner(pause_sentence=0.0), median_f0=196.0
    )
    assert [one.pause for one in silent if one][1] == (0.0 if pause < PARAGRAPH_PAUSE else pause)


@pytest.mark.parametrize("wait", [0, -1, math.nan, math.inf, "1", True])
def test_a_wait_that_is_no_time_is_refused(wait: float) -> None:
    with pytest.raises(InputError, match=r"wait .*: expected seconds, a number above 0"):
        incremental_scripts(["One."], wait=wait)


def test_a_value_without_pieces_is_refused() -> None:
    with pytest.raises(InputError, match="int given; expected a text as str, or an iterable"):
        incremental_scripts(5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="int given; expected a text as str"):
        list(incremental_scripts(["One", 5]))  # type: ignore[list-item]


class Line:
    """A source of pieces that gives each when it is told to, as a peer on a network does."""

    def __init__(self) -> None:
        self._pieces: queue.Queue[str | None] = queue.Queue()
        self.ended = threading.Event()

    def send(self, *pieces: str | None) -> None:
        for piece in pieces:
            self._pieces.put(piece)

    def __iter__(self) -> Iterator[str]:
        try:
            yield from iter(lambda: self._pieces.get(timeout=30), None)  # type: ignore[misc]
        finally:
            self.ended.set()


def test_text_that_came_is_taken_after_the_wait() -> None:
    line = Line()
    scripts = incremental_scripts(line, wait=0.05)
    line.send("Yes, 3.", " [[ hˈ")
    assert next(scripts).source == "Yes, 3. "
    line.send("I ]] he said")
    assert [s.text for s in next(scripts).sentences()] == ["[[ hˈI ]] he said"]
    line.send(" \n\n", "The end.", None)
    last = next(scripts)
    assert (last.source_start + last.source.index("The")) == len("Yes, 3. [[ hˈI ]] he said \n\n")
    assert list(scripts) == []


def test_a_wait_that_does_not_run_out_changes_nothing() -> None:
    text = "It costs 3.5 million. Dr. Smith said so.\n\n[pause 1s] He left."
    scripts = list(incremental_scripts(text, wait=30))
    assert [one for script in scripts for one in sentences(script)] == sentences(parse_text(text))


@pytest.mark.parametrize("wait", [None, 30])
@pytest.mark.parametrize("error", [OSError("gone"), KeyboardInterrupt(), RuntimeError("no")])
def test_errors_of_the_pieces_pass_through(wait: float | None, error: BaseException) -> None:
    def pieces() -> Iterator[str]:
        yield "One. Two three."
        raise error

    scripts = incremental_scripts(pieces(), wait=wait)
    assert next(scripts).source == "One. "
    with pytest.raises(type(error)) as caught:
        next(scripts)
    assert caught.value is error


def test_it_can_be_closed_from_another_thread_while_it_waits() -> None:
    line = Line()
    scripts = incremental_scripts(line, wait=30)
    line.send("One. Two three.")
    assert next(scripts).source == "One. "
    threading.Timer(0.1, scripts.close).start()
    assert list(scripts) == []
    # The reader ends with the next piece.
    line.send("more")
    assert line.ended.wait(10)


def test_a_closed_iterator_takes_no_more_pieces() -> None:
    taken = 0

    def pieces() -> Iterator[str]:
        nonlocal taken
        for taken in range(10_000):  # noqa: B007 - counted for the test
            yield "One. "

    for wait in (None, 30):
        with incremental_scripts(pieces(), wait=wait) as scripts:
            next(scripts)
        assert list(scripts) == []
        assert taken < 100


def test_a_reader_waits_for_whoever_takes_the_scripts() -> None:
    taken = threading.Semaphore(0)

    def pieces() -> Iterator[str]:
        for _ in range(1000):
            taken.release()
            yield "One. "

    with incremental_scripts(pieces(), wait=30) as scripts:
        next(scripts)
        time.sleep(0.2)
        count = sum(iter(lambda: taken.acquire(blocking=False), False))
    assert count < 100


def test_an_iterator_that_is_dropped_ends_its_reader() -> None:
    line = Line()
    scripts = incremental_scripts(line, wait=30)
    line.send("One. Two three.", *["more "] * 200)
    next(scripts)
    del scripts
    gc.collect()
    assert line.ended.wait(10)


def test_warnings_have_offsets_in_the_whole_text(caplog: pytest.LogCaptureFixture) -> None:
    list(incremental_scripts(["One. Two. [[ ", "%% ]]. Three."]))
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["offset 10"]
    with pytest.raises(InputError, match=r"\[pause 2\] at offset 10"):
        list(incremental_scripts(["One. Two. [pau", "se 2]. Three."]))


def test_the_wait_begins_when_a_piece_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    # A clock on which 100 s pass between any two looks at it: whoever takes the scripts is busy for so long.
    clock = SimpleNamespace(monotonic=map(float, itertools.count(step=100)).__next__)
    monkeypatch.setattr("text_to_speech.script.incremental.time", clock)
    line = Line()
    scripts = incremental_scripts(line, wait=60)
    line.send("One. Two three")
    assert [next(scripts).source, next(scripts).source] == ["One. ", "Two three"]
    line.send(None)
    assert list(scripts) == []
