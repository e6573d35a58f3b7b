"""Units of several voices, and what a unit without sound becomes."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import soundfile

from conftest import TinyModels
from text_to_speech.batch.manifest import WorkFolder
from text_to_speech.books.casting import Segment, _between
from text_to_speech.books.speaking import (
    Speaker,
    SpeakerOptions,
    UnitSound,
    fault_of,
    make_folder,
    read_times,
)
from text_to_speech.books.units import Task
from text_to_speech.pipeline import SynthesizerOptions
from text_to_speech.script import Manner, Script, parse_text


def pieces(script: Script) -> tuple[Segment, ...]:
    cut, stop = script.text.index("she"), script.text.index("Come")
    return (
        Segment("emma", _between(script, 0, cut)),
        Segment("", _between(script, cut, stop), pause=0.3),
        Segment("emma", _between(script, stop, len(script.text)), pause=0.5),
    )


def test_the_voices_of_a_unit_are_heard_one_after_another_with_pauses(
    tiny: TinyModels, tmp_path: Path
) -> None:
    options = SynthesizerOptions(**tiny.options)
    make_folder(tmp_path)
    work = WorkFolder(tmp_path)
    with work.locked() as run:
        speaker = Speaker(SpeakerOptions(tmp_path, run, options, (("emma", options),)))
        script = parse_text("“Hello,” she said. “Come in!”")
        record = speaker.speak(Task("key", pieces(script), Manner()))
        speaker.close()
    assert fault_of(work, record) == ""
    sound = UnitSound.of(record)
    sentences = read_times(tmp_path, sound)
    words = [word for sentence in sentences for word in sentence.words]
    assert [word.text for word in words] == ["Hello", "she", "said", "Come", "in"]
    # Offsets are those of the whole unit, whoever speaks.
    assert [script.text[slice(*word.span)] for word in words] == [word.text for word in words]
    assert all(word.end <= following.start + 1e-6 for word, following in itertools.pairwise(words))
    audio, rate = soundfile.read(work.path(sound.file), dtype="float32")
    assert (audio.size, rate) == (sound.samples, sound.sample_rate)
    for before, after, pause in ((words[0], words[1], 0.3), (words[2], words[3], 0.5)):
        between = audio[round(before.end * rate) : round(after.start * rate)]
        silent = np.flatnonzero(np.abs(between) < 1e-4).size / rate
        assert silent >= pause - 0.1


def test_a_unit_without_a_sound_is_a_moment_of_silence(tiny: TinyModels, tmp_path: Path) -> None:
    make_folder(tmp_path)
    with WorkFolder(tmp_path).locked() as run:
        speaker = Speaker(SpeakerOptions(tmp_path, run, SynthesizerOptions(**tiny.options)))
        record = speaker.speak(Task("key", (Segment("", parse_text("* * *")),), Manner()))
        speaker.close()
    sound = UnitSound.of(record)
    assert read_times(tmp_path, sound) == []
    assert not soundfile.read(tmp_path / sound.file)[0].any()
