"""What a document keeps: every character, its offset, roles, names, emphasis, languages."""

from __future__ import annotations

import html
import logging
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from text_to_speech import InputError
from text_to_speech.script.directions import Delivery, Mark, Pause
from text_to_speech.script.document import ROLES, Document
from text_to_speech.script.html_reader import read_html
from text_to_speech.script.html_source import LONGEST_DOCUMENT, MOST_ELEMENTS
from text_to_speech.script.markdown_reader import read_markdown
from text_to_speech.script.ssml_values import EMPHASIS
from text_to_speech.text.word_sets import word_set


def written(document: Document) -> list[tuple[str, str]]:
    """Return the runs that are not spelt as the source is, each with its part of the source."""
    runs = [run for block in document.blocks for run in block.runs]
    found = [(run.text, document.source[run.start : run.end]) for run in runs if run.text.strip()]
    return [(text, source) for text, source in found if source.split() != text.split()]


def test_offsets_of_html() -> None:
    document = read_html('<p>A &amp; b<!-- x --> c</x> d\r\ne <img alt="a cat" src="x"><ol><li>f</ol>')
    assert written(document) == [("&", "&amp;"), ("a cat", '<img alt="a cat" src="x">'), ("1. ", "<li>")]


def test_offsets_of_markdown() -> None:
    document = read_markdown("> A \\*b\\* &amp; ![a *cat*](x.png) <b>é</b>\n> c `d`\n\n2. e 🙂 f\n")
    assert written(document) == [("&", "&amp;"), ("a cat", "![a *cat*](x.png)")]


def test_words_of_a_script_point_into_the_source() -> None:
    text = "# Ein Tag\n\nThe **café** is 🙂 *open*&mdash;now.\n\n| A | B |\n|---|---|\n| one | two |\n"
    script = read_markdown(text).script()
    for word in ("Tag", "café", "open", "now", "one", "two"):
        start = script.text.index(word)
        assert text[slice(*script.span(start, start + len(word)))] == word


# What is written and what is seen of it.
VISIBLE = st.sampled_from(
    ["word", "two words", "a&amp;b", "x < y", "é🙂", "[1]", "  gap  ", "1.", "_a_", "…"]
).map(lambda text: (text, html.unescape(text)))
UNKNOWN = st.just(("<foo>", "foo"))
TAGS = st.sampled_from(
    sorted(
        word_set(
            "p b i em div ul ol li table tr td th caption h1 h2 blockquote pre code a sup sub q dl dt dd span del nav"
            " aside section br hr img main footer button ruby rt figure figcaption details summary label form center"
        )
    )
)
OPENING = TAGS.map(lambda name: (f"<{name}>", ""))
CLOSING = TAGS.map(lambda name: (f"</{name}>", ""))
SOUP = st.lists(st.one_of(VISIBLE, UNKNOWN, OPENING, CLOSING), max_size=30)


@given(SOUP)
@example(
    [
        ("<table>", ""),
        ("a", "a"),
        ("<tr>", ""),
        ("b", "b"),
        ("<td>", ""),
        ("c", "c"),
        ("</table>", ""),
        ("d", "d"),
    ]
)
@settings(max_examples=200, deadline=None)
def test_every_visible_character_of_html_is_in_a_block(parts: list[tuple[str, str]]) -> None:
    document = read_html("".join(source for source, _ in parts))
    letters = re.findall(r"\w", "".join(visible for _, visible in parts))
    assert sorted(letters) == sorted(re.findall(r"\w", _without_own_words(document)))


def _without_own_words(document: Document) -> str:
    """Leave out what a document says besides its text: numbers of items, and headers of tables with each row."""
    runs = [run for block in document.blocks for run in block.runs]
    own = {id(run) for run in runs if re.fullmatch(r"-?\d+\. |.*: ", run.text, re.DOTALL)}
    return "".join(
        run.text for run in runs if id(run) not in own or document.source[run.start : run.end] == run.text
    )


