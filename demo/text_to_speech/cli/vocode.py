"""The command vocoder-demo: mel spectrograms or recordings in, WAV files out (copy synthesis)."""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, ModelError, OutputError
from .frame import OneLineParser, Report, ShowTable, folder_name, run, versions
from .nearest import file_question
from .options import DEVICES, PRECISIONS
from .outputs import check_new, make_folder
from .report import duration
from .tables import vocoders

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PROG = "vocoder-demo"
EXAMPLES = """\
examples:
  %(prog)s -i recording.flac -o .
  %(prog)s -i mels/*.npy -o speech -m hifi-gan-universal
"""


def build_parser() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(
        prog=PROG,
        description="Turn mel spectrograms or recordings into speech with a vocoder on OpenVINO. A recording is"
        " analysed first, so that it can be heard what the vocoder changes (copy synthesis).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "-i",
        "--input",
        nargs="+",
        action="extend",
        required=True,
        metavar="FILE",
        help="mel spectrograms (.npy, natural logarithm, [80, T] or [1, 80, T]) or recordings (.wav, .flac, .mp3, …)",
    )
    add(
        "-o",
        "--out",
        type=folder_name,
        default=".",
        metavar="FOLDER",
        help="folder for NAME_generated.wav, which is made if it is not there (default: the present folder)",
    )
    add("--no-clobber", action="store_true", help="refuse to replace a file that exists")
    add("--quiet", action="store_true", help="print nothing but warnings and errors")
    add("-d", "--device", default="CPU", help=f"{DEVICES} (default: %(default)s)")
    add(
        "-m",
        "--model",
        default="hifi-gan",
        metavar="NAME",
        help="vocoder of this package, or an IR (.xml) or ONNX file (default: %(default)s)",
    )
    add("--list-vocoders", action=ShowTable, table=vocoders, help="print the vocoders, and stop")
    add(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="number format of the computation; auto is f32 on a CPU and f16 elsewhere, int8 needs a vocoder that"
        " omz_quantizer has quantized (default: %(default)s)",
    )
    add(
        "--version",
        action=ShowTable,
        table=lambda: f"{PROG} {versions()}",
        help="print the versions of this program and of OpenVINO, and stop",
    )
    return parser


def output_paths(inputs: Sequence[str], folder: Path) -> list[Path]:
    """Return the file that each input is written to.

    Raises:
        InputError: Two inputs would be written to one file.
        OutputError: Something else has the name of the folder.
    """
    try:
        taken = folder.exists() and not folder.is_dir()
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be used: {error.strerror or error}") from error
    if taken:
        raise OutputError(f"{folder} is not a folder: expected one, or a name for one that is made")
    owners: dict[Path, str] = {}
    for name in inputs:
        path = folder / f"{Path(name).stem}_generated.wav"
        if path in owners:
            raise InputError(f"{owners[path]} and {name} would both be written to {path}: rename one")
        owners[path] = name
    return list(owners)


def mel_pieces(path: str) -> Iterator[NDArray[np.float32]]:
    """Read a mel spectrogram, or analyse a recording, piece by piece; memory does not grow with the length.

    Yields:
        The pieces of the mel spectrogram, float32 [1, 80, t], at least one.

    Raises:
        InputError: When a piece is taken: the file is missing, is neither a mel spectrogram nor a recording, or
            cannot be used.
    """
    from ..inference.mel import check_mel, check_mel_form, mel_blocks
    from ..speech.arrays import column_blocks, read_header
    from ..speech.recordings import recording_blocks

    try:
        if Path(path).suffix.lower() == ".npy":
            header = read_header(Path(path))
            check_mel_form(header.shape, header.dtype)
            yield from map(check_mel, column_blocks(Path(path)))
        else:
            yield from mel_blocks(recording_blocks(path))
    except InputError as error:
        if str(error).startswith(f"recording {path}"):
            raise
        raise InputError(f"{path}: {error}") from error


def check_model(model: str) -> None:
    """Refuse the name of no vocoder, and a model file that is not there.

    Raises:
        InputError: No vocoder has the name.
        ModelError: The file is not there.
    """
    from ..store import check_vocoder

    if not Path(model).suffix and len(Path(model).parts) == 1:
        check_vocoder(model)
    elif not Path(model).exists():
        hint = file_question(model) or ": expected an OpenVINO IR (.xml) or an ONNX file"
        raise ModelError(f"model {model} is not there{hint}")


def vocode(args: argparse.Namespace) -> None:
    """Do what the command line asks for.

    Raises:
        SpeechError: An input, an option or an output cannot be used, or something fails on the way.
    """
    from ..inference.mel import SAMPLE_RATE
    from ..inference.vocoder import LARGEST_WINDOW, Vocoder
    from ..speech.sinks import open_audio

    paths = output_paths(args.input, Path(args.out))
    if args.no_clobber:
        check_new([str(path) for path in paths])
    check_model(args.model)
    report = Report(quiet=args.quiet)
    vocoder = Vocoder(args.device, model=args.model, precision=args.precision)
    report(f"Vocoder: {vocoder.target}")
    samples, total_time = 0, 0.0
    for name, path in zip(args.input, paths, strict=True):
        began = time.perf_counter()
        pieces = mel_pieces(name)
        # Most of what is wrong with an input is found in its first piece, before anything is written.
        first = next(pieces)
        make_folder(path.parent)
        with open_audio(path) as file:
            for audio in vocoder.stream(itertools.chain([first], pieces), first_window=LARGEST_WINDOW):
                file.write(audio)
        total_time += time.perf_counter() - began
        samples += file.samples
        report(f"Output: {path}, {duration(file.samples / SAMPLE_RATE)} of audio")
    report(f"Total time: {duration(total_time)}")
    report(f"Real-time factor: {total_time * SAMPLE_RATE / samples:.3f}")
    report.finish()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(vocode, build_parser(), argv)
