"""What the package asks for: pyproject.toml and requirements.txt say the same, and MANIFEST.in leaves nothing out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli")

ROOT = Path(__file__).parents[1]
DESIGN_CARD = {"librosa", "opencv-python"}  # what requirements.txt has besides what speaking needs


def project() -> dict[str, Any]:
    facts: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return facts


def pins(lines: list[str]) -> dict[str, str]:
    """Return the version specifiers by the names of packages."""
    found = {}
    for line in lines:
        name = line.partition(";")[0]
        for sign in "=<>~[":
            name = name.partition(sign)[0]
        found[name.strip()] = line[len(name) :]
    return found


def requirements() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return pins([line for line in lines if line and not line.startswith("#")])


def test_requirements_are_what_the_package_needs_and_the_design_card() -> None:
    needed = pins(project()["dependencies"])
    assert requirements().keys() - needed.keys() == DESIGN_CARD
    assert {name: requirements()[name] for name in needed} == needed


def test_the_extras_pin_a_package_as_the_requirements_do() -> None:
    for packages in project()["optional-dependencies"].values():
        for name, pin in pins(packages).items():
            assert requirements().get(name, pin) == pin


def test_extras_that_an_extra_names_are_there() -> None:
    extras = project()["optional-dependencies"]
    own = [
        pin
        for packages in extras.values()
        for name, pin in pins(packages).items()
        if name == project()["name"]
    ]
    assert own
    for pin in own:
        assert set(pin.strip("[]").split(",")) <= extras.keys()


def test_every_tracked_file_is_in_the_source_distribution() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout")
    rules = [line.split() for line in (ROOT / "MANIFEST.in").read_text(encoding="utf-8").splitlines()]
    files = {name for kind, *names in filter(None, rules) if kind == "include" for name in names}
    folders = {name for kind, *names in filter(None, rules) if kind == "graft" for name in names}
    # These are packed without a rule.
    files |= {"README.md", "pyproject.toml", "setup.py", "MANIFEST.in"}
    left_out = [
        name for name in listed.stdout.splitlines() if name not in files and name.split("/")[0] not in folders
    ]
    assert left_out == []
