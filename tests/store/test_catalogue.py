"""Which models and which vocoders there are."""

import shutil

import pytest

from text_to_speech.errors import InputError, ModelError
from text_to_speech.store import check_vocoder, model_folder, vocoders


def test_the_vocoders_are_the_models_that_take_a_mel_spectrogram():
    assert vocoders() == ("hifi-gan", "hifi-gan-universal", "source-filter-light")


def test_a_vocoder_is_a_folder_and_no_code(zoo):
    assert vocoders(models=zoo) == ("tiny",)
    shutil.copytree(zoo / "tiny", zoo / "another")
    assert vocoders(models=zoo) == ("another", "tiny")


def test_a_malformed_model_hides_no_other(zoo):
    (zoo / "broken").mkdir()
    (zoo / "broken" / "model.yml").write_text("files: 3")
    assert vocoders(models=zoo) == ("tiny",)


@pytest.mark.parametrize(
    "name", ["forward-tacotron", "forward-tacotron-regression", "nothing", "", "../hifi-gan"]
)
def test_only_vocoders_are_offered(name):
    with pytest.raises(InputError) as caught:
        check_vocoder(name)
    assert "expected one of hifi-gan, hifi-gan-universal, source-filter-light" in str(caught.value)
    assert "tacotron" not in str(caught.value).replace(name or "-", "")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("hifigan", "hifi-gan"),
        ("source-filter", "source-filter-light"),
        ("hifi-gan-universel", "hifi-gan-universal"),
    ],
)
def test_the_nearest_name_is_offered(given, meant):
    with pytest.raises(InputError, match=f"did you mean {meant}\\?"):
        check_vocoder(given)


def test_a_vocoder_that_is_there_is_taken():
    assert check_vocoder("source-filter-light") == "source-filter-light"


def test_a_model_that_is_not_there(zoo):
    with pytest.raises(ModelError, match="no model 'none': expected one of tiny"):
        model_folder("none", models=zoo)
