"""The text front end: sentences, phonemes and the symbol table that the voice was trained on."""

from .phonemes import Phonemizer
from .sentences import Sentence, split_sentences
from .symbols import SYMBOLS, to_ids

__all__ = ["SYMBOLS", "Phonemizer", "Sentence", "split_sentences", "to_ids"]
