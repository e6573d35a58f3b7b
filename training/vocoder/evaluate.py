"""Compare vocoders on the same mel spectrograms, side by side.

    python -m vocoder.evaluate --harvard harvard_20.txt --recordings LJSpeech-1.1/wavs
    python -m vocoder.evaluate --harvard harvard_20.txt --vocoders hifi-gan run/light.onnx --seeds 0

Every line of the list is drawn once by ForwardTacotron, and every vocoder speaks that drawing; recordings are analysed
and spoken again (copy synthesis), next to themselves. Vocoders with noise of their own speak once with each seed, and
the table has the means. Each runs in float32 on one CPU thread. The columns:

    CPU-s/s         processor seconds of the vocoder for a second of speech
    all CPU-s/s     the same from text to waveform
    MB              the model's weights in float16
    DNSMOS, P.808   predicted opinion scores, 1 to 5; noise alone moves them by 0.03
    WER %           word error rate of Whisper tiny.en
    cents           mean distance between the pitch heard in the speech and that of the first vocoder, where both
                    are voiced
    periodic        how periodic (0..1) the frames are that are not so in the first vocoder's speech: buzz shows here
    pauses dBFS     root mean square level of frames whose mel bands are all below -8
    silence dBFS    the same of a mel that is nothing but silence
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import read_sentences
from evaluation.judges import Listener, Quality, Recogniser, mean_quality, normaliser
from evaluation.measures import WordErrors, word_errors
from teacher import TEACHER_RATE, Hibari
from text_to_speech import Synthesizer, Vocoder, mel_spectrogram, read_recording
from text_to_speech.errors import InputError, SpeechError
from text_to_speech.inference import runtime
from text_to_speech.inference.length_regulator import frame_prosody, round_durations
from text_to_speech.inference.mel import HOP_LENGTH, N_MELS, SAMPLE_RATE, SILENCE
from text_to_speech.inference.model_files import model_path, read_model
from text_to_speech.inference.source_filter import takes_source
from text_to_speech.store.voices_yml import find_voice
from text_to_speech.text import to_ids
from vocoder.pitch import measure_pitch

VOICED, UNVOICED = 0.8, 0.4  # periodicity of frames whose pitch is compared, and of frames that may not buzz
EDGE = 30  # frames at either end of the silence that are not measured
CENTS = 1200 / np.log(2)
Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Passage:
    """What all vocoders speak: the words, the mel spectrogram [80, T], and a rough pitch contour [T] in Hz."""

    text: str
    mel: NDArray[np.float32]
    contour: NDArray[np.float32]


@dataclass(frozen=True)
class Row:
    """One line of the table; see the top of this file. What was not measured is NaN."""

    name: str
    seconds: float
    cpu: float = np.nan
    cpu_all: float = np.nan
    megabytes: float = np.nan
    dnsmos: float = np.nan
    p808: float = np.nan
    wer: float = np.nan
    cents: float = np.nan
    periodic: float = np.nan
    pauses: float = np.nan
    silence: float = np.nan


HEADINGS = {
    "seconds": ("s", 0),
    "cpu": ("CPU-s/s", 4),
    "cpu_all": ("all CPU-s/s", 4),
    "megabytes": ("MB", 1),
    "dnsmos": ("DNSMOS", 3),
    "p808": ("P.808", 3),
    "wer": ("WER %", 2),
    "cents": ("cents", 1),
    "periodic": ("periodic", 3),
    "pauses": ("pauses dBFS", 1),
    "silence": ("silence dBFS", 1),
}


class Judges:
    """Both judges."""

    def __init__(self) -> None:
        self._recogniser, self._listener = Recogniser(), Listener()

    def rate(self, texts: Sequence[str], audios: Sequence[Audio]) -> tuple[Quality, float]:
        """Return the mean quality and the word error rate in per cent, NaN where there are no texts."""
        quality = mean_quality([self._listener.rate(audio) for audio in audios])
        errors = WordErrors()
        for text, audio in zip(texts, audios, strict=True):
            if text:
                errors += word_errors(normaliser()(text), self._recogniser.transcribe(audio))
        return quality, 100 * errors.rate


def draw(synthesizer: Synthesizer, text: str) -> Passage:
    """Draw a line of text with ForwardTacotron."""
    acoustic = synthesizer.acoustic
    prosody = acoustic.predict(to_ids(synthesizer.phonemes(text)), voice=synthesizer.voice.vector)
    durations = round_durations(prosody.durations)
    contour = frame_prosody(prosody.log_f0, prosody.voicing, prosody.energy, durations)[:, 0]
    return Passage(text, acoustic.render(prosody).mel, np.exp(contour))


def analyse(path: Path, transcripts: dict[str, str]) -> tuple[Passage, Audio]:
    """Analyse a recording; its pitch comes from librosa's pYIN."""
    import librosa

    audio = read_recording(path)
    audio = audio[: audio.size // HOP_LENGTH * HOP_LENGTH]
    f0, _, _ = librosa.pyin(audio, fmin=70, fmax=500, sr=SAMPLE_RATE, hop_length=HOP_LENGTH, center=True)
    voiced = np.flatnonzero(np.isfinite(f0))
    mel = mel_spectrogram(audio)[0]
    contour = np.interp(np.arange(mel.shape[1]) + 0.5, voiced, f0[voiced]).astype(np.float32)
    return Passage(transcripts.get(path.stem, ""), mel, contour), audio


def heard(passages: Sequence[Passage], audios: Sequence[Audio]) -> tuple[NDArray, NDArray, NDArray]:
    """Return pitch (log), periodicity and level (RMS) of every frame of all passages."""
    pairs = [measure_pitch(audio, p.contour) for p, audio in zip(passages, audios, strict=True)]
    power = np.concatenate([np.square(a.astype(np.float64)).reshape(-1, HOP_LENGTH).mean(1) for a in audios])
    return np.log(np.concatenate([p for p, _ in pairs])), np.concatenate([v for _, v in pairs]), power


def decibels(power: NDArray[np.float64]) -> float:
    """Level of frames, in dB of full scale."""
    return float(10 * np.log10(power.mean() + 1e-15)) if power.size else float("nan")


def processor_seconds(work: Callable[[], object]) -> float:
    """CPU seconds, of all threads, that something takes when it is done for the second time."""
    work()
    began = time.process_time()
    work()
    return time.process_time() - began


def silence(vocoder: Vocoder) -> float:
    """Level of what a vocoder makes of silence."""
    audio = vocoder.synthesize(np.full((N_MELS, 300), SILENCE, np.float32))
    return decibels(np.square(audio.astype(np.float64)).reshape(-1, HOP_LENGTH).mean(1)[EDGE:-EDGE])


class Comparison:
    """Passages, and what the first vocoder made of them."""

    def __init__(self, passages: Sequence[Passage], judges: Judges) -> None:
        self._passages, self._judges = passages, judges
        self._reference: tuple[NDArray, NDArray, NDArray] | None = None

    def row(self, name: str, audios: Sequence[Audio], **figures: float) -> Row:
        """Judge and measure what one vocoder made of the passages, with one seed."""
        quality, wer = self._judges.rate([p.text for p in self._passages], audios)
        frames = heard(self._passages, audios)
        self._reference = self._reference or frames
        (pitch, periodicity, power), (pitch_0, periodicity_0, _) = frames, self._reference
        both = (periodicity > VOICED) & (periodicity_0 > VOICED)
        level = find_voice().silent_level
        quiet = np.concatenate([p.mel.max(axis=0) < level for p in self._passages])
        noisy = (periodicity_0 < UNVOICED) & ~quiet
        return Row(
            name,
            sum(audio.size for audio in audios) / SAMPLE_RATE,
            dnsmos=quality.overall,
            p808=quality.p808,
            wer=wer,
            cents=CENTS * float(np.abs(pitch - pitch_0)[both].mean()),
            periodic=float(periodicity[noisy].mean()),
            pauses=decibels(power[quiet]),
            **figures,
        )


def mean_row(rows: Sequence[Row]) -> Row:
    """Average over seeds."""
    names = [field.name for field in fields(Row) if field.name != "name"]
    return Row(rows[0].name, **{name: float(np.mean([getattr(r, name) for r in rows])) for name in names})


def size_and_seeds(name: str, seeds: Sequence[int]) -> tuple[float, Sequence[int]]:
    """Return the size of a vocoder's constants in MB, and the seeds that matter: one where it has no noise."""
    model = read_model(model_path(name))
    constants = (op for op in model.get_ops() if op.get_type_name() == "Constant")
    values = sum(int(np.prod(op.get_output_shape(0))) for op in constants)
    return 2 * values / 1e6, seeds if takes_source(model) else seeds[:1]


def compare(
    args: argparse.Namespace, passages: Sequence[Passage], judges: Judges, *, cost: bool
) -> list[Row]:
    """Let every vocoder speak the passages."""
    comparison, rows = Comparison(passages, judges), []
    seconds = sum(p.mel.shape[1] for p in passages) * HOP_LENGTH / SAMPLE_RATE
    for name in args.vocoders:
        figures: dict[str, float] = {}
        if cost:
            synthesizer = Synthesizer(vocoder_model=name, precision="f32")
            vocoder = synthesizer.vocoder
            figures["cpu"] = (
                processor_seconds(lambda v=vocoder: [v.synthesize(p.mel) for p in passages]) / seconds
            )
            # The pipeline cuts the silence at the ends of a sentence, so its seconds are its own.
            spoken = sum(synthesizer.synthesize(p.text).seconds for p in passages)
            figures["cpu_all"] = (
                processor_seconds(lambda s=synthesizer: [s.synthesize(p.text) for p in passages]) / spoken
            )
        megabytes, seeds = size_and_seeds(name, args.seeds)
        figures |= {"megabytes": megabytes, "silence": silence(Vocoder(model=name, precision="f32"))}
        takes = []
        for seed in seeds:
            speaker = Vocoder(model=name, precision="f32", seed=seed)
            takes.append(comparison.row(str(name), [speaker.synthesize(p.mel) for p in passages], **figures))
        rows.append(mean_row(takes))
        print(format_row(rows[-1]), flush=True)
    return rows


def hibari_row(synthesizer: Synthesizer, texts: Sequence[str], judges: Judges) -> Row:
    """Let the voice's teacher, hibari-tts, speak the texts by itself."""
    import soxr

    teacher = Hibari()
    phonemes = [synthesizer.phonemes(text) for text in texts]
    audios = [teacher.render(teacher.run(p)) for p in phonemes]
    cost = processor_seconds(lambda: [teacher.render(teacher.run(p)) for p in phonemes])
    audios = [soxr.resample(audio, TEACHER_RATE, SAMPLE_RATE).astype(np.float32) for audio in audios]
    quality, wer = judges.rate(texts, audios)
    seconds = sum(audio.size for audio in audios) / SAMPLE_RATE
    return Row("hibari-tts", seconds, cpu=cost / seconds, dnsmos=quality.overall, p808=quality.p808, wer=wer)


def format_head() -> str:
    """Return the heading of the table, in Markdown."""
    names = [heading for heading, _ in HEADINGS.values()]
    return f"| vocoder | {' | '.join(names)} |\n|---|{'---|' * len(names)}"


def format_row(row: Row) -> str:
    """Return a row of the table, in Markdown; what was not measured is a dash."""
    values = [(getattr(row, name), digits) for name, (_, digits) in HEADINGS.items()]
    cells = ["–" if np.isnan(value) else f"{value:.{digits}f}" for value, digits in values]
    return f"| {row.name} | {' | '.join(cells)} |"


def read_transcripts(folder: Path) -> dict[str, str]:
    """Read LJSpeech's transcripts, by the name of the recording, from beside the folder of recordings."""
    for name in ("transcripts.csv", "metadata.csv"):
        if (path := folder.parent / name).is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            return {line.split("|")[0]: line.rsplit("|", 1)[-1] for line in lines if "|" in line}
    return {}


def evaluate(args: argparse.Namespace) -> None:
    """Print the tables that were asked for."""
    runtime.core().set_property("CPU", {"INFERENCE_NUM_THREADS": 1})
    judges = Judges()
    if args.harvard:
        synthesizer = Synthesizer(vocoder_model=args.vocoders[0], precision="f32")
        passages = [draw(synthesizer, text) for text in read_sentences(args.harvard)[: args.limit]]
        print(f"\n{args.harvard.name}, drawn by ForwardTacotron\n\n{format_head()}")
        compare(args, passages, judges, cost=True)
        if args.peers:
            print(format_row(hibari_row(synthesizer, [p.text for p in passages], judges)))
    if args.recordings:
        paths = sorted(args.recordings.glob("*.wav"))[: args.limit]
        if not paths:
            raise InputError(f"{args.recordings} holds no recordings: expected files *.wav")
        transcripts = read_transcripts(args.recordings)
        analysed = [analyse(path, transcripts) for path in paths]
        print(f"\n{len(paths)} recordings, spoken again\n\n{format_head()}")
        passages = [passage for passage, _ in analysed]
        print(format_row(Comparison(passages, judges).row("the recordings", [a for _, a in analysed])))
        compare(args, passages, judges, cost=False)


def main() -> int:
    """Run the command; the exit status is 1 when something could not be measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    add = parser.add_argument
    add(
        "--vocoders",
        nargs="+",
        default=["hifi-gan", "hifi-gan-universal", "source-filter-light"],
        metavar="MODEL",
        help="names, IRs or ONNX files; the first is what the others are compared with",
    )
    add("--harvard", type=Path, metavar="FILE", help="one sentence a line")
    add("--recordings", type=Path, metavar="DIR", help="recordings, with a transcripts.csv beside the folder")
    add("--seeds", type=int, nargs="+", default=[0, 1, 2])
    add("--limit", type=int, metavar="N", help="only so many sentences and recordings")
    add("--peers", action="store_true", help="also let hibari-tts speak the sentences by itself")
    args = parser.parse_args()
    try:
        evaluate(args)
    except SpeechError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
