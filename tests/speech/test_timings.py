"""Files of timings: JSON that is whole, subtitles that can be read."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_speech.errors import OutputError
from text_to_speech.speech.spoken import SpokenMark, SpokenPhoneme, SpokenSentence, SpokenWord
from text_to_speech.speech.timings import LINE, check_timings_path, clock, cues, lines, open_timings


def words(text: str, *, start: float = 0.0, pace: float = 0.4) -> tuple[SpokenWord, ...]:
    found = []
    for match in re.finditer(r"\S+\s*", text):
        begin = start + len(found) * pace
        bare = match[0].strip().rstrip(".,")
        found.append(
            SpokenWord(
                bare, (match.start(), match.start() + len(bare)), begin, begin + pace * 0.9, "i", match[0]
            )
        )
    return tuple(found)


def sentence(text: str, *, start: float = 0.0, offset: int = 0, marks: tuple = ()) -> SpokenSentence:
    own = words(text, start=start)
    return SpokenSentence(
        text=text,
        offset=offset,
        phonemes="i",
        start=start,
        end=own[-1].end,
        phoneme_times=(SpokenPhoneme("i", start, start + 0.1),),
        words=own,
        marks=marks,
        mel=np.zeros((80, 1), np.float32),
        f0=np.zeros(1, np.float32),
    )


def test_json_has_everything_once(tmp_path: Path) -> None:
    path = tmp_path / "speech.json"
    first, second = sentence("It cost $5 – “enough”."), sentence("So.", start=3.0, offset=30)
    with open_timings(path) as timings:
        for each in (
            first,
            first,
            second,
            sentence("So.", start=3.0, offset=30, marks=(SpokenMark("end", 3.9),)),
        ):
            timings.add(each)
    read = json.loads(path.read_text(encoding="utf-8"))
    assert [s["text"] for s in read["sentences"]] == [first.text, "So."]
    assert read["sentences"][0]["words"][1] == {"text": "cost", "span": [3, 7], "start": 0.4, "end": 0.76}
    assert read["sentences"][0]["phonemes"] == [{"symbol": "i", "start": 0.0, "end": 0.1}]
    assert read["sentences"][1]["marks"] == [{"name": "end", "time": 3.9}]


def test_subrip(tmp_path: Path) -> None:
    path = tmp_path / "speech.srt"
    with open_timings(path) as timings:
        timings.add(sentence("Yes, of course."))
        timings.add(sentence("No.", start=3.5, offset=20))
    assert path.read_text(encoding="utf-8") == (
        "1\n00:00:00,000 --> 00:00:01,160\nYes, of course.\n\n2\n00:00:03,500 --> 00:00:04,500\nNo.\n\n"
    )


def test_webvtt_escapes_what_would_be_markup(tmp_path: Path) -> None:
    path = tmp_path / "speech.vtt"
    with open_timings(path) as timings:
        timings.add(sentence("a <b> & c --> d"))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:02.360\n")
    assert "a &lt;b&gt; &amp; c --&gt; d" in text


def test_a_short_subtitle_stands_until_the_next_at_most(tmp_path: Path) -> None:
    path = tmp_path / "speech.srt"
    with open_timings(path) as timings:
        timings.add(sentence("Yes."))
        timings.add(sentence("No.", start=0.6, offset=5))
    assert "00:00:00,000 --> 00:00:00,600" in path.read_text(encoding="utf-8")


@given(st.text(alphabet="abc ,.é", min_size=1, max_size=400).filter(lambda text: text.strip()))
def test_subtitles_are_short_and_hold_every_character(text: str) -> None:
    found = list(cues(words(text)))
    assert "".join("".join(cue.lines) for cue in found).replace(" ", "") == text.replace(" ", "")
    for cue in found:
        assert cue.end - cue.start <= 7.0
        assert len(cue.lines) <= 2
        if max(map(len, cue.lines)) > LINE:  # one word that is longer than a line
            assert any(len(word) > LINE // 2 for word in text.split())
    for one, other in itertools.pairwise(found):
        assert one.end <= other.start


def test_subtitles_are_cut_at_clauses() -> None:
    text = (
        "When the wind rose in the night, the windows hummed and the rain ran down the glass in long threads."
    )
    first, second = cues(words(text, pace=0.3))
    assert first.lines == ("When the wind rose in the night,",)
    assert second.lines == ("the windows hummed and the rain", "ran down the glass in long threads.")


def test_slow_speech_is_cut_by_time() -> None:
    assert len(list(cues(words("one two three four five six", pace=2.0)))) == 2


def test_lines_and_clocks() -> None:
    assert lines("x" * 50) == ["x" * 50]
    assert lines("a" * 30 + " " + "b" * 30) == ["a" * 30, "b" * 30]
    assert clock(3_723.0456, ",") == "01:02:03,046"
    assert clock(59.9996, ".") == "00:01:00.000"


@pytest.mark.parametrize("name", ["speech.txt", "speech", "no/speech.json", "folder.json"])
def test_what_cannot_be_written_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(OutputError, match="cannot be written"), open_timings(tmp_path / name):
        pass
    with pytest.raises(OutputError, match="cannot be written"):
        check_timings_path(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.json"]


def test_half_of_a_surrogate_pair_is_written_as_json_writes_it(tmp_path: Path) -> None:
    text = "One \ud83d two."
    for name in ("speech.json", "speech.srt"):
        with open_timings(tmp_path / name) as timings:
            timings.add(sentence(text))
    assert json.loads((tmp_path / "speech.json").read_bytes())["sentences"][0]["text"] == text
    assert b"One \\ud83d two." in (tmp_path / "speech.srt").read_bytes()


FILL = """
import resource, sys
from test_timings import sentence
from text_to_speech.errors import OutputError
from text_to_speech.speech.timings import open_timings
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with open_timings(sys.argv[1]) as timings:
        for number in range(100):
            timings.add(sentence("One. Two.", offset=number))
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited")
@pytest.mark.parametrize("suffix", [".json", ".srt", ".vtt"])
def test_a_full_disk_is_an_error_of_the_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"speech{suffix}"
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "demo")]
    result = subprocess.run(
        [sys.executable, "-c", FILL, str(path)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(folders)},
    )
    assert (result.stdout, result.stderr) == (f"{path} cannot be written: File too large\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="named pipes are POSIX")
def test_a_named_pipe_is_fed(tmp_path: Path) -> None:
    path = tmp_path / "speech.json"
    os.mkfifo(path)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(path.read_bytes()))
    reader.start()
    with open_timings(path) as timings:
        timings.add(sentence("One."))
    reader.join(timeout=60)
    assert [each["text"] for each in json.loads(heard[0])["sentences"]] == ["One."]
    assert path.is_fifo()


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    def fail() -> None:
        with open_timings(tmp_path / "speech.json") as timings:
            timings.add(sentence("One."))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []
