"""English text to natural speech on OpenVINO, and mel spectrograms to waveforms.

from text_to_speech import Synthesizer

Synthesizer("CPU").synthesize("Hello. How are you?").save("hello.wav")

A name is imported from its module when it is first used, so that a program pays only for the parts that it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .lazy_names import first_use
from .version import __version__ as __version__

if TYPE_CHECKING:
    from .errors import ChecksumError, DeviceError, InputError, ModelError, OutputError, SpeechError
    from .inference.mel import HOP_LENGTH, N_MELS, SAMPLE_RATE, mel_blocks, mel_spectrogram
    from .inference.runtime import Hint, Precision, available_devices
    from .inference.vocoder import Vocoder
    from .pipeline import Synthesizer, SynthesizerOptions
    from .script import (
        Delivery,
        Document,
        InputFormat,
        Manner,
        Script,
        WordReader,
        parse_ssml,
        parse_text,
        read_html,
        read_markdown,
        read_script,
    )
    from .speech.containers import Container
    from .speech.playback import open_player
    from .speech.plot import save_plot
    from .speech.recordings import read_recording, recording_blocks
    from .speech.sinks import AudioSink, open_audio, write_audio
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
    from .store import cache_folder
    from .text import Lexicon, Phonemizer, split_sentences
    from .voices import Voice

_MODULES = {
    "errors": ("ChecksumError", "DeviceError", "InputError", "ModelError", "OutputError", "SpeechError"),
    "inference.mel": ("HOP_LENGTH", "N_MELS", "SAMPLE_RATE", "mel_blocks", "mel_spectrogram"),
    "inference.runtime": ("Hint", "Precision", "available_devices"),
    "inference.vocoder": ("Vocoder",),
    "pipeline": ("Synthesizer", "SynthesizerOptions"),
    "script": (
        "Delivery",
        "Document",
        "InputFormat",
        "Manner",
        "Script",
        "WordReader",
        "parse_ssml",
        "parse_text",
        "read_html",
        "read_markdown",
        "read_script",
    ),
    "speech.containers": ("Container",),
    "speech.playback": ("open_player",),
    "speech.plot": ("save_plot",),
    "speech.recordings": ("read_recording", "recording_blocks"),
    "speech.sinks": ("AudioSink", "open_audio", "write_audio"),
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
    "store": ("cache_folder",),
    "text": ("Lexicon", "Phonemizer", "split_sentences"),
    "voices": ("Voice",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "HOP_LENGTH",
    "N_MELS",
    "SAMPLE_RATE",
    "AudioChunk",
    "AudioSink",
    "ChecksumError",
    "Container",
    "Delivery",
    "DeviceError",
    "Document",
    "Hint",
    "InputError",
    "InputFormat",
    "Lexicon",
    "Manner",
    "ModelError",
    "OutputError",
    "Phonemizer",
    "Precision",
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
    "Voice",
    "WordReader",
    "available_devices",
    "cache_folder",
    "mel_blocks",
    "mel_spectrogram",
    "open_audio",
    "open_player",
    "open_timings",
    "parse_ssml",
    "parse_text",
    "read_html",
    "read_markdown",
    "read_recording",
    "read_script",
    "recording_blocks",
    "save_plot",
    "split_sentences",
    "write_audio",
]


def __getattr__(name: str) -> Any:
    """Import an exported name from its module (PEP 562)."""
    return first_use(name, _HOME, globals())


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
