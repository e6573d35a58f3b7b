"""Batches that are killed, run out of disk, or get rows that nobody should send: the end is that of a calm run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from batch_support import batch, command, environment, failures, leftovers, sound_files, write_jobs

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found in /proc")


def processes_below(process: int, sign: str) -> list[int]:
    """The processes that a process has started whose command line has a sign."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == process and sign in (path / "cmdline").read_text():
                found.append(int(path.name))
        except (OSError, ValueError):
            continue
    return found


def kill_the_driver(process: subprocess.Popen[bytes], chance: random.Random) -> bool:
    process.kill()
    process.wait()
    return True


def kill_a_worker(process: subprocess.Popen[bytes], chance: random.Random) -> bool:
    found = processes_below(process.pid, "spawn_main")
    if found:
        os.kill(chance.choice(found), signal.SIGKILL)
    return bool(found)


Kill = Callable[[subprocess.Popen[bytes], random.Random], bool]


def disturbed(options: list[Any], out: Path, *, rows: int, kills: int, kill: Kill, seed: int) -> int:
    """Give a command until it ends by itself, and kill something so often; return how often it was given."""
    chance = random.Random(seed)
    moments = sorted(chance.uniform(0, 0.9) * rows for _ in range(kills))
    given, end = 1, time.monotonic() + 900
    process = subprocess.Popen(command(*options), env=environment())
    try:
        while time.monotonic() < end:
            made = len(list(out.glob("*.wav"))) if out.exists() else 0
            if moments and made >= moments[0] and process.poll() is None:
                time.sleep(chance.random() * 0.2)
                if kill(process, chance):
                    moments.pop(0)
            status = process.poll()
            # A command whose workers are killed three times before they are ready gives up, with status 1.
            if status == -signal.SIGKILL or (status == 1 and given <= kills):
                given += 1
                process = subprocess.Popen(command(*options), env=environment())
            elif status is not None:
                assert status == 0
                return given
            else:
                time.sleep(0.01)
    finally:
        process.kill()
        process.wait()
    raise AssertionError("it did not come to its end")


@pytest.mark.parametrize("kill", [kill_the_driver, kill_a_worker])
@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_a_batch_that_is_killed_ends_as_one_that_is_not(tmp_path: Path, tiny, kill: Kill, kills: int) -> None:
    count = 15 * kills
    rows = [{"id": f"r{number}", "text": f"Row number {number} of some."} for number in range(count)]
    job = write_jobs(tmp_path / "jobs.jsonl", rows)
    calm, out = tmp_path / "calm", tmp_path / "out"
    assert batch(job, "-o", calm, "--workers", "2", *tiny.flags).returncode == 0
    options = [job, "-o", out, "--workers", "2", "--quiet", *tiny.flags]
    given = disturbed(options, out, rows=count, kills=kills, kill=kill, seed=kills)
    assert given > 1 or kill is not kill_the_driver
    assert sound_files(out) == sound_files(calm)
    assert len(sound_files(out)) == count
    assert (out / "metadata.csv").read_bytes() == (calm / "metadata.csv").read_bytes()
    assert leftovers(out) == []
    assert failures(out) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 512 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if not mount or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=512k", "none", str(folder)], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_in_one_line_and_nothing_half_is_left(
    tmp_path: Path, tiny, small_disk: Path
) -> None:
    rows = [{"id": f"r{number}", "text": "Some words to fill the disk with. " * 3} for number in range(12)]
    job = write_jobs(tmp_path / "jobs.jsonl", rows)
    assert batch(job, "-o", tmp_path / "calm", "--workers", "1", *tiny.flags).returncode == 0
    out = small_disk / "out"
    done = batch(job, "-o", out, "--workers", "2", *tiny.flags)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "error:" in line]
    assert "No space left on device" in line
    assert "give the same command again" in line
    calm, kept = sound_files(tmp_path / "calm"), sound_files(out)
    assert 0 < len(kept) < 12
    assert kept == {name: calm[name] for name in kept}
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    again = batch(job, "-o", out, "--workers", "2", *tiny.flags)
    assert again.returncode == 0, again.stderr
    assert sound_files(out) == calm
    assert leftovers(out) == []


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path, tiny, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    job = write_jobs(tmp_path / "jobs.jsonl", [{"text": "One."}])
    done = batch(job, "-o", small_disk / "out", "--workers", "1", *tiny.flags)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert "cannot be made or written: Read-only file system" in line


