"""model.yml and composite-model.yml of the Open Model Zoo, read into values and checked.

    model.yml              description, task_type, files, framework, license; input_info, postprocessing,
                           model_optimizer_args, conversion_to_onnx_args, model_info
    composite-model.yml    description, task_type, framework, license, stages_order: a model of several parts,
                           whose own model.yml are in folders beside it

A model's name is the name of its folder. The rules are those of the Open Model Zoo's own tools (omz_tools 2024.6):
a file that is accepted here is accepted there.
"""

from __future__ import annotations

import hashlib
import re
import reprlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from ..errors import ModelError
from .addresses import relative_path, web_address
from .bounded_yaml import read_yaml

MODEL_YML = "model.yml"
COMPOSITE_YML = "composite-model.yml"
# dldt means an IR that needs no conversion.
FRAMEWORKS = ("dldt", "onnx", "pytorch", "tf")

# Size of one file to fetch.
MAX_FILE_BYTES = 2**40

_NAME = re.compile(r"[0-9a-zA-Z._-]+")
_SHA384_OF_NOTHING = hashlib.sha384().hexdigest()
_SHA384 = re.compile(r"[0-9a-f]{96}")

_T = TypeVar("_T")


@dataclass(frozen=True)
class HttpSource:
    """A file that any HTTP client fetches from `url`."""

    url: str


@dataclass(frozen=True)
class GoogleDriveSource:
    """A public file on Google Drive, known by its `id`."""

    id: str


@dataclass(frozen=True)
class ModelFile:
    """A file that a model is made from.

    Attributes:
        name: Path below the model's folder, with forward slashes; never outside it.
        size: Bytes.
        checksum: SHA-384, 96 lower-case hexadecimal digits.
        source: Where it can be fetched.
    """

    name: str
    size: int
    checksum: str
    source: HttpSource | GoogleDriveSource


@dataclass(frozen=True)
class InputInfo:
    """An input of the converted model: its name, its published static shape and the letters of its axes."""

    name: str
    shape: tuple[int, ...] = ()
    layout: str = ""


@dataclass(frozen=True, kw_only=True)
class Description:
    """The facts that model.yml and composite-model.yml both give.

    Attributes:
        name: Name of the folder.
        folder: The folder.
        description: What the model does, in a few sentences.
        task_type: Such as text_to_speech.
        framework: One of FRAMEWORKS.
        license: Address of the licence.
    """

    name: str
    folder: Path
    description: str
    task_type: str
    framework: str
    license: str


@dataclass(frozen=True, kw_only=True)
class Model(Description):
    """A model.yml.

    Attributes:
        files: The files that have to be fetched.
        input_info: Inputs of the converted model.
        postprocessing: What the downloader does to fetched files, as written.
        model_optimizer_args: Arguments for the conversion to IR; $dl_dir, $conv_dir, $config_dir are not replaced.
        conversion_to_onnx_args: Arguments for the Open Model Zoo's conversion from PyTorch to ONNX.
        model_info: Keys and values to write into the IR's model_info.
    """

    files: tuple[ModelFile, ...] = ()
    input_info: tuple[InputInfo, ...] = ()
    postprocessing: tuple[Mapping[str, object], ...] = ()
    model_optimizer_args: tuple[str, ...] = ()
    conversion_to_onnx_args: tuple[str, ...] = ()
    model_info: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class CompositeModel(Description):
    """A composite-model.yml.

    Attributes:
        stages: The models of its parts, in the order in which they run.
    """

    stages: tuple[Model, ...]


def read_model(folder: Path) -> Model:
    """Read the model.yml of a folder.

    Raises:
        ModelError: The file is missing or malformed; the message names the file, the key and what was expected.
    """
    folder = folder.absolute()
    path = folder / MODEL_YML
    content = read_yaml(path)
    with context(str(path)):
        files = list_of(content, "files", _file, required=True)
        if len({file.name.casefold() for file in files}) != len(files):
            raise ModelError("files: expected names that differ, not in capital letters only")
        with context("model_info"):
            model_info = _mapping(content.get("model_info", {}))
        model = Model(
            **_description(content, folder),
            files=files,
            input_info=list_of(content, "input_info", _input_info),
            postprocessing=list_of(content, "postprocessing", _mapping),
            model_optimizer_args=list_of(content, "model_optimizer_args", text),
            conversion_to_onnx_args=list_of(content, "conversion_to_onnx_args", text),
            model_info=MappingProxyType(model_info),
        )
        if model.framework != "dldt" and "model_optimizer_args" not in content:
            raise ModelError("model_optimizer_args: missing, and only the framework dldt needs no conversion")
        if (model.framework == "pytorch") != bool(model.conversion_to_onnx_args):
            raise ModelError("conversion_to_onnx_args: expected with the framework pytorch and no other")
    return model


