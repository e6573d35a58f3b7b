"""The direction of imports between the rooms of the package: no import runs back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "demo" / "text_to_speech"

# What every room may import.
GROUND = {"errors", "files", "forks", "lazy_names", "openvino_import", "version"}

# What every command is made of: its frame, and the options, names and lines that it has in common with others.
COMMANDS = {"cli.frame", "cli.starter"}
COMMANDS |= {f"cli.{module}" for module in ("chosen", "documents", "inputs", "nearest", "options", "outputs")}
COMMANDS |= {f"cli.{module}" for module in ("progress", "report", "speak", "tables")}

# What the modules of a room may import of the package, besides their own room. The modules of a command are named one
# by one, and those with which books share the record of what is finished and the workers.
BELOW: dict[str, set[str]] = {
    "errors": set(),
    "files": {"errors"},
    "forks": {"errors"},
    "lazy_names": set(),
    "openvino_import": set(),
    "version": set(),
    "text": GROUND,
    "script": {"text", *GROUND},
    "voices": GROUND,
    "store": {"voices", *GROUND},
    "inference": {"store", "voices", *GROUND},
    "speech": {"inference", "store", "voices", *GROUND},
    "pipeline": {"text", "script", "inference", "speech", "store", "voices", *GROUND},
}
PARTS = {*BELOW, ""}  # "" is the package itself: its exported names and its version
BELOW |= {
    "cli": PARTS,
    "omz": PARTS | {"cli.frame", "cli.starter"},
    "serving": PARTS | {"cli.frame", "cli.starter"},
    "batch": PARTS | COMMANDS,
    "books": PARTS | COMMANDS | {"batch.manifest", "batch.pool"},
}
ANYTHING = {"", "__main__"}  # the package's own face


def imported(source: str, module: str) -> Iterator[str]:
    """Yield the modules of the package that a module imports, anywhere in it, relative to the package."""
    package = module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            yield from (n.partition(".")[2] for n in names if n.partition(".")[0] == "text_to_speech")
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) + 1 - node.level]
            base += node.module.split(".") if node.module else []
            yield from (".".join([*base, alias.name]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "text_to_speech":
            base = (node.module or "").split(".")[1:]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def runs_back(source: str, module: str) -> list[str]:
    """Return the imports of a module that its room may not have."""
    room = module.partition(".")[0]
    if room in ANYTHING:
        return []
    own = BELOW[room] | {room}
    found = []
    for name in imported(source, module):
        part = name.partition(".")[0]
        part = part if part in BELOW else ""
        if part not in own and ".".join(name.split(".")[:2]) not in own:
            found.append(name)
    return found


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: name_of(path) or "__init__")
def test_no_import_runs_back(path: Path) -> None:
    module = name_of(path) + (".__init__" if path.name == "__init__.py" and path.parent != PACKAGE else "")
    assert runs_back(path.read_text(encoding="utf-8"), module) == []


def test_every_room_is_drawn() -> None:
    rooms = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - set(BELOW) <= {"__init__", "__main__"}


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from ..script import Script", "text.phonemes"),
        ("from ..pipeline import Synthesizer", "speech.spoken"),
        ("def later():\n    from ..text import SYMBOLS", "inference.acoustic"),
        ("import text_to_speech.cli.speak", "pipeline"),
        ("from text_to_speech.omz import selection", "store.cache"),
        ("from .. import pipeline", "store.cache"),
        ("from ..cli.speak import main", "omz.converter"),
        ("from .cli import frame", "pipeline"),
        ("from .. import __version__", "store.cache"),
        ("from ..books import readers", "batch.command"),
        ("from ..serving import application", "batch.ray_actors"),
        ("from ..batch.command import main", "books.command"),
    ],
)
def test_an_import_that_runs_back_is_found(source: str, module: str) -> None:
    assert runs_back(source, module)


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from ..text import SYMBOLS", "script.utterances"),
        ("from ..cli.frame import run", "omz.converter"),
        ("from .symbols import SYMBOLS\nimport numpy\nfrom ..errors import InputError", "text.phonemes"),
        ("from text_to_speech import Synthesizer", "cli.speak"),
        ("from ..batch.manifest import WorkFolder", "books.command"),
        ("from ..cli.options import bounded", "batch.command"),
    ],
)
def test_an_import_along_the_arrows_is_none(source: str, module: str) -> None:
    assert not runs_back(source, module)
