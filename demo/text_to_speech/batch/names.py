"""Names of files that are made of whatever somebody calls a row.

A name is safe on Linux, macOS and Windows: letters, digits, `.`, `_` and `-`, no reserved name, not too long, and no
folder. An id that is such a name stays as it is; every other one gets a part of its own hash, so that two ids that
differ in what is left out have two names.

    >>> [safe_name(unit) for unit in ("LJ001-0001", "../a", "con")]
    ['LJ001-0001', 'a-1af7c1cf', 'row-con-…']
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 120  # bytes, which leaves room for suffixes and for the marks of a temporary file
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w.-]+")


def safe_name(unit: str, *, digits: int = 8) -> str:
    """Return the name of a file, without suffix, for an id.

    Args:
        unit: The id.
        digits: Hexadecimal digits of the hash, where one is needed.
    """
    name = _cut(unicodedata.normalize("NFC", _UNSAFE.sub("_", unit)).strip("._-"))
    if name and name == unit and not _RESERVED.fullmatch(name):
        return name
    return hashed_name(unit, digits=digits)


def hashed_name(unit: str, *, digits: int = 8) -> str:
    """Return the name of an id with a part of its hash, which also tells ids that differ in their case only."""
    name = _cut(unicodedata.normalize("NFC", _UNSAFE.sub("_", unit)).strip("._-"))
    sum_of = hashlib.sha256(unit.encode("utf-8", "surrogatepass")).hexdigest()
    # Windows reserves a name whatever follows its first dot.
    begin = "row-" if _RESERVED.fullmatch(name) else ""
    return f"{begin}{name or 'row'}-{sum_of[:digits]}"


def folded(name: str) -> str:
    """Return what is equal for two names that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _cut(name: str) -> str:
    """Return the beginning of a name that is short enough in UTF-8; half characters are left out."""
    return name.encode("utf-8", "ignore")[:LONGEST].decode(errors="ignore").rstrip("._-")
