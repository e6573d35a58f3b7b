"""Which models there are: the folders of models/, found by name or by what the models do.

models/NAME/            model.yml, and NAME.onnx or what a converter needs
models/NAME/STAGE/      the same for a stage of a model of several parts, which has a composite-model.yml

What lies deeper is no model.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ..errors import InputError, ModelError
from .model_yml import COMPOSITE_YML, MODEL_YML, read_model

DEFAULT_VOCODER = "hifi-gan"

_PACKAGE = Path(__file__).resolve().parents[1]
# The installed package has the models within it, a checkout has them beside demo/.
_MODELS = (_PACKAGE / "models", _PACKAGE.parents[1] / "models")


def models_root() -> Path:
    """Return the folder models/ of this repository, or of the installed package.

    Raises:
        ModelError: There is no such folder.
    """
    for root in _MODELS:
        if root.is_dir():
            return root
    raise ModelError(f"no folder {_MODELS[0]}: install the package again, or run in a whole checkout")


def model_folder(name: str, *, models: Path | None = None) -> Path:
    """Return the folder of a model.

    Args:
        name: Such as hifi-gan or forward-tacotron-regression.
        models: A folder models/ to look in, instead of this repository's.

    Raises:
        ModelError: There is no such model; the message lists the models that there are.
    """
    folders = _folders_by_name(models)
    if name not in folders:
        raise ModelError(f"no model {name!r}: expected one of {', '.join(sorted(folders)) or 'none'}")
    return folders[name]


def vocoders(*, models: Path | None = None) -> tuple[str, ...]:
    """Return the names of the models that turn a mel spectrogram into a waveform, the default first.

    A vocoder is a model whose model.yml names an input `mel`. One with a malformed model.yml is left out: an error
    about it comes when it is used.

    Args:
        models: A folder models/ to look in, instead of this repository's.
    """
    found = []
    for name, folder in _folders_by_name(models).items():
        with suppress(ModelError):
            if any(entry.name == "mel" for entry in read_model(folder).input_info):
                found.append(name)
    return tuple(sorted(found, key=lambda name: (name != DEFAULT_VOCODER, name)))


def check_vocoder(name: str, *, models: Path | None = None) -> str:
    """Return the name of a vocoder if there is one of that name.

    Args:
        name: Such as hifi-gan-universal.
        models: A folder models/ to look in, instead of this repository's.

    Raises:
        InputError: There is none; the message lists the vocoders, and names the nearest one.
    """
    known = vocoders(models=models)
    if name in known:
        return name
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise InputError(f"vocoder {name!r} is not there: {hint}expected one of {', '.join(known)}")


def _folders_by_name(models: Path | None) -> dict[str, Path]:
    roots = [models] if models else [root for root in _MODELS if root.is_dir()]
    return {folder.name: folder for root in reversed(roots) for folder in _model_folders(root)}


def _model_folders(root: Path) -> Iterator[Path]:
    """Yield the folders of models at the first and second level below a folder."""
    for folder in sorted((*root.glob("*/"), *root.glob("*/*/"))):
        parts = (MODEL_YML, COMPOSITE_YML, f"{folder.name}.onnx")
        if any((folder / part).is_file() for part in parts):
            yield folder
