"""A track of subtitles is spoken in time: each subtitle begins when it is shown.

A subtitle whose speech does not end before the next one begins is spoken faster, as far as the voice can, and what is
late after that is reported.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..script.directions import ALPHAS
from .book import Book
from .progress import Progress
from .speaking import UnitSound
from .timeline import ChapterSound, place_at_times
from .units import Setting, Unit, task_of
from .work import Planned, Workshop, speak_planned

logger = logging.getLogger(__name__)

MARGIN = 0.05  # seconds between two subtitles at least
FASTEST = 0.6  # of the usual duration, at most so much faster
LATE = 0.1  # seconds that nobody notices


def track_units(book: Book) -> list[Unit]:
    """Return a unit for each subtitle."""
    blocks = book.documents[0].document.blocks
    return [Unit(1, 0, (block,), 0.0) for block in blocks]


def speak_track(
    book: Book,
    setting: Setting,
    workshop: Workshop,
    *,
    run: int,
    report: Callable[[Progress], None] = lambda progress: None,
) -> list[ChapterSound]:
    """Speak a track of subtitles and return its sound.

    Args:
        book: A book with cues.
        setting: What decides about the sound.
        workshop: What it is spoken with.
        run: Number of the run.
        report: Takes the progress.

    Raises:
        SpeechError: See `speak_planned`.
    """
    units = track_units(book)
    planned = [Planned(unit, task_of(book, unit, setting).key, setting) for unit in units]
    found = speak_planned(book, planned, workshop, run=run, report=report)
    sounds = [found[one.key] for one in planned]
    too_long = _too_long(book, sounds, setting.manner.alpha)
    for index, alpha in too_long:
        faster = replace(setting, manner=setting.manner.changed({"alpha": alpha}))
        planned[index] = Planned(units[index], task_of(book, units[index], faster).key, faster)
    if too_long:
        found = speak_planned(book, planned, workshop, run=run, report=report)
        sounds = [found[one.key] for one in planned]
    due = [(unit, sound, cue.start) for unit, sound, cue in zip(units, sounds, book.cues, strict=True)]
    track = place_at_times(1, book.chapters[0].title, due, seconds=max(cue.end for cue in book.cues))
    _report_late(book, track)
    return [track]


def _too_long(book: Book, sounds: Sequence[UnitSound], alpha: float) -> list[tuple[int, float]]:
    """Return which subtitles are spoken anew, and how long their speech may be as a multiple of the usual one."""
    found = []
    for index, (sound, cue) in enumerate(zip(sounds, book.cues, strict=True)):
        following = book.cues[index + 1].start if index + 1 < len(book.cues) else float("inf")
        room = following - cue.start - MARGIN
        length = sound.samples / sound.sample_rate - sound.first - sound.tail
        if length > room:
            # Steps of a hundredth, so that the same speech is found again after a small change of the times.
            wanted = max(alpha * max(room, 0.0) / length, FASTEST * alpha, ALPHAS[0])
            found.append((index, int(wanted * 100) / 100))
    return [(index, max(value, ALPHAS[0])) for index, value in found if value < alpha]


def _report_late(book: Book, track: ChapterSound) -> None:
    late = []
    for placed, cue in zip(track.units, book.cues, strict=True):
        by = placed.offset + placed.sound.first - cue.start
        if by > LATE:
            late.append((by, cue.start))
    if late:
        by, at = max(late)
        logger.warning(
            "%d of %d subtitles begin late, because those before them are too long; the latest by %.1f s at %.1f s",
            len(late), len(book.cues), by, at,
        )  # fmt: skip
