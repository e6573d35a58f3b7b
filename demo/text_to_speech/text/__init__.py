"""The text front end: sentences, words with their phonemes, and the alphabet that the voice was trained on.

phonemizer = Phonemizer()
for sentence in split_sentences(text):
    words = phonemizer.words(sentence.text)
"""

from .characters import check_text
from .normalization import Reading
from .phoneme_table import phoneme_table
from .phonemes import PhonemizedWord, Phonemizer
from .pronunciations import Lexicon, parse_phonemes
from .sentences import Sentence, split_sentences
from .symbols import PUNCTUATION, STRESS_MARKS, SYMBOLS, to_ids

__all__ = [
    "PUNCTUATION",
    "STRESS_MARKS",
    "SYMBOLS",
    "Lexicon",
    "PhonemizedWord",
    "Phonemizer",
    "Reading",
    "Sentence",
    "check_text",
    "parse_phonemes",
    "phoneme_table",
    "split_sentences",
    "to_ids",
]
