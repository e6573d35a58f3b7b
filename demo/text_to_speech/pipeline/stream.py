"""One text on its way through the models.

One sentence is carried at a time as far as the mel spectrogram, and one window as far as the waveform, so that the
first sound comes soon and memory does not grow with the text. The vocoder takes the sentences as the pieces of one
spectrogram, a sentence when it needs its frames; the pauses between them are made of zeros, and put in afterwards.
Where a voice with another vocoder goes on, the spectrogram ends, and the next one begins.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import about
from ..inference.acoustic import Spectrogram, silent_ends, trim_silence
from ..inference.feeds import Piece
from ..inference.mel import FRAME_SECONDS, HOP_LENGTH
from ..inference.vocoder import Vocoder
from ..script.utterances import Utterance, nothing_to_speak
from ..speech.loudness import frame_gains
from ..speech.placing import DrawnSentence, PlannedSentence, PlannedWord, place_marks, place_sentence
from ..speech.sentence_sound import SentenceSound
from ..speech.spoken import AudioChunk, SpokenSentence, StageTimes
from ..speech.stopwatch import Stopwatch
from ..text import PUNCTUATION, to_ids
from ..voices import Voice
from .cast import Cast
from .models import LoadedVoice

logger = logging.getLogger(__name__)

_END = object()


class Stream:
    """Turns the utterances of one text into chunks of sound.

    The vocoder asks for mel spectrograms with `next_mel`, which draws the next utterance and notes what its sound will
    be. `cut` takes the vocoder's sound, in which no sentence begins or ends, and gives each sentence its own. An
    utterance is drawn long before it is heard, because a window of the vocoder needs frames of the next utterances.

    Args:
        voice: The voice of the text.
        cast: Has the other voices that speak in it.
        load: Returns a voice with its models.
        windows: Frames of the first chunk and frames of a chunk at most, about.

    Attributes:
        stopwatch: Measures the stages.
    """

    def __init__(
        self,
        voice: LoadedVoice,
        cast: Cast,
        load: Callable[[Voice], LoadedVoice],
        windows: tuple[int, int],
    ) -> None:
        self.stopwatch = Stopwatch()
        self._sample_rate = voice.voice.sample_rate
        self._cast = cast
        self._load = load
        # Those that have spoken, by the names that they have in utterances.
        self._voices = {"": voice}
        self._first_window, self._largest_window = windows
        self._utterances: Iterator[Utterance | None] = iter(())
        self._is_done = False
        # An utterance that another vocoder speaks, which waits until what comes before it is spoken.
        self._next: Utterance | None = None
        # The vocoder of the spectrogram that is being made, and the frames of it that were drawn.
        self._vocoder: Vocoder | None = None
        # Sentences that are drawn and have not been heard to their end.
        self._sounds: deque[SentenceSound] = deque()
        self._last_drawn: SpokenSentence | None = None
        # Frames drawn so far, pauses included, and how many of the last ones are silent.
        self._position = self._silent_tail = 0
        self._reduction = 0.0

    def chunks(
        self, utterances: Iterator[Utterance | None], *, close: Callable[[], None] | None = None
    ) -> Generator[AudioChunk, None, None]:
        """Speak utterances.

        Args:
            utterances: Those of the text, each made when it is asked for. None among them is a point up to which
                everything is heard before the next one is asked for.
            close: What to call when the text is spoken, or when nobody listens any more.

        Raises:
            InputError: There are none.
        """
        self._utterances = utterances
        try:
            while not self._is_done:
                yield from self._speak_until_none()
        finally:
            if close:
                close()
        if self._last_drawn is None:
            raise nothing_to_speak()
        if self._reduction:
            logger.warning(
                "too loud in places: turned down by up to %.1f dB, nothing is clipped", self._reduction
            )

    def next_mel(self) -> Piece | None:
        """Draw the next utterance and return its mel spectrogram, float32 [80, T].

        None is returned if there is none for now, or if another vocoder speaks it.
        """
        utterance = self._next or self._next_utterance()
        if utterance is None:
            return None
        voice = self._voice(utterance.voice)
        if self._vocoder not in (None, voice.vocoder):
            self._next = utterance
            return None
        self._vocoder, self._next = voice.vocoder, None
        planned = plan_sentence(utterance, voice.voice.name)
        with (
            about(sentence=planned.text, offset=planned.offset, device=voice.acoustic.target.device),
            self.stopwatch.on("acoustic"),
        ):
            return self._draw(voice, utterance, planned)

    def cut(self, audio: NDArray[np.float32]) -> Iterator[AudioChunk]:
        """Cut the sound of a window, float32 [256·n], at the ends of the sentences."""
        times = self.stopwatch.take()
        while audio.size:
            sound = self._sounds[0]
            size = sound.frames_left * HOP_LENGTH
            piece, audio = audio[:size], audio[size:]
            yield self._chunk(sound, piece, times)
            times = StageTimes()
            if not sound.frames_left:
                self._sounds.popleft()

    def _next_utterance(self) -> Utterance | None:
        """Take the next utterance that has words; None if there is none for now."""
        with self.stopwatch.on("text"):
            utterance = next(self._utterances, _END)
        self._is_done = utterance is _END
        if not isinstance(utterance, Utterance):
            return None
        if not utterance.words:
            self._add_last_pause(utterance)
            return None
        return utterance

    def _voice(self, name: str) -> LoadedVoice:
        """Return a voice of the text with its models, which are loaded when it first speaks."""
        if name not in self._voices:
            self._voices[name] = self._load(self._cast.voice(name))
        return self._voices[name]

    def _speak_until_none(self) -> Iterator[AudioChunk]:
        """Speak the utterances before the next None, as one spectrogram for each change of the vocoder."""
        start, first = self._position, self.next_mel()
        window = self._first_window
        while first is not None:
            yield from self._speak(first, window)
            # Whoever listens has what was spoken so far: the next vocoder need not begin with a short window again.
            window = min(max(window, self._position - start), self._largest_window)
            self._vocoder = None
            first = self.next_mel() if self._next else None
        # The pause at the end of a text has no frames in the spectrogram.
        while self._sounds:
            yield self._chunk(self._sounds.popleft(), np.zeros(0, np.float32), self.stopwatch.take())

    def _speak(self, first: Piece, first_window: int) -> Iterator[AudioChunk]:
        """Speak a spectrogram, from its first piece to its end."""
        assert self._vocoder
        windows = self._vocoder.stream(
            self._mels(first), first_window=first_window, largest_window=self._largest_window
        )
        with closing(windows):
            while (audio := self._next_window(windows)) is not None:
                yield from self.cut(audio)

    def _mels(self, first: Piece) -> Iterator[Piece]:
        mel: Piece | None = first
        while mel is not None:
            yield mel
            mel = self.next_mel()

    def _next_window(self, windows: Iterator[NDArray[np.float32]]) -> NDArray[np.float32] | None:
        """Return the sound of the next window; an error of the vocoder names the sentence that is heard in it."""
        heard = self._sounds[0].sentence if self._sounds else self._last_drawn
        text, offset = (heard.text, heard.offset) if heard else (None, None)
        device = self._vocoder.target.device if self._vocoder else None
        with about(sentence=text, offset=offset, device=device), self.stopwatch.on("vocoder"):
            return next(windows, None)

    def _chunk(self, sound: SentenceSound, audio: NDArray[np.float32], times: StageTimes) -> AudioChunk:
        finished = sound.finish(audio)
        self._reduction = max(self._reduction, sound.reduction)
        return AudioChunk(finished, sound.sentence, times, self._sample_rate)

    def _draw(self, speaker: LoadedVoice, utterance: Utterance, planned: PlannedSentence) -> Piece:
        """Draw an utterance, and note what its sound will be.

        The model begins and ends an utterance with silence of its own, which counts as a part of the pause; the rest
        of the pause is made of zeros.

        Args:
            speaker: Who speaks it.
            utterance: What is spoken.
            planned: The same, for placing.
        """
        voice = speaker.voice
        pause = _frames(utterance.pause)
        # The first sentence keeps the silence that the voice begins with, even where no pause comes before.
        room = max(0, pause - self._silent_tail) if self._last_drawn else voice.lead_frames
        spectrogram, gains = _render(speaker, utterance, lead=min(voice.lead_frames, room))
        silent_lead, silent_tail = silent_ends(spectrogram.mel, level=voice.audible_level)
        zeros = max(0, pause - self._silent_tail - silent_lead)
        self._last_drawn = place_sentence(
            planned,
            DrawnSentence(spectrogram.mel, spectrogram.f0, spectrogram.durations, silent_tail),
            start=self._position + zeros,
            pause_start=self._position - self._silent_tail,
            silent_symbols=PUNCTUATION,
        )
        self._sounds.append(SentenceSound(self._last_drawn, gains, pause=zeros))
        self._position += zeros + spectrogram.mel.shape[1]
        self._silent_tail = silent_tail
        return spectrogram.piece

    def _add_last_pause(self, utterance: Utterance) -> None:
        """Add the pause and the marks at the end of a text to its last sentence."""
        if self._last_drawn:
            marks = place_marks(utterance.marks_in_pause, self._position - self._silent_tail)
            sentence = replace(self._last_drawn, marks=(*self._last_drawn.marks, *marks))
            pause = max(0, _frames(utterance.pause) - self._silent_tail)
            self._sounds.append(SentenceSound(sentence, None, pause=pause))


def _render(
    speaker: LoadedVoice, utterance: Utterance, *, lead: int
) -> tuple[Spectrogram, NDArray[np.float64]]:
    """Turn an utterance into a mel spectrogram without the model's long silences, and the gains of its frames."""
    alpha, pitch, volume = symbol_deliveries(utterance)
    ids = to_ids(utterance.phonemes)
    spectrogram = speaker.acoustic.synthesize(ids, voice=speaker.vector, alpha=alpha, pitch=pitch)
    tail = min(speaker.voice.tail_frames, _frames(utterance.pause_after))
    trimmed = trim_silence(spectrogram, level=speaker.voice.silent_level, lead=lead, tail=tail)
    return trimmed, frame_gains(volume, trimmed.durations)


