"""English text to natural speech on OpenVINO, and mel spectrograms to waveforms.

from text_to_speech import Synthesizer, write_audio

speech = Synthesizer("CPU").synthesize("Hello. How are you?")
write_audio("hello.wav", speech.audio)
"""

from .audio import open_audio, write_audio
from .errors import ChecksumError, DeviceError, InputError, ModelError, OutputError, SpeechError
from .mel import HOP_LENGTH, N_MELS, SAMPLE_RATE, mel_blocks, mel_spectrogram
from .pipeline import Synthesizer
from .plot import save_plot
from .recordings import read_recording, recording_blocks
from .runtime import available_devices
from .script import Script, parse_text
from .spoken import (
    AudioChunk,
    Speech,
    SpokenMark,
    SpokenPhoneme,
    SpokenSentence,
    SpokenWord,
    StageTimes,
)
from .ssml import parse_ssml
from .text import Lexicon
from .timings import open_timings
from .vocoder import Vocoder

__version__ = "0.1.0"

__all__ = [
    "HOP_LENGTH",
    "N_MELS",
    "SAMPLE_RATE",
    "AudioChunk",
    "ChecksumError",
    "DeviceError",
    "InputError",
    "Lexicon",
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
