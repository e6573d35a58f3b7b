"""voices.yml: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from text_to_speech.errors import InputError, ModelError
from text_to_speech.store.voices_yml import DEFAULT_VOICE, find_voice, read_voices, voices

VOICES_YML = Path(__file__).parents[2] / "models" / "forward-tacotron" / "voices.yml"
# The comment and the first voice, heart.
WHOLE = "\n\n".join(VOICES_YML.read_text(encoding="utf-8").split("\n\n")[:2]) + "\n"


def test_the_voices_of_this_repository_are_read() -> None:
    assert DEFAULT_VOICE in voices()
    for name, voice in voices().items():
        assert voice.name == name
        assert voice.audible_level > voice.silent_level
        assert voice.f0_range[0] < voice.median_f0 < voice.f0_range[1]
        assert str(voice).startswith(f"{name}: {voice.language}, {voice.sex}")


def test_there_are_women_and_men_of_both_kinds_of_english() -> None:
    kinds = [(voice.language, voice.sex) for voice in voices().values()]
    assert len(kinds) >= 8
    assert {("en-US", "female"), ("en-US", "male"), ("en-GB", "female"), ("en-GB", "male")} == set(kinds)
    assert sum(language == "en-GB" for language, _ in kinds) >= 3
    assert sum(sex == "male" for _, sex in kinds) >= 4


def test_a_voice_that_hifi_gan_does_not_know_has_another_vocoder() -> None:
    assert {voice.vocoder for name, voice in voices().items() if name != "heart"} == {"hifi-gan-universal"}


def test_speaker_numbers_differ() -> None:
    numbers = [(voice.duration_model, voice.speaker) for voice in voices().values()]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("name", ["heart", "Heart", " HEART "])
def test_a_voice_is_found_by_its_name(name: str) -> None:
    assert find_voice(name).name == "heart"


@pytest.mark.parametrize(
    ("name", "hint"), [("hart", "did you mean heart"), ("xyz", "expected"), ("", "expected")]
)
def test_a_voice_that_is_not_there_is_refused_with_those_that_are(name: str, hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        find_voice(name)


def test_two_models_may_not_have_the_same_voice(tmp_path: Path) -> None:
    for model in ("one", "two"):
        (tmp_path / model).mkdir()
        (tmp_path / model / "voices.yml").write_text(WHOLE, encoding="utf-8")
    with pytest.raises(ModelError, match="'heart' is there twice"):
        voices(models=tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("heart:", "He art:", "expected a name of small letters"),
        ("en-US", "English", "language: expected a tag"),
        ("sex: female", "sex: robot", "expected one of female, male"),
        ("speaker: 0", "speaker: -1", "speaker: expected a whole number"),
        ("speaker: 0", "speaker: true", "speaker: expected a whole number"),
        ("sample_rate: 22050", "sample_rate: 22050.5", "sample_rate: expected a whole number"),
        ("median_f0: 183.7", "median_f0: .nan", "median_f0: expected a number"),
        ("[105.0, 300.0]", "[300.0, 105.0]", "expected the lower frequency first"),
        ("[105.0, 300.0]", "[105.0]", "the lowest and the highest"),
        ("[105.0, 300.0]", "[a, 300.0]", "f0_range: expected a number"),
        ("tail_frames: 8", "tail_frame: 8", "'tail_frame' is no key of a voice"),
        ("  tail_frames: 8\n", "", "tail_frames is missing"),
        ("vocoder: hifi-gan", "vocoder: ../hifi-gan", "vocoder: expected the name of a model"),
    ],
)
def test_a_malformed_file_is_refused(before: str, after: str, message: str, tmp_path: Path) -> None:
    assert before in WHOLE
    path = tmp_path / "voices.yml"
    path.write_text(WHOLE.replace(before, after), encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        read_voices(path)


@pytest.mark.parametrize("content", ["", "heart: 3\n", "- heart\n"])
def test_a_file_of_another_kind_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "voices.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"voices.yml"):
        read_voices(path)


# --- the vectors of the voices


def write_model(folder: Path, vectors: object) -> Path:
    (folder / "voices.yml").write_text(WHOLE, encoding="utf-8")
    np.save(folder / "voices.npy", vectors)
    return folder / "voices.yml"


def test_the_row_of_the_speaker_is_the_vector_of_the_voice(tmp_path: Path) -> None:
    path = write_model(tmp_path, np.array([[0.5, -1.0]], np.float32))
    assert read_voices(path)["heart"].vector == (0.5, -1.0)


def test_a_model_of_one_voice_has_no_vectors(tmp_path: Path) -> None:
    path = write_model(tmp_path, np.zeros((1, 2), np.float32))
    path.with_name("voices.npy").unlink()
    assert read_voices(path)["heart"].vector == ()


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.zeros(2, np.float32), r"expected float32 \[voices, numbers\]"),
        (np.zeros((1, 2)), "expected float32"),
        (np.array([[np.nan]], np.float32), "expected finite numbers"),
        (np.array([[{}]], dtype=object), "no vectors of voices"),
        (np.zeros((0, 2), np.float32), "speaker: expected a whole number from 0 to -1"),
    ],
)
def test_a_file_of_other_things_is_refused(tmp_path: Path, vectors: object, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read_voices(write_model(tmp_path, vectors))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"x" * 100])
def test_a_file_that_is_no_array_is_refused(tmp_path: Path, content: bytes) -> None:
    path = write_model(tmp_path, np.zeros((1, 2), np.float32))
    path.with_name("voices.npy").write_bytes(content)
    with pytest.raises(ModelError, match="no vectors of voices"):
        read_voices(path)
