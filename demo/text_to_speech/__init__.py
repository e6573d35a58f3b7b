"""English text to natural speech on OpenVINO, and mel spectrograms to waveforms.

from text_to_speech import Synthesizer, write_audio

speech = Synthesizer("CPU").synthesize("Hello. How are you?")
write_audio("hello.wav", speech.audio)

A name is imported from its module when it is first used, so that a program pays only for the parts that it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__ as __version__

if TYPE_CHECKING:
    from .errors import ChecksumError, DeviceError, InputError, ModelError, OutputError, SpeechError
    from .inference.mel import HOP_LENGTH, N_MELS, SAMPLE_RATE, mel_blocks, mel_spectrogram
    from .inference.runtime import available_devices
    from .inference.vocoder import Vocoder
    from .pipeline import Synthesizer, SynthesizerOptions
    from .script import Delivery, Manner, Script, parse_ssml, parse_text
    from .speech.plot import save_plot
    from .speech.recordings import read_recording, recording_blocks
    from .speech.sinks import open_audio, write_audio
    from .speech.spoken import (
        AudioChunk,
        Speech,
        SpokenMark,
        SpokenPhoneme,
        SpokenSentence,
        SpokenWord,
        StageTimes,
    )
    from .speech.timings import open_timings
    from .text import Lexicon

_MODULES = {
    "errors": ("ChecksumError", "DeviceError", "InputError", "ModelError", "OutputError", "SpeechError"),
    "inference.mel": ("HOP_LENGTH", "N_MELS", "SAMPLE_RATE", "mel_blocks", "mel_spectrogram"),
    "inference.runtime": ("available_devices",),
    "inference.vocoder": ("Vocoder",),
    "pipeline": ("Synthesizer", "SynthesizerOptions"),
    "script": ("Delivery", "Manner", "Script", "parse_ssml", "parse_text"),
    "speech.plot": ("save_plot",),
    "speech.recordings": ("read_recording", "recording_blocks"),
    "speech.sinks": ("open_audio", "write_audio"),
    "speech.spoken": (
        "AudioChunk",
        "Speech",
        "SpokenMark",
        "SpokenPhoneme",
        "SpokenSentence",
        "SpokenWord",
        "StageTimes",
    ),
    "speech.timings": ("open_timings",),
    "text": ("Lexicon",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "HOP_LENGTH",
    "N_MELS",
    "SAMPLE_RATE",
    "AudioChunk",
    "ChecksumError",
    "Delivery",
    "DeviceError",
    "InputError",
    "Lexicon",
    "Manner",
    "ModelError",
    "OutputError",
    "Script",
    "Speech",
    "SpeechError",
    "SpokenMark",
    "SpokenPhoneme",
    "SpokenSentence",
    "SpokenWord",
    "StageTimes",
    "Synthesizer",
    "SynthesizerOptions",
    "Vocoder",
    "available_devices",
    "mel_blocks",
    "mel_spectrogram",
    "open_audio",
    "open_timings",
    "parse_ssml",
    "parse_text",
    "read_recording",
    "recording_blocks",
    "save_plot",
    "write_audio",
]


def __getattr__(name: str) -> Any:
    """Import an exported name from its module (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
