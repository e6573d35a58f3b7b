"""Recordings: sound files of any format with a header, read whole or in blocks as mono samples of one rate.

for block in recording_blocks("talk.flac"):
    measure(block)
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ..errors import InputError
from ..inference.mel import LARGEST_SAMPLE, SAMPLE_RATE
from .resampling import Resampler, check_rate

BLOCK_VALUES = 262_144  # samples of all channels together that are read at once (1 MB)
LONGEST_WHOLE = 4 * 3_600  # seconds that are read as one array (1.3 GB at 22,050 Hz)
MISSING_SECONDS = 0.1  # by how much a recording may be shorter than its header says, before a warning

logger = logging.getLogger(__name__)


def read_recording(path: str | Path, *, sample_rate: int = SAMPLE_RATE) -> NDArray[np.float32]:
    """Read a whole recording; `recording_blocks` reads those of any length.

    Args:
        path: A sound file of any format with a header that libsndfile knows, such as WAV, FLAC, OGG and MP3.
        sample_rate: Samples per second of the result.

    Returns:
        float32 [L], mono (the mean of the channels).

    Raises:
        InputError: The file is missing, is not a regular file, is not a sound file with a header, is empty, damaged
            or longer than four hours, or holds NaN, infinite or very large samples.
    """
    blocks, samples = [], 0
    for block in recording_blocks(path, sample_rate=sample_rate):
        blocks.append(block)
        samples += block.size
        if samples > LONGEST_WHOLE * sample_rate:
            raise InputError(
                f"recording {path} is longer than {LONGEST_WHOLE // 3_600} hours:"
                " expected a shorter one, or a program that reads it in blocks (recording_blocks)"
            )
    return np.concatenate(blocks)


def recording_blocks(path: str | Path, *, sample_rate: int = SAMPLE_RATE) -> Iterator[NDArray[np.float32]]:
    """Read a recording block by block; memory does not grow with its length.

    Args:
        path: As for `read_recording`.
        sample_rate: Samples per second of the blocks.

    Yields:
        float32 [n], n ≥ 1, at most some seconds of mono sound; joined they are what `read_recording` returns.

    Raises:
        InputError: As from `read_recording`, when the block in question is taken; a recording may be of any length.
    """
    with _opened(Path(path)) as file:
        resampler = Resampler(_rate(file, path), sample_rate)
        heard = False
        for block in _mono_blocks(file, path):
            made = resampler.process(block)
            heard = True
            if made.size:
                yield made
        if not heard:
            raise InputError(f"recording {path} is empty")
        rest = resampler.flush()
        if rest.size:
            yield rest


def _opened(path: Path) -> soundfile.SoundFile:
    """Open a sound file, or raise InputError that says why not."""
    _check_file(path)
    if path.suffix.lower() == ".raw":
        raise InputError(
            f"recording {path} is raw samples, which do not say their rate: expected a sound file with a header,"
            " such as .wav or .flac; ffmpeg -f s16le -ar 22050 -ac 1 -i IN.raw OUT.wav makes one"
        )
    try:
        # On POSIX a name is bytes, which need not be UTF-8.
        return soundfile.SoundFile(path if os.name == "nt" else os.fsencode(path))
    except (soundfile.SoundFileError, OSError, TypeError, ValueError) as error:
        reason = getattr(error, "error_string", None) or error
        raise InputError(f"recording {path} is not a sound file that can be read: {reason}") from error


def _check_file(path: Path) -> None:
    """Raise InputError unless a path is a regular file that may be read: libsndfile would not say what it is."""
    try:
        # Nothing else is opened: to open a named pipe is to wait until somebody writes to it.
        regular = stat.S_ISREG(path.stat().st_mode)
        if regular:
            path.open("rb").close()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(f"recording {path} is not there") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"recording {path} cannot be read: {reason}") from error
    if not regular:
        kind = "a folder" if path.is_dir() else "a pipe or a device"
        raise InputError(f"recording {path} is {kind}: expected a regular file")


def _rate(file: soundfile.SoundFile, path: str | Path) -> int:
    """Return the sample rate of a file, if it is one that can be resampled."""
    try:
        check_rate(file.samplerate)
    except InputError as error:
        raise InputError(f"recording {path}: {error}") from error
    return int(file.samplerate)


def _mono_blocks(file: soundfile.SoundFile, path: str | Path) -> Iterator[NDArray[np.float32]]:
    """Yield the samples of a file at its own rate, float32 [n], n ≥ 1, the mean of the channels."""
    frames, done = max(1, BLOCK_VALUES // file.channels), 0
    weights = np.full(file.channels, 1 / file.channels, dtype=np.float32)
    while True:
        try:
            block = file.read(frames, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, OSError, ValueError, MemoryError) as error:
            reason = getattr(error, "error_string", None) or error
            raise InputError(
                f"recording {path} is damaged {done / file.samplerate:.1f} s after its beginning ({reason})"
            ) from error
        if not len(block):
            break
        # NaN compares as false.
        if not np.abs(block).max() <= LARGEST_SAMPLE:
            good = (np.abs(block) <= LARGEST_SAMPLE).all(axis=1)
            at = (done + int(good.argmin())) / file.samplerate
            raise InputError(
                f"recording {path} holds a NaN, infinite or very large sample {at:.2f} s after its beginning:"
                " expected finite ones between -1 and 1"
            )
        done += len(block)
        # A product is five times as fast as the mean over a short axis.
        yield block @ weights
    missing = (file.frames - done) / file.samplerate
    if done and missing > MISSING_SECONDS:
        logger.warning(
            "recording %s breaks off: its header says %.1f s, %.1f s are there",
            path,
            file.frames / file.samplerate,
            done / file.samplerate,
        )
