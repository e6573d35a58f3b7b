"""What the Open Model Zoo would check before it took this repository: pages, links, the form of the files."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
import soundfile
import yaml

from text_to_speech.inference.mel import SAMPLE_RATE
from tiny_recordings import tone

ROOT = Path(__file__).parents[2]
MODELS = sorted(
    path.parent for name in ("model.yml", "composite-model.yml") for path in (ROOT / "models").rglob(name)
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
TEXT = {".py", ".md", ".yml", ".yaml", ".toml", ".txt", ".lst", ".json", ".cfg", ""}


def tracked():
    """Return the files in git's index with their modes."""
    command = ["git", "-C", str(ROOT), "ls-files", "--stage"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        done = None
    if done is None or done.returncode or not done.stdout:
        pytest.skip("not a checkout of git")
    entries = (line.split("\t") for line in done.stdout.splitlines())
    files = {ROOT / name: facts.split()[0] for facts, name in entries}
    return {path: mode for path, mode in files.items() if path.is_file() and not path.is_symlink()}


def sections(page):
    """Return the text of a page by the titles of its sections."""
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("folder", MODELS, ids=lambda folder: folder.name)
def test_a_page_states_the_facts_of_model_yml(folder):
    """How the page words them is free."""
    path = next(path for path in folder.glob("*model.yml"))
    model = yaml.safe_load(path.read_text(encoding="utf-8"))
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {folder.name}")
    for entry in model.get("input_info", ()):
        section = sections(folder / "README.md")["Input"]
        assert f"`{entry['name']}`" in section
        assert f"`{', '.join(map(str, entry['shape']))}`" in section
    for file in model.get("files", ()):
        assert f"{file['size']:,} bytes" in page
    legal = sections(folder / "README.md")["Legal Information"]
    assert f"]({model['license']})" in legal or "Apache License, Version 2.0" in legal


SECTIONS = [
    "Use Case and High-Level Description",
    "Specification",
    "Accuracy",
    "Input",
    "Output",
    "Download a Model and Convert it",
    "Demo usage",
    "Legal Information",
]
OF_THE_WHOLE = {
    "Specification",
    "Download a Model and Convert it",
    "Demo usage",
}  # not on the pages of its parts


@pytest.mark.parametrize("folder", MODELS, ids=lambda folder: folder.name)
def test_a_page_has_the_sections_of_the_zoo(folder):
    found = [title for title in sections(folder / "README.md") if title in SECTIONS]
    part = (folder.parent / "composite-model.yml").is_file()
    whole = (folder / "composite-model.yml").is_file()
    left_out = OF_THE_WHOLE if part else {"Specification", "Input", "Output"} if whole else set()
    assert found == [title for title in SECTIONS if title not in left_out]
    assert not whole or "Composite model specification" in sections(folder / "README.md")


@pytest.mark.parametrize("folder", MODELS, ids=lambda folder: folder.name)
def test_a_part_names_the_whole_and_the_whole_its_parts(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    if (folder.parent / "composite-model.yml").is_file():
        assert "](../README.md)" in text
    for path in folder.glob("*/model.yml"):
        assert f"]({path.parent.name}/README.md)" in text


def test_the_index_names_every_model():
    index = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    for folder in MODELS:
        if folder.parent == ROOT / "models":
            assert f"]({folder.name}/README.md)" in index


def test_relative_links_lead_somewhere():
    broken = []
    for page in tracked():
        if page.suffix == ".md":
            for target in LINK.findall(page.read_text(encoding="utf-8")):
                place = unquote(target.partition("#")[0])
                if place and "://" not in place and not (page.parent / place).exists():
                    broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_texts_end_with_one_newline():
    wrong = []
    for path in tracked():
        if path.suffix in TEXT:
            content = path.read_bytes()
            if content and (not content.endswith(b"\n") or content.endswith(b"\n\n") or b"\r" in content):
                wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_what_can_be_run_says_by_what_and_the_reverse():
    wrong = []
    for path, mode in tracked().items():
        with path.open("rb") as stream:
            if (stream.read(2) == b"#!") != (mode == "100755"):
                wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


@pytest.mark.slow
def test_the_demos_run_without_a_warning(tiny, tmp_path):
    soundfile.write(tmp_path / "sound.wav", tone(150.0), SAMPLE_RATE)
    speak = ["text_to_speech_demo.py", "-i", "Hello there.", "-o", "speech.wav", *tiny.flags]
    copy = ["vocoder_demo.py", "-i", "sound.wav", "-m", str(tiny.vocoder)]
    for script, *arguments in (speak, copy):
        command = [sys.executable, "-W", "error", str(ROOT / "demo" / script), *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        assert "Warning" not in done.stderr
    assert (tmp_path / "speech.wav").is_file()
    assert (tmp_path / "sound_generated.wav").is_file()


def test_the_repository_has_no_symbolic_links():
    """Git for Windows and a ZIP turn them into text files."""
    listed = subprocess.run(["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout")
    assert [line for line in listed.stdout.splitlines() if line.startswith("120000")] == []
