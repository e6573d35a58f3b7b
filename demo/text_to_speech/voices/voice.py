"""The value `Voice`: which models speak, for which language, and how the program has to treat their result."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import InputError


@dataclass(frozen=True, kw_only=True)
class Voice:
    """The facts of one voice. `text_to_speech.store.voices` reads them from voices.yml.

    Attributes:
        name: What a user calls the voice.
        language: BCP 47 tag of the language that it speaks, such as `en-US`.
        sex: `female` or `male`.
        character: A few words on how it sounds.
        speaker: Its number in the acoustic model.
        duration_model: Name of the model that predicts durations and prosody.
        regression_model: Name of the model that draws the mel spectrogram.
        vocoder: Name of the vocoder that it is usually heard through.
        sample_rate: Samples per second of its mel spectrograms and waveforms.
        median_f0: Median fundamental frequency in Hz, to which a pitch in Hz is compared.
        f0_range: Lowest and highest fundamental frequency in Hz that it speaks with.
        silent_level: Natural logarithm of the mel magnitude below which a frame is silent and may be cut.
        audible_level: The same for the level below which a frame counts as pause; higher than `silent_level`.
        lead_frames: Mel frames of the model's own silence that stay before a sentence.
        tail_frames: Mel frames of the model's own silence that stay after a sentence.
        vector: What an acoustic model of several voices is told of this one; empty if the model has one voice only.
    """

    name: str
    language: str
    sex: str
    character: str
    speaker: int
    duration_model: str
    regression_model: str
    vocoder: str
    sample_rate: int
    median_f0: float
    f0_range: tuple[float, float]
    silent_level: float
    audible_level: float
    lead_frames: int
    tail_frames: int
    vector: tuple[float, ...] = ()

    @property
    def vector_sum(self) -> str:
        """SHA-256 of its vector, which tells it from others of its acoustic model; empty if it has none."""
        return hashlib.sha256(repr(self.vector).encode()).hexdigest() if self.vector else ""

    def __str__(self) -> str:
        return f"{self.name}: {self.language}, {self.sex}, {self.character}"


def check_name(name: str, known: Iterable[str]) -> str:
    """Return the known name that a user means, whatever the case of its letters.

    Raises:
        InputError: No voice has that name; the message lists the voices, and the nearest one first.
    """
    names = list(known)
    wanted = name.strip().casefold()
    for candidate in names:
        if candidate.casefold() == wanted:
            return candidate
    near = difflib.get_close_matches(wanted, names, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise InputError(f"voice {name!r} is not there: {hint}expected one of {', '.join(names)}")
