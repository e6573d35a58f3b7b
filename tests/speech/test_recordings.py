"""Recordings: whole and in blocks, of any format and rate; what is none is refused in one line."""

from __future__ import annotations

import contextlib
import logging
import os
import struct
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from text_to_speech.errors import InputError
from text_to_speech.speech.recordings import BLOCK_VALUES, read_recording, recording_blocks
from text_to_speech.speech.resampling import resample

NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 300_000).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 22_051])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_blocks_are_mixed_and_resampled_as_the_whole(rate: int, channels: int, tmp_path: Path) -> None:
    sound = np.resize(NOISE, (NOISE.size // 4, channels))
    soundfile.write(tmp_path / "sound.wav", sound, rate, subtype="FLOAT")
    wanted = resample(sound.mean(axis=1), rate, 22_050)
    blocks = list(recording_blocks(tmp_path / "sound.wav"))
    assert all(block.dtype == np.float32 and block.size for block in blocks)
    np.testing.assert_allclose(np.concatenate(blocks), wanted, atol=1e-6)
    np.testing.assert_array_equal(read_recording(tmp_path / "sound.wav"), np.concatenate(blocks))


@pytest.mark.parametrize("target", [8_000, 16_000, 48_000])
def test_another_rate_can_be_asked_for(target: int, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "sound.flac", NOISE, 44_100)
    assert read_recording(tmp_path / "sound.flac", sample_rate=target).size == -(
        -NOISE.size * target // 44_100
    )


@pytest.mark.parametrize("suffix", ["flac", "ogg", "mp3", "aiff", "w64", "caf", "au", "WAV"])
def test_every_format_with_a_header_is_read(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"sound.{suffix}"
    soundfile.write(path, NOISE[:22_050], 22_050)
    assert read_recording(str(path)).shape == (22_050,)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_name_need_not_be_unicode(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/sp\xe4ch.wav"))
    soundfile.write(tmp_path / "sound.wav", NOISE[:1_000], 22_050)
    (tmp_path / "sound.wav").rename(path)
    assert read_recording(path).shape == (1_000,)


def test_one_sample_is_a_recording(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.wav", NOISE[:1], 44_100)
    assert read_recording(tmp_path / "one.wav").shape == (1,)


@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_memory_does_not_grow_with_the_recording(rate: int, tmp_path: Path) -> None:
    peaks = []
    for seconds in (30, 30, 120):
        path = tmp_path / f"{seconds}.wav"
        soundfile.write(path, np.zeros((seconds * rate, 2), np.int16), rate)
        tracemalloc.start()
        try:
            for _ in recording_blocks(path):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[2] < 1.05 * peaks[1]


def wav(
    *, rate: int = 22_050, channels: int = 1, samples: bytes = bytes(4_000), claim: int | None = None
) -> bytes:
    """Return a 16-bit WAV whose header may claim another size of its samples."""
    size = len(samples) if claim is None else claim
    layout = struct.pack(
        "<IHHIIHH", 16, 1, channels, rate, 2 * channels * rate % 2**32, 2 * channels % 2**16, 16
    )
    return (
        b"RIFF"
        + struct.pack("<I", min(36 + size, 2**32 - 1))
        + b"WAVEfmt "
        + layout
        + b"data"
        + struct.pack("<I", size)
        + samples
    )


def test_what_a_header_claims_is_not_allocated(tmp_path: Path) -> None:
    """What a stream to a pipe claims, where the length is not known beforehand."""
    (tmp_path / "stream.wav").write_bytes(wav(claim=2**32 - 1))
    assert read_recording(tmp_path / "stream.wav").size == 2_000


def no_file(path: Path) -> None:
    pass


def flac_of_a_month(path: Path) -> None:
    """A FLAC of one second whose header claims 2^36 - 1 samples."""
    soundfile.write(path, NOISE[:22_050], 22_050, format="FLAC")
    content = bytearray(path.read_bytes())
    content[21] |= 0x0F
    content[22:26] = b"\xff" * 4
    path.write_bytes(content)


def half_a_flac(path: Path) -> None:
    soundfile.write(path, NOISE, 22_050, format="FLAC")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def floats(*values: float) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        samples = np.zeros((BLOCK_VALUES, 2))
        samples[-1, : len(values)] = values
        soundfile.write(path, samples, 22_050, subtype="DOUBLE", format="WAV")

    return write


def special(kind: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        try:
            if kind == "pipe":
                os.mkfifo(path)
            else:
                os.mknod(path, 0o020600, os.makedev(1, 5))
        except (AttributeError, PermissionError) as error:
            pytest.skip(f"special files cannot be made here: {error}")

    return make


def content(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


REFUSED: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "nothing": ("none.wav", no_file, "is not there"),
    "nothing, raw": ("none.raw", no_file, "is not there"),
    "below a file": ("file.wav/none.wav", no_file, "is not there"),
    "a folder": ("folder.wav", Path.mkdir, "is a folder: expected a regular file"),
    "a pipe": ("pipe.wav", special("pipe"), "is a pipe or a device: expected a regular file"),
    "a device": ("device.wav", special("device"), "is a pipe or a device: expected a regular file"),
    "zero bytes": ("empty.wav", content(b""), "is not a sound file that can be read"),
    "a text": ("text.wav", content(b"hello"), "is not a sound file that can be read"),
    "raw samples": (
        "speech.raw",
        content(bytes(2_000)),
        r"is raw samples, .*expected a sound file with a header",
    ),
    "raw samples, capitals": ("SPEECH.RAW", content(bytes(2_000)), "is raw samples"),
    "no samples": ("silent.wav", content(wav(samples=b"")), "is empty"),
    "no rate": ("rate.wav", content(wav(rate=0)), "is not a sound file that can be read"),
    "a rate of 1": ("rate.wav", content(wav(rate=1)), "sample rate 1: expected a whole number of 1,000 to"),
    "a rate of 2 GHz": ("rate.wav", content(wav(rate=2**31 - 1)), "sample rate 2147483647: expected"),
    "no channels": ("channels.wav", content(wav(channels=0)), "is not a sound file that can be read"),
    "65,535 channels": (
        "channels.wav",
        content(wav(channels=65_535)),
        "is not a sound file that can be read",
    ),
    "half a FLAC": ("half.flac", half_a_flac, r"is damaged \d\.\d s after its beginning"),
    "a claim of a month": ("month.flac", flac_of_a_month, r"is damaged \d\.\d s after its beginning"),
    "NaN": ("nan.wav", floats(np.nan), r"holds a NaN, infinite or very large sample 11\.89 s after"),
    "NaN in one channel": ("nan.wav", floats(0.0, np.nan), "holds a NaN"),
    "infinity": ("inf.wav", floats(np.inf), "holds a NaN, infinite"),
    "both infinities": ("inf.wav", floats(np.inf, -np.inf), "holds a NaN, infinite"),
    "what float32 cannot hold": ("large.wav", floats(1e300), "holds a NaN, infinite"),
    "damage": ("large.wav", floats(-1e30), "holds a NaN, infinite or very large"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_recording_is_refused(case: str, tmp_path: Path) -> None:
    name, make, message = REFUSED[case]
    (tmp_path / "file.wav").touch()
    make(tmp_path / name)
    for read in (read_recording, lambda path: list(recording_blocks(path))):
        with pytest.raises(InputError, match=message) as caught:
            read(tmp_path / name)
        assert str(caught.value).startswith(f"recording {tmp_path / name}")
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "secret.wav", NOISE[:1_000], 22_050)
    (tmp_path / "secret.wav").chmod(0)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        read_recording(tmp_path / "secret.wav")


def test_a_name_with_a_null_is_refused() -> None:
    with pytest.raises(InputError, match=r"recording a\0b\.wav cannot be read: embedded null"):
        read_recording("a\0b.wav")


def test_more_than_memory_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("text_to_speech.speech.recordings.LONGEST_WHOLE", 3_600 / 3_600)
    soundfile.write(tmp_path / "long.wav", NOISE, 44_100)
    with pytest.raises(InputError, match=r"is longer than .*recording_blocks"):
        read_recording(tmp_path / "long.wav")
    assert sum(block.size for block in recording_blocks(tmp_path / "long.wav")) == -(-NOISE.size // 2)


def test_a_recording_shorter_than_its_header_says_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "half.mp3"
    soundfile.write(path, NOISE, 22_050)
    whole = read_recording(path)
    assert not caplog.records
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with caplog.at_level(logging.WARNING):
        assert 0 < read_recording(path).size < whole.size
    assert f"recording {path} breaks off: its header says 13.6 s" in caplog.text
    capfd.readouterr()


HEADERS = [wav(samples=NOISE[:500].tobytes()), wav(channels=2, rate=44_100)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    base=st.sampled_from(HEADERS),
    changes=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=6),
    length=st.integers(0, 3_000),
)
def test_a_damaged_header_is_read_or_refused(
    base: bytes, changes: list[tuple[int, int]], length: int, tmp_path: Path
) -> None:
    content = bytearray(base[:length])
    for at, value in changes:
        if at < len(content):
            content[at] = value
    (tmp_path / "damaged.wav").write_bytes(content)
    # Any error but this one would be seen by the user as a traceback.
    with contextlib.suppress(InputError):
        for block in recording_blocks(tmp_path / "damaged.wav"):
            assert np.isfinite(block).all()


def test_a_reader_that_stops_closes_the_file(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "sound.wav", NOISE, 22_050)
    blocks = recording_blocks(tmp_path / "sound.wav")
    assert next(blocks).size == BLOCK_VALUES
    blocks.close()  # type: ignore[attr-defined]
    (tmp_path / "sound.wav").unlink()


def tone(rate: int) -> NDArray[np.float32]:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.float32)


def test_a_tone_stays_where_it_is(tmp_path: Path) -> None:
    stereo = np.stack([tone(44_100), np.zeros(44_100, np.float32)], axis=1)
    soundfile.write(tmp_path / "stereo.flac", stereo, 44_100)
    audio = read_recording(tmp_path / "stereo.flac")
    assert audio.shape == (22_050,)
    np.testing.assert_allclose(audio[1_000:20_000], tone(22_050)[1_000:20_000] / 2, atol=1e-4)
