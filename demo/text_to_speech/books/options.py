"""The options of the command text-to-speech-book. Nothing heavy is imported here."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..cli.frame import OneLineParser, ShowTable, versions, whole_number
from ..cli.options import Add, add_devices, add_manner, add_models, add_voice, bounded, output_name

PROG = "text-to-speech-book"
FORMATS = ("m4b", "mp3", "flac", "opus", "chapters", "epub")
CHAPTER_FORMATS = ("mp3", "flac", "opus", "m4a")
LOUDNESS = (-36.0, -9.0)  # LUFS that may be asked for
MOST_WORKERS = 64
CHAPTER_PAUSE = 2.0  # seconds

EXAMPLES = """\
examples:
  %(prog)s alice.epub -o alice.m4b
  %(prog)s alice.epub -o alice.m4b -o alice-read-aloud.epub -o chapters/ --lufs -18
  %(prog)s alice.epub --list-chapters
  %(prog)s alice.epub --chapters 3-7 --dry-run | less
  %(prog)s alice.epub --find-names > alice.lexicon
  %(prog)s alice.epub -o alice.m4b --lexicon alice.lexicon --dialogue pitch=1 --workers 2
  %(prog)s film.srt -o film.flac
"""


def build_parser() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(
        prog=PROG,
        usage="%(prog)s [options] BOOK",
        description="Turn a book into an audiobook: EPUB, HTML, Markdown, DOCX, ODT, PDF, text or subtitles in; M4B,"
        " MP3, FLAC, Opus or a read-aloud EPUB out. It may be stopped at any time: the same command goes on.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_book(parser.add_argument_group("the book").add_argument)
    _add_outputs(parser.add_argument_group("what is made").add_argument)
    group = parser.add_argument_group("how it is spoken")
    add_manner(group)
    _add_cast(group.add_argument)
    add_voice(parser.add_argument_group("voice and vocoder").add_argument)
    _add_work(parser.add_argument_group("the work").add_argument)
    add_devices(parser.add_argument_group("devices").add_argument)
    add_models(parser.add_argument_group("model files of your own, OpenVINO IR (.xml) or ONNX").add_argument)
    parser.set_defaults(hint="throughput")
    return parser


def _add_book(add: Add) -> None:
    add("book", metavar="BOOK", type=Path, help="the file of the book")
    add("--encoding", metavar="NAME", help="character encoding of a text, such as cp1252 (default: UTF-8)")
    add("--chapters", metavar="LIST", help="numbers of chapters, such as 3-7 or 1,4,9- (default: all)")
    add(
        "--depth",
        type=whole_number(1, 9),
        default=2,
        metavar="N",
        help="levels of the table of contents that begin a chapter, 1 to 9 (default: %(default)s)",
    )
    add(
        "--speak",
        metavar="ROLES",
        default="",
        help="what is spoken besides the text, separated by commas, such as footnotes,code; see --list-roles",
    )
    add("--list-chapters", action="store_true", help="print the chapters, and stop")
    add(
        "--dry-run",
        action="store_true",
        help="print what would be spoken, in order, and what is left out and why, and stop",
    )
    add(
        "--find-names",
        action="store_true",
        help="print the names and unusual words of the book, the most frequent first, with the phonemes that they would"
        " get, as a lexicon to be edited, and stop",
    )
    add(
        "--list-roles",
        action=ShowTable,
        table=roles,
        help="print what is left out unless --speak has it, and stop",
    )


def _add_outputs(add: Add) -> None:
    add(
        "-o",
        "--out",
        type=output_name,
        action="append",
        metavar="OUT",
        help="what is made, by its suffix: .m4b, .mp3, .flac or .opus for one file with chapters, .epub for a book that"
        " highlights what is heard, FOLDER/ for a file per chapter; may be given several times",
    )
    add(
        "--format",
        choices=FORMATS,
        help="what is made, whatever the suffix; without -o, a file named after the book in the present folder",
    )
    add(
        "--chapter-format",
        choices=CHAPTER_FORMATS,
        default="mp3",
        help="format of the files of a folder (default: %(default)s)",
    )
    add("--subtitles", choices=("srt", "vtt"), help="write subtitles beside every sound file")
    add(
        "--highlight",
        choices=("sentence", "word"),
        default="sentence",
        help="what an EPUB highlights at a time (default: %(default)s)",
    )
    add(
        "--lufs",
        type=_loudness,
        metavar="LUFS",
        help="loudness of the whole book by ITU-R BS.1770, such as -18; peaks stay below -1 dB (default: as spoken)",
    )
    add(
        "--pause-chapter",
        type=bounded("check_pause"),
        default=CHAPTER_PAUSE,
        metavar="SECONDS",
        help="silence after a chapter (default: %(default)g)",
    )
    add("--cover", type=Path, metavar="FILE", help="JPEG or PNG for the cover (default: that of the book)")
    add("--title", metavar="TEXT", help="title of the book (default: that of the book)")
    add("--author", metavar="TEXT", help="author of the book (default: that of the book)")


def _add_cast(add: Add) -> None:
    add(
        "--dialogue",
        metavar="PART",
        help='how text in quotation marks is spoken: a voice, a manner, or both: "pitch=-2,speed=0.95"',
    )
    add(
        "--cast",
        type=Path,
        metavar="FILE",
        help="file with a part on each line, Emma: heart pitch=1, for text that is marked [voice Emma] …",
    )
    add(
        "--lexicon",
        action="append",
        default=[],
        metavar="FILE",
        help="file with pronunciations: a word, a tab and its phonemes on each line; may be given several times",
    )


def _add_work(add: Add) -> None:
    add(
        "--workers",
        type=whole_number(1, MOST_WORKERS),
        default=1,
        metavar="N",
        help="processes that speak at the same time, each with models of its own (default: %(default)s)",
    )
    add(
        "--work",
        type=Path,
        metavar="FOLDER",
        help="where finished units are kept, so that the work can go on later (default: BOOK.work beside the output)",
    )
    add("--quiet", action="store_true", help="print nothing but warnings and errors")
    add(
        "--version",
        action=ShowTable,
        table=lambda: f"{PROG} {versions()}",
        help="print the versions of this program and of OpenVINO, and stop",
    )


def roles() -> str:
    """Return the roles of texts that are left out, one on each line."""
    from .rules import role_lines

    return "\n".join(role_lines())


def _loudness(value: str) -> float:
    least, most = LOUDNESS
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{value!r}: expected {least:g} to {most:g} LUFS, such as -18")
    return number
