"""What comes out: values that can be compared and kept in sets."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from text_to_speech.speech.spoken import AudioChunk, Speech, SpokenSentence, StageTimes, join


def sentence(*, frames: int = 3) -> SpokenSentence:
    return SpokenSentence(
        text="One.",
        offset=0,
        phonemes="wˈʌn.",
        start=0.0,
        end=0.5,
        phoneme_times=(),
        words=(),
        marks=(),
        mel=np.zeros((80, frames), np.float32),
        f0=np.zeros(frames, np.float32),
    )


def chunk() -> AudioChunk:
    return AudioChunk(np.zeros(256, np.float32), sentence(), StageTimes(), 22_050)


@pytest.mark.parametrize("thing", [chunk(), join([chunk(), chunk()])], ids=lambda thing: type(thing).__name__)
def test_a_piece_of_sound_is_equal_to_itself_only(thing: AudioChunk | Speech) -> None:
    other = copy.deepcopy(thing)
    assert thing == thing
    assert thing != other
    assert thing not in [other]
    assert {thing: "kept"}[thing] == "kept"
    assert len({thing, other}) == 2


def test_sentences_are_equal_when_what_is_said_is() -> None:
    assert sentence() == sentence(frames=4)
    assert len({sentence(), sentence(frames=4)}) == 1
