import json

import numpy as np
import openvino
import pytest

from text_to_speech.omz.convert_checkpoint import main
from tiny_zoo import CHECKPOINT, CONFIG


@pytest.fixture
def run(tmp_path, capsys):
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))

    def run(out, *arguments, checkpoint=CHECKPOINT):
        command = [checkpoint, "--config", tmp_path / "config.json", "-o", tmp_path / out, *arguments]
        return main(list(map(str, command))), *capsys.readouterr()

    return run


@pytest.mark.parametrize("name", ["voice.onnx", "voice.xml"])
def test_a_checkpoint_becomes_a_model_that_runs(run, tmp_path, name):
    status, out, err = run(name)
    assert (status, err) == (0, "")
    assert "4 samples per frame at 22050 Hz" in out
    assert "not for the voice of this repository" in out
    model = openvino.Core().compile_model(tmp_path / name, "CPU")
    assert model(np.zeros((2, 80, 7), np.float32))["audio"].shape == (2, 1, 28)
    rest = {"config.json", name} | ({"voice.bin"} if name.endswith("xml") else set())
    assert {path.name for path in tmp_path.iterdir()} == rest


def test_half_of_the_size(run, tmp_path):
    run("a.xml")
    run("b.xml", "--precision", "FP16")
    assert (tmp_path / "b.bin").stat().st_size < 0.6 * (tmp_path / "a.bin").stat().st_size


@pytest.mark.parametrize(
    ("out", "checkpoint", "message"),
    [
        ("voice.pth", CHECKPOINT, "expected a name that ends in"),
        ("none/voice.xml", CHECKPOINT, "cannot be written"),
        ("none/voice.onnx", CHECKPOINT, "cannot be written"),
        ("voice.xml", "none.pth", "none.pth is not there"),
        ("voice.xml", __file__, "is refused"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, tmp_path, out, checkpoint, message):
    status, _, err = run(out, checkpoint=checkpoint)
    assert status == 1
    assert message in err
    assert len(err.splitlines()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"config.json"}
