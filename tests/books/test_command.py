"""The command from a book to its files, with tiny models: outputs, resume, corrections, refusals."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from conftest import TinyModels
from made_books import novel_files, save, save_novel, save_technical
from overlay_rules import Book as CheckedBook
from overlay_rules import broken_rules
from text_to_speech.batch.manifest import WorkFolder
from text_to_speech.books.command import main
from text_to_speech.books.speaking import Speaker, UnitSound, read_times

ROOT = Path(__file__).parents[2]
FRAME = 256 / 22_050  # seconds

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tiny: TinyModels, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """Return a function that runs the command in a folder of its own and returns status, output and messages."""
    monkeypatch.chdir(tmp_path)

    def call(*args: object) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = main([*map(str, args), *tiny.flags])
        except SystemExit as stop:
            status = int(stop.code or 0)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call


def units_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "units").iterdir()}


def test_a_book_becomes_an_m4b_chapters_subtitles_and_an_overlay(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("av")
    save_novel(tmp_path / "alice.epub")
    status, out, err = run(
        "alice.epub", "-o", "alice.m4b", "-o", "read.epub", "-o", "ch/", "--lufs", "-18", "--subtitles", "srt"
    )
    assert status == 0, err
    assert "Loudness:" in out
    assert "Work folder: alice.work" in out
    assert sorted(path.name for path in (tmp_path / "ch").iterdir()) == [
        "01-Alices-Adventures-in-Wonderland.mp3", "01-Alices-Adventures-in-Wonderland.srt",
        "02-Down-the-Rabbit-Hole.mp3", "02-Down-the-Rabbit-Hole.srt", "03-The-Pool-of-Tears.mp3",
        "03-The-Pool-of-Tears.srt", "04-A-Caucus-Race-and-a-Long-Tale.mp3", "04-A-Caucus-Race-and-a-Long-Tale.srt",
    ]  # fmt: skip
    assert broken_rules(tmp_path / "read.epub") == []
    seconds = sum(soundfile.info(path).duration for path in (tmp_path / "ch").glob("*.mp3"))
    cue = (tmp_path / "alice.srt").read_text(encoding="utf-8").strip().split("\n\n")[-1]
    assert "familiarly with them." in (tmp_path / "alice.srt").read_text(encoding="utf-8")
    assert _clock(cue.splitlines()[1].split(" --> ")[1]) <= seconds
    if shutil.which("ffprobe"):
        command = ["ffprobe", "-v", "error", "-show_chapters", "-show_streams", "-of", "json", "alice.m4b"]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        assert [chapter["tags"]["title"] for chapter in found["chapters"]] == [
            "Alice’s Adventures in Wonderland", "Down the Rabbit-Hole", "The Pool of Tears",
            "A Caucus-Race and a Long Tale",
        ]  # fmt: skip
        assert any(stream["disposition"]["attached_pic"] for stream in found["streams"])


def _clock(written: str) -> float:
    hours, minutes, rest = written.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def test_chapter_marks_are_at_the_first_words_and_clips_at_theirs(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("av")
    save_technical(tmp_path / "sound.epub")
    status, _, err = run("sound.epub", "-o", "read.epub", "-o", "sound.flac", "--highlight", "word")
    assert status == 0, err
    assert broken_rules(tmp_path / "read.epub") == []
    checked = CheckedBook(tmp_path / "read.epub")
    texts = {
        (path, fragment): text
        for path in checked.pars
        for fragment, text in re.findall(r'<span id="(s(?:ay)?\d+)">([^<]*)', checked.files[path].decode())
    }
    words = [(texts[path, clip[0]], clip[2]) for path, clips in checked.pars.items() for clip in clips]
    assert [word for word, _ in words[:6]] == ["Sound", "Sound", "is", "a", "wave", "in"]
    begins = [begin for _, begin in words]
    work = WorkFolder(tmp_path / "sound.work")
    firsts = [UnitSound.of(record).first for record in work.records()]
    assert min(firsts) > 0.02, "the voice begins with silence, of which the chapter has 15 ms"
    comments = _flac_comments(tmp_path / "sound.flac")
    marks = [_clock(comments[f"CHAPTER00{number}"]) for number in range(1, 5)]
    assert marks == sorted(marks)
    assert marks[0] == 0.0
    assert begins[0] == 0.0
    assert begins[1] > 0.0


def _flac_comments(path: Path) -> dict[str, str]:
    data = path.read_bytes()
    at = 4
    while True:
        kind, size = data[at] & 0x7F, int.from_bytes(data[at + 1 : at + 4], "big")
        if kind == 4:
            break
        at += 4 + size
    block = data[at + 4 : at + 4 + size]
    vendor = int.from_bytes(block[:4], "little")
    position, found = 8 + vendor, {}
    while position < len(block):
        length = int.from_bytes(block[position : position + 4], "little")
        name, _, text = block[position + 4 : position + 4 + length].decode().partition("=")
        found[name] = text
        position += 4 + length
    return found


def test_the_sound_of_a_book_is_that_of_its_units_with_pauses(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "Chapter 1\n\nOne two three.\n\n* * *\n\nFour.\n\nChapter 2\n\nFive six.\n", encoding="utf-8"
    )
    assert run("a.txt", "-o", "a.flac", "--pause-chapter", "1.5")[0] == 0
    audio, rate = soundfile.read(tmp_path / "a.flac", dtype="float32")
    work = WorkFolder(tmp_path / "a.work")
    sounds = [UnitSound.of(record) for record in work.records()]
    assert len(sounds) == 3
    first = soundfile.read(tmp_path / "a.work" / sounds[0].file, dtype="float32")[0]
    skip = round((sounds[0].first - 0.015) * rate)
    np.testing.assert_array_equal(audio[200 : first.size - skip], first[skip + 200 :])
    # 1.5 s at the change of scene, from the last sound to the first one, and 1.5 s after each chapter.
    gap = round((1.5 - sounds[0].tail - sounds[1].lead) * rate)
    start = first.size - skip
    assert not audio[start : start + gap].any()
    assert read_times(tmp_path / "a.work", sounds[2])[-1].words[-1].text == "six"
    marks = [
        _clock(value)
        for name, value in _flac_comments(tmp_path / "a.flac").items()
        if re.fullmatch(r"CHAPTER\d+", name)
    ]
    second = soundfile.read(tmp_path / "a.work" / sounds[2].file, dtype="float32")[0]
    offset = round(marks[1] * rate)
    skip = round((sounds[2].first - 0.015) * rate)
    # The mark is written in milliseconds, which are 22 samples.
    wanted = second[skip + 300 :][:1_700]
    assert any(np.array_equal(audio[at + 300 : at + 2_000], wanted) for at in range(offset - 23, offset + 24))


def test_a_second_run_speaks_nothing_and_makes_the_same_bytes(run: Run, tmp_path: Path) -> None:
    save_novel(tmp_path / "alice.epub")
    assert run("alice.epub", "-o", "one.mp3")[0] == 0
    before = units_of(tmp_path / "alice.work")
    status, _, err = run("alice.epub", "-o", "two.mp3")
    assert status == 0
    assert "chapter" not in err, "no chapter is spoken"
    assert units_of(tmp_path / "alice.work") == before
    assert (tmp_path / "one.mp3").read_bytes() == (tmp_path / "two.mp3").read_bytes()


def test_a_corrected_chapter_is_all_that_is_spoken_anew(run: Run, tmp_path: Path) -> None:
    files = novel_files()
    save(tmp_path / "alice.epub", files)
    assert run("alice.epub", "-o", "one.flac")[0] == 0
    before = units_of(tmp_path / "alice.work")
    text = files["OEBPS/Text/two.xhtml"]
    assert isinstance(text, str)
    save(
        tmp_path / "alice.epub",
        {**files, "OEBPS/Text/two.xhtml": text.replace("queer-looking", "strange-looking")},
    )
    status, _, err = run("alice.epub", "-o", "two.flac")
    assert status == 0
    after = units_of(tmp_path / "alice.work")
    assert len(after) - len(before) == 2, "the sound and the times of one unit"
    assert before.items() <= after.items()
    assert "chapter 4 is spoken" in err
    assert "chapter 2" not in err


def test_a_damaged_unit_is_spoken_again(run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    save_novel(tmp_path / "alice.epub")
    assert run("alice.epub", "-o", "one.flac")[0] == 0
    before = units_of(tmp_path / "alice.work")
    sounds = sorted((tmp_path / "alice.work" / "units").glob("*.flac"))
    sounds[0].write_bytes(sounds[0].read_bytes()[:-7])
    sounds[1].unlink()
    sounds[2].with_suffix(".json").write_bytes(b"[]")
    assert run("alice.epub", "-o", "two.flac")[0] == 0
    assert units_of(tmp_path / "alice.work") == before
    assert (tmp_path / "one.flac").read_bytes() == (tmp_path / "two.flac").read_bytes()
    assert caplog.text.count("spoken again") == 3


def test_dialogue_cast_and_lexicon_change_what_they_touch(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "Chapter 1\n\nNo speech here at all.\n\nChapter 2\n\n“Hello,” she said.\n\n"
        "Chapter 3\n\n[voice Tom] Xyzzy it is.\n",
        encoding="utf-8",
    )
    (tmp_path / "cast.txt").write_text("Tom: pitch=-2 speed=0.9\n", encoding="utf-8")
    (tmp_path / "words.tsv").write_text("Xyzzy\tˈzɪzi\n", encoding="utf-8")
    assert run("a.txt", "-o", "a.flac", "--cast", "cast.txt")[0] == 0
    assert len(units_of(tmp_path / "a.work")) == 6
    assert run("a.txt", "-o", "a.flac", "--cast", "cast.txt", "--dialogue", "pitch=2")[0] == 0
    assert len(units_of(tmp_path / "a.work")) == 8
    assert run("a.txt", "-o", "a.flac", "--cast", "cast.txt", "--lexicon", "words.tsv")[0] == 0
    assert len(units_of(tmp_path / "a.work")) == 10
    status, _, err = run("a.txt", "-o", "a.flac")
    assert status == 1
    assert "[voice Tom] names neither a part nor a voice" in err


def test_subtitles_are_spoken_in_time(run: Run, tmp_path: Path) -> None:
    (tmp_path / "film.srt").write_text(
        "1\n00:00:02,000 --> 00:00:03,000\nHello.\n\n2\n00:00:20,000 --> 00:00:21,000\nThe end.\n",
        encoding="utf-8",
    )
    assert run("film.srt", "-o", "film.flac")[0] == 0
    audio, rate = soundfile.read(tmp_path / "film.flac", dtype="float32")
    assert audio.size >= 21 * rate
    loud = np.flatnonzero(np.abs(audio) > 1e-3) / rate
    begins = [loud[0], loud[loud > 15][0]]
    assert begins == pytest.approx([2.0, 20.0], abs=0.1)


def test_a_subtitle_that_is_too_long_is_spoken_faster_and_what_is_late_is_told(
    run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    long = "This is a very long sentence that nobody could speak in the time that there is for it at all."
    (tmp_path / "film.srt").write_text(
        f"1\n00:00:00,000 --> 00:00:01,000\n{long}\n\n2\n00:00:01,000 --> 00:00:02,000\nThe end.\n",
        encoding="utf-8",
    )
    assert run("film.srt", "-o", "film.flac")[0] == 0
    assert "1 of 2 subtitles begin late" in caplog.text
    assert len(units_of(tmp_path / "film.work")) == 6


def test_lists_and_dry_runs_load_no_model(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_technical(tmp_path / "sound.epub")
    monkeypatch.setattr("text_to_speech.books.command._make", pytest.fail)
    assert "Part Two. Hearing" in run("sound.epub", "--list-chapters")[1]
    dry = run("sound.epub", "--dry-run", "--chapters", "1", "--speak", "footnotes")[1]
    assert "Sound is a wave in a medium." in dry
    assert "Fourier" not in dry
    names = run("sound.epub", "--find-names")[1]
    assert re.search(r"^Fourier\t\S+$", names, re.MULTILINE)
    roles = run("--list-roles")[1]
    assert "footnote" in roles
    assert not (tmp_path / "sound.work").exists()


def test_the_names_of_a_book_are_a_lexicon(run: Run, tmp_path: Path) -> None:
    from text_to_speech.text import Lexicon

    text = "We met Xanthippe’s uncle. Rose said that Xanthippe was there, and the rose blorfed."
    text += " Will you? Alice blorfed."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    status, out, _ = run("a.txt", "--find-names")
    assert status == 0
    (tmp_path / "a.lexicon").write_text(out, encoding="utf-8")
    words = Lexicon.read(tmp_path / "a.lexicon").words
    assert list(words)[:2] == ["blorfed", "Xanthippe"]
    assert "Rose" not in words
    assert "Will" not in words


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["-o", "a.wav"], "expected a name that ends in .m4b, .mp3, .flac, .opus, .epub or /"),
        (["-o", "none/a.mp3"], "there is no folder none"),
        (["-o", "a.mp3", "-o", "./a.mp3"], "is given twice"),
        (["-o", "alice.epub"], "is the book itself"),
        (["--chapters", "9"], "the book has the chapters 1 to 4"),
        (["--speak", "nonsense"], "--speak 'nonsense': expected one of"),
        (["--lufs", "3"], "expected -36 to -9 LUFS"),
        (["--workers", "0"], "expected a whole number from 1 to 64"),
        (["--dialogue", "nobody"], "voice 'nobody' is not there"),
        (["--cast", "none.txt"], "cast file none.txt: cannot be read"),
        (["--lexicon", "none.txt"], "lexicon none.txt"),
        (["--cover", "alice.epub"], "expected a JPEG or PNG"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    run: Run, tmp_path: Path, args: list[str], message: str
) -> None:
    save_novel(tmp_path / "alice.epub")
    if not any(arg == "-o" for arg in args):
        args = [*args, "-o", "out.mp3"]
    status, _, err = run("alice.epub", *args)
    assert status in (1, 2)
    assert message in err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".work") == ["alice.epub"]


def test_a_folder_that_is_in_use_is_refused(run: Run, tmp_path: Path) -> None:
    save_novel(tmp_path / "alice.epub")
    with WorkFolder(tmp_path / "alice.work").locked():
        status, _, err = run("alice.epub", "-o", "a.mp3")
    assert status == 1
    assert "is in use" in err


def test_an_interrupt_tells_what_is_kept_and_the_next_run_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_novel(tmp_path / "alice.epub")
    speak = Speaker.speak
    spoken = []

    def speak_two(self: Speaker, task: Any) -> Any:
        if len(spoken) == 2:
            raise KeyboardInterrupt
        spoken.append(task)
        return speak(self, task)

    with monkeypatch.context() as patch:
        patch.setattr(Speaker, "speak", speak_two)
        status, _, err = run("alice.epub", "-o", "a.flac")
    assert status == 130
    assert "what is spoken is kept in alice.work: the same command goes on from there" in err
    assert "no file was written" in err, "the files of units are not those that were asked for"
    assert len(units_of(tmp_path / "alice.work")) == 4
    assert run("alice.epub", "-o", "a.flac")[0] == 0


def command(tiny: TinyModels, *args: object) -> list[str]:
    return [sys.executable, str(ROOT / "demo" / "text_to_speech_book.py"), *map(str, args), *tiny.flags]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_ten_kills_and_resumes_give_the_same_bytes(tiny: TinyModels, tmp_path: Path, workers: int) -> None:
    # A chapter is a unit or more.
    paragraphs = [f"Chapter {n}\n\nParagraph {n} of the book. It says little." for n in range(1, 121)]
    (tmp_path / "a.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}

    def start(folder: str) -> subprocess.Popen[bytes]:
        out = tmp_path / folder
        out.mkdir(exist_ok=True)
        args = command(tiny, tmp_path / "a.txt", "-o", out / "a.flac", "--workers", workers, "--speed", 2)
        return subprocess.Popen(args, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    assert start("whole").wait() == 0
    kills = 0
    done = 0
    for wait in (0.0, 0.1, 0.0, 0.2, 0.05, 0.0, 0.3, 0.1, 0.0, 0.15):
        process = start("killed")
        units = tmp_path / "killed" / "a.work" / "units"
        # Each run is killed after it has made another unit, at a moment of its own.
        while process.poll() is None and len(list(units.glob("*.flac"))) <= done:
            time.sleep(0.01)
        time.sleep(wait)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
        done = len(list(units.glob("*.flac")))
        assert not (tmp_path / "killed" / "a.flac").exists() or process.returncode == 0
    assert kills >= 8
    assert start("killed").wait() == 0
    assert units_of(tmp_path / "killed" / "a.work") == units_of(tmp_path / "whole" / "a.work")
    assert (tmp_path / "killed" / "a.flac").read_bytes() == (tmp_path / "whole" / "a.flac").read_bytes()


def test_an_epub_with_an_overlay_is_spoken_again_as_itself(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("av")
    save_novel(tmp_path / "alice.epub")
    assert run("alice.epub", "-o", "read.epub")[0] == 0
    status, _, err = run("read.epub", "-o", "again.epub")
    assert status == 0, err
    assert broken_rules(tmp_path / "again.epub") == []
    with zipfile.ZipFile(tmp_path / "again.epub") as archive:
        names = archive.namelist()
    assert sum(name.endswith(".m4a") for name in names) == 4, (
        "the sounds of the first overlay are left behind"
    )


def test_identifiers_of_a_stranger_name_no_files(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("av")
    files = novel_files()
    package = files["OEBPS/content.opf"]
    assert isinstance(package, str)
    files["OEBPS/content.opf"] = re.sub(r'(id(?:ref)?)="two"', r'\1="../../../&quot;two&lt;"', package)
    save(tmp_path / "book.epub", files)
    status, _, err = run("book.epub", "-o", "read.epub", "--chapters", "4")
    assert status == 0, err
    assert broken_rules(tmp_path / "read.epub") == []
    with zipfile.ZipFile(tmp_path / "read.epub") as archive:
        assert not any(".." in name for name in archive.namelist())


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.fodt"])
def test_other_books_become_an_epub_of_a_page_a_chapter(run: Run, tmp_path: Path, name: str) -> None:
    pytest.importorskip("av")
    contents: dict[str, Any] = {
        "a.txt": "Chapter 1\n\nOne & two < three.\n\nChapter 2\n\nThe end.",
        "a.html": "<!DOCTYPE html><title>A &amp; B</title><h1>One</h1><p>Some <b>text</b>.</p>"
        "<h1>Two</h1><p>The end.</p>",
        "a.fodt": '<?xml version="1.0"?><office:document xmlns:office="o" xmlns:text="t">'
        "<office:body><office:text>"
        '<text:h text:outline-level="1">One</text:h><text:p>Text.</text:p></office:text></office:body>'
        "</office:document>",
    }
    (tmp_path / name).write_text(contents[name], encoding="utf-8")
    status, _, err = run(name, "-o", "read.epub", "--cover", tmp_path / "none.png")
    assert status == 1
    assert "cannot be read" in err
    status, _, err = run(name, "-o", "read.epub", "--title", "A <title>", "--author", "An Author")
    assert status == 0, err
    assert broken_rules(tmp_path / "read.epub") == []
