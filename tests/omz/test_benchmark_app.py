"""The command lines of models/README.md, run by the real benchmark_app on the IRs that omz_converter makes."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from text_to_speech.omz import converter
from text_to_speech.omz.selection import Selected, build_parser, select

ROOT = Path(__file__).parents[2]
COMMANDS = re.findall(r"^benchmark_app .*$", (ROOT / "models" / "README.md").read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoo")
    assert converter.main(["--list", str(ROOT / "models.lst"), "-d", str(folder)]) == 0
    return folder


def models() -> list[Selected]:
    options = ["--model_root", str(ROOT / "models"), "--list", str(ROOT / "models.lst")]
    return select(build_parser("tool", "").parse_args(options))


def test_every_model_has_a_static_and_a_dynamic_command():
    for choice in models():
        for model in choice.models():
            commands = [command for command in COMMANDS if f"/{model.name}.xml " in command]
            assert sorted("-data_shape" in command for command in commands) == [False, True], model.name
            assert all("-infer_precision f32" in command for command in commands)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_run_and_report(converted, command, tmp_path):
    program = shutil.which("benchmark_app", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("benchmark_app is not installed beside this Python")
    arguments = [program, *shlex.split(command)[1:], "-t", "1"]
    arguments += ["-json_stats", "-report_type", "no_counters", "-report_folder", str(tmp_path)]
    done = subprocess.run(arguments, cwd=converted, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    report = json.loads((tmp_path / "benchmark_report.json").read_text())
    results = report["execution_results"]
    assert int(results["total number of iterations"]) > 0
    assert float(results["throughput"]) > 0
