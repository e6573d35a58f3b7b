"""Rows: what they may say, what is refused, and when their keys change."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.batch.entries import Entry
from text_to_speech.batch.rows import Directions, Keys, Row, RowReader
from text_to_speech.errors import InputError
from text_to_speech.script.directions import Manner

USUAL = Directions(voice="heart", manner=Manner(pitch=1.0))


def row(**values: Any) -> Row:
    return RowReader(USUAL).row(Entry(7, {"text": "Hello.", **values}))


def test_a_row_that_says_nothing_is_as_usual() -> None:
    assert row() == Row(7, "7", "Hello.", USUAL)


def test_a_row_directs_its_speech() -> None:
    made = row(
        id="a",
        voice="Heart",
        speed=2,
        volume=-3.5,
        pause_sentence="0.2",
        input_format="Markdown",
        lexicon='{"gif": "ʤˈɪf"}',
        sample_rate="48000",
        format=".MP3",
        timings="json",
    )
    how = made.how
    assert (how.voice, how.container, how.sample_rate, how.timings, how.input_format) == (
        "heart",
        "mp3",
        48_000,
        "json",
        "markdown",
    )
    assert how.manner == Manner(speed=2.0, volume=-3.5, pause_sentence=0.2, pitch=1.0)
    assert how.lexicon is not None
    assert how.lexicon.words == {"gif": "ʤˈɪf"}


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("text", None, "text: no text given"),
        ("text", 3, "text: a int given"),
        ("text", " \n", "text: it is empty"),
        ("id", 1.5, "id: a float given"),
        ("id", True, "id: a bool given"),
        ("id", ["a"], "id: a list given"),
        ("id", "x" * 1001, "id: it has 1001 characters"),
        ("voice", "nobody", "voice: .*nobody"),
        ("voice", 3, "voice: 3; expected a text"),
        ("speed", 9, "speed 9"),
        ("speed", "fast", "speed: 'fast'; expected a number"),
        ("speed", float("nan"), "speed: nan; expected a number"),
        ("speed", True, "speed: True; expected a number"),
        ("speed", {}, "speed: {}; expected a number"),
        ("alpha", 0, "alpha 0"),
        ("pitch", 99, "pitch 99"),
        ("volume", 1e9, "volume"),
        ("pause_paragraph", -1, "pause of -1"),
        ("ssml", "maybe", "ssml: 'maybe'; expected true or false"),
        ("input_format", "rtf", "input_format: 'rtf'; expected auto, text, markdown, html, ssml"),
        ("input_format", ["html"], "input_format: .*; expected a text"),
        ("lexicon", "gif", "lexicon: 'gif'; expected words"),
        ("lexicon", [1], "lexicon: .*expected words"),
        ("lexicon", {"gif": "☃"}, "lexicon: .*gif"),
        ("sample_rate", 7, "sample rate 7"),
        ("sample_rate", 8000.5, "sample_rate: 8000.5; expected a whole number"),
        ("format", "exe", "format: .*exe"),
        ("format", 3, "format: 3; expected a text"),
        ("timings", "lrc", "timings: 'lrc'; expected json, srt, vtt"),
    ],
)
def test_a_bad_value_is_refused_by_its_column(column: str, value: object, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        row(**{column: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "auto"),
        ({"ssml": True}, "ssml"),
        ({"ssml": "no"}, "text"),
        ({"input_format": "HTML"}, "html"),
        ({"input_format": "html", "ssml": False}, "html"),
        ({"input_format": "auto", "ssml": True}, "ssml"),
        ({"input_format": "auto", "ssml": False}, "auto"),
        ({"input_format": "ssml", "ssml": True}, "ssml"),
    ],
)
def test_the_older_word_ssml_is_an_input_format(given: dict[str, Any], expected: str) -> None:
    assert row(**given).how.input_format == expected


@pytest.mark.parametrize(("form", "ssml"), [("ssml", False), ("html", True), ("text", "yes")])
def test_two_formats_of_one_row_are_refused(form: str, ssml: Any) -> None:
    with pytest.raises(InputError, match=f"but input_format is {form}; expected one of the two"):
        row(input_format=form, ssml=ssml)


def test_a_row_that_says_nothing_has_the_usual_input_format() -> None:
    reader = RowReader(Directions(voice="heart", input_format="html"))
    assert reader.row(Entry(1, {"text": "a"})).how.input_format == "html"
    assert reader.row(Entry(1, {"text": "a", "input_format": "auto"})).how.input_format == "auto"


def test_a_rate_that_the_container_does_not_have_is_refused() -> None:
    with pytest.raises(InputError, match="11000 samples a second"):
        row(format="mp3", sample_rate=11_000)


@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "text", "voice", "speed", "input_format", "ssml", "lexicon", "sample_rate", "format"]
        ),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=9)
        | st.lists(st.integers()),
    )
)
def test_any_values_are_a_row_or_one_line(values: dict[str, object]) -> None:
    with suppress(InputError):
        assert RowReader(USUAL).row(Entry(1, values)).text == values["text"]


def test_an_unknown_column_is_told_once(caplog) -> None:
    reader = RowReader(USUAL)
    for number in range(3):
        reader.row(Entry(number, {"text": "a", "sped": 1, "speaker_of_the_house": 2}))
    assert sorted(record.getMessage() for record in caplog.records) == [
        "the column speaker_of_the_house is left out",
        "the column sped is left out; did you mean speed?",
    ]


def keys(facts: dict[str, object] | None = None, models: list[str] | None = None) -> Keys:
    return Keys(facts or {"version": "1"}, lambda voice: [voice, *(models or ["a"])])


def test_a_key_is_that_of_what_a_row_becomes() -> None:
    usual = keys().key(row())
    assert usual == keys().key(row(id="another", speed=1))
    different = [
        keys().key(row(text="Hello!")),
        keys().key(row(speed=1.1)),
        keys().key(row(format="flac")),
        keys().key(row(sample_rate=8000)),
        keys().key(row(timings="srt")),
        keys().key(row(input_format="text")),
        keys().key(row(input_format="html")),
        keys().key(row(ssml=True)),
        keys().key(row(lexicon={"hello": "həlˈO"})),
        keys().key(row(lexicon={"hello": "hɛlˈO"})),
        keys({"version": "2"}).key(row()),
        keys(models=["b"]).key(row()),
    ]
    assert len({usual, *different}) == 13


def test_the_suffix_of_a_rows_file_is_in_its_key() -> None:
    def key(text: str, file_name: str) -> str:
        return keys().key(RowReader(USUAL).row(Entry(1, {"text": text}, file_name=file_name)))

    assert key("a", "one.md") == key("a", "two.MD")
    assert (
        len({key("a", ""), key("a", "one.md"), key("a", "one.txt"), key("md\0a", ""), key(".md\0a", "")}) == 5
    )


def test_a_text_with_half_a_surrogate_pair_has_a_key() -> None:
    assert len(keys().key(row(text="a\ud800"))) == 32
