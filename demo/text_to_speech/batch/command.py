"""The command text-to-speech-batch: a list of texts in; a folder of sound files and their table out."""

from __future__ import annotations

import argparse
import logging
import signal
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..cli.frame import (
    FAILED,
    INTERRUPTED,
    OneLineParser,
    Report,
    ShowTable,
    folder_name,
    run,
    tell,
    versions,
    whole_number,
)
from ..cli.options import (
    CONTAINERS,
    INPUT_FORMATS,
    add_devices,
    add_manner,
    add_models,
    add_voice,
    sample_rate,
)
from ..version import __version__
from .jobs import FORMS, JobList
from .manifest import WorkFolder
from .pool import Pool, finishing_on_signals, processors

if TYPE_CHECKING:
    from ..pipeline import SynthesizerOptions
    from .rows import Directions, Keys

logger = logging.getLogger(__name__)

PROG = "text-to-speech-batch"
MOST_WORKERS = 1024
TIMINGS = ("json", "srt", "vtt")
METADATA = ("csv", "parquet", "none")
EXAMPLES = """\
examples:
  %(prog)s prompts.csv -o prompts/
  %(prog)s metadata.csv -o speech/ --format flac --workers 8
  %(prog)s letters/ -o spoken/ --timings srt
  generate | %(prog)s - -o speech/ --vocoder source-filter-light
  %(prog)s jobs.jsonl -o /shared/speech --ray auto

A row has a text, and may have an id and everything that directs its speech:
  {"id": "greeting", "text": "Hello. How are you?", "speed": 1.1, "format": "mp3"}
The command can be stopped, and started again in the same way: it does what is missing.
"""


