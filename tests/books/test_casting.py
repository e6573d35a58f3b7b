from __future__ import annotations

import pytest

from text_to_speech.books.casting import Cast, parse_role, quotations
from text_to_speech.books.listing import dry_run
from text_to_speech.books.readers import read_book
from text_to_speech.errors import InputError
from text_to_speech.script import Delivery, Manner, parse_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Hello,” she said. “Come in!”", ["“Hello,”", "“Come in!”"]),
        ('"Hello," she said. "Come in!"', ['"Hello,"', '"Come in!"']),
        ("He said “it goes on", ["“it goes on"]),
        ("«Bonjour», dit-il.", ["«Bonjour»"]),
        ("„Guten Tag“, sagte sie.", ["„Guten Tag“"]),
        ("‘I’m here,’ said Tom’s aunt, ‘at last!’", ["‘I’m here,’", "‘at last!’"]),
        ("It’s the boys’ dog, and ’twas nobody’s.", []),
        ("“She said ‘no’ and left,” he told me.", ["“She said ‘no’ and left,”"]),
        ("Nothing here.", []),
    ],
)
def test_quotations_are_found(text: str, expected: list[str]) -> None:
    assert [text[start:stop] for start, stop in quotations(text)] == expected


def deliveries(cast: Cast, text: str) -> list[tuple[str, float]]:
    """Return each word of a text with the pitch that it is spoken with."""
    (segment,) = cast.segments(parse_text(text), manner=Manner(), narrator="heart")
    script = segment.script
    return [
        (word, script.delivery(script.text.index(word)).pitch)
        for word in ("Hello", "said", "Come", "Nobody")
        if word in text
    ]


def test_dialogue_is_spoken_in_its_manner_and_the_rest_is_not() -> None:
    cast = Cast.of(dialogue="pitch=-2,speed=0.8")
    assert deliveries(cast, "“Hello,” she said. “Come in!”\n\nNobody came.") == [
        ("Hello", -2.0), ("said", 0.0), ("Come", -2.0), ("Nobody", 0.0),
    ]  # fmt: skip
    assert cast.dialogue
    assert cast.dialogue.delivery == Delivery(alpha=1.25, pitch=-2.0)


def test_a_mark_gives_a_part_the_words_up_to_the_end_of_the_paragraph_or_the_next_mark() -> None:
    cast = Cast.of(lines=["# people", "", "Old Tom: pitch=-3", "Emma : pitch=4"])
    text = "[voice Emma] Hello [voice old  tom] said [/voice] Come.\n\nNobody came."
    assert deliveries(cast, text) == [("Hello", 4.0), ("said", -3.0), ("Come", 0.0), ("Nobody", 0.0)]
    (segment,) = cast.segments(parse_text(text), manner=Manner(), narrator="heart")
    assert "voice" not in segment.script.text, "marks are not spoken"
    assert len(segment.script.text) == len(text), "offsets stay what they are"


def test_a_mark_within_a_quotation_counts_more_than_the_quotation() -> None:
    cast = Cast.of(dialogue="pitch=1", lines=["Emma: pitch=4"])
    assert deliveries(cast, "“Hello,” she said. [voice Emma] “Come.”") == [
        ("Hello", 1.0),
        ("said", 0.0),
        ("Come", 4.0),
    ]


def test_another_voice_makes_pieces_with_pauses_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from text_to_speech.books import casting
    from text_to_speech.store.voices_yml import find_voice

    # There is one voice so far: a second one by name.
    heart = find_voice("heart")
    monkeypatch.setattr(casting, "find_voice", lambda name: heart if name == "heart" else _named(heart, name))
    cast = Cast.of(dialogue="emma")
    script = parse_text("“Hello,” she said. “Come in!” Nobody came.\n\nThe end.")
    segments = cast.segments(script, manner=Manner(), narrator="heart")
    assert [segment.voice for segment in segments] == ["emma", "", "emma", ""]
    spoken = [" ".join(s.text for s in segment.script.sentences()) for segment in segments]
    assert spoken == ["“Hello,”", "she said.", "“Come in!”", "Nobody came. The end."]
    assert [segment.pause for segment in segments] == [0.0, 0.12, 0.4, 0.4]
    everything = cast.segments(script, manner=Manner(), narrator="emma")
    assert {segment.voice for segment in everything} == {""}, "the narrator's own voice is no other one"


def _named(voice: object, name: str) -> object:
    from dataclasses import replace

    return replace(voice, name=name)  # type: ignore[type-var]


@pytest.mark.parametrize(
    "written", ["nobody", "pitch=99", "pitch=x", "volume", "heart heart", "pitch=1 tempo=2"]
)
def test_a_part_that_cannot_be_is_refused(written: str) -> None:
    with pytest.raises(InputError):
        parse_role(written)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["Emma heart"], "line 1: 'Emma heart' is no part"),
        ([": heart"], "is no part"),
        (["Emma: heart", "emma: heart"], "line 2: 'emma: heart' is there twice"),
        (["Emma: pitch=40"], "line 1: pitch 40"),
    ],
)
def test_a_cast_file_is_refused_with_its_line(lines: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Cast.of(lines=lines)


def test_a_mark_that_names_nobody_is_refused() -> None:
    with pytest.raises(InputError, match="names neither a part nor a voice"):
        Cast().segments(parse_text("[voice nobody] Hello."), manner=Manner(), narrator="heart")
    assert Cast().segments(parse_text("[voice heart] Hello."), manner=Manner(), narrator="heart")


def test_a_dry_run_shows_what_is_spoken_and_no_marks(tmp_path, capsys):
    path = tmp_path / "marked.txt"
    path.write_text("Chapter One\n\n[voice heart] Come in! [/voice] She came.\n", encoding="utf-8")
    book = read_book(path)
    lines = list(dry_run(book, book.chapters, frozenset()))
    assert "Come in! She came." in lines
    assert not [line for line in lines if "[voice" in line or "/voice" in line]
