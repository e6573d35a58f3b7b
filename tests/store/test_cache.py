import logging
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import openvino
import pytest

from text_to_speech.errors import ChecksumError, InputError, ModelError
from text_to_speech.store import cache as cache_module
from text_to_speech.store import ensure_ir, model_folder, quantized_ir, sources
from text_to_speech.store.cache import publish_quantized
from text_to_speech.store.records import RECORD, intact
from tiny_zoo import CHECKPOINT, write_doubler

ROOT = Path(__file__).parents[2]


def made(cache):
    """Return the names of the folders in the cache, hidden ones too."""
    return sorted(path.name for path in (cache / "models").iterdir())


def test_a_vocoder_is_made_with_dynamic_shapes(zoo, site, cache):
    path = ensure_ir("tiny", models=zoo)
    assert path.name == "tiny.xml"
    assert path.is_relative_to(cache)
    model = openvino.Core().read_model(path)
    assert str(model.input("mel").partial_shape) == "[?,80,?]"
    assert {child.name for child in path.parent.iterdir()} == {"tiny.xml", "tiny.bin", RECORD}


def test_a_committed_onnx_file_is_made_with_dynamic_shapes(onnx_zoo, cache):
    path = ensure_ir("voice-regression", models=onnx_zoo)
    model = openvino.Core().read_model(path)
    assert str(model.input("data").partial_shape) == "[1,?,3]"
    assert str(model.get_rt_info(["framework", "symbols"]).astype(str)) == "_\na\nʃ"
    np.testing.assert_array_equal(openvino.Core().compile_model(model, "CPU")(np.ones((1, 2, 3)))[0], 2)
    assert (onnx_zoo / "voice" / "voice-regression" / "voice-regression.onnx").is_file()


def test_what_is_there_is_used_and_not_made_again(onnx_zoo, cache, monkeypatch, caplog):
    caplog.set_level(logging.INFO, logger="text_to_speech")
    first = ensure_ir("voice-regression", models=onnx_zoo)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "voice-regression" in caplog.text
    monkeypatch.setattr(cache_module, "onnx_to_ir", None)
    assert ensure_ir("voice-regression", models=onnx_zoo) == first
    assert len(caplog.records) == 1


def test_nothing_stale_is_used(onnx_zoo, cache, monkeypatch):
    paths = [ensure_ir("voice-regression", models=onnx_zoo)]
    paths.append(ensure_ir("voice-regression", precision="FP16", models=onnx_zoo))
    write_doubler(onnx_zoo / "voice" / "voice-regression" / "voice-regression.onnx", factor=3)
    paths.append(ensure_ir("voice-regression", models=onnx_zoo))
    monkeypatch.setattr(cache_module, "CONVERTER_VERSION", -1)
    paths.append(ensure_ir("voice-regression", models=onnx_zoo))
    monkeypatch.setattr(openvino, "get_version", lambda: "another")
    paths.append(ensure_ir("voice-regression", models=onnx_zoo))
    assert len(set(paths)) == 5
    np.testing.assert_array_equal(openvino.Core().compile_model(paths[2], "CPU")(np.ones((1, 2, 3)))[0], 3)


def test_another_configuration_of_a_vocoder_is_another_model(zoo, site, cache):
    first = ensure_ir("tiny", models=zoo)
    config = zoo / "tiny" / "config.json"
    config.write_text(config.read_text().replace('"resblock"', '"sampling_rate": 24000, "resblock"'))
    assert ensure_ir("tiny", models=zoo) != first


def test_when_another_process_is_faster_its_result_is_used(onnx_zoo, cache, monkeypatch):
    theirs = ensure_ir("voice-regression", models=onnx_zoo)
    shelf = cache / "shelf"
    theirs.parent.rename(shelf)
    convert = cache_module.onnx_to_ir

    def slow(*arguments, **options):
        convert(*arguments, **options)
        shutil.copytree(shelf, theirs.parent)
        (theirs.parent / "theirs").touch()

    monkeypatch.setattr(cache_module, "onnx_to_ir", slow)
    assert ensure_ir("voice-regression", models=onnx_zoo) == theirs
    assert (theirs.parent / "theirs").exists()
    assert made(cache) == [theirs.parent.name]


