"""The command text-to-speech-book: a book in; an audiobook, files of its chapters, or a read-aloud EPUB out.

The options are read with nothing but the standard library; what reads, speaks and writes is imported afterwards.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..cli.frame import Report, put, run, tell
from ..errors import InputError, OutputError
from ..files import finished_files
from .options import build_parser

if TYPE_CHECKING:
    from ..script.directions import Manner
    from .book import Book, Chapter, Picture
    from .casting import Cast
    from .results import Container
    from .speaking import UnitSound
    from .tags import Tags
    from .timeline import ChapterSound
    from .units import Setting
    from .work import Planned, Workshop

logger = logging.getLogger(__name__)

LARGEST_COVER = 16 << 20  # bytes
_SEPARATORS = ("/", "\\")


@dataclass(frozen=True)
class Output:
    """One thing that is made.

    Attributes:
        path: A file, or the folder of the chapters' files.
        kind: `m4b`, `mp3`, `flac`, `opus`, `chapters` or `epub`.
    """

    path: Path
    kind: str


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    # What is left out is told by --dry-run, once and for the whole book.
    warnings = logging.getLogger("text_to_speech.script.document_script")
    level = warnings.level
    warnings.setLevel(logging.ERROR)
    try:
        return run(speak_book, build_parser(), argv)
    finally:
        warnings.setLevel(level)


def speak_book(args: argparse.Namespace) -> None:
    """Do what the command line asks for.

    Raises:
        SpeechError: The book, an option or an output cannot be used, or something fails on the way.
    """
    from .chapters import select
    from .readers import read_book
    from .rules import parse_roles

    speak = parse_roles(args.speak)
    book = _with_facts(read_book(args.book, encoding=args.encoding, depth=args.depth), args)
    chapters = select(book.chapters, args.chapters) if args.chapters else list(book.chapters)
    if args.list_chapters or args.dry_run or args.find_names:
        _list(args, book, chapters, speak)
        return
    outputs = planned_outputs(args)
    for note in book.notes:
        logger.warning("%s", note)
    _make(args, book, chapters, speak, outputs)


def _list(args: argparse.Namespace, book: Book, chapters: Sequence[Chapter], speak: frozenset[str]) -> None:
    """Print what is asked for of a book that is not spoken."""
    from .listing import chapter_lines, dry_run

    if args.list_chapters:
        put("\n".join(chapter_lines(book, speak, alpha=_manner(args).alpha)))
    elif args.dry_run:
        put("\n".join(dry_run(book, chapters, speak)))
    else:
        from ..cli.chosen import chosen_voice
        from .casting import without_marks
        from .names import find_names, lexicon_lines
        from .units import spoken_blocks

        blocks = (block for chapter in chapters for _, block in spoken_blocks(book, chapter, speak))
        texts = ((without_marks(block.text), block.kind == "heading") for block in blocks)
        names = find_names(texts, language=args.language or chosen_voice(args).language)
        put("\n".join(lexicon_lines(names, title=book.metadata.title)))


def _with_facts(book: Book, args: argparse.Namespace) -> Book:
    """Return the book with the title, author and cover that the options give."""
    metadata = book.metadata
    if args.title:
        metadata = replace(metadata, title=args.title)
    if args.author:
        metadata = replace(metadata, authors=(args.author,))
    cover = _cover(args.cover) if args.cover else book.cover
    return replace(book, metadata=metadata, cover=cover)


def _cover(path: Path) -> Picture:
    from .book import picture_of

    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_COVER + 1)
    except OSError as error:
        raise InputError(f"cover {path} cannot be read: {error.strerror or error}", path=path) from error
    picture = picture_of(data) if len(data) <= LARGEST_COVER else None
    if picture is None:
        raise InputError(
            f"cover {path}: expected a JPEG or PNG of at most {LARGEST_COVER >> 20} MiB", path=path
        )
    return picture


def planned_outputs(args: argparse.Namespace) -> list[Output]:
    """Return what is made, after everything was checked that can be known now.

    Raises:
        OutputError: An output cannot be written, two are the same, or a suffix means nothing.
    """
    from ..files import check_output

    default = f"{args.book.stem}.{'m4b' if args.format in (None, 'chapters') else args.format}"
    names = args.out or [f"{args.book.stem}/" if args.format == "chapters" else default]
    found = [Output(Path(name), _kind(name, args.format)) for name in names]
    for output in found:
        if output.kind == "chapters":
            _check_folder(output.path)
        else:
            check_output(output.path)
        if output.path.resolve() == args.book.resolve():
            raise OutputError(f"{output.path} is the book itself: expected another file for -o")
        if [other.path.resolve() for other in found].count(output.path.resolve()) > 1:
            raise OutputError(f"{output.path} is given twice: expected different files")
    if any(output.kind in ("m4b", "epub") for output in found) or args.chapter_format == "m4a":
        from .mp4 import pyav

        pyav()
    return found


def _kind(name: str, wanted: str | None) -> str:
    """Return what is made under a name."""
    if wanted:
        return wanted
    if name.endswith(_SEPARATORS) or Path(name).is_dir():
        return "chapters"
    suffix = Path(name).suffix.lower().removeprefix(".")
    if suffix not in ("m4b", "mp3", "flac", "opus", "epub"):
        raise OutputError(
            f"{name} cannot be written: expected a name that ends in .m4b, .mp3, .flac, .opus, .epub or /, or --format"
        )
    return suffix


def _check_folder(folder: Path) -> None:
    from ..cli.outputs import check_folder

    check_folder(folder)


def _manner(args: argparse.Namespace) -> Manner:
    from ..script.directions import Manner, MannerOptions

    given = {name: getattr(args, name) for name in MannerOptions.__annotations__}
    return Manner(**{name: value for name, value in given.items() if value is not None})


def _make(
    args: argparse.Namespace,
    book: Book,
    chapters: Sequence[Chapter],
    speak: frozenset[str],
    outputs: Sequence[Output],
) -> None:
    """Speak the book and write everything that is asked for."""
    from ..batch.manifest import WorkFolder
    from .dubbing import speak_track
    from .progress import ShownProgress
    from .work import plan, speak_planned

    report = Report(quiet=args.quiet)
    began = time.monotonic()
    setting, workshop = _setting(args, book, chapters, speak, outputs)
    planned = [] if book.cues else plan(book, chapters, setting)
    if not planned and not book.cues:
        raise InputError(f"nothing in {args.book} is spoken: see --dry-run")
    with ExitStack() as stack:
        # The files of the work are none that were asked for, so they are not told to whoever interrupts it.
        aside = copy_context()
        aside.run(finished_files)
        number = aside.run(stack.enter_context, WorkFolder(workshop.folder).locked())
        stack.enter_context(telling_what_is_kept(workshop.folder))
        with ShownProgress(quiet=args.quiet) as show:
            if book.cues:
                sounds = speak_track(book, setting, workshop, run=number, report=show)
            else:
                found = speak_planned(book, planned, workshop, run=number, report=show)
                sounds = list(_chapter_sounds(book, planned, found, args.pause_chapter))
        _write(args, book, sounds, setting, workshop, outputs, report)
    seconds = sum(sound.seconds for sound in sounds)
    report(f"Total time: {_duration(time.monotonic() - began)} for {_duration(seconds)} of sound")
    report(f"Work folder: {workshop.folder}; it may be removed when the book will not change any more")
    report.finish()


@contextmanager
def telling_what_is_kept(folder: Path) -> Iterator[None]:
    """Tell whoever interrupts the work that nothing of it is lost."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        tell(f"what is spoken is kept in {folder}: the same command goes on from there")
        raise


