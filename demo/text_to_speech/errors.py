"""The errors this package raises, one tree.

    SpeechError                 anything this package refuses or fails at
     ├── InputError             a text, mel spectrogram, recording or option that cannot be used
     ├── ModelError             a model file that is missing, damaged, or has another interface
     │    └── ChecksumError     a file whose SHA-384 is not the published one
     ├── DeviceError            an OpenVINO device that is not there or refuses a model
     └── OutputError            a result that cannot be written or played

Every message is one line that says what was given, what was expected and what to do. The commands print it
on standard error and exit with status 1; nothing else in the package is meant to reach the user as a
traceback.
"""


class SpeechError(Exception):
    """Base of every error that this package raises on purpose."""


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


def telling_line(error: BaseException) -> str:
    """Return the line of a message of OpenVINO that says what is wrong; the lines before it name its source files."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("Exception from", "Check '"))]
    return (telling or lines or [type(error).__name__])[-1][:300]
