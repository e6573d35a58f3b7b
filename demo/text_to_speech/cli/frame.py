"""The frame of every command: how it reads options, prints, logs, refuses, and ends.

The result of a command goes to standard output with `put`, which fails when it cannot be written. Messages go to
standard error with `tell`, which never fails.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from ..errors import OutputError, SpeechError
from ..files import cannot_write, finished_files, reader_has_gone
from ..version import __version__
from .nearest import option_question
from .start import missing_package

FAILED = 1  # exit status after an error of this package, or when the reader of the output has gone
BAD_USAGE = 2  # exit status for an option that cannot be used
INTERRUPTED = 130  # exit status after Ctrl-C, as shells count it
_NAMED = 3  # at most so many files are named in one line


class OneLineParser(argparse.ArgumentParser):
    """A parser that refuses in one line and names the help, instead of printing the usage first.

    Attributes:
        rest: The argument to which `parse` adds everything after "--", such as a text that begins with a hyphen.
    """

    rest = ""

    def error(self, message: str) -> NoReturn:
        """Print the message on standard error and exit with status 2."""
        self.exit(BAD_USAGE, f"{self.prog}: error: {one_line(message)}; -h shows the options\n")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Print a message on standard error, if there is one, and exit."""
        if message:
            tell(message, end="")
        sys.exit(status)

    def _print_message(self, message: str, file: object = None) -> None:
        """Print the help or the version; argparse itself would take no notice of a full disk."""
        put(message, end="")


class ShowTable(argparse.Action):
    """An option that prints what a function returns, and ends the program.

    Args:
        table: Returns the text. It is called only when the option is given.
        **options: Those of every option of argparse.
    """

    def __init__(self, *, table: Callable[[], str], **options: Any) -> None:
        super().__init__(nargs=0, **options)
        self.table = table

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print the table and exit with status 0."""
        put(self.table())
        parser.exit()


def number(check: Callable[[float], object]) -> Callable[[str], float]:
    """Return a reader of numbers that refuses what `check` refuses with an InputError."""

    def read(value: str) -> float:
        try:
            result = float(value)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{value!r}: expected a number") from None
        try:
            check(result)
        except SpeechError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return result

    return read


def whole_number(least: int, most: int, *, unit: str = "") -> Callable[[str], int]:
    """Return a function that argparse reads a whole number of a range with.

    Args:
        least: The smallest one.
        most: The largest one.
        unit: What the number counts, for the message, such as "Hz".
    """

    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            of = f" of {unit}" if unit else ""
            raise argparse.ArgumentTypeError(f"{value!r}: expected a whole number{of} from {least} to {most}")
        return int(value)

    return read


def file_name(value: str) -> str:
    """Read an option that names a file to write; an empty name usually comes from a shell variable that is not set."""
    if not value:
        raise argparse.ArgumentTypeError("'': expected a file name")
    if value.endswith(("/", os.sep)):
        raise argparse.ArgumentTypeError(f"{value} is a folder: expected a file name")
    return value


def folder_name(value: str) -> Path:
    """Read an option that names a folder; an empty name, which would mean the present folder, is refused."""
    if not value:
        raise argparse.ArgumentTypeError("'': expected a folder")
    return Path(value)


def put(text: str, *, end: str = "\n") -> None:
    """Print a result on standard output, at once.

    Raises:
        OutputError: Standard output is closed, or its disk is full.
        BrokenPipeError: Its reader has gone.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed: expected a terminal, a file or a pipe")
    with _standard_output():
        sys.stdout.write(text + end)
        sys.stdout.flush()


class Report:
    """The lines that a command prints about its work. Where they cannot be printed, the work goes on all the same.

    Args:
        to_stderr: Whether standard output is needed for the result.
        quiet: Whether the lines are left out.
    """

    def __init__(self, *, to_stderr: bool = False, quiet: bool = False) -> None:
        self._failure: OSError | None = None
        self._print: Callable[[str], None] = tell if to_stderr else put
        self._quiet = quiet

    def __call__(self, line: str) -> None:
        """Print a line, unless the report is quiet."""
        if not self._quiet:
            self.always(line)

    def always(self, line: str) -> None:
        """Print a line of a quiet report too.

        A line that cannot be printed is kept for `finish`; whoever has closed standard output wants no report.
        """
        if self._print is put and sys.stdout is None:
            return
        try:
            self._print(line)
        except OSError as error:
            self._failure = self._failure or error

    def finish(self) -> None:
        """Raise what went wrong.

        Raises:
            OutputError: The disk of standard output was full.
            BrokenPipeError: Its reader has gone.
        """
        if self._failure:
            raise self._failure


