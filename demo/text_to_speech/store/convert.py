"""From a checkpoint to ONNX, and from ONNX to OpenVINO IR.

    checkpoint ── make_onnx ──▶ NAME.onnx ── onnx_to_ir ──▶ NAME.xml, NAME.bin

The published IR has the static shape that model.yml gives (1×80×128 for HiFi-GAN); the speech pipeline takes the
same graph with its batch and time left dynamic. The first step is also what the Open Model Zoo's converter runs as
`pre-convert.py`, see `pre_convert`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, ModelError, OutputError, SpeechError, telling_line
from ..files import cannot_write, write_output
from .model_yml import InputInfo, Model, read_model
from .sources import locate_file

if TYPE_CHECKING:
    from .hifigan import HiFiGanConfig

logger = logging.getLogger(__name__)

# Goes up with every change of what the conversion writes, so that old results are no longer used.
CONVERTER_VERSION = 1
# The file beside model.yml that gives the shape of a vocoder of the HiFi-GAN family.
CONFIG_JSON = "config.json"
PRECISIONS = ("FP32", "FP16")


def make_onnx(model: Model, target: Path, *, download_folder: Path | None = None) -> None:
    """Make the ONNX file of a vocoder in models/ from its checkpoint.

    Args:
        model: A model whose folder holds a config.json and whose one file is the checkpoint.
        target: The ONNX file to write.
        download_folder: Where to look for the checkpoint before the packages that came with pip.

    Raises:
        ChecksumError: The checkpoint is not the published one.
        ModelError: The checkpoint is missing or does not fit the configuration.
        OutputError: The ONNX file cannot be written.
    """
    if len(model.files) != 1:
        raise ModelError(f"{model.name}: expected one checkpoint in its model.yml, found {len(model.files)}")
    from .hifigan import HiFiGanConfig

    config = HiFiGanConfig.from_json(model.folder / CONFIG_JSON)
    checkpoint = locate_file(model.files[0], download_folder)
    properties = {"license": model.license, "source_sha384": model.files[0].checksum}
    checkpoint_to_onnx(checkpoint, config, target, name=model.name, metadata=properties)


def checkpoint_to_onnx(
    checkpoint: Path,
    config: HiFiGanConfig,
    target: Path,
    *,
    name: str,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Convert any checkpoint of the HiFi-GAN family to ONNX with dynamic batch and time.

    Args:
        checkpoint: A file that torch.save wrote.
        config: The shape of its generator.
        target: The ONNX file to write.
        name: Name of the model.
        metadata: Further properties to store in it, beside name, sample_rate, hop_length and n_mels.

    Raises:
        ModelError: The checkpoint cannot be read or does not fit the configuration.
        OutputError: The ONNX file cannot be written.
    """
    # Only a first use converts; every start of the program imports this module.
    from .checkpoint import read_checkpoint
    from .hifigan import build_onnx, generator_weights

    properties = {
        "name": name,
        "sample_rate": str(config.sampling_rate),
        "hop_length": str(config.hop_length),
        "n_mels": str(config.num_mels),
        **(metadata or {}),
    }
    try:
        weights = generator_weights(read_checkpoint(checkpoint))
        model = build_onnx(config, weights, name=name, metadata=properties)
    except ModelError as error:
        raise ModelError(f"{name} cannot be made from {checkpoint.name}: {error}") from error
    write_output(target, model.SerializeToString(deterministic=True))


