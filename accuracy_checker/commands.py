"""What the commands of this folder share: the options that name recordings, and the table that is printed."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from recordings import TRANSCRIPTS, read_recordings
from scoring import TITLES, Clip, Compare, Speak, judges, score, table
from text_to_speech.cli.frame import OneLineParser
from text_to_speech.inference.mel import SAMPLE_RATE
from text_to_speech.omz.selection import positive


def build_parser(prog: str, description: str) -> OneLineParser:
    """Return a parser with the options that both commands have: the recordings, and the precisions of the IRs."""
    parser = OneLineParser(prog=prog, description=description, allow_abbrev=False)
    add = parser.add_argument
    add("--recordings", type=Path, required=True, metavar="DIR", help="laid out as LJSpeech")
    add("--transcripts", default=TRANSCRIPTS, metavar="NAME", help="in that folder (default: %(default)s)")
    add(
        "--precisions",
        default="FP32,FP16",
        metavar="PREC[,PREC...]",
        help="FP32, FP16, INT8 of the IRs (default: %(default)s)",
    )
    add("--limit", type=positive, metavar="N", help="the first N recordings only")
    return parser


def print_scores(
    title: str,
    speakers: Mapping[str, Speak],
    options: argparse.Namespace,
    *,
    compare: Compare,
    wanted: Iterable[str] = TITLES,
) -> None:
    """Print the table of what speakers score on the recordings that the options name, and the recordings themselves.

    Args:
        title: What is scored.
        speakers: By the titles of their rows.
        options: Of `build_parser`.
        compare: How speech is compared with a recording.
        wanted: Which judges hear it.

    Raises:
        InputError: The transcripts or a recording cannot be read.
    """
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    recordings = read_recordings(options.recordings, transcripts=options.transcripts, limit=options.limit)
    clips = [Clip.of(recording) for recording in recordings]
    heard = judges(wanted)
    rows = {"the recording": score(clips, lambda clip: clip.recording.waveform, compare, heard)}
    for name, speak in speakers.items():
        rows[name] = score(clips, speak, compare, heard)
    seconds = sum(clip.recording.waveform.size for clip in clips) / SAMPLE_RATE
    count = f"{len(clips)} recording" + ("s" if len(clips) != 1 else "")
    print(f"{title}: {count}, {seconds:.0f} s\n\n{table(rows)}")
