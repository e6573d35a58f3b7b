"""The picture of a speech."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from text_to_speech import Speech, SpokenSentence, StageTimes
from text_to_speech.errors import OutputError
from text_to_speech.inference.mel import FRAME_SECONDS, SILENCE, mel_filters
from text_to_speech.speech.plot import band_of, check_plot_path, contours, draw, plain, save_plot


def speech(*lengths: int, text: str = "A sentence.", pause: int = 20, pitch: float = 150.0) -> Speech:
    sentences, position = [], 0
    for length in lengths:
        sentences.append(
            SpokenSentence(
                text=text,
                offset=0,
                phonemes="",
                start=position * FRAME_SECONDS,
                end=(position + length) * FRAME_SECONDS,
                phoneme_times=(),
                words=(),
                marks=(),
                mel=np.full((80, length), -2.0, np.float32),
                f0=np.full(length, pitch, np.float32),
            )
        )
        position += length + pause
    audio = np.zeros(256 * (position - pause), np.float32)
    return Speech(audio, 22_050, tuple(sentences), StageTimes())


def test_sentences_stand_where_they_are_spoken() -> None:
    mel, pitch = contours(speech(50, 30))
    assert mel.shape == (80, 100)
    assert (pitch > 0).tolist() == [True] * 50 + [False] * 20 + [True] * 30
    assert ((mel[0] > SILENCE) == (pitch > 0)).all()


def test_the_picture_shows_what_differs() -> None:
    image = draw(speech(100))
    assert image.shape == (980, 1600, 3)
    assert image.dtype == np.uint8
    assert (draw(speech(100, pitch=0.0)) != image).any()
    assert (draw(speech(100, text="Other.")) != image).any()


@pytest.mark.parametrize("lengths", [(1,), (5000,), (3, 3, 3)])
def test_any_length_can_be_drawn(lengths: tuple[int, ...]) -> None:
    assert draw(speech(*lengths)).shape == (980, 1600, 3)


def test_a_title_is_ascii_and_fits() -> None:
    assert plain("“Café” —\nnaïve… 東") == '"Cafe" - naive... ?'
    margin = draw(speech(10, text="W" * 2000))[:60, 1570:]
    assert (margin == 255).all()


@pytest.mark.parametrize("band", [0, 10, 40, 79])
def test_frequencies_stand_at_the_bands_of_the_mel_filters(band: int) -> None:
    hertz = float(mel_filters()[band] @ np.linspace(0, 11_025, 513) / mel_filters()[band].sum())
    assert band_of(hertz) == pytest.approx(band + 0.5, abs=0.35)


def test_the_file_is_a_png(tmp_path: Path) -> None:
    import cv2

    save_plot(speech(40), tmp_path / "bild ü.png")
    data = np.frombuffer((tmp_path / "bild ü.png").read_bytes(), np.uint8)
    np.testing.assert_array_equal(cv2.imdecode(data, cv2.IMREAD_COLOR), draw(speech(40)))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.jpg", r"\.png"),
        ("", r"\.png"),
        ("missing/out.png", "no folder"),
        ("folder.png", "it is a folder"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused(
    name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.png").mkdir()
    for refuse in (check_plot_path, lambda path: save_plot(speech(40), path)):
        with pytest.raises(OutputError, match=message):
            refuse(name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_a_folder_that_cannot_be_written_is_noticed_before_the_speech_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *rest: int) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    # The test may run as root, whom no mode stops.
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match=r"out\.png cannot be written: Read-only file system"):
        check_plot_path(tmp_path / "out.png")


def test_without_opencv_one_line_says_how_to_install_it_before_the_speech_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    for refuse in (check_plot_path, lambda path: save_plot(speech(40), path)):
        with pytest.raises(OutputError, match=r"^[^\n]*opencv-python is missing; pip install[^\n]*$"):
            refuse(tmp_path / "out.png")
    assert list(tmp_path.iterdir()) == []
