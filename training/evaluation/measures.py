"""Measures of a synthetic voice, as pure functions of words, durations, pitch, mel spectrograms and samples.

Nothing here loads a model. Where a measure compares a voice with its teacher, both are given the same
phonemes; where it compares statistics of a corpus, no alignment between the two is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from text_to_speech.inference.mel import SAMPLE_RATE

CENTS_PER_LOG = 1200.0 / np.log(2.0)  # cents (hundredths of a semitone) in one unit of natural log frequency
SPEECH_RANGE = np.log(10.0 ** (40.0 / 20.0))  # a frame less than 40 dB below the loudest one is speech
VOICED = 0.5  # share of a phoneme that must be voiced for its pitch to count

CLICK_RATIO = 30.0  # a click stands out of its neighbourhood by this factor
CLICK_FLOOR = 0.02  # and by this much in absolute terms (full scale is 1): quieter ones are inaudible
CLICK_GUARD = round(0.001 * SAMPLE_RATE)  # samples on either side that belong to the click itself (1 ms)
CLICK_REACH = round(0.010 * SAMPLE_RATE)  # samples on either side that make up its neighbourhood (10 ms)


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One step of an alignment of words.

    Attributes:
        kind: "equal", "substitute", "delete" (the hypothesis lacks a word) or "insert" (it has one too many).
        reference: Index of the word in the reference; for an insertion the index it stands before.
        hypothesis: Index of the word in the hypothesis; for a deletion the index it stands before.
    """

    kind: str
    reference: int
    hypothesis: int


@dataclass(frozen=True, kw_only=True)
class WordErrors:
    """Counts of word errors over a corpus; they add up with ``+``."""

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    words: int = 0  # in the references

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(
            substitutions=self.substitutions + other.substitutions,
            deletions=self.deletions + other.deletions,
            insertions=self.insertions + other.insertions,
            words=self.words + other.words,
        )

    @property
    def rate(self) -> float:
        """Word error rate: errors per word of the references, NaN where there are none."""
        errors = self.substitutions + self.deletions + self.insertions
        return errors / self.words if self.words else float("nan")


