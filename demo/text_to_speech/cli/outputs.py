"""Where the sounds of a command line go: one file, a pipe, the loudspeaker, or one numbered file for each text."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..errors import OutputError
from .inputs import SEPARATORS, Input
from .options import SAMPLE_RATES

if TYPE_CHECKING:
    from ..script.script import Script
    from ..speech.sinks import AudioSink

STANDARD_OUTPUT = "-"
DEFAULT_OUTPUT = "out.wav"
DEFAULT_CONTAINER = "wav"  # for standard output and for numbered files


@dataclass(frozen=True)
class Task:
    """One sound that is to be made.

    Attributes:
        script: What is spoken.
        out: A path, or "-" for standard output; None where the sound is only played.
        folder: The folder of a numbered file, which is made if it is not there.
    """

    script: Script
    out: str | None
    folder: Path | None = None


def plan(args: argparse.Namespace, inputs: Sequence[Input]) -> list[Task]:
    """Return the sounds that a command line asks for, after everything was checked that can be known now.

    Raises:
        OutputError: Two options name one file, an output is not usable, or it exists and --no-clobber is given.
    """
    from ..script.script import join_scripts

    out = args.out or (None if args.play else DEFAULT_OUTPUT)
    if out and is_folder(out, texts=len(inputs)):
        tasks = numbered(Path(out), inputs, container=args.format or DEFAULT_CONTAINER)
        for option, name in (("--timestamps", args.timestamps), ("--plot", args.plot)):
            if name:
                raise OutputError(f"{option} is one file: expected -o FILE, not the folder {out}")
        check_folder(Path(out))
    else:
        tasks = [Task(join_scripts([given.script for given in inputs]), out)]
    check_containers(args, tasks)
    check_different(args, tasks)
    if args.no_clobber:
        check_new([*(task.out for task in tasks), args.timestamps, args.plot])
    return tasks


def is_folder(out: str, *, texts: int) -> bool:
    """Tell whether -o names a folder: it ends in a separator, or it is a folder and there are several texts."""
    return out.endswith(SEPARATORS) or (texts > 1 and _is_folder(out))


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def numbered(folder: Path, inputs: Sequence[Input], *, container: str) -> list[Task]:
    """Return a task for each text, with names such as 001-letter.wav, whose order is that of the texts."""
    digits = max(3, len(str(len(inputs))))
    return [
        Task(given.script, str(folder / f"{number:0{digits}d}-{given.name}.{container}"), folder)
        for number, given in enumerate(inputs, start=1)
    ]


def check_containers(args: argparse.Namespace, tasks: Sequence[Task]) -> None:
    """Refuse a suffix that is no format of sound, and a sample rate that the format does not have.

    Raises:
        OutputError: One of the outputs is such a one.
    """
    from ..speech.containers import check_container, container_of, file_rate

    for task in tasks:
        if task.out is None:
            continue
        is_pipe = task.out == STANDARD_OUTPUT
        name = StandardOutput.name if is_pipe else task.out
        given = args.format or (DEFAULT_CONTAINER if is_pipe else None)
        container = check_container(given, name) if given else container_of(name)
        file_rate(container, SAMPLE_RATES[0], args.sample_rate, name=name)


def check_folder(folder: Path) -> None:
    """Refuse a folder that could not be made or written.

    Raises:
        OutputError: A file has its name or that of a folder above it, or the folder above may not be written.
    """
    try:
        for path in (folder, *folder.parents):
            if path.is_dir():
                if not os.access(path, os.W_OK):
                    raise PermissionError(errno.EACCES, f"{path} cannot be written")
                break
            if path.exists():
                raise NotADirectoryError(errno.ENOTDIR, f"{path} is a file")
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be used: {error.strerror or error}") from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, if they are not there.

    Raises:
        OutputError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be made: {error.strerror or error}") from error


def check_different(args: argparse.Namespace, tasks: Sequence[Task]) -> None:
    """Refuse to write two results to one file, or a result over a file that is read.

    Raises:
        OutputError: Two options name one file.
    """
    results = [("-o", task.out) for task in tasks if task.out != STANDARD_OUTPUT]
    results += [("--timestamps", args.timestamps), ("--plot", args.plot)]
    texts = [*(args.text or ()), *(args.input or ())]
    owners = {
        os.path.realpath(value): option
        for option, values in (("--lexicon", args.lexicon), ("-i", texts))
        for value in values
        if _is_file(value)
    }
    for option, name in results:
        if name is None:
            continue
        owner = owners.setdefault(os.path.realpath(name), option)
        if owner != option:
            raise OutputError(f"{name} is given for {owner} and for {option}: expected two different files")


def _is_file(value: str) -> bool:
    try:
        return Path(value).is_file()
    except (OSError, ValueError):
        return False


def check_new(names: Sequence[str | None]) -> None:
    """Refuse to replace a regular file; pipes and devices are not replaced.

    Raises:
        OutputError: One of the files exists.
    """
    for name in names:
        if name and name != STANDARD_OUTPUT and _is_file(name):
            raise OutputError(f"{name} exists already: --no-clobber forbids to replace it")


def standard_output() -> BinaryIO:
    """Return standard output for sound.

    Raises:
        OutputError: It is closed or a terminal.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed: expected a pipe or a file with -o -")
    if sys.stdout.isatty():
        raise OutputError("standard output is a terminal: expected a pipe or a file with -o -")
    return sys.stdout.buffer


class StandardOutput:
    """Standard output as a stream of sound, which nobody goes back in, under the name that messages call it.

    Args:
        stream: Standard output in binary.
    """

    name = "standard output"

    def __init__(self, stream: BinaryIO) -> None:
        self.write = stream.write
        self.flush = stream.flush


@contextmanager
def open_file(args: argparse.Namespace, task: Task, *, sample_rate: int) -> Iterator[list[AudioSink]]:
    """Open the file or the pipe that a sound goes to; none where it is only played.

    Args:
        args: The options.
        task: What is made.
        sample_rate: Samples per second of the sound.
    """
    from ..speech.sinks import open_audio

    out = task.out
    if out is None:
        yield []
        return
    if task.folder:
        make_folder(task.folder)
    target = StandardOutput(standard_output()) if out == STANDARD_OUTPUT else out
    container = args.format or (DEFAULT_CONTAINER if out == STANDARD_OUTPUT else None)
    with open_audio(
        target, container=container, sample_rate=sample_rate, output_rate=args.sample_rate
    ) as file:
        yield [file]
