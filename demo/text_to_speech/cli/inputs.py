"""The texts of a command line: arguments, text files and standard input, read, decoded and checked."""

from __future__ import annotations

import argparse
import codecs
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from .documents import document_of_bytes, document_of_name
from .nearest import file_question

if TYPE_CHECKING:
    from ..script.formats import InputFormat
    from ..script.script import Script

SEPARATORS = tuple({"/", os.sep, os.altsep or os.sep})  # of folders, on this system
STANDARD_INPUT = "-"

# A text that ends so and has no blanks is the name of a file. Endings of abbreviations, numbers and web addresses
# are not among them.
_FILE_ENDINGS = """
    txt text ssml xml md markdown rst adoc org tex log csv tsv json jsonl yml yaml srt vtt
    epub mobi azw azw3 fb2 pdf djvu doc docx odt pages rtf htm html xhtml mhtml pptx odp xlsx ods
    wav flac ogg opus mp3 m4a zip gz png jpg jpeg
"""
FILE_SUFFIXES = frozenset(f".{ending}" for ending in _FILE_ENDINGS.split())
# Texts with these endings are names of files, with blanks too.
TEXT_SUFFIXES = (".txt", ".ssml", ".xml")

# Where in its first bytes a page names its encoding: in XML's declaration, or in a <meta> element.
_BEGINNING = 4096
_CHARSET = re.compile(
    rb"<(?:\?xml\s[^>]{0,200}encoding|meta\s[^>]{0,500}charset)\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})",
    re.IGNORECASE,
)
_PATH = re.compile(r"(\.{0,2}[/\\]|~[\w.-]*[/\\]|[A-Za-z]:[/\\])\S*\.[A-Za-z0-9]{1,5}")
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    # Before UTF-16, whose mark is the beginning of this one.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Input:
    """One text of the command line.

    Attributes:
        value: The argument as it was given.
        name: A short name for its sound file: that of the text file, or the first words of the text.
        script: What is to be said.
    """

    value: str
    name: str
    script: Script


def given_texts(args: argparse.Namespace) -> list[str]:
    """Return the arguments that name texts, or "-" for standard input where there are none.

    Raises:
        InputError: Texts are given with -i and without it; or none is given, and standard input is a terminal.
    """
    if args.text and args.input:
        raise InputError(f"{args.text[0]!r} and -i: give all texts either with -i or without it")
    values: list[str] = args.text or args.input or []
    if values:
        return values
    if sys.stdin is not None and sys.stdin.isatty():
        raise InputError('no text is given: expected "A text.", -i FILE, or text on standard input')
    return [STANDARD_INPUT]


def read_inputs(
    values: Sequence[str],
    *,
    input_format: InputFormat = "auto",
    encoding: str | None = None,
    language: str = "en-US",
) -> list[Input]:
    """Read texts and text files.

    Args:
        values: Texts, names of text files, and "-" for standard input.
        input_format: What they are; `auto` for what the name and the beginning of each of them say.
        encoding: Of files and standard input; see `decode`.
        language: BCP 47 tag of the voice; see `read_script`.

    Raises:
        InputError: A text is missing, empty, binary or in another encoding, has a direction that cannot be followed,
            or standard input is named twice.
    """
    from ..script.formats import read_script

    if list(values).count(STANDARD_INPUT) > 1:
        raise InputError("standard input is named twice: expected - once")
    if encoding is not None:
        check_encoding(encoding)
    inputs = []
    for value in values:
        text = read_text(value, encoding=encoding)
        name = None if text == value else value
        script = read_script(text, input_format=input_format, name=name, language=language)
        inputs.append(Input(value, short_name(value, text), script))
    return inputs


def read_text(value: str, *, encoding: str | None = None) -> str:
    """Read one text: standard input, a file, or the argument itself.

    Raises:
        InputError: See `read_inputs`.
    """
    if value == STANDARD_INPUT:
        return decode(read_standard_input(), "standard input", encoding=encoding)
    looks_like_file = is_name_of_file(value)
    try:
        data = file_content(value)
    except OSError as error:
        # A long text is no name that the system takes.
        if looks_like_file:
            raise InputError(f"{value} cannot be read: {error.strerror}") from error
        data = None
    if data is not None:
        return decode(data, value, encoding=encoding)
    if looks_like_file:
        raise InputError(f"{value} is not there{file_question(value) or ': expected a text file'}")
    return _checked(value, "the text")


