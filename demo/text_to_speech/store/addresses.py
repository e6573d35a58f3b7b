"""Checks of file names and web addresses that come from others.

Both come from a model.yml; addresses also come from servers, which may redirect a request.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

from ..errors import ModelError

# Ends the name of a file that has not arrived whole.
PART = ".part"

# Bytes of each part of a path. File systems take 255, but names of temporary files are longer than the final ones.
MAX_NAME = 200
MAX_PATH = 1000  # bytes
MAX_URL = 2000  # characters
# Characters between two dots of a host's name, as the domain name system has it.
MAX_LABEL = 63

# Characters that Windows reserves, and control characters, which a terminal would obey in a message.
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_NOT_OF_A_URL = re.compile(r"[\x00-\x20\x7f-\xa0\ud800-\udfff\\]")


def relative_path(name: str) -> str:
    """Return a relative path if it stays within its folder and is allowed on every operating system.

    Args:
        name: With forward slashes, such as FP32/voice.xml.

    Raises:
        ModelError: The path leads out of the folder, or some operating system does not allow it.
    """
    parts = name.split("/")
    absolute = PureWindowsPath(name).anchor or PurePosixPath(name).anchor
    if absolute or not all(map(_is_plain, parts)) or len(name.encode(errors="replace")) > MAX_PATH:
        raise ModelError(
            f"name: {name[:80]!r}: expected a path that stays within the model's folder, of names that every"
            " operating system takes, with forward slashes between them"
        )
    if parts[-1].lower().endswith(PART):
        raise ModelError(
            f"name: {name[:80]!r}: the ending {PART} is kept for files that have not arrived whole"
        )
    return name


def _is_plain(part: str) -> bool:
    try:
        size = len(part.encode("utf-8"))
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return not (
        not 0 < size <= MAX_NAME
        or part in (".", "..")
        or part[-1] in " ."
        or _FORBIDDEN.search(part)
        or _DEVICE.fullmatch(part)
    )


def web_address(url: str) -> str:
    """Return an address if it is an absolute and well-formed one of http or https.

    Args:
        url: Such as https://example.org/weights.bin.

    Raises:
        ModelError: The address is something else.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # brackets that do not close, a port that is no number
        host = ""
    labels = host.rstrip(".").split(".")
    numeric = ":" in host  # IPv6, which urlsplit has checked
    if (
        len(url) > MAX_URL
        or _NOT_OF_A_URL.search(url)
        or not url.lower().startswith(("https://", "http://"))
        or not host
        or not (numeric or all(0 < len(label.encode(errors="replace")) <= MAX_LABEL for label in labels))
    ):
        raise ModelError(f"expected an http(s) address of a host, got {url[:80]!r}")
    return url


def host_of(url: str) -> str:
    """Return host and port of an address for a message, without the user's name and password."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2][:MAX_URL]
    except ValueError:
        return "an address that is malformed"
