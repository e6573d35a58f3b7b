"""The command text-to-speech-batch as its users run it: real processes, tiny models."""

from __future__ import annotations

import csv
import importlib.metadata
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from batch_support import batch, command, environment, failures, leftovers, sound_files, write_jobs
from text_to_speech import Synthesizer
from text_to_speech.batch import command as batch_command
from text_to_speech.batch import jobs, rows
from text_to_speech.batch.dataset import KINDS
from text_to_speech.batch.pool import build_for_worker
from text_to_speech.pipeline import SynthesizerOptions
from text_to_speech.script import formats
from text_to_speech.script.formats import INPUT_FORMATS

TEXTS = ["One.", "Two words here.", "Three? Yes!", "A fourth row, with a comma.", "Five."]
WORDS = [1, 3, 2, 6, 1]


@pytest.fixture
def job(tmp_path: Path) -> Path:
    return write_jobs(
        tmp_path / "jobs.jsonl", [{"id": f"r{n}", "text": text} for n, text in enumerate(TEXTS)]
    )


def test_the_choices_of_the_options_are_those_of_the_modules_that_use_them() -> None:
    assert batch_command.TIMINGS == rows.TIMINGS
    assert batch_command.METADATA == KINDS
    assert batch_command.FORMS is jobs.FORMS
    assert batch_command.INPUT_FORMATS == INPUT_FORMATS
    assert set(formats._SUFFIXES) | {".txt", ".xml"} == set(jobs.TEXT_SUFFIXES)


def test_a_list_becomes_a_folder_and_the_same_whatever_the_number_of_workers(
    tmp_path: Path, tiny, job: Path
) -> None:
    one = batch(job, "-o", tmp_path / "one", "--workers", "1", *tiny.flags)
    two = batch(job, "-o", tmp_path / "two", "--workers", "2", *tiny.flags)
    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert one.stdout.splitlines()[1] == "Rows: 5: 5 made, 0 there before"
    assert sound_files(tmp_path / "one") == sound_files(tmp_path / "two")
    assert sorted(sound_files(tmp_path / "one")) == [f"r{n}.wav" for n in range(5)]
    with build_for_worker(SynthesizerOptions(**tiny.options)) as synthesizer:
        for number, text in enumerate(TEXTS):
            audio, rate = soundfile.read(tmp_path / "one" / f"r{number}.wav", dtype="int16")
            speech = synthesizer.synthesize(text)
            assert rate == speech.sample_rate
            np.testing.assert_allclose(audio / 32_768, speech.audio, atol=2 / 32_768)
    with (tmp_path / "one" / "metadata.csv").open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [row["text"] for row in table] == TEXTS
    assert [int(row["words"]) for row in table] == WORDS
    assert all(row["phonemes"] for row in table)


def test_a_second_run_does_nothing_and_what_is_missing_is_made(tmp_path: Path, tiny, job: Path) -> None:
    out = tmp_path / "out"
    batch(job, "-o", out, "--workers", "1", *tiny.flags)
    before = sound_files(out)
    again = batch(job, "-o", out, *tiny.flags)
    assert "0 made, 5 there before" in again.stdout
    (out / "r3.wav").unlink()
    (out / "r1.wav").write_bytes(before["r1.wav"][:-2])
    mended = batch(job, "-o", out, "--workers", "1", *tiny.flags)
    assert "2 made, 3 there before, 2 of them with missing or damaged files" in mended.stdout
    assert sound_files(out) == before


def test_rows_of_another_language_are_other_rows(tmp_path: Path, tiny) -> None:
    job = write_jobs(tmp_path / "jobs.jsonl", [{"id": "schedule", "text": "A schedule."}])
    spoken = []
    for language in ("en-US", "en-GB"):
        done = batch(job, "-o", tmp_path / "out", "--workers", "1", "--language", language, *tiny.flags)
        assert "1 made, 0 there before" in done.stdout
        spoken.append((tmp_path / "out" / "metadata.csv").read_text())
    assert spoken[0] != spoken[1]


