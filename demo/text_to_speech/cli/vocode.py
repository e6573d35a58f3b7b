"""The command vocoder-demo: mel spectrograms or recordings in, WAV files out (copy synthesis)."""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

from ..errors import InputError, OutputError
from ..inference.mel import SAMPLE_RATE, check_mel, check_mel_form, mel_blocks
from ..inference.runtime import PRECISIONS
from ..inference.vocoder import LARGEST_WINDOW, Vocoder
from ..speech.arrays import column_blocks, read_header
from ..speech.recordings import recording_blocks
from ..speech.sinks import open_audio
from ..version import __version__
from .frame import OneLineParser, folder_name, run

EXAMPLES = """\
examples:
  %(prog)s -i recording.flac -o .
  %(prog)s -i mels/*.npy -o speech -m hifi-gan-universal
"""


def build_parser() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(
        prog="vocoder_demo.py",
        description="Turn mel spectrograms or recordings into speech with HiFi-GAN on OpenVINO.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    version = f"%(prog)s {__version__}, OpenVINO {openvino.get_version()}"
    parser.add_argument("--version", action="version", version=version)
    add = parser.add_argument
    add(
        "-i",
        "--input",
        nargs="+",
        required=True,
        metavar="FILE",
        help="mel spectrograms (.npy, natural logarithm, [80, T] or [1, 80, T]) or recordings (.wav, .flac, .mp3, …)",
    )
    add(
        "-o",
        "--out",
        type=folder_name,
        default=".",
        metavar="DIR",
        help="folder for NAME_generated.wav, made if it is not there (default: this folder)",
    )
    add("-d", "--device", default="CPU", help="CPU, GPU, GPU.1, NPU, AUTO, AUTO:GPU,CPU, HETERO:…, MULTI:…")
    add(
        "-m", "--model", default="hifi-gan", help="IR, ONNX file, or a model of this repository (%(default)s)"
    )
    add(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="auto is f32 on a CPU, f16 elsewhere; int8 is for a quantized vocoder",
    )
    return parser


def output_paths(inputs: Sequence[str], folder: Path) -> list[Path]:
    """Return the file each input is written to.

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
        float32 [1, 80, t], at least one, which joined are the mel spectrogram.

    Raises:
        InputError: The file is missing, or is neither, or cannot be used; when the piece in question is taken.
    """
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


def vocode(args: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    folder = Path(args.out)
    paths = output_paths(args.input, folder)
    vocoder = Vocoder(args.device, model=args.model, precision=args.precision)
    print(f"Vocoder: {vocoder.target}")
    samples, latency = 0, 0.0
    for name, path in zip(args.input, paths, strict=True):
        began = time.perf_counter()
        pieces = mel_pieces(name)
        # Most of what is wrong with an input is found in its first piece, before anything is written.
        first = next(pieces)
        make_folder(folder)
        with open_audio(path) as file:
            for audio in vocoder.stream(itertools.chain([first], pieces), first_window=LARGEST_WINDOW):
                file.write(audio)
        latency += time.perf_counter() - began
        samples += file.samples
        print(f"Output: {path}, {file.samples / SAMPLE_RATE:.2f} s of audio")
    print(f"Latency: {latency * 1e3:.1f} ms")
    print(f"Real-time factor: {latency * SAMPLE_RATE / samples:.3f}")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, if they are not there.

    Raises:
        OutputError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be made: {error.strerror or error}") from error


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(vocode, build_parser(), argv)
