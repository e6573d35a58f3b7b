"""Units: what they have, where they end, and what their keys depend on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_books import save_novel, save_technical
from text_to_speech.books import units as units_module
from text_to_speech.books.book import Book, BookDocument, Metadata
from text_to_speech.books.casting import Cast
from text_to_speech.books.chapters import divide
from text_to_speech.books.plain_text import read_plain_text
from text_to_speech.books.readers import read_book
from text_to_speech.books.units import LEAST, RULE_PAUSE, Setting, spoken_blocks, task_of, units
from text_to_speech.script import Manner
from text_to_speech.text import Lexicon

SETTING = Setting(Manner(), "heart", (("heart", "weights"),), Cast(), Lexicon())


def book_of(text: str) -> Book:
    documents = (BookDocument("book.txt", read_plain_text(text)),)
    return Book(Metadata("Book"), documents, divide(documents, (), title="Book")[0])


def paragraphs(count: int, *, length: int = 150) -> list[str]:
    return [
        (f"Paragraph {number} says something of its own. " * 9)[:length].strip() + "."
        for number in range(count)
    ]


def keys(book: Book, setting: Setting = SETTING) -> list[str]:
    return [
        task_of(book, unit, setting).key
        for chapter in book.chapters
        for unit in units(book, chapter, manner=setting.manner, speak=setting.speak)
    ]


@pytest.mark.parametrize("save_book", [save_novel, save_technical])
def test_the_units_of_a_chapter_are_its_spoken_blocks_in_order(
    tmp_path: Path, save_book: Callable[[Path], Path]
) -> None:
    book = read_book(save_book(tmp_path / "book.epub"))
    for chapter in book.chapters:
        in_units = [block for unit in units(book, chapter, manner=Manner()) for block in unit.blocks]
        spoken = [block for _, block in spoken_blocks(book, chapter, ()) if block.kind != "rule"]
        assert in_units == spoken
        texts = " ".join(unit.script(book, ()).text for unit in units(book, chapter, manner=Manner()))
        for block in spoken:
            if block.kind != "code":
                assert block.text in " ".join(texts.split())


def test_a_unit_ends_with_a_paragraph_and_has_enough_of_them() -> None:
    book = book_of("\n\n".join(paragraphs(200)))
    sizes = [unit.characters for unit in units(book, book.chapters[0], manner=Manner())]
    assert len(sizes) > 20
    assert min(sizes[:-1]) >= LEAST
    assert max(sizes) < units_module.MOST + 200


@given(st.integers(0, 99), st.sampled_from(["new", "gone", "changed"]))
def test_a_change_of_one_paragraph_changes_few_units(at: int, what: str) -> None:
    texts = paragraphs(100)
    before = keys(book_of("\n\n".join(texts)))
    if what == "new":
        texts.insert(at, "A new paragraph of a few words.")
    elif what == "gone":
        del texts[at]
    else:
        texts[at] = texts[at].replace("own", "kind", 1)
    after = keys(book_of("\n\n".join(texts)))
    assert len(set(after) - set(before)) <= 4, "the unit with it, and those up to the next ending"


def test_a_change_of_scene_is_a_longer_pause() -> None:
    book = book_of("One paragraph.\n\n* * *\n\nAnother paragraph.\n\n***\n\nA third one.")
    assert [unit.pause for unit in units(book, book.chapters[0], manner=Manner())] == [
        0.0,
        RULE_PAUSE,
        RULE_PAUSE,
    ]


def test_a_key_does_not_depend_on_where_the_unit_stands() -> None:
    body = "\n\n".join(paragraphs(12))
    first = keys(book_of(f"Chapter 1\n\nShort.\n\nChapter 2\n\n{body}"))
    second = keys(book_of(f"Chapter 1\n\nMuch longer than before.\n\nChapter 2\n\n{body}"))
    assert first[1:] == second[1:]
    assert first[0] != second[0]


@pytest.mark.parametrize(
    ("changed", "is_another"),
    [
        ({"manner": Manner(speed=1.1)}, True),
        ({"manner": Manner(pause_sentence=0.5)}, True),
        ({"models": (("heart", "other weights"),)}, True),
        ({"narrator": "another"}, True),
        ({"lexicon": Lexicon({"hibari": "hɪˈbɑːɹi"})}, True),
        ({"lexicon": Lexicon({"nobody": "hɪˈbɑːɹi"})}, False),
        ({"cast": Cast.of(dialogue="pitch=2")}, True),
        ({"cast": Cast.of(lines=["Emma: pitch=2"])}, False),
        ({"speak": frozenset({"footnote"})}, False),
        ({"models": (("heart", "weights"), ("unused", "x"))}, False),
    ],
)
def test_a_key_depends_on_what_decides_about_the_sound(changed: dict[str, object], is_another: bool) -> None:
    book = book_of("“Listen to the Hibari’s song,” she said.")
    assert (keys(book) != keys(book, replace(SETTING, **changed))) is is_another  # type: ignore[arg-type]


def test_only_the_units_that_have_a_word_depend_on_its_pronunciation() -> None:
    texts = paragraphs(60)
    texts[30] = "Here is the name Xanthippe, once in the whole book."
    book = book_of("\n\n".join(texts))
    with_entry = replace(SETTING, lexicon=Lexicon({"Xanthippe": "zænˈtɪpi"}))
    differing = [one for one, other in zip(keys(book), keys(book, with_entry), strict=True) if one != other]
    assert len(differing) == 1


def test_a_key_depends_on_every_value_of_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    from text_to_speech.script import Alias, Delivery, Mark, Pause, Script, parse_text
    from text_to_speech.script.voice_request import VoiceRequest
    from text_to_speech.text import Reading

    script = parse_text("One two three.")
    values: dict[str, object] = {
        "text": "One two four.", "readings": (Reading(0, 3, phonemes="wˈʌn"),), "aliases": (Alias(0, 3, "1"),),
        "deliveries": ((0, Delivery(pitch=1.0)),), "directions": (Pause(14, 1.0), Mark(14, "end")),
        "blocks": (replace(script.blocks[0], ends_paragraph=False),), "languages": ((0, "en-GB"),), "breaks_off": True,
        "voices": ((0, VoiceRequest(names=("emma",), place="line 1")),),
    }  # fmt: skip
    # Where the text is in a document does not matter.
    assert {field.name for field in fields(Script)} - set(values) == {"source", "source_start", "pieces"}

    def key(one: Script) -> str:
        return units_module._key(Cast().segments(one, manner=Manner(), narrator="heart"), SETTING)

    keys_of = {key(script), *(key(replace(script, **{name: value})) for name, value in values.items())}  # type: ignore[arg-type]
    assert len(keys_of) == 1 + len(values)
    moved = replace(script, voices=((0, VoiceRequest(names=("emma",), place="line 7")),))
    assert key(moved) in keys_of
