"""What speaking costs: python benchmarks/pipeline.py [--device CPU] [--json FILE]

Speaks three texts (a word, a sentence, a paragraph of 1,000 characters) several times and prints, for each, the
median real-time factor, CPU seconds per second of audio by stage, and the time to the first audio; and once the
time to load and the peak memory. Everything comes from one process and one run; the stages' shares of the CPU time
are ratios within it. CPU seconds are steadier than wall seconds on a machine that does other things.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "demo"))

import numpy as np
import openvino

from text_to_speech import Synthesizer
from text_to_speech.text import split_sentences, to_ids

TEXTS = {
    "word": "Hello.",
    "sentence": "The lamp in the lighthouse turned slowly, and every boat in the harbour saw it.",
    "paragraph": (
        "The train left the city at seven in the morning, when the streets were still wet from the "
        "night. Outside the windows the fields went by, first grey, then green, and at last gold where "
        "the sun had reached them. A woman across the aisle was reading a newspaper, and her son counted"
        " the bridges aloud: one, two, three. Nobody asked him to be quiet. At the third station an old "
        "man came in with a basket of apples, sat down, and offered one to everybody who looked hungry. "
        "They talked about the weather, about the price of bread, and about the football match that both"
        " of them had missed. When the conductor came, he took an apple too, and punched the tickets "
        "without looking at them. It was the kind of journey that seems too short when it is over. By "
        "noon the mountains stood at the end of the valley, white and sharp, and the boy stopped "
        "counting. He pressed his nose against the glass, and for a long time he said nothing at all. "
        "Then he asked whether anyone lived up there."
    ),
}


@dataclass(frozen=True)
class Result:
    """Medians over the runs of one text.

    Attributes:
        text: Which text.
        seconds: Length of the speech.
        real_time_factor: Wall seconds per second of audio.
        first_audio_ms: Wall time from text to the first chunk of the stream.
        cpu: CPU seconds per second of audio, all stages.
        text_cpu: Of that, sentences and phonemes.
        acoustic_cpu: Of that, ForwardTacotron.
        vocoder_cpu: Of that, HiFi-GAN.
    """

    text: str
    seconds: float
    real_time_factor: float
    first_audio_ms: float
    cpu: float
    text_cpu: float
    acoustic_cpu: float
    vocoder_cpu: float


def measure(synthesizer: Synthesizer, name: str, runs: int) -> Result:
    """Speak one text `runs` times after one warm-up, whole, as a stream, and stage by stage."""
    text = TEXTS[name]
    speech = synthesizer.synthesize(text)
    rows = [one_run(synthesizer, text, speech.seconds) for _ in range(runs)]
    medians = (statistics.median(column) for column in zip(*rows, strict=True))
    return Result(name, speech.seconds, *medians)


def one_run(synthesizer: Synthesizer, text: str, seconds: float) -> tuple[float, ...]:
    """One round of figures, in the order of `Result`."""
    wall, cpu = time.perf_counter(), time.process_time()
    synthesizer.synthesize(text)
    factor, total = (time.perf_counter() - wall) / seconds, (time.process_time() - cpu) / seconds
    wall = time.perf_counter()
    next(iter(synthesizer.stream(text)))
    first = 1_000 * (time.perf_counter() - wall)
    marks = list(stages(synthesizer, text))
    shares = (later - earlier for earlier, later in itertools.pairwise(marks))
    return factor, first, total, *(share / seconds for share in shares)


def stages(synthesizer: Synthesizer, text: str) -> Iterator[float]:
    """Yield the process's CPU time before and after each of the three stages."""
    yield time.process_time()
    ids = [to_ids(synthesizer.phonemes(sentence.text)) for sentence in split_sentences(text)]
    yield time.process_time()
    mels = [synthesizer.acoustic.synthesize(sentence).mel for sentence in ids]
    yield time.process_time()
    for mel in mels:
        synthesizer.vocoder.synthesize(mel)
    yield time.process_time()


def peak_megabytes() -> float | None:
    """The largest resident size of this process so far, where the system tells."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def processor() -> str:
    """Name of the processor."""
    return str(openvino.Core().get_property("CPU", "FULL_DEVICE_NAME")).strip()


def main() -> None:
    """Measure, print the table, and write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="CPU")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    began = time.perf_counter()
    synthesizer = Synthesizer(args.device, precision=args.precision)
    loading = time.perf_counter() - began
    machine = {
        "processor": processor(),
        "python": platform.python_version(),
        "openvino": openvino.__version__.split("-")[0],
        "numpy": np.__version__,
        "vocoder": str(synthesizer.vocoder.target),
    }
    print("\n".join(f"{key:10} {value}" for key, value in machine.items()))
    print(f"loading    {loading:.2f} s\n")
    header = ("text", "audio s", "RTF", "first ms", "CPU s/s", "text", "acoustic", "vocoder")
    print("".join(f"{title:>10}" for title in header))
    results = [measure(synthesizer, name, args.runs) for name in TEXTS]
    for result in results:
        numbers = list(asdict(result).values())[1:]
        digits = (2, 3, 0, 3, 4, 4, 3)
        cells = (f"{value:10.{places}f}" for value, places in zip(numbers, digits, strict=True))
        print(f"{result.text:>10}" + "".join(cells))
    peak = peak_megabytes()
    print(f"\npeak memory {peak:.0f} MB" if peak else "")
    if args.json:
        report = {
            "machine": machine,
            "loading_s": loading,
            "peak_mb": peak,
            "results": [asdict(r) for r in results],
        }
        args.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
