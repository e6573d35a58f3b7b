"""Files that say when each word is heard: JSON, or subtitles as SubRip (.srt) or WebVTT (.vtt).

with open_timings("speech.json") as timings:
    for chunk in synthesizer.stream(text):
        timings.add(chunk.sentence)
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..files import OutputFile, check_output, open_output
from .spoken import SpokenSentence, SpokenWord

LINE = 42  # characters of a line, of which a subtitle has two at most: the custom of broadcasters
LONGEST_CUE = 7.0  # seconds that a subtitle is shown at most
SHORTEST_CUE = 1.0  # seconds that a subtitle is shown at least, if the next one leaves so much time

_CLAUSE_END = re.compile(r"[,;:.!?…—–][\"'”’)\]]*\s*$")


@dataclass(frozen=True)
class Cue:
    """One subtitle: lines of text and when they are shown, in seconds."""

    lines: tuple[str, ...]
    start: float
    end: float


class TimingsWriter:
    """An open file of timings; made by `open_timings`."""

    def __init__(self, write: Callable[[SpokenSentence], None]) -> None:
        self._write = write
        self._sentence: SpokenSentence | None = None

    def add(self, sentence: SpokenSentence) -> None:
        """Append a sentence; one that comes again, as in every chunk of its sound, is written once."""
        if self._sentence and self._sentence.key != sentence.key:
            self._write(self._sentence)
        self._sentence = sentence

    def finish(self) -> None:
        """Write the last sentence."""
        if self._sentence:
            self._write(self._sentence)


def check_timings_path(path: str | Path) -> Path:
    """Return the path of a file of timings, or refuse what `open_timings` would refuse.

    Raises:
        OutputError: As for `open_timings`.
    """
    _suffix(path)
    check_output(path)
    return Path(path)


def _suffix(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in (".json", ".srt", ".vtt"):
        raise OutputError(
            f"{str(path) or repr('')} cannot be written: expected a name that ends in .json, .srt, .vtt"
        )
    return suffix


@contextmanager
def open_timings(path: str | Path) -> Iterator[TimingsWriter]:
    """Open a file of timings to add sentences to; it appears under its name when the block ends well.

    A named pipe or a device is written to directly. An exception in the block passes through unchanged.

    Args:
        path: .json for sentences, words, phonemes and marks, .srt or .vtt for subtitles.

    Raises:
        OutputError: The suffix is unknown, the folder missing or not writable, the path no place for a file, or the
            disk full; see `files.open_output`.
    """
    suffix = _suffix(path)
    with open_output(path) as file:
        form = JsonForm(file) if suffix == ".json" else SubtitleForm(file, suffix)
        writer = TimingsWriter(form.write)
        yield writer
        writer.finish()
        form.close()


def _put(file: OutputFile, text: str) -> None:
    """Write a text in UTF-8; half of a surrogate pair, which UTF-8 cannot express, becomes JSON's escape for it."""
    file.write(text.encode("utf-8", errors="backslashreplace"))


class JsonForm:
    """Sentences as one JSON object, `{"sentences": [...]}`, written as they come."""

    def __init__(self, file: OutputFile) -> None:
        self._file = file
        _put(file, '{"sentences": [')
        self._separator = "\n"

    def write(self, sentence: SpokenSentence) -> None:
        """Append a sentence."""
        _put(self._file, self._separator + json.dumps(as_json(sentence), ensure_ascii=False))
        self._separator = ",\n"

    def close(self) -> None:
        """End the object."""
        _put(self._file, "\n]}\n")


class SubtitleForm:
    """Sentences as subtitles. The last one is held back, because it may be shown until the next one comes."""

    def __init__(self, file: OutputFile, suffix: str) -> None:
        self._file = file
        self._is_vtt = suffix == ".vtt"
        self._cue: Cue | None = None
        self._count = 0
        if self._is_vtt:
            _put(file, "WEBVTT\n\n")

    def write(self, sentence: SpokenSentence) -> None:
        """Append a sentence."""
        for cue in cues(sentence.words):
            if self._cue:
                end = max(self._cue.end, min(self._cue.start + SHORTEST_CUE, cue.start))
                self._write_cue(replace(self._cue, end=end))
            self._cue = cue

    def close(self) -> None:
        """Append what was held back."""
        if self._cue:
            self._write_cue(replace(self._cue, end=max(self._cue.end, self._cue.start + SHORTEST_CUE)))

    def _write_cue(self, cue: Cue) -> None:
        self._count += 1
        text = "\n".join(cue.lines)
        if self._is_vtt:
            head, text = "", html.escape(text, quote=False)
        else:
            head = f"{self._count}\n"
        start, end = (clock(seconds, "." if self._is_vtt else ",") for seconds in (cue.start, cue.end))
        _put(self._file, f"{head}{start} --> {end}\n{text}\n\n")


def as_json(sentence: SpokenSentence) -> dict[str, Any]:
    """Return a sentence with its words, phonemes and marks as a JSON object; times are in seconds."""
    return {
        "text": sentence.text,
        "offset": sentence.offset,
        **_times(sentence),
        "words": [{"text": word.text, "span": list(word.span), **_times(word)} for word in sentence.words],
        "phonemes": [{"symbol": phoneme.symbol, **_times(phoneme)} for phoneme in sentence.phoneme_times],
        "marks": [{"name": mark.name, "time": round(mark.time, 4)} for mark in sentence.marks],
    }


def _times(thing: Any) -> dict[str, float]:
    return {"start": round(thing.start, 4), "end": round(thing.end, 4)}


def cues(words: Sequence[SpokenWord]) -> Iterator[Cue]:
    """Yield the subtitles of a sentence: two lines and seven seconds at most, cut after a clause where one ends."""
    start = 0
    while start < len(words):
        stop = start + 1
        while stop < len(words) and _fits(words[start : stop + 1]):
            stop += 1
        if stop < len(words):
            # A cut after a clause is better, unless it would leave less than a third of what fits.
            ends = [k for k in range(start + 1, stop + 1) if _CLAUSE_END.search(words[k - 1].written)]
            if ends and ends[-1] - start >= (stop - start) / 3:
                stop = ends[-1]
        shown = words[start:stop]
        yield Cue(tuple(lines(_text(shown))), shown[0].start, shown[-1].end)
        start = stop


def _fits(words: Sequence[SpokenWord]) -> bool:
    shown = lines(_text(words))
    return words[-1].end - words[0].start <= LONGEST_CUE and len(shown) <= 2 and max(map(len, shown)) <= LINE


def _text(words: Sequence[SpokenWord]) -> str:
    return " ".join("".join(word.written for word in words).split())


def lines(text: str) -> list[str]:
    """Break a text into one line, or two of about the same length if one is not enough."""
    spaces = [match.start() for match in re.finditer(" ", text)]
    if len(text) <= LINE or not spaces:
        return [text]
    middle = min(spaces, key=lambda at: max(at, len(text) - at - 1))
    return [text[:middle], text[middle + 1 :]]


def clock(seconds: float, point: str) -> str:
    """Return a time as hours, minutes, seconds and milliseconds, "00:00:01,500"."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
