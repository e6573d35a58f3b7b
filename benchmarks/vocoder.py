"""How fast HiFi-GAN runs, and how fast the machine computes: python benchmarks/vocoder.py [--device CPU] [--json FILE]

Times bare inference at several lengths and precisions in turn, round after round in one process, and prints the
median CPU seconds per second of audio, the ratio to f32 at 128 frames, and the rate in GFLOP/s of real work (78.61
GFLOP for 128 frames) beside the rate of a float32 matrix product in the same rounds. ONNX Runtime joins
in where it is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "demo"))

import numpy as np
import openvino
from openvino import opset13 as ops

from pipeline import processor
from text_to_speech.mel import FRAME_SECONDS, N_MELS
from text_to_speech.runtime import compile_model, core, read_model, reshaped, resolve_target
from text_to_speech.zoo import ensure_ir, model_folder

LENGTHS = (16, 64, 128, 256, 512)  # mel frames
GFLOP_PER_FRAME = 78.61 / 128  # python -m text_to_speech.zoo.complexity models/hifi-gan
MATRIX = 2_048  # rows and columns of the matrix product


def openvino_case(device: str, precision: str, frames: int, *, static: bool) -> Callable[[], Any]:
    """Return a function that runs HiFi-GAN once."""
    path = ensure_ir("hifi-gan")
    model = reshaped(read_model(path), {"mel": (1, N_MELS, frames if static else -1)}, path)
    request = compile_model(model, resolve_target(device, precision), path).create_infer_request()
    mel = np.random.default_rng(0).normal(-5, 2, size=(1, N_MELS, frames)).astype(np.float32)
    return lambda: request.infer({"mel": mel}, share_inputs=True)


def onnxruntime_case(frames: int, threads: int) -> Callable[[], Any] | None:
    """The same on ONNX Runtime, or None where it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    from text_to_speech.zoo.convert import make_onnx
    from text_to_speech.zoo.model_yml import read_model as read_yml

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hifi-gan.onnx"
        make_onnx(read_yml(model_folder("hifi-gan")), path)
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    mel = np.random.default_rng(0).normal(-5, 2, size=(1, N_MELS, frames)).astype(np.float32)
    return lambda: session.run(None, {"mel": mel})


def matrix_case(device: str) -> Callable[[], Any]:
    """A float32 matrix product in OpenVINO, plain work to compare with."""
    values = np.random.default_rng(0).normal(size=(MATRIX, MATRIX)).astype(np.float32)
    left = ops.parameter([MATRIX, MATRIX], np.float32, name="left")
    product = ops.matmul(left, ops.constant(values), transpose_a=False, transpose_b=False)
    model = openvino.Model([product], [left], "product")
    request = compile_model(model, resolve_target(device, "f32"), "a matrix product").create_infer_request()
    return lambda: request.infer([values], share_inputs=True)


def timed(run: Callable[[], Any]) -> tuple[float, float]:
    """Wall and CPU seconds of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Measure, print the table, and write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="CPU")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    threads = _threads()
    cases: dict[str, tuple[int, Callable[[], Any]]] = {
        f"f32, {frames}": (frames, openvino_case(args.device, "f32", frames, static=False))
        for frames in LENGTHS
    }
    cases["f32, 128, static"] = (128, openvino_case(args.device, "f32", 128, static=True))
    if "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        cases["bf16, 128"] = (128, openvino_case(args.device, "bf16", 128, static=False))
    other = onnxruntime_case(128, threads)
    if other is not None:
        cases["ONNX Runtime, 128"] = (128, other)
    cases["matrix product"] = (0, matrix_case(args.device))
    for _, run in cases.values():
        run()
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for _ in range(args.rounds):
        for name, (_, run) in cases.items():
            samples[name].append(timed(run))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in samples.items()
    }
    base = medians["f32, 128"][1] / 128
    print(f"{processor()}, {threads} threads, medians of {args.rounds} rounds\n")
    print(f"{'case':>20}{'wall s':>9}{'CPU s':>9}{'CPU s/s':>9}{'ratio':>8}{'GFLOP/s':>9}")
    report = []
    for name, (frames, _) in cases.items():
        wall, cpu = medians[name]
        work = GFLOP_PER_FRAME * frames if frames else 2 * MATRIX**3 / 1e9
        per_second = cpu / (frames * FRAME_SECONDS) if frames else float("nan")
        ratio = cpu / frames / base if frames else float("nan")
        relative = f"{per_second:9.3f}{ratio:8.2f}" if frames else " " * 17
        print(f"{name:>20}{wall:9.3f}{cpu:9.3f}{relative}{work / wall:9.0f}")
        report.append({"case": name, "wall_s": wall, "cpu_s": cpu, "gflops": work / wall})
    if args.json:
        args.json.write_text(json.dumps({"processor": processor(), "results": report}, indent=2) + "\n")


def _threads() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
