"""Plain text becomes a script: pauses, spans in the source, several texts."""

from __future__ import annotations

import pytest

from text_to_speech.errors import InputError
from text_to_speech.script import Alias, Block, Piece, Script, join_scripts, parse_text
from text_to_speech.script.directions import Delivery, Manner, Mark, Pause
from text_to_speech.text import Reading


def test_a_text_without_directions_is_itself() -> None:
    text = "One. Two [sic] [[ tˈu ]] [laughs].\n\nThree [pause for effect]."
    script = parse_text(text)
    assert script.text == script.source == text
    assert script.directions == ()
    assert script.readings == (Reading(15, 24, phonemes="tˈu"),)
    assert [s.text for s in script.sentences()] == [
        "One.",
        "Two [sic] [[ tˈu ]] [laughs].",
        "Three [pause for effect].",
    ]
    assert [s.ends_paragraph for s in script.sentences()] == [False, True, True]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0.5s", 0.5),
        ("500ms", 0.5),
        (".5s", 0.5),
        ("1.25 s", 1.25),
        ("60s", 60.0),
        ("0s", 0.0),
        ("60000ms", 60.0),
    ],
)
def test_a_pause_is_taken_out_of_the_text(written: str, seconds: float) -> None:
    source = f"Wait [pause {written}]for it." if written[0] != "." else f"Wait [pause 0{written}]for it."
    script = parse_text(source)
    assert script.text == "Wait  for it."
    assert script.directions == (Pause(6, seconds),)
    start = source.index("for")
    assert script.span(6, 9) == (start, start + 3)
    assert script.span(0, 4) == (0, 4)
    assert script.span(0, 9) == (0, start + 3)


@pytest.mark.parametrize("written", ["2", "61s", "1min", "-1s", "1.2.3s", "60001ms", "9999999999s"])
def test_a_malformed_pause_is_refused(written: str) -> None:
    with pytest.raises(InputError, match=r"^\[pause .* at offset 5: pause .*expected"):
        parse_text(f"Wait [pause {written}] for it.")


@pytest.mark.parametrize(
    ("text", "readings", "pauses"),
    [
        ("[[ hˈ[pause 1s]I ]] x", (Reading(0, 10, phonemes="hˈ I"),), 1),
        ("[[ [pause 1s] ]] x", (), 1),
        ("[[pause 1s]] x", (), 0),
        ("[[ hˈI ]][[ bˈI ]]", (Reading(0, 9, phonemes="hˈI"), Reading(9, 18, phonemes="bˈI")), 0),
        ("[[ hˈI\n\nbˈI ]]", (), 0),
        ("[[[ hˈI ]]]", (Reading(1, 10, phonemes="hˈI"),), 0),
    ],
)
def test_phonemes_between_brackets_are_readings(text: str, readings: tuple, pauses: int) -> None:
    script = parse_text(text)
    assert script.readings == readings
    assert len(script.directions) == pauses


def test_phonemes_keep_their_spans_where_scripts_are_joined() -> None:
    joined = join_scripts([parse_text("One [[ hˈI ]]."), parse_text("[[ bˈI ]]")])
    assert [(joined.text[r.start : r.end], r.phonemes) for r in joined.readings] == [
        ("[[ hˈI ]]", "hˈI"),
        ("[[ bˈI ]]", "bˈI"),
    ]