def tell(text: str, *, end: str = "\n") -> None:
    """Print a line on standard error, if anybody can read it there."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text + end)
            sys.stderr.flush()


@contextlib.contextmanager
def _standard_output() -> Iterator[None]:
    """Name standard output in the errors of a block that only writes to it."""
    try:
        yield
    except OSError as error:
        if reader_has_gone(error):
            raise BrokenPipeError(error.errno, "the reader of standard output has gone") from error
        raise cannot_write("standard output", error) from error


def one_line(message: object) -> str:
    """Return a message without line breaks."""
    return " ".join(str(message).split())


def versions() -> str:
    """Return the versions of this package and of OpenVINO, which is not imported for that."""
    import importlib.metadata

    try:
        openvino = f"OpenVINO {importlib.metadata.version('openvino')}"
    except importlib.metadata.PackageNotFoundError:
        openvino = "OpenVINO is not installed"
    return f"{__version__}, {openvino}"


def use_utf8() -> None:
    """Print UTF-8 whatever the code page of the console is, because many code pages lack phonemes."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def run(
    command: Callable[[argparse.Namespace], None], parser: argparse.ArgumentParser, argv: Sequence[str] | None
) -> int:
    """Parse the arguments, run a command, and turn an error into one line and an exit status.

    A command whose arguments have a true attribute `quiet` logs warnings only.

    Args:
        command: The function that takes the parsed arguments.
        parser: The parser of the command's options.
        argv: The arguments; those of the process when None.

    Returns:
        0; 1 after an error of this package or of the system, when a package is not installed, or when the reader of
        standard output has gone; 130 after Ctrl-C.

    Raises:
        SystemExit: The parser has refused the arguments or printed its help, or the process is stopped by a signal.
    """
    use_utf8()
    finished = finished_files()
    try:
        arguments = parse(parser, argv)
        level = logging.WARNING if getattr(arguments, "quiet", False) else logging.INFO
        logging.basicConfig(level=level, format=f"{parser.prog}: %(message)s")
        command(arguments)
        if sys.stdout is not None:
            with _standard_output():
                sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads any more: the line would only disturb whoever has ended the reader.
        return FAILED
    except (SpeechError, OSError) as error:
        tell(f"{parser.prog}: error: {one_line(_named(error))}")
        return FAILED
    except ModuleNotFoundError as error:
        if not (line := missing_package(error)):
            raise
        tell(f"{parser.prog}: error: {line}")
        return FAILED
    except KeyboardInterrupt:
        tell(f"{parser.prog}: interrupted; {what_was_written(finished)}")
        return INTERRUPTED
    except SystemExit as stop:
        if isinstance(stop.code, int) and stop.code > 128:
            name = signal.Signals(stop.code - 128).name
            tell(f"{parser.prog}: stopped by {name}; {what_was_written(finished)}")
        raise
    finally:
        _give_up_what_cannot_be_written(sys.stdout)
        _give_up_what_cannot_be_written(sys.stderr)
    return 0


def parse(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse arguments, with options and positional ones in any order.

    The refusal of an unknown option names the known one that is nearest to it.

    Raises:
        SystemExit: The arguments are refused, or the parser has printed its help.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    rest, after = getattr(parser, "rest", ""), []
    if rest and "--" in given:
        # argparse itself reads what begins with a hyphen as an option there, when it has both kinds in any order.
        at = given.index("--")
        given, after = given[:at], given[at + 1 :]
    arguments, unknown = parser.parse_known_intermixed_args(given)
    if unknown:
        # argparse offers the names of the options in no public way.
        known = parser._option_string_actions
        option = next((name for name in unknown if name.startswith("-")), "")
        asked = option_question(option, known) if option else ""
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{asked}")
    if after:
        setattr(arguments, rest, [*getattr(arguments, rest), *after])
    return arguments


def what_was_written(finished: Sequence[Path]) -> str:
    """Tell which files an interrupted command has completed."""
    if not finished:
        return "no file was written"
    more = len(finished) - _NAMED
    named = ", ".join(map(str, finished[:_NAMED])) + (f" and {more} more" if more > 0 else "")
    return f"complete: {named}"


def _named(error: Exception) -> object:
    """Return a message about an error, which for one of `print` names standard output."""
    if isinstance(error, SpeechError) or not isinstance(error, OSError):
        return error
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as failure:
        return cannot_write("standard output", failure)
    return error.strerror or error


def _give_up_what_cannot_be_written(stream: TextIO | None) -> None:
    """Drop what a standard stream still holds if it cannot take it; Python would complain about it at its end."""
    if stream is None:
        return
    try:
        stream.flush()
    except (OSError, ValueError):
        # A stream of another kind, or one that is closed, has no descriptor to redirect.
        with contextlib.suppress(OSError, ValueError):
            descriptor = os.open(os.devnull, os.O_WRONLY)
            os.dup2(descriptor, stream.fileno())
            os.close(descriptor)
