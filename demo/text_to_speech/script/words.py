"""The words of a sentence as they are to be spoken: phonemes, spans in the source, deliveries.

A whole sentence is turned into phonemes at once, so that a pause in it does not change how its words are read. A word
that is too long for an utterance (200 emoji without a space) comes in parts.
"""

from __future__ import annotations

import bisect
import itertools
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, TypeAlias, TypeVar

from ..text import PhonemizedWord, Reading, Sentence
from ..text.grouped_warnings import GroupedWarnings, part_of
from ..text.symbols import PUNCTUATION, STRESS_MARKS
from .directions import Delivery, Manner
from .script import Alias, Script, VoiceReading
from .voice_request import VoiceRequest

logger = logging.getLogger(__name__)

# Symbols of an utterance: phonemes, punctuation and the spaces between words. About 25 s of speech.
LONGEST_UTTERANCE = 400

CLAUSE_PUNCTUATION = PUNCTUATION.replace(" ", "")
# Punctuation that belongs to the word before it. An apostrophe may as well begin what follows.
_CLOSING = re.compile('[.,;:!?…)\\]}"”]+')
_CLAUSE_END = re.compile(f"[{re.escape(CLAUSE_PUNCTUATION)}] ")

S = TypeVar("S", Reading, Alias)


class WordReader(Protocol):
    """Turns a sentence into phonemes; `Phonemizer` is one.

    A reader that has a method `in_language`, which takes a BCP 47 tag and returns another reader, is asked for the
    readers of text in another language than the voice's.
    """

    def words(self, text: str, *, readings: Sequence[Reading] = ()) -> Sequence[PhonemizedWord]:
        """Return the words of a text with their spans and phonemes."""


@dataclass(frozen=True)
class TextVoice:
    """What a text has to know of the voice that speaks a part of it.

    Attributes:
        name: Its name; empty for the voice of the text.
        median_f0: Median F0 in Hz, with which a pitch in Hz is compared.
        language: BCP 47 tag of the language in which it reads what names none; empty for that of the reader.
    """

    name: str
    median_f0: float
    language: str = ""


Casting: TypeAlias = Callable[[VoiceRequest], TextVoice]
"""Returns the voice that fits what a text asks for."""


@dataclass(frozen=True)
class Word:
    """A word as it is to be spoken.

    Attributes:
        text: The word in the text, with the punctuation that belongs to it.
        span: Its span in the source.
        written: The word with adjacent punctuation and spaces; concatenating `written` reproduces the utterance. A word
            that is too long for one utterance comes in parts: each has the text and the span of the whole, and its
            share of `written`.
        offset: Offset in the source of the first character of `written` that is not a space.
        phonemes: Phonemes in the alphabet of the voice, with stress and adjacent punctuation.
        delivery: How it is spoken.
        voice: Name of the voice that speaks it; empty for the voice of the text.
    """

    text: str
    span: tuple[int, int]
    written: str
    offset: int
    phonemes: str
    delivery: Delivery
    voice: str = ""

    @property
    def has_sound(self) -> bool:
        """Whether any of its symbols is a sound and not punctuation."""
        return has_sound(self.phonemes)


def has_sound(phonemes: str) -> bool:
    """Tell whether any symbol is a sound, and not punctuation, stress or a space."""
    return any(map(str.isalpha, phonemes))


