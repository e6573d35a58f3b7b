import hashlib
from pathlib import Path

import pytest
import yaml

from text_to_speech.errors import ModelError
from text_to_speech.store.model_yml import (
    GoogleDriveSource,
    HttpSource,
    InputInfo,
    read_composite_model,
    read_model,
)

ROOT = Path(__file__).parents[2]

GOOD = {
    "description": "A vocoder.",
    "task_type": "text_to_speech",
    "files": [
        {
            "name": "folder/weights.bin",
            "size": 10,
            "checksum": "0A" * 48,
            "source": "https://example.org/weights.bin",
        },
        {
            "name": "other.bin",
            "size": 0,
            "checksum": hashlib.sha384().hexdigest(),
            "source": {"$type": "google_drive", "id": "a-b_C"},
        },
    ],
    "input_info": [{"name": "mel", "shape": [1, 80, 128], "layout": "NCW"}, {"name": "speaker"}],
    "postprocessing": [{"$type": "unpack_archive", "format": "zip", "file": "other.bin"}],
    "model_optimizer_args": ["--input_model=$conv_dir/x.onnx"],
    "model_info": {"model_type": "vocoder"},
    "framework": "onnx",
    "license": "https://example.org/LICENSE",
}


@pytest.fixture
def write(tmp_path):
    def write(content, name="model.yml", folder="vocoder"):
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
        return path.parent

    return write


def test_a_model_arrives_whole(write):
    folder = write(GOOD)
    model = read_model(folder)
    assert (model.name, model.folder, model.framework) == ("vocoder", folder, "onnx")
    assert [file.name for file in model.files] == ["folder/weights.bin", "other.bin"]
    assert model.files[0].checksum == "0a" * 48
    assert model.files[0].source == HttpSource("https://example.org/weights.bin")
    assert model.files[1].source == GoogleDriveSource("a-b_C")
    assert model.input_info == (InputInfo("mel", (1, 80, 128), "NCW"), InputInfo("speaker"))
    assert model.postprocessing[0]["format"] == "zip"
    assert model.model_info["model_type"] == "vocoder"


def test_the_models_of_this_repository():
    one, universal = (read_model(ROOT / "models" / name) for name in ("hifi-gan", "hifi-gan-universal"))
    assert one.files[0].checksum.startswith("d5b24d068fff")
    assert universal.files[0].checksum.startswith("10d5525cc731")
    for model in (one, universal):
        assert model.input_info == (InputInfo("mel", (1, 80, 128), "NCW"),)
        assert model.files[0].size == 55_788_858


def test_the_model_at_the_root_is_the_one_in_the_zoo():
    assert (ROOT / "models/hifi-gan/model.yml").read_bytes() == (ROOT / "model.yml").read_bytes()


@pytest.mark.parametrize("name", ["hifi-gan", "hifi-gan-universal"])
def test_the_page_of_a_model_says_what_its_model_yml_says(name):
    def words(text):
        return " ".join(text.replace("<", "").replace(">", "").split())

    description = read_model(ROOT / "models" / name).description
    page = (ROOT / "models" / name / "README.md").read_text(encoding="utf-8")
    assert words(description) in words(page)


