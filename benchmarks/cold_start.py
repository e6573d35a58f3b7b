"""How long the command takes for one word, from nothing to a finished file, and what it imports.

python benchmarks/cold_start.py [--rounds N] [--json FILE]

`text_to_speech_demo.py -i "Hello."` in processes of their own, in three states in turn: with an empty cache folder
(models are converted and compiled), with converted models (they are compiled), and with compiled ones, as every
start but the first is. The time is that of the whole process, Python's start included; the medians are shown.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import ROOT, Report, Row, arguments, in_own_process, medians

STATES = ("empty", "converted", "compiled")
HEAVY = ("cv2", "librosa", "nncf", "numba", "onnx", "onnxruntime", "scipy", "torch")
PROGRAM = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import text_to_speech_demo
status = text_to_speech_demo.main(["-i", "Hello.", "-o", sys.argv[2]])
modules = sorted({name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names)
print(json.dumps({"status": status, "CPU s": time.process_time(), "modules": modules, "loaded": len(sys.modules)}))
"""


def start(folder: Path) -> dict[str, Any]:
    """Run the command once with a cache folder, and say what it took."""
    out = folder / "out.wav"
    began = time.perf_counter()
    figures = in_own_process(
        "-c", PROGRAM, ROOT / "demo", out, environment={"TTS_CACHE_DIR": str(folder / "cache")}
    )
    wall = time.perf_counter() - began
    if figures.pop("status") or not out.stat().st_size:
        raise SystemExit("the command failed: see what it prints")
    return {"wall s": wall, **figures}


def prepare(folder: Path, state: str) -> None:
    """Bring the cache folder into a state, from the one that a start leaves."""
    if state == "empty":
        shutil.rmtree(folder / "cache", ignore_errors=True)
    if state == "converted":
        shutil.rmtree(folder / "cache" / "compiled", ignore_errors=True)


def main() -> None:
    """Measure and print the table and the modules."""
    parser = arguments(__doc__, rounds=5)
    args = parser.parse_args()
    report = Report(args.json)
    runs: dict[str, list[dict[str, Any]]] = {state: [] for state in STATES}
    with tempfile.TemporaryDirectory() as name:
        for _ in range(args.rounds):
            for state in STATES:  # each leaves what the next one begins with
                prepare(Path(name), state)
                runs[state].append(start(Path(name)))
    rows: list[Row] = []
    for state, found in runs.items():
        middle = medians(found)
        rows.append({"cache": state, "wall s": middle["wall s"], "CPU s": middle["CPU s"]})
    report.table('-i "Hello." to a finished file', rows)
    modules = runs["compiled"][0]["modules"]
    heavy = [name for name in HEAVY if name in modules]
    imported = ", ".join(name for name in modules if not name.startswith("_"))
    report.table(
        "Imported with everything cached",
        [
            {
                "modules": runs["compiled"][0]["loaded"],
                "heavy": ", ".join(heavy) or "none",
                "not of Python": imported,
            }
        ],
    )


if __name__ == "__main__":
    main()
