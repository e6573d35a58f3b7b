"""From judgements and measures to the table: value, goal, and the teacher's value beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import measures
from .hearing import Heard
from .judges import Quality, mean_quality

SHORT, LONG = 60, 110  # characters: sentences shorter and longer than these are looked at by themselves
SHARP_BANDS = (40, 60)  # mel bands where over-smoothing shows first


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One line of text and what was heard of it.

    Attributes:
        text: The line, normalised as the transcripts are.
        teacher: The teacher's own speech.
        copy: Its copy synthesis: the teacher's mel spectrogram through the vocoder.
        voice: The voice through the same vocoder; None when only the teacher is measured.
    """

    text: str
    teacher: Heard
    copy: Heard
    voice: Heard | None = None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One sentence as the voice draws it beside its teacher.

    Attributes:
        characters: Length of the sentence.
        frames: Mel frames of the voice.
        teacher_frames: Mel frames of the teacher.
        pitch_errors: float64 [M], cents.
        contrast: float64 [80], `measures.spectral_contrast` of the voice speaking freely.
        taught_contrast: The same with the teacher's prosody, on the teacher's frames of speech.
        teacher_contrast: The same of the teacher.
        distance: Mean absolute difference of the mel spectrograms with the teacher's prosody.
    """

    characters: int
    frames: int
    teacher_frames: int
    pitch_errors: NDArray[np.float64]
    contrast: NDArray[np.float64]
    taught_contrast: NDArray[np.float64]
    teacher_contrast: NDArray[np.float64]
    distance: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table.

    Attributes:
        name: What is measured.
        value: Of the voice; None where there is no voice.
        copy: Of the copy synthesis of the teacher; None where it has no such value.
        teacher: Of the teacher's own speech; None likewise.
        goal: "≤", "≥" or "±" and the limit; None where there is none.
        digits: Digits after the point.
    """

    name: str
    value: float | None
    copy: float | None = None
    teacher: float | None = None
    goal: tuple[str, float] | None = None
    digits: int = 2

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is no goal or nothing was measured."""
        if self.goal is None or self.value is None or math.isnan(self.value):
            return None
        sign, limit = self.goal
        value = round(self.value, self.digits)
        return {"≤": value <= limit, "≥": value >= limit, "±": abs(value) <= limit}[sign]


def error_rate(lines: Sequence[Judged], speech: Callable[[Judged], Heard | None]) -> float | None:
    """Return the word error rate of a set in per cent, over all its words; None where nothing was spoken."""
    total = measures.WordErrors()
    for line in lines:
        heard = speech(line)
        if heard is None:
            return None
        total += measures.word_errors(line.text, heard.transcript)
    return 100.0 * total.rate


def word_row(name: str, lines: Sequence[Judged], goal: tuple[str, float] | None) -> Row:
    """Word error rate of a set."""
    voice, copy, teacher = (
        error_rate(lines, pick) for pick in (lambda j: j.voice, lambda j: j.copy, lambda j: j.teacher)
    )
    return Row(name=name, value=voice, copy=copy, teacher=teacher, goal=goal)


def excess_row(lines: Sequence[Judged]) -> Row:
    """Word error rate of the voice above that of copy synthesis, in points."""
    voice, copy = error_rate(lines, lambda j: j.voice), error_rate(lines, lambda j: j.copy)
    value = None if voice is None or copy is None else voice - copy
    return Row(name="held-out: WER above copy synthesis, points", value=value, goal=("≤", 0.5))


def quality_rows(lines: Sequence[Judged]) -> list[Row]:
    """DNSMOS of a set, mean over its lines."""

    def mean(heard: Sequence[Heard | None]) -> Quality | None:
        rated = [h.quality for h in heard if h is not None and h.quality is not None]
        return mean_quality(rated) if rated else None

    voice, copy, teacher = (
        mean([j.voice for j in lines]),
        mean([j.copy for j in lines]),
        mean([j.teacher for j in lines]),
    )
    goals = {"overall": ("≥", 3.37), "p808": ("≥", 4.0), "signal": None, "background": None}
    return [
        Row(
            name=f"harvard: DNSMOS {name}",
            value=getattr(voice, name, None),
            copy=getattr(copy, name, None),
            teacher=getattr(teacher, name, None),
            goal=goal,
        )
        for name, goal in goals.items()
    ]


def recognised(lines: Sequence[Judged], speech: Callable[[Judged], Heard | None]) -> int | None:
    """Count the lines that were understood exactly."""
    heard = [(line.text, speech(line)) for line in lines]
    if any(h is None for _, h in heard):
        return None
    return sum(h is not None and h.transcript == text for text, h in heard)


def recognition_row(lines: Sequence[Judged]) -> Row:
    """Single words and pairs of words understood exactly, out of all."""
    voice, copy, teacher = (
        recognised(lines, pick) for pick in (lambda j: j.voice, lambda j: j.copy, lambda j: j.teacher)
    )
    goal = ("≥", float(copy or 0))
    return Row(
        name=f"words: recognised of {len(lines)}",
        value=voice,
        copy=copy,
        teacher=teacher,
        goal=goal,
        digits=0,
    )


def accident_rows(lines: Sequence[Judged]) -> list[Row]:
    """Clicks per minute, words said twice and words left out, over every line."""

    def per_minute(heard: Sequence[Heard | None]) -> float | None:
        spoken = [h for h in heard if h is not None]
        return 60.0 * sum(h.clicks for h in spoken) / sum(h.seconds for h in spoken) if spoken else None

    has_voice = all(line.voice is not None for line in lines)
    clicks = [per_minute([pick(j) for j in lines]) for pick in (lambda j: j.copy, lambda j: j.teacher)]
    repeats = [
        sum(len(measures.repeated_words(j.text, pick(j).transcript)) for j in lines)
        for pick in (lambda j: j.copy, lambda j: j.teacher)
    ]
    accidents = find_accidents(lines)
    return [
        Row(
            name="clicks per minute",
            value=per_minute([j.voice for j in lines]) if has_voice else None,
            copy=clicks[0],
            teacher=clicks[1],
            goal=("≤", round((clicks[0] or 0.0) + 1.0, 2)),
        ),
        Row(
            name="words repeated",
            value=sum(len(a.repeated) for a in accidents) if has_voice else None,
            copy=repeats[0],
            teacher=repeats[1],
            goal=("≤", 0.0),
            digits=0,
        ),
        Row(
            name="words skipped that the copy has",
            value=sum(len(a.skipped) for a in accidents) if has_voice else None,
            goal=("≤", 0.0),
            digits=0,
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class Accident:
    """A line of which words were repeated or skipped."""

    text: str
    heard: str
    repeated: tuple[str, ...]
    skipped: tuple[str, ...]


def find_accidents(lines: Sequence[Judged]) -> list[Accident]:
    """Find the lines in which the voice, not the copy synthesis, repeats or skips words."""
    accidents = []
    for line in lines:
        if line.voice is None:
            continue
        heard, copy = line.voice.transcript, line.copy.transcript
        also_in_copy = set(measures.repeated_words(line.text, copy))
        repeated = [w for w in measures.repeated_words(line.text, heard) if w not in also_in_copy]
        skipped = measures.skipped_words(line.text, heard, copy)
        if repeated or skipped:
            accidents.append(
                Accident(text=line.text, heard=heard, repeated=tuple(repeated), skipped=tuple(skipped))
            )
    return accidents


def drawing_rows(drawn: Sequence[Drawn]) -> list[Row]:
    """Durations, pitch and sharpness of the voice against its teacher's."""
    if not drawn:
        return []
    short = [d for d in drawn if d.characters < SHORT]
    long = [d for d in drawn if d.characters > LONG]
    pitch = np.concatenate([d.pitch_errors for d in drawn])
    total_frames = sum(d.teacher_frames for d in drawn)
    distance = sum(d.distance * d.teacher_frames for d in drawn) / total_frames
    teacher = sum(d.teacher_contrast for d in drawn)
    rows = [
        _duration_row(f"duration, {len(short)} sentences < {SHORT} characters, %", short, ("±", 2.0)),
        _duration_row(f"duration, {len(long)} sentences > {LONG} characters, %", long, ("±", 2.0)),
        _duration_row(f"duration, all {len(drawn)} sentences, %", drawn, None),
        Row(name="pitch error, cents", value=float(pitch.mean()), goal=("≤", 60.0), digits=1),
    ]
    for how, voice in (
        ("free", sum(d.contrast for d in drawn)),
        ("teacher's prosody", sum(d.taught_contrast for d in drawn)),
    ):
        overall = measures.contrast_ratio(voice, teacher)
        sharp = measures.contrast_ratio(voice, teacher, *SHARP_BANDS)
        name = f"contrast of the teacher's, {how}"
        rows.append(Row(name=name, value=overall, copy=1.0, goal=("≥", 0.90), digits=3))
        rows.append(Row(name=f"{name}, bands 40–60", value=sharp, copy=1.0, goal=("≥", 0.85), digits=3))
    return [*rows, Row(name="mel L1, teacher's prosody", value=distance, digits=3)]


def _duration_row(name: str, drawn: Sequence[Drawn], goal: tuple[str, float] | None) -> Row:
    value = measures.duration_excess([d.frames for d in drawn], [d.teacher_frames for d in drawn])
    return Row(name=name, value=value, goal=goal)


def format_table(rows: Sequence[Row]) -> str:
    """Lay the rows out as text, one a line."""
    width = max(len(row.name) for row in rows)
    head = f"{'measure':{width}}  {'voice':>9}  {'goal':>9}  {'':4}  {'copy':>9}  {'teacher':>9}"
    return "\n".join([head, "-" * len(head), *(_format_row(row, width) for row in rows)])


def _format_row(row: Row, width: int) -> str:
    def number(value: float | None) -> str:
        return "–" if value is None or math.isnan(value) else f"{value:.{row.digits}f}"

    goal = f"{row.goal[0]} {row.goal[1]:g}" if row.goal else ""
    verdict = {True: "ok", False: "MISS", None: ""}[row.reached]
    cells = f"{number(row.value):>9}  {goal:>9}  {verdict:4}  {number(row.copy):>9}  {number(row.teacher):>9}"
    return f"{row.name:{width}}  {cells}"
