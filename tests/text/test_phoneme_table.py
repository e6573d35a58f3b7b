import pytest

from text_to_speech.text import SYMBOLS, Phonemizer, parse_phonemes, phoneme_table
from text_to_speech.text.phoneme_table import EXAMPLES


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def test_every_symbol_but_the_boundary_is_in_the_table():
    table = phoneme_table()
    assert [symbol for symbol in SYMBOLS[1:] if symbol not in table] == []


@pytest.mark.parametrize("symbol", EXAMPLES)
def test_what_the_table_says_is_so(symbol: str, phonemizer: Phonemizer):
    ipa, arpabet, word = EXAMPLES[symbol]
    assert symbol in phonemizer(word)
    assert parse_phonemes(symbol) == symbol
    if symbol not in "Tɜ":  # a written ɾ is a T only where the dictionary says so; ɜː brings its ɹ along
        assert parse_phonemes(ipa) == symbol
    if arpabet:
        assert parse_phonemes(f"/{arpabet}/").strip("ˈ") == symbol
