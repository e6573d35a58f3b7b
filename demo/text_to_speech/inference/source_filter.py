"""The source of a source-filter vocoder: which pulses and which noise go into a window of the mel spectrogram.

Such a vocoder reads the fundamental frequency (F0) out of the mel spectrogram and shapes a train of pulses and white
noise into speech. Its file holds two graphs, which are taken apart here: `pitch` of the mel spectrogram, and `audio`
of mel spectrogram and source. The source between them is made in NumPy, in double precision: the phase of the pulses
is a running sum over the whole utterance, which float16 on a GPU or an NPU cannot hold. And it is a stream: however an
utterance is cut into windows, the same pulses and the same noise go in, so the windows join without a seam.

    mel ──▶ pitch graph ──▶ Excitation ──▶ source ─┐
     └─────────────────────────────────────────────┴──▶ audio graph ──▶ waveform
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from ..openvino_import import openvino
from .feeds import Inputs, MelFeed
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
    """The mel spectrogram of one utterance, which comes in pieces, and its source.

    F0 is read from windows of its own, which do not depend on those of the stream: so the source is the same however
    the stream is cut.

    Args:
        pieces: floating [1, 80, T] or [80, T] each.
        kept: Frames before the end of a window that a later one may need.
        read_pitch: Runs the pitch graph: mel [1, 80, T] → [2, T], octaves above 180 Hz and voicing 0..1.
        lengths: The lengths of the windows that F0 is read from.
        seed: Seed of the noise.
    """

    def __init__(
        self,
        pieces: Iterable[NDArray[np.floating]],
        *,
        kept: int,
        read_pitch: ReadPitch,
        lengths: Lengths,
        seed: int,
    ) -> None:
        # F0 is read ahead of the stream, so frames are needed for longer than the stream needs them.
        self._mel = MelFeed(pieces, kept=kept + 2 * PITCH_WINDOW)
        self._plan = plan_windows(self._mel.known, first=1, largest=PITCH_WINDOW, lengths=lengths)
        self._kept = kept
        self._read_pitch = read_pitch
        self._excitation = Excitation(seed=seed)
        # Octaves and voicing, [2, n], of the frame before the next one to be made into source, and of all frames that
        # were read from there on. A frame is made into source when the one after it is known too.
        self._contour: NDArray[np.float32] = np.empty((2, 0), dtype=np.float32)
        self._ended = False
        # The source that is held, and the number of its first frame.
        self._source: NDArray[np.float32] = np.empty((1, 2, 0), dtype=np.float32)
        self._start = 0

    def known(self, count: int) -> int:
        """Take pieces until there are `count` frames in all, or no more come; return how many there are."""
        return self._mel.known(count)

    def inputs(self, window: Window) -> Inputs:
        """Return the inputs of a window: `mel` [1, 80, T] and `source` [1, 2, 256·T], silent past the end."""
        while self._start * HOP_LENGTH + self._source.shape[2] < window.stop * HOP_LENGTH:
            if not self._extend():
                break
        first, stop = ((frame - self._start) * HOP_LENGTH for frame in (window.start, window.stop))
        source = self._source[:, :, first:stop]
        missing = stop - first - source.shape[2]
        source = np.pad(source, ((0, 0), (0, 0), (0, missing))) if missing else source
        forgotten = max(0, window.stop - self._kept - self._start)
        self._source, self._start = self._source[:, :, forgotten * HOP_LENGTH :], self._start + forgotten
        return {"mel": self._mel.take(window), "source": np.ascontiguousarray(source)}

    def _extend(self) -> bool:
        """Read F0 of the next frames and make the source of those whose neighbours are known; False after the end."""
        window = next(self._plan, None)
        if window is not None:
            read = self._read_pitch(self._mel.take(window))
            read = read[:, window.keep_start - window.start : window.keep_stop - window.start]
            before = self._contour if self._contour.size else read[:, :1]
            self._contour = np.concatenate([before, read], axis=1)
        elif self._contour.size and not self._ended:
            self._ended = True
            after_the_last = self._contour[:, -1:]
            self._contour = np.concatenate([self._contour, after_the_last], axis=1)
        else:
            return False
        if self._contour.shape[1] > 2:
            source = self._excitation.extend(*self._contour)
            self._source = np.concatenate([self._source, source[np.newaxis]], axis=2)
            # The last frame waits for its neighbour, and needs the one before it then.
            self._contour = self._contour[:, -2:]
        return True


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


def cut_in_two(model: openvino.Model) -> tuple[openvino.Model, openvino.Model]:
    """Return the audio graph (mel, source → audio) and the pitch graph (mel → pitch) of a vocoder."""
    return _part(model, "audio", ("mel", "source")), _part(model, "pitch", ("mel",))


def _part(model: openvino.Model, output: str, inputs: tuple[str, ...]) -> openvino.Model:
    copy = model.clone()
    results = [result for result in copy.get_results() if output in result.input_value(0).get_names()]
    return openvino.Model(results, [copy.input(name).get_node() for name in inputs], output)
