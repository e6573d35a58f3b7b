"""A result for the cache, and how old it is."""

from __future__ import annotations

import os
import time
from pathlib import Path

from text_to_speech.store import Entry
from text_to_speech.store.records import RECORD

ENTRY = Entry("models", "voice-FP32-0123456789abcdef")


def write(work: Path) -> None:
    """Make the result: one file."""
    (work / "a.bin").write_bytes(b"weights" * 100)


def age(folder: Path, days: float) -> None:
    """Let a result be one that was used for the last time so many days ago."""
    then = time.time() - days * 86_400
    os.utime(folder / RECORD if (folder / RECORD).exists() else folder, (then, then))
