"""A batch that is killed again and again: does every row end as in a run that nobody disturbs?

A job of short rows is spoken while at random moments a worker, the driver, or a node of a Ray cluster of three is
killed with SIGKILL; the command is given again until it ends by itself. Then it is spoken in peace, and every file of
the first run is compared with that of the second one, sample by sample.

    python benchmarks/kills.py --rows 2000 --kills 10
    python benchmarks/kills.py --rows 2000 --kills 10 --ray
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from measuring import ROOT, Report, arguments

WORDS = (  # noqa: SIM905 - a list is longer
    "air arm bag ball bell bird boat book bread cake chair clock coat cup day desk dog door dream ear eye farm fish"
    " flag floor game gate glass hand hat hill house key king lake lamp leaf map milk moon nest night page park pen"
    " plant queen rain"
).split()
COMMAND = ROOT / "demo" / "text_to_speech_batch.py"
ATTEMPTS = 3  # to start a node
TARGETS = ("worker", "driver")


def write_job(path: Path, rows: int, words: int = 2) -> None:
    """Write a job of rows of so many short words, two or more; those of 2,304 rows are all different."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            places = [number, number // len(WORDS), *(number + 7 * more for more in range(1, words - 1))]
            text = " ".join(WORDS[place % len(WORDS)] for place in places)
            file.write(json.dumps({"id": f"row-{number:05d}", "text": f"{text}."}) + "\n")


class Batch:
    """One job and the command line that does it.

    Args:
        job: The job list.
        out: The folder.
        options: More options of the command.
    """

    def __init__(self, job: Path, out: Path, options: list[str]) -> None:
        self.out = out
        self._command = [sys.executable, str(COMMAND), str(job), "-o", str(out), "--quiet", *options]
        self.runs = 0

    def start(self) -> subprocess.Popen[bytes]:
        """Give the command."""
        self.runs += 1
        return subprocess.Popen(self._command)  # noqa: S603 - our own command

    def finished(self) -> int:
        """Return how many rows have a file that is in place."""
        return sum(1 for path in self.out.glob("*.wav"))


def children(process: int, sign: str) -> list[int]:
    """Return the processes below one whose command line has a sign."""
    found, below = [], {process}
    for path in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            line = (path / "cmdline").read_bytes().decode(errors="replace")
        except (OSError, ValueError, IndexError):
            continue
        if parent in below:
            below.add(int(path.name))
            if sign in line:
                found.append(int(path.name))
    return found


def end(process: int) -> bool:
    """Kill a process, if it is there."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


class Disturber:
    """Kills something at a random moment.

    Args:
        batch: What is disturbed.
        seed: Of the moments and the targets.
        cluster: The Ray cluster, if there is one.
    """

    def __init__(self, batch: Batch, *, seed: int, cluster: Any = None) -> None:
        self.kills: Counter[str] = Counter()
        self._batch = batch
        self._random = random.Random(seed)  # noqa: S311 - nothing here is secret
        self._cluster = cluster

    def run(self, kills: int, rows: int) -> float:
        """Let the job come to its end with so many kills, spread over its rows; return the seconds."""
        began = time.perf_counter()
        moments = sorted(self._random.uniform(0.02, 0.98) * rows for _ in range(kills))
        process = self._batch.start()
        while True:
            if moments and self._batch.finished() >= moments[0] and process.poll() is None:
                time.sleep(self._random.random() * 0.5)
                if self._kill(process):
                    moments.pop(0)
            status = process.poll()
            if status is None:
                time.sleep(0.05)
            elif status == -signal.SIGKILL:
                process = self._batch.start()
            elif status:
                raise SystemExit(f"the command ended with status {status}")
            else:
                return time.perf_counter() - began

    def _kill(self, process: subprocess.Popen[bytes]) -> bool:
        """Kill something; return whether it was there."""
        target = self._random.choice((*TARGETS, "node") if self._cluster else TARGETS)
        if target == "driver":
            done = end(process.pid)
            process.wait()
        elif target == "node":
            node = self._random.choice(sorted(self._cluster.worker_nodes, key=str))
            self._cluster.remove_node(node, allow_graceful=False)
            add_node(self._cluster, num_cpus=1)
            done = True
        else:
            found = (
                children(os.getpid(), "ray::Actor") if self._cluster else children(process.pid, "spawn_main")
            )
            done = bool(found) and end(self._random.choice(found))
        self.kills[target] += done
        return done


def new_cluster(*, nodes: int, processors: int = 1) -> Any:
    """Return a Ray cluster whose nodes are processes of this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    add_node(cluster, num_cpus=processors, include_dashboard=False)
    for _ in range(nodes - 1):
        add_node(cluster, num_cpus=processors)
    return cluster


def add_node(cluster: Any, **options: Any) -> None:
    """Add a node, of which Ray expects that it is there after thirty seconds; a busy machine may need another try."""
    for attempt in range(ATTEMPTS):
        try:
            cluster.add_node(**options)
        except Exception as error:
            if "timed out" not in str(error) or attempt == ATTEMPTS - 1:
                raise
        else:
            return


def compare(calm: Path, disturbed: Path) -> dict[str, int]:
    """Return how many files are equal to those of the calm run, other, missing, and left over."""
    import numpy as np
    import soundfile

    names = {path.name for path in calm.glob("*.wav")}
    found = {path.name for path in disturbed.rglob("*") if path.is_file() and ".work" not in path.parts}
    equal = 0
    for name in names & found:
        one, other = (soundfile.read(folder / name, dtype="int16")[0] for folder in (calm, disturbed))
        equal += bool(np.array_equal(one, other))
    left_over = found - names - {"metadata.csv"}
    return {
        "equal": equal,
        "other": len(names & found) - equal,
        "missing": len(names - found),
        "left over": len(left_over),
    }


def main() -> int:
    """Run, and return the exit status."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", default="2")
    parser.add_argument("--vocoder", default="source-filter-light")
    parser.add_argument("--ray", action="store_true", help="on a Ray cluster of three nodes")
    parser.add_argument(
        "--calm", type=Path, metavar="FOLDER", help="folder of the calm run, which is used again"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as temporary:
        folder = Path(temporary)
        job = folder / "job.jsonl"
        write_job(job, args.rows)
        options = ["--vocoder", args.vocoder, "--workers", args.workers]
        cluster = new_cluster(nodes=3) if args.ray else None
        more = ["--ray", cluster.address] if cluster else []
        disturbed = Batch(job, folder / "disturbed", [*options, *more])
        disturber = Disturber(disturbed, seed=args.seed, cluster=cluster)
        try:
            seconds = disturber.run(args.kills, args.rows)
        finally:
            if cluster:
                cluster.shutdown()
        calm = Batch(job, args.calm or folder / "calm", options)
        if calm.start().wait():
            raise SystemExit("the calm run failed")
        result = compare(calm.out, disturbed.out)
        records = [
            json.loads(line)["id"]
            for path in (disturbed.out / ".work" / "manifest").iterdir()
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
    row = {
        "rows": args.rows,
        "on": "Ray, 3 nodes" if args.ray else f"{args.workers} processes",
        "kills": ", ".join(f"{count} {what}" for what, count in sorted(disturber.kills.items())),
        "commands": disturbed.runs,
        **result,
        "made twice": len(records) - len(set(records)),
        "seconds": round(seconds, 1),
    }
    Report(args.json).table("Killed at random moments", [row])
    return 0 if result["equal"] == args.rows and not result["left over"] else 1


if __name__ == "__main__":
    sys.exit(main())
