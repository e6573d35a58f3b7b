"""OpenVINO without its converter: what is imported, what still works, and what happens where it is not to be had."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[1] / "demo"


def run(program: str, *folders: Path) -> str:
    path = [str(folder) for folder in (*folders, DEMO)]
    code = f"import sys; sys.path[:0] = {path!r}\n{program}"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# What a command does before it imports the modules that need OpenVINO.
ALONE = """
from text_to_speech.openvino_import import leave_converter_out
leave_converter_out()
from text_to_speech.openvino_import import openvino
"""
REPORTS = "print(sorted(n for n in sys.modules if 'ovc' in n or 'telemetry' in n))\n"


def test_openvino_usually_brings_its_converter_along() -> None:
    """If this fails, OpenVINO has changed, and the module has nothing to do any more."""
    assert "openvino.tools.ovc" in run("import openvino\n" + REPORTS)


def test_nothing_is_imported_that_reports_usage() -> None:
    assert run(ALONE + "import openvino\n" + REPORTS) == "[]"


def test_a_model_is_read_and_computed(tiny) -> None:
    program = f"""
import numpy as np
from text_to_speech.inference.vocoder import Vocoder
print(Vocoder(model={str(tiny.vocoder)!r}).synthesize(np.zeros((80, 5), np.float32)).size)
"""
    assert run(ALONE + program + REPORTS) == f"{5 * 256}\n[]"


def test_the_converter_can_be_imported_afterwards() -> None:
    program = "from openvino.tools.ovc import convert_model; print(callable(convert_model))"
    assert run(ALONE + program) == "True"


def test_an_openvino_that_is_there_is_left_as_it_is() -> None:
    assert run("import openvino\n" + ALONE + "print(callable(openvino.convert_model))") == "True"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from openvino.tools import ovc\nname = 'whole'\n", "whole"),
        ("try:\n    import openvino.tools.ovc\nexcept ImportError:\n    pass\nname = 'alone'\n", "alone"),
    ],
)
def test_an_openvino_that_needs_its_converter_is_imported_as_usual(
    source: str, found: str, tmp_path: Path
) -> None:
    package = tmp_path / "openvino"
    (package / "tools" / "ovc").mkdir(parents=True)
    (package / "__init__.py").write_text(source)
    (package / "tools" / "__init__.py").write_text("")
    (package / "tools" / "ovc" / "__init__.py").write_text("")
    whole = "print('openvino.tools.ovc' in sys.modules)"
    assert (
        run(ALONE + f"import openvino\nprint(openvino.name)\n{whole}", tmp_path)
        == f"{found}\n{found == 'whole'}"
    )


@pytest.mark.parametrize(("module", "whole"), [("cli.probe", False), ("omz.probe", True)])
def test_commands_that_speak_leave_it_out_and_the_zoo_s_tools_do_not(module: str, whole: bool) -> None:
    program = f"""
import types
from text_to_speech.cli.start import start

def main():
    from text_to_speech.openvino_import import openvino
    print(hasattr(openvino, "convert_model"))
    return 0

probe = sys.modules["text_to_speech.{module}"] = types.ModuleType("probe")
probe.main = main
sys.exit(start("text_to_speech.{module}"))
"""
    assert run(program) == str(whole)


def test_a_library_imports_openvino_as_always(tiny) -> None:
    program = f"from text_to_speech import Vocoder; Vocoder(model={str(tiny.vocoder)!r})\n"
    assert run(program + "import openvino; print(callable(openvino.convert_model))") == "True"


def test_a_missing_openvino_raises_the_usual_error() -> None:
    program = f"""
sys.modules["openvino._pyopenvino"] = None
try:
    exec({ALONE!r})
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert run(program) == "openvino._pyopenvino"
