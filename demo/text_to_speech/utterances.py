"""A script and its phonemes → utterances: what the acoustic model speaks in one go.

A sentence is one utterance, or several where a pause is asked for in the middle of it. The whole sentence is turned
into phonemes first, so that a pause does not change how words are read.
"""

from __future__ import annotations

import bisect
import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from .script import LONGEST_PAUSE, Delivery, Manner, Mark, Pause, Script
from .text import PhonemizedWord, Reading, Sentence
from .text.symbols import PUNCTUATION

_log = logging.getLogger(__name__)

_FINAL_MARKS = PUNCTUATION.replace(" ", "")


class WordReader(Protocol):
    """What turns a sentence into phonemes; `Phonemizer` is one."""

    def words(self, text: str, *, readings: Sequence[Reading] = ()) -> Sequence[PhonemizedWord]:
        """Return the words of a text with their places and phonemes."""


@dataclass(frozen=True)
class Word:
    """A word as it is to be spoken.

    Attributes:
        text: As it stands in the text.
        span: Its place in the source.
        written: The same with everything around it: the words of an utterance, joined, are all of its characters.
        offset: Where `written` begins in the source.
        phonemes: In the alphabet of the voice, with the marks around the word.
        delivery: How it is said.
    """

    text: str
    span: tuple[int, int]
    written: str
    offset: int
    phonemes: str
    delivery: Delivery


@dataclass(frozen=True)
class Utterance:
    """What is spoken in one go.

    Attributes:
        words: At least one of them has a sound; none in the last utterance of a text that ends in pauses or marks.
        marks: Names of places before words, with the index of the word.
        pause: Seconds of silence between what was spoken before and this.
        marks_in_pause: Names of places in this pause, with seconds from its start.
        pause_after: Seconds of silence that are going to follow.
    """

    words: tuple[Word, ...]
    marks: tuple[tuple[int, str], ...] = ()
    pause: float = 0.0
    marks_in_pause: tuple[tuple[float, str], ...] = ()
    pause_after: float = 0.0

    @property
    def text(self) -> str:
        """What is spoken, as it stands in the text."""
        return "".join(word.written for word in self.words).strip()

    @property
    def phonemes(self) -> str:
        """The phonemes of the words, joined by spaces."""
        return " ".join(word.phonemes for word in self.words)


@dataclass(frozen=True)
class _Stop:
    """The end of a sentence.

    Attributes:
        pause: Seconds of silence behind it, if no direction asks for others.
        expected: Seconds of silence behind it, directions counted.
    """

    pause: float
    expected: float


@dataclass
class _Gap:
    """What stands between two utterances: directions, and how long the pause is if they ask for none."""

    directions: list[Pause | Mark] = field(default_factory=list)
    pause: float = 0.0

    def seconds(self) -> float:
        asked = [d.seconds for d in self.directions if isinstance(d, Pause)]
        return min(sum(asked), LONGEST_PAUSE) if asked else self.pause

    def marks(self) -> tuple[list[tuple[float, str]], list[str]]:
        """Return the marks before the end of the last pause, with their seconds, and those behind it."""
        inside: list[tuple[float, str]] = []
        waiting: list[str] = []
        seconds = 0.0
        for direction in self.directions:
            if isinstance(direction, Mark):
                waiting.append(direction.name)
                continue
            inside += [(seconds, name) for name in waiting]
            waiting = []
            seconds = min(seconds + direction.seconds, LONGEST_PAUSE)
        return inside, waiting


def utterances(script: Script, reader: WordReader, manner: Manner) -> Iterator[Utterance]:
    """Yield what is spoken in one go, each only when it is asked for; what has no sound is passed over.

    Raises:
        InputError: Phonemes in the text are not in the voice's alphabet.
    """
    gap, words, marks = _Gap(), list[Word](), list[tuple[int, Mark]]()
    spoken = False
    for item in _items(script, reader, manner):
        if isinstance(item, Word):
            words.append(item)
        elif isinstance(item, Mark) and words:
            marks.append((len(words), item))
        elif isinstance(item, Mark):
            gap.directions.append(item)
        else:
            if _has_sound(words):
                yield _utterance(gap, words, marks, item)
                spoken = True
                gap = _Gap([mark for index, mark in marks if index == len(words)])
            else:
                gap.directions += [mark for _, mark in marks]
            words, marks = [], []
            if isinstance(item, Pause):
                gap.directions.append(item)
            elif spoken:
                gap.pause = max(gap.pause, item.pause)
    if gap.directions:
        yield _utterance(replace(gap, pause=0.0), [], [], _Stop(0.0, 0.0))


def _has_sound(words: Sequence[Word]) -> bool:
    return any(symbol.isalpha() for word in words for symbol in word.phonemes)


