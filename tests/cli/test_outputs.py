"""Where sounds go: numbered files, files that are not replaced, and the report about them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from text_to_speech.cli.report import duration

Outcome = tuple[int, str, str]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_gets_a_numbered_file_for_each_text(
    command: Callable[..., Outcome], folder: Path, tiny
) -> None:
    (folder / "letter.txt").write_text("How are you?", encoding="utf-8")
    status, out, err = command("Hello.", "letter.txt", "-o", "new/folder/", *tiny.flags)
    assert (status, err) == (0, "")
    names = ["001-hello.wav", "002-letter.wav"]
    assert files(folder / "new/folder") == names
    for name in names:
        assert f"Output: new/folder/{name}, " in out
        assert soundfile.info(folder / "new/folder" / name).frames > 4_000
    assert out.count("Models ready") == 1
    assert out.count("Total time") == 1


def test_one_text_in_a_folder_is_numbered_too(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    options = ("-o", "new/", "--format", "opus", "--sample-rate", "16000")
    assert command("Hello.", *options, *tiny.flags)[0] == 0
    assert files(folder / "new") == ["001-hello.opus"]
    assert soundfile.info(folder / "new/001-hello.opus").samplerate == 16_000


def test_a_folder_that_exists_needs_no_separator_for_several_texts(
    command: Callable[..., Outcome], folder: Path, tiny
) -> None:
    (folder / "there").mkdir()
    assert command("One.", "One.", "-o", "there", *tiny.flags)[0] == 0
    assert files(folder / "there") == ["001-one.wav", "002-one.wav"]
    status, _, err = command("One.", "-o", "there", "--format", "wav", *tiny.flags)
    assert status == 1
    assert "it is a folder" in err


def test_a_text_that_cannot_be_spoken_is_named_and_the_files_before_it_stay(
    command: Callable[..., Outcome], folder: Path, tiny
) -> None:
    status, _, err = command("One.", "***", "Three.", "-o", "new/", *tiny.flags)
    assert status == 1
    assert err.endswith(
        "error: new/002-text.wav: nothing in the text can be spoken: expected at least one word\n"
    )
    assert files(folder / "new") == ["001-one.wav"]


def test_several_texts_are_one_file_otherwise(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    status, out, _ = command("One.", "Two.", "-o", "both.wav", "--pause-paragraph", "3", *tiny.flags)
    assert status == 0
    assert files(folder) == ["both.wav"]
    assert soundfile.info("both.wav").duration > 3
    assert out.count("Output: ") == 1


def test_no_clobber_makes_new_files_and_keeps_old_ones(
    command: Callable[..., Outcome], folder: Path, tiny
) -> None:
    options = ("-o", "new/", "--no-clobber", *tiny.flags)
    assert command("One.", "Two.", *options)[0] == 0
    (folder / "new/001-one.wav").unlink()
    old = (folder / "new/002-two.wav").read_bytes()
    status, out, err = command("One.", "Two.", *options)
    assert (status, out) == (1, "")
    assert err.endswith("new/002-two.wav exists already: --no-clobber forbids to replace it\n")
    assert files(folder / "new") == ["002-two.wav"]
    assert (folder / "new/002-two.wav").read_bytes() == old
    # The default output is kept too.
    (folder / "out.wav").write_bytes(b"older")
    assert command("One.", "--no-clobber", *tiny.flags)[0] == 1
    assert (folder / "out.wav").read_bytes() == b"older"


def test_a_quiet_command_prints_nothing(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    assert command("Hello.", "--quiet", *tiny.flags) == (0, "", "")
    assert files(folder) == ["out.wav"]
    status, out, err = command("***", "--quiet", *tiny.flags)
    assert (status, out) == (1, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_the_report_is_json(
    quiet: tuple[str, ...], command: Callable[..., Outcome], folder: Path, tiny
) -> None:
    options = ("--timestamps", "t.json", *quiet, *tiny.flags)
    status, out, err = command("One.", "Two.", "-o", "a.wav", "--json", *options)
    assert (status, err) == (0, "")
    report = json.loads(out)
    seconds = soundfile.info("a.wav").duration
    assert report["outputs"][0]["path"] == "a.wav"
    assert report["outputs"][0]["seconds"] == pytest.approx(seconds, abs=1e-3)
    assert report["real_time_factor"] == pytest.approx(report["total_time"] / report["seconds"], rel=1e-3)
    assert report["vocoder"] == {"device": "CPU", "members": [{"device": "CPU", "precision": "f32"}]}
    assert 0 < report["first_audio"] <= report["total_time"]
    assert sum(report["stages"].values()) <= report["total_time"]
    assert (report["voice"], report["timestamps"], report["plot"]) == ("heart", "t.json", None)


def test_the_report_of_several_files_has_each(command: Callable[..., Outcome], tiny) -> None:
    report = json.loads(command("One.", "Two, three.", "-o", "d/", "--json", *tiny.flags)[1])
    assert [made["path"] for made in report["outputs"]] == ["d/001-one.wav", "d/002-two-three.wav"]
    # Each figure of the report is rounded by itself.
    for figure in ("seconds", "total_time"):
        assert report[figure] == pytest.approx(sum(made[figure] for made in report["outputs"]), abs=1e-4)


def test_the_report_goes_to_standard_error_if_standard_output_is_sound(folder: Path, tiny) -> None:
    script = Path(__file__).parents[2] / "demo" / "text_to_speech_demo.py"
    line = [sys.executable, str(script), "Hello.", "-o", "-", "--json", *tiny.flags]
    result = subprocess.run(line, capture_output=True, cwd=folder)
    assert result.returncode == 0
    assert result.stdout[:4] == b"RIFF"
    assert json.loads(result.stderr)["outputs"][0]["path"] == "-"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0.0, "0 ms"),
        (0.4214, "421 ms"),
        (0.9999, "1.00 s"),
        (59.99, "59.99 s"),
        (59.999, "1 min 00 s"),
        (117.9, "1 min 58 s"),
        (3_599.9, "1 h 00 min"),
        (7_384.0, "2 h 03 min"),
    ],
)
def test_a_duration_has_a_unit_that_suits_it(seconds: float, written: str) -> None:
    assert duration(seconds) == written
