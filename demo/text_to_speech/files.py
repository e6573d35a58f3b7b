"""Files that appear whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import OutputError


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
    except OutputError:
        raise
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Return the error that names the file and the system's reason."""
    return OutputError(f"{path} cannot be written: {error.strerror or error}")
