"""Fuzz what reads texts and files that somebody else wrote.

    python tests/fuzz.py --seconds 60                            all targets, a share of the time each
    python tests/fuzz.py --seconds 60 --only text ssml           some of them
    python tests/fuzz.py --only text --seed 7 --case 1234        one case again, as a summary names it

Every input comes from the seed and its number, so a run can be made again. Of each kind of failure the
shortest input is a line on standard output and a file in --out. The exit status is 1 if something failed.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "demo")]

from fuzzing.run import Failure, Outcome, case_of, run_target  # noqa: E402
from fuzzing.targets import RUNNABLE, TARGETS  # noqa: E402


def build_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--seconds", type=float, metavar="N", help="how long in all, the start of the workers aside")
    add("--count", type=int, metavar="N", help="how many inputs for each target, instead")
    add(
        "--only", nargs="+", choices=TARGETS, metavar="TARGET", default=list(TARGETS), help=", ".join(TARGETS)
    )
    add("--seed", type=int, metavar="S", help="what the inputs are made from (default: the time)")
    add("--case", type=int, metavar="I", help="run only the input of this number, and print it")
    add(
        "--out",
        type=Path,
        default=Path("fuzz-failures"),
        help="folder for what failed (default: %(default)s)",
    )
    return parser


def told(outcome: Outcome, out: Path) -> None:
    """Print what a target's run came to, and write what failed: of each kind of failure the shortest input."""
    kinds: dict[str, list[Failure]] = {}
    for failure in outcome.failures:
        kinds.setdefault(failure.kind, []).append(failure)
    for failures in kinds.values():
        shortest = min(failures, key=lambda failure: len(repr(failure.case)))
        print(str(shortest).encode("ascii", "backslashreplace").decode())
        print(f"  in {shortest.write(out)}" + (f"; {len(failures) - 1} more like it" if failures[1:] else ""))
    rate = outcome.cases / outcome.seconds if outcome.seconds else 0
    print(
        f"{outcome.target:12} {outcome.cases:9} inputs  {outcome.seconds:7.1f} s  {rate:8.1f} a second  "
        f"{len(outcome.failures)} failed",
        flush=True,
    )


def main(argv: list[str] | None = None) -> int:
    """Run the fuzzers; return the exit status."""
    parser = build_options()
    options = parser.parse_args(argv)
    seed = options.seed if options.seed is not None else int(time.time())
    first, count, seconds = 0, options.count, None
    if options.case is not None:
        if len(options.only) != 1:
            parser.error("--case: expected --only with the one target that it is of")
        first, count = options.case, 1
        print(ascii(case_of(RUNNABLE[options.only[0]], seed, first)))
    elif count is None:
        if options.seconds is None:
            parser.error("expected --seconds, --count or --case")
        seconds = options.seconds / len(options.only)
    print(f"seed {seed}")
    failed = False
    for name in options.only:
        outcome = run_target(name, seed=seed, seconds=seconds, count=count, first=first)
        told(outcome, options.out)
        failed = failed or bool(outcome.failures)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
