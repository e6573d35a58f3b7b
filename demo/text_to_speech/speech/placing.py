"""Placing assigns times: to a sentence, its phonemes, words and marks, from the durations of its phonemes.

Frames count mel frames from the start of the whole speech; times are in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..inference.mel import FRAME_SECONDS
from .spoken import SpokenMark, SpokenPhoneme, SpokenSentence, SpokenWord

MarkInPause = tuple[float, str]  # seconds after the start of the pause, and the name of the mark


@dataclass(frozen=True)
class PlannedWord:
    """A word that is going to be spoken.

    Attributes:
        text: The word as it is written, without the punctuation around it.
        span: Its first and its end offset in the text or document that was given.
        phonemes: Its phonemes and the punctuation around it, one symbol a character.
        written: The word with everything around it.
    """

    text: str
    span: tuple[int, int]
    phonemes: str
    written: str


@dataclass(frozen=True)
class PlannedSentence:
    """A sentence that is going to be spoken; its phonemes are those of its words, joined by spaces.

    Attributes:
        text: The sentence as it is written.
        offset: Where it begins in the text or document that was given.
        words: Its words, one or more.
        marks: The index of a word, and the name of a mark before that word.
        marks_in_pause: The marks in the pause before the sentence.
        voice: Name of the voice.
    """

    text: str
    offset: int
    words: tuple[PlannedWord, ...]
    marks: tuple[tuple[int, str], ...] = ()
    marks_in_pause: tuple[MarkInPause, ...] = ()
    voice: str = ""


@dataclass(frozen=True, eq=False)
class DrawnSentence:
    """What the acoustic model made of a sentence of N phonemes, the silence at both ends included.

    Attributes:
        mel: float32 [80, T], natural logarithm.
        f0: float32 [T], Hz, 0 where the voice is silent or unvoiced.
        durations: int64 [N], mel frames of each phoneme; their sum is T.
        silent_tail: Frames at the end in which nothing is heard.
    """

    mel: NDArray[np.float32]
    f0: NDArray[np.float32]
    durations: NDArray[np.int64]
    silent_tail: int


def place_sentence(
    planned: PlannedSentence, drawn: DrawnSentence, *, start: int, pause_start: int, silent_symbols: str
) -> SpokenSentence:
    """Give a sentence, its words, phonemes and marks their times.

    Args:
        planned: What is spoken.
        drawn: How it is spoken.
        start: Frame at which the mel spectrogram of the sentence starts.
        pause_start: Frame at which the silence before it starts.
        silent_symbols: The phonemes that are silence: punctuation and the space.
    """
    phonemes = " ".join(word.phonemes for word in planned.words)
    frames = drawn.mel.shape[1]
    edges = np.cumsum(drawn.durations)
    # The first and the last duration are those of the silence around the phonemes. The voice was taught that the
    # last sound lasts into that silence (0.2 s of it); here, what is silent belongs to the punctuation after it.
    last_sound = max(index for index, symbol in enumerate(phonemes) if symbol not in silent_symbols)
    heard_until = frames - drawn.silent_tail
    edges[last_sound + 1] = np.clip(heard_until, edges[last_sound] + 1, edges[last_sound + 1])
    times = ((start + edges) * FRAME_SECONDS).tolist()
    heard = tuple(map(SpokenPhoneme, phonemes, times[:-2], times[1:-1]))
    words = place_words(planned.words, heard, silent_symbols=silent_symbols)
    return SpokenSentence(
        text=planned.text,
        offset=planned.offset,
        phonemes=phonemes,
        start=start * FRAME_SECONDS,
        end=(start + frames) * FRAME_SECONDS,
        phoneme_times=heard,
        words=words,
        marks=(
            *place_marks(planned.marks_in_pause, pause_start),
            *(SpokenMark(name, words[index].start) for index, name in planned.marks),
        ),
        mel=drawn.mel,
        f0=drawn.f0,
        voice=planned.voice,
    )


def place_words(
    words: Sequence[PlannedWord], heard: Sequence[SpokenPhoneme], *, silent_symbols: str
) -> tuple[SpokenWord, ...]:
    """Give words their times: from the first sound to the last, without the punctuation around them.

    The space between two words is no pause: what sounds there is the end of the word before. Whisper hears it so too
    (accuracy_checker/directions.py): without the spaces, words ended 60 ms too early.

    Args:
        words: The words of a sentence.
        heard: All of its phonemes.
        silent_symbols: See `place_sentence`.
    """
    placed = []
    first = 0
    for word in words:
        stop = first + len(word.phonemes)
        own = heard[first : stop + (word.phonemes[-1] not in silent_symbols)]
        sounds = [phoneme for phoneme in own if phoneme.symbol not in silent_symbols] or own
        end = own[-1].end if own[-1].symbol == " " else sounds[-1].end
        placed.append(SpokenWord(word.text, word.span, sounds[0].start, end, word.phonemes, word.written))
        first = stop + 1
    return tuple(placed)


def place_marks(marks: Iterable[MarkInPause], pause_start: int) -> Iterator[SpokenMark]:
    """Yield the marks in a pause that starts at a frame."""
    for seconds, name in marks:
        yield SpokenMark(name, pause_start * FRAME_SECONDS + seconds)
