"""The record of finished files: what a crash leaves of it, who may write it, and what it finds wrong with files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.batch.manifest import ManifestWriter, Record, StaleRunError, WorkFolder, read_manifest
from text_to_speech.errors import OutputError
from text_to_speech.files import write_output

RECORD = Record("a", "key", "a.wav", 3, "00", 1.5, {"words": ["ä", "\ud800"], "marks": None})


def finished(work: WorkFolder, unit: str, content: bytes = b"sound", **data: object) -> Record:
    write_output(work.folder / f"{unit}.wav", content)
    return work.record(unit, key=f"key of {unit}", file=f"{unit}.wav", seconds=0.5, data=data)


@pytest.fixture
def work(tmp_path: Path) -> WorkFolder:
    return WorkFolder(tmp_path / "deep" / "folder")


def test_what_is_appended_is_read_again(work: WorkFolder) -> None:
    with work.locked() as run, work.writer(run) as manifest:
        first, second = finished(work, "a", words=3), finished(work, "b", name="\ud800ü\n")
        manifest.append(first)
        manifest.append(second)
        assert work.load() == {"a": first, "b": second}
    assert [work.fault(record) for record in work.records()] == ["", ""]


def test_a_later_run_replaces_the_record_of_an_earlier_one(work: WorkFolder) -> None:
    for content in (b"one", b"two", b"three"):
        with work.locked() as run, work.writer(run) as manifest:
            manifest.append(finished(work, "a", content))
    assert run == 3
    assert len(list(work.records())) == 3
    assert work.load()["a"].bytes == 5


def test_runs_are_ordered_by_number_and_not_by_name(work: WorkFolder) -> None:
    with work.locked():
        pass
    for number in (2_000_000, 999_999):
        with work.writer(number) as manifest:
            manifest.append(Record("a", str(number), "a.wav", 0, "", 0.0))
    assert work.load()["a"].key == "2000000"
    with work.locked() as run:
        assert run == 2_000_001


@given(cut=st.integers(0, 400), tail=st.sampled_from([b"", b"\0\0\0\0", b"{}", b"[1]\n", b"\xff\n"]))
def test_a_torn_end_is_ignored_and_repaired(tmp_path_factory, cut: int, tail: bytes) -> None:
    path = tmp_path_factory.mktemp("torn") / "000001-x.jsonl"
    with ManifestWriter(path) as manifest:
        for number in range(3):
            manifest.append(Record(str(number), "key", "file.wav", number, "sum", 0.1))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - cut] + tail)
    before = [record.id for record in read_manifest(path)]
    assert before == [str(number) for number in range(len(before))]
    with ManifestWriter(path) as manifest:
        manifest.append(RECORD)
    assert [record.id for record in read_manifest(path)] == [*before, "a"]
    assert path.read_bytes().endswith(b"\n")


def test_a_manifest_with_a_long_torn_line_is_repaired(tmp_path: Path) -> None:
    path = tmp_path / "000001-x.jsonl"
    with ManifestWriter(path) as manifest:
        manifest.append(RECORD)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id": "' + b"x" * 1_000_000)
    with ManifestWriter(path) as manifest:
        assert path.read_bytes() == whole
        manifest.append(RECORD)
    assert list(read_manifest(path)) == [RECORD, RECORD]


@pytest.mark.parametrize(
    "line",
    [
        "null",
        "3",
        "{}",
        '{"id": 1, "key": "k", "file": "f", "bytes": 1, "sha256": "", "seconds": 1}',
        '{"id": "1", "key": "k", "file": "f", "bytes": "1", "sha256": "", "seconds": 1}',
        '{"id": "1", "key": "k", "file": "f", "bytes": 1, "sha256": "", "seconds": 1, "data": 7}',
        '{"id": "1", "key": "k", "file": "f", "bytes": 1, "sha256": "", "seconds": 1, "more": 7}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_record_is_none(tmp_path: Path, line: str) -> None:
    path = tmp_path / "000001-x.jsonl"
    path.write_text(line + "\n")
    assert list(read_manifest(path)) == []


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda path: path.unlink(), "missing"),
        (lambda path: path.write_bytes(b"soun"), "4 bytes long instead of 5"),
        (lambda path: path.write_bytes(b"sounD"), "damaged"),
        (lambda path: (path.unlink(), path.mkdir()), "no regular file"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "no regular file"),
        (lambda path: (path.rename(path.with_suffix(".x")), path.symlink_to("a.x")), "no regular file"),
    ],
)
def test_what_is_wrong_with_a_file_is_found(work: WorkFolder, damage, fault: str) -> None:
    with work.locked():
        record = finished(work, "a")
    damage(work.folder / "a.wav")
    assert work.fault(record) == fault


@pytest.mark.parametrize(
    "file", ["../a.wav", "/etc/passwd", "", "b/../../a.wav", "C:/a.wav", "..\\a", "a\0b"]
)
def test_a_record_of_a_file_elsewhere_is_never_followed(work: WorkFolder, file: str) -> None:
    with pytest.raises(OutputError):
        work.path(file)
    assert "expected a file in the folder" in work.fault(Record("a", "k", file, 0, "", 0.0))


def test_a_second_driver_is_refused_in_one_line(work: WorkFolder) -> None:
    with work.locked(), pytest.raises(OutputError) as caught, WorkFolder(work.folder).locked():
        pass
    assert f"is in use by process {os.getpid()} on" in str(caught.value)
    assert "\n" not in str(caught.value)
    with WorkFolder(work.folder).locked() as run:
        assert run == 2


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_the_lock_of_a_killed_driver_is_free(work: WorkFolder) -> None:
    code = """
        import sys, time
        from pathlib import Path
        from text_to_speech.batch.manifest import WorkFolder
        with WorkFolder(Path(sys.argv[1])).locked() as run:
            print(run, flush=True)
            time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(work.folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "demo")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as driver:
        assert driver.stdout
        assert driver.stdout.readline() == b"1\n"
        with pytest.raises(OutputError, match=f"in use by process {driver.pid}"), work.locked():
            pass
        driver.kill()
    with work.locked() as run:
        assert run == 2