def onnx_to_ir(
    source: Path,
    target: Path,
    *,
    precision: str = "FP32",
    inputs: Sequence[InputInfo] = (),
    outputs: Sequence[str] = (),
    info: Mapping[str, str] | None = None,
) -> None:
    """Convert an ONNX file to an IR with OpenVINO's converter.

    The ONNX file's own metadata properties are in the IR under rt_info/framework.

    Args:
        source: The ONNX file.
        target: The .xml to write; its .bin goes beside it. Not atomic: write to a folder of your own.
        precision: FP32, or FP16 for weights of half the size.
        inputs: Static shapes and layouts to set, as model.yml gives them; without them the graph's own stay.
        outputs: The outputs to keep, in this order; without them all of the graph's own.
        info: What to write under rt_info/model_info.

    Raises:
        InputError: The precision is neither FP32 nor FP16.
        ModelError: The ONNX file cannot be converted.
        OutputError: The IR cannot be written.
    """
    check_precision(precision)
    import openvino

    try:
        model = _read_onnx(source, outputs)
        shapes = {entry.name: list(entry.shape) for entry in inputs if entry.shape}
        if shapes:
            model.reshape(shapes)
        for entry in inputs:
            if entry.layout:
                model.input(entry.name).get_node().layout = openvino.Layout(entry.layout)
    except Exception as error:  # OpenVINO's converter lets errors of many types through
        raise ModelError(f"{source} cannot be converted to OpenVINO IR: {telling_line(error)}") from error
    for key, value in (info or {}).items():
        model.set_rt_info(value, ["model_info", key])
    _save_ir(model, target, precision)


def _read_onnx(source: Path, outputs: Sequence[str]) -> Any:
    """Do what openvino.convert_model does to an ONNX file, without its reports of usage.

    Those reports are sent by processes that are forked from threads. A fork stops the threads of NumPy's library, so
    that a matrix product which is computed at that moment may wait for them for ever: a mel spectrogram after a
    conversion did.
    """
    import openvino

    # The process's one Core lives in inference/, which this room does not import. A Core that only reads loads no
    # device, so that one more costs next to nothing.
    model = openvino.Core().read_model(source)
    if outputs:
        facts = model.get_rt_info()
        model = openvino.Model([model.output(name) for name in outputs], model.get_parameters(), source.stem)
        for key in facts:
            model.set_rt_info(facts[key], key)
    _simplify(model)
    return model


def _simplify(model: Any) -> None:
    """Fuse operations as convert_model does; OpenVINO has no public name for it.

    Without it the IR is larger and gives the same numbers, because each device fuses the operations when it compiles.
    """
    try:
        from openvino._offline_transformations import apply_moc_transformations
    except ImportError:
        logger.debug("this OpenVINO cannot simplify a model before it is stored")
        return
    apply_moc_transformations(model, cf=False)


def check_precision(precision: str) -> None:
    """Refuse a precision that stored weights cannot have.

    Raises:
        InputError: The precision is neither FP32 nor FP16.
    """
    if precision not in PRECISIONS:
        raise InputError(f"precision {precision!r}: expected one of {', '.join(PRECISIONS)}")


def _save_ir(model: object, target: Path, precision: str) -> None:
    import openvino

    try:
        openvino.save_model(model, target, compress_to_fp16=precision == "FP16")
    except RuntimeError as error:  # also when the folder is missing or the disk is full
        reason = f"is the disk full? ({telling_line(error)})"
        raise OutputError(f"{target} cannot be written: {reason}") from error


def pre_convert(folder: Path, arguments: Sequence[str] | None = None) -> int:
    """Do the work of a pre-convert.py: put NAME.onnx into the folder for conversion results.

    Args:
        folder: The model's folder, which holds its model.yml.
        arguments: The command line; the last two are the download folder and the conversion folder.

    Returns:
        The exit status: 0, or 1 after one line on standard error.
    """
    import argparse

    parser = argparse.ArgumentParser(description=f"Make {folder.name}.onnx from its checkpoint.")
    parser.add_argument("download_folder", type=Path, help="where the downloader put the checkpoint")
    parser.add_argument("conversion_folder", type=Path, help="where to put the ONNX file")
    options = parser.parse_args(arguments)
    try:
        model = read_model(folder)
        target = options.conversion_folder / f"{model.name}.onnx"
        target.parent.mkdir(parents=True, exist_ok=True)
        make_onnx(model, target, download_folder=options.download_folder)
    except SpeechError as error:
        print(f"{folder.name}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{folder.name}: {cannot_write(options.conversion_folder, error)}", file=sys.stderr)
        return 1
    print(f"{folder.name}: made {target}")
    return 0
