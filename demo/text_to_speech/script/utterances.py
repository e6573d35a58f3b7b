"""A script and its phonemes → utterances: what the acoustic model speaks in one go.

A sentence is one utterance, or several where a pause is asked for in the middle of it. The whole sentence is turned
into phonemes first, so that a pause does not change how words are read. An utterance has at most `LONGEST_UTTERANCE`
phonemes, so that the first sound comes soon and memory is bounded whatever the text is: what is longer is cut between
words without a pause, and a word that is longer by itself (200 emoji without a space) between the words of its reading.
"""

from __future__ import annotations

import bisect
import itertools
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ..errors import InputError, about
from ..text import PhonemizedWord, Reading, Sentence
from ..text.grouped_warnings import GroupedWarnings, part_of
from ..text.symbols import PUNCTUATION, STRESS_MARKS
from .directions import LONGEST_PAUSE, Delivery, Manner, Mark, Pause
from .script import Script

_log = logging.getLogger(__name__)

LONGEST_UTTERANCE = 400  # symbols: phonemes, marks and the spaces between words; about 25 s of speech

_FINAL_MARKS = PUNCTUATION.replace(" ", "")
_CLAUSE_END = re.compile(f"[{re.escape(_FINAL_MARKS)}] ")


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
        written: The same with everything around it: the words of an utterance, joined, are all of its characters. Of a
            word that is too long for one utterance each part has the text and the span of the whole, and its share of
            this.
        offset: Where `written` begins in the source, without the space before it.
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


@dataclass(frozen=True)
class _Cut:
    """The end of an utterance that was long enough; the sentence goes on without a pause."""