class SentenceReader:
    """Reads the sentences of a script.

    Args:
        script: The script.
        reader: Turns sentences into phonemes.
        manner: The manner of the whole text.
        median_f0: Median F0 of the voice in Hz.
        warnings: Where warnings are collected.
        casting: Finds the voices that the script asks for; None where one voice speaks everything.
    """

    def __init__(
        self,
        script: Script,
        reader: WordReader,
        manner: Manner,
        median_f0: float,
        warnings: GroupedWarnings,
        casting: Casting | None = None,
    ) -> None:
        self.script = script
        self.manner = manner
        self._reader = reader
        self._voice = TextVoice("", median_f0)
        self._casting = casting
        self._warnings = warnings
        self._readers: dict[str, WordReader] = {"": reader}
        self._aliases: dict[tuple[str, int], str] = {}

    def words(self, sentence: Sentence) -> Iterator[tuple[int, Word]]:
        """Yield the words of a sentence with their offsets in the script's text."""
        with part_of(self._warnings):
            found = self._found(sentence)
        # Each word has the characters up to the next word, the first one also those before it.
        starts = [0, *(word.start for word in found[1:]), len(sentence.text)]
        for word, (start, stop) in zip(found, itertools.pairwise(starts), strict=bool(found)):
            offset = sentence.start + word.start
            voice = self._voice_at(offset)
            delivery = self._delivery(offset, voice)
            for phonemes, (first, last) in _parts(word.phonemes, start, stop):
                written = sentence.text[first:last]
                # A part of a word may have no character of its own.
                begin = sentence.start + min(first + len(written) - len(written.lstrip()), stop - 1)
                yield (
                    offset,
                    Word(
                        text=sentence.text[word.start : word.end],
                        span=self.script.span(offset, sentence.start + max(word.end, word.start + 1)),
                        written=written,
                        offset=self.script.span(begin, begin + 1)[0],
                        phonemes=phonemes,
                        delivery=delivery,
                        voice=voice.name,
                    ),
                )

    def _found(self, sentence: Sentence) -> Sequence[PhonemizedWord]:
        """Return the words of a sentence; each part of another language is read by a reader of that language."""
        if not self.script.languages and not self.script.voices:
            return self._reader.words(sentence.text, readings=self._readings(sentence, self._reader))
        found: list[PhonemizedWord] = []
        for start, end, reader in self._parts_by_reader(sentence):
            part = Sentence(self.script.text[start:end], start, end, sentence.ends_paragraph)
            words = reader.words(part.text, readings=self._readings(part, reader))
            shift = start - sentence.start
            found += [replace(word, start=word.start + shift, end=word.end + shift) for word in words]
        return found

    def _parts_by_reader(self, sentence: Sentence) -> Iterator[tuple[int, int, WordReader]]:
        """Yield the parts of a sentence that one reader reads each; what is read in a given way is in one part."""
        starts = {sentence.start}
        for changes in (self.script.languages, self.script.voices):
            first, stop = _indices_within(changes, sentence.start, sentence.end)
            starts.update(min(self._end_of_word(at), sentence.end) for at, _ in changes[first:stop])
        start, reader = sentence.start, self._reader_at(sentence.start)
        for at in sorted(starts):
            following = self._reader_at(at) if at < sentence.end else reader
            if following is not reader:
                if start < at:
                    yield start, at, reader
                start, reader = at, following
        yield start, sentence.end, reader

    def _end_of_word(self, at: int) -> int:
        """Return an offset, or the end of the reading, the alias or the punctuation that goes on there."""
        index = bisect.bisect_left(self._spans_read, (at, 0)) - 1
        at = max(at, self._spans_read[index][1]) if index >= 0 else at
        following = _CLOSING.match(self.script.text, at)
        return following.end() if following and self.script.text[at - 1 : at].strip() else at

    @cached_property
    def _spans_read(self) -> list[tuple[int, int]]:
        return self.script.spans_read()

    def _reader_at(self, at: int) -> WordReader:
        """Return what reads the words that begin at an offset; a reader that knows only one language reads them all."""
        tag = self._language_at(at)
        if tag not in self._readers:
            in_language = getattr(self._reader, "in_language", None)
            self._readers[tag] = in_language(tag) if in_language else self._reader
        return self._readers[tag]

    def _language_at(self, at: int) -> str:
        """Return the BCP 47 tag of the words that begin at an offset; empty for the language of the reader."""
        return self.script.language(at) or self._voice_at(at).language

    def _voice_at(self, at: int) -> TextVoice:
        """Return the voice of the words that begin at an offset."""
        if not self._casting or not self.script.voices:
            return self._voice
        request = self.script.voice(at)
        return self._casting(request) if request else self._voice

    def _delivery(self, offset: int, voice: TextVoice) -> Delivery:
        """Return how a word is spoken, by the script and by the manner of the whole text together."""
        delivery = self.script.delivery(offset).under(self.manner.delivery).resolved(voice.median_f0)
        bounded = delivery.bounded()
        if bounded != delivery:
            message = f"directions and options together ask for more than the voice can do: kept to {bounded}"
            self._warnings.add(logger, "directions out of bounds", message, shown=1)
        return bounded

    def _readings(self, sentence: Sentence, reader: WordReader) -> list[Reading]:
        """Return the readings of a sentence, with offsets in it; an alias becomes a reading of its phonemes."""
        readings = []
        for reading in _within(self.script.readings, sentence):
            if isinstance(reading, VoiceReading):
                reading = reading.in_language(self._language_at(reading.start))
            readings.append(_relative(reading, sentence))
        for alias in _within(self.script.aliases, sentence):
            if phonemes := self._alias_phonemes(alias.text, reader):
                readings.append(_relative(Reading(alias.start, alias.end, phonemes=phonemes), sentence))
            else:
                message = f"alias {alias.text[:60]!r} has no sound: the text itself is read"
                self._warnings.add(logger, "aliases without a sound", message)
        return readings

    def _alias_phonemes(self, text: str, reader: WordReader) -> str:
        """Return the phonemes of an alias, which is read as a text of its own, once by each reader."""
        key = text, id(reader)
        if key not in self._aliases:
            with part_of(self._warnings):
                self._aliases[key] = " ".join(word.phonemes for word in reader.words(text))
        return self._aliases[key]


