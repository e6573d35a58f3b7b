"""Compiled models in the cache: which are kept, which damage is noticed, and what a refusal says."""

from __future__ import annotations

import functools
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import pytest
from numpy.typing import NDArray
from openvino import opset13

import tiny_models
from text_to_speech.errors import DeviceError
from text_to_speech.inference import runtime
from text_to_speech.inference.compiled import BLOB, compile_kept
from text_to_speech.inference.model_files import read_model, reshaped
from text_to_speech.inference.runtime import Member, Target, compile_model, resolve_target
from text_to_speech.store import kept

MEL = np.random.default_rng(0).normal(-5, 2, (1, 80, 40)).astype(np.float32)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TTS_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The devices of which OpenVINO was asked to compile, while compilation goes on as always."""
    asked: list[str] = []
    real = runtime.core()

    class Core:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def compile_model(self, model: object, device: str, config: object) -> object:
            asked.append(device)
            return real.compile_model(model, device, config)

    monkeypatch.setattr(runtime, "_core", Core())
    return asked


def speak(path: Path, **options: Any) -> NDArray[np.float32]:
    compiled = compile_model(read_model(path), resolve_target("CPU"), path, **options)
    audio: NDArray[np.float32] = compiled({"mel": MEL})["audio"].copy()
    return audio


def entries(cache: Path) -> list[Path]:
    return sorted((cache / "compiled").iterdir())


@pytest.mark.parametrize("name", ["v.xml", "v.onnx", "quantized.xml"])
def test_the_second_start_compiles_nothing_and_sounds_the_same(
    name: str, tmp_path: Path, cache: Path, compilations: list[str]
) -> None:
    save = tiny_models.save_quantized_vocoder if "quantized" in name else tiny_models.save_vocoder
    path = save(tmp_path / name)
    first = speak(path)
    np.testing.assert_array_equal(speak(path), first)
    assert compilations == ["CPU"]
    assert [file.name for file in sorted(entries(cache)[0].iterdir())] == [BLOB, kept.RECORD]


def test_what_decides_about_a_compiled_model_gives_another_one(
    tmp_path: Path, cache: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny_models.save_vocoder(tmp_path / "v.xml")
    model, cpu = read_model(path), resolve_target("CPU")
    compile_model(model, cpu, path)
    compile_model(model, cpu, path, kernels=3)
    compile_model(model, cpu, path, hint="throughput")
    compile_model(reshaped(model, {"mel": (1, 80, 7)}, path), cpu, path)
    (tmp_path / "other").mkdir()
    other = tiny_models.save_vocoder(tmp_path / "other" / "v.xml", factors=(8, 32))
    compile_model(read_model(other), cpu, other)
    monkeypatch.setattr(runtime.openvino, "get_version", lambda: "another")
    compile_model(model, cpu, path)
    assert len(compilations) == len(entries(cache)) == 6


def test_weights_alone_give_another_one(tmp_path: Path, cache: Path, compilations: list[str]) -> None:
    path = tiny_models.save_vocoder(tmp_path / "v.xml")
    first = speak(path)
    weights = bytearray(path.with_suffix(".bin").read_bytes())
    weights[-64:] = bytes(64)
    path.with_suffix(".bin").unlink()
    path.with_suffix(".bin").write_bytes(weights)
    assert not np.array_equal(speak(path), first)
    assert len(compilations) == 2


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 1
    path.write_bytes(content)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a bit": flip,
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"1"),
    "garbage": lambda path: path.write_bytes(b"garbage"),
    "garbage of the same size": lambda path: path.write_bytes(b"x" * path.stat().st_size),
    "empty": lambda path: path.write_bytes(b""),
    "a folder": replace_by_folder,
}


@pytest.mark.parametrize("name", [BLOB, kept.RECORD])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_noticed_told_and_mended(
    damage: str,
    name: str,
    tmp_path: Path,
    cache: Path,
    compilations: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = tiny_models.save_vocoder(tmp_path / "v.xml")
    first = speak(path)
    DAMAGES[damage](entries(cache)[0] / name)
    for _ in range(2):
        np.testing.assert_array_equal(speak(path), first)
    assert compilations == ["CPU", "CPU"]
    assert len(caplog.records) == 1
    assert "made again" in caplog.text
    assert len(entries(cache)) == 1


def test_a_blob_that_openvino_refuses_is_made_again(
    tmp_path: Path, cache: Path, compilations: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = tiny_models.save_vocoder(tmp_path / "v.xml")
    first = speak(path)
    entry = kept.Entry("compiled", entries(cache)[0].name)
    shutil.rmtree(entry.folder)
    kept.store(entry, lambda work: (work / BLOB).write_bytes(b"no compiled model"))
    for _ in range(2):
        np.testing.assert_array_equal(speak(path), first)
    assert compilations == ["CPU", "CPU"]
    assert len(caplog.records) == 1


def test_a_model_in_use_survives_what_happens_to_its_blob(tmp_path: Path, cache: Path) -> None:
    path = tiny_models.save_vocoder(tmp_path / "v.onnx")
    speak(path)
    compiled = compile_model(read_model(path), resolve_target("CPU"), path)
    # A file that was mapped and is cut ends the process with SIGBUS.
    (entries(cache)[0] / BLOB).write_bytes(b"")
    assert np.isfinite(compiled({"mel": MEL})["audio"]).all()


class Refusing:
    """A Core whose device refuses every model."""

    def __init__(self) -> None:
        self.asked = 0

    def get_property(self, device: str, name: str) -> object:
        return {"OPTIMIZATION_CAPABILITIES": ["FP32", "EXPORT_IMPORT"]}.get(name, [])

    def compile_model(self, model: object, device: str, config: object) -> object:
        self.asked += 1
        raise RuntimeError("Exception from x.cpp:1:\nthis device does not support operation Foo\n")


@pytest.mark.parametrize("device", ["CPU", "GPU.1", "NPU", "AUTO:GPU,CPU", "HETERO:GPU,CPU"])
def test_a_refusal_of_the_device_is_asked_for_once_and_not_blamed_on_the_cache(
    device: str,
    tiny: Any,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    model = read_model(tiny.vocoder)
    core = Refusing()
    monkeypatch.setattr(runtime, "_core", core)
    target = Target(device=device, members=(Member("GPU", "f16", ""), Member("CPU", "f32", "")))
    with pytest.raises(
        DeviceError, match=f"{device} refuses .*: this device does not support operation Foo$"
    ):
        compile_model(model, target, tiny.vocoder)
    assert core.asked == 1
    assert not caplog.records


def test_a_cache_that_is_a_file_costs_one_warning(
    tiny: Any, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.write_text("not a folder")
    for kernels in (1, 2):
        speak(tiny.vocoder, kernels=kernels)
    assert len(caplog.records) == 1
    assert "TTS_CACHE_DIR" in caplog.text
    assert caplog.records[0].levelno == logging.WARNING


def prepared(model: openvino.Model) -> openvino.Model:
    """A preparation that makes everything louder."""
    model = model.clone()
    result = model.get_results()[0]
    result.input(0).replace_source_output(opset13.multiply(result.input_value(0), np.float32(2)).output(0))
    return model


def test_a_model_from_the_cache_is_not_prepared_again(
    tmp_path: Path, cache: Path, compilations: list[str]
) -> None:
    path = tiny_models.save_vocoder(tmp_path / "v.xml")
    calls = []

    @functools.wraps(prepared)
    def counted(model: openvino.Model) -> openvino.Model:
        calls.append(model)
        return prepared(model)

    louder = speak(path, prepare=counted)
    np.testing.assert_array_equal(speak(path, prepare=counted), louder)
    assert len(calls) == len(compilations) == 1
    np.testing.assert_allclose(speak(path) * 2, louder, atol=1e-5)
    assert len(compilations) == 2


def test_another_version_of_a_preparation_gives_another_model(
    tmp_path: Path, cache: Path, compilations: list[str]
) -> None:
    path = tiny_models.save_vocoder(tmp_path / "v.xml")
    source = tmp_path / "preparing.py"
    for version in (1, 2, 2):
        source.write_text(f"def prepare(model):\n    return model.clone()  # version {version}\n")
        scope: dict[str, Any] = {}
        exec(compile(source.read_text(), str(source), "exec"), scope)
        speak(path, prepare=scope["prepare"])
    assert len(compilations) == 2


@pytest.mark.parametrize("end", [2**63 - 1, 2**31 - 1, 9])
def test_a_slice_to_the_end_is_the_same_from_the_cache(end: int, tmp_path: Path, cache: Path) -> None:
    given = opset13.parameter([1, -1, 4], np.float32, name="given")
    bounds = (opset13.constant(np.array([value], np.int64)) for value in (1, end, 1, 1))
    weights = opset13.constant(np.random.default_rng(0).normal(size=(4, 64)).astype(np.float32))
    model = openvino.Model(
        [opset13.matmul(opset13.slice(given, *bounds), weights, False, False)], [given], "slice"
    )
    path = tmp_path / "slice.xml"
    openvino.save_model(model, path, compress_to_fp16=False)
    core = openvino.Core()
    found = []
    for _ in range(2):
        compiled = compile_kept(core, core.read_model(path), "CPU", {}, path)
        found.append(compiled({0: np.ones((1, 6, 4), np.float32)})[0])
    assert found[0].shape == (1, 5, 64)
    np.testing.assert_array_equal(*found)
