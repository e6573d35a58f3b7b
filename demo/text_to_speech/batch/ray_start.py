"""Ray, connected to in the way in which this package wants it: quiet, and heard by nobody else."""

from __future__ import annotations

import logging
import os
from typing import Any

from ..errors import InputError, SpeechError

LOCAL = "local"
# A cluster of one machine listens on the loopback interface alone, as Ray does on macOS and Windows, and tells nobody
# that it is used.
_LOCAL_ENVIRONMENT = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
_MISSING = "a cluster needs Ray: pip install 'text-to-speech-demo[cluster]'"


def connect(address: str) -> Any:
    """Connect to a cluster, or begin one on this machine, and return the module `ray`.

    Args:
        address: `local` for a new cluster on this machine, `auto` for the one that runs on it, HOST:PORT, or
            ray://HOST:PORT.

    Raises:
        InputError: Ray is not installed.
        SpeechError: There is no such cluster.
    """
    if address == LOCAL:
        for name, value in _LOCAL_ENVIRONMENT.items():
            os.environ.setdefault(name, value)
    try:
        import ray
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise InputError(_MISSING) from error
    if ray.is_initialized():
        return ray
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == LOCAL:
        options |= {"include_dashboard": False, "address": LOCAL}
    else:
        options |= {"address": address}
    try:
        ray.init(**options)
    except (ConnectionError, OSError, RuntimeError, TimeoutError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise SpeechError(f"--ray {address}: there is no cluster that answers ({reason})") from error
    return ray
