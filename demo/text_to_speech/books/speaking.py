"""A unit becomes a file of sound and a file of times; runs in a worker, or in the command itself.

The sound is stored as FLAC with 16 bits, a third of its size and without loss. Its record is written last, so a unit
either has a record and both files, or is spoken again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..batch.manifest import ManifestWriter, Record, WorkFolder
from ..errors import InputError
from ..files import finished_files, write_output
from ..speech.spoken import SpokenSentence, SpokenWord
from .units import Task

if TYPE_CHECKING:
    from ..pipeline import Synthesizer, SynthesizerOptions
    from ..text import Lexicon

UNITS = "units"  # the folder of their files in the work folder


@dataclass(frozen=True)
class UnitSound:
    """What is known of the sound of a unit.

    Attributes:
        file: Name of the FLAC in the work folder.
        times: Name of the file of times there.
        samples: Its length.
        sample_rate: Samples per second.
        lead: Seconds before the first sound.
        tail: Seconds after the last sound.
        first: When the first word begins, in seconds.
    """

    file: str
    times: str
    samples: int
    sample_rate: int
    lead: float
    tail: float
    first: float

    @classmethod
    def of(cls, record: Record) -> UnitSound:
        """Return what a record tells."""
        return cls(file=record.file, **{name: record.data[name] for name in _FACTS})


_FACTS = ("times", "samples", "sample_rate", "lead", "tail", "first")


@dataclass(frozen=True)
class SpeakerOptions:
    """What a worker needs to speak units; it can be pickled.

    Attributes:
        folder: The work folder.
        run: Number of the run.
        narrator: The synthesizer of the narrator's voice.
        voices: Those of the other voices, by name.
        lexicon: Pronunciations.
        alone: Whether the worker is the only one, so that it may use every processor.
    """

    folder: Path
    run: int
    narrator: SynthesizerOptions
    voices: tuple[tuple[str, SynthesizerOptions], ...] = ()
    lexicon: Lexicon | None = None
    alone: bool = True


def prepare(options: SpeakerOptions) -> Callable[[Task], Record]:
    """Load the models, and return the function that speaks a unit."""
    return Speaker(options).speak


class Speaker:
    """Speaks units into the work folder."""

    def __init__(self, options: SpeakerOptions) -> None:
        self._options = options
        self._work = WorkFolder(options.folder)
        self._manifest: ManifestWriter | None = None
        self._synthesizers: dict[str, Synthesizer] = {"": self._build(options.narrator)}
        self._others = dict(options.voices)

    def close(self) -> None:
        """Close the manifest."""
        if self._manifest:
            self._manifest.close()

    def speak(self, task: Task) -> Record:
        """Speak a unit, store it, and return its record.

        Raises:
            SpeechError: Nothing in it can be spoken, a model failed, or the disk is full.
        """
        # A command that is interrupted tells which files it has finished: those of the book, and not of its units.
        return copy_context().run(self._speak, task)

    def _speak(self, task: Task) -> Record:
        finished_files()
        audio, sentences, lead, tail = self._sound(task)
        rate = self._synthesizers[""].sample_rate
        name = f"{UNITS}/{task.key}"
        self._work.check_run(self._options.run)
        times = json.dumps([_as_list(sentence) for sentence in sentences], separators=(",", ":")).encode()
        write_output(self._work.path(f"{name}.json"), times)
        from ..speech.sinks import write_audio

        write_audio(self._work.path(f"{name}.flac"), audio, sample_rate=rate)
        record = self._work.record(
            task.key,
            key=task.key,
            file=f"{name}.flac",
            seconds=audio.size / rate,
            data={
                "times": f"{name}.json",
                "times_sha256": hashlib.sha256(times).hexdigest(),
                "samples": audio.size,
                "sample_rate": rate,
                "lead": lead,
                "tail": tail,
                "first": next((word.start for sentence in sentences for word in sentence.words), lead),
            },
        )
        if self._manifest is None:
            self._manifest = self._work.writer(self._options.run)
        self._manifest.append(record)
        return record

    def _build(self, options: SynthesizerOptions) -> Synthesizer:
        from ..batch.pool import build_for_worker

        return options.build() if self._options.alone else build_for_worker(options)

    def _synthesizer(self, voice: str) -> Synthesizer:
        if voice not in self._synthesizers:
            self._synthesizers[voice] = self._build(self._others[voice])
        return self._synthesizers[voice]

    def _sound(self, task: Task) -> tuple[NDArray[np.float32], list[SpokenSentence], float, float]:
        """Return the sound of a unit, its sentences, and the seconds of silence at both ends."""
        from ..inference.mel import HOP_LENGTH
        from ..script.utterances import nothing_to_speak
        from ..speech.resampling import Resampler

        rate = self._synthesizers[""].sample_rate
        pieces: list[NDArray[np.float32]] = []
        sentences: list[SpokenSentence] = []
        lead = tail = 0.0
        done = 0
        for segment in task.segments:
            synthesizer = self._synthesizer(segment.voice)
            try:
                speech = synthesizer.synthesize(segment.script, task.manner, lexicon=self._options.lexicon)
            except InputError as error:
                # A row of asterisks or a dash between two voices has no sound.
                if str(error) != str(nothing_to_speak()):
                    raise
                continue
            audio = speech.audio
            if synthesizer.sample_rate != rate:
                resampler = Resampler(synthesizer.sample_rate, rate)
                audio = np.concatenate([resampler.process(audio), resampler.flush()])
            before, after = _silence(speech.sentences, synthesizer, speech.seconds)
            if pieces:
                gap = np.zeros(max(0, round((segment.pause - tail - before) * rate)), dtype=np.float32)
                pieces.append(gap)
                done += gap.size
            else:
                lead = before
            sentences += [moved(sentence, done / rate) for sentence in speech.sentences]
            pieces.append(audio)
            done += audio.size
            tail = after
        if not pieces:
            return np.zeros(HOP_LENGTH, dtype=np.float32), [], 0.0, 0.0
        return np.concatenate(pieces), sentences, lead, tail


def _silence(
    sentences: Sequence[SpokenSentence], synthesizer: Synthesizer, seconds: float
) -> tuple[float, float]:
    """Return the seconds of silence at the beginning and at the end of a sound."""
    from ..inference.acoustic import silent_ends
    from ..inference.mel import FRAME_SECONDS

    level = synthesizer.voice.audible_level
    first, last = sentences[0], sentences[-1]
    lead = first.start + silent_ends(first.mel, level=level)[0] * FRAME_SECONDS
    tail = seconds - last.end + silent_ends(last.mel, level=level)[1] * FRAME_SECONDS
    return lead, max(tail, 0.0)


def moved(sentence: SpokenSentence, by: float) -> SpokenSentence:
    """Return a sentence that is heard so many seconds later."""
    words = tuple(replace(word, start=word.start + by, end=word.end + by) for word in sentence.words)
    return replace(sentence, start=sentence.start + by, end=sentence.end + by, words=words)


def _as_list(sentence: SpokenSentence) -> list[Any]:
    words = [
        [word.text, *word.span, round(word.start, 5), round(word.end, 5), word.written]
        for word in sentence.words
    ]
    return [sentence.text, sentence.offset, round(sentence.start, 5), round(sentence.end, 5), words]


def read_times(folder: Path, sound: UnitSound) -> list[SpokenSentence]:
    """Return the sentences of a unit. Offsets are those of the unit's script; phonemes are not kept.

    Raises:
        OutputError: The file cannot be read.
    """
    content = json.loads(WorkFolder(folder).path(sound.times).read_bytes())
    nothing: NDArray[np.float32] = np.zeros((80, 0), dtype=np.float32)
    return [
        SpokenSentence(
            text=text,
            offset=offset,
            phonemes="",
            start=start,
            end=end,
            phoneme_times=(),
            words=tuple(
                SpokenWord(word, (first, last), begin, stop, "", written)
                for word, first, last, begin, stop, written in words
            ),
            marks=(),
            mel=nothing,
            f0=nothing[0],
        )
        for text, offset, start, end, words in content
    ]


def fault_of(work: WorkFolder, record: Record) -> str:
    """Return what is wrong with the files of a unit; nothing if both are whole."""
    try:
        sound = UnitSound.of(record)
        times = work.path(sound.times).read_bytes()
    except (OSError, KeyError, TypeError, ValueError):
        return "its times are missing"
    if hashlib.sha256(times).hexdigest() != record.data.get("times_sha256"):
        return "its times are damaged"
    return work.fault(record)


def make_folder(folder: Path) -> None:
    """Make the folder of the units."""
    (folder / UNITS).mkdir(parents=True, exist_ok=True)
