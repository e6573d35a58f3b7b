"""The alphabet the voice was trained on, and how phonemes become the ids that the model takes.

The symbols are those of misaki's American English (hexgrad, Apache-2.0), as the phonemiser of hibari-tts
writes them: IPA with one letter per diphthong and affricate, so that each symbol is one character.

    A eɪ   I aɪ   O oʊ   W aʊ   Y ɔɪ   ʤ dʒ   ʧ tʃ   T the flapped t of "water"
    ᵊ the schwa of "bottle"   ᵻ the vowel of "boxes"   ɐ the unstressed article "a"

Every symbol stands in the model file too (ONNX metadata property `symbols`, joined by line breaks), and the
index of a symbol is its id: the order is part of the model and may only grow at the end.
"""

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

BOUNDARY = "_"
"""The silence before and after every utterance; it never stands inside the phonemes."""

PUNCTUATION = ';:,.!?—…"()“” '
STRESS_MARKS = "ˈˌ"
VOWELS = "AIOWYiuæɐɑɔəɛɜɪʊʌᵊᵻ"
CONSONANTS = "bdfhjklmnpstvwzðŋɡɹʃʒʤʧθT"

SYMBOLS: tuple[str, ...] = (BOUNDARY, *PUNCTUATION, *STRESS_MARKS, *VOWELS, *CONSONANTS)

_IDS = {symbol: index for index, symbol in enumerate(SYMBOLS)}

# What the lexicons and the network for unknown words can also write, and that the voice never heard in
# training (counted over the 13,100 LJSpeech transcripts): the nearest sound that it did hear.
_NEAREST = str.maketrans(
    {
        "ɾ": "T",  # the dictionary's flap; the phonemiser itself writes T
        "ʔ": "t",  # the glottal stop of "button"
        "ʀ": "ɹ",  # French and German r
        "a": "ɑ",  # a of foreign names, "Bach"
        "y": "u",  # French u, German ü
        "1": "",  # a tone digit: no sound of its own
        "-": "",  # a syllable break: no sound of its own
    }
)


def nearest_symbols(phonemes: str) -> str:
    """Replaces sounds that the voice was not trained on by the nearest trained ones.

    Only the sounds that the phonemiser can write are known; anything else stays, for `to_ids` to refuse.
    """
    return phonemes.translate(_NEAREST)


def check_symbols(phonemes: str) -> None:
    """Refuse phonemes that are not in the alphabet of the voice.

    Raises:
        InputError: a character is not in `SYMBOLS`, or is the boundary.
    """
    unknown = sorted(set(phonemes).difference(SYMBOLS[1:]))
    if unknown:
        listed = ", ".join(f"{symbol!r} (U+{ord(symbol):04X})" for symbol in unknown[:5])
        raise InputError(
            f"phonemes outside the voice's alphabet: {listed}; expected {''.join(SYMBOLS[1:])!r}"
        )


def to_ids(phonemes: str) -> NDArray[np.int64]:
    """The model's input for one utterance.

    Args:
        phonemes: phonemes in the alphabet of `SYMBOLS`, without the boundary symbol.

    Returns:
        ids, shape [len(phonemes) + 2]: the phonemes between two boundary symbols.

    Raises:
        InputError: a character is not in the alphabet.
    """
    check_symbols(phonemes)
    return np.array([0, *(_IDS[symbol] for symbol in phonemes), 0], dtype=np.int64)
