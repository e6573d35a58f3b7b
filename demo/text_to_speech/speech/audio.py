"""Sound: the face of its writers (sinks.py) and of playback (playback.py)."""

from __future__ import annotations

from .playback import PlayerSink, open_player
from .sinks import (
    FORMATS,
    PIPE_FORMATS,
    AudioSink,
    FileSink,
    PipeSink,
    container_of,
    open_audio,
    to_pcm16,
    write_audio,
)

__all__ = [
    "FORMATS",
    "PIPE_FORMATS",
    "AudioSink",
    "FileSink",
    "PipeSink",
    "PlayerSink",
    "container_of",
    "open_audio",
    "open_player",
    "to_pcm16",
    "write_audio",
]
