r"""Compare vocoders voice by voice, on three kinds of mel spectrogram, and what each costs.

    python -m vocoder.evaluate_voices --out scores.json --audio AUDIO --recordings LJSpeech-1.1/wavs \
        --harvard harvard_20.txt --costs

The kinds: `recordings` of a voice that no student ever heard, the `teacher`'s validation sentences (Kokoro, with the
pitch that it spoke at) and the Harvard sentences as `drawn` by the voice of this repository, with the pitch that it
drew. What is done is kept in the JSON file, row by row, and is not done again. The columns, besides those of
vocoder.evaluate:

    DistillMOS      another opinion score, mean and worst sentence
    cents           distance of the pitch heard from the one that is known; from that of the recording itself
    first ms        until the first audio of a sentence: warm, and of a fresh process
    AVX2            the same with ONEDNN_MAX_CPU_ISA=AVX2
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import kokoro
from corpus import read_sentences
from evaluation.judges import SecondListener
from generate_voices import VALIDATION
from text_to_speech import Synthesizer, Vocoder
from text_to_speech.errors import SpeechError
from text_to_speech.files import write_output
from text_to_speech.inference import runtime
from text_to_speech.inference.feeds import MelPiece, Piece
from text_to_speech.inference.mel import HOP_LENGTH, SAMPLE_RATE
from text_to_speech.inference.source_filter import REFERENCE_HZ
from text_to_speech.store.voices_yml import find_voice, voices
from text_to_speech.text import to_ids
from vocoder.evaluate import (
    CENTS,
    UNVOICED,
    VOICED,
    Judges,
    Passage,
    analyse,
    decibels,
    heard,
    processor_seconds,
    read_transcripts,
    silence,
    size_and_seeds,
)
from vocoder.locked_data import prepare_utterance

KINDS = ("recordings", "teacher", "drawn")
ISAS = ("", "AVX2")  # values of ONEDNN_MAX_CPU_ISA; none is the best that the processor has
JUDGED = {  # heading and digits of what is judged
    "distillmos": ("DistillMOS", 3),
    "worst": ("worst", 2),
    "dnsmos": ("DNSMOS", 3),
    "p808": ("P.808", 3),
    "wer": ("WER %", 2),
    "cents": ("cents", 1),
    "periodic": ("periodic", 3),
    "pauses": ("pauses dBFS", 1),
    "silence": ("silence dBFS", 1),
}
COST = {
    "vocoder": ("CPU-s/s", 4),
    "pipeline": ("all CPU-s/s", 4),
    "warm": ("first ms, warm", 0),
    "fresh": ("fresh", 0),
    "megabytes": ("MB", 1),
}
Row = dict[str, float | None]
# What a process of its own does: voice, vocoder, file of sentences.
FRESH = """
import sys, time
began = float(sys.argv[1])
from text_to_speech.openvino_import import leave_converter_out
leave_converter_out()
from text_to_speech import Synthesizer
next(Synthesizer("CPU", voice=sys.argv[2], vocoder_model=sys.argv[3]).stream("Hello."))
print(time.time() - began)
"""


@dataclass(frozen=True)
class Set:
    """Passages of one kind and voice.

    Attributes:
        pieces: What a vocoder is given: the mel spectrogram, with the contour where it is known.
        passages: The words, the mel spectrograms and the pitch that is known.
        originals: The waveforms that they were analysed from, if there are any.
        level: A frame whose mel bands are all below this is silent.
    """

    pieces: Sequence[Piece]
    passages: Sequence[Passage]
    originals: Sequence[NDArray[np.float32]]
    level: float


def recordings(folder: Path, limit: int) -> Set:
    """Analyse recordings; their pitch is left to the vocoders."""
    transcripts = read_transcripts(folder)
    pairs = [analyse(path, transcripts) for path in islice(sorted(folder.glob("*.wav")), limit)]
    passages = [passage for passage, _ in pairs]
    return Set([p.mel for p in passages], passages, [audio for _, audio in pairs], find_voice().silent_level)


def taught(part: Path, limit: int) -> Set:
    """Read sentences of the teacher, with the pitch that they were spoken at."""
    arrays = {name: np.load(part / f"{name}.npy") for name in ("audio", "f0", "phase", "utterances")}
    lines = (part / "texts.txt").read_text(encoding="utf-8").splitlines()
    starts = arrays["utterances"][:, 1]
    pieces, passages, originals = [], [], []
    for line, first, last in islice(zip(lines, starts[:-1], starts[1:], strict=False), limit):
        audio = arrays["audio"][first * kokoro.HOP : last * kokoro.HOP]
        spoken = prepare_utterance(audio, arrays["f0"][first:last], arrays["phase"][first:last])
        mel, contour = spoken["mel"].astype(np.float32).T, spoken["pitch"].T
        pieces.append(MelPiece(mel, contour))
        passages.append(
            Passage(line.split("\t")[0], mel, (REFERENCE_HZ * np.exp2(contour[0])).astype(np.float32))
        )
        originals.append(spoken["audio"].astype(np.float32) / 32_767)
    return Set(pieces, passages, originals, find_voice().silent_level)


def drawn(voice: str, texts: Sequence[str]) -> Set:
    """Draw sentences with a voice of this repository."""
    synthesizer = Synthesizer(voice=voice, precision="f32")
    pieces, passages = [], []
    for text in texts:
        ids = to_ids(synthesizer.phonemes(text))
        spectrogram = synthesizer.acoustic.synthesize(ids, voice=synthesizer.voice.vector)
        assert spectrogram.contour is not None
        hz = (REFERENCE_HZ * np.exp2(spectrogram.contour[0])).astype(np.float32)
        pieces.append(spectrogram.piece)
        passages.append(Passage(text, spectrogram.mel, hz))
    return Set(pieces, passages, [], synthesizer.voice.silent_level)


class Panel:
    """All judges."""

    def __init__(self) -> None:
        self._judges, self._second = Judges(), SecondListener()

    def rate(self, given: Set, audios: Sequence[NDArray[np.float32]]) -> Row:
        """Judge and measure waveforms of the passages."""
        quality, wer = self._judges.rate([p.text for p in given.passages], audios)
        scores = [self._second.rate(audio) for audio in audios]
        pitch, periodicity, power = heard(given.passages, audios)
        quiet = np.concatenate([p.mel.max(axis=0) < given.level for p in given.passages])
        if given.originals:
            known, periodic, _ = heard(given.passages, given.originals)
        else:
            known = np.log(np.concatenate([p.contour for p in given.passages]))
            voicing = np.concatenate(
                [piece.contour[1] for piece in given.pieces if isinstance(piece, MelPiece)]
            )
            periodic = np.where(voicing > 0.5, 1.0, 0.0)
        voiced = (periodicity > VOICED) & (periodic > VOICED)
        noisy = (periodic < UNVOICED) & ~quiet
        return {
            "distillmos": float(np.mean(scores)),
            "worst": min(scores),
            "dnsmos": quality.overall,
            "p808": quality.p808,
            "wer": wer,
            "cents": float(CENTS * np.abs(pitch - known)[voiced].mean()),
            "periodic": float(periodicity[noisy].mean()) if noisy.any() else float("nan"),
            "pauses": decibels(power[quiet]),
        }


class Scores:
    """The rows that are done, in a JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rows: dict[str, Row] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def add(self, name: str, row: Row) -> None:
        """Keep a row; NaN, which JSON has not, becomes null."""
        self.rows[name] = {
            key: None if value is None or np.isnan(value) else value for key, value in row.items()
        }
        write_output(self._path, (json.dumps(self.rows, indent=1) + "\n").encode())
        print(name, {key: value and round(value, 4) for key, value in self.rows[name].items()}, flush=True)


