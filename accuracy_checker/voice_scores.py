#!/usr/bin/env python3
"""Score the whole way from text to speech on recordings and their texts, without the stock accuracy_check.

    python accuracy_checker/voice_scores.py --recordings LJSpeech-1.1 --limit 20

Every text is spoken in float32; the speech is judged, aligned with the recording of the text, and compared with it.
The folder is laid out as LJSpeech: wavs/ID.wav, and metadata.csv with a line ID|text|normalised text for each.
"""

# ruff: noqa: E402 - the folders of this repository must be on the path first

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "demo"), str(ROOT / "training")]

import commands
from scoring import OF_COPIES, TITLES, Speak, compare_reading
from text_to_speech import Synthesizer
from text_to_speech.cli.frame import run
from text_to_speech.store import ensure_ir
from vocoder_scores import ir

STAGES = ("forward-tacotron-duration-prediction", "forward-tacotron-regression")
JUDGED = tuple(name for name in TITLES if name not in OF_COPIES)


def speaker(stages: Sequence[Path], vocoder: Path, *, device: str = "CPU", precision: str = "f32") -> Speak:
    """Return what speaks the text of a recording.

    Args:
        stages: The IRs of STAGES.
        vocoder: The vocoder's IR.
        device: OpenVINO's name of the device.
        precision: That the device computes in.
    """
    synthesizer = Synthesizer(
        device,
        duration_model=stages[0],
        regression_model=stages[1],
        vocoder_model=vocoder,
        precision=precision,
    )
    return lambda clip: synthesizer.synthesize(clip.recording.text).audio


def of_stages(precision: str) -> str:
    """Return what the stages of ForwardTacotron are stored in where the vocoder is in a precision."""
    return "FP16" if precision == "INT8" else precision


def speakers(vocoder: str, precisions: Sequence[str]) -> Mapping[str, Speak]:
    """Return a speaker for each precision of the stored weights."""
    return {
        f"IR {name}": speaker(
            [ensure_ir(stage, precision=of_stages(name)) for stage in STAGES], ir(vocoder, name)
        )
        for name in precisions
    }


def command(options: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    voices = speakers(options.vocoder, options.precisions.split(","))
    title = f"forward-tacotron and {options.vocoder}"
    commands.print_scores(title, voices, options, compare=compare_reading, wanted=JUDGED)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = commands.build_parser("voice_scores", __doc__.splitlines()[0])
    add = parser.add_argument
    add("--vocoder", default="hifi-gan", metavar="NAME", help="of this repository (default: %(default)s)")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(command, build_parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
