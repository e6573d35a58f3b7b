"""quantization.yml: how a model is quantized to INT8, beside its model.yml.

    preset           mixed (symmetric weights, asymmetric activations) or performance (both symmetric)
    subset_size      windows of mel spectrogram that the ranges of the activations are taken from
    bias_correction  fast, accurate or none
    ignored_types    operations of OpenVINO that stay in floating point, such as Add
    ignored_layers   regular expressions for the names of further ones
    texts            a file beside this one or ../MODEL/FILE, whose lines the voice of this repository speaks for
                     those windows

The terms are those of NNCF's `quantize`, https://github.com/openvinotoolkit/nncf.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError
from .bounded_yaml import read_yaml
from .model_yml import context, list_of, text

QUANTIZATION_YML = "quantization.yml"
PRESETS = ("mixed", "performance")
BIAS_CORRECTIONS = ("fast", "accurate", "none")


@dataclass(frozen=True, kw_only=True)
class Quantization:
    """A quantization.yml; the defaults are NNCF's.

    Attributes:
        preset: One of PRESETS.
        subset_size: Windows to calibrate on.
        bias_correction: One of BIAS_CORRECTIONS.
        ignored_types: Operations that stay in floating point.
        ignored_layers: Regular expressions for the names of further operations that do.
        texts: A file of sentences, one a line, that are spoken to calibrate on; None where a dataset must be given.
    """

    preset: str = "mixed"
    subset_size: int = 300
    bias_correction: str = "fast"
    ignored_types: tuple[str, ...] = ()
    ignored_layers: tuple[str, ...] = ()
    texts: Path | None = None


def read_quantization(folder: Path) -> Quantization:
    """Read the quantization.yml of a model's folder; where there is none, the defaults.

    Raises:
        ModelError: The file is malformed; the message names the file, the key and what was expected.
    """
    path = folder / QUANTIZATION_YML
    if not path.is_file():
        return Quantization()
    content = read_yaml(path)
    with context(str(path)):
        if unknown := sorted(content.keys() - Quantization.__dataclass_fields__.keys()):
            known = ", ".join(Quantization.__dataclass_fields__)
            raise ModelError(f"{unknown[0]!r}: expected keys out of {known}")
        texts = folder / text(content["texts"]) if "texts" in content else None
        if texts and not _is_within(texts, folder.parent):
            raise ModelError(
                f"texts: {content['texts']!r}: expected a file beside it, or ../MODEL/FILE of another model"
            )
        return Quantization(
            preset=_one_of(content, "preset", PRESETS),
            subset_size=_subset_size(content.get("subset_size", Quantization.subset_size)),
            bias_correction=_one_of(content, "bias_correction", BIAS_CORRECTIONS),
            ignored_types=list_of(content, "ignored_types", text),
            ignored_layers=list_of(content, "ignored_layers", _pattern),
            texts=texts,
        )


def _is_within(path: Path, models: Path) -> bool:
    """Return whether a file is there, in the folder of a model below the same models/, links followed."""
    parts = path.resolve().parts[len(models.resolve().parts) :]
    return len(parts) >= 2 and path.resolve().is_relative_to(models.resolve()) and path.is_file()


def _one_of(content: dict[str, object], key: str, known: tuple[str, ...]) -> str:
    value = content.get(key, getattr(Quantization, key))
    if value not in known:
        raise ModelError(f"{key}: expected one of {', '.join(known)}, got {value!r}")
    return str(value)


def _subset_size(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ModelError(f"subset_size: expected a whole number above 0, got {value!r}")
    return value


def _pattern(value: object) -> str:
    pattern = text(value)
    try:
        re.compile(pattern)
    # A thousand brackets, or a repetition that is too large for a C integer, raise errors of their own.
    except (re.error, RecursionError, OverflowError) as error:
        raise ModelError(f"{pattern[:80]!r} is no regular expression: {error}") from error
    return pattern
