import json
import os
import sys

import pytest
import yaml

from fuzzing.yamls import bombs
from text_to_speech.omz.info_dumper import main


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "twice"
    folder.mkdir()
    model = {
        "description": "It doubles.",
        "task_type": "text_to_speech",
        "files": [],
        "input_info": [{"name": "data", "shape": [1, 5, 3], "layout": "NCW"}],
        "model_optimizer_args": [],
        "framework": "onnx",
        "license": "https://example.org/LICENSE",
    }
    (folder / "model.yml").write_text(yaml.safe_dump(model))
    return tmp_path


def test_it_gives_the_keys_of_the_stock_tool(root, capsys):
    assert main(["--model_root", str(root), "--all"]) == 0
    (facts,) = json.loads(capsys.readouterr().out)
    assert facts.pop("model_config") == str(root / "twice" / "model.yml")
    assert facts == {
        "name": "twice",
        "composite_model_name": None,
        "description": "It doubles.",
        "framework": "onnx",
        "license_url": "https://example.org/LICENSE",
        "accuracy_config": None,
        "precisions": ["FP16", "FP32"],
        "subdirectory": "public/twice",
        "task_type": "text_to_speech",
        "input_info": [{"name": "data", "shape": [1, 5, 3], "layout": "NCW"}],
        "model_stages": [],
    }


def test_it_goes_on_after_a_broken_model(root, capsys):
    (root / "aaa").mkdir()
    (root / "aaa" / "model.yml").write_text("{}")
    assert main(["--model_root", str(root), "--all"]) == 1
    captured = capsys.readouterr()
    assert [model["name"] for model in json.loads(captured.out)] == ["twice"]
    assert captured.err.startswith("omz_info_dumper: error: aaa: ")


@pytest.mark.parametrize("name", ["model.yml", "composite-model.yml"])
def test_hostile_files_keep_no_other_model_from_being_printed(root, capsys, name):
    contents = [content for _, content in bombs()] + [
        "a: &x 1\nb: *x",
        "files: []\nfiles: []",
        "\0",
        "x" * 10**6,
    ]
    for index, content in enumerate(contents):
        (root / f"aaa-{index}").mkdir()
        (root / f"aaa-{index}" / name).write_text(content)
    if sys.platform != "win32":
        (root / "aaa-pipe").mkdir()
        os.mkfifo(root / "aaa-pipe" / name)
    assert main(["--model_root", str(root), "--all"]) == 1
    captured = capsys.readouterr()
    assert [model["name"] for model in json.loads(captured.out)] == ["twice"]
    assert len(captured.err.splitlines()) == len(contents) + 1 + (sys.platform != "win32")
    assert all(line.isprintable() for line in captured.err.splitlines())


def test_stages_stand_within_their_composite(root, capsys):
    voice = {"description": "d", "task_type": "text_to_speech", "framework": "onnx", "license": "l"}
    stage = root / "voice" / "voice-a"
    stage.mkdir(parents=True)
    (stage / "model.yml").write_text((root / "twice" / "model.yml").read_text())
    (root / "voice" / "composite-model.yml").write_text(yaml.safe_dump(voice | {"stages_order": ["voice-a"]}))
    assert main(["--model_root", str(root), "--name", "voice"]) == 0
    (facts,) = json.loads(capsys.readouterr().out)
    assert facts["composite_model_name"] == "voice"
    assert facts["model_config"] is None
    assert facts["input_info"] == []
    assert facts["model_stages"][0]["composite_model_name"] == "voice"
    assert facts["model_stages"][0]["subdirectory"] == "public/voice/voice-a"
