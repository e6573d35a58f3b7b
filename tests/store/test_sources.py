import hashlib
from dataclasses import replace

import pytest

from text_to_speech.errors import ChecksumError, ModelError
from text_to_speech.store.model_yml import read_model
from text_to_speech.store.sources import file_sha384, installed_file, locate_file, verify_file


@pytest.fixture
def file(zoo):
    return read_model(zoo / "tiny").files[0]


def test_the_digest_of_a_file_of_several_chunks(tmp_path):
    content = bytes(range(256)) * 10_000
    (tmp_path / "file").write_bytes(content)
    assert file_sha384(tmp_path / "file") == hashlib.sha384(content).hexdigest()


def test_a_file_that_came_with_pip_is_found_by_its_checksum(file, site):
    assert installed_file(file) == site / "tiny_weights" / "data" / "weights.bin"


def test_what_pip_brought_and_somebody_changed_is_not_used(file, site):
    (site / "tiny_weights" / "data" / "weights.bin").write_bytes(bytes(file.size))
    assert installed_file(file) is None
    with pytest.raises(ModelError, match=r"generator\.pth\.tar .* requirements\.txt"):
        locate_file(file)


def test_packages_that_are_not_installed_are_passed_over(file, monkeypatch):
    monkeypatch.setattr("text_to_speech.store.sources.PACKAGES", ("not-installed-weights",))
    assert installed_file(file) is None


def test_a_downloaded_file_goes_first(file, site, tmp_path):
    downloaded = tmp_path / file.name
    downloaded.write_bytes((site / "tiny_weights" / "data" / "weights.bin").read_bytes())
    assert locate_file(file, tmp_path) == downloaded
    assert locate_file(file, tmp_path / "empty") == installed_file(file)


def test_a_wrong_downloaded_file_is_refused_even_if_pip_brought_the_right_one(file, site, tmp_path):
    (tmp_path / file.name).write_bytes(b"short")
    with pytest.raises(ChecksumError, match=r"5 bytes, expected"):
        locate_file(file, tmp_path)
    (tmp_path / file.name).write_bytes(bytes(file.size))
    with pytest.raises(ChecksumError, match="SHA-384"):
        locate_file(file, tmp_path)


def test_a_missing_file_cannot_be_verified(file, tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        verify_file(tmp_path / "none", file)


def test_the_official_checkpoints_are_installed():
    from text_to_speech.store import model_folder

    for name in ("hifi-gan", "hifi-gan-universal"):
        (published,) = read_model(model_folder(name)).files
        found = installed_file(published)
        assert found is not None
        assert found.name == published.name
        assert installed_file(replace(published, checksum="0" * 96)) is None