@contextmanager
def two_rows_made(out: Path, flags: Iterable[Any]) -> Iterator[subprocess.Popen[bytes]]:
    """A command that has made two rows and waits for the next ones."""
    with subprocess.Popen(
        command("-", "-o", out, "--workers", "1", *flags),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin
        process.stdin.write(b'{"text": "One."}\n{"text": "Two."}\n')
        process.stdin.flush()
        end = time.monotonic() + 60
        while not (out / "2.wav").exists():
            assert time.monotonic() < end
            time.sleep(0.02)
        yield process


def test_a_folder_that_becomes_read_only_in_a_run_ends_it(tmp_path: Path, tiny, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    out = small_disk / "out"
    with two_rows_made(out, tiny.flags) as process:
        # A disk with open files cannot be made read-only, but another face of it can be put in its place.
        subprocess.run(["mount", "--bind", str(out), str(out)], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,bind,ro", str(out)], check=True)
            _, errors = process.communicate(b'{"text": "Three."}\n{"text": "Four."}\n', timeout=60)
        finally:
            subprocess.run(["umount", "--lazy", str(out)], check=True)
    assert process.returncode == 1
    assert b"Traceback" not in errors
    (line,) = [line for line in errors.decode().splitlines() if "error:" in line]
    assert "Read-only file system" in line
    assert sorted(sound_files(out)) == ["1.wav", "2.wav"]
    assert batch("-", "-o", out, *tiny.flags, stdin='{"text": "One."}\n' * 4).returncode == 0
    assert leftovers(out) == []


def test_a_folder_that_is_taken_away_in_a_run_ends_it(tmp_path: Path, tiny) -> None:
    out = tmp_path / "out"
    with two_rows_made(out, tiny.flags) as process:
        shutil.rmtree(out)
        out.write_text("no folder any more")
        _, errors = process.communicate(b'{"text": "Three."}\n', timeout=60)
    assert process.returncode == 1
    assert b"Traceback" not in errors


def test_rows_that_nobody_should_send(tmp_path: Path, tiny) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "long", "text": "Word and word. " * 2_000},
        {"id": "good", "text": "A good row."},
        {"id": "empty", "text": ""},
        {"id": "blank", "text": " \n\t"},
        {"id": "silent", "text": "... --- !!!"},
        {"id": "number", "text": 5},
        {"id": "none"},
        {"id": "../../escape", "text": "x"},
        {"id": "/etc/passwd", "text": "x"},
        {"id": "nul", "text": "x"},
        {"id": "Good", "text": "x"},
        {"id": "good", "text": "twice"},
        {"id": "x" * 5_000, "text": "x"},
        {"id": {"a": 1}, "text": "x"},
        {"id": "ssml", "text": "<speak><p>no end"},
        {"id": "pause", "text": "a [pause 99s] b"},
        {"id": "half", "text": "a \ud800 b"},
        {"id": "zero", "text": "a\0b"},
        {"id": "voice", "text": "x", "voice": "nobody"},
        {"id": "speed", "text": "x", "speed": 1e308},
        {"id": "rate", "text": "x", "sample_rate": -1},
        {"id": "format", "text": "x", "format": "../../exe"},
        {"id": "lexicon", "text": "x", "lexicon": {"x": "☃"}},
    ]
    job = write_jobs(tmp_path / "jobs.jsonl", rows)
    out = tmp_path / "deep" / "out"
    done = batch(job, "-o", out, "--workers", "2", *tiny.flags)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    failed = {failure["id"][:20]: failure for failure in failures(out)}
    expected = {"empty", "blank", "silent", "number", "none", "good", "x" * 20, "{'a': 1}", "ssml", "pause", "voice",
                "speed", "rate", "format", "lexicon"}  # fmt: skip
    assert set(failed) - {"zero", "half"} == expected
    assert all("\n" not in failure["reason"] for failure in failed.values())
    made = set(sound_files(out))
    assert {"long.wav", "good.wav"} <= made
    assert len(made) + len(failed) == len(rows)
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("deep", "jobs.jsonl")] == []
    assert not Path("/etc/passwd.wav").exists()
    assert leftovers(out) == []


@pytest.mark.slow
def test_a_row_of_a_megabyte_needs_no_more_memory_than_others(tmp_path: Path, tiny) -> None:
    """Its sound is twenty hours with a usual voice; the tiny one is quicker."""
    job = write_jobs(
        tmp_path / "jobs.jsonl", [{"id": "long", "text": "Some words here, and others. " * 35_000}]
    )
    out = tmp_path / "out"
    largest = 0.0
    with subprocess.Popen(
        command(job, "-o", out, "--workers", "1", "--quiet", *tiny.flags), env=environment()
    ) as process:
        while process.poll() is None:
            for worker in processes_below(process.pid, "spawn_main"):
                try:
                    status = Path(f"/proc/{worker}/status").read_text()
                    largest = max(largest, float(status.partition("VmHWM:")[2].split()[0]) / 1e3)
                except (OSError, IndexError):
                    continue
            time.sleep(0.5)
    assert process.returncode == 0
    assert largest < 1_000
    assert (out / "long.wav").stat().st_size > 1_000_000