CHILD = """
import sys, time
import numpy as np
from pathlib import Path
from text_to_speech.inference.model_files import read_model
from text_to_speech.inference.runtime import compile_model, resolve_target
from text_to_speech.store.cache import ensure_ir
models, start, number = map(Path, sys.argv[1:])
number.touch()
while not start.exists():
    time.sleep(0.001)
path = ensure_ir("voice-regression", models=models)
compiled = compile_model(read_model(path), resolve_target("CPU"), path)
print(path, compiled(np.ones((1, 1, 3), np.float32))[0].sum())
"""


@pytest.mark.slow
def test_processes_at_the_same_time(onnx_zoo, cache, tmp_path):
    start, ready = tmp_path / "start", [tmp_path / f"ready{i}" for i in range(6)]
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(onnx_zoo), str(start), str(number)],
            env=os.environ | {"PYTHONPATH": str(ROOT / "demo")},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in ready
    ]
    while not all(number.exists() for number in ready) and all(child.poll() is None for child in children):
        time.sleep(0.01)
    start.touch()
    results = {child.communicate(timeout=60)[0].strip() for child in children}
    assert [child.returncode for child in children] == [0] * 6
    assert len(results) == 1
    path, total = results.pop().split()
    assert float(total) == 6
    path = Path(path)
    assert made(cache) == [path.parent.name]
    assert all(intact(folder) for folder in (*(cache / "models").iterdir(), *(cache / "compiled").iterdir()))
    openvino.Core().read_model(path)


FULL = """
import resource, signal, sys
from pathlib import Path
from text_to_speech.errors import OutputError
from text_to_speech.store.cache import ensure_ir
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    ensure_ir(sys.argv[3], models=Path(sys.argv[1]))
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are a thing of POSIX")
@pytest.mark.parametrize("limit", [0, 10_000], ids=["from the start", "within the weights"])
def test_a_full_disk_leaves_nothing(zoo, cache, limit):
    write_doubler(zoo / "tiny" / "tiny.onnx", width=10_000)
    command = [sys.executable, "-c", FULL, str(zoo), str(limit), "tiny"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "demo"), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "TTS_CACHE_DIR" in result.stdout, result.stderr
    assert len(result.stdout.splitlines()) == 1
    assert made(cache) == []


def test_a_failed_conversion_leaves_nothing(onnx_zoo, cache):
    (onnx_zoo / "voice" / "voice-regression" / "voice-regression.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match="cannot be converted"):
        ensure_ir("voice-regression", models=onnx_zoo)
    assert made(cache) == []


def test_a_missing_checkpoint_leaves_nothing(zoo, cache, monkeypatch):
    with pytest.raises(ModelError, match=r"requirements\.txt"):
        ensure_ir("tiny", models=zoo)
    assert made(cache) == []


def test_a_precision_that_there_is_not(zoo, cache):
    with pytest.raises(InputError, match="INT8"):
        ensure_ir("tiny", precision="INT8", models=zoo)


# Where things are.


def test_models_are_found_at_both_levels():
    assert model_folder("hifi-gan") == ROOT / "models" / "hifi-gan"
    assert model_folder("hifi-gan-universal").name == "hifi-gan-universal"


def test_models_of_another_zoo(zoo, onnx_zoo):
    assert model_folder("tiny", models=zoo) == zoo / "tiny"
    assert model_folder("voice-regression", models=onnx_zoo) == onnx_zoo / "voice" / "voice-regression"


@pytest.mark.parametrize("name", ["none", "", ".", "..", "../models/hifi-gan", "voice"])
def test_unknown_models_are_refused_with_the_known_ones(zoo, onnx_zoo, name):
    with pytest.raises(ModelError, match="expected one of tiny, voice-regression"):
        model_folder(name, models=zoo)


@pytest.fixture
def settings(zoo):
    """A quantization.yml beside the tiny vocoder's model.yml."""
    path = zoo / "tiny" / "quantization.yml"
    path.write_text("preset: mixed")
    return path


