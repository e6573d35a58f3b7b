"""The command that speaks: what it writes and prints, and how it refuses."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import tiny_models
from text_to_speech import __version__
from text_to_speech.cli import inputs, progress, speaking
from text_to_speech.cli.report import duration
from text_to_speech.inference import runtime
from text_to_speech.speech.sinks import AudioSink
from text_to_speech.text import SYMBOLS

SCRIPT = Path(__file__).parents[2] / "demo" / "text_to_speech_demo.py"
Outcome = tuple[int, str, str]
NO_MODELS = ("-m_duration", "missing.xml", "-m_forward", "missing.xml", "-m_hifigan", "missing.xml")


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("name", ["speech.wav", "speech.flac", "speech.ogg", "speech.opus", "speech.mp3"])
def test_a_text_becomes_a_file(name: str, command: Callable[..., Outcome], folder: Path, tiny) -> None:
    status, out, err = command("-i", "Hello there. How are you?", "-o", name, *tiny.flags)
    assert (status, err) == (0, "")
    assert files(folder) == {name}
    seconds = soundfile.info(name).duration
    assert seconds > 1
    found = re.search(rf"Output: {name}, ([\d.]+) s of audio", out)
    assert found
    assert float(found[1]) == pytest.approx(seconds, abs=0.1)
    for line in (
        "Acoustic model and vocoder: CPU in f32 (",
        "Models ready: ",
        "Total time: ",
        "First audio: ",
        "Real-time factor: ",
        "acoustic model: ",
    ):
        assert line in out


def test_inputs_are_texts_files_and_standard_input(
    command: Callable[..., Outcome], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "one.txt").write_bytes(b"\xef\xbb\xbfTwo.\r\nThree.")
    (folder / "list.md").write_text("Four.", encoding="utf-8")
    standard_input(monkeypatch, b"Five. Six.")
    status, out, _ = command("-i", "One.", "one.txt", "list.md", "-", "--phonemes")
    assert status == 0
    assert [line.replace("ˈ", "") for line in out.splitlines()] == [
        "wʌn.",
        "tu.",
        "θɹi.",
        "fɔɹ.",
        "fIv.",
        "sɪks.",
    ]


def test_phonemes_need_no_models_and_leave_no_file(command: Callable[..., Outcome], folder: Path) -> None:
    status, out, err = command("-i", "Hello.", "--phonemes", "-m_hifigan", "missing.xml")
    assert (status, out, err) == (0, "həlˈO.\n", "")
    assert files(folder) == set()


def test_a_lexicon_of_ones_own_comes_first(command: Callable[..., Outcome], folder: Path) -> None:
    (folder / "one.tsv").write_text("gif\tʤˈɪf\nhibari\thɪˈbɑːɹi\n", encoding="utf-8")
    (folder / "two.tsv").write_text("GIF\t/G IH1 F/\n", encoding="utf-8")
    status, out, err = command(
        "-i", "Hibari gif GIF.", "--lexicon", "one.tsv", "--lexicon", "two.tsv", "--phonemes"
    )
    assert (status, out, err) == (0, "hɪbˈɑɹi ʤˈɪf ɡˈɪf.\n", "")


def test_the_phonemes_are_listed(command: Callable[..., Outcome]) -> None:
    status, out, err = command("--list-phonemes")
    assert (status, err) == (0, "")
    assert "\nO       oʊ    OW       go\n" in out


def test_pauses_are_as_long_as_asked_for(command: Callable[..., Outcome], tiny) -> None:
    frames = {}
    for name, options in {
        "none": ("--pause-sentence", "0", "--pause-paragraph", "0"),
        "sentence": ("--pause-sentence", "2", "--pause-paragraph", "0"),
        "paragraph": ("--pause-sentence", "0", "--pause-paragraph", "60"),
    }.items():
        status, _, err = command("-i", "One. Two.", "Three.", "-o", f"{name}.wav", *options, *tiny.flags)
        assert (status, err) == (0, "")
        frames[name] = soundfile.info(f"{name}.wav").frames / 22_050
    assert frames["sentence"] - frames["none"] == pytest.approx(2, abs=0.012)
    assert frames["paragraph"] - frames["none"] == pytest.approx(60, abs=0.012)


def test_alpha_makes_speech_longer(command: Callable[..., Outcome], tiny) -> None:
    for name, alpha in (("fast.wav", "0.5"), ("slow.wav", "2.0")):
        assert command("-i", "Hello there.", "-o", name, "-a", alpha, *tiny.flags)[0] == 0
    assert soundfile.info("slow.wav").frames == pytest.approx(4 * soundfile.info("fast.wav").frames, rel=0.15)


def test_a_picture_is_drawn(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    status, out, _ = command("-i", "Hello.", "--plot", "speech.png", *tiny.flags)
    assert status == 0
    assert "Plot: speech.png" in out
    assert files(folder) == {"out.wav", "speech.png"}


def test_only_the_beginning_of_a_long_text_is_drawn(
    command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tiny
) -> None:
    drawn = []
    monkeypatch.setattr(speaking, "PLOT_SECONDS", 2.0)
    monkeypatch.setattr(speaking, "save_plot", lambda speech, path: drawn.append(speech))
    assert command("-i", "Hello there, you. " * 9, "--plot", "speech.png", *tiny.flags)[0] == 0
    assert 2.0 < drawn[0].seconds < soundfile.info("out.wav").frames / 22_050
    assert drawn[0].sentences[-1].end == pytest.approx(drawn[0].seconds)


def test_ssml_is_spoken_with_its_marks(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    inside = 'One <mark name="two"/>two. <break time="2s"/><sub alias="three">3</sub><mark name="end"/>'
    document = f"<speak>{inside}</speak>"
    (folder / "own.ssml").write_text(document, encoding="utf-8")
    status, _, err = command("-i", "own.ssml", "--timestamps", "t.json", *tiny.flags)
    assert (status, err) == (0, "")
    sentences = json.loads((folder / "t.json").read_text("utf-8"))["sentences"]
    words = [word for sentence in sentences for word in sentence["words"]]
    assert [document[slice(*word["span"])] for word in words] == ["One", "two", "3"]
    marks = [mark for sentence in sentences for mark in sentence["marks"]]
    assert marks[0] == {"name": "two", "time": words[1]["start"]}
    assert marks[1]["time"] == pytest.approx(words[2]["end"], abs=0.1)
    assert words[2]["start"] - words[1]["end"] == pytest.approx(2, abs=0.2)


def test_no_ssml_is_spoken_as_it_stands(command: Callable[..., Outcome]) -> None:
    status, out, _ = command("-i", "<speak>One</speak>", "--input-format", "text", "--phonemes")
    assert status == 0
    assert "spˈik" in out


def test_timestamps_are_of_the_words_that_were_given(
    command: Callable[..., Outcome], folder: Path, tiny
) -> None:
    inputs = ("Dr. Smith paid [pause 1s] $3.2 million. Fine.", "Why?")
    status, out, err = command("-i", *inputs, "--timestamps", "t.json", *tiny.flags)
    assert (status, err) == (0, "")
    assert "Timestamps: t.json" in out
    text = "\n\n".join(inputs)
    found = [
        word for s in json.loads((folder / "t.json").read_text("utf-8"))["sentences"] for word in s["words"]
    ]
    wanted = ["Dr.", "Smith", "paid", "$3.2 million", "Fine", "Why"]
    assert [text[slice(*word["span"])].rstrip(".?") for word in found] == [w.rstrip(".") for w in wanted]
    assert found[3]["start"] - found[2]["end"] == pytest.approx(1, abs=0.2)
    assert found[-1]["end"] < soundfile.info("out.wav").duration


@pytest.mark.parametrize("name", ["t.srt", "t.vtt"])
def test_subtitles_are_written(name: str, command: Callable[..., Outcome], folder: Path, tiny) -> None:
    assert command("-i", "Hello there. How are you?", "--timestamps", name, *tiny.flags)[0] == 0
    assert "\nHello there.\n" in (folder / name).read_text("utf-8")
    assert files(folder) == {"out.wav", name}


@pytest.mark.parametrize("device", ["AUTO", "AUTO:CPU", "HETERO:CPU", "MULTI:CPU"])
def test_every_cpu_device_string_speaks(device: str, command: Callable[..., Outcome], tiny) -> None:
    status, out, _ = command("-i", "Hello.", "-d", device, *tiny.flags)
    assert status == 0
    assert f"{device}: CPU in f32" in out


@pytest.mark.parametrize(
    ("terminal", "options", "shown"),
    [(True, (), True), (False, (), False), (True, ("--quiet",), False), (True, ("--json",), True)],
)
def test_progress_is_shown_on_a_terminal(
    terminal: bool,
    options: tuple[str, ...],
    shown: bool,
    command: Callable[..., Outcome],
    monkeypatch: pytest.MonkeyPatch,
    tiny,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(progress, "DELAY", 0.0)
    monkeypatch.setattr(progress, "INTERVAL", 0.001)
    status, _, err = command("This is a sentence. " * 40, *options, *tiny.flags)
    assert status == 0
    assert bool(re.search(r"\d:\d\d of about \d:\d\d of sound, \d+%", err)) is shown
    # At the end nothing is left of it.
    assert err.rpartition("\r")[2] == ""


def test_version_and_help(command: Callable[..., Outcome]) -> None:
    assert command("--version")[1].startswith(f"text-to-speech-demo {__version__}, OpenVINO 20")
    status, out, _ = command("-h")
    assert status == 0
    assert "examples:" in out
    assert "demo/" not in out  # an installed package has no such folder


REFUSED = {
    "a file that is not there": (["-i", "missing.txt"], "missing.txt is not there"),
    "a file that is not there, in capitals": (["-i", "MISSING.TXT"], "is not there"),
    "a name too long for a file": (["-i", "x" * 300 + ".txt"], "File name too long"),
    "an empty file": (["-i", "empty.txt"], "empty.txt is empty"),
    "an empty text": (["-i", ""], "is empty"),
    "a blank text": (["-i", "  \n "], "is empty"),
    "one bad input among good ones": (["-i", "Hello.", "latin.txt"], "latin.txt is not UTF-8"),
    "a binary file": (["-i", "binary.bin"], "binary.bin is"),
    "a file with zeros": (["-i", "zeros.txt"], "zeros.txt is binary"),
    "a file in Latin-1": (["-i", "latin.txt"], "byte 0xe9 at offset 3"),
    "a folder": (["-i", "folder/"], "folder/ is a folder: expected a text"),
    "nothing to speak": (["-i", "***"], "expected at least one word"),
    "alpha too small": (["-i", "Hello.", "-a", "0.4"], "expected a number from 0.5 (fast) to 2.0"),
    "alpha too large": (["-i", "Hello.", "-a", "2.5"], "expected a number from 0.5 (fast) to 2.0"),
    "alpha not a number": (["-i", "Hello.", "-a", "nan"], "alpha nan: expected a number from 0.5"),
    "alpha a word": (["-i", "Hello.", "-a", "fast"], "'fast': expected a number"),
    "SSML that is not closed": (["-i", "<speak>Hello."], "SSML, line 1, column 14: no element found"),
    "a text that is said to be SSML": (
        ["-i", "Hello.", "--input-format", "ssml", "-m_hifigan", "none.xml"],
        "SSML, line 1",
    ),
    "SSML that is not there": (["-i", "missing.ssml"], "missing.ssml is not there"),
    "SSML with entities": (
        ["-i", "<?xml version='1.0'?><!DOCTYPE a><speak/>"],
        "a document type is declared",
    ),
    "a pitch too high": (["-i", "Hello.", "--pitch", "12.5"], "expected -12 to 12 semitones"),
    "a pitch in Hz": (["-i", "Hello.", "--pitch", "200Hz"], "'200Hz': expected a number"),
    "a volume too loud": (["-i", "Hello.", "--volume", "+21"], "expected -60 to 20 dB"),
    "a pause in the text too long": (
        ["-i", "Hello [pause 61s] you.", "-m_hifigan", "none.xml"],
        "[pause 61s] at",
    ),
    "a pause too long": (["-i", "Hello.", "--pause-sentence", "61"], "expected 0 to 60 seconds"),
    "a pause below zero": (["-i", "Hello.", "--pause-paragraph", "-1"], "expected 0 to 60 seconds"),
    "a pause without end": (["-i", "Hello.", "--pause-sentence", "inf"], "expected 0 to 60 seconds"),
    "a lexicon that is not there": (["-i", "Hello.", "--lexicon", "no.tsv"], "lexicon no.tsv"),
    "a bad line in a lexicon": (["-i", "Hello.", "--lexicon", "bad.tsv"], "lexicon bad.tsv, line 2"),
    "another speaker": (["-i", "Hello.", "-s_id", "19"], "no voice has the number 19: expected 0 (heart)"),
    "a speaker that is no number": (["-i", "Hello.", "-s_id", "-1"], "'-1': expected the number of a voice"),
    "another voice": (["-i", "Hello.", "--voice", "hart"], "did you mean heart?"),
    "an unknown option": (["-i", "Hello.", "--vollume", "2"], "did you mean --volume?"),
    "an option of another program": (["Hello.", "--length-scale=2"], "did you mean --alpha?"),
    "an option that is like none": (["Hello.", "--xyz"], "unrecognized arguments: --xyz; -h shows"),
    "texts with -i and without it": (["One.", "-i", "Two."], "give all texts either with -i or without it"),
    "standard input twice": (["-", "-"], "standard input is named twice"),
    "a file that is nearly there": (["-i", "empti.txt"], "empti.txt is not there; did you mean empty.txt?"),
    "a book that is not there": (["book.epub"], "book.epub is not there: expected a text file"),
    "a path that is not there": (["./chapter.one"], "./chapter.one is not there"),
    "a web page without text": (["page.html"], "nothing in the text can be spoken"),
    "an unknown encoding": (
        ["latin.txt", "--encoding", "klingon"],
        "--encoding klingon: expected a character",
    ),
    "an encoding that is none": (
        ["latin.txt", "--encoding", "rot13"],
        "--encoding rot13: expected a character",
    ),
    "another encoding than the file's": (
        ["latin.txt", "--encoding", "ascii"],
        "latin.txt is not ASCII text: byte 0xe9 at offset 3",
    ),
    "two speeds": (["Hello.", "--speed", "2", "-a", "2"], "not allowed with argument"),
    "a speed too fast": (["Hello.", "--speed", "2.5"], "speed 2.5: expected a number from 0.5 (slow) to 2"),
    "a sample rate too low": (["Hello.", "--sample-rate", "7999"], "'7999': expected a whole number of Hz"),
    "a sample rate that is no number": (["Hello.", "--sample-rate", "16k"], "'16k': expected a whole number"),
    "a sample rate that the format lacks": (
        ["Hello.", "-o", "out.opus", "--sample-rate", "44100", *NO_MODELS],
        "out.opus cannot be written with 44100 samples a second: opus has 8000",
    ),
    "a lexicon that is nearly there": (["Hello.", "--lexicon", "bat.tsv"], "did you mean bad.tsv?"),
    "a vocoder as a file": (
        ["Hello.", "-m_hifigan", "hifi-gan-universal"],
        "did you mean --vocoder hifi-gan-universal?",
    ),
    "an acoustic model as vocoder": (
        ["Hello.", "--vocoder", "forward-tacotron"],
        "expected one of hifi-gan, hifi-gan-universal, source-filter-light",
    ),
    "two vocoders": (["Hello.", "--vocoder", "hifi-gan"], "--vocoder and -m_hifigan both name a vocoder"),
    "a file that is there": (
        ["Hello.", "-o", "text", "--format", "wav", "--no-clobber", *NO_MODELS],
        "text exists already: --no-clobber forbids",
    ),
    "subtitles that are there": (
        ["Hello.", "--timestamps", "good.json", "--no-clobber", *NO_MODELS],
        "good.json exists already",
    ),
    "timestamps of several files": (
        ["One.", "-o", "new/", "--timestamps", "t.json"],
        "--timestamps is one file: expected -o FILE, not the folder new/",
    ),
    "a folder in a file": (
        ["One.", "-o", "text/new/"],
        "the folder text/new cannot be used: text is a file",
    ),
    "a new folder for a model that is not there": (
        ["One.", "-o", "new/", *NO_MODELS],
        "missing.xml is not there",
    ),
    "an unknown device": (["-i", "Hello.", "-d", "FOO"], "this machine has CPU"),
    "an unknown device of a stage": (["-i", "Hello.", "-d_vocoder", "AUTO:FOO"], "this machine has CPU"),
    "an unknown precision": (["-i", "Hello.", "--precision", "int3"], "--precision"),
    "a precision the device lacks": (["-i", "Hello.", "--precision", "f16"], "computes in"),
    "a model that is not there": (["-i", "Hello.", "-m_hifigan", "none.xml"], "none.xml is not there"),
    "a model that is none": (["-i", "Hello.", "-m_duration", "noise.onnx"], "not a model"),
    "an unknown vocoder": (["-i", "Hello.", "--vocoder", "wavenet"], "source-filter-light"),
    "a model cut short": (["-i", "Hello.", "-m_hifigan", "cut.onnx"], "cut.onnx"),
    "a model of another kind": (["-i", "Hello.", "-m_forward", "other.onnx"], "expected data [1,?,?]"),
    "another symbol table": (["-i", "Hello.", "-m_duration", "symbols.onnx"], "another symbol table"),
    "an unknown kind of file": (["-i", "Hello.", "-o", "out.aac"], ".wav, .flac, .ogg, .opus, .mp3, .raw"),
    "a folder that is not there": (["-i", "Hello.", "-o", "no/out.wav"], "there is no folder no"),
    "a folder as file": (["-i", "Hello.", "-o", "folder.wav"], "it is a folder"),
    "another kind of picture": (["-i", "Hello.", "--plot", "out.jpg"], ".png"),
    "another kind of timestamps": (["-i", "Hello.", "--timestamps", "t.txt"], ".json, .srt, .vtt"),
    "timestamps in no folder": (["-i", "Hello.", "--timestamps", "no/t.json"], "there is no folder no"),
    "a picture in no folder": (["-i", "Hello.", "--plot", "no/out.png"], "there is no folder no"),
    "a picture in a file": (["-i", "Hello.", "--plot", "empty.txt/out.png"], "there is no folder empty.txt"),
    "a folder as picture": (["-i", "Hello.", "--plot", "folder.png", *NO_MODELS], "it is a folder"),
    "a folder as timestamps": (["-i", "Hello.", "--timestamps", "folder.vtt", *NO_MODELS], "it is a folder"),
    "this folder": (["-i", "Hello.", "-o", ".", "--format", "wav", *NO_MODELS], "it is a folder"),
    "a new folder as timestamps": (["-i", "Hello.", "--timestamps", "new/"], "new/ is a folder"),
    "a variable that is not set": (["-i", "Hello.", "-o", ""], "'': expected a file name"),
    "no name for timestamps": (["-i", "Hello.", "--timestamps", ""], "'': expected a file name"),
    "no name for a picture": (["-i", "Hello.", "--plot", ""], "'': expected a file name"),
    "a long name": (["-i", "Hello.", "-o", "x" * 300 + ".wav", *NO_MODELS], "File name too long"),
    "one file for two": (
        ["-i", "Hello.", "-o", "a.json", "--format", "wav", "--timestamps", "./a.json", *NO_MODELS],
        "./a.json is given for -o and for --timestamps",
    ),
    "one file for two, by a link": (
        ["-i", "Hello.", "-o", "link", "--format", "wav", "--plot", "a.png", *NO_MODELS],
        "a.png is given for -o and for --plot",
    ),
    "a file over the text": (
        ["-i", "text", "-o", "text", "--format", "wav", *NO_MODELS],
        "text is given for -i and for -o",
    ),
    "a file over the lexicon": (
        ["-i", "Hello.", "--lexicon", "good.json", "--timestamps", "good.json", *NO_MODELS],
        "good.json is given for --lexicon and for --timestamps",
    ),
    "only SSML to print": (["-i", "<speak/>", "--phonemes"], "nothing in the text can be spoken"),
}


@pytest.fixture
def bad_files(folder: Path, tiny) -> set[str]:
    """Lay out what the refused command lines name, and return the names."""
    (folder / "empty.txt").touch()
    (folder / "binary.bin").write_bytes(bytes(range(256)))
    (folder / "zeros.txt").write_bytes(b"Hello.\0\0")
    (folder / "latin.txt").write_bytes(b"Caf\xe9.")
    (folder / "page.html").write_text("<nav>Hello.</nav>", encoding="utf-8")
    (folder / "noise.onnx").write_bytes(bytes(range(256)))
    (folder / "bad.tsv").write_text("good\tɡˈʊd\nbad\tb5d\n", encoding="utf-8")
    (folder / "folder").mkdir()
    for name in ("folder.wav", "folder.png", "folder.vtt"):
        (folder / name).mkdir()
    (folder / "link").symlink_to("a.png")
    (folder / "text").write_text("Hello.", encoding="utf-8")
    (folder / "good.json").write_text("good\tɡˈʊd\n", encoding="utf-8")
    tiny_models.save_duration_prediction(folder / "symbols.onnx", SYMBOLS[:-1])
    whole = tiny_models.save_vocoder(folder / "other.onnx").read_bytes()
    (folder / "cut.onnx").write_bytes(whole[: len(whole) // 2])
    return files(folder)


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_line(
    case: str,
    command: Callable[..., Outcome],
    folder: Path,
    bad_files: set[str],
    tiny,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Whatever the processor computes in.
    defaults = runtime.resolve_target.__kwdefaults__
    monkeypatch.setitem(defaults, "capabilities", lambda device: ("FP32", "INT8"))
    arguments, message = REFUSED[case]
    status, _, err = command(*tiny.flags, *arguments)  # a model named again replaces the tiny one
    assert status in (1, 2)
    assert err.startswith("text-to-speech-demo: error: ")
    assert err.count("\n") == 1
    assert message in err
    assert files(folder) == bad_files


NOTHING_TO_SPEAK = ["<speak/>", '<speak><break time="1s"/></speak>', '<speak><mark name="a"/></speak>', "***"]


@pytest.mark.parametrize("text", NOTHING_TO_SPEAK)
def test_what_cannot_be_spoken_has_no_phonemes(text: str, command: Callable[..., Outcome], tiny) -> None:
    spoken = command("-i", text, *tiny.flags)
    printed = command("-i", text, "--phonemes")
    assert printed[:2] == (1, "")
    assert (spoken[0], spoken[2]) == (printed[0], printed[2])


def test_pauses_and_marks_at_the_end_are_no_sentence(command: Callable[..., Outcome]) -> None:
    status, out, _ = command("-i", '<speak>One. <break time="1s"/><mark name="a"/></speak>', "--phonemes")
    assert (status, out) == (0, "wˈʌn.\n")


def test_a_folder_is_recognised_by_the_separators_of_the_system(
    command: Callable[..., Outcome], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "texts\\").mkdir()
    monkeypatch.setattr(inputs, "SEPARATORS", ("/", "\\"))
    assert "is a folder: expected a text" in command("-i", "texts\\", *NO_MODELS)[2]


@pytest.mark.parametrize("data", [b"", b"\xff\xfeH\x00i", b"%PDF-1.7", b"\x00\xd8"])
def test_bad_standard_input_is_refused(
    data: bytes, command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    standard_input(monkeypatch, data)
    status, _, err = command()
    assert status == 1
    assert err.startswith("text-to-speech-demo: error: standard input is ")
    assert err.count("\n") == 1


class Unreadable(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (io.TextIOWrapper(io.BufferedReader(Unreadable())), "cannot be read: Input/output error"),
        (None, "is closed: expected text"),
    ],
)
def test_standard_input_that_cannot_be_read_is_refused(
    stream: Any, message: str, command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", stream)
    assert command("-i", "-") == (1, "", f"text-to-speech-demo: error: standard input {message}\n")


def test_an_older_file_survives_a_failure(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    (folder / "out.wav").write_bytes(b"older")
    assert command("-i", "***", *tiny.flags)[0] == 1
    assert (folder / "out.wav").read_bytes() == b"older"
    assert files(folder) == {"out.wav"}


def test_an_interrupt_ends_quietly(
    command: Callable[..., Outcome], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(speaking, "Synthesizer", interrupt)
    status, _, err = command("-i", "Hello.")
    assert (status, err) == (130, "text-to-speech-demo: interrupted; no file was written\n")
    assert files(folder) == set()


def run_script(*arguments: str, folder: Path, shell_limit: str = "") -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(SCRIPT), *arguments]
    if shell_limit:
        line = ["sh", "-c", f'{shell_limit}; exec "$@"', "sh", *line]
    return subprocess.run(line, capture_output=True, text=True, encoding="utf-8", cwd=folder)


def test_the_script_runs_from_a_checkout(tmp_path: Path, tiny) -> None:
    result = run_script("-i", "Hello.", *tiny.flags, folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert files(tmp_path) == {"out.wav"}


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited")
def test_a_full_disk_is_one_line(tmp_path: Path, tiny) -> None:
    # The limit, in blocks of 512 or 1,024 bytes, is above what compiled tiny models take and below the speech.
    result = run_script("-i", "Hello there. " * 40, *tiny.flags, folder=tmp_path, shell_limit="ulimit -f 400")
    assert result.returncode == 1
    assert result.stderr == "text-to-speech-demo: error: out.wav cannot be written: File too large\n"
    assert files(tmp_path) == set()


@pytest.mark.skipif(os.name != "posix", reason="pipes close otherwise")
def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    line = [sys.executable, str(SCRIPT), "-i", "Hello. " * 3000, "--phonemes"]
    with subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def bytes_from(*arguments: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, cwd=folder)


def test_standard_output_is_sound_and_nothing_else(tmp_path: Path, tiny) -> None:
    text = ("-i", "Hello there. How are you?", *tiny.flags)
    assert bytes_from(*text, "-o", "speech.wav", folder=tmp_path).returncode == 0
    samples = soundfile.read(tmp_path / "speech.wav", dtype="int16")[0]
    wav = bytes_from(*text, "-o", "-", folder=tmp_path)
    raw = bytes_from(*text, "-o", "-", "--format", "raw", folder=tmp_path)
    for result, header in ((wav, 44), (raw, 0)):
        assert result.returncode == 0
        np.testing.assert_allclose(np.frombuffer(result.stdout[header:], "<i2"), samples, atol=4)
        assert b"Output: standard output, " in result.stderr
    assert wav.stdout[:4] == b"RIFF"
    assert files(tmp_path) == {"speech.wav"}


@pytest.mark.skipif(os.name != "posix", reason="pipes close otherwise")
def test_a_listener_that_goes_away_ends_the_program_quietly(tmp_path: Path, tiny) -> None:
    line = [sys.executable, str(SCRIPT), "-i", "Hello there. " * 200, "-o", "-", "--timestamps", "t.json"]
    line += tiny.flags
    with subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert len(process.stdout.read(1000)) == 1000
        process.stdout.close()
        said = process.stderr.read().decode()
    assert "rror" not in said
    assert process.returncode == 1
    assert files(tmp_path) == set()


@pytest.mark.parametrize("container", ["flac", "ogg", "opus", "mp3"])
def test_every_format_goes_to_standard_output(container: str, tmp_path: Path, tiny) -> None:
    rate = ("--sample-rate", "16000")
    result = bytes_from("Hello.", "-o", "-", "--format", container, *rate, *tiny.flags, folder=tmp_path)
    assert result.returncode == 0
    with soundfile.SoundFile(io.BytesIO(result.stdout)) as sound:
        assert sound.samplerate == 16_000
        # The number of samples in the header may be unknown.
        assert sound.read(5_000).size == 5_000


def test_sound_is_not_written_to_a_terminal(
    command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    status, _, err = command("-i", "Hello.", "-o", "-", *NO_MODELS)
    assert status == 1
    assert "standard output is a terminal" in err


def test_the_format_may_be_given_for_any_name(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    assert command("-i", "Hello.", "-o", "speech", "--format", "flac", *tiny.flags)[0] == 0
    assert soundfile.info(folder / "speech").format == "FLAC"
    assert command("-i", "Hello.", "-o", "speech", *NO_MODELS)[0] == 1


class Player(AudioSink):
    """Hears instead of playing."""

    def _send(self, block) -> None:
        assert block.size


@pytest.mark.parametrize(("flags", "made"), [((), set()), (("-o", "too.wav"), {"too.wav"})])
def test_play_plays_and_writes_only_what_is_asked_for(
    flags: tuple[str, ...],
    made: set[str],
    command: Callable[..., Outcome],
    folder: Path,
    tiny,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    player = Player()
    monkeypatch.setattr(speaking, "open_player", lambda **_: contextlib.nullcontext(player))
    status, out, err = command("-i", "Hello there.", "--play", *flags, *tiny.flags)
    assert (status, err) == (0, "")
    assert files(folder) == made
    assert f"Output: {next(iter(made), 'the sound device')}, {duration(player.seconds)} of audio" in out


def test_no_sound_device_is_one_line_before_a_model_is_loaded(
    command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    status, out, err = command("-i", "Hello.", "--play", *NO_MODELS)
    assert (status, out) == (1, "")
    assert "sound cannot be played" in err
    assert len(err.splitlines()) == 1


def test_a_hint_changes_nothing_that_is_heard(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    for hint in ("latency", "throughput"):
        assert command("-i", "Hello there. " * 30, "-o", f"{hint}.wav", "--hint", hint, *tiny.flags)[0] == 0
    latency, throughput = (
        soundfile.read(folder / f"{hint}.wav", dtype="int16")[0] for hint in ("latency", "throughput")
    )
    np.testing.assert_allclose(latency, throughput, atol=4)


def node(path: Path, device: tuple[int, int]) -> Path:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(*device))
        path.open("wb").close()
    except PermissionError:
        pytest.skip("this user may not make or open device nodes")
    return path


STARTER = "import sys; from text_to_speech.cli import start; sys.exit(getattr(start, sys.argv.pop(1))())"
DEMO = ("text_to_speech_demo",)
DUMPER = ("omz_info_dumper",)
FULL = "standard output cannot be written: No space left on device\n"
CLOSED = "standard output is closed: expected a terminal, a file or a pipe\n"


def redirected(redirection: str, *arguments: str, folder: Path) -> tuple[int, str, str]:
    """Run a command with its standard streams redirected by a shell; return status, output and errors."""
    line = ["bash", "-c", f'set -o pipefail; "$@" {redirection}', "bash", sys.executable, "-c", STARTER]
    environment = os.environ | {"PYTHONPATH": str(SCRIPT.parent)}
    environment.pop("PYTHONUNBUFFERED", None)
    result = subprocess.run(
        [*line, *arguments], capture_output=True, text=True, cwd=folder, env=environment, timeout=120
    )
    return result.returncode, result.stdout, result.stderr


@pytest.mark.skipif(os.name != "posix", reason="the streams are redirected by a POSIX shell")
@pytest.mark.parametrize(
    ("redirection", "arguments", "status", "error"),
    [
        (">full", (*DEMO, "--list-phonemes"), 1, FULL),
        (">full", (*DEMO, "-h"), 1, FULL),
        (">full", (*DEMO, "--version"), 1, FULL),
        (">full", (*DEMO, "-i", "Hello.", "--phonemes"), 1, FULL),
        (">full", (*DUMPER, "--name", "hifi-gan"), 1, FULL),
        (">full", ("omz_downloader", "--print_all"), 1, FULL),
        (">&-", (*DEMO, "--list-phonemes"), 1, CLOSED),
        (">&-", (*DEMO, "-h"), 1, CLOSED),
        (">&-", (*DEMO, "-i", "Hello.", "--phonemes"), 1, CLOSED),
        (
            ">&-",
            (*DEMO, "-i", "Hello.", "-o", "-"),
            1,
            "standard output is closed: expected a pipe or a file",
        ),
        (">&-", (*DUMPER, "--name", "hifi-gan"), 1, CLOSED),
        (">&-", ("omz_downloader", "--print_all"), 1, CLOSED),
        ("<&-", (*DEMO, "-i", "-", "--phonemes"), 1, "standard input is closed: expected text\n"),
        ("2>&-", (*DEMO, "-i", "***", "--phonemes"), 1, ""),
        ("2>full", (*DEMO, "-i", "***", "--phonemes"), 1, ""),
        ("2>&-", (*DEMO, "--no-such-option"), 2, ""),
        ("2>full", (*DUMPER, "--name", "no-such-model"), 1, ""),
        ("| true", (*DEMO, "--list-phonemes"), 1, ""),
        ("| true", (*DUMPER, "--all"), 1, ""),
        ("| head -c 10 >first", (*DEMO, "-i", "Hello. " * 3000, "--phonemes"), 1, ""),
    ],
)
def test_standard_streams_that_fail_are_one_line_or_silence(
    redirection: str, arguments: tuple[str, ...], status: int, error: str, tmp_path: Path
) -> None:
    if "full" in redirection:
        node(tmp_path / "full", (1, 7))
    found, out, err = redirected(redirection, *arguments, folder=tmp_path)
    assert found == status
    assert out == ""
    if error:
        assert re.fullmatch(rf"[\w-]+: error: {re.escape(error)}[^\n]*\n?", err)
    else:
        assert err == ""


@pytest.mark.skipif(os.name != "posix", reason="the streams are redirected by a POSIX shell")
@pytest.mark.parametrize(
    ("redirection", "status", "error"),
    [
        (">full", 1, f"text-to-speech-demo: error: {FULL}"),
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        ("2>full", 0, ""),
        ("| true", 1, ""),
    ],
)
def test_a_report_that_cannot_be_printed_costs_no_speech(
    redirection: str, status: int, error: str, tmp_path: Path, tiny
) -> None:
    if "full" in redirection:
        node(tmp_path / "full", (1, 7))
    arguments = ("-i", "Hello.", "-o", "speech.wav", "--timestamps", "t.json", "--plot", "p.png", *tiny.flags)
    found, _, err = redirected(redirection, *DEMO, *arguments, folder=tmp_path)
    assert (found, err) == (status, error)
    assert soundfile.info(tmp_path / "speech.wav").frames > 1000
    assert files(tmp_path) - {"full"} == {"speech.wav", "t.json", "p.png"}


@pytest.mark.skipif(os.name != "posix", reason="the streams are redirected by a POSIX shell")
@pytest.mark.parametrize(
    ("redirection", "status", "size"),
    [("2>&- >sound", 0, True), ("2>full >sound", 0, True), (">full", 1, False)],
)
def test_sound_needs_standard_output_only(
    redirection: str, status: int, size: bool, tmp_path: Path, tiny
) -> None:
    node(tmp_path / "full", (1, 7))
    found, _, err = redirected(
        redirection, *DEMO, "-i", "Hello there. " * 60, "-o", "-", *tiny.flags, folder=tmp_path
    )
    assert found == status
    if size:
        assert soundfile.info(tmp_path / "sound").frames > 1000
    else:
        assert err.endswith(f"text-to-speech-demo: error: {FULL}")


@pytest.mark.skipif(os.name != "posix", reason="devices are those of POSIX")
def test_a_device_is_fed_and_stays_what_it_is(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    null, full = node(folder / "null", (1, 3)), node(folder / "full.wav", (1, 7))
    assert command("-i", "Hello.", "-o", "null", "--format", "wav", *tiny.flags)[0] == 0
    status, _, err = command("-i", "Hello.", "-o", "full.wav", *tiny.flags)
    assert (status, err) == (
        1,
        "text-to-speech-demo: error: full.wav cannot be written: No space left on device\n",
    )
    assert command("-i", "Hello.", "-o", "null", "--format", "mp3", *tiny.flags)[0] == 0
    assert null.is_char_device()
    assert full.is_char_device()
    assert files(folder) == {"null", "full.wav"}


@pytest.mark.skipif(os.name != "posix", reason="named pipes are those of POSIX")
def test_a_reader_that_leaves_a_named_pipe_ends_the_program_quietly(tmp_path: Path, tiny) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    line = ("-i", "Hello there. " * 200, "-o", "pipe.wav", "--timestamps", "t.json", *tiny.flags)
    status, _, err = redirected("& head -c 10 pipe.wav >first; wait $!", *DEMO, *line, folder=tmp_path)
    assert (status, err) == (1, "")
    assert files(tmp_path) == {"pipe.wav", "first"}
    assert (tmp_path / "first").read_bytes()[:4] == b"RIFF"


@pytest.mark.parametrize("failure", [BrokenPipeError(32, "Broken pipe"), OSError(5, "Input/output error")])
def test_a_player_that_fails_keeps_no_half_of_the_file(
    failure: OSError,
    command: Callable[..., Outcome],
    folder: Path,
    tiny,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken(AudioSink):
        def _send(self, block: Any) -> None:
            raise failure

    monkeypatch.setattr(speaking, "open_player", lambda **_: contextlib.nullcontext(Broken()))
    status, _, err = command("-i", "Hello.", "--play", "-o", "out.wav", *tiny.flags)
    assert status == 1
    assert "out.wav" not in err
    assert files(folder) == set()


def test_the_language_of_a_text_can_be_chosen(command: Callable[..., Outcome]) -> None:
    status, out, err = command("-i", "A car on 03/04/2025.", "--phonemes", "--language", "en-GB")
    assert (status, err) == (0, "")
    assert out.startswith("ɐ kˈɑː ˌɒn ðə θˈɜːd ɒv ˈApɹɪl")
    assert command("-i", "A car.", "--phonemes")[1] == "ɐ kˈɑɹ.\n"
    assert command("-i", "A car.", "--phonemes", "--language", "fr")[0] != 0