@pytest.mark.parametrize(
    ("readings", "aliases", "message"),
    [
        ((Reading(0, 2, "x"), Reading(1, 3, "x")), (), "characters 1 to 3: expected at least one character"),
        (
            (Reading(0, 2, "x"),),
            (Alias(1, 3, "x"),),
            "characters 1 to 3: expected .* none that another one has",
        ),
        ((Reading(2, 2, "x"),), (), "characters 2 to 2"),
        ((), (Alias(-1, 2, "x"),), "characters -1 to 2"),
        ((Reading(0, 2),), (), "characters 0 to 2: expected words or phonemes"),
    ],
)
def test_a_script_whose_readings_overlap_is_refused_when_it_is_made(
    readings: tuple, aliases: tuple, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Script("abcd", "abcd", (Piece(0, 0, 4),), (Block(0, 4),), readings=readings, aliases=aliases)


def test_a_sentence_may_begin_with_a_reading() -> None:
    text = "One is here. Two. 5 go to Mr. Smith. three."
    places = [text.index(word) for word in ("Two", "5", "Smith", "three")]
    readings = tuple(Reading(at, at + 1, "x") for at in places)
    script = Script(text, text, (Piece(0, 0, len(text)),), (Block(0, len(text)),), readings=readings)
    assert [s.text for s in script.sentences()] == ["One is here.", "Two.", "5 go to Mr. Smith. three."]


def test_a_reading_is_never_cut() -> None:
    spans = [(290, 310), (610, 1_500), (1_500, 1_900)]
    text = "word " * 400
    readings = tuple(Reading(start, end, "x") for start, end in spans)
    script = Script(text, text, (Piece(0, 0, len(text)),), (Block(0, len(text)),), readings=readings)
    sentences = list(script.sentences())
    assert "".join(s.text for s in sentences).replace(" ", "") == "word" * 400
    for start, end in spans:
        assert sum(s.start <= start and end <= s.end for s in sentences) == 1


@pytest.mark.parametrize("text", [None, b"One", 5, ["One"]])
def test_a_value_that_is_not_a_str_is_refused(text: object) -> None:
    with pytest.raises(InputError, match=f"^{type(text).__name__} given; expected a text as str$"):
        parse_text(text)  # type: ignore[arg-type]


def test_texts_are_joined_with_their_offsets() -> None:
    sources = ["One [pause 1s] two.", "Three", "[pause 2s] Four."]
    joined = join_scripts([parse_text(source) for source in sources])
    assert joined.source == "\n\n".join(sources)
    assert [pause.seconds for pause in joined.directions if isinstance(pause, Pause)] == [1.0, 2.0]
    for word in ("One", "two", "Three", "Four"):
        at = joined.text.index(word)
        place = joined.source.index(word)
        assert joined.span(at, at + len(word)) == (place, place + len(word))
    assert [s.ends_paragraph for s in joined.sentences()] == [True, True, True]


def test_directions_readings_and_deliveries_move_along() -> None:
    slow = Delivery(alpha=2.0)
    directed = Script(
        source="ab",
        text="ab",
        pieces=(Piece(0, 0, 2),),
        blocks=(Block(0, 2),),
        directions=(Mark(1, "m"),),
        readings=(Reading(0, 1, "x"),),
        aliases=(Alias(1, 2, "y"),),
        deliveries=((1, slow),),
    )
    joined = join_scripts([directed, parse_text("cd"), directed])
    assert [mark.at for mark in joined.directions] == [1, 9]
    assert [reading.start for reading in joined.readings] == [0, 8]
    assert [(alias.start, alias.end) for alias in joined.aliases] == [(1, 2), (9, 10)]
    assert [joined.delivery(at) for at in (0, 1, 4, 8, 9)] == [
        Delivery(),
        slow,
        Delivery(),
        Delivery(),
        slow,
    ]


def test_no_sentence_ends_in_a_reading() -> None:
    text = "Call 5. 3. 2024 Mr. X. Then go."
    script = Script(
        text, text, (Piece(0, 0, len(text)),), (Block(0, len(text)),), readings=(Reading(5, 15, "a"),)
    )
    assert [s.text for s in script.sentences()] == ["Call 5. 3. 2024 Mr. X.", "Then go."]
    spelt = parse_text("Say [[ hˈI. Bˈ ]] now. Then go.")
    assert [s.text for s in spelt.sentences()] == ["Say [[ hˈI. Bˈ ]] now.", "Then go."]


def test_a_block_may_be_one_sentence() -> None:
    text = " One. Two. "
    script = Script(text, text, (Piece(0, 0, 11),), (Block(0, 11, ends_paragraph=False, is_sentence=True),))
    (sentence,) = script.sentences()
    assert (sentence.text, sentence.start, sentence.end, sentence.ends_paragraph) == (
        "One. Two.",
        1,
        10,
        False,
    )


@pytest.mark.parametrize(
    "options",
    [
        {"alpha": 0.4},
        {"pitch": 13},
        {"pitch": float("nan")},
        {"volume": 21},
        {"volume": -61},
        {"pause_sentence": -1.0},
        {"pause_paragraph": 60.5},
    ],
)
def test_a_manner_out_of_range_is_refused(options: dict) -> None:
    with pytest.raises(InputError, match="expected"):
        Manner(**options)


def test_a_delivery_inside_another_multiplies_alpha_and_adds_the_rest() -> None:
    assert Delivery(2.0, 1.0, -3.0).under(Delivery(0.5, 2.0, 1.0)) == Delivery(1.0, 3.0, -2.0)
