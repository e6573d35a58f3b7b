"""Devices, precision and compilation; no device but a CPU is needed."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from text_to_speech.errors import DeviceError, InputError
from text_to_speech.inference import runtime
from text_to_speech.inference.model_files import read_model
from text_to_speech.inference.runtime import compile_model, resolve_target

MACHINE = ("CPU", "GPU.0", "GPU.1", "NPU")
CAPABILITIES = {"CPU": ("FP32", "BF16", "INT8"), "GPU": ("FP32", "FP16"), "NPU": ("FP16", "INT8")}


def target(device: str, precision: str = "auto", available: tuple[str, ...] = MACHINE) -> runtime.Target:
    return resolve_target(
        device, precision, available=available, capabilities=lambda name: CAPABILITIES[name.partition(".")[0]]
    )


@pytest.mark.parametrize(
    ("device", "members"),
    [
        ("CPU", {"CPU": "f32"}),
        ("cpu", {"CPU": "f32"}),
        ("GPU", {"GPU": "f16"}),
        ("GPU.1", {"GPU.1": "f16"}),
        ("NPU", {"NPU": "f16"}),
        ("AUTO", {"CPU": "f32", "GPU.0": "f16", "GPU.1": "f16"}),
        ("AUTO:GPU,CPU", {"GPU": "f16", "CPU": "f32"}),
        ("AUTO:-GPU.1", {"CPU": "f32", "GPU.0": "f16"}),
        ("AUTO:NPU, CPU", {"NPU": "f16", "CPU": "f32"}),
        ("HETERO:GPU.1,CPU", {"GPU.1": "f16", "CPU": "f32"}),
        ("MULTI:GPU.0,GPU.1", {"GPU.0": "f16", "GPU.1": "f16"}),
    ],
)
def test_every_member_gets_the_precision_of_its_kind(device: str, members: dict[str, str]) -> None:
    assert {m.device: m.precision for m in target(device).members} == members


@pytest.mark.parametrize(
    ("device", "config"),
    [
        ("CPU", {"INFERENCE_PRECISION_HINT": "f32", "CPU_RUNTIME_CACHE_CAPACITY": 7}),
        ("GPU.1", {"INFERENCE_PRECISION_HINT": "f16"}),
        ("NPU", {"INFERENCE_PRECISION_HINT": "f16"}),
        (
            "HETERO:GPU,CPU",
            {
                "DEVICE_PROPERTIES": {
                    "GPU": {"INFERENCE_PRECISION_HINT": "f16"},
                    "CPU": {"INFERENCE_PRECISION_HINT": "f32", "CPU_RUNTIME_CACHE_CAPACITY": 7},
                }
            },
        ),
    ],
)
def test_configuration_of_each_kind_of_device(device: str, config: dict[str, object]) -> None:
    assert target(device).config(kernels=7) == {"PERFORMANCE_HINT": "LATENCY"} | config
    assert target(device).config(hint="throughput")["PERFORMANCE_HINT"] == "THROUGHPUT"


@pytest.mark.parametrize("device", ["CPU", "AUTO:GPU,CPU", "GPU", "NPU"])
def test_threads_are_a_matter_of_the_cpu_alone(device: str) -> None:
    chosen = resolve_target(device, threads=3, available=MACHINE)
    config = chosen.config()
    each = config.get("DEVICE_PROPERTIES", {device: config})
    for name, properties in each.items():
        assert properties.get("INFERENCE_NUM_THREADS") == (3 if name == "CPU" else None)
    assert "INFERENCE_NUM_THREADS" not in str(target(device).config())


@pytest.mark.parametrize("threads", [0, -1, 1025, 1.0, "2", True])
def test_another_number_of_threads_is_refused(threads: Any) -> None:
    with pytest.raises(InputError, match=r"threads .*: expected a whole number of 1 to 1024"):
        resolve_target("CPU", threads=threads, available=MACHINE)
    for allowed in (1, 1024, None):
        assert resolve_target("CPU", threads=allowed, available=MACHINE).threads == allowed


def test_the_choices_are_those_of_the_types() -> None:
    assert runtime.PRECISIONS == ("auto", "f32", "f16", "bf16", "int8")
    assert runtime.HINTS == ("latency", "throughput")


def test_the_cpu_alone_needs_no_list_of_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing them loads the plugins of all devices, at every start of a program that speaks on the CPU."""

    def listed() -> tuple[str, ...]:
        raise AssertionError("all devices were asked for")

    monkeypatch.setattr(runtime, "available_devices", listed)
    assert resolve_target("cpu").members[0].device == "CPU"
    with pytest.raises(AssertionError):
        resolve_target("GPU")


