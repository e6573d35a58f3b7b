"""The alphabet of phonemes that the voices were trained on, and the ids of its symbols.

The symbols are those of misaki's English (hexgrad, Apache-2.0), as the phonemiser of hibari-tts writes them: IPA with
one letter per diphthong and affricate, so that each symbol is one character.

    A eɪ   I aɪ   O oʊ   W aʊ   Y ɔɪ   ʤ dʒ   ʧ tʃ   T the flapped t of "water"
    ᵊ the schwa of "bottle"   ᵻ the vowel of "boxes"   ɐ the unstressed article "a"

  and of British English alone
    ɒ the vowel of "lot"   a that of "trap"   Q that of "goat"   ː after a long vowel

The index of a symbol is its id. The order is part of the trained model: symbols may only be added at the end. The model
file lists the symbols too (ONNX metadata property `symbols`, joined by line breaks).
"""

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

BOUNDARY = "_"
"""The silence before and after every utterance; phonemes never contain it."""

PUNCTUATION = ';:,.!?—…"()“” '
"""The punctuation marks that the voice was trained with, and the space between words."""

STRESS_MARKS = "ˈˌ"
"""Main and secondary stress, written before the vowel."""

VOWELS = "AIOWYiuæɐɑɔəɛɜɪʊʌᵊᵻ"
CONSONANTS = "bdfhjklmnpstvwzðŋɡɹʃʒʤʧθT"

BRITISH_SOUNDS = "ɒaQː"
"""What the British dictionaries write beyond the American ones."""

SYMBOLS: tuple[str, ...] = (BOUNDARY, *PUNCTUATION, *STRESS_MARKS, *VOWELS, *CONSONANTS, *BRITISH_SOUNDS)
"""All symbols in the order of their ids."""

_IDS = {symbol: index for index, symbol in enumerate(SYMBOLS)}

# Sounds that the dictionaries and the network for unknown words can write, or people in a lexicon, but that the voices
# never met in training (counted in the 13,100 LJSpeech transcripts), and the nearest sounds that they did meet:
#     ʔ  the glottal stop of "button"
#     ʀ  the French and the German r
#     y  the French u and the German ü
#     1  a tone digit, and - a syllable break, which have no sound of their own
RARE_SOUNDS = {"ʔ": "t", "ʀ": "ɹ", "y": "u", "1": "", "-": ""}
# ɾ is the dictionary's flap, for which the American phonemiser itself writes T. American voices never said the British
# sounds (a is also the a of foreign names, as in "Bach"), and British ones neither the flap nor the American "goat".
_NEAREST = str.maketrans({**RARE_SOUNDS, "ɾ": "T", "ɒ": "ɑ", "a": "ɑ", "Q": "O", "ː": ""})
_NEAREST_BRITISH = str.maketrans({**RARE_SOUNDS, "ɾ": "t", "T": "t", "O": "Q"})


def nearest_symbols(phonemes: str, *, is_british: bool = False) -> str:
    """Replace sounds that the voices of a language were not trained on by the nearest ones that they were.

    Only the sounds that the phonemiser can write, or that people write for the other kind of English, are replaced.
    Anything else is kept, and `to_ids` refuses it.

    Args:
        phonemes: Phonemes as a dictionary, the network or people write them.
        is_british: Whether a British voice speaks them.
    """
    if is_british:
        return phonemes.translate(_NEAREST_BRITISH)
    # The vowel of "bird" has no r in British English, and never lacks it in American.
    return phonemes.replace("ɜːɹ", "ɜɹ").replace("ɜː", "ɜɹ").translate(_NEAREST)


def check_symbols(phonemes: str) -> None:
    """Refuse phonemes that are not in the alphabet of the voice.

    Raises:
        InputError: A character is not in `SYMBOLS`, or is the boundary.
    """
    unknown = sorted(set(phonemes).difference(SYMBOLS[1:]))
    if unknown:
        listed = ", ".join(f"{symbol!r} (U+{ord(symbol):04X})" for symbol in unknown[:5])
        raise InputError(
            f"phonemes outside the voice's alphabet: {listed}; expected {''.join(SYMBOLS[1:])!r}"
        )


def to_ids(phonemes: str) -> NDArray[np.int64]:
    """Return the input of the acoustic model for one utterance.

    Args:
        phonemes: Phonemes in the alphabet of `SYMBOLS`, without the boundary symbol.

    Returns:
        The ids of the phonemes between two boundary symbols, shape [len(phonemes) + 2].

    Raises:
        InputError: A character is not in the alphabet.
    """
    check_symbols(phonemes)
    return np.array([0, *(_IDS[symbol] for symbol in phonemes), 0], dtype=np.int64)
