"""Pictures of the voice's mel spectrogram under its teacher's, for the eye that no single figure replaces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from text_to_speech.errors import OutputError
from text_to_speech.files import write_output
from text_to_speech.inference.mel import SILENCE

SCALE = 4  # pixels a mel band is high and, at least, a frame is wide
LOUDEST = 2.0  # natural logarithm of the mel magnitude that is drawn brightest
CAPTION = 24  # pixels of text above each panel


def draw_mels(mels: dict[str, NDArray[np.float32]]) -> NDArray[np.uint8]:
    """Draw mel spectrograms below each other on one scale of colours.

    Args:
        mels: Caption to mel spectrogram, float32 [80, T]; all of one length.

    Returns:
        uint8 [height, width, 3], blue, green, red.
    """
    return np.concatenate([_panel(caption, mel) for caption, mel in mels.items()], axis=0)


def _panel(caption: str, mel: NDArray[np.float32]) -> NDArray[np.uint8]:
    import cv2

    level = np.clip((mel - SILENCE) / (LOUDEST - SILENCE), 0.0, 1.0)
    grey = np.ascontiguousarray((255 * level[::-1]).astype(np.uint8))
    colour = cv2.applyColorMap(grey, cv2.COLORMAP_INFERNO)
    size = (SCALE * mel.shape[1], SCALE * mel.shape[0])
    picture = cv2.resize(colour, size, interpolation=cv2.INTER_NEAREST)
    head = np.full((CAPTION, size[0], 3), 255, dtype=np.uint8)
    cv2.putText(head, caption, (4, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return np.concatenate([head, picture], axis=0)


def save_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture as PNG.

    Raises:
        OutputError: The file cannot be written.
    """
    import cv2

    encoded, data = cv2.imencode(".png", picture)
    if not encoded:
        raise OutputError(f"{path} cannot be written: OpenCV made no PNG of it")
    write_output(path, data.tobytes())
