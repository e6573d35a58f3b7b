"""What the commands of this folder share: the options that name recordings."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from recordings import TRANSCRIPTS, read_recordings
from scoring import Clip
from text_to_speech.cli import OneLineParser
from text_to_speech.mel import SAMPLE_RATE
from text_to_speech.zoo.selection import positive


def build_parser(prog: str, description: str) -> OneLineParser:
    """Return a parser with the options that name recordings."""
    parser = OneLineParser(prog=prog, description=description, allow_abbrev=False)
    add = parser.add_argument
    add("--recordings", type=Path, required=True, metavar="DIR", help="laid out as LJSpeech")
    add("--transcripts", default=TRANSCRIPTS, metavar="NAME", help="in that folder (default: %(default)s)")
    add("--limit", type=positive, metavar="N", help="the first N recordings only")
    return parser


def read_clips(options: argparse.Namespace) -> list[Clip]:
    """Read and measure the recordings that the options name.

    Raises:
        InputError: The transcripts or a recording cannot be read.
    """
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    recordings = read_recordings(options.recordings, transcripts=options.transcripts, limit=options.limit)
    return [Clip.of(recording) for recording in recordings]


def extent(clips: Sequence[Clip]) -> str:
    """Say how much speech there is."""
    seconds = sum(clip.recording.waveform.size for clip in clips) / SAMPLE_RATE
    return f"{len(clips)} recordings, {seconds:.0f} s"
