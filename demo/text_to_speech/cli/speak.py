"""The command text-to-speech-demo: text or file in; a sound file, a pipe or the sound device out."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import openvino

from ..errors import InputError, OutputError
from ..inference.mel import SAMPLE_RATE
from ..inference.runtime import HINTS, PRECISIONS, core
from ..pipeline import Synthesizer
from ..script import Script, join_scripts, read_script, spoken_utterances
from ..script.directions import (
    PARAGRAPH_PAUSE,
    SENTENCE_PAUSE,
    Manner,
    check_alpha,
    check_pause,
    check_pitch,
    check_volume,
)
from ..speech.playback import open_player
from ..speech.plot import check_plot_path, save_plot
from ..speech.sinks import FORMATS, PIPE_FORMATS, AudioSink, PipeSink, open_audio
from ..speech.spoken import AudioChunk, StageTimes, join
from ..speech.timings import check_timings_path, open_timings
from ..store.voices_yml import find_voice
from ..text import Lexicon, Phonemizer, phoneme_table
from ..version import __version__
from .frame import OneLineParser, Report, ShowTable, file_name, number, put, run

LONG_TEXT = 600  # characters from which on progress is shown
PLOT_SECONDS = 30.0  # of a longer text only so much is drawn
TEXT_SUFFIXES = (".txt", ".ssml", ".xml")
SEPARATORS = tuple({"/", os.sep, os.altsep or os.sep})  # of folders, on this system

OUTPUTS = {"-": "standard output", None: "the sound device"}

EXAMPLES = """\
examples:
  %(prog)s -i "Hello. How are you?"
  %(prog)s -i demo/text.txt -o speech.flac --plot speech.png
  cat book.txt | %(prog)s -i - -o book.mp3 -a 1.1
  %(prog)s -i book.txt -o - --format raw | aplay -f S16_LE -r 22050
"""


def build_parser() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(
        prog="text-to-speech-demo",
        description="Speak an English text with ForwardTacotron and HiFi-GAN on OpenVINO.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"%(prog)s {__version__}, OpenVINO {openvino.get_version()}",
    )
    add = parser.add_argument_group("text and result").add_argument
    add(
        "-i",
        "--input",
        nargs="+",
        required=True,
        metavar="TEXT",
        help="texts, text files, or - for standard input",
    )
    add(
        "--ssml",
        action=argparse.BooleanOptionalAction,
        help="the texts are SSML, or are not (default: those are that begin with <speak or <?xml)",
    )
    add(
        "-o",
        "--out",
        type=file_name,
        metavar="FILE",
        help=".wav, .flac, .ogg, .mp3 or .raw, or - for standard output (default: out.wav, unless --play)",
    )
    add(
        "--format",
        choices=FORMATS,
        help="instead of what the suffix says; raw is 16-bit PCM (default for standard output: wav)",
    )
    add("--play", action="store_true", help="play the speech while it is made")
    add("-s_id", "--speaker_id", type=speaker, default=0, metavar="ID", help="0, the only speaker there is")
    add("--phonemes", action="store_true", help="print the phonemes, one sentence a line, and stop")
    add(
        "--timestamps",
        type=file_name,
        metavar="FILE",
        help=".json: sentences, words, phonemes and marks with their times; .srt or .vtt: subtitles",
    )
    add("--plot", type=file_name, metavar="FILE.png", help="draw mel spectrogram, pitch and waveform")
    add = parser.add_argument_group("how it is spoken").add_argument
    add(
        "-a",
        "--alpha",
        type=number(check_alpha),
        default=1.0,
        help="how many times as long the speech becomes, 0.5 to 2.0",
    )
    add(
        "--pitch",
        type=number(check_pitch),
        default=0.0,
        metavar="SEMITONES",
        help="how much higher the voice is, -12 to 12",
    )
    add(
        "--volume",
        type=number(check_volume),
        default=0.0,
        metavar="DB",
        help="how much louder, -60 to 20; turned down where it would clip",
    )
    for name, pause in (("sentence", SENTENCE_PAUSE), ("paragraph", PARAGRAPH_PAUSE)):
        add(
            f"--pause-{name}",
            type=number(check_pause),
            default=pause,
            metavar="SECONDS",
            help=f"silence between two {name}s, 0 to 60 (default: %(default)s)",
        )
    add(
        "--lexicon",
        action="append",
        default=[],
        metavar="FILE",
        help="pronunciations of your own, a word, a tab and its phonemes a line; may be given again",
    )
    add(
        "--list-phonemes",
        action=ShowTable,
        table=phoneme_table,
        help="print the phonemes that a lexicon may have, and stop",
    )
    add = parser.add_argument_group("devices").add_argument
    add("-d", "--device", default="CPU", help="CPU, GPU, GPU.1, NPU, AUTO, AUTO:GPU,CPU, HETERO:…, MULTI:…")
    add("-d_acoustic", "--device_acoustic", metavar="DEVICE", help="another one for the acoustic model")
    add("-d_vocoder", "--device_vocoder", metavar="DEVICE", help="another one for the vocoder")
    add(
        "--hint",
        choices=HINTS,
        default="latency",
        help="latency: the first sound soon; throughput: the least time for minutes of speech (default: %(default)s)",
    )
    add(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="auto is f32 on a CPU, f16 elsewhere; int8 is for a quantized vocoder",
    )
    add = parser.add_argument_group(
        "models, IR (.xml) or ONNX, instead of those of this repository"
    ).add_argument
    add(
        "-m_duration",
        "--model_duration",
        type=Path,
        metavar="FILE",
        help="ForwardTacotron, duration prediction",
    )
    add("-m_forward", "--model_forward", type=Path, metavar="FILE", help="ForwardTacotron, regression")
    add("-m_hifigan", "--model_hifigan", type=Path, metavar="FILE", help="HiFi-GAN, or another vocoder")
    add(
        "--vocoder",
        dest="model_hifigan",
        metavar="NAME",
        help="another vocoder of this repository: hifi-gan-universal for voices of any kind, source-filter-light"
        " for a processor with little time",
    )
    return parser


def speaker(value: str) -> int:
    """Read the option -s_id."""
    if value != "0":
        raise argparse.ArgumentTypeError(f"{value!r}: this voice has one speaker, expected 0")
    return 0


def read_inputs(values: Iterable[str], *, ssml: bool | None) -> Script:
    """Read texts and text files; each is at least a paragraph of its own.

    Raises:
        InputError: One of them is missing, empty, binary, or not UTF-8, or asks for what cannot be.
    """
    return join_scripts([read_script(read_input(value), ssml=ssml) for value in values])


def read_input(value: str) -> str:
    """Read one text: standard input, a file, or the argument itself."""
    if value == "-":
        return decode(read_standard_input(), "standard input")
    try:
        path = Path(value)
        if path.is_file():
            return decode(path.read_bytes(), value)
        # A bare word may be the name of a folder by chance.
        if any(separator in value for separator in SEPARATORS) and path.is_dir():
            raise InputError(f"{value} is a folder: expected a text or a text file")
    except OSError as error:
        if value.lower().endswith(TEXT_SUFFIXES):
            raise InputError(f"{value} cannot be read: {error.strerror}") from error
    if value.lower().endswith(TEXT_SUFFIXES):
        raise InputError(f"{value} is not there: expected a text file")
    return decode(value.encode(errors="surrogateescape"), "the text")


def read_standard_input() -> bytes:
    """Read standard input to its end, or refuse it."""
    if sys.stdin is None:
        raise InputError("standard input is closed: expected text")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise InputError(f"standard input cannot be read: {error.strerror or error}") from error


def decode(data: bytes, source: str) -> str:
    """Return the text in UTF-8 bytes, or refuse them."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{source} is not UTF-8 text: byte 0x{data[error.start]:02x} at offset {error.start};"
            " save it as UTF-8"
        ) from error
    if "\0" in text:
        raise InputError(f"{source} is binary: expected text")
    if not text.strip():
        raise InputError(f"{source} is empty: expected text")
    return text


