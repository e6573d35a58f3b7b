"""ZIP archives of strangers, read within bounds: EPUB, DOCX and ODT are such archives.

Nothing is unpacked to the disk. What could fill the memory, or be meant to name a file outside the archive, is refused
before anything is read: too many files, names that climb out of their folder, names that occur twice, and files that
are larger than any book needs. What the archive says of its sizes is checked again while a file is read.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

from ..errors import InputError

MOST_FILES = 20_000
MOST_BYTES = 4 << 30  # of all files together, unpacked
LARGEST_FILE = 256 << 20  # bytes of one file, unpacked, such as a film in a book
LARGEST_TEXT = 32 << 20  # bytes of one text
# A text of one repeated word is packed a thousandfold; chapters of books are packed three- to tenfold.
HIGHEST_RATIO = 200
SMALL_FILE = 1 << 20  # bytes up to which the ratio does not matter

_END = b"PK\5\6"  # signature of the end of the central directory
_END_SIZE = 22
_LONGEST_COMMENT = 65_535
_ENCRYPTED = 1  # bit of a file's flags


class Archive:
    """An open ZIP archive whose files are found by their names.

    Args:
        path: The file.
        noun: What the file is called in messages, such as "an EPUB book".

    Attributes:
        path: As given.
        names: The names of its files, in the order of the archive.

    Raises:
        InputError: It cannot be read, is no ZIP archive, is damaged, or exceeds a bound.
    """

    def __init__(self, path: Path, *, noun: str = "a ZIP archive") -> None:
        self.path = path
        self._noun = noun
        try:
            _check_directory(path)
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, EOFError) as error:
            raise InputError(
                f"{path} is not {noun}: it is damaged or incomplete ({error})", path=path
            ) from error
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}", path=path) from error
        try:
            files = [info for info in self._zip.infolist() if not info.is_dir()]
            self._check(files)
        except BaseException:
            self._zip.close()
            raise
        self._infos = {info.filename: info for info in files}
        self._folded: dict[str, list[str]] = {}
        for name in self._infos:
            self._folded.setdefault(name.casefold(), []).append(name)
        self.names = tuple(self._infos)

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._zip.close()

    def find(self, name: str) -> str | None:
        """Return the name of a file as the archive has it, or None.

        Books name their files with percent-encoding where none belongs, and in another case.
        """
        for wanted in (name, unquote(name)):
            if wanted in self._infos:
                return wanted
        found = self._folded.get(unquote(name).casefold(), [])
        return found[0] if len(found) == 1 else None

    def read(self, name: str, *, most: int = LARGEST_TEXT) -> bytes:
        """Return the bytes of a file.

        Args:
            name: As `find` returns it.
            most: Bytes that it may have.

        Raises:
            InputError: It is not there, damaged, encrypted, or too large.
        """
        info = self._infos.get(name)
        if info is None:
            raise InputError(f"{self.path}: {name} is missing in it", path=self.path)
        try:
            with self._zip.open(info) as file:
                data = file.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise InputError(f"{self.path}: {name} in it is damaged ({error})", path=self.path) from error
        if len(data) > most:
            raise InputError(
                f"{self.path}: {name} in it has more than {most >> 20} MiB; such a file is not read",
                path=self.path,
            )
        return data

    def _check(self, files: list[zipfile.ZipInfo]) -> None:
        """Refuse what exceeds a bound."""
        seen: set[str] = set()
        for info in files:
            name = info.filename
            if _leaves_folder(name):
                raise self._refusal(f"the name {name[:80]!r} in it leads out of the archive")
            if name in seen:
                raise self._refusal(f"the name {name[:80]!r} is in it twice")
            seen.add(name)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise self._refusal(f"{name[:80]} in it is a symbolic link")
            if info.flag_bits & _ENCRYPTED:
                raise self._refusal("it is encrypted; expected a book without copy protection")
            if info.file_size > LARGEST_FILE:
                raise self._refusal(f"{name[:80]} in it would have {info.file_size >> 20} MiB")
            packed = max(info.compress_size, 1)
            if info.file_size > SMALL_FILE and info.file_size > HIGHEST_RATIO * packed:
                raise self._refusal(
                    f"{name[:80]} in it is packed {info.file_size // packed} times, as no text of a book is"
                )
        total = sum(info.file_size for info in files)
        if total > MOST_BYTES:
            raise self._refusal(f"its files would have {total >> 20} MiB")

    def _refusal(self, reason: str) -> InputError:
        return InputError(f"{self.path} is not read as {self._noun}: {reason}", path=self.path)


def _leaves_folder(name: str) -> bool:
    """Tell whether a name would lead out of the folder that an archive is unpacked to."""
    parts = name.replace("\\", "/").split("/")
    return (
        not name
        or "\\" in name
        or any(character < " " for character in name)
        or name.startswith("/")
        or ".." in parts
        or (len(parts[0]) == 2 and parts[0][1] == ":")
    )


def _check_directory(path: Path) -> None:
    """Refuse an archive of too many files before its directory is read, which costs time and memory for each of them.

    Raises:
        InputError: It says that it has too many.
        zipfile.BadZipFile: It is no ZIP archive.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise zipfile.BadZipFile("its end is missing")
    count, directory = struct.unpack_from("<H", tail, at + 10)[0], struct.unpack_from("<I", tail, at + 12)[0]
    # More than 65,535 files are counted elsewhere; here both numbers are all ones then.
    if count == 0xFFFF or directory == 0xFFFFFFFF or count > MOST_FILES or directory > MOST_FILES * 1024:
        raise InputError(f"{path} has more than {MOST_FILES} files in it: no book has so many", path=path)
