"""SSML 1.1 (https://www.w3.org/TR/speech-synthesis11/): its useful part, as a script.

    script = parse_ssml('<speak>Wait. <break time="1s"/> <prosody pitch="+2st">Now!</prosody></speak>')

Elements: speak, p, s, break, prosody (rate, pitch, volume), emphasis, say-as, sub, phoneme, mark, voice. What stands in
any other element is spoken as if the element were not there, with a warning. The parser is expat; document types,
and with them entities of one's own, are refused, and depth and length are bounded.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from xml.parsers import expat

from ..errors import InputError
from ..text import Reading
from ..text.characters import check_text
from ..text.grouped_warnings import SHOWN, one_document, warn
from ..text.normalization import SAY_AS, read_as
from ..text.pronunciations import parse_phonemes
from .directions import Delivery, Mark, Pause, parse_time
from .inline_phonemes import with_inline_phonemes
from .script import Alias, Block, Piece, Script
from .ssml_values import BREAKS, EMPHASIS, RefusedError, choice, decibels, semitones, time_factor, wanted

_log = logging.getLogger(__name__)

LONGEST_DOCUMENT = 10_000_000  # characters
DEEPEST = 64  # elements in one another
LONGEST_READING = 150  # characters of what is read as one: a date, an alias, phonemes

SAY_AS_NAMES = {
    "spell-out": "characters",
    "verbatim": "characters",
    "number": "cardinal",
    "address": "characters",
}

_BEGINNING = re.compile(r"\ufeff?\s*<(?:speak[\s>/]|\?xml\s)")
_ENTITY = re.compile(r"&[^;]{1,12};|\r\n?")
_LINE_END = re.compile(r"\r\n?|\n")
_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_READ_AS_ONE = frozenset(["say-as", "sub", "phoneme"])
_HARMLESS = re.compile(
    r"xmlns(:.*)?|version|xml:(id|base|space)|xsi:.*|id|onlangfailure|gender|age|variant|required"
)


@dataclass
class _Element:
    """An element that is open.

    Attributes:
        name: Of it, without a prefix.
        attributes: Of it.
        start: Offset of the text at which it begins.
        at: Offset of the document at which its tag begins.
        tag: Line and column of its tag.
        delivery: How words behind it are said again.
    """

    name: str
    attributes: Mapping[str, str]
    start: int
    at: int
    tag: tuple[int, int]
    delivery: Delivery


def _named(line: int, column: int) -> str:
    """Return the name of a place; the column counts from 0."""
    return f"SSML, line {line}, column {column + 1}"


def is_ssml(text: str) -> bool:
    """Tell whether a text is an SSML document: it begins with `<speak` or `<?xml`."""
    return bool(_BEGINNING.match(text))


def parse_ssml(document: str) -> Script:
    """Return the script of an SSML document.

    Raises:
        InputError: The document is not well-formed, declares a document type, or has a value that cannot be; the
            message has line and column.
    """
    with one_document():
        document = check_text(document)
        if len(document) > LONGEST_DOCUMENT:
            raise InputError(
                f"SSML of {len(document)} characters: expected at most {LONGEST_DOCUMENT}; cut it into several"
            )
        return _Reader(document.removeprefix("\ufeff")).read()


class _Reader:
    """Takes what the parser finds and puts a script together."""

    def __init__(self, document: str) -> None:
        self._document = document
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.EntityDeclHandler = self._refuse_doctype
        self._open: list[_Element] = []
        self._text: list[str] = []
        self._length = 0
        self._pieces: list[Piece] = []
        self._blocks: list[Block] = []
        self._block_start = 0
        self._directions: list[Pause | Mark] = []
        self._readings: list[Reading] = []
        self._aliases: list[Alias] = []
        self._deliveries: list[tuple[int, Delivery]] = []
        self._delivery = Delivery()
        self._bytes = self._at = 0  # how far the document was read, in bytes and in characters
        self._tag = (1, 0)  # line and column of the last tag

    def read(self) -> Script:
        try:
            self._data = self._document.encode()
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise self._error(expat.ErrorString(error.code), error.lineno, error.offset) from None
        except RefusedError as error:
            raise self._error(str(error), *self._tag) from None
        script = Script(
            self._document,
            "".join(self._text),
            tuple(self._pieces),
            tuple(self._blocks),
            tuple(self._directions),
            tuple(self._readings),
            tuple(self._aliases),
            tuple(self._deliveries),
        )
        return with_inline_phonemes(script, self._line_and_column)

    def _line_and_column(self, at: int) -> str:
        """Name a place of the document in a warning."""
        before = _LINE_END.split(self._document[:at])
        return _named(len(before), len(before[-1]))

    def _error(self, what: str, line: int, column: int) -> InputError:
        return InputError(f"{_named(line, column)}: {what}")

    def _warn(self, kind: str, what: str, *, shown: int = SHOWN) -> None:
        """Warn of what the last tag has."""
        warn(_log, kind, what, place=_named(*self._tag), shown=shown)

    def _refuse_doctype(self, *_: object) -> None:
        self._keep_place()
        raise RefusedError(
            "a document type is declared; expected a document without DOCTYPE and entities of its own"
        )

    def _keep_place(self) -> None:
        self._tag = (self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber)

    def _place(self) -> int:
        """Return where the parser is in the document, in characters."""
        where = self._parser.CurrentByteIndex
        self._at += len(self._data[self._bytes : where].decode())
        self._bytes = where
        return self._at

    def _add(self, text: str, start: int, end: int) -> None:
        """Append characters that stand for a span of the document."""
        self._pieces.append(Piece(self._length, start, end))
        self._text.append(text)
        self._length += len(text)

    def _characters(self, data: str) -> None:
        start = self._place()
        entity = _ENTITY.match(self._document, start)
        same = self._document.startswith(data, start) and not (entity and data == "&")
        end = start + len(data) if same or not entity else entity.end()
        self._add(re.sub(r"\s", " ", data), start, end)

    def _space(self) -> None:
        """Part what stands before from what follows."""
        self._add(" ", self._place(), self._place())

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        self._keep_place()
        name = qualified.rpartition(":")[2]
        if len(self._open) >= DEEPEST:
            raise RefusedError(f"more than {DEEPEST} elements in one another")
        if not self._open and name != "speak":
            raise RefusedError(f"the document is a <{name}>; expected <speak>")
        begin = _ELEMENTS.get(name) if name != "speak" or not self._open else None
        if begin is None:
            self._warn("unknown elements", f"<{name[:60]}> is not known here; what stands in it is spoken")
        self._check_attributes(name, attributes)
        self._open.append(_Element(name, attributes, self._length, self._place(), self._tag, self._delivery))
        if begin:
            begin(self, attributes)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        self._tag = element.tag
        if element.name in _ENDS:
            _ENDS[element.name](self, element)
        self._deliver(element.delivery)
        if not self._open:
            self._cut(ends_paragraph=True)

    def _check_attributes(self, name: str, attributes: Mapping[str, str]) -> None:
        for attribute, value in attributes.items():
            if attribute == "xml:lang" and not value.lower().startswith("en"):
                self._warn("other languages", f"the voice speaks English, not {value[:20]!r}")
            elif name in _ELEMENTS and not (
                attribute in _ATTRIBUTES.get(name, ())
                or attribute == "xml:lang"
                or _HARMLESS.fullmatch(attribute)
            ):
                self._warn("attributes without effect", f"{attribute[:60]} of <{name}> has no effect here")

    def _cut(self, *, ends_paragraph: bool, is_sentence: bool = False) -> None:
        """End a sentence here, and perhaps a paragraph; what is read as one has no sentences."""
        if around := next((element.name for element in self._open if element.name in _READ_AS_ONE), None):
            self._warn(
                "sentences in what is read as one",
                f"a sentence or paragraph in <{around}> has no effect here",
            )
            self._space()
            return
        block = Block(self._block_start, self._length, ends_paragraph, is_sentence)
        if self._text_from(block.start).strip():
            self._blocks.append(block)
        elif self._blocks and ends_paragraph:
            self._blocks[-1] = replace(self._blocks[-1], ends_paragraph=True)
        self._space()
        self._block_start = self._length

    def _text_from(self, start: int) -> str:
        """Return the text from an offset on, which is that of a piece."""
        found: list[str] = []
        for piece, text in zip(reversed(self._pieces), reversed(self._text), strict=True):
            if piece.at < start:
                break
            found.append(text)
        return "".join(reversed(found))

    def _deliver(self, delivery: Delivery) -> None:
        if delivery != self._delivery:
            self._delivery = delivery
            self._deliveries.append((self._length, delivery))

    def _begin_paragraph(self, _: Mapping[str, str]) -> None:
        self._cut(ends_paragraph=True)

    def _begin_sentence(self, _: Mapping[str, str]) -> None:
        self._cut(ends_paragraph=False)

    def _begin_break(self, attributes: Mapping[str, str]) -> None:
        seconds = choice("strength", attributes.get("strength", "medium"), BREAKS)
        if "time" in attributes:
            try:
                seconds = parse_time(attributes["time"].strip())
            except InputError as error:
                raise RefusedError(str(error)) from None
        self._space()
        self._directions.append(Pause(self._length, seconds))

    def _begin_mark(self, attributes: Mapping[str, str]) -> None:
        self._directions.append(Mark(self._length, wanted("mark", "name", attributes)))

    def _begin_voice(self, _: Mapping[str, str]) -> None:
        self._warn("voices", "there is one voice; <voice> has no effect")

    def _begin_emphasis(self, attributes: Mapping[str, str]) -> None:
        change = choice("level", attributes.get("level", "moderate"), EMPHASIS)
        self._deliver(self._bounded(change.under(self._delivery)))

    def _begin_prosody(self, attributes: Mapping[str, str]) -> None:
        now = self._delivery
        if "rate" in attributes:
            now = replace(now, alpha=time_factor(attributes["rate"].strip(), now.alpha))
        if "pitch" in attributes:
            now = replace(now, pitch=semitones(attributes["pitch"].strip(), now.pitch))
        if "volume" in attributes:
            now = replace(now, volume=decibels(attributes["volume"].strip(), now.volume))
        self._deliver(self._bounded(now))

    def _bounded(self, delivery: Delivery) -> Delivery:
        """Keep a delivery to what the voice can do, and say so once."""
        bounded = delivery.bounded()
        if bounded != delivery:
            self._warn("directions out of bounds", f"more than the voice can do: kept to {bounded}", shown=1)
        return bounded

    def _content(self, element: _Element) -> Alias:
        """Return span and text of an element that is read as one; what is read otherwise inside no longer is."""
        text = self._text_from(element.start)
        if len(text) > LONGEST_READING:
            raise RefusedError(
                f"<{element.name}> has {len(text)} characters; expected at most {LONGEST_READING}"
            )
        for inside in (self._readings, self._aliases):
            while inside and inside[-1].start >= element.start:
                self._warn(
                    "readings inside of others",
                    f"an element in <{element.name}> is not read: the outer one is",
                )
                inside.pop()
        start = element.start + len(text) - len(text.lstrip())
        return Alias(start, element.start + len(text.rstrip()), text.strip())

    def _content_or(self, element: _Element, text: str) -> Alias:
        """Return the same; where the element is empty, the text takes the place of what stands in it."""
        if not self._text_from(element.start).strip():
            self._add(text.strip(), element.at, self._tag_end(element))
        return self._content(element)

    def _tag_end(self, element: _Element) -> int:
        """Return the end offset of the element that is being closed: `<sub …/>`, or `<sub …> </sub>`."""
        # What follows `<sub …/>` may be the closing tag of its parent, so the element's own tag is asked first.
        tag = _TAG.match(self._document, element.at)
        if tag and tag[0].endswith("/>"):
            return tag.end()
        end = self._document.find(">", self._place())
        return end + 1 if end >= 0 else len(self._document)

    def _end_say_as(self, element: _Element) -> None:
        given = wanted("say-as", "interpret-as", element.attributes).strip().lower()
        kind = SAY_AS_NAMES.get(given, given)
        if kind not in SAY_AS:
            self._warn(
                "interpretations", f"interpret-as {given[:30]!r} is not known; it is read as it stands"
            )
            return
        content = self._content(element)
        if not content.text:
            return
        spoken = read_as(kind, content.text, form=element.attributes.get("format", ""))
        if spoken.strip():
            self._readings.append(Reading(content.start, content.end, spoken=spoken))

    def _end_sub(self, element: _Element) -> None:
        alias = wanted("sub", "alias", element.attributes)
        if len(alias) > LONGEST_READING:
            raise RefusedError(f"alias of {len(alias)} characters; expected at most {LONGEST_READING}")
        self._aliases.append(replace(self._content_or(element, alias), text=alias))

    def _end_phoneme(self, element: _Element) -> None:
        written = wanted("phoneme", "ph", element.attributes)
        alphabet = element.attributes.get("alphabet", "ipa").lower()
        if alphabet not in ("ipa", "x-arpabet", "arpabet", "x-cmu", "cmu"):
            raise RefusedError(f"alphabet {alphabet[:30]!r}; expected ipa or x-arpabet")
        try:
            phonemes = parse_phonemes(written if alphabet == "ipa" else f"/{written.strip().strip('/')}/")
        except InputError as error:
            raise RefusedError(str(error)) from None
        content = self._content_or(element, written)
        self._readings.append(Reading(content.start, content.end, phonemes=phonemes))


_ELEMENTS: dict[str, Callable[[_Reader, Mapping[str, str]], None]] = {
    "speak": lambda reader, attributes: None,
    "p": _Reader._begin_paragraph,
    "s": _Reader._begin_sentence,
    "break": _Reader._begin_break,
    "prosody": _Reader._begin_prosody,
    "emphasis": _Reader._begin_emphasis,
    "say-as": lambda reader, attributes: None,
    "sub": lambda reader, attributes: None,
    "phoneme": lambda reader, attributes: None,
    "mark": _Reader._begin_mark,
    "voice": _Reader._begin_voice,
}
_ENDS: dict[str, Callable[[_Reader, _Element], None]] = {
    "p": lambda reader, element: reader._cut(ends_paragraph=True),
    "s": lambda reader, element: reader._cut(ends_paragraph=False, is_sentence=True),
    "say-as": _Reader._end_say_as,
    "sub": _Reader._end_sub,
    "phoneme": _Reader._end_phoneme,
}
_ATTRIBUTES = {
    "break": ("time", "strength"),
    "prosody": ("rate", "pitch", "volume"),
    "emphasis": ("level",),
    "say-as": ("interpret-as", "format", "detail"),
    "sub": ("alias",),
    "phoneme": ("ph", "alphabet"),
    "mark": ("name",),
    "voice": ("name", "languages"),
}
