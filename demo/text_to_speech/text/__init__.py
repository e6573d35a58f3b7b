"""The text front end: sentences, words with phonemes and the symbol table that the voice was trained on."""

from .normalization import Reading
from .phoneme_table import phoneme_table
from .phonemes import PhonemizedWord, Phonemizer
from .pronunciations import Lexicon
from .sentences import Sentence, split_sentences
from .symbols import SYMBOLS, to_ids

__all__ = [
    "SYMBOLS",
    "Lexicon",
    "PhonemizedWord",
    "Phonemizer",
    "Reading",
    "Sentence",
    "phoneme_table",
    "split_sentences",
    "to_ids",
]