def _setting(
    args: argparse.Namespace,
    book: Book,
    chapters: Sequence[Chapter],
    speak: frozenset[str],
    outputs: Sequence[Output],
) -> tuple[Setting, Workshop]:
    """Return what decides about the sound, and what it is made with."""
    from ..cli.chosen import check_vocoders, chosen_voice, model_options
    from ..cli.speak import read_lexicon
    from ..pipeline import SynthesizerOptions
    from .casting import Cast
    from .model_facts import model_facts
    from .units import Setting
    from .work import Workshop

    lexicon = read_lexicon(args.lexicon)
    cast = Cast.read(args.cast, dialogue=args.dialogue)
    voice = chosen_voice(args)
    check_vocoders(args)
    narrator = SynthesizerOptions(
        device=args.device,
        acoustic_device=args.device_acoustic,
        vocoder_device=args.device_vocoder,
        precision=args.precision,
        hint=args.hint,
        **model_options(args, voice),
    )
    others = tuple((name, replace(narrator, voice=name)) for name in _other_voices(cast, book, voice.name))
    models = tuple((name, model_facts(options)) for name, options in ((voice.name, narrator), *others))
    setting = Setting(_manner(args), voice.name, models, cast, lexicon, speak)
    folder = args.work or outputs[0].path.parent / f"{args.book.stem}.work"
    return setting, Workshop(folder, narrator, others, lexicon if lexicon.words else None, args.workers)