def _frames(seconds: float) -> int:
    return round(seconds / FRAME_SECONDS)


def plan_sentence(utterance: Utterance, voice: str) -> PlannedSentence:
    """Return the parts of an utterance that are needed to give it times, and the name of its voice."""
    words = (PlannedWord(word.text, word.span, word.phonemes, word.written) for word in utterance.words)
    return PlannedSentence(
        text=utterance.text,
        offset=utterance.words[0].offset,
        words=tuple(words),
        marks=utterance.marks,
        marks_in_pause=utterance.marks_in_pause,
        voice=voice,
    )


def symbol_deliveries(
    utterance: Utterance,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return alpha, pitch and volume of each symbol of an utterance, float64 [N] each.

    The symbols are those of the words, the spaces between them, and the silence at both ends.
    """
    # A word has the space after it, or the silence at the end; the first one also has the silence at the start.
    counts = [len(word.phonemes) + 1 for word in utterance.words]
    counts[0] += 1
    deliveries = [word.delivery for word in utterance.words]
    alpha = np.array([delivery.alpha for delivery in deliveries], dtype=np.float64)
    pitch = np.array([delivery.pitch for delivery in deliveries], dtype=np.float64)
    volume = np.array([delivery.volume for delivery in deliveries], dtype=np.float64)
    return np.repeat(alpha, counts), np.repeat(pitch, counts), np.repeat(volume, counts)
