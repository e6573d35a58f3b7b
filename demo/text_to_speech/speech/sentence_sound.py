"""The sound of one sentence, cut from the sound of a whole text: pause, fades and volume."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..inference.mel import HOP_LENGTH
from .loudness import Amplifier
from .spoken import SpokenSentence


class SentenceSound:
    """What a vocoder makes of one sentence, taken piece by piece.

    Args:
        sentence: The sentence.
        gains: float [T], factors of the amplitude of its frames; None where a text ends in a pause, which is all that
            is left to sound.
        pause: Frames of silence before the sentence.

    Attributes:
        sentence: As given.
        frames_left: Frames whose sound has not come yet, without the pause.
    """

    def __init__(self, sentence: SpokenSentence, gains: NDArray[np.float64] | None, *, pause: int) -> None:
        self.sentence = sentence
        self._amplifier = None if gains is None else Amplifier(gains)
        self._frames = 0 if gains is None else sentence.mel.shape[1]
        self._pause = pause
        self.frames_left = self._frames

    @property
    def reduction(self) -> float:
        """By how many dB the limiter had to turn down the sound so far, at most."""
        return self._amplifier.reduction if self._amplifier else 0.0

    def finish(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Apply fades and volume to the next samples, and prepend the pause to the first ones.

        Args:
            audio: float32 [256·n], changed in place; none where only the pause is left.
        """
        starts = self.frames_left == self._frames
        self.frames_left -= audio.size // HOP_LENGTH
        silence = np.zeros(self._pause * HOP_LENGTH if starts else 0, dtype=np.float32)
        if not self._amplifier:
            return silence
        fade_ends(audio, starts=starts, ends=not self.frames_left)
        return np.concatenate([silence, self._amplifier(audio)])


def fade_ends(audio: NDArray[np.float32], *, starts: bool, ends: bool) -> None:
    """Fade a sentence in and out over one frame, in place.

    The model's silence is not quite silent, and the zero padding at the ends of an utterance ticks, at -62 dB of
    full scale; the pauses beside it are zeros.
    """
    ramp = np.linspace(0.0, 1.0, HOP_LENGTH, endpoint=False, dtype=np.float32)
    if starts:
        audio[:HOP_LENGTH] *= ramp
    if ends:
        audio[-HOP_LENGTH:] *= ramp[::-1]