def file_content(value: str) -> bytes | None:
    """Return the bytes of the file that a text names; None where it names none.

    Raises:
        InputError: It names a folder.
        OSError: The file cannot be read, or no file can have that name.
    """
    if "\0" in value:
        return None
    path = Path(value)
    # A named pipe is what a shell makes of <(command).
    if path.is_file() or path.is_fifo():
        return path.read_bytes()
    # A bare word may be the name of a folder by chance.
    if any(separator in value for separator in SEPARATORS) and path.is_dir():
        raise InputError(f"{value} is a folder: expected a text or a text file")
    return None


def is_name_of_file(value: str) -> bool:
    """Tell whether a text can only be meant as the name of a file, so that it is not spoken if there is no such file.

    Example:
        >>> [is_name_of_file(text) for text in ("notes.md", "./notes.x", "U.S.", "example.com", "Read notes.md")]
        [True, True, False, False, False]
    """
    lowered = value.lower()
    if lowered.endswith(TEXT_SUFFIXES):
        return True
    if any(character.isspace() for character in value) or "://" in value:
        return False
    return Path(lowered).suffix in FILE_SUFFIXES or _PATH.fullmatch(value) is not None


def read_standard_input() -> bytes:
    """Read standard input to its end.

    Raises:
        InputError: It is closed or cannot be read.
    """
    if sys.stdin is None:
        raise InputError("standard input is closed: expected text")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise InputError(f"standard input cannot be read: {error.strerror or error}") from error


def check_encoding(name: str) -> None:
    """Refuse a name that is no character encoding of Python's, or a transformation that is none.

    Raises:
        InputError: There is no such encoding.
    """
    try:
        # Python does not look at the name where there is nothing to decode.
        b"  ".decode(name)
    except UnicodeDecodeError:
        # An encoding of more bytes.
        pass
    except (LookupError, ValueError):
        raise InputError(
            f"--encoding {name}: expected a character encoding such as utf-8, utf-16, cp1252 or latin-1"
        ) from None


def decode(data: bytes, source: str, *, encoding: str | None = None) -> str:
    """Return the text that bytes hold.

    Args:
        data: The bytes of a file or of standard input.
        source: What they are called in messages.
        encoding: Their character encoding; when None, that of their byte order mark, that which a page of HTML names,
            or UTF-8.

    Raises:
        InputError: They are a document of another kind, binary, in another encoding, or empty.
    """
    document = document_of_bytes(data) or document_of_name(source)
    if document:
        raise InputError(f"{source} is {document.noun}, not a text file: {document.advice}")
    if encoding is None:
        encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), _declared(data))
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{source} is not {encoding.upper()} text: byte 0x{data[error.start]:02x} at offset {error.start};"
            " name its encoding, for example with --encoding cp1252"
        ) from error
    except UnicodeError as error:
        raise InputError(f"{source} is not {encoding.upper()} text: {error}") from error
    return _checked(text.removeprefix("\ufeff"), source)


def _declared(data: bytes) -> str:
    """Return the encoding that a page names (`<meta charset="windows-1252">`), UTF-8 where it names none."""
    named = _CHARSET.search(data[:_BEGINNING]) if data.lstrip()[:1] == b"<" else None
    name = named[1].decode("ascii") if named else "utf-8"
    try:
        b" ".decode(name)
    except (LookupError, UnicodeError):
        return "utf-8"
    # What browsers take for Latin-1 is a larger set of characters.
    return "cp1252" if codecs.lookup(name).name in ("iso8859-1", "ascii") else name


def _checked(text: str, source: str) -> str:
    if "\0" in text:
        raise InputError(f"{source} is binary: expected text; if it is UTF-16, give --encoding utf-16")
    if not text.strip():
        raise InputError(f"{source} is empty: expected text")
    return text


def short_name(value: str, text: str) -> str:
    """Return a name for the sound file of a text, of letters, digits and hyphens: at most 40 of them."""
    if value == STANDARD_INPUT:
        return "stdin"
    is_text = value == text
    words = re.findall(r"[^\W_]+", text[:200] if is_text else Path(value).stem)
    name = "-".join(words[:5] if is_text else words)[:40].strip("-")
    return (name.lower() if is_text else name) or "text"
