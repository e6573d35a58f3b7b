"""Files that several runs of an evaluation write to side by side, one after the other."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait until no other process has its turn at a file; the lock is on a file beside it, which stays there.

    Whoever reads the file in its turn, adds to what it found and writes it again loses nothing of the others.
    """
    with path.with_name(f"{path.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
