from __future__ import annotations

import pytest

from text_to_speech.books.xml_tree import attribute, descendants, local, parse_xml, text_of
from text_to_speech.errors import InputError

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><lolz>&lol2;</lolz>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"""
ATTRIBUTES = b"""<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>"""
PARAMETER = b"""<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><a/>"""


@pytest.mark.parametrize("document", [LAUGHS, EXTERNAL, ATTRIBUTES, PARAMETER])
def test_declarations_are_refused(document: bytes) -> None:
    with pytest.raises(InputError, match="declares"):
        parse_xml(document, "book.opf")


def test_known_document_types_are_not_fetched_and_entities_of_html_are_read() -> None:
    document = (
        b'<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://127.0.0.1:9/ncx.dtd">'
        b"<ncx><text>A&nbsp;B &eacute; &unknown;</text></ncx>"
    )
    assert text_of(parse_xml(document, "toc.ncx")) == "A B é &unknown;"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"<a><b></a>", "line 1: mismatched tag"),
        (b"", "no element found"),
        (b"<a>&undeclared;</a>", "undefined entity"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "unknown encoding"),
        (b"<a>" * 300 + b"</a>" * 300, "more than 256 elements in one another"),
    ],
)
def test_what_is_no_xml_is_refused_with_its_line(document: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_xml(document, "x.xml")


def test_names_are_found_whatever_their_namespace() -> None:
    root = parse_xml(b'<p:a xmlns:p="urn:p" p:id="1" id="2"><p:B/><b/></p:a>', "x.xml")
    assert (local(root), attribute(root, "id")) == ("a", "2")
    assert len(list(descendants(root, "b"))) == 2