@pytest.mark.parametrize(
    "key", ["description", "task_type", "files", "framework", "license", "model_optimizer_args"]
)
def test_required_keys(write, key):
    content = {name: value for name, value in GOOD.items() if name != key}
    with pytest.raises(ModelError, match=rf"vocoder.model\.yml: {key}"):
        read_model(write(content))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("description", 3),
        ("description", " "),
        ("framework", "caffe"),
        ("framework", "pytorch"),
        ("conversion_to_onnx_args", ["--x"]),
        ("files", "weights.bin"),
        ("files", [3]),
        ("input_info", {"name": "mel"}),
        ("input_info", [{"shape": [1]}]),
        ("input_info", [{"name": "mel", "shape": [1, -1]}]),
        ("input_info", [{"name": "mel", "shape": "1,80"}]),
        ("input_info", [{"name": "mel", "shape": [1, 80], "layout": "NCW"}]),
        ("postprocessing", ["unpack"]),
        ("model_optimizer_args", "--x"),
        ("model_optimizer_args", [3]),
        ("model_info", []),
    ],
)
def test_wrong_values_are_named(write, key, value):
    with pytest.raises(ModelError, match=key):
        read_model(write(GOOD | {key: value}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "../weights.bin"),
        ("name", "a/../../b"),
        ("name", "/etc/passwd"),
        ("name", "C:\\weights.bin"),
        ("name", "..\\weights.bin"),
        ("name", "\\\\host\\share\\x"),
        ("name", "."),
        ("name", ""),
        ("name", None),
        ("name", "a\0b"),
        ("name", "a\nb"),
        ("name", "\x1b[2Ja"),
        ("name", "\ud800"),
        ("name", "a\\b"),
        ("name", "a//b"),
        ("name", "./a"),
        ("name", "a/"),
        ("name", "a/../b"),
        ("name", "nul"),
        ("name", "folder/CON.txt"),
        ("name", "com1"),
        ("name", "a:stream"),
        ("name", "a?"),
        ("name", "a."),
        ("name", "a /b"),
        ("name", "x" * 256),
        ("name", "x/" * 600 + "y"),
        ("name", "weights.bin.part"),
        ("size", 0),
        ("size", 2**70),
        ("size", -1),
        ("size", "10"),
        ("size", True),
        ("checksum", "0a"),
        ("checksum", "zz" * 48),
        ("source", "weights.bin"),
        ("source", "file:///etc/passwd"),
        ("source", {"$type": "ftp", "url": "ftp://example.org"}),
        ("source", {"$type": "google_drive", "id": "a/b"}),
        ("source", {"url": "https://example.org"}),
        ("source", None),
        ("source", "http://[::1"),
        ("source", "http://"),
        ("source", "https:///a"),
        ("source", "https://" + "a" * 300 + ".org/x"),
        ("source", "https://a..org/x"),
        ("source", "https://example.org:port/x"),
        ("source", "https://example.org:99999/x"),
        ("source", "https://example.org/a b"),
        ("source", "https://example.org/\x1b[2J"),
        ("source", "https://example.org\\@127.0.0.1/"),
        ("source", "https://example.org/\ud800"),
        ("source", "https://example.org/" + "a" * 3000),
    ],
)
def test_wrong_files_are_named(write, key, value):
    files = [GOOD["files"][0] | {key: value}]
    with pytest.raises(ModelError, match=rf"files\[0\]: {key}"):
        read_model(write(GOOD | {"files": files}))


@pytest.mark.parametrize("name", ["folder/weights.bin", "Folder/Weights.BIN"])
def test_two_files_of_one_name_are_refused(write, name):
    with pytest.raises(ModelError, match="differ"):
        read_model(write(GOOD | {"files": [GOOD["files"][0], GOOD["files"][0] | {"name": name}]}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "text",
        "a: [",
        "\t",
        "!!python/object/apply:os.system ['true']",
        "1: 2",
        "a: &a [*a]",
        "a: 2020-99-99",
    ],
)
def test_what_is_no_mapping_in_yaml_is_refused(write, text):
    with pytest.raises(ModelError, match=r"model\.yml"):
        read_model(write(text))


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "model.yml").write_bytes("description: Übung".encode("latin-1"))
    with pytest.raises(ModelError, match="UTF-8"):
        read_model(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"model\.yml"):
        read_model(tmp_path)


def test_a_folder_whose_name_is_no_name_is_refused(write):
    with pytest.raises(ModelError, match="name of letters"):
        read_model(write(GOOD, folder="a vocoder"))


COMPOSITE = {
    "description": "Two parts.",
    "task_type": "text_to_speech",
    "framework": "onnx",
    "license": "https://example.org/LICENSE",
    "stages_order": ["voice-second", "voice-first"],
}


@pytest.fixture
def composite(write):
    write(GOOD, folder="voice/voice-first")
    write(GOOD, folder="voice/voice-second")
    return lambda **changes: write(COMPOSITE | changes, "composite-model.yml", "voice")


def test_a_composite_model_has_its_stages_in_order(composite):
    model = read_composite_model(composite())
    assert model.name == "voice"
    assert [stage.name for stage in model.stages] == ["voice-second", "voice-first"]


@pytest.mark.parametrize("stages", [None, [], ["voice-first"], ["voice-first", "voice-third"], "voice-first"])
def test_stages_that_are_not_there_are_refused(composite, stages):
    with pytest.raises(ModelError, match="stages_order"):
        read_composite_model(composite(stages_order=stages))


def test_stages_of_other_names_are_refused(write, composite):
    write(GOOD, folder="voice/other")
    with pytest.raises(ModelError, match="begins with 'voice-'"):
        read_composite_model(composite(stages_order=["voice-first", "voice-second", "other"]))


def test_a_broken_stage_is_named(write, composite):
    write(GOOD | {"framework": "caffe"}, folder="voice/voice-first")
    with pytest.raises(ModelError, match=r"voice-first.model\.yml: framework"):
        read_composite_model(composite())
