"""What many rows cost: on one process and several, on Ray, and as their number grows.

The rows are those of `kills.py`, of two short words each unless `--words` says otherwise. The cost of a row is what
more rows cost: a run of a few rows is subtracted from one of many, and what is left over is the start. CPU seconds are
those of all processes: the driver, the workers, and Ray's own.

    python benchmarks/scale.py --rows 2000 --ray
    python benchmarks/scale.py --rows 500 --words 16 --ray
    python benchmarks/scale.py --part growth
    python benchmarks/scale.py --part grouping --vocoder hifi-gan
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from kills import COMMAND, children, new_cluster, write_job
from measuring import ROOT, Report, arguments, peak_megabytes

FEW = 20  # rows of the run that is subtracted
GROWTH = (100, 1_000, 10_000)
PAPER = (10_000, 100_000, 1_000_000)
BATCHES, FRAMES = (1, 2, 4, 8), (64, 128, 256)
SPECTROGRAMS = 24  # of varied lengths
FRAME_SECONDS = 256 / 22_050
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Spent:
    """What one run took.

    Attributes:
        cpu: CPU seconds of all processes.
        workers: CPU seconds of the workers for the rows alone.
        wall: Seconds.
        sound: Seconds of sound.
        megabytes: The largest worker.
    """

    cpu: float
    workers: float
    wall: float
    sound: float
    megabytes: float

    def __sub__(self, other: Spent) -> Spent:
        return Spent(
            self.cpu - other.cpu,
            self.workers - other.workers,
            self.wall - other.wall,
            self.sound - other.sound,
            self.megabytes,
        )


def cpu_below(process: int) -> float:
    """Return the CPU seconds of the processes below one, and of those that these have outlived."""
    total = 0
    for number in children(process, ""):
        try:
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / TICK


def megabytes(process: int) -> float:
    """Return the resident size of a process; 0 if it has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        return float(status.partition("VmHWM:")[2].split()[0]) / 1e3
    except (OSError, IndexError):
        return 0.0


def run_command(folder: Path, rows: int, options: list[str], *, words: int = 2, cluster: Any = None) -> Spent:
    """Give the command once for so many rows, and return what it took."""
    job = folder / f"{rows}-{words}.jsonl"
    if not job.exists():
        write_job(job, rows, words)
    with tempfile.TemporaryDirectory(dir=folder) as out:
        more = ["--ray", cluster.address] if cluster else []
        before, began, largest, cluster_cpu = os.times(), time.perf_counter(), 0.0, 0.0
        cluster_before = cpu_below(os.getpid()) if cluster else 0.0
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, str(COMMAND), str(job), "-o", out, "--json", *options, *more],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        end: dict[str, Any] = {}
        for line in process.stdout:
            end = json.loads(line)
            if end["event"] == "end" or (end["event"] == "made" and end["id"].endswith("99")):
                found = children(os.getpid(), "ray::Actor" if cluster else "spawn_main")
                largest = max([largest, *map(megabytes, found)])
            if end["event"] == "end" and cluster:
                # The actors are still there, and so is the driver.
                cluster_cpu = cpu_below(os.getpid()) - cluster_before
        if process.wait() or not end.get("complete"):
            raise SystemExit(f"the command ended with status {process.returncode}")
        after, wall = os.times(), time.perf_counter() - began
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        cpu = cluster_cpu if cluster else cpu
    return Spent(cpu, end["cpu_seconds"], wall, end["seconds"], largest)


def run_bare(rows: int, words: int, options: dict[str, Any]) -> Spent:
    """Speak the rows of a job one after the other in this process, and write nothing."""
    from text_to_speech.batch.pool import build_for_worker
    from text_to_speech.pipeline import SynthesizerOptions

    began, cpu = time.perf_counter(), time.process_time()
    with (
        tempfile.TemporaryDirectory() as folder,
        build_for_worker(SynthesizerOptions(**options)) as synthesizer,
    ):
        job = Path(folder, "job.jsonl")
        write_job(job, rows, words)
        before, sound = time.process_time(), 0.0
        for line in job.read_text(encoding="utf-8").splitlines():
            sound += synthesizer.synthesize(json.loads(line)["text"]).seconds
    now = time.process_time()
    return Spent(now - cpu, now - before, time.perf_counter() - began, sound, peak_megabytes() or 0.0)


