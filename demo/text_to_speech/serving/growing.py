"""Text that comes in pieces, as a language model writes it, and is spoken as soon as a part of it is complete.

    text = GrowingText()
    text.add("Well, that is")          # from the event loop
    speak_growing(speaker, wanted, text)   # on a thread: yields the sound, or Idle where it must wait
    text.end()

A sentence is complete once something follows it; from the first mark of Markdown on, sentences are those of
`script.incremental_markdown`, which knows what is a mark and what is a word. The first part is already cut after a
clause, so that the first sound comes soon; and nothing grows beyond 200 characters without being spoken. Who sees that
no more comes for a while calls `flush`.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from ..script.formats import InputFormat
from ..script.incremental import PendingScripts
from ..script.incremental_markdown import may_have_begun, shows_markdown
from ..script.markup_signs import has_markdown
from ..script.script import Script
from ..speech.spoken import AudioChunk, SpokenSentence
from ..text import split_sentences
from ..text.sentences import MAX_LENGTH
from .scheduler import Idle
from .speaker import Speaker
from .wanted import Wanted

CLAUSE_PAUSE = 0.15  # seconds after a part that is no whole sentence
FIRST_CLAUSE = 12  # characters that the first part has at least
LONGEST_PART = 200  # characters that wait for the end of their sentence

_CLAUSE_END = re.compile(r"(?:[,;:—–]|\.\.\.|…)[\"'”’)\]]*(?=\s)")


@dataclass(frozen=True)
class Part:
    """A part of the text that is complete.

    Attributes:
        text: Of it.
        offset: Where it begins in the whole text.
        ends: What ends with it: `clause`, `sentence` or `paragraph`.
        script: What is said of it, with the offsets of the whole text; None where the text was not read yet.
    """

    text: str
    offset: int
    ends: str
    script: Script | None = None


class GrowingText:
    """A text that is added to on one thread and taken from on another, part after part.

    Args:
        input_format: What the text is; `auto` becomes Markdown when the first mark of it has come.
    """

    def __init__(self, input_format: InputFormat = "auto") -> None:
        self._input_format = input_format
        self._markdown = PendingScripts("markdown") if input_format == "markdown" else None
        self._lock = threading.Lock()
        self._rest = ""
        self._offset = 0  # of the rest
        self._parts: deque[Part] = deque()
        self._begun = self._ended = self._is_last = False

    def add(self, text: str) -> None:
        """Append a piece."""
        with self._lock:
            if self._markdown is None:
                self._rest += text
                if self._input_format == "auto" and shows_markdown(self._rest):
                    self._begin_markdown()
            elif text:
                self._markdown.add(text)
            if self._markdown is not None:
                self._cut_markdown(self._markdown)
                return
            self._cut_sentences()
            if not self._begun:
                self._cut_clause()
            while len(self._rest) > LONGEST_PART:
                self._cut_clause()

    def add_whole(self, text: str) -> None:
        """Append what is one part, whatever stands in it: a document."""
        with self._lock:
            self._rest += text
            self._put(len(self._rest), "paragraph")

    def flush(self) -> None:
        """Count what there is as complete."""
        with self._lock:
            if self._markdown is None and self._input_format == "auto" and has_markdown(self._rest):
                self._begin_markdown()
            if self._markdown is not None:
                self._put_script(self._markdown.rest() if self._is_last else self._markdown.paused())
                return
            if self._rest.strip():
                self._put(
                    len(self._rest), "paragraph" if "\n\n" in self._rest.rstrip(" ")[-2:] else "sentence"
                )
            self._offset += len(self._rest)
            self._rest = ""

    def end(self) -> None:
        """Say that no more comes."""
        self._is_last = True
        self.flush()
        with self._lock:
            self._ended = True

    def take(self) -> Part | None:
        """Return the next part, or None where there is none yet.

        Raises:
            EOFError: There is none any more.
        """
        with self._lock:
            if self._parts:
                return self._parts.popleft()
            if self._ended:
                raise EOFError
            return None

    def _begin_markdown(self) -> None:
        """Read what is left, and all that comes, as Markdown."""
        self._markdown = PendingScripts("markdown", start=self._offset)
        self._markdown.add(self._rest)
        self._offset, self._rest = self._offset + len(self._rest), ""

    def _cut_markdown(self, text: PendingScripts) -> None:
        """Take what is complete; the first clause, too, and clauses of a sentence that is long."""
        self._put_script(text.complete())
        first = FIRST_CLAUSE if not self._begun else LONGEST_PART
        longest = LONGEST_PART if not self._begun else MAX_LENGTH
        self._put_script(text.clause(_CLAUSE_END, first=first, longest=longest), ends="clause")

    def _put_script(self, script: Script | None, *, ends: str = "") -> None:
        if script is None or not script.blocks:
            return
        first, last = script.blocks[0], script.blocks[-1]
        start, end = script.span(first.start, last.end)
        ends = ends or ("paragraph" if last.ends_paragraph else "sentence")
        text = script.source[start - script.source_start : end - script.source_start]
        self._parts.append(Part(text, start, ends, script))
        self._begun = True

    def _cut_sentences(self) -> None:
        # A mark of Markdown that is open belongs to what comes.
        stop = may_have_begun(self._rest) if self._input_format == "auto" else len(self._rest)
        sentences = split_sentences(self._rest)
        start = self._offset
        for sentence in sentences[:-1]:
            if sentence.end + start - self._offset > stop:
                break
            end = start + sentence.end - self._offset
            self._put(end, "paragraph" if sentence.ends_paragraph else "sentence")

    def _cut_clause(self) -> None:
        """Cut after the first clause of the text; later after the last one that a part has room for."""
        ends = [match.end() for match in _CLAUSE_END.finditer(self._rest, FIRST_CLAUSE - 1)]
        fitting = [end for end in ends if end <= LONGEST_PART]
        if fitting:
            self._put(fitting[-1] if self._begun else fitting[0], "clause")
        elif len(self._rest) > LONGEST_PART:
            space = self._rest.rfind(" ", FIRST_CLAUSE, LONGEST_PART)
            self._put(space if space > 0 else LONGEST_PART, "clause")

    def _put(self, end: int, ends: str) -> None:
        self._parts.append(Part(self._rest[:end], self._offset, ends))
        self._rest, self._offset = self._rest[end:], self._offset + end
        self._begun = True


def speak_growing(speaker: Speaker, wanted: Wanted, text: GrowingText) -> Iterator[AudioChunk | Idle]:
    """Yield the sound of a text that grows, and `Idle.IDLE` where nothing is complete.

    Times and offsets are those in the whole; a part without a word is passed over.

    Args:
        speaker: Who speaks.
        wanted: How; its own text does not count.
        text: What.
    """
    rate = speaker.sample_rate(wanted)
    pauses = {"clause": CLAUSE_PAUSE, "sentence": wanted.pause_sentence, "paragraph": wanted.pause_paragraph}
    samples, pause = 0, 0.0  # so far, and what is still to be silent before the next part
    while True:
        try:
            part = text.take()
        except EOFError:
            return
        if part is None:
            yield Idle.IDLE
            continue
        last: SpokenSentence | None = None
        own = 0  # samples of this part
        try:
            for chunk in speaker.speak(replace(wanted, text=part.text, part=part.script)):
                own += chunk.audio.size
                if last is None and samples:
                    silent = max(0, round((pause - chunk.sentence.words[0].start) * rate))
                    samples += silent
                    chunk = replace(chunk, audio=np.concatenate([np.zeros(silent, np.float32), chunk.audio]))
                last = chunk.sentence
                offset = part.offset if part.script is None else 0
                yield replace(chunk, sentence=moved(chunk.sentence, samples / rate, offset))
        except InputError:
            if last is not None or any(map(str.isalnum, part.text)):
                raise
            continue  # a part without a word
        if last is not None:
            pause = max(0.0, pauses[part.ends] - (last.end - last.words[-1].end))
            samples += own


def moved(sentence: SpokenSentence, seconds: float, characters: int) -> SpokenSentence:
    """Return a sentence that is spoken so much later, and stands so much further on in the text."""
    words = tuple(
        replace(
            word,
            start=word.start + seconds,
            end=word.end + seconds,
            span=(word.span[0] + characters, word.span[1] + characters),
        )
        for word in sentence.words
    )
    return replace(
        sentence,
        offset=sentence.offset + characters,
        start=sentence.start + seconds,
        end=sentence.end + seconds,
        phoneme_times=tuple(
            phoneme._replace(start=phoneme.start + seconds, end=phoneme.end + seconds)
            for phoneme in sentence.phoneme_times
        ),
        words=words,
        marks=tuple(mark._replace(time=mark.time + seconds) for mark in sentence.marks),
    )
