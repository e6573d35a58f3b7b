"""The text front end: sentences, phonemes and the symbol table that the voice was trained on."""

from .symbols import SYMBOLS, to_ids

__all__ = ["SYMBOLS", "to_ids"]
