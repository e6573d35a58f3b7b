"""The sound of a book as a line of time: which unit is heard when, and where chapters and words begin.

A chapter begins 15 ms before its first word, whatever silence the voice begins with, so that its mark is exact; the
pause between two chapters belongs to the end of the first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ..errors import OutputError
from ..speech.samples import FULL_SCALE
from .speaking import UnitSound
from .units import Unit

LEAD = 0.015  # seconds between the start of a chapter and its first word
FADE = 0.005  # seconds in which the noise of the voice's silence comes up there
BLOCK = 1 << 16  # samples that are read at once


@dataclass(frozen=True)
class PlacedUnit:
    """A unit at its time in a chapter.

    Attributes:
        unit: What is spoken.
        sound: Its sound.
        gap: Samples of silence before it.
        skip: Samples of its own beginning that are left out.
        start: Sample of the chapter at which it would begin if nothing were left out.
    """

    unit: Unit = field(repr=False)
    sound: UnitSound
    gap: int
    skip: int
    start: int

    @property
    def offset(self) -> float:
        """Seconds to add to a time in the unit for the time in the chapter."""
        return self.start / self.sound.sample_rate


@dataclass(frozen=True)
class ChapterSound:
    """The sound of a chapter.

    Attributes:
        number: Number of the chapter.
        title: Its title.
        units: What is heard in it.
        samples: Its length, the pause after it included.
        sample_rate: Samples per second.
    """

    number: int
    title: str
    units: tuple[PlacedUnit, ...] = field(repr=False)
    samples: int
    sample_rate: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.samples / self.sample_rate


def place(
    number: int, title: str, units: Sequence[tuple[Unit, UnitSound]], *, pause_after: float
) -> ChapterSound:
    """Return the sound of a chapter.

    Args:
        number: Number of the chapter.
        title: Its title.
        units: Its units with their sounds, one or more.
        pause_after: Seconds of silence after its last sound.
    """
    rate = units[0][1].sample_rate
    placed: list[PlacedUnit] = []
    position = 0
    tail = 0.0
    for unit, sound in units:
        gap = skip = 0
        if placed:
            # The silence that the voice itself ends and begins with counts as a part of the pause.
            gap = max(0, round((unit.pause - tail - sound.lead) * rate))
        else:
            skip = min(max(0, round((sound.first - LEAD) * rate)), sound.samples)
        placed.append(PlacedUnit(unit, sound, gap, skip, position + gap - skip))
        position += gap + sound.samples - skip
        tail = sound.tail
    position += max(0, round((pause_after - tail) * rate))
    return ChapterSound(number, title, tuple(placed), position, rate)


def place_at_times(
    number: int, title: str, units: Sequence[tuple[Unit, UnitSound, float]], *, seconds: float
) -> ChapterSound:
    """Return the sound of a track of subtitles: each unit begins at its time, or when the one before it has ended.

    Args:
        number: Number of the chapter.
        title: Its title.
        units: Units with their sounds and the seconds at which their first words are due.
        seconds: Length of the track at least.
    """
    rate = units[0][1].sample_rate
    placed: list[PlacedUnit] = []
    position = 0
    for unit, sound, due in units:
        start = max(round((due - sound.first) * rate), 0)
        skip = 0
        if start < position:
            # The silence at the beginning may give way.
            skip = min(position - start, max(0, round((sound.first - LEAD) * rate)))
        gap = max(0, start - position)
        placed.append(PlacedUnit(unit, sound, gap, skip, position + gap - skip))
        position += gap + sound.samples - skip
    return ChapterSound(number, title, tuple(placed), max(position, round(seconds * rate)), rate)


def blocks(folder: Path, chapter: ChapterSound) -> Iterator[NDArray[np.float32]]:
    """Yield the sound of a chapter, float32 [n] at a time, from the files of its units.

    Raises:
        OutputError: A file cannot be read, or has another length than its record says.
    """
    done = 0
    for placed in chapter.units:
        yield from _silence(placed.gap)
        done += placed.gap
        for block in _sound(folder, placed):
            done += block.size
            yield block
    yield from _silence(chapter.samples - done)


def _silence(samples: int) -> Iterator[NDArray[np.float32]]:
    while samples > 0:
        size = min(samples, BLOCK)
        yield np.zeros(size, dtype=np.float32)
        samples -= size


def _sound(folder: Path, placed: PlacedUnit) -> Iterator[NDArray[np.float32]]:
    """Yield the samples of a unit from where it is heard."""
    path = folder / placed.sound.file
    left = placed.sound.samples - placed.skip
    try:
        with soundfile.SoundFile(path) as file:
            file.seek(placed.skip)
            fade = placed.skip > 0
            for samples in file.blocks(BLOCK, dtype="int16"):
                # The inverse of `to_pcm16`, so that writing them as 16 bits again changes nothing.
                block = samples.astype(np.float32) / np.float32(FULL_SCALE)
                if fade:
                    size = min(block.size, round(FADE * placed.sound.sample_rate))
                    block[:size] *= np.linspace(0.0, 1.0, size, endpoint=False, dtype=np.float32)
                    fade = False
                left -= block.size
                yield block
    except soundfile.SoundFileError as error:
        raise OutputError(f"{path} cannot be read any more ({error}): start again", path=path) from error
    if left:
        raise OutputError(f"{path} has lost {left} samples: start again, and it is made anew", path=path)
