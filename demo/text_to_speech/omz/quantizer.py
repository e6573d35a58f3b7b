"""Quantize vocoders to INT8: the command omz_quantizer, with NNCF.

    MODELS/public/NAME/FP16/NAME.xml ── mel spectrograms ──▶ OUTPUT/public/NAME/FP16-INT8/NAME.xml
    the IR in the user's cache ─── --per_user ───▶ the one that --precision int8 of the program takes

Static post-training quantization, as the model's quantization.yml says. The mel spectrograms are those of a folder
of recordings, or those that the voice of this repository draws for texts beside the quantization.yml. NNCF is optional,
the extra `quantize` brings it.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, ModelError
from ..files import cannot_write
from ..inference.mel import N_MELS, check_mel, mel_spectrogram
from ..speech.arrays import read_array
from ..speech.recordings import read_recording
from ..store.cache import ensure_ir, publish_quantized
from ..store.model_yml import Model
from ..store.quantization_yml import Quantization, read_quantization
from .selection import Selected, build_parser, positive, precisions, run_for_each, subfolder

# Each is made from the IR of the precision that its name begins with.
QUANTIZED = ("FP16-INT8", "FP32-INT8")
RECORDINGS = (".wav", ".flac", ".ogg", ".mp3")
# Length of a piece for a model whose time is dynamic.
FRAMES = 128

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
    """Cut spectrograms into pieces of one length; a shorter rest at an end is not used.

    Args:
        mels: float32 [1, 80, T].
        frames: Length of a piece.
        limit: The largest number of pieces; of more, this many are taken at equal distances.

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


def voice() -> Callable[[str], Mel | None]:
    """Load the default voice of this repository as far as the mel spectrogram.

    Returns:
        A function that draws the mel spectrogram of a sentence, float32 [1, 80, T]; None for one without a sound.
    """
    from ..inference.acoustic import AcousticModel
    from ..store.voices_yml import find_voice
    from ..text import SYMBOLS, Phonemizer, to_ids

    acoustic, phonemizer, vector = AcousticModel("CPU", symbols=SYMBOLS), Phonemizer(), find_voice().vector

    def draw(sentence: str) -> Mel | None:
        phonemes = phonemizer(sentence)
        return acoustic.synthesize(to_ids(phonemes), voice=vector).mel[np.newaxis] if phonemes else None

    return draw


def speak(texts: Path) -> Iterator[Mel]:
    """Draw the mel spectrogram of a text with the voice of this repository.

    Yields:
        float32 [1, 80, T], all sentences in a row.

    Raises:
        InputError: The file cannot be read, or holds nothing to speak.
    """
    from ..text import split_sentences

    try:
        text = texts.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(f"{texts} cannot be read: expected a text in UTF-8") from error
    drawn = map(voice(), (sentence.text for sentence in split_sentences(text)))
    mels = [mel for mel in drawn if mel is not None]
    if not mels:
        raise InputError(f"{texts} holds nothing to speak: expected a text in English")
    yield np.concatenate(mels, axis=2)


def nncf_options(settings: Quantization) -> dict[str, Any]:
    """Return a quantization.yml as arguments of `nncf.quantize`.

    Raises:
        ModelError: NNCF is missing.
    """
    nncf = _nncf()
    none = settings.bias_correction == "none"
    return {
        "preset": nncf.QuantizationPreset(settings.preset),
        "fast_bias_correction": settings.bias_correction == "fast",
        "advanced_parameters": nncf.AdvancedQuantizationParameters(disable_bias_correction=none),
        "ignored_scope": nncf.IgnoredScope(
            types=list(settings.ignored_types), patterns=list(settings.ignored_layers)
        ),
    }


def quantize(
    source: Path,
    target: Path,
    pieces: Sequence[Mel],
    options: Mapping[str, Any],
    *,
    precision: str = "FP16-INT8",
) -> None:
    """Quantize one vocoder.

    Args:
        source: Its IR in FP16 or FP32.
        target: The .xml to write, its weights beside it.
        pieces: float32 [1, 80, T], what it is calibrated on.
        options: Arguments of `nncf.quantize`.
        precision: One of QUANTIZED: how the weights that are not quantized are stored.

    Raises:
        ModelError: NNCF is missing or refuses the model.
        OutputError: The result cannot be written.
    """
    from ..inference.runtime import core

    nncf = _nncf()
    nncf.set_log_level(logging.WARNING)  # it names every layer that it leaves alone
    model = core().read_model(source)
    try:
        quantized = nncf.quantize(model, nncf.Dataset(pieces), subset_size=len(pieces), **options)
    except Exception as error:  # NNCF lets errors of many types through
        reason = str(error).splitlines()
        raise ModelError(
            f"NNCF refuses {source}: {reason[0][:200] if reason else type(error).__name__}"
        ) from error
    quantized.set_rt_info(precision.split("-")[0], ["model_info", "quantized_from"])
    _publish(quantized, target, fp16=precision == QUANTIZED[0])


