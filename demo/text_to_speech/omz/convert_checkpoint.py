"""Convert a HiFi-GAN checkpoint of your own, without PyTorch.

    python -m text_to_speech.omz.convert_checkpoint generator.pth --config config.json -o voice.xml

Any generator of the original repository (jik876/hifi-gan) is taken: V1, V2, V3 and other sizes, as their config.json
describes them, from a file that torch.save wrote. Batch and time stay dynamic.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ..cli.frame import OneLineParser, run
from ..errors import InputError, ModelError
from ..files import cannot_write
from ..inference.mel import HOP_LENGTH, N_MELS, SAMPLE_RATE
from ..store.convert import PRECISIONS, checkpoint_to_onnx, onnx_to_ir
from ..store.hifigan import HiFiGanConfig
from ..store.sources import file_sha384


def convert(checkpoint: Path, config: HiFiGanConfig, target: Path, *, precision: str = "FP32") -> None:
    """Write an ONNX file or an IR.

    Args:
        checkpoint: A file that torch.save wrote.
        config: The shape of its generator.
        target: A file name that ends in .onnx or .xml.
        precision: Of an IR's stored weights.

    Raises:
        InputError: The target ends otherwise.
        ModelError: The checkpoint cannot be read or does not fit the configuration.
        OutputError: The result cannot be written.
    """
    if target.suffix not in (".onnx", ".xml"):
        raise InputError(f"{target}: expected a name that ends in .onnx or .xml")
    metadata = {"source_sha384": file_sha384(checkpoint)}
    if target.suffix == ".onnx":
        checkpoint_to_onnx(checkpoint, config, target, name=target.stem, metadata=metadata)
        return
    try:
        with tempfile.TemporaryDirectory(prefix=".converting-", dir=target.parent) as folder:
            work = Path(folder) / target.name
            checkpoint_to_onnx(
                checkpoint, config, work.with_suffix(".onnx"), name=target.stem, metadata=metadata
            )
            onnx_to_ir(work.with_suffix(".onnx"), work, precision=precision, info={"name": target.stem})
            for suffix in (".bin", ".xml"):
                work.with_suffix(suffix).replace(target.with_suffix(suffix))
    except OSError as error:
        raise cannot_write(target, error) from error


def build_options() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(
        prog="convert_checkpoint",
        description="Convert a HiFi-GAN checkpoint of your own to ONNX or OpenVINO IR, without PyTorch.",
        allow_abbrev=False,
    )
    parser.add_argument("checkpoint", type=Path, help="the generator, a file that torch.save wrote")
    parser.add_argument(
        "--config",
        type=Path,
        required=True,
        metavar="FILE",
        help="its config.json, of the original repository",
    )
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE", help=".onnx or .xml")
    parser.add_argument("--precision", choices=PRECISIONS, default="FP32", help="of an IR's stored weights")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""

    def command(options: argparse.Namespace) -> None:
        config = HiFiGanConfig.from_json(options.config)
        if not options.checkpoint.is_file():
            raise ModelError(f"checkpoint {options.checkpoint} is not there: expected a file of torch.save")
        convert(options.checkpoint, config, options.out, precision=options.precision)
        print(f"made {options.out}: {config.hop_length} samples per frame at {config.sampling_rate} Hz")
        if (config.hop_length, config.num_mels, config.sampling_rate) != (HOP_LENGTH, N_MELS, SAMPLE_RATE):
            print(
                f"not for the voice of this repository: it has {HOP_LENGTH}, {N_MELS} bands, {SAMPLE_RATE} Hz"
            )

    return run(command, build_options(), argv)


if __name__ == "__main__":
    sys.exit(main())
