import numpy as np
import pytest

from text_to_speech.errors import InputError
from text_to_speech.text import SYMBOLS, to_ids
from text_to_speech.text.symbols import BOUNDARY, nearest_symbols


def test_symbols_are_single_characters_without_repetition_and_fit_into_metadata():
    assert SYMBOLS[0] == BOUNDARY == "_"
    assert len(set(SYMBOLS)) == len(SYMBOLS) == 65
    assert all(len(symbol) == 1 for symbol in SYMBOLS)
    assert tuple("\n".join(SYMBOLS).split("\n")) == SYMBOLS


def test_the_order_of_the_symbols_is_the_one_the_published_voices_were_trained_with():
    assert "".join(SYMBOLS) == '_;:,.!?—…"()“” ˈˌAIOWYiuæɐɑɔəɛɜɪʊʌᵊᵻbdfhjklmnpstvwzðŋɡɹʃʒʤʧθTɒaQː'


def test_ids_are_the_symbols_between_two_boundaries():
    ids = to_ids("həlˈO.")
    assert ids.dtype == np.int64
    assert [SYMBOLS[i] for i in ids] == ["_", *"həlˈO.", "_"]


def test_an_utterance_without_phonemes_is_two_boundaries():
    assert to_ids("").tolist() == [0, 0]


@pytest.mark.parametrize("symbol", ["ɾ", "y", "\n", "_", "漢"])
def test_an_unknown_symbol_is_refused_by_name(symbol):
    with pytest.raises(InputError, match=f"U\\+{ord(symbol):04X}"):
        to_ids(f"h{symbol}")


def test_untrained_sounds_become_the_nearest_trained_ones():
    phonemes = nearest_symbols("wˈɔɾəɹ bˈʌʔn ʀyaˈn1-")
    assert phonemes == "wˈɔTəɹ bˈʌtn ɹuɑˈn"
    to_ids(phonemes)
