"""A read-only dictionary in one file, which is mapped into memory instead of parsed at every start.

The phonemiser's dictionaries have 300,000 entries. Parsing their JSON takes 0.25 CPU seconds and tens of megabytes in
every process, while a text looks up a few hundred entries. A lookup table holds the same entries as bytes: a lookup
hashes the key, compares one or two keys and decodes one value.

    with open("words.table", "wb") as file:
        file.write(table_bytes({"word": "wˈɜɹd", "live": {"VERB": "lˈɪv", "DEFAULT": "lˈIv"}}))
    table = LookupTable(Path("words.table").read_bytes())
    table.get("word")       # "wˈɜɹd"

A file has these parts, in little-endian order: the header (magic, CRC-32 of the rest, number of entries, number of
slots); the slots of a hash table with open addressing (uint32: 0 for a free slot, else the number of an entry, counted
from 1); the start of each key and the end of the last one, and the same for the values (uint32); the keys in UTF-8; the
values in JSON.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from mmap import mmap
from typing import Any, TypeVar

T = TypeVar("T")

FORMAT = "01"
"""The version of the file format, which is a part of the magic bytes."""

_HEADER = struct.Struct("<8sIII")
_MAGIC = b"TTSTAB" + FORMAT.encode()
_MOST_ENTRIES = 10_000_000
_MISSING = object()

# Keys that a table does not have and of which it remembers that.
_MOST_ABSENT = 1 << 14

_decode = json.JSONDecoder().raw_decode


class LookupTable:
    """A read-only dictionary with text keys over the bytes of a table. Threads may share one.

    Args:
        data: The bytes of the table, or a memory map of its file. They must not change afterwards.

    Raises:
        ValueError: The bytes are no whole, undamaged table.
    """

    def __init__(self, data: bytes | mmap) -> None:
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
        offset = _HEADER.size
        arrays: list[memoryview[int]] = []
        for size in (slots, self._count + 1, self._count + 1):
            arrays.append(view[offset : offset + 4 * size].cast("I"))
            offset += 4 * size
        self._slots, self._key_starts, self._value_starts = arrays
        # Slices of bytes and of memory maps are bytes, and compared faster than slices of a view.
        self._data = data
        self._keys_offset = offset
        self._values_offset = offset + self._key_starts[-1]
        # Texts ask for the same keys again and again, also for those that the table does not have.
        # Nobody may change the decoded values.
        self._decoded: dict[str, Any] = {}
        self._absent: set[str] = set()

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key, _MISSING) is not _MISSING

    def __getitem__(self, key: str) -> Any:
        value = self.get(key, _MISSING)
        if value is _MISSING:
            raise KeyError(key)
        return value

    def get(self, key: str, default: T | None = None) -> Any | T | None:
        """Return the value of a key, or the default if the table does not have the key."""
        value = self._decoded.get(key, _MISSING)
        if value is not _MISSING:
            return value
        if key in self._absent:
            return default
        entry = self._find(key)
        if entry < 0:
            if len(self._absent) >= _MOST_ABSENT:
                self._absent.clear()
            self._absent.add(key)
            return default
        start = self._values_offset + self._value_starts[entry]
        stop = self._values_offset + self._value_starts[entry + 1]
        value = self._decoded[key] = _decode(self._data[start:stop].decode())[0]
        return value

    def _find(self, key: str) -> int:
        """Return the index of the entry of a key; negative if there is none."""
        try:
            wanted = key.encode()
        except UnicodeEncodeError:
            # No dictionary has a key with a lone surrogate.
            return -1
        offset = self._keys_offset
        slot = zlib.crc32(wanted) & self._mask
        while entry := self._slots[slot]:
            if self._data[offset + self._key_starts[entry - 1] : offset + self._key_starts[entry]] == wanted:
                return entry - 1
            slot = (slot + 1) & self._mask
        return -1


def table_bytes(entries: Mapping[str, Any]) -> bytes:
    """Return the bytes of a lookup table.

    Args:
        entries: The entries. A key has no lone surrogate, and a value is anything that JSON can represent.
    """
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    keys = [key.encode() for key in entries]
    values = [encoder.encode(value).encode() for value in entries.values()]
    # A hash table that is at most two thirds full needs few comparisons.
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
    """Return the start of each part and the end of the last one, as uint32."""
    starts = [0]
    for part in parts:
        starts.append(starts[-1] + len(part))
    return _packed(starts)


def _packed(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)
