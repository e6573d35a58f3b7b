"""HTML and the XHTML of e-books become a document.

    document = read_html("<h1>Title</h1><p>One &amp; <em>two</em>.")

The parser is justhtml, which builds the tree of the HTML standard and knows where in the source each text began.
"""

from __future__ import annotations

from ..text.characters import check_text
from ..text.grouped_warnings import one_document
from .citations import with_citations
from .document import Document
from .html_elements import ELEMENTS
from .html_source import prepared
from .html_walk import Walk
from .markup_signs import is_xhtml
from .source_map import Rewritten


def read_html(source: str, *, xhtml: bool | None = None) -> Document:
    """Return the document of HTML or XHTML.

    Args:
        source: A whole page, a chapter of an e-book, or a part of one.
        xhtml: Whether it is XHTML, where `<a id="x"/>` is a whole element; None for what its beginning says.

    Raises:
        InputError: The source is not a str, is too long or has too many elements.
    """
    with one_document():
        source = check_text(source)
        is_xml = is_xhtml(source) if xhtml is None else xhtml
        return document_of_html(source, prepared(source, xhtml=is_xml))


def document_of_html(source: str, rewritten: Rewritten, outer: Rewritten | None = None) -> Document:
    """Return the document of HTML that was prepared for the parser.

    Args:
        source: The document as it was given.
        rewritten: The HTML, with the way back to the source, or to what `outer` has as its text.
        outer: The way from there to the source.
    """
    from justhtml import JustHTML

    tree = JustHTML(rewritten.text, sanitize=False, track_node_locations=True, scripting_enabled=False)
    walk = Walk(rewritten, outer, ELEMENTS)
    walk.tree(tree.root)
    blocks = tuple(map(with_citations, walk.builder.finish()))
    return Document(source, blocks, title=walk.title, language=walk.language)
