"""The errors this package raises, one tree.

    SpeechError                 anything that this package refuses to do or fails at
     ├── InputError             a text, mel spectrogram, recording or option that cannot be used
     ├── ModelError             a model file that is missing, damaged, or has another interface
     │    └── ChecksumError     a file whose SHA-384 is not the published one
     ├── DeviceError            an OpenVINO device that is not there or refuses a model
     └── OutputError            a result that cannot be written or played

Every message is one line that says what was given, what was expected and what to do. The commands print it on standard
error and exit with status 1; nothing else in the package is meant to reach the user as a traceback. Programs find what
an error is about in its attributes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SpeechError(Exception):
    """Base of every error that this package raises on purpose.

    Args:
        message: One line, complete without the attributes.
        sentence: The sentence that was being spoken.
        offset: Offset of that sentence, or of the mistake, in the text that was given.
        device: OpenVINO's name of the device.
        path: The file.

    Attributes:
        sentence: As given; None where the error is not about a sentence. So are the other attributes.
        offset: As given.
        device: As given.
        path: As given.
    """

    def __init__(
        self,
        message: str = "",
        *,
        sentence: str | None = None,
        offset: int | None = None,
        device: str | None = None,
        path: str | Path | None = None,
    ) -> None:
        super().__init__(message)
        self.sentence = sentence
        self.offset = offset
        self.device = device
        self.path = path


class InputError(SpeechError, ValueError):
    """A text, mel spectrogram, recording or option that cannot be used."""


class ModelError(SpeechError):
    """A model file that is missing, damaged, or has another interface."""


class ChecksumError(ModelError):
    """A file whose SHA-384 is not the published one."""


class DeviceError(SpeechError):
    """An OpenVINO device that is not there or that refuses a model."""


class OutputError(SpeechError, OSError):
    """A result that cannot be written or played."""


@contextmanager
def about(
    *,
    sentence: str | None = None,
    offset: int | None = None,
    device: str | None = None,
    path: str | Path | None = None,
) -> Iterator[None]:
    """Tell the errors that a block raises what they are about, where they do not know it yet; see `SpeechError`."""
    try:
        yield
    except SpeechError as error:
        error.sentence = sentence if error.sentence is None else error.sentence
        error.offset = offset if error.offset is None else error.offset
        error.device = device if error.device is None else error.device
        error.path = path if error.path is None else error.path
        raise


def telling_line(error: BaseException) -> str:
    """Return the line of a message of OpenVINO that says what is wrong; the lines before it name its source files."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("Exception from", "Check '"))]
    return (telling or lines or [type(error).__name__])[-1][:300]
