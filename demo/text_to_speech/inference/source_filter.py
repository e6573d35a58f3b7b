"""The source of a source-filter vocoder: which pulses and which noise go into a window of the mel spectrogram.

Such a vocoder reads the pitch out of the mel spectrogram and shapes a train of pulses and white noise into speech. Its
file holds two graphs, cut apart here: `pitch` of the mel, and `audio` of mel and source. The source between them is
made in NumPy, in double precision: the phase of the pulses is a running sum over the whole utterance, which
float16 on a GPU or an NPU cannot hold. And it is a stream: however an utterance is cut into windows, the same
pulses and the same noise go in, so the windows join as if there had been one.

    mel ──▶ pitch graph ──▶ Excitation ──▶ source ─┐
     └─────────────────────────────────────────────┴──▶ audio graph ──▶ waveform
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import openvino
from numpy.typing import NDArray

from .mel import HOP_LENGTH, SAMPLE_RATE
from .windows import MelFrames, Window, plan_windows

CONTEXT_FRAMES = 16  # mel frames to either side that a sample depends on, once the source is given
PITCH_CONTEXT = 14  # and those that the pitch of a frame depends on
PITCH_WINDOW = 96  # frames that the pitch is read from at a time, whatever the windows of the stream are
# The lengths of the last windows of an utterance: close enough that the last one, moved back, computes little twice,
# and few enough that a CPU keeps the kernels for all of them. They cover any utterance of 36 frames or more.
ENDS = (36, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768)
PITCH_ENDS = (32, 36, 40, 48, 64, PITCH_WINDOW)
# A length takes about 8 kernels of the audio graph and 4 of the pitch graph. There is room for all of the lengths above
# and a few more: an utterance of fewer than 36 frames has a length of its own, and each of those takes 1.6 MB.
AUDIO_KERNELS = 8 * (len(ENDS) + 5)
PITCH_KERNELS = 4 * (len(PITCH_ENDS) + 4)
REFERENCE_HZ = 180.0  # pitch is counted in octaves from here: small numbers, which float16 holds to a cent
PULSE_TAPS = 16  # samples of a pulse: a windowed sinc, so that it may stand between two samples
VOICED_FROM, VOICED_TO = 0.35, 0.65  # pulses are silent below this voicing, and full above that

ReadPitch = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Excitation:
    """The excitation of one utterance, made piece by piece.

    Args:
        seed: Seed of the noise.
        phase: Phase of the pulses at the start, in periods.
    """

    def __init__(self, *, seed: int = 0, phase: float = 0.0) -> None:
        self._dice = np.random.default_rng(seed)
        self._phase = phase
        self._rest: NDArray[np.float64] = np.zeros(
            PULSE_TAPS
        )  # what the last pulses leave for the next piece

    def extend(self, pitch: NDArray[np.float32], voicing: NDArray[np.float32]) -> NDArray[np.float32]:
        """Make the excitation of the next T frames.

        Args:
            pitch: float [T + 2], octaves above 180 Hz at the centres of these frames and of the frame at either
                side of them; between two centres it goes in a straight line.
            voicing: float [T + 2], 0..1, likewise.

        Returns:
            float32 [2, 256·T], pulses and noise, both of unit power (the pulses where they are full).
        """
        samples = (len(pitch) - 2) * HOP_LENGTH
        places = (np.arange(samples) + 0.5) / HOP_LENGTH + 0.5
        frames = np.arange(len(pitch))
        hz = REFERENCE_HZ * np.exp2(np.interp(places, frames, pitch))
        gate = np.clip((np.interp(places, frames, voicing) - VOICED_FROM) / (VOICED_TO - VOICED_FROM), 0, 1)
        noise = self._dice.standard_normal(samples, dtype=np.float32)
        return np.stack([self._pulses(hz, gate), noise])

    def _pulses(self, hz: NDArray[np.float64], gate: NDArray[np.float64]) -> NDArray[np.float32]:
        """Place a pulse wherever the phase passes a whole number, float32 [L]; half a pulse later, to be exact."""
        phase = self._phase + np.cumsum(hz / SAMPLE_RATE)
        periods = np.floor(phase)
        at = np.flatnonzero(np.diff(periods, prepend=np.floor(self._phase)))
        late = (phase[at] - periods[at]) * SAMPLE_RATE / hz[at]  # samples since the pulse was due, 0..1
        distance = np.arange(PULSE_TAPS) - PULSE_TAPS // 2 + late[:, np.newaxis]
        shape = np.sinc(distance) * np.cos(np.pi / PULSE_TAPS * distance) ** 2
        shape *= (gate[at] * np.sqrt(SAMPLE_RATE / hz[at]))[:, np.newaxis]
        train: NDArray[np.float64] = np.zeros(len(hz) + PULSE_TAPS)
        train[:PULSE_TAPS] = self._rest
        np.add.at(train, at[:, np.newaxis] + np.arange(PULSE_TAPS), shape)
        self._phase = float(phase[-1] % 1.0) if len(hz) else self._phase
        self._rest = train[len(hz) :].copy()
        return train[: len(hz)].astype(np.float32)


class SourceFrames:
    """The frames of one utterance, which come in pieces, each window of them with its source.

    Pitch is read from windows of its own, which do not depend on those of the stream.

    Args:
        pieces: floating [1, 80, T] or [80, T] each.
        kept: Frames before the end of a window that a later one may need.
        read_pitch: Runs the pitch graph: mel [1, 80, T] → [2, T], octaves above 180 Hz and voicing 0..1.
        any_length: Whether that takes any T (it is given a few lengths all the same); else PITCH_WINDOW frames only.
        seed: Seed of the noise.
    """

    def __init__(
        self,
        pieces: Iterable[NDArray[np.floating]],
        *,
        kept: int,
        read_pitch: ReadPitch,
        any_length: bool,
        seed: int,
    ) -> None:
        self._frames = MelFrames(pieces, kept=kept + 2 * PITCH_WINDOW)  # pitch is read ahead of the stream
        self._plan = plan_windows(
            self._frames.known,
            first=1,
            largest=PITCH_WINDOW,
            sizes=(PITCH_WINDOW,),
            context=PITCH_CONTEXT,
            own_lengths="where needed" if any_length else "never",
            ends=PITCH_ENDS if any_length else (),
        )
        self._kept = kept
        self._read_pitch = read_pitch
        self._excitation = Excitation(seed=seed)
        self._contour: NDArray[np.float32] | None = (
            None  # read, but not sounded; one frame before it comes first
        )
        self._start = 0  # the first frame of the source below
        self._source: NDArray[np.float32] = np.empty((1, 2, 0), dtype=np.float32)

    def known(self, count: int) -> int:
        """Take pieces until there are `count` frames in all, or no more come; return how many there are."""
        return self._frames.known(count)

    def inputs(self, window: Window) -> dict[str, NDArray[np.float32]]:
        """Return what goes into a window: `mel` [1, 80, T] and `source` [1, 2, 256·T], silent past the end."""
        while self._start * HOP_LENGTH + self._source.shape[2] < window.stop * HOP_LENGTH:
            if not self._extend():
                break
        first, last = ((frame - self._start) * HOP_LENGTH for frame in (window.start, window.stop))
        source = self._source[:, :, first:last]
        missing = last - first - source.shape[2]
        source = np.pad(source, ((0, 0), (0, 0), (0, missing))) if missing else source
        unneeded = max(0, window.stop - self._kept - self._start)
        self._source, self._start = self._source[:, :, unneeded * HOP_LENGTH :], self._start + unneeded
        return {"mel": self._frames.take(window), "source": np.ascontiguousarray(source)}

    def _extend(self) -> bool:
        """Read the pitch of the next frames and make their source; False after the last ones."""
        window = next(self._plan, None)
        if window is not None:
            pitch = self._read_pitch(self._frames.take(window))
            pitch = pitch[:, window.first - window.start : window.last - window.start]
            self._contour = pitch[:, :1] if self._contour is None else self._contour
            contour = np.concatenate([self._contour, pitch], axis=1)
        elif self._contour is not None and self._contour.shape[1] > 1:
            contour = np.concatenate([self._contour, self._contour[:, -1:]], axis=1)  # held at the end
        else:
            return False
        if contour.shape[1] > 2:
            source = self._excitation.extend(*contour)
            self._source = np.concatenate([self._source, source[np.newaxis]], axis=2)
        self._contour = contour[:, -2:] if window is not None else contour[:, -1:]
        return True


def takes_source(model: openvino.Model) -> bool:
    """Whether a vocoder is of this kind: besides the mel it has an input `source`."""
    return any("source" in port.get_names() for port in model.inputs)


def cut_in_two(model: openvino.Model) -> tuple[openvino.Model, openvino.Model]:
    """Return the audio graph (mel, source → audio) and the pitch graph (mel → pitch) of a vocoder."""
    return _part(model, "audio", ("mel", "source")), _part(model, "pitch", ("mel",))


def _part(model: openvino.Model, output: str, inputs: tuple[str, ...]) -> openvino.Model:
    copy = model.clone()
    results = [result for result in copy.get_results() if output in result.input_value(0).get_names()]
    return openvino.Model(results, [copy.input(name).get_node() for name in inputs], output)
