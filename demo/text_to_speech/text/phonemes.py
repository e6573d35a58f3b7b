"""Sentence → phonemes, in the alphabet that the voice was trained on.

The rules, dictionaries and part-of-speech tagger are those of hibari-tts (Apache-2.0; a port of misaki's
English, Apache-2.0), the ones that the voice's training texts went through as well. This module keeps them
from losing anything: it cleans what goes in, runs the network for unknown words on OpenVINO, and spells what
still comes out without a sound.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from .characters import ReadableText, make_readable
from .symbols import SYMBOLS, nearest_symbols

if TYPE_CHECKING:
    from hibari.g2p import G2P

    from .unknown_words import UnknownWords

_log = logging.getLogger(__name__)

_NOT_A_SYMBOL = re.compile(f"[^{re.escape(''.join(SYMBOLS[1:]))}]")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TAGS = {"“": "``", "”": "''", "(": "-LRB-", ")": "-RRB-"}  # taken for words, they would swallow their words
_SILENT_TAGS = frozenset([".", ",", "-LRB-", "-RRB-", "``", '""', "''", ":", "$", "#", "NFP"])
_SHOWN = 10  # characters that a warning names


class Phonemizer:
    """Callable: English text → phonemes, in the alphabet of `SYMBOLS`.

    Dictionaries are read when it is made (half a second); it holds no state of a text.
    """

    def __init__(self, *, core: Any = None) -> None:
        """Read the dictionaries.

        Args:
            core: an `openvino.Core` to share for the network that reads unknown words.
        """
        from hibari.g2p import G2P

        from .unknown_words import UnknownWords

        self._unknown_words: UnknownWords = UnknownWords(core=core)
        self._g2p: G2P = G2P(oov=lambda word: self._unknown_words(word) or self._spell(word))

    def __call__(self, text: str) -> str:
        """Return the phonemes of a text of any length; empty if nothing in it has a sound.

        Characters that cannot be read are named in a warning, and nothing else is left out.
        """
        readable = make_readable(text)
        _warn(readable)
        tokens = self._g2p.tokenize(_normalize(readable.text))
        for token in tokens:
            token.tag = _TAGS.get(token.text, token.tag)
            if token.tag in _SILENT_TAGS and any(map(str.isalnum, token.text)):
                token.tag = "NN"  # the tagger took a word for punctuation, which would have no sound
        tokens = self._g2p.phonemize_tokens(tokens)
        words = (self._sound(token) + (" " if token.whitespace else "") for token in tokens)
        return " ".join(_NOT_A_SYMBOL.sub("", nearest_symbols("".join(words))).split())

    def _sound(self, token: Any) -> str:
        """Return a token's phonemes, spelt where the rules found none for letters or digits."""
        phonemes = str(token.phonemes or "")
        if any(map(str.isalpha, phonemes)) or not any(map(str.isalnum, token.text)):
            return phonemes
        return f"{self._spell(token.text)} {phonemes}"

    def _spell(self, text: str) -> str:
        """Return the names of the letters and digits of a text."""
        lexicon = self._g2p.lexicon
        names = (
            lexicon.lookup(_DIGITS[int(c)], None, None, None)[0] if c.isdecimal() else lexicon.get_NNP(c)[0]
            for c in unicodedata.normalize("NFKD", text)
            if c.isascii() and c.isalnum()
        )
        return " ".join(filter(None, names))


def _normalize(text: str) -> str:
    from hibari.g2p.normalize import normalize

    return str(normalize(text))


def _warn(readable: ReadableText) -> None:
    if readable.transliterated:
        shown = " ".join(dict.fromkeys(readable.transliterated))[: 4 * _SHOWN]
        _log.warning("not English, read by its Latin transliteration: %s", shown)
    if readable.unspoken:
        first = sorted(readable.unspoken)[:_SHOWN]
        more = f" and {len(readable.unspoken) - len(first)} more" if len(readable.unspoken) > _SHOWN else ""
        named = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'no character')}" for c in first)
        _log.warning("characters that cannot be spoken: %s%s", named, more)
