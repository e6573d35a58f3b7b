#!/usr/bin/env python3
"""Score a vocoder on recordings, without the stock accuracy_check.

    python accuracy_checker/vocoder_scores.py --recordings LJSpeech-1.1 --limit 20

Every recording becomes a mel spectrogram, the vocoder speaks it again in float32, and the copy is compared with the
recording. The folder is laid out as LJSpeech: wavs/ID.wav, and metadata.csv with a line ID|text|normalised text for
each.
"""

# ruff: noqa: E402 - the folders of this repository must be on the path first

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "demo"), str(ROOT / "training")]

import commands
from scoring import Speak, compare_copy
from text_to_speech.cli.frame import run
from text_to_speech.inference.mel import mel_spectrogram
from text_to_speech.inference.vocoder import Vocoder
from text_to_speech.store import ensure_ir, quantized_ir


def ir(model: str, precision: str) -> Path:
    """Return the IR of a vocoder of this repository; INT8 is what omz_quantizer --per_user made."""
    return quantized_ir(model) if precision == "INT8" else ensure_ir(model, precision=precision)


def speaker(path: Path, *, device: str = "CPU", precision: str = "f32") -> Speak:
    """Return what speaks the mel spectrogram of a recording again."""
    vocoder = Vocoder(device, model=path, precision=precision)
    return lambda clip: vocoder.synthesize(mel_spectrogram(clip.recording.waveform))


def command(options: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    paths = {f"IR {name}": ir(options.model, name) for name in options.precisions.split(",") if name}
    paths |= {f"{path.parent.name}/{path.name}": path for path in options.ir}
    speakers = {title: speaker(path) for title, path in paths.items()}
    commands.print_scores(options.model, speakers, options, compare=compare_copy)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = commands.build_parser("vocoder_scores", __doc__.splitlines()[0])
    add = parser.add_argument
    add("--model", default="hifi-gan", metavar="NAME", help="of this repository (default: %(default)s)")
    add(
        "--ir",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.xml",
        help="a further IR, such as one in INT8",
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(command, build_parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
