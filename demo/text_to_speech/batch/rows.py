"""The rows of a job: what is spoken and how, checked, and the key by which an unchanged row is known again."""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath
from typing import Any, cast

from ..cli.nearest import question
from ..errors import InputError, OutputError
from ..script.directions import Manner, MannerOptions
from ..script.formats import INPUT_FORMATS, InputFormat
from ..speech.containers import check_container, file_rate
from ..store.voices_yml import find_voice
from ..text import Lexicon
from ..voices import Voice
from .entries import Entry

logger = logging.getLogger(__name__)

TIMINGS = ("json", "srt", "vtt")
LONGEST_ID = 1000  # characters
LONGEST_LEXICON = 10_000  # words of one row
# The columns that direct speech; every other one is left out with a warning.
COLUMNS = (
    "id",
    "text",
    "voice",
    *MannerOptions.__annotations__,
    "input_format",
    "ssml",
    "lexicon",
    "sample_rate",
    "format",
    "timings",
)
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True)
class Directions:
    """How a row is spoken and written.

    Attributes:
        voice: Name of the voice.
        manner: Speed, pitch, volume and pauses.
        input_format: What the text is; `auto` for what its file's name and it itself say.
        lexicon: Pronunciations of the row's own.
        sample_rate: Samples per second of the file; those of the voice, or the next ones of the container, when None.
        container: Container of the file.
        timings: `json`, `srt` or `vtt` for a file beside it that says when each word is heard; nothing when empty.
    """

    voice: str
    manner: Manner = field(default_factory=Manner)
    input_format: InputFormat = "auto"
    lexicon: Lexicon | None = None
    sample_rate: int | None = None
    container: str = "wav"
    timings: str = ""


@dataclass(frozen=True)
class Row:
    """One text that becomes one file.

    Attributes:
        number: Of the line or row in the job list.
        id: Name of the row.
        text: What is spoken.
        how: How it is.
        file_name: Of the file that the text is from; empty if it is from a list.
    """

    number: int
    id: str
    text: str
    how: Directions
    file_name: str = ""


@dataclass(frozen=True)
class Job:
    """A row on its way to a worker.

    Attributes:
        row: The row.
        key: See `Keys`.
        name: Name of its files, without suffix.
    """

    row: Row
    key: str
    name: str

    @property
    def file(self) -> str:
        """Name of the sound file."""
        return f"{self.name}.{self.row.how.container}"

    @property
    def timings_file(self) -> str:
        """Name of the file of timings; empty if there is none."""
        return f"{self.name}.{self.row.how.timings}" if self.row.how.timings else ""


class Keys:
    """Makes the keys of rows: a hash of everything that decides what a row becomes.

    A row of the same key is the same to the last bit on the same kind of processor, so it is not made twice. The number
    of workers, the machine and the device are not in it.

    Args:
        facts: What all rows have in common: versions, precision, the lexicon.
        models: Returns the checksums of the models of a voice.
    """

    def __init__(self, facts: Mapping[str, Any], models: Callable[[str], Sequence[str]]) -> None:
        self._facts = hashlib.sha256(_canonical(facts))
        self._models = functools.cache(models)
        self._last: tuple[Directions | None, hashlib._Hash] = (None, self._facts)

    def check(self, voice: str) -> None:
        """Find out whether the models of a voice are there.

        Raises:
            ModelError: One is not.
        """
        self._models(voice)

    def key(self, row: Row) -> str:
        """Return the key of a row: 32 hexadecimal digits.

        Raises:
            ModelError: A model of the row's voice is not there.
        """
        if row.how is not self._last[0]:
            # Most rows of a job are spoken in the same way, and share one object that says so.
            digest = self._facts.copy()
            digest.update(_canonical(self._said(row.how)))
            self._last = row.how, digest
        digest = self._last[1].copy()
        # The suffix may decide what the text is. The end of it is marked, so that it is no part of the text.
        digest.update(f"{PurePath(row.file_name).suffix.lower()}\0".encode("utf-8", "surrogatepass"))
        digest.update(row.text.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:32]

    def _said(self, how: Directions) -> dict[str, Any]:
        """Return what directs a row, as JSON can hold it; alpha and speed are one thing."""
        said = asdict(replace(how, lexicon=None, manner=replace(how.manner, speed=None)))
        said["lexicon"] = dict(how.lexicon.words) if how.lexicon else None
        return said | {"models": list(self._models(how.voice))}


