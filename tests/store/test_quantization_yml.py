import pytest

from text_to_speech.errors import ModelError
from text_to_speech.store import model_folder
from text_to_speech.store.quantization_yml import Quantization, read_quantization


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


@pytest.fixture
def neighbours(tmp_path):
    """The folders of two models in a zoo, and a text beside the zoo."""
    (tmp_path / "secret.txt").write_text("Hello.")
    folder, other = tmp_path / "models" / "a", tmp_path / "models" / "b"
    folder.mkdir(parents=True)
    other.mkdir()
    (other / "t.txt").write_text("Hello.")
    (tmp_path / "models" / "list.txt").write_text("Hello.")
    return folder


def test_the_texts_of_another_model_may_be_used(neighbours):
    (neighbours / "quantization.yml").write_text("texts: ../b/t.txt")
    assert read_quantization(neighbours).texts.samefile(neighbours.parent / "b" / "t.txt")


@pytest.mark.parametrize(
    "texts", ["../../secret.txt", "../list.txt", "../b", "../b/../../secret.txt", "/etc/hosts"]
)
def test_no_other_file_is_read_for_texts(neighbours, texts):
    (neighbours / "quantization.yml").write_text(f"texts: {texts}")
    with pytest.raises(ModelError, match="expected a file beside it"):
        read_quantization(neighbours)


def test_a_link_does_not_lead_out_of_the_zoo(neighbours):
    try:
        (neighbours / "t.txt").symlink_to(neighbours.parents[1] / "secret.txt")
    except OSError:
        pytest.skip("this user may make no symbolic links")
    (neighbours / "quantization.yml").write_text("texts: t.txt")
    with pytest.raises(ModelError, match="expected a file beside it"):
        read_quantization(neighbours)
