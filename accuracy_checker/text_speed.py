"""Measures the speed of the text front end for text_front_end.py: on texts, at the start, and on monotonous texts."""

import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from text_to_speech.text import Phonemizer, split_sentences

HERE = Path(__file__).resolve().parent

_START = """
from time import process_time
import numpy, openvino, soundfile
begin = process_time()
from pathlib import Path
import sys
from text_to_speech.text import Phonemizer
imported = process_time()
Phonemizer(cache_folder=Path(sys.argv[1]) if sys.argv[1:] else None)("Hello.")
print(imported - begin, process_time() - imported)
"""

LONG_TEXTS = {
    "digits": "7",
    "one word": "incomprehensibilities",
    "punctuation": "!?.,;:",
    "emoji": "😀🎉🚀",
    "right-to-left text": "שלום עולם ",
    "Chinese": "中文",
    "one letter": "a",
    "quotation marks": '"',
    "brackets": "[[",
    "spaces": " ",
}


def long_text_lines(phonemizer: Phonemizer, length: int) -> list[str]:
    """Return the process time of texts that repeat one thing, for the whole text and for a tenth of it."""
    lines = ["| text of | sentences | seconds | seconds for a tenth of it |", "|---|---|---|---|"]
    logging.disable(logging.WARNING)
    for name, unit in LONG_TEXTS.items():
        text = (unit * (length // len(unit) + 1))[:length]
        tenth, _ = _time_of(phonemizer, text[: length // 10])
        whole, sentences = _time_of(phonemizer, text)
        lines.append(f"| {name} | {sentences:,} | {whole:.1f} | {tenth:.2f} |")
    logging.disable(logging.NOTSET)
    return lines


def _time_of(phonemizer: Phonemizer, text: str) -> tuple[float, int]:
    start = time.process_time()
    sentences = split_sentences(text)
    for sentence in sentences:
        phonemizer(sentence.text)
    return time.process_time() - start, len(sentences)


def speed_lines(phonemizer: Phonemizer, texts: Iterable[str]) -> list[str]:
    """Return the speed on texts and the time until the first word with and without a cache folder, in process time."""
    chosen = list(texts)
    start = time.process_time()
    for text in chosen:
        phonemizer(text)
    per_second = sum(map(len, chosen)) / (time.process_time() - start)
    imports, first_words = _start_times()
    with tempfile.TemporaryDirectory() as folder:
        _, cached_words = _start_times(folder)
    return [
        f"- {per_second:,.0f} characters a second (process time, one core; {sum(map(len, chosen)):,} characters)",
        f"- {imports + first_words:.2f} s of loading: {imports:.2f} s to import the package, {first_words:.2f} s for",
        f"  `Phonemizer()` and its first word ({cached_words:.2f} s with a cache folder); numpy, openvino and",
        "  soundfile are imported before (process time, the best of 5)",
    ]


def _start_times(*arguments: str) -> tuple[float, float]:
    """Return the time to import the front end and the time until its first word, the best of five each."""
    command = [sys.executable, "-c", _START, *arguments]
    starts = [subprocess.check_output(command, cwd=HERE.parent / "demo").split() for _ in range(5)]  # noqa: S603
    imports, first_words = (min(map(float, times)) for times in zip(*starts, strict=True))
    return imports, first_words
