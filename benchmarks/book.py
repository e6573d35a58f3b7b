#!/usr/bin/env python3
"""What turning a book into an audiobook costs beside speaking its text, and how exact its marks are.

    python benchmarks/book.py --vocoder source-filter-light --paragraphs 120

A book of so many different paragraphs in chapters is spoken twice with the same loaded models: by the bare pipeline,
sentence after sentence into nothing, and by text-to-speech-book. CPU seconds of this process are compared, so that other
programs on the machine change little.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "demo"))

from text_to_speech import Synthesizer, parse_text
from text_to_speech.books.command import main as speak_book

SENTENCES = (
    "The {0} road ran along the river for a mile, and then it turned towards the hills.",
    "Nobody in the village had seen such a {0} morning since the old bridge was built.",
    "“We could walk,” said the girl, “but the {0} cart is faster, and it looks like rain.”",
    "He put the {0} letter on the table, read it again, and did not say a word.",
    "After {1} years the house was still there, with its blue door and its {0} garden.",
)
ADJECTIVES = "quiet narrow yellow ancient crooked silver heavy gentle broken distant".split()


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


def cpu() -> float:
    """Return the CPU seconds of this process so far."""
    return time.process_time()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vocoder", default="source-filter-light")
    parser.add_argument("--paragraphs", type=int, default=120)
    args = parser.parse_args()
    text = text_of(args.paragraphs)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "book.txt").write_text(text, encoding="utf-8")
        # Models of a process are shared, so the command finds them loaded.
        synthesizer = Synthesizer("CPU", vocoder_model=args.vocoder, hint="throughput")
        synthesizer.warm_up()
        chapters = text.split("Chapter ")[1:]
        began = cpu()
        samples = sum(
            chunk.audio.size for chapter in chapters for chunk in synthesizer.stream(parse_text("Chapter " + chapter))
        )
        bare = cpu() - began
        seconds = samples / synthesizer.sample_rate
        print(f"{len(text)} characters, {seconds:.0f} s of sound")
        print(f"bare pipeline: {bare:.2f} CPU s, {bare / seconds:.4f} a second of sound")
        book = [str(folder / "book.txt"), "--vocoder", args.vocoder, "--quiet"]
        last = 0.0
        for label, options in (
            ("spoken into units, one FLAC written", ["-o", str(folder / "a.flac")]),
            ("FLAC again from the finished units", ["-o", str(folder / "b.flac")]),
            ("the same with --lufs -18", ["-o", str(folder / "c.flac"), "--lufs", "-18"]),
            ("M4B", ["-o", str(folder / "a.m4b")]),
            ("MP3", ["-o", str(folder / "a.mp3")]),
            ("EPUB with overlays", ["-o", str(folder / "a.epub")]),
        ):
            began = cpu()
            if speak_book([*book, *options]):
                raise SystemExit(f"{label}: failed")
            last = cpu() - began
            print(f"{label}: {last:.2f} CPU s, {last / bare:.1%} of the bare pipeline")
    print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
