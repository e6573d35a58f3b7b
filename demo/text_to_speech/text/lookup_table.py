"""A read-only dictionary in one file, which is mapped into memory instead of parsed at every start.

The phonemiser's dictionaries have 280,000 entries. Turning their JSON into Python objects takes 0.2 CPU seconds and
tens of megabytes in every process, for a text that looks up a few dozen of them. A lookup table holds the same entries
as bytes: a lookup hashes the key, compares one or two keys and decodes one value.

    with open("words.table", "wb") as file:
        file.write(table_bytes({"word": "wˈɜɹd", "live": {"VERB": "lˈɪv", "DEFAULT": "lˈIv"}}))
    table = LookupTable(Path("words.table").read_bytes())
    table.get("word")       # "wˈɜɹd"

The file, little-endian: the header (magic, CRC-32 of all that follows, entries, slots), the slots of a hash table with
open addressing (uint32, 0 is free, else the number of an entry from 1 on), where each entry's key and value start
(uint32, one more than entries of each), the keys in UTF-8, and the values in JSON.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")

_HEADER = struct.Struct("<8sIII")
_MAGIC = b"TTSTAB01"
_MOST_ENTRIES = 10_000_000


class LookupTable:
    """A dictionary with text keys over the bytes of a table. Threads may share one.

    Args:
        data: The bytes, or a memory map of the file; kept, and never changed.

    Raises:
        ValueError: The bytes are not a whole, undamaged table.
    """

    def __init__(self, data: bytes | memoryview | Any) -> None:
        view = memoryview(data)
        if len(view) < _HEADER.size:
            raise ValueError("the table is shorter than its header")
        header: tuple[bytes, int, int, int] = _HEADER.unpack_from(view)
        magic, checksum, self._count, slots = header
        if magic != _MAGIC or self._count > _MOST_ENTRIES or slots & (slots - 1) or slots <= self._count:
            raise ValueError("the header is not that of a lookup table")
        if zlib.crc32(view[_HEADER.size :]) != checksum:
            raise ValueError("the table is damaged: its checksum is another one")
        self._mask = slots - 1
        first = _HEADER.size
        sizes = (slots, self._count + 1, self._count + 1)
        arrays: list[memoryview[int]] = []
        for size in sizes:
            arrays.append(view[first : first + 4 * size].cast("I"))
            first += 4 * size
        self._slots, self._key_starts, self._value_starts = arrays
        self._keys = view[first : first + self._key_starts[-1]]
        self._values = view[first + self._key_starts[-1] :]
        # Texts ask for the same words again and again, and a decoded value is never changed.
        self._decoded: dict[str, Any] = {}

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._find(key) is not None

    def __getitem__(self, key: str) -> Any:
        entry = self._find(key)
        if entry is None:
            raise KeyError(key)
        if key not in self._decoded:
            start, stop = self._value_starts[entry], self._value_starts[entry + 1]
            self._decoded[key] = json.loads(bytes(self._values[start:stop]))
        return self._decoded[key]

    def get(self, key: str, default: T | None = None) -> Any | T | None:
        """Return the value of a key, or the default."""
        try:
            return self[key]
        except KeyError:
            return default

    def _find(self, key: str) -> int | None:
        """Return the number of the entry that has a key."""
        if key in self._decoded:
            # Any number would do: the decoded value is what is returned.
            return 0
        try:
            wanted = key.encode()
        except UnicodeEncodeError:
            # Half a surrogate pair is in no dictionary.
            return None
        slot = zlib.crc32(wanted) & self._mask
        while entry := self._slots[slot]:
            if self._keys[self._key_starts[entry - 1] : self._key_starts[entry]] == wanted:
                return entry - 1
            slot = (slot + 1) & self._mask
        return None


def table_bytes(entries: Mapping[str, Any]) -> bytes:
    """Return the bytes of a lookup table that holds some entries; the values are what JSON can hold."""
    keys = [key.encode() for key in entries]
    values = [
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() for value in entries.values()
    ]
    slots = 1 << max(1, (3 * len(keys) // 2).bit_length())
    table = [0] * slots
    for number, key in enumerate(keys, start=1):
        slot = zlib.crc32(key) & (slots - 1)
        while table[slot]:
            slot = (slot + 1) & (slots - 1)
        table[slot] = number
    body = b"".join([_packed(table), _starts(keys), _starts(values), *keys, *values])
    return _HEADER.pack(_MAGIC, zlib.crc32(body), len(keys), slots) + body


def _starts(parts: list[bytes]) -> bytes:
    """Return where each part starts, and where the last one ends, as uint32."""
    starts = [0]
    for part in parts:
        starts.append(starts[-1] + len(part))
    return _packed(starts)


def _packed(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)
