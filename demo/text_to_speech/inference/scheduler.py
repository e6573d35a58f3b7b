"""The scheduler: windows of a vocoder computed side by side, and their samples given out in order.

    Feed ──▶ inputs of a window ──▶ request, started ──▶ … as many as the hint allows ──▶ the oldest awaited ──▶ samples

A request is what OpenVINO computes one inference with: it holds the memory of its inputs, its results and everything
between them. A stream takes a request for each window that runs, and uses it again for a later window of that length.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import DeviceError, ModelError, telling_line
from ..forks import check_not_forked
from ..openvino_import import openvino
from .feeds import Feed, Inputs
from .mel import HOP_LENGTH
from .model_files import reshaped
from .runtime import Hint, Target
from .vocoder_kinds import Compile, Kind
from .windows import Window

# The key of the model that takes any length.
ANY_LENGTH = -1


@dataclass(frozen=True, eq=False)
class _Running:
    """A window that is being computed. The inputs are kept because the request reads them where they are."""

    window: Window
    inputs: Inputs
    request: openvino.InferRequest


class Scheduler:
    """Computes windows of a vocoder on a device. One instance serves many threads.

    The model is compiled once for any length, or once for each length where a device refuses dynamic shapes.

    Args:
        kind: The kind of vocoder.
        target: Where it runs.
        path: Where the model was read from, for messages.
        hint: `latency` computes one window at a time, `throughput` as many as the device likes.
        compile_part: Compiles a model.
    """

    def __init__(self, kind: Kind, target: Target, path: Path, *, hint: Hint, compile_part: Compile) -> None:
        self._kind = kind
        self._target = target
        self._path = path
        self._hint = hint
        self._compile = compile_part
        self._compiled: dict[int, openvino.CompiledModel] = {}
        self._lock = threading.Lock()
        if not target.needs_static_shapes:
            self.compiled_for(ANY_LENGTH)

    def run(self, feed: Feed, plan: Iterable[Window]) -> Generator[NDArray[np.float32], None, None]:
        """Compute the windows of a plan and yield the samples that are kept of each, in order."""
        running: deque[_Running] = deque()
        # Requests that have done their work, by the length that they are for.
        idle: dict[int, list[openvino.InferRequest]] = {}
        try:
            for window in plan:
                inputs = feed.inputs(window)
                unused = idle.get(self._key(inputs))
                request = unused.pop() if unused else self.request_for(inputs)
                self._start(request, inputs)
                running.append(_Running(window, inputs, request))
                # With one window at a time, each is given out before the next one is computed: the listener has it
                # sooner, and nothing is computed that nobody asks for.
                if len(running) == self.side_by_side:
                    yield self._next(running, idle)
            while running:
                yield self._next(running, idle)
        finally:
            # The caller may have stopped listening while windows were being computed.
            for left in running:
                left.request.cancel()

    def compute(self, inputs: Inputs) -> NDArray[np.float32]:
        """Compute one window and wait for it.

        Returns:
            float32 [256·T], all samples of it, in memory of their own.
        """
        request = self.request_for(inputs)
        self._start(request, inputs)
        audio: NDArray[np.float32] = self._finish(request, inputs).copy()
        return audio

    @property
    def side_by_side(self) -> int:
        """How many windows are computed at the same time."""
        if self._hint == "latency":
            return 1
        compiled = next(iter(self._compiled.values()))
        return int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))

    def request_for(self, inputs: Inputs) -> openvino.InferRequest:
        """Create a request that takes inputs of this length."""
        return self.compiled_for(self._key(inputs)).create_infer_request()

    def compiled_for(self, frames: int) -> openvino.CompiledModel:
        """Return the model compiled for a number of frames, or for ANY_LENGTH; each is compiled once.

        Raises:
            DeviceError: The device refuses the model, or this process was forked after models were loaded.
            ModelError: The model cannot take inputs of this length.
        """
        check_not_forked()
        with self._lock:
            if frames not in self._compiled:
                model = reshaped(self._kind.model, self._kind.shapes(frames), self._path)
                self._compiled[frames] = self._compile(model, self._kind.kernels)
            return self._compiled[frames]

    def _key(self, inputs: Inputs) -> int:
        return inputs["mel"].shape[2] if self._target.needs_static_shapes else ANY_LENGTH

    def _next(
        self, running: deque[_Running], idle: dict[int, list[openvino.InferRequest]]
    ) -> NDArray[np.float32]:
        """Wait for the oldest window, put its request aside, and return the samples that are kept."""
        oldest = running.popleft()
        window = oldest.window
        audio = self._finish(oldest.request, oldest.inputs)
        skipped = (window.keep_start - window.start) * HOP_LENGTH
        kept = (window.keep_stop - window.keep_start) * HOP_LENGTH
        # A copy, because the next inference of this request writes over its results.
        samples: NDArray[np.float32] = audio[skipped : skipped + kept].copy()
        idle.setdefault(self._key(oldest.inputs), []).append(oldest.request)
        return samples

    def _start(self, request: openvino.InferRequest, inputs: Inputs) -> None:
        check_not_forked()
        try:
            request.start_async(inputs, share_inputs=True)
        except RuntimeError as error:
            raise self._failure(error) from error

    def _finish(self, request: openvino.InferRequest, inputs: Inputs) -> NDArray[np.float32]:
        """Wait for a request and return its samples, float32 [256·T], in the memory of the request."""
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
        return DeviceError(f"{self._target.device} failed at the vocoder: {telling_line(error)}")
