"""OpenVINO as the modules of this package import it: in a command of this package without its model converter.

    from ..openvino_import import openvino

`import openvino` also imports `openvino.tools.ovc`, for one name, `openvino.convert_model`. That package reports the
import to Intel, from threads and a child process. It takes 0.07 of the 0.11 CPU seconds of the import, 0.03 more in
the child, and 15 MB of memory. A program that speaks needs none of it.

OpenVINO treats the converter as optional: it catches the ImportError where the converter is not installed. A module
that is None in `sys.modules` raises that error (Python Language Reference, "The module cache"). So nothing of OpenVINO
is changed, but `openvino.convert_model` is missing afterwards. Therefore only a command asks for this, whose process
is its own. In a program that imports this package as a library, OpenVINO is imported as always.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import openvino as openvino

CONVERTER = "openvino.tools.ovc"

_without_converter = False


def leave_converter_out() -> None:
    """Let this package import OpenVINO without its converter; for commands, before they import what they need."""
    global _without_converter
    _without_converter = True


def meet_numpy() -> None:
    """Let OpenVINO's binding look up NumPy's interface in one thread, before several threads use models.

    The binding does so at the first array that it is given, in the initialisation of a C++ static, in the middle of
    which Python may switch threads. A second thread that gives it an array then waits for the initialisation with
    Python's global lock in its hands, and both wait for ever. Call this under the lock that makes the first model.
    """
    import numpy as np
    import openvino

    openvino.Tensor(np.zeros(1, dtype=np.float32))


def __getattr__(name: str) -> Any:
    """Import OpenVINO when a module asks for it (PEP 562)."""
    if name != "openvino":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _without_converter and "openvino" not in sys.modules and CONVERTER not in sys.modules:
        _import_without_converter()
    # Where that was not possible, this is an ordinary import, with its ordinary error.
    import openvino

    return openvino


def _import_without_converter() -> None:
    """Import OpenVINO without its converter, if this version comes without it; else nothing has happened.

    The converter itself can be imported afterwards, by its own name.
    """
    modules: dict[str, Any] = sys.modules
    modules[CONVERTER] = None
    try:
        with suppress(ImportError):
            import openvino  # noqa: F401
    finally:
        del modules[CONVERTER]
