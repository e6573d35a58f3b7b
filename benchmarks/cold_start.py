"""How long a fresh process takes for one word: to a finished file, to the first sound, and what it imports.

python benchmarks/cold_start.py [--vocoder NAME ...] [--rounds N] [--json FILE]

`text_to_speech_demo.py -i "Hello."` runs in processes of their own, in three states in turn: with an empty cache folder
(models are converted and compiled), with converted models (they are compiled), and with compiled ones, as every start
but the first is. The time is that of the whole process, Python's start included; the medians are shown.

The first sound is that of `Synthesizer.stream`, with everything in the cache and counted from the start of the process:
what a program that plays the sound makes its listener wait for.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import ROOT, Report, Row, add_vocoders, arguments, in_own_process, medians

STATES = ("empty", "converted", "compiled")
SOUND = "first sound"
DEFAULT = "hifi-gan"
HEAVY = ("cv2", "librosa", "nncf", "numba", "onnx", "onnxruntime", "scipy", "torch")
PROGRAM = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from text_to_speech.cli import speak
status = speak.main(["-i", "Hello.", "-o", *sys.argv[2:]])
if status:
    sys.exit(status)
modules = sorted({name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names)
print(json.dumps({"CPU s": time.process_time(), "modules": modules, "loaded": len(sys.modules)}))
"""
FIRST_SOUND = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from text_to_speech.openvino_import import leave_converter_out
leave_converter_out()
from text_to_speech import Synthesizer
next(Synthesizer("CPU", vocoder_model=sys.argv[2]).stream("Hello."))
print(json.dumps({"wall s": time.time() - float(sys.argv[3]), "CPU s": time.process_time()}))
"""


def start(folder: Path, vocoder: str) -> dict[str, Any]:
    """Run the command once with a cache folder; return its figures."""
    choice = () if vocoder == DEFAULT else ("--vocoder", vocoder)
    out = folder / "out.wav"
    began = time.perf_counter()
    figures = in_own_process(
        "-c", PROGRAM, ROOT / "demo", out, *choice, environment={"TTS_CACHE_DIR": str(folder / "cache")}
    )
    wall = time.perf_counter() - began
    return {"wall s": wall, **figures}


def first_sound(folder: Path, vocoder: str) -> dict[str, Any]:
    """Speak in a fresh process with a cache folder that is filled; return the figures of its first chunk."""
    began = str(time.time())
    return in_own_process(
        "-c",
        FIRST_SOUND,
        ROOT / "demo",
        vocoder,
        began,
        environment={"TTS_CACHE_DIR": str(folder / "cache")},
    )


def prepare(folder: Path, state: str) -> None:
    """Bring the cache folder into a state, from the one that a start leaves."""
    if state == "empty":
        shutil.rmtree(folder / "cache", ignore_errors=True)
    if state == "converted":
        shutil.rmtree(folder / "cache" / "compiled", ignore_errors=True)


def starts(vocoder: str, rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Start in each state in turn, each of which leaves the cache as the next one needs it; the first sound is last."""
    runs: dict[str, list[dict[str, Any]]] = {state: [] for state in (*STATES, SOUND)}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for state in STATES:
                prepare(Path(folder), state)
                runs[state].append(start(Path(folder), vocoder))
            runs[SOUND].append(first_sound(Path(folder), vocoder))
    return runs


def main() -> None:
    """Measure and print the tables."""
    parser = arguments(__doc__, rounds=5)
    add_vocoders(parser)
    args = parser.parse_args()
    report = Report(args.json)
    times: list[Row] = []
    sounds: list[Row] = []
    imports: list[Row] = []
    for vocoder in args.vocoders or [DEFAULT]:
        runs = starts(vocoder, args.rounds)
        for state, found in runs.items():
            middle = medians(found)
            row = {"vocoder": vocoder, "wall s": middle["wall s"], "CPU s": middle["CPU s"]}
            if state == SOUND:
                sounds.append(row)
            else:
                times.append({"cache": state, **row})
        last = runs["compiled"][-1]
        heavy = [name for name in last["modules"] if name in HEAVY]
        others = [name for name in last["modules"] if not name.startswith("_")]
        imports.append(
            {
                "vocoder": vocoder,
                "modules": last["loaded"],
                "heavy": ", ".join(heavy) or "none",
                "packages": ", ".join(others),
            }
        )
    report.table('-i "Hello." to a finished file', times)
    report.table('"Hello." to the first chunk, everything cached', sounds)
    report.table("Imported with everything cached", imports)


if __name__ == "__main__":
    main()
