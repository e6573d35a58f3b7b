"""Whether memory grows: with the length of one text, and with the number of utterances of different lengths.

python benchmarks/memory.py [--vocoder NAME ...] [--characters 1000 10000 ...] [--json FILE]
python benchmarks/memory.py [--vocoder NAME ...] --utterances 50 500 1000 1500 2000 [--words 15] [--json FILE]

The first command speaks a short and a long text, each to a file in a process of its own. The sentences of the texts
have many lengths, as in a book. The peak is the largest resident size of the process; growth is its difference from
the peak of the first text. The goal is set for 1,000 and 100,000 characters; as 100,000 are 100 minutes of speech, the
default is shorter.

The second command speaks one utterance after the other in one process, as a server does: each with a random number of
random words and at another speed, half of them as a whole and half as a stream. It shows the resident size after the
given numbers of utterances, and the growth from one number to the next. There is none if nothing is kept for a length.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import Report, Row, add_vocoders, arguments, in_own_process, peak_megabytes
from texts import TEXTS, book

CHARACTERS = (1_000, 10_000)
WORDS = 15


def speak(vocoder: str, precision: str, characters: int) -> dict[str, Any]:
    """Speak a text of about `characters` characters to a file; return the peak size of this process."""
    from text_to_speech import SAMPLE_RATE, Synthesizer, open_audio

    synthesizer = Synthesizer("CPU", vocoder_model=vocoder, precision=precision)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, open_audio(str(Path(folder) / "book.wav")) as file:
        for chunk in synthesizer.stream(book(characters)):
            file.write(chunk.audio)
        seconds = file.samples / SAMPLE_RATE
    return {"audio s": seconds, "wall s": time.perf_counter() - began, "peak MB": peak_megabytes()}


def resident_megabytes() -> float | None:
    """Return the resident size of this process in MB; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def utterance(dice: random.Random, words: int) -> str:
    """Return a sentence of random words, one to `words`."""
    known = TEXTS["paragraph"].replace(".", "").split()
    return " ".join(dice.choices(known, k=dice.randint(1, words))).rstrip(",:") + "."


def speak_many(vocoder: str, precision: str, counts: list[int], words: int) -> dict[str, Any]:
    """Speak utterances of many lengths; return the size of this process after each of the given numbers of them.

    Args:
        vocoder: The name or the file of the vocoder.
        precision: The precision of the models.
        counts: Numbers of utterances, ascending.
        words: Words of an utterance, at most.
    """
    from text_to_speech import SAMPLE_RATE, Synthesizer

    synthesizer = Synthesizer("CPU", vocoder_model=vocoder, precision=precision)
    dice, samples, lengths = random.Random(0), 0, set()  # noqa: S311 - no secret
    sizes: list[float | None] = []
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(1, counts[-1] + 1):
        text, alpha = utterance(dice, words), dice.uniform(0.8, 1.25)
        if number % 2:
            size = synthesizer.synthesize(text, alpha=alpha).audio.size
        else:
            size = sum(chunk.audio.size for chunk in synthesizer.stream(text, alpha=alpha))
        samples += size
        lengths.add(size)
        if number in counts:
            sizes.append(resident_megabytes())
    return {
        "resident MB": sizes,
        "lengths": len(lengths),
        "audio s": samples / SAMPLE_RATE,
        "wall s": time.perf_counter() - began,
        "CPU s": time.process_time() - cpu,
    }


def rows_of_many(vocoder: str, precision: str, counts: list[int], words: int) -> list[Row]:
    """Speak utterances with one vocoder in a process of its own; return a row for each of the numbers."""
    options = ("--child", "--vocoder", vocoder, "--precision", precision, "--words", str(words))
    found = in_own_process(__file__, *options, "--utterances", *map(str, counts))
    rows, before = [], None
    for count, size in zip(counts, found["resident MB"], strict=True):
        growth = None if size is None or before is None else size - before
        rows.append({"vocoder": vocoder, "utterances": count, "resident MB": size, "growth MB": growth})
        before = size
    rows[-1] |= {key: found[key] for key in ("lengths", "audio s", "wall s", "CPU s")}
    return [{key: row.get(key) for key in rows[-1]} for row in rows]


def rows_of(vocoder: str, precision: str, lengths: list[int]) -> list[Row]:
    """Speak texts of all lengths with one vocoder; return a row for each."""
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
    parser.add_argument(
        "--characters", type=int, nargs="+", default=CHARACTERS, help="characters of each text"
    )
    parser.add_argument(
        "--utterances",
        type=int,
        nargs="+",
        metavar="N",
        help="speak many utterances and show the size after N",
    )
    parser.add_argument("--words", type=int, default=WORDS, help="words of an utterance, at most")
    parser.add_argument("--child", action="store_true", help="print the figures of one process as JSON")
    args = parser.parse_args()
    names, counts = args.vocoders or ["hifi-gan"], sorted(set(args.utterances or ()))
    if min([*counts, args.words]) < 1:
        parser.error("--utterances and --words: expected numbers of at least 1")
    if args.child:
        figures = (
            speak_many(names[0], args.precision, counts, args.words)
            if counts
            else speak(names[0], args.precision, args.characters[0])
        )
        print(json.dumps(figures))
        return
    report = Report(args.json)
    if counts:
        rows = [row for name in names for row in rows_of_many(name, args.precision, counts, args.words)]
        report.table("Memory by number of utterances", rows)
        return
    rows = [row for name in names for row in rows_of(name, args.precision, list(args.characters))]
    report.table("Memory by length of the text", rows)


if __name__ == "__main__":
    main()
