"""The work of one worker, a process or an actor of Ray: a row in, a file and a line in the manifest out."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputError
from ..inference.vocoder import LARGEST_WINDOW
from ..script.formats import format_of
from ..speech.sinks import AudioSink, open_audio
from ..speech.timings import TimingsWriter, open_timings
from .manifest import Record, WorkFolder
from .pool import build_for_worker
from .rows import Job, Row, voice_named

if TYPE_CHECKING:
    from ..pipeline import Synthesizer, SynthesizerOptions
    from ..speech.spoken import SpokenSentence

MOST_WARNINGS = 20  # of a row that are kept
# Short rows come faster than a disk syncs. Their files are synced one by one; the lines that tell of them need it less.
SYNC_SECONDS = 1.0
_PACKAGE = __name__.partition(".")[0]


@dataclass
class Heard:
    """What was spoken of a row so far.

    Attributes:
        samples: Of sound.
        words: How many.
        sentence: The last one.
        phonemes: Of each sentence.
    """

    samples: int = 0
    words: int = 0
    sentence: SpokenSentence | None = None
    phonemes: list[str] = field(default_factory=list)

    def add(self, sentence: SpokenSentence) -> None:
        """Count a sentence once, which comes with every chunk of its sound."""
        if self.sentence is None or self.sentence.key != sentence.key:
            self.sentence = sentence
            self.words += len(sentence.words)
            self.phonemes.append(sentence.phonemes)


class RowSpeaker:
    """Speaks rows into the files of a work folder; made once in every worker.

    Args:
        options: Of the synthesizer, whose voice is that of rows that name none.
        folder: The work folder.
        run: The number of the run.

    Raises:
        SpeechError: A model cannot be loaded, or the folder cannot be written from here.
    """

    def __init__(self, options: SynthesizerOptions, folder: Path, run: int) -> None:
        self._run = run
        self._work = WorkFolder(folder)
        if not self._work.current_run():
            raise OutputError(
                f"{folder} is not there: expected a folder that all machines of the cluster share"
            )
        self._manifest = self._work.writer(run, sync_seconds=SYNC_SECONDS)
        self._synthesizer = build_for_worker(options)
        self._warnings = _Warnings()
        logging.getLogger(_PACKAGE).addHandler(self._warnings)

    def __call__(self, job: Job) -> Record:
        """Make the files of a row, and note them in the manifest.

        Raises:
            InputError: The text cannot be spoken.
            OutputError: A file cannot be written.
            SpeechError: A model failed.
        """
        self._warnings.lines.clear()
        cpu = time.process_time()
        heard = self._speak(job)
        data: dict[str, Any] = {
            "number": job.row.number,
            "text": job.row.text,
            "words": heard.words,
            "phonemes": " ".join(heard.phonemes),
            "voice": job.row.how.voice,
        }
        if job.timings_file:
            data["timings"] = timings_record(self._work, job)
        if self._warnings.lines:
            data["warnings"] = list(self._warnings.lines)
        seconds = heard.samples / voice_named(job.row.how.voice).sample_rate
        record = self._work.record(job.row.id, key=job.key, file=job.file, seconds=round(seconds, 6))
        data["cpu_seconds"] = round(time.process_time() - cpu, 6)
        record = replace(record, data=data)
        self._manifest.append(record)
        return record

    def _speak(self, job: Job) -> Heard:
        """Write the files of a row. They get their names when all of it is spoken, the sound last."""
        how = job.row.how
        with ExitStack() as stack:
            sound = stack.enter_context(
                open_audio(
                    self._work.path(job.file),
                    container=how.container,
                    sample_rate=voice_named(how.voice).sample_rate,
                    output_rate=how.sample_rate,
                )
            )
            timings = None
            if job.timings_file:
                timings = stack.enter_context(open_timings(self._work.path(job.timings_file)))
            heard = speak_row(self._synthesizer, job.row, sound, timings)
            self._work.check_run(self._run)
        return heard


def speak_row(
    synthesizer: Synthesizer, row: Row, sound: AudioSink, timings: TimingsWriter | None = None
) -> Heard:
    """Speak a row, a window at a time, so that a row of any length needs the memory of a short one.

    Args:
        synthesizer: Speaks all rows, each with its voice.
        row: The row.
        sound: Takes the sound.
        timings: Takes the sentences.

    Raises:
        InputError: The text cannot be spoken.
    """
    heard = Heard()
    how = row.how
    # The name of its file tells the format of a text, too.
    form = format_of(row.text, name=row.file_name or None) if how.input_format == "auto" else how.input_format
    chunks = synthesizer.stream(
        row.text,
        how.manner,
        voice=how.voice,
        input_format=form,
        lexicon=how.lexicon,
        first_window=LARGEST_WINDOW,
    )
    for chunk in chunks:
        sound.write(chunk.audio)
        heard.samples += chunk.audio.size
        heard.add(chunk.sentence)
        if timings:
            timings.add(chunk.sentence)
    return heard


class _Warnings(logging.Handler):
    """Keeps the warnings of a row, which go with its record."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning."""
        if len(self.lines) < MOST_WARNINGS:
            self.lines.append(" ".join(record.getMessage().split()))


def timings_record(work: WorkFolder, job: Job) -> dict[str, Any]:
    """Return file, length and checksum of a row's timings."""
    found = asdict(work.record(job.row.id, key=job.key, file=job.timings_file, seconds=0.0))
    return {name: found[name] for name in ("file", "bytes", "sha256")}


def fault_of(work: WorkFolder, record: Record) -> str:
    """Return what is wrong with the files of a row, in a few words; nothing if they are whole."""
    fault = work.fault(record)
    timings = record.data.get("timings")
    if fault or not timings:
        return fault
    return work.fault(replace(record, **timings))
