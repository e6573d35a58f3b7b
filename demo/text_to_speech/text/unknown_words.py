"""Pronounces words that no dictionary has, with the character network of hibari-tts on OpenVINO.

The network (0.65 M parameters, Apache-2.0, in the package hibari-tts) takes a word as letter ids [1, length] and
returns phoneme ids [1, 4 * length], which are decoded as in connectionist temporal classification: repetitions of an id
count once, and id 0 is nothing. hibari's own class for the network uses another runtime, drops letters that the
network does not know, and drops everything after the 24th letter. This module drops nothing. What the American network
gives is corrected by `letter_corrections`.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..forks import check_not_forked, loading_models
from ..openvino_import import meet_numpy
from .engine import hibari_g2p
from .letter_corrections import ReadSound, corrected
from .symbols import STRESS_MARKS, nearest_symbols

CACHE_SIZE = 8192
"""Words whose pronunciations are kept, because a text repeats the same names."""

# "(fr)…(en)" around foreign words, which the network learned from its teacher.
_LANGUAGE_TAG = re.compile(r"\([a-z-]*\)")

_compiling = threading.Lock()
# The compiled networks by the files of their models.
_compiled: dict[Path, Any] = {}


class UnknownWords:
    """Callable that returns the phonemes of a word in the alphabet of `SYMBOLS`. Threads may share one.

    A network is compiled once per process, when the first word is asked for. Each instance has an inference request
    of its own.
    """

    def __init__(self, *, core: Any = None, is_british: bool = False) -> None:
        """Read the network's alphabet.

        Args:
            is_british: Whether the network is the British one.
            core: The `openvino.Core` to use, or None to create one when it is needed. The core of the first instance
                that pronounces a word is used in the whole process.
        """
        self._model = Path(hibari_g2p().ASSETS) / ("oov_gb.onnx" if is_british else "oov.onnx")
        self._is_british = is_british
        alphabet = json.loads(self._model.with_suffix(".json").read_text(encoding="utf-8"))
        self._letter_ids = {letter: index for index, letter in enumerate(alphabet["in"], start=1)}
        self._phonemes = ["", *alphabet["out"]]
        self._longest = int(alphabet["maxlen"])
        self._core = core
        self._request: Any = None
        self._lock = threading.Lock()
        self._cached = lru_cache(CACHE_SIZE)(self._pronounce)

    def __call__(self, word: str) -> str:
        """Return the phonemes of a word; empty if the word has no letter."""
        return self._cached(word)

    def _pronounce(self, word: str) -> str:
        """Pronounce a word piece by piece."""
        spoken = []
        for letters in self._pieces(word):
            sounds = self._sounds(letters)
            corrects = not self._is_british and letters.isascii() and letters.isalpha()
            spoken.append(
                corrected(letters, sounds) if corrects else "".join(one.stress + one.sound for one in sounds)
            )
        return "".join(spoken)

    def sounds(self, word: str) -> list[ReadSound]:
        """Return the sounds that the network gives a word of at most 24 letters, without corrections."""
        return self._sounds(self._known_letters(word))

    def _pieces(self, word: str) -> Iterator[str]:
        """Yield the letters of a word in pieces of equal length that the network can take."""
        letters = self._known_letters(word)
        pieces = -(-len(letters) // self._longest)
        bounds = [len(letters) * piece // pieces for piece in range(pieces + 1)] if pieces else []
        yield from (letters[start:end] for start, end in itertools.pairwise(bounds))

    def _sounds(self, letters: str) -> list[ReadSound]:
        """Return the sounds of a piece, each with its letter."""
        written = self._run(letters)
        text = "".join(symbols for symbols, _ in written)
        letter_of = [letter for symbols, letter in written for _ in symbols]
        hidden = {at for tag in _LANGUAGE_TAG.finditer(text) for at in range(*tag.span())}
        sounds, stress = [], ""
        for at, symbol in enumerate(text):
            if at in hidden:
                continue
            if symbol in STRESS_MARKS:
                stress = symbol
                continue
            # A symbol may have no near one in the alphabet, or none at all, as a space or a digit.
            for near in nearest_symbols(symbol, is_british=self._is_british).strip():
                sounds.append(ReadSound(near, letter_of[at], stress))
                stress = ""
        return sounds

    def _known_letters(self, word: str) -> str:
        """Return the letters of a word; those that the network does not know are replaced by their base letters."""
        if word.isascii():
            return "".join(letter for letter in word if letter in self._letter_ids)
        from anyascii import anyascii

        # A word of one letter is replaced, too.
        letters = (c if c in self._letter_ids and len(word) > 1 else anyascii(c) for c in word)
        return "".join(letter for letter in "".join(letters) if letter in self._letter_ids)

    def _run(self, letters: str) -> list[tuple[str, int]]:
        """Return the symbols that the network writes, each with the index of the letter at which it writes it."""
        ids = np.array([[self._letter_ids[letter] for letter in letters]], dtype=np.int64)
        check_not_forked()
        with self._lock:
            if self._request is None:
                self._request = _network(self._model, self._core).create_infer_request()
            self._request.infer({"chars": ids})
            best = self._request.get_output_tensor(0).data[0].tolist()
        frames = len(best) // len(letters)
        symbols = []
        for frame, (before, index) in enumerate(itertools.pairwise((0, *best))):
            if index not in (0, before):
                symbols.append((self._phonemes[index], frame // frames))
        return symbols


def _network(model: Path, core: Any) -> Any:
    """Return the compiled network of this process."""
    if model not in _compiled:
        with _compiling:
            if model not in _compiled:
                _compiled[model] = _compile(model, core)
    return _compiled[model]


def _compile(model: Path, core: Any) -> Any:
    import openvino

    loading_models()
    meet_numpy()
    core = core or openvino.Core()
    # One thread, because the network is too small to gain from two; f32, because OpenVINO's default may be bf16, which
    # is slower on many processors and less exact.
    return core.compile_model(
        core.read_model(model),
        "CPU",
        {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": 1},
    )
