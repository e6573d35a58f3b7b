"""Which models a command works on: the options --name, --list, --all and --print_all of the Open Model Zoo's tools.

A model is chosen by its folder's name before its model.yml is read, so that one malformed file stops no other model.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..cli.frame import OneLineParser, put, run
from ..errors import InputError, SpeechError
from ..store.catalogue import models_root
from ..store.convert import PRECISIONS
from ..store.model_yml import (
    COMPOSITE_YML,
    MODEL_YML,
    CompositeModel,
    Model,
    read_composite_model,
    read_model,
)

KNOWN_PRECISIONS = ("FP16", "FP16-INT1", "FP16-INT8", "FP32", "FP32-INT1", "FP32-INT8")  # names of the zoo
# Levels of folders in one another; the Open Model Zoo has three.
MAX_LEVELS = 10
# The Open Model Zoo's folders of models. The models of this repository count as public.
COLLECTIONS = ("public", "intel")


@dataclass(frozen=True)
class Selected:
    """A chosen model, not read yet.

    Attributes:
        folder: The folder of its model.yml or composite-model.yml.
        root: The folder of models that the model belongs to.
    """

    folder: Path
    root: Path

    @property
    def name(self) -> str:
        """The model's name."""
        return self.folder.name

    def read(self) -> Model | CompositeModel:
        """Read the model.

        Raises:
            ModelError: A file is missing or malformed.
        """
        composite = (self.folder / COMPOSITE_YML).is_file()
        return read_composite_model(self.folder) if composite else read_model(self.folder)

    def models(self) -> tuple[Model, ...]:
        """Read the model's stages in their order, or the model itself where it has none."""
        model = self.read()
        return model.stages if isinstance(model, CompositeModel) else (model,)


def subfolder(model: Model | CompositeModel, root: Path) -> Path:
    """Return where a model's files go below an output folder, such as public/hifi-gan."""
    relative = model.folder.relative_to(root.absolute())
    return relative if relative.parts[0] in COLLECTIONS else Path(COLLECTIONS[0]) / relative


def build_parser(prog: str, description: str) -> OneLineParser:
    """Return a parser with the options that choose models."""
    parser = OneLineParser(prog=prog, description=description, allow_abbrev=False)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument(
        "--name", metavar="PAT[,PAT...]", help="models whose names match one of these patterns"
    )
    choice.add_argument(
        "--list", type=Path, metavar="FILE.LST", help="models whose names match a pattern in this file"
    )
    choice.add_argument("--all", action="store_true", help="all models")
    choice.add_argument("--print_all", action="store_true", help="print the names of all models and stop")
    parser.add_argument(
        "--model_root", type=Path, metavar="DIR", help="a folder of models, instead of those of this package"
    )
    return parser


def select(options: argparse.Namespace) -> list[Selected]:
    """Return the models that the options choose, each once, in the order of the patterns.

    Raises:
        InputError: The list cannot be read, or a pattern matches no model.
        ModelError: There is no folder of models.
    """
    root = options.model_root or models_root()
    if not root.is_dir():
        raise InputError(f"--model_root {root} is not there: expected a folder of models")
    whole = list(_folders(root))
    if options.all or options.print_all:
        return [Selected(folder, root) for folder in whole]
    patterns = options.name.split(",") if options.name is not None else _read_list(options.list)
    chosen: dict[str, Path] = {}
    for pattern in patterns:
        matching = list(_matching(whole, pattern))
        if not matching:
            names = ", ".join(folder.name for folder in whole)
            raise InputError(f"no model matches {pattern!r}: expected one of {names or 'none'}")
        chosen |= {folder.name: folder for folder in matching}
    return [Selected(folder, root) for folder in chosen.values()]


def _folders(root: Path) -> Iterator[Path]:
    """Yield the folders of simple and composite models, sorted by name, but not those of stages."""
    for folder in sorted(_described(root.absolute()), key=lambda folder: folder.name):
        if not (folder.parent / COMPOSITE_YML).is_file():
            yield folder


