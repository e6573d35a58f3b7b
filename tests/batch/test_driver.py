"""The driver: what is spoken, what is not, and what is told of it, with paper models in this process."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch_support import Inline, PaperSpeaker, failures
from text_to_speech.batch.dataset import write_metadata
from text_to_speech.batch.driver import Driver, Totals, removed_line
from text_to_speech.batch.entries import Entry
from text_to_speech.batch.index import Index
from text_to_speech.batch.manifest import Record, WorkFolder
from text_to_speech.batch.progress import BatchProgress, seconds_left, total_lines
from text_to_speech.batch.rows import Directions, Job, Keys, RowReader
from text_to_speech.errors import DeviceError, InputError, OutputError

ROWS = [{"id": "a", "text": "One."}, {"id": "b", "text": "Two words."}, {"text": "Three."}]


class Run:
    """One run over rows, and all that was told of it."""

    def __init__(
        self,
        folder: Path,
        rows: list[dict[str, Any]],
        *,
        work_on: Callable[[PaperSpeaker, Job], Record] | None = None,
        metadata: str = "csv",
        usual: Directions | None = None,
    ) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        work = WorkFolder(folder)
        keys = Keys({"version": "1"}, lambda voice: [voice])
        with work.locked() as run, Index(work) as index:
            reader = RowReader(usual or Directions("heart"))
            driver = Driver(work, index, reader, keys, lambda *told: self.events.append(told))
            self.totals = driver.totals
            speaker = PaperSpeaker(work, run)
            self.spoken = speaker.spoken
            entries = (
                Entry(number, row, row.pop("fault", "")) for number, row in enumerate(map(dict, rows), 1)
            )
            self.workers = Inline(lambda job: work_on(speaker, job) if work_on else speaker(job))
            driver.run(entries, self.workers)
            self.removed = removed_line(index)
            write_metadata(folder, index.finished(), metadata)

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.totals.made, self.totals.kept, self.totals.failed


def resident_megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return float(status.partition("VmRSS:")[2].split()[0]) / 1e3


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "metadata.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_row_has_a_file_and_a_line_in_the_table(tmp_path: Path) -> None:
    run = Run(tmp_path, ROWS)
    assert run.counts == (3, 0, 0)
    assert [(row["file_name"], row["id"], row["text"], row["words"]) for row in table(tmp_path)] == [
        ("a.wav", "a", "One.", "1"),
        ("b.wav", "b", "Two words.", "2"),
        ("3.wav", "3", "Three.", "1"),
    ]
    assert (tmp_path / "3.wav").read_text() == "Three."
    assert [event for event, _ in run.events] == ["made"] * 3


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    Run(tmp_path, ROWS)
    before = (tmp_path / "metadata.csv").read_bytes()
    run = Run(tmp_path, ROWS)
    assert run.spoken == []
    assert run.counts == (0, 3, 0)
    assert (tmp_path / "metadata.csv").read_bytes() == before


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda path: path.write_text("Two"), lambda path: path.write_text("Two Words.")]
)
def test_a_missing_or_damaged_file_is_made_again(tmp_path: Path, damage, caplog) -> None:
    Run(tmp_path, ROWS)
    damage(tmp_path / "b.wav")
    run = Run(tmp_path, ROWS)
    assert run.spoken == ["b"]
    assert run.totals.repaired == 1
    assert "row b: b.wav is" in caplog.text
    assert (tmp_path / "b.wav").read_text() == "Two words."


def test_a_changed_row_is_made_again_and_leaves_no_other_file(tmp_path: Path) -> None:
    Run(tmp_path, ROWS)
    changed = [ROWS[0] | {"text": "Another."}, ROWS[1] | {"format": "flac"}, ROWS[2]]
    run = Run(tmp_path, changed)
    assert run.spoken == ["a", "b"]
    assert run.totals.changed == 2
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "3.wav", "a.wav", "b.flac", "metadata.csv",
    ]  # fmt: skip
    # Back to what it was: the record of the first run is not believed.
    assert Run(tmp_path, ROWS).spoken == ["a", "b"]


def test_a_removed_row_is_told_of_and_its_file_stays(tmp_path: Path) -> None:
    Run(tmp_path, ROWS)
    run = Run(tmp_path, ROWS[:1])
    assert run.removed == (2, "2 rows that are not in the job any more, whose files are left: 3.wav, b.wav")
    assert [row["id"] for row in table(tmp_path)] == ["a"]
    assert (tmp_path / "b.wav").exists()


def test_an_id_that_comes_twice_is_made_once(tmp_path: Path) -> None:
    run = Run(tmp_path, [*ROWS, {"id": "a", "text": "Again."}])
    assert run.counts == (3, 0, 1)
    (failed,) = failures(tmp_path)
    assert failed["reason"] == "id 'a': row 1 has it too; expected another one for each row"
    assert (tmp_path / "a.wav").read_text() == "One."


def test_rows_that_cannot_be_spoken_do_not_keep_the_others(tmp_path: Path) -> None:
    def work_on(speaker: PaperSpeaker, job: Job) -> Record:
        if job.row.id == "b":
            raise DeviceError("the device\nfell off")
        return speaker(job)

    run = Run(tmp_path, [*ROWS, {"text": ""}, {"fault": "it is no JSON"}], work_on=work_on)
    assert run.counts == (2, 0, 3)
    assert [(failed["row"], failed["reason"]) for failed in failures(tmp_path)] == [
        (2, "the device fell off"),
        (4, "text: it is empty; expected at least one word"),
        (5, "it is no JSON"),
    ]
    assert [row["id"] for row in table(tmp_path)] == ["a", "3"]


def test_the_list_of_failures_is_that_of_the_last_run(tmp_path: Path) -> None:
    Run(tmp_path, [{"text": ""}])
    assert failures(tmp_path)
    Run(tmp_path, ROWS)
    assert not (tmp_path / "failed.jsonl").exists()


def test_a_row_that_becomes_bad_is_neither_finished_nor_removed(tmp_path: Path) -> None:
    Run(tmp_path, ROWS)
    run = Run(tmp_path, [ROWS[0] | {"speed": 99}, *ROWS[1:]])
    assert run.counts == (0, 2, 1)
    assert run.removed == (0, "")
    assert [row["id"] for row in table(tmp_path)] == ["b", "3"]


def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(tmp_path: Path) -> None:
    def work_on(speaker: PaperSpeaker, job: Job) -> Record:
        if speaker.spoken:
            try:
                raise OSError(28, "No space left on device")
            except OSError as error:
                raise OutputError("b.wav cannot be written: No space left on device") from error
        return speaker(job)

    with pytest.raises(OutputError, match="No space left on device; what is finished is recorded"):
        Run(tmp_path, ROWS, work_on=work_on)
    assert Run(tmp_path, ROWS).spoken == ["b", "3"]


def test_a_list_that_breaks_off_leaves_what_was_made(tmp_path: Path) -> None:
    def rows() -> Any:
        yield ROWS[0]
        raise InputError("the list cannot be read any further")

    with pytest.raises(InputError, match="any further"):
        Run(tmp_path, rows())
    assert Run(tmp_path, ROWS).spoken == ["b", "3"]


def test_no_path_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "out"
    ids = [
        "../a",
        "/tmp/a",
        "..\\a",
        "a/../../b",
        "~",
        ".",
        "..",
        "con",
        "CON",
        "nul.txt",
        "a\0b",
        "a\nb",
        "-rf",
        " ",
    ]
    run = Run(folder, [{"id": unit, "text": "x"} for unit in ids])
    assert run.counts == (len(ids), 0, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    assert len(list(folder.glob("*.wav"))) == len(ids)
    assert Run(folder, [{"id": unit, "text": "x"} for unit in ids]).counts == (0, len(ids), 0)


@pytest.mark.parametrize("kind", ["parquet", "csv", "none"])
def test_there_is_one_table(tmp_path: Path, kind: str) -> None:
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")
    for before in ("csv", kind):
        Run(tmp_path, [*ROWS, {"id": "half\ud800", "text": 'a, "b"\nc\ud800'}], metadata=before)
    tables = [path.name for path in tmp_path.glob("metadata.*")]
    assert tables == ([] if kind == "none" else [f"metadata.{kind}"])
    if kind == "parquet":
        from pyarrow import parquet

        rows = parquet.read_table(tmp_path / "metadata.parquet").to_pylist()
        assert [row["file_name"] for row in rows[:3]] == ["a.wav", "b.wav", "3.wav"]
        assert rows[3]["text"] == 'a, "b"\nc\\ud800'
    elif kind == "csv":
        assert table(tmp_path)[3]["text"] == 'a, "b"\nc\\ud800'


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="this system does not tell how much memory is used"
)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Rows on paper models, of which each is a record without a file; benchmarks/scale.py has a million."""
    work, peaks = WorkFolder(tmp_path), []
    keys = Keys({}, lambda voice: [voice])

    def entries() -> Any:
        for number in itertools.count(1):
            if number in (20_000, 200_000):
                peaks.append(resident_megabytes())
            if number > 200_000:
                return
            yield Entry(number, {"id": f"row-{number:09d}", "text": f"Text {number}."})

    with work.locked() as run, Index(work) as index:
        driver = Driver(work, index, RowReader(Directions("heart")), keys, lambda *_: None)
        driver.run(entries(), Inline(PaperSpeaker(work, run, files=False)))
        assert driver.totals.made == 200_000
    assert peaks[1] - peaks[0] < 20


def test_progress_tells_rows_sound_pace_and_what_is_left() -> None:
    totals = Totals(made=50, kept=100, failed=2, seconds=100.0, cpu_seconds=8.0)
    totals.began -= 0
    line = BatchProgress(totals, lambda: 0.5, shown=False).line()
    assert line.startswith("152 rows (50%), 2 failed, 1:40 of sound, real-time factor ")
    assert line.endswith(" left")
    assert seconds_left(Totals(), 0.5) is None
    assert seconds_left(Totals(made=1, seconds=1.0), None) is None
    assert "kept" not in "\n".join(total_lines(totals))
    assert total_lines(totals)[0] == "Rows: 152: 50 made, 100 there before, 2 failed (see failed.jsonl)"
