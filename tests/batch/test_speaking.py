"""Rows are spoken by one synthesizer, each with its voice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spelling import Speller
from text_to_speech.batch import rows
from text_to_speech.batch.entries import Entry
from text_to_speech.batch.rows import Directions, RowReader
from text_to_speech.batch.speaking import speak_row
from text_to_speech.pipeline import Synthesizer
from text_to_speech.voices import Voice, find


@pytest.mark.parametrize(
    ("row", "voice"),
    [
        ({}, "heart"),
        ({"voice": "emma"}, "emma"),
        ({"voice": "George", "speed": 1.5}, "george"),
        ({"voice": "heart:3+emma"}, "heart:0.75+emma:0.25"),
        ({"text": "<speak>One <voice name='emma'>two.</voice></speak>"}, "heart"),
    ],
)
def test_a_row_has_the_voice_that_it_names(
    row: dict[str, Any],
    voice: str,
    several_voices: dict[str, Voice],
    spell: Speller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows, "find_voice", lambda name: find(name, several_voices))
    rows.voice_named.cache_clear()
    read = RowReader(Directions(voice="heart")).row(Entry(1, {"text": "One two.", **row}))
    rows.voice_named.cache_clear()
    assert read.how.voice == voice
    sound: list[Any] = []
    synthesizer = Synthesizer(phonemizer=spell)
    heard = speak_row(synthesizer, read, SimpleNamespace(write=sound.append))  # type: ignore[arg-type]
    alone = Synthesizer(voice=voice, phonemizer=spell)
    expected = alone.synthesize(read.text, read.how.manner).audio
    np.testing.assert_allclose(np.concatenate(sound), expected, atol=1e-4)
    assert (heard.words, heard.samples) == (2, expected.size)
