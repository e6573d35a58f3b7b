"""What the benchmarks share: interleaved measurement, the description of the machine, tables and the JSON file.

All figures of a table come from one run. The cases are measured in turn, round after round, so that a machine that
becomes slower does so for all of them, and the median of the rounds is shown. CPU seconds are those of all threads; on
a machine that is busy with other work they are steadier than wall seconds.

Importing this module makes `text_to_speech` of this checkout importable, wherever the command is started from.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "demo"))

PACKAGES = ("openvino", "numpy", "onnxruntime", "torch", "nncf", "hibari-tts", "piper-tts")
Row = Mapping[str, str | float | None]


@dataclass(frozen=True)
class Cost:
    """The seconds that a piece of work took.

    Attributes:
        wall: Seconds by the clock.
        cpu: CPU seconds of all threads of this process.
    """

    wall: float
    cpu: float

    def __truediv__(self, count: float) -> Cost:
        return Cost(self.wall / count, self.cpu / count)


def cost_of(work: Callable[[], object], *, times: int = 1) -> Cost:
    """Do a piece of work, several times if it is small, and return the cost of doing it once."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu) / times


def median(costs: Iterable[Cost]) -> Cost:
    """Return the median of the wall seconds and the median of the CPU seconds."""
    costs = list(costs)
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def interleaved(
    cases: Mapping[str, Callable[[], object]], *, rounds: int, times: int = 1, warm: int = 2
) -> dict[str, Cost]:
    """Run cases in turn, round after round, and return the median cost of each.

    Args:
        cases: The work of each case, by name.
        rounds: Rounds that count.
        times: How often a case runs in a row; more than once for small ones.
        warm: Rounds at the beginning that do not count.
    """
    for _ in range(warm):
        for work in cases.values():
            work()
    samples: dict[str, list[Cost]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, work in cases.items():
            samples[name].append(cost_of(work, times=times))
    return {name: median(costs) for name, costs in samples.items()}


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict[str, str]:
    """Return the names of the processor and the system, and the versions of the packages that compute."""
    from text_to_speech.inference.runtime import core

    found = {
        "processor": str(core().get_property("CPU", "FULL_DEVICE_NAME")).strip(),
        "processors": str(processors()),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def peak_megabytes() -> float | None:
    """Return the largest resident size of this process so far in MB; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return float(status.partition("VmHWM:")[2].split()[0]) / 1e3
    except (OSError, IndexError):
        pass
    try:
        import resource
    except ImportError:
        # Windows has no such module.
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def in_own_process(
    *command: str | Path, python: str = sys.executable, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run a Python program whose last line of output is a JSON object, and return that.

    Raises:
        SystemExit: The program failed; the last line that it wrote to standard error is shown.
    """
    done = subprocess.run(  # noqa: S603 - the command is one of this folder's
        [python, *map(str, command)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **(environment or {})},
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines() or ["no reason given"]
        raise SystemExit(f"{Path(command[0]).name} failed in a process of its own: {reason[-1]}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def medians(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the median of each number in rows with the same keys; other values come from the first row."""
    rows = list(rows)
    return {
        key: statistics.median(row[key] for row in rows) if isinstance(value, int | float) else value
        for key, value in rows[0].items()
    }


def arguments(doc: str | None, *, rounds: int = 0) -> argparse.ArgumentParser:
    """Return the parser of a benchmark with the options that all benchmarks have; --rounds if `rounds` is not 0."""
    parser = argparse.ArgumentParser(
        description=(doc or "").partition("\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    if rounds:
        parser.add_argument("--rounds", type=int, default=rounds, help="how many rounds count")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    return parser


def add_vocoders(parser: argparse.ArgumentParser) -> None:
    """Add the option that puts several vocoders side by side."""
    parser.add_argument(
        "--vocoder",
        action="append",
        dest="vocoders",
        metavar="NAME",
        help="a vocoder of this repository; repeat the option for several (default: hifi-gan)",
    )


class Report:
    """Tables in Markdown on standard output, and the same figures with all digits in a JSON file.

    Args:
        path: The JSON file; no file is written if it is None.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._content: dict[str, Any] = {"machine": machine(), "tables": {}}
        for key, value in self._content["machine"].items():
            print(f"{key:12} {value}")

    def table(self, title: str, rows: Iterable[Row]) -> None:
        """Print a table, and write what there is so far: a long benchmark that is stopped leaves its figures."""
        rows = list(rows)
        self._content["tables"][title] = rows
        print(f"\n{title}\n")
        print("| " + " | ".join(rows[0]) + " |")
        print("|" + "---|" * len(rows[0]))
        for row in rows:
            print("| " + " | ".join(map(_cell, row.values())) + " |", flush=True)
        if self._path:
            self._path.write_text(json.dumps(self._content, indent=2) + "\n", encoding="utf-8")


def _cell(value: str | float | None) -> str:
    """Return a value with three significant digits; numbers of 100 and more are rounded to whole ones."""
    if not isinstance(value, float):
        return "" if value is None else str(value)
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")
