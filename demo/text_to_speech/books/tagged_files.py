"""Puts comments and a cover into files that libsndfile has encoded: FLAC, and Opus in Ogg.

libsndfile writes a few comments itself, and neither covers nor chapters. The sound is copied as it is. In Ogg the
comments lie in pages whose number may change, and with it the number and the checksum of every page after them.
"""

from __future__ import annotations

import functools
import shutil
import struct
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from ..errors import OutputError
from .tags import Tags, comment_packet, picture_block

_STREAMINFO, _COMMENTS, _PICTURE = 0, 4, 6  # kinds of FLAC's blocks
_LONGEST_BLOCK = (1 << 24) - 1
_PAGE_HEADER = 27
_LACING = 255  # a segment of so many bytes goes on in the next one
_COPIED = 1 << 20


class Sink(Protocol):
    """What is written to."""

    def write(self, data: bytes, /) -> object:
        """Take all of the data."""


def write_flac(source: BinaryIO, target: Sink, tags: Tags) -> None:
    """Copy a FLAC with other comments and a cover.

    Raises:
        OutputError: The source is no FLAC.
    """
    if source.read(4) != b"fLaC":
        raise OutputError("the encoder has made no FLAC file")
    info, vendor = b"", ""
    is_last = False
    while not is_last:
        header = source.read(4)
        is_last, kind = bool(header[0] & 0x80), header[0] & 0x7F
        content = source.read(int.from_bytes(header[1:], "big"))
        if kind == _STREAMINFO:
            info = content
        elif kind == _COMMENTS:
            vendor = content[4 : 4 + struct.unpack("<I", content[:4])[0]].decode("utf-8", errors="replace")
    blocks = [(_STREAMINFO, info), (_COMMENTS, comment_packet(tags, vendor=vendor, with_cover=False))]
    if tags.cover and len(picture := picture_block(tags.cover)) <= _LONGEST_BLOCK:
        blocks.append((_PICTURE, picture))
    target.write(b"fLaC")
    for number, (kind, content) in enumerate(blocks, start=1):
        last = 0x80 if number == len(blocks) else 0
        target.write(bytes([kind | last]) + len(content).to_bytes(3, "big") + content)
    shutil.copyfileobj(source, target, _COPIED)


def write_opus(source: BinaryIO, target: Sink, tags: Tags) -> None:
    """Copy an Opus file with other comments and a cover (RFC 7845, section 5.2).

    Raises:
        OutputError: The source is no Opus in Ogg.
    """
    pages = _pages(source)
    try:
        head = next(pages)
        packet = b""
        count = 0
        goes_on = True
        while goes_on:
            page = next(pages)
            count += 1
            packet += page.content
            goes_on = page.lacing[-1:] == b"\xff"
    except (StopIteration, struct.error):
        raise OutputError("the encoder has made no Opus file") from None
    if not packet.startswith(b"OpusTags"):
        raise OutputError("the encoder has made no Opus file")
    vendor = packet[12 : 12 + struct.unpack_from("<I", packet, 8)[0]].decode("utf-8", errors="replace")
    comments = b"OpusTags" + comment_packet(tags, vendor=vendor, with_cover=True)
    target.write(head.data)
    written = list(_comment_pages(comments, head.serial))
    for data in written:
        target.write(data)
    shift = len(written) - count
    for page in pages:
        target.write(page.renumbered(page.number + shift) if shift else page.data)


class _Page:
    """A page of an Ogg file (RFC 3533, section 6).

    Args:
        data: All of its bytes.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.serial, self.number, self.checksum = struct.unpack_from("<III", data, 14)
        segments = data[26]
        self.lacing = data[_PAGE_HEADER : _PAGE_HEADER + segments]
        self.content = data[_PAGE_HEADER + segments :]

    def renumbered(self, number: int) -> bytes:
        """Return the page with another number.

        The checksum is linear: it changes by that of the changed bits, which depends on the bytes after them alone, so
        the page need not be read again.
        """
        change = (self.number ^ number).to_bytes(4, "little")
        checksum = self.checksum ^ _followed_by_zeros(_checksum(change), len(self.data) - 22)
        return self.data[:18] + struct.pack("<II", number, checksum) + self.data[26:]


def _pages(source: BinaryIO) -> Iterator[_Page]:
    """Yield the pages of an Ogg file."""
    while header := source.read(_PAGE_HEADER):
        if len(header) < _PAGE_HEADER or header[:4] != b"OggS":
            raise OutputError("the encoder has made no Ogg file")
        lacing = source.read(header[26])
        yield _Page(header + lacing + source.read(sum(lacing)))


def _comment_pages(packet: bytes, serial: int) -> Iterator[bytes]:
    """Yield the pages of the second packet of a file, the first of which has the number 1."""
    segments = [_LACING] * (len(packet) // _LACING) + [len(packet) % _LACING]
    done = 0
    for number, first in enumerate(range(0, len(segments), 255), start=1):
        lacing = bytes(segments[first : first + 255])
        content = packet[done : done + sum(lacing)]
        done += len(content)
        # No packet ends on a page whose last segment goes on: its position is -1 then.
        position = -1 if lacing[-1] == _LACING else 0
        header = (
            b"OggS\0" + bytes([0 if first == 0 else 1]) + struct.pack("<qIII", position, serial, number, 0)
        )
        data = header + bytes([len(lacing)]) + lacing + content
        yield data[:22] + struct.pack("<I", _checksum(data)) + data[26:]


_POLYNOMIAL = 0x04C11DB7


@functools.cache
def _table() -> tuple[int, ...]:
    """Return the checksum of each byte."""
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ (_POLYNOMIAL if value & 0x80000000 else 0)) & 0xFFFFFFFF
        table.append(value)
    return tuple(table)


def _checksum(data: bytes) -> int:
    """Return the checksum of a page: CRC-32 from the highest bit on, without inversion."""
    table, value = _table(), 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ table[value >> 24 ^ byte]
    return value


def _followed_by_zeros(checksum: int, count: int) -> int:
    """Return the checksum of data that so many zeros follow, given that of the data."""
    power = 0
    while count:
        if count & 1:
            checksum = _product(checksum, _power(power))
        count >>= 1
        power += 1
    return checksum


@functools.cache
def _power(exponent: int) -> int:
    """Return x to the power 8 · 2^exponent modulo the polynomial."""
    if exponent == 0:
        return 1 << 8
    half = _power(exponent - 1)
    return _product(half, half)


def _product(first: int, second: int) -> int:
    """Return the product of two polynomials over GF(2), modulo that of the checksum."""
    result = 0
    while second:
        if second & 1:
            result ^= first
        second >>= 1
        first = (first << 1 ^ (_POLYNOMIAL if first & 0x80000000 else 0)) & 0xFFFFFFFF
    return result