def read_composite_model(folder: Path) -> CompositeModel:
    """Read the composite-model.yml of a folder and the model.yml of each of its stages.

    Raises:
        ModelError: A file is missing or malformed, or the stages are not the folders that are there.
    """
    folder = folder.absolute()
    path = folder / COMPOSITE_YML
    content = read_yaml(path)
    with context(str(path)):
        facts = _description(content, folder)
        stages = list_of(content, "stages_order", text, required=True)
        present = sorted(child.parent.name for child in folder.glob(f"*/{MODEL_YML}"))
        if sorted(stages) != present:
            raise ModelError(f"stages_order: expected the folders {present}, got {list(stages)}")
        for stage in stages:
            if not stage.startswith(f"{folder.name}-"):
                raise ModelError(
                    f"stages_order: {stage!r}: expected a name that begins with '{folder.name}-'"
                )
    # Outside of the block above, so that a message about a stage names the stage's own file first.
    return CompositeModel(**facts, stages=tuple(read_model(folder / stage) for stage in stages))


def _description(content: Mapping[str, object], folder: Path) -> dict[str, Any]:
    """Return the attributes of a Description."""
    return {
        "name": _folder_name(folder),
        "folder": folder,
        "description": _string(content, "description"),
        "task_type": _string(content, "task_type"),
        "framework": _framework(content),
        "license": _string(content, "license"),
    }


@contextmanager
def context(where: str) -> Iterator[None]:
    """Put the name of a file or a key in front of the message of a ModelError that the block raises."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"{where}: {error}") from error


def _shown(value: object) -> str:
    """Return a short text for a value that may be anything, deeply nested too."""
    return reprlib.repr(value)[:80]


def _folder_name(folder: Path) -> str:
    name = folder.name
    if not _NAME.fullmatch(name):
        raise ModelError(f"folder {name!r}: expected a name of letters, digits, '.', '_' and '-'")
    return name


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ModelError(f"expected keys and values, got {_shown(value)}")
    return value


def text(value: object) -> str:
    """Return a value if it is a text and not empty.

    Raises:
        ModelError: The value is something else.
    """
    if not isinstance(value, str) or not value.strip():
        raise ModelError(f"expected a text, got {_shown(value)}")
    return value


def _string(content: Mapping[str, object], key: str) -> str:
    with context(key):
        return text(content.get(key)).strip()


def _framework(content: Mapping[str, object]) -> str:
    framework = _string(content, "framework")
    if framework not in FRAMEWORKS:
        raise ModelError(f"framework: expected one of {', '.join(FRAMEWORKS)}, got {framework!r}")
    return framework


def list_of(
    content: Mapping[str, object], key: str, read: Callable[[object], _T], *, required: bool = False
) -> tuple[_T, ...]:
    """Return the entries of a list, each read by a function; an empty tuple if the key is missing and not required."""
    values = content.get(key, None if required else [])
    if not isinstance(values, list):
        raise ModelError(f"{key}: expected a list, got {_shown(values)}")
    result = []
    for index, value in enumerate(values):
        with context(f"{key}[{index}]"):
            result.append(read(value))
    return tuple(result)


def _file(value: object) -> ModelFile:
    entry = _mapping(value)
    size, checksum = entry.get("size"), _string(entry, "checksum").lower()
    if type(size) is not int or not 0 <= size <= MAX_FILE_BYTES:
        raise ModelError(f"size: expected a number of bytes up to {MAX_FILE_BYTES}, got {_shown(size)}")
    if not _SHA384.fullmatch(checksum):
        raise ModelError("checksum: expected a SHA-384 of 96 hexadecimal digits")
    if not size and checksum != _SHA384_OF_NOTHING:
        raise ModelError("size: 0, but the checksum is not that of an empty file")
    name = relative_path(_string(entry, "name"))
    with context("source"):
        return ModelFile(name, size, checksum, _source(entry.get("source")))


def _source(value: object) -> HttpSource | GoogleDriveSource:
    if isinstance(value, str):
        value = {"$type": "http", "url": value}
    match _mapping(value):
        case {"$type": "http", "url": str(url)}:
            return HttpSource(web_address(url))
        case {"$type": "google_drive", "id": str(identifier)} if _NAME.fullmatch(identifier):
            return GoogleDriveSource(identifier)
    raise ModelError(f"expected an http(s) address or $type http or google_drive, got {_shown(value)}")


def _input_info(value: object) -> InputInfo:
    entry = _mapping(value)
    shape = entry.get("shape", [])
    if not isinstance(shape, list) or not all(type(size) is int and size > 0 for size in shape):
        raise ModelError(f"shape: expected a list of whole numbers above 0, got {_shown(shape)}")
    layout = entry.get("layout", "")
    if not isinstance(layout, str) or (layout and shape and len(layout) != len(shape)):
        raise ModelError(f"layout: expected one letter for each of {len(shape)} axes, got {layout!r}")
    return InputInfo(_string(entry, "name"), tuple(shape), layout)
