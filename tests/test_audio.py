"""Sound files: what is written is read again, and nothing is left behind when writing fails."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from text_to_speech.audio import (
    FORMATS,
    PipeSink,
    open_audio,
    open_player,
    read_recording,
    to_pcm16,
    write_audio,
)
from text_to_speech.errors import DeviceError, InputError, OutputError

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
    assert info.format == FORMATS[suffix.lower()[1:]][0]
    assert snr(TONE, read_recording(path)) > least
    assert names(tmp_path) == [path.name]


def test_raw_samples_are_16_bit_little_endian(tmp_path: Path) -> None:
    for path, container in ((tmp_path / "tone.raw", None), (tmp_path / "tone.bin", "raw")):
        with open_audio(path, container=container) as file:
            file.write(TONE)
        np.testing.assert_array_equal(np.fromfile(path, "<i2"), to_pcm16(TONE))


@pytest.mark.parametrize("container", ["wav", "raw"])
def test_a_pipe_gets_every_chunk_at_once(container: str) -> None:
    pipe = io.BytesIO()
    sink = PipeSink(pipe, container=container)
    header = 44 if container == "wav" else 0
    for chunk in np.array_split(TONE, 3):
        sink.write(chunk)
        assert len(pipe.getvalue()) == header + 2 * sink.samples
    assert sink.samples == TONE.size
    np.testing.assert_array_equal(np.frombuffer(pipe.getvalue()[header:], "<i2"), to_pcm16(TONE))


def test_a_wav_of_unknown_length_is_read_to_its_end() -> None:
    pipe = io.BytesIO()
    PipeSink(pipe).write(TONE)
    samples, rate = soundfile.read(io.BytesIO(pipe.getvalue()), dtype="int16")
    assert rate == 22_050
    np.testing.assert_array_equal(samples, to_pcm16(TONE))


class SoundDevice(types.ModuleType):
    """Stands in for the package sounddevice."""

    PortAudioError = type("PortAudioError", (Exception,), {})

    def __init__(self, *, devices: int) -> None:
        super().__init__("sounddevice")
        self.played: list[NDArray[np.float32]] = []
        self.devices = devices

    @contextlib.contextmanager
    def _stream(self):
        yield types.SimpleNamespace(write=self.played.append)

    def OutputStream(self, *, samplerate: int, channels: int, dtype: str):  # noqa: N802
        assert (samplerate, channels, dtype) == (22_050, 1, "float32")
        if not self.devices:
            raise self.PortAudioError("Error querying device -1")
        return self._stream()


def test_the_default_device_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SoundDevice(devices=1)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    with open_player() as player:
        player.write(TONE)
        player.write(3 * TONE)
    assert player.samples == 2 * TONE.size
    assert {block.shape[1] for block in module.played} == {1}
    played = np.concatenate(module.played)[:, 0]
    np.testing.assert_array_equal(played, np.concatenate([TONE, np.clip(3 * TONE, -1, 1)]))


def test_a_device_that_fails_while_it_plays_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SoundDevice(devices=1)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    with pytest.raises(DeviceError, match="the sound device failed: unplugged"), open_player():
        raise module.PortAudioError("unplugged")


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (SoundDevice(devices=0), "this machine has no sound device .*Error querying device -1"),
        (None, "package sounddevice is missing; pip install"),
    ],
)
def test_no_sound_device_is_said(
    module: SoundDevice | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    with pytest.raises(DeviceError, match=message), open_player():
        pass


def test_a_sound_library_that_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    with pytest.raises(DeviceError, match=r"PortAudio library not found; .*libportaudio2"), open_player():
        pass


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
@pytest.mark.parametrize("suffix", [f".{name}" for name in FORMATS])
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