def _nncf() -> Any:
    try:
        import nncf
    except ImportError as error:
        raise ModelError(
            "the package nncf is not installed: run python -m pip install 'nncf>=2.16,<4' (the extra `quantize`)"
        ) from error
    return nncf


def _publish(model: Any, target: Path, *, fp16: bool) -> None:
    """Write an IR; the .xml last, so that there is none without its weights."""
    import openvino

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".quantizing-", dir=target.parent) as work:
            openvino.save_model(model, Path(work) / target.name, compress_to_fp16=fp16)
            for path in (target.with_suffix(".bin"), target):
                (Path(work) / path.name).replace(path)
    except (OSError, RuntimeError) as error:
        reason = error if isinstance(error, OSError) else OSError("is the disk full?")
        raise cannot_write(target, reason) from error


def frames_of(source: Path) -> int | None:
    """Return how many frames a vocoder's IR takes, or None if the model is no vocoder.

    Raises:
        ModelError: The IR is missing or damaged.
    """
    from ..inference.runtime import core

    if not source.is_file():
        raise ModelError(f"{source} is not there: run omz_converter first")
    try:
        model = core().read_model(source)
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
        help="mel spectrograms (.npy) or recordings to calibrate on (default: the model's texts, spoken)",
    )
    add("-o", "--output_dir", type=Path, metavar="DIR", help="where the IRs go (default: the model folder)")
    add(
        "--per_user",
        action="store_true",
        help="quantize this program's own IR, for --precision int8; no converted models are needed",
    )
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
        help="pieces to use (default: as the model's quantization.yml says)",
    )
    add("--dry_run", action="store_true", help="say what would be done, and stop")
    return parser


def _work_on(model: Model, root: Path, options: argparse.Namespace) -> None:
    if options.per_user:
        _work_for_user(model, options)
        return
    place = subfolder(model, root)
    for precision in [name for name in QUANTIZED if name in options.precisions]:
        source = options.model_dir / place / precision.split("-")[0] / f"{model.name}.xml"
        target = (options.output_dir or options.model_dir) / place / precision / f"{model.name}.xml"
        if frames_of(source) is None:
            print(f"{model.name}: skipped, only vocoders are quantized")
            return
        if options.dry_run:
            print(f"{model.name}: would make {target} from {source}")
            continue
        _make(model, source, target, options, precision)
        print(f"{model.name}: made {target}", flush=True)


def _work_for_user(model: Model, options: argparse.Namespace) -> None:
    """Make the IR that the program takes with --precision int8."""
    source = ensure_ir(model.name, precision="FP16", models=options.model_root)
    if frames_of(source) is None:
        print(f"{model.name}: skipped, only vocoders are quantized")
    elif options.dry_run:
        print(f"{model.name}: would quantize {source} for --precision int8")
    else:
        publish_quantized(
            model.name,
            lambda target: _make(model, source, target, options, QUANTIZED[0]),
            models=options.model_root,
        )
        print(f"{model.name}: --precision int8 is ready", flush=True)


def _make(model: Model, source: Path, target: Path, options: argparse.Namespace, precision: str) -> None:
    """Quantize an IR as its model's quantization.yml and the command line say."""
    settings = read_quantization(model.folder)
    if options.dataset_dir is not None:
        mels = read_dataset(options.dataset_dir)
    elif settings.texts is not None:
        mels = speak(settings.texts)
    else:
        raise InputError("--dataset_dir is needed: a folder of mel spectrograms (.npy) or recordings")
    # First, so that a missing NNCF is reported before minutes are spent on the mel spectrograms.
    arguments = nncf_options(settings)
    pieces = cut(mels, frames_of(source) or FRAMES, options.subset_size or settings.subset_size)
    quantize(source, target, pieces, arguments, precision=precision)


def _work_on_all(choice: Selected, options: argparse.Namespace) -> None:
    for model in choice.models():
        _work_on(model, choice.root, options)


def _check_options(options: argparse.Namespace) -> None:
    if options.per_user and (options.output_dir or options.model_dir != Path()):
        raise InputError("--per_user has a place of its own: expected no --model_dir and no --output_dir")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    return run_for_each(_work_on_all, build_options(), argv, check=_check_options)


if __name__ == "__main__":
    sys.exit(main())
