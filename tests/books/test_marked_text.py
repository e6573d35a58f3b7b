from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.books.marked_text import Span, as_epub3, mark_source, page_of
from text_to_speech.script import read_html

SOURCE = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body><p id="s1">One <em>two. Three</em>'
    ' four<a href="#n">1</a> five.</p><table><tr><td>six</td><td>seven <br/> eight</td></tr></table><!-- nine -->'
    "<p><![CDATA[ten]]> eleven &amp; twelve</p></body></html>"
)


def text_of(source: str) -> str:
    return "".join(ElementTree.fromstring(source).itertext())


def span(first: str, last: str) -> Span:
    return Span(SOURCE.index(first), SOURCE.index(last) + len(last))


def marked(source: str, spans: list[Span]) -> tuple[str, list[list[str]]]:
    text, marks = mark_source(source, spans)
    root = ElementTree.fromstring(text)
    by_id = {element.get("id"): "".join(element.itertext()) for element in root.iter() if element.get("id")}
    return text, [[by_id[mark] for mark, _ in own] for own in marks]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([span("One", "two.")], [["One ", "two."]]),
        ([span("One", "two."), span("Three", "five.")], [["One ", "two."], ["Three", " four1 five."]]),
        ([span("One", "five.")], [["One two. Three four1 five."]]),
        ([span("six", "eight")], [["six", "seven  eight"]]),
        ([span("eleven", "twelve")], [["eleven & twelve"]]),
        ([span("nine", "nine")], [[]]),
        ([span("ten", "ten")], [[]]),
    ],
)
def test_a_span_is_marked_and_cut_at_the_borders_of_elements(
    spans: list[Span], expected: list[list[str]]
) -> None:
    text, found = marked(SOURCE, spans)
    assert found == expected
    assert text_of(text) == text_of(SOURCE)
    assert re.sub(r'<span id="say\d+">|</span>', "", text) == SOURCE, "nothing else is changed"


@given(st.lists(st.integers(0, len(SOURCE)), min_size=2, max_size=12, unique=True))
def test_whatever_is_marked_stays_well_formed_and_keeps_its_text(edges: list[int]) -> None:
    # Spans begin and end between characters of the text, as words do.
    outside = re.sub(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^>]*>|&\w+;", lambda m: "\0" * len(m[0]), SOURCE)
    starts = sorted(at for at in edges if at < len(SOURCE) and outside[at] not in "\0 ")
    spans = [Span(start, end) for start, end in zip(starts[::2], starts[1::2], strict=False)]
    text, marks = mark_source(SOURCE, spans)
    assert text_of(text) == text_of(SOURCE)
    assert len(marks) == len(spans)


def test_identifiers_are_new_in_the_document() -> None:
    ids = re.findall(r'id="([^"]+)"', marked(SOURCE, [span("four", "five.")])[0])
    assert len(set(ids)) == len(ids) == 2


def test_xhtml_of_epub_2_becomes_that_of_epub_3() -> None:
    old = (
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/x.dtd">'
        "<html><head><title>a&nbsp;b</title></head><body>&eacute;&amp;&unknown;</body></html>"
    )
    new = as_epub3(old, stylesheet="../a&b.css")
    assert "<!DOCTYPE html>" in new
    assert "a&#160;b" in new
    assert "&#233;&amp;&amp;unknown;" in new
    assert '<link rel="stylesheet" type="text/css" href="../a&amp;b.css"/></head>' in new
    ElementTree.fromstring(new.replace("<!DOCTYPE html>", ""))


def test_a_page_of_blocks_has_their_text_their_emphasis_and_the_marks() -> None:
    source = (
        '<h2>A &lt;b&gt;</h2><p>One <em>two. Three</em> four, <i lang="fr">cinq</i>.</p><hr/><pre>x &lt; 1</pre>'
        '<aside role="doc-footnote"><p>Note.</p></aside><ul><li>item</li></ul>'
    )
    document = read_html(source)
    spans = [
        Span(source.index("One"), source.index("two.") + 4),
        Span(source.index("Three"), source.index("</p>")),
    ]
    text, marks = page_of(document.blocks, spans, title="T & U", language="en", stylesheet="a.css")
    root = ElementTree.fromstring(text)
    by_id = {element.get("id"): "".join(element.itertext()) for element in root.iter() if element.get("id")}
    assert [[by_id[mark] for mark, _ in own] for own in marks] == [["One two."], ["Three four, cinq."]]
    body = "".join(root[1].itertext())
    for block in document.blocks:
        assert block.text in " ".join(body.split())
    assert '<em><span lang="fr" xml:lang="fr">cinq</span></em>' in text
    assert 'epub:type="footnote"' in text