def build_parser() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(
        prog=PROG,
        description="Speak many texts into many files, on all processors of this machine or of a Ray cluster. What is"
        " finished stays finished, whatever happens.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_jobs(parser)
    _add_outputs(parser.add_argument_group("what is written").add_argument)
    _add_workers(parser.add_argument_group("who works").add_argument)
    add_manner(parser.add_argument_group("how rows are spoken that say nothing about it"))
    add_voice(parser.add_argument_group("voice and vocoder").add_argument)
    add_devices(parser.add_argument_group("devices").add_argument)
    add_models(parser.add_argument_group("model files of your own, OpenVINO IR (.xml) or ONNX").add_argument)
    add = parser.add_argument_group("what is reported").add_argument
    add("--quiet", action="store_true", help="print nothing but warnings and errors")
    add(
        "--json", action="store_true", help="print an event for each row as a line of JSON on standard output"
    )
    add(
        "--version",
        action=ShowTable,
        table=lambda: f"{PROG} {versions()}",
        help="print the versions of this program and of OpenVINO, and stop",
    )
    return parser


def _add_jobs(parser: OneLineParser) -> None:
    parser.add_argument(
        "jobs",
        metavar="JOBS",
        help="JSONL (.jsonl), CSV or TSV with a column text, LJSpeech's id|text, Parquet, a text on each line (.txt),"
        " a folder of text files, or - for standard input",
    )
    add = parser.add_argument_group("what is read").add_argument
    add(
        "--jobs-format",
        choices=FORMS[:-1],
        help="form of the job list (default: that of its name and of its first line)",
    )
    add(
        "--encoding",
        metavar="NAME",
        help="character encoding of the job list or of the text files (default: UTF-8)",
    )
    add(
        "--id-column",
        metavar="NAME",
        help="the column that names the rows (default: id, or the row's number)",
    )
    add("--text-column", metavar="NAME", help="the column with the texts (default: text)")
    add(
        "--input-format",
        choices=INPUT_FORMATS,
        default="auto",
        help="what the texts of rows are that say nothing (default: auto, which goes by the suffix of a file and by"
        " what a text looks like)",
    )
    add(
        "--lexicon",
        action="append",
        default=[],
        metavar="FILE",
        help="file with pronunciations of your own, for all rows; may be given several times",
    )


def _add_outputs(add: Any) -> None:
    add(
        "-o",
        "--out",
        type=folder_name,
        required=True,
        metavar="FOLDER",
        help="folder of the files, which is made if it is not there",
    )
    add(
        "--format",
        choices=CONTAINERS,
        default="wav",
        help="format of the files of rows that name none (default: %(default)s)",
    )
    add(
        "--sample-rate",
        type=sample_rate,
        metavar="HZ",
        help="samples per second of the files (default: the voice's)",
    )
    add("--timings", choices=TIMINGS, help="beside each file, one that says when each word is heard")
    add(
        "--metadata",
        choices=METADATA,
        default="csv",
        help="table of all files at the end: metadata.csv or metadata.parquet (default: %(default)s)",
    )


def _add_workers(add: Any) -> None:
    add(
        "--workers",
        type=whole_number(1, MOST_WORKERS),
        metavar="N",
        help="processes or actors, each with one thread (default: one for each processor; 1 on another device)",
    )
    add(
        "--ray",
        nargs="?",
        const="local",
        metavar="ADDRESS",
        help="work on a Ray cluster: auto for the one of this machine, HOST:PORT or ray://HOST:PORT; without an address"
        " a new one is begun on this machine",
    )


def batch(args: argparse.Namespace, status: list[int]) -> None:
    """Do what the command line asks for.

    Args:
        args: The options.
        status: Takes the exit status if it is another one than 0.

    Raises:
        SpeechError: The job list, an option or the folder cannot be used, or the work cannot go on.
    """
    try:
        signal_number, failed = _work(args)
    except KeyboardInterrupt:
        tell(f"{PROG}: interrupted; {_HOW_TO_GO_ON}")
        status.append(INTERRUPTED)
        return
    if signal_number:
        tell(f"{PROG}: stopped by {signal.Signals(signal_number).name}; {_HOW_TO_GO_ON}")
        status.append(128 + signal_number)
    elif failed:
        status.append(FAILED)


def _work(args: argparse.Namespace) -> tuple[int, int]:
    """Do the work; return the signal that stopped it, or 0, and how many rows failed."""
    from .dataset import check_metadata
    from .settings import check_devices, directions, keys, synthesizer_options

    columns = {name: column for name, column in ((args.id_column, "id"), (args.text_column, "text")) if name}
    jobs = JobList(args.jobs, form=args.jobs_format, encoding=args.encoding, columns=columns)
    check_metadata(args.metadata)
    options, usual = synthesizer_options(args), directions(args)
    if args.ray is None:
        # The devices of a cluster are those of its machines.
        check_devices(options)
    work = WorkFolder(args.out)
    with work.locked() as run_number:
        made = keys(args, options)
        with (
            _workers(args, options, work, run_number) as pool,
            # After Ray, which handles signals too while it is connected.
            finishing_on_signals(pool) as came,
        ):
            failed = _run(args, jobs, work, usual, made, pool)
    return (came[0] if came else 0), failed


_HOW_TO_GO_ON = "what is finished is recorded: give the same command again to go on"


def _run(
    args: argparse.Namespace, jobs: JobList, work: WorkFolder, usual: Directions, made: Keys, pool: Any
) -> int:
    """Speak the rows, write their table and report; return how many failed."""
    from ..cli.progress import on_terminal
    from .dataset import write_metadata
    from .driver import Driver, removed_line
    from .index import Index
    from .progress import BatchProgress, Events, end_event, total_lines
    from .rows import RowReader

    report, events = Report(quiet=args.quiet or args.json), Events(wanted=args.json)
    with Index(work) as index:
        driver = Driver(work, index, RowReader(usual), made, events)
        totals = driver.totals
        events("begin", {"version": __version__, "folder": str(work.folder)})
        shown = on_terminal() and not args.quiet
        with BatchProgress(totals, lambda: jobs.fraction, shown=shown):
            driver.run(jobs, pool)
        removed = 0
        if not pool.is_stopped:
            removed, line = removed_line(index)
            if line:
                logger.warning("%s", line)
            table = write_metadata(work.folder, index.finished(), args.metadata)
            if table:
                report(f"Table: {table}")
        events("end", end_event(totals, complete=not pool.is_stopped, removed=removed))
        for line in total_lines(totals):
            report(line)
    events.finish()
    report.finish()
    return totals.failed


def _workers(args: argparse.Namespace, options: SynthesizerOptions, work: WorkFolder, run_number: int) -> Any:
    """Return what speaks the rows."""
    from .speaking import RowSpeaker

    prepare = partial(RowSpeaker, options, work.folder.resolve(), run_number)
    if args.ray is not None:
        from .ray_pool import RayPool

        return RayPool(prepare, address=args.ray, workers=args.workers)
    count = args.workers or (processors() if args.device.upper() == "CPU" else 1)
    return Pool(prepare, workers=count)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    status: list[int] = []
    return run(partial(batch, status=status), build_parser(), argv) or (status[0] if status else 0)