def _utterance(
    gap: _Gap, words: list[Word], marks: Sequence[tuple[int, Mark]], end: Pause | _Stop
) -> Utterance:
    asked = sum(d.seconds for d in gap.directions if isinstance(d, Pause))
    if asked > LONGEST_PAUSE:
        _log.warning("pauses of %g s on end: %g s are kept", asked, LONGEST_PAUSE)
    inside, behind = gap.marks()
    if not words:  # the end of the text
        inside, behind = [*inside, *((gap.seconds(), name) for name in behind)], []
    if isinstance(end, Pause) and words and words[-1].phonemes[-1:] not in _FINAL_MARKS:
        words[-1] = replace(words[-1], phonemes=words[-1].phonemes + ",")  # as the voice was taught to pause
    return Utterance(
        words=tuple(words),
        marks=(
            *((0, name) for name in behind),
            *((i, mark.name) for i, mark in marks if i < len(words)),
        ),
        pause=gap.seconds(),
        marks_in_pause=tuple(inside),
        pause_after=end.seconds if isinstance(end, Pause) else end.expected,
    )


def _items(script: Script, reader: WordReader, manner: Manner) -> Iterator[Word | Mark | Pause | _Stop]:
    """Yield words, ends of sentences and directions in their order; a direction in a word comes behind it."""
    done = 0
    ends_text = Sentence("", len(script.text), len(script.text), ends_paragraph=True)
    for sentence, following in itertools.pairwise(itertools.chain(script.sentences(), [ends_text])):
        inside = _next_directions(script, done, sentence.start)
        yield from script.directions[done:inside]
        behind = _next_directions(script, inside, sentence.end - 1)
        done = _next_directions(script, behind, following.start)
        yield from _merged(
            list(_words(script, sentence, reader, manner.delivery)), script.directions[inside:behind]
        )
        pause = manner.pause_paragraph if sentence.ends_paragraph else manner.pause_sentence
        after = script.directions[behind:done]
        yield _Stop(pause, _Gap(list(after), pause).seconds())
        yield from after
    yield from script.directions[done:]


def _next_directions(script: Script, done: int, at: int) -> int:
    """Return the index of the first direction behind an offset."""
    while done < len(script.directions) and script.directions[done].at <= at:
        done += 1
    return done


def _merged(
    words: Sequence[tuple[int, Word]], directions: Sequence[Pause | Mark]
) -> Iterator[Word | Mark | Pause]:
    position = 0
    for direction in directions:
        if isinstance(direction, Pause) and not direction.seconds:
            continue  # there is no pause in a sentence that it could take away
        while position < len(words) and words[position][0] < direction.at:
            yield words[position][1]
            position += 1
        yield direction
    for _, word in words[position:]:
        yield word


def _words(
    script: Script, sentence: Sentence, reader: WordReader, delivery: Delivery
) -> Iterator[tuple[int, Word]]:
    """Yield the words of a sentence with their offsets in the text."""
    found = reader.words(sentence.text, readings=_readings(script, sentence, reader))
    starts = [0, *(word.start for word in found[1:]), len(sentence.text)]
    for word, (start, end) in zip(found, itertools.pairwise(starts), strict=bool(found)):
        at = sentence.start + word.start
        yield (
            at,
            Word(
                text=sentence.text[word.start : word.end],
                span=script.span(at, sentence.start + max(word.end, word.start + 1)),
                written=sentence.text[start:end],
                offset=script.span(sentence.start + start, sentence.start + start + 1)[0],
                phonemes=word.phonemes,
                delivery=script.delivery(at) + delivery,
            ),
        )


def _readings(script: Script, sentence: Sentence, reader: WordReader) -> list[Reading]:
    """Return the readings of a sentence; what stands for a span is read by the reader itself."""
    own = [_inside(reading, sentence) for reading in _between(script.readings, sentence)]
    for alias in _between(script.aliases, sentence):
        phonemes = " ".join(word.phonemes for word in reader.words(alias.text))
        if phonemes:
            own.append(_inside(Reading(alias.start, alias.end, phonemes=phonemes), sentence))
    return own


def _between(things: Sequence[Any], sentence: Sentence) -> Sequence[Any]:
    """Return those readings or aliases that begin in a sentence."""
    first, last = (
        bisect.bisect_left(things, place, key=lambda thing: thing.start)
        for place in (sentence.start, sentence.end)
    )
    return things[first:last]


def _inside(reading: Reading, sentence: Sentence) -> Reading:
    """Return a reading with its places in the sentence."""
    end = min(reading.end, sentence.end)
    return replace(reading, start=reading.start - sentence.start, end=end - sentence.start)
