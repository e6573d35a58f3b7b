"""SSML 1.1 (https://www.w3.org/TR/speech-synthesis11/): the part of it that can be followed becomes a script.

    script = parse_ssml('<speak>Wait. <break time="1s"/> <prosody pitch="+2st">Now!</prosody></speak>')

Module `ssml_elements` has the elements. The content of any other element is spoken as if the element were not there,
with a warning. The parser is expat; document types, and with them entities that a document declares, are refused, and
depth and length are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

from ..errors import InputError
from ..text.characters import check_text
from ..text.grouped_warnings import one_document
from ..text.languages import AMERICAN
from .inline_phonemes import with_inline_phonemes
from .script import Script
from .ssml_elements import ELEMENTS, Document, OpenElement
from .ssml_source import Source, name_position

# Characters.
LONGEST_DOCUMENT = 10_000_000

# Elements inside one another.
DEEPEST = 64

_BEGINNING = re.compile(r"\ufeff?\s*<(?:speak[\s>/]|\?xml\s)")
# Attributes that change nothing which the voices can do, and need no warning.
_HARMLESS = re.compile(r"xmlns(:.*)?|version|xml:(id|base|space)|xsi:.*|id|onlangfailure|age|required")


def is_ssml(text: str) -> bool:
    """Tell whether a text is an SSML document: whether it begins with `<speak` or `<?xml`."""
    return bool(_BEGINNING.match(text))


def parse_ssml(document: str, *, language: str = AMERICAN) -> Script:
    """Return the script of an SSML document.

    Args:
        document: The document.
        language: BCP 47 tag of the voice, by which dates in `say-as` are read where the document names no language.

    Raises:
        InputError: The document is not well-formed, declares a document type, or has a value that cannot be followed;
            the message has the line and the column.
    """
    with one_document():
        document = check_text(document)
        if len(document) > LONGEST_DOCUMENT:
            raise InputError(
                f"SSML of {len(document)} characters: expected at most {LONGEST_DOCUMENT}; cut it into several"
            )
        return _Reader(Source(document.removeprefix("\ufeff")), language).read()


class _Reader:
    """Hands what the parser finds to the elements.

    Args:
        source: The document, whose parser gets this reader's methods as handlers.
        language: BCP 47 tag of the voice.
    """

    def __init__(self, source: Source, language: str) -> None:
        self._source = source
        self._document = Document(source, language)
        parser = source.parser
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add_characters
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype

    def read(self) -> Script:
        """Return the script of the whole document."""
        try:
            self._source.parse()
        except expat.ExpatError as error:
            position = name_position(error.lineno, error.offset)
            raise InputError(f"{position}: {expat.ErrorString(error.code)}") from None
        except InputError as error:
            # Whatever refuses a value knows no position: it is added here, once.
            raise InputError(f"{name_position(*self._document.tag)}: {error}") from None
        script = self._document.script.build(self._source.document)
        return with_inline_phonemes(script, self._source.name_offset)

    def _refuse_doctype(self, *_: object) -> None:
        self._document.tag = self._source.line_and_column
        raise InputError(
            "a document type is declared; expected a document without DOCTYPE and entities of its own"
        )

    def _add_characters(self, data: str) -> None:
        # White space has no meaning in SSML: a blank line does not end a paragraph.
        self._document.script.add_text(re.sub(r"\s", " ", data), *self._source.span_of_characters(data))

    def _begin(self, qualified: str, attributes: dict[str, str]) -> None:
        document = self._document
        document.tag = self._source.line_and_column
        name = qualified.rpartition(":")[2]
        if len(document.open) >= DEEPEST:
            raise InputError(f"more than {DEEPEST} elements in one another")
        if not document.open and name != "speak":
            raise InputError(f"the document is a <{name}>; expected <speak>")
        if name not in ELEMENTS or (name == "speak" and document.open):
            document.warn("unknown elements", f"<{name[:60]}> is not known here; its content is spoken")
        self._check_attributes(name, attributes)
        document.open.append(
            OpenElement(
                name=name,
                attributes=attributes,
                start=document.script.length,
                source_start=self._source.offset,
                tag=document.tag,
                delivery=document.script.delivery,
                language=document.script.language,
                voice=document.script.voice,
            )
        )
        if "xml:lang" in attributes:
            document.set_language(attributes["xml:lang"])
        if name in ELEMENTS:
            ELEMENTS[name].begin(document, attributes)

    def _end(self, _: str) -> None:
        document = self._document
        element = document.open.pop()
        document.tag = element.tag
        if element.name in ELEMENTS:
            ELEMENTS[element.name].end(document, element)
        document.script.set_delivery(element.delivery)
        document.script.set_language(element.language)
        document.script.set_voice(element.voice)
        if not document.open:
            document.end_block(ends_paragraph=True)

    def _check_attributes(self, name: str, attributes: Mapping[str, str]) -> None:
        """Warn about attributes without effect; those of an unknown element are not looked at."""
        for attribute in attributes:
            if attribute != "xml:lang" and (
                name in ELEMENTS
                and attribute not in ELEMENTS[name].attributes
                and not _HARMLESS.fullmatch(attribute)
            ):
                message = f"{attribute[:60]} of <{name}> has no effect here"
                self._document.warn("attributes without effect", message)
