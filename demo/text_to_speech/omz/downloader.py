"""Put the files of models where the converter looks for them: the command omz_downloader.

    OUTPUT/public/NAME/FILE

Each file is taken from the first place that has it, by its SHA-384: the output folder itself, the cache folder (its
layout is that of the stock tools: CACHE/1/first two digits/the other digits), the packages that came with pip, and
only then the network.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import ModelError, OutputError, SpeechError
from ..files import cannot_write, open_output
from ..store.model_yml import Model, ModelFile
from ..store.sources import installed_file, verify_file
from .fetch import Progress, fetch_file, regular_size
from .selection import Selected, build_parser, positive, precisions, precisions_of, run_for_each, subfolder

logger = logging.getLogger(__name__)

_CACHE_FORMAT = "1"
# Bytes between two events for programs.
_REPORTED_EVERY = 2**20


class Report:
    """What a run says about itself on standard output: lines for people, or the zoo's JSON events for programs."""

    def __init__(self, form: str) -> None:
        self._json = form == "json"

    def line(self, text: str) -> None:
        """Print a line for people."""
        if not self._json:
            print(text, flush=True)

    def event(self, kind: str, **fields: object) -> None:
        """Print an event for programs."""
        if self._json:
            print(json.dumps({"$type": kind, **fields}), flush=True)

    @contextmanager
    def progress(self, model: str, file: ModelFile) -> Iterator[Progress]:
        """Yield a function that shows how many bytes of a file are there."""
        if self._json:
            place = {"model": model, "model_file": file.name}
            reported = 0

            def progress(size: int) -> None:
                nonlocal reported
                if size == file.size or size - reported >= _REPORTED_EVERY or size < reported:
                    self.event("model_file_download_progress", **place, size=size)
                    reported = size

            yield progress
            return
        from tqdm import tqdm

        # On a terminal only (disable=None): elsewhere a bar is noise.
        with tqdm(total=file.size, unit="B", unit_scale=True, desc=file.name, disable=None) as bar:
            yield lambda size: _advance(bar, size)


def _advance(bar: object, size: int) -> None:
    bar.update(size - bar.n)  # type: ignore[attr-defined]


def obtain(
    file: ModelFile,
    target: Path,
    *,
    root: Path,
    cache: Path | None,
    attempts: int,
    model: str,
    report: Report,
) -> str:
    """Put one verified file in its place.

    Args:
        file: The file as model.yml describes it.
        target: The path to put it at.
        root: The folder above it that no symbolic link may lead out of.
        cache: A folder with the files of earlier downloads, if any.
        attempts: How often to try the network.
        model: Name of the model, for the report.
        report: Where to show progress.

    Returns:
        Where the file came from, in a few words.

    Raises:
        ChecksumError: The source gives another file.
        ModelError: No source has the file.
        OutputError: The file cannot be written.
    """
    _check_place(root, target)
    if _is_there(target, file):
        return "is there already"
    shelf = cache / _CACHE_FORMAT / file.checksum[:2] / file.checksum[2:] if cache else None
    if shelf and _is_there(shelf, file):
        _copy(shelf, target, root)
        return "taken from the cache"
    installed = installed_file(file)
    if installed:
        _copy(installed, target, root)
        origin = "taken from a package that came with pip"
    else:
        with report.progress(model, file) as progress:
            fetch_file(file, target, attempts=attempts, progress=progress)
        origin = "downloaded"
    if shelf and cache:
        try:
            _copy(target, shelf, cache)
        except SpeechError as error:
            logger.warning("the cache is not used: %s", error)
    return origin


def _is_there(path: Path, file: ModelFile) -> bool:
    if not path.is_file():
        return False
    try:
        verify_file(path, file)
    except ModelError as error:
        logger.warning("%s is not the published %s: %s", path, file.name, error)
        return False
    return True


def _check_place(root: Path, target: Path) -> None:
    """Refuse a path that leads out of a folder through a symbolic link.

    Raises:
        OutputError: The path leads out of the folder.
    """
    try:
        inside = target.parent.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # links that lead round in a circle
        inside = False
    if not inside:
        raise OutputError(f"{target} cannot be written: a symbolic link in its path leads out of {root}")


def _copy(source: Path, target: Path, root: Path) -> None:
    """Copy a file to a path at which nothing but a regular file may be replaced."""
    _check_place(root, target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        regular_size(target)
    except OutputError:
        raise
    except OSError as error:
        raise cannot_write(target, error) from error
    with source.open("rb") as origin, open_output(target) as file:
        shutil.copyfileobj(origin, file)


def download(model: Model, folder: Path, options: argparse.Namespace, report: Report) -> None:
    """Bring all files of a model into its folder.

    Raises:
        ModelError: A file cannot be had, or the files must be changed afterwards.
        OutputError: A file cannot be written.
    """
    wanted = set(options.precisions or precisions_of(model)) & set(precisions_of(model))
    if not wanted:
        report.line(f"{model.name}: skipped, it has no {', '.join(options.precisions)}")
        return
    if model.postprocessing:
        raise ModelError("its model.yml wants files changed after download, which only the stock tools do")
    report.event("model_download_begin", model=model.name, num_files=len(model.files))
    successful = False
    try:
        for file in model.files:
            if "/" not in file.name or file.name.split("/")[0] in wanted or model.framework != "dldt":
                _download_file(model, file, folder, options, report)
        successful = True
    finally:
        report.event("model_download_end", model=model.name, successful=successful)
    if not model.files:
        report.line(f"{model.name}: nothing to download, its model is in {model.folder}")


def _download_file(
    model: Model, file: ModelFile, folder: Path, options: argparse.Namespace, report: Report
) -> None:
    place = {"model": model.name, "model_file": file.name}
    report.event("model_file_download_begin", **place, size=file.size)
    successful = False
    try:
        origin = obtain(
            file,
            folder / file.name,
            root=options.output_dir,
            cache=options.cache_dir,
            attempts=options.num_attempts,
            model=model.name,
            report=report,
        )
        successful = True
    finally:
        report.event("model_file_download_end", **place, successful=successful)
    report.line(f"{model.name}: {folder / file.name} {origin}")


def build_options() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = build_parser("omz_downloader", "Download the files that models are made from.")
    add = parser.add_argument
    add(
        "-o",
        "--output_dir",
        type=Path,
        metavar="DIR",
        default=Path(),
        help="where the files go (default: here)",
    )
    add("--cache_dir", type=Path, metavar="DIR", help="keep a copy of each file here, and look here first")
    add("--num_attempts", type=positive, metavar="N", default=1, help="try each download N times")
    add("--precisions", type=precisions, metavar="PREC[,PREC...]", help="of models that are IRs already")
    add(
        "--progress_format", choices=("text", "json"), default="text", help="lines for people or for programs"
    )
    return parser


def _work_on(choice: Selected, options: argparse.Namespace) -> None:
    report = Report(options.progress_format)
    for model in choice.models():
        download(model, options.output_dir / subfolder(model, choice.root), options, report)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    return run_for_each(_work_on, build_options(), argv)


if __name__ == "__main__":
    sys.exit(main())
