"""A script and its phonemes become utterances: what the acoustic model speaks in one go.

A sentence is one utterance, or several if there are pauses in it or the voice changes. An utterance has at most
`LONGEST_UTTERANCE` symbols, so that the first sound comes soon and memory is bounded whatever the text is; a longer
sentence is cut between words without a pause.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..errors import InputError, about
from ..text import Sentence
from ..text.grouped_warnings import GroupedWarnings
from .directions import CLAUSE_PAUSE, LONGEST_PAUSE, Manner, Mark, Pause
from .script import Script
from .words import CLAUSE_PUNCTUATION, LONGEST_UTTERANCE, Casting, SentenceReader, Word, WordReader

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Utterance:
    """What is spoken in one go.

    Attributes:
        words: The words, of which at least one has a sound; empty in the last utterance of a text that ends in pauses
            or marks.
        marks: Names of SSML marks between words, with the index of the word that follows.
        pause: Seconds of silence between the previous utterance and this one.
        marks_in_pause: Names of SSML marks in this pause, with the seconds from its start.
        pause_after: Seconds of silence that will follow.
    """

    words: tuple[Word, ...]
    marks: tuple[tuple[int, str], ...] = ()
    pause: float = 0.0
    marks_in_pause: tuple[tuple[float, str], ...] = ()
    pause_after: float = 0.0

    @property
    def text(self) -> str:
        """The characters of the text that are spoken, with single spaces for white space."""
        return "".join(word.written for word in self.words).strip()

    @property
    def phonemes(self) -> str:
        """The phonemes of the words, joined by spaces."""
        return " ".join(word.phonemes for word in self.words)

    @property
    def voice(self) -> str:
        """Name of the voice that speaks it; empty for the voice of the text."""
        return next((word.voice for word in self.words if word.has_sound), "")


@dataclass(frozen=True)
class _SentenceEnd:
    """The end of a sentence.

    Attributes:
        pause: Seconds of silence after it if the text asks for no other pause.
        silence: Seconds of silence that will follow, with the pauses that the text asks for.
    """

    pause: float
    silence: float


@dataclass(frozen=True)
class _DraftMark:
    """A mark in a draft: after so many of its pauses and so many of its words."""

    name: str
    pauses: int
    words: int


@dataclass
class _Draft:
    """The next utterance, while it is put together: pauses come first, then words; marks may be anywhere.

    Attributes:
        default_pause: Seconds of silence before it if the text asks for none.
        pauses: Seconds of the pauses that the text asks for before it.
        words: Its words so far.
        marks: All of its marks, in the pauses and between the words, in their order.
        size: Symbols of the words, each with the space that follows it.
    """

    default_pause: float = 0.0
    pauses: list[float] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    marks: list[_DraftMark] = field(default_factory=list)
    size: int = 0

    @property
    def has_sound(self) -> bool:
        return any(word.has_sound for word in self.words)

    def has_room_for(self, word: Word) -> bool:
        """Tell whether a word fits in, and the comma that comes before a pause."""
        return self.size + len(word.phonemes) < LONGEST_UTTERANCE

    def add_mark(self, name: str) -> None:
        self.marks.append(_DraftMark(name, len(self.pauses), len(self.words)))

    def add_word(self, word: Word) -> None:
        """Append a word; punctuation alone (`. . . .`) is not spoken where there is no room for it."""
        if self.has_room_for(word):
            self.words.append(word)
            self.size += len(word.phonemes) + 1
        elif not word.has_sound:
            self.words[-1] = replace(self.words[-1], written=self.words[-1].written + word.written)
        else:
            # The words so far are punctuation alone, before a long word that has their room.
            written = "".join(one.written for one in self.words) + word.written
            self.marks = [replace(mark, words=0) for mark in self.marks]
            self.words = [replace(word, written=written, offset=self.words[0].offset)]
            self.size = len(word.phonemes) + 1

    def cut(self) -> tuple[_Draft, _Draft]:
        """Return as many words as are spoken first, and the rest without a pause before it."""
        at = self._best_cut()
        first = replace(self, words=self.words[:at], marks=[mark for mark in self.marks if mark.words < at])
        words = self.words[at:]
        marks = [replace(mark, pauses=0, words=mark.words - at) for mark in self.marks if mark.words >= at]
        return first, _Draft(words=words, marks=marks, size=sum(len(word.phonemes) + 1 for word in words))

    def _best_cut(self) -> int:
        """Return the end of the last clause in the second half of the words, or of all words."""
        for at in range(len(self.words), len(self.words) // 2, -1):
            ends_clause = self.words[at - 1].phonemes[-1:] in CLAUSE_PUNCTUATION
            if ends_clause and any(word.has_sound for word in self.words[:at]):
                return at
        return len(self.words)

    def drop_words(self) -> None:
        """Remove words without a sound; the marks between them stay."""
        self.words, self.size = [], 0
        self.marks = [replace(mark, words=0) for mark in self.marks]

    def end_early(self) -> None:
        """Put a comma after the last word, as in the texts from which the voice learned to pause."""
        if self.words[-1].phonemes[-1:] not in CLAUSE_PUNCTUATION:
            self.words[-1] = replace(self.words[-1], phonemes=self.words[-1].phonemes + ",")

    def take_last_marks(self) -> list[_DraftMark]:
        """Remove the marks after the last word: they belong to the pause that follows."""
        last = [mark for mark in self.marks if mark.words == len(self.words)]
        self.marks = [mark for mark in self.marks if mark.words < len(self.words)]
        return [replace(mark, pauses=0, words=0) for mark in last]

    def finish(self, *, pause_after: float) -> Utterance:
        """Return the utterance."""
        seconds = [
            0.0,
            *itertools.accumulate(self.pauses, lambda one, other: min(one + other, LONGEST_PAUSE)),
        ]
        return Utterance(
            words=tuple(self.words),
            marks=tuple((mark.words, mark.name) for mark in self.marks if not self._is_in_pause(mark)),
            pause=seconds[-1] if self.pauses else self.default_pause,
            marks_in_pause=tuple(
                (seconds[mark.pauses], mark.name) for mark in self.marks if self._is_in_pause(mark)
            ),
            pause_after=pause_after,
        )

    def _is_in_pause(self, mark: _DraftMark) -> bool:
        """Tell whether a part of the pause follows a mark, or no word does."""
        return not self.words or (not mark.words and mark.pauses < len(self.pauses))


def utterances(
    script: Script | Iterable[Script],
    reader: WordReader,
    manner: Manner,
    *,
    median_f0: float,
    casting: Casting | None = None,
) -> Iterator[Utterance]:
    """Yield the utterances of a script, each when it is asked for; text without pronunciation is skipped.

    Args:
        script: A script, or the scripts of one text that arrives in pieces.
        reader: Turns sentences into words with phonemes.
        manner: Speed, pitch, volume and pauses of the whole text.
        median_f0: Median F0 of the voice in Hz, with which a pitch in Hz is compared.
        casting: Finds the voices that the text asks for; None where one voice speaks everything.

    Raises:
        InputError: Phonemes in the text are not in the voice's alphabet.
    """
    scripts = [script] if isinstance(script, Script) else script
    found = incremental_utterances(scripts, reader, manner, median_f0=median_f0, casting=casting)
    return (utterance for utterance in found if utterance is not None)


def incremental_utterances(
    scripts: Iterable[Script],
    reader: WordReader,
    manner: Manner,
    *,
    median_f0: float,
    casting: Casting | None = None,
) -> Iterator[Utterance | None]:
    """Yield the utterances of a text that arrives in pieces, and None at the end of each script.

    After None there is nothing to speak until the next script has come.

    Args:
        scripts: The scripts of one text; each is taken when those before it have been spoken.
        reader: See `utterances`.
        manner: See `utterances`.
        median_f0: See `utterances`.
        casting: See `utterances`.

    Raises:
        InputError: See `utterances`.
    """
    warnings = GroupedWarnings()
    draft = _Draft()
    has_spoken = False
    voice = ""
    for item in _items(scripts, reader, manner, median_f0, warnings, casting):
        if item is None:
            yield None
            continue
        if isinstance(item, Mark):
            draft.add_mark(item.name)
            continue
        if isinstance(item, Word):
            if item.voice != voice and item.has_sound:
                voice = item.voice
                if draft.has_sound:
                    marks = draft.take_last_marks()
                    draft.end_early()
                    yield _finished(draft, 0.0, warnings)
                    draft, has_spoken = _Draft(marks=marks), True
            while draft.has_sound and item.has_sound and not draft.has_room_for(item):
                first, draft = draft.cut()
                yield _finished(first, 0.0, warnings)
                has_spoken = True
            draft.add_word(item)
            continue
        # The utterance ends here, at a pause or at the end of a sentence.
        if draft.has_sound:
            marks = draft.take_last_marks()
            if isinstance(item, Pause):
                draft.end_early()
            yield _finished(draft, item.seconds if isinstance(item, Pause) else item.silence, warnings)
            draft = _Draft(marks=marks)
            has_spoken = True
        else:
            draft.drop_words()
        if isinstance(item, Pause):
            draft.pauses.append(item.seconds)
        elif has_spoken:
            draft.default_pause = max(draft.default_pause, item.pause)
    if draft.pauses or draft.marks:
        draft.default_pause = 0.0
        yield _finished(draft, 0.0, warnings)
    warnings.finish()


def spoken_utterances(
    script: Script | Iterable[Script],
    reader: WordReader,
    manner: Manner,
    *,
    median_f0: float,
    casting: Casting | None = None,
) -> Iterator[Utterance]:
    """Return the utterances of a script that has something to speak; all but the first are made when asked for.

    Args:
        script: See `utterances`; of scripts that arrive, the first that has something to speak is waited for.
        reader: See `utterances`.
        manner: See `utterances`.
        median_f0: See `utterances`.
        casting: See `utterances`.

    Raises:
        InputError: Nothing in the script has a sound; or see `utterances`.
    """
    found = utterances(script, reader, manner, median_f0=median_f0, casting=casting)
    first = next(found, None)
    if first is None or not first.words:
        raise nothing_to_speak()
    return itertools.chain([first], found)


def nothing_to_speak() -> InputError:
    """Return the error of a text in which nothing has a sound."""
    return InputError("nothing in the text can be spoken: expected at least one word")


def _finished(draft: _Draft, pause_after: float, warnings: GroupedWarnings) -> Utterance:
    """Return the utterance of a draft, and warn if its pause is too long."""
    asked = sum(draft.pauses)
    if asked > LONGEST_PAUSE:
        message = f"pauses of {asked:g} s on end: {LONGEST_PAUSE:g} s are kept"
        warnings.add(logger, "pauses that are too long", message)
    return draft.finish(pause_after=pause_after)


def _items(
    scripts: Iterable[Script],
    reader: WordReader,
    manner: Manner,
    median_f0: float,
    warnings: GroupedWarnings,
    casting: Casting | None,
) -> Iterator[Word | Mark | Pause | _SentenceEnd | None]:
    """Yield the words, ends of sentences and directions of scripts in their order, and None after each script."""
    for script in scripts:
        yield from _script_items(SentenceReader(script, reader, manner, median_f0, warnings, casting))
        yield None


def _script_items(reader: SentenceReader) -> Iterator[Word | Mark | Pause | _SentenceEnd]:
    """Yield the words, ends of sentences and directions of a script; a direction in a word comes after the word."""
    script, manner = reader.script, reader.manner
    directions = script.directions
    done = 0
    ends_text = Sentence("", len(script.text), len(script.text), ends_paragraph=True)
    for sentence, following in itertools.pairwise(itertools.chain(script.sentences(), [ends_text])):
        # A direction at the last character comes after the sentence, as one that is after it.
        inside = _next_direction(script, done, sentence.start)
        after = _next_direction(script, inside, sentence.end - 1)
        stop = _next_direction(script, after, following.start)
        yield from directions[done:inside]
        yield from _sentence_items(reader, sentence, directions[inside:after])
        pause = manner.pause_paragraph if sentence.ends_paragraph else manner.pause_sentence
        if script.breaks_off and following is ends_text:
            pause = min(CLAUSE_PAUSE, manner.pause_sentence)
        asked = [direction.seconds for direction in directions[after:stop] if isinstance(direction, Pause)]
        yield _SentenceEnd(pause, min(sum(asked), LONGEST_PAUSE) if asked else pause)
        yield from directions[after:stop]
        done = stop
    yield from directions[done:]


def _next_direction(script: Script, index: int, offset: int) -> int:
    """Return the index of the first direction, from an index on, that is after an offset."""
    while index < len(script.directions) and script.directions[index].at <= offset:
        index += 1
    return index


def _sentence_items(
    reader: SentenceReader, sentence: Sentence, directions: tuple[Pause | Mark, ...]
) -> Iterator[Word | Mark | Pause]:
    """Yield the words of a sentence and the directions between them."""
    offset = reader.script.span(sentence.start, sentence.start + 1)[0]
    with about(sentence=sentence.text, offset=offset):
        words = list(reader.words(sentence))
    position = 0
    for direction in directions:
        if isinstance(direction, Pause) and not direction.seconds:
            # Words of a sentence have no default pause between them that this one could remove.
            continue
        while position < len(words) and words[position][0] < direction.at:
            yield words[position][1]
            position += 1
        yield direction
    for _, word in words[position:]:
        yield word
