"""Sound files: what is written is read again, and nothing is left behind when writing fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from text_to_speech.audio import FORMATS, open_audio, read_recording, to_pcm16, write_audio
from text_to_speech.errors import InputError, OutputError

TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(22_050 * 2) / 22_050)).astype(np.float32)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def snr(signal: NDArray[np.float32], copy: NDArray[np.float32]) -> float:
    return float(10 * np.log10((signal**2).sum() / ((signal - copy) ** 2).sum()))


@pytest.mark.parametrize(
    ("suffix", "least"), [(".wav", 80), (".flac", 80), (".ogg", 20), (".mp3", 20), (".WAV", 80)]
)
def test_what_is_written_in_chunks_is_read_again(suffix: str, least: float, tmp_path: Path) -> None:
    path = tmp_path / f"tone{suffix}"
    with open_audio(path) as file:
        for chunk in np.array_split(TONE, 7):
            file.write(chunk)
    assert file.samples == TONE.size
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.frames) == (22_050, 1, TONE.size)
    assert info.format == FORMATS[suffix.lower()][0]
    assert snr(TONE, read_recording(path)) > least
    assert names(tmp_path) == [path.name]


@given(st.floats(-1e6, 1e6, width=32))
def test_samples_are_rounded_and_clipped(sample: float) -> None:
    pcm = to_pcm16(np.array([sample], np.float32))
    assert pcm.dtype == np.int16
    assert pcm[0] == round(32767 * min(max(sample, -1.0), 1.0))


def test_loud_samples_are_clipped_in_the_file(tmp_path: Path) -> None:
    write_audio(tmp_path / "loud.wav", np.array([-3.0, 3.0, 0.0], np.float32))
    assert soundfile.read(tmp_path / "loud.wav", dtype="int16")[0].tolist() == [-32767, 32767, 0]


def write_and_be_interrupted(path: Path) -> None:
    with open_audio(path) as file:
        file.write(TONE[:100])
        raise KeyboardInterrupt


def test_an_older_file_is_replaced_only_when_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    write_audio(path, TONE)
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_and_be_interrupted(path)
    assert path.read_bytes() == before
    write_audio(path, TONE[:100])
    assert soundfile.info(path).frames == 100
    assert names(tmp_path) == ["out.wav"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.txt", r"ends in \.wav, \.flac, \.ogg, \.mp3"),
        ("out", r"ends in \.wav"),
        ("missing/out.wav", "there is no folder .*missing"),
        ("folder.wav", "it is a folder"),
        ("x" * 300 + ".wav", "cannot be written"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(OutputError, match=message):
        write_audio(tmp_path / name, TONE)
    assert names(tmp_path) == ["folder.wav"]


def test_a_folder_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, **options: bool) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)  # the test may run as root, whom no mode stops
    with pytest.raises(OutputError, match=r"out\.wav cannot be written: Permission denied"):
        write_audio(tmp_path / "out.wav", TONE)


WRITE_UNDER_A_LIMIT = """
import resource, sys
import numpy as np
from text_to_speech.audio import open_audio
from text_to_speech.errors import OutputError
path, limit = sys.argv[1], int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
noise = np.random.default_rng(0).uniform(-0.5, 0.5, 44_100).astype(np.float32)
try:
    with open_audio(path) as file:
        for chunk in np.array_split(noise, 20):
            file.write(chunk)
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited")
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_full_disk_is_noticed_at_every_place(suffix: str, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: in the middle, and just before the end."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 44_100).astype(np.float32)
    write_audio(tmp_path / f"whole{suffix}", noise)
    size = (tmp_path / f"whole{suffix}").stat().st_size
    path = tmp_path / f"out{suffix}"
    for limit in (size // 2, size - 1):
        result = subprocess.run(
            [sys.executable, "-c", WRITE_UNDER_A_LIMIT, str(path), str(limit)],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1] / "demo")},
        )
        assert (result.returncode, result.stderr) == (0, "")
        assert "cannot be written: File too large" in result.stdout
        assert names(tmp_path) == [f"whole{suffix}"]


def test_a_recording_is_mixed_and_resampled(tmp_path: Path) -> None:
    rate = 44_100
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.float32)
    soundfile.write(tmp_path / "stereo.flac", np.stack([tone, np.zeros_like(tone)], axis=1), rate)
    audio = read_recording(tmp_path / "stereo.flac")
    assert audio.dtype == np.float32
    assert audio.shape == (22_050,)
    assert snr(TONE[1000:20_000] / 2, audio[1000:20_000]) > 40


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.wav", None, "is not there"),
        ("text.wav", b"hello", "not a sound file"),
        ("empty.wav", b"", "not a sound"),
    ],
)
def test_what_is_no_recording_is_refused(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_recording(tmp_path / name)


def test_a_recording_without_samples_is_refused(tmp_path: Path) -> None:
    write_audio(tmp_path / "nothing.wav", TONE[:0])
    with pytest.raises(InputError, match="is empty"):
        read_recording(tmp_path / "nothing.wav")
