"""Where results are kept: the folder of the cache, and the names of the folders in it.

    CACHE/models/NAME-PRECISION-KEY/   NAME.xml, NAME.bin    a model that was converted or quantized
    CACHE/compiled/NAME-KEY/           compiled.blob         a model that was compiled for a device
    CACHE/tables/NAME-KEY/             any files             data of another room, such as a dictionary

A key is 16 hexadecimal digits made from everything that decides about a result, so that a stale one is never used.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError

CACHE_VARIABLE = "TTS_CACHE_DIR"
KINDS = ("models", "compiled", "tables")

# TTS_CACHE_DIR may name a folder that holds a user's files too, so only folders with such a name are ever removed. A
# name with a leading dot and eight more characters is that of a result in the making, or of one to be removed.
RESULT_NAME = re.compile(r"\.?[\w.-]+-[0-9a-f]{16}(-\w{8})?")

_APPLICATION = "text-to-speech-demo"


def cache_folder() -> Path:
    """Return the folder for what can be made again: TTS_CACHE_DIR, or the operating system's place per user.

    The folder need not exist yet.

    Raises:
        OutputError: The user has no home folder and TTS_CACHE_DIR is not set, or TTS_CACHE_DIR begins with the home
            folder of a user who does not exist.
    """
    override = os.environ.get(CACHE_VARIABLE)
    try:
        return Path(override).expanduser().absolute() if override else _system_cache() / _APPLICATION
    except (RuntimeError, OSError) as error:
        given = f"{CACHE_VARIABLE}={override} names no folder" if override else "no home folder"
        raise OutputError(f"{given} to keep models in: set {CACHE_VARIABLE} to a folder") from error


def _system_cache() -> Path:
    """Return the folder in which the operating system expects the caches of this user's programs."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given) if given.startswith("/") else Path.home() / ".cache"


@dataclass(frozen=True)
class Entry:
    """The place of one result in the cache.

    Attributes:
        kind: One of KINDS.
        name: Name of the result's folder, which ends in the key.
    """

    kind: str
    name: str

    @classmethod
    def of(cls, kind: str, name: str, facts: Mapping[str, str]) -> Entry:
        """Return the place of a result, with the key that belongs to what it is made from.

        Args:
            kind: One of KINDS.
            name: A short name for people, of letters, digits, dots and hyphens.
            facts: Everything that decides about the content, such as the version of what makes it.

        Example:
            >>> Entry.of("tables", "dictionary", {"package": "1.2"}).name
            'dictionary-2665fa8226a92be0'
        """
        lines = "\n".join(f"{key}={value}" for key, value in facts.items())
        return cls(kind, f"{name}-{hashlib.sha256(lines.encode()).hexdigest()[:16]}")

    @property
    def folder(self) -> Path:
        """The folder of the result.

        Raises:
            OutputError: There is no place for a cache.
        """
        return cache_folder() / self.kind / self.name


def hidden_name(folder: Path) -> Path:
    """Return a new, hidden name beside a folder, for a result that is being made or removed."""
    return folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
