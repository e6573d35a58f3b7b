"""EPUB 2 and 3: order, facts, contents and chapters; what is wrong with a book; and that nothing of it is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from made_books import novel_files, save, save_novel, save_technical, technical_files
from text_to_speech.books.book import Book, Chapter
from text_to_speech.books.chapters import select
from text_to_speech.books.epub import decode_markup, read_epub, resolve
from text_to_speech.books.listing import chapter_lines, dry_run
from text_to_speech.books.readers import read_book
from text_to_speech.errors import InputError


def titles(book: Book) -> list[str]:
    return [chapter.title for chapter in book.chapters]


def beginning(book: Book, chapter: Chapter) -> str:
    return next(block.text for _, block in book.blocks(chapter) if block.text)


def edited(files: dict[str, str | bytes], name: str, old: str, new: str) -> dict[str, str | bytes]:
    content = files[name]
    assert isinstance(content, str)
    assert old in content
    return {**files, name: content.replace(old, new)}


def test_a_novel_has_the_chapters_of_its_ncx_and_the_text_before_them(tmp_path: Path) -> None:
    book = read_book(save_novel(tmp_path / "alice.epub"))
    assert titles(book) == [
        "Alice’s Adventures in Wonderland",
        "Down the Rabbit-Hole",
        "The Pool of Tears",
        "A Caucus-Race and a Long Tale",
    ]
    assert [beginning(book, chapter) for chapter in book.chapters] == [
        "Alice’s Adventures in Wonderland",
        "Chapter I.",
        "Chapter II.",
        "Chapter III.",
    ]
    assert book.metadata.authors == ("Lewis Carroll",), "the illustrator is no author"
    assert (book.metadata.year, book.metadata.language) == ("1865", "en")
    assert book.cover
    assert book.cover.media_type == "image/png"


def test_nested_contents_begin_chapters_as_deep_as_asked(tmp_path: Path) -> None:
    path = save_technical(tmp_path / "sound.epub")
    assert titles(read_book(path)) == ["Sound", "Units", "History", "Part Two. Hearing"]
    assert [chapter.level for chapter in read_book(path).chapters] == [1, 2, 2, 2]
    # The title of a part without a link belongs to the entry that follows it, if that begins a chapter.
    assert titles(read_book(path, depth=1)) == ["Sound"]


@pytest.mark.parametrize("save_book", [save_novel, save_technical])
@pytest.mark.parametrize("speak", [frozenset(), frozenset({"footnote", "noteref", "nonlinear", "code"})])
def test_every_character_of_the_reading_order_is_spoken_or_listed_as_left_out(
    tmp_path: Path, save_book: object, speak: frozenset[str]
) -> None:
    book = read_book(save_book(tmp_path / "book.epub"))  # type: ignore[operator]
    printed = "\n".join(dry_run(book, book.chapters, speak))
    in_print = "".join(
        re.sub(r"^\[left out, \w+\] ", "", line) for line in printed.splitlines() if line[:2] != "=="
    )
    package = book.package
    assert package
    for document in package.spine:
        body = document.source[document.source.index("<body") :]
        # The characters of the document itself, found without the reader of the program.
        for text in re.findall(r">([^<>]+)<", body):
            words = re.sub(r"&(?:#160|nbsp);", " ", text).replace("&amp;", "&").replace("&mdash;", "—")
            for word in words.split():
                assert word in in_print, f"{word!r} of {document.path} is lost"


def test_the_dry_run_tells_what_is_left_out_and_why(tmp_path: Path) -> None:
    book = read_book(save_technical(tmp_path / "sound.epub"))
    lines = list(dry_run(book, book.chapters, frozenset()))
    assert "Sound is a wave in a medium. Its speed in dry air is 343 m/s at 20 °C." in lines
    assert "[left out, noteref] 1" in lines
    assert "[left out, footnote] This note is not read aloud." in lines
    assert "[left out, nonlinear] 1. A change of pressure that travels." in lines
    assert lines.count("Code omitted.") == 1
    spoken = list(dry_run(book, book.chapters, frozenset({"footnote", "nonlinear"})))
    assert "This note is not read aloud." in spoken
    assert "1. A change of pressure that travels." in spoken


def test_the_list_of_chapters_estimates_their_length(tmp_path: Path) -> None:
    book = read_book(save_novel(tmp_path / "alice.epub"))
    lines = list(chapter_lines(book, frozenset()))
    assert lines[0] == "Alice’s Adventures in Wonderland, by Lewis Carroll"
    assert re.fullmatch(r" +2 +0:4\d +Down the Rabbit-Hole", lines[2])


def test_chapters_are_chosen_by_number(tmp_path: Path) -> None:
    chapters = read_book(save_novel(tmp_path / "alice.epub")).chapters
    assert [chapter.number for chapter in select(chapters, "1,3-")] == [1, 3, 4]
    assert [chapter.number for chapter in select(chapters, "2 - 3, 2")] == [2, 3]
    for wanted in ("0", "5", "3-2", "a", "1,,2", "-3", ""):
        with pytest.raises(InputError, match="chapters"):
            select(chapters, wanted)


def test_without_contents_the_headings_begin_chapters(tmp_path: Path) -> None:
    files = novel_files()
    del files["OEBPS/toc.ncx"]
    book = read_book(save(tmp_path / "book.epub", files))
    assert titles(book)[1:] == [
        "Chapter I. Down the Rabbit-Hole",
        "Chapter II. The Pool of Tears",
        "Chapter III. A Caucus-Race and a Long Tale",
    ]


def test_without_contents_and_headings_the_files_are_chapters(tmp_path: Path) -> None:
    files = novel_files()
    del files["OEBPS/toc.ncx"]
    for name in ("OEBPS/Text/Front Matter.xhtml", "OEBPS/Text/one.xhtml", "OEBPS/Text/two.xhtml"):
        content = files[name]
        assert isinstance(content, str)
        files[name] = re.sub(r"<(/?)h\d", r"<\1p", content)
    book = read_book(save(tmp_path / "book.epub", files))
    assert titles(book) == ["Alice", "Chapters", "Chapter III"]
    assert any("by file" in note for note in book.notes)


def test_contents_that_lead_nowhere_are_noted_and_do_no_harm(tmp_path: Path) -> None:
    files = edited(novel_files(), "OEBPS/toc.ncx", "Text/two.xhtml", "Text/gone.xhtml")
    book = read_book(save(tmp_path / "book.epub", files))
    assert titles(book)[-1] == "The Pool of Tears", "the text of the third chapter belongs to the second"
    assert "draggled" in "".join(block.text for _, block in book.blocks(book.chapters[-1]))
    assert any("gone.xhtml" in note for note in book.notes)
    files = edited(novel_files(), "OEBPS/toc.ncx", "#pool", "#no-such")
    book = read_book(save(tmp_path / "anchor.epub", files))
    assert any("#no-such" in note for note in book.notes)


def test_two_entries_at_one_place_are_one_chapter_with_both_titles(tmp_path: Path) -> None:
    files = edited(novel_files(), "OEBPS/toc.ncx", "text/one.xhtml", "Text/one.xhtml#pool")
    book = read_book(save(tmp_path / "book.epub", files))
    assert "Down the Rabbit-Hole. The Pool of Tears" in titles(book)


def test_an_anchor_at_the_end_of_a_paragraph_begins_the_chapter_after_it(tmp_path: Path) -> None:
    files = edited(novel_files(), "OEBPS/Text/one.xhtml", 'id="pool"', 'id="other"')
    files = edited(files, "OEBPS/Text/one.xhtml", "<hr/>", '<p>An end.<a id="pool"></a></p>')
    book = read_book(save(tmp_path / "book.epub", files))
    assert beginning(book, book.chapters[2]) == "Chapter II."


def test_a_spine_that_names_what_is_missing_or_no_text_is_noted(tmp_path: Path) -> None:
    opf = "OEBPS/content.opf"
    files = edited(
        novel_files(), opf, '<itemref idref="two"/>', '<itemref idref="cover-image"/><itemref idref="x"/>'
    )
    files = edited(files, opf, '<itemref idref="one"/>', '<itemref idref="one"/><itemref idref="one"/>')
    book = read_book(save(tmp_path / "book.epub", files))
    assert [document.path for document in book.documents] == [
        "OEBPS/Text/Front Matter.xhtml",
        "OEBPS/Text/one.xhtml",
    ]
    assert sum("reading order" in note for note in book.notes) == 2


def test_fallbacks_in_a_circle_end(tmp_path: Path) -> None:
    opf = "OEBPS/content.opf"
    circle = '<item id="a" href="a.svg" media-type="image/svg+xml" fallback="b"/><item id="b" href="b.svg"'
    circle += ' media-type="image/svg+xml" fallback="a"/></manifest>'
    files = edited(novel_files(), opf, "</manifest>", circle)
    files = edited(files, opf, '<itemref idref="two"/>', '<itemref idref="a"/><itemref idref="two"/>')
    book = read_book(
        save(tmp_path / "book.epub", {**files, "OEBPS/a.svg": "<svg/>", "OEBPS/b.svg": "<svg/>"})
    )
    assert len(book.documents) == 3


ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
    '<enc:EncryptedData><enc:EncryptionMethod Algorithm="{}"/><enc:CipherData><enc:CipherReference URI="x"/>'
    "</enc:CipherData></enc:EncryptedData></encryption>"
)


def test_a_protected_book_is_refused_and_one_with_obfuscated_fonts_is_read(tmp_path: Path) -> None:
    fonts = {
        **novel_files(),
        "META-INF/encryption.xml": ENCRYPTION.format("http://www.idpf.org/2008/embedding"),
    }
    read_book(save(tmp_path / "fonts.epub", fonts))
    texts = {
        **novel_files(),
        "META-INF/encryption.xml": ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes256-cbc"),
    }
    for files in (texts, {**novel_files(), "META-INF/rights.xml": "<rights/>"}):
        with pytest.raises(InputError, match="protected against copying") as refusal:
            read_book(save(tmp_path / "drm.epub", files))
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("META-INF/container.xml", "<container/>", None),
        ("META-INF/container.xml", "no xml", "syntax error"),
        ("OEBPS/content.opf", "<package/>", "no document in its reading order"),
        ("OEBPS/content.opf", '<!DOCTYPE p [<!ENTITY a "b">]><package/>', "declares"),
        ("OEBPS/Text/one.xhtml", b'<?xml version="1.0" encoding="x-none"?><p/>', "encoding x-none"),
    ],
)
def test_a_damaged_book_is_refused_in_one_line(
    tmp_path: Path, name: str, content: str | bytes, message: str | None
) -> None:
    path = save(tmp_path / "book.epub", {**novel_files(), name: content})
    if message is None:
        assert len(read_book(path).chapters) == 4, "the only package document is taken"
        return
    with pytest.raises(InputError, match=message) as refusal:
        read_book(path)
    assert "\n" not in str(refusal.value)


def test_contents_that_are_no_xml_are_noted(tmp_path: Path) -> None:
    book = read_book(save(tmp_path / "book.epub", {**novel_files(), "OEBPS/toc.ncx": "<ncx>"}))
    assert any("cannot be read" in note for note in book.notes)
    assert len(book.chapters) == 4


@pytest.mark.parametrize(
    ("base", "href", "expected"),
    [
        ("OEBPS/nav.xhtml", "a.xhtml#b", ("OEBPS/a.xhtml", "b")),
        ("OEBPS/x/nav.xhtml", "../a%20b.xhtml", ("OEBPS/a b.xhtml", "")),
        ("OEBPS/nav.xhtml", "#b", ("OEBPS/nav.xhtml", "b")),
        ("nav.xhtml", "../../etc/passwd", ("", "")),
        ("nav.xhtml", "http://example.com/a", ("", "")),
        ("nav.xhtml", "//example.com/a", ("", "")),
        ("nav.xhtml", "mailto:a@b", ("", "")),
        ("nav.xhtml", "http://[", ("", "")),
        ("OEBPS/nav.xhtml", "/a.xhtml", ("a.xhtml", "")),
    ],
)
def test_references_lead_to_files_of_the_book_only(base: str, href: str, expected: tuple[str, str]) -> None:
    assert resolve(base, href) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("<p>é".encode(), "<p>é"),
        ("\ufeff<p>é".encode("utf-16-le"), "<p>é"),
        (
            b'<?xml version="1.0" encoding="iso-8859-1"?><p>\xe9',
            '<?xml version="1.0" encoding="iso-8859-1"?><p>é',
        ),
        (b'<meta charset="utf-8"><p>\x93a\x94', '<meta charset="utf-8"><p>“a”'),
    ],
)
def test_markup_is_decoded_as_it_says_or_as_it_is(data: bytes, expected: str) -> None:
    assert decode_markup(data, "x") == expected


def test_a_package_is_read_with_its_order(tmp_path: Path) -> None:
    package = read_epub(save_technical(tmp_path / "sound.epub"))
    assert [document.is_linear for document in package.spine] == [True, True, True, False]
    assert [entry.level for entry in package.entries] == [1, 2, 2, 1, 2]
    assert package.metadata.authors == ("A. Writer",)


def navigation(entries: str) -> str:
    return (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
        f'<nav epub:type="toc">{entries}</nav></body></html>'
    )


@pytest.mark.parametrize(
    ("entries", "chapters"),
    [
        # Contents that lead to themselves, and to the same place again and again.
        ('<ol><li><a href="nav.xhtml">Contents</a></li><li><a href="#x">Again</a></li></ol>', 1),
        ("<ol>" + '<li><a href="second.xhtml">Hearing</a></li>' * 20_000 + "</ol>", 2),
        ("<ol>" + '<li><a href="gone.xhtml">Gone</a></li>' * 20_000 + "</ol>", 2),
        # Lists within lists, deeper than any book has them: the headings are used then.
        ('<ol><li><a href="chapter.xhtml">A</a>' * 500 + "</li></ol>" * 500, 2),
    ],
)
def test_hostile_contents_cost_nothing_and_lose_no_text(tmp_path: Path, entries: str, chapters: int) -> None:
    book = read_book(
        save(tmp_path / "book.epub", {**technical_files(), "OEBPS/nav.xhtml": navigation(entries)})
    )
    assert len(book.chapters) == chapters
    assert len(book.notes) <= 21
    assert max(len(title) for title in titles(book)) <= 200
    blocks = sum(len(holder.document.blocks) for holder in book.documents)
    assert sum(1 for chapter in book.chapters for _ in book.blocks(chapter)) == blocks
