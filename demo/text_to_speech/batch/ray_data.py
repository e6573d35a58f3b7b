"""Speech for Ray Data: a column of texts becomes columns of sound.

import ray
from text_to_speech.batch.ray_data import TextToSpeech

actors = ray.data.ActorPoolStrategy(size=2)  # of three processors or more: reading and writing need one too
spoken = ray.data.read_csv("texts.csv").map_batches(TextToSpeech, compute=actors, num_cpus=1, batch_size=8)
spoken.write_parquet("speech")
"""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import InputError, SpeechError
from ..pipeline import SynthesizerOptions
from ..script.formats import InputFormat, check_format
from ..speech.sinks import open_audio
from .entries import Entry
from .pool import build_for_worker
from .rows import COLUMNS, Directions, Row, RowReader, voice_named
from .speaking import speak_row


class TextToSpeech:
    """A callable class for `Dataset.map_batches`; it is made once in every actor.

    A batch needs the column `text`, and may have the columns of a job list of text-to-speech-batch besides, such as
    `voice`, `speed` and `format`; see batch/README.md. It gets new ones, and keeps its own:

    | column | what it holds |
    |---|---|
    | `audio` | the bytes of a sound file; none where there is an error |
    | `sample_rate` | of the sound before it was encoded |
    | `seconds` | of sound |
    | `words`, `phonemes` | how many words, and how they are read |
    | `error` | why a text cannot be spoken, in one line; empty if it was |

    Args:
        container: Of the sound, for rows that name none.
        text_column: The column with the texts.
        input_format: What the texts of rows are that say nothing; see `read_script`.
        **options: Of the `Synthesizer`.

    Raises:
        InputError: There is no such input format.
        SpeechError: A model cannot be loaded.
    """

    def __init__(
        self,
        *,
        container: str = "flac",
        text_column: str = "text",
        input_format: InputFormat = "auto",
        **options: Any,
    ) -> None:
        made = SynthesizerOptions(**options)
        self._text_column = text_column
        usual = Directions(voice=made.voice, container=container, input_format=check_format(input_format))
        self._reader = RowReader(usual)
        self._synthesizer = build_for_worker(made)
        self._numbers = itertools.count(1)

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        """Return the batch with the new columns.

        Raises:
            InputError: The batch has no column of texts.
        """
        if self._text_column not in batch:
            raise InputError(f"the batch has no column {self._text_column}: it has {', '.join(batch)}")
        count = len(batch[self._text_column])
        made = [self._spoken({name: values[row] for name, values in batch.items()}) for row in range(count)]
        columns: dict[str, Any] = dict(batch)
        for name, kind in _NEW.items():
            columns[name] = np.array([row[name] for row in made], dtype=kind)
        return columns

    def _spoken(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the new columns of one row."""
        values["text"] = values[self._text_column]
        known = {name: value for name in COLUMNS if (value := _plain(values.get(name))) is not None}
        known.pop("id", None)
        try:
            row = self._reader.row(Entry(next(self._numbers), known))
            return self._speak(row) | {"error": ""}
        except SpeechError as error:
            empty = {"audio": b"", "sample_rate": 0, "seconds": 0.0, "words": 0, "phonemes": ""}
            return empty | {"error": " ".join(str(error).split())}

    def _speak(self, row: Row) -> dict[str, Any]:
        file, rate = io.BytesIO(), voice_named(row.how.voice).sample_rate
        with open_audio(
            file, container=row.how.container, sample_rate=rate, output_rate=row.how.sample_rate
        ) as sound:
            heard = speak_row(self._synthesizer, row, sound)
        return {
            "audio": file.getvalue(),
            "sample_rate": rate,
            "seconds": heard.samples / rate,
            "words": heard.words,
            "phonemes": " ".join(heard.phonemes),
        }


_NEW: dict[str, Any] = {
    "audio": object,
    "sample_rate": np.int64,
    "seconds": np.float64,
    "words": np.int64,
    "phonemes": object,
    "error": object,
}


def _plain(value: Any) -> Any:
    """Return a value of NumPy as Python has it; None for one that is missing, which pandas writes as NaN."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and math.isnan(value) else value
