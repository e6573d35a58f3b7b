"""Models and dictionaries that the synthesizers of one process share.

A thing is kept as long as somebody uses it: the references here are weak. Two synthesizers share a model when it is
made with the same arguments from the same files, which are told apart by name, size and time of the last change.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from ..errors import OutputError
from ..inference.runtime import core
from ..store import Entry
from ..text import Phonemizer
from ..text.languages import english

P = ParamSpec("P")
T = TypeVar("T")

# One lock for all: a thing that several threads ask for at the same time is made once.
_lock = threading.RLock()
_kept: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()


def shared(make: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Return what a call makes, or what the same call made before, if it is still in use."""
    key = (make, *map(_identity, args), *((name, _identity(value)) for name, value in options.items()))
    with _lock:
        thing: T | None = _kept.get(key)
        if thing is None:
            thing = make(*args, **options)
            _kept[key] = thing
        return thing


def shared_phonemizer(language: str) -> Phonemizer:
    """Return the phonemizer of a kind of English; its dictionaries are kept in the cache.

    Raises:
        InputError: There is none for that language.
        ModelError: The package hibari-tts is not installed.
    """
    return shared(Phonemizer, language=english(language), core=core(), cache_folder=dictionary_cache())


def dictionary_cache() -> Path | None:
    """Return the folder in which phonemizers keep their dictionaries; None if this user has no place for a cache."""
    try:
        return Entry.of("tables", "dictionaries", {"language": "en-US"}).folder
    except OutputError:
        return None


def _identity(value: object) -> Hashable:
    """Return what makes an argument the same as another one."""
    if isinstance(value, str | Path):
        return _file_identity(value)
    return value if isinstance(value, Hashable) else id(value)


def _file_identity(name: str | Path) -> Hashable:
    """Return what tells a model from another one of the same name: it may be a name of the repository, or a file."""
    path = Path(name)
    files = []
    for file in (path, path.with_suffix(".bin")) if path.suffix else ():
        try:
            status = file.stat()
        except OSError:
            continue
        files.append((status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns))
    return (str(name), os.environ.get("TTS_CACHE_DIR"), *files)
