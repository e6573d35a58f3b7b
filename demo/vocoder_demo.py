#!/usr/bin/env python3
"""Turn mel spectrograms or recordings into WAV files with HiFi-GAN (copy synthesis).

python demo/vocoder_demo.py -i recording.flac mel.npy -o folder
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    # Signals are handled before the imports below, which take a second.
    from text_to_speech_start import vocoder_demo

    sys.exit(vocoder_demo())

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

import text_to_speech
from text_to_speech import InputError, OutputError, Vocoder, mel_spectrogram, open_audio, read_recording
from text_to_speech.cli import OneLineParser, folder_name, run
from text_to_speech.files import read_array
from text_to_speech.mel import SAMPLE_RATE
from text_to_speech.runtime import PRECISIONS
from text_to_speech.vocoder import LARGEST_WINDOW
from text_to_speech.windows import check_mel
from text_to_speech.zoo import cache_folder

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
    version = f"%(prog)s {text_to_speech.__version__}, OpenVINO {openvino.get_version()}"
    parser.add_argument("--version", action="version", version=version)
    add = parser.add_argument
    add(
        "-i",
        "--input",
        nargs="+",
        required=True,
        metavar="FILE",
        help="mel spectrograms (.npy, natural logarithm, [80, T] or [1, 80, T]) or recordings of any kind",
    )
    add(
        "-o",
        "--out",
        type=folder_name,
        default=".",
        metavar="DIR",
        help="folder for NAME_generated.wav (default: this folder)",
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
        OutputError: The folder is not there.
    """
    if not folder.is_dir():
        raise OutputError(f"{folder} is not a folder: expected one that is there, for the results")
    owners: dict[Path, str] = {}
    for name in inputs:
        path = folder / f"{Path(name).stem}_generated.wav"
        if path in owners:
            raise InputError(f"{owners[path]} and {name} would both be written to {path}: rename one")
        owners[path] = name
    return list(owners)


def read_mel(path: str) -> NDArray[np.float32]:
    """Read a mel spectrogram, or make that of a recording.

    Returns:
        float32 [1, 80, T].

    Raises:
        InputError: The file is missing, or is neither.
    """
    if not Path(path).is_file():
        raise InputError(f"{path} is not there: expected a .npy file or a recording")
    try:
        if Path(path).suffix.lower() == ".npy":
            return check_mel(read_array(Path(path)))
        return mel_spectrogram(read_recording(path))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def vocode(args: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    paths = output_paths(args.input, args.out)
    vocoder = Vocoder(
        args.device, model=args.model, precision=args.precision, cache_folder=cache_folder() / "compiled"
    )
    print(f"Vocoder: {vocoder.target}")
    samples, latency = 0, 0.0
    for name, path in zip(args.input, paths, strict=True):
        mel = read_mel(name)
        began = time.perf_counter()
        with open_audio(path) as file:
            for audio in vocoder.stream(mel, first_window=LARGEST_WINDOW):
                file.write(audio)
        latency += time.perf_counter() - began
        samples += file.samples
        print(f"Output: {path}, {file.samples / SAMPLE_RATE:.2f} s of audio")
    print(f"Latency: {latency * 1e3:.1f} ms")
    print(f"Real-time factor: {latency * SAMPLE_RATE / samples:.3f}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(vocode, build_parser(), argv)