def judge(args: argparse.Namespace, scores: Scores) -> None:
    """Let every vocoder speak every set, as far as that was not done."""
    runtime.core().set_property("CPU", {"INFERENCE_NUM_THREADS": 1})
    panel: Panel | None = None
    for title, make in sets(args):
        wanted = {f"{title}|{name}|{seed}": (name, seed) for name, seed in takes(args)}
        original = f"{title}|itself|0"
        if {*wanted, original} <= scores.rows.keys():
            continue
        given, panel = make(), panel or Panel()
        if original not in scores.rows:
            scores.add(original, panel.rate(given, given.originals) if given.originals else {})
        for key, (name, seed) in wanted.items():
            if key not in scores.rows:
                vocoder = Vocoder(model=name, precision="f32", seed=seed)
                audios = [np.concatenate(list(vocoder.stream(p, first_window=740))) for p in given.pieces]
                scores.add(key, panel.rate(given, audios) | {"silence": silence(vocoder)})


def takes(args: argparse.Namespace) -> Iterator[tuple[str, int]]:
    """Yield vocoders and seeds; those without noise speak once."""
    for name in args.vocoders:
        for seed in size_and_seeds(name, args.seeds)[1]:
            yield name, seed


def sets(args: argparse.Namespace) -> Iterator[tuple[str, Any]]:
    """Yield the title of each set, and what makes it."""
    if args.recordings:
        yield "recordings", lambda: recordings(args.recordings, args.recorded)
    texts = read_sentences(args.harvard)[: args.limit] if args.harvard else []
    for voice in args.voices:
        if args.audio:
            yield f"teacher|{voice}", lambda v=voice: taught(args.audio / v / VALIDATION, args.limit)
        if texts and voice in voices():
            yield f"drawn|{voice}", lambda v=voice: drawn(v, texts)


def measure(args: argparse.Namespace, scores: Scores) -> None:
    """Measure the cost of every vocoder in processes of their own, as far as that was not done."""
    for isa in ISAS:
        for name in args.vocoders:
            key = f"cost|{isa or 'best'}|{name}"
            if key not in scores.rows:
                scores.add(key, cost_in_own_process(args, name, isa))


