#!/usr/bin/env python3
"""Run the stock accuracy_check of the Open Model Zoo on every configuration models/**/accuracy-check.yml of an IR.

    python tests/accuracy_checker/stock_accuracy_check.py --recordings DIR [--limit N] [--work DIR]

Not a part of the test suite: it installs openvino-dev 2023.3.0, the last release with that tool, into a virtual
environment of its own, for which the running Python must not be too new (3.11 is not). Run it in an environment of
requirements.txt.
Prints a table of the relative L2 errors, and ends with status 1 where one is larger than it may be.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import venv
from pathlib import Path

import yaml
from stock_tools import ROOT, ours, run

STOCK = ("openvino-dev==2023.3.0", "numpy<2", "opencv-python<4.11")
RESULT = re.compile(r"relative_l2_error@(\w+)@mean: (\S+)")
LARGEST = {"FP32": 1e-5, "FP16": 1e-2}  # relative L2 error; rounding, and weights of eleven bits


def stock_command(work: Path) -> Path:
    """Return the stock accuracy_check, installed if it is not there."""
    folder = work / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    if not (folder / "accuracy_check").exists():
        venv.create(work / "env", with_pip=True)
        run([str(folder / "python"), "-m", "pip", "install", "--quiet", *STOCK])
    return folder / "accuracy_check"


def configurations() -> list[Path]:
    """Return the configurations that compare an IR with its original."""
    found = sorted((ROOT / "models").rglob("accuracy-check.yml"))
    return [path for path in found if "models" in yaml.safe_load(path.read_text(encoding="utf-8"))]


def check(work: Path, options: argparse.Namespace) -> int:
    """Run everything in a folder; return the number of outputs that are not as they should be."""
    command = str(stock_command(work))
    irs, datasets = work / "irs", work / "datasets"
    ours("converter", "--list", str(ROOT / "models.lst"), "-d", str(irs))
    maker = [sys.executable, str(ROOT / "accuracy_checker" / "make_dataset.py")]
    given = ["--recordings", str(options.recordings), "--limit", str(options.limit)]
    run([*maker, *given, "-o", str(datasets)])
    wrong = 0
    print("| Model | Output | FP32 | FP16 |\n|---|---|---|---|")
    for path in configurations():
        errors = [
            dict(RESULT.findall(run_one(command, path, irs, datasets, precision))) for precision in LARGEST
        ]
        for output in errors[0]:
            values = [float(found[output]) for found in errors]
            wrong += any(value > most for value, most in zip(values, LARGEST.values(), strict=True))
            print(
                f"| {path.parent.name} | {output} | " + " | ".join(f"{value:.1e}" for value in values) + " |"
            )
        wrong += not errors[0]
    return wrong


def run_one(command: str, path: Path, irs: Path, datasets: Path, precision: str) -> str:
    """Run the stock tool on one IR; return what it prints."""
    ir = irs / "public" / path.parent.relative_to(ROOT / "models") / precision
    arguments = ["-c", str(path), "-m", str(ir), "-s", str(datasets), "--ignore_result_formatting", "true"]
    return run([command, *arguments], show=False)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path, required=True, help="laid out as LJSpeech")
    parser.add_argument("--limit", type=int, default=5, help="recordings to use (default: %(default)s)")
    parser.add_argument("--work", type=Path, help="keep everything in this folder (default: a temporary one)")
    options = parser.parse_args()
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
        return min(check(options.work.resolve(), options), 1)
    with tempfile.TemporaryDirectory() as folder:
        return min(check(Path(folder), options), 1)


if __name__ == "__main__":
    sys.exit(main())
