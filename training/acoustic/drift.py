"""Whether a voice stays what it is through a long text: its first minute beside its last, and the joins between.

The sentences are spoken one after the other as one stream of windows, as the program does it. Loudness, quality, pitch
and rate are those of the sentences that lie in the first and in the last minute; since these are different sentences,
pitch and rate are compared with what the teacher does in the same ones.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from acoustic.results import Values
from acoustic.studio import Studio, Waveform
from evaluation import intonation
from evaluation.hearing import Heard, Panel, cache_key
from evaluation.measures import find_clicks
from text_to_speech.inference.acoustic import Spectrogram
from text_to_speech.inference.mel import FRAME_SECONDS, HOP_LENGTH, SAMPLE_RATE
from text_to_speech.text import split_sentences

MINUTE = 60.0
AT_JOIN = round(0.02 * SAMPLE_RATE)  # samples to either side of a join of sentences that belong to it
COMPARED = 600  # frames, at least, whose stream of windows is compared with one inference
AUDIBLE = 0.02  # of full scale: quieter 10 ms are pauses and do not count as loudness


@dataclass(frozen=True)
class Spoken:
    """One sentence of the text.

    Attributes:
        phonemes: What is said.
        drawn: The mel spectrogram and pitch.
        start: Seconds of the text before it.
    """

    phonemes: str
    drawn: Spectrogram
    start: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return float(self.drawn.mel.shape[1] * FRAME_SECONDS)

    @property
    def samples(self) -> slice:
        """Its place in the waveform of the text."""
        first = round(self.start / FRAME_SECONDS) * HOP_LENGTH
        return slice(first, first + self.drawn.mel.shape[1] * HOP_LENGTH)


def drift(studio: Studio, panel: Panel, voice: str, text: str) -> Values:
    """Speak a text and compare its first minute with its last.

    Returns:
        How much the last minute is louder (`loudness`, dB), higher (`pitch`, cents) and slower (`rate`, per cent), the
        last two beyond what the teacher does; by how much its sentences are rated better (`dnsmos`, `distillmos`).
        `clicks` is how many there are in a minute and `join_clicks` how many at the joins of sentences; `window_jump`
        is the largest difference between the stream of windows and one inference.
    """
    sentences = speak_text(studio, voice, text)
    waveform = np.concatenate(list(studio.vocoder.stream(s.drawn.piece for s in sentences)))
    total = sentences[-1].start + sentences[-1].seconds
    first, last = minutes(sentences)
    clicks = find_clicks(waveform)
    joins = np.array([s.samples.start for s in sentences[1:]], np.int64)
    heard = {
        name: [_heard(studio, panel, voice, s, waveform) for s in chosen]
        for name, chosen in (("first", first), ("last", last))
    }
    panel.save()
    before, after = (_summary(studio, voice, chosen, waveform) for chosen in (first, last))
    return {
        "seconds": total,
        "sentences": [len(first), len(last)],
        "loudness": after["loudness"] - before["loudness"],
        "pitch": after["pitch"] - before["pitch"],
        "rate": after["rate"] - before["rate"],
        "dnsmos": _mean_dnsmos(heard["last"]) - _mean_dnsmos(heard["first"]),
        "distillmos": _mean_opinion(heard["last"]) - _mean_opinion(heard["first"]),
        "clicks": 60.0 * clicks.size / total,
        "join_clicks": clicks_at(clicks, joins),
        "window_jump": window_jump(studio, sentences),
    }


def speak_text(studio: Studio, voice: str, text: str) -> list[Spoken]:
    """Draw a text sentence by sentence."""
    spoken: list[Spoken] = []
    start = 0.0
    for sentence in split_sentences(text):
        phonemes = studio.phonemes(voice, sentence.text)
        spoken.append(Spoken(phonemes, studio.drawn(voice, phonemes), start))
        start += spoken[-1].seconds
    return spoken


def minutes(sentences: list[Spoken]) -> tuple[list[Spoken], list[Spoken]]:
    """Return the sentences that end in the first minute and those that begin in the last; of a short text, halves."""
    total = sentences[-1].start + sentences[-1].seconds
    span = min(MINUTE, total / 2)
    first = [s for s in sentences if s.start + s.seconds <= span]
    last = [s for s in sentences if s.start >= total - span]
    return first or sentences[:1], last or sentences[-1:]


def clicks_at(clicks: NDArray[np.int64], joins: NDArray[np.int64]) -> int:
    """Count the clicks that lie within 20 ms of a join."""
    return int((np.abs(clicks[:, np.newaxis] - joins).min(axis=1, initial=SAMPLE_RATE) <= AT_JOIN).sum())


def loudness(waveform: Waveform) -> float:
    """Return the level of the audible parts of a waveform, dB below full scale; see `AUDIBLE`."""
    hops = waveform[: waveform.size // 220 * 220].reshape(-1, 220)
    audible = hops[np.abs(hops).max(axis=1) > AUDIBLE]
    if not audible.size:
        return float("-inf")
    return float(10 * np.log10(np.square(audible, dtype=np.float64).mean()))


def window_jump(studio: Studio, sentences: list[Spoken]) -> float:
    """Return the largest difference between a stream that begins with small windows and one inference."""
    pieces, frames = [], 0
    for sentence in sentences:
        if frames >= COMPARED:
            break
        pieces.append(sentence.drawn.piece)
        frames += sentence.drawn.mel.shape[1]
    streamed = np.concatenate(list(studio.vocoder.stream(pieces)))
    whole = np.concatenate(
        list(studio.vocoder.stream(pieces, first_window=max(frames, 1), largest_window=max(frames, 1)))
    )
    return float(np.abs(streamed - whole).max())


def _summary(studio: Studio, voice: str, sentences: list[Spoken], waveform: Waveform) -> dict[str, float]:
    """Return loudness in dB, pitch in cents above the teacher's, and by how many per cent the voice is slower."""
    said = [studio.intoned(voice, s.phonemes) for s in sentences]
    theirs = np.concatenate([intonation.contour(t.pitch, t.voicing, t.durations) for t in said])
    ours = np.concatenate([s.drawn.f0 for s in sentences])
    medians = [intonation.median_and_spread(f0)[0] for f0 in (ours, theirs)]
    return {
        "loudness": loudness(np.concatenate([waveform[s.samples] for s in sentences])),
        "pitch": float(1200 * np.log2(medians[0] / medians[1])),
        "rate": 100 * (ours.size / theirs.size - 1),
    }


def _heard(studio: Studio, panel: Panel, voice: str, sentence: Spoken, waveform: Waveform) -> Heard:
    key = cache_key(f"in a long text: {studio.voice_key(voice)}", (sentence.phonemes,))
    return panel.recall(key, functools.partial(waveform.__getitem__, sentence.samples), rate=True)


def _mean_dnsmos(heard: list[Heard]) -> float:
    return float(np.mean([h.quality.overall for h in heard if h.quality]))


def _mean_opinion(heard: list[Heard]) -> float:
    return float(np.mean([h.opinion for h in heard if h.opinion is not None]))
