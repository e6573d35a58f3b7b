#!/usr/bin/env python3
"""Score a vocoder on recordings, without the stock accuracy_check.

    python accuracy_checker/vocoder_scores.py --recordings LJSpeech-1.1 --limit 20

Every recording becomes a mel spectrogram, the vocoder speaks it again in float32, and the copy is compared with the
recording. The folder is laid out as LJSpeech: wavs/ID.wav, and metadata.csv with a line ID|text|normalised text for
each. The measures stand in vocoder_measures.py; the judges are those of training/evaluate.py.
"""

# ruff: noqa: E402 - the folders of this repository must be on the path first

from __future__ import annotations

import argparse
import logging
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "demo"), str(ROOT / "training")]

import numpy as np
from numpy.typing import NDArray

import vocoder_measures as measures
from evaluation.judges import Listener, Recogniser, normaliser, require, to_judge_rate
from evaluation.measures import WordErrors, word_errors
from text_to_speech.audio import read_recording
from text_to_speech.cli import OneLineParser, run
from text_to_speech.errors import InputError, SpeechError
from text_to_speech.mel import HOP_LENGTH, mel_spectrogram
from text_to_speech.vocoder import Vocoder
from text_to_speech.zoo import ensure_ir

Waveform = NDArray[np.float32]
Speak = Callable[[Waveform], Waveform]


@dataclass(frozen=True)
class Clip:
    """A recording: float32 [256·T] at 22,050 Hz, its pitch, and what is said in it."""

    waveform: Waveform
    pitch: measures.Pitch
    text: str


def read_clips(folder: Path, transcripts: str, limit: int | None) -> Iterator[Clip]:
    """Read the recordings that the transcripts name, each cut to whole mel frames.

    Raises:
        InputError: The transcripts or a recording cannot be read.
    """
    path = folder / transcripts
    try:
        lines = path.read_text(encoding="utf-8").splitlines()[:limit]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: expected lines ID|text|normalised text") from error
    if not lines:
        raise InputError(f"{path} is empty: expected lines ID|text|normalised text")
    for line in lines:
        name, *texts = line.split("|")
        if not texts:
            raise InputError(f"{path}: {line[:40]!r}: expected ID|text|normalised text")
        waveform = read_recording(folder / "wavs" / f"{name}.wav")
        waveform = waveform[: len(waveform) // HOP_LENGTH * HOP_LENGTH]
        yield Clip(waveform, measures.pitch(waveform), texts[-1])


def judges() -> dict[str, Callable[[Clip, Waveform], float | WordErrors]]:
    """Return the measures that need packages of their own; the missing ones are named on standard error."""
    found: dict[str, Callable[[Clip, Waveform], float | WordErrors]] = {}
    for name, make in {"STOI": _stoi, "PESQ": _pesq, "DNSMOS": _dnsmos, "WER %": _wer}.items():
        try:
            found[name] = make()
        except SpeechError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found


def _stoi() -> Callable[[Clip, Waveform], float]:
    stoi = _package("pystoi").stoi
    return lambda clip, copy: float(stoi(to_judge_rate(clip.waveform), to_judge_rate(copy), 16_000))


def _pesq() -> Callable[[Clip, Waveform], float]:
    pesq = _package("pesq").pesq
    return lambda clip, copy: float(pesq(16_000, to_judge_rate(clip.waveform), to_judge_rate(copy), "wb"))


def _package(name: str) -> object:
    try:
        return require(name)
    except SpeechError as error:
        raise SpeechError(f"the package {name} is not installed: python -m pip install {name}") from error


def _dnsmos() -> Callable[[Clip, Waveform], float]:
    listener = Listener()
    return lambda clip, copy: listener.rate(copy).overall


def _wer() -> Callable[[Clip, Waveform], WordErrors]:
    recogniser = Recogniser()
    return lambda clip, copy: word_errors(normaliser()(clip.text), recogniser.transcribe(copy))


def score(
    clips: Sequence[Clip], speak: Speak, heard: Mapping[str, Callable[[Clip, Waveform], float | WordErrors]]
) -> dict[str, float]:
    """Score one vocoder: means over clips; word errors are added up first."""
    values: dict[str, list[float]] = {}
    words: dict[str, WordErrors] = {}
    for clip in clips:
        copy = speak(clip.waveform)
        pitch = clip.pitch if copy is clip.waveform else measures.pitch(copy)
        results: dict[str, float | WordErrors] = {
            "mel L1": measures.mel_l1(clip.waveform, copy),
            "LSD dB": measures.log_spectral_distance(clip.waveform, copy),
            "F0 RMSE cents": measures.f0_rmse(clip.pitch, pitch),
            "voicing error %": measures.voicing_error(clip.pitch, pitch),
        }
        results |= {name: judge(clip, copy) for name, judge in heard.items()}
        for name, value in results.items():
            if isinstance(value, WordErrors):
                words[name] = words.get(name, WordErrors()) + value
            else:
                values.setdefault(name, []).append(value)
    means = {name: _mean(numbers) for name, numbers in values.items()}
    return means | {name: 100.0 * errors.rate for name, errors in words.items()}


def _mean(values: Sequence[float]) -> float:
    """Return the mean of the values that there are: a clip without a voiced frame has no pitch error."""
    there = [value for value in values if not math.isnan(value)]
    return float(np.mean(there)) if there else math.nan


def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Return the scores as a table in Markdown."""
    names = list(next(iter(rows.values())))
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for title, values in rows.items():
        cells = ["–" if math.isnan(values[name]) else f"{values[name]:.3f}" for name in names]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _speaker(path: Path) -> Speak:
    vocoder = Vocoder("CPU", model=path, precision="f32")
    return lambda waveform: vocoder.synthesize(mel_spectrogram(waveform))


def build_parser() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(prog="vocoder_scores", description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("--recordings", type=Path, required=True, metavar="DIR", help="laid out as LJSpeech")
    add("--transcripts", default="metadata.csv", metavar="NAME", help="in that folder (default: %(default)s)")
    add("--limit", type=int, metavar="N", help="the first N recordings only")
    add("--model", default="hifi-gan", metavar="NAME", help="of this repository (default: %(default)s)")
    add(
        "--precisions", default="FP32,FP16", metavar="PREC[,PREC...]", help="of its IR (default: %(default)s)"
    )
    add(
        "--ir",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.xml",
        help="a further IR, such as one in INT8",
    )
    return parser


def command(options: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    if options.limit is not None and options.limit < 1:
        raise InputError(f"--limit {options.limit}: expected a number above 0")
    paths = {
        f"IR {name}": ensure_ir(options.model, precision=name)
        for name in options.precisions.split(",")
        if name
    }
    paths |= {f"{path.parent.name}/{path.name}": path for path in options.ir}
    speakers = {title: _speaker(path) for title, path in paths.items()}
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    clips = list(read_clips(options.recordings, options.transcripts, options.limit))
    heard = judges()
    rows = {"the recording": score(clips, lambda waveform: waveform, heard)}
    for title, speak in speakers.items():
        rows[title] = score(clips, speak, heard)
    seconds = sum(clip.waveform.size for clip in clips) / measures.SAMPLE_RATE
    print(f"{options.model}: {len(clips)} recordings, {seconds:.0f} s\n\n{table(rows)}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(command, build_parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
