"""Models of this repository, converted on first use and kept per user.

    models/NAME/NAME.onnx                  or  models/NAME/model.yml + config.json + the checkpoint
     └────────────────────── ensure_ir ──────────────────────┘
                                 │
    CACHE/models/NAME-FP32-KEY/NAME.xml, NAME.bin
                                 │ omz_quantizer --per_user
    CACHE/models/NAME-FP16-INT8-KEY/NAME.xml, NAME.bin

The key comes from everything that decides about the result: the SHA-384 of the source, the configuration, the versions
of the converter and of OpenVINO. So a stale result is never used. `kept` keeps the results, verifies them and removes
the old ones.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from ..errors import InputError, ModelError
from .catalogue import model_folder, vocoders
from .convert import CONFIG_JSON, CONVERTER_VERSION, check_precision, make_onnx, onnx_to_ir
from .kept import Entry, intact, keep, store
from .model_yml import Model, read_model
from .quantization_yml import QUANTIZATION_YML, read_quantization
from .records import crc32
from .sources import MissingFileError, file_sha384

logger = logging.getLogger(__name__)

# The folder that omz_downloader was given as --output_dir. A checkpoint in it goes before one that came with pip.
DOWNLOADS_VARIABLE = "TTS_DOWNLOAD_DIR"


def ensure_ir(name: str, *, precision: str = "FP32", models: Path | None = None) -> Path:
    """Return the IR of a model of this repository, made on first use.

    Batch and time stay dynamic. A conversion is logged in one line; an IR that is there already is verified and used at
    once. Where the cache cannot be written, the IR is made for this process alone, with one warning.

    Args:
        name: Such as hifi-gan or forward-tacotron-regression.
        precision: Precision of the stored weights, FP32 or FP16.
        models: A folder models/ to look in, instead of this repository's.

    Returns:
        The .xml; its .bin is beside it.

    Raises:
        InputError: The precision is neither.
        ChecksumError: The checkpoint is not the published one.
        ModelError: There is no such model, or it cannot be converted.
        OutputError: There is no room for the IR.
    """
    check_precision(precision)
    source = _source(name, models)
    facts = _facts(source)
    entry = Entry.of("models", f"{name}-{precision}", facts)

    def make(work: Path) -> None:
        logger.info("converting %s to OpenVINO IR (%s) on first use, into %s", name, precision, work.parent)
        onnx = source if isinstance(source, Path) else work / f"{name}.onnx"
        if not isinstance(source, Path):
            _make_onnx(source, onnx, models)
        onnx_to_ir(onnx, work / f"{name}.xml", precision=precision, info={"name": name, **facts})
        if not isinstance(source, Path):
            onnx.unlink()

    return keep(entry, make) / f"{name}.xml"


def quantized_ir(name: str, *, models: Path | None = None) -> Path:
    """Return the IR in INT8 of a model of this repository, which omz_quantizer has made before.

    Args:
        name: Such as hifi-gan.
        models: A folder models/ to look in, instead of this repository's.

    Raises:
        ModelError: There is no such model, or nobody has quantized it yet; the message names the command.
        OutputError: There is no cache folder.
    """
    entry = _quantized_entry(name, models)
    if not intact(entry.folder):
        raise ModelError(
            f"{name} is not quantized yet: run omz_quantizer --name {name} --per_user, once (it needs the extra"
            " `quantize`), or use another precision"
        )
    return entry.folder / f"{name}.xml"


def publish_quantized(name: str, make: Callable[[Path], None], *, models: Path | None = None) -> None:
    """Make the IR in INT8 of a model, which `quantized_ir` finds from then on.

    Args:
        name: Such as hifi-gan.
        make: Writes the .xml whose path it is given, and the .bin beside it.
        models: A folder models/ to look in, instead of this repository's.

    Raises:
        ModelError: There is no such model, or its folder does not say how to quantize it.
        OutputError: The cache folder cannot be written.
    """
    store(_quantized_entry(name, models), lambda work: make(work / f"{name}.xml"))


def _quantized_entry(name: str, models: Path | None) -> Entry:
    folder = model_folder(name, models=models)
    if not (folder / QUANTIZATION_YML).is_file():
        raise ModelError(f"{name} has no {QUANTIZATION_YML}: there is no int8 for it, use another precision")
    texts = read_quantization(folder).texts
    facts = _facts(_source(name, models)) | {"settings_sha384": file_sha384(folder / QUANTIZATION_YML)}
    if texts:
        facts["texts_sha384"] = file_sha384(texts)
    return Entry.of("models", f"{name}-FP16-INT8", facts)


def _source(name: str, models: Path | None) -> Path | Model:
    """Return what a model is made from: its committed ONNX file, or its model.yml."""
    folder = model_folder(name, models=models)
    onnx = folder / f"{name}.onnx"
    return onnx if onnx.is_file() else read_model(folder)


def _make_onnx(model: Model, onnx: Path, models: Path | None) -> None:
    """Make the ONNX file of a vocoder; if its checkpoint is nowhere, the message names every way to go on."""
    try:
        make_onnx(model, onnx, download_folder=_download_folder(model.name))
    except MissingFileError as error:
        ready = [name for name in vocoders(models=models) if _has_onnx(name, models)]
        instead = f", or speak with --vocoder {ready[0]}, which needs no checkpoint" if ready else ""
        raise MissingFileError(
            f"{error}; or run omz_downloader --name {model.name} -o FOLDER and set {DOWNLOADS_VARIABLE}=FOLDER{instead}"
        ) from error


def _download_folder(name: str) -> Path | None:
    """Return where omz_downloader, or the stock tool of that name, put the files of a model, if anywhere.

    Raises:
        InputError: The variable begins with the home folder of a user who does not exist.
    """
    given = os.environ.get(DOWNLOADS_VARIABLE)
    if not given:
        return None
    try:
        root = Path(given).expanduser()
    except RuntimeError as error:
        raise InputError(
            f"{DOWNLOADS_VARIABLE}={given} names no folder: expected the --output_dir of omz_downloader"
        ) from error
    # The stock tools leave out the folder `public` where the models' root is a folder of public ones.
    folders = (root / "public" / name, root / name)
    return next((folder for folder in folders if folder.is_dir()), None)


def _has_onnx(name: str, models: Path | None) -> bool:
    return (model_folder(name, models=models) / f"{name}.onnx").is_file()


def _facts(source: Path | Model) -> dict[str, str]:
    """Return what decides about the result of a conversion, beside the name and the precision."""
    from ..openvino_import import openvino

    if isinstance(source, Path):
        # This file is part of the repository, with no published checksum to compare: here it only tells one version
        # from another, at every start.
        origin = {"source": f"{source.stat().st_size} bytes, CRC-32 {crc32(source):08x}"}
    else:
        if len(source.files) != 1:
            raise ModelError(
                f"{source.name}: expected one checkpoint in its model.yml, found {len(source.files)}"
            )
        config = file_sha384(source.folder / CONFIG_JSON)
        origin = {"source_sha384": source.files[0].checksum, "config_sha384": config}
    return {**origin, "converter": str(CONVERTER_VERSION), "openvino": openvino.get_version()}
