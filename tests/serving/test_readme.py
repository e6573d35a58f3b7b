"""The examples of the server's page are run as they stand there, but for the address."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from serving_support import Server

ROOT = Path(__file__).parents[2]
README = ROOT / "demo" / "text_to_speech" / "serving" / "README.md"


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def here(code: str, server: Server) -> str:
    """The code with the address of the server of the tests."""
    assert "127.0.0.1:8880" in code
    return code.replace("127.0.0.1:8880", server.url.removeprefix("http://"))


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_lines_for_curl(server: Server, tmp_path: Path) -> None:
    lines = next(block for block in blocks("") if block.startswith("curl"))
    for number, command in enumerate(here(lines, server).split("\n\n")):
        done = subprocess.run(
            ["sh", "-c", command.replace("curl ", "curl --silent --fail ", 1)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, (number, done.stderr)
    assert (tmp_path / "hello.mp3").stat().st_size > 1_000
    assert soundfile.info(tmp_path / "cost.wav").samplerate == 22_050
    assert "event: speech.timestamps" in done.stdout
    assert "event: speech.audio.done" in done.stdout


@pytest.mark.parametrize(("package", "result"), [("openai", "hello.wav"), ("websockets", "speech.pcm")])
def test_the_examples_in_python(server: Server, tmp_path: Path, package: str, result: str) -> None:
    pytest.importorskip(package, reason=f"{package} is not installed")
    code = next(block for block in blocks("python") if package in block)
    done = subprocess.run(
        [sys.executable, "-c", here(code, server)], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / result).stat().st_size > 10_000


def test_every_option_is_described() -> None:
    from text_to_speech.serving.command import build_parser

    described = README.read_text(encoding="utf-8")
    own = {
        "-h",
        "--help",
        "--version",
        "-m_duration",
        "--model_duration",
        "-m_forward",
        "--model_forward",
        "--device",
    }
    options = {option for action in build_parser()._actions for option in action.option_strings} - own
    assert [option for option in sorted(options) if f"`{option}" not in described] == []


def test_every_field_is_described() -> None:
    from text_to_speech.serving.requests import SpeechRequest

    described = README.read_text(encoding="utf-8")
    kokoros = {"ssml", "volume_multiplier"}
    assert [
        name for name in SpeechRequest.model_fields if f"`{name}`" not in described and name not in kokoros
    ] == []