def bare_in_own_process(rows: int, words: int, vocoder: str) -> Spent:
    """Run `run_bare` in a process of its own."""
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'benchmarks')!r}); import json, scale;"
    code += f"print(json.dumps(vars(scale.run_bare({rows}, {words}, {{'vocoder_model': {vocoder!r}}}))))"
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return Spent(**json.loads(done.stdout.splitlines()[-1]))


def cost_rows(args: Any, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what rows cost on each kind of workers, beside the bare pipeline."""
    options = ["--vocoder", args.vocoder]
    cases: dict[str, Callable[[int], Spent]] = {
        "bare pipeline": lambda rows: bare_in_own_process(rows, args.words, args.vocoder),
        **{
            f"{count} process{'es' if count > 1 else ''}": lambda rows, count=count: run_command(
                folder, rows, [*options, "--workers", str(count)], words=args.words
            )
            for count in (1, 2)
        },
    }
    cluster = None
    if args.ray:
        cluster = new_cluster(nodes=1, processors=2)
        for count in (1, 2):
            cases[f"Ray, {count} actor{'s' if count > 1 else ''}"] = lambda rows, count=count: run_command(
                folder, rows, [*options, "--workers", str(count)], words=args.words, cluster=cluster
            )
    samples: dict[str, list[tuple[Spent, Spent]]] = {name: [] for name in cases}
    try:
        for _ in range(args.rounds):
            for name, case in cases.items():
                samples[name].append((case(FEW), case(args.rows)))
    finally:
        if cluster:
            cluster.shutdown()
    bare = 0.0
    for name, pairs in samples.items():
        more = [many - few for few, many in pairs]
        cost = median(spent.cpu / spent.sound for spent in more)
        bare = bare or cost
        yield {
            "on": name,
            "rows per s": median((args.rows - FEW) / spent.wall for spent in more),
            "CPU s per s of audio": cost,
            "of it workers, for rows": median(spent.workers / spent.sound for spent in more),
            "ratio": cost / bare,
            "start, CPU s": median(few.cpu - cost * few.sound for few, _ in pairs),
            "MB per worker": median(spent.megabytes for spent in more),
        }


def growth_rows(args: Any, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what a row costs as there are more of them, with models of a few milliseconds."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    import tiny_models
    from text_to_speech.text import SYMBOLS

    flags = ["-m_duration", str(tiny_models.save_duration_prediction(folder / "duration.onnx", SYMBOLS))]
    flags += ["-m_forward", str(tiny_models.save_regression(folder / "regression.xml"))]
    flags += ["-m_hifigan", str(tiny_models.save_vocoder(folder / "vocoder.xml"))]
    few = run_command(folder, FEW, [*flags, "--workers", "2"])
    for rows in args.growth:
        spent = run_command(folder, rows, [*flags, "--workers", "2"]) - few
        yield {
            "rows": rows,
            "CPU ms per row": 1e3 * spent.cpu / (rows - FEW),
            "wall ms per row": 1e3 * spent.wall / (rows - FEW),
            "MB per worker": spent.megabytes,
        }


def paper_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what the driver alone costs, with workers that do nothing and write nothing."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from batch_support import Inline, PaperSpeaker
    from text_to_speech.batch.driver import Driver
    from text_to_speech.batch.index import Index
    from text_to_speech.batch.jobs import JobList
    from text_to_speech.batch.manifest import WorkFolder
    from text_to_speech.batch.rows import Directions, Keys, RowReader

    for rows in PAPER:
        job = folder / "paper.jsonl"
        write_job(job, rows)
        work = WorkFolder(folder / f"paper-{rows}")
        began = time.process_time()
        with work.locked() as run, Index(work) as index:
            driver = Driver(
                work, index, RowReader(Directions("heart")), Keys({}, lambda voice: [voice]), lambda *_: None
            )
            driver.run(JobList(str(job)), Inline(PaperSpeaker(work, run, files=False)))
            size = (work.work / "index.sqlite").stat().st_size
        spent = time.process_time() - began
        yield {
            "rows": rows,
            "CPU us per row": 1e6 * spent / rows,
            "resident MB": megabytes_now(),
            "index, MB on disk": size / 1e6,
        }


def megabytes_now() -> float:
    """Return the resident size of this process at this moment."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return float(status.partition("VmRSS:")[2].split()[0]) / 1e3


class BareVocoder:
    """A vocoder's model on one thread of a CPU, for spectrograms of noise.

    Args:
        name: Of the vocoder.
    """

    def __init__(self, name: str) -> None:
        import numpy as np

        from text_to_speech.inference.model_files import model_path, read_model
        from text_to_speech.inference.runtime import core, resolve_target

        config = resolve_target("CPU", threads=1).config() | {"ENABLE_CPU_PINNING": False}
        model = core().compile_model(read_model(model_path(name)), "CPU", config)
        self._request = model.create_infer_request()
        self._random = np.random.default_rng(0)
        self._takes_source = any("source" in port.get_names() for port in model.inputs)

    def cost(self, frames: int, batch: int) -> float:
        """Return CPU seconds per second of sound of so many spectrograms of one length at once."""
        inputs = {"mel": self._noise(batch, 80, frames) / 2 - 4}
        if self._takes_source:
            inputs["source"] = self._noise(batch, 2, 256 * frames) / 10
        times = max(1, 1024 // (frames * batch))
        began = time.process_time()
        for _ in range(times):
            self._request.infer(inputs)
        return (time.process_time() - began) / (times * batch * frames * FRAME_SECONDS)

    def _noise(self, *shape: int) -> Any:
        return self._random.standard_normal(shape, dtype="float32")


def grouping_rows(name: str, rounds: int) -> Iterator[dict[str, Any]]:
    """Yield what a second of audio costs where several spectrograms of one length are one inference."""
    vocoder = BareVocoder(name)
    samples: dict[tuple[int, int], list[float]] = {}
    for _ in range(rounds):
        for frames in FRAMES:
            for batch in BATCHES:
                samples.setdefault((frames, batch), []).append(vocoder.cost(frames, batch))
    for frames in FRAMES:
        yield {"frames": frames} | {f"batch {b}": median(samples[frames, b]) for b in BATCHES}


def order_rows(name: str, rounds: int) -> Iterator[dict[str, Any]]:
    """Yield what a second of audio costs as spectrograms of varied lengths come in other orders, or in one length."""
    import numpy as np

    from text_to_speech.inference.vocoder import Vocoder

    vocoder = Vocoder(model=name, threads=1)
    vocoder.warm_up()
    chance, noise = random.Random(0), np.random.default_rng(0)  # noqa: S311 - nothing here is secret
    samples: dict[str, list[float]] = {}
    for _ in range(rounds):
        varied = [chance.randint(FRAMES[0], 2 * FRAMES[-1]) for _ in range(SPECTROGRAMS)]
        orders = {
            "any order": varied,
            "sorted by length": sorted(varied),
            "the same length every time": [sum(varied) // len(varied)] * len(varied),
        }
        for order, frames in orders.items():
            mels = [noise.standard_normal((80, count), dtype=np.float32) / 2 - 4 for count in frames]
            began = time.process_time()
            for mel in mels:
                vocoder.synthesize(mel)
            spent = time.process_time() - began
            samples.setdefault(order, []).append(spent / (sum(frames) * FRAME_SECONDS))
    usual = median(samples["any order"])
    for order, costs in samples.items():
        yield {"spectrograms": order, "CPU s per s of audio": median(costs), "ratio": median(costs) / usual}


def main() -> None:
    """Measure and report."""
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--part", choices=("cost", "growth", "paper", "grouping"), default="cost")
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--words", type=int, default=2, help="in a row (default: 2)")
    parser.add_argument("--growth", type=int, nargs="+", default=GROWTH, metavar="ROWS")
    parser.add_argument("--vocoder", default="source-filter-light")
    parser.add_argument("--ray", action="store_true", help="measure Ray too")
    args = parser.parse_args()
    report = Report(args.json)
    with tempfile.TemporaryDirectory(prefix="scale-") as temporary:
        folder = Path(temporary)
        if args.part == "cost":
            report.table(f"{args.rows} rows of {args.words} words, {args.vocoder}", cost_rows(args, folder))
        elif args.part == "growth":
            report.table("As the number of rows grows, tiny models, 2 processes", growth_rows(args, folder))
        elif args.part == "paper":
            report.table("The driver alone, on paper models", paper_rows(folder))
        else:
            report.table(
                f"Several spectrograms at once, {args.vocoder}", grouping_rows(args.vocoder, args.rounds)
            )
            report.table(f"One after the other, {args.vocoder}", order_rows(args.vocoder, args.rounds))


if __name__ == "__main__":
    main()
