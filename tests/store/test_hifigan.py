import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import openvino
import pytest

from text_to_speech.errors import ModelError
from text_to_speech.store import cache_folder, ensure_ir, model_folder
from text_to_speech.store.hifigan import HiFiGanConfig, build_onnx, generator_weights

DATA = Path(__file__).parents[1] / "data"
TOLERANCE = 1e-4  # of samples between -1 and 1


def reference(name):
    with np.load(DATA / f"hifigan_reference_{name}.npz", allow_pickle=False) as file:
        return dict(file)


def run(model, mel):
    """Run a model on the CPU in f32: OpenVINO's own choice would be bf16 on some CPUs."""
    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled(mel)[0]


def small(name):
    """Return the configuration and the checkpoint of a small random generator, and its reference."""
    arrays = reference(name)
    state, at = {}, 0
    for key, shape in json.loads(str(arrays["shapes"])).items():
        size = int(np.prod(shape))
        state[key] = arrays["weights"][at : at + size].reshape(shape)
        at += size
    return str(arrays["config"]), {"generator": state}, arrays


@pytest.fixture
def config(tmp_path):
    def read(text):
        path = tmp_path / "config.json"
        path.write_text(text, encoding="utf-8")
        return HiFiGanConfig.from_json(path)

    return read


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TTS_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield cache_folder()


# The real checkpoints, which came with pip.


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hifi-gan", "hifi-gan-universal"])
@pytest.mark.parametrize(("precision", "tolerance"), [("FP32", TOLERANCE), ("FP16", 1e-2)])
def test_the_official_checkpoints_sound_as_in_pytorch(cache, name, precision, tolerance):
    arrays = reference(name)
    audio = run(ensure_ir(name, precision=precision), arrays["mel"])
    assert audio.shape == arrays["audio"].shape
    difference = np.abs(audio - arrays["audio"]).max()
    print(f"{name} {precision}: largest difference {difference:.2e}")
    assert difference <= tolerance


def test_batch_and_time_are_dynamic(cache):
    arrays = reference("hifi-gan")
    mel = arrays["mel"][:, :, :8]
    audio = run(ensure_ir("hifi-gan"), np.concatenate([mel, mel]))
    assert audio.shape == (2, 1, 8 * 256)
    np.testing.assert_allclose(audio[0], audio[1], atol=TOLERANCE)


def test_the_configurations_of_the_zoo_are_v1():
    for name in ("hifi-gan", "hifi-gan-universal"):
        config = HiFiGanConfig.from_json(model_folder(name) / "config.json")
        assert (config.hop_length, config.num_mels, config.sampling_rate) == (256, 80, 22050)


# Other members of the family, small and with random weights.


@pytest.mark.parametrize("name", ["v2", "v3", "rates"])
def test_other_configurations_agree_with_pytorch(config, name):
    text, checkpoint, arrays = small(name)
    model = build_onnx(config(text), generator_weights(checkpoint), name=name)
    onnx.checker.check_model(model, full_check=True)
    audio = run(openvino.Core().read_model(_file(model)), arrays["mel"])
    assert np.abs(arrays["audio"]).max() > 0.5  # the reference says something
    np.testing.assert_allclose(audio, arrays["audio"], atol=1e-5)


def _file(model):
    import io

    return io.BytesIO(model.SerializeToString())


def test_the_graph_keeps_its_contract(config):
    text, checkpoint, _ = small("v3")
    model = build_onnx(
        config(text), generator_weights(checkpoint), name="voice", metadata={"sample_rate": "22050"}
    )
    assert model.opset_import[0].version == 17
    assert model.ir_version == 8
    assert model.metadata_props[0].value == "22050"
    converted = openvino.Core().read_model(_file(model))
    assert converted.input(0).any_name == "mel"
    assert converted.output(0).any_name == "audio"
    assert str(converted.input(0).partial_shape) == "[?,80,?]"
    converted.reshape([1, 80, 128])
    assert converted.output(0).shape == [1, 1, 32768]


def test_newer_and_folded_notations_of_the_weights_are_the_same(config):
    _, checkpoint, _ = small("v3")
    old = checkpoint["generator"]
    new = {
        key.replace("weight_g", "parametrizations.weight.original0").replace(
            "weight_v", "parametrizations.weight.original1"
        ): value
        for key, value in old.items()
    }
    folded = generator_weights(checkpoint)
    for state in ({"generator": new}, new, folded):
        weights = generator_weights(state)
        assert weights.keys() == folded.keys()
        for key, value in weights.items():
            np.testing.assert_array_equal(value, folded[key])


def test_folding_gives_each_output_its_length():
    direction = np.array([[[3.0, 4.0]], [[0.0, 2.0]]], np.float32)
    length = np.array([[[10.0]], [[-1.0]]], np.float32)
    weights = generator_weights({"conv.weight_g": length, "conv.weight_v": direction})
    np.testing.assert_allclose(weights["conv.weight"], [[[6, 8]], [[0, -1]]])


# What does not fit together.


def test_a_checkpoint_of_another_size_is_refused(config):
    text, checkpoint, _ = small("v3")
    wrong = replace(config(text), upsample_initial_channel=32)
    with pytest.raises(ModelError, match=r"conv_pre\.weight: expected \[32, 80, 7\], found \[16, 80, 7\]"):
        build_onnx(wrong, generator_weights(checkpoint), name="x")


def test_weights_that_would_be_left_out_are_refused(config):
    text, checkpoint, _ = small("v3")
    weights = generator_weights(checkpoint)
    weights["extra.bias"] = np.zeros(1, np.float32)
    with pytest.raises(ModelError, match=r"extra\.bias"):
        build_onnx(config(text), weights, name="x")


@pytest.mark.parametrize(
    "checkpoint",
    [
        {},
        {"generator": 3},
        {"generator": {"conv_pre.bias": "text"}},
        {"steps": 3},
        {"conv.weight_v": np.ones((2, 2, 2))},
        {"conv.weight_v": np.zeros((2, 2, 2)), "conv.weight_g": np.ones((2, 1, 1))},
        {"conv.bias": np.array([np.nan])},
    ],
)
def test_what_is_no_generator_is_refused(config, checkpoint):
    text, _, _ = small("v3")
    with pytest.raises(ModelError):
        build_onnx(config(text), generator_weights(checkpoint), name="x")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("resblock", "3"),
        ("upsample_rates", []),
        ("upsample_rates", [8, 8]),
        ("upsample_rates", [8, 8, 3]),
        ("upsample_rates", [8, 8, 10]),
        ("upsample_rates", "884"),
        ("upsample_rates", [8, 8, -4]),
        ("upsample_kernel_sizes", [16, 16, 8.0]),
        ("upsample_initial_channel", 12),
        ("upsample_initial_channel", True),
        ("resblock_kernel_sizes", [3, 5, 6]),
        ("resblock_dilation_sizes", [[1, 2], [2, 6]]),
        ("resblock_dilation_sizes", [1, 2, 3]),
    ],
)
def test_configurations_that_cannot_be_are_refused(config, key, value):
    text, _, _ = small("v3")
    with pytest.raises(ModelError, match=r"config\.json"):
        config(json.dumps(json.loads(text) | {key: value}))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{"])
def test_what_is_no_configuration_is_refused(config, text):
    with pytest.raises(ModelError, match=r"config\.json"):
        config(text)


def test_a_missing_configuration_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"none\.json"):
        HiFiGanConfig.from_json(tmp_path / "none.json")
