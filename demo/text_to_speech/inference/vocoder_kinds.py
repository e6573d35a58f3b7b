"""The two kinds of vocoder, and what each needs: lengths of windows, kernels, inputs.

A `Kind` is all that `Vocoder` and `Scheduler` have to know of a model. Which kind a model is shows in its inputs:

    HiFi-GAN         mel [?, 80, ?]                        → audio [?, 1, 256·?]
    source-filter    mel [?, 80, ?], source [?, 2, 256·?]  → audio [?, 1, 256·?], pitch [?, 2, ?]
                     perhaps contour [?, 2, ?] besides
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import DeviceError, ModelError, telling_line
from ..forks import check_not_forked
from ..openvino_import import openvino
from .feeds import Feed, MelFeed, MelPiece, Piece
from .mel import HOP_LENGTH, N_MELS
from .model_files import check_interface, reshaped
from .source_filter import (
    AUDIO_KERNELS,
    ENDS,
    PITCH_KERNELS,
    PITCH_WINDOW,
    SourceFeed,
    cut_in_two,
    pitch_lengths,
    takes_contour,
)
from .source_filter import CONTEXT_FRAMES as SOURCE_FILTER_CONTEXT
from .source_filter import takes_source as takes_source
from .windows import Lengths

# Mel frames to either side that a sample of HiFi-GAN depends on.
CONTEXT_FRAMES = 14
# Lengths of input: where a device takes any length, and where it compiles each one (an NPU).
WINDOWS = (32, 64, 96, 128, 192, 256, 384, 512, 768)
STATIC_WINDOWS = (64, 128, 256, 512)
# HiFi-GAN needs 60 to 70 kernels for a length: this is enough for the lengths that come again and again.
KEPT_KERNELS = 600

# Compiles a model, keeping so many kernels.
Compile = Callable[[openvino.Model, int], openvino.CompiledModel]


class Kind(Protocol):
    """What a kind of vocoder needs.

    Attributes:
        model: The graph whose output is `audio`, with dynamic shapes.
        kernels: How many kernels a CPU keeps for lengths that come again.
        lengths: The lengths of its windows.
    """

    model: openvino.Model
    kernels: int
    lengths: Lengths

    def shapes(self, frames: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the inputs for a number of mel frames; -1 is any number."""

    def feed(self, pieces: Iterable[Piece]) -> Feed:
        """Return the inputs of an utterance that comes in pieces."""


class HiFiGan:
    """HiFi-GAN, or any other vocoder that takes the mel spectrogram alone.

    A length needs 18 MB of kernels, so that only a few lengths are kept anyway: the last window of an utterance has a
    length of its own where that is cheaper.

    Args:
        model: The model as it was read.
        path: Where it was read from, for messages.
        any_length: Whether the device takes inputs of any length.

    Raises:
        ModelError: The model has other inputs or outputs.
    """

    def __init__(self, model: openvino.Model, path: Path, *, any_length: bool) -> None:
        check_interface(model, path, {"mel": f"?,{N_MELS},?"}, {"audio": "?,1,?"})
        self.model = model
        self.kernels = KEPT_KERNELS
        self.lengths = Lengths(
            sizes=WINDOWS if any_length else STATIC_WINDOWS,
            context=CONTEXT_FRAMES,
            own="where cheaper" if any_length else "never",
        )

    def shapes(self, frames: int) -> dict[str, tuple[int, ...]]:
        """Return the shape of `mel`."""
        return {"mel": (1, N_MELS, frames)}

    def feed(self, pieces: Iterable[Piece]) -> Feed:
        """Return the mel spectrogram, window by window."""
        return MelFeed(pieces, kept=self.lengths.sizes[-1])


class SourceFilter:
    """A source-filter vocoder; see the module `source_filter`.

    Its kernels are small, so that all of a fixed set of lengths are kept, enough of them for every utterance.

    Args:
        model: The model as it was read.
        path: Where it was read from, for messages.
        any_length: Whether the device takes inputs of any length.
        compile_part: Compiles the graph that reads F0.
        device: What the device is called, for messages.
        seed: Seed of the noise.

    Raises:
        DeviceError: The device refuses the graph that reads F0.
        ModelError: The model has other inputs or outputs.
    """

    def __init__(
        self,
        model: openvino.Model,
        path: Path,
        *,
        any_length: bool,
        compile_part: Compile,
        device: str,
        seed: int,
    ) -> None:
        self._with_contour = takes_contour(model)
        inputs = {"mel": f"?,{N_MELS},?", "source": "?,2,?"} | (
            {"contour": "?,2,?"} if self._with_contour else {}
        )
        check_interface(model, path, inputs, {"audio": "?,1,?", "pitch": "?,2,?"})
        self.model, pitch = cut_in_two(model)
        self.kernels = AUDIO_KERNELS
        self.lengths = Lengths(
            sizes=tuple(
                size
                for size in (WINDOWS if any_length else STATIC_WINDOWS)
                if size > 2 * SOURCE_FILTER_CONTEXT
            ),
            context=SOURCE_FILTER_CONTEXT,
            own="where needed" if any_length else "never",
            ends=ENDS if any_length else (),
        )
        self._pitch_lengths = pitch_lengths(any_length=any_length)
        frames = -1 if any_length else PITCH_WINDOW
        self._pitch = compile_part(reshaped(pitch, {"mel": (1, N_MELS, frames)}, path), PITCH_KERNELS)
        self._path = path
        self._device = device
        self._seed = seed

    def shapes(self, frames: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of `mel` and `source`, and of `contour` where there is one."""
        shapes: dict[str, tuple[int, ...]] = {
            "mel": (1, N_MELS, frames),
            "source": (1, 2, frames * HOP_LENGTH if frames > 0 else -1),
        }
        return shapes | {"contour": (1, 2, frames)} if self._with_contour else shapes

    def feed(self, pieces: Iterable[Piece]) -> Feed:
        """Return the mel spectrogram and its source, window by window.

        A model without an input for the contour learnt with F0 that is read from the mel, and is given that always.
        """
        request = self._pitch.create_infer_request()
        mels = (piece.mel if isinstance(piece, MelPiece) else piece for piece in pieces)
        return SourceFeed(
            pieces if self._with_contour else mels,
            kept=self.lengths.sizes[-1],
            read_pitch=lambda mel: self._read_pitch(request, mel),
            lengths=self._pitch_lengths,
            seed=self._seed,
            with_contour=self._with_contour,
        )

    def _read_pitch(self, request: openvino.InferRequest, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the pitch graph: mel [1, 80, T] → float32 [2, T], octaves above 180 Hz and voicing."""
        check_not_forked()
        try:
            request.infer({"mel": mel})
        except RuntimeError as error:
            raise DeviceError(f"{self._device} failed at the vocoder: {telling_line(error)}") from error
        pitch: NDArray[np.float32] = request.get_tensor("pitch").data[0].astype(np.float32)
        if not np.isfinite(pitch).all():
            raise ModelError(
                f"vocoder {self._path} gave a pitch with NaN or infinite values: expected finite ones"
            )
        return pitch
