"""Models of this repository, converted on first use and kept per user.

    models/NAME/NAME.onnx                  or  models/NAME/model.yml + config.json + the checkpoint
     └────────────────────── ensure_ir ──────────────────────┘
                                 │
    CACHE/models/NAME-FP32-KEY/NAME.xml, NAME.bin
                                 │ omz_quantizer --per_user
    CACHE/models/NAME-FP16-INT8-KEY/NAME.xml, NAME.bin

The key comes from everything that decides about the result — the SHA-384 of the source, the configuration, the
version of the converter and that of OpenVINO — so that nothing stale is ever used and nothing has to be cleared. A
conversion happens in a folder of its own that is renamed when it is complete: two processes may do the same work at
the same time, and the second one uses the first one's result.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ModelError, OutputError
from ..files import cannot_write
from .convert import CONFIG_JSON, CONVERTER_VERSION, check_precision, make_onnx, onnx_to_ir
from .model_yml import COMPOSITE_YML, MODEL_YML, Model, read_model
from .quantization_yml import QUANTIZATION_YML, read_quantization
from .sources import file_sha384

logger = logging.getLogger(__name__)

CACHE_VARIABLE = "TTS_CACHE_DIR"

_APPLICATION = "text-to-speech-demo"
_PACKAGE = Path(__file__).resolve().parents[1]
# In the installed package the models stand within it, in a checkout beside demo/.
_MODELS = (_PACKAGE / "models", _PACKAGE.parents[1] / "models")


def models_root() -> Path:
    """Return the folder models/ of this repository, or of the installed package.

    Raises:
        ModelError: It is not there.
    """
    for root in _MODELS:
        if root.is_dir():
            return root
    raise ModelError(f"no folder {_MODELS[0]}: install the package again, or run in a whole checkout")


def model_folder(name: str, *, models: Path | None = None) -> Path:
    """Return the folder of a model, at the first or second level below the zoo's.

    Args:
        name: Such as hifi-gan or forward-tacotron-regression.
        models: Another zoo than this repository's.

    Raises:
        ModelError: There is no such model; the message lists those that there are.
    """
    roots = [models] if models else [root for root in _MODELS if root.is_dir()]
    folders = {folder.name: folder for root in reversed(roots) for folder in _model_folders(root)}
    if name not in folders:
        raise ModelError(f"no model {name!r}: expected one of {', '.join(sorted(folders)) or 'none'}")
    return folders[name]


def _model_folders(root: Path) -> Iterator[Path]:
    for folder in sorted((*root.glob("*/"), *root.glob("*/*/"))):
        parts = (MODEL_YML, COMPOSITE_YML, f"{folder.name}.onnx")
        if any((folder / part).is_file() for part in parts):
            yield folder


def cache_folder() -> Path:
    """Return the folder for what can be made again: TTS_CACHE_DIR, or the operating system's place per user.

    The folder need not exist yet.

    Raises:
        OutputError: The user has no home folder and TTS_CACHE_DIR is not set.
    """
    if override := os.environ.get(CACHE_VARIABLE):
        return Path(override).expanduser().absolute()
    try:
        return _system_cache() / _APPLICATION
    except RuntimeError as error:
        raise OutputError(f"no home folder to keep converted models in: set {CACHE_VARIABLE}") from error


def _system_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given) if given.startswith("/") else Path.home() / ".cache"


def ensure_ir(name: str, *, precision: str = "FP32", models: Path | None = None) -> Path:
    """Return the IR of a model of this repository, made on first use.

    Batch and time stay dynamic. What is made is logged in one line; what is there is used at once.

    Args:
        name: Such as hifi-gan or forward-tacotron-regression.
        precision: Of the stored weights, FP32 or FP16.
        models: Another zoo than this repository's.

    Returns:
        The .xml; its .bin is beside it.

    Raises:
        InputError: The precision is another.
        ChecksumError: The checkpoint is not the published one.
        ModelError: There is no such model, or it cannot be converted.
        OutputError: The cache folder cannot be written.
    """
    check_precision(precision)
    source = _source(name, models)
    onnx, model = (source, None) if isinstance(source, Path) else (None, source)
    facts = _facts(source)
    target = _target(name, precision, facts)
    if not _complete(target, name):
        logger.info("converting %s to OpenVINO IR (%s) on first use, into %s", name, precision, target)
        with _published(target, name) as work:
            made = work / f"{name}.onnx"
            if model is not None:
                make_onnx(model, made)
            onnx_to_ir(onnx or made, work / f"{name}.xml", precision=precision, info={"name": name, **facts})
            made.unlink(missing_ok=True)
    return target / f"{name}.xml"


def quantized_ir(name: str, *, models: Path | None = None) -> Path:
    """Return the IR in INT8 of a model of this repository; it is looked for, not made.

    Args:
        name: Such as hifi-gan.
        models: Another zoo than this repository's.

    Raises:
        ModelError: There is no such model, or nobody has quantized it yet; the message names the command.
        OutputError: There is no cache folder.
    """
    target = _quantized_folder(name, models)
    if not _complete(target, name):
        raise ModelError(
            f"{name} is not quantized yet: run omz_quantizer --name {name} --per_user, once (it needs the extra"
            " `quantize`), or use another precision"
        )
    return target / f"{name}.xml"


@contextmanager
def publish_quantized(name: str, *, models: Path | None = None) -> Iterator[Path]:
    """Give the path of an .xml to write; when the block ends well, `quantized_ir` finds it.

    Args:
        name: Such as hifi-gan.
        models: Another zoo than this repository's.

    Raises:
        ModelError: There is no such model, or its folder does not say how to quantize it.
        OutputError: The cache folder cannot be written.
    """
    target = _quantized_folder(name, models)
    with _published(target, name) as work:
        yield work / f"{name}.xml"


def _quantized_folder(name: str, models: Path | None) -> Path:
    folder = model_folder(name, models=models)
    if not (folder / QUANTIZATION_YML).is_file():
        raise ModelError(f"{name} has no {QUANTIZATION_YML}: there is no int8 for it, use another precision")
    texts = read_quantization(folder).texts
    facts = _facts(_source(name, models)) | {"settings_sha384": file_sha384(folder / QUANTIZATION_YML)}
    return _target(name, "FP16-INT8", facts | ({"texts_sha384": file_sha384(texts)} if texts else {}))


def _source(name: str, models: Path | None) -> Path | Model:
    """Return what a model is made from: its committed ONNX file, or its model.yml."""
    folder = model_folder(name, models=models)
    onnx = folder / f"{name}.onnx"
    return onnx if onnx.is_file() else read_model(folder)


def _target(name: str, precision: str, facts: dict[str, str]) -> Path:
    """Return the folder of an IR in the cache."""
    lines = "\n".join(f"{key}={value}" for key, value in facts.items())
    key = hashlib.sha256(lines.encode()).hexdigest()[:16]
    return cache_folder() / "models" / f"{name}-{precision}-{key}"


def _facts(source: Path | Model) -> dict[str, str]:
    """Return what decides about the result of a conversion, beside the name and the precision."""
    import openvino

    if isinstance(source, Path):
        origin = {"source_sha384": file_sha384(source)}
    else:
        if len(source.files) != 1:
            raise ModelError(
                f"{source.name}: expected one checkpoint in its model.yml, found {len(source.files)}"
            )
        config = file_sha384(source.folder / CONFIG_JSON)
        origin = {"source_sha384": source.files[0].checksum, "config_sha384": config}
    return {**origin, "converter": str(CONVERTER_VERSION), "openvino": openvino.get_version()}


def _complete(folder: Path, name: str) -> bool:
    parts = (folder / f"{name}.xml", folder / f"{name}.bin")
    return all(part.is_file() and part.stat().st_size > 0 for part in parts)


@contextmanager
def _published(target: Path, name: str) -> Iterator[Path]:
    """Give a folder to work in that becomes `target` when the block ends well, and vanishes otherwise."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise _unwritable(target.parent, error) from error
    try:
        yield work
        if target.exists() and not _complete(target, name):
            shutil.rmtree(target)  # somebody removed a part of it
        try:
            work.rename(target)
        except OSError:
            if not _complete(target, name):  # otherwise another process was faster, with the same result
                raise
    except OutputError as error:
        raise OutputError(f"{error}; set {CACHE_VARIABLE} to a folder with room") from error
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{cannot_write(path, error)}; set {CACHE_VARIABLE} to a folder that can be written")
