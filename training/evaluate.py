"""Measure how good the voice is, beside its teacher.

    python -m pip install '.[train,evaluate]'
    python training/evaluate.py --harvard FILE --held-out FILE --teacher-cache FILE

Speaks every line of three lists with the voice (text front end, ForwardTacotron, HiFi-GAN, all in float32)
and with its teacher (hibari-tts, voice "heart", the same phonemes), lets the judges hear both, and prints a
table: the voice's value, the goal, the value of the teacher's copy synthesis (its mel spectrogram through
the same vocoder: what a perfect student would reach) and of the teacher's own speech. What each row means
stands in `evaluation/report.py` and `evaluation/measures.py`.

Lists are files of one sentence a line; of a line with fields separated by `|` the last one is the sentence:

    --harvard   20 Harvard sentences (IEEE 1969): word error rate and DNSMOS
    --held-out  LJSpeech transcripts that training never saw: word error rate above copy synthesis
    --words     single words and pairs of words: recognised exactly, as often as the teacher's

Durations, pitch and sharpness are measured on the sentences of the first two lists, accidents (clicks,
repeated and skipped words) on all three. A line of several sentences is spoken sentence by sentence, without
pauses. The silence at both ends of a sentence belongs to it, in durations too: nothing is trimmed.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from corpus import read_sentences
from evaluation import judges, measures, pictures, report
from evaluation.hearing import Heard, Panel, cache_key
from evaluation.report import Drawn, Judged, Row
from teacher import Hibari, TeacherSpeech
from text_to_speech.errors import InputError, SpeechError
from text_to_speech.files import write_output
from text_to_speech.inference import runtime
from text_to_speech.inference.acoustic import AcousticModel, Prosody
from text_to_speech.inference.vocoder import Vocoder
from text_to_speech.text import SYMBOLS, Phonemizer, split_sentences, to_ids

log = logging.getLogger("evaluate")

WORDS = Path(__file__).parent / "texts" / "words_50.txt"
ACOUSTIC_MODELS = ("forward-tacotron-duration-prediction", "forward-tacotron-regression")
JOINED_SENTENCES = 3  # sentences whose stream of windows is compared with one inference
Waveform = NDArray[np.float32]


@dataclass(frozen=True)
class Line:
    """One line of a list: its text, and the sentences in it with their phonemes."""

    text: str
    sentences: tuple[str, ...]
    phonemes: tuple[str, ...]


@dataclass(frozen=True)
class Sketch:
    """One sentence as the teacher and the voice draw it.

    Attributes:
        sentence: The sentence.
        teacher: The teacher's speech.
        prosody: What the voice predicts.
        mel: float32 [80, T], the voice's, drawn with its own prosody.
        taught_mel: float32 [80, T'], the voice's, drawn with the teacher's prosody.
    """

    sentence: str
    teacher: TeacherSpeech
    prosody: Prosody
    mel: NDArray[np.float32]
    taught_mel: NDArray[np.float32]


class Stage:
    """Everyone who speaks: the front end, the teacher, the voice and the vocoder."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.phonemizer = Phonemizer()
        self.teacher = Hibari(seed=args.seed)
        self.vocoder = Vocoder(args.device, model=args.vocoder, precision="f32")
        self.vocoder_name = args.vocoder
        self.voice = None if args.reference_only else _load_voice(args)

    def read(self, text: str) -> Line:
        """Split a line into sentences and look up their phonemes."""
        sentences = tuple(sentence.text for sentence in split_sentences(text))
        return Line(text, sentences, tuple(self.phonemizer(sentence) for sentence in sentences))

    def copy(self, speeches: Sequence[TeacherSpeech]) -> Waveform:
        """Send the teacher's mel spectrograms through the vocoder."""
        return np.concatenate([self.vocoder.synthesize(speech.mel) for speech in speeches])


def _load_voice(args: argparse.Namespace) -> AcousticModel:
    return AcousticModel(
        args.device,
        duration_model=args.duration_model,
        regression_model=args.regression_model,
        precision="f32",
        symbols=SYMBOLS,
    )


def draw(voice: AcousticModel, sentence: str, phonemes: str, teacher: TeacherSpeech) -> Sketch:
    """Let the voice draw a sentence, freely and with the teacher's prosody."""
    prosody = voice.predict(to_ids(phonemes))
    taught = dataclasses.replace(
        prosody,
        durations=teacher.durations.astype(np.float32),
        log_f0=teacher.pitch,
        voicing=teacher.voicing,
        energy=teacher.energy,
    )
    return Sketch(sentence, teacher, prosody, voice.render(prosody).mel, voice.render(taught).mel)


def judge_line(line: Line, stage: Stage, panel: Panel, *, rate: bool) -> tuple[Judged, list[Sketch]]:
    """Let everyone speak a line and the judges hear it."""
    speeches = [stage.teacher.speak(phonemes) for phonemes in line.phonemes]
    own_key = cache_key("teacher", line.phonemes)
    copy_key = cache_key(f"copy through {stage.vocoder_name}", line.phonemes)
    teacher = panel.recall(own_key, lambda: np.concatenate([s.waveform for s in speeches]), rate=rate)
    copy = panel.recall(copy_key, lambda: stage.copy(speeches), rate=rate)
    voice: Heard | None = None
    sketches: list[Sketch] = []
    if stage.voice is not None:
        parts = zip(line.sentences, line.phonemes, speeches, strict=True)
        sketches = [draw(stage.voice, *part) for part in parts]
        voice = panel.hear(np.concatenate([stage.vocoder.synthesize(s.mel) for s in sketches]), rate=rate)
    text = judges.normaliser()(line.text)
    return Judged(text=text, teacher=teacher, copy=copy, voice=voice), sketches


def judge_list(
    name: str, texts: Sequence[str], stage: Stage, panel: Panel, *, rate: bool = False
) -> tuple[list[Judged], list[Sketch]]:
    """Judge every line of a list, with a progress bar."""
    judged, sketches = [], []
    try:
        for text in tqdm(texts, desc=name, unit="line", disable=None):
            verdict, drawn = judge_line(stage.read(text), stage, panel, rate=rate)
            judged.append(verdict)
            sketches.extend(drawn)
    finally:
        panel.save()  # what was heard of the teacher is worth keeping, also when the run is stopped
    return judged, sketches


def measure_sketch(sketch: Sketch) -> Drawn:
    """Compare the drawing of one sentence with its teacher's."""
    teacher = sketch.teacher
    speech = measures.speech_frames(teacher.mel)
    return Drawn(
        characters=len(sketch.sentence),
        frames=sketch.mel.shape[1],
        teacher_frames=teacher.mel.shape[1],
        pitch_errors=measures.pitch_errors(sketch.prosody.log_f0, teacher.pitch, teacher.voicing),
        contrast=measures.spectral_contrast(sketch.mel),
        taught_contrast=measures.spectral_contrast(sketch.taught_mel, speech),
        teacher_contrast=measures.spectral_contrast(teacher.mel, speech),
        distance=float(np.abs(sketch.taught_mel - teacher.mel).mean()),
    )


def comparable(sketches: Sequence[Sketch]) -> list[Sketch]:
    """Leave out, with a warning, sentences in which the teacher gives a phoneme no frame at all."""
    for sketch in sketches:
        if sketch.taught_mel.shape != sketch.teacher.mel.shape:
            log.warning("not compared, the teacher swallows a phoneme: %r", sketch.sentence)
    return [s for s in sketches if s.taught_mel.shape == s.teacher.mel.shape]


def join_row(sketches: Sequence[Sketch], stage: Stage) -> list[Row]:
    """Compare the vocoder's stream of windows with one inference: a click at a join would show here."""
    chosen = sketches[:JOINED_SENTENCES]
    if not chosen:
        return []
    differences = [
        float(
            np.abs(np.concatenate(list(stage.vocoder.stream(s.mel))) - stage.vocoder.synthesize(s.mel)).max()
        )
        for s in chosen
    ]
    return [Row(name="largest jump at joins of windows", value=max(differences), goal=("≤", 0.001), digits=6)]


def save_pictures(folder: Path, sketches: Sequence[Sketch], number: int = 6) -> None:
    """Draw sentences from the shortest to the longest, the teacher's above the voice's."""
    folder.mkdir(parents=True, exist_ok=True)
    by_length = sorted(sketches, key=lambda s: s.teacher.mel.shape[1])
    for index in np.unique(np.linspace(0, len(by_length) - 1, number).astype(int)) if by_length else ():
        sketch = by_length[index]
        mels = {
            f"teacher: {sketch.sentence}": sketch.teacher.mel,
            "voice, with the teacher's durations, pitch and energy": sketch.taught_mel,
        }
        pictures.save_picture(folder / f"mel_{index:03d}.png", pictures.draw_mels(mels))
        free = {"voice, free": sketch.mel}
        pictures.save_picture(folder / f"mel_{index:03d}_free.png", pictures.draw_mels(free))


def read_lines(path: Path | None, limit: int | None) -> list[str]:
    """Read a list; none is an empty one.

    Raises:
        InputError: The file is missing, is not text, or holds no line.
    """
    if path is None:
        return []
    try:
        sentences = [sentence for sentence in read_sentences(path) if sentence]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a list of sentences: {error}") from error
    if not sentences:
        raise InputError(f"{path} holds no sentence: expected one a line")
    return sentences[:limit]


def evaluate(args: argparse.Namespace) -> tuple[list[Row], dict[str, list[Judged]]]:
    """Measure everything that was asked for."""
    limit = args.limit
    lists = {
        "harvard": read_lines(args.harvard, limit),
        "held-out": read_lines(args.held_out, min(filter(None, (limit, args.held_out_limit)), default=None)),
        "words": read_lines(args.words, limit),
    }
    runtime.core().set_property("CPU", {"INFERENCE_NUM_THREADS": args.threads})
    panel, stage = Panel(threads=args.threads, cache=args.teacher_cache), Stage(args)
    judged: dict[str, list[Judged]] = {}
    sketches: list[Sketch] = []
    for name, texts in lists.items():
        judged[name], drawn = judge_list(name, texts, stage, panel, rate=name == "harvard")
        sketches.extend(drawn if name != "words" else [])
    sketches = comparable(sketches)
    if args.pictures:
        save_pictures(args.pictures, sketches)
    rows = make_rows(judged, [measure_sketch(s) for s in sketches])
    return [*rows, *join_row(sketches, stage)], judged


def make_rows(judged: dict[str, list[Judged]], drawn: Sequence[Drawn]) -> list[Row]:
    """Put the table together from the lists that are there."""
    harvard, held_out, words = judged["harvard"], judged["held-out"], judged["words"]
    rows: list[Row] = []
    if harvard:
        rows += [report.word_row("harvard: WER, %", harvard, ("≤", 3.8)), *report.quality_rows(harvard)]
    if held_out:
        rows += [report.word_row("held-out: WER, %", held_out, None), report.excess_row(held_out)]
    if words:
        rows.append(report.recognition_row(words))
    rows += report.accident_rows([*harvard, *held_out, *words])
    return rows + report.drawing_rows(drawn)


def list_differences(judged: dict[str, list[Judged]]) -> list[str]:
    """Name the words that were not understood and the lines with accidents, for the eye."""
    lines = []
    for word in judged["words"]:
        voice = word.voice.transcript if word.voice else None
        if word.copy.transcript != word.text or voice not in (None, word.text):
            lines.append(f"word {word.text!r}: voice {voice!r}, copy {word.copy.transcript!r}")
    for accident in report.find_accidents([line for lines_ in judged.values() for line in lines_]):
        lines.append(
            f"repeated {list(accident.repeated)}, skipped {list(accident.skipped)}: "
            f"{accident.heard!r} for {accident.text!r}"
        )
    return lines


def save_json(
    path: Path, rows: Sequence[Row], judged: dict[str, list[Judged]], settings: dict[str, str]
) -> None:
    """Write the table and every transcript.

    Raises:
        OutputError: The file cannot be written.
    """
    table = [{**dataclasses.asdict(row), "reached": row.reached} for row in rows]
    lines = {name: [dataclasses.asdict(line) for line in lines] for name, lines in judged.items()}
    content = {"settings": settings, "rows": table, "lines": lines}
    write_output(path, json.dumps(content, indent=1, ensure_ascii=False).encode())


def build_parser() -> argparse.ArgumentParser:
    """Return the command line of this script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    add = parser.add_argument
    add(
        "--device", default="CPU", help="OpenVINO device of the voice and the vocoder; the judges use the CPU"
    )
    add("--harvard", type=Path, metavar="FILE", help="list for word error rate and DNSMOS")
    add("--held-out", type=Path, metavar="FILE", help="list of transcripts that training never saw")
    add("--held-out-limit", type=_positive, metavar="N", help="only the first N of them")
    add(
        "--words",
        type=Path,
        metavar="FILE",
        default=WORDS,
        help="words and pairs of words (default: %(default)s)",
    )
    add(
        "--duration-model",
        metavar="MODEL",
        default=ACOUSTIC_MODELS[0],
        help="IR, ONNX or name (default: %(default)s)",
    )
    add(
        "--regression-model",
        metavar="MODEL",
        default=ACOUSTIC_MODELS[1],
        help="likewise (default: %(default)s)",
    )
    add("--vocoder", metavar="MODEL", default="hifi-gan", help="likewise, for example hifi-gan-universal")
    add("--reference-only", action="store_true", help="measure the teacher alone")
    add(
        "--teacher-cache",
        type=Path,
        metavar="FILE",
        help="JSON file that keeps what was heard of the teacher",
    )
    add("--limit", type=_positive, metavar="N", help="only the first N lines of every list")
    add("--threads", type=_positive, default=1, metavar="N", help="CPU threads (default: %(default)s)")
    add("--seed", type=int, default=0, help="of the teacher's noise (default: %(default)s)")
    add("--json", type=Path, metavar="FILE", help="write the table and all transcripts to this file")
    add("--pictures", type=Path, metavar="DIR", help="write mel spectrograms of six sentences to this folder")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}: expected 1 or more")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 1 when something could not be measured."""
    args = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        rows, judged = evaluate(args)
        print(report.format_table(rows))
        for line in list_differences(judged):
            print(line)
        if args.json:
            save_json(args.json, rows, judged, {name: str(value) for name, value in vars(args).items()})
    except SpeechError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
