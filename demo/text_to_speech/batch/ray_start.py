"""Ray, connected to in the way in which this package wants it: quiet, and heard by nobody else."""

from __future__ import annotations

import logging
import os
import socket
from typing import Any

from ..errors import InputError, SpeechError

LOCAL = "local"
_CLIENT = "ray://"
_SECONDS = 10.0  # that a cluster has to answer
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
        if address not in (LOCAL, "auto"):
            _look_for(address)
        ray.init(**options)
    except (OSError, OverflowError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise SpeechError(f"--ray {address}: there is no cluster that answers ({reason})") from error
    return ray


def _look_for(address: str) -> None:
    """Raise what is wrong with an address; Ray itself would try it for minutes.

    Raises:
        OSError: Nothing answers there.
        ValueError: It is no address.
    """
    host, separator, port = address.removeprefix(_CLIENT).rpartition(":")
    if not separator or not host or not port.isdecimal():
        raise ValueError(f"expected auto, HOST:PORT or {_CLIENT}HOST:PORT")
    socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS).close()
