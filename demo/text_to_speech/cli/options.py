"""The options of the command text-to-speech-demo, group by group.

Nothing heavy is imported here, so that help and refusals come at once. A test compares the choices with those of the
modules that use them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from . import tables
from .frame import OneLineParser, ShowTable, file_name, number, versions, whole_number

PROG = "text-to-speech-demo"
CONTAINERS = ("wav", "flac", "ogg", "opus", "mp3", "raw")
PRECISIONS = ("auto", "f32", "f16", "bf16", "int8")
INPUT_FORMATS = ("auto", "text", "markdown", "html", "ssml")
HINTS = ("latency", "throughput")
LANGUAGES = ("en-US", "en-GB")
PAUSES = {"sentence": 0.4, "paragraph": 0.75}  # seconds, if the options give none
DEVICES = "OpenVINO device that computes: CPU, GPU, GPU.1, NPU, AUTO, AUTO:GPU,CPU, HETERO:…, MULTI:…"
SAMPLE_RATES = (8_000, 48_000)  # the lowest and the highest that is offered
# Reads the option --sample-rate.
sample_rate = whole_number(*SAMPLE_RATES, unit="Hz")

EXAMPLES = """\
examples:
  %(prog)s "Hello. How are you?"
  %(prog)s -i letter.txt -o letter.flac --speed 1.1
  echo "It works." | %(prog)s --play
  %(prog)s -i book.txt -o - --format raw | aplay -f S16_LE -r 22050
  %(prog)s -i one.txt two.txt three.txt -o folder/
