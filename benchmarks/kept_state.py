"""Convolution state kept between chunks, against windows that overlap: which of the two costs less?

python benchmarks/kept_state.py [--threads N] [--rounds N] [--json FILE]

A vocoder that speaks chunk by chunk either computes 14 frames of context on both sides of each chunk again, or keeps
what its convolutions will still need of the past. The second is made here by a transformation of the graph, with
OpenVINO's variables (ReadValue and Assign):

    convolution, k wide, dilation d   loses its zero padding p = d (k - 1) / 2 and is given the last 2p samples of its
                                      input's past instead; its output comes p samples later than it did
    transposed convolution, k = 2u    keeps one sample of input, for a stride u
    addition                          its earlier input waits in a delay line for the later one

The result is that of the plain model, 12.73 mel frames later. Only the first frames of an utterance differ: there the
layers of the plain model see zeros, and the layers here see what a convolution makes of zeros. The model with kept
state is compiled with a static shape as well, because an addition of shapes that are not known before the run is not
fused with the convolution before it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13 as ops

from measuring import Cost, Report, arguments, interleaved
from text_to_speech.inference.mel import HOP_LENGTH, N_MELS
from text_to_speech.inference.runtime import core
from text_to_speech.inference.vocoder_kinds import CONTEXT_FRAMES
from text_to_speech.store import ensure_ir

# Mel frames.
CHUNKS = (8, 16, 32, 64, 128, 256, 512)
# Frames of the comparison with the plain model, in chunks of 32.
CHECKED = 256
# The axis of time.
TIME = 2
FOREVER = 2**31 - 1


def with_state(model: openvino.Model) -> tuple[openvino.Model, int]:
    """Return a copy of a convolutional vocoder that keeps its state, and its delay in samples.

    Args:
        model: `mel` [1, 80, T] → `audio` [1, 1, 256·T], of convolutions, transposed ones and elementwise operations.
    """
    model = model.clone()
    # The delay of each operation that depends on the input, in samples at the rate of the operation.
    delays: dict[str, int] = {}
    memory: list[openvino.Node] = []
    for node in model.get_ordered_ops():
        kind, name = node.get_type_name(), node.get_friendly_name()
        sources = [port.get_source_output() for port in node.inputs()]
        known = [delays.get(source.get_node().get_friendly_name()) for source in sources]
        latest = max((delay for delay in known if delay is not None), default=-1)
        if kind == "Parameter":
            delays[name] = 0
        elif latest < 0:
            # Weights have no time.
            continue
        elif kind == "Convolution":
            padding = int(node.get_attributes()["pads_begin"][0])
            _feed(node, [_with_past(sources[0], 2 * padding, memory), sources[1]], padding=0)
            delays[name] = latest + padding
        elif kind == "ConvolutionBackpropData":
            attributes = node.get_attributes()
            rate, padding = int(attributes["strides"][0]), int(attributes["pads_begin"][0])
            _feed(node, [_with_past(sources[0], 1, memory), sources[1]], padding=rate)
            delays[name] = latest * rate + padding
        else:
            waits = [0 if delay is None else latest - delay for delay in known]
            if any(waits):
                node.set_arguments([_late(s, w, memory) for s, w in zip(sources, waits, strict=True)])
            delays[name] = latest
    results = model.get_results()
    return openvino.Model(results, memory, model.get_parameters()), delays[results[0].get_friendly_name()]


def _with_past(x: openvino.Output, count: int, memory: list[openvino.Node]) -> openvino.Output:
    """Put the last `count` samples of the chunk before in front of a tensor."""
    channels = x.get_partial_shape()[1].get_length()
    shape, name = [1, channels, count], f"past.{len(memory)}"
    zeros = ops.constant(np.zeros(shape, dtype=np.float32))
    past = ops.read_value(zeros, name, np.float32, openvino.PartialShape(shape))
    longer = ops.concat([past.output(0), x], TIME).output(0)
    memory.append(ops.assign(_cut(longer, -count, FOREVER), name))
    return longer


def _late(x: openvino.Output, count: int, memory: list[openvino.Node]) -> openvino.Output:
    """Delay a tensor by some samples."""
    return _cut(_with_past(x, count, memory), 0, -count).output(0) if count else x


def _cut(x: openvino.Output, start: int, stop: int) -> openvino.Node:
    bounds = [ops.constant(np.array([bound], dtype=np.int64)) for bound in (start, stop, 1, TIME)]
    return ops.slice(x, *bounds)


def _feed(node: openvino.Node, inputs: list[openvino.Output], *, padding: int) -> None:
    """Give a convolution other inputs and another padding."""
    node.set_arguments(inputs)
    node.set_attribute("pads_begin", [padding])
    node.set_attribute("pads_end", [padding])


class Models:
    """HiFi-GAN, plain and with kept state, computed with a number of threads."""

    def __init__(self, threads: int) -> None:
        self._config = {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            # Enough for all lengths, so that no chunk pays for kernels that were made before.
            "CPU_RUNTIME_CACHE_CAPACITY": 5_000,
            "INFERENCE_NUM_THREADS": threads,
        }
        self._source = core().read_model(ensure_ir("hifi-gan"))

    def request(self, *, frames: int, keep: bool) -> openvino.InferRequest:
        """Compile one of the two models for a number of frames; -1 is any number."""
        model = self._source.clone()
        model.reshape({"mel": openvino.PartialShape([1, N_MELS, frames])})
        model = with_state(model)[0] if keep else model
        return core().compile_model(model, "CPU", self._config).create_infer_request()

    def delay(self) -> int:
        """Return the delay of the model with kept state, in samples."""
        model = self._source.clone()
        model.reshape({"mel": openvino.PartialShape([1, N_MELS, -1])})
        return with_state(model)[1]


def some_mel(frames: int) -> NDArray[np.float32]:
    """Return a mel spectrogram of noise; the time does not depend on the values."""
    return np.random.default_rng(0).normal(-5, 2, size=(1, N_MELS, frames)).astype(np.float32)


def speak(request: openvino.InferRequest, mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run one chunk and return its samples."""
    request.infer({"mel": np.ascontiguousarray(mel)}, share_inputs=True)
    audio: NDArray[np.float32] = request.get_tensor("audio").data.reshape(-1).copy()
    return audio


