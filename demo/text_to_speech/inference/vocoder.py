"""Vocoders on OpenVINO: a mel spectrogram becomes a waveform, whole or as a stream of windows.

HiFi-GAN (Kong et al. 2020, https://arxiv.org/abs/2010.05646) sees at most 14 mel frames to either side of a sample, so
windows with so much context, cropped by it, give the samples of one inference over the whole. Models with an extra
`source` input are source-filter vocoders; the module `source_filter` generates that input.

    vocoder = Vocoder("CPU")
    audio = vocoder.synthesize(mel)
    for chunk in vocoder.stream(mel):
        play(chunk)

`windows` plans which frames go into each inference, `vocoder_kinds` says what a kind of vocoder needs, and `scheduler`
computes the windows.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, SpeechError
from ..openvino_import import openvino
from .feeds import MelPiece, Piece
from .mel import N_MELS, SAMPLE_RATE, SILENCE, check_mel
from .model_files import check_quantized, model_path, read_model
from .runtime import Hint, Precision, Target, check_hint, compile_model, resolve_target
from .scheduler import Scheduler
from .upsampling import plain_convolutions
from .vocoder_kinds import HiFiGan, Kind, SourceFilter, takes_source
from .windows import Window, plan_windows

# Frames that a stream begins with (0.19 s of sound): few, so that the first sound comes soon.
FIRST_WINDOW = 16
# Frames that a window keeps at most (8.6 s): the context costs 4 % of it, and memory stays bounded.
LARGEST_WINDOW = 740
# Frames of the largest window to warm up: as far as the first two seconds of a stream go.
WARM_WINDOW = 100


class Vocoder:
    """A vocoder loaded on a device. One instance serves many threads: every call has requests of its own.

    Args:
        device: OpenVINO's name of the device; see `resolve_target`.
        model: An IR or ONNX file with input `mel` [?, 80, ?] and output `audio` [?, 1, 256·?], or the name of a
            model of this repository. With an input `source` [?, 2, 256·?] and an output `pitch` [?, 2, ?], perhaps an
            input `contour` [?, 2, ?], it is a source-filter vocoder.
        precision: `auto`, `f32`, `f16`, `bf16` or `int8`. `int8` requires a quantized file; for the name of a model,
            the IR made by omz_quantizer is used.
        hint: `latency` computes one window at a time and begins a stream with a small one; `throughput` computes as
            many large ones side by side as the device likes.
        threads: Threads that a CPU computes one window with, 1..1024; None leaves the choice to OpenVINO.
        seed: Seed of the noise that a source-filter vocoder is given; HiFi-GAN takes none.

    Attributes:
        target: Where the model runs, in which precision, and why.
        sample_rate: Samples per second of the waveforms.

    Raises:
        DeviceError: The device is not there, lacks the precision, or refuses the model.
        InputError: The precision, the hint or the number of threads is none of the allowed ones.
        ModelError: The file is not such a model.
    """

    def __init__(
        self,
        device: str = "CPU",
        *,
        model: str | Path = "hifi-gan",
        precision: Precision = "auto",
        hint: Hint = "latency",
        threads: int | None = None,
        seed: int = 0,
    ) -> None:
        check_hint(hint)
        self.target: Target = resolve_target(device, precision, threads=threads)
        self.sample_rate = SAMPLE_RATE
        self._path = path = model_path(model, precision=precision)
        graph = read_model(path)
        if precision == "int8":
            check_quantized(graph, path)
        any_length = not self.target.needs_static_shapes
        compile_part = partial(_compile, self.target, path, hint)
        kind: Kind
        if takes_source(graph):
            kind = SourceFilter(
                graph,
                path,
                any_length=any_length,
                compile_part=compile_part,
                device=self.target.device,
                seed=seed,
            )
        else:
            kind = HiFiGan(graph, path, any_length=any_length)
        self._kind: Kind | None = kind
        self._scheduler: Scheduler | None = Scheduler(
            kind, self.target, path, hint=hint, compile_part=compile_part
        )

    def synthesize(self, mel: NDArray[np.floating]) -> NDArray[np.float32]:
        """Turn a mel spectrogram into a waveform.

        Args:
            mel: floating [1, 80, T] or [80, T], natural logarithm; see the module `mel`.

        Returns:
            float32 [256·T], -1..1, 22,050 Hz.

        Raises:
            InputError: The mel has another shape or type, or holds NaN or infinite values.
            SpeechError: The vocoder is closed.
        """
        return np.concatenate(list(self.stream(mel, first_window=LARGEST_WINDOW)))

    def stream(
        self,
        mel: Piece | Iterable[Piece],
        *,
        first_window: int = FIRST_WINDOW,
        largest_window: int = LARGEST_WINDOW,
    ) -> Generator[NDArray[np.float32], None, None]:
        """Turn a mel spectrogram into chunks of a waveform, each as soon as it is done.

        The chunks joined are what `synthesize` returns, up to rounding. A spectrogram may come in pieces, which are
        taken as they are needed: a chunk needs 14 frames after its own (up to 100 where F0 is read first), or the
        end. Closing the generator cancels the windows that are being computed.

        Args:
            mel: floating [1, 80, T] or [80, T], or an iterable of such pieces of one spectrogram. A `MelPiece` has the
                pitch besides, which a vocoder with an input for it need not read from the mel then.
            first_window: Frames of the first chunk, about; each next one has twice as many.
            largest_window: Frames of a chunk at most, about: the windows have a few fixed lengths.

        Yields:
            float32 [256·n].

        Raises:
            InputError: The mel cannot be used (a piece: when its turn comes), or the sizes are not
                1 ≤ first ≤ largest.
            SpeechError: The vocoder is closed.
        """
        if not 1 <= first_window <= largest_window:
            raise InputError(
                f"windows of {first_window} to {largest_window} frames: expected 1 ≤ first_window ≤ largest_window"
            )
        kind, scheduler = self._loaded()
        if isinstance(mel, np.ndarray | np.generic):
            mel = check_mel(mel)
        feed = kind.feed([mel] if isinstance(mel, np.ndarray | MelPiece) else mel)
        plan = plan_windows(feed.known, first=first_window, largest=largest_window, lengths=kind.lengths)
        # Not a generator itself, so that bad input is refused at the call and not when the first chunk is asked for.
        return scheduler.run(feed, plan)

    def warm_up(self, *, largest_window: int = WARM_WINDOW) -> None:
        """Compute every window of a stream once, so that the next one need not compile or make kernels.

        It returns when all of them are computed.

        Args:
            largest_window: Frames of the largest chunk to prepare; preparing all takes seconds.

        Raises:
            SpeechError: The vocoder is closed.
        """
        kind, scheduler = self._loaded()
        largest = max(largest_window + 2 * kind.lengths.context, kind.lengths.sizes[0])
        for frames in kind.lengths.all:
            if frames <= largest:
                silence = kind.feed([np.full((1, N_MELS, frames), SILENCE, dtype=np.float32)])
                scheduler.compute(silence.inputs(Window(0, frames, 0, frames)))

    def close(self) -> None:
        """Give the memory of the model back: of HiFi-GAN 300 MB, of source-filter-light 65 MB, after one sentence.

        Streams that have begun go on. Closing again does nothing.
        """
        self._kind = self._scheduler = None

    def _loaded(self) -> tuple[Kind, Scheduler]:
        if self._kind is None or self._scheduler is None:
            raise SpeechError(f"the vocoder {self._path.stem} is closed: create another one")
        return self._kind, self._scheduler


def _compile(
    target: Target, path: Path, hint: Hint, model: openvino.Model, kernels: int
) -> openvino.CompiledModel:
    """Compile a part of a vocoder; on a CPU with plain convolutions, which other devices do not need."""
    on_cpu = all(member.device == "CPU" for member in target.members)
    prepare = plain_convolutions if on_cpu else None
    return compile_model(model, target, path, kernels=kernels, hint=hint, prepare=prepare)
