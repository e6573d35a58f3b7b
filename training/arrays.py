"""Arrays of different lengths as batches, and folders of arrays that appear when they are whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def pad(arrays: list[NDArray], dtype: torch.dtype = torch.float32) -> Tensor:
    """Stack arrays of different lengths, padded with zeros at the end."""
    longest = max(map(len, arrays))
    out = torch.zeros(len(arrays), longest, *arrays[0].shape[1:], dtype=dtype)
    for row, array in zip(out, arrays, strict=True):
        row[: len(array)] = torch.from_numpy(np.array(array))
    return out


def mask(arrays: list[NDArray]) -> Tensor:
    """Return float [B, longest]: 1 where an array has a value, 0 where it was padded."""
    return pad([np.ones(len(array), np.float32) for array in arrays])


def write_prepared(folder: Path, columns: Mapping[str, Sequence[NDArray]]) -> None:
    """Write arrays, each the pieces of a column joined, into a folder that appears when it is whole.

    If another process has been faster, its folder stays.
    """
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    temporary.mkdir(parents=True, exist_ok=True)
    for name, pieces in columns.items():
        np.save(temporary / f"{name}.npy", np.concatenate(pieces))
    try:
        temporary.rename(folder)
    except OSError:
        shutil.rmtree(temporary)
