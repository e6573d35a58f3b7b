"""The door for texts of every format: what a text is, and what is to be heard of it."""

from __future__ import annotations

import pytest

import markup_cases as cases
from text_to_speech import InputError
from text_to_speech.script.formats import format_of, read_script
from text_to_speech.script.plain import parse_text
from text_to_speech.script.script import Script


def heard(script: Script) -> str:
    """Return the sentences of a script, parted as in the cases."""
    return " | ".join(" ".join(sentence.text.split()) for sentence in script.sentences())


@pytest.mark.parametrize("name", cases.MARKDOWN)
def test_markdown(name: str) -> None:
    text, expected = cases.MARKDOWN[name]
    assert heard(read_script(text)) == expected
    assert heard(read_script(text, name="notes.md")) == expected


@pytest.mark.parametrize("name", cases.HTML)
def test_html(name: str) -> None:
    text, expected = cases.HTML[name]
    assert heard(read_script(text)) == expected
    assert heard(read_script(text, name="page.html")) == expected


@pytest.mark.parametrize("text", cases.PLAIN)
def test_plain_text_stays(text: str) -> None:
    assert format_of(text) == "text"
    assert read_script(text) == parse_text(text)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Text.", None, "text"),
        ("Text.", "notes.txt", "text"),
        ("Text.", "notes.md", "markdown"),
        ("Text.", "folder.md/notes", "text"),
        ("Text.", "PAGE.HTM", "html"),
        ("Text.", "x.ssml", "ssml"),
        ("# Title", "notes.txt", "markdown"),
        ("<speak>One</speak>", "notes.md", "ssml"),
        ("<?xml version='1.0'?><speak>One</speak>", None, "ssml"),
        ("<?xml version='1.0'?>\n<!DOCTYPE html>\n<html xmlns='http://www.w3.org/1999/xhtml'>", None, "html"),
        ("\ufeff <!-- x -->\n<!doctype HTML><p>One", None, "html"),
        ("<p>One</p>\n\nSome **bold** words", None, "markdown"),
        ("<pre>\n# no heading\n</pre>", None, "html"),
    ],
)
def test_the_format_of_a_text(text: str, name: str | None, expected: str) -> None:
    assert format_of(text, name=name) == expected


def test_a_format_may_be_given() -> None:
    assert heard(read_script("**a**", input_format="text")) == "**a**"
    assert heard(read_script("a *b*", input_format="markdown")) == "a b"
    assert heard(read_script("a *b* &lt;", input_format="html")) == "a *b* <"
    with pytest.raises(InputError, match="SSML, line 1"):
        read_script("One", input_format="ssml")
    with pytest.raises(InputError, match="'rtf': expected one of auto, text, markdown, html, ssml"):
        read_script("One", input_format="rtf")  # type: ignore[arg-type]