def _parts(phonemes: str, start: int, stop: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the parts of a word that fit into an utterance, each with its share of the characters."""
    parts = _cut_phonemes(phonemes)
    shares = [start + (stop - start) * index // len(parts) for index in range(len(parts) + 1)]
    return zip(parts, itertools.pairwise(shares), strict=True)


def _cut_phonemes(phonemes: str) -> list[str]:
    """Cut the phonemes of one word into parts that fit into an utterance: at clauses, else at spaces, else anywhere.

    Parts without a sound, of a word with hundreds of punctuation marks after it, are left out.
    """
    # One symbol is left for the comma before a pause.
    longest = LONGEST_UTTERANCE - 1
    parts = []
    start = 0
    while len(phonemes) - start > longest:
        least, most = start + longest // 2, start + longest
        clauses = (match.start() + 1 for match in _CLAUSE_END.finditer(phonemes, least, most))
        cut = max(clauses, default=-1)
        if cut < 0:
            cut = phonemes.rfind(" ", least, most)
        if cut < 0:
            # Stress belongs to the sound that follows it.
            cut = start + len(phonemes[start:most].rstrip(STRESS_MARKS))
            cut = cut if cut > start else most
        parts.append(phonemes[start:cut])
        start = cut + (phonemes[cut] == " ")
    parts.append(phonemes[start:])
    return [part for part in parts if has_sound(part)] or parts[:1]


def _indices_within(changes: Sequence[tuple[int, object]], start: int, stop: int) -> tuple[int, int]:
    """Return the indices of the changes after one offset and before another."""
    first = bisect.bisect_right(changes, start, key=lambda change: change[0])
    return first, bisect.bisect_left(changes, stop, first, key=lambda change: change[0])


def _within(things: Sequence[S], sentence: Sentence) -> Sequence[S]:
    """Return those readings or aliases that begin in a sentence."""
    first, stop = (
        bisect.bisect_left(things, offset, key=lambda thing: thing.start)
        for offset in (sentence.start, sentence.end)
    )
    return things[first:stop]


def _relative(reading: Reading, sentence: Sentence) -> Reading:
    """Return a reading with offsets in its sentence."""
    end = min(reading.end, sentence.end)
    return replace(reading, start=reading.start - sentence.start, end=end - sentence.start)
