"""Plain text, subtitles, documents of word processors, PDF: what becomes of them, and that nothing is lost."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_pdfs import save_pdf
from text_to_speech.books.captions import Cue, captions_book
from text_to_speech.books.plain_text import read_plain_text
from text_to_speech.books.readers import kind_of, read_book
from text_to_speech.errors import InputError

NOVEL = """\
THE TITLE

By Somebody

PART ONE

Chapter 1

It is a truth universally acknowledged, that a single man in possession
of a good fortune, must be in want of a wife. However little known the
feelings or views of such a man may be.

Chapter two was long, and this is a sentence about it.

* * *

Tyger Tyger, burning bright,
In the forests of the night;

“STOP!”

Chapter 2: Another

Mr. Bennet was among the earliest of those who waited on Mr. Bingley. He
had always intended to visit him.

EPILOGUE

The end.
"""


def test_the_parts_of_a_plain_text_are_found() -> None:
    found = [(block.kind, block.level, block.text[:24]) for block in read_plain_text(NOVEL).blocks]
    assert found == [
        ("heading", 2, "THE TITLE"), ("paragraph", 0, "By Somebody"), ("heading", 1, "PART ONE"),
        ("heading", 2, "Chapter 1"), ("paragraph", 0, "It is a truth universall"),
        ("paragraph", 0, "Chapter two was long, an"), ("rule", 0, ""), ("verse", 0, "Tyger Tyger, burning bri"),
        ("verse", 0, "In the forests of the ni"), ("paragraph", 0, "“STOP!”"), ("heading", 2, "Chapter 2: Another"),
        ("paragraph", 0, "Mr. Bennet was among the"), ("heading", 2, "EPILOGUE"), ("paragraph", 0, "The end."),
    ]  # fmt: skip


@given(st.text(st.sampled_from("aB. \n*-\t“1I"), max_size=300))
def test_every_character_of_a_plain_text_is_in_a_block_or_is_a_rule(text: str) -> None:
    document = read_plain_text(text)
    rest = "".join(text.split())
    for block in document.blocks:
        for character in "".join(block.text.split()):
            at = rest.index(character)
            assert set(rest[:at]) <= set("*-·•~=_#"), "only lines of marks are left out"
            rest = rest[at + 1 :]
    assert set(rest) <= set("*-·•~=_#")


def test_lines_that_are_paragraphs_stay_apart() -> None:
    text = "\n".join(
        f"Paragraph {n} is one long line, as programs for writing save their texts, and it goes on." * 2
        for n in range(3)
    )
    assert [block.kind for block in read_plain_text(text).blocks] == ["paragraph"] * 3


SRT = """\
\ufeff2
00:00:03,500 --> 00:00:05,000
<i>Second</i> line,
in two {\\an8}rows &amp; more.

1
00:00:01,000 --> 00:00:02,000 X1:40
First line.

