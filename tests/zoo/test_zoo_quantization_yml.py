import pytest

from text_to_speech.errors import ModelError
from text_to_speech.zoo import model_folder
from text_to_speech.zoo.quantization_yml import Quantization, read_quantization


def test_without_the_file_all_is_as_nncf_does_it(tmp_path):
    assert read_quantization(tmp_path) == Quantization()


def test_every_key_is_read(tmp_path):
    (tmp_path / "quantization.yml").write_text(
        "preset: performance\nsubset_size: 7\nbias_correction: none\nignored_types: [Add]\n"
        "ignored_layers: ['conv.*']\ntexts: t.txt"
    )
    (tmp_path / "t.txt").write_text("Hello.")
    assert read_quantization(tmp_path) == Quantization(
        preset="performance",
        subset_size=7,
        bias_correction="none",
        ignored_types=("Add",),
        ignored_layers=("conv.*",),
        texts=tmp_path / "t.txt",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "expected keys and values"),
        ("presets: mixed", "'presets': expected keys out of preset"),
        ("preset: best", "preset: expected one of mixed, performance, got 'best'"),
        ("subset_size: 0", "subset_size: expected a whole number above 0, got 0"),
        ("subset_size: true", "subset_size"),
        ("bias_correction: 1", "bias_correction: expected one of fast"),
        ("ignored_types: Add", "ignored_types: expected a list"),
        ("ignored_layers: ['(']", r"ignored_layers\[0\]: '\(' is no regular expression"),
        ("texts: missing.txt", "texts: 'missing.txt': expected a file beside it"),
        ("texts: ../secret.txt", "texts: '../secret.txt': expected a file beside it"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, message):
    (tmp_path / "quantization.yml").write_text(content)
    with pytest.raises(ModelError, match=f"quantization.yml: {message}"):
        read_quantization(tmp_path)


@pytest.mark.parametrize("name", ["hifi-gan", "hifi-gan-universal"])
def test_the_vocoders_of_this_repository_say_how_and_on_what(name):
    settings = read_quantization(model_folder(name))
    assert settings.subset_size >= 64
    assert len(settings.texts.read_text(encoding="utf-8").splitlines()) > 150
