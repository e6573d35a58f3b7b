"""What a driver knows of rows: names that no two rows have, and what became of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from text_to_speech.batch.index import Index
from text_to_speech.batch.manifest import Record, WorkFolder
from text_to_speech.errors import OutputError


def record(unit: str, file: str, key: str = "key") -> Record:
    return Record(unit, key, file, 1, "00", 1.0, {})


@pytest.fixture
def work(tmp_path: Path) -> WorkFolder:
    made = WorkFolder(tmp_path)
    with made.locked() as run, made.writer(run) as manifest:
        manifest.append(record("a", "a.wav"))
        manifest.append(record("B", "B.wav"))
    return made


def test_a_row_is_seen_once(work: WorkFolder) -> None:
    with Index(work) as index:
        assert index.see("new", 1) == (0, None, "new")
        assert index.see("new", 2) == (1, None, "new")
        assert index.see("a", 3) == (0, record("a", "a.wav"), "a")
        assert index.see("a", 4) == (3, record("a", "a.wav"), "a")


def test_names_that_a_file_system_takes_for_one_are_two(work: WorkFolder) -> None:
    with Index(work) as index:
        names = [
            index.see(unit, number)[2]
            for number, unit in enumerate(["A", "b", "é", "e\u0301", "É", "x/y", "x\\y"], 1)
        ]
    assert names[0].startswith("A-")
    assert names[1].startswith("b-")
    assert names[2] == "é"
    assert len({name.casefold() for name in names}) == 7


def test_a_name_stays_with_its_row_in_a_later_run(work: WorkFolder) -> None:
    with Index(work) as index:
        name = index.see("b", 1)[2]
    with work.locked() as run, work.writer(run) as manifest:
        manifest.append(record("b", f"{name}.wav"))
    with Index(work) as index:
        # The rows come in another order.
        assert index.see("b", 1)[2] == name
        assert index.see("B", 2)[2] == "B"


def test_the_finished_rows_come_in_the_order_of_the_job(work: WorkFolder) -> None:
    with Index(work) as index:
        for number, unit in enumerate(["z", "B", "\ud800", "y"], 1):
            index.see(unit, number)
        for unit in ("y", "\ud800", "z"):
            index.finish(record(unit, f"{unit[:1]}.wav", "new"))
        assert [found.id for found in index.finished()] == ["z", "B", "\ud800", "y"]
        assert [found.id for found in index.removed()] == ["a"]
        index.forget("y")
        index.reject("a", 5)
        assert [found.id for found in index.finished()] == ["z", "B", "\ud800"]
        assert list(index.removed()) == []


def test_the_index_of_a_killed_run_is_no_hindrance(work: WorkFolder) -> None:
    (work.work / "index.sqlite").write_bytes(b"no database at all" * 1000)
    with Index(work) as index:
        assert index.see("a", 1)[1] == record("a", "a.wav")
    assert not (work.work / "index.sqlite").exists()


def test_an_index_that_cannot_be_written_is_told_in_one_line(work: WorkFolder) -> None:
    (work.work / "index.sqlite").mkdir()
    with pytest.raises(OutputError, match=r"index\.sqlite cannot be written"):
        Index(work)
