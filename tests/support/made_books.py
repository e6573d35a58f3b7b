"""Books that tests read: made by this script, of public-domain text and of text written for it.

`python tests/support/made_books.py FOLDER` writes them for a look from outside.
"""

from __future__ import annotations

import struct
import sys
import zipfile
import zlib
from pathlib import Path

# Lewis Carroll, Alice's Adventures in Wonderland (1865), the beginnings of its first chapters.
ALICE = {
    "Down the Rabbit-Hole": [
        "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do:"
        " once or twice she had peeped into the book her sister was reading, but it had no pictures or"
        " conversations in it, “and what is the use of a book,” thought Alice “without pictures or"
        " conversations?”",
        "So she was considering in her own mind (as well as she could, for the hot day made her feel very sleepy"
        " and stupid), whether the pleasure of making a daisy-chain would be worth the trouble of getting up and"
        " picking the daisies, when suddenly a White Rabbit with pink eyes ran close by her.",
        "There was nothing so <em>very</em> remarkable in that; nor did Alice think it so <em>very</em> much out"
        " of the way to hear the Rabbit say to itself, “Oh dear! Oh dear! I shall be late!”",
    ],
    "The Pool of Tears": [
        "“Curiouser and curiouser!” cried Alice (she was so much surprised, that for the moment she quite forgot"
        " how to speak good English); “now I’m opening out like the largest telescope that ever was!"
        " Good-bye, feet!”",
        "And she went on planning to herself how she would manage it. “They must go by the carrier,” she"
        " thought; “and how funny it’ll seem, sending presents to one’s own feet!”",
    ],
    "A Caucus-Race and a Long Tale": [
        "They were indeed a queer-looking party that assembled on the bank&mdash;the birds with draggled"
        " feathers, the animals with their fur clinging close to them, and all dripping wet, cross, and"
        " uncomfortable.",
        "The first question of course was, how to get dry again: they had a consultation about this, and after a"
        " few minutes it seemed quite natural to Alice to find herself talking familiarly with them.",
    ],
}
POEM = (
    "How doth the little crocodile",
    "Improve his shining tail,",
    "And pour the waters of the Nile",
    "On every golden scale!",
)

_CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    "</container>"
)
_XHTML11 = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN"'
    ' "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en">'
    "<head><title>{}</title></head>\n<body>\n{}\n</body></html>\n"
)
_XHTML5 = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"'
    ' xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">\n<head><meta charset="utf-8"/>'
    "<title>{}</title></head>\n<body>\n{}\n</body>\n</html>\n"
)


def png(width: int = 64, height: int = 96) -> bytes:
    """Return a small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([row * 2 % 256, 80, 160]) * width for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def save(path: Path, files: dict[str, str | bytes]) -> Path:
    """Write an archive whose first file is the media type of an EPUB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def novel_files() -> dict[str, str | bytes]:
    """Return the files of a novel as EPUB 2: several chapters in a file, an NCX with anchors,"
    " text before the first."""
    first, second, third = (
        (title, "\n".join(f"<p>{text}</p>" for text in texts)) for title, texts in ALICE.items()
    )
    verse = "".join(f"<p>{line}</p>" for line in POEM)
    return {
        "META-INF/container.xml": _CONTAINER,
        "OEBPS/content.opf": (
            '<?xml version="1.0" encoding="utf-8"?><package xmlns="http://www.idpf.org/2007/opf" version="2.0"'
            ' unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:opf="http://www.idpf.org/2007/opf"><dc:title>Alice&#8217;s Adventures in Wonderland</dc:title>'
            '<dc:creator opf:role="aut">Lewis Carroll</dc:creator><dc:creator opf:role="ill">John Tenniel'
            "</dc:creator>"
            "<dc:language>en</dc:language>"
            '<dc:identifier id="id">urn:uuid:0f7a1a4e-6f6f-4b5e-9a4e-000000000001'
            '</dc:identifier><dc:date>1865-11-26</dc:date><meta name="cover" content="cover-image"/></metadata>'
            '<manifest><item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
            '<item id="cover-image" href="cover.png" media-type="image/png"/>'
            '<item id="front" href="Text/Front%20Matter.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="one" href="Text/one.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="two" href="Text/two.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine toc="ncx"><itemref idref="front"/><itemref idref="one"/><itemref idref="two"/></spine></package>'
        ),
        "OEBPS/toc.ncx": (
            '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN"'
            ' "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"'
            ' version="2005-1"><head><meta name="dtb:uid" content="urn:uuid:0f7a1a4e-6f6f-4b5e-9a4e-000000000001"/>'
            "</head><docTitle><text>Alice</text></docTitle><navMap>"
            f'<navPoint id="n1" playOrder="1"><navLabel><text>{first[0]}</text></navLabel>'
            '<content src="text/one.xhtml"/></navPoint>'
            f'<navPoint id="n2" playOrder="2"><navLabel><text>{second[0]}</text></navLabel>'
            '<content src="Text/one.xhtml#pool"/></navPoint>'
            f'<navPoint id="n3" playOrder="3"><navLabel><text>{third[0]}</text></navLabel>'
            '<content src="Text/two.xhtml"/></navPoint></navMap></ncx>'
        ),
        "OEBPS/cover.png": png(),
        "OEBPS/Text/Front Matter.xhtml": _XHTML11.format(
            "Alice", "<h1>Alice’s Adventures in Wonderland</h1><p>by Lewis Carroll</p>"
        ),
        "OEBPS/Text/one.xhtml": _XHTML11.format(
            "Chapters",
            f'<h2>Chapter I.<br/>{first[0]}</h2>\n{first[1]}\n<hr/>\n<h2 id="pool">Chapter II.<br/>{second[0]}</h2>'
            f'\n{second[1]}\n<div class="poem">{verse}</div>',
        ),
        "OEBPS/Text/two.xhtml": _XHTML11.format(
            "Chapter III", f"<h2>Chapter III.<br/>{third[0]}</h2>\n{third[1]}"
        ),
    }


