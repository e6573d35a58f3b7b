"""The results of acoustic.evaluate: a JSON file in which each voice has its parts, and each part what it was made of.

    {"voices": {"heart": {"harvard": {"key": "…", "values": {…}}, …}, …}, "model": {"cost": {…}}}

A part whose key is the same has been measured already. The file is written after each part, so that a run that is
stopped goes on where it was, and runs of different voices may share a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evaluation.shared_file import turn
from text_to_speech.errors import InputError
from text_to_speech.files import write_output

Values = dict[str, Any]
WHOLE_MODEL = "model"  # stands in the place of a voice where a part is of all of them


class Results:
    """The content of a file of results.

    Args:
        path: The file; it need not be there yet.

    Raises:
        InputError: The file is not one of results.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content = read(path)

    def voices(self) -> Iterator[tuple[str, dict[str, Values]]]:
        """Yield each voice and what was measured of it: the values by part."""
        for voice, parts in self._content["voices"].items():
            yield voice, {part: record["values"] for part, record in parts.items()}

    def of_model(self) -> dict[str, Values]:
        """Return what was measured of all voices together: the values by part."""
        return {part: record["values"] for part, record in self._content[WHOLE_MODEL].items()}

    def keep(self, owner: str, part: str, key: str, measure: Callable[[], Values]) -> bool:
        """Measure a part of a voice and write the file, unless that was done before.

        Args:
            owner: Name of the voice, or `WHOLE_MODEL`.
            part: Name of the part.
            key: Names all that the values depend on.
            measure: Returns the values.

        Returns:
            Whether it was measured now.
        """
        if self._parts_of(owner).get(part, {}).get("key") == key:
            return False
        values = measure()
        with turn(self._path):
            self._content = read(self._path)
            self._parts_of(owner)[part] = {"key": key, "values": values}
            write_output(self._path, json.dumps(self._content, indent=1, ensure_ascii=False).encode())
        return True

    def _parts_of(self, owner: str) -> dict[str, Any]:
        parts: dict[str, Any] = (
            self._content[WHOLE_MODEL]
            if owner == WHOLE_MODEL
            else self._content["voices"].setdefault(owner, {})
        )
        return parts


def read(path: Path) -> dict[str, Any]:
    """Read a file of results; one that is not there has none.

    Raises:
        InputError: The file cannot be read, or is another one.
    """
    if not path.exists():
        return {"voices": {}, WHOLE_MODEL: {}}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as results of acoustic.evaluate: {error}") from error
    if not isinstance(content, dict) or not {"voices", WHOLE_MODEL} <= content.keys():
        raise InputError(f"{path} holds no results of acoustic.evaluate: remove it or name another file")
    return content


def key_of(*parts: object) -> str:
    """Return a hash of whatever values depend on."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:24]
