"""Sound files that are given as bytes, decoded for comparison."""

from __future__ import annotations

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

# Bytes of a FLAC header that have the lower 32 bits of the number of samples.
FLAC_SAMPLES = slice(22, 26)


def decoded(data: bytes, *, samples: int) -> NDArray[np.float32]:
    """Return the samples of a sound file.

    Args:
        data: The file.
        samples: How many there are, for a FLAC stream whose header leaves it open: libsndfile reads none.
    """
    if data[:4] == b"fLaC" and not any(data[FLAC_SAMPLES]):
        data = data[: FLAC_SAMPLES.start] + samples.to_bytes(4, "big") + data[FLAC_SAMPLES.stop :]
    return soundfile.read(io.BytesIO(data), dtype="float32")[0]
