"""hibari's phonemiser, loaded without the synthesiser that comes in the same package.

`import hibari` runs the package's `__init__`, which imports its synthesiser and with it SciPy: a third of a second
before the first word, for nothing. The phonemiser stands in a folder of its own and refers only to itself, so it is
loaded from there, under a name below this package.
"""

from __future__ import annotations

import sys
import threading
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from ..errors import ModelError

NAME = f"{__package__}.hibari_g2p"


_lock = threading.Lock()
_loaded: ModuleType | None = None


def hibari_g2p() -> ModuleType:
    """Return the package `hibari.g2p` of hibari-tts, which is loaded once per process, whatever the threads.

    Raises:
        ModelError: hibari-tts is not installed, or has no phonemiser where 0.2 has it.
    """
    global _loaded
    if _loaded is None:
        with _lock:
            _loaded = _loaded or _load()
    return _loaded


def _load() -> ModuleType:
    package = find_spec("hibari")
    folders = list(package.submodule_search_locations or ()) if package else []
    source = Path(folders[0]) / "g2p" / "__init__.py" if folders else None
    if source is None or not source.is_file():
        raise ModelError(
            "the phonemiser is not there: expected the package hibari-tts, install requirements.txt"
        )
    spec = spec_from_file_location(NAME, source, submodule_search_locations=[str(source.parent)])
    if spec is None or spec.loader is None:
        raise ModelError(f"{source} cannot be loaded: expected a Python module; install hibari-tts again")
    module = module_from_spec(spec)
    sys.modules[NAME] = module  # its modules import one another by this name
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(NAME, None)  # a module that was read halfway must not be found by the next import
        raise
    return module
