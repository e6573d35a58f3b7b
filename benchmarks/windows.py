"""What the windows of a vocoder cost: `Vocoder.synthesize` and `Vocoder.stream` compared with bare inference.

python benchmarks/windows.py [--vocoder NAME ...] [--seconds N] [--rounds N] [--json FILE]

The base is bare inference: the CPU seconds per mel frame of one window, at the best of several lengths, in f32 with
dynamic shapes, after its kernels were made. The table gives the ratio to that base, over the same number of frames, of
a long text, a stream of that text, a sentence spoken again and again, and many sentences of different lengths, each
once. The ratios show what the context of the windows costs, and what the kernels cost that a new length needs.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from measuring import Report, Row, add_vocoders, arguments, interleaved
from runtimes import bare, some_mel, takes_only_mel, through_vocoder
from text_to_speech import Vocoder
from text_to_speech.inference.mel import FRAME_SECONDS

# Mel frames of the base.
LENGTHS = (64, 128, 256, 512, 768)
# Mel frames of the sentence of texts.py, 4.2 s.
SENTENCE = 361
SENTENCES = 12


def lengths_of_sentences(seed: int = 0) -> list[int]:
    """Return the mel frames of sentences of 1 to 7 seconds, all different."""
    return random.Random(seed).sample(range(86, 603), SENTENCES)  # noqa: S311 - no secret


def best_window(name: str, vocoder: Vocoder, rounds: int) -> tuple[int, float]:
    """Return the length of the window that costs least, and its CPU seconds per mel frame."""
    inference: Callable[[int], Callable[[], object]] = (
        (lambda n: bare(name, "f32", n)) if takes_only_mel(name) else (lambda n: through_vocoder(vocoder, n))
    )
    costs = interleaved({str(n): inference(n) for n in LENGTHS}, rounds=rounds)
    return min(((int(n), cost.cpu / int(n)) for n, cost in costs.items()), key=lambda found: found[1])


def measure(name: str, seconds: float, rounds: int) -> list[Row]:
    """Return the rows of one vocoder."""
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
    parser.add_argument("--seconds", type=float, default=60.0, help="seconds of the long text")
    add_vocoders(parser)
    args = parser.parse_args()
    report = Report(args.json)
    rows = [row for name in args.vocoders or ["hifi-gan"] for row in measure(name, args.seconds, args.rounds)]
    report.table("Windows against bare inference", rows)


if __name__ == "__main__":
    main()