def publish(zoo):
    def make(path):
        path.write_text("<net/>")
        path.with_suffix(".bin").write_bytes(b"1")

    publish_quantized("tiny", make, models=zoo)


def test_a_quantized_model_is_found_but_not_made(zoo, settings, cache):
    with pytest.raises(ModelError, match="omz_quantizer --name tiny --per_user"):
        quantized_ir("tiny", models=zoo)
    assert not cache.exists()
    publish(zoo)
    assert quantized_ir("tiny", models=zoo).read_text() == "<net/>"
    assert made(cache) == [quantized_ir("tiny", models=zoo).parent.name]


def test_a_model_quantized_with_other_settings_is_not_used(zoo, settings, cache):
    publish(zoo)
    settings.write_text("preset: performance")
    with pytest.raises(ModelError, match="not quantized yet"):
        quantized_ir("tiny", models=zoo)


def test_a_quantization_that_fails_leaves_nothing(zoo, settings, cache):
    def refuse(path):
        raise ModelError("refused")

    with pytest.raises(ModelError, match="refused"):
        publish_quantized("tiny", refuse, models=zoo)
    assert made(cache) == []


def test_a_model_that_is_not_for_int8(zoo, onnx_zoo, cache):
    with pytest.raises(ModelError, match=r"tiny has no quantization\.yml"):
        quantized_ir("tiny", models=zoo)
    with pytest.raises(ModelError, match="no model 'nobody'"):
        quantized_ir("nobody", models=zoo)


# A checkpoint that did not come with pip.


@pytest.fixture
def downloads(tmp_path, monkeypatch):
    """The folder that omz_downloader was given, empty."""
    monkeypatch.setattr(sources, "PACKAGES", ("not-installed-weights",))
    monkeypatch.setenv("TTS_DOWNLOAD_DIR", str(tmp_path / "downloads"))
    return tmp_path / "downloads"


@pytest.mark.parametrize("place", ["public/tiny", "tiny"])
def test_a_checkpoint_that_was_downloaded_is_found(zoo, cache, downloads, place):
    """The second is where the stock tools put it."""
    (downloads / place).mkdir(parents=True)
    shutil.copy(CHECKPOINT, downloads / place / "generator.pth.tar")
    assert ensure_ir("tiny", models=zoo).is_file()


def test_a_download_folder_of_nobody_is_refused_in_one_line(zoo, site, cache, monkeypatch):
    monkeypatch.setenv("TTS_DOWNLOAD_DIR", "~a-user-that-there-is-not/zoo")
    with pytest.raises(InputError, match="TTS_DOWNLOAD_DIR=~a-user-that-there-is-not/zoo names no folder"):
        ensure_ir("tiny", models=zoo)


def test_a_damaged_download_is_refused(zoo, cache, downloads):
    (downloads / "public" / "tiny").mkdir(parents=True)
    (downloads / "public" / "tiny" / "generator.pth.tar").write_bytes(b"short")
    with pytest.raises(ChecksumError, match="remove it and fetch it again"):
        ensure_ir("tiny", models=zoo)
    assert made(cache) == []


@pytest.mark.parametrize("variable", [True, False])
def test_without_a_checkpoint_the_message_names_every_way_to_go_on(
    zoo, cache, downloads, monkeypatch, variable
):
    if not variable:
        monkeypatch.delenv("TTS_DOWNLOAD_DIR")
    with pytest.raises(ModelError) as caught:
        ensure_ir("tiny", models=zoo)
    message = str(caught.value)
    for way in ("pip install", "omz_downloader --name tiny -o FOLDER", "TTS_DOWNLOAD_DIR=FOLDER"):
        assert way in message
    assert "--vocoder" not in message  # this zoo has no other
    assert "\n" not in message


def test_without_its_checkpoint_the_default_vocoder_names_one_that_needs_none(cache, downloads):
    with pytest.raises(ModelError, match="or speak with --vocoder source-filter-light"):
        ensure_ir("hifi-gan")
