"""Quantize vocoders to INT8: the command omz_quantizer, with NNCF.

    MODELS/public/NAME/FP16/NAME.xml ── mel spectrograms of the dataset ──▶ OUTPUT/public/NAME/FP16-INT8/NAME.xml

Static post-training quantization with NNCF's mixed preset: symmetric weights, asymmetric activations. It halves the
time of HiFi-GAN on a CPU and can be heard, so that the IRs in FP16 and FP32 stay the default. NNCF is optional, the
extra `quantize` brings it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..audio import read_recording
from ..cli import run
from ..errors import InputError, ModelError
from ..files import cannot_write, read_array
from ..mel import N_MELS, mel_spectrogram
from ..windows import check_mel
from .model_yml import Model
from .selection import Selected, build_parser, for_each, positive, precisions, print_names, select, subfolder

QUANTIZED = ("FP16-INT8", "FP32-INT8")  # each is made from the IR of the first part's precision
RECORDINGS = (".wav", ".flac", ".ogg", ".mp3")
WINDOWS = 300  # pieces of spectrogram that NNCF sees, its own default
FRAMES = 128  # of a piece, where the model's time is dynamic

Mel = NDArray[np.float32]


def read_dataset(folder: Path) -> Iterator[Mel]:
    """Read the mel spectrograms (.npy) and the recordings of a folder, in the order of their names.

    Yields:
        float32 [1, 80, T].

    Raises:
        InputError: The folder has none, or one of them cannot be used; the message names it.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".npy", *RECORDINGS))
    if not paths:
        raise InputError(f"--dataset_dir {folder} has no .npy files and no recordings")
    for path in paths:
        try:
            yield (
                check_mel(read_array(path))
                if path.suffix.lower() == ".npy"
                else mel_spectrogram(read_recording(path))
            )
        except InputError as error:
            raise InputError(f"{path}: {error}") from error


def cut(mels: Iterator[Mel], frames: int, limit: int) -> list[Mel]:
    """Cut spectrograms into pieces of one length; what is left at an end is not used.

    Args:
        mels: float32 [1, 80, T].
        frames: Length of a piece.
        limit: How many pieces at most; they are then taken evenly from all there are.

    Raises:
        InputError: No spectrogram is long enough.
    """
    pieces = [
        mel[:, :, start : start + frames]
        for mel in mels
        for start in range(0, mel.shape[2] - frames + 1, frames)
    ]
    if not pieces:
        raise InputError(f"the dataset has no spectrogram of {frames} frames or more")
    chosen = np.linspace(0, len(pieces) - 1, min(limit, len(pieces))).round().astype(int)
    return [pieces[index] for index in chosen]


def quantize(source: Path, target: Path, pieces: Sequence[Mel]) -> None:
    """Quantize one vocoder.

    Args:
        source: Its IR in FP16 or FP32.
        target: The .xml to write, its weights beside it.
        pieces: float32 [1, 80, T], what it is calibrated on.

    Raises:
        ModelError: NNCF is missing or refuses the model.
        OutputError: The result cannot be written.
    """
    import openvino

    nncf = _nncf()
    model = openvino.Core().read_model(source)
    try:
        quantized = nncf.quantize(
            model,
            nncf.Dataset(pieces),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(pieces),
        )
    except Exception as error:  # NNCF lets errors of many types through
        reason = str(error).splitlines()
        raise ModelError(
            f"NNCF refuses {source}: {reason[0][:200] if reason else type(error).__name__}"
        ) from error
    quantized.set_rt_info(source.parent.name, ["model_info", "quantized_from"])
    _publish(quantized, target)


def _nncf() -> Any:
    try:
        import nncf
    except ImportError as error:
        raise ModelError(
            "the package nncf is not installed: run python -m pip install 'nncf>=2.16,<4' (the extra `quantize`)"
        ) from error
    return nncf


def _publish(model: Any, target: Path) -> None:
    """Write an IR; the .xml last, so that there is none without its weights."""
    import openvino

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".quantizing-", dir=target.parent) as work:
            openvino.save_model(
                model, Path(work) / target.name, compress_to_fp16=target.parent.name == QUANTIZED[0]
            )
            for path in (target.with_suffix(".bin"), target):
                (Path(work) / path.name).replace(path)
    except (OSError, RuntimeError) as error:
        reason = error if isinstance(error, OSError) else OSError("is the disk full?")
        raise cannot_write(target, reason) from error


def frames_of(source: Path) -> int | None:
    """Return the frames that a vocoder's IR takes; None where it is no vocoder.

    Raises:
        ModelError: The IR is missing or damaged.
    """
    import openvino

    if not source.is_file():
        raise ModelError(f"{source} is not there: run omz_converter first")
    try:
        model = openvino.Core().read_model(source)
    except RuntimeError as error:
        raise ModelError(f"{source} is damaged: run omz_converter again") from error
    shape = model.inputs[0].partial_shape
    if len(model.inputs) != 1 or shape.rank.is_dynamic or len(shape) != 3 or shape[1] != N_MELS:
        return None
    return FRAMES if shape[2].is_dynamic else int(shape[2].get_length())


def build_options() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = build_parser("omz_quantizer", "Quantize vocoders to INT8.")
    add = parser.add_argument
    add("--model_dir", type=Path, metavar="DIR", default=Path(), help="converted models (default: here)")
    add(
        "--dataset_dir",
        type=Path,
        metavar="DIR",
        help="mel spectrograms (.npy) or recordings to calibrate on",
    )
    add("-o", "--output_dir", type=Path, metavar="DIR", help="where the IRs go (default: the model folder)")
    add(
        "--precisions",
        type=precisions,
        default=QUANTIZED,
        metavar="PREC[,PREC...]",
        help="FP16-INT8, FP32-INT8",
    )
    add(
        "--subset_size",
        type=positive,
        metavar="N",
        default=WINDOWS,
        help="pieces to use (default: %(default)s)",
    )
    add("--dry_run", action="store_true", help="say what would be done, and stop")
    return parser


def _work_on(model: Model, root: Path, options: argparse.Namespace) -> None:
    place = subfolder(model, root)
    for precision in [name for name in QUANTIZED if name in options.precisions]:
        source = options.model_dir / place / precision.split("-")[0] / f"{model.name}.xml"
        target = (options.output_dir or options.model_dir) / place / precision / f"{model.name}.xml"
        frames = frames_of(source)
        if frames is None:
            print(f"{model.name}: skipped, only vocoders are quantized")
            return
        if options.dry_run:
            print(f"{model.name}: would make {target} from {source}")
            continue
        quantize(source, target, cut(read_dataset(options.dataset_dir), frames, options.subset_size))
        print(f"{model.name}: made {target}", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = build_options()

    def command(options: argparse.Namespace) -> None:
        selected = select(options)
        if options.print_all:
            print_names(selected)
            return
        if options.dataset_dir is None and not options.dry_run:
            raise InputError("--dataset_dir is needed: a folder of mel spectrograms (.npy) or recordings")

        def work(choice: Selected) -> None:
            for model in choice.models():
                _work_on(model, choice.root, options)

        for_each(work, selected, parser)

    return run(command, parser, argv)


if __name__ == "__main__":
    sys.exit(main())