def technical_files() -> dict[str, str | bytes]:
    """Return the files of a technical text as EPUB 3: notes, a table, page breaks, nested"
    " contents, landmarks, French."""
    chapter = (
        '<section epub:type="chapter" role="doc-chapter"><h1 id="sound">Sound</h1>'
        '<p>Sound is a wave<a epub:type="noteref" href="notes.xhtml#n1">1</a> in a medium. Its speed in dry air'
        ' is 343&#160;m/s at 20&#160;°C.<span epub:type="pagebreak" role="doc-pagebreak" id="p2" title="2"/></p>'
        '<section><h2 id="units">Units</h2><p>Loudness is given in <strong>decibels</strong> &amp; phons.</p>'
        "<table><caption>Some levels</caption><tr><th>Source</th><th>Level</th></tr>"
        "<tr><td>Whisper</td><td>30 dB</td></tr><tr><td>Speech</td><td>60 dB</td></tr></table></section>"
        '<section><h2 id="history">History</h2><p>Joseph Fourier wrote <i lang="fr" xml:lang="fr">Théorie analytique'
        " de la chaleur</i> in 1822.</p><ol><li>He measured heat.</li><li>He summed waves.</li></ol>"
        "<pre><code>sum(a * sin(k * x)\n    for k, a in enumerate(b))\nprint(total)</code></pre></section>"
        '<aside epub:type="footnote" role="doc-footnote" id="f1"><p>This note is not read aloud.</p>'
        "</aside></section>"
    )
    return {
        "META-INF/container.xml": _CONTAINER,
        "OEBPS/content.opf": (
            '<?xml version="1.0" encoding="utf-8"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"'
            ' unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            '<dc:identifier id="id">urn:uuid:0f7a1a4e-6f6f-4b5e-9a4e-000000000002</dc:identifier>'
            '<dc:title>On Sound</dc:title><dc:language>en</dc:language><dc:creator id="c1">A. Writer</dc:creator>'
            '<meta refines="#c1" property="role" scheme="marc:relators">aut</meta>'
            '<meta property="dcterms:modified">2026-01-01T00:00:00Z</meta></metadata><manifest>'
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
            '<item id="cover" href="cover.png" media-type="image/png" properties="cover-image"/>'
            '<item id="c1x" href="chapter.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="c2x" href="second.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="notes" href="notes.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="nav"/><itemref idref="c1x"/><itemref idref="c2x"/>'
            '<itemref idref="notes" linear="no"/></spine></package>'
        ),
        "OEBPS/nav.xhtml": _XHTML5.format(
            "Contents",
            '<nav epub:type="toc" id="toc"><h1>Contents</h1><ol><li><a href="chapter.xhtml">Sound</a><ol>'
            '<li><a href="chapter.xhtml#units">Units</a></li><li><a href="chapter.xhtml#history">History</a>'
            "</li></ol></li>"
            '<li><span>Part Two</span><ol><li><a href="second.xhtml#hearing">Hearing</a></li></ol></li></ol></nav>'
            '<nav epub:type="landmarks" hidden="hidden"><ol><li><a epub:type="bodymatter"'
            ' href="chapter.xhtml">Start</a>'
            "</li></ol></nav>",
        ),
        "OEBPS/cover.png": png(),
        "OEBPS/chapter.xhtml": _XHTML5.format("Sound", chapter),
        "OEBPS/second.xhtml": _XHTML5.format(
            "Hearing",
            '<section epub:type="chapter"><h1 id="hearing">Hearing</h1><p>The ear hears from twenty to'
            " twenty thousand"
            " hertz, and best of all what people say.</p><p>That is no accident.</p></section>",
        ),
        "OEBPS/notes.xhtml": _XHTML5.format(
            "Notes",
            '<section epub:type="endnotes" role="doc-endnotes"><h1>Notes</h1><ol><li id="n1"><p>A change of pressure'
            "that travels.</p></li></ol></section>".replace("pressure", "pressure "),
        ),
    }


def save_novel(path: Path) -> Path:
    """Write the novel."""
    return save(path, novel_files())


def save_technical(path: Path) -> Path:
    """Write the technical text."""
    return save(path, technical_files())


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    print(save_novel(folder / "alice.epub"))
    print(save_technical(folder / "sound.epub"))