class RowReader:
    """Checks the entries of a job list.

    Args:
        usual: How a row is spoken that says nothing.
    """

    def __init__(self, usual: Directions) -> None:
        self._usual = usual
        self._warned: set[str] = set()

    def row(self, entry: Entry) -> Row:
        """Return the row of an entry.

        Raises:
            InputError: A value cannot be used; the message names its column.
        """
        if entry.fault:
            raise InputError(entry.fault)
        values = {name: value for name, value in entry.values.items() if value is not None}
        self._warn_of_unknown(values)
        text = values.get("text")
        if not isinstance(text, str):
            shown = "no text" if text is None else f"a {type(text).__name__}"
            raise InputError(f"text: {shown} given; expected a text")
        if not text.strip():
            raise InputError("text: it is empty; expected at least one word")
        return Row(entry.number, row_id(entry), text, self._directions(values), entry.file_name)

    def _directions(self, values: Mapping[str, Any]) -> Directions:
        changes: dict[str, Any] = {}
        readers: dict[str, tuple[str, Callable[[Any], Any]]] = {
            "voice": ("voice", _voice),
            "input_format": ("input_format", _input_format),
            "lexicon": ("lexicon", _lexicon),
            "sample_rate": ("sample_rate", _whole),
            "format": ("container", _container),
            "timings": ("timings", _timings),
        }
        for column, (attribute, read) in readers.items():
            if column in values:
                changes[attribute] = _read(column, values[column], read)
        if "ssml" in values:
            changes["input_format"] = _with_ssml(
                changes.get("input_format"), _read("ssml", values["ssml"], _truth)
            )
        manner = {
            name: _read(name, values[name], _number)
            for name in MannerOptions.__annotations__
            if name in values
        }
        if manner:
            changes["manner"] = self._usual.manner.changed(cast(MannerOptions, manner))
        if not changes:
            return self._usual
        how = replace(self._usual, **changes)
        try:
            file_rate(
                check_container(how.container, "the row"),
                voice_named(how.voice).sample_rate,
                how.sample_rate,
                name="the row",
            )
        except OutputError as error:
            raise InputError(str(error)) from error
        return how

    def _warn_of_unknown(self, values: Mapping[str, Any]) -> None:
        for name in values.keys() - self._warned - set(COLUMNS):
            self._warned.add(name)
            asked = question(name, COLUMNS)
            logger.warning("the column %s is left out%s", name[:40], asked)


def row_id(entry: Entry) -> str:
    """Return the id of an entry, which is its number where it has none.

    Raises:
        InputError: It cannot be one.
    """
    unit = entry.values.get("id")
    if unit is None or unit == "":
        return str(entry.number)
    if isinstance(unit, int) and not isinstance(unit, bool):
        unit = str(unit)
    if not isinstance(unit, str):
        raise InputError(f"id: a {type(unit).__name__} given; expected a text or a whole number")
    if len(unit) > LONGEST_ID:
        raise InputError(f"id: it has {len(unit)} characters; expected at most {LONGEST_ID}")
    return unit


@functools.lru_cache(maxsize=1024)
def voice_named(name: str) -> Voice:
    """Return a voice or a mixture by its name; see `find_voice`."""
    return find_voice(name)


def _read(column: str, value: Any, read: Callable[[Any], Any]) -> Any:
    try:
        return read(value)
    except (InputError, OutputError) as error:
        raise InputError(f"{column}: {error}") from error


def _shown(value: Any) -> str:
    return repr(value)[:60]


def _number(value: Any) -> float:
    """Return a number; a table in text has it as text."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise InputError(f"{value[:60]!r}; expected a number") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{_shown(value)}; expected a number")
    return float(value)


def _whole(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise InputError(f"{_shown(value)}; expected a whole number")
    return int(number)


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    written = str(value).strip().lower()
    if written in _TRUE or written in _FALSE:
        return written in _TRUE
    raise InputError(f"{_shown(value)}; expected true or false")


def _with_ssml(form: InputFormat | None, ssml: bool) -> InputFormat:
    """Return the format that the column `ssml` stands for, an older word for `input_format`.

    Raises:
        InputError: The row says both, and they contradict each other.
    """
    if form is None or (form == "auto" and ssml):
        return "ssml" if ssml else "text"
    if (form == "ssml") != ssml:
        raise InputError(f"ssml: {str(ssml).lower()}, but input_format is {form}; expected one of the two")
    return form


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(f"{_shown(value)}; expected a text")
    return value.strip()


def _voice(value: Any) -> str:
    return voice_named(_text(value)).name


def _input_format(value: Any) -> InputFormat:
    written = _text(value).lower()
    if written not in INPUT_FORMATS:
        raise InputError(f"{written[:60]!r}; expected {', '.join(INPUT_FORMATS)}")
    return written


def _container(value: Any) -> str:
    return check_container(_text(value).lower().removeprefix("."), "the row")


def _timings(value: Any) -> str:
    written = _text(value).lower().removeprefix(".")
    if written not in TIMINGS:
        raise InputError(f"{written[:60]!r}; expected {', '.join(TIMINGS)}")
    return written


def _lexicon(value: Any) -> Lexicon:
    """Return the lexicon of a row: an object of words and phonemes, in a table as JSON, in Parquet also as pairs."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise InputError(f'{value[:60]!r}; expected words and phonemes as in {{"gif": "ʤˈɪf"}}') from None
    if isinstance(value, list):
        pairs = all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in value)
        if not pairs:
            raise InputError(f"{_shown(value)}; expected words and phonemes")
        value = {str(word): phonemes for word, phonemes in value}
    if not isinstance(value, Mapping) or len(value) > LONGEST_LEXICON:
        raise InputError(f"{_shown(value)}; expected at most {LONGEST_LEXICON} words and their phonemes")
    # A struct of Parquet has every word of the table in every row.
    return Lexicon({word: phonemes for word, phonemes in value.items() if phonemes is not None})


def _canonical(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()
