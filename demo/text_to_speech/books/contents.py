"""Tables of contents: the navigation document of EPUB 3 and the NCX of EPUB 2, as flat lists of entries with levels."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from .xml_tree import attribute, children, descendants, local, text_of


def navigation_entries(root: Element) -> Iterator[tuple[str, str, int]]:
    """Yield title, reference and level of the entries of a navigation document's table of contents.

    An entry without a link, the title of a part for example, has an empty reference.
    """
    navs = list(descendants(root, "nav"))
    tables = [nav for nav in navs if "toc" in attribute(nav, "type").split()]
    for nav in (tables or navs)[:1]:
        for items in children(nav, "ol"):
            yield from _list_entries(items, 1)


def _list_entries(items: Element, level: int) -> Iterator[tuple[str, str, int]]:
    for item in children(items, "li"):
        for child in item:
            if local(child) in ("a", "span") and (title := text_of(child) or _spoken_title(child)):
                yield title, attribute(child, "href"), level
                break
        for nested in children(item, "ol"):
            yield from _list_entries(nested, level + 1)


def _spoken_title(element: Element) -> str:
    """Return the text that stands for a picture in an entry."""
    names = (attribute(image, "alt") for image in descendants(element, "img"))
    return " ".join(filter(None, names)) or attribute(element, "title")


def ncx_entries(root: Element) -> Iterator[tuple[str, str, int]]:
    """Yield title, reference and level of the entries of an NCX (DAISY 3, ANSI/NISO Z39.86)."""
    for points in descendants(root, "navmap"):
        yield from _points(points, 1)


def _points(parent: Element, level: int) -> Iterator[tuple[str, str, int]]:
    for point in children(parent, "navpoint"):
        label = next(children(point, "navlabel"), None)
        content = next(children(point, "content"), None)
        title = text_of(label) if label is not None else ""
        if title:
            yield title, attribute(content, "src") if content is not None else "", level
        yield from _points(point, level + 1)
