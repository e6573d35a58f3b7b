"""The table of all voices as Markdown, from what acoustic.evaluate measured: python -m acoustic.table --results FILE

A row is a measure, a column a voice. Behind a stroke stands the same measure of copy synthesis or of the teacher, as
the row says; a value that misses its goal is bold (on a terminal: has a !).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from acoustic.results import Results, Values
from text_to_speech.errors import SpeechError


@dataclass(frozen=True)
class Goal:
    """What a value has to reach.

    Attributes:
        text: The goal as the table shows it.
        reached: Whether a voice reaches it: its name, its value, and the value beside it, 0 if there is none.
    """

    text: str
    reached: Callable[[str, float, float], bool]


def at_most(limit: float, **own: float) -> Goal:
    """A limit from above, and the `own` ones of some voices."""
    exceptions = "".join(f", {voice} {value:g}" for voice, value in own.items())
    return Goal(f"≤ {limit:g}{exceptions}", lambda voice, value, _: value <= own.get(voice, limit))


def at_least(limit: float) -> Goal:
    """A limit from below."""
    return Goal(f"≥ {limit:g}", lambda _, value, __: value >= limit)


def within(limit: float) -> Goal:
    """A distance from 0."""
    return Goal(f"± {limit:g}", lambda _, value, __: abs(value) <= limit)


def above_copy(limit: float) -> Goal:
    """Not more than the copy has, and so much."""
    return Goal(f"≤ copy + {limit:g}", lambda _, value, copy: value <= copy + limit)


def below_copy(limit: float) -> Goal:
    """Not less than the copy has, but for so much."""
    return Goal(f"≥ copy − {limit:g}" if limit else "≥ copy", lambda _, value, copy: value >= copy - limit)


@dataclass(frozen=True)
class Measure:
    """A row of the table.

    Attributes:
        title: What is measured.
        part: The part of the results that has it.
        value: Takes it out of the values of that part.
        beside: Takes the same of copy synthesis or of the teacher out of them.
        goal: What it has to reach.
        digits: Digits after the point.
    """

    title: str
    part: str
    value: Callable[[Values], float | None]
    beside: Callable[[Values], float | None] | None = None
    goal: Goal | None = None
    digits: int = 2

    def cell(self, voice: str, parts: dict[str, Values], missed: str) -> str:
        """Return the cell of a voice; `missed` is the form of a value that misses its goal, such as "{}!"."""
        value = self.value(parts[self.part]) if self.part in parts else None
        if value is None or math.isnan(value):
            return "–"
        beside = self.beside(parts[self.part]) if self.beside else None
        shown = f"{value:.{self.digits}f}"
        if self.goal and not self.goal.reached(voice, round(value, self.digits), beside or 0.0):
            shown = missed.format(shown)
        return shown if beside is None else f"{shown} / {beside:.{self.digits}f}"


def _ratio(name: str) -> Callable[[Values], float | None]:
    """By how many per cent the voice is off the teacher; None where the teacher has nothing to compare with."""
    return lambda v: 100 * (v["voice"][name] / v["teacher"][name] - 1) if v["teacher"][name] else None


def _of(*names: str) -> Callable[[Values], float | None]:
    def take(values: Values) -> float | None:
        found: float | Values | None = values
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, int | float) else None

    return take


def _count(name: str) -> Callable[[Values], float]:
    return lambda values: float(sum(len(line[name]) for line in values["accidents"]))


def _both(title: str, part: str, name: str, beside: str, goal: Goal | None, digits: int = 2) -> Measure:
    return Measure(title, part, _of("voice", name), _of(beside, name), goal, digits)


MEASURES: tuple[Measure, ...] = (
    _both("word error rate of 20 Harvard sentences, % / copy", "harvard", "wer", "copy", above_copy(1)),
    Measure("word error rate of held-out texts, %", "held-out", _of("voice")),
    Measure("… of those that were copied, % / copy", "held-out", _of("same"), _of("copy"), above_copy(1)),
    Measure("words and pairs recognised / copy", "words", _of("voice"), _of("copy"), below_copy(0), 0),
    Measure("words repeated, in all lists", "words", _count("repeated"), None, at_most(0), 0),
    Measure("words skipped that the copy has, single words", "words", _count("skipped"), None, at_most(0), 0),
    Measure("… of held-out texts", "held-out", _count("skipped"), None, at_most(0), 0),
    _both("DNSMOS / copy", "harvard", "dnsmos", "copy", below_copy(0.05), 3),
    _both("P.808 / copy", "harvard", "p808", "copy", below_copy(0.05), 3),
    _both("DistillMOS / copy", "harvard", "distillmos", "copy", below_copy(0.05), 3),
    _both("DistillMOS, worst sentence / copy", "harvard", "worst", "copy", None),
    Measure("DistillMOS of the teacher", "harvard", _of("teacher", "distillmos"), None, None, 3),
    Measure("pitch error, cents", "prosody", _of("cents"), None, at_most(70, heart=60), 1),
    Measure("spread of predicted pitch, share of the teacher's", "prosody", _of("spread"), None, at_least(0.9)),
    _both("median F0 in the sound, Hz / teacher", "pitch", "median", "teacher", None, 0),
    Measure("… off the teacher's, %", "pitch", _ratio("median"), None, within(10), 1),
    _both("spread of pitch in the sound, semitones / teacher", "pitch", "spread", "teacher", None),
    Measure("… off the teacher's, %", "pitch", _ratio("spread"), None, within(10), 1),
    _both("voiced frames over half an octave off, % / teacher", "pitch", "stray", "teacher", None, 1),
    Measure("longer than the teacher, texts under 60 characters, %", "prosody", _of("short"), None, within(2), 1),
    Measure("… over 110 characters, %", "prosody", _of("long"), None, within(2), 1),
    Measure("end of statements, semitones from the median / teacher", "endings",
            _of("statements", "voice", "level"), _of("statements", "teacher", "level")),
    Measure("end of questions, likewise", "endings",
            _of("questions", "voice", "level"), _of("questions", "teacher", "level")),
    Measure("slope at the end of statements, semitones a second / teacher", "endings",
            _of("statements", "voice", "slope"), _of("statements", "teacher", "slope"), None, 1),
    Measure("slope at the end of questions, likewise", "endings",
            _of("questions", "voice", "slope"), _of("questions", "teacher", "slope"), None, 1),
    Measure("correlation of these ends with the teacher's", "endings", _of("correlation")),
    Measure("spectral contrast, share of the teacher's", "decoder", _of("contrast"), None, at_least(0.95), 3),
    Measure("… in bands 40 to 60", "decoder", _of("sharp"), None, at_least(0.9), 3),
    Measure("mel distance with the teacher's prosody", "decoder", _of("distance"), None, None, 3),
    _both("likeness to the teacher (cosine) / copy", "likeness", "own", "copy", None, 3),
    _both("… above that to any other voice / copy", "likeness", "margin", "copy", at_least(0.001), 3),
    Measure("long text, last minute less first: loudness, dB", "long-text", _of("loudness"), None, within(1)),
    Measure("… pitch, cents", "long-text", _of("pitch"), None, within(50), 0),
    Measure("… length, %", "long-text", _of("rate"), None, within(3), 1),
    Measure("… DNSMOS", "long-text", _of("dnsmos"), None, at_least(-0.1), 3),
    Measure("… DistillMOS", "long-text", _of("distillmos"), None, at_least(-0.1), 3),
    Measure("… clicks at joins of sentences", "long-text", _of("join_clicks"), None, at_most(0), 0),
    Measure("… largest jump at joins of windows", "long-text", _of("window_jump"), None, at_most(0.001), 6),
    _both("clicks a minute, Harvard sentences / copy", "harvard", "clicks", "copy", above_copy(1), 1),
)  # fmt: skip


def rows(results: Results, *, missed: str, measures: Sequence[Measure] = MEASURES) -> list[list[str]]:
    """Return the cells of the table: a head, then a row for each measure that there is something of.

    Args:
        results: What was measured.
        missed: The form of a value that misses its goal, such as "**{}**".
        measures: The rows.
    """
    voices = dict(results.voices())
    table = [["", *voices, "goal"]]
    for measure in measures:
        cells = [measure.cell(voice, parts, missed) for voice, parts in voices.items()]
        if set(cells) - {"–"}:
            table.append([measure.title, *cells, measure.goal.text if measure.goal else ""])
    return table


def as_text(table: Sequence[Sequence[str]]) -> str:
    """Lay a table out for a terminal."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in table
    ]
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(table: Sequence[Sequence[str]]) -> str:
    """Lay a table out as Markdown."""
    head, *body = table
    return "\n".join(_line(row) for row in (head, ["---"] * len(head), *body))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def notes(results: Results) -> list[str]:
    """Return what is said of all voices together, in sentences: the cost, and copy synthesis of all held-out texts."""
    found = []
    cost = results.of_model().get("cost")
    if cost:
        found.append(
            f"The two graphs cost {cost['here']['changing']:.4f} CPU seconds for a second of speech on one thread, and "
            f"{cost['avx2']['changing']:.4f} with AVX2 alone; sentence after sentence of one length, "
            f"{cost['here']['same']:.4f} and {cost['avx2']['same']:.4f}."
        )
    copied = [v["held-out"] for _, v in results.voices() if v.get("held-out", {}).get("copies")]
    if copied:
        count = sum(v["copies"] for v in copied)
        mean, same = (sum(v[k] * v["copies"] for v in copied) / count for k in ("copy", "same"))
        found.append(
            f"Held-out texts that were copied, all voices together ({count}): word error rate {same:.2f} % of the "
            f"voices, {mean:.2f} % of copy synthesis (each voice counts by its number of texts)."
        )
    return found


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, required=True, help="file of acoustic.evaluate")
    args = parser.parse_args()
    try:
        results = Results(args.results)
    except SpeechError as error:
        print(f"table: {error}", file=sys.stderr)
        return 1
    print(as_markdown(rows(results, missed="**{}**")))
    for note in notes(results):
        print(f"\n{note}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
