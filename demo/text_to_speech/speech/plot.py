"""Pictures of speech: mel spectrogram, pitch and waveform over one time axis, drawn with OpenCV.

    save_plot(speech, "speech.png")

OpenCV is imported when a picture is drawn, so that speaking does not wait for it.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..files import check_output, write_output
from ..inference.mel import F_MAX, FRAME_SECONDS, N_MELS, SILENCE

if TYPE_CHECKING:
    from .spoken import Speech

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]  # blue, green, red

WIDTH, HEIGHT = 1600, 980
LEFT, RIGHT = 100, 1560  # the edges of every panel
MEL_TICKS = (0, 500, 1000, 2000, 4000, 8000)  # Hz
LOUDEST = 1.5  # natural logarithm of the mel magnitude that gets the brightest colour
PITCH_MARGIN = 15.0  # Hz left free below and above the contour
PITCH_RANGE = (80.0, 300.0)  # Hz shown where nothing is voiced

INK: Colour = (60, 50, 45)
PALE: Colour = (228, 224, 220)
PAPER: Colour = (255, 255, 255)
CURVE: Colour = (60, 76, 231)
WAVE: Colour = (176, 114, 48)


@dataclass(frozen=True)
class Panel:
    """A rectangle of the picture with a value axis.

    Attributes:
        top: Its upper edge, in pixels.
        bottom: Its lower edge.
        low: The value at its lower edge.
        high: The value at its upper edge.
    """

    top: int
    bottom: int
    low: float
    high: float

    def row(self, value: float) -> int:
        """Return the pixel row of a value."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.bottom - share * (self.bottom - self.top))


def save_plot(speech: Speech, path: str | Path) -> None:
    """Write the picture of a speech as PNG.

    Raises:
        OutputError: The name does not end in .png, or the file cannot be written.
    """
    check_plot_path(path)
    import cv2

    done, data = cv2.imencode(".png", draw(speech))
    if not done:
        raise OutputError(f"{path} cannot be written: OpenCV could not encode the picture")
    write_output(path, data.tobytes())


def check_plot_path(path: str | Path) -> None:
    """Refuse a name that does not end in .png, what `files.open_output` would refuse, and any name without OpenCV.

    Raises:
        OutputError: The picture could not be drawn or written.
    """
    if Path(path).suffix.lower() != ".png":
        raise OutputError(f"{str(path) or repr('')} cannot be written: expected a name that ends in .png")
    check_output(path)
    # Only looked for: importing OpenCV takes a tenth of a second, and this is asked before the first sound.
    if not _opencv_is_there():
        raise OutputError(
            f"{path} cannot be drawn: the package opencv-python is missing; pip install 'opencv-python>=4.10'"
        )


def _opencv_is_there() -> bool:
    try:
        return find_spec("cv2") is not None
    except ValueError:
        # A module that something put among the imported ones without a specification, or as None.
        return False


def draw(speech: Speech) -> Image:
    """Draw mel spectrogram, pitch and waveform of a speech.

    Returns:
        uint8 [980, 1600, 3], blue, green, red.
    """
    mel, pitch = contours(speech)
    image = np.full((HEIGHT, WIDTH, 3), PAPER, dtype=np.uint8)
    seconds = max(speech.seconds, FRAME_SECONDS)
    text = " ".join(sentence.text for sentence in speech.sentences)
    _title(image, plain(text))
    mel_panel = Panel(90, 490, 0, N_MELS)
    _mel_panel(image, mel_panel, mel)
    _pitch_panel(image, pitch)
    peak = float(np.abs(speech.audio).max(initial=0.0))
    limit = next((limit for limit in (0.1, 0.25, 0.5, 1.0) if peak <= limit), peak)
    wave_panel = Panel(740, 910, -limit, limit)
    _wave_panel(image, wave_panel, speech.audio)
    _time_axis(image, seconds, (mel_panel, wave_panel))
    return image


def contours(speech: Speech) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lay the sentences of a speech on one time axis.

    Returns:
        float32 [80, T] mel spectrogram, silent in the pauses, and float32 [T] pitch, 0 in the pauses.
    """
    frames = max(1, round(speech.seconds / FRAME_SECONDS))
    mel = np.full((N_MELS, frames), SILENCE, dtype=np.float32)
    pitch = np.zeros(frames, dtype=np.float32)
    for sentence in speech.sentences:
        first = round(sentence.start / FRAME_SECONDS)
        last = first + sentence.mel.shape[1]
        mel[:, first:last] = sentence.mel
        pitch[first:last] = sentence.f0
    return mel, pitch


def plain(text: str) -> str:
    """Return a text as OpenCV can draw it, in ASCII and one line; what it cannot draw becomes a question mark."""
    marks = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})
    letters = unicodedata.normalize("NFKD", " ".join(text.translate(marks).split()))
    shown = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return shown.encode("ascii", "replace").decode()


def band_of(hertz: float) -> float:
    """Return the mel band, 0..80, at whose middle a frequency lies, on the scale of Slaney's Auditory Toolbox."""
    return float(_slaney(hertz) / _slaney(F_MAX) * (N_MELS + 1) - 0.5)