def cost_in_own_process(args: argparse.Namespace, vocoder: str, isa: str) -> Row:
    """Return CPU seconds and first audio; a fresh process starts three times, the models in its cache."""
    environment = {**os.environ, **({"ONEDNN_MAX_CPU_ISA": isa} if isa else {})}

    def run(*command: str) -> str:
        done = subprocess.run(  # noqa: S603 - the commands are this module's
            [sys.executable, *command], env=environment, check=True, stdout=subprocess.PIPE, encoding="utf-8"
        )
        return done.stdout.strip().splitlines()[-1]

    fresh = [float(run("-c", FRESH, str(time.time()), args.voices[0], vocoder)) for _ in range(4)][1:]
    row = json.loads(run("-m", __spec__.name if __spec__ else __name__, "--cost", vocoder, *args.voices[:1]))
    return row | {"fresh": 1_000 * statistics.median(fresh)}


def cost(vocoder: str, voice: str) -> Row:
    """Measure vocoder and pipeline on one thread, in this process."""
    runtime.core().set_property("CPU", {"INFERENCE_NUM_THREADS": 1})
    text = "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background."
    synthesizer = Synthesizer(voice=voice, vocoder_model=vocoder, precision="f32")
    ids = to_ids(synthesizer.phonemes(text))
    piece = synthesizer.acoustic.synthesize(ids, voice=synthesizer.voice.vector).piece
    mel = piece.mel if isinstance(piece, MelPiece) else piece
    seconds = mel.shape[-1] * HOP_LENGTH / SAMPLE_RATE
    spoken = synthesizer.synthesize(text).seconds
    firsts = []
    for _ in range(7):
        began = time.perf_counter()
        next(iter(synthesizer.stream(text)))
        firsts.append(1_000 * (time.perf_counter() - began))
    alone = [processor_seconds(lambda: list(synthesizer.vocoder.stream(piece))) for _ in range(3)]
    whole = [processor_seconds(lambda: synthesizer.synthesize(text)) for _ in range(3)]
    return {
        "vocoder": min(alone) / seconds,
        "pipeline": min(whole) / spoken,
        "warm": statistics.median(firsts[2:]),
        "megabytes": size_and_seeds(vocoder, [0])[0],
    }


def tables(rows: dict[str, Row]) -> Iterator[str]:
    """Yield the lines of both tables in Markdown; what has several seeds is their mean, with the worst of all."""
    for kind, headings in (("cost", COST), ("", JUDGED)):
        chosen: dict[str, list[Row]] = {}
        for key, row in rows.items():
            if row and key.startswith("cost|") == bool(kind):
                chosen.setdefault(key if kind else key.rpartition("|")[0], []).append(row)
        yield "| " + " | ".join(["of", *(heading for heading, _ in headings.values())]) + " |"
        yield "|" + "---|" * (len(headings) + 1)
        for name, takes_ in chosen.items():
            cells = []
            for key, (_, digits) in headings.items():
                values = [value for take in takes_ if (value := take.get(key)) is not None]
                value = (min(values) if key == "worst" else statistics.fmean(values)) if values else None
                cells.append("–" if value is None else f"{value:.{digits}f}")
            yield f"| {name.replace('|', ' ')} | {' | '.join(cells)} |"
        yield ""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    add = parser.add_argument
    add("--out", type=Path, metavar="FILE", help="JSON, goes on where it was")
    add("--audio", type=Path, metavar="DIR", help="folder of generate_voices.py, for the teacher's sentences")
    add("--recordings", type=Path, metavar="DIR", help="recordings, with a transcripts.csv beside the folder")
    add("--recorded", type=int, default=24, metavar="N", help="only so many recordings")
    add("--harvard", type=Path, metavar="FILE", help="one sentence a line, for what is drawn")
    add("--limit", type=int, default=20, metavar="N", help="only so many sentences of a voice")
    add("--voices", nargs="+", default=["heart", "michael", "emma"], metavar="VOICE")
    add("--vocoders", nargs="+", default=["hifi-gan-universal", "source-filter-light"], metavar="MODEL")
    add("--seeds", type=int, nargs="+", default=[0], help="of the noise; the table has the means")
    add("--costs", action="store_true", help="also measure what they cost")
    add("--cost", nargs=2, metavar=("MODEL", "VOICE"), help=argparse.SUPPRESS)
    return parser


def main() -> int:
    """Run the command; the exit status is 1 when something could not be measured."""
    args = build_parser().parse_args()
    try:
        if args.cost:
            print(json.dumps(cost(*args.cost)))
            return 0
        if not args.out:
            raise SpeechError("--out is not given: expected a JSON file for the figures")
        scores = Scores(args.out)
        judge(args, scores)
        if args.costs:
            measure(args, scores)
        print("\n".join(tables(scores.rows)))
    except SpeechError as error:
        print(f"evaluate_voices: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