def test_a_run_that_is_over_publishes_nothing(work: WorkFolder) -> None:
    with work.locked() as first:
        work.check_run(first)
    with work.locked(), pytest.raises(StaleRunError, match="run 1 is over, run 2 has begun"):
        work.check_run(first)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match="cannot be made or written"),
        WorkFolder(tmp_path / "file").locked(),
    ):
        pass


def test_a_manifest_that_cannot_take_a_record_is_as_before(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "000001-x.jsonl"
    manifest = ManifestWriter(path)
    manifest.append(RECORD)
    before, write = path.read_bytes(), os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) <= 10:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:-10])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OutputError, match="No space left"):
            manifest.append(RECORD)
    assert path.read_bytes() == before
    manifest.append(RECORD)
    assert list(read_manifest(path)) == [RECORD, RECORD]


@pytest.mark.parametrize(("sync_seconds", "syncs"), [(0.0, 3), (3600.0, 0)])
def test_the_file_is_synced_as_often_as_is_asked(
    tmp_path: Path, monkeypatch, sync_seconds: float, syncs: int
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(os, "fsync", calls.append)
    with ManifestWriter(tmp_path / "000001-x.jsonl", sync_seconds=sync_seconds) as manifest:
        for _ in range(3):
            manifest.append(RECORD)
    assert len(calls) == syncs
    assert list(read_manifest(manifest.path)) == [RECORD] * 3


def test_a_record_is_one_line_of_json(tmp_path: Path) -> None:
    with ManifestWriter(tmp_path / "000001-x.jsonl") as manifest:
        manifest.append(RECORD)
        assert json.loads(manifest.path.read_text()) == {
            "id": "a",
            "key": "key",
            "file": "a.wav",
            "bytes": 3,
            "sha256": "00",
            "seconds": 1.5,
            "data": {"words": ["ä", "\ud800"], "marks": None},
        }
