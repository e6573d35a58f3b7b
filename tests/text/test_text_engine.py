"""hibari's phonemiser is loaded alone, and its absence is told in one line."""

import sys

import pytest

from text_to_speech.errors import ModelError
from text_to_speech.text import engine


def test_the_phonemiser_is_loaded_without_the_synthesiser():
    package = engine.hibari_g2p()
    assert package is engine.hibari_g2p()
    assert package.numbers.cardinal(12) == "twelve"
    assert sys.modules[f"{engine.NAME}.lexicon"] is package.lexicon


@pytest.mark.parametrize("found", [None, "empty"])
def test_a_missing_package_is_named(monkeypatch, tmp_path, found):
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(engine, "find_spec", lambda name: Spec() if found else None)
    with pytest.raises(ModelError, match="hibari-tts"):
        engine.hibari_g2p.__wrapped__()