"""

Add = Callable[..., argparse.Action]


def build_parser() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(
        prog=PROG,
        usage="%(prog)s [options] [TEXT ...]",
        description="Speak English text: into a sound file, a pipe or the loudspeaker. Everything is computed on this"
        " machine, with OpenVINO.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.rest = "text"
    _add_texts(parser.add_argument_group("what is spoken").add_argument)
    _add_outputs(parser.add_argument_group("where the sound goes").add_argument)
    add_manner(parser.add_argument_group("how it is spoken"))
    add_voice(parser.add_argument_group("voice and vocoder").add_argument)
    _add_reports(parser.add_argument_group("what is reported").add_argument)
    add_devices(parser.add_argument_group("devices").add_argument)
    add_models(parser.add_argument_group("model files of your own, OpenVINO IR (.xml) or ONNX").add_argument)
    _add_maintenance(parser.add_argument_group("about this installation").add_argument)
    return parser


def _add_texts(add: Add) -> None:
    add(
        "text",
        nargs="*",
        metavar="TEXT",
        help="a text, the name of a text file, or - for standard input, which is also read if no text is given;"
        " each of several texts begins a new paragraph",
    )
    add(
        "-i",
        "--input",
        nargs="+",
        action="extend",
        metavar="TEXT",
        help="the same; give the texts either with -i or without it",
    )
    add(
        "--input-format",
        choices=INPUT_FORMATS,
        default="auto",
        help="what the texts are (default: auto, which goes by the suffix of a file and by what a text looks like)",
    )
    add(
        "--encoding",
        metavar="NAME",
        help="character encoding of text files and standard input, such as cp1252 (default: UTF-8, or UTF-16 if the"
        " file begins with a byte order mark)",
    )
    add(
        "--lexicon",
        action="append",
        default=[],
        metavar="FILE",
        help="file with pronunciations of your own: a word, a tab and its phonemes on each line; may be given several"
        " times",
    )
    add(
        "--phonemes",
        action="store_true",
        help="print the phonemes of the text, one sentence on each line, and stop",
    )
    add(
        "--list-phonemes",
        action=ShowTable,
        table=tables.phonemes,
        help="print the phonemes that a lexicon may use, and stop",
    )


def _add_outputs(add: Add) -> None:
    add(
        "-o",
        "--out",
        type=output_name,
        metavar="FILE",
        help="sound file, whose format is that of its suffix: .wav, .flac, .ogg, .opus, .mp3 or .raw; - for standard"
        " output; FOLDER/ for one numbered file per text (default: out.wav, or no file with --play)",
    )
    add(
        "--format",
        choices=CONTAINERS,
        help="format of the sound, whatever the suffix; raw is 16-bit samples without a header (default for standard"
        " output and folders: wav)",
    )
    add(
        "--sample-rate",
        type=sample_rate,
        metavar="HZ",
        help="samples per second of the sound file, 8000 to 48000 (default: those of the voice, 22050)",
    )
    add("--no-clobber", action="store_true", help="refuse to replace a file that exists")
    add("--play", action="store_true", help="play the speech through the loudspeaker while it is made")
    add(
        "--timestamps",
        type=file_name,
        metavar="FILE",
        help="write when each word is heard: as .json, or as subtitles in .srt or .vtt",
    )
    add(
        "--plot",
        type=file_name,
        metavar="FILE.png",
        help="draw mel spectrogram, pitch and waveform of the first 30 seconds",
    )


def add_manner(group: argparse._ArgumentGroup) -> None:
    """Add the options of how a text is spoken."""
    tempo = group.add_mutually_exclusive_group().add_argument
    tempo(
        "--speed",
        type=bounded("check_speed"),
        metavar="FACTOR",
        help="how fast to speak, from 0.5, half as fast, to 2, twice as fast (default: 1)",
    )
    tempo(
        "-a",
        "--alpha",
        type=bounded("check_alpha"),
        metavar="FACTOR",
        help="the inverse of --speed: how long the speech lasts, from 0.5 (fast) to 2 (slow) times the usual duration"
        " (default: 1)",
    )
    add = group.add_argument
    add(
        "--pitch",
        type=bounded("check_pitch"),
        metavar="SEMITONES",
        help="how much higher to speak, -12 to 12 semitones (default: 0)",
    )
    add(
        "--volume",
        type=bounded("check_volume"),
        metavar="DB",
        help="how much louder to speak, -60 to 20 dB; limited where it would be distorted (default: 0)",
    )
    for name, pause in PAUSES.items():
        add(
            f"--pause-{name}",
            type=bounded("check_pause"),
            metavar="SECONDS",
            help=f"silence between two {name}s, 0 to 60 seconds (default: {pause:g})",
        )


def add_voice(add: Add) -> None:
    """Add the options of who speaks, with which vocoder."""
    add(
        "--voice",
        metavar="NAME",
        help="who speaks, or a mixture such as heart:0.6+emma:0.4, where the text names no other (default: heart)",
    )
    add(
        "--language",
        choices=LANGUAGES,
        help="English that the text is read in (default: that of the voice)",
    )
    add("-s_id", "--speaker_id", type=speaker, metavar="N", help="number of the voice, instead of its name")
    add("--list-voices", action=ShowTable, table=tables.voices, help="print the voices, and stop")
    add(
        "--vocoder",
        metavar="NAME",
        help="model that makes the waveform: hifi-gan, hifi-gan-universal, which also suits voices that it was not"
        " trained on, or source-filter-light, the fastest; it then serves all voices (default: that of each voice,"
        " see --list-vocoders)",
    )
    add("--list-vocoders", action=ShowTable, table=tables.vocoders, help="print the vocoders, and stop")


def _add_reports(add: Add) -> None:
    add("--quiet", action="store_true", help="print nothing but warnings and errors")
    add(
        "--json",
        action="store_true",
        help="print the report as JSON on standard output, or on standard error if the sound goes to standard output",
    )


def add_devices(add: Add) -> None:
    """Add the options of where and in which precision it is computed."""
    add(
        "-d",
        "--device",
        default="CPU",
        help=f"{DEVICES} (default: %(default)s)",
    )
    add(
        "-d_acoustic",
        "--device_acoustic",
        metavar="DEVICE",
        help="another device for the acoustic model, which turns phonemes into a mel spectrogram",
    )
    add(
        "-d_vocoder",
        "--device_vocoder",
        metavar="DEVICE",
        help="another device for the vocoder, which turns the mel spectrogram into the waveform",
    )
    add(
        "--hint",
        choices=HINTS,
        default="latency",
        help="latency: the first sound as soon as possible; throughput: the least time for minutes of speech"
        " (default: %(default)s)",
    )
    add(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="number format of the computation; auto is f32 on a CPU and f16 elsewhere, int8 needs a vocoder that"
        " omz_quantizer has quantized (default: %(default)s)",
    )


def add_models(add: Add) -> None:
    """Add the options of model files of the user's own."""
    for short, long, what in (
        ("-m_duration", "--model_duration", "ForwardTacotron's first part, which predicts durations"),
        ("-m_forward", "--model_forward", "ForwardTacotron's second part, which draws the mel spectrogram"),
        ("-m_hifigan", "--model_hifigan", "HiFi-GAN or another vocoder"),
    ):
        add(short, long, type=Path, metavar="FILE", help=what)


def _add_maintenance(add: Add) -> None:
    add(
        "--doctor",
        action=ShowTable,
        table=tables.doctor,
        help="print versions, devices, models and the cache, and stop; the exit status is 1 if something is missing",
    )
    add(
        "--clear-cache",
        action=ShowTable,
        table=tables.clear_cache,
        help="remove the converted and compiled models from the cache, which are made again when needed, and stop",
    )
    add(
        "--version",
        action=ShowTable,
        table=lambda: f"{PROG} {versions()}",
        help="print the versions of this program and of OpenVINO, and stop",
    )


def bounded(check: str) -> Callable[[str], float]:
    """Return a reader of numbers that refuses what a function of script.directions refuses.

    The function is given by its name and imported when a number is read, because its room imports much.
    """

    def call(value: float) -> None:
        from ..script import directions

        getattr(directions, check)(value)

    return number(call)


def output_name(value: str) -> str:
    """Read the option -o; an empty name usually comes from a shell variable that is not set."""
    if not value:
        raise argparse.ArgumentTypeError("'': expected a file name")
    return value


def speaker(value: str) -> int:
    """Read the option -s_id; whether a voice has the number is found out later."""
    if not value.isascii() or not value.isdigit():
        raise argparse.ArgumentTypeError(f"{value!r}: expected the number of a voice, see --list-voices")
    return int(value)
