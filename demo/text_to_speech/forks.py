"""Models and os.fork: OpenVINO's threads stay in the process that started them.

A child made by fork has the memory of OpenVINO but none of its threads, and waits for them for ever: always with a
model that its parent loaded, and at times with one that it loads itself, because OpenVINO uses idle threads again. So
every function that loads a model notes it here, and a process that was forked later is refused.
"""

from __future__ import annotations

import os

from .errors import DeviceError

_loaded_in: int | None = None


def loading_models() -> None:
    """Note that this process is about to load a model.

    Raises:
        DeviceError: A parent of this process had loaded one before the fork.
    """
    global _loaded_in
    check_not_forked()
    _loaded_in = os.getpid()


def check_not_forked() -> None:
    """Refuse to run a model in a child of the process that loaded it.

    Raises:
        DeviceError: This process was forked after a model was loaded.
    """
    if _loaded_in not in (None, os.getpid()):
        raise DeviceError(
            "models were loaded before this process was forked, and OpenVINO's threads are not in it:"
            " create the Synthesizer in the child and in no parent of it, or start the child with spawn"
        )