def _slaney(hertz: float) -> float:
    """Linear below 1,000 Hz (15 mel), logarithmic above (27 steps for each factor of 6.4)."""
    return hertz * 3 / 200 if hertz < 1000 else 15 + 27 * float(np.log(hertz / 1000) / np.log(6.4))


def _mel_panel(image: Image, panel: Panel, mel: NDArray[np.float32]) -> None:
    import cv2

    level = np.clip((mel - SILENCE) / (LOUDEST - SILENCE), 0.0, 1.0)
    shades = np.ascontiguousarray((level[::-1] * 255).astype(np.uint8))
    size = (RIGHT - LEFT, panel.bottom - panel.top)
    shrinks = mel.shape[1] > size[0]
    fitted = cv2.resize(shades, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    image[panel.top : panel.bottom, LEFT:RIGHT] = cv2.applyColorMap(fitted, cv2.COLORMAP_MAGMA)
    _frame(image, panel, "mel spectrogram, Hz")
    for hertz in MEL_TICKS:
        band = min(max(band_of(hertz), 0.0), N_MELS)
        _value(image, panel.row(band), f"{hertz:,}")


def _pitch_panel(image: Image, pitch: NDArray[np.float32]) -> None:
    import cv2

    voiced = pitch > 0
    low, high = (np.min(pitch[voiced]), np.max(pitch[voiced])) if voiced.any() else PITCH_RANGE
    panel = Panel(540, 690, float(low) - PITCH_MARGIN, float(high) + PITCH_MARGIN)
    for hertz in range(0, int(panel.high) + 1, 50 if panel.high - panel.low > 100 else 20):
        if hertz > panel.low:
            cv2.line(image, (LEFT, panel.row(hertz)), (RIGHT, panel.row(hertz)), PALE, 1)
            _value(image, panel.row(hertz), str(hertz))
    columns = LEFT + (np.arange(pitch.size) + 0.5) * (RIGHT - LEFT) / pitch.size
    # One line through every run of voiced frames.
    edges = np.flatnonzero(np.diff(voiced.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    for first, last in edges:
        rows = [panel.row(float(value)) for value in pitch[first:last]]
        points = np.stack([columns[first:last].round().astype(np.int32), np.array(rows, np.int32)], axis=1)
        cv2.polylines(image, [points], False, CURVE, 3, cv2.LINE_AA)
    _frame(image, panel, "pitch, Hz")


def _wave_panel(image: Image, panel: Panel, audio: NDArray[np.float32]) -> None:
    import cv2

    edges = np.linspace(0, audio.size, RIGHT - LEFT + 1).astype(int)
    for column, (first, last) in enumerate(itertools.pairwise(edges)):
        piece = audio[first : max(last, first + 1)]
        if piece.size:
            top, bottom = panel.row(float(np.max(piece))), panel.row(float(np.min(piece)))
            cv2.line(image, (LEFT + column, top), (LEFT + column, bottom), WAVE, 1)
    _frame(image, panel, "waveform")
    for value in (panel.low, 0.0, panel.high):
        _value(image, panel.row(value), f"{value:.3g}")


def _time_axis(image: Image, seconds: float, panels: Sequence[Panel]) -> None:
    """Mark round times below the lowest panel, and name the unit."""
    import cv2

    step = next(
        (s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300) if seconds / s <= 12), seconds / 10
    )
    bottom = panels[-1].bottom
    for k in range(int(seconds / step) + 1):
        column = round(LEFT + k * step / seconds * (RIGHT - LEFT))
        for panel in panels:
            cv2.line(image, (column, panel.bottom), (column, panel.bottom + 6), INK, 1)
        _text(image, f"{k * step:.4g}", (column - 12, bottom + 28), 0.55)
    _text(image, "seconds", (RIGHT - 70, bottom + 56), 0.55)


def _title(image: Image, text: str) -> None:
    """Write a text above the panels, cut after the last word that fits."""
    import cv2

    size, words = 0.85, text[:300].split()
    shown = text
    while words and cv2.getTextSize(shown, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0] > RIGHT - LEFT:
        words.pop()
        shown = " ".join([*words, "..."])
    _text(image, shown, (LEFT, 44), size)


def _frame(image: Image, panel: Panel, name: str) -> None:
    import cv2

    cv2.rectangle(image, (LEFT, panel.top), (RIGHT, panel.bottom), INK, 1)
    _text(image, name, (LEFT, panel.top - 8), 0.55)


def _value(image: Image, row: int, label: str) -> None:
    """Write a value to the left of the panels, at a row."""
    import cv2

    cv2.line(image, (LEFT - 6, row), (LEFT, row), INK, 1)
    width = cv2.getTextSize(label, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)[0][0]
    _text(image, label, (LEFT - 12 - width, row + 6), 0.5)


def _text(image: Image, text: str, corner: tuple[int, int], size: float) -> None:
    """Write at the lower left corner given."""
    import cv2

    cv2.putText(image, text, corner, cv2.FONT_HERSHEY_SIMPLEX, size, INK, 1, cv2.LINE_AA)
