import math

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from text_to_speech.errors import InputError, ModelError
from text_to_speech.omz.complexity import main, measure
from text_to_speech.store import model_folder
from text_to_speech.store.model_yml import InputInfo


@pytest.fixture
def model(tmp_path):
    """Return a function that writes an ONNX model of one operation x → y with the given weights."""

    def write(kind, shape, *weights, name="model.onnx", **attributes):
        names = [f"w{i}" for i in range(len(weights))]
        initializers = [
            numpy_helper.from_array(np.full(size, 0.5, np.float32), n)
            for n, size in zip(names, weights, strict=True)
        ]
        graph = helper.make_graph(
            [helper.make_node(kind, ["x", *names], ["y"], **attributes)],
            "graph",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            initializers,
        )
        path = tmp_path / name
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
        return path

    return write


@pytest.mark.slow
def test_hifi_gan_has_the_published_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TTS_CACHE_DIR", str(tmp_path))
    assert main([str(model_folder("hifi-gan"))]) == 0
    words = capsys.readouterr().out.split()
    assert words[words.index("MParams") + 1] == "13.93"
    assert words[words.index("GOPs") + 1] == "90.82"
    assert words[words.index("work") + 1] == "78.61"


def test_a_name_is_enough(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TTS_CACHE_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["source-filter-light"]) == 0
    by_name = capsys.readouterr().out
    assert main([str(model_folder("source-filter-light"))]) == 0
    assert capsys.readouterr().out == by_name


@pytest.mark.parametrize("by_name", [False, True])
def test_a_model_of_several_parts_is_refused_with_their_names(tmp_path, monkeypatch, capsys, by_name):
    folder = model_folder("forward-tacotron")
    monkeypatch.chdir(tmp_path if by_name else folder.parent)
    given = "forward-tacotron" if by_name else "./forward-tacotron"
    assert main([given]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "forward-tacotron-duration-prediction or " in line
    for stage in ("duration-prediction", "regression"):
        assert f"{'' if by_name else './forward-tacotron/'}forward-tacotron-{stage}" in line


def test_a_name_that_is_none_is_refused_with_those_that_are(capsys):
    assert main(["hifigan"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "hifi-gan-universal" in line


def test_nothing_is_reported_to_anybody(model, monkeypatch):
    """openvino.convert_model forks a process that sends reports of usage; reading through the core does not."""

    def convert_model(*_, **__):
        raise AssertionError("it sends reports")

    monkeypatch.setattr("openvino.convert_model", convert_model)
    assert measure(model("Conv", [1, 4, 10], [6, 4, 3], pads=[1, 1])).parameters == 72


@pytest.mark.parametrize("channels", [1, 6])
def test_biases_are_told_apart_from_other_constants(model, channels):
    cost = measure(model("Conv", [1, 4, 10], [channels, 4, 3], [channels], pads=[1, 1]))
    assert cost.parameters == channels * 4 * 3 + channels
    assert cost.zoo_macs == cost.macs + 10 * channels


def test_a_convolution(model):
    cost = measure(model("Conv", [1, 4, 10], [6, 4, 3], [6], pads=[1, 1]))
    assert cost.parameters == 6 * 4 * 3 + 6
    assert cost.macs == 10 * 6 * 4 * 3
    assert cost.zoo_macs == cost.macs + 10 * 6


def test_a_grouped_convolution(model):
    cost = measure(model("Conv", [1, 4, 10], [8, 2, 3], group=2, strides=[2], pads=[1, 1]))
    assert (cost.parameters, cost.macs, cost.zoo_macs) == (8 * 2 * 3, 5 * 8 * 2 * 3, 5 * 8 * 2 * 3)


def test_a_transposed_convolution_is_counted_at_its_output_and_done_at_its_input(model):
    cost = measure(model("ConvTranspose", [1, 4, 10], [4, 6, 8], strides=[4], pads=[2, 2]))
    assert cost.parameters == 4 * 6 * 8
    assert cost.macs == 10 * 4 * 6 * 8
    assert cost.zoo_macs == 40 * 4 * 6 * 8


def test_a_matrix_product(model):
    cost = measure(model("MatMul", [3, 5], [5, 7]))
    assert (cost.parameters, cost.macs, cost.zoo_macs) == (35, 3 * 35, 3 * 35)


def test_an_lstm(model):
    hidden, inputs, steps = 4, 3, 6
    w, r, b = (2, 4 * hidden, inputs), (2, 4 * hidden, hidden), (2, 8 * hidden)
    path = model("LSTM", [steps, 1, inputs], w, r, b, hidden_size=hidden, direction="bidirectional")
    cost = measure(path)
    assert cost.macs == steps * (math.prod(w) + math.prod(r))
    assert cost.zoo_macs == cost.macs + steps * 2 * 4 * hidden


def test_lone_numbers_are_no_weights(model):
    assert measure(model("PRelu", [1, 4, 10], [1])).parameters == 0


def test_a_dynamic_model_needs_a_shape(model):
    path = model("Conv", ["batch", 4, "time"], [6, 4, 3], pads=[1, 1])
    with pytest.raises(InputError, match=r"--shape 'x\["):
        measure(path)
    assert measure(path, [InputInfo("x", (2, 4, 5))]).macs == 2 * 5 * 6 * 4 * 3
    with pytest.raises(InputError, match="shapes"):
        measure(path, [InputInfo("x", (2, 5, 5))])


def test_the_command_takes_a_file_and_a_shape(model, capsys):
    path = model("Conv", ["batch", 4, "time"], [6, 4, 3], pads=[1, 1])
    assert main([str(path), "--shape", "x[1,4,5]"]) == 0
    assert "model.onnx  x [1, 4, 5]" in capsys.readouterr().out


def test_the_command_fails_with_one_line(tmp_path, capsys):
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"nothing")
    for path in (tmp_path / "none.xml", tmp_path, damaged):
        assert main([str(path)]) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
    with pytest.raises(SystemExit):
        main([str(damaged), "--shape", "x[a]"])


def test_loops_are_refused(tmp_path):
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["d"]), helper.make_node("Add", ["v", "v"], ["w"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.FLOAT, [2]),
        ],
        [
            helper.make_tensor_value_info("d", TensorProto.BOOL, []),
            helper.make_tensor_value_info("w", TensorProto.FLOAT, [2]),
        ],
    )
    graph = helper.make_graph(
        [helper.make_node("Loop", ["n", "", "x"], ["y"], body=body)],
        "graph",
        [
            helper.make_tensor_value_info("n", TensorProto.INT64, []),
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [2]),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])],
    )
    path = tmp_path / "loop.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    with pytest.raises(ModelError, match="cannot be counted"):
        measure(path)
