"""HiFi-GAN on OpenVINO: a mel spectrogram becomes a waveform, whole or as a stream of windows.

HiFi-GAN (Kong et al. 2020, https://arxiv.org/abs/2010.05646) sees at most 14 mel frames to either side of a
sample, so windows with so much context, cropped by it, give the samples of one inference over the whole.

    vocoder = Vocoder("CPU")
    audio = vocoder.synthesize(mel)
    for chunk in vocoder.stream(mel):
        play(chunk)
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

from .errors import DeviceError, InputError, ModelError
from .mel import HOP_LENGTH, N_MELS, SILENCE
from .runtime import (
    Target,
    check_hint,
    check_interface,
    check_quantized,
    compile_model,
    model_path,
    read_model,
    reshaped,
    resolve_target,
    telling_line,
)
from .upsampling import split_upsampling
from .windows import MelFrames, Window, check_mel, plan_windows

CONTEXT_FRAMES = 14  # mel frames to either side that a sample depends on
FIRST_WINDOW = 16  # frames a stream begins with (0.19 s of sound): small, so that the first sound comes soon
WINDOWS = (32, 64, 96, 128, 192, 256, 384, 512, 768)  # lengths of input where a device takes any
STATIC_WINDOWS = (64, 128, 256, 512)  # where it refuses dynamic shapes, and compiles each length
LARGEST_WINDOW = 740  # frames kept (8.6 s): the context costs 4 % of it, and memory stays bounded
WARM_WINDOW = 100  # frames: as far as the first two seconds of a stream go
KEPT_KERNELS = 600  # HiFi-GAN needs about 60 for a length: enough for those that come again and again


class Vocoder:
    """A vocoder loaded on a device. One instance serves many threads: every call has a request of its own.

    Args:
        device: OpenVINO's name of the device; see `resolve_target`.
        model: An IR or ONNX file with input `mel` [?, 80, ?] and output `audio` [?, 1, 256·?], or the name of a
            model of this repository.
        precision: `auto`, `f32`, `f16`, `bf16`, or `int8`: then a file must be quantized, and a name means the IR
            that omz_quantizer made of it.
        hint: `latency` computes one window at a time and begins a stream with a small one; `throughput`
            computes as many large ones side by side as the device likes.
        cache_folder: Where compiled models are kept for the next start; None keeps none.

    Attributes:
        target: Where the model runs, in which precision, and why.

    Raises:
        DeviceError: The device is not there, lacks the precision, or refuses the model.
        InputError: The precision or the hint is unknown.
        ModelError: The file is not such a model.
    """

    def __init__(
        self,
        device: str = "CPU",
        *,
        model: str | Path = "hifi-gan",
        precision: str = "auto",
        hint: str = "latency",
        cache_folder: Path | None = None,
    ) -> None:
        check_hint(hint)
        self.target: Target = resolve_target(device, precision)
        self._path = model_path(model, precision=precision)
        self._model = read_model(self._path)
        self._hint = hint
        self._cache_folder = cache_folder
        self._compiled: dict[int, openvino.CompiledModel] = {}
        self._lock = threading.Lock()
        check_interface(self._model, self._path, {"mel": f"?,{N_MELS},?"}, {"audio": "?,1,?"})
        if precision == "int8":
            check_quantized(self._model, self._path)
        if all(member.device == "CPU" for member in self.target.members):
            self._model = split_upsampling(self._model)
        self._any_length = not self.target.needs_static_shapes
        if self._any_length:
            self._compiled_for(-1)

    def warm_up(self, *, largest_window: int = WARM_WINDOW) -> None:
        """Compute every window of a stream once, so that the next one need not compile or make kernels.

        Args:
            largest_window: Frames of the largest chunk to prepare; preparing all takes seconds.
        """
        context = 2 * CONTEXT_FRAMES
        for frames in self._sizes():
            if frames <= max(largest_window + context, self._sizes()[0]):
                mel = np.full((1, N_MELS, frames), SILENCE, dtype=np.float32)
                request = self._request_for(mel)
                self._start(request, mel)
                self._finish(request, mel)

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
        mel: NDArray[np.floating] | Iterable[NDArray[np.floating]],
        *,
        first_window: int = FIRST_WINDOW,
        largest_window: int = LARGEST_WINDOW,
    ) -> Iterator[NDArray[np.float32]]:
        """Turn a mel spectrogram into chunks of a waveform, each as soon as it is done.

        The chunks joined are what `synthesize` returns, up to rounding. A spectrogram may come in pieces, which are
        taken as they are needed: a chunk needs 14 frames after its own, or the end.

        Args:
            mel: floating [1, 80, T] or [80, T], or an iterable of such pieces of one spectrogram.
            first_window: Frames of the first chunk, about; each next one has twice as many.
            largest_window: Frames of a chunk at most, about: the windows have a few fixed lengths.

        Returns:
            An iterator of float32 [256·n] arrays.

        Raises:
            InputError: The mel cannot be used (a piece: when its turn comes), or the sizes are not
                1 ≤ first ≤ largest.
        """
        if not 1 <= first_window <= largest_window:
            raise InputError(
                f"windows of {first_window} to {largest_window} frames: expected 1 ≤ first_window ≤ largest_window"
            )
        pieces = [check_mel(mel)] if isinstance(mel, np.ndarray | np.generic) else mel
        frames = MelFrames(pieces, kept=self._sizes()[-1])
        plan = plan_windows(
            frames.known,
            first=first_window,
            largest=largest_window,
            sizes=self._sizes(),
            context=CONTEXT_FRAMES,
            any_length=self._any_length,
        )
        return self._run(frames, plan)

    def _sizes(self) -> tuple[int, ...]:
        return WINDOWS if self._any_length else STATIC_WINDOWS

    def _run(self, frames: MelFrames, plan: Iterator[Window]) -> Iterator[NDArray[np.float32]]:
        """Compute windows side by side, as many as the hint allows, and yield what is kept of them in order."""
        running: deque[tuple[Window, NDArray[np.float32], openvino.InferRequest]] = deque()
        idle: dict[int, list[openvino.InferRequest]] = {}
        try:
            for window in plan:
                piece = frames.take(window)
                unused = idle.get(self._compiled_length(piece))
                request = unused.pop() if unused else self._request_for(piece)
                self._start(request, piece)
                running.append((window, piece, request))
                if len(running) == self._side_by_side:
                    yield self._kept(running, idle)
            while running:
                yield self._kept(running, idle)
        finally:
            for _, _, request in running:  # the caller stopped listening
                request.cancel()

    def _kept(
        self,
        running: deque[tuple[Window, NDArray[np.float32], openvino.InferRequest]],
        idle: dict[int, list[openvino.InferRequest]],
    ) -> NDArray[np.float32]:
        """Wait for the oldest window and return the samples that are kept of it."""
        window, piece, request = running.popleft()
        audio = self._finish(request, piece)
        skip = (window.first - window.start) * HOP_LENGTH
        kept: NDArray[np.float32] = audio[skip : skip + (window.last - window.first) * HOP_LENGTH].copy()
        idle.setdefault(self._compiled_length(piece), []).append(request)
        return kept

    def _start(self, request: openvino.InferRequest, piece: NDArray[np.float32]) -> None:
        try:
            request.start_async({"mel": piece}, share_inputs=True)
        except RuntimeError as error:
            raise self._failure(error) from error

    def _finish(self, request: openvino.InferRequest, piece: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            request.wait()
        except RuntimeError as error:
            raise self._failure(error) from error
        audio: NDArray[np.float32] = request.get_tensor("audio").data.reshape(-1)
        if audio.size != piece.shape[2] * HOP_LENGTH or not np.isfinite(audio).all():
            raise ModelError(
                f"vocoder {self._path} gave {audio.size} samples for {piece.shape[2]} frames:"
                f" expected {piece.shape[2] * HOP_LENGTH} finite ones"
            )
        return audio

    def _failure(self, error: RuntimeError) -> DeviceError:
        return DeviceError(f"{self.target.device} failed at the vocoder: {telling_line(error)}")

    def _compiled_length(self, piece: NDArray[np.float32]) -> int:
        return -1 if self._any_length else piece.shape[2]

    def _request_for(self, piece: NDArray[np.float32]) -> openvino.InferRequest:
        return self._compiled_for(self._compiled_length(piece)).create_infer_request()

    def _compiled_for(self, frames: int) -> openvino.CompiledModel:
        """Return the model compiled for a number of frames, -1 for any, each compiled once."""
        with self._lock:
            if frames not in self._compiled:
                model = reshaped(self._model, {"mel": (1, N_MELS, frames)}, self._path)
                self._compiled[frames] = compile_model(
                    model,
                    self.target,
                    self._path,
                    cache_folder=self._cache_folder,
                    kernels=KEPT_KERNELS,
                    hint=self._hint,
                )
            return self._compiled[frames]

    @property
    def _side_by_side(self) -> int:
        """Windows that are computed at the same time."""
        if self._hint == "latency":
            return 1
        compiled = next(iter(self._compiled.values()))
        return int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
