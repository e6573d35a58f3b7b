"""Sound files: what is written is read again, and nothing is left behind when writing fails."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sounds import decoded
from text_to_speech.errors import DeviceError, InputError, OutputError
from text_to_speech.speech.containers import FORMATS
from text_to_speech.speech.playback import open_player
from text_to_speech.speech.recordings import read_recording
from text_to_speech.speech.samples import to_pcm16
from text_to_speech.speech.sinks import PipeSink, open_audio, write_audio

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


class Stream:
    """An output stream of sounddevice that remembers what is done with it."""

    def __init__(self, module: SoundDevice) -> None:
        self._module = module
        self.calls: list[str] = []

    def write(self, block: NDArray[np.float32]) -> None:
        if self._module.fails_at == "write":
            raise self._module.PortAudioError("unplugged")
        self._module.played.append(block)

    def __getattr__(self, name: str) -> Callable[[], None]:
        def call() -> None:
            self.calls.append(name)
            if name == self._module.fails_at:
                raise self._module.PortAudioError("unplugged")

        return call


class SoundDevice(types.ModuleType):
    """Stands in for the package sounddevice."""

    PortAudioError = type("PortAudioError", (Exception,), {})

    def __init__(self, *, devices: int = 1, fails_at: str = "") -> None:
        super().__init__("sounddevice")
        self.played: list[NDArray[np.float32]] = []
        self.devices = devices
        self.fails_at = fails_at
        self.stream = Stream(self)

    def OutputStream(self, *, samplerate: int, channels: int, dtype: str) -> Stream:  # noqa: N802
        assert (samplerate, channels, dtype) == (22_050, 1, "float32")
        if not self.devices:
            raise self.PortAudioError("Error querying device -1")
        return self.stream


def test_the_default_device_plays_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SoundDevice()
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    with open_player() as player:
        player.write(TONE)
        player.write(3 * TONE)
    assert module.stream.calls == ["start", "stop", "close"]
    assert player.samples == 2 * TONE.size
    assert {block.shape[1] for block in module.played} == {1}
    played = np.concatenate(module.played)[:, 0]
    np.testing.assert_array_equal(played, np.concatenate([TONE, np.clip(3 * TONE, -1, 1)]))


@pytest.mark.parametrize("place", ["write", "stop", "close"])
def test_a_device_that_fails_while_it_plays_is_said(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def play() -> None:
        with open_player() as player:
            player.write(TONE)

    monkeypatch.setitem(sys.modules, "sounddevice", SoundDevice(fails_at=place))
    with pytest.raises(DeviceError, match="the sound device failed: unplugged"):
        play()


def test_the_sound_stops_at_once_when_the_caller_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SoundDevice()
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt) as caught, open_player():
        raise error
    assert caught.value is error
    assert module.stream.calls == ["start", "abort", "close"]


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
    pipe = io.BytesIO()
    PipeSink(pipe, container="raw").write(np.array([sample], np.float32))
    assert np.frombuffer(pipe.getvalue(), "<i2") == [round(32767 * min(max(sample, -1.0), 1.0))]


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
        ("out.txt", r"ends in \.wav, \.flac, \.ogg, \.opus, \.mp3"),
        ("out", r"ends in \.wav"),
        ("", r"ends in \.wav"),
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
    def refuse(path: Path, *rest: int) -> None:
        raise PermissionError(13, "Permission denied")

    # The test may run as root, whom no mode stops.
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match=r"out\.wav cannot be written: Permission denied"):
        write_audio(tmp_path / "out.wav", TONE)


@pytest.mark.parametrize("suffix", [f".{name}" for name in FORMATS])
@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(104, "client went away"),
        DeviceError("GPU hung"),
        GeneratorExit(),
        AssertionError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_caller_raises_is_no_trouble_of_the_file(
    suffix: str, error: BaseException, tmp_path: Path
) -> None:
    cause = RuntimeError("the cause")
    error.__cause__ = cause

    def write() -> None:
        with open_audio(tmp_path / f"out{suffix}") as file:
            file.write(TONE)
            raise error

    with pytest.raises(type(error)) as caught:
        write()
    assert caught.value is error
    assert error.__cause__ is cause
    assert names(tmp_path) == []


@pytest.mark.parametrize("container", ["wave", "", "flac", "WAV", "ogg"])
def test_a_pipe_takes_the_containers_that_need_no_seeking(container: str) -> None:
    with pytest.raises(OutputError, match=r"cannot be written to the pipe: expected wav or raw"):
        PipeSink(io.BytesIO(), container=container)


@pytest.mark.parametrize("container", ["wave", "", "WAV", "aac"])
def test_an_unknown_container_is_refused(container: str, tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"expected wav, flac, ogg, opus, mp3, raw"),
        open_audio(tmp_path / "out.wav", container=container),
    ):
        pass
    assert names(tmp_path) == []


@pytest.mark.parametrize("rate", [0, -1, 22_050.0, "22050", None, 10**9])
def test_what_is_no_sample_rate_is_refused(rate: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sample rate .*: expected a whole number"):
        write_audio(tmp_path / "out.wav", TONE, sample_rate=rate)
    with pytest.raises(InputError, match="sample rate"):
        PipeSink(io.BytesIO(), sample_rate=rate)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "audio",
    [
        [0.25, -0.5],
        (0.25, -0.5),
        np.array([[0.25], [-0.5]]),
        np.array([[0.25, -0.5]], np.float16),
        np.array([0.25, 9, -0.5], np.float64)[::2],
        np.array([0.25, -0.5], ">f4"),
    ],
    ids=["list", "tuple", "column", "row", "strided", "big-endian"],
)
def test_samples_come_in_many_forms(audio: Any, tmp_path: Path) -> None:
    write_audio(tmp_path / "out.wav", audio)
    assert soundfile.read(tmp_path / "out.wav")[0].tolist() == pytest.approx([0.25, -0.5], abs=1e-4)


@pytest.mark.parametrize("audio", [[], np.zeros(0, np.float32), np.zeros((0, 1)), np.zeros((1, 0))])
def test_no_samples_at_all_are_a_sound(audio: Any, tmp_path: Path) -> None:
    write_audio(tmp_path / "out.wav", audio)
    assert soundfile.info(tmp_path / "out.wav").frames == 0


def test_samples_far_beyond_full_scale_are_clipped(tmp_path: Path) -> None:
    write_audio(tmp_path / "out.wav", np.array([1e300, -1e300]))
    assert soundfile.read(tmp_path / "out.wav", dtype="int16")[0].tolist() == [32767, -32767]


@pytest.mark.parametrize(
    ("audio", "message"),
    [
        ([0.0, float("nan")], "NaN or infinity"),
        ([0.0, float("inf")], "NaN or infinity"),
        (np.array([1, 2], np.int16), "of type int16: expected floating point .* divide 16-bit samples"),
        ([0, 1], "of type int64"),
        (np.zeros(3, complex), "of type complex128"),
        (np.zeros((3, 2)), r"of shape \[3, 2\]: expected \[L\], one channel"),
        (np.zeros((1, 2, 2)), r"of shape \[1, 2, 2\]"),
        (np.float32(0.5), r"of shape \[\]"),
        ([[0.0], [0.0, 1.0]], "expected one array of samples, got list"),
        (None, "of type object"),
        ("sound", "expected floating point"),
        (b"sound", "expected floating point"),
    ],
)
def test_what_is_no_sound_is_refused_and_nothing_is_written(audio: Any, message: str, tmp_path: Path) -> None:
    pipe = io.BytesIO()
    with pytest.raises(InputError, match=message):
        PipeSink(pipe).write(audio)
    with pytest.raises(InputError, match=message):
        write_audio(tmp_path / "out.wav", audio)
    assert (pipe.getvalue(), names(tmp_path)) == (b"", [])


class Pipe(io.RawIOBase):
    """A pipe that takes a few bytes at a time, and fails in the end."""

    def __init__(self, error: OSError | None, room: int) -> None:
        super().__init__()
        self.taken = b""
        self._error = error
        self._room = room

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int | None:
        if len(self.taken) >= self._room:
            if self._error:
                raise self._error
            return None
        self.taken += bytes(data[:1000])
        return len(data[:1000])


def test_a_pipe_that_takes_a_part_gets_the_rest() -> None:
    pipe = Pipe(None, room=10**9)
    PipeSink(pipe, container="raw").write(TONE)
    assert pipe.taken == to_pcm16(TONE).tobytes()


@pytest.mark.parametrize(
    ("error", "expected", "message"),
    [
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), BrokenPipeError, "Broken pipe"),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            OutputError,
            "standard output cannot be written: No",
        ),
        (OSError(errno.EIO, "Input/output error"), OutputError, "standard output cannot be written: Input"),
        (None, OutputError, "standard output cannot be written: it does not wait"),
    ],
)
def test_a_pipe_that_fails_is_named(error: OSError | None, expected: type[OSError], message: str) -> None:
    with pytest.raises(expected, match=message):
        PipeSink(Pipe(error, room=5000), name="standard output").write(TONE)


def test_a_reader_that_goes_away_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("text_to_speech.files._ON_WINDOWS", True)
    with pytest.raises(BrokenPipeError):
        PipeSink(Pipe(OSError(errno.EINVAL, "Invalid argument"), room=5000)).write(TONE)


@pytest.mark.skipif(os.name != "posix", reason="named pipes are POSIX")
@pytest.mark.parametrize("audio", [TONE, TONE[:0]], ids=["sound", "nothing"])
@pytest.mark.parametrize(("container", "header"), [("wav", 44), ("raw", 0)])
def test_a_named_pipe_is_fed(container: str, header: int, audio: NDArray[np.float32], tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(path.read_bytes()))
    reader.start()
    with open_audio(path, container=container) as file:
        file.write(audio)
    reader.join(timeout=60)
    np.testing.assert_array_equal(np.frombuffer(heard[0][header:], "<i2"), to_pcm16(audio))
    assert len(heard[0]) == header + 2 * audio.size
    assert path.is_fifo()


@pytest.mark.skipif(os.name != "posix", reason="named pipes are POSIX")
@pytest.mark.parametrize("container", ["flac", "ogg", "opus", "mp3"])
def test_a_named_pipe_takes_every_container(container: str, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(path.read_bytes()))
    reader.start()
    with open_audio(path, container=container, output_rate=24_000) as file:
        for chunk in np.array_split(TONE, 5):
            file.write(chunk)
    reader.join(timeout=60)
    assert path.is_fifo()
    assert soundfile.info(io.BytesIO(heard[0])).samplerate == 24_000
    expected = -(-TONE.size * 24_000 // 22_050)
    assert decoded(heard[0], samples=expected).size >= expected


WRITE_UNDER_A_LIMIT = """
import resource, sys
import numpy as np
from text_to_speech.speech.sinks import open_audio
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
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "demo")},
        )
        assert (result.returncode, result.stderr) == (0, "")
        assert "cannot be written: File too large" in result.stdout
        assert names(tmp_path) == [f"whole{suffix}"]
