"""The source of a source-filter vocoder: which pulses and which noise go into a window of the mel spectrogram.

Such a vocoder shapes a train of pulses and white noise into speech. The pulses are at the fundamental frequency (F0),
which the acoustic model may know, and which is read out of the mel spectrogram otherwise. Its file holds two graphs,
which are taken apart here: `pitch` of the mel spectrogram, and `audio` of mel spectrogram and source, perhaps of the
contour of F0 as well. The source between them is made in NumPy, in double precision: the phase of the pulses
is a running sum over the whole utterance, which float16 on a GPU or an NPU cannot hold. And it is a stream: however an
utterance is cut into windows, the same pulses and the same noise go in, so the windows join without a seam.

    mel ──▶ pitch graph ──▶ contour ──▶ Excitation ──▶ source ─┐
     └──────────────────────────┴──────────────────────────────┴──▶ audio graph ──▶ waveform
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..openvino_import import openvino
from .feeds import Inputs, MelFeed, MelPiece, Piece
from .mel import HOP_LENGTH, SAMPLE_RATE
from .windows import Lengths, Window, plan_windows

# Mel frames to either side that a sample depends on, once the source is given; and those that the F0 of a frame
# depends on.
CONTEXT_FRAMES = 16
PITCH_CONTEXT = 14
# F0 is read from so many frames at a time, whatever the windows of the stream are.
PITCH_WINDOW = 96
# The lengths of the last windows of an utterance: close enough that the last one, moved back, computes little twice,
# and few enough that a CPU keeps the kernels for all of them. They cover any utterance of 36 frames or more.
ENDS = (36, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768)
PITCH_ENDS = (32, 36, 40, 48, 64, PITCH_WINDOW)
# A length takes about 8 kernels of the audio graph and 4 of the pitch graph. There is room for all of the lengths above
# and a few more: an utterance of fewer than 36 frames has a length of its own, and each of those takes 1.6 MB.
AUDIO_KERNELS = 8 * (len(ENDS) + 5)
PITCH_KERNELS = 4 * (len(PITCH_ENDS) + 4)
# The graph gives F0 in octaves above this: small numbers, which float16 holds to a cent.
REFERENCE_HZ = 180.0
# Samples of a pulse: a windowed sinc, so that a pulse may lie between two samples.
PULSE_TAPS = 16
# Thresholds of voicing: no pulses below the first, full pulses above the second.
VOICED_FROM, VOICED_TO = 0.35, 0.65

ReadPitch = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Excitation:
    """The excitation of one utterance, made piece by piece.

    Args:
        seed: Seed of the noise.
        phase: Phase of the pulses at the start, in periods.
    """

    def __init__(self, *, seed: int = 0, phase: float = 0.0) -> None:
        self._random = np.random.default_rng(seed)
        self._phase = phase
        # The last pulses of a piece reach into the next one: what they add to its first samples.
        self._carried: NDArray[np.float64] = np.zeros(PULSE_TAPS)

    def extend(self, octaves: NDArray[np.float32], voicing: NDArray[np.float32]) -> NDArray[np.float32]:
        """Make the excitation of the next T frames.

        Args:
            octaves: float [T + 2], F0 in octaves above 180 Hz at the centres of these frames, of the frame before and
                of the frame after them. Between two centres it goes in a straight line.
            voicing: float [T + 2], 0..1, at the same centres.

        Returns:
            float32 [2, 256·T], pulses and noise, both of unit power (the pulses where they are full).
        """
        samples = (len(octaves) - 2) * HOP_LENGTH
        # The centre of a sample in frames, where the centre of the frame before the first is 0.
        centres = (np.arange(samples) + 0.5) / HOP_LENGTH + 0.5
        frames = np.arange(len(octaves))
        f0 = REFERENCE_HZ * np.exp2(np.interp(centres, frames, octaves))
        gate = np.clip((np.interp(centres, frames, voicing) - VOICED_FROM) / (VOICED_TO - VOICED_FROM), 0, 1)
        noise = self._random.standard_normal(samples, dtype=np.float32)
        return np.stack([self._pulses(f0, gate), noise])

    def _pulses(self, f0: NDArray[np.float64], gate: NDArray[np.float64]) -> NDArray[np.float32]:
        """Place a band-limited pulse at each phase wrap, PULSE_TAPS / 2 samples late.

        Args:
            f0: float64 [L], Hz.
            gate: float64 [L], 0..1, height of a pulse.

        Returns:
            float32 [L].
        """
        phase = self._phase + np.cumsum(f0 / SAMPLE_RATE)
        periods = np.floor(phase)
        wraps = np.flatnonzero(np.diff(periods, prepend=np.floor(self._phase)))
        # The phase passed a whole number between two samples: so much of a sample ago, 0..1.
        late = (phase[wraps] - periods[wraps]) * SAMPLE_RATE / f0[wraps]
        distance = np.arange(PULSE_TAPS) - PULSE_TAPS // 2 + late[:, np.newaxis]
        # A pulse that were one sample high would jump between samples, which is heard as noise above the harmonics.
        pulses = np.sinc(distance) * np.cos(np.pi / PULSE_TAPS * distance) ** 2
        # Fewer pulses a second are higher, so that the power stays the same.
        pulses *= (gate[wraps] * np.sqrt(SAMPLE_RATE / f0[wraps]))[:, np.newaxis]
        train: NDArray[np.float64] = np.zeros(len(f0) + PULSE_TAPS)
        train[:PULSE_TAPS] = self._carried
        np.add.at(train, wraps[:, np.newaxis] + np.arange(PULSE_TAPS), pulses)
        self._phase = float(phase[-1] % 1.0) if len(f0) else self._phase
        self._carried = train[len(f0) :].copy()
        return train[: len(f0)].astype(np.float32)


class SourceFeed:
    """The mel spectrogram of one utterance, which comes in pieces, its contour and its source.

    The contour has F0 and voicing of each frame. Where it does not come with the pieces it is read from windows of its
    own, which do not depend on those of the stream: so the source is the same however the stream is cut.

    Args:
        pieces: floating [1, 80, T] or [80, T] each, or pieces with their contours.
        kept: Frames before the end of a window that a later one may need.
        read_pitch: Runs the pitch graph: mel [1, 80, T] → [2, T], octaves above 180 Hz and voicing 0..1.
        lengths: The lengths of the windows that F0 is read from.
        seed: Seed of the noise.
        with_contour: Whether the model has an input for the contour.
    """

    def __init__(
        self,
        pieces: Iterable[Piece],
        *,
        kept: int,
        read_pitch: ReadPitch,
        lengths: Lengths,
        seed: int,
        with_contour: bool = False,
    ) -> None:
        # Contours that came with the pieces and have not been taken, and whether they come; None before the first one.
        self._given: list[NDArray[np.float32]] = []
        self._is_given: bool | None = None
        # F0 is read ahead of the stream, so frames are needed for longer than the stream needs them.
        self._mel = MelFeed(self._noting_contours(pieces), kept=kept + 2 * PITCH_WINDOW)
        self._plan = plan_windows(self._mel.known, first=1, largest=PITCH_WINDOW, lengths=lengths)
        self._kept = kept
        self._read_pitch = read_pitch
        self._excitation = Excitation(seed=seed)
        self._with_contour = with_contour
        # Octaves and voicing, [2, n], of the frame before the next one to be made into source, and of all frames that
        # are known from there on. A frame is made into source when the one after it is known too.
        self._next: NDArray[np.float32] = np.empty((2, 0), dtype=np.float32)
        self._ended = False
        # The contour [1, 2, n] and the source [1, 2, 256·n] that are held, and the number of their first frame.
        self._contour: NDArray[np.float32] = np.empty((1, 2, 0), dtype=np.float32)
        self._source: NDArray[np.float32] = np.empty((1, 2, 0), dtype=np.float32)
        self._start = 0

    def known(self, count: int) -> int:
        """Take pieces until there are `count` frames in all, or no more come; return how many there are."""
        return self._mel.known(count)

    def inputs(self, window: Window) -> Inputs:
        """Return the inputs of a window: `mel` [1, 80, T] and `source` [1, 2, 256·T], silent past the end.

        A model with an input for it is given the `contour` [1, 2, T] as well.
        """
        while self._start + self._contour.shape[2] < window.stop:
            if not self._extend():
                break
        first, stop = window.start - self._start, window.stop - self._start
        contour = self._contour[:, :, first:stop]
        source = self._source[:, :, first * HOP_LENGTH : stop * HOP_LENGTH]
        missing = stop - first - contour.shape[2]
        if missing:
            contour = np.pad(contour, ((0, 0), (0, 0), (0, missing)))
            source = np.pad(source, ((0, 0), (0, 0), (0, missing * HOP_LENGTH)))
        forgotten = max(0, window.stop - self._kept - self._start)
        self._source, self._start = self._source[:, :, forgotten * HOP_LENGTH :], self._start + forgotten
        self._contour = self._contour[:, :, forgotten:]
        inputs = {"mel": self._mel.take(window), "source": np.ascontiguousarray(source)}
        return inputs | {"contour": np.ascontiguousarray(contour)} if self._with_contour else inputs

    def _noting_contours(self, pieces: Iterable[Piece]) -> Iterator[NDArray[np.floating]]:
        """Yield the mel spectrograms of pieces, and put their contours aside."""
        for piece in pieces:
            has_contour = isinstance(piece, MelPiece)
            if self._is_given not in (None, has_contour):
                raise InputError(
                    "pieces of a mel spectrogram with and without a contour: expected all of one kind"
                )
            self._is_given = has_contour
            if isinstance(piece, MelPiece):
                shape = (2, piece.mel.shape[-1])
                if piece.contour.shape != shape or not np.isfinite(piece.contour).all():
                    raise InputError(
                        f"contour of shape {piece.contour.shape}: expected {shape}, finite values"
                    )
                self._given.append(piece.contour.astype(np.float32))
                yield piece.mel
            else:
                yield piece

    def _extend(self) -> bool:
        """Take the contour of the next frames, and make the source where the neighbours are known; False at the end."""
        found = self._next_contour()
        if found is not None:
            before = self._next if self._next.size else found[:, :1]
            self._next = np.concatenate([before, found], axis=1)
        elif self._next.size and not self._ended:
            self._ended = True
            after_the_last = self._next[:, -1:]
            self._next = np.concatenate([self._next, after_the_last], axis=1)
        else:
            return False
        if self._next.shape[1] > 2:
            source = self._excitation.extend(*self._next)
            self._source = np.concatenate([self._source, source[np.newaxis]], axis=2)
            self._contour = np.concatenate([self._contour, self._next[np.newaxis, :, 1:-1]], axis=2)
            # The last frame waits for its neighbour, and needs the one before it then.
            self._next = self._next[:, -2:]
        return True

    def _next_contour(self) -> NDArray[np.float32] | None:
        """Return F0 and voicing of the next frames, float32 [2, n]; None after the last frame."""
        # The first piece tells whether contours come.
        self._mel.known(1)
        if not self._is_given:
            window = next(self._plan, None)
            if window is None:
                return None
            read = self._read_pitch(self._mel.take(window))
            return read[:, window.keep_start - window.start : window.keep_stop - window.start]
        if not self._given:
            self._mel.known(self._mel.frames + 1)
        return self._given.pop(0) if self._given else None


def pitch_lengths(*, any_length: bool) -> Lengths:
    """Return the lengths of the windows that F0 is read from.

    Args:
        any_length: Whether the device takes any length (it is given a few all the same); else PITCH_WINDOW only.
    """
    return Lengths(
        sizes=(PITCH_WINDOW,),
        context=PITCH_CONTEXT,
        own="where needed" if any_length else "never",
        ends=PITCH_ENDS if any_length else (),
    )


def takes_source(model: openvino.Model) -> bool:
    """Whether a vocoder is a source-filter vocoder: besides `mel` it has an input `source`."""
    return any("source" in port.get_names() for port in model.inputs)


def takes_contour(model: openvino.Model) -> bool:
    """Whether the audio graph of a source-filter vocoder has an input for the contour."""
    return any("contour" in port.get_names() for port in model.inputs)


def cut_in_two(model: openvino.Model) -> tuple[openvino.Model, openvino.Model]:
    """Return the audio graph (mel, source, perhaps contour → audio) and the pitch graph (mel → pitch) of a vocoder."""
    inputs = ("mel", "contour", "source") if takes_contour(model) else ("mel", "source")
    return _part(model, "audio", inputs), _part(model, "pitch", ("mel",))


def _part(model: openvino.Model, output: str, inputs: tuple[str, ...]) -> openvino.Model:
    copy = model.clone()
    results = [result for result in copy.get_results() if output in result.input_value(0).get_names()]
    return openvino.Model(results, [copy.input(name).get_node() for name in inputs], output)