def _other_voices(cast: Cast, book: Book, narrator: str) -> list[str]:
    """Return the voices that may speak besides the narrator: those of the cast, and those that the text may name."""
    from ..store.voices_yml import voices

    named = set(cast.voices)
    if any("[voice " in holder.document.source for holder in book.documents):
        named.update(voices())
    return sorted(named - {narrator})


def _chapter_sounds(
    book: Book, planned: Sequence[Planned], found: Mapping[str, UnitSound], pause: float
) -> Iterator[ChapterSound]:
    """Yield the sound of every chapter in which something is spoken."""
    from .timeline import place

    for chapter in book.chapters:
        units = [(one.unit, found[one.key]) for one in planned if one.unit.chapter == chapter.number]
        if units:
            yield place(chapter.number, chapter.title, units, pause_after=pause)


def _write(
    args: argparse.Namespace,
    book: Book,
    sounds: Sequence[ChapterSound],
    setting: Setting,
    workshop: Workshop,
    outputs: Sequence[Output],
    report: Report,
) -> None:
    """Write the files that are asked for."""
    from .results import book_tags, measure

    gain = None
    if args.lufs is not None:
        level = measure(workshop.folder, sounds, args.lufs)
        gain = level.gain
        report(
            f"Loudness: {level.loudness:.1f} LUFS as spoken, true peak {level.true_peak:.1f} dB;"
            f" changed by {level.gain:+.1f} dB"
        )
    tags = book_tags(book.metadata, narrator=setting.narrator, cover=book.cover)
    for output in outputs:
        for path in _written(args, book, sounds, setting, workshop, output, tags, gain):
            report(f"Output: {path}")


def _written(
    args: argparse.Namespace,
    book: Book,
    sounds: Sequence[ChapterSound],
    setting: Setting,
    workshop: Workshop,
    output: Output,
    tags: Tags,
    gain: float | None,
) -> Iterator[Path]:
    """Write one output, and yield the files."""
    from ..cli.outputs import make_folder
    from .results import chapter_name, marks, write_chapters, write_sound, write_subtitles

    folder = workshop.folder
    if output.kind == "epub":
        from .epub_writer import write_epub

        write_epub(
            output.path,
            args.book,
            book,
            folder,
            sounds,
            highlight=args.highlight,
            tags=tags,
            gain=gain,
            speak=setting.speak,
        )
        yield output.path
    elif output.kind == "chapters":
        make_folder(output.path)
        container: Container = "m4b" if args.chapter_format == "m4a" else args.chapter_format
        yield from write_chapters(output.path, container, folder, sounds, tags=tags, gain=gain)
        if args.subtitles:
            for sound in sounds:
                path = output.path / chapter_name(sound, of=len(sounds), suffix=f".{args.subtitles}")
                write_subtitles(path, folder, [sound])
                yield path
    else:
        several = replace(tags, chapters=marks(sounds) if len(sounds) > 1 else ())
        write_sound(output.path, output.kind, folder, sounds, tags=several, gain=gain)  # type: ignore[arg-type]
        yield output.path
        if args.subtitles:
            path = output.path.with_suffix(f".{args.subtitles}")
            write_subtitles(path, folder, sounds)
            yield path


def _duration(seconds: float) -> str:
    from ..cli.report import duration

    return duration(seconds)
