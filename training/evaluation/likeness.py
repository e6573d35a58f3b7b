"""Whether a voice is taken for its own teacher: cosines of speaker embeddings.

The embeddings are those of Resemblyzer (Apache-2.0; a network after Wan et al. 2018, https://arxiv.org/abs/1710.10467).
Its package has the weights inside. It wants PyTorch and a voice activity detector that has to be compiled, so it is not
in the extra `evaluate`; wheels of the detector come under another name:

    python -m pip install --no-deps resemblyzer webrtcvad-wheels
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from text_to_speech.errors import SpeechError
from text_to_speech.inference.mel import SAMPLE_RATE

Embedding = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How near a voice is to its teacher.

    Attributes:
        own: Cosine of the embeddings of the voice and of its teacher.
        next: Name of the other voice whose teacher is nearest.
        other: Cosine to that one.
    """

    own: float
    next: str
    other: float

    @property
    def margin(self) -> float:
        """By how much the own teacher is nearer than the next one; below 0 the voice is taken for another."""
        return self.own - self.other


class SpeakerJudge:
    """Resemblyzer on the CPU."""

    def __init__(self) -> None:
        try:
            with warnings.catch_warnings():
                # Its modules use names that SciPy and setuptools are about to drop.
                warnings.simplefilter("ignore")
                import resemblyzer
        except ImportError as error:
            raise SpeechError(
                f"module {error.name} is not installed: expected the judge of likeness; "
                "run: python -m pip install --no-deps resemblyzer webrtcvad-wheels"
            ) from error
        self._prepare = resemblyzer.preprocess_wav
        self._encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)

    def embed(self, waveform: NDArray[np.float32]) -> Embedding:
        """Return the embedding of the speaker of a waveform at 22,050 Hz, float32 [256] of length 1."""
        prepared = self._prepare(waveform, source_sr=SAMPLE_RATE)
        return np.asarray(self._encoder.embed_utterance(prepared), np.float32)


def likeness(voice: str, embedding: Embedding, teachers: Mapping[str, Embedding]) -> Likeness:
    """Compare a voice with the teachers of all voices.

    Args:
        voice: Its name.
        embedding: float32 [256], of length 1.
        teachers: Embedding by name of the voice, at least two.
    """
    cosines = {name: float(embedding @ teacher) for name, teacher in teachers.items()}
    own = cosines.pop(voice)
    other = max(cosines, key=cosines.__getitem__)
    return Likeness(own=own, next=other, other=cosines[other])