def print_phonemes(script: Script, lexicon: Lexicon) -> None:
    """Print the phonemes of a text, one sentence a line.

    Raises:
        InputError: The text holds nothing to speak, as when it is spoken.
    """
    for utterance in spoken_utterances(
        script, Phonemizer(core=core(), lexicon=lexicon), Manner(), median_f0=find_voice().median_f0
    ):
        # The last utterance may consist of pauses and marks only.
        if utterance.words:
            put(utterance.phonemes)


def models(args: argparse.Namespace) -> dict[str, Any]:
    """Return the models named on the command line, as options of the Synthesizer."""
    given = {
        "duration_model": args.model_duration,
        "regression_model": args.model_forward,
        "vocoder_model": args.model_hifigan,
    }
    return {option: model for option, model in given.items() if model is not None}


def load(args: argparse.Namespace, lexicon: Lexicon, report: Report) -> Synthesizer:
    """Load the models and report where they run."""
    began = time.perf_counter()
    synthesizer = Synthesizer(
        args.device,
        acoustic_device=args.device_acoustic,
        vocoder_device=args.device_vocoder,
        precision=args.precision,
        hint=args.hint,
        lexicon=lexicon,
        **models(args),
    )
    report(f"Acoustic model: {synthesizer.acoustic.target}")
    report(f"Vocoder: {synthesizer.vocoder.target}")
    report(f"Models ready: {(time.perf_counter() - began) * 1e3:.1f} ms")
    return synthesizer


def with_progress(chunks: Iterator[AudioChunk], characters: int) -> Iterator[AudioChunk]:
    """Pass chunks on; for a long text on a terminal, show how much of it is spoken."""
    if characters < LONG_TEXT or sys.stderr is None or not sys.stderr.isatty():
        yield from chunks
        return
    from tqdm import tqdm

    with tqdm(total=characters, unit="char") as bar:
        for chunk in chunks:
            bar.update(chunk.sentence.offset - bar.n)
            yield chunk
        bar.update(characters - bar.n)


