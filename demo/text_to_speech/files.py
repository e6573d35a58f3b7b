"""Files that appear whole or not at all, and arrays that are read without running anything."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import InputError, OutputError


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Give a temporary name beside `path` to write to, which becomes `path` when the block ends well.

    When the block fails, the temporary file is removed and an older file of that name stays as it was.

    Args:
        path: Where the finished file shall be.

    Yields:
        The temporary path, in the same folder and with the same suffix. The file exists and is empty.

    Raises:
        OutputError: The folder is missing or cannot be written, the path is a folder, or the disk is full.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem[:50]}.{secrets.token_hex(4)}{path.suffix}")
    try:
        if not path.parent.is_dir():
            raise OutputError(f"{path} cannot be written: there is no folder {path.parent}")
        if path.is_dir():
            raise OutputError(f"{path} cannot be written: it is a folder, expected a file name")
        temporary.touch(exist_ok=False)
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except (
        OutputError,
        BrokenPipeError,
    ):  # a pipe is never this file: the sound may go to one at the same time
        raise
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Return the error that names the file and the system's reason."""
    return OutputError(f"{path} cannot be written: {error.strerror or error}")


def read_array(path: Path) -> NDArray[np.floating]:
    """Read the array of a .npy file; nothing pickled is ever loaded.

    Raises:
        InputError: It is not there, or not such a file.
    """
    try:
        with path.open("rb") as stream:
            array = np.load(stream, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise InputError(f"not a NumPy array that can be read: {error}") from error
    if not isinstance(array, np.ndarray):
        raise InputError("not one NumPy array but an archive of several: expected a .npy file")
    return array