def align_words(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Edit]:
    """Align two sequences of words at the least number of edits (Levenshtein), in order of the words.

    Of several such alignments it is one that keeps words apart rather than calling two neighbours substituted,
    so that a repeated and a skipped word are found as what they are.
    """
    rows, columns = len(reference) + 1, len(hypothesis) + 1
    cost = np.zeros((rows, columns), dtype=np.int64)
    cost[:, 0], cost[0, :] = np.arange(rows), np.arange(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            differs = reference[i - 1] != hypothesis[j - 1]
            cost[i, j] = min(cost[i - 1, j - 1] + differs, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    return _walk_back(cost, reference, hypothesis)


def _walk_back(cost: NDArray[np.int64], reference: Sequence[str], hypothesis: Sequence[str]) -> list[Edit]:
    i, j = len(reference), len(hypothesis)
    edits: list[Edit] = []
    while i or j:
        if i and j and reference[i - 1] == hypothesis[j - 1]:
            i, j, kind = i - 1, j - 1, "equal"
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i, kind = i - 1, "delete"
        elif j and cost[i, j] == cost[i, j - 1] + 1:
            j, kind = j - 1, "insert"
        else:
            i, j, kind = i - 1, j - 1, "substitute"
        edits.append(Edit(kind=kind, reference=i, hypothesis=j))
    return edits[::-1]


def word_errors(reference: str, hypothesis: str) -> WordErrors:
    """Count the word errors of one text; both are normalised already and split at white space."""
    words = reference.split()
    kinds = [edit.kind for edit in align_words(words, hypothesis.split())]
    return WordErrors(
        substitutions=kinds.count("substitute"),
        deletions=kinds.count("delete"),
        insertions=kinds.count("insert"),
        words=len(words),
    )


def repeated_words(reference: str, hypothesis: str) -> list[str]:
    """Return the words that the speech says once more than the text: inserted beside an equal word."""
    heard = hypothesis.split()
    inserted = [e.hypothesis for e in align_words(reference.split(), heard) if e.kind == "insert"]
    return [heard[j] for j in inserted if heard[j] in (heard[j - 1 : j] + heard[j + 1 : j + 2])]


def skipped_words(reference: str, hypothesis: str, copy: str) -> list[str]:
    """Return the words that the speech lacks although the teacher's copy synthesis has them.

    Args:
        reference: The text.
        hypothesis: What was recognised in the voice's speech.
        copy: What was recognised in the copy synthesis of the teacher's speech.
    """
    words = reference.split()
    missing = {e.reference for e in align_words(words, hypothesis.split()) if e.kind == "delete"}
    missing_in_copy = {e.reference for e in align_words(words, copy.split()) if e.kind == "delete"}
    return [words[i] for i in sorted(missing - missing_in_copy)]


def duration_excess(frames: Iterable[int], teacher_frames: Iterable[int]) -> float:
    """Return by how many per cent the voice is longer than the teacher in total (negative: shorter).

    Whole utterances are counted, the silence of the boundary symbols at both ends included; nothing is
    trimmed. NaN where there is nothing to compare.
    """
    total, teacher_total = sum(frames), sum(teacher_frames)
    return 100.0 * (total / teacher_total - 1.0) if teacher_total else float("nan")


def pitch_errors(
    pitch: NDArray[np.float32], teacher_pitch: NDArray[np.float32], teacher_voicing: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the absolute pitch errors of an utterance in cents.

    Args:
        pitch: float32 [N, 3], natural logarithm of Hz at 1/6, 1/2 and 5/6 of each phoneme.
        teacher_pitch: float32 [N, 3], the teacher's at the same places.
        teacher_voicing: float32 [N], the voiced share of each phoneme in the teacher's speech.

    Returns:
        float64 [3·M], three for each of the M phonemes that the teacher voices over half of their time.
    """
    voiced = teacher_voicing > VOICED
    error = np.abs(pitch[voiced].astype(np.float64) - teacher_pitch[voiced])
    return np.asarray(error.ravel() * CENTS_PER_LOG)


def speech_frames(mel: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Mark the frames of mel [80, T] whose mean magnitude is within 40 dB of the loudest one's, bool [T]."""
    level = np.log(np.exp(mel.astype(np.float64)).mean(axis=0))
    return np.asarray(level > level.max() - SPEECH_RANGE)


def spectral_contrast(
    mel: NDArray[np.float32], frames: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Measure how sharply neighbouring mel bands differ: over-smoothed speech has little of it.

    The contrast of band b is the sum over frames of |mel[b + 1] - mel[b]|, in natural logarithms. Sums and
    frame counts are added over a corpus by the caller, and the ratio of a voice's mean to its teacher's is
    the measure (`contrast_ratio`).

    Args:
        mel: float32 [80, T].
        frames: bool [T], the frames to look at; those of speech when None.

    Returns:
        float64 [80]: the sums for the 79 pairs of bands, then the number of frames.
    """
    chosen = mel[:, speech_frames(mel) if frames is None else frames].astype(np.float64)
    return np.append(np.abs(np.diff(chosen, axis=0)).sum(axis=1), chosen.shape[1])


def contrast_ratio(
    voice: NDArray[np.float64], teacher: NDArray[np.float64], first: int = 0, last: int = 79
) -> float:
    """Divide the mean contrast of a voice by its teacher's.

    Args:
        voice: float64 [80], a sum over a corpus of what `spectral_contrast` returns.
        teacher: The same of the teacher.
        first: The first pair (b, b + 1) counted.
        last: The last band of the last pair counted; 40 and 60 take the pairs (40, 41) to (59, 60).
    """
    if not voice[-1] or not teacher[-1]:
        return float("nan")
    return float((voice[first:last].mean() / voice[-1]) / (teacher[first:last].mean() / teacher[-1]))


def find_clicks(waveform: NDArray[np.float32]) -> NDArray[np.int64]:
    """Find discontinuities: samples where the third difference jumps out of its neighbourhood.

    A click lasts less than a millisecond, so its third difference is compared with the root mean square of
    the third difference from 1 to 10 ms before and after it, whichever side is louder. Plosives are loud on
    one side and glottal pulses have their like within 10 ms; what is left is a jump in the middle of
    something smoother. At these thresholds 53 s of the teacher's own speech have none and its copy synthesis
    two (creaky voice), while two thirds of steps of 0.2 planted into speech are found.

    Args:
        waveform: float32 [L], -1..1, 22,050 Hz.

    Returns:
        int64 [K], the sample of each click; flagged samples closer than 10 ms are one click.
    """
    jump = np.abs(np.diff(waveform.astype(np.float64), 3))
    if jump.size <= 2 * CLICK_REACH:
        return np.zeros(0, dtype=np.int64)
    width = CLICK_REACH - CLICK_GUARD
    power = np.convolve(np.pad(jump**2, CLICK_REACH), np.ones(width) / width, mode="valid")
    before, after = power[: jump.size], power[CLICK_REACH + CLICK_GUARD + 1 :][: jump.size]
    level = np.sqrt(np.maximum(np.maximum(before, after), 0.0))
    flagged = np.flatnonzero((jump > CLICK_RATIO * level) & (jump > CLICK_FLOOR)) + 2
    fresh = np.diff(flagged, prepend=-SAMPLE_RATE) > CLICK_REACH
    return np.asarray(flagged[fresh], dtype=np.int64)
