"""XML of strangers becomes a tree: without entities of the document's own, without files elsewhere, within bounds."""

from __future__ import annotations

import html.entities
from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ..errors import InputError

DEEPEST = 256  # elements inside one another
MOST_ELEMENTS = 1_000_000


def parse_xml(data: bytes, name: str) -> Element:
    """Return the root of a document; names are `{namespace}local`.

    A document type that names one of the known ones is allowed, as old books have it, and never fetched; one with
    declarations of its own is refused, because entities can be declared there that grow a thousandfold.

    Args:
        data: The document.
        name: What it is called in messages.

    Raises:
        InputError: It is not well-formed, declares something, or is too deep or too large.
    """
    return _Reader(name).read(data)


def local(element: Element) -> str:
    """Return the name of an element without its namespace, in small letters."""
    return str(element.tag).rpartition("}")[2].lower()


def attribute(element: Element, name: str) -> str:
    """Return an attribute by its local name, whatever its namespace; empty if it is not there."""
    if name in element.attrib:
        return element.attrib[name]
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children with a local name."""
    return (child for child in element if local(child) == name)


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Yield the descendants with a local name, in the order of the document."""
    return (found for found in element.iter() if local(found) == name)


def text_of(element: Element) -> str:
    """Return all characters in an element, with single spaces for white space."""
    return " ".join("".join(element.itertext()).split())


class _Reader:
    """Builds a tree from what expat finds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tree = TreeBuilder()
        self._depth = self._count = 0
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._tree.data
        parser.StartDoctypeDeclHandler = self._check_doctype
        parser.EntityDeclHandler = self._refuse_entity
        parser.SkippedEntityHandler = self._add_entity
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser = parser

    def read(self, data: bytes) -> Element:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise InputError(
                f"{self._name}, line {error.lineno}: {expat.ErrorString(error.code)}; expected XML"
            ) from None
        except (LookupError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            # An encoding that Python does not have.
            raise InputError(f"{self._name} cannot be read as XML: {error}") from None
        return self._tree.close()

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST or self._count > MOST_ELEMENTS:
            raise InputError(
                f"{self._name} has more than {DEEPEST} elements in one another or {MOST_ELEMENTS} in all"
            )
        self._tree.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._tree.end(_qualified(name))

    def _check_doctype(self, _: str, __: str | None, ___: str | None, has_own: int) -> None:
        if has_own:
            raise InputError(
                f"{self._name} declares entities or elements of its own: such a document is not read"
            )

    def _refuse_entity(self, *_: object) -> None:
        raise InputError(f"{self._name} declares an entity: such a document is not read")

    def _add_entity(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            self._tree.data(html.entities.html5.get(f"{name};", f"&{name};"))


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name
