"""The converter against PyTorch on random weights, where PyTorch is installed (the extra `train`).

test_hifigan.py compares with stored results of PyTorch and needs none of it, for fewer and smaller generators.
"""

import io
import json

import numpy as np
import openvino
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_to_speech.store.hifigan import HiFiGanConfig, build_onnx, generator_weights

pytest.importorskip("torch")

import make_hifigan_references as pytorch

pytestmark = pytest.mark.training


FRAMES = 10
ORIGINAL = {
    "v1": pytorch.V1,
    "v2": pytorch.V2 | {"upsample_initial_channel": 128},
    "v3": pytorch.V3 | {"upsample_initial_channel": 256},
}


@st.composite
def configurations(draw):
    """Draw a small generator.

    Kernels are longer than rates by an even number. The last stage has two channels at least: with a single one
    OpenVINO 2026.4's CPU plugin computes something else than ONNX Runtime does of the same file.
    """
    rates = draw(st.lists(st.integers(2, 9), min_size=1, max_size=3))
    kernels = [rate + 2 * draw(st.integers(0, rate)) for rate in rates]
    blocks = draw(st.lists(st.sampled_from([3, 5, 7, 11]), min_size=1, max_size=3))
    dilations = st.lists(st.integers(1, 9), min_size=1, max_size=3)
    return {
        "resblock": draw(st.sampled_from(["1", "2"])),
        "upsample_rates": rates,
        "upsample_kernel_sizes": kernels,
        "upsample_initial_channel": 2 ** len(rates) * draw(st.integers(2, 4)),
        "resblock_kernel_sizes": blocks,
        "resblock_dilation_sizes": [draw(dilations) for _ in blocks],
    }


def largest_difference(config, path, seed):
    """Return the largest difference of a sample, and how loud the loudest one is."""
    mel = np.random.default_rng(seed).normal(-5, 2, (1, 80, FRAMES)).astype(np.float32)
    arrays = pytorch.random(config, mel, seed)
    state, at = {}, 0
    for key, shape in json.loads(str(arrays["shapes"])).items():
        size = int(np.prod(shape))
        state[key] = arrays["weights"][at : at + size].reshape(shape)
        at += size
    path.write_text(json.dumps(config), encoding="utf-8")
    weights = generator_weights({"generator": state})
    model = build_onnx(HiFiGanConfig.from_json(path), weights, name="random")
    core = openvino.Core()
    read = core.read_model(io.BytesIO(model.SerializeToString()))
    audio = core.compile_model(read, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(mel)[0]
    assert audio.shape == arrays["audio"].shape
    return np.abs(audio - arrays["audio"]).max(), np.abs(arrays["audio"]).max()


@pytest.mark.parametrize("name", ORIGINAL)
def test_the_sizes_of_the_original_repository(name, tmp_path):
    difference, loudest = largest_difference(ORIGINAL[name], tmp_path / "config.json", seed=1)
    assert loudest > 0.3
    assert difference < 1e-5


@given(config=configurations(), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_any_size_and_rate(config, seed, tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "config.json"
    difference, _ = largest_difference(config, path, seed)
    assert difference < 1e-5
