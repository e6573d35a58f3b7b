"""Markdown in pieces: the sentences are those of the whole text, and nothing of its marks is heard."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import markup_cases as cases
from text_to_speech.script.formats import format_of, read_script
from text_to_speech.script.incremental import incremental_scripts
from text_to_speech.script.pending_scripts import PendingScripts
from text_to_speech.script.script import Script

ANSWER = """\
Here is a **short** answer. It has _several_ parts, e.g. Dr. Smith's.

## Steps

1. **Open** the file. Do it [here](https://example.org/a.b).
2. Run `make all`. Then wait.
   - a *nested* item
   - another one

| Name | Value |
|------|------:|
| one  | 1.5   |
| two  | 2     |

```python
import os
print("Hello. Bye.")
```

> It works. **Really.**

That is all [1]. Is it? Yes."""


def heard(scripts: Iterable[Script]) -> list[tuple[str, bool, tuple[int, int]]]:
    """Return the sentences of scripts: their words, whether a paragraph ends, and their spans."""
    return [
        (" ".join(one.text.split()), one.ends_paragraph, script.span(one.start, one.end))
        for script in scripts
        for one in script.sentences()
    ]


def cut(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 3, 4, 17, 200])
def test_an_answer_of_a_language_model(size: int) -> None:
    assert heard(incremental_scripts(cut(ANSWER, size))) == heard([read_script(ANSWER)])
    assert heard(incremental_scripts(cut(ANSWER, size), input_format="markdown")) == heard(
        [read_script(ANSWER)]
    )


# Cases in which it is told by what comes late that a text is Markdown, or where a link points to.
LATE = ("a link by reference", "nested bullets", "a rule", "a text that is a quotation", "one quoted line")


@pytest.mark.parametrize("name", sorted(cases.MARKDOWN.keys() - set(LATE)))
@pytest.mark.parametrize("size", [1, 5])
def test_each_case_in_pieces(name: str, size: int) -> None:
    text = cases.MARKDOWN[name][0]
    scripts = incremental_scripts(cut(text, size))
    assert " | ".join(words for words, _, _ in heard(scripts)) == cases.MARKDOWN[name][1]


@pytest.mark.parametrize("text", cases.PLAIN)
def test_plain_text_in_pieces(text: str) -> None:
    assert heard(incremental_scripts(cut(text, 2))) == heard([read_script(text)])


@given(st.integers(1, 12), st.integers(0, 12))
@settings(max_examples=30, deadline=None)
def test_pieces_of_any_length(size: int, offset: int) -> None:
    pieces = [ANSWER[:offset], *cut(ANSWER[offset:], size)]
    assert heard(incremental_scripts(pieces)) == heard([read_script(ANSWER)])


def test_a_sentence_is_taken_when_it_is_certain() -> None:
    text = PendingScripts()
    text.add("The **first** sentence. ")
    assert text.complete() is None
    text.add("The **sec")
    script = text.complete()
    assert script is not None
    assert heard([script]) == [("The first sentence.", False, (0, 23))]
    text.add("ond. And** more. Third")
    script = text.complete()
    assert script is not None
    assert [words for words, _, _ in heard([script])] == ["The second.", "And more."]


def test_a_pause_takes_what_there_is_but_no_open_mark() -> None:
    text = PendingScripts()
    text.add("**One** two three")
    script = text.paused()
    assert script is not None
    assert [words for words, _, _ in heard([script])] == ["One two three"]
    text.add(" four [five](http")
    script = text.paused()
    assert script is None or [words for words, _, _ in heard([script])] == ["four"]
    text.add("s://x.y). Six")
    script = text.rest()
    assert script is not None
    assert " ".join(words for words, _, _ in heard([script])).endswith("five. Six")


def test_code_waits_for_its_end() -> None:
    text = PendingScripts()
    text.add("Run **this**:\n\n```\na = 1. B\nc = 2. D\n")
    first = text.paused()
    assert first is not None
    assert [words for words, _, _ in heard([first])] == ["Run this:"]
    assert text.paused() is None
    text.add("e = 3\n```\nDone")
    rest = text.rest()
    assert rest is not None
    assert [words for words, _, _ in heard([rest])] == ["Code omitted.", "Done"]


def test_a_page_in_pieces_is_read_whole() -> None:
    page = "<!DOCTYPE html>\n<html><body><h1>One</h1><p>Two. Three"
    (script,) = incremental_scripts(cut(page, 5))
    assert heard([script]) == heard([read_script(page)])


def test_what_is_left_out_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        heard(incremental_scripts(cut(ANSWER, 5)))
    assert [record.getMessage() for record in caplog.records] == [
        "not read aloud: code blocks (27 characters), note marks and citations (3 characters)"
    ]


def test_long_texts_stay_bounded() -> None:
    text = "**a** " + "word " * 30_000
    scripts = list(incremental_scripts(cut(text, 1_000)))
    assert len(scripts) > 3
    assert sum(len(words.split()) for words, _, _ in heard(scripts)) == 30_001


@pytest.mark.parametrize(
    "text", ["<", "<htm", "<!doc", "<?xml version='1.0'?", "&", "\\", "**", "`", "[", "![", ""]
)
def test_texts_that_only_begin(text: str) -> None:
    whole = heard([read_script(text)]) if format_of(text) != "ssml" else None
    if whole is not None:
        assert heard(incremental_scripts([text])) == whole
