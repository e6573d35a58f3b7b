"""Arrays in .npy files: read whole or in blocks, without running anything and without trusting the header.

Source of the format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import io
import math
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

LONGEST_HEADER = 10_000  # bytes; that of a mel spectrogram has 128
BLOCK_COLUMNS = 2_048  # columns that are read at once (23.8 s of a mel spectrogram, 0.7 MB)


@dataclass(frozen=True)
class ArrayHeader:
    """What the header of a .npy file says.

    Attributes:
        shape: Length of every axis.
        dtype: Type of the values, never objects.
        fortran: Whether the first axis is the one that varies fastest.
        offset: Bytes before the first value.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    offset: int


def read_array(path: Path) -> NDArray[Any]:
    """Read the array of a .npy file; nothing pickled is ever loaded.

    Raises:
        InputError: The file is not there, is not such a file, or is shorter than its header says.
    """
    with _opened(path) as (stream, header):
        values = _values(stream, header.dtype, math.prod(header.shape))
        return values.reshape(header.shape, order="F" if header.fortran else "C")


def read_header(path: Path) -> ArrayHeader:
    """Read what a .npy file says about its array.

    Raises:
        InputError: As from `read_array`; a file that is too short is noticed here.
    """
    with _opened(path) as (_, header):
        return header


def column_blocks(path: Path, *, columns: int = BLOCK_COLUMNS) -> Iterator[NDArray[Any]]:
    """Read the array of a .npy file in blocks along its last axis; memory does not grow with their number.

    Args:
        path: The file, its array of one axis or more.
        columns: How many columns a block has; the last one may have fewer.

    Yields:
        Arrays [..., n] of the type in the file.

    Raises:
        InputError: As from `read_array`.
    """
    with _opened(path) as (stream, header):
        if not header.shape:
            raise ValueError("it is one number: expected an array of one axis or more")
        *outer, length = header.shape
        rows = math.prod(outer)
        for start in range(0, length, columns):
            count = min(columns, length - start)
            if header.fortran:
                stream.seek(header.offset + start * rows * header.dtype.itemsize)
                yield _values(stream, header.dtype, rows * count).reshape((*outer, count), order="F")
                continue
            block = np.empty((rows, count), dtype=header.dtype)
            for row in range(rows):
                stream.seek(header.offset + (row * length + start) * header.dtype.itemsize)
                block[row] = _values(stream, header.dtype, count)
            yield block.reshape((*outer, count))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, ArrayHeader]]:
    """Open a .npy file at its first value."""
    try:
        # Before it is opened: to open a named pipe is to wait until somebody writes to it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ValueError("expected a regular file")
        with path.open("rb") as stream:
            header = _parse_header(stream)
            stream.seek(header.offset)
            yield stream, header
    except (OSError, ValueError, OverflowError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"not a NumPy array that can be read: {reason}") from error


def _parse_header(stream: BinaryIO) -> ArrayHeader:
    """Read the header of a .npy file, or raise ValueError."""
    # A header says how long it is; no more than this is taken.
    beginning = io.BytesIO(stream.read(LONGEST_HEADER))
    if beginning.getvalue().startswith(b"PK\x03\x04"):
        raise ValueError("it is an archive of several (.npz): expected a .npy file")
    version = np.lib.format.read_magic(beginning)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in readers:
        raise ValueError(f"it has version {version} of the format: expected (1, 0) or (2, 0)")
    try:
        shape, fortran, dtype = readers[version](beginning)
    except Exception as error:
        # NumPy evaluates the header as a Python literal, which fails in many ways.
        raise ValueError(f"its header is damaged ({type(error).__name__})") from error
    if dtype.hasobject:
        raise ValueError("it holds Python objects: expected numbers")
    if not dtype.itemsize or any(length < 0 for length in shape):
        raise ValueError(f"its header says values of {dtype.itemsize} bytes in the shape {shape}")
    offset, there = beginning.tell(), stream.seek(0, io.SEEK_END)
    wanted = offset + math.prod(shape) * dtype.itemsize
    if there < wanted:
        raise ValueError(f"it breaks off: its header says {wanted:,} bytes, the file has {there:,}")
    return ArrayHeader(shape, dtype, fortran, offset)


def _values(stream: BinaryIO, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    """Read values from here on, or raise ValueError if the file was cut meanwhile."""
    values = np.empty(count, dtype=dtype)
    if stream.readinto(values.view(np.uint8)) != values.nbytes:  # type: ignore[attr-defined]
        raise ValueError("it breaks off")
    return values
