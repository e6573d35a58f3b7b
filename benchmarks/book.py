"""What turning a book into an audiobook costs beside speaking its text, and how exact its marks are.

    python benchmarks/book.py --vocoder source-filter-light --paragraphs 120

A book of so many different paragraphs in chapters is spoken twice with the same loaded models: by the bare pipeline,
sentence after sentence into nothing, and by text-to-speech-book. CPU seconds of this process are compared, so that
other programs on the machine change little.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from measuring import Report, Row, add_vocoders, arguments, cost_of, peak_megabytes
from text_to_speech import Synthesizer, parse_text
from text_to_speech.books.command import main as speak_book

SENTENCES = (
    "The {0} road ran along the river for a mile, and then it turned towards the hills.",
    "Nobody in the village had seen such a {0} morning since the old bridge was built.",
    "“We could walk,” said the girl, “but the {0} cart is faster, and it looks like rain.”",
    "He put the {0} letter on the table, read it again, and did not say a word.",
    "After {1} years the house was still there, with its blue door and its {0} garden.",
)
ADJECTIVES = (
    "quiet",
    "narrow",
    "yellow",
    "ancient",
    "crooked",
    "silver",
    "heavy",
    "gentle",
    "broken",
    "distant",
)
WAYS = {
    "spoken into units, one FLAC written": ["-o", "a.flac"],
    "FLAC again from the finished units": ["-o", "b.flac"],
    "the same with --lufs -18": ["-o", "c.flac", "--lufs", "-18"],
    "M4B from the finished units": ["-o", "a.m4b"],
    "MP3 from them": ["-o", "a.mp3"],
    "EPUB with overlays from them": ["-o", "a.epub"],
}


def text_of(paragraphs: int) -> str:
    """Return a book of paragraphs that are all different, in chapters of twenty."""
    parts = []
    for number in range(paragraphs):
        if number % 20 == 0:
            parts.append(f"Chapter {number // 20 + 1}")
        sentences = [
            SENTENCES[(number + k) % len(SENTENCES)].format(ADJECTIVES[(number * 3 + k) % 10], number + k + 2)
            for k in range(5)
        ]
        parts.append(" ".join(sentences))
    return "\n\n".join(parts)


def measure(vocoder: str, text: str) -> list[Row]:
    """Return what each way to speak a book costs, the bare pipeline first.

    Raises:
        SystemExit: The book could not be spoken.
    """
    # Models of a process are shared, so the command finds them loaded.
    synthesizer = Synthesizer("CPU", vocoder_model=vocoder, hint="throughput")
    synthesizer.warm_up()
    samples = 0

    def speak() -> None:
        nonlocal samples
        for chapter in text.split("Chapter ")[1:]:
            for chunk in synthesizer.stream(parse_text("Chapter " + chapter)):
                samples += chunk.audio.size

    costs, peaks = {"the bare pipeline": cost_of(speak).cpu}, [peak_megabytes()]
    with tempfile.TemporaryDirectory() as name:
        book = Path(name, "book.txt")
        book.write_text(text, encoding="utf-8")
        for way, (option, file, *more) in WAYS.items():
            command = [str(book), "--vocoder", vocoder, "--quiet", option, str(book.with_name(file)), *more]
            costs[way] = cost_of(partial(make_book, command)).cpu
            peaks.append(peak_megabytes())
    seconds = samples / synthesizer.sample_rate
    return [
        {
            "vocoder": vocoder,
            "way": way,
            "audio s": seconds,
            "CPU s": cpu,
            "CPU s per s of audio": cpu / seconds,
            "of the bare pipeline": cpu / costs["the bare pipeline"],
            "peak MB": peak,
        }
        for (way, cpu), peak in zip(costs.items(), peaks, strict=True)
    ]


def make_book(command: Sequence[str]) -> None:
    """Run text-to-speech-book with these arguments.

    Raises:
        SystemExit: It failed.
    """
    if speak_book(command):
        raise SystemExit(f"text-to-speech-book {' '.join(command)}: failed")


def main() -> None:
    """Measure and print the table."""
    parser = arguments(__doc__)
    parser.add_argument("--paragraphs", type=int, default=120, help="paragraphs of the book")
    add_vocoders(parser)
    args = parser.parse_args()
    report = Report(args.json)
    text = text_of(args.paragraphs)
    rows = [row for name in args.vocoders or ["hifi-gan"] for row in measure(name, text)]
    report.table(f"A book of {len(text):,} characters", rows)


if __name__ == "__main__":
    main()
