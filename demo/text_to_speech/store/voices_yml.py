"""voices.yml: the voices of an acoustic model, beside its model.yml, read into values and checked.

    heart:                 the name of a voice, and below it every attribute of `text_to_speech.voices.Voice`
      language: en-US
      speaker: 0
      …

A voice is data: one more voice is one more entry here, and no code. An acoustic model of several voices has
voices.npy beside this file, float32 [voices, numbers]: the row `speaker` is the vector of a voice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from ..voices import Voice, find
from .bounded_yaml import read_yaml
from .catalogue import models_root
from .model_yml import context

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VOICES_YML = "voices.yml"
VOICES_NPY = "voices.npy"
DEFAULT_VOICE = "heart"

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_SEXES = ("female", "male")
_RATES = (8_000, 96_000)
_MOST_BYTES = 1 << 24  # of voices.npy


def voices(*, models: Path | None = None) -> dict[str, Voice]:
    """Return all voices by name, those of each acoustic model in the order of its file.

    Args:
        models: The folder models/ to look in; that of this repository when None.

    Raises:
        ModelError: A voices.yml is malformed, or two models have a voice of the same name.
    """
    found: dict[str, Voice] = {}
    root = models or models_root()
    for path in sorted(root.glob(f"*/{VOICES_YML}")):
        for name, voice in read_voices(path).items():
            if name in found:
                raise ModelError(f"{path}: voice {name!r} is there twice; expected names that differ")
            found[name] = voice
    return found


def find_voice(name: str = DEFAULT_VOICE, *, models: Path | None = None) -> Voice:
    """Return a voice by its name, whatever the case of its letters, or a mixture such as "heart:0.6+emma:0.4".

    Raises:
        InputError: There is no such voice, or the voices cannot be mixed; see `text_to_speech.voices.mixture`.
        ModelError: See `voices`.
    """
    return find(name, voices(models=models))


def read_voices(path: Path) -> dict[str, Voice]:
    """Read one voices.yml.

    Raises:
        ModelError: It is malformed; the message names the file, the voice, the key and what was expected.
    """
    content = read_yaml(path)
    vectors = read_vectors(path.with_name(VOICES_NPY))
    with context(str(path)):
        if not content:
            raise ModelError("expected at least one voice")
        return {name: _voice(name, content[name], vectors) for name in content}


def read_vectors(path: Path) -> NDArray[np.float32] | None:
    """Return the vectors of the voices of a model, float32 [voices, numbers]; None if there is no such file.

    Raises:
        ModelError: The file holds anything else.
    """
    if not path.exists():
        return None
    import numpy as np

    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"{path.stat().st_size} bytes")
        with path.open("rb") as file:
            vectors: NDArray[np.float32] = np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ModelError(f"{path} holds no vectors of voices: {error}") from error
    if not isinstance(vectors, np.ndarray) or vectors.dtype != np.float32 or vectors.ndim != 2:
        raise ModelError(f"{path} holds no vectors of voices: expected float32 [voices, numbers]")
    if not np.isfinite(vectors).all():
        raise ModelError(f"{path}: expected finite numbers")
    return vectors


def _voice(name: str, content: object, vectors: NDArray[np.float32] | None) -> Voice:
    if not _NAME.fullmatch(name):
        raise ModelError(f"voice {name!r}: expected a name of small letters, digits, - and _")
    with context(name):
        if not isinstance(content, Mapping):
            raise ModelError(f"expected keys and values, got {content!r}")
        wanted = {field.name for field in fields(Voice)} - {"name", "vector"}
        if unknown := sorted(map(str, content.keys() - wanted)):
            raise ModelError(f"{unknown[0]!r} is no key of a voice; expected {', '.join(sorted(wanted))}")
        if missing := sorted(wanted - content.keys()):
            raise ModelError(f"{missing[0]} is missing")
        return Voice(
            name=name,
            language=_matching(
                content, "language", re.compile(r"[a-z]{2,3}(-[A-Z]{2})?"), "a tag such as en-US"
            ),
            sex=_one_of(content, "sex", _SEXES),
            character=_matching(content, "character", re.compile(r"[^\n]{1,80}"), "a few words"),
            speaker=_whole(content, "speaker", 0, 65_535 if vectors is None else len(vectors) - 1),
            duration_model=_matching(
                content, "duration_model", re.compile(r"[\w.-]+"), "the name of a model"
            ),
            regression_model=_matching(
                content, "regression_model", re.compile(r"[\w.-]+"), "the name of a model"
            ),
            vocoder=_matching(content, "vocoder", re.compile(r"[\w.-]+"), "the name of a model"),
            sample_rate=_whole(content, "sample_rate", *_RATES),
            median_f0=_number(content, "median_f0", 20.0, 2_000.0),
            f0_range=_range(content, "f0_range"),
            silent_level=_number(content, "silent_level", -30.0, 10.0),
            audible_level=_number(content, "audible_level", -30.0, 10.0),
            lead_frames=_whole(content, "lead_frames", 0, 1_000),
            tail_frames=_whole(content, "tail_frames", 0, 1_000),
            vector=() if vectors is None else tuple(vectors[content["speaker"]].tolist()),
        )


def _matching(content: Mapping[Any, Any], key: str, pattern: re.Pattern[str], expected: str) -> str:
    value = content[key]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ModelError(f"{key}: expected {expected}, got {value!r}")
    return value


def _one_of(content: Mapping[Any, Any], key: str, known: tuple[str, ...]) -> str:
    value = content[key]
    if value not in known:
        raise ModelError(f"{key}: expected one of {', '.join(known)}, got {value!r}")
    return str(value)


def _whole(content: Mapping[Any, Any], key: str, least: int, most: int) -> int:
    value = content[key]
    if type(value) is not int or not least <= value <= most:
        raise ModelError(f"{key}: expected a whole number from {least} to {most}, got {value!r}")
    return value


def _number(content: Mapping[Any, Any], key: str, least: float, most: float) -> float:
    return _checked(content[key], key, least, most)


def _checked(value: object, key: str, least: float, most: float) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or not least <= value <= most:  # type: ignore[arg-type, operator]
        raise ModelError(f"{key}: expected a number from {least:g} to {most:g}, got {value!r}")
    return float(value)  # type: ignore[arg-type]


def _range(content: Mapping[Any, Any], key: str) -> tuple[float, float]:
    value = content[key]
    if not isinstance(value, list) or len(value) != 2:
        raise ModelError(f"{key}: expected the lowest and the highest frequency in Hz, got {value!r}")
    low, high = (_checked(hertz, key, 20.0, 2_000.0) for hertz in value)
    if low >= high:
        raise ModelError(f"{key}: expected the lower frequency first, got {value!r}")
    return low, high
