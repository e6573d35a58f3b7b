"""What an element of HTML is to a listener: text, or something that is usually not read aloud."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..text.word_sets import word_set

# Elements without text that a reader of the page sees.
UNSEEN = word_set(
    "head script style template iframe object embed audio video canvas noframes noembed map param source track"
    " datalist progress meter rp"
)
BLOCKS = word_set(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup html legend li listing main menu nav ol optgroup option p pre"
    " search section summary table tbody td tfoot th thead tr ul xmp"
)

_INLINE = word_set(
    "a abbr acronym applet area b base basefont bdi bdo bgsound big blink br button cite code col colgroup data del dfn"
    " em font frame frameset hr i image img input ins kbd keygen label link mark marquee math meta nobr nextid noscript"
    " output picture plaintext q rb rbc rt rtc ruby s samp select slot small spacer span strike strong sub sup svg"
    " textarea time title tt u var wbr"
)

_ELEMENTS = {
    "nav": "navigation",
    "button": "form",
    "input": "form",
    "select": "form",
    "textarea": "form",
    "del": "deleted",
    "s": "deleted",
    "strike": "deleted",
    "rt": "ruby",
    "rtc": "ruby",
    "noscript": "hidden",
}
# EPUB's `epub:type` and the roles of DPUB-ARIA and ARIA.
_TYPES = {
    "noteref": "noteref",
    "doc-noteref": "noteref",
    "biblioref": "noteref",
    "doc-biblioref": "noteref",
    "annoref": "noteref",
    "backlink": "backlink",
    "doc-backlink": "backlink",
    "referrer": "backlink",
    "footnote": "footnote",
    "footnotes": "footnote",
    "endnote": "footnote",
    "endnotes": "footnote",
    "rearnote": "footnote",
    "rearnotes": "footnote",
    "doc-footnote": "footnote",
    "doc-endnote": "footnote",
    "doc-endnotes": "footnote",
    "pagebreak": "pagebreak",
    "doc-pagebreak": "pagebreak",
    "page-list": "pagebreak",
    "doc-pagelist": "pagebreak",
    "toc": "toc",
    "doc-toc": "toc",
    "toc-brief": "toc",
    "landmarks": "landmarks",
    "loi": "toc",
    "lot": "toc",
    "navigation": "navigation",
    "menu": "navigation",
    "menubar": "navigation",
    "search": "navigation",
    "toolbar": "form",
    "button": "form",
}
# Classes that Wikipedia, Markdown programs and e-books write.
_CLASSES = {
    "mw-editsection": "navigation",
    "navbox": "navigation",
    "breadcrumb": "navigation",
    "breadcrumbs": "navigation",
    "skip-link": "navigation",
    "headerlink": "navigation",
    "anchorjs-link": "navigation",
    "toc": "toc",
    "metadata": "metadata",
    "references": "footnote",
    "reflist": "footnote",
    "footnotes": "footnote",
    "footnote-ref": "noteref",
    "noteref": "noteref",
    "footnote-backref": "backlink",
    "footnote-back": "backlink",
    "mw-cite-backlink": "backlink",
    "pagenum": "pagebreak",
    "pageno": "pagebreak",
    "pagebreak": "pagebreak",
}
_VERSE = word_set("poem poetry verse stanza lg linegroup z3998:poem z3998:verse z3998:song")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOTE_TEXT = re.compile(
    r"[\[(]?\s*(?:\d{1,4}|[a-z]|[ivxlc]{1,6}|note \d{1,3}|[*†‡§¶#]{1,3})\s*[\])]?", re.IGNORECASE
)
_CITATION_TEXT = re.compile(r"\[\s*(?:\d{1,4}|[a-z]|note \d{1,3}|\^?\d{1,4}|[*†‡§])\s*\]", re.IGNORECASE)

Attributes = Mapping[str, Any]


def is_element(name: str) -> bool:
    """Tell whether there is an element of that name, or may be: programs name their own ones with a hyphen."""
    lowered = name.lower()
    return lowered in BLOCKS or lowered in _INLINE or lowered in UNSEEN or "-" in name


def role_of(name: str, attributes: Attributes) -> str:
    """Return the role of an element, "" for ordinary text."""
    types = [
        *str(attributes.get("epub:type") or "").lower().split(),
        *str(attributes.get("role") or "").lower().split(),
    ]
    for one in types:
        if one in _TYPES:
            return _TYPES[one]
    if is_hidden(attributes):
        return "hidden"
    for one in str(attributes.get("class") or "").lower().split():
        if one in _CLASSES:
            return _CLASSES[one]
    return _ELEMENTS.get(name, "")


def is_hidden(attributes: Attributes) -> bool:
    """Tell whether an element is not seen, or is kept from those who listen to a page."""
    return (
        "hidden" in attributes
        or str(attributes.get("aria-hidden") or "").lower() == "true"
        or _HIDDEN.search(str(attributes.get("style") or "")) is not None
    )


def is_verse(attributes: Attributes) -> bool:
    """Tell whether an element is a poem or a part of one."""
    names = f"{attributes.get('class') or ''} {attributes.get('epub:type') or ''}".lower().split()
    return not _VERSE.isdisjoint(names)


def is_note_mark(text: str, *, is_raised: bool) -> bool:
    """Tell whether the text of a link is the mark of a note or of a source.

    Args:
        text: The text.
        is_raised: Whether it stands above the line, and points into the page.
    """
    pattern = _NOTE_TEXT if is_raised else _CITATION_TEXT
    return pattern.fullmatch(text.strip()) is not None
