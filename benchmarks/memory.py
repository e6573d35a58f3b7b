"""Whether memory grows with the text: a short and a long one, each spoken to a file in a process of its own.

python benchmarks/memory.py [--vocoder NAME ...] [--characters 1000 10000 ...] [--json FILE]

The sentences of the texts have many lengths, as those of a book. The peak is the largest resident size of the process;
growth is what it has over that of the first text. The goal is for 1,000 and 100,000 characters; those take 100 minutes
of speech, so the default is shorter.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import Report, Row, add_vocoders, arguments, in_own_process, peak_megabytes
from texts import book

CHARACTERS = (1_000, 10_000)


def speak(vocoder: str, precision: str, characters: int) -> dict[str, Any]:
    """Speak a text of so many characters to a file, and say how large this process was."""
    from text_to_speech import SAMPLE_RATE, Synthesizer, open_audio

    synthesizer = Synthesizer("CPU", vocoder_model=vocoder, precision=precision)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, open_audio(str(Path(folder) / "book.wav")) as file:
        for chunk in synthesizer.stream(book(characters)):
            file.write(chunk.audio)
        seconds = file.samples / SAMPLE_RATE
    return {"audio s": seconds, "wall s": time.perf_counter() - began, "peak MB": peak_megabytes()}


def rows_of(vocoder: str, precision: str, lengths: list[int]) -> list[Row]:
    """Speak all lengths with one vocoder."""
    options = ("--child", "--vocoder", vocoder, "--precision", precision, "--characters")
    found = {length: in_own_process(__file__, *options, str(length)) for length in lengths}
    base = found[lengths[0]]["peak MB"]
    return [
        {
            "vocoder": vocoder,
            "characters": length,
            **figures,
            "growth MB": None if base is None else figures["peak MB"] - base,
        }
        for length, figures in found.items()
    ]


def main() -> None:
    """Measure and print the table; with --child, be one of the processes."""
    parser = arguments(__doc__)
    add_vocoders(parser)
    parser.add_argument("--precision", default="auto", help="auto, f32, f16, bf16 or int8")
    parser.add_argument("--characters", type=int, nargs="+", default=CHARACTERS, help="lengths of the texts")
    parser.add_argument("--child", action="store_true", help="print one process's figures as JSON")
    args = parser.parse_args()
    names = args.vocoders or ["hifi-gan"]
    if args.child:
        print(json.dumps(speak(names[0], args.precision, args.characters[0])))
        return
    report = Report(args.json)
    rows = [row for name in names for row in rows_of(name, args.precision, list(args.characters))]
    report.table("Memory by length of the text", rows)


if __name__ == "__main__":
    main()
