"""A front end for tests that need words and phonemes, but no dictionary."""

from __future__ import annotations

import re
from collections.abc import Sequence

from text_to_speech.text import SYMBOLS, PhonemizedWord, Reading


class Speller:
    """Reads words without dictionaries: for every letter a symbol, other characters have no sound."""

    SOUNDS = str.maketrans("acegorqxy", "ɑkɛɡOɹkzi")

    def words(self, text: str, *, readings: Sequence[Reading] = ()) -> list[PhonemizedWord]:
        given = {reading.start: reading for reading in readings}
        found, position = [], 0
        for match in re.finditer(r"\S+", text):
            start, end = match.span()
            if start < position:
                continue
            inside = [reading for place, reading in given.items() if start <= place < end]
            end = max([end, *(reading.end for reading in inside)])
            said = inside[0].phonemes or inside[0].spoken if inside else text[start:end]
            phonemes = self.sounds(said)
            if phonemes:
                found.append(PhonemizedWord(start, end, phonemes))
            position = end
        return found

    def sounds(self, said: str) -> str:
        symbols = said.lower().translate(self.SOUNDS)
        return "".join(c for c in symbols if c in SYMBOLS[1:] and (c.isalpha() or c == " ")).strip()
