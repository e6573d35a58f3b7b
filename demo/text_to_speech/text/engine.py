"""Loads the phonemiser of hibari-tts without the synthesiser that is in the same package.

`import hibari` runs the `__init__` of the package, which imports its synthesiser and with it SciPy: a third of a second
before the first word, for nothing. The phonemiser has a folder of its own and imports only itself, so this module loads
it from there under a name below this package. The modules that are loaded so are private to this package: another user
of hibari in the same process has modules of its own.
"""

from __future__ import annotations

import sys
import threading
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from ..errors import ModelError

NAME = f"{__package__}.hibari_g2p"
"""The name under which the phonemiser is loaded."""

_lock = threading.Lock()
_loaded: ModuleType | None = None


def hibari_g2p() -> ModuleType:
    """Return the package `hibari.g2p` of hibari-tts, which is loaded once per process by whichever thread asks first.

    Raises:
        ModelError: hibari-tts is not installed, or does not have its phonemiser where version 0.2 has it.
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
    # The modules of the phonemiser import one another by this name.
    sys.modules[NAME] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        # The next import must not find a module that was loaded halfway.
        sys.modules.pop(NAME, None)
        raise
    return module
