"""Score speech against recordings: which measures there are, their means over recordings, and the table of them.

The measures that compare with a recording stand in measures.py; the judges, which hear the speech alone or need
packages of their own, are those of training/acoustic/evaluate.py and two of the package index.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import measures
from evaluation.judges import Listener, Recogniser, normaliser, require, to_judge_rate
from evaluation.measures import WordErrors, word_errors
from measures import Sound
from recordings import Recording
from text_to_speech.errors import SpeechError

Waveform = NDArray[np.float32]

TITLES = {
    "mel_l1": "mel L1",
    "log_spectral_distance": "LSD dB",
    "f0_rmse": "F0 RMSE cents",
    "voicing_error": "voicing error %",
    "stoi": "STOI",
    "pesq": "PESQ",
    "dnsmos": "DNSMOS",
    "wer": "WER %",
}
HIGHER_IS_BETTER = ("stoi", "pesq", "dnsmos")
OF_COPIES = ("stoi", "pesq")  # need a reference that is the same sound, sample by sample


@dataclass(frozen=True)
class Clip:
    """A recording and what is measured of it."""

    recording: Recording
    sound: Sound

    @classmethod
    def of(cls, recording: Recording) -> Clip:
        """Measure a recording."""
        return cls(recording, measures.listen(recording.waveform))


Speak = Callable[[Clip], Waveform]
Value = float | WordErrors
Judge = Callable[[Clip, Waveform], Value]
Compare = Callable[[Clip, Waveform], Mapping[str, Value]]


def compare_copy(clip: Clip, copy: Waveform) -> dict[str, Value]:
    """Compare a vocoder's copy of a recording with it, frame by frame."""
    waveform = clip.recording.waveform
    sound = clip.sound if copy is waveform else measures.listen(copy)
    return {
        "mel_l1": measures.mel_l1(clip.sound.mel, sound.mel),
        "log_spectral_distance": measures.log_spectral_distance(waveform, copy),
        "f0_rmse": measures.f0_rmse(clip.sound.pitch, sound.pitch),
        "voicing_error": measures.voicing_error(clip.sound.pitch, sound.pitch),
    }


def compare_reading(clip: Clip, speech: Waveform) -> dict[str, Value]:
    """Compare a text spoken anew, perhaps by another voice, with a recording of it: aligned, the mean pitch aside."""
    waveform = clip.recording.waveform
    sound = clip.sound if speech is waveform else measures.listen(speech)
    reference, aligned = measures.align(clip.sound, sound)
    return {
        "mel_l1": measures.mel_l1(reference.mel, aligned.mel),
        "f0_rmse": measures.f0_rmse(reference.pitch, aligned.pitch, centred=True),
        "voicing_error": measures.voicing_error(reference.pitch, aligned.pitch),
    }


def judges(wanted: Iterable[str] = TITLES) -> dict[str, Judge]:
    """Return the wanted judges; those whose packages are missing are named on standard error."""
    makers = {"stoi": _stoi, "pesq": _pesq, "dnsmos": _dnsmos, "wer": _wer}
    found: dict[str, Judge] = {}
    for name in [name for name in wanted if name in makers]:
        try:
            found[name] = makers[name]()
        except SpeechError as error:
            print(f"{TITLES[name]} is left out: {error}", file=sys.stderr)
    return found


def _stoi() -> Judge:
    stoi = _package("pystoi").stoi
    return lambda clip, copy: float(stoi(_reference(clip), to_judge_rate(copy), 16_000))


def _pesq() -> Judge:
    pesq = _package("pesq").pesq
    return lambda clip, copy: float(pesq(16_000, _reference(clip), to_judge_rate(copy), "wb"))


def _reference(clip: Clip) -> Waveform:
    return to_judge_rate(clip.recording.waveform)


def _package(name: str) -> object:
    try:
        return require(name)
    except SpeechError as error:
        raise SpeechError(f"the package {name} is not installed: python -m pip install {name}") from error


def _dnsmos() -> Judge:
    listener = Listener()
    return lambda clip, copy: listener.rate(copy).overall


def _wer() -> Judge:
    recogniser = Recogniser()
    return lambda clip, copy: word_errors(normaliser()(clip.recording.text), recogniser.transcribe(copy))


class Scores:
    """Scores of clips, one after the other.

    Attributes:
        clips: How many there are so far.
    """

    def __init__(self, compare: Compare, heard: Mapping[str, Judge]) -> None:
        self.clips = 0
        self._compare = compare
        self._heard = heard
        self._values: dict[str, list[Value]] = {}

    def add(self, clip: Clip, speech: Waveform) -> None:
        """Score one clip."""
        results = {
            **self._compare(clip, speech),
            **{name: judge(clip, speech) for name, judge in self._heard.items()},
        }
        for name, value in results.items():
            self._values.setdefault(name, []).append(value)
        self.clips += 1

    def means(self) -> dict[str, float]:
        """Return each measure's mean over the clips; word errors in per cent of all words."""
        return {name: _mean(values) for name, values in self._values.items()}


def _mean(values: Sequence[Value]) -> float:
    """Return the mean of the values that there are: a clip without a voiced frame has no pitch error."""
    errors = [value for value in values if isinstance(value, WordErrors)]
    if errors:
        return 100.0 * sum(errors, WordErrors()).rate
    there = [value for value in values if not math.isnan(value)]
    return float(np.mean(there)) if there else math.nan


def score(
    clips: Iterable[Clip], speak: Speak, compare: Compare, heard: Mapping[str, Judge]
) -> dict[str, float]:
    """Score one speaker: the mean of every measure over all clips."""
    scores = Scores(compare, heard)
    for clip in clips:
        scores.add(clip, speak(clip))
    return scores.means()


def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Return the scores as a table in Markdown."""
    names = list(next(iter(rows.values())))
    lines = [
        "| | " + " | ".join(TITLES.get(name, name) for name in names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for title, values in rows.items():
        cells = ["–" if math.isnan(values[name]) else f"{values[name]:.3f}" for name in names]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
