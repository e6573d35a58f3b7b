"""Runs a target of the fuzzer in a process of its own, which a fault, a hang or a crash ends without ending the run.

A case is made from the seed, the target's name and its number alone. The worker says the number of each case before it
begins, and gives each a bound of CPU time; when that is over, the system ends it, whatever it does, after its stack has
been written down. The parent then knows which case it was and starts a new worker at the next one.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import random
import re
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from .targets import RUNNABLE, Target

WAIT = (
    20  # wall seconds per CPU second of a case that the parent waits: other programs want the processor too
)
START = 300.0  # wall seconds until a worker has read its dictionaries
MOST_MEMORY = 300  # MB that one case may add to the memory of its process


@dataclass(frozen=True)
class Failure:
    """A case for which something did not hold.

    Attributes:
        target: Name of the target.
        seed: Of the run.
        index: Number of the case.
        case: Its input.
        reason: What happened, in a line.
        details: The stack.
    """

    target: str
    seed: int
    index: int
    case: object
    reason: str
    details: str

    def __str__(self) -> str:
        shown = repr(self.case)
        shown = shown if len(shown) <= 200 else f"{shown[:200]}… ({len(shown)} characters)"
        return f"{self.target} --seed {self.seed} --case {self.index}: {self.reason}: {shown}"

    @property
    def kind(self) -> str:
        """What failures of one cause have in common: the reason without its values, and where it was found."""
        places = re.findall(r'File ".*?([^/\\"]+)", line (\d+)', self.details)
        plain = re.sub(r"""'[^']*'|"[^"]*"|\d+""", "…", self.reason)
        return f"{plain[:60]} {places[-1] if places else ''}"

    def write(self, folder: Path) -> Path:
        """Write the case where it can be found, and how to run it again."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.target}-{self.seed}-{self.index}.txt"
        again = f"python tests/fuzz.py --only {self.target} --seed {self.seed} --case {self.index}"
        content = f"{self.reason}\n{again}\n\n{self.case!r}\n\n{self.details}\n"
        path.write_text(content, encoding="utf-8", errors="backslashreplace")
        return path


@dataclass
class Outcome:
    """What a target's run came to: the number of cases, the seconds of wall time that they took, and what failed."""

    target: str
    cases: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)


def case_of(target: Target, seed: int, index: int) -> object:
    """Return the input of a case."""
    return target.make(random.Random(f"{seed}/{target.name}/{index}"))


def run_target(
    name: str, *, seed: int, seconds: float | None = None, count: int | None = None, first: int = 0
) -> Outcome:
    """Run the cases of a target.

    Args:
        name: One of RUNNABLE.
        seed: What the cases are made from.
        seconds: How long; the time in which a worker starts does not count.
        count: How many cases instead.
        first: Number of the first one.
    """
    outcome = Outcome(name)
    following = first
    left = seconds
    while (count is None or outcome.cases < count) and (left is None or left > 0):
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            stack = Path(folder) / "stack"
            more = None if count is None else first + count - following
            following, spent = _run_worker(outcome, seed, following, more, left, stack)
        outcome.seconds += spent
        left = None if left is None else left - spent
    return outcome


def _run_worker(
    outcome: Outcome, seed: int, first: int, count: int | None, seconds: float | None, stack: Path
) -> tuple[int, float]:
    """Run cases until one ends the worker; return the number of the next case, and the seconds that it took."""
    target = RUNNABLE[outcome.target]
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    worker = context.Process(target=work, args=(theirs, target.name, seed, first, count, seconds, str(stack)))
    worker.start()
    theirs.close()
    index, begin, reason = -1, None, ""
    try:
        while True:
            if not ours.poll(START if begin is None else WAIT * target.cpu_seconds):
                reason = "it waits for something that does not come"
                break
            message = ours.recv()
            begin = time.monotonic() if begin is None else begin
            if message is None:
                break
            if isinstance(message, int):
                index = message
                outcome.cases += 1
            else:
                case = case_of(target, seed, message[0])
                outcome.failures.append(Failure(target.name, seed, message[0], case, *message[1:]))
    except EOFError:
        worker.join()
        over = worker.exitcode == -getattr(signal, "SIGPROF", 0)
        took = f"it took more than {target.cpu_seconds:g} s of CPU time"
        reason = took if over else f"it ended its process with status {worker.exitcode}"
    finally:
        worker.kill()
        worker.join()
        ours.close()
    if reason:
        details = stack.read_text(errors="replace") if stack.is_file() else ""
        if index < 0:
            raise RuntimeError(f"the worker of {target.name} did not start: {reason}\n{details}")
        failure = Failure(target.name, seed, index, case_of(target, seed, index), reason, details)
        outcome.failures.append(failure)
    return index + 1, time.monotonic() - begin if begin is not None else 0.0


def work(
    parent: Connection, name: str, seed: int, first: int, count: int | None, seconds: float | None, stack: str
) -> None:
    """Run cases in a worker until their number or the time is over."""
    target = RUNNABLE[name]
    with Path(stack).open("w", encoding="utf-8") as file:
        if hasattr(signal, "SIGPROF"):
            # The stack is written by C code, at any place; then the system's own action ends the process.
            faulthandler.register(signal.SIGPROF, file=file, all_threads=False, chain=True)
        faulthandler.enable(file)
        check = target.prepare()
        begin = time.monotonic()
        index = first
        while (count is None or index < first + count) and (
            seconds is None or time.monotonic() - begin < seconds
        ):
            parent.send(index)
            if failed := _failed(target, check, seed, index, file.fileno()):
                parent.send((index, *failed))
            index += 1
    parent.send(None)
    parent.close()
    os._exit(0)  # what a library does at the end is not what is tested


def _failed(target: Target, check, seed: int, index: int, file: int) -> tuple[str, str] | None:  # type: ignore[no-untyped-def]
    """Run one case; return what did not hold and the stack."""
    case = case_of(target, seed, index)
    before = _megabytes()
    _limit(target.cpu_seconds, file)
    try:
        check(case)
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}", traceback.format_exc()
    finally:
        _limit(0, file)
    grown = _megabytes() - before
    return (f"it took {grown:.0f} MB of memory", "") if grown > MOST_MEMORY else None


def _limit(seconds: float, file: int) -> None:
    """End this process after so many seconds of CPU time (of wall time on Windows); 0 takes the limit away."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
    elif seconds:
        faulthandler.dump_traceback_later(WAIT * seconds, exit=True, file=file)
    else:
        faulthandler.cancel_dump_traceback_later()


def _megabytes() -> float:
    """Return the most memory that this process ever had."""
    if sys.platform == "win32":
        return 0.0
    # Linux hands ru_maxrss down to a child, so that one of a large process would seem to need no memory.
    with suppress(OSError):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        if found := re.search(r"VmHWM:\s+(\d+) kB", status):
            return int(found[1]) / 2**10
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)
