"""The work of text-to-speech-demo: models are loaded, texts are spoken, and the result is reported.

This module imports everything that speaking needs; `speak` imports it once the options are read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from ..errors import InputError
from ..inference.runtime import core
from ..pipeline import Synthesizer
from ..pipeline.cast import Cast
from ..pipeline.shared import dictionary_cache
from ..script.directions import Manner, MannerOptions
from ..script.script import Script
from ..script.utterances import spoken_utterances
from ..speech.playback import open_player
from ..speech.plot import check_plot_path, save_plot
from ..speech.sinks import AudioSink
from ..speech.spoken import AudioChunk, StageTimes, join
from ..speech.timings import TimingsWriter, check_timings_path, open_timings
from ..store.voices_yml import voices
from ..text import Lexicon, Phonemizer
from ..voices import Voice
from .chosen import check_vocoders, chosen_voice, model_options
from .frame import Report, put
from .outputs import STANDARD_OUTPUT, Task, open_file, standard_output
from .progress import Estimate, Progress, on_terminal
from .report import Made, as_json, duration, output_line, target_lines, time_lines

PLOT_SECONDS = 30.0  # of a longer speech only so much is drawn


def print_phonemes(script: Script, lexicon: Lexicon, voice: Voice, *, language: str | None = None) -> None:
    """Print the phonemes of a text, one sentence or part of one that a voice speaks on each line.

    Args:
        script: The text.
        lexicon: Pronunciations of the user.
        voice: The voice that speaks where the text asks for no other.
        language: BCP 47 tag of the English that the text is read in; None for that of each voice.

    Raises:
        InputError: The text holds nothing to speak.
    """
    phonemizer = Phonemizer(
        language=language or voice.language, core=core(), lexicon=lexicon, cache_folder=dictionary_cache()
    )
    cast = Cast(voice, voices, language=language)
    for utterance in spoken_utterances(script, phonemizer, Manner(), median_f0=voice.median_f0, casting=cast):
        # The last utterance may consist of pauses and marks only.
        if utterance.words:
            put(utterance.phonemes)


def manner(args: argparse.Namespace) -> Manner:
    """Return how the options want the text to be spoken; what they leave out is as `Manner` has it."""
    given = {name: getattr(args, name) for name in MannerOptions.__annotations__}
    return Manner(**{name: value for name, value in given.items() if value is not None})


def speak_tasks(args: argparse.Namespace, tasks: Sequence[Task], lexicon: Lexicon) -> None:
    """Make the sounds that a command line asks for, and report.

    Raises:
        SpeechError: An option cannot be used, or something fails on the way.
    """
    if args.plot:
        check_plot_path(args.plot)
    if args.timestamps:
        check_timings_path(args.timestamps)
    to_stdout = tasks[0].out == STANDARD_OUTPUT
    if to_stdout:
        standard_output()
    report = Report(to_stderr=to_stdout, quiet=args.quiet or args.json)
    Speaker(args, report).speak(tasks, lexicon)
    report.finish()


@contextmanager
def name_task(task: Task) -> Iterator[None]:
    """Name one of several outputs in the refusal of its text."""
    try:
        yield
    except InputError as error:
        if not task.folder:
            raise
        raise InputError(f"{task.out}: {error}", sentence=error.sentence, offset=error.offset) from error


class Speaker:
    """Speaks the tasks of one command line, with models that are loaded once.

    Args:
        args: The options.
        report: Takes the lines of the report.
    """

    def __init__(self, args: argparse.Namespace, report: Report) -> None:
        self._args = args
        self._report = report
        self._voice = chosen_voice(args)
        check_vocoders(args)
        self._manner = manner(args)
        self._models_ready = 0.0
        self._synthesizer: Synthesizer | None = None
        self._to_draw: list[AudioChunk] = []

    def speak(self, tasks: Sequence[Task], lexicon: Lexicon) -> None:
        """Speak every task, and report.

        A single output is opened before the models are loaded, so that nothing is loaded in vain.
        """
        made = []
        with ExitStack() as stack:
            rate, args = self._voice.sample_rate, self._args
            player = [stack.enter_context(open_player(sample_rate=rate))] if args.play else []
            timings = stack.enter_context(open_timings(args.timestamps)) if args.timestamps else None
            for task in tasks:
                if task.folder:
                    # Before the folder is made, which would be left if a model cannot be loaded.
                    self._load(lexicon)
                with name_task(task), open_file(args, task, sample_rate=rate) as file:
                    synthesizer = self._load(lexicon)
                    made.append(self._speak(synthesizer, task, [*file, *player], timings))
                self._report(output_line(made[-1]))
        self._finish(made)

    def _load(self, lexicon: Lexicon) -> Synthesizer:
        """Load the models, unless they are loaded, and report where they run."""
        if self._synthesizer:
            return self._synthesizer
        began = time.perf_counter()
        self._synthesizer = Synthesizer(
            self._args.device,
            acoustic_device=self._args.device_acoustic,
            vocoder_device=self._args.device_vocoder,
            precision=self._args.precision,
            hint=self._args.hint,
            lexicon=lexicon,
            **model_options(self._args, self._voice),
        )
        self._models_ready = time.perf_counter() - began
        for line in target_lines(self._synthesizer.acoustic.target, self._synthesizer.vocoder.target):
            self._report(line)
        self._report(f"Models ready: {duration(self._models_ready)}")
        return self._synthesizer

    def _speak(
        self, synthesizer: Synthesizer, task: Task, sinks: Sequence[AudioSink], timings: TimingsWriter | None
    ) -> Made:
        """Speak one task into its sinks."""
        times, first_audio, before = StageTimes(), 0.0, sinks[0].seconds
        estimate = Estimate(len(task.script.source), alpha=self._manner.alpha)
        began = time.perf_counter()
        with Progress(estimate, shown=on_terminal() and not self._args.quiet) as progress:
            for chunk in synthesizer.stream(task.script, self._manner):
                times += chunk.times
                first_audio = first_audio or time.perf_counter() - began
                for sink in sinks:
                    sink.write(chunk.audio)
                if timings:
                    timings.add(chunk.sentence)
                if self._args.plot and chunk.sentence.start < PLOT_SECONDS:
                    self._to_draw.append(chunk)
                progress.advance(chunk.sentence, sinks[0].seconds - before)
        seconds = sinks[0].seconds - before
        return Made(task.out, seconds, time.perf_counter() - began, first_audio, times)

    def _finish(self, made: Sequence[Made]) -> None:
        """Draw the picture, and report what was made."""
        args, synthesizer = self._args, self._synthesizer
        if args.plot:
            save_plot(join(self._to_draw), args.plot)
        for line in time_lines(made):
            self._report(line)
        for option, name in (("Plot", args.plot), ("Timestamps", args.timestamps)):
            if name:
                self._report(f"{option}: {name}")
        if args.json and synthesizer:
            self._report.always(
                as_json(
                    made,
                    voice=self._voice.name,
                    acoustic=synthesizer.acoustic.target,
                    vocoder=synthesizer.vocoder.target,
                    models_ready=self._models_ready,
                    files={"timestamps": args.timestamps, "plot": args.plot},
                )
            )
