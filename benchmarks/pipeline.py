"""What it costs to speak, from text to sound, with each vocoder.

python benchmarks/pipeline.py [--vocoder NAME ...] [--precision P] [--rounds N] [--json FILE]

In every round, each vocoder runs in a process of its own, in turn, so that the peak of memory belongs to one vocoder
and the first call really is the first. The medians of the rounds are shown:

1. Ready: the time that constructing the Synthesizer takes while the cache of compiled models is filled; the first audio
   of a paragraph of 1,000 characters in the first call and in a later one; the peak memory of the process.
2. A word, a sentence and the paragraph, in later calls: real-time factor, first audio, and CPU seconds per second of
   audio, in all and for each stage.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

from measuring import Report, Row, add_vocoders, arguments, cost_of, in_own_process, medians, peak_megabytes
from texts import TEXTS

STAGES = ("text", "acoustic", "vocoder")


def speak(vocoder: str, precision: str) -> dict[str, Any]:
    """Return all figures of one vocoder, measured in this process."""
    from text_to_speech import Synthesizer

    began = time.perf_counter()
    synthesizer = Synthesizer("CPU", vocoder_model=vocoder, precision=precision)
    ready = time.perf_counter() - began
    figures: dict[str, Any] = {
        "ready s": ready,
        "first call ms": first_audio(synthesizer, TEXTS["paragraph"]),
    }
    figures["texts"] = {name: speak_text(synthesizer, text) for name, text in TEXTS.items()}
    return {**figures, "peak MB": peak_megabytes()}


def first_audio(synthesizer: Any, text: str) -> float:
    """Return the milliseconds from a text to the first chunk of its stream."""
    began = time.perf_counter()
    next(iter(synthesizer.stream(text)))
    return 1_000 * (time.perf_counter() - began)


def speak_text(synthesizer: Any, text: str) -> dict[str, float]:
    """Return the figures of one text, spoken once to warm up, then whole, as a stream, and stage by stage."""
    seconds = synthesizer.synthesize(text).seconds
    whole = cost_of(lambda: synthesizer.synthesize(text))
    marks = list(stages(synthesizer, text))
    shares = ((later - earlier) / seconds for earlier, later in itertools.pairwise(marks))
    return {
        "audio s": seconds,
        "real-time factor": whole.wall / seconds,
        "first audio ms": first_audio(synthesizer, text),
        "CPU s per s of audio": whole.cpu / seconds,
        **{f"of it {stage}": share for stage, share in zip(STAGES, shares, strict=True)},
    }


def stages(synthesizer: Any, text: str) -> Iterator[float]:
    """Yield the process's CPU time before and after each of the three stages."""
    from text_to_speech.inference.vocoder import LARGEST_WINDOW
    from text_to_speech.text import split_sentences, to_ids

    yield time.process_time()
    ids = [to_ids(synthesizer.phonemes(sentence.text)) for sentence in split_sentences(text)]
    yield time.process_time()
    mels = [synthesizer.acoustic.synthesize(sentence, voice=synthesizer.voice.vector).mel for sentence in ids]
    yield time.process_time()
    for _ in synthesizer.vocoder.stream(mels, first_window=LARGEST_WINDOW):
        pass
    yield time.process_time()


def rounds_of(names: list[str], precision: str, rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Speak with each vocoder in turn, each time in a process of its own."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for name in names:
        # Not measured: it fills the cache.
        in_own_process(__file__, "--child", "--vocoder", name, "--precision", precision)
    for _ in range(rounds):
        for name in names:
            runs[name].append(
                in_own_process(__file__, "--child", "--vocoder", name, "--precision", precision)
            )
    return runs


def rows_of(name: str, runs: list[dict[str, Any]]) -> list[Row]:
    """Return the rows of one vocoder in table 2."""
    texts = {text: medians(run["texts"][text] for run in runs) for text in TEXTS}
    return [{"vocoder": name, "text": text, **figures} for text, figures in texts.items()]


def first_row(name: str, runs: list[dict[str, Any]]) -> Row:
    """Return the row of one vocoder in table 1."""
    warm = medians(run["texts"]["paragraph"] for run in runs)["first audio ms"]
    once = medians({key: value for key, value in run.items() if key != "texts"} for run in runs)
    return {
        "vocoder": name,
        "ready s": once["ready s"],
        "first audio of the first call ms": once["first call ms"],
        "first audio warm ms": warm,
        "peak MB": once["peak MB"],
    }


def main() -> None:
    """Measure and print the tables; with --child, be one of the processes."""
    parser = arguments(__doc__, rounds=3)
    add_vocoders(parser)
    parser.add_argument("--precision", default="auto", help="auto, f32, f16, bf16 or int8")
    parser.add_argument("--child", action="store_true", help="print the figures of one process as JSON")
    args = parser.parse_args()
    names = args.vocoders or ["hifi-gan"]
    if args.child:
        print(json.dumps(speak(names[0], args.precision)))
        return
    report = Report(args.json)
    runs = rounds_of(names, args.precision, args.rounds)
    report.table("Ready, first audio and memory", [first_row(name, runs[name]) for name in names])
    report.table("Texts, warm", [row for name in names for row in rows_of(name, runs[name])])


if __name__ == "__main__":
    main()
