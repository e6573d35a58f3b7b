import argparse
import os
import sys
from pathlib import Path

import pytest
import yaml

from text_to_speech.errors import InputError
from text_to_speech.omz.selection import build_parser, precisions, select, subfolder
from text_to_speech.store.model_yml import CompositeModel

ROOT = Path(__file__).parents[2]
COMMON = {"description": "d", "task_type": "text_to_speech", "framework": "onnx", "license": "l"}
SIMPLE = COMMON | {"files": [], "model_optimizer_args": []}


@pytest.fixture
def root(tmp_path):
    """A zoo: alpha, alpha-two, and the composite voice of two stages."""
    for place in ("alpha", "alpha-two", "voice/voice-b", "voice/voice-a"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "model.yml").write_text(yaml.safe_dump(SIMPLE))
    voice = COMMON | {"stages_order": ["voice-b", "voice-a"]}
    (tmp_path / "voice" / "composite-model.yml").write_text(yaml.safe_dump(voice))
    return tmp_path


def choose(root, *arguments):
    options = build_parser("tool", "").parse_args(["--model_root", str(root), *map(str, arguments)])
    return select(options)


def names(root, *arguments):
    return [choice.name for choice in choose(root, *arguments)]


def test_all_models_are_found_and_stages_are_no_models_of_their_own(root):
    assert names(root, "--all") == ["alpha", "alpha-two", "voice"]
    assert names(root, "--print_all") == ["alpha", "alpha-two", "voice"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a path as long as this one is POSIX")
def test_folders_without_end_stop_nothing(root, monkeypatch):
    monkeypatch.chdir(root)
    for _ in range(1500):  # more than Python's stack holds
        Path("a").mkdir()
        os.chdir("a")
    Path("model.yml").write_text("{}")
    monkeypatch.chdir(root)
    (root / "loop").symlink_to(root)
    assert names(root, "--all") == ["alpha", "alpha-two", "voice"]
    for _ in range(1400):  # what removes the folder after the tests goes as deep
        Path("a/a").rename("b")
        Path("a").rmdir()
        Path("b").rename("a")


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("alpha", ["alpha"]),
        ("alpha*", ["alpha", "alpha-two"]),
        ("voice,alpha,voice", ["voice", "alpha"]),
        ("*", ["alpha", "alpha-two", "voice"]),
        ("voice-a", ["voice-a"]),
        ("voice-*", ["voice-a", "voice-b"]),
    ],
)
def test_patterns(root, patterns, expected):
    assert names(root, "--name", patterns) == expected


def test_stages_run_in_their_order(root):
    (voice,) = choose(root, "--name", "voice")
    assert isinstance(voice.read(), CompositeModel)
    assert [model.name for model in voice.models()] == ["voice-b", "voice-a"]


def test_a_list_has_comments_and_further_words(root):
    path = root / "models.lst"
    path.write_text("# comment\n\nalpha-* FP16  # more\n'voice'\n")
    assert names(root, "--list", path) == ["alpha-two", "voice"]


def test_the_list_of_this_repository_names_all_its_models():
    options = ["--list", str(ROOT / "models.lst")]
    listed = {choice.name for choice in select(build_parser("tool", "").parse_args(options))}
    assert listed == {choice.name for choice in select(build_parser("tool", "").parse_args(["--all"]))}
    assert {"hifi-gan", "hifi-gan-universal"} <= listed


@pytest.mark.parametrize("pattern", ["beta", "", "Alpha", "alpha,none"])
def test_a_pattern_that_matches_nothing_is_refused_with_the_names(root, pattern):
    with pytest.raises(InputError, match="expected one of alpha, alpha-two, voice"):
        choose(root, "--name", pattern)


@pytest.mark.parametrize("content", [None, b"\xff", b"'open"])
def test_lists_that_cannot_be_read(root, content):
    if content is not None:
        (root / "models.lst").write_bytes(content)
    with pytest.raises(InputError, match=r"models\.lst"):
        choose(root, "--list", root / "models.lst")


def test_a_zoo_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="model_root"):
        choose(tmp_path / "none", "--all")


@pytest.mark.parametrize("arguments", [[], ["--all", "--name", "x"], ["--list", "x", "--print_all"]])
def test_one_choice_is_needed(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        build_parser("tool", "").parse_args(arguments)
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_folders_below_the_output_folder(root):
    (voice,) = choose(root, "--name", "voice-a")
    assert subfolder(voice.models()[0], root) == Path("public/voice/voice-a")
    (root / "intel").mkdir()
    (root / "alpha").rename(root / "intel" / "alpha")
    (alpha,) = choose(root, "--name", "alpha")
    assert subfolder(alpha.models()[0], root) == Path("intel/alpha")


def test_precisions():
    assert precisions("FP16,FP32,FP16") == ("FP16", "FP32")
    with pytest.raises(argparse.ArgumentTypeError, match="FP8"):
        precisions("FP32,FP8")
