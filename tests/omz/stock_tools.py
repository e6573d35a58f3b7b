#!/usr/bin/env python3
"""Run the stock tools of the Open Model Zoo on every model of models.lst, offline, and compare with this project's.

    python tests/omz/stock_tools.py [--work DIR]

Not a part of the test suite: it installs openvino-dev 2024.6.0, the last release with the stock tools, into a virtual
environment of its own, for which the running Python must be 3.9 to 3.12. Run it in an environment of requirements.txt.

    omz_info_dumper   the facts are those of this project's command
    omz_downloader    every file out of a prepared cache; a proxy that is not there keeps it from the network
    omz_converter     every model, FP16 and FP32, by Model Optimizer
    each IR           read by this environment's OpenVINO, computes what this project's own conversion computes
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np
import openvino

ROOT = Path(__file__).resolve().parents[2]
STOCK = "openvino-dev[onnx]==2024.6.0"
NOWHERE = "http://127.0.0.1:9"  # nothing listens there
FACTS = ("name", "composite_model_name", "framework", "license_url", "precisions", "task_type", "input_info")
MIN_SNR = {"FP32": 80.0, "FP16": 40.0}  # dB

# What an owner of the stock tools runs too: the folder of models is a constant of the package.
LAUNCHER = """\
import importlib, pathlib, sys
from omz_tools import _common
_common.MODEL_ROOT = pathlib.Path(sys.argv.pop(1))
importlib.import_module("omz_tools." + sys.argv.pop(1)).main()
"""


def run(command: list[str], *, show: bool = True, **environment: str) -> str:
    """Run a command, show it, and return its standard output."""
    if show:
        print("$", " ".join(command[:6]), "…" if len(command) > 6 else "", flush=True)
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"failed with status {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def stock_python(work: Path) -> str:
    """Return the Python of the environment with the stock tools, made if it is not there."""
    python = work / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(work / "env", with_pip=True)
        run([str(python), "-m", "pip", "install", "--quiet", STOCK])
    return str(python)


def ours(module: str, *arguments: str) -> str:
    """Run a command of this project."""
    command = [sys.executable, "-m", f"text_to_speech.store.{module}", *arguments]
    return run(command, PYTHONPATH=str(ROOT / "demo"))


def facts(text: str) -> list[dict[str, object]]:
    """Return the facts that both dumpers print in the same words."""
    return [
        {key: model[key] for key in FACTS} | {"stages": facts(json.dumps(model["model_stages"]))}
        for model in json.loads(text)
    ]


def signal_to_noise(stock: Path, own: Path) -> float:
    """Return the lowest SNR in dB of the stock tools' IR over its outputs, against this project's IR."""
    core = openvino.Core()
    compiled = [core.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}) for path in (stock, own)]
    random = np.random.default_rng(0)
    values = {}
    for entry in compiled[1].inputs:
        whole = entry.element_type.is_integral()
        values[entry.any_name] = (
            random.integers(1, 40, entry.shape) if whole else random.normal(-4, 2, entry.shape)
        ).astype(entry.element_type.to_dtype())
    ratios = []
    for output in compiled[1].outputs:
        result, expected = (model(values)[model.output(output.any_name)] for model in compiled)
        noise = np.mean((result.astype(np.float64) - expected) ** 2)
        ratios.append(10 * np.log10(np.mean(expected.astype(np.float64) ** 2) / max(noise, 1e-30)))
    return float(min(ratios))


def check(work: Path) -> int:
    """Run everything in a folder; return the number of IRs that differ."""
    lst, models = str(ROOT / "models.lst"), ROOT / "models"
    python = stock_python(work)
    (work / "launch.py").write_text(LAUNCHER, encoding="utf-8")
    stock = [python, str(work / "launch.py"), str(models)]
    same = facts(run([*stock, "omz_info_dumper", "--all"])) == facts(ours("info_dumper", "--all"))
    print("omz_info_dumper:", "the same facts" if same else "other facts")
    own, theirs, cache = work / "own", work / "stock", work / "cache"
    ours("downloader", "--list", lst, "-o", str(own), "--cache_dir", str(cache))
    ours("converter", "--list", lst, "-d", str(own))
    offline = {"http_proxy": NOWHERE, "https_proxy": NOWHERE}
    arguments = ["--list", lst, "-o", str(theirs), "--cache_dir", str(cache)]
    run([*stock, "omz_downloader", *arguments], **offline)
    # mo stands beside the environment's Python.
    path = os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", "")])
    run([*stock, "omz_converter", "--list", lst, "-d", str(theirs)], PATH=path, **offline)
    wrong = 0 if same else 1
    for file in sorted(own.rglob("*.xml")):
        place = file.relative_to(own / "public")
        ratio, precision = signal_to_noise(theirs / place, file), file.parent.name
        wrong += ratio < MIN_SNR[precision]
        print(f"{precision} {file.stem}: {ratio:.1f} dB")
    return wrong


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, help="keep everything in this folder (default: a temporary one)")
    options = parser.parse_args()
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
        return min(check(options.work.resolve()), 1)
    with tempfile.TemporaryDirectory() as folder:
        return min(check(Path(folder)), 1)


if __name__ == "__main__":
    sys.exit(main())