LINES = st.lists(
    st.sampled_from(
        ["word", "# a title", "- item", "2. item", "> quoted", "**bold** text", "a `code` b", "```", "    indented",
         "| a | b |", "|---|---|", "[link](x)", "![picture](y)", "text[^1]", "[^1]: note", "***", "", "<div>", "</div>",
         "a &amp; b", "\\*c\\*", "==", "--", "~~gone~~", "$x_1$", "- [x] task", "term", ": definition", "<!-- no -->"]
    ),
    max_size=25,
).map("\n".join)  # fmt: skip


@given(LINES)
@settings(max_examples=200, deadline=None)
def test_every_word_of_markdown_is_in_a_block(source: str) -> None:
    document = read_markdown(source)
    kept = " ".join(block.raw_text for block in document.blocks)
    for word in set(re.findall(r"[a-z]{4,}", source)) - {"amp"}:
        assert word in kept, (word, kept)
    for block in document.blocks:
        for run in block.runs:
            assert 0 <= run.start <= run.end <= len(source)


@pytest.mark.parametrize("read", [read_html, read_markdown])
@given(text=st.text(alphabet="<>/&;!-[]()=\"'`*_~#|:. \n\tabpi1dt", max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_raises(read, text: str) -> None:
    read(text).script()


def test_what_is_left_out_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    document = read_html(
        "<nav>Home</nav><p>a<sup><a href=#n>1</a></sup> <del>b</del> c<pre><code>x=1\ny=2</code></pre>"
    )
    assert document.left_out() == {"navigation": 4, "noteref": 1, "deleted": 1, "code": 6}
    with caplog.at_level(logging.WARNING):
        document.script()
    assert [record.getMessage() for record in caplog.records] == [
        "not read aloud: code blocks (6 characters), struck-out text (1 characters), navigation (4 characters),"
        " note marks and citations (1 characters)"
    ]


def test_what_is_left_out_may_be_spoken() -> None:
    document = read_html(
        '<p>a<a epub:type="noteref" href="#n">1</a>.<aside epub:type="footnote"><p>The note.</aside>'
    )
    assert document.script().text.split() == ["a."]
    assert document.script(speak={"footnote"}).text.split() == ["a.", "The", "note."]
    assert document.script(speak=set(ROLES)).text.split() == ["a1.", "The", "note."]
    with pytest.raises(InputError, match="speak 'notes': expected names among"):
        document.script(speak={"notes"})


def test_some_blocks_make_a_script_of_their_own() -> None:
    document = read_html("<h1>One</h1><p>a<h1>Two</h1><p>b")
    script = document.script(document.blocks[2:])
    assert script.text.split() == ["Two", "b"]
    start = script.text.index("b")
    assert document.source[slice(*script.span(start, start + 1))] == "b"


def test_names_lie_where_they_are() -> None:
    document = read_html(
        '<a id="0"></a><h1 id="1">A</h1><p>b <a name="2"></a>c<p><span id="3"/></p><p id="4">d</p><p id="5">'
    )
    found = [(block.raw_text.strip(), [(a.name, a.at) for a in block.anchors]) for block in document.blocks]
    assert found == [("A", [("0", 0), ("1", 0)]), ("b c", [("2", 2)]), ("d", [("3", 0), ("4", 0), ("5", 1)])]
    for block in document.blocks:
        for anchor in block.anchors:
            assert f'"{anchor.name}"' in document.source[anchor.start : anchor.start + 15]


def test_names_in_a_table() -> None:
    document = read_html("<table><tr id=r><th>A<th id=h>B<tr id=s><td>1<td><a id=t></a>2</table>")
    assert [[anchor.name for anchor in block.anchors] for block in document.blocks] == [["r", "h", "s", "t"]]


def test_emphasis() -> None:
    script = read_markdown(
        "It is *very* **cold**.\n\n**" + "A whole paragraph in bold letters. " * 3 + "**"
    ).script()
    assert [script.delivery(script.text.index(word)) for word in ("It", "very", "cold", "whole")] == [
        Delivery(), EMPHASIS["moderate"], EMPHASIS["strong"], Delivery(),
    ]  # fmt: skip


def test_languages() -> None:
    document = read_html(
        '<html lang="en-GB"><body lang="en-GB"><p>One <i lang="fr">deux</i> <b xml:lang="de">drei</b></p>'
    )
    assert document.language == "en-GB"
    assert [(run.text, run.language) for run in document.blocks[0].runs if run.text.strip()] == [
        ("One ", ""), ("deux", "fr"), ("drei", "de"),
    ]  # fmt: skip


def test_the_title_is_not_spoken() -> None:
    document = read_html("<title>A &amp; B</title><p>Text")
    assert (document.title, [block.text for block in document.blocks]) == ("A & B", ["Text"])


def test_pauses() -> None:
    document = read_html("<h1>a</h1><p>b<ul><li>c<li>d</ul><p>e<br>f<hr><p>g")
    assert [(block.text, block.ends_paragraph) for block in document.blocks] == [
        ("a", True), ("b", True), ("c", False), ("d", True), ("e", False), ("f", True), ("", True), ("g", True),
    ]  # fmt: skip
    script = document.script()
    assert [direction.seconds for direction in script.directions if isinstance(direction, Pause)] == [1.2]


def test_directions_of_plain_text_hold_in_documents() -> None:
    text = "Wait **for** it. [pause 0.5s] Say [[ həlˈoʊ ]]."
    script = read_markdown(text).script()
    assert [direction.seconds for direction in script.directions if not isinstance(direction, Mark)] == [0.5]
    assert [reading.phonemes for reading in script.readings] == ["həlˈO"]
    with pytest.raises(InputError, match=r"\[pause 5\] at offset 2: pause '5': expected seconds"):
        read_markdown("a [pause 5] b").script()


def test_levels_of_lists() -> None:
    document = read_markdown("- a\n  - b\n    1. c\n- d\n")
    assert [(block.text, block.level) for block in document.blocks] == [
        ("a", 1),
        ("b", 2),
        ("1. c", 3),
        ("d", 1),
    ]


def test_xhtml_is_not_html() -> None:
    source = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x"/></head><body><p>a<a id="x"/>b'
    document = read_html(source + "<i/>c<![CDATA[ < & d]]></p></body></html>")
    assert [block.text for block in document.blocks] == ["abc < & d"]
    run = document.blocks[0].runs[-1]
    assert (run.text, document.source[run.start : run.end + 3]) == (" d", " d]]>")


BOMBS = {
    "fonts": "".join(f"<p>x{''.join(f'<font c={i}>' for i in range(2000))}" for _ in range(20)),
    "depth": "<div>" * 50_000 + "x",
    "bold": "<b>" * 50_000 + "x",
    "tables": "<table><tr><td>" * 10_000 + "x",
    "end tags": "<span>" * 10_000 + "</x>" * 10_000 + "x",
    "quotes": 'x<a href="' * 10_000,
    "declarations": "x<!" * 10_000,
    "comments": "x" + "<!-- --" * 10_000,
    "spans": "<table>" + "<tr><td rowspan=999 colspan=999>x" * 2_000,
    "headers": "<table><tr>" + f"<th>{'x' * 79}" * 100 + ("<tr>" + "<td>y" * 100) * 20,
    "long headers": "<table><tr>" + f"<th>{'x' * 5000}" * 5 + ("<tr>" + "<td>y" * 5) * 1_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_text(name: str) -> None:
    source = BOMBS[name]
    script = read_html(source).script()
    assert "x" in script.text
    assert len(script.text) < 20 * len(source)


def test_bounds() -> None:
    with pytest.raises(InputError, match="HTML of 10000001 characters: expected at most 10000000"):
        read_html(" " * (LONGEST_DOCUMENT + 1))
    with pytest.raises(InputError, match="Markdown of 10000001 characters"):
        read_markdown(" " * (LONGEST_DOCUMENT + 1))
    with pytest.raises(InputError, match="more than 500000 elements"):
        read_html("<p>" * (MOST_ELEMENTS + 1))
    with pytest.raises(InputError, match="int given"):
        read_html(5)  # type: ignore[arg-type]