def test_a_machine_without_a_cpu_plugin_is_told_by_its_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    class Core:
        available_devices = ("GPU",)

        def get_property(self, device: str, name: str) -> object:
            raise RuntimeError('Device with "CPU" name is not registered in the OpenVINO Runtime')

    monkeypatch.setattr(runtime, "_core", Core())
    with pytest.raises(DeviceError, match="device 'CPU' is not there: this machine has GPU"):
        resolve_target("CPU")


@pytest.mark.parametrize(
    ("device", "static"),
    [("NPU", True), ("AUTO:NPU,CPU", True), ("AUTO", False), ("GPU", False), ("CPU", False)],
)
def test_only_a_target_with_an_npu_needs_static_shapes(device: str, static: bool) -> None:
    assert target(device).needs_static_shapes is static


def test_a_single_gpu_is_also_gpu_0() -> None:
    assert target("GPU.0", available=("CPU", "GPU")).members[0].device == "GPU.0"


@pytest.mark.parametrize(
    "device", ["FOO", "", "GPU.7", "CPU.0", "AUTO:FOO,CPU", "HETERO:GPU.2,CPU", "AUTO:-FOO", "BATCH:CPU"]
)
def test_a_device_that_is_not_there_is_refused_with_those_that_are(device: str) -> None:
    with pytest.raises(DeviceError, match=r"CPU, GPU\.0, GPU\.1, NPU"):
        target(device)


@pytest.mark.parametrize("device", ["HETERO", "MULTI:", "AUTO:-CPU"])
def test_a_group_without_members_is_refused(device: str) -> None:
    with pytest.raises(DeviceError, match="CPU"):
        target(device, available=("CPU",))


def test_a_precision_is_taken_if_every_member_has_it() -> None:
    assert target("GPU", "f32").members[0].precision == "f32"
    with pytest.raises(DeviceError, match="'f16' on CPU: this device computes in f32, bf16"):
        target("AUTO:GPU,CPU", "f16")
    with pytest.raises(DeviceError, match="'f32' on NPU"):
        target("NPU", "f32")
    with pytest.raises(InputError, match=r"'int4'.*auto, f32, f16, bf16"):
        target("CPU", "int4")


@pytest.mark.parametrize("native", [True, False])
def test_bf16_on_a_cpu_that_emulates_it_is_warned_about(
    native: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runtime, "computes_bf16", lambda: native)
    with caplog.at_level(logging.WARNING):
        assert target("CPU", "bf16").members[0].precision == "bf16"
    assert ("slower than f32" in caplog.text) is not native


@pytest.mark.parametrize(("device", "rest"), [("CPU", "f32"), ("NPU", "f16"), ("AUTO:NPU,CPU", "f16")])
def test_int8_leaves_what_is_not_quantized_as_auto_does(device: str, rest: str) -> None:
    member = target(device, "int8").members[0]
    assert member.precision == member.config()["INFERENCE_PRECISION_HINT"] == rest
    assert f"in {rest} (and in int8 what is quantized" in str(member)


def test_int8_on_a_device_without_it_is_refused_by_name() -> None:
    with pytest.raises(DeviceError, match=r"'int8' on GPU\.1: this device computes in f32, f16"):
        target("HETERO:GPU.1,CPU", "int8")


def test_the_report_names_device_precision_and_reason() -> None:
    assert str(target("CPU")).startswith("CPU in f32 (")
    assert str(target("AUTO:GPU,CPU")).startswith("AUTO:GPU,CPU: GPU in f16 (")


@pytest.mark.parametrize("device", ["CPU", "AUTO", "AUTO:CPU", "HETERO:CPU", "MULTI:CPU"])
def test_every_cpu_device_string_computes_in_f32(device: str, tiny) -> None:
    mel = np.random.default_rng(0).normal(-5, 2, (1, 80, 40)).astype(np.float32)
    exact = compile_model(read_model(tiny.vocoder), resolve_target("CPU"), tiny.vocoder)
    assert exact.get_property("INFERENCE_PRECISION_HINT").to_string() == "f32"
    model = compile_model(read_model(tiny.vocoder), resolve_target(device), tiny.vocoder)
    np.testing.assert_allclose(model(mel)["audio"], exact(mel)["audio"], atol=1e-5)


def test_one_core_whatever_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def slow() -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    monkeypatch.setattr(runtime, "_core", None)
    monkeypatch.setattr(runtime.openvino, "Core", slow)
    with ThreadPoolExecutor(8) as pool:
        cores = list(pool.map(lambda _: runtime.core(), range(8)))
    assert len(made) == 1
    assert all(core is made[0] for core in cores)
