"""Pictures of mel spectrograms of a voice beside its teacher's, for the eye that no single figure replaces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from text_to_speech.errors import OutputError
from text_to_speech.files import write_output
from text_to_speech.inference.mel import SILENCE

LOUDEST = 2.0  # natural logarithm of the mel magnitude that is drawn brightest
CAPTION = 24  # pixels of text above each panel


def save_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture as PNG.

    Raises:
        OutputError: The file cannot be written.
    """
    import cv2

    encoded, data = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not encoded:
        raise OutputError(f"{path} cannot be written: OpenCV made no PNG of it")
    write_output(path, data.tobytes())


# -- a voice beside its teacher, for its page

FRAME_WIDTH, BAND_HEIGHT = 3, 3  # pixels
MARGIN = 64  # pixels to the right of a panel, for the numbers of its pitch
CURVE = (255, 255, 0)  # blue, green, red: cyan, which the colours of the spectrogram do not have
SHADES = 16  # levels of a spectrogram: fewer than the eye tells apart make a small file
QUIETEST = -9.0  # natural logarithm of the mel magnitude that is drawn black: what is below is hardly heard


@dataclass(frozen=True)
class Sound:
    """What a panel shows.

    Attributes:
        caption: Stands above it, in ASCII.
        mel: float32 [80, T].
        f0: float32 [T], Hz, 0 where unvoiced.
    """

    caption: str
    mel: NDArray[np.float32]
    f0: NDArray[np.float32]


def draw_sounds(sounds: Sequence[Sound]) -> NDArray[np.uint8]:
    """Draw mel spectrograms with their pitch curves below each other, on one scale of time, colour and pitch.

    Returns:
        uint8 [height, width, 3], blue, green, red.
    """
    frames = max(sound.mel.shape[1] for sound in sounds)
    voiced = np.concatenate([sound.f0[sound.f0 > 0] for sound in sounds])
    low, high = (float(np.min(voiced)), float(np.max(voiced))) if voiced.size else (80.0, 300.0)
    scale = (math.log(low / 1.05), math.log(high * 1.05))
    return np.concatenate([_sound_panel(sound, frames, scale) for sound in sounds], axis=0)


def _sound_panel(sound: Sound, frames: int, scale: tuple[float, float]) -> NDArray[np.uint8]:
    import cv2

    mel = np.pad(sound.mel, ((0, 0), (0, frames - sound.mel.shape[1])), constant_values=SILENCE)
    level = np.clip((mel - QUIETEST) / (LOUDEST - QUIETEST), 0.0, 1.0)
    grey = np.ascontiguousarray((np.rint(level[::-1] * (SHADES - 1)) * (255 / (SHADES - 1))).astype(np.uint8))
    size = (FRAME_WIDTH * frames, BAND_HEIGHT * mel.shape[0])
    colour = cv2.applyColorMap(grey, cv2.COLORMAP_MAGMA)
    panel = np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    _draw_curve(panel, sound.f0, scale)
    margin = np.full((size[1], MARGIN, 3), 255, np.uint8)
    for hertz in _ticks(scale):
        row = _row(hertz, scale, size[1])
        cv2.line(margin, (0, row), (5, row), (0, 0, 0), 1)
        cv2.putText(
            margin, f"{hertz}", (9, row + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA
        )
    cv2.putText(margin, "Hz", (42, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    head = np.full((CAPTION, size[0] + MARGIN, 3), 255, np.uint8)
    cv2.putText(head, sound.caption, (4, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return np.concatenate([head, np.concatenate([panel, margin], axis=1)], axis=0)


def _draw_curve(panel: NDArray[np.uint8], f0: NDArray[np.float32], scale: tuple[float, float]) -> None:
    import cv2

    # One line through every run of voiced frames.
    edges = np.flatnonzero(np.diff((f0 > 0).astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    for first, last in edges:
        columns = FRAME_WIDTH * np.arange(first, last) + FRAME_WIDTH // 2
        rows = [_row(float(hertz), scale, panel.shape[0]) for hertz in f0[first:last]]
        points = np.stack([columns, rows], axis=1).astype(np.int32)
        cv2.polylines(panel, [points], False, CURVE, 2)


def _row(hertz: float, scale: tuple[float, float], height: int) -> int:
    low, high = scale
    return round((height - 1) * (1 - (math.log(hertz) - low) / (high - low)))


def _ticks(scale: tuple[float, float]) -> list[int]:
    """Return round numbers of Hz on a logarithmic scale, far enough apart to be read."""
    low, high = (math.exp(end) for end in scale)
    found = [hertz for hertz in (50, 70, 100, 140, 200, 280, 400, 560) if low < hertz < high]
    return found or [round((low + high) / 2)]
