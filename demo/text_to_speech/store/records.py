"""kept.json: the record that lies in the folder of each result and says whether its files are whole.

    {"files": {NAME: [size, CRC-32], …}, "openvino": version, "package": version}

The time at which the record was last changed is that of the last use. The checksum is CRC-32, which misses one damage
in four thousand million and needs half of the time of SHA-256 on a processor with instructions for that (55 MB: 24 and
48 ms), and less than that without. It finds accidents, not attacks: who can write to the cache can write a checksum
too, so a cache may be shared only among users who trust each other.
"""

from __future__ import annotations

import json
import logging
import os
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

RECORD = "kept.json"
DAY = 86_400.0  # seconds

_LARGEST_RECORD = 1 << 16  # bytes
# A block of this size stays in the processor's own memory between being read and being summed up.
_BLOCK = 1 << 18


def write_record(folder: Path) -> None:
    """Write the record of the files that lie in a folder.

    Raises:
        OSError: A file cannot be read, or the record cannot be written.
    """
    files = {path.name: (path.stat().st_size, crc32(path)) for path in sorted(folder.iterdir())}
    (folder / RECORD).write_text(json.dumps({"files": files, **versions()}), encoding="utf-8")


def read_record(folder: Path) -> dict[str, Any]:
    """Return the content of a record.

    Raises:
        OSError: The record is missing or cannot be read.
        ValueError: The record is damaged.
    """
    with (folder / RECORD).open("rb") as file:
        content = json.loads(file.read(_LARGEST_RECORD))
    files = content.get("files") if isinstance(content, dict) else None
    if not isinstance(files, dict) or not files or any(Path(name).name != name for name in files):
        raise ValueError(f"{folder / RECORD} lists no files")
    return dict(content)


def versions() -> dict[str, str]:
    """Return the versions that a record names: of OpenVINO and of this package."""
    import openvino

    from ..version import __version__

    return {"openvino": openvino.get_version(), "package": __version__}


def intact(folder: Path) -> bool:
    """Return whether a result is there, whole and undamaged, and note that it is used.

    A damaged result is logged in one line. One that this user may not read counts as missing.
    """
    if fault := fault_of(folder):
        if fault != "missing":
            logger.warning("%s is %s: it is made again", folder, fault)
        return False
    note_use(folder)
    return True


def fault_of(folder: Path) -> str:
    """Return what is wrong with a result in one word or two, or an empty text if it is intact."""
    try:
        if not os.path.lexists(folder):
            return "missing"
        for name, (size, checksum) in read_record(folder)["files"].items():
            if (folder / name).stat().st_size != size or crc32(folder / name) != checksum:
                return f"damaged ({name})"
    except PermissionError:
        return "missing"
    except (OSError, ValueError, TypeError, KeyError):
        return "not whole"
    return ""


def read_kept(folder: Path, name: str, allocate: Callable[[int], memoryview]) -> bool:
    """Read a file of a result into memory, and return whether the bytes that were read are those that were kept.

    Args:
        folder: The folder of the result.
        name: The name of the file.
        allocate: Returns writable memory for a number of bytes.
    """
    try:
        size, checksum = read_record(folder)["files"][name]
        if (folder / name).stat().st_size != size:
            raise ValueError("another size")
        view = allocate(size)
        with (folder / name).open("rb", buffering=0) as file:
            value = 0
            for start in range(0, size, _BLOCK):
                block = view[start : start + _BLOCK]
                if file.readinto(block) != len(block):
                    raise ValueError("another size")
                value = zlib.crc32(block, value)
        if value != checksum:
            raise ValueError("another checksum")
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        # Missing, or not for this user. The remains of a damaged result are replaced by whoever stores the next one.
        return False
    except (OSError, ValueError, TypeError, KeyError):
        logger.warning("%s is damaged: it is made again", folder / name)
        return False
    note_use(folder)
    return True


def note_use(folder: Path) -> None:
    """Note that a result is used. Once an hour is often enough, and in a read-only cache nothing is noted."""
    with suppress(OSError):
        if time.time() - (folder / RECORD).stat().st_mtime > DAY / 24:
            os.utime(folder / RECORD)


def crc32(path: Path) -> int:
    """Return the CRC-32 of a file.

    Raises:
        OSError: The file cannot be read.
    """
    value, block = 0, memoryview(bytearray(_BLOCK))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            value = zlib.crc32(block[:size], value)
    return value