@dataclass
class _Open:
    """The utterance that words are being added to.

    Attributes:
        words: So far.
        marks: Names of places, with the index of the word that follows.
        size: Symbols of the words and the spaces behind them.
    """

    words: list[Word] = field(default_factory=list)
    marks: list[tuple[int, Mark]] = field(default_factory=list)
    size: int = 0

    def has_sound(self) -> bool:
        return any(map(_sounds, self.words))

    def has_room_for(self, word: Word) -> bool:
        """Tell whether a word fits in, and the comma that comes before a pause."""
        return self.size + len(word.phonemes) < LONGEST_UTTERANCE

    def add(self, word: Word) -> None:
        """Append a word; marks alone (`. . . .`) are not spoken where there is no room for them."""
        if self.has_room_for(word):
            self.words.append(word)
            self.size += len(word.phonemes) + 1
        elif not _sounds(word):
            self.words[-1] = replace(self.words[-1], written=self.words[-1].written + word.written)
        else:  # marks alone before a long word
            written = "".join(one.written for one in self.words) + word.written
            self.marks = [(0, mark) for _, mark in self.marks]
            self.words = [replace(word, written=written, offset=self.words[0].offset)]
            self.size = len(word.phonemes) + 1

    def cut(self) -> _Open:
        """Take away as many words as are spoken first, and return them."""
        at = self._best_cut()
        first = _Open(self.words[:at], [(index, mark) for index, mark in self.marks if index < at])
        self.words = self.words[at:]
        self.size = sum(len(word.phonemes) + 1 for word in self.words)
        self.marks = [(index - at, mark) for index, mark in self.marks if index >= at]
        return first

    def _best_cut(self) -> int:
        """Return the index behind the last clause of the second half, or behind all words."""
        for at in range(len(self.words), len(self.words) // 2, -1):
            if self.words[at - 1].phonemes[-1:] in _FINAL_MARKS and any(map(_sounds, self.words[:at])):
                return at
        return len(self.words)


def utterances(script: Script | Iterable[Script], reader: WordReader, manner: Manner) -> Iterator[Utterance]:
    """Yield the utterances of a script, each when it is asked for; text without pronunciation is skipped.

    Args:
        script: A script, or the scripts of one text that arrives in pieces.
        reader: Turns sentences into words with phonemes.
        manner: Speed, pitch, volume and pauses of the whole text.

    Raises:
        InputError: Phonemes in the text are not in the voice's alphabet.
    """
    scripts = [script] if isinstance(script, Script) else script
    found = incremental_utterances(scripts, reader, manner)
    return (utterance for utterance in found if utterance is not None)


def incremental_utterances(
    scripts: Iterable[Script], reader: WordReader, manner: Manner
) -> Iterator[Utterance | None]:
    """Yield the utterances of a text that arrives in pieces, and None at the end of each script.

    After None there is nothing to speak until the next script has come.

    Args:
        scripts: The scripts of one text; each is taken when those before it have been spoken.
        reader: See `utterances`.
        manner: See `utterances`.

    Raises:
        InputError: See `utterances`.
    """
    gap, now = _Gap(), _Open()
    spoken = False
    warnings = GroupedWarnings()
    for script in scripts:
        for item in _items(_Document(script, reader, manner, warnings)):
            if isinstance(item, Word):
                while now.has_sound() and _sounds(item) and not now.has_room_for(item):
                    first = now.cut()
                    yield _utterance(gap, first, _Cut(), warnings)
                    gap, spoken = _Gap(), True
                now.add(item)
            elif isinstance(item, Mark) and now.words:
                now.marks.append((len(now.words), item))
            elif isinstance(item, Mark):
                gap.directions.append(item)
            else:
                if now.has_sound():
                    yield _utterance(gap, now, item, warnings)
                    spoken = True
                    gap = _Gap([mark for index, mark in now.marks if index == len(now.words)])
                else:
                    gap.directions += [mark for _, mark in now.marks]
                now = _Open()
                if isinstance(item, Pause):
                    gap.directions.append(item)
                elif spoken:
                    gap.pause = max(gap.pause, item.pause)
        yield None
    if gap.directions:
        yield _utterance(replace(gap, pause=0.0), _Open(), _Stop(0.0, 0.0), warnings)
    warnings.finish()


def spoken_utterances(
    script: Script | Iterable[Script], reader: WordReader, manner: Manner
) -> Iterator[Utterance]:
    """Return the utterances of a script that has something to speak; all but the first are made when asked for.

    Args:
        script: See `utterances`; of scripts that arrive, the first that has something to speak is waited for.
        reader: See `utterances`.
        manner: See `utterances`.

    Raises:
        InputError: Nothing in the script has a sound; or see `utterances`.
    """
    said = utterances(script, reader, manner)
    first = next(said, None)
    if first is None or not first.words:
        raise nothing_to_speak()
    return itertools.chain([first], said)


def nothing_to_speak() -> InputError:
    """Return the error of a text in which nothing has a sound."""
    return InputError("nothing in the text can be spoken: expected at least one word")


def _sounds(word: Word) -> bool:
    return any(map(str.isalpha, word.phonemes))


def _utterance(gap: _Gap, now: _Open, end: Pause | _Stop | _Cut, warnings: GroupedWarnings) -> Utterance:
    words = now.words
    asked = sum(d.seconds for d in gap.directions if isinstance(d, Pause))
    if asked > LONGEST_PAUSE:
        message = f"pauses of {asked:g} s on end: {LONGEST_PAUSE:g} s are kept"
        warnings.add(_log, "pauses that are too long", message)
    inside, behind = gap.marks()
    if not words:  # the end of the text
        inside, behind = [*inside, *((gap.seconds(), name) for name in behind)], []
    if isinstance(end, Pause) and words and words[-1].phonemes[-1:] not in _FINAL_MARKS:
        words[-1] = replace(words[-1], phonemes=words[-1].phonemes + ",")  # as the voice was taught to pause
    return Utterance(
        words=tuple(words),
        marks=(
            *((0, name) for name in behind),
            *((i, mark.name) for i, mark in now.marks if i < len(words)),
        ),
        pause=gap.seconds(),
        marks_in_pause=tuple(inside),
        pause_after=_silence_after(end),
    )


def _silence_after(end: Pause | _Stop | _Cut) -> float:
    match end:
        case Pause():
            return end.seconds
        case _Stop():
            return end.expected
        case _Cut():
            return 0.0


@dataclass(frozen=True)
class _Document:
    """A script that is being turned into utterances."""

    script: Script
    reader: WordReader
    manner: Manner
    warnings: GroupedWarnings

    def read(self, text: str, readings: Sequence[Reading] | None = None) -> Sequence[PhonemizedWord]:
        """Return the words of a text; an alias, whose readings nobody found before, is read as a text of its own."""
        with part_of(self.warnings):
            return self.reader.words(text) if readings is None else self.reader.words(text, readings=readings)

    def delivery(self, at: int) -> Delivery:
        """Return how a word is said, by the script and by the manner of the whole text together."""
        delivery = self.script.delivery(at).under(self.manner.delivery)
        bounded = delivery.bounded()
        if bounded != delivery:
            message = f"directions and options together ask for more than the voice can do: kept to {bounded}"
            self.warnings.add(_log, "directions out of bounds", message, shown=1)
        return bounded


def _items(document: _Document) -> Iterator[Word | Mark | Pause | _Stop]:
    """Yield words, ends of sentences and directions in their order; a direction in a word comes behind it."""
    script, manner = document.script, document.manner
    done = 0
    ends_text = Sentence("", len(script.text), len(script.text), ends_paragraph=True)
    for sentence, following in itertools.pairwise(itertools.chain(script.sentences(), [ends_text])):
        inside = _next_directions(script, done, sentence.start)
        yield from script.directions[done:inside]
        behind = _next_directions(script, inside, sentence.end - 1)
        done = _next_directions(script, behind, following.start)
        with about(sentence=sentence.text, offset=script.span(sentence.start, sentence.start + 1)[0]):
            words = list(_words(document, sentence))
        yield from _merged(words, script.directions[inside:behind])
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


def _words(document: _Document, sentence: Sentence) -> Iterator[tuple[int, Word]]:
    """Yield the words of a sentence with their offsets in the text; a word too long for one utterance in parts."""
    script = document.script
    found = document.read(sentence.text, _readings(document, sentence))
    starts = [0, *(word.start for word in found[1:]), len(sentence.text)]
    for word, (start, end) in zip(found, itertools.pairwise(starts), strict=bool(found)):
        at = sentence.start + word.start
        parts = _parts(word.phonemes)
        shares = [start + (end - start) * index // len(parts) for index in range(len(parts) + 1)]
        for phonemes, (first, last) in zip(parts, itertools.pairwise(shares), strict=True):
            written = sentence.text[first:last]
            begin = sentence.start + min(first + len(written) - len(written.lstrip()), end - 1)
            yield (
                at,
                Word(
                    text=sentence.text[word.start : word.end],
                    span=script.span(at, sentence.start + max(word.end, word.start + 1)),
                    written=written,
                    offset=script.span(begin, begin + 1)[0],
                    phonemes=phonemes,
                    delivery=document.delivery(at),
                ),
            )


def _parts(phonemes: str) -> list[str]:
    """Cut the phonemes of one word into parts that fit into an utterance: at clauses, else at spaces, else anywhere.

    Parts without a sound, of a word with hundreds of marks behind it, are left out.
    """
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
            cut = most - len(phonemes[start:most]) + len(phonemes[start:most].rstrip(STRESS_MARKS))
            cut = cut if cut > start else most
        parts.append(phonemes[start:cut])
        start = cut + (phonemes[cut] == " ")
    parts.append(phonemes[start:])
    return [part for part in parts if any(map(str.isalpha, part))] or parts[:1]


def _readings(document: _Document, sentence: Sentence) -> list[Reading]:
    """Return the readings of a sentence; what stands for a span is read by the reader itself."""
    script = document.script
    own = [_inside(reading, sentence) for reading in _between(script.readings, sentence)]
    for alias in _between(script.aliases, sentence):
        phonemes = " ".join(word.phonemes for word in document.read(alias.text))
        if phonemes:
            own.append(_inside(Reading(alias.start, alias.end, phonemes=phonemes), sentence))
        else:
            message = f"alias {alias.text[:60]!r} has no sound: the text itself is read"
            document.warnings.add(_log, "aliases without a sound", message)
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
