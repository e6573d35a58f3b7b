"""How fast HiFi-GAN runs, in each precision and runtime, and how far that is from the limit of the machine.

python benchmarks/vocoder.py [--vocoder NAME ...] [--frames N] [--lengths N ...] [--rounds N] [--json FILE]

There are three tables, each of one interleaved run:

1. One inference of HiFi-GAN V1 at 1×80×128: OpenVINO in f32, bf16 and int8, ONNX Runtime, PyTorch, and a float32 matrix
   product for comparison. "GFLOP/s" is real work (transposed convolutions counted at the length of their input) by
   wall time; "of the product" is the rate as a share of that of the matrix product, both by CPU time.
2. OpenVINO in f32 at other lengths.
3. The vocoders named with --vocoder, as the program runs them.

A case is skipped, with a line that gives the reason, if its runtime is not installed, its model was not made, or the
processor does not have its precision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from measuring import Cost, Report, Row, add_vocoders, arguments, interleaved
from runtimes import (
    MATRIX_GFLOP,
    Run,
    bare,
    in_onnxruntime,
    in_pytorch,
    matrix_product,
    some_mel,
    through_vocoder,
)
from text_to_speech import SpeechError, Vocoder
from text_to_speech.inference.mel import FRAME_SECONDS
from text_to_speech.omz.complexity import measure
from text_to_speech.store import ensure_ir
from text_to_speech.store.model_yml import InputInfo

HIFIGAN = "hifi-gan"
# Mel frames.
LENGTHS = (16, 32, 64, 128, 256, 512)


def available(makers: Mapping[str, Callable[[], Run]]) -> dict[str, Run]:
    """Make the cases that can be made; print why the others cannot."""
    cases = {}
    for name, make in makers.items():
        try:
            cases[name] = make()
        except ImportError as error:
            print(f"skipped: {name}: {error.name} is not installed")
        except SpeechError as error:
            print(f"skipped: {name}: {error}")
    return cases


def int8(frames: int) -> Run:
    """Run HiFi-GAN in INT8; omz_quantizer makes its IR."""
    return through_vocoder(Vocoder("CPU", model=HIFIGAN, precision="int8"), frames)


def work_of(frames: int) -> float:
    """Return the real work of HiFi-GAN in GFLOP."""
    return measure(ensure_ir(HIFIGAN), [InputInfo(name="mel", shape=some_mel(frames).shape)]).giga_flop


def compare_runtimes(frames: int, rounds: int) -> list[Row]:
    """Return the rows of table 1."""
    cases = available(
        {
            "OpenVINO f32": lambda: bare(HIFIGAN, "f32", frames),
            "OpenVINO f32, static shape": lambda: bare(HIFIGAN, "f32", frames, static=True),
            "OpenVINO bf16": lambda: bare(HIFIGAN, "bf16", frames),
            "OpenVINO int8": lambda: int8(frames),
            "ONNX Runtime f32": lambda: in_onnxruntime(HIFIGAN, frames),
            "PyTorch f32": lambda: in_pytorch(HIFIGAN, frames),
            "matrix product f32": matrix_product,
        }
    )
    costs = interleaved(cases, rounds=rounds)
    work, seconds = work_of(frames), frames * FRAME_SECONDS
    product = MATRIX_GFLOP / costs["matrix product f32"].cpu
    base = costs["OpenVINO f32"]

    def row(name: str, cost: Cost) -> Row:
        is_product = name.startswith("matrix")
        done = MATRIX_GFLOP if is_product else work
        return {
            "runtime": name,
            "wall s": cost.wall,
            "CPU s": cost.cpu,
            "CPU s per s of audio": None if is_product else cost.cpu / seconds,
            "ratio": None if is_product else cost.cpu / base.cpu,
            "GFLOP/s": done / cost.wall,
            "of the product": done / cost.cpu / product,
        }

    return [row(name, cost) for name, cost in costs.items()]


def compare_lengths(lengths: Sequence[int], rounds: int) -> list[Row]:
    """Return the rows of table 2."""
    costs = interleaved({str(n): bare(HIFIGAN, "f32", n) for n in lengths}, rounds=rounds)
    return [
        {
            "frames": name,
            "audio s": int(name) * FRAME_SECONDS,
            "wall s": cost.wall,
            "CPU s per s of audio": cost.cpu / (int(name) * FRAME_SECONDS),
            "GFLOP/s": work_of(int(name)) / cost.wall,
        }
        for name, cost in costs.items()
    ]


def compare_vocoders(names: list[str], frames: int, rounds: int) -> list[Row]:
    """Return the rows of table 3."""
    cases = available(
        {name: lambda name=name: through_vocoder(Vocoder("CPU", model=name), frames) for name in names}
    )
    costs = interleaved(cases, rounds=rounds)
    seconds, first = frames * FRAME_SECONDS, next(iter(costs.values()))
    return [
        {
            "vocoder": name,
            "wall s": cost.wall,
            "CPU s per s of audio": cost.cpu / seconds,
            "ratio": cost.cpu / first.cpu,
        }
        for name, cost in costs.items()
    ]


def main() -> None:
    """Measure and print the tables."""
    parser = arguments(__doc__, rounds=7)
    parser.add_argument("--frames", type=int, default=128, help="mel frames of tables 1 and 3")
    parser.add_argument("--lengths", type=int, nargs="+", default=LENGTHS, help="mel frames of table 2")
    add_vocoders(parser)
    args = parser.parse_args()
    names = args.vocoders or [HIFIGAN]
    report = Report(args.json)
    report.table(f"HiFi-GAN V1, 1×80×{args.frames}", compare_runtimes(args.frames, args.rounds))
    report.table("HiFi-GAN V1 in OpenVINO f32, by length", compare_lengths(args.lengths, args.rounds))
    report.table(f"Vocoders, {args.frames} frames", compare_vocoders(names, args.frames, args.rounds))


if __name__ == "__main__":
    main()
