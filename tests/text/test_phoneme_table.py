import pytest

from text_to_speech.text import SYMBOLS, Phonemizer, parse_phonemes, phoneme_table
from text_to_speech.text.phoneme_table import EXAMPLES
from text_to_speech.text.symbols import BRITISH_SOUNDS, nearest_symbols


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def test_every_symbol_but_the_boundary_is_in_the_table():
    table = phoneme_table()
    assert [symbol for symbol in SYMBOLS[1:] if symbol not in table] == []


@pytest.mark.parametrize("symbol", EXAMPLES)
def test_what_the_table_says_is_so(symbol: str, phonemizer: Phonemizer):
    ipa, arpabet, word = EXAMPLES[symbol]
    is_british = symbol in BRITISH_SOUNDS
    reader = phonemizer.in_language("en-GB") if is_british else phonemizer
    assert symbol in reader(word)
    # The mark of length is no sound of its own.
    written, said = (f"ɑ{ipa}", f"ɑ{symbol}") if symbol == "ː" else (ipa, symbol)
    assert parse_phonemes(said) == said
    if symbol not in "ɜa":  # ɜː brings its ɹ along; people write æ for the a of "trap"
        assert nearest_symbols(parse_phonemes(written), is_british=is_british) == said
    if arpabet:
        assert parse_phonemes(f"/{arpabet}/").strip("ˈ") == symbol
