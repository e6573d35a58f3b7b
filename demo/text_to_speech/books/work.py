"""The units of a book are spoken, each once: in this process, or in several that work side by side.

What is finished stays in the work folder, whatever ends the run. The next run takes from it what is whole and has the
same key, and speaks the rest.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..batch.manifest import Record, WorkFolder
from ..errors import InputError, SpeechError
from .book import Book, Chapter
from .progress import Progress
from .speaking import SpeakerOptions, UnitSound, fault_of, make_folder, prepare
from .units import Setting, Task, Unit, task_of, units

if TYPE_CHECKING:
    from ..pipeline import SynthesizerOptions
    from ..text import Lexicon

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Planned:
    """A unit of the book, its key, and what else decides about its sound."""

    unit: Unit
    key: str
    setting: Setting


def plan(book: Book, chapters: Sequence[Chapter], setting: Setting) -> list[Planned]:
    """Return the units of chapters with their keys, in the order of the book."""
    return [
        Planned(unit, task_of(book, unit, setting).key, setting)
        for chapter in chapters
        for unit in units(book, chapter, manner=setting.manner, speak=setting.speak)
    ]


@dataclass(frozen=True)
class Workshop:
    """What the units are spoken with.

    Attributes:
        folder: The work folder.
        narrator: The synthesizer of the narrator's voice.
        voices: Those of the other voices, by name.
        lexicon: Pronunciations.
        workers: How many processes.
    """

    folder: Path
    narrator: SynthesizerOptions
    voices: tuple[tuple[str, SynthesizerOptions], ...] = ()
    lexicon: Lexicon | None = None
    workers: int = 1


def speak_planned(
    book: Book,
    planned: Sequence[Planned],
    workshop: Workshop,
    *,
    run: int,
    report: Callable[[Progress], None] = lambda progress: None,
) -> dict[str, UnitSound]:
    """Speak what is not spoken yet, and return the sound of every unit by its key.

    Args:
        book: The book.
        planned: Its units.
        workshop: What they are spoken with.
        run: Number of the run, of the work folder's lock.
        report: Takes the progress after every unit.

    Raises:
        SpeechError: A unit cannot be spoken; the others of the book are kept.
    """
    work = WorkFolder(workshop.folder)
    make_folder(workshop.folder)
    wanted = {one.key for one in planned}
    known = {record.id: record for record in work.records() if record.id in wanted}
    found = {key: UnitSound.of(record) for key, record in known.items() if not _is_lost(work, record)}
    missing: dict[str, Planned] = {}
    for one in planned:
        if one.key not in found:
            missing.setdefault(one.key, one)
    if found:
        logger.info("%d of %d units are there already", len(found), len(wanted))
    progress = _Reporter(missing, report)
    for record in _records(book, missing, workshop, run):
        found[record.key] = UnitSound.of(record)
        progress.add(record)
    return found


def _is_lost(work: WorkFolder, record: Record) -> bool:
    fault = fault_of(work, record)
    if fault:
        logger.warning("a unit in %s is %s: it is spoken again", work.folder, fault)
    return bool(fault)


class _Reporter:
    """Counts what is spoken."""

    def __init__(self, missing: dict[str, Planned], report: Callable[[Progress], None]) -> None:
        self._missing = missing
        self._report = report
        self._left: dict[int, int] = {}
        for one in missing.values():
            self._left[one.unit.chapter] = self._left.get(one.unit.chapter, 0) + one.unit.characters
        self._progress = Progress(sum(self._left.values()), began=time.monotonic())

    def add(self, record: Record) -> None:
        """Note that a unit is spoken."""
        unit = self._missing[record.key].unit
        self._left[unit.chapter] -= unit.characters
        progress = self._progress
        progress.done += unit.characters
        progress.seconds += record.seconds
        progress.chapter, progress.chapter_left = unit.chapter, self._left[unit.chapter]
        self._report(progress)


def _records(book: Book, missing: dict[str, Planned], workshop: Workshop, run: int) -> Iterator[Record]:
    """Speak units and yield their records as they are finished."""
    if not missing:
        return
    options = SpeakerOptions(
        workshop.folder,
        run,
        workshop.narrator,
        workshop.voices,
        workshop.lexicon,
        alone=workshop.workers == 1,
    )
    tasks = (task_of(book, one.unit, one.setting) for one in missing.values())
    if workshop.workers == 1:
        yield from _spoken_here(options, tasks, missing, book)
        return
    from functools import partial

    from ..batch.pool import Pool

    with Pool[Task, Record](partial(prepare, options), workers=min(workshop.workers, len(missing))) as pool:
        failed = []
        for outcome in pool.map(tasks):
            if outcome.result is not None:
                yield outcome.result
            elif outcome.failure:
                failed.append(_named(missing[outcome.task.key], book, outcome.failure.reason))
                logger.error("%s", failed[-1])
        if failed:
            raise SpeechError(f"{len(failed)} units could not be spoken, the first one: {failed[0]}")


def _spoken_here(
    options: SpeakerOptions, tasks: Iterator[Task], missing: dict[str, Planned], book: Book
) -> Iterator[Record]:
    from .speaking import Speaker

    with ExitStack() as stack:
        speaker = Speaker(options)
        stack.callback(speaker.close)
        for task in tasks:
            try:
                yield speaker.speak(task)
            except InputError as error:
                raise InputError(_named(missing[task.key], book, str(error))) from error


def _named(planned: Planned, book: Book, reason: str) -> str:
    """Return a reason with the place in the book that it is about."""
    unit = planned.unit
    beginning = next((block.text for block in unit.blocks if block.text), "")[:60]
    return f"chapter {unit.chapter}, {beginning!r}: {reason}"
