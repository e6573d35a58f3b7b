"""What each SSML element does to a script. A new element is a class here and a line in `ELEMENTS`.

speak, p, s, break, prosody, emphasis, say-as, sub, phoneme, mark, lang, voice
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..errors import InputError
from ..text import Reading
from ..text.grouped_warnings import SHOWN, warn
from ..text.languages import AMERICAN, BRITISH, english
from ..text.normalization import SAY_AS, read_as
from ..text.pronunciations import parse_phonemes
from .directions import Delivery, parse_time
from .script import Alias, VoiceReading
from .script_builder import ScriptBuilder
from .ssml_source import Source, name_position
from .ssml_values import BREAKS, EMPHASIS, choice, required, with_pitch, with_rate, with_volume
from .voice_request import VoiceRequest, voice_request

logger = logging.getLogger(__name__)

# Characters of an element that is read as a unit: a date, an alias, phonemes.
LONGEST_READING = 150

# Names of `interpret-as` that other programs use, and ours for them.
SAY_AS_NAMES = {
    "spell-out": "characters",
    "verbatim": "characters",
    "number": "cardinal",
    "address": "characters",
}

_ALPHABETS = {
    "ipa": "ipa",
    "x-arpabet": "arpabet",
    "arpabet": "arpabet",
    "x-cmu": "arpabet",
    "cmu": "arpabet",
}


@dataclass
class OpenElement:
    """An element whose end has not come yet.

    Attributes:
        name: Tag name without its namespace prefix.
        attributes: The tag's attributes.
        start: Offset in the script's text at which the element begins.
        source_start: Offset in the document at which its tag begins.
        tag: Line and column of its tag.
        delivery: Delivery to restore when the element ends.
        language: Language to restore when the element ends.
        voice: What is asked of the voice, to restore when the element ends.
    """

    name: str
    attributes: Mapping[str, str]
    start: int
    source_start: int
    tag: tuple[int, int]
    delivery: Delivery
    language: str = ""
    voice: VoiceRequest | None = None


class Document:
    """The document that is being read: its source, the script so far and the open elements.

    Attributes:
        source: The document and the parser's position in it.
        script: The script so far.
        open: The open elements, the innermost last.
        tag: Line and column of the last tag, which messages name.
        voice_language: BCP 47 tag of what has no language of its own.
    """

    def __init__(self, source: Source, voice_language: str = AMERICAN) -> None:
        self.source = source
        self.voice_language = voice_language
        self.script = ScriptBuilder()
        self.open: list[OpenElement] = []
        self.tag = (1, 0)

    def warn(self, kind: str, message: str, *, shown: int = SHOWN) -> None:
        """Warn about the last tag; see `GroupedWarnings.add`."""
        warn(logger, kind, message, place=name_position(*self.tag), shown=shown)

    def end_block(self, *, ends_paragraph: bool, is_sentence: bool = False) -> None:
        """End a sentence, and perhaps a paragraph; in an element that is read as a unit only the words are parted."""
        names = (element.name for element in self.open)
        unit = next((name for name in names if name in ELEMENTS and ELEMENTS[name].is_unit), None)
        if unit:
            message = f"a sentence or paragraph in <{unit}> has no effect here"
            self.warn("sentences in elements that are read as a unit", message)
        else:
            self.script.end_block(ends_paragraph=ends_paragraph, is_sentence=is_sentence)
        self.script.add_space(self.source.offset)
        if not unit:
            self.script.begin_block()

    def set_delivery(self, delivery: Delivery) -> None:
        """Speak what follows otherwise, within the bounds of the voice."""
        bounded = delivery.bounded()
        if bounded != delivery:
            message = f"more than the voice can do: kept to {bounded}"
            self.warn("directions out of bounds", message, shown=1)
        self.script.set_delivery(bounded)

    def set_language(self, tag: str) -> None:
        """Read what follows in the English that `xml:lang` names; "en" alone is that of the voice."""
        try:
            language = english(tag) if tag.strip().lower() != "en" else ""
        except InputError:
            # The voice that is asked for with another language is not there, which is said when it is looked for.
            if self.open[-1].name != "voice":
                self.warn("other languages", f"the voice speaks English, not {tag[:20]!r}")
            return
        self.script.set_language(language)

    def unit(self, element: OpenElement, *, instead: str = "") -> tuple[int, int, str]:
        """Return the span and the text of an element that is read as a unit; readings in it no longer count.

        Args:
            element: The element, which ends here.
            instead: The text of an element that is empty.

        Raises:
            InputError: The element is too long.
        """
        if instead and not self.script.text_from(element.start).strip():
            end = self.source.end_of_element(element.source_start)
            self.script.add_text(instead.strip(), element.source_start, end)
        text = self.script.text_from(element.start)
        if len(text) > LONGEST_READING:
            raise InputError(
                f"<{element.name}> has {len(text)} characters; expected at most {LONGEST_READING}"
            )
        for _ in range(self.script.drop_readings_from(element.start)):
            message = f"an element in <{element.name}> is not read: the outer one is"
            self.warn("readings inside of others", message)
        start = element.start + len(text) - len(text.lstrip())
        return start, element.start + len(text.rstrip()), text.strip()


class Element:
    """What an element does where it begins and where it ends: nothing, unless a subclass says more.

    Attributes:
        attributes: Names of the attributes that have an effect.
        is_unit: Whether the element is read as a unit, in which no sentence ends.
    """

    attributes: tuple[str, ...] = ()
    is_unit = False

    def begin(self, document: Document, attributes: Mapping[str, str]) -> None:
        """Follow the element's start tag.

        Raises:
            InputError: An attribute has a value that cannot be followed.
        """

    def end(self, document: Document, element: OpenElement) -> None:
        """Follow the element's end tag.

        Raises:
            InputError: An attribute or the content cannot be followed.
        """


class _Paragraph(Element):
    def begin(self, document: Document, attributes: Mapping[str, str]) -> None:
        document.end_block(ends_paragraph=True)

    def end(self, document: Document, element: OpenElement) -> None:
        document.end_block(ends_paragraph=True)


class _Sentence(Element):
    def begin(self, document: Document, attributes: Mapping[str, str]) -> None:
        document.end_block(ends_paragraph=False)

    def end(self, document: Document, element: OpenElement) -> None:
        document.end_block(ends_paragraph=False, is_sentence=True)


class _Break(Element):
    attributes = ("time", "strength")

    def begin(self, document: Document, attributes: Mapping[str, str]) -> None:
        seconds = choice("strength", attributes.get("strength", "medium"), BREAKS)
        if "time" in attributes:
            seconds = parse_time(attributes["time"].strip())
        document.script.add_space(document.source.offset)
        document.script.add_pause(seconds)


class _Mark(Element):
    attributes = ("name",)

    def begin(self, document: Document, attributes: Mapping[str, str]) -> None:
        document.script.add_mark(required("mark", "name", attributes))


class _Voice(Element):
    attributes = ("name", "gender", "languages", "variant")

    def begin(self, document: Document, attributes: Mapping[str, str]) -> None:
        script, around = document.script, document.open[-1].language
        request = voice_request(
            attributes, text_language=around, outer=script.voice, place=name_position(*document.tag)
        )
        if not request.asks:
            return
        script.set_voice(request)
        # Whoever names a voice wants its language: `<speak>` has to have an xml:lang, whatever voices it names.
        if "xml:lang" not in attributes and (request.names or request.languages):
            script.set_language("")


class _Emphasis(Element):
    attributes = ("level",)

    def begin(self, document: Document, attributes: Mapping[str, str]) -> None:
        change = choice("level", attributes.get("level", "moderate"), EMPHASIS)
        document.set_delivery(change.under(document.script.delivery))


class _Prosody(Element):
    CHANGES: Mapping[str, Callable[[Delivery, str], Delivery]] = {
        "rate": with_rate,
        "pitch": with_pitch,
        "volume": with_volume,
    }
    attributes = tuple(CHANGES)

    def begin(self, document: Document, attributes: Mapping[str, str]) -> None:
        delivery = document.script.delivery
        for name, change in self.CHANGES.items():
            if name in attributes:
                delivery = change(delivery, attributes[name].strip())
        document.set_delivery(delivery)


class _SayAs(Element):
    attributes = ("interpret-as", "format", "detail")
    is_unit = True

    def end(self, document: Document, element: OpenElement) -> None:
        given = required("say-as", "interpret-as", element.attributes).strip().lower()
        kind = SAY_AS_NAMES.get(given, given)
        if kind not in SAY_AS:
            message = f"interpret-as {given[:30]!r} is not known; its text is read as usual"
            document.warn("interpretations", message)
            return
        start, end, text = document.unit(element)
        if not text:
            return
        form = element.attributes.get("format", "")
        language = english(document.script.language or document.voice_language)
        spoken = read_as(kind, text, form=form, language=language)
        by_language: tuple[tuple[str, str], ...] = ()
        if document.script.voice and not document.script.language:
            # The voice is not known yet, and its language decides.
            others = ((tag, read_as(kind, text, form=form, language=tag)) for tag in (AMERICAN, BRITISH))
            by_language = tuple(other for other in others if other[1] != spoken)
        if by_language:
            document.script.add_reading(VoiceReading(start, end, spoken=spoken, by_language=by_language))
        elif spoken.strip():
            document.script.add_reading(Reading(start, end, spoken=spoken))


class _Sub(Element):
    attributes = ("alias",)
    is_unit = True

    def end(self, document: Document, element: OpenElement) -> None:
        alias = required("sub", "alias", element.attributes)
        if len(alias) > LONGEST_READING:
            raise InputError(f"alias of {len(alias)} characters; expected at most {LONGEST_READING}")
        start, end, _ = document.unit(element, instead=alias)
        document.script.add_reading(Alias(start, end, alias))


class _Phoneme(Element):
    attributes = ("ph", "alphabet")
    is_unit = True

    def end(self, document: Document, element: OpenElement) -> None:
        written = required("phoneme", "ph", element.attributes)
        alphabet = element.attributes.get("alphabet", "ipa").lower()
        if alphabet not in _ALPHABETS:
            raise InputError(f"alphabet {alphabet[:30]!r}; expected ipa or x-arpabet")
        is_ipa = _ALPHABETS[alphabet] == "ipa"
        phonemes = parse_phonemes(written if is_ipa else f"/{written.strip().strip('/')}/")
        start, end, _ = document.unit(element, instead=written)
        document.script.add_reading(Reading(start, end, phonemes=phonemes))


ELEMENTS: Mapping[str, Element] = {
    "speak": Element(),
    "p": _Paragraph(),
    "s": _Sentence(),
    "break": _Break(),
    "prosody": _Prosody(),
    "emphasis": _Emphasis(),
    "say-as": _SayAs(),
    "sub": _Sub(),
    "phoneme": _Phoneme(),
    "mark": _Mark(),
    "lang": Element(),
    "voice": _Voice(),
}
