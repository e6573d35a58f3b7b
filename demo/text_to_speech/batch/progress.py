"""The progress of a batch: a line on the terminal for people, and events in JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..cli.frame import Report
from ..cli.progress import Estimate, Progress, clock_time
from ..cli.report import duration
from .driver import FAILED_FILE, Totals


class BatchProgress(Progress):
    """A line that is written anew: rows, seconds of sound, real-time factor, and the time that is left.

    Args:
        totals: What became of the rows so far.
        fraction: Returns how much of the job list was read, or None.
        shown: Whether there is a terminal to show it on.
    """

    def __init__(self, totals: Totals, fraction: Callable[[], float | None], *, shown: bool) -> None:
        super().__init__(Estimate(0), shown=shown)
        self._totals = totals
        self._fraction = fraction

    def line(self) -> str:
        """Return the line as it is now."""
        totals, fraction = self._totals, self._fraction()
        parts = [f"{totals.rows} rows{f' ({fraction:.0%})' if fraction is not None else ''}"]
        if totals.failed:
            parts.append(f"{totals.failed} failed")
        if totals.real_time_factor is not None:
            parts.append(f"{clock_time(totals.seconds)} of sound")
            parts.append(f"real-time factor {totals.real_time_factor:.3f}")
        left = seconds_left(totals, fraction)
        if left is not None:
            parts.append(f"{clock_time(left)} left")
        return ", ".join(parts)


def seconds_left(totals: Totals, fraction: float | None) -> float | None:
    """Return how long the rest of the list will take, if it is like what was read so far; None where nobody can tell.

    Rows whose files were there take no time, so the pace is that of the rows that were made.
    """
    if not fraction or not totals.made:
        return None
    rows_left = totals.rows * (1 - fraction) / fraction
    share = totals.made / (totals.made + totals.failed)
    return rows_left * share * totals.wall_seconds / totals.made


def total_lines(totals: Totals) -> list[str]:
    """Return what is reported at the end."""
    parts = [f"{totals.made} made", f"{totals.kept} there before"]
    for count, what in ((totals.changed, "changed"), (totals.repaired, "with missing or damaged files")):
        if count:
            parts.append(f"{count} of them {what}" if totals.made else f"{count} {what}")
    if totals.failed:
        parts.append(f"{totals.failed} failed (see {FAILED_FILE})")
    lines = [f"Rows: {totals.rows}: {', '.join(parts)}"]
    if totals.real_time_factor is not None:
        cpu = totals.cpu_seconds / totals.seconds
        lines += [
            f"Sound: {duration(totals.seconds)} in {duration(totals.wall_seconds)}",
            f"Real-time factor: {totals.real_time_factor:.3f}; CPU seconds per second of sound: {cpu:.3f}",
        ]
    return lines


class Events:
    """Events as lines of JSON on standard output, where they are asked for."""

    def __init__(self, *, wanted: bool) -> None:
        self._report = Report()
        self._wanted = wanted

    def __call__(self, event: str, about: dict[str, Any]) -> None:
        """Print an event."""
        if self._wanted:
            self._report(json.dumps({"event": event, **about}))

    def finish(self) -> None:
        """Raise what kept an event from being printed."""
        self._report.finish()


def end_event(totals: Totals, *, complete: bool, removed: int) -> dict[str, Any]:
    """Return what the last event says."""
    return {
        "complete": complete,
        "rows": totals.rows,
        "made": totals.made,
        "kept": totals.kept,
        "failed": totals.failed,
        "changed": totals.changed,
        "repaired": totals.repaired,
        "removed": removed,
        "seconds": round(totals.seconds, 3),
        "wall_seconds": round(totals.wall_seconds, 3),
        "cpu_seconds": round(totals.cpu_seconds, 3),
    }
