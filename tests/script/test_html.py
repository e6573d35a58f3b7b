"""HTML becomes blocks: what is read, in which order, and where it is in the source."""

from __future__ import annotations

import pytest

from text_to_speech.script.document import Document
from text_to_speech.script.html_reader import read_html


def blocks(source: str) -> list[tuple[str, str]]:
    """Return the kind and the text of each block that is spoken."""
    found = []
    for block in read_html(source).blocks:
        text = "".join(run.text for run in block.spoken_runs())
        if text.strip() or block.kind == "rule":
            found.append((block.kind, " ".join(text.split())))
    return found


def spans(document: Document) -> list[tuple[str, str]]:
    """Return the runs that are not spelt as the source is, each with its part of the source."""
    runs = [run for block in document.blocks for run in block.runs]
    found = [(run.text, document.source[run.start : run.end]) for run in runs if run.text.strip()]
    return [(text, written) for text, written in found if " ".join(written.split()) != " ".join(text.split())]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<h1>A <i>title</i></h1><p>Text.", [("heading", "A title"), ("paragraph", "Text.")]),
        ("<p>One<p>Two", [("paragraph", "One"), ("paragraph", "Two")]),
        ("<ul><li>a<li>b<ol start=3><li>c<li><p>d</ol></ul>", "item:a item:b item:3. c item:4. d"),
        ("<p>It&#39;s &mdash; ok &amp; fine", [("paragraph", "It's — ok & fine")]),
        ("<p>See<sup><a href='#fn1'>1</a></sup> this.", [("paragraph", "See this.")]),
        ("<nav><a href=/>Home</a></nav><p>Text", [("paragraph", "Text")]),
    ],
)
def test_blocks(source: str, expected: list[tuple[str, str]] | str) -> None:
    if isinstance(expected, str):
        assert " ".join(f"{kind}:{text}" for kind, text in blocks(source)) == expected
    else:
        assert blocks(source) == expected


def test_offsets_point_into_the_source() -> None:
    document = read_html('<p>A &amp; b<!-- x --> c</x> d <img alt="a cat" src="x">')
    assert spans(document) == [("&", "&amp;"), ("a cat", '<img alt="a cat" src="x">')]
    script = document.script()
    assert script.text.split() == ["A", "&", "b", "c", "d", "a", "cat"]
