"""What both commands share: how they refuse, and how they log."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from .errors import SpeechError

BAD_USAGE = 2  # exit status for an option that cannot be used
INTERRUPTED = 130  # exit status after Ctrl-C, as shells count it


class OneLineParser(argparse.ArgumentParser):
    """A parser that refuses in one line and names the help, instead of printing the usage first."""

    def error(self, message: str) -> NoReturn:
        """Print the message on standard error and exit with status 2."""
        self.exit(BAD_USAGE, f"{self.prog}: error: {message}; -h shows the options\n")


class ShowTable(argparse.Action):
    """An option that prints what a function returns, and ends the program."""

    def __init__(self, *, table: Callable[[], str], **options: Any) -> None:
        super().__init__(nargs=0, **options)
        self.table = table

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print the table and exit with status 0."""
        print(self.table())
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


def use_utf8() -> None:
    """Print UTF-8 whatever the console's code page is: phonemes are not in every one."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def run(
    command: Callable[[argparse.Namespace], None], parser: argparse.ArgumentParser, argv: Sequence[str] | None
) -> int:
    """Parse the arguments, run a command, and turn what it refuses into one line and an exit status.

    Args:
        command: Takes the parsed arguments.
        parser: Of the command.
        argv: The arguments; those of the process when None.

    Returns:
        0, or 1 after an error of this package, or 130 after Ctrl-C.
    """
    use_utf8()
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format=f"{parser.prog}: %(message)s")
    try:
        command(arguments)
    except SpeechError as error:
        print(f"{parser.prog}: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of standard output has gone; nothing more may be flushed to it when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0
