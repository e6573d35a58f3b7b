"""What must hold for every file that is read, for every address, and for every file that is written."""

from __future__ import annotations

import json
import math
import re
import tempfile
from pathlib import Path
from typing import cast

import numpy as np

from text_to_speech.errors import ModelError, OutputError, SpeechError
from text_to_speech.files import open_output
from text_to_speech.omz.transfer import TransferError, _redirected
from text_to_speech.speech.spoken import SpokenPhoneme, SpokenSentence, SpokenWord
from text_to_speech.speech.timings import as_json, check_timings_path, open_timings
from text_to_speech.store.addresses import relative_path, web_address
from text_to_speech.store.checkpoint import MAX_DEPTH, read_checkpoint
from text_to_speech.store.model_yml import CompositeModel, Model, read_composite_model, read_model
from text_to_speech.store.quantization_yml import read_quantization

_READERS = {
    "model.yml": read_model,
    "composite-model.yml": read_composite_model,
    "quantization.yml": read_quantization,
}
_CLOCK = r"\d{2,}:[0-5]\d:[0-5]\d[.,]\d{3}"


def checkpoint(case: object) -> None:
    assert isinstance(case, bytes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pth"
        path.write_bytes(case)
        try:
            tree = read_checkpoint(path)
        except ModelError as error:
            _check_message(error, path)
            return
    assert _values(tree) <= len(case), f"{_values(tree)} values in {len(case)} bytes"


def _values(value: object, depth: int = 0) -> int:
    assert depth <= MAX_DEPTH, "deeper than it may be"
    if isinstance(value, dict):
        assert all(type(key) in (str, int) for key in value), f"keys {list(value)[:5]}"
        return 1 + sum(_values(item, depth + 1) for item in value.values())
    if isinstance(value, (list, tuple)):
        return 1 + sum(_values(item, depth + 1) for item in value)
    assert value is None or isinstance(value, (str, int, float, np.ndarray)), f"a {type(value).__name__}"
    if isinstance(value, np.ndarray):
        assert not value.flags.writeable or not value.size, "an array that can be written to"
    return 1


def description(case: object) -> None:
    file, content = cast("tuple[str, bytes]", case)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "model"
        folder.mkdir()
        (folder / file).write_bytes(content)
        try:
            read = _READERS[file](folder)
        except ModelError as error:
            _check_message(error, folder)
            return
    if isinstance(read, (Model, CompositeModel)):
        assert read.description.strip(), "no description"
    if isinstance(read, Model):
        for one in read.files:
            inside = (folder / one.name).resolve()
            assert inside.is_relative_to(folder.resolve()), f"{one.name!r} leads out of the folder"


def address(case: object) -> None:
    given, base = cast("tuple[str, str]", case)
    try:
        path = relative_path(given)
    except ModelError as error:
        _check_message(error)
    else:
        folder = Path("/folder")
        assert (folder / path).resolve().is_relative_to(folder), f"{path!r} leads out of the folder"
        assert path.isprintable() or not re.search(r"[\x00-\x1f\x7f-\x9f]", path), f"{path!r}"
    try:
        assert web_address(given).lower().startswith(("http://", "https://")), f"{given!r}"
    except ModelError as error:
        _check_message(error)
    if not given.isascii() and not all(ord(c) < 256 for c in given):
        return  # HTTP's headers are bytes
    try:
        target = _redirected(base, given)
    except TransferError as error:
        _check_message(error)
        return
    schemes = ("https://",) if base.startswith("https:") else ("http://", "https://")
    assert target.lower().startswith(schemes), f"{target!r}"


def timings(case: object) -> None:
    made = [_sentence(index, words) for index, words in enumerate(case)]  # type: ignore[var-annotated, arg-type]
    for suffix in (".json", ".srt", ".vtt"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"speech{suffix}"
            try:
                with open_timings(path) as writer:
                    for sentence in made:
                        writer.add(sentence)
            except SpeechError as error:
                _check_message(error)
                return
            content = path.read_bytes().decode("utf-8")
        if suffix == ".json":
            written = json.loads(content)["sentences"]
            assert written == json.loads(json.dumps([as_json(one) for one in made])), "another JSON"
        else:
            _check_subtitles(content, suffix)


def _sentence(index: int, words: list[tuple[str, str, float, float]]) -> SpokenSentence:
    spoken = tuple(
        SpokenWord(text.strip(), (n, n + 1), start, end, phonemes, text)
        for n, (text, phonemes, start, end) in enumerate(words)
    )
    start, end = (words[0][2], words[-1][3]) if words else (0.0, 0.0)
    return SpokenSentence(
        text="".join(word.written for word in spoken),
        offset=1000 * index,
        phonemes=" ".join(word.phonemes for word in spoken),
        start=start,
        end=end,
        phoneme_times=tuple(SpokenPhoneme(word.phonemes[0], word.start, word.end) for word in spoken),
        words=spoken,
        marks=(),
        mel=np.zeros((80, 1), np.float32),
        f0=np.zeros(1, np.float32),
    )


def _check_subtitles(content: str, suffix: str) -> None:
    """Subtitles are blocks between blank lines, each with one line of times, and times go forward."""
    blocks = [block for block in content.split("\n\n") if block.strip("\n")]
    if suffix == ".vtt":
        assert blocks.pop(0) == "WEBVTT", "no head"
    last = -math.inf
    for number, block in enumerate(blocks, start=1):
        lines = block.strip("\n").split("\n")
        if suffix == ".srt":
            assert lines.pop(0) == str(number), f"block {number}: {block!r}"
        times = re.fullmatch(f"({_CLOCK}) --> ({_CLOCK})", lines[0])
        assert times, f"block {number}: {block!r}"
        start, end = map(_seconds, times.groups())
        assert last <= start <= end, f"block {number}: {block!r}"
        assert not any(re.search(_CLOCK + " -->", line) for line in lines[1:]), f"block {number}: {block!r}"
        last = start


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.replace(",", ".").split(":")
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def name(case: object) -> None:
    assert isinstance(case, str)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        try:
            path = check_timings_path(folder / case)
            with open_timings(path):
                pass
        except OutputError as error:
            _check_message(error, folder / case)
        try:
            with open_output(folder / case) as file:
                file.write(b"x")
        except OutputError as error:
            _check_message(error, folder / case)
            left = [entry.name for entry in folder.iterdir() if entry.name != case]
            assert not left, f"{left} are left"
        else:
            assert [entry.name for entry in folder.iterdir()] == [case], f"{list(folder.iterdir())}"


def _check_message(error: Exception, path: Path = Path("/")) -> None:
    message = str(error).replace(str(path), "")
    assert len(message) < 6000, f"a message of {len(message)} characters"
    assert message.isprintable(), f"more than a line: {message!r}"