def test_rows_direct_their_speech(tmp_path: Path, tiny) -> None:
    text = "Some words to speak."
    job = write_jobs(
        tmp_path / "jobs.jsonl",
        [
            {"id": "usual", "text": text},
            {"id": "slow", "text": text, "speed": 0.5},
            {"id": "rate", "text": text, "sample_rate": 8000},
            {"id": "mp3", "text": text, "format": "mp3"},
            {"id": "ssml", "text": '<speak>Some <break time="2s"/> words.</speak>'},
            {"id": "no ssml", "text": "<speak>", "ssml": True},
            {"id": "times", "text": text, "timings": "json"},
        ],
    )
    done = batch(job, "-o", tmp_path / "out", "--workers", "1", "--format", "flac", *tiny.flags)
    out = tmp_path / "out"
    assert done.returncode == 1
    assert [failed["id"] for failed in failures(out)] == ["no ssml"]
    seconds = {path.stem: soundfile.info(path).duration for path in out.glob("*.flac")}
    assert seconds["slow"] > 1.5 * seconds["usual"]
    assert seconds["ssml"] > 2
    assert soundfile.info(out / "rate.flac").samplerate == 8000
    assert soundfile.info(out / "mp3.mp3").format == "MP3"
    words = json.loads((out / "times.json").read_text())["sentences"][0]["words"]
    assert [word["text"] for word in words] == ["Some", "words", "to", "speak"]
    (out / "times.json").unlink()
    again = batch(job, "-o", out, "--workers", "1", "--format", "flac", *tiny.flags)
    assert "1 made, 5 there before, 1 of them with missing" in again.stdout
    assert (out / "times.json").exists()


def words_of(folder: Path) -> dict[str, int]:
    """The number of spoken words of each row in the table of a folder."""
    with (folder / "metadata.csv").open(newline="", encoding="utf-8") as file:
        return {row["id"]: int(row["words"]) for row in csv.DictReader(file)}


def test_rows_are_texts_of_every_format(tmp_path: Path, tiny) -> None:
    page, plain = "<p>One <b>two</b></p>", "a < b > c"
    job = write_jobs(
        tmp_path / "jobs.jsonl",
        [
            {"id": "looks like html", "text": page},
            {"id": "html", "text": plain, "input_format": "html"},
            {"id": "markdown", "text": "[one two](https://example.com/three)", "input_format": "markdown"},
            {"id": "ssml", "text": "<speak>One two</speak>", "input_format": "ssml"},
            {"id": "text", "text": "<speak>One two</speak>", "input_format": "text"},
            {"id": "old word", "text": "<speak>One two</speak>", "ssml": False},
        ],
    )
    assert batch(job, "-o", tmp_path / "out", "--workers", "1", *tiny.flags).returncode == 0
    words = words_of(tmp_path / "out")
    assert {words[name] for name in ("looks like html", "markdown", "ssml")} == {2}
    assert words["text"] == words["old word"] > 2


def test_the_files_of_a_folder_are_told_by_their_names(tmp_path: Path, tiny) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    # Nothing in this text but its file's suffix says that it is Markdown, and that the address is not spoken.
    text = "One [two](three) ![four](five.png)"
    for name in ("plain.txt", "mark.md", "page.html"):
        (folder / name).write_text(text)
    told = batch(folder, "-o", tmp_path / "told", "--workers", "1", *tiny.flags)
    given = batch(
        folder, "-o", tmp_path / "given", "--workers", "1", "--input-format", "markdown", *tiny.flags
    )
    assert (told.returncode, given.returncode) == (0, 0), told.stderr + given.stderr
    assert len(set(words_of(tmp_path / "told").values())) > 1
    assert set(words_of(tmp_path / "given").values()) == {words_of(tmp_path / "told")["mark"]}
    again = batch(folder, "-o", tmp_path / "told", "--input-format", "text", *tiny.flags)
    assert "3 made, 0 there before" in again.stdout


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_standard_input_and_events(tmp_path: Path, tiny, flags: list[str]) -> None:
    stdin = '{"text": "One."}\n{"text": "..."}\n'
    done = batch("-", "-o", tmp_path / "out", "--workers", "1", *flags, *tiny.flags, stdin=stdin)
    assert done.returncode == 1
    if not flags:
        assert "2: 1 made, 0 there before, 1 failed (see failed.jsonl)" in done.stdout
        return
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["begin", "made", "failed", "end"]
    assert events[1]["file"] == "1.wav"
    assert events[-1]["made"] == events[-1]["failed"] == 1
    assert events[-1]["complete"] is True


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        (["nowhere.jsonl", "-o", "out"], "nowhere.jsonl is not there"),
        (["jobs.jsonl", "-o", "jobs.jsonl"], "the folder jobs.jsonl cannot be made or written"),
        (["jobs.jsonl", "-o", "out", "--voice", "nobody"], "nobody"),
        (["jobs.jsonl", "-o", "out", "--vocoder", "nothing"], "nothing"),
        (["jobs.jsonl", "-o", "out", "--format", "mp3", "--sample-rate", "9000"], "9000"),
        (["jobs.jsonl", "-o", "out", "-m_hifigan", "nowhere.xml"], "nowhere.xml is not there"),
        (["jobs.jsonl", "-o", "out", "-d", "GPU.9"], "GPU.9"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    tmp_path: Path, monkeypatch, job: Path, options: list[str], refusal
) -> None:
    monkeypatch.chdir(tmp_path)
    done = batch(*options)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("text-to-speech-batch: error: ")
    assert refusal in line
    assert sound_files(tmp_path) == {}


@pytest.mark.parametrize(
    "options", [["x"], ["x", "-o", ""], ["x", "-o", "y", "--workers", "0"], ["x", "-o", "y", "--speed", "9"]]
)
def test_bad_usage_is_refused_in_one_line(options: list[str]) -> None:
    done = batch(*options)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_help_and_version_come_without_the_models() -> None:
    assert "examples:" in batch("--help").stdout
    assert batch("--version").stdout.startswith("text-to-speech-batch ")


def test_the_models_of_a_row_are_found_out_before_its_work(tmp_path: Path, tiny, job: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    done = batch(job, "-o", tmp_path / "out", *tiny.flags[:-1], broken)
    assert done.returncode == 1
    assert "broken.onnx" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_rows_in_hand_and_tells_how_to_go_on(tmp_path: Path, tiny, number: int) -> None:
    out = tmp_path / "out"
    with subprocess.Popen(
        command("-", "-o", out, "--workers", "1", "--json", *tiny.flags),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write('{"text": "One."}\n' * 2)
        process.stdin.flush()
        # The second line is read when the first row is done: the events of both are "begin" and "made".
        assert '"begin"' in process.stdout.readline()
        wait_for(lambda: (out / "2.wav").exists())
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert f"stopped by {signal.Signals(number).name}; what is finished is recorded" in errors
    assert sorted(sound_files(out)) == ["1.wav", "2.wav"]
    assert not (out / "metadata.csv").exists()


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_second_command_on_the_folder_is_refused(tmp_path: Path, tiny, job: Path) -> None:
    out = tmp_path / "out"
    with subprocess.Popen(
        command("-", "-o", out, "--workers", "1", *tiny.flags), stdin=subprocess.PIPE, env=environment()
    ) as first:
        assert first.stdin
        wait_for((out / ".work" / "run").exists)
        second = batch(job, "-o", out, *tiny.flags)
        assert second.returncode == 1
        assert f"is in use by process {first.pid} on" in second.stderr
        first.stdin.close()
        assert first.wait(60) == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path, tiny, job: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o500)
    done = batch(job, "-o", out, *tiny.flags)
    assert done.returncode == 1
    assert "cannot be made or written: Permission denied" in done.stderr


def test_temporary_files_of_a_killed_run_are_removed(tmp_path: Path, tiny, job: Path) -> None:
    from text_to_speech.files.temporary import temporary_name

    out = tmp_path / "out"
    out.mkdir()
    temporary_name(out / "r2.wav", "0").write_bytes(b"half")
    assert batch(job, "-o", out, "--workers", "1", *tiny.flags).returncode == 0
    assert leftovers(out) == []


READ_BY_DATASETS = """
import os, sys
os.environ["HF_DATASETS_OFFLINE"] = "1"
import datasets
rows = datasets.load_dataset("audiofolder", data_dir=sys.argv[1], cache_dir=sys.argv[2], split="train")
for row in rows.cast_column("audio", datasets.Audio(decode=False)):
    print(os.path.basename(row["audio"]["path"]), row["id"], row["words"], row["text"])
"""


def major_version(package: str) -> int:
    return int(importlib.metadata.version(package).partition(".")[0])


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_hugging_face_datasets_reads_the_folder(tmp_path: Path, tiny, job: Path, kind: str) -> None:
    if importlib.util.find_spec("datasets") is None:
        pytest.skip("datasets is not installed")
    if major_version("datasets") > 3 and not importlib.util.find_spec("torchcodec"):
        pytest.skip("datasets 4 reads no sound without torchcodec")
    if kind == "csv" and major_version("datasets") == 3 and major_version("pandas") > 2:
        pytest.skip(
            "datasets 3 finds no file names in a CSV that pandas 3 reads: they are a large_string to it"
        )
    out = tmp_path / "out"
    batch(job, "-o", out, "--workers", "1", "--metadata", kind, *tiny.flags)
    read = subprocess.run(
        [sys.executable, "-c", READ_BY_DATASETS, str(out), str(tmp_path / "hf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert read.stdout.splitlines() == [
        f"r{number}.wav r{number} {count} {text}"
        for number, (count, text) in enumerate(zip(WORDS, TEXTS, strict=True))
    ], read.stderr[-2000:]


def test_the_synthesizer_of_the_library_speaks_as_the_command_does(tiny) -> None:
    """A worker has one thread, so its samples are those of a Synthesizer with one."""
    with (
        Synthesizer(threads=1, **tiny.options) as synthesizer,
        build_for_worker(SynthesizerOptions(**tiny.options)) as own,
    ):
        np.testing.assert_array_equal(
            synthesizer.synthesize("A text.").audio, own.synthesize("A text.").audio
        )