3
00:00:06,000 --> 00:00:07,000
<b></b>
"""


def test_subtitles_are_paragraphs_with_times() -> None:
    book = captions_book(Path("film.srt"), SRT)
    assert [block.text for block in book.documents[0].document.blocks] == [
        "First line.", "Second line, in two rows & more.",
    ]  # fmt: skip
    assert book.cues == (Cue(1.0, 2.0), Cue(3.5, 5.0))
    vtt = (
        "WEBVTT - a film\n\nNOTE 00:00:01.000 --> 00:00:02.000\nnothing\n\nintro\n01:00.5 -->"
        " 01:02.250 align:start\n<v Roger>Hi<00:00:01.000> there"
    )
    book = captions_book(Path("film.vtt"), vtt)
    assert [block.text for block in book.documents[0].document.blocks] == ["Hi there"]
    assert book.cues == (Cue(60.5, 62.25),)


def test_what_is_no_track_of_subtitles_is_refused() -> None:
    with pytest.raises(InputError, match="no subtitle"):
        captions_book(Path("a.srt"), "Just a text.")
    with pytest.raises(InputError, match="line 1: a subtitle that ends before"):
        captions_book(Path("a.srt"), "00:00:02,000 --> 00:00:01,000\nHello.")


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(path: Path, body: str, **parts: str) -> Path:
    files = {"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"}
    files |= {f"word/{name}.xml": content for name, content in parts.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def blocks(path: Path) -> list[tuple[str, int, str, list[str]]]:
    (holder,) = read_book(path).documents
    return [(block.kind, block.level, block.text, sorted(block.roles)) for block in holder.document.blocks]


def test_a_docx_has_headings_lists_rows_notes_and_deletions(tmp_path: Path) -> None:
    body = (
        '<w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>One</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>A </w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>text</w:t></w:r><w:r><w:tab/>"
        "<w:t>here</w:t></w:r>"
        '<w:r><w:footnoteReference w:id="2"/></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>'
        "<w:ins><w:r><w:t>!</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r></w:p>"
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>item'
        "</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r>"
        "</w:p></w:tc></w:tr></w:tbl>"
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
        "</w:sdtPr><w:sdtContent>"
        "<w:p><w:r><w:t>One 1</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>Deep</w:t></w:r></w:p>'
    )
    styles = f'<w:styles {W}><w:style w:styleId="H"><w:name w:val="heading 1"/></w:style></w:styles>'
    notes = (
        f'<w:footnotes {W}><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote><w:footnote'
        f' w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    path = docx(tmp_path / "a.docx", body, styles=styles, footnotes=notes)
    assert blocks(path) == [
        ("heading", 1, "One", []), ("paragraph", 0, "A text heregone!unseen", []), ("item", 2, "item", []),
        ("row", 0, "a, b", []), ("paragraph", 0, "One 1", ["toc"]), ("heading", 3, "Deep", []),
        ("paragraph", 0, "A note.", ["footnote"]),
    ]  # fmt: skip
    runs = read_book(path).documents[0].document.blocks[1].runs
    assert [(run.text, run.emphasis, sorted(run.roles)) for run in runs] == [
        ("A ", "", []), ("text", "moderate", []), (" ", "", []), ("here", "", []), ("gone", "", ["deleted"]),
        ("!", "", []), ("unseen", "", ["hidden"]),
    ]  # fmt: skip


def test_styles_that_are_based_on_one_another_in_a_circle_end(tmp_path: Path) -> None:
    circle = (
        f'<w:styles {W}><w:style w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:styleId="B">'
        f'<w:basedOn w:val="A"/></w:style></w:styles>'
    )
    body = '<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>Text.</w:t></w:r></w:p>'
    assert blocks(docx(tmp_path / "a.docx", body, styles=circle)) == [("paragraph", 0, "Text.", [])]


ODF = (
    '<office:document{} xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>Flat</dc:title></office:meta>'
    '<office:automatic-styles><style:style style:name="T1"><style:text-properties'
    ' fo:font-style="italic"/></style:style>'
    "</office:automatic-styles><office:body><office:text>"
    "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion>"
    "</text:changed-region></text:tracked-changes>"
    '<text:h text:outline-level="1">One</text:h><text:p>Hello <text:span text:style-name="T1">there</text:span>,'
    '<text:s text:c="2"/>you<text:note><text:note-citation>1</text:note-citation><text:note-body>'
    "<text:p>A note.</text:p>"
    "</text:note-body></text:note>.<text:line-break/>And <text:a>you</text:a>.</text:p><text:list>"
    "<text:list-item><text:p>item</text:p><text:list><text:list-item>"
    "<text:p>inner</text:p></text:list-item></text:list></text:list-item></text:list><table:table>"
    "<table:table-row><table:table-cell>"
    "<text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell>"
    "</table:table-row></table:table>"
    "<text:table-of-content><text:index-body><text:p>One 1</text:p></text:index-body></text:table-of-content>"
    "</office:text></office:body></office:document{}>"
)


@pytest.mark.parametrize("suffix", [".fodt", ".odt"])
def test_an_opendocument_has_the_same_parts(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".fodt":
        path.write_text(ODF.format("", ""), encoding="utf-8")
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            archive.writestr("content.xml", ODF.format("-content", "-content"))
    assert blocks(path) == [
        ("paragraph", 0, "gone", ["deleted"]), ("heading", 1, "One", []),
        ("paragraph", 0, "Hello there, you1. And you.", []), ("item", 1, "item", []), ("item", 2, "inner", []),
        ("row", 0, "a, b", []), ("paragraph", 0, "One 1", ["toc"]), ("paragraph", 0, "A note.", ["footnote"]),
    ]  # fmt: skip
    runs = read_book(path).documents[0].document.blocks[2].runs
    assert [run.text for run in runs if run.emphasis] == ["there"]
    assert [run.text for run in runs if run.roles] == ["1"]


def pages() -> list[list[tuple[float, float, float, str]]]:
    found = []
    for number in range(3):
        lines = [(150.0, 580.0, 9.0, "A Running Head"), (195.0, 15.0, 9.0, str(number + 1))]
        if number == 1:
            lines.append((50.0, 500.0, 11.0, "an end. A new one, well-known."))
        else:
            lines.append((50.0, 520.0, 18.0, f"Chapter {1 if number == 0 else 2}"))
        lines += [
            (50.0, 480.0, 11.0, "The first line of a paragraph that has well-"),
            (50.0, 466.0, 11.0, "known words and a self- made one, also divi-"),
            (50.0, 452.0, 11.0, "ded, and it ends here."),
            (62.0, 438.0, 11.0, "An indented paragraph begins here and it"),
            (50.0, 424.0, 11.0, "goes on to the end of the page" + (" without" if number == 0 else ".")),
        ]
        found.append(lines)
    return found


def test_a_pdf_has_paragraphs_without_running_heads_and_hyphens(tmp_path: Path) -> None:
    pytest.importorskip("pdfminer")
    book = read_book(save_pdf(tmp_path / "a.pdf", pages(), [("First", 0), ("Second", 2)]))
    assert [chapter.title for chapter in book.chapters] == ["First", "Second"]
    found = [block for block in book.documents[0].document.blocks if not block.roles]
    first = (
        "The first line of a paragraph that has well-known words and a self- made one, also divided,"
        " and it ends here."
    )
    assert [(block.kind, block.text) for block in found] == [
        ("heading", "Chapter 1"),
        ("paragraph", first),
        (
            "paragraph",
            "An indented paragraph begins here and it goes on to the end of the page without an end. A"
            " new one, well-known.",
        ),
        ("paragraph", first),
        ("paragraph", "An indented paragraph begins here and it goes on to the end of the page."),
        ("heading", "Chapter 2"),
        ("paragraph", first),
        ("paragraph", "An indented paragraph begins here and it goes on to the end of the page."),
    ]
    heads = [block.text for block in book.documents[0].document.blocks if block.roles]
    assert sorted(heads) == ["1", "2", "3", *["A Running Head"] * 3]


def test_a_pdf_without_text_is_refused_and_pages_without_text_are_named(tmp_path: Path) -> None:
    pytest.importorskip("pdfminer")
    with pytest.raises(InputError, match="no text layer"):
        read_book(save_pdf(tmp_path / "a.pdf", [[], []]))
    book = read_book(save_pdf(tmp_path / "b.pdf", [pages()[0], [], []]))
    assert "pages without text: 2, 3" in book.notes


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4 no more", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <</Root 1 0 R>>"]
)
def test_a_damaged_pdf_is_refused(tmp_path: Path, data: bytes) -> None:
    pytest.importorskip("pdfminer")
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"damaged|no text layer") as refusal:
        read_book(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.epub", b"", "is empty"),
        ("a.epub", b"no archive", "not an EPUB|damaged|is not"),
        ("a.mobi", b"x" * 60 + b"BOOKMOBI" + bytes(100), "is an e-book"),
        ("a.txt", b"   \n  ", "empty"),
        ("a.txt", b"a\0b" * 10, "binary"),
        ("a.txt", b"caf\xe9 is French", "is not UTF-8"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old Office document"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
        ("a.zip", b"PK\x03\x04" + bytes(100), "damaged"),
        ("a.html", b"<html><body></body></html>", "has no text"),
    ],
)
def test_what_is_no_book_is_refused_in_one_line(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as refusal:
        read_book(path)
    assert "\n" not in str(refusal.value)
    with pytest.raises(InputError, match="is not there"):
        read_book(tmp_path / "none.epub")
    with pytest.raises(InputError, match="is a folder"):
        read_book(tmp_path)


def test_the_bytes_of_a_file_count_more_than_its_name(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("<!DOCTYPE html><p>Hello.", encoding="utf-8")
    (tmp_path / "track.txt").write_text("WEBVTT\n", encoding="utf-8")
    (tmp_path / "cp.txt").write_bytes("caf\xe9".encode("cp1252"))
    assert [kind_of(tmp_path / name) for name in ("page.txt", "track.txt", "cp.txt")] == [
        "html",
        "captions",
        "text",
    ]
    book = read_book(tmp_path / "cp.txt", encoding="cp1252")
    assert [re.sub(r"\s", "", block.text) for block in book.documents[0].document.blocks] == ["café"]
