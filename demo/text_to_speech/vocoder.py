"""HiFi-GAN on OpenVINO: a mel spectrogram becomes a waveform, whole or as a stream of windows.

HiFi-GAN (Kong et al. 2020, https://arxiv.org/abs/2010.05646) sees at most 14 mel frames to either side of a
sample. A window that carries so much context and is cropped by it gives the samples of one inference over the
whole. The zero padding inside the network is heard only at the ends of an utterance, so a window that reaches an
end stops exactly there, and no window is padded.

    vocoder = Vocoder("CPU")
    audio = vocoder.synthesize(mel)
    for chunk in vocoder.stream(mel):
        play(chunk)
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

from .errors import DeviceError, InputError, ModelError
from .mel import HOP_LENGTH, N_MELS, SILENCE
from .runtime import (
    Target,
    check_interface,
    compile_model,
    model_path,
    read_model,
    reshaped,
    resolve_target,
    telling_line,
)

CONTEXT_FRAMES = 14  # mel frames to either side that a sample depends on
FIRST_WINDOW = 16  # frames a stream begins with (0.19 s of sound): small, so that the first sound comes soon
LARGEST_WINDOW = 512  # frames (5.9 s): the context costs 5 % of it, and memory stays bounded
KEPT_KERNELS = (
    256  # HiFi-GAN needs about 60 for a length: enough for the windows that every stream begins with
)
STATIC_WINDOWS = (64, 128, 256, 512)  # input lengths for devices that refuse dynamic shapes


@dataclass(frozen=True)
class Window:
    """One inference: which frames go in, and which frames of the result are kept.

    Attributes:
        start: First mel frame that goes in.
        stop: Frame after the last that goes in; past the end of the mel where a device's shortest static
            window is longer than the utterance.
        first: First frame whose samples are kept.
        last: Frame after the last whose samples are kept.
    """

    start: int
    stop: int
    first: int
    last: int


def plan_windows(frames: int, *, first: int, largest: int) -> Iterator[Window]:
    """Cut an utterance into windows of any length: a small first one, each next one twice as long.

    A rest shorter than half a window is joined to the window before it, which saves the context between them.

    Args:
        frames: Length of the mel, ≥ 1.
        first: Frames kept of the first window, ≥ 1.
        largest: Frames kept of a window at most, but for such a rest, ≥ first.
    """
    done, size = 0, first
    while done < frames:
        last = frames if frames - done <= size * 3 // 2 else done + size
        yield Window(max(0, done - CONTEXT_FRAMES), min(frames, last + CONTEXT_FRAMES), done, last)
        done, size = last, min(2 * size, largest)


def plan_static_windows(frames: int, *, first: int, sizes: tuple[int, ...]) -> Iterator[Window]:
    """Cut an utterance into windows of a few fixed lengths.

    The last window is moved back until it ends with the utterance. Only an utterance shorter than the smallest
    window is padded, with silence: the one case in which the result is not that of one inference.

    Args:
        frames: Length of the mel, ≥ 1.
        first: Frames wanted of the first window; each next one shall be twice as long.
        sizes: The lengths, ascending, each more than twice the context.
    """
    if frames < sizes[0]:
        yield Window(0, sizes[0], 0, frames)
        return
    possible = [size for size in sizes if size <= frames]
    done, wanted = 0, first
    while done < frames:
        start = max(0, done - CONTEXT_FRAMES)
        need = min(frames, done + wanted + CONTEXT_FRAMES) - start
        size = next((size for size in possible if size >= need), possible[-1])
        stop = start + size
        if stop >= frames:
            start, stop, last = frames - size, frames, frames
        else:
            last = stop - CONTEXT_FRAMES
        yield Window(start, stop, done, last)
        done, wanted = last, 2 * wanted


class Vocoder:
    """A vocoder loaded on a device. One instance serves many threads: every call has a request of its own.

    Args:
        device: OpenVINO's name of the device; see `resolve_target`.
        model: An IR or ONNX file with input `mel` [?, 80, ?] and output `audio` [?, 1, 256·?], or the name of a
            model of this repository.
        precision: `auto`, `f32`, `f16` or `bf16`.
        cache_folder: Where compiled models are kept for the next start; None keeps none.

    Attributes:
        target: Where the model runs, in which precision, and why.

    Raises:
        DeviceError: The device is not there, lacks the precision, or refuses the model.
        InputError: The precision is unknown.
        ModelError: The file is not such a model.
    """

    def __init__(
        self,
        device: str = "CPU",
        *,
        model: str | Path = "hifi-gan",
        precision: str = "auto",
        cache_folder: Path | None = None,
    ) -> None:
        self.target: Target = resolve_target(device, precision)
        self._path = model_path(model)
        self._model = read_model(self._path)
        self._cache_folder = cache_folder
        self._compiled: dict[int, openvino.CompiledModel] = {}
        self._lock = threading.Lock()
        check_interface(self._model, self._path, {"mel": f"?,{N_MELS},?"}, {"audio": "?,1,?"})
        if not self.target.needs_static_shapes:
            self._compiled_for(-1)

    def synthesize(self, mel: NDArray[np.floating]) -> NDArray[np.float32]:
        """Turn a mel spectrogram into a waveform.

        Args:
            mel: floating [1, 80, T] or [80, T], natural logarithm; see the module `mel`.

        Returns:
            float32 [256·T], -1..1, 22,050 Hz.

        Raises:
            InputError: The mel has another shape or type, or holds NaN or infinite values.
        """
        return np.concatenate(list(self.stream(mel, first_window=LARGEST_WINDOW)))

    def stream(
        self,
        mel: NDArray[np.floating],
        *,
        first_window: int = FIRST_WINDOW,
        largest_window: int = LARGEST_WINDOW,
    ) -> Iterator[NDArray[np.float32]]:
        """Turn a mel spectrogram into chunks of a waveform, each as soon as it is done.

        The chunks joined are what `synthesize` returns, up to rounding.

        Args:
            mel: floating [1, 80, T] or [80, T].
            first_window: Frames of the first chunk; each next one has twice as many.
            largest_window: Frames of a chunk at most; the last may have half as many again.

        Returns:
            An iterator of float32 [256·n] arrays.

        Raises:
            InputError: The mel cannot be used, or the sizes are not 1 ≤ first ≤ largest.
        """
        mel = check_mel(mel)
        if not 1 <= first_window <= largest_window:
            raise InputError(
                f"windows of {first_window} to {largest_window} frames: expected 1 ≤ first_window ≤ largest_window"
            )
        frames = mel.shape[2]
        if self.target.needs_static_shapes:
            fitting = tuple(size for size in STATIC_WINDOWS if size <= largest_window + 2 * CONTEXT_FRAMES)
            plan = plan_static_windows(frames, first=first_window, sizes=fitting or STATIC_WINDOWS[:1])
        else:
            plan = plan_windows(frames, first=first_window, largest=largest_window)
        return self._run(mel, plan)

    def _run(self, mel: NDArray[np.float32], plan: Iterator[Window]) -> Iterator[NDArray[np.float32]]:
        requests: dict[int, openvino.InferRequest] = {}
        for window in plan:
            piece = mel[:, :, window.start : window.stop]
            missing = window.stop - window.start - piece.shape[2]
            if missing:
                piece = np.pad(piece, ((0, 0), (0, 0), (0, missing)), constant_values=SILENCE)
            shape = piece.shape[2] if self.target.needs_static_shapes else -1
            if shape not in requests:
                requests[shape] = self._compiled_for(shape).create_infer_request()
            audio = self._infer(requests[shape], np.ascontiguousarray(piece))
            skip = (window.first - window.start) * HOP_LENGTH
            yield audio[skip : skip + (window.last - window.first) * HOP_LENGTH].copy()

    def _infer(self, request: openvino.InferRequest, piece: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            request.infer({"mel": piece}, share_inputs=True)
        except RuntimeError as error:
            raise DeviceError(f"{self.target.device} failed at the vocoder: {telling_line(error)}") from error
        audio: NDArray[np.float32] = request.get_tensor("audio").data.reshape(-1)
        if audio.size != piece.shape[2] * HOP_LENGTH or not np.isfinite(audio).all():
            raise ModelError(
                f"vocoder {self._path} gave {audio.size} samples for {piece.shape[2]} frames:"
                f" expected {piece.shape[2] * HOP_LENGTH} finite ones"
            )
        return audio

    def _compiled_for(self, frames: int) -> openvino.CompiledModel:
        """Return the model compiled for a number of frames, -1 for any, each compiled once."""
        with self._lock:
            if frames not in self._compiled:
                model = reshaped(self._model, {"mel": (1, N_MELS, frames)}, self._path)
                self._compiled[frames] = compile_model(
                    model, self.target, self._path, cache_folder=self._cache_folder, kernels=KEPT_KERNELS
                )
            return self._compiled[frames]


def check_mel(mel: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return a mel spectrogram as float32 [1, 80, T], or refuse it.

    Args:
        mel: floating [1, 80, T] or [80, T], T ≥ 1.

    Raises:
        InputError: It has another shape or type, or holds NaN or infinite values.
    """
    expected = f"expected floating point of shape [1, {N_MELS}, T] or [{N_MELS}, T], T ≥ 1"
    mel = np.asarray(mel)
    if not np.issubdtype(mel.dtype, np.floating):
        raise InputError(f"mel spectrogram of type {mel.dtype}: {expected}")
    shape = list(mel.shape)
    if shape[-2:-1] != [N_MELS] or shape[:-2] not in ([], [1]) or not shape[-1]:
        raise InputError(f"mel spectrogram of shape {shape}: {expected}")
    if not np.isfinite(mel).all():
        raise InputError("mel spectrogram holds NaN or infinite values: expected finite natural logarithms")
    return mel.reshape(1, N_MELS, -1).astype(np.float32, copy=False)
