"""The arguments of a synthesizer as a value, and their checks."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..inference.runtime import Hint, Precision
from ..inference.vocoder import LARGEST_WINDOW
from ..script.words import WordReader
from ..store.voices_yml import DEFAULT_VOICE
from ..text import Lexicon, Phonemizer

if TYPE_CHECKING:
    from .synthesizer import Synthesizer


@dataclass(frozen=True, kw_only=True)
class SynthesizerOptions:
    """The arguments of a `Synthesizer` as a value that can be pickled, so that another process can make the same one.

    Example:
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            pool.map(speak, repeat(SynthesizerOptions(threads=1)), texts)
    """

    device: str = "CPU"
    voice: str = DEFAULT_VOICE
    acoustic_device: str | None = None
    vocoder_device: str | None = None
    duration_model: str | Path | None = None
    regression_model: str | Path | None = None
    vocoder_model: str | Path | None = None
    precision: Precision = "auto"
    hint: Hint = "latency"
    threads: int | None = None
    lexicon: Lexicon | None = None
    phonemizer: WordReader | None = None
    language: str | None = None

    def build(self) -> Synthesizer:
        """Make the synthesizer; see `Synthesizer` for the errors."""
        from .synthesizer import Synthesizer

        return Synthesizer(**{one.name: getattr(self, one.name) for one in fields(self)})


def check_lexicon(lexicon: Lexicon | None, phonemizer: WordReader | None) -> None:
    """Raise InputError unless a lexicon is one, and is used by the phonemizer; None is no lexicon, or the usual one."""
    if lexicon is None:
        return
    if not isinstance(lexicon, Lexicon):
        raise InputError(f"lexicon: {type(lexicon).__name__} given; expected a Lexicon, as in Lexicon({{…}})")
    if phonemizer is not None and not isinstance(phonemizer, Phonemizer):
        raise InputError("a lexicon and a phonemizer of your own are given: expected one of the two")


def check_window(name: str, frames: int) -> None:
    """Raise InputError unless a chunk of a stream may have so many frames."""
    if not isinstance(frames, int) or isinstance(frames, bool) or not 1 <= frames <= LARGEST_WINDOW:
        raise InputError(f"{name} {frames!r}: expected a number of frames, 1 to {LARGEST_WINDOW}")
