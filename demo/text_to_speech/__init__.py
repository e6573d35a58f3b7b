"""English text to natural speech on OpenVINO, and mel spectrograms to waveforms.

from text_to_speech import Synthesizer, write_audio

speech = Synthesizer("CPU").synthesize("Hello. How are you?")
write_audio("hello.wav", speech.audio)
"""

from .errors import ChecksumError, DeviceError, InputError, ModelError, OutputError, SpeechError
from .inference.mel import HOP_LENGTH, N_MELS, SAMPLE_RATE, mel_blocks, mel_spectrogram
from .inference.runtime import available_devices
from .inference.vocoder import Vocoder
from .pipeline import Synthesizer
from .script.script import Script, parse_text
from .script.ssml import parse_ssml
from .speech.audio import open_audio, write_audio
from .speech.plot import save_plot
from .speech.recordings import read_recording, recording_blocks
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
