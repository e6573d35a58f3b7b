"""Gives hibari's phonemiser its dictionaries, as lookup tables where the caller has a folder to keep them in.

hibari parses three JSON files whenever a phonemiser is made. With a cache folder, the first process writes their
content into lookup tables, and later processes map these into memory:

    CACHE/lexicon_us_gold.words-KEY.table01      KEY: size and CRC-32 of the JSON file, in hexadecimal digits

A table is written whole or not at all, has a checksum of its own, and is never written again. A table that is missing
or damaged is built again, and a folder that cannot be written costs one log line and the parsing. Tables that nobody
has used for two months are removed when a new one is written.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputError
from ..files import open_output
from .engine import hibari_g2p
from .lookup_table import FORMAT, LookupTable, table_bytes

if TYPE_CHECKING:
    from hibari.g2p import G2P

logger = logging.getLogger(__name__)

UNUSED_DAYS = 60
"""Days after which a table that nobody has used is removed."""

_DAY = 86_400.0
_LARGEST_TABLE = 1 << 28
# Only files with such names are removed: the folder may hold other files.
_TABLE_NAME = re.compile(r"[a-z_]+\.[a-z]+-[0-9a-f]{16}\.table\d\d")

# It guards the function of hibari's module that is replaced while a phonemiser is made, and the tables, which all
# phonemisers of a process share.
_lock = threading.Lock()
_open_tables: dict[Path, LookupTable] = {}


def new_g2p(
    pronounce_unknown: Callable[[str], str], *, is_british: bool = False, cache_folder: Path | None = None
) -> G2P:
    """Return a new phonemiser of hibari with its dictionaries.

    Args:
        pronounce_unknown: Returns the phonemes of a word that the dictionaries do not have.
        is_british: Whether the dictionaries are the British ones.
        cache_folder: The folder for lookup tables, which need not exist; None to parse the dictionaries and keep
            nothing. The phonemisers of a process that name the same folder share their tables.

    Raises:
        ModelError: The package hibari-tts is not installed.
    """
    module: Any = hibari_g2p()
    with _lock:
        if cache_folder is None:
            return module.G2P(oov=pronounce_unknown, british=is_british)
        parse = module._load_json
        loader = _Loader(Path(module.ASSETS), cache_folder, parse)
        # hibari calls this function by its name in the module. The module is private to this package (see `engine`).
        module._load_json = loader.load
        try:
            g2p = module.G2P(oov=pronounce_unknown, british=is_british)
        finally:
            module._load_json = parse
        if loader.vocabulary is not None:
            g2p.tagger.vocab = loader.vocabulary
        return g2p


def _lexicon_parts(content: Any) -> dict[str, Mapping[str, Any]]:
    return {"words": content}


def _tagger_parts(content: Any) -> dict[str, Mapping[str, Any]]:
    return {
        "words": content["tagdict"],
        "weights": content["weights"],
        "vocabulary": dict.fromkeys(content["vocab"]),
        "settings": {"tags": content["tags"]},
    }


# The JSON files that become tables, and how their content is divided: the parts by name.
_SOURCES: Mapping[str, tuple[tuple[str, ...], Callable[[Any], dict[str, Mapping[str, Any]]]]] = {
    "lexicon_us_gold.json.gz": (("words",), _lexicon_parts),
    "lexicon_us_silver.json.gz": (("words",), _lexicon_parts),
    "lexicon_gb_gold.json.gz": (("words",), _lexicon_parts),
    "lexicon_gb_silver.json.gz": (("words",), _lexicon_parts),
    "tagger.json.gz": (("words", "weights", "vocabulary", "settings"), _tagger_parts),
}


@dataclass
class _Loader:
    """Loads the data files of hibari, in place of its own function.

    Attributes:
        assets: The folder of hibari's data files.
        cache: The folder of the tables.
        parse: hibari's own function, which parses a data file.
        vocabulary: The words that the tagger knows, as a table; None until the tagger's tables are loaded. hibari
            copies the vocabulary that it is given, so it is set afterwards.
        has_complained: Whether a log line has said that the tables cannot be kept.
    """

    assets: Path
    cache: Path
    parse: Callable[[str], Any]
    vocabulary: LookupTable | None = None
    has_complained: bool = False

    def load(self, name: str) -> Any:
        """Return the content of a data file, with tables for its large dictionaries."""
        if name not in _SOURCES:
            return self.parse(name)
        parts, divide = _SOURCES[name]
        source = (self.assets / name).read_bytes()
        key = f"{len(source):08x}{zlib.crc32(source):08x}"
        stem = name.partition(".")[0]
        paths = {part: self.cache / f"{stem}.{part}-{key}.table{FORMAT}" for part in parts}
        try:
            return self._with_tables(paths)
        except (OSError, ValueError) as error:
            logger.debug("%s: the lookup tables are made again (%s)", name, error)
        content = self.parse(name)
        try:
            _write(paths, divide(content))
            return self._with_tables(paths)
        except (OutputError, OSError, ValueError, KeyError, TypeError) as error:
            if not self.has_complained:
                logger.info("dictionaries are parsed at each start: their tables cannot be kept (%s)", error)
            self.has_complained = True
            return content

    def _with_tables(self, paths: Mapping[str, Path]) -> Any:
        """Return the content of a data file from its tables.

        Raises:
            OSError: A table cannot be read.
            ValueError: A table is damaged.
        """
        tables = {part: _open_table(path) for part, path in paths.items()}
        if "settings" not in tables:
            return tables["words"]
        self.vocabulary = tables["vocabulary"]
        return {
            "tagdict": tables["words"],
            "weights": tables["weights"],
            "tags": tables["settings"]["tags"],
        }


def _open_table(path: Path) -> LookupTable:
    """Map the file of a table into memory, or return the table that was mapped before.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is damaged, or is no regular file.
    """
    path = path.absolute()
    if path not in _open_tables:
        # Opening a named pipe would wait for its writer.
        if path.exists() and not path.is_file():
            raise ValueError(f"{path} is no regular file")
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > _LARGEST_TABLE:
                raise ValueError(f"{path} is larger than any table")
            _open_tables[path] = LookupTable(mmap(file.fileno(), 0, access=ACCESS_READ))
    _note_use(path)
    return _open_tables[path]


def _note_use(path: Path) -> None:
    """Note that a table was used, at most once an hour. A folder that can only be read keeps no notes."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > _DAY / 24:
            os.utime(path)


def _write(paths: Mapping[str, Path], parts: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the tables of a data file, and remove tables that nobody uses.

    Raises:
        OutputError: The folder cannot be written.
        OSError: The folder cannot be made.
    """
    for part, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        # In a context of its own, because the files that a command finishes are the user's, and these are not.
        Context().run(_write_table, path, table_bytes(parts[part]))
        _remove_unused(path.parent)


def _write_table(path: Path, data: bytes) -> None:
    with open_output(path, needs_file="a lookup table is mapped into memory") as file:
        file.write(data)


def _remove_unused(folder: Path) -> None:
    oldest = time.time() - UNUSED_DAYS * _DAY
    with suppress(OSError):
        for path in folder.iterdir():
            if _TABLE_NAME.fullmatch(path.name) and path.lstat().st_mtime < oldest:
                with suppress(OSError):
                    path.unlink()
