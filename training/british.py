"""British phonemes of a text for the teacher of the British voices: hibari's dictionaries and rules, all sounds kept.

`hibari.g2p` (a port of misaki's English, Apache-2.0) carries misaki's British dictionaries and a network for unknown
words. It writes the alphabet that Kokoro's British voices were trained on. Which phonemes it picks for a text matters
little here, as teacher and student are given the same ones.
"""

from __future__ import annotations

from text_to_speech.text.characters import make_readable
from text_to_speech.text.engine import hibari_g2p
from text_to_speech.text.symbols import RARE_SOUNDS, SYMBOLS
from text_to_speech.text.traced import TracedText

NEAREST = str.maketrans(RARE_SOUNDS)
# The American vowel of "goat" and the flap are no British sounds.
EXPECTED = frozenset(SYMBOLS[1:]) - frozenset("OT")


class BritishPhonemizer:
    """Callable: English text → British phonemes."""

    def __init__(self) -> None:
        self._g2p = hibari_g2p().G2P(british=True)

    def __call__(self, text: str) -> str:
        """Return the phonemes; what is no British phoneme and no mark is left out."""
        phonemes = str(self._g2p(make_readable(TracedText.of(text)).text.text)).translate(NEAREST)
        return " ".join("".join(filter(EXPECTED.__contains__, phonemes)).split())
