"""What the tests of batches share: workers in this process, and the command as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from text_to_speech.batch.manifest import Record, WorkFolder
from text_to_speech.batch.outcomes import Failure, Outcome, Result, answer
from text_to_speech.batch.rows import Job

ROOT = Path(__file__).parents[2]


class Inline:
    """Workers that work in this process, one row after the other.

    Args:
        function: What they do with a row.
    """

    def __init__(self, function: Callable[[Job], Record]) -> None:
        self.is_stopped = False
        self._function = function

    def stop(self) -> None:
        self.is_stopped = True

    def map(self, tasks: Iterable[Job]) -> Iterator[Outcome[Job, Record]]:
        for task in tasks:
            made = answer(self._function, task)
            if isinstance(made, Result):
                yield Outcome(task, made.value)
            else:
                assert isinstance(made, Failure)
                yield Outcome(task, failure=made)
            if self.is_stopped:
                return


class PaperSpeaker:
    """Paper models: a row becomes a record at once, with a file of its text or without one.

    Args:
        work: The work folder.
        run: The number of the run.
        files: Whether there are files.
    """

    def __init__(self, work: WorkFolder, run: int, *, files: bool = True) -> None:
        self.spoken: list[str] = []
        self._work = work
        self._manifest = work.writer(run)
        self._files = files

    def __call__(self, job: Job) -> Record:
        if not self._files:
            return Record(job.row.id, job.key, job.file, 0, "", 1.0)
        self.spoken.append(job.row.id)
        self._work.path(job.file).write_text(job.row.text, encoding="utf-8", errors="backslashreplace")
        data = {"number": job.row.number, "text": job.row.text, "words": len(job.row.text.split())}
        record = self._work.record(job.row.id, key=job.key, file=job.file, seconds=1.0, data=data)
        self._manifest.append(record)
        return record


def environment(**more: str) -> dict[str, str]:
    """The environment in which a process finds the package and what supports the tests."""
    paths = [str(ROOT / "demo"), str(ROOT / "tests" / "support")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **more}


def command(*options: str | Path) -> list[str]:
    """The command line of text-to-speech-batch."""
    return [sys.executable, str(ROOT / "demo" / "text_to_speech_batch.py"), *map(str, options)]


def batch(*options: str | Path, stdin: str | bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run text-to-speech-batch to its end."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(command(*options), input=given, capture_output=True, env=environment(), check=False)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def write_jobs(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def failures(folder: Path) -> list[dict[str, Any]]:
    """The rows of failed.jsonl."""
    path = folder / "failed.jsonl"
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


def sound_files(folder: Path) -> dict[str, bytes]:
    """The sound files of a folder by their names."""
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".wav", ".flac", ".mp3")
    }


def leftovers(folder: Path) -> Sequence[Path]:
    """Files in a folder that are no results: temporary ones."""
    return [path for path in folder.rglob("*") if ".part" in path.name]
