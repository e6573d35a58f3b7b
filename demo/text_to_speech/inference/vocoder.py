"""Vocoders on OpenVINO: a mel spectrogram becomes a waveform, whole or as a stream of windows.

HiFi-GAN (Kong et al. 2020, https://arxiv.org/abs/2010.05646) sees at most 14 mel frames to either side of a
sample, so windows with so much context, cropped by it, give the samples of one inference over the whole. A vocoder
that has an input `source` besides is of another kind: `source_filter` makes that input.

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

from ..errors import DeviceError, InputError, ModelError, telling_line
from ..forks import check_not_forked
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
)
from .source_filter import (
    AUDIO_KERNELS,
    ENDS,
    PITCH_KERNELS,
    PITCH_WINDOW,
    SourceFrames,
    cut_in_two,
    takes_source,
)
from .source_filter import CONTEXT_FRAMES as SOURCE_FILTER_CONTEXT
from .upsampling import fold_strides, split_upsampling
from .windows import MelFrames, OwnLengths, Window, check_mel, plan_windows

CONTEXT_FRAMES = 14  # mel frames to either side that a sample of HiFi-GAN depends on
FIRST_WINDOW = 16  # frames a stream begins with (0.19 s of sound): small, so that the first sound comes soon
WINDOWS = (32, 64, 96, 128, 192, 256, 384, 512, 768)  # lengths of input where a device takes any
STATIC_WINDOWS = (64, 128, 256, 512)  # where it refuses dynamic shapes, and compiles each length
LARGEST_WINDOW = 740  # frames kept (8.6 s): the context costs 4 % of it, and memory stays bounded
WARM_WINDOW = 100  # frames: as far as the first two seconds of a stream go
KEPT_KERNELS = 600  # HiFi-GAN needs 60 to 70 for a length: enough for those that come again and again

Inputs = dict[str, NDArray[np.float32]]  # of one window, by name


class Vocoder:
    """A vocoder loaded on a device. One instance serves many threads: every call has a request of its own.

    Args:
        device: OpenVINO's name of the device; see `resolve_target`.
        model: An IR or ONNX file with input `mel` [?, 80, ?] and output `audio` [?, 1, 256·?], or the name of a
            model of this repository. With an input `source` [?, 2, 256·?] and an output `pitch` [?, 2, ?] it is a
            source-filter vocoder.
        precision: `auto`, `f32`, `f16`, `bf16`, or `int8`: then a file must be quantized, and a name means the IR
            that omz_quantizer made of it.
        hint: `latency` computes one window at a time and begins a stream with a small one; `throughput`
            computes as many large ones side by side as the device likes.
        seed: Of the noise that a source-filter vocoder is given; HiFi-GAN has none.

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
        seed: int = 0,
    ) -> None:
        check_hint(hint)
        self.target: Target = resolve_target(device, precision)
        self._path = model_path(model, precision=precision)
        self._model = read_model(self._path)
        self._hint = hint
        self._seed = seed
        self._compiled: dict[int, openvino.CompiledModel] = {}
        self._lock = threading.Lock()
        if precision == "int8":
            check_quantized(self._model, self._path)
        self._any_length = not self.target.needs_static_shapes
        self._pitch: openvino.CompiledModel | None = None
        if takes_source(self._model):
            self._open_source_filter()
        else:
            check_interface(self._model, self._path, {"mel": f"?,{N_MELS},?"}, {"audio": "?,1,?"})
        if all(member.device == "CPU" for member in self.target.members):
            self._model = split_upsampling(self._model)
            self._model = fold_strides(self._model, of="source", multiple=HOP_LENGTH)
        if self._any_length:
            self._compiled_for(-1)

    def warm_up(self, *, largest_window: int = WARM_WINDOW) -> None:
        """Compute every window of a stream once, so that the next one need not compile or make kernels.

        Args:
            largest_window: Frames of the largest chunk to prepare; preparing all takes seconds.
        """
        for frames in self._ends():
            if frames <= max(largest_window + 2 * self._context, self._sizes()[0]):
                silence = self._frames([np.full((1, N_MELS, frames), SILENCE, dtype=np.float32)])
                inputs = silence.inputs(Window(0, frames, 0, frames))
                request = self._request_for(inputs)
                self._start(request, inputs)
                self._finish(request, inputs)

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
        taken as they are needed: a chunk needs 14 frames after its own (up to 100 where pitch is read first), or the
        end.

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
        frames = self._frames(pieces)
        plan = plan_windows(
            frames.known,
            first=first_window,
            largest=largest_window,
            sizes=self._sizes(),
            context=self._context,
            own_lengths=self._own_lengths,
            ends=self._ends(),
        )
        return self._run(frames, plan)

    @property
    def _context(self) -> int:
        return CONTEXT_FRAMES if self._pitch is None else SOURCE_FILTER_CONTEXT

    def _sizes(self) -> tuple[int, ...]:
        sizes = WINDOWS if self._any_length else STATIC_WINDOWS
        return tuple(size for size in sizes if size > 2 * self._context)

    def _ends(self) -> tuple[int, ...]:
        """Return the fixed lengths of the last windows, those of all others among them."""
        return ENDS if self._own_lengths == "where needed" else self._sizes()

    @property
    def _own_lengths(self) -> OwnLengths:
        """When a window has a length of its own.

        HiFi-GAN needs so many kernels for a length, 18 MB of them, that only a few lengths are kept anyway. Those of a
        source-filter vocoder are small, so that there can be fixed lengths enough for every utterance.
        """
        if not self._any_length:
            return "never"
        return "where cheaper" if self._pitch is None else "where needed"

    def _frames(self, pieces: Iterable[NDArray[np.floating]]) -> MelFrames | SourceFrames:
        """Take the pieces of an utterance for windows of it."""
        kept = self._sizes()[-1]
        if self._pitch is None:
            return MelFrames(pieces, kept=kept)
        request = self._pitch.create_infer_request()

        def read_pitch(mel: NDArray[np.float32]) -> NDArray[np.float32]:
            check_not_forked()
            try:
                request.infer({"mel": mel})
            except RuntimeError as error:
                raise self._failure(error) from error
            pitch: NDArray[np.float32] = request.get_tensor("pitch").data[0].astype(np.float32)
            if not np.isfinite(pitch).all():
                raise ModelError(f"vocoder {self._path} gave a pitch that is no number: expected finite ones")
            return pitch

        return SourceFrames(
            pieces, kept=kept, read_pitch=read_pitch, any_length=self._any_length, seed=self._seed
        )

    def _run(self, frames: MelFrames | SourceFrames, plan: Iterator[Window]) -> Iterator[NDArray[np.float32]]:
        """Compute windows side by side, as many as the hint allows, and yield what is kept of them in order."""
        running: deque[tuple[Window, Inputs, openvino.InferRequest]] = deque()
        idle: dict[int, list[openvino.InferRequest]] = {}
        try:
            for window in plan:
                inputs = frames.inputs(window)
                unused = idle.get(self._compiled_length(inputs))
                request = unused.pop() if unused else self._request_for(inputs)
                self._start(request, inputs)
                running.append((window, inputs, request))
                if len(running) == self._side_by_side:
                    yield self._kept(running, idle)
            while running:
                yield self._kept(running, idle)
        finally:
            for _, _, request in running:  # the caller stopped listening
                request.cancel()

    def _kept(
        self,
        running: deque[tuple[Window, Inputs, openvino.InferRequest]],
        idle: dict[int, list[openvino.InferRequest]],
    ) -> NDArray[np.float32]:
        """Wait for the oldest window and return the samples that are kept of it."""
        window, inputs, request = running.popleft()
        audio = self._finish(request, inputs)
        skip = (window.first - window.start) * HOP_LENGTH
        kept: NDArray[np.float32] = audio[skip : skip + (window.last - window.first) * HOP_LENGTH].copy()
        idle.setdefault(self._compiled_length(inputs), []).append(request)
        return kept

    def _start(self, request: openvino.InferRequest, inputs: Inputs) -> None:
        check_not_forked()
        try:
            request.start_async(inputs, share_inputs=True)
        except RuntimeError as error:
            raise self._failure(error) from error

    def _finish(self, request: openvino.InferRequest, inputs: Inputs) -> NDArray[np.float32]:
        check_not_forked()
        try:
            request.wait()
        except RuntimeError as error:
            raise self._failure(error) from error
        audio: NDArray[np.float32] = request.get_tensor("audio").data.reshape(-1)
        frames = inputs["mel"].shape[2]
        if audio.size != frames * HOP_LENGTH or not np.isfinite(audio).all():
            raise ModelError(
                f"vocoder {self._path} gave {audio.size} samples for {frames} frames:"
                f" expected {frames * HOP_LENGTH} finite ones"
            )
        return audio

    def _failure(self, error: RuntimeError) -> DeviceError:
        return DeviceError(f"{self.target.device} failed at the vocoder: {telling_line(error)}")

    def _compiled_length(self, inputs: Inputs) -> int:
        return -1 if self._any_length else inputs["mel"].shape[2]

    def _request_for(self, inputs: Inputs) -> openvino.InferRequest:
        return self._compiled_for(self._compiled_length(inputs)).create_infer_request()

    def _compiled_for(self, frames: int) -> openvino.CompiledModel:
        """Return the model compiled for a number of frames, -1 for any, each compiled once."""
        check_not_forked()
        with self._lock:
            if frames not in self._compiled:
                shapes = {"mel": (1, N_MELS, frames)}
                if self._pitch is not None:
                    shapes["source"] = (1, 2, frames * HOP_LENGTH if frames > 0 else -1)
                kernels = KEPT_KERNELS if self._pitch is None else AUDIO_KERNELS
                self._compiled[frames] = self._compile(
                    reshaped(self._model, shapes, self._path), kernels=kernels
                )
            return self._compiled[frames]

    def _open_source_filter(self) -> None:
        """Cut a source-filter vocoder in two, and compile the part that reads the pitch."""
        check_interface(
            self._model,
            self._path,
            {"mel": f"?,{N_MELS},?", "source": "?,2,?"},
            {"audio": "?,1,?", "pitch": "?,2,?"},
        )
        self._model, pitch = cut_in_two(self._model)
        frames = -1 if self._any_length else PITCH_WINDOW
        self._pitch = self._compile(
            reshaped(pitch, {"mel": (1, N_MELS, frames)}, self._path), kernels=PITCH_KERNELS
        )

    def _compile(self, model: openvino.Model, *, kernels: int) -> openvino.CompiledModel:
        return compile_model(
            model,
            self.target,
            self._path,
            kernels=kernels,
            hint=self._hint,
        )

    @property
    def _side_by_side(self) -> int:
        """Windows that are computed at the same time."""
        if self._hint == "latency":
            return 1
        compiled = next(iter(self._compiled.values()))
        return int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