def difference(models: Models) -> float:
    """Return the largest difference between the two models after the start of the utterance."""
    mel, delay = some_mel(CHECKED), models.delay()
    whole = speak(models.request(frames=-1, keep=False), mel)
    request = models.request(frames=-1, keep=True)
    late = np.concatenate([speak(request, mel[:, :, at : at + 32]) for at in range(0, CHECKED, 32)])
    start = CONTEXT_FRAMES * HOP_LENGTH
    return float(np.abs(late[delay + start :] - whole[start:-delay]).max())


def measure(models: Models, frames: int, rounds: int) -> dict[str, Cost]:
    """Return the cost of a chunk with each model, from one interleaved run."""
    plain, kept = models.request(frames=-1, keep=False), models.request(frames=-1, keep=True)
    static = models.request(frames=frames, keep=True)
    chunk, window = some_mel(frames), some_mel(frames + 2 * CONTEXT_FRAMES)
    cases: dict[str, Callable[[], object]] = {
        "bare": lambda: speak(plain, chunk),
        "kept": lambda: speak(kept, chunk),
        "kept, static": lambda: speak(static, chunk),
        "overlap": lambda: speak(plain, window),
    }
    return interleaved(cases, rounds=rounds, times=max(1, 64 // frames))


def main() -> None:
    """Check, measure, and print the table."""
    parser = arguments(__doc__, rounds=5)
    parser.add_argument("--threads", type=int, default=2, help="threads of OpenVINO")
    parser.add_argument("--chunks", type=int, nargs="+", default=CHUNKS, help="mel frames of a chunk")
    args = parser.parse_args()
    report, models = Report(args.json), Models(args.threads)
    print(f"{'delay':12} {models.delay()} samples\n{'difference':12} {difference(models):.1e}")
    rows = []
    for frames in args.chunks:
        costs = {name: cost.cpu / frames * 1e3 for name, cost in measure(models, frames, args.rounds).items()}
        ratios = {f"{name} / bare": cost / costs["bare"] for name, cost in costs.items() if name != "bare"}
        rows.append({"chunk, frames": frames, **costs, **ratios})
    report.table(f"CPU milliseconds per mel frame, {args.threads} threads", rows)


if __name__ == "__main__":
    main()