def _described(root: Path) -> Iterator[Path]:
    """Yield the folders with a model.yml or a composite-model.yml; links to folders are not followed."""
    waiting = [(root, 0)]
    while waiting:
        folder, level = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:  # a folder that this user may not read holds no models
            continue
        if not {MODEL_YML, COMPOSITE_YML}.isdisjoint(entry.name for entry in entries):
            yield folder
        if level < MAX_LEVELS:
            inner = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
            waiting += [(folder / entry.name, level + 1) for entry in inner]


def _matching(folders: Iterable[Path], pattern: str) -> Iterator[Path]:
    """Yield the models whose names match a pattern, and the matching stages of composite models that do not match."""
    for folder in folders:
        if fnmatch.fnmatchcase(folder.name, pattern):
            yield folder
        elif (folder / COMPOSITE_YML).is_file():
            stages = sorted(path.parent for path in folder.glob(f"*/{MODEL_YML}"))
            yield from (stage for stage in stages if fnmatch.fnmatchcase(stage.name, pattern))


def _read_list(path: Path) -> list[str]:
    """Return the first word of each line of a list; # begins a comment."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        words = [shlex.split(line, comments=True) for line in lines]
    except OSError as error:
        raise InputError(f"--list {path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # not UTF-8, or an open quotation mark
        raise InputError(f"--list {path} is no list of models: {error}") from error
    return [line[0] for line in words if line]


def precisions(value: str) -> tuple[str, ...]:
    """Read the option --precisions.

    Raises:
        argparse.ArgumentTypeError: One of them is no precision of the zoo.
    """
    names = tuple(dict.fromkeys(value.split(",")))
    for name in names:
        if name not in KNOWN_PRECISIONS:
            known = ", ".join(KNOWN_PRECISIONS)
            raise argparse.ArgumentTypeError(f"{name!r}: expected some of {known}, with commas between them")
    return names


def precisions_of(model: Model) -> tuple[str, ...]:
    """Return the precisions of a model: FP16 and FP32 if it is converted, those of its folders if it is an IR."""
    if model.framework != "dldt":
        return tuple(sorted(PRECISIONS))
    folders = {file.name.split("/")[0] for file in model.files if file.name.count("/") == 1}
    return tuple(sorted(folders & set(KNOWN_PRECISIONS)))


def positive(value: str) -> int:
    """Read an option that is a whole number above 0."""
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r}: expected a whole number above 0")
    return int(value)


def for_each(
    work: Callable[[Selected], None], selected: Sequence[Selected], parser: argparse.ArgumentParser
) -> None:
    """Do the work for every model; a failure is one line on standard error, and the other models are still processed.

    Raises:
        SpeechError: At the end, when some have failed; it names them.
    """
    failed = []
    for choice in selected:
        try:
            work(choice)
        except SpeechError as error:
            reason = " ".join(str(error).split())
            print(f"{parser.prog}: error: {choice.name}: {reason}", file=sys.stderr)
            failed.append(choice.name)
    if failed:
        raise SpeechError(f"{len(failed)} of {len(selected)} models failed: {', '.join(failed)}")


def run_for_each(
    work: Callable[[Selected, argparse.Namespace], None],
    parser: argparse.ArgumentParser,
    argv: Sequence[str] | None,
    *,
    check: Callable[[argparse.Namespace], None] = lambda options: None,
    finish: Callable[[], None] = lambda: None,
) -> int:
    """Run a command of the zoo: print the names if asked to, else do the work for every chosen model.

    Args:
        work: Takes a model and the options.
        parser: The command's parser, made by `build_parser`.
        argv: The arguments; those of the process when None.
        check: Raises an InputError for options that do not go together.
        finish: Called at the end, also when models have failed.

    Returns:
        The exit status.
    """

    def command(options: argparse.Namespace) -> None:
        selected = select(options)
        if options.print_all:
            put("\n".join(choice.name for choice in selected))
            return
        check(options)
        try:
            for_each(lambda choice: work(choice, options), selected, parser)
        finally:
            finish()

    return run(command, parser, argv)
