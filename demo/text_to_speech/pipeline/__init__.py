"""Text becomes speech: the one room that knows more than one part of the way.

    text ──▶ sentences ──▶ phonemes ──▶ mel spectrogram ──▶ waveform

The synthesizer is in `synthesizer` and its arguments in `options`, one text on its way in `stream`, the voices that a
text asks for in `cast`, the models in `models`, and what synthesizers share in `shared`.

    synthesizer = Synthesizer("CPU")
    speech = synthesizer.synthesize("Hello. How are you?")
    for chunk in synthesizer.stream(long_text):
        play(chunk.audio)
"""

from .options import SynthesizerOptions
from .shared import dictionary_cache, shared_phonemizer
from .synthesizer import Synthesizer

__all__ = ["Synthesizer", "SynthesizerOptions", "dictionary_cache", "shared_phonemizer"]