def standard_output(container: str | None) -> BinaryIO:
    """Return standard output for sound, or refuse it."""
    if container not in (None, *PIPE_FORMATS):
        raise OutputError(
            f"{container} cannot be written to standard output: expected --format {' or '.join(PIPE_FORMATS)}"
        )
    if sys.stdout is None:
        raise OutputError("standard output is closed: expected a pipe or a file behind -o -")
    if sys.stdout.isatty():
        raise OutputError("standard output is a terminal: expected a pipe or a file behind -o -")
    return sys.stdout.buffer


@contextmanager
def open_sinks(args: argparse.Namespace, pipe: BinaryIO | None) -> Iterator[list[AudioSink]]:
    """Open what the speech goes to: a file or standard output, the sound device, or both."""
    with ExitStack() as stack:
        sinks: list[AudioSink] = []
        if args.play:
            sinks.append(stack.enter_context(open_player()))
        if pipe:
            sinks.append(PipeSink(pipe, container=args.format or "wav", name="standard output"))
        elif args.out:
            sinks.append(stack.enter_context(open_audio(args.out, container=args.format)))
        yield sinks


def speak(args: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    script = read_inputs(args.input, ssml=args.ssml)
    lexicon = Lexicon.read(*args.lexicon)
    if args.phonemes:
        print_phonemes(script, lexicon)
        return
    args.out = args.out or (None if args.play else "out.wav")
    check_different(args)
    if args.plot:
        check_plot_path(args.plot)
    if args.timestamps:
        check_timings_path(args.timestamps)
    pipe = standard_output(args.format) if args.out == "-" else None
    report = Report(to_stderr=pipe is not None)
    say(args, script, lexicon, pipe, report)
    report.finish()


def check_different(args: argparse.Namespace) -> None:
    """Refuse to write two results to one file, or a result over a file that is read.

    Raises:
        OutputError: Two options name one file.
    """
    names = {
        "-o": None if args.out == "-" else args.out,
        "--timestamps": args.timestamps,
        "--plot": args.plot,
    }
    owners = {
        os.path.realpath(value): option
        for option, values in (("--lexicon", args.lexicon), ("-i", args.input))
        for value in values
        if is_file(value)
    }
    for option, name in names.items():
        if name is None:
            continue
        owner = owners.setdefault(os.path.realpath(name), option)
        if owner != option:
            raise OutputError(f"{name} is given for {owner} and for {option}: expected two different files")


def is_file(value: str) -> bool:
    """Tell whether a text is the name of a file."""
    try:
        return Path(value).is_file()
    except (OSError, ValueError):
        return False


def say(
    args: argparse.Namespace,
    script: Script,
    lexicon: Lexicon,
    pipe: BinaryIO | None,
    report: Report,
) -> None:
    """Load the models, speak the text, and report."""
    times, first_audio, to_draw = StageTimes(), 0.0, []
    with open_sinks(args, pipe) as sinks, ExitStack() as stack:
        timings = stack.enter_context(open_timings(args.timestamps)) if args.timestamps else None
        synthesizer = load(args, lexicon, report)
        began = time.perf_counter()
        chunks = synthesizer.stream(
            script,
            Manner(
                alpha=args.alpha,
                pitch=args.pitch,
                volume=args.volume,
                pause_sentence=args.pause_sentence,
                pause_paragraph=args.pause_paragraph,
            ),
        )
        for chunk in with_progress(chunks, len(script.source)):
            times += chunk.times
            first_audio = first_audio or time.perf_counter() - began
            for sink in sinks:
                sink.write(chunk.audio)
            if timings:
                timings.add(chunk.sentence)
            if args.plot and chunk.sentence.start < PLOT_SECONDS:
                to_draw.append(chunk)
        latency = time.perf_counter() - began
    if args.plot:
        save_plot(join(to_draw), args.plot)
    name = OUTPUTS.get(args.out, args.out)
    for line in summary(name, sinks[0].samples / SAMPLE_RATE, latency, first_audio, times):
        report(line)
    if args.plot:
        report(f"Plot: {args.plot}")
    if args.timestamps:
        report(f"Timestamps: {args.timestamps}")


def summary(
    name: str, seconds: float, latency: float, first_audio: float, times: StageTimes
) -> Iterator[str]:
    """Yield the lines that tell what was made and what it took."""
    yield f"Output: {name}, {seconds:.2f} s of audio"
    yield f"Latency: {latency * 1e3:.1f} ms"
    yield f"First audio: {first_audio * 1e3:.1f} ms"
    yield f"Real-time factor: {latency / seconds:.3f}"
    for stage, spent in (
        ("text", times.text),
        ("acoustic model", times.acoustic),
        ("vocoder", times.vocoder),
    ):
        yield f"  {stage}: {spent * 1e3:.1f} ms"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(speak, build_parser(), argv)
