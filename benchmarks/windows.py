"""What the vocoder's windows cost: `Vocoder.synthesize` and `Vocoder.stream` against one inference per window.

python benchmarks/windows.py [--vocoder NAME ...] [--seconds N] [--rounds N] [--json FILE]

The base is bare inference: CPU seconds per mel frame of one window alone, of the best of several lengths, in f32 on
dynamic shapes, kernels already made. A long text, a stream of it, a sentence spoken again and again and many sentences
of different lengths, each once, are given as ratios to that base over the same frames: what the context of the
windows costs, and the kernels that a new length needs.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from measuring import Report, Row, add_vocoders, arguments, interleaved
from runtimes import bare, some_mel, takes_only_mel, through_vocoder
from text_to_speech import Vocoder
from text_to_speech.inference.mel import FRAME_SECONDS

LENGTHS = (64, 128, 256, 512, 768)  # mel frames of the base
SENTENCE = 361  # frames: the sentence of texts.py, 4.2 s
SENTENCES = 12


def lengths_of_sentences(seed: int = 0) -> list[int]:
    """Mel frames of sentences of 1 to 7 seconds, no two alike."""
    return random.Random(seed).sample(range(86, 603), SENTENCES)  # noqa: S311 - no secret


def best_window(name: str, vocoder: Vocoder, rounds: int) -> tuple[int, float]:
    """The length of window that costs least, and its CPU seconds per mel frame."""
    inference: Callable[[int], Callable[[], object]] = (
        (lambda n: bare(name, "f32", n)) if takes_only_mel(name) else (lambda n: through_vocoder(vocoder, n))
    )
    costs = interleaved({str(n): inference(n) for n in LENGTHS}, rounds=rounds)
    return min(((int(n), cost.cpu / int(n)) for n, cost in costs.items()), key=lambda found: found[1])


def measure(name: str, seconds: float, rounds: int) -> list[Row]:
    """The rows of one vocoder."""
    vocoder = Vocoder("CPU", model=name)
    frames = round(seconds / FRAME_SECONDS)
    mel, many = some_mel(frames), lengths_of_sentences()
    length, per_frame = best_window(name, vocoder, rounds)
    repeated = {
        f"synthesize, {seconds:.0f} s": (frames, lambda: vocoder.synthesize(mel)),
        f"stream, {seconds:.0f} s": (frames, lambda: list(vocoder.stream(mel))),
        f"synthesize, sentence of {SENTENCE} frames": (SENTENCE, through_vocoder(vocoder, SENTENCE)),
    }
    costs = interleaved({case: work for case, (_, work) in repeated.items()}, rounds=rounds, warm=1)
    found = [(case, repeated[case][0], cost.cpu) for case, cost in costs.items()]
    once = interleaved({"once": lambda: [vocoder.synthesize(some_mel(n)) for n in many]}, rounds=1, warm=0)
    found.append((f"synthesize, {SENTENCES} sentences of 1 to 7 s, once each", sum(many), once["once"].cpu))
    base: Row = {
        "vocoder": name,
        "case": f"one window of {length} frames",
        "CPU s per s of audio": per_frame / FRAME_SECONDS,
        "ratio": 1.0,
    }
    return [base] + [
        {
            "vocoder": name,
            "case": case,
            "CPU s per s of audio": cpu / (count * FRAME_SECONDS),
            "ratio": cpu / (count * per_frame),
        }
        for case, count, cpu in found
    ]


def main() -> None:
    """Measure and print the table."""
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the long text")
    add_vocoders(parser)
    args = parser.parse_args()
    report = Report(args.json)
    rows = [row for name in args.vocoders or ["hifi-gan"] for row in measure(name, args.seconds, args.rounds)]
    report.table("Windows against bare inference", rows)


if __name__ == "__main__":
    main()
