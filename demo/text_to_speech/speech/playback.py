"""Playback on the default sound device, with the optional package sounddevice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DeviceError
from ..inference.mel import SAMPLE_RATE
from .samples import check_sample_rate
from .sinks import AudioSink


class PlayerSink(AudioSink):
    """The default sound device; made by `open_player`. Writing waits until the device has room."""

    def __init__(self, stream: Any, failure: type[Exception], *, sample_rate: int) -> None:
        super().__init__(sample_rate=sample_rate)
        self._stream = stream
        self._failure = failure

    def _send(self, block: NDArray[np.float32]) -> None:
        try:
            self._stream.write(block[:, np.newaxis])
        except self._failure as error:
            raise DeviceError(f"the sound device failed: {error}") from error


@contextmanager
def open_player(*, sample_rate: int = SAMPLE_RATE) -> Iterator[AudioSink]:
    """Open the default sound device; the block ends when all that was written has been heard.

    When the block fails, the device stops at once, and the exception passes through unchanged.

    Args:
        sample_rate: Samples per second of the sound.

    Raises:
        DeviceError: The package sounddevice or its library is not installed, the machine has no sound device, or the
            device fails.
        InputError: The sample rate is no positive whole number.
    """
    check_sample_rate(sample_rate)
    try:
        import sounddevice
    except ImportError as error:
        raise DeviceError(
            "sound cannot be played: the package sounddevice is missing; pip install 'sounddevice>=0.5'"
        ) from error
    except OSError as error:
        # On Linux the package needs a library of the system.
        raise DeviceError(f"sound cannot be played: {error}; on Debian, apt install libportaudio2") from error
    failure = sounddevice.PortAudioError
    try:
        stream = sounddevice.OutputStream(samplerate=sample_rate, channels=1, dtype="float32")
        stream.start()
    except (failure, ValueError) as error:
        raise DeviceError(
            f"sound cannot be played: this machine has no sound device that is the default ({error});"
            " expected one, or -o FILE"
        ) from error
    try:
        yield PlayerSink(stream, failure, sample_rate=sample_rate)
    except BaseException:
        with suppress(failure):
            stream.abort()
            stream.close()
        raise
    try:
        stream.stop()
        stream.close()
    except failure as error:
        raise DeviceError(f"the sound device failed: {error}") from error
