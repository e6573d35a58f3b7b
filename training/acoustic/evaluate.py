r"""Measure the voices beside their teacher, end to end through a vocoder:

    python -m acoustic.evaluate --voices-model DIR --audio DIR --kokoro DIR --cache DIR --results FILE \\
        --harvard FILE --held-out FILE

Every voice speaks, its teacher speaks the same, and the teacher's mel spectrograms go through the same vocoder (copy
synthesis: what a perfect student would reach). What was measured goes into the file of results after each part; started
again, a run goes on where it was, and measures anew only where the model, the vocoder, the texts or the judges are
others. Runs of different voices may work side by side on one file and one cache. The parts:

    prosody     durations and pitch that the voice predicts for held-out texts, beside its teacher's
    decoder     spectral contrast with the teacher's prosody, of the validation part of generate_voices.py
    endings     pitch at the end of 12 statements and 12 questions (texts/intonation.txt)
    harvard     word errors, DNSMOS, P.808, DistillMOS, clicks, words repeated or skipped
    pitch       median F0 and its spread, heard in the Harvard sentences
    likeness    speaker embeddings of the Harvard sentences beside those of all teachers
    words       50 single words and pairs of words (texts/words_50.txt)
    long-text   the first minute of a long text beside its last (texts/four_minutes.txt), and the joins in it
    held-out    word errors of transcripts that training never saw; one in four is also spoken by the teacher
    cost        CPU seconds of the two graphs, of all voices together

`acoustic.parts` says what each part measures, `acoustic.table` makes the Markdown table, `acoustic.pages` the pages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from tqdm import tqdm

from acoustic import cost, table
from acoustic.data import NAMES
from acoustic.parts import EDITION, PARTS, Bench, Lists
from acoustic.results import WHOLE_MODEL, Results, key_of
from acoustic.studio import Studio, key_of_files
from corpus import read_sentences
from evaluation.hearing import Panel
from text_to_speech.errors import InputError, SpeechError
from text_to_speech.inference import runtime

TEXTS = Path(__file__).parents[1] / "texts"
STATEMENT, QUESTION = "statement", "question"
COST = "cost"


def read_lines(path: Path, limit: int | None = None) -> tuple[str, ...]:
    """Read a list of one text a line.

    Raises:
        InputError: The file is missing, is not text, or holds no line.
    """
    try:
        lines = [line for line in read_sentences(path) if line]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a list of texts: {error}") from error
    if not lines:
        raise InputError(f"{path} holds no text: expected one a line")
    return tuple(lines[:limit])


def read_endings(path: Path, kind: str, limit: int | None = None) -> tuple[str, ...]:
    """Read the statements or the questions of a list whose lines are `statement|text` or `question|text`."""
    kinds = [line.split("|")[0] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = [text for given, text in zip(kinds, read_lines(path), strict=True) if given == kind]
    return tuple(texts[:limit])


def read_lists(args: argparse.Namespace) -> Lists:
    """Read all texts that the arguments name."""
    limit = args.limit
    held_out = min(filter(None, (limit, args.held_out_limit)), default=None)
    paragraphs = (TEXTS / "four_minutes.txt").read_text(encoding="utf-8").split("\n\n")
    return Lists(
        harvard=read_lines(args.harvard, limit),
        held_out=read_lines(args.held_out, held_out),
        words=read_lines(TEXTS / "words_50.txt", limit),
        statements=read_endings(TEXTS / "intonation.txt", STATEMENT, limit),
        questions=read_endings(TEXTS / "intonation.txt", QUESTION, limit),
        long_text="\n\n".join(paragraphs[: 1 if limit else None]),
    )


def evaluate(args: argparse.Namespace) -> Results:
    """Measure all that was asked for and is not there yet."""
    runtime.core().set_property("CPU", {"INFERENCE_NUM_THREADS": 1})
    torch.set_num_threads(1)
    results = Results(args.results)
    studio = Studio(model=args.voices_model, kokoro=args.kokoro, vocoder=args.vocoder, cache=args.cache)
    panel = Panel(threads=1, cache=args.cache / "judged.json", second=True)
    bench = Bench(studio, panel, read_lists(args), args.audio)
    for voice in args.voices:
        for name in tqdm(
            [name for name in args.parts if name != COST], desc=voice, unit="part", disable=None
        ):
            part = PARTS[name]
            results.keep(voice, name, part.key(bench, voice), partial(part.measure, bench, voice))
    if COST in args.parts:
        key = key_of(COST, EDITION, studio.model_key, key_of_files([args.harvard]))
        results.keep(WHOLE_MODEL, COST, key, lambda: cost.of_model(args.voices_model, args.harvard))
    return results


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    add = parser.add_argument
    add("--voices-model", type=Path, required=True, metavar="DIR", help="folder of acoustic.export")
    add("--audio", type=Path, required=True, metavar="DIR", help="folder of training/generate_voices.py")
    add("--kokoro", type=Path, required=True, metavar="DIR", help="folder of kokoro.py")
    add("--cache", type=Path, required=True, metavar="DIR", help="keeps speech and what judges heard of it")
    add("--results", type=Path, required=True, metavar="FILE", help="JSON file, made when it is not there")
    add("--harvard", type=Path, required=True, metavar="FILE", help="sentences to be judged")
    add("--held-out", type=Path, required=True, metavar="FILE", help="transcripts that training never saw")
    add("--held-out-limit", type=int, default=100, metavar="N", help="so many of them (default: %(default)s)")
    add("--limit", type=int, metavar="N", help="only N lines of each list, and one paragraph: for a trial")
    add("--vocoder", default="hifi-gan-universal", metavar="MODEL", help="its name (default: %(default)s)")
    add("--voices", nargs="+", choices=NAMES, default=list(NAMES), metavar="VOICE", help="only these")
    add("--parts", nargs="+", choices=[*PARTS, COST], default=[*PARTS, COST], metavar="PART", help="likewise")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    try:
        results = evaluate(build_parser().parse_args(arguments))
    except SpeechError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    print(table.as_text(table.rows(results, missed="{}!")))
    for note in table.notes(results):
        print(note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
