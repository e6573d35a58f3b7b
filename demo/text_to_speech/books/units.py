"""The units of work: groups of paragraphs that are spoken, stored and, where something changes, spoken again.

A unit has a key, the hash of everything that decides about its sound: its text and directions, the pronunciations in
the lexicon that its words have, the manner, the voices, the models, and the version. A unit whose key is known is not
spoken again, wherever it stands in the book by now.

Where units end follows from the text near by, as in content-defined chunking: an ending is a paragraph whose own hash
says so. So a new paragraph changes the unit that it is in, and the units after it stay what they were.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from ..script.directions import Manner
from ..script.document import DocumentBlock, Run
from ..script.script import Piece, Script
from ..text import Lexicon
from ..version import __version__
from .book import NONLINEAR, Book, BookDocument, Chapter
from .casting import Cast, Segment

FORM = 1  # of the sound of a unit: a higher number makes every unit anew
LEAST = 400  # characters of a unit, if its chapter has so many
MOST = 2_400  # characters after which a unit ends at the next paragraph
ENDING = 3  # one of so many paragraphs ends a unit
RULE_PAUSE = 1.5  # seconds of silence where the scene changes


@dataclass(frozen=True)
class Unit:
    """A group of paragraphs.

    Attributes:
        chapter: Number of its chapter.
        document: Index of its document in the book.
        blocks: Its blocks, without what is left out.
        pause: Seconds of silence between the unit before it in the chapter and this one.
    """

    chapter: int
    document: int
    blocks: tuple[DocumentBlock, ...] = field(repr=False)
    pause: float

    @property
    def characters(self) -> int:
        """How many characters it has."""
        return sum(len(block.text) for block in self.blocks)

    def script(self, book: Book, speak: Collection[str]) -> Script:
        """Return what is spoken."""
        return book.documents[self.document].document.script(self.blocks, speak=frozenset(speak))


@dataclass(frozen=True)
class Setting:
    """What decides about the sound of every unit, besides its text.

    Attributes:
        manner: Speed, pitch, volume and pauses.
        narrator: Name of the voice.
        models: What tells the models of each voice from others, by the name of the voice.
        cast: Who speaks what.
        lexicon: Pronunciations.
        speak: Roles whose texts are spoken, too.
    """

    manner: Manner
    narrator: str
    models: tuple[tuple[str, str], ...]
    cast: Cast
    lexicon: Lexicon
    speak: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Task:
    """A unit as a worker gets it.

    Attributes:
        key: See `units`.
        segments: What is spoken, by whom. Offsets are those of the unit's script.
        manner: How.
    """

    key: str
    segments: tuple[Segment, ...] = field(repr=False)
    manner: Manner


def spoken_part(holder: BookDocument, block: DocumentBlock, speak: Collection[str]) -> DocumentBlock | None:
    """Return a block without what is left out; None if nothing of it is spoken.

    Code is announced where it is left out, by the script, so it stays.
    """
    if not holder.is_linear and NONLINEAR not in speak:
        return None
    if block.kind in ("rule", "code"):
        return block if block.roles - set(speak) <= {"code"} else None
    runs = block.spoken_runs(speak)
    return replace(block, runs=runs) if any(run.text.strip() for run in runs) else None


def left_out(holder: BookDocument, block: DocumentBlock, speak: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the texts of a block that are not spoken, each with the role for which they are left out."""
    is_outside = not holder.is_linear and NONLINEAR not in speak
    for role, runs in groupby(block.runs, key=lambda run: _role_of(block, run, speak)):
        text = "".join(run.text for run in runs)
        if (role or is_outside) and text.strip():
            yield (NONLINEAR if is_outside else role), text


def _role_of(block: DocumentBlock, run: Run, speak: Collection[str]) -> str:
    """Return the role for which a run is left out; empty for one that is spoken."""
    return min((block.roles | run.roles) - set(speak), default="")


def spoken_blocks(
    book: Book, chapter: Chapter, speak: Collection[str]
) -> Iterator[tuple[int, DocumentBlock]]:
    """Yield the blocks of a chapter that are spoken, without what is left out, each with the index of its document.

    Lines of code on end that are left out are announced once.
    """
    announced = False
    for part in chapter.parts:
        holder = book.documents[part.document]
        for block in holder.document.blocks[part.start : part.stop]:
            spoken = spoken_part(holder, block, speak)
            if spoken is None:
                continue
            is_announcement = spoken.kind == "code" and not spoken.roles <= set(speak)
            if not (is_announcement and announced):
                yield part.document, spoken
            announced = is_announcement


def units(book: Book, chapter: Chapter, *, manner: Manner, speak: Collection[str] = ()) -> Iterator[Unit]:
    """Yield the units of a chapter."""
    pause = 0.0
    group: list[DocumentBlock] = []
    document = 0
    for index, block in spoken_blocks(book, chapter, speak):
        if group and (index != document or block.kind == "rule"):
            yield Unit(chapter.number, document, tuple(group), pause)
            group, pause = [], manner.pause_paragraph
        document = index
        if block.kind == "rule":
            pause = RULE_PAUSE
            continue
        group.append(block)
        if _ends_unit(group):
            yield Unit(chapter.number, document, tuple(group), pause)
            group, pause = [], manner.pause_paragraph
    if group:
        yield Unit(chapter.number, document, tuple(group), pause)


def _ends_unit(group: Sequence[DocumentBlock]) -> bool:
    """Tell whether a unit ends after the last of some blocks."""
    last = group[-1]
    size = sum(len(block.text) for block in group)
    if size < LEAST or not last.ends_paragraph or last.kind == "heading":
        return False
    return size >= MOST or hashlib.sha256(last.text.encode("utf-8", "replace")).digest()[0] % ENDING == 0


def task_of(book: Book, unit: Unit, setting: Setting) -> Task:
    """Return the task of a unit, whose key does not depend on where the unit stands in the book."""
    script = unit.script(book, setting.speak - {NONLINEAR})
    local = replace(script, source="", source_start=0, pieces=(Piece(0, 0, len(script.text)),))
    segments = setting.cast.segments(local, manner=setting.manner, narrator=setting.narrator)
    return Task(_key(segments, setting), segments, setting.manner)


def _key(segments: Sequence[Segment], setting: Setting) -> str:
    """Return the hash of everything that decides about the sound of a unit, 32 hexadecimal digits."""
    script = segments[0].script
    voices = {segment.voice or setting.narrator for segment in segments}
    facts = {
        "form": FORM,
        "version": __version__,
        # All that the script is, whatever it will be able to say later, but for what the segments have their part of.
        "script": repr(replace(script, blocks=(), directions=())),
        "segments": [
            [
                segment.voice or setting.narrator,
                repr(segment.script.blocks),
                repr(segment.script.directions),
                segment.pause,
            ]
            for segment in segments
        ],
        "manner": repr(setting.manner),
        "models": [list(model) for model in setting.models if model[0] in voices],
        "lexicon": _entries(setting.lexicon, script),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def _entries(lexicon: Lexicon, script: Script) -> list[list[str]]:
    """Return the pronunciations of a lexicon that the words of a script have, in the order of the text."""
    if not lexicon.words:
        return []
    texts = [script.text.replace("’", "'"), *(alias.text for alias in script.aliases)]
    found = {
        (text[reading.start : reading.end], reading.phonemes)
        for text in texts
        for reading in lexicon.find(text)
    }
    return [list(entry) for entry in sorted(found)]
