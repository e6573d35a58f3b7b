"""Sounds that stand for recordings of speech."""

import numpy as np

from text_to_speech.inference.mel import SAMPLE_RATE


def tone(hertz, seconds=0.5):
    """Return a voice-like sound: ten harmonics."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return sum(0.3 / k * np.sin(2 * np.pi * hertz * k * time) for k in range(1, 11)).astype(np.float32)
